"""What a prior must not do in a window: show another picture, or add detail that the place does not have."""

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

LOW_PX = 6.0
"""Standard deviation of the blur whose result counts as low frequencies."""
LOW_BOUND = 12.0 / 255
"""By how much low frequencies may differ from the derained picture, anywhere in a window and in any channel."""
DETAIL_PX = 2.0
DETAIL_RATIO = 1.2
"""Energy of the added detail, at most so many times that of dry neighbours."""
DETAIL_FLOOR = (1.0 / 255) ** 2
"""Energy that nobody sees, and that every place may have."""
NEIGHBOURS_PX = 32
"""How far around a window its neighbours reach."""
NEIGHBOURS_MIN = 256
"""So many dry pixels tell what the place is like; where there are fewer, the derained picture itself does."""


def agrees(derained: Floats, made: Floats) -> bool:
    """Whether a window of a prior (h, w, 3) shows the same picture at large."""
    low = cv2.GaussianBlur(made - derained, (0, 0), LOW_PX, borderType=cv2.BORDER_REPLICATE)
    return bool(np.abs(low).max() <= LOW_BOUND)


def adds_little(added: Floats, wet: NDArray[np.bool_], around: Floats, dry: NDArray[np.bool_]) -> bool:
    """Whether the detail of what is `added` (h, w, 3) where it is `wet` (h, w) is no more than the place has.

    Args:
        added: the change as it would be made at full strength.
        wet: where the mask is above 0.
        around: the derained picture of the window and its neighbours, (h', w', 3).
        dry: where no rain was, (h', w').
    """
    place = _detail(around)
    known = place[dry] if dry.sum() >= NEIGHBOURS_MIN else place
    return float(_detail(added)[wet].mean()) <= max(DETAIL_RATIO * float(known.mean()), DETAIL_FLOOR)


def _detail(picture: Floats) -> Floats:
    """The energy of fine detail at each pixel, (h, w)."""
    fine = picture - cv2.GaussianBlur(picture, (0, 0), DETAIL_PX, borderType=cv2.BORDER_REPLICATE)
    energy: Floats = np.square(fine).mean(axis=2)
    return energy
