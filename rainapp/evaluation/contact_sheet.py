"""One picture of many small crops at full scale, before and after: what a person looks at to judge a model on real photos.

Crops are taken where most was removed, because there a model does its best and its worst. The sheet is for looking at on one's
own machine: photos of others stay where they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from rainapp.base.image import Image
from rainapp.metrics.streak_contrast import busiest_window

Pixels = NDArray[np.uint8]
Window = tuple[slice, slice]

CROP_PX = 256
LABEL_PX = 22
GAP_PX = 10
PAPER, INK = 244, 30
SHEET_SHAPE = 1.5  # about how much wider than high a sheet is


@dataclass(frozen=True, eq=False)
class Crop:
    """The same window of a rainy photo and of its results, (h, w, 3) uint8 each, under one caption."""

    caption: str
    pictures: Sequence[Pixels]


def places(rainy: Pixels, derained: Pixels, count: int, side_px: int = CROP_PX) -> list[Window]:
    """Up to `count` windows that do not overlap, those with most removed energy first."""
    energy = (derained.astype(np.float64) - rainy).__pow__(2).mean(axis=2) + 1e-9  # all alike where nothing was removed
    found: list[Window] = []
    for _ in range(count):
        window = busiest_window(energy, side_px)
        if (energy[window] < 0).any():
            break
        found.append(window)
        energy[window] = -1e12
    return found


def share_out(photos: int, crops: int) -> list[int]:
    """How many crops each of `photos` photos gives: as evenly as can be, spread over all of them."""
    edges = [round(i * crops / photos) for i in range(photos + 1)]
    return [b - a for a, b in zip(edges, edges[1:], strict=False)]


def compose(crops: Sequence[Crop], side_px: int = CROP_PX) -> Image:
    """The sheet: every crop's pictures side by side in a row of their own, the rows in columns. At least one crop."""
    width = max(len(crop.pictures) for crop in crops) * side_px + GAP_PX
    height = side_px + LABEL_PX + GAP_PX
    columns = max(1, min(len(crops), round(np.sqrt(SHEET_SHAPE * len(crops) * height / width))))
    rows = -(-len(crops) // columns)
    sheet = np.full((rows * height + GAP_PX, columns * width + GAP_PX, 3), PAPER, np.uint8)
    for index, crop in enumerate(crops):
        top, left = GAP_PX + index // columns * height, GAP_PX + index % columns * width
        # OpenCV's letters are ASCII; other signs of a name become question marks.
        words = crop.caption.encode("ascii", "replace").decode()
        cv2.putText(sheet, words, (left, top + LABEL_PX - 8), cv2.FONT_HERSHEY_SIMPLEX, 0.42, (INK,) * 3, 1, cv2.LINE_AA)
        for place, picture in enumerate(crop.pictures):
            x, y = left + place * side_px, top + LABEL_PX
            sheet[y : y + picture.shape[0], x : x + picture.shape[1]] = picture
    return Image(sheet)
