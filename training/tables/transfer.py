"""Table `transfer`: do tasks learned from real photos help against real rain (Ma et al.), and what teaches own rain best?

From random weights, a net of width 16, 200 drawn pairs, teachers trained once, two seeds: (a) no transfer, (b) rain recognised,
(c) scattering undone, (d) both, and (a') with as many steps as (d) costs in all. The claim is d > a on real or unseen rain.

From the default model, on the odd half of the real photos: (e) plain tuning on fitted rain, the sceptic's; (d) transfer; (f)
both; (g) self-training: the model's own results, means with the mirror image, as pairs. And (e) with 8, 20 and all odd photos.

Judged on the even half (`fine_removed`), on masks of real streaks, on rain of held-out kinds, and on dry photos. Real photos
are named by what they are ("odd", "odd:8"), teachers by their cells; where they lie is found when a cell is filled.
"""

from dataclasses import replace

from training.recipe import Data, Net, Rain, Recipe, Train, Transfer, Validate
from training.tables import markdown
from training.tables.cells import Cell, Result, Rows, Table
from training.tables.statistics import mean

SEEDS = (1, 2)
PAIRS = 200
TEACHING, DISTILLING, TUNING = 2500, 1500, 3000
LONGER = 16_000
"""Steps of (a'): as much work as teachers, distilling and tuning of (d) together, by the cost of a step of each."""
TUNED = 2500
"""Steps of the arms that begin from the default model."""
T1, T2 = "t1", "t2"
ARMS: dict[str, tuple[str, ...]] = {"b": (T1,), "c": (T2,), "d": (T1, T2)}
PHOTOS = ("odd:8", "odd:20", "odd")
PROFILES = ("narrow", "heavy", "fu", "real-like")
HELD_OUT = ("thick-short", "ribbons", "pins")
ROWS = (
    Rows("real, even half", (), "real_photos:even", kind="real"),
    Rows("real streaks", (), "real_streak_masks", kind="masks"),
    Rows("held-out kinds", HELD_OUT, "kodak"),
    Rows("dry photos", (), "cid22_val", kind="dry"),
)


def base(clean: str, seed: int, steps: int, task: str = "derain", crop_px: int = 64) -> Recipe:
    """What the runs from random weights have in common."""
    return Recipe(
        task=task,
        seed=seed,
        net=Net.of(width=16, conditional=False),
        data=Data(clean=clean, rainy="odd", scales=(1.0,)),
        rain=Rain(profiles=PROFILES, dry=0.05, shrunk=0.0, clear_share=0.0),
        train=Train(
            steps=steps, batch=8, crop_px=crop_px, lr=1e-3 if task == "derain" else 3e-4, warmup_steps=100, optimiser="muon",
            loss="psnr", ema=0.995,
        ),
        validate=Validate(every_minutes=1e6),
    )  # fmt: skip


def tuned(clean: str, seed: int, rainy: str = "odd") -> Recipe:
    """What the runs from the default model have in common."""
    return Recipe(
        start_from="default",
        seed=seed,
        net=Net.of(width=24, conditional=True),
        data=Data(clean=clean, rainy=rainy),
        rain=Rain(profiles=("fitted", "fitted", "fitted", "balanced"), dry=0.1, clear_share=0.2),
        train=Train(
            steps=TUNED, batch=4, crop_px=96, lr=3e-4, warmup_steps=20, optimiser="muon", loss="psnr", boldness=3.5, ema=0.995
        ),
        validate=Validate(every_minutes=1e6),
    )


def cells(clean: str) -> list[Cell]:
    """Teachers, then arms (a) to (d) and (a'), then those from the default model."""
    teachers = [Cell(name, base(clean, 1, TEACHING, task, 128), ()) for name, task in ((T1, "recognise"), (T2, "unblur"))]
    made = [*teachers]
    for seed in SEEDS:
        made.append(Cell(f"a-seed{seed}", replace(base(clean, seed, TUNING), transfer=Transfer((), PAIRS, 0.0)), ROWS))
        for arm, names in ARMS.items():
            made += distilled(clean, seed, arm, names)
    made += [
        Cell(f"a-longer-seed{seed}", replace(base(clean, seed, LONGER), transfer=Transfer((), PAIRS, 0.0)), ROWS)
        for seed in SEEDS
    ]
    return [*made, *from_default(clean)]


def distilled(clean: str, seed: int, arm: str, names: tuple[str, ...]) -> list[Cell]:
    """A student of the teachers, and its tuning to rain."""
    student = replace(base(clean, seed, DISTILLING, "distil", 128), transfer=Transfer(names, PAIRS, 0.25))
    tuning = replace(base(clean, seed, TUNING), transfer=Transfer(names, PAIRS, 0.25))
    name = f"student-{arm}-seed{seed}"
    return [Cell(name, student, (), weights=True), Cell(f"{arm}-seed{seed}", tuning, ROWS, after=name)]


def from_default(clean: str) -> list[Cell]:
    """The arms that begin from the default model, and the number of photos."""
    made = []
    for seed in SEEDS:
        plain = tuned(clean, seed)
        rehearsed = Transfer((T1, T2), 0, 0.25)
        no_fit = replace(plain, rain=replace(plain.rain, profiles=("balanced",)))
        made.append(Cell(f"default-e-seed{seed}", plain, ROWS, fits=True))
        made.append(Cell(f"default-d-seed{seed}", replace(no_fit, transfer=rehearsed), ROWS))
        made.append(Cell(f"default-f-seed{seed}", replace(plain, transfer=rehearsed), ROWS, fits=True))
        made.append(Cell(f"default-g-seed{seed}", replace(no_fit, data=replace(no_fit.data, pairs="own")), ROWS))
    for photos in PHOTOS[:-1]:
        made.append(
            Cell(f"default-e-{photos.replace(':', '')}-seed{SEEDS[0]}", tuned(clean, SEEDS[0], photos), ROWS, fits=True)
        )
    return made


COLUMNS = (
    ("real, even half", "fine_removed", 2),
    ("real, even half", "change", 2),
    ("real streaks", "streaks_removed", 2),
    ("real streaks", "change_elsewhere", 2),
    ("held-out kinds", "rain_removed", 2),
    ("dry photos", "change", 2),
)


def told(results: dict[str, Result]) -> str:
    """The table as Markdown: a line for each arm, and doing nothing."""
    groups = markdown.by_method(results)
    judged = {name: seeds for name, seeds in groups.items() if seeds[0].scores.keys() >= {row.name for row in ROWS}}
    head = ["arm", "seeds", "seconds", *(f"{row}: {figure.replace('_', ' ')}" for row, figure, _ in COLUMNS), "spread of seeds"]
    lines = [line(name, seeds) for name, seeds in judged.items()]
    if judged:
        first = next(iter(judged.values()))[0]
        lines.append(line("doing nothing", [replace(first, scores=first.identity, seconds=0.0)]))
    held = [f"{name}: {figures(result)}" for name, result in results.items() if "held out" in result.scores]
    return "\n".join([markdown.table(head, lines), *(["", *held] if held else [])])


def figures(result: Result) -> str:
    """What a teacher scored on photos it never saw."""
    return ", ".join(f"{name} {mean(values):.3f}" for name, values in result.scores["held out"].items())


def line(name: str, seeds: list[Result]) -> list[str]:
    """One line: means over seeds with the interval over the pictures of all of them."""
    parts = [name, str(len(seeds)), f"{mean([result.seconds for result in seeds]):.0f}"]
    parts += [markdown.of_seeds(seeds, row, figure, digits) for row, figure, digits in COLUMNS]
    return [*parts, markdown.apart_of([mean(result.scores["real, even half"]["fine_removed"]) for result in seeds], 3)]


TABLE = Table("transfer", cells, told)
