"""Boards, posts, pickets, lattices, window frames and tiles on clean photos: upright things that are solid and must stay.

Families of plain lines are drawn elsewhere (`training.scenery.structures`). What is drawn here hides what lies behind it, has
a surface of its own, light and shade at its edges, and is wider than most streaks: that is what tells a white post from a
streak near the lens. numpy and OpenCV only.
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

Photo = NDArray[np.float32]
Plane = NDArray[np.float32]
Rng = np.random.Generator

HUES = ((0.05, 0.11, 0.5), (0.0, 1.0, 0.06), (0.25, 0.6, 0.3), (0.0, 0.06, 0.6))
"""First and last hue and greatest saturation: wood, grey paint, green and blue paint, brick."""
HUE_SHARES = (0.4, 0.4, 0.1, 0.1)


def frame(rng: Rng, height: int, width: int, tilt_deg: float) -> tuple[Plane, Plane]:
    """Coordinates in px (H, W) across and along something that leans `tilt_deg` from the vertical."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    sine, cosine = np.float32(np.sin(np.radians(tilt_deg))), np.float32(np.cos(np.radians(tilt_deg)))
    return (x * cosine - y * sine).astype(np.float32), (x * sine + y * cosine).astype(np.float32)


def tilt(rng: Rng) -> float:
    """Degrees from the vertical: most are upright, some lie."""
    return float(rng.normal(0, 3) + (90 if rng.random() < 0.15 else 0))


def colour(rng: Rng, light: tuple[float, float] = (0.05, 1.0)) -> NDArray[np.float32]:
    """One colour (3,) of wood, paint or brick."""
    first, last, saturation = HUES[int(rng.choice(len(HUES), p=HUE_SHARES))]
    hsv = np.array([[[360 * rng.uniform(first, last), rng.uniform(0, saturation), rng.uniform(*light)]]], np.float32)
    return np.asarray(cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)[0, 0], np.float32)


def surface(rng: Rng, height: int, width: int, lengthwise: bool) -> Plane:
    """Light and shade (H, W) around 1 of a weathered surface, with a grain along it or none."""
    noise = rng.standard_normal((height, width), np.float32)
    along = float(rng.uniform(4, 14)) if lengthwise else 0.8
    fine = cv2.GaussianBlur(noise, (0, 0), 0.8, sigmaY=along)
    spread = max(1e-4, float(fine.std()))
    return np.asarray(1 + np.float32(rng.uniform(0.02, 0.2 if lengthwise else 0.09) / spread) * fine, np.float32)


def cells(rng: Rng, position: Plane, pitch: float) -> tuple[Plane, NDArray[np.int32]]:
    """Where in its cell each place lies (0 to 1) and the number of the cell, for cells `pitch` px wide."""
    place = position / np.float32(pitch) + np.float32(rng.uniform(0, 1))
    number = np.floor(place).astype(np.int32)
    return np.asarray(place - number, np.float32), number - number.min()


def edges(inside: Plane, pitch: float, rng: Rng) -> Plane:
    """A bright and a dark edge on the two sides of each cell, as light from one side makes them."""
    width = max(0.8, float(rng.uniform(0.5, 2.0))) / pitch
    lit = np.clip(1 - inside / np.float32(width), 0, 1) - np.clip(1 - (1 - inside) / np.float32(width), 0, 1)
    return np.asarray(np.float32(rng.uniform(-0.4, 0.4)) * lit, np.float32)


def boards(rng: Rng, height: int, width: int) -> tuple[Photo, Plane]:
    """A wall or fence of boards side by side, each of its own tone, dark gaps between them."""
    pitch = float(np.exp(rng.uniform(np.log(7), np.log(50))))
    across, along = frame(rng, height, width, tilt(rng))
    inside, number = cells(rng, across, pitch)
    tones = 1 + rng.normal(0, 0.12, number.max() + 1).astype(np.float32)
    gap = max(0.7, float(rng.uniform(0.5, 2.5))) / pitch
    closed = np.clip((np.minimum(inside, 1 - inside) - np.float32(gap / 2)) * np.float32(pitch) + 0.5, 0, 1)
    shade = tones[number] * surface(rng, height, width, True) + edges(inside, pitch, rng)
    dark = np.float32(rng.uniform(0.05, 0.5))
    drawn = colour(rng)[None, None] * (shade * (dark + (1 - dark) * closed))[..., None]
    return np.asarray(drawn, np.float32), np.ones((height, width), np.float32)


def round_shade(inside: Plane, rng: Rng) -> Plane:
    """Light over a post: flat, or round with the light from one side."""
    if rng.random() < 0.4:
        return np.ones_like(inside)
    away = inside - np.float32(rng.uniform(0.2, 0.8))
    return np.asarray(1.1 - np.float32(rng.uniform(0.6, 1.6)) * away**2, np.float32)


def posts(rng: Rng, height: int, width: int) -> tuple[Photo, Plane]:
    """One to three posts, poles or trunks of a lamp, whole or ending in the picture."""
    picture, cover = np.zeros((height, width, 3), np.float32), np.zeros((height, width), np.float32)
    for _ in range(int(rng.integers(1, 4))):
        thick = float(np.exp(rng.uniform(np.log(5), np.log(36))))
        across, along = frame(rng, height, width, float(rng.normal(0, 2)))
        inside = (across - np.float32(rng.uniform(0, width))) / np.float32(thick) + np.float32(0.5)
        solid = np.clip(np.minimum(inside, 1 - inside) * np.float32(thick) + 0.5, 0, 1)
        if rng.random() < 0.6:
            solid = solid * np.clip(along - np.float32(rng.uniform(-0.1, 0.7) * height), 0, 1)
        light = (0.7, 1.0) if rng.random() < 0.5 else (0.03, 0.7)
        shade = round_shade(np.clip(inside, 0, 1), rng) * surface(rng, height, width, rng.random() < 0.5)
        picture += solid[..., None] * (colour(rng, light) * shade[..., None] - picture)
        cover = np.maximum(cover, solid)
    return picture, np.asarray(cover, np.float32)


def pickets(rng: Rng, height: int, width: int) -> tuple[Photo, Plane]:
    """A fence or railing of equal bars with rails across; the scene shows between them."""
    pitch = float(np.exp(rng.uniform(np.log(6), np.log(45))))
    lean = tilt(rng)
    across, along = frame(rng, height, width, lean)
    inside, _ = cells(rng, across, pitch)
    share = float(rng.uniform(0.2, 0.7))
    solid = np.clip((share / 2 - np.abs(inside - 0.5)) * np.float32(pitch) + 0.5, 0, 1)
    rail, _ = cells(rng, along, float(rng.uniform(0.4, 1.2)) * height)
    thick = float(rng.uniform(2, 9)) / height
    solid = np.maximum(solid, np.clip((thick / 2 - np.abs(rail - 0.5)) * np.float32(height) + 0.5, 0, 1))
    shade = surface(rng, height, width, True) + edges(np.clip((inside - 0.5) / share + 0.5, 0, 1), pitch * share, rng)
    if rng.random() < 0.6:
        solid = solid * np.clip(along - np.float32(rng.uniform(-0.2, 0.6) * height), 0, 1)
    return np.asarray(colour(rng) * shade[..., None], np.float32), np.asarray(solid, np.float32)


def lattice(rng: Rng, height: int, width: int) -> tuple[Photo, Plane]:
    """Two families of laths that cross, upright or aslant, the one over the other."""
    pitch, turn = float(np.exp(rng.uniform(np.log(6), np.log(40)))), float(rng.choice([0.0, 45.0])) + float(rng.normal(0, 4))
    share = float(rng.uniform(0.12, 0.45))
    paint, picture = colour(rng), np.zeros((height, width, 3), np.float32)
    cover = np.zeros((height, width), np.float32)
    for lean in (turn, turn + 90):
        inside, _ = cells(rng, frame(rng, height, width, lean)[0], pitch)
        solid = np.clip((share / 2 - np.abs(inside - 0.5)) * np.float32(pitch) + 0.5, 0, 1)
        shade = 1 + edges(np.clip((inside - 0.5) / share + 0.5, 0, 1), pitch * share, rng)
        picture += solid[..., None] * (paint * shade[..., None] - picture)
        cover = np.maximum(cover, solid)
    return picture, np.asarray(cover, np.float32)


def panes(rng: Rng, height: int, width: int) -> tuple[Photo, Plane]:
    """Window frames: panes that are dark, bright or show the scene, with bars between them."""
    across, along = frame(rng, height, width, float(rng.normal(0, 1.5)))
    wide, high = (float(np.exp(rng.uniform(np.log(14), np.log(90)))) for _ in range(2))
    (inside, column), (down, row) = cells(rng, across, wide), cells(rng, along, high)
    bar = float(rng.uniform(1.5, 8))
    to_edge = np.minimum(np.minimum(inside, 1 - inside) * np.float32(wide), np.minimum(down, 1 - down) * np.float32(high))
    barred = np.clip(np.float32(bar / 2) - to_edge + 0.5, 0, 1)
    glass = rng.uniform(0.02, 0.9, (row.max() + 1, column.max() + 1)).astype(np.float32)[row, column]
    seen = np.float32(rng.uniform(0, 0.6))
    tint = colour(rng, (0.8, 1.0))
    picture = glass[..., None] * tint + barred[..., None] * (colour(rng) - glass[..., None] * tint)
    return np.asarray(picture, np.float32), np.asarray(np.maximum(barred, 1 - seen), np.float32)


def tiles(rng: Rng, height: int, width: int) -> tuple[Photo, Plane]:
    """A roof: rows of tiles or ridged sheets, each tile of its own tone, a shadow under every row."""
    lean = float(rng.normal(0, 18))
    across, along = frame(rng, height, width, lean)
    pitch, course = (float(np.exp(rng.uniform(np.log(6), np.log(34)))) for _ in range(2))
    (down, row) = cells(rng, along, course)
    shift = np.float32(0.5 * pitch * (rng.random() < 0.5)) * (row % 2).astype(np.float32)
    inside, column = cells(rng, across + shift, pitch)
    tones = 1 + rng.normal(0, 0.14, (row.max() + 1, column.max() + 1)).astype(np.float32)
    ridge = 1 + np.float32(rng.uniform(0, 0.45)) * np.sin(2 * np.pi * inside)
    shadow = 1 - np.float32(rng.uniform(0.1, 0.7)) * np.clip(1 - down / np.float32(rng.uniform(0.08, 0.35)), 0, 1)
    shade = tones[row, column] * ridge * shadow * surface(rng, height, width, False)
    return np.asarray(colour(rng) * shade[..., None], np.float32), np.ones((height, width), np.float32)


Drawer = Callable[[Rng, int, int], tuple[Photo, Plane]]
DRAWERS: tuple[Drawer, ...] = (boards, posts, pickets, lattice, panes, tiles)
SHARES = (0.22, 0.22, 0.18, 0.12, 0.12, 0.14)


def over(clean: Photo, picture: Photo, cover: Plane) -> Photo:
    """`clean` with `picture` before it, where `cover` is 1."""
    return np.asarray(np.clip(clean + cover[..., None] * (np.clip(picture, 0, 1) - clean), 0, 1), np.float32)


def add_uprights(clean: Photo, rng: Rng) -> Photo:
    """`clean` (H, W, 3) float32 sRGB 0..1 with something upright and solid in it, sharp or slightly defocused."""
    height, width = clean.shape[:2]
    picture, cover = DRAWERS[int(rng.choice(len(DRAWERS), p=SHARES))](rng, height, width)
    if rng.random() < 0.5:  # it ends somewhere
        side = np.linspace(0, 1, width, dtype=np.float32)[None] * np.float32(rng.choice([-1.0, 1.0]))
        cover = cover * np.clip((side - np.float32(rng.uniform(side.min() + 0.1, side.min() + 0.7))) * width, 0, 1)
    if rng.random() < 0.4:
        blur = float(rng.uniform(0.4, 1.3))
        picture, cover = (np.asarray(cv2.GaussianBlur(each, (0, 0), blur), np.float32) for each in (picture, cover))
    lit = 1 + np.float32(rng.uniform(-0.3, 0.3)) * np.linspace(-1, 1, height, dtype=np.float32)[:, None, None]
    return over(clean, np.asarray(picture * lit, np.float32), np.asarray(cover, np.float32))
