"""Table `balance`: do fewer backgrounds, or wider rain, let a derainer take rain it has never seen? (Hu et al., Gu et al.).

A background is one fixed square of 128 px; crops of 64 px, random start, PSNR loss, one scale, no dry samples, subsets nested.
All cells see the same number of crops. Unseen rain are `ribbons`, `pins` and `thick-short`, on photos that no cell has seen;
for cells of narrow rain `heavy` and `fu` are unseen too and have a row of their own. What counts is the cell's own output, with
no gate on.
"""

from collections.abc import Iterator
from dataclasses import replace

from training.recipe import Balance, Data, Net, Rain, Recipe, Train
from training.tables import markdown
from training.tables.cells import Cell, Result, Rows, Table
from training.tables.statistics import mean

NARROW = ("narrow",)
WIDE = ("narrow", "heavy", "fu", "isolated", "soft", "comb", "dashes")
UNSEEN = ("ribbons", "pins", "thick-short")
BACKGROUNDS = (8, 64, 512, 0)
"""Squares; 0: all photos, whole."""
SEEDS = (1, 2)
STEPS, BATCH, CROP_PX = 6000, 8, 64
LEARNING = Train(steps=STEPS, batch=BATCH, crop_px=CROP_PX, lr=1e-3, warmup_steps=100, optimiser="muon", loss="psnr", ema=0.995)


def base(clean: str, rain: tuple[str, ...], backgrounds: int, seed: int, width: int = 16, order: str = "random") -> Recipe:
    """The recipe of a cell."""
    return Recipe(
        seed=seed,
        net=Net.of(width=width, conditional=False),
        data=Data(clean=clean, scales=(1.0,)),
        rain=Rain(profiles=rain, dry=0.0, shrunk=0.0, clear_share=0.0),
        train=LEARNING,
        balance=Balance(backgrounds, patch_px=128, order=order) if backgrounds else None,
    )


def rows(rain: tuple[str, ...]) -> tuple[Rows, ...]:
    """What a cell that learned from `rain` is scored on."""
    found = [Rows("seen rain", rain, "kodak"), Rows("unseen rain", UNSEEN, "kodak")]
    found.append(Rows("unseen rain, cid22", UNSEEN, "cid22_val"))
    if rain == NARROW:
        found.append(Rows("heavy and fu", ("heavy", "fu"), "kodak"))
    return (*found, Rows("own backgrounds, seen rain", rain, own=True), Rows("own backgrounds, unseen rain", UNSEEN, own=True))


def name_of(rain: tuple[str, ...], backgrounds: int, seed: int) -> str:
    """For a file: "narrow-64-seed1"."""
    return f"{'narrow' if rain == NARROW else 'wide'}-{backgrounds or 'all'}-seed{seed}"


def cells(clean: str) -> list[Cell]:
    """The pilot first (8 squares and all photos of narrow rain), then the grid, complexity at equal count, capacity."""
    grid = [(rain, count, seed) for rain in (NARROW, WIDE) for count in BACKGROUNDS for seed in SEEDS]
    grid.sort(key=lambda cell: not (cell[0] == NARROW and cell[1] in (8, 0)))
    made = [Cell(name_of(*each), base(clean, *each), rows(each[0])) for each in grid]
    return [*made, *complexity(clean), *capacity(clean)]


def complexity(clean: str) -> Iterator[Cell]:
    """The 64 simplest and the 64 most complex squares by code length."""
    for order in ("simple", "complex"):
        for seed in SEEDS:
            yield Cell(f"narrow-64-{order}-seed{seed}", base(clean, NARROW, 64, seed, order=order), rows(NARROW))


def capacity(clean: str) -> Iterator[Cell]:
    """Half the width, two seeds, and half as much again, one: the claim is that capacity is not the cause."""
    for width, seeds in ((8, SEEDS), (24, SEEDS[:1])):
        for count in (8, 512):
            for seed in seeds:
                yield Cell(f"narrow-{count}-w{width}-seed{seed}", base(clean, NARROW, count, seed, width), rows(NARROW))


COLUMNS = ("seen rain", "unseen rain", "unseen rain, cid22", "heavy and fu")


def told(results: dict[str, Result]) -> str:
    """The table as Markdown: a line for each pair of seeds, and doing nothing."""
    head = ["cell", "seeds", *(f"{column}: removed" for column in COLUMNS), "bg err, unseen rain", "spread of seeds"]
    lines = [line(name, seeds) for name, seeds in markdown.by_method(results).items()]
    narrow = [result for name, result in results.items() if name.startswith("narrow")] or list(results.values())
    if narrow:
        lines.append(line("doing nothing", [replace(narrow[0], scores=narrow[0].identity)]))
    return markdown.table(head, lines)


def line(name: str, seeds: list[Result]) -> list[str]:
    """One line: means over seeds with the interval over the pictures of all of them."""
    removed = [markdown.of_seeds(seeds, column, "rain_removed") for column in COLUMNS]
    apart = markdown.apart_of([mean(result.scores["unseen rain"]["rain_removed"]) for result in seeds], 3)
    return [name, str(len(seeds)), *removed, markdown.of_seeds(seeds, "unseen rain", "bg_err", 1), apart]


TABLE = Table("balance", cells, told)
