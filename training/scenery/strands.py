"""Grass, hair, wool and straw on clean photos: strands that look like streaks, in their thousands, and must stay.

What sets them apart from rain is that they cover one another, dark ones beneath light ones, that there is no scene to be seen
through them, and that most have a colour of their own. A few hundred photos hold few such places, and of dry photos they are
harmed most (training/experiments/README.md).
"""

import cv2
import numpy as np
from numpy.typing import NDArray

Photo = NDArray[np.float32]
Rng = np.random.Generator

HUES = ((0.2, 0.34), (0.12, 0.2), (0.05, 0.12), (0.0, 1.0))  # grass, straw, hair and wool, anything; a turn is 1
HUE_SHARES = (0.35, 0.25, 0.3, 0.1)
SUBPIXEL_BITS = 4
POINTS = 6
ROOTS_PER_AREA = 5.0
MOST = 2500


def draw_strands(rng: Rng, height: int, width: int) -> tuple[Photo, NDArray[np.float32]]:
    """Picture (H, W, 3) of strands that cover one another, and how much of it they cover (H, W), both float32 0..1."""
    length, thick = float(np.exp(rng.uniform(np.log(12), np.log(90)))), float(np.exp(rng.uniform(np.log(0.8), np.log(4))))
    count = int(min(MOST, ROOTS_PER_AREA * rng.uniform(0.4, 1) * height * width / (length * thick)))
    lean, spread = _lean(rng), rng.uniform(0.08, 0.6)
    paths = _paths(rng, count, (height, width), length, lean, spread)
    colours = _colours(rng, count)
    picture: Photo = np.tile(colours[0] * np.float32(0.6), (height, width, 1))
    cover = np.zeros((height, width), np.float32)
    tapered = rng.random() < 0.7
    for path, colour in zip(paths, colours, strict=True):
        size = max(1, round(thick * float(rng.uniform(0.5, 1.3))))
        _stroke(picture, cover, path, tuple(float(each) for each in colour), size, tapered)
    if rng.random() < 0.6:
        blur = float(rng.uniform(0.4, 1.4))
        picture, cover = (np.asarray(cv2.GaussianBlur(each, (0, 0), blur), np.float32) for each in (picture, cover))
    return np.asarray(np.clip(picture, 0, 1), np.float32), np.asarray(np.clip(cover, 0, 1), np.float32)


def _lean(rng: Rng) -> float:
    """Radians from the vertical: mostly upright, as grass and hanging hair are, or any."""
    return float(rng.normal(0, 0.35) if rng.random() < 0.65 else rng.uniform(-np.pi / 2, np.pi / 2))


def _paths(rng: Rng, count: int, size: tuple[int, int], length: float, lean: float, spread: float) -> NDArray[np.int32]:
    """Bent lines (count, POINTS, 2) in subpixels. Locks lean alike: the direction changes slowly over the picture."""
    height, width = size
    roots = rng.uniform((-0.1 * width, -0.1 * height), (1.1 * width, 1.1 * height), (count, 2))
    locks = cv2.resize(rng.normal(0, 1, (5, 5)).astype(np.float32), (64, 64), interpolation=cv2.INTER_CUBIC)
    places = np.clip(roots / (width, height) * 63, 0, 63).astype(int)
    angles = lean + spread * (0.7 * locks[places[:, 1], places[:, 0]] + 0.7 * rng.normal(0, 1, count))
    bends = rng.normal(0, 0.5 * rng.random(), count)
    lengths = length * rng.uniform(0.4, 1.4, count)
    along = np.linspace(-0.5, 0.5, POINTS)
    turned = angles[:, None] + bends[:, None] * along
    steps = lengths[:, None, None] * along[:, None] * np.stack([np.sin(turned), np.cos(turned)], -1)
    return np.asarray(np.round((roots[:, None] + steps) * 2**SUBPIXEL_BITS), np.int32)


def _colours(rng: Rng, count: int) -> Photo:
    """(count, 3): one hue and its neighbours, from dark to light with some disorder, so that light ones lie on dark ones."""
    first, last = HUES[int(rng.choice(len(HUES), p=HUE_SHARES))]
    hues = (rng.uniform(first, last) + rng.normal(0, 0.02, count)) % 1
    saturation = np.clip(rng.uniform(0.1, 0.8) + rng.normal(0, 0.07, count), 0, 1)
    dark, light = rng.uniform(0.02, 0.35), rng.uniform(0.5, 1.05)
    disorder = rng.uniform(0.1, 0.6)
    order = (1 - disorder) * np.linspace(0, 1, count) ** rng.uniform(0.7, 2) + disorder * rng.random(count)
    values = np.clip(dark + (light - dark) * order, 0, 1)
    in_hsv = np.stack([360 * hues, saturation, values], -1).astype(np.float32)[None]
    colours: Photo = np.asarray(cv2.cvtColor(in_hsv, cv2.COLOR_HSV2RGB)[0], np.float32)
    return colours


def _stroke(
    picture: Photo, cover: NDArray[np.float32], path: NDArray[np.int32], colour: tuple[float, ...], size: int, tapered: bool
) -> None:
    """One strand over what was drawn before, thinner towards its upper end where `tapered`."""
    parts = [(path, 1), (path[: POINTS // 2 + 1], size)] if tapered and size > 1 else [(path, size)]
    for part, thick in parts:
        cv2.polylines(picture, [part], False, colour, thick, cv2.LINE_AA, SUBPIXEL_BITS)
        cv2.polylines(cover, [part], False, 1.0, thick, cv2.LINE_AA, SUBPIXEL_BITS)


def add_strands(clean: Photo, rng: Rng) -> Photo:
    """`clean` (H, W, 3) float32 sRGB 0..1 with strands over a part of it, whose border is ragged, or over all."""
    height, width = clean.shape[:2]
    picture, cover = draw_strands(rng, height, width)
    ground = np.maximum(cover, np.float32(rng.random() < 0.5))  # what lies between: shade, or the photo
    if rng.random() < 0.7:
        rows = np.linspace(0, 1, height, dtype=np.float32)[:, None]
        ground = ground * np.clip((rows - np.float32(rng.uniform(0, 0.7))) * 8, 0, 1)
    return np.asarray(clean + ground[..., None] * (picture - clean), np.float32)
