"""Where in the picture it rains: in a window, under an arch, in a cone of light, beside a roof, around a shelter.

Rain is seen where something dark lies behind it or light falls on it, so in many photos one part is full of it and the next is
dry. A place is a (H, W) float32 map, 1 where rain falls and 0 where none does. numpy and OpenCV only.
"""

from collections.abc import Callable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

Layer = NDArray[np.float32]
Rng = np.random.Generator


def filled(height: int, width: int, corners: NDArray[np.float64]) -> Layer:
    """A polygon of `corners` (N, 2) x and y in parts of the sides."""
    drawn = np.zeros((height, width), np.uint8)
    cv2.fillPoly(drawn, [np.round(corners * (width, height) * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    return drawn.astype(np.float32) * np.float32(1 / 255)


def window(rng: Rng, height: int, width: int) -> Layer:
    """A rectangle, slightly out of true."""
    across, down = rng.uniform(0.3, 0.8, 2)
    left, top = rng.uniform(-0.15, 1.15 - across), rng.uniform(-0.15, 1.15 - down)
    corners = np.array([[left, top], [left + across, top], [left + across, top + down], [left, top + down]])
    return filled(height, width, corners + rng.normal(0, 0.02, (4, 2)))


def arch(rng: Rng, height: int, width: int) -> Layer:
    """A gate with a round top that stands on the ground."""
    half, middle, top = rng.uniform(0.18, 0.45), rng.uniform(0.2, 0.8), rng.uniform(-0.1, 0.4)
    turn = np.linspace(np.pi, 2 * np.pi, 24)
    curve = np.stack([middle + half * np.cos(turn), top + half * (1 + np.sin(turn))], -1)
    return filled(height, width, np.concatenate([curve, [[middle + half, 1.2], [middle - half, 1.2]]]))


def cone(rng: Rng, height: int, width: int) -> Layer:
    """A cone of light from a lamp, fading with the distance from it."""
    x, y = rng.uniform(-0.1, 1.1), rng.uniform(-0.3, 0.4)
    aim, spread = rng.normal(0, 0.5), rng.uniform(0.15, 0.6)
    reach = rng.uniform(0.6, 2)
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    away_x, away_y = columns / width - np.float32(x), rows / height - np.float32(y)
    angle = np.abs(np.arctan2(away_x, away_y) - np.float32(aim))
    edge = np.clip((np.float32(spread) - angle) / np.float32(rng.uniform(0.05, 0.3)) + 0.5, 0, 1)
    return np.asarray(edge * np.exp(-np.hypot(away_x, away_y) / np.float32(reach)) ** 2, np.float32)


def side(rng: Rng, height: int, width: int) -> Layer:
    """All that lies on one side of a line, as beside a roof or a wall."""
    turn = rng.uniform(0, 2 * np.pi)
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    away = (columns / width - 0.5) * np.float32(np.cos(turn)) + (rows / height - 0.5) * np.float32(np.sin(turn))
    soft = np.float32(np.exp(rng.uniform(np.log(0.01), np.log(0.4))))
    return np.asarray(np.clip((away - np.float32(rng.uniform(-0.25, 0.25))) / soft + 0.5, 0, 1), np.float32)


def spot(rng: Rng, height: int, width: int) -> Layer:
    """An oval with a soft border, as a lamp lights it or a gap between trees shows it."""
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    x, y = rng.uniform(0.1, 0.9, 2)
    wide, high = rng.uniform(0.15, 0.5, 2)
    away = np.hypot((columns / width - np.float32(x)) / np.float32(wide), (rows / height - np.float32(y)) / np.float32(high))
    return np.asarray(np.clip((1 - away) / np.float32(rng.uniform(0.1, 0.9)) + 0.5, 0, 1), np.float32)


def around(rng: Rng, height: int, width: int) -> Layer:
    """Everywhere but in an oval, as around an umbrella or a shelter."""
    return np.asarray(1 - spot(rng, height, width), np.float32)


def gap(rng: Rng, height: int, width: int) -> Layer:
    """A slanting strip, as between two houses."""
    return np.asarray(side(rng, height, width) * side(rng, height, width), np.float32)


SHAPES: dict[str, Callable[[Rng, int, int], Layer]] = {
    "window": window,
    "arch": arch,
    "cone": cone,
    "side": side,
    "spot": spot,
    "around": around,
    "gap": gap,
}


def draw_place(rng: Rng, shapes: Sequence[str], height: int, width: int) -> Layer:
    """Where it rains (height, width) 0 to 1: one of the named shapes, at times with a little rain outside as well."""
    place = SHAPES[str(rng.choice(shapes))](rng, height, width)
    outside = float(rng.uniform(0, 0.15)) if rng.random() < 0.3 else 0.0
    return np.asarray(outside + (1 - outside) * place, np.float32)
