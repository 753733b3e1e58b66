"""How much of *real* rain is gone, on photos with hand-made masks of their streaks (science notes 9.3b).

Benchmarks with synthetic rain and real rain come apart, so models are chosen by this and by what happens to dry photos. The
contrast of streaks is the mean high-pass value on the mask less that on a ring around it; what is left of it after deraining,
beside the change far from any streak, says whether rain went and nothing else did.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from rainapp.metrics.psnr_ssim import Picture

Mask = NDArray[np.bool_]

WINDOW_PX = 384
SIGMA_PX = 12.0
NEAR_PX = 4
MIN_CONTRAST = 1.5
"""Grey levels; photos whose streaks stand out less say nothing and are left out."""


@dataclass(frozen=True)
class StreakScore:
    """What one photo scored in its window.

    `streak_removed` is 1 where no contrast is left; `change_elsewhere` in grey levels. `energy_on_streaks` is the share of the
    removed layer's energy that lies within 4 px of the mask, NaN where nothing was removed; `area_near_streaks` is the share of
    the window that lies there, what removing at random would score. `energy` is the removed energy, for pooling photos.
    """

    streak_removed: float
    change_elsewhere: float
    energy_on_streaks: float
    area_near_streaks: float
    energy: float


def busiest_window(weights: Mask | NDArray[np.float64], side_px: int = WINDOW_PX) -> tuple[slice, slice]:
    """Rows and columns of the window of `side_px` that holds most of `weights` (H, W); all of a side that is shorter."""
    rows, columns = (min(side_px, side) for side in weights.shape)
    total = np.pad(weights.astype(np.float64), ((1, 0), (1, 0))).cumsum(0).cumsum(1)
    inside = total[rows:, columns:] - total[:-rows, columns:] - total[rows:, :-columns] + total[:-rows, :-columns]
    top, left = np.unravel_index(int(inside.argmax()), inside.shape)
    return slice(int(top), int(top) + rows), slice(int(left), int(left) + columns)


def grey(picture: Picture) -> NDArray[np.float32]:
    """Mean of the channels in grey levels of 255, (H, W)."""
    return np.asarray(picture.mean(axis=2) * 255, np.float32)


def contrast(picture: Picture, mask: Mask) -> float:
    """Mean high-pass grey value on the mask, less that on the ring 1 to 6 px around it."""
    plane = grey(picture)
    high = plane - np.asarray(cv2.GaussianBlur(plane, (0, 0), SIGMA_PX), np.float32)
    solid = mask.astype(np.uint8)
    wide = cv2.dilate(solid, np.ones((13, 13), np.uint8))
    ring = (wide > 0) & (cv2.dilate(solid, np.ones((3, 3), np.uint8)) == 0)
    return float(high[mask].mean() - high[ring].mean())


def score(rainy: Picture, derained: Picture, mask: Mask) -> StreakScore | None:
    """The score of one photo, (H, W, 3) 0..1 and its mask (H, W); None where its streaks hardly stand out."""
    window = busiest_window(mask)
    rainy, derained, mask = rainy[window], derained[window], mask[window]
    if not mask.any() or mask.all():
        return None
    before = contrast(rainy, mask)
    if before < MIN_CONTRAST:
        return None
    change = np.abs(grey(rainy) - grey(derained))
    far = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 5) > NEAR_PX
    energy = change**2
    return StreakScore(
        1 - contrast(derained, mask) / before,
        float(change[far].mean()) if far.any() else 0.0,
        float(energy[~far].sum() / energy.sum()) if energy.any() else float("nan"),
        float(1 - far.mean()),
        float(energy.sum()),
    )
