"""What is too faint to be rain is not taken: where little rain was found, the photo stays as it is.

How much is too faint depends on the picture. Rain falls everywhere; a lattice or a meadow that looks like it stands somewhere.
From nearly all photos of real rain the net took something that can be seen in two fifths of all places or more, from nine dry
photos in ten in less than a third (docs, decisions). So where it took something in a few places only, those must be strong.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from rainapp.base.image import Pixels

FAINT = 2.0 / 255
"""Local change up to which nothing is taken from a rainy picture; from twice that on, all of it."""
FAINT_IF_DRY = 10 * FAINT
"""The same in a picture that is as good as dry."""
DRY_SHARE, RAINY_SHARE = 0.22, 0.36
"""Shares of places with rain up to which a picture counts as dry, and from which on as rainy; between them by degrees."""
SEEN = 3.0 / 255  # local change that tells of rain in a place
PLACES_ACROSS = 16
"""Places along the shorter side: a picture is judged the same at whatever size the net sees it first."""
JUDGED_MIN_PX = 256  # shorter side; of a smaller picture nobody can tell
REACH_PX = 2.0  # standard deviation of the neighbourhood that is looked at
MEAN = np.full((1, 3), 1 / 3, np.float32)
JUDGED_PIXELS = 1_500_000  # longer strips count as rainy


def leave_faint(derained: NDArray[np.float32], rainy: Pixels, faint: float) -> NDArray[np.float32]:
    """A derained tile in which changes that are faint all around are undone.

    A net is never quite still: it moves skies and grain by a level or two, in photos without rain too. Real streaks that can be
    seen are stronger (docs, results).

    Args:
        derained: (h, w, 3) 0 to 1; written into.
        rainy: (h, w, 3) as in the file.
        faint: what is too faint, peak 1; see `faint_level`.

    Returns:
        (h, w, 3), `derained` itself.
    """
    before = rainy.astype(np.float32)
    before /= np.float32(np.iinfo(rainy.dtype).max)
    derained -= before
    derained *= share_taken(change_around(derained), faint)[..., None]
    derained += before
    return derained


def change_around(removed: NDArray[np.floating]) -> NDArray[np.float32]:
    """How much was taken in the neighbourhood of each pixel: (H, W), peak 1, of (H, W, 3), derained less rainy."""
    change = cv2.transform(np.abs(removed.astype(np.float32, copy=False)), MEAN)  # ten times as fast as numpy's mean
    return np.asarray(cv2.GaussianBlur(change, (0, 0), REACH_PX), np.float32)


def share_taken(around: NDArray[np.float32], faint: float) -> NDArray[np.float32]:
    """How much of a change is taken, 0 to 1, (H, W), by how much changes around it."""
    share = around * np.float32(1 / faint)
    share -= 1
    return np.clip(share, 0, 1, out=share)


def faint_level(share: float) -> float:
    """What is too faint to be taken from a picture of which this `share` is rainy, peak 1: `FAINT` to `FAINT_IF_DRY`."""
    return float(np.interp(share, (DRY_SHARE, RAINY_SHARE), (FAINT_IF_DRY, FAINT)))


def rainy_share(around: NDArray[np.float32]) -> float:
    """The share of places of a whole picture in which something that can be seen was taken, 0 to 1.

    Args:
        around: (H, W), see `change_around`. Of a small picture 1: nobody can tell.
    """
    if min(around.shape) < JUDGED_MIN_PX:
        return 1.0
    side_px = min(around.shape) // PLACES_ACROSS
    down, across = (side // side_px for side in around.shape)
    places = around[: down * side_px, : across * side_px].reshape(down, side_px, across, side_px)
    return float((places.max((1, 3)) > SEEN).mean())
