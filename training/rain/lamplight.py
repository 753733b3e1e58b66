"""A dark scene with lamps whose light the rain shows: cones under lanterns, halos, headlights, floodlight from behind.

`training.rain.night` lets rain take the colour of the scene around it. Here the lamps are known, so rain is bright where a lamp
reaches it and all but invisible elsewhere, which is what photos at night look like. numpy and OpenCV only.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training.rain import night

Photo = NDArray[np.float32]
Plane = NDArray[np.float32]
Rng = np.random.Generator

HUE_SHARES = (0.25, 0.3, 0.3, 0.08, 0.07)
"""How often each colour of `night.LAMPS` lights the rain: most lamps are yellow or white."""


@dataclass(frozen=True)
class Lamp:
    """One lamp; place and lengths in parts of the picture's height, `aim` and `spread` of its cone in radians."""

    kind: str
    row: float
    column: float
    colour: NDArray[np.float32]
    core: float
    reach: float
    power: float
    aim: float
    spread: float


def draw_lamps(rng: Rng, kinds: tuple[str, ...]) -> list[Lamp]:
    """One to four lamps of the given kinds, most of one colour."""
    usual = int(rng.choice(len(night.LAMPS), p=HUE_SHARES))
    lamps = []
    for _ in range(int(rng.integers(1, 5))):
        colour = night.LAMPS[usual if rng.random() < 0.6 else int(rng.choice(len(night.LAMPS), p=HUE_SHARES))]
        lamps.append(
            Lamp(
                str(rng.choice(kinds)),
                float(rng.uniform(-0.25, 0.8)),
                float(rng.uniform(-0.2, 1.2)),
                colour,
                float(rng.uniform(0.005, 0.035)),
                float(np.exp(rng.uniform(np.log(0.15), np.log(0.8)))),
                float(rng.uniform(0.2, 1)),
                float(rng.normal(0, 0.4) if rng.random() < 0.7 else rng.uniform(-1.5, 1.5)),
                float(rng.uniform(0.25, 0.8)),
            )
        )
    return lamps


def reached(lamp: Lamp, height: int, width: int) -> tuple[Plane, Plane]:
    """How much of a lamp's light reaches each place (H, W), 0 to 1, and the squared distance from it in heights."""
    y, x = np.mgrid[:height, :width].astype(np.float32) / np.float32(height)
    down, right = y - np.float32(lamp.row), x - np.float32(lamp.column * width / height)
    square = down**2 + right**2
    if lamp.kind == "panel":  # a lit front: what stands before it is lit, up to its edge
        inside = np.maximum(np.abs(right) - np.float32(lamp.reach / 2), np.abs(down) - np.float32(lamp.reach / 3))
        front = np.maximum(np.clip(-inside * 12 + 0.5, 0, 1), 0.4 * np.exp(-np.maximum(inside, 0) * 4))
        return np.asarray(front, np.float32), np.asarray(square, np.float32)
    light = (1 + square * np.float32((1.6 / lamp.reach) ** 2)) ** np.float32(-1.5)
    if lamp.kind == "flood":  # from behind, over all of the picture
        light = np.exp(-square * np.float32(0.6 / lamp.reach**2))
    elif lamp.kind == "cone":
        beside = np.abs((np.arctan2(right, down) - lamp.aim + np.pi) % (2 * np.pi) - np.pi).astype(np.float32)
        light = light * (0.12 + 0.88 * np.clip((np.float32(lamp.spread) - beside) * 6 + 0.5, 0, 1))
    return np.asarray(light, np.float32), np.asarray(square, np.float32)


def light_of(lamps: list[Lamp], height: int, width: int) -> Photo:
    """The light (H, W, 3) in linear units that rain catches from the lamps."""
    total = np.zeros((height, width, 3), np.float32)
    for lamp in lamps:
        total += (reached(lamp, height, width)[0] * np.float32(lamp.power))[..., None] * lamp.colour
    return total


def lit_scene(linear: Photo, lamps: list[Lamp], rng: Rng) -> Photo:
    """The dark scene (H, W, 3, linear light) with the lamps in it: what they light, the glow around them, their cores."""
    height, width = linear.shape[:2]
    dark = linear * np.float32(np.exp(rng.uniform(np.log(0.006), np.log(0.1))))
    for lamp in lamps:
        light, square = reached(lamp, height, width)
        falls = linear * np.float32(rng.uniform(0.03, 0.5)) + np.float32(rng.uniform(0, 0.05) ** 2 * 10)
        dark += (light * np.float32(lamp.power))[..., None] * lamp.colour * falls
        if lamp.kind in ("halo", "cone"):
            dark += np.exp(-square / np.float32(2 * lamp.core**2))[..., None] * lamp.colour * 1.2
    return np.asarray(np.clip(dark, 0, 1), np.float32)


def spread(linear: Photo, sigma_px: float) -> Photo:
    """The picture with its light spread by a Gaussian of at least a pixel; wide ones are blurred at a reduced size."""
    height, width = linear.shape[:2]
    shrink = max(1, int(sigma_px / 3))
    small = linear
    if shrink > 1:
        size = max(1, width // shrink), max(1, height // shrink)
        small = np.asarray(cv2.resize(linear, size, interpolation=cv2.INTER_AREA), np.float32)
    blurred = cv2.GaussianBlur(small, (0, 0), max(1.0, sigma_px / shrink), borderType=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.resize(blurred, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def darkened(linear: Photo, lamps: list[Lamp], rng: Rng) -> Photo:
    """`lit_scene`, at times through a lens that spreads the light of its lamps."""
    scene = lit_scene(linear, lamps, rng)
    if rng.random() < 0.4:
        wide = spread(scene, scene.shape[0] * float(rng.uniform(0.02, 0.08)))
        scene = np.clip(scene + np.float32(rng.uniform(0.1, 0.5)) * wide, 0, 1)
    return np.asarray(scene, np.float32)


def radiance(light: Photo, linear: Photo, rng: Rng) -> Photo:
    """What a drop shows (H, W, 3, linear): the `light` on it and a little of the scene around, never less than lies behind."""
    around = spread(linear, linear.shape[0] / 15)
    shown = np.float32(rng.uniform(0.7, 1.8)) * light + np.float32(rng.uniform(0.6, 1.4)) * around
    return np.asarray(np.clip(np.maximum(shown, linear), 0, 1), np.float32)
