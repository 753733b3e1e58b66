"""How complex pictures are: bits a pixel of lossless code, and the entropy of their gradients (science notes 1.3).

The estimators of the paper are not known; these two are cheap, deterministic, and mean the same for photos and rain layers.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

PNG_LEVEL = 6
MIDDLE = 128.0


def luma(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(H, W, 3) RGB or (H, W) uint8 as (H, W) float32 luma, 0 to 255."""
    if picture.ndim == 2:
        return picture.astype(np.float32)
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.float32)


def code_length(picture: NDArray[np.uint8]) -> float:
    """Bits a pixel of the PNG of the luma, its mean moved to middle grey; (H, W, 3) RGB or (H, W) uint8."""
    grey = luma(picture)
    centred = np.clip(np.rint(grey - grey.mean() + MIDDLE), 0, 255).astype(np.uint8)
    done, code = cv2.imencode(".png", centred, [cv2.IMWRITE_PNG_COMPRESSION, PNG_LEVEL])
    if not done:
        raise ValueError("a picture without pixels has no code")
    return float(8.0 * len(code) / centred.size)


def gradient_entropy(picture: NDArray[np.uint8]) -> float:
    """Shannon entropy in bits of the differences of neighbouring pixels of the luma, along rows and columns."""
    grey = np.rint(luma(picture)).astype(np.int16)
    steps = np.concatenate([np.diff(grey, axis=0).ravel(), np.diff(grey, axis=1).ravel()])
    counts = np.bincount(steps.astype(np.int64) + 255, minlength=511).astype(np.float64)
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * np.log2(shares)).sum())


def mean_and_error(values: Sequence[float]) -> tuple[float, float]:
    """The mean of some values and its standard error; 0 for a single one."""
    array = np.asarray(values, np.float64)
    return float(array.mean()), float(array.std(ddof=1) / np.sqrt(len(array))) if len(array) > 1 else 0.0
