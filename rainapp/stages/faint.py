"""What is too faint to be seen is not taken: where little rain was found, the photo stays as it is."""

import cv2
import numpy as np
from numpy.typing import NDArray

from rainapp.image import Pixels

FAINT = 2.0 / 255
"""Local change up to which nothing is taken; from twice that on, all of it."""
REACH_PX = 2.0  # standard deviation of the neighbourhood that is looked at
MEAN = np.full((1, 3), 1 / 3, np.float32)


def leave_faint(derained: NDArray[np.float32], rainy: Pixels) -> NDArray[np.float32]:
    """A derained tile in which changes that are faint all around are undone.

    A net is never quite still: it moves skies and grain by a level or two, in photos without rain too. Real streaks that can be
    seen are stronger (README, "Measured results").

    Args:
        derained: (h, w, 3) 0 to 1; written into.
        rainy: (h, w, 3) as in the file.

    Returns:
        (h, w, 3), `derained` itself.
    """
    before = rainy.astype(np.float32)
    before /= np.float32(np.iinfo(rainy.dtype).max)
    derained -= before
    around = cv2.GaussianBlur(cv2.transform(np.abs(derained), MEAN), (0, 0), REACH_PX)  # ten times as fast as numpy's mean
    derained *= np.clip(around / np.float32(FAINT) - 1, 0, 1)[..., None]
    derained += before
    return derained
