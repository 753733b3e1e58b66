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

FINEST_PX, COARSEST_PX = 0.7, 3.0
"""Standard deviations of the two blurs between which structure counts as fine."""
LEAST_SHARE = 0.12
"""Of the gradient energy: photos with a smaller excess across one direction have no common direction."""


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

    def excess(self, across: float) -> float:
        """Energy of the derivative in the direction `across` less that at right angles to it."""
        return math.cos(2 * across) * (self.xx - self.yy) + 2 * math.sin(2 * across) * self.xy


def gradients(picture: Bytes) -> Gradients:
    """The gradients of the fine band of `picture` (H, W, 3) RGB of 8 bit."""
    plane = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    band = cv2.GaussianBlur(plane, (0, 0), FINEST_PX) - cv2.GaussianBlur(plane, (0, 0), COARSEST_PX)
    across, down = (cv2.Sobel(band, cv2.CV_32F, *order) for order in ((1, 0), (0, 1)))
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
    across = before.across
    excess = before.excess(across)
    if excess <= 0 or excess < LEAST_SHARE * (before.xx + before.yy):
        return None
    return 1 - gradients(derained).excess(across) / excess
