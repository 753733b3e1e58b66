"""Where the windows of a prior lie: all of one size, with overlap, the last one snapped to the border; and how they blend."""

import numpy as np
from numpy.typing import NDArray

LEAST = 0.01
"""Weight at the border of a window: in a corner of the picture, where no other lies, it is all there is."""


def places(length: int, window_px: int, overlap_px: int) -> list[int]:
    """Where windows begin along a side of `length`; one window where it is no longer than that."""
    last = length - window_px
    return [0] if last <= 0 else [*range(0, last, window_px - overlap_px), last]


def touching(length: int, window_px: int, overlap_px: int, start: int, end: int) -> list[int]:
    """Where those of them begin that reach into `start` to `end`."""
    reach = min(window_px, length)
    return [place for place in places(length, window_px, overlap_px) if place < end and place + reach > start]


def weights(height: int, width: int, overlap_px: int) -> NDArray[np.float32]:
    """What each pixel of a window counts where windows overlap, (h, w), above 0 everywhere: less towards the border."""
    down, across = (_fade(side, min(overlap_px, side)) for side in (height, width))
    return np.outer(down, across)


def _fade(side: int, overlap_px: int) -> NDArray[np.float32]:
    ramp = LEAST + (1 - LEAST) * np.sin(np.pi / 2 * (np.arange(overlap_px) + 0.5) / max(overlap_px, 1)) ** 2
    fade = np.ones(side)
    fade[:overlap_px] = np.minimum(fade[:overlap_px], ramp)
    fade[side - overlap_px :] = np.minimum(fade[side - overlap_px :], ramp[::-1])
    return fade.astype(np.float32)
