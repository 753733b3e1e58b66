"""Table `coic`: does one net that is told by an encoder what rain it sees serve several sets better? (Ran et al.).

Three sets of clearly different drawn rain: thin lines, dense curtains with haze, and drops close by. One start on all of them;
from it each set alone (what there is to gain), all mixed in the ordinary way, CoIC, the set told by a learned code (is the
contrast needed?), and CoIC with real photos that the encoder sees and the error does not. All see the same number of crops. A
small windowed transformer is trained with and without, once: a wrapper is no fork. It is scored on each set, on the
contrast of marked streaks of real photos, and on fine structure across real rain.
"""

from dataclasses import replace
from pathlib import Path

from training.recipe import Coic, Data, Net, Rain, Recipe, Train
from training.tables import markdown
from training.tables.cells import Cell, Result, Rows, Table

SETS = ("narrow", "storm", "near")
SEEDS = (1, 2)
START, MIXED = "start", "mixed"
START_STEPS, STEPS, BATCH, CROP_PX = 22_000, 7_500, 8, 64
TRANSFORMER_STEPS = 5_000
REAL = "real_photos"
REAL_SHARE = 0.25
METHODS: dict[str, Coic | None] = {
    MIXED: None,
    "coic": Coic(),
    "labels": Coic(labels=True),
    "coic-real": Coic(real_share=REAL_SHARE),
}
ROWS = (
    *(Rows(name, (name,), "kodak") for name in SETS),
    Rows("real streaks", (), "real_streak_masks", kind="masks"),
    Rows("real rain", (), f"{REAL}:even", kind="real"),
)


def base(clean: str, seed: int, sets: tuple[str, ...] = SETS, steps: int = STEPS) -> Recipe:
    """What all runs have in common."""
    return Recipe(
        seed=seed,
        net=Net.of(width=16, conditional=False),
        data=Data(clean=clean, scales=(1.0,)),
        rain=Rain(profiles=sets, dry=0.0, shrunk=0.0, clear_share=0.0),
        train=Train(
            steps=steps, batch=BATCH, crop_px=CROP_PX, lr=3e-4, warmup_steps=50, optimiser="adamw", loss="psnr", ema=0.995
        ),
    )


def cells(clean: str) -> list[Cell]:
    """The start, the headroom, then method after method; the transformer last."""
    start = base(clean, 1, steps=START_STEPS)
    start = replace(start, train=replace(start.train, lr=1e-3, optimiser="muon", warmup_steps=100))
    made = [Cell(START, start, ROWS, weights=True)]
    made += [Cell(f"only-{name}-seed1", base(clean, 1, (name,)), ROWS, after=START) for name in SETS]
    for name, block in METHODS.items():
        for seed in SEEDS:
            made.append(Cell(f"{name}-seed{seed}", with_method(base(clean, seed), block, clean), ROWS, after=START))
    return [*made, *transformer(clean)]


def with_method(plan: Recipe, block: Coic | None, clean: str) -> Recipe:
    """The recipe with its block, and real photos where it asks for some."""
    rainy = str(Path(clean).parent / "dev" / REAL) if block is not None and block.real_share else ""
    return replace(plan, coic=block, data=replace(plan.data, rainy=rainy))


def transformer(clean: str) -> list[Cell]:
    """Another family, from random weights, without and with."""
    plan = base(clean, 1, steps=TRANSFORMER_STEPS)
    plan = replace(
        plan,
        net=Net.of("window_former", width=16, head_size=8, middle=2, conditional=False),
        train=replace(plan.train, lr=1e-3, warmup_steps=100),
    )
    late = Coic(start_step=TRANSFORMER_STEPS // 3)
    return [Cell("transformer-seed1", plan, ROWS), Cell("transformer-coic-seed1", replace(plan, coic=late), ROWS)]


FIGURES = dict.fromkeys(SETS, "psnr_y") | {"real streaks": "streaks_removed", "real rain": "fine_removed"}


def told(results: dict[str, Result]) -> str:
    """The table as Markdown, each method's gain over mixed training beside it."""
    groups = markdown.by_method(results)
    head = ["cell", "seeds", *(f"{row}: {figure}" for row, figure in FIGURES.items()), *(f"{s}: over mixed" for s in SETS)]
    lines = [line(name, seeds, groups.get(MIXED, [])) for name, seeds in groups.items()]
    if results:
        first = next(iter(results.values()))
        lines.append(line("doing nothing", [replace(first, scores=first.identity)], []))
    return markdown.table(head, lines)


def line(name: str, seeds: list[Result], mixed: list[Result]) -> list[str]:
    """One line: means over seeds; gains are paired by seed and picture."""
    figures = [markdown.of_seeds(seeds, row, figure) for row, figure in FIGURES.items()]
    return [name, str(len(seeds)), *figures, *(markdown.gain(seeds, mixed, row, "psnr_y") for row in SETS)]


TABLE = Table("coic", cells, told)
