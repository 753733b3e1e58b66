"""Photos for tests of what learns from real ones: scenes, dry and with rain drawn on them, on the disk."""

from pathlib import Path

import cv2
import numpy as np

from training import recipe
from training.rain.generator import draw_rain
from training.recipe import Data, Net, Rain, Recipe, Train, Validate

TINY = Net.of(width=4, encoder=[1], middle=1, decoder=[1], conditional=False)


def dry_photo(seed: int, height: int = 200, width: int = 240) -> np.ndarray:
    """A scene of soft blots, a few boxes and grain, (H, W, 3) uint8."""
    rng = np.random.default_rng(seed)
    scene = cv2.resize(rng.integers(30, 190, (5, 6, 3), np.uint8), (width, height), interpolation=cv2.INTER_CUBIC).astype(int)
    for _ in range(5):
        top, left = int(rng.integers(0, height - 30)), int(rng.integers(0, width - 40))
        scene[top : top + int(rng.integers(10, 60)), left : left + int(rng.integers(20, 90))] += int(rng.integers(-40, 40))
    return np.clip(scene + rng.normal(0, 3, scene.shape), 0, 255).astype(np.uint8)


def rained(photo: np.ndarray, seed: int, profile: str = "narrow") -> np.ndarray:
    """Clearly visible rain on a photo."""
    sample = draw_rain(photo.astype(np.float32) / np.float32(255), profile, seed, veil=0, camera=False)
    stronger = sample.clear + 1.3 * (sample.rainy - sample.clear)
    return np.round(np.clip(stronger, 0, 1) * 255).astype(np.uint8)


def real_folders(root: Path, count: int) -> Path:
    """`root` with folders "rainy" and "dry" of `count` photos each, of different scenes."""
    for name in ("rainy", "dry"):
        (root / name).mkdir(parents=True)
    for index in range(count):
        cv2.imwrite(str(root / "dry" / f"{index:02}.png"), dry_photo(index)[..., ::-1])
        cv2.imwrite(str(root / "rainy" / f"{index:02}.png"), rained(dry_photo(100 + index), index)[..., ::-1])
    return root


def plan_of(root: Path, task: str, steps: int = 6, crop_px: int = 128, lr: float = 1e-3, blocks: str = "") -> Recipe:
    """A recipe of a tiny net on the photos below `root`; `blocks` adds what it says."""
    plan = Recipe(
        task=task,
        net=TINY,
        data=Data(clean=str(root / "dry"), rainy=str(root / "rainy"), scales=(1.0,)),
        rain=Rain(profiles=("narrow",), dry=0.0, shrunk=0.0, clear_share=0.0),
        train=Train(steps=steps, batch=4, crop_px=crop_px, lr=lr, warmup_steps=5, ema=0.9),
        validate=Validate(every_minutes=1000.0),
    )
    return recipe.from_toml(plan.to_toml() + blocks)
