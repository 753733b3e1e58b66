"""Photos for those who read many with one quick call, such as training, and without waiting for ever."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from rainapp.regular import open_regular


def read_rgb(file: Path) -> NDArray[np.uint8] | None:
    """The photo (H, W, 3) RGB in a file, 8 bit and upright; None where it is no photo, or a pipe or a device."""
    try:
        open_regular(file).close()
    except OSError:
        return None
    pixels = cv2.imread(str(file), cv2.IMREAD_COLOR_RGB)
    return None if pixels is None else np.asarray(pixels, np.uint8)
