"""How much fine rain is gone from a real photo, without a clean picture or a mask (science notes 9.3c).

Streaks lie along one direction. So does fine structure: there is more of it across that direction than along it, and what is
left of this excess after deraining says how much of the rain is left. Upright structure counts as rain too, so the figure
compares models on the same photos, never photos with each other, and is no replacement for looking.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]

FINEST_PX, COARSEST_PX = 0.7, 3.0
"""Standard deviations of the two blurs between which structure counts as fine."""
LEAST_SHARE = 0.12
"""Of the gradient energy: photos with a smaller excess across one direction have no common direction."""


LEAST_ENERGY = 16.0  # squared, as OpenCV's derivative has it: half a level a pixel; below it there is only rounding
AROUND_PX = 12.0  # standard deviation of the neighbourhood in which what is left is told
STRONG = 1.5  # times as steep as what is usual in the rainy photo: slopes count up to here


@dataclass(frozen=True)
class Gradients:
    """Mean products of the gradients of the fine band: `xx`, `xy`, `yy`, in squared grey levels."""

    xx: float
    xy: float
    yy: float

    @property
    def across(self) -> float:
        """The direction in which most changes, in radians from the x axis: across the streaks where there are any."""
        return 0.5 * math.atan2(2 * self.xy, self.xx - self.yy)

    @property
    def have_direction(self) -> bool:
        """Whether there is clearly more structure across one direction than along it."""
        energy = self.xx + self.yy
        return energy >= LEAST_ENERGY and self.excess(self.across) >= LEAST_SHARE * energy

    def excess(self, across: float) -> float:
        """Energy of the derivative in the direction `across` less that at right angles to it."""
        return math.cos(2 * across) * (self.xx - self.yy) + 2 * math.sin(2 * across) * self.xy


def band_gradients(picture: Bytes) -> tuple[Floats, Floats]:
    """The derivatives to the right and down of the fine band of `picture` (H, W, 3) RGB of 8 bit, each (H, W)."""
    plane = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    band = cv2.GaussianBlur(plane, (0, 0), FINEST_PX) - cv2.GaussianBlur(plane, (0, 0), COARSEST_PX)
    across, down = (np.asarray(cv2.Sobel(band, cv2.CV_32F, *order), np.float32) for order in ((1, 0), (0, 1)))
    return across, down


def gradients(picture: Bytes) -> Gradients:
    """The gradients of the fine band of `picture` (H, W, 3) RGB of 8 bit."""
    across, down = band_gradients(picture)
    return Gradients(
        *(float(np.mean(one * other, dtype=np.float64)) for one, other in ((across, across), (across, down), (down, down)))
    )


def fine_removed(rainy: Bytes, derained: Bytes) -> float | None:
    """The share of the fine structure across the rain that is gone; both pictures (H, W, 3) RGB of 8 bit.

    Returns:
        1 where as much is left across the rain's direction as along it, 0 where nothing was done. Above 1 structure now runs
        the other way, which is smear; below 0 a comb was added. None where the rainy photo has no common direction.
    """
    before = gradients(rainy)
    if not before.have_direction:
        return None
    return 1 - gradients(derained).excess(before.across) / before.excess(before.across)


def fine_left(rainy: Bytes, derained: Bytes) -> Floats | None:
    """Where fine structure still runs across the direction of the rain; both pictures (H, W, 3) RGB of 8 bit.

    Rain falls everywhere, so what half of all places of the rainy photo have at least is what rain looks like there. Stronger
    structure, the upright edges of the scene, counts no more than that; dense ones are still told as rain. It shows where to
    look, and is no proof.

    Returns:
        (H, W), 0 to 1: the energy as a share of what rain had, 0 where there is as much along that direction as across it.
        None where the rainy photo has no common direction.
    """
    before = gradients(rainy)
    if not before.have_direction:
        return None
    usual = float(np.median(_around(rainy, before.across, math.inf)))
    if usual <= 0:
        usual = before.excess(before.across)
    left = _around(derained, before.across, STRONG * math.sqrt(usual))
    return np.asarray(np.clip(left / np.float32(usual), 0, 1), np.float32)


def _around(picture: Bytes, across: float, limit: float) -> Floats:
    """The excess of energy in the neighbourhood of each pixel, (H, W); slopes count up to `limit`."""
    right, down = band_gradients(picture)
    cosine, sine = np.float32(math.cos(across)), np.float32(math.sin(across))
    over, along = (np.clip(slope, -limit, limit) for slope in (cosine * right + sine * down, cosine * down - sine * right))
    return np.asarray(cv2.GaussianBlur(over * over - along * along, (0, 0), AROUND_PX), np.float32)
