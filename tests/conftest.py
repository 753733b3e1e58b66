"""Shared fixtures: small real files and folders of their own for every test."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray


@pytest.fixture(autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings, models, caches and logs of a test never touch those of the person running it."""
    root = tmp_path_factory.mktemp("home")
    for name in ("MODELS", "CONFIG", "CACHE", "LOG"):
        monkeypatch.setenv(f"RAINAPP_{name}", str(root / name.lower()))
    return root


@pytest.fixture
def photo_pixels() -> NDArray[np.uint8]:
    """A 64x96 picture with smooth colour, edges and grain, (64, 96, 3) uint8."""
    rng = np.random.default_rng(7)
    y, x = np.mgrid[0:64, 0:96]
    base = np.stack([x * 2, y * 3, (x + y) * 1.2], axis=-1)
    base[20:40, 30:60] += 60
    return np.clip(base + rng.normal(0, 3, base.shape), 0, 255).astype(np.uint8)
