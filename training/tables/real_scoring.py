"""Scores of a cell on real pictures: real rain, masks of real streaks, dry photos. Gates of the application are off."""

import math
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from torch import nn

from rainapp.base.errors import BadRecipe
from rainapp.metrics import psnr_ssim, streak_contrast
from rainapp.metrics.fine_structure import fine_removed
from training.data.crops import photo_files
from training.data.sources import as_floats, read_or_none
from training.rain.generator import Photo
from training.tables.cells import Rows
from training.tables.scoring import PICTURES, Scores, derained, spread
from training.teach.understand import prepared

Figures = dict[str, float | None]


def half(folder: Path, which: str) -> list[Path]:
    """The photos of a folder in name order: "odd" ones (the first, third, …), "even" ones, or all for ""; "odd:8": eight."""
    name, _, count = which.partition(":")
    files = photo_files(folder, 0)
    chosen = files[0::2] if name == "odd" else files[1::2] if name == "even" else files
    return chosen[: int(count or 0) or None]


def eight_bit(picture: Photo) -> np.ndarray:
    """(H, W, 3) 0..1 as uint8."""
    return np.round(picture * 255).astype(np.uint8)


def result_of(net: nn.Module | None, picture: Photo) -> Photo:
    """What the net makes of a picture; without a net the picture."""
    return picture if net is None else derained(net, picture)


def real(net: nn.Module | None, dev: Path, rows: Rows) -> Iterator[Figures]:
    """How much fine rain goes from each photo that has a direction, and by how many grey levels it changes."""
    place, _, which = rows.clean.partition(":")
    for file in half(dev / place, which):
        photo = read_or_none(file)
        if photo is None:
            continue
        rainy = prepared(photo)
        made = eight_bit(result_of(net, as_floats(rainy)))
        yield {"fine_removed": fine_removed(rainy, made), "change": float(np.abs(made.astype(np.float32) - rainy).mean())}


def masks(net: nn.Module | None, dev: Path, rows: Rows) -> Iterator[Figures]:
    """How much of the contrast of real streaks goes, and what changes elsewhere."""
    files = photo_files(dev / rows.clean / "mask", 0)
    partners = {file.stem.removesuffix("masks").removesuffix("mask").rstrip("_-"): file for file in files}
    for file in photo_files(dev / rows.clean / "rainy", 0):
        photo, mask = read_or_none(file), read_or_none(partners[file.stem]) if file.stem in partners else None
        if photo is None or mask is None or photo.shape != mask.shape:
            continue
        rainy = as_floats(photo)
        scored = streak_contrast.score(rainy, result_of(net, rainy), mask.mean(axis=2) > 127)
        if scored is not None:
            yield {"streaks_removed": scored.streak_removed, "change_elsewhere": scored.change_elsewhere}


def dry(net: nn.Module | None, dev: Path, rows: Rows) -> Iterator[Figures]:
    """By how many grey levels dry photos change, and their PSNR, which is no number where nothing changed."""
    files = photo_files(dev / rows.clean / "clean", 0)
    for place in spread(len(files), PICTURES):
        photo = read_or_none(files[place])
        if photo is None:
            continue
        clean = as_floats(prepared(photo))
        made = result_of(net, clean)
        yield {"change": float(np.abs(made - clean).mean() * 255), "psnr_y": psnr_ssim.psnr_y(made, clean)}


KINDS: dict[str, Callable[[nn.Module | None, Path, Rows], Iterator[Figures]]] = {"real": real, "masks": masks, "dry": dry}


def score(net: nn.Module | None, dev: Path, rows: Rows) -> Scores:
    """Figures by picture; None where a picture has none. Raises BadRecipe where there are no pictures."""
    found: Scores = {}
    for figures in KINDS[rows.kind](net, dev, rows):
        for name, value in figures.items():
            known = value is not None and math.isfinite(value)
            found.setdefault(name, []).append(round(float(value), 4) if known and value is not None else None)
    if not found:
        raise BadRecipe(f"There are no pictures for the row “{rows.name}” below {dev}.", "Name the clean photos with --clean.")
    return found
