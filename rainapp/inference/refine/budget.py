"""How much of a picture a prior may change at most; above it the strength falls."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SEEN = 0.5
"""Change in levels of 255, in any channel, from which on a pixel counts as changed, whatever the depth of the file."""
ROUNDING = 0.01
"""What weakening a change may be off by, in levels: else half a level could become a whole one."""
STEPS = 16  # in a level
BINS = 255 * STEPS + 1


@dataclass(frozen=True)
class Budget:
    """The largest `share` of the pixels that may change, 0 to 1, and the largest `mean` change of the picture, peak 1."""

    share: float = 0.15
    mean: float = 1.0 / 255


class Changes:
    """The changes of a whole picture at full strength, pixel by pixel, as a histogram: of any size in the same memory."""

    def __init__(self, pixels: int) -> None:
        """Of a picture of so many pixels."""
        self._pixels = pixels
        self._counts = np.zeros(BINS, np.int64)
        self._sum = 0.0

    def add(self, change: NDArray[np.float32]) -> None:
        """Count the change (h, w, 3) of some pixels, peak 1."""
        absolute = np.abs(change)
        steps = np.ceil(absolute.max(axis=2) * np.float32(255 * STEPS)).astype(np.int64)
        self._counts += np.bincount(np.minimum(steps, BINS - 1).ravel(), minlength=BINS)
        self._sum += float(absolute.mean(axis=2, dtype=np.float64).sum())

    def strength(self, wanted: float, budget: Budget) -> float:
        """The strength up to `wanted` that the budget allows."""
        mean = self._sum / self._pixels
        by_mean = budget.mean / mean if mean > 0 else np.inf
        beyond = np.cumsum(self._counts[::-1])[::-1]  # pixels whose change is that of the bin or larger
        over = np.nonzero(beyond > budget.share * self._pixels)[0]
        largest = int(over.max()) if over.size else 0  # changes of so many steps, and smaller ones, must stay unseen
        by_share = (SEEN - ROUNDING) * STEPS / largest if largest else np.inf
        return float(min(wanted, by_mean, by_share))
