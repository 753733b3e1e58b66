"""Floating-point pictures: what value of theirs is white, and the PFM files that hold nothing else.

Such a file does not say where white lies. Most have it at 1 and a few lights above it; some are 8- or 16-bit pictures whose
numbers were only converted. The bulk of the samples tells which, never the largest one.
"""

import re
from typing import cast

import numpy as np
from numpy.typing import NDArray

from rainapp.base.image import Pixels
from rainapp.media.photo_header import Header

BROUGHT = "Floating-point values were brought to 16 bit."
CLIPPED = "Values brighter than white were clipped."
_WHITES = (1.0, 255.0, 65535.0)
_HIGHLIGHTS = 16.0  # lights in a scene may be this often as bright as white, and still be few
_SAMPLES = 1_000_000
_STRIP_ROWS = 256
_PFM = re.compile(rb"P([Ff])\s+(\d{1,9})\s+(\d{1,9})\s+([-+.\deE]{1,30})\s")
_PFM_HEAD_BYTES = 200


def white_of(values: NDArray[np.floating]) -> float:
    """The value of white: 1, 255 or 65535, whichever fits the bulk of the samples; else the largest of them."""
    flat = values.reshape(-1)
    some = flat[:: max(1, flat.size // _SAMPLES)]
    lit = some[(some > 0) & np.isfinite(some)]
    if not lit.size:
        return 1.0
    middle, high = (float(value) for value in np.percentile(lit, (50, 95)))
    return next((white for white in _WHITES if middle <= white and high <= _HIGHLIGHTS * white), float(lit.max()))


def to_16(values: NDArray[np.floating], white: float) -> tuple[NDArray[np.uint16], bool]:
    """The values from 0 to `white` as 0..65535, and whether some were brighter than white. What is no number becomes black."""
    result, clipped = np.empty(values.shape, np.uint16), False
    for start in range(0, len(values), _STRIP_ROWS):
        strip = np.nan_to_num(np.asarray(values[start : start + _STRIP_ROWS], np.float32), nan=0.0, posinf=white, neginf=0.0)
        strip = strip / np.float32(max(white, 1e-6))
        clipped = clipped or bool((strip > 1 + 1 / 512).any())
        result[start : start + _STRIP_ROWS] = np.clip(strip, 0, 1) * 65535 + 0.5
    return result, clipped


def scene_to_16(values: NDArray[np.generic]) -> NDArray[np.uint16]:
    """Scene light through the sRGB curve, half a percent of it clipped."""
    scene = np.nan_to_num(np.asarray(values, np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    scene = np.clip(scene / max(float(np.percentile(scene, 99.5)), 1e-6), 0, 1)
    curved = np.where(scene <= 0.0031308, scene * 12.92, 1.055 * np.power(scene, 1 / 2.4) - 0.055)
    return np.asarray(curved * 65535 + 0.5).astype(np.uint16)


def separated(
    values: NDArray[np.generic], *, alpha_at: int = 0, associated: bool = False, inverted: bool = False
) -> tuple[Pixels, Pixels | None, tuple[str, ...]]:
    """Colours (H, W, 3) or (H, W) and alpha of float samples (H, W, n) or (H, W), and notes on what was lost.

    `alpha_at`: the number of the alpha sample, 0 for none; `associated`: the colours were multiplied with it; `inverted`: zero
    is white.
    """
    scene = np.asarray(values, np.float32)
    alpha: Pixels | None = None
    if scene.ndim == 3:
        cover = scene[..., alpha_at] if alpha_at else None
        scene = scene[..., 0] if scene.shape[2] < 3 else scene[..., :3]
        if cover is not None:
            cover = np.nan_to_num(cover / white_of(cover), nan=1.0, posinf=1.0, neginf=0.0)
            alpha = to_16(cover, 1.0)[0]
            if associated:
                divisor = np.maximum(cover, 1e-6)
                scene = scene / (divisor if scene.ndim == 2 else divisor[..., None])
    white = white_of(scene)
    pixels, clipped = to_16(white - scene if inverted else scene, white)
    return pixels, alpha, (BROUGHT, *((CLIPPED,) if clipped else ()))


def pfm_header(data: bytes | memoryview) -> Header:
    """The facts of a PFM file; raises ValueError when it states no size."""
    colour, width, height, _, _ = _pfm_facts(data)
    return Header("pfm", width, height, depth=16, grey=not colour, turned=True, traits={"bits": 32})


def read_pfm(data: bytes | memoryview) -> NDArray[np.float32]:
    """The samples (H, W) or (H, W, 3), the top row first; the file has the bottom row first. Raises ValueError when cut off."""
    colour, width, height, order, start = _pfm_facts(data)
    count = width * height * (3 if colour else 1)
    raw = bytes(data[start : start + 4 * count])
    if len(raw) < 4 * count:
        raise ValueError("truncated")
    shape = (height, width, 3) if colour else (height, width)
    rows = np.frombuffer(raw, f"{order}f4").reshape(shape)[::-1]
    return cast(NDArray[np.float32], rows.astype(np.float32))


def _pfm_facts(data: bytes | memoryview) -> tuple[bool, int, int, str, int]:
    """Whether it has colours, width, height, byte order, and where the samples begin."""
    match = _PFM.match(bytes(data[:_PFM_HEAD_BYTES]))
    if match is None:
        raise ValueError("no PFM header")
    order = "<" if float(match[4]) < 0 else ">"
    return match[1] == b"F", int(match[2]), int(match[3]), order, match.end()
