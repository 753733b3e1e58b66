"""Scores of a prior: what it makes of pictures that the default model has derained, through mask and checks.

Rain is drawn on clean photos of `dev/`, or the pictures are the pairs of a set of `dev/`. The first model of the library
derains them; then the cell's net repairs at a strength, with mask and checks as in the application, and without the budget.
Without a net the derained pictures are scored.
"""

import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from torch import nn

from rainapp.base.errors import BadRecipe
from rainapp.base.image import Frame, Image
from rainapp.inference.pipeline import load_pipeline
from rainapp.inference.refine.budget import Budget
from rainapp.inference.refine.diffusion import DiffusionPrior
from rainapp.inference.refine.prior import NetPrior, Prior
from rainapp.inference.refine.refiner import Refiner
from rainapp.jobs.records import NoWatch, Treatment
from rainapp.library.model_library import ModelLibrary
from rainapp.metrics import psnr_ssim
from rainapp.metrics.band_distance import band_distance
from rainapp.metrics.naturalness import niqe
from rainapp.nets.unet import Denoiser, Unet, schedule
from training.data.crops import photo_files, read_photos
from training.data.sources import read_or_none
from training.tables.cells import Rows
from training.tables.scoring import Picture, Scores, cleans, middle, pairs, spread
from training.teach.understand import prepared

PICTURES = 12
"""Of each row."""
UNLIMITED = Budget(1.0, 1.0)
"""Heavy rain covers more of a picture than the budget lets a prior change: what it *can* do is measured without."""
FIGURES = ("psnr_y", "ssim_y", "gmsd", "rain_removed", "bg_err", "band_distance", "changed", "refused")
REAL_FIGURES = ("naturalness", "changed", "refused")
Made = Callable[[Frame], Frame]


def prior_of(net: nn.Module) -> Prior:
    """The net of a cell as a prior."""
    if isinstance(net, Unet):
        return DiffusionPrior("cell", Denoiser(net.model, schedule().alphas_cumprod, "v_prediction"))
    return NetPrior("cell", net)


def score(net: nn.Module | None, dev: Path, rows: Rows) -> Scores:
    """Figures by picture; `rows.repair` is the strength. Raises BadRecipe where there are no pictures."""
    pipeline = load_pipeline(Treatment(engine="torch", temporal="off", treat="always"), ModelLibrary())
    refiner = None if net is None else Refiner(prior_of(net), rows.repair, UNLIMITED)

    def made(frame: Frame) -> Frame:
        (derained,) = pipeline.in_turn([frame], NoWatch())
        return derained if refiner is None else next(iter(refiner([derained], NoWatch())))

    found: Scores = {name: [] for name in (REAL_FIGURES if rows.kind == "real" else FIGURES)}
    for figures in _real(dev / rows.clean, made) if rows.kind == "real" else _paired(dev, rows, made):
        for name, values in found.items():
            value = figures.get(name, math.nan)
            values.append(round(value, 4) if math.isfinite(value) else None)
    if not next(iter(found.values())):
        raise BadRecipe(f"There are no pictures for the row “{rows.name}” below {dev}.", "Name the clean photos with --clean.")
    return found


def _paired(dev: Path, rows: Rows, made: Made) -> Iterator[dict[str, float]]:
    for rainy, clean in _set(dev / rows.clean) if rows.kind == "pairs" else _drawn(dev, rows):
        done = made(_frame(rainy))
        result, rained = _floats(done), np.abs(rainy - clean).mean(2) > psnr_ssim.RAIN_THRESHOLD
        parts = psnr_ssim.decoupled(rainy, clean, result)
        yield _facts(done) | {
            "psnr_y": psnr_ssim.psnr_y(result, clean),
            "ssim_y": psnr_ssim.ssim_y(result, clean),
            "gmsd": psnr_ssim.gmsd(result, clean),
            "rain_removed": parts.rain_removed,
            "bg_err": parts.bg_err,
            "band_distance": band_distance(result, clean, rained),
        }


def _real(folder: Path, made: Made) -> Iterator[dict[str, float]]:
    files = photo_files(folder, 0)
    for place in spread(len(files), PICTURES):
        photo = read_or_none(files[place])
        if photo is not None:
            done = made(_frame(np.asarray(prepared(photo), np.float32) / np.float32(255)))
            yield _facts(done) | {"naturalness": niqe(_floats(done))}


def _drawn(dev: Path, rows: Rows) -> Iterator[tuple[Picture, Picture]]:
    """Rain of the profiles, as files of 8 bit hold it."""
    clean = cleans(rows, dev, ())
    for rainy, dry in pairs(rows, [clean[place] for place in spread(len(clean), PICTURES)]):
        yield _eight(rainy), _eight(dry)


def _set(folder: Path) -> Iterator[tuple[Picture, Picture]]:
    """The middle squares of the pairs of a set."""
    sides = [read_photos(folder / side, 0, 64)[0] for side in ("rainy", "clean")]
    for place in spread(min(map(len, sides)), PICTURES):
        rainy, clean = (middle(side[place]) for side in sides)
        yield rainy, clean


def _eight(picture: Picture) -> Picture:
    levels: NDArray[np.float32] = np.rint(picture.clip(0, 1) * 255).astype(np.float32)
    return levels / np.float32(255)


def _frame(rainy: Picture) -> Frame:
    image = Image(np.rint(rainy * 255).astype(np.uint8))
    return Frame(0, Fraction(0), image, image)


def _floats(frame: Frame) -> NDArray[np.float32]:
    floats: NDArray[np.float32] = frame.image.pixels.astype(np.float32) / np.float32(255)
    return floats


def _facts(frame: Frame) -> dict[str, float]:
    """The share of pixels that a prior changed, and of its windows that the checks refused."""
    done = frame.repaired
    return {} if done is None else {"changed": done.share, "refused": done.kept / max(done.windows, 1)}
