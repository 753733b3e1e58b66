"""Rain at night: a photo made dark, lamps, and rain that shows where light falls on it. numpy and OpenCV only.

At night a streak is seen by the lamp behind or beside it: near lights it is bright and takes their colour, elsewhere it is
almost invisible (compare science notes 8.6). A daylight photo is darkened in linear light and given a few lamps with glow.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

Photo = NDArray[np.float32]

LAMPS = np.array([[1.0, 0.72, 0.38], [1.0, 0.85, 0.6], [0.75, 0.88, 1.0], [1.0, 0.35, 0.3], [0.5, 1.0, 0.7]], np.float32)
"""Colours in linear light: sodium, warm white, cold white, tail light, signal."""


def darken(linear: Photo, rng: np.random.Generator) -> Photo:
    """The scene (H, W, 3, linear light) at night: 4 to 25 % of the light, tinted, its own highlights kept as windows."""
    tint = np.array([1.0, 1.0, 1.0], np.float32) + rng.uniform(-0.15, 0.15, 3).astype(np.float32)
    dim = linear * np.float32(rng.uniform(0.04, 0.25)) * tint
    windows = np.clip(linear - np.float32(rng.uniform(0.75, 0.95)), 0, 1) * np.float32(rng.uniform(0.5, 3))
    return np.asarray(np.clip(dim + windows, 0, 1), np.float32)


def add_lamps(linear: Photo, rng: np.random.Generator) -> Photo:
    """One to five lamps with a bright core and a wide glow, in linear light."""
    height, width = linear.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    lit = linear.copy()
    for _ in range(int(rng.integers(1, 6))):
        row, column = rng.uniform(-0.1, 1.1) * height, rng.uniform(-0.1, 1.1) * width
        core, glow = rng.uniform(0.004, 0.03) * height, rng.uniform(0.05, 0.35) * height
        square = (y - np.float32(row)) ** 2 + (x - np.float32(column)) ** 2
        light = np.exp(-square / np.float32(2 * core**2)) * np.float32(rng.uniform(0.5, 1.5))
        light = light + np.exp(-np.sqrt(square + 1) / np.float32(glow)) * np.float32(rng.uniform(0.02, 0.25))
        lit += light[..., None] * LAMPS[int(rng.integers(len(LAMPS)))]
    return np.asarray(np.clip(lit, 0, 1), np.float32)


def radiance(linear: Photo, rng: np.random.Generator) -> Photo:
    """What a streak shows at night: the light around it, spread far and stronger than the scene itself."""
    near = cv2.GaussianBlur(linear, (0, 0), max(2.0, linear.shape[0] / 20))
    wide = cv2.GaussianBlur(linear, (0, 0), max(4.0, linear.shape[0] / 6))
    spread = np.float32(rng.uniform(1.0, 3.0)) * near + np.float32(rng.uniform(0.5, 2.0)) * wide
    return np.asarray(np.clip(spread + np.float32(rng.uniform(0.0, 0.03)), 0, 1), np.float32)
