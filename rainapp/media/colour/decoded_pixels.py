"""What every decoder returns: the pixels of a photo, and how they are turned upright."""

from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from rainapp.base.image import Pixels


@dataclass
class Decoded:
    """Upright or stored `pixels` (H, W, 3) and `alpha` (H, W), uint8 or full-range uint16; `icc` is the profile they are in."""

    pixels: Pixels
    alpha: Pixels | None = None
    depth: int = 8
    icc: bytes | None = None
    notes: tuple[str, ...] = ()


def turned(decoded: Decoded, orientation: int) -> Decoded:
    """The picture as EXIF `orientation` 1..8 says it is to be seen."""
    decoded.pixels = turned_array(decoded.pixels, orientation)
    if decoded.alpha is not None:
        decoded.alpha = turned_array(decoded.alpha, orientation)
    return decoded


def turned_array(stored: Pixels, orientation: int) -> Pixels:
    """(H, W, …) `stored` pixels upright: 2 mirrored, 3 upside down, 4 both, 5..8 the same with rows and columns exchanged."""
    if orientation == 1:
        return stored
    rows = slice(None, None, -1 if orientation in (3, 4, 6, 7) else 1)
    columns = slice(None, None, -1 if orientation in (2, 3, 7, 8) else 1)
    seen = stored[rows, columns]
    return packed(seen.swapaxes(0, 1) if orientation >= 5 else seen)


def packed(pixels: NDArray[np.generic]) -> Pixels:
    """The same samples without gaps between them."""
    return cast(Pixels, np.ascontiguousarray(pixels))
