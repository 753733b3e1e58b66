"""Scores of a cell on real photos without a clean partner: contrast of marked streaks, and fine structure across the rain."""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from rainapp.base.errors import BadRecipe
from rainapp.media.photo.plain_pixels import Bytes, read_plain
from rainapp.metrics import streak_contrast
from rainapp.metrics.fine_structure import fine_removed
from training.data.crops import photo_files
from training.tables.cells import Rows
from training.tables.scoring import PICTURES, Scores, derained, spread

MASKS = "real_streak_masks"
SIDE_PX = 512


def score(net: torch.nn.Module | None, rows: Rows, dev: Path) -> Scores:
    """Figures by picture, without a net of doing nothing: `streak_removed` and `change_elsewhere`, or `fine_removed`.

    The photos judge what cells have learned from every second one: those between are taken. Raises BadRecipe without any.
    """
    if rows.real == MASKS:
        return of_masks(net, dev / MASKS)
    files = photo_files(dev / rows.real, 0)[1::2]
    if not files:
        raise BadRecipe(f"The folder {dev / rows.real} holds too few photos.", "Name the folder beside the clean photos.")
    found: list[float | None] = []
    for place in spread(len(files), PICTURES):
        rainy = middle(read_plain(files[place]))
        removed = fine_removed(rainy, made_of(net, rainy))
        found.append(None if removed is None else round(removed, 4))
    return {"fine_removed": found}


def of_masks(net: torch.nn.Module | None, folder: Path) -> Scores:
    """On photos whose streaks are marked."""
    found: Scores = {"streak_removed": [], "change_elsewhere": []}
    masks = {
        file.stem.removesuffix("masks").removesuffix("mask").rstrip("_-"): file for file in photo_files(folder / "mask", 0)
    }
    for file in photo_files(folder / "rainy", 0):
        if file.stem not in masks:
            continue
        rainy, mask = read_plain(file), read_plain(masks[file.stem]).mean(2) > 127
        scored = streak_contrast.score(unit(rainy), unit(made_of(net, rainy)), np.asarray(mask, np.bool_))
        for name, figures in found.items():
            figures.append(None if scored is None else round(float(getattr(scored, name)), 4))
    if not found["streak_removed"]:
        raise BadRecipe(f"No photo in {folder} has a mask.", "Masks carry the names of their photos.", folder)
    return found


def middle(photo: Bytes) -> Bytes:
    """The middle square of a photo; all of it where it is smaller."""
    top, left = (max(0, (side - SIDE_PX) // 2) for side in photo.shape[:2])
    return np.ascontiguousarray(photo[top : top + SIDE_PX, left : left + SIDE_PX])


def unit(photo: Bytes) -> NDArray[np.float32]:
    """0 to 1."""
    return photo.astype(np.float32) / np.float32(255)


def made_of(net: torch.nn.Module | None, photo: Bytes) -> Bytes:
    """What the net makes of a photo, as 8 bit; the photo itself without one."""
    return photo if net is None else np.asarray((derained(net, unit(photo)) * 255).round(), np.uint8)
