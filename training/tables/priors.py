"""Table `priors`: does a prior repair what a derainer leaves, and does diffusion earn its time over less?

The diffusion prior, the content prior (in two runs), and a plain net of the diffusion prior's size for the same crops, the same
error and as many samples: what is gained by regression alone. Each repairs what the default left of heavy rain that it may have
learned from, of a kind that nothing here learns from, and of two sets of `dev/`; at `light` and at `full` strength, with the
checks of the application and without its budget, which lets a prior change little of a heavy rain. The measure is the distance
of detail inside the rain (`metrics.band_distance`): a target of 8 % less at light and 15 % less at full, GMSD no worse, PSNR at
most 0.5 dB and removal at most .01 lower. On real photos only naturalness can be told.
"""

from dataclasses import replace

from rainapp.jobs.treatment import REFINE
from training.recipe import Data, Net, Rain, Recipe, Repair, Train
from training.tables import markdown
from training.tables.cells import Cell, Result, Rows, Table
from training.tables.statistics import interval, mean, paired, shown

STEPS, BATCH, CROP_PX = 20_000, 8, 64
CONTENT_STEPS, ENCODER_STEPS = 20_000, 8_000
SCENES = (
    Rows("heavy", ("heavy",), "kodak"),
    Rows("monsoon", ("monsoon",), "kodak"),
    Rows("rain100h", (), "rain100h", kind="pairs"),
    Rows("rain100l", (), "rain100l", kind="pairs"),
    Rows("real rain", (), "real_photos", kind="real"),
)
ROWS = tuple(
    replace(scene, name=f"{scene.name}, {word}", repair=strength)
    for scene in SCENES
    for word, strength in REFINE.items()
    if strength
)
FIRST = "content-clean"


def base(clean: str, task: str, net: Net, steps: int, repair: Repair | None) -> Recipe:
    """What all runs have in common."""
    return Recipe(
        task=task,
        net=net,
        data=Data(clean=clean),
        rain=Rain(profiles=("balanced", "heavy"), dry=0.0, clear_share=0.0),
        train=Train(steps=steps, batch=BATCH, crop_px=CROP_PX, lr=1e-3, warmup_steps=200, weight_decay=0.0, ema=0.999),
        repair=repair,
    )


def cells(clean: str) -> list[Cell]:
    """The diffusion prior, the plain net, the content prior."""
    left = Repair("quick")
    return [
        Cell("diffusion", base(clean, "denoise", Net.of("unet"), STEPS, left), ROWS),
        Cell("plain", base(clean, "inpaint", Net.of(conditional=False), STEPS, left), ROWS),
        Cell(FIRST, base(clean, "autoencode", Net.of("vq"), CONTENT_STEPS, None), ROWS, weights=True),
        Cell("content", base(clean, "autoencode", Net.of("vq"), ENCODER_STEPS, left), ROWS, after=FIRST),
    ]


FIGURES = {"band_distance": 2, "gmsd": 4, "psnr_y": 2, "rain_removed": 3, "bg_err": 2, "naturalness": 2}
"""What is told, with how many digits."""


def told(results: dict[str, Result]) -> str:
    """The table as Markdown: for each row of pictures what doing nothing has, and by how much each prior differs from it."""
    lines = []
    for row in ROWS:
        there = {name: result for name, result in results.items() if row.name in result.scores}
        if there:
            first = next(iter(there.values())).identity[row.name]
            figures = [shown(first[name], digits) if name in first else "" for name, digits in FIGURES.items()]
            lines.append([row.name, "nothing", *figures, "", ""])
        lines += [line(row.name, name, result) for name, result in there.items()]
    return markdown.table(["pictures", "prior", *FIGURES, "pixels changed", "windows refused"], lines)


def line(row: str, name: str, result: Result) -> list[str]:
    """The differences of one prior to doing nothing, with their intervals over pictures."""
    before, after = result.identity[row], result.scores[row]
    parts = [row, name]
    for figure, digits in FIGURES.items():
        gains = paired(before.get(figure, []), after.get(figure, []))
        low, high = interval(gains)
        share = f", {100 * mean(gains) / mean(before[figure]):+.1f} %" if gains and figure == "band_distance" else ""
        parts.append(f"{mean(gains):+.{digits}f} ({low:+.{digits}f} to {high:+.{digits}f}){share}" if gains else "")
    return [*parts, *(f"{100 * mean(after[figure]):.1f} %" for figure in ("changed", "refused"))]


TABLE = Table("priors", cells, told)
