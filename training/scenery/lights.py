"""Lights on clean photos that look like rain and must stay: star trails, fairy lights, lamps in fog, a city out of focus, gold.

Rain at night is bright dashes and discs near lamps, so a net that learns it must also see dry nights. Golden light is drawn
as well, for against the sun a photo is clipped in one channel and not in the next, and a net that darkens it there leaves
blotches of violet. numpy and OpenCV only.
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from training.rain import drops, lamplight, night

Photo = NDArray[np.float32]
Plane = NDArray[np.float32]
Rng = np.random.Generator

GAMMA = np.float32(2.2)
SUBPIXEL_BITS = 4


def linear(photo: Photo) -> Photo:
    """SRGB-encoded to linear light."""
    return np.asarray(np.power(np.clip(photo, 0, 1), GAMMA), np.float32)


def encoded(light: Photo) -> Photo:
    """Linear light to sRGB-encoded."""
    return np.asarray(np.power(np.clip(light, 0, 1), 1 / GAMMA), np.float32)


def night_sky(clean: Photo, rng: Rng) -> Photo:
    """The photo made so dark (linear) that little but its brightest things shows, under a sky that is lighter below."""
    height = clean.shape[0]
    glow = np.linspace(0, 1, height, dtype=np.float32)[:, None, None] ** np.float32(rng.uniform(1, 4))
    tone = np.clip(np.array([0.008, 0.012, 0.03]) * rng.uniform(0.05, 1) + rng.normal(0, 0.002, 3), 0, 1).astype(np.float32)
    return np.asarray(linear(clean) * np.float32(rng.uniform(0.0, 0.06)) + tone * (0.3 + glow), np.float32)


def star_trails(clean: Photo, rng: Rng) -> Photo:
    """Stars of a long exposure: arcs around one point, all of one angle, bright and faint, white to yellow and blue."""
    height, width = clean.shape[:2]
    middle = rng.uniform((-0.7, -1.2), (1.7, 1.0)) * (width, height)
    arc_deg = float(np.exp(rng.uniform(np.log(12), np.log(80))))
    light = np.zeros((height, width, 3), np.float32)
    count = int(np.exp(rng.uniform(np.log(60), np.log(500))))
    places = rng.uniform(-0.2, 1.2, (count, 2)) * (width, height)
    drawn = np.zeros((height, width), np.uint8)
    for group in np.array_split(places, 6):
        drawn[:] = 0
        for place in group:
            away = place - middle
            turn = np.arctan2(away[1], away[0]) + np.radians(np.linspace(0, arc_deg, 9))
            points = middle + np.hypot(*away) * np.stack([np.cos(turn), np.sin(turn)], -1)
            path = np.round(points * 2**SUBPIXEL_BITS).astype(np.int32)
            grey = int(255 * rng.uniform(0.15, 1) ** 2)
            cv2.polylines(drawn, [path], False, grey, 1, cv2.LINE_AA, SUBPIXEL_BITS)
        tone = np.clip(1 + rng.normal(0, 0.15, 3), 0.5, 1.3).astype(np.float32)
        light += (drawn.astype(np.float32) * np.float32(1 / 255))[..., None] * tone
    return encoded(night_sky(clean, rng) + light * np.float32(rng.uniform(0.2, 1)))


def fairy_lights(clean: Photo, rng: Rng) -> Photo:
    """Strings of small lights that hang in bows, sharp or as discs, of one colour or of many."""
    height, width = clean.shape[:2]
    size, soft = float(np.exp(rng.uniform(np.log(1.5), np.log(14)))), float(rng.uniform(0.1, 1))
    kind = drops.DrawnKind("scatter", (size, size), (1, 1), (-3, -3))
    scene = linear(clean) * np.float32(rng.uniform(0.02, 0.5))
    many = rng.random() < 0.5
    usual = night.LAMPS[int(rng.integers(len(night.LAMPS)))]
    shape = drops.template(kind, rng, size, 1.0, 0.0, soft, float(rng.uniform(0, 0.5)))
    for _ in range(int(rng.integers(1, 7))):
        ends = rng.uniform(-0.1, 1.1, (2, 2)) * (width, height)
        sag, apart = float(rng.uniform(0, 0.3)) * height, max(4.0, size * float(rng.uniform(1.5, 6)))
        count = int(min(80, np.hypot(*(ends[1] - ends[0])) / apart)) + 1
        for share in np.linspace(0, 1, count):
            place = ends[0] + share * (ends[1] - ends[0]) + (0, 4 * sag * share * (1 - share))
            hue = night.LAMPS[int(rng.integers(len(night.LAMPS)))] if many else usual
            for channel in range(3):
                drops.stamp(scene[..., channel], shape, round(place[1]), round(place[0]), float(hue[channel]))
    glow = cv2.GaussianBlur(scene, (0, 0), max(1.5, 2 * size))
    return encoded(scene + np.float32(rng.uniform(0, 0.6)) * glow)


def city(clean: Photo, rng: Rng) -> Photo:
    """Coloured lights far out of focus behind the scene: large bright discs of one size."""
    height, width = clean.shape[:2]
    size = float(np.exp(rng.uniform(np.log(8), np.log(50))))
    kind = drops.DrawnKind("scatter", (size, size), (1, 1), (-3, -3), corners=int(rng.choice([0, 0, 6, 8])))
    shape = drops.template(kind, rng, size, 1.0, 0.0, float(rng.uniform(0.06, 0.3)), float(rng.uniform(0, 0.4)))
    scene = linear(clean) * np.float32(rng.uniform(0.01, 0.15))
    for _ in range(int(rng.integers(4, 40))):
        row, column = int(rng.uniform(0, height)), int(rng.uniform(0, width))
        hue = night.LAMPS[int(rng.integers(len(night.LAMPS)))] * float(rng.uniform(0.15, 1))
        for channel in range(3):
            drops.stamp(scene[..., channel], shape, row, column, float(hue[channel]))
    return encoded(scene)


def lamps(clean: Photo, rng: Rng) -> Photo:
    """A dry night with lamps, some of them in fog, some with the spikes of a small aperture."""
    height, width = clean.shape[:2]
    drawn = lamplight.draw_lamps(rng, ("halo", "halo", "cone", "flood"))
    scene = lamplight.darkened(linear(clean), drawn, rng)
    if rng.random() < 0.5:
        scene = scene + np.float32(rng.uniform(0.02, 0.35)) * lamplight.light_of(drawn, height, width)
    if rng.random() < 0.4:
        scene = scene + spikes(drawn, height, width, rng)
    return encoded(np.asarray(scene, np.float32))


def spikes(drawn: list[lamplight.Lamp], height: int, width: int, rng: Rng) -> Photo:
    """Thin rays around the lamps, the same for all of them."""
    light = np.zeros((height, width, 3), np.float32)
    first, count = float(rng.uniform(0, np.pi)), int(rng.choice([4, 6, 8]))
    reach = float(rng.uniform(0.04, 0.25)) * height
    for lamp in drawn:
        rays = np.zeros((height, width), np.uint8)
        middle = np.array([lamp.column * width, lamp.row * height])
        for turn in first + np.arange(count) * 2 * np.pi / count:
            tip = middle + reach * np.array([np.cos(turn), np.sin(turn)])
            ends = np.round(np.stack([middle, tip]) * 2**SUBPIXEL_BITS).astype(int)
            cv2.line(rays, ends[0].tolist(), ends[1].tolist(), 255, 1, cv2.LINE_AA, SUBPIXEL_BITS)
        y, x = np.mgrid[:height, :width].astype(np.float32)
        fades = np.exp(-np.hypot(x - middle[0], y - middle[1]) / np.float32(reach / 2))
        light += (rays.astype(np.float32) * np.float32(1 / 255) * fades)[..., None] * lamp.colour
    return light


def golden(clean: Photo, rng: Rng) -> Photo:
    """The photo against a low sun: warm, brighter towards one place until it clips, the red and green before the blue."""
    height, width = clean.shape[:2]
    y, x = np.mgrid[:height, :width].astype(np.float32)
    row, column = rng.uniform(-0.3, 0.8) * height, rng.uniform(-0.2, 1.2) * width
    away = np.hypot(x - np.float32(column), y - np.float32(row)) / np.float32(height)
    sun = np.exp(-((away / np.float32(rng.uniform(0.3, 1.2))) ** 2))[..., None]
    warm = np.array([1.0, rng.uniform(0.65, 0.95), rng.uniform(0.15, 0.6)], np.float32)
    lit = linear(clean) * warm * (np.float32(rng.uniform(0.2, 1)) + np.float32(rng.uniform(0.5, 5)) * sun)
    return encoded(np.asarray(lit + np.float32(rng.uniform(0, 0.7)) * sun * warm, np.float32))


SCENERY: tuple[Callable[[Photo, Rng], Photo], ...] = (golden, lamps, city)
DRAWERS: tuple[Callable[[Photo, Rng], Photo], ...] = (*SCENERY, star_trails, fairy_lights)
SCENERY_SHARES = (0.45, 0.35, 0.2)
SHARES = (0.22, 0.28, 0.14, 0.18, 0.18)


def light_up(clean: Photo, rng: Rng) -> Photo:
    """`clean` (H, W, 3) float32 sRGB 0..1 in the light of lamps or of a low sun, in which rain may fall."""
    return SCENERY[int(rng.choice(len(SCENERY), p=SCENERY_SHARES))](clean, rng)


def add_lights(clean: Photo, rng: Rng) -> Photo:
    """`clean` (H, W, 3) float32 sRGB 0..1 in such light, or with lights that rain must not fall on.

    Star trails under streaks would teach a net to leave streaks (training/experiments/README.md, isolated lines).
    """
    return DRAWERS[int(rng.choice(len(DRAWERS), p=SHARES))](clean, rng)
