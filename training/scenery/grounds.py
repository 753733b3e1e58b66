"""Plain places on clean photos, where a net has nothing to hold on to: flat walls, dark skies with grain, asphalt, wet streets.

There a derainer that is unsure smears along the horizontal or takes the roughness away with the rain. The photos hold few such
places. Grain and roughness stand in every target. numpy and OpenCV only.
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

Photo = NDArray[np.float32]
Plane = NDArray[np.float32]
Rng = np.random.Generator


def noise(rng: Rng, height: int, width: int, blur_px: float, flat: float = 1.0) -> Plane:
    """Noise (H, W) of deviation 1, its grains `blur_px` large and `flat` times as high as wide."""
    if blur_px > 5:  # slow changes need few numbers
        coarse = rng.standard_normal((max(2, int(height / (blur_px * flat))), max(2, int(width / blur_px))), np.float32)
        drawn = np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)
        return np.asarray(drawn / np.float32(max(1e-6, drawn.std())), np.float32)
    drawn = rng.standard_normal((height, width), np.float32)
    if blur_px > 0.2:
        drawn = np.asarray(cv2.GaussianBlur(drawn, (0, 0), blur_px, sigmaY=max(0.2, blur_px * flat)), np.float32)
    return np.asarray(drawn / np.float32(max(1e-6, drawn.std())), np.float32)


def slope(rng: Rng, height: int, width: int) -> Plane:
    """A slow change of light (H, W), -1 to 1, in any direction."""
    turn = float(rng.uniform(0, 2 * np.pi))
    y, x = np.linspace(-0.5, 0.5, height)[:, None], np.linspace(-0.5, 0.5, width)[None]
    return np.asarray(1.4 * (x * np.cos(turn) + y * np.sin(turn)), np.float32)


def grained(picture: Photo, rng: Rng) -> Photo:
    """The picture with the grain of a sensor: fine or in blotches, stronger where it is dark, with little or much colour."""
    height, width = picture.shape[:2]
    strength, coarse = float(np.exp(rng.uniform(np.log(0.004), np.log(0.05)))), float(rng.choice([0.0, 0.6, 1.2]))
    grain = np.repeat(noise(rng, height, width, coarse)[..., None], 3, axis=2)
    tinted = np.stack([noise(rng, height, width, coarse * 1.5) for _ in range(3)], -1)
    share = np.float32(rng.uniform(0, 0.7))
    return np.asarray(picture + np.float32(strength) * ((1 - share) * grain + share * tinted), np.float32)


def flat(rng: Rng, height: int, width: int) -> Photo:
    """A wall, a sky or the night: one colour that changes slowly, mostly dark, with grain."""
    light = float(rng.uniform(0.01, 0.25) if rng.random() < 0.65 else rng.uniform(0.25, 0.9))
    tone = light * (1 + rng.normal(0, 0.15 if rng.random() < 0.6 else 0.4, 3).astype(np.float32))
    change = 1 + np.float32(rng.uniform(0, 0.6)) * slope(rng, height, width)
    clouds = 1 + np.float32(rng.uniform(0, 0.25)) * noise(rng, height, width, float(rng.uniform(15, 50)))
    return grained(np.asarray(tone * (change * clouds)[..., None], np.float32), rng)


def asphalt(rng: Rng, height: int, width: int) -> Photo:
    """A road: stones of several sizes seen flat from the side, bright ones among them, patches, perhaps a line of paint."""
    light = float(rng.uniform(0.12, 0.6))
    flatness = float(rng.uniform(0.3, 1))
    rough = np.zeros((height, width), np.float32)
    for blur in (0.0, 0.7, 1.6):
        rough += np.float32(np.exp(rng.uniform(np.log(0.006), np.log(0.06)))) * noise(rng, height, width, blur, flatness)
    patches = np.float32(rng.uniform(0, 0.12)) * noise(rng, height, width, float(rng.uniform(6, 30)), flatness)
    stones = np.clip(noise(rng, height, width, 0.6, flatness) - np.float32(rng.uniform(1.8, 3)), 0, 1)
    tone = light * (1 + patches + rough / max(0.2, light)) + np.float32(rng.uniform(0, 0.3)) * stones
    hue = 1 + rng.normal(0, 0.04, 3).astype(np.float32)
    return np.asarray(tone[..., None] * hue, np.float32)


def wet(rng: Rng, height: int, width: int) -> Photo:
    """A wet street: asphalt that mirrors what stands above it in upright smears, broken by ripples."""
    road = asphalt(rng, height, width) * np.float32(rng.uniform(0.3, 0.9))
    lights = np.zeros((height, width, 3), np.float32)
    for _ in range(int(rng.integers(2, 9))):
        column, broad = float(rng.uniform(0, width)), float(np.exp(rng.uniform(np.log(3), np.log(40))))
        across = np.exp(-(((np.arange(width, dtype=np.float32) - column) / broad) ** 2))[None]
        start, reach = float(rng.uniform(-0.6, 0.3)), float(rng.uniform(0.2, 1))
        down = np.linspace(0, 1, height, dtype=np.float32)[:, None] - np.float32(start)
        fades = np.clip(down * 8, 0, 1) * np.exp(-np.maximum(down, 0) / np.float32(reach))
        tone = np.clip(0.6 + rng.normal(0, 0.3, 3), 0, 1.2).astype(np.float32)
        lights += (across * fades * np.float32(rng.uniform(0.05, 0.5)))[..., None] * tone
    ripples = np.clip(1 + np.float32(rng.uniform(0.1, 0.8)) * noise(rng, height, width, float(rng.uniform(1.5, 5)), 0.3), 0, 2)
    return np.asarray(road + lights * ripples[..., None], np.float32)


DRAWERS: tuple[Callable[[Rng, int, int], Photo], ...] = (flat, asphalt, wet)
SHARES = (0.5, 0.3, 0.2)


def add_ground(clean: Photo, rng: Rng) -> Photo:
    """`clean` (H, W, 3) float32 sRGB 0..1 with a plain place behind, below or all over it."""
    height, width = clean.shape[:2]
    which = int(rng.choice(len(DRAWERS), p=SHARES))
    picture = DRAWERS[which](rng, height, width)
    kept = float(rng.random())
    if kept < 0.35:
        return np.asarray(np.clip(picture, 0, 1), np.float32)
    if kept < 0.7 or which:  # below a line: a street; or above it: a sky
        rows = np.linspace(0, 1, height, dtype=np.float32)[:, None] - np.float32(rng.uniform(0, 0.7))
        aslant = np.linspace(-0.5, 0.5, width, dtype=np.float32)[None] * np.float32(rng.normal(0, 0.2))
        cover = np.clip((rows + aslant) * np.float32(rng.uniform(3, height)), 0, 1)
        cover = cover if which or rng.random() < 0.5 else 1 - cover
    else:  # all that is darker than something: the background behind what is lit
        grey = cv2.GaussianBlur(clean.mean(2), (0, 0), float(rng.uniform(0.6, 2)))
        cover = np.clip((np.float32(np.quantile(grey, rng.uniform(0.4, 0.9))) - grey) * 20 + 0.5, 0, 1)
    return np.asarray(np.clip(clean + cover[..., None].astype(np.float32) * (picture - clean), 0, 1), np.float32)
