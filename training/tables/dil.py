"""Table `dil`: does distortion-invariant learning help against rain of other types, and of other strength? (Li et al.).

One start, trained in the ordinary way on the seen types up to medium strength; from it ordinary training (ERM) and the four
variants, two seeds each, on the same crops with all types on each. The step size of each variant is chosen among three on
*seen* pictures. Tested on unseen types at seen strength, and on seen types at heavy strength. Equal samples; the second-order
variants are also compared with ERM at equal seconds, which is ERM for as many more crops as they cost.
"""

from dataclasses import replace

from training.recipe import Data, Dil, Net, Rain, Recipe, Train
from training.tables import markdown
from training.tables.cells import Cell, Result, Rows, Table
from training.tables.statistics import mean

TYPES = ("narrow", "heavy", "fu", "heavy:screen")
UNSEEN = ("ribbons", "pins", "thick-short")
SEEDS = (1, 2)
VARIANTS = ("sf", "pf", "ss", "ps")
INNER = {"sf": (1e-4, 3e-4, 1e-3), "pf": (1e-4, 3e-4, 1e-3), "ss": (0.01, 0.03, 0.1), "ps": (0.01, 0.03, 0.1)}
"""The step sizes to choose from: Adam's for first order, plain descent's for second order."""
CHOSEN = {"sf": 3e-4, "pf": 3e-4, "ss": 0.03, "ps": 0.03}
"""What the pilots on seen pictures chose; the middle one until they have run."""
START = "start"
START_STEPS, STEPS, BATCH, CROP_PX = 24_000, 1500, 4, 64


def base(clean: str, seed: int) -> Recipe:
    """What all runs have in common."""
    return Recipe(
        seed=seed,
        net=Net.of(width=16, conditional=False),
        data=Data(clean=clean, scales=(1.0,)),
        rain=Rain(profiles=("narrow", "heavy", "fu"), dry=0.0, shrunk=0.0, clear_share=0.0),
        train=Train(
            steps=STEPS, batch=BATCH, crop_px=CROP_PX, lr=3e-4, warmup_steps=20, optimiser="adamw", weight_decay=0.0,
            loss="psnr", ema=0.99,
        ),
    )  # fmt: skip


ROWS = (
    Rows("seen types", TYPES, "kodak", strength=0.7),
    Rows("seen types, heavy", TYPES, "kodak", strength=1.4),
    Rows("unseen types", UNSEEN, "kodak", strength=0.7),
    Rows("unseen types, cid22", UNSEEN, "cid22_val", strength=0.7),
)


def cells(clean: str) -> list[Cell]:
    """The start, then ERM and a variant of each order as a pilot, then the choice of steps, then the rest."""
    start = base(clean, 1)
    start = replace(start, train=replace(start.train, steps=START_STEPS, batch=8, lr=1e-3, optimiser="muon", warmup_steps=100))
    made = [Cell(START, start, ROWS, weights=True)]
    for variant in ("erm", *VARIANTS):
        for seed in SEEDS:
            made.append(method(clean, variant, seed, CHOSEN.get(variant, 1e-4), f"{variant}-seed{seed}"))
    for variant in VARIANTS:
        for rate in INNER[variant]:
            if rate != CHOSEN[variant]:
                made.append(method(clean, variant, SEEDS[0], rate, f"{variant}-{rate:g}-seed{SEEDS[0]}"))
    longer = [method(clean, "erm", seed, 1e-4, f"erm-3x-seed{seed}") for seed in SEEDS]
    thrice = [replace(c, recipe=replace(c.recipe, train=replace(c.recipe.train, steps=3 * STEPS))) for c in longer]
    return [*made, *thrice]


def method(clean: str, variant: str, seed: int, rate: float, name: str) -> Cell:
    """One method from the start, all types on each crop."""
    return Cell(name, replace(base(clean, seed), dil=Dil(variant, rate, TYPES)), ROWS, after=START)


def told(results: dict[str, Result]) -> str:
    """The table as Markdown, each method's gain in dB over ERM beside it."""
    groups = markdown.by_method(results)
    columns = [row.name for row in ROWS]
    head = ["method", "seeds", "seconds", *(f"{column}: dB" for column in columns), *(f"{c}: over ERM" for c in columns)]
    lines = [line(name, seeds, groups.get("erm", [])) for name, seeds in groups.items()]
    if results:
        first = next(iter(results.values()))
        lines.append(line("doing nothing", [replace(first, scores=first.identity, seconds=0.0)], []))
    return markdown.table(head, lines)


def line(name: str, seeds: list[Result], erm: list[Result]) -> list[str]:
    """One line: means over seeds; gains are paired by seed and picture."""
    figures = [markdown.of_seeds(seeds, row.name, "psnr_y") for row in ROWS]
    gains = [markdown.gain(seeds, erm, row.name, "psnr_y") for row in ROWS]
    return [name, str(len(seeds)), f"{mean([result.seconds for result in seeds]):.0f}", *figures, *gains]


TABLE = Table("dil", cells, told)
