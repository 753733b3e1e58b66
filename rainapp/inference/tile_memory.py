"""How large a tile fits into memory beside a very large photo, on a CPU."""

import math
from collections.abc import Sequence

import numpy as np
import psutil

from rainapp.base.image import Image

LARGE_PHOTO_PX = 48_000_000
"""Photos from here on are cut into larger tiles on a CPU: smaller ones are done before a long tile would pay."""
LARGE_TILE_PX, LEAST_TILE_PX = 3072, 1024
TILE_BYTES_PER_PX = 175  # net of width 24 in float32: 0.63 GB measured for 2048 x 2048, and two floating copies
MEMORY_BYTES = {1: 1.9e9, 2: 3.6e9}
"""What a photo, its result and a tile may take together, by bytes a sample; files and libraries take 0.2 GB beside them."""


def largest_tile(image: Image, factors: Sequence[int]) -> int:
    """Side of the largest tile that fits into memory beside `image`, its result and what was found in the size before."""
    beside = 2 * image.pixels.nbytes
    if len(factors) > 1:
        beside += image.pixels.size // factors[-2] ** 2 * np.dtype(np.float16).itemsize
    allowed = min(MEMORY_BYTES[image.pixels.itemsize] - beside, psutil.virtual_memory().available / 2)
    return min(LARGE_TILE_PX, math.isqrt(int(max(allowed, 0) / TILE_BYTES_PER_PX)))
