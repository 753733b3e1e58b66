"""Numbered pictures on the disk: the frames of a take, and scenes that have nothing in common but their numbers."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 96, 64


def scene(seed: int) -> NDArray[np.uint8]:
    """A picture (HEIGHT, 2 * WIDTH, 3) of large patches, other ones for every seed."""
    patches = np.random.default_rng(seed).integers(20, 200, (4, 12, 3), np.uint8)
    return np.asarray(cv2.resize(patches, (2 * WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC), np.uint8)


def frame(index: int, seed: int = 1) -> NDArray[np.uint8]:
    """Frame `index` of a slow pan over a scene, with new streaks."""
    seen = np.ascontiguousarray(scene(seed)[:, index % WIDTH : index % WIDTH + WIDTH])
    rng = np.random.default_rng(1000 + index)
    for _ in range(12):
        x, y = int(rng.integers(0, WIDTH)), int(rng.integers(0, HEIGHT))
        cv2.line(seen, (x, y), (x - 2, y + 12), (235, 235, 235), 1)
    return seen


def take(folder: Path, count: int, name: str = "frame_%04d.png", first: int = 1) -> list[Path]:
    """The frames of one take, written into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / (name % number) for number in range(first, first + count)]
    for index, path in enumerate(paths):
        cv2.imwrite(str(path), frame(index))
    return paths


def scenes(folder: Path, count: int, name: str = "rain-%03d.png") -> list[Path]:
    """As many scenes, written as a data set numbers them."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / (name % number) for number in range(1, count + 1)]
    for index, path in enumerate(paths):
        cv2.imwrite(str(path), scene(index)[:, :WIDTH])
    return paths
