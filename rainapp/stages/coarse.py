"""From coarse to fine: large pictures are derained made smaller first, so that broad streaks are seen for what they are.

Twice the pixels along a side make every streak twice as wide, but a net knows streaks of some widths and sees so far. In a
photo of 1536 rows, rain as it is drawn for training is as good as untouched at full size and goes at a quarter of it. So the
picture is halved until its shorter side is one the net was trained for; what is taken there is taken from the next larger
picture before the net sees that, up to full size. Only the removed light is enlarged, never the picture: details stay.

Of what the net takes from a larger picture only that counts which the smaller one cannot hold (`only_finer`): each size has the
say over its own band, as in a Laplacian pyramid (Burt and Adelson 1983). Where a broad slat looks like a streak from near, the
smaller picture, which shows the whole fence, has decided already.

Pure geometry on arrays; `stages.derain` puts the net between. Half sizes are exact halves: what is left over at the right and
bottom belongs to the last pixel.
"""

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from rainapp.image import Pixels

Removed = NDArray[np.float16] | NDArray[np.float32]
LEAST_PX = 850  # shorter sides up to here need no smaller picture first: streaks are at most twice as wide as in training
WANTED_PX = 600  # the smallest picture's shorter side is at most this
MOST_PIXELS = 30_000_000  # a picture between that is larger is left out: it would take memory, and time without a sign
STRIP_ROWS = 256


def factors(height: int, width: int) -> tuple[int, ...]:
    """By how much a picture is made smaller in each pass, coarsest first, ending with 1."""
    shorter = min(height, width)
    if shorter <= LEAST_PX:
        return (1,)
    coarsest = int(np.ceil(np.log2(shorter / WANTED_PX)))
    return (*(2**n for n in range(coarsest, 0, -1) if height * width <= MOST_PIXELS * 4**n), 1)


def reduced(pixels: Pixels, factor: int) -> Pixels:
    """`pixels` (H, W, 3) made smaller by a whole factor, each pixel the mean of a square, (H // factor, W // factor, 3)."""
    height, width = pixels.shape[0] // factor, pixels.shape[1] // factor
    small = np.empty((height, width, 3), pixels.dtype)
    for top in range(0, height, STRIP_ROWS):
        strip = pixels[top * factor : min(top + STRIP_ROWS, height) * factor, : width * factor]
        rows = strip.shape[0] // factor
        small[top : top + rows] = cv2.resize(strip, (width, rows), interpolation=cv2.INTER_AREA)
    return cast(Pixels, small)


def without(pixels: Pixels, removed: Removed, factor: int, top: int = 0, left: int = 0) -> Pixels:
    """A part of a picture less the rain that was found in the picture made smaller by `factor`.

    Args:
        pixels: (h, w, 3) as in the file, the part that begins at (`top`, `left`), both multiples of `factor`.
        removed: (H // factor, W // factor, 3), derained less rainy, peak 1, of the whole picture.
        factor: between the two.
        top: first row of the part.
        left: its first column.

    Returns:
        (h, w, 3) of the type of `pixels`.
    """
    height, width = pixels.shape[:2]
    rows = np.clip(np.arange(top // factor - 1, -(-(top + height) // factor) + 1), 0, removed.shape[0] - 1)
    columns = np.clip(np.arange(left // factor - 1, -(-(left + width) // factor) + 1), 0, removed.shape[1] - 1)
    patch = removed[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(np.float32)
    patch = patch[rows - rows[0]][:, columns - columns[0]]
    size = (patch.shape[1] * factor, patch.shape[0] * factor)
    grown = cv2.resize(patch, size, interpolation=cv2.INTER_LINEAR)[factor : factor + height, factor : factor + width]
    peak = np.iinfo(pixels.dtype).max
    return cast(Pixels, np.rint(np.clip(pixels + grown * np.float32(peak), 0, peak)).astype(pixels.dtype))


def only_finer(derained: NDArray[np.float32], rainy: Pixels, factor: int) -> NDArray[np.float32]:
    """A derained tile without what was taken from it that a smaller picture holds too.

    Args:
        derained: (h, w, 3) 0 to 1, sides multiples of `factor`; written into.
        rainy: (h, w, 3) as in the file, what the net was given.
        factor: by how much the smaller picture is smaller.

    Returns:
        (h, w, 3), `derained` itself.
    """
    height, width = derained.shape[:2]
    size = (width // factor, height // factor)
    after, before = (cv2.resize(each, size, interpolation=cv2.INTER_AREA) for each in (derained, rainy.astype(np.float32)))
    low = after - before / np.float32(np.iinfo(rainy.dtype).max)
    derained -= cv2.resize(low, (width, height), interpolation=cv2.INTER_LINEAR)
    return derained
