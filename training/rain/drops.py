"""Rain that is no thin streak: drops out of focus, flakes, dashes, beads off an edge, splashes, near bars, torn streams.

Streak layers spread one kernel over many drops (`training.rain.streaks`). Here every drop has its own size, length, direction
and brightness, because near the lens and at the ground no two look alike. A kind is a row of numbers and the name of the rule
that places the drops; a layer is a (H, W) float32 map, 0 where nothing is and 1 where a drop hides most. numpy and OpenCV
only.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

Layer = NDArray[np.float32]
Rng = np.random.Generator

DRAWING = 2
"""Raise when `draw_layer` draws the same kind otherwise, so that banks in caches are rendered anew."""
TEMPLATES = 24
"""Drops of a layer share so many shapes: enough that none is seen twice, few enough to be quick."""
MOST = 4000
LONG = 2.2
"""Drops that are this many times as long as wide, or more, have no rim at their ends."""
MARGIN = 0.1
"""Drops also fall beside the picture, by this part of its side, so that its border shows halves of them."""


@dataclass(frozen=True)
class DrawnKind:
    """One family of drops. Pairs are ranges; lengths in px at the size that streak kinds are meant for.

    `rule` places the drops; `width_px` is the width of a drop, `slim` its length over its width, `drops` the power of ten of
    drops a pixel, `mixed` the factor by which widths scatter within a layer, `spread_deg` the scatter of directions,
    `soft` the width of the edge over the radius, `rim` how much darker the middle is than the edge, `dim` the
    scatter of brightness (of its logarithm), `corners` the shape of the aperture (0: round), `upright` True where wind does
    not matter.
    """

    rule: str
    width_px: tuple[float, float]
    slim: tuple[float, float]
    drops: tuple[float, float]
    mixed: float = 1.6
    spread_deg: float = 4.0
    soft: tuple[float, float] = (0.1, 1.0)
    rim: tuple[float, float] = (0.0, 0.0)
    dim: float = 0.5
    corners: int = 0
    upright: bool = False


DRAWN: dict[str, DrawnKind] = {
    "disc": DrawnKind("scatter", (9, 40), (1, 1.5), (-4.6, -3.4), 1.9, 5, (0.08, 0.9), (0, 0.5)),
    "globule": DrawnKind("scatter", (3, 11), (1, 1.7), (-3.4, -2.0), 1.9, 12, (0.15, 1), (0, 0.4), 0.6),
    "focus": DrawnKind("scatter", (3, 8), (1, 1.2), (-2.8, -1.8), 3.2, 5, (0.1, 0.6), (0, 0.5), 0.6),
    "flake": DrawnKind("scatter", (1.2, 3.8), (1, 1.9), (-2.8, -1.7), 2.0, 45, (0.3, 1.2), dim=0.7),
    "twin": DrawnKind("scatter", (3.5, 9), (2.5, 9), (-3.9, -2.8), 1.4, 5, (0.1, 0.5), (0.6, 0.95), 0.5),
    "dab": DrawnKind("scatter", (1.1, 2.8), (2, 9), (-3.2, -1.9), 1.4, 8, (0.3, 1.2), dim=0.7),
    "train": DrawnKind("trains", (1.1, 3.4), (1.2, 5), (-4.0, -2.8), 1.3, 4, (0.3, 1.2), dim=0.5),
    "bar": DrawnKind("scatter", (10, 28), (8, 24), (-5.3, -4.5), 1.4, 2, (0.08, 0.9), (0, 0.3), 0.4),
    "needle": DrawnKind("scatter", (1.6, 6), (14, 60), (-4.9, -4.0), 1.4, 3, (0.3, 1.3), (0, 0.3), 0.5),
    "bead": DrawnKind("beads", (1.3, 4.5), (1, 5), (-1.9, -1.2), 1.4, 2, (0.3, 1.2), dim=0.6, upright=True),
    "rope": DrawnKind("beads", (1.4, 5.5), (4, 14), (-1.9, -1.2), 1.6, 1.5, (0.3, 1.2), dim=0.7, upright=True),
    "splash": DrawnKind("bursts", (1.1, 2.6), (1.5, 4), (-3.5, -2.3), 1.4, 60, (0.4, 1.2), dim=0.5, upright=True),
    "spray": DrawnKind("spray", (1.0, 3.0), (1, 3), (-2.4, -1.5), 1.7, 60, (0.5, 1.5), dim=0.7, upright=True),
    "ragged": DrawnKind("bands", (6, 34), (2, 8), (-4.4, -3.5), 1.5, 4, (0.5, 1), dim=0.4),
    # held out: none of these trains what ships (the profiles whose names end in "unseen")
    "hexagon": DrawnKind("scatter", (14, 50), (1, 1), (-4.8, -3.8), 1.4, 0, (0.05, 0.2), (0.4, 0.8), corners=6),
    "ripple": DrawnKind("ripples", (1.0, 2.0), (1, 1), (-4.3, -3.5), 1.5, 0, (0.5, 1.2), upright=True),
    "thread": DrawnKind("threads", (1.2, 3.5), (1, 1), (-1.9, -1.4), 1.2, 1, (0.4, 1.2), upright=True),
    "frayed": DrawnKind("bands", (45, 80), (1.5, 3), (-5.0, -4.5), 1.2, 8, (0.3, 0.6)),
    "dots": DrawnKind("trains", (3.4, 5), (1, 1), (-4.2, -3.6), 1.1, 2, (0.2, 0.5), dim=0.3),
    "clump": DrawnKind("clumps", (2, 4), (1, 1.3), (-3.3, -2.5), 1.4, 90, (0.4, 1)),
    "mote": DrawnKind("spray", (1, 1.5), (1, 1), (-2.0, -1.6), 1.1, 0, (0.8, 1.2), upright=True),
    "spark": DrawnKind("scatter", (2.7, 4), (8, 14), (-3.8, -3.2), 1.1, 12, (0.3, 0.6)),
    "tube": DrawnKind("scatter", (12, 24), (26, 40), (-5.2, -4.8), 1.2, 2, (0.05, 0.2), (0.75, 0.95), 0.2),
}


def template(kind: DrawnKind, rng: Rng, width_px: float, slim: float, angle_deg: float, soft: float, rim: float) -> Layer:
    """(K, K) map of one drop, K odd, leaning `angle_deg` from the vertical: a rounded bar, a disc where `slim` is 1.

    What is thinner than a pixel is paler instead (science notes 8.6).
    """
    half = max(width_px, 1.0) / 2
    straight = max(0.0, width_px * slim / 2 - half)
    edge = max(0.8, soft * half)
    radius = int(np.ceil(straight + half + edge)) + 1
    y, x = np.mgrid[-radius : radius + 1, -radius : radius + 1].astype(np.float32)
    x, y = x - np.float32(rng.uniform(-0.5, 0.5)), y - np.float32(rng.uniform(-0.5, 0.5))
    sine, cosine = np.float32(np.sin(np.radians(angle_deg))), np.float32(np.cos(np.radians(angle_deg)))
    along, across = x * sine + y * cosine, np.abs(x * cosine - y * sine)
    beyond = np.maximum(np.abs(along) - np.float32(straight), 0)
    away = np.hypot(beyond, across)
    if kind.corners:
        turn = np.arctan2(beyond, across) % (2 * np.pi / kind.corners) - np.pi / kind.corners
        away = away * np.cos(turn) / np.float32(np.cos(np.pi / kind.corners))
    drop = np.clip((half - away) / np.float32(edge) + 0.5, 0, 1)
    if rim:
        from_axis = across if slim > LONG else away  # a long drop shows two bright lines, a round one a ring
        drop = drop * (1 - np.float32(rim) * (1 - np.minimum(1, from_axis / np.float32(half)) ** 2))
    if slim > 3 and rng.random() < 0.5:  # one end fades
        drop = drop * np.clip(0.5 + along / np.float32(2 * (straight + half)) * rng.choice([-1.0, 1.0]), 0, 1)
    return np.asarray(drop * np.float32(min(1.0, width_px)), np.float32)


def stamp(layer: Layer, drop: Layer, row: int, column: int, strength: float) -> None:
    """Lay `drop` over `layer` around a place, as one veil lies over another; what is outside is cut off."""
    radius = drop.shape[0] // 2
    top, left = max(0, row - radius), max(0, column - radius)
    end, right = min(layer.shape[0], row + radius + 1), min(layer.shape[1], column + radius + 1)
    if top >= end or left >= right:
        return
    part = drop[top - row + radius : end - row + radius, left - column + radius : right - column + radius]
    under = layer[top:end, left:right]
    under += (1 - under) * np.minimum(part * np.float32(strength), 1)


@dataclass(frozen=True, eq=False)
class Brush:
    """The shapes of one layer, and the layer they are laid on. `widths` (N,) px belong to `shapes`; `mean` drops are due."""

    layer: Layer
    shapes: list[Layer]
    widths: NDArray[np.float64]
    kind: DrawnKind
    scale: float
    mean: float

    def count(self, rng: Rng) -> int:
        """Drops for this picture: at least one, and no more than can be drawn in reasonable time."""
        return int(np.clip(rng.poisson(self.mean), 1, MOST))

    def spots(self, rng: Rng) -> NDArray[np.float64]:
        """(N, 2) rows and columns, all over the picture and a little beyond."""
        return rng.uniform(-MARGIN, 1 + MARGIN, (self.count(rng), 2)) * self.layer.shape

    def put(self, rng: Rng, row: float, column: float, strength: float = 1.0) -> None:
        """One drop of a random shape; larger ones of a layer are paler, for the same light lies on more pixels."""
        index = int(rng.integers(len(self.shapes)))
        paler = (self.widths.min() / self.widths[index]) ** 0.5
        bright = strength * paler * float(np.exp(rng.normal(0, self.kind.dim) - self.kind.dim**2))
        stamp(self.layer, self.shapes[index], round(row), round(column), min(1.0, bright))


def brush_for(rng: Rng, kind: DrawnKind, height: int, width: int, angle_deg: float, scale: float) -> Brush:
    """An empty layer with shapes whose mean size, softness and rim are those of one rain."""
    middle = float(np.exp(rng.uniform(np.log(kind.width_px[0]), np.log(kind.width_px[1])))) * scale
    soft, rim, slim = float(rng.uniform(*kind.soft)), float(rng.uniform(*kind.rim)), float(rng.uniform(*kind.slim))
    widths = middle * np.exp(rng.uniform(-0.5, 0.5, TEMPLATES) * 2 * np.log(kind.mixed))
    shapes = []
    for breadth in widths:
        longer = max(1.0, slim * float(np.exp(rng.normal(0, 0.3))) if kind.slim[1] > 1 else 1.0)
        turned = angle_deg + float(rng.normal(0, kind.spread_deg))
        shapes.append(template(kind, rng, float(breadth), longer, turned, soft * float(rng.uniform(0.7, 1.3)), rim))
    mean = 10 ** rng.uniform(*kind.drops) / scale**2 * height * width * (1 + 2 * MARGIN) ** 2
    return Brush(np.zeros((height, width), np.float32), shapes, widths, kind, scale, mean)


def scatter(look: Rng, rng: Rng, brush: Brush, angle_deg: float) -> None:
    """Drops anywhere."""
    for row, column in brush.spots(rng):
        brush.put(rng, row, column)


def trains(look: Rng, rng: Rng, brush: Brush, angle_deg: float) -> None:
    """Two to nine drops one behind the other: a drop seen several times, or a trail that breaks up."""
    sine, cosine = np.sin(np.radians(angle_deg)), np.cos(np.radians(angle_deg))
    gap = float(look.uniform(3, 14)) * brush.scale
    for row, column in brush.spots(rng):
        strength, at = float(rng.uniform(0.4, 1)), 0.0
        for _ in range(int(rng.integers(2, 10))):
            brush.put(rng, row + at * cosine, column + at * sine, strength)
            at += gap * float(rng.uniform(0.6, 1.6))


def columns_off_an_edge(look: Rng, brush: Brush) -> list[tuple[float, float]]:
    """Row and column at which water leaves an edge that crosses the picture; many edges lie above it."""
    height, width = brush.layer.shape
    slope, start = float(look.normal(0, 0.25)), float(look.uniform(-1.2, 0.5)) * height
    apart = float(np.exp(look.uniform(np.log(5), np.log(50)))) * brush.scale
    count = max(1, min(200, round(width / apart)))
    return [(start + slope * column, column) for column in look.uniform(-0.05, 1.05, count) * width]


def beads(look: Rng, rng: Rng, brush: Brush, angle_deg: float) -> None:
    """Strings of beads that fall off an edge: nearly upright, wider apart the farther they have fallen, some torn off."""
    height = brush.layer.shape[0]
    growth = float(look.uniform(0, 0.35))
    for top, column in columns_off_an_edge(look, brush):
        apart, strength = float(look.uniform(3, 16)) * brush.scale, float(look.uniform(0.3, 1))
        row, end = top + float(rng.uniform(0, apart)), top + height * float(look.uniform(0.3, 2.5))
        sway = float(look.normal(0, 0.02))
        while row < min(end, height * 1.05):
            if row > -20 and rng.random() < 0.85:
                brush.put(rng, row, column + sway * (row - top) + rng.normal(0, 0.5), strength)
            row += apart * (1 + growth * max(0.0, row - top) / height) * float(rng.uniform(0.5, 1.7))


def threads(look: Rng, rng: Rng, brush: Brush, angle_deg: float) -> None:
    """Unbroken threads of water off an edge that wave a little."""
    height = brush.layer.shape[0]
    for top, column in columns_off_an_edge(look, brush):
        phase, sway = float(rng.uniform(0, 6.3)), float(look.uniform(0.5, 3)) * brush.scale
        for row in np.arange(max(top, -10.0), height + 10, 1.5 * brush.scale):
            brush.put(rng, row, column + sway * np.sin(phase + row / (25 * brush.scale)), 0.6)


def ground_places(look: Rng, rng: Rng, brush: Brush) -> list[tuple[float, float, float]]:
    """Row, column and size (0.25 to 1) of places on the ground: nearer ones are lower, larger and rarer."""
    height, width = brush.layer.shape
    horizon = float(look.uniform(-0.6, 0.7)) * height
    near = rng.random(brush.count(rng)) ** 1.5
    rows = horizon + near * (1.15 * height - horizon)
    return list(zip(rows, rng.uniform(-0.05, 1.05, len(near)) * width, 0.25 + 0.75 * near, strict=True))


def bursts(look: Rng, rng: Rng, brush: Brush, angle_deg: float) -> None:
    """Splashes on the ground: droplets thrown up in a crown, some with the ring that spreads on water."""
    reach, rings = float(look.uniform(3, 11)) * brush.scale, float(look.choice([0.0, 0.3, 0.8]))
    for row, column, size in ground_places(look, rng, brush):
        strength = float(rng.uniform(0.3, 1))
        for _ in range(int(rng.integers(2, 9))):
            sideways, high = float(rng.normal(0, 0.6)), abs(float(rng.normal(0, 0.7)))
            brush.put(rng, row - size * reach * high, column + size * reach * sideways, strength * (0.5 + 0.5 * size))
        if rng.random() < rings:
            ring(brush.layer, rng, row, column, size * reach * float(rng.uniform(0.8, 2)), 0.5 * strength)


def ring(layer: Layer, rng: Rng, row: float, column: float, radius_px: float, strength: float) -> None:
    """A part of a flat ring on water."""
    middle = int(np.ceil(radius_px)) + 2
    drawn = np.zeros((2 * middle + 1, 2 * middle + 1), np.uint8)
    axes = max(1, round(8 * radius_px)), max(1, round(8 * radius_px * float(rng.uniform(0.2, 0.5))))
    first, reach = float(rng.uniform(0, 360)), float(rng.uniform(90, 360))
    points = np.array(cv2.ellipse2Poly((8 * middle, 8 * middle), axes, 0, round(first), round(first + reach), 12), np.int32)
    cv2.polylines(drawn, [points], False, 255, 1, cv2.LINE_AA, 3)
    stamp(layer, drawn.astype(np.float32) * np.float32(1 / 255), round(row), round(column), strength)


def ripples(look: Rng, rng: Rng, brush: Brush, angle_deg: float) -> None:
    """Rings in rings on water, without droplets."""
    reach = float(look.uniform(5, 16)) * brush.scale
    for row, column, size in ground_places(look, rng, brush):
        for share in (1.0, 0.55):
            ring(brush.layer, rng, row, column, size * reach * share, float(rng.uniform(0.4, 1)))


def spray(look: Rng, rng: Rng, brush: Brush, angle_deg: float) -> None:
    """Droplets over the ground, thickest just above where the rain hits, each thrown anywhere."""
    height = brush.layer.shape[0]
    middle, thick = float(look.uniform(0.1, 1.1)) * height, float(look.uniform(0.06, 0.4)) * height
    for _, column in brush.spots(rng):
        brush.put(rng, float(rng.normal(middle, thick)), column)


def clumps(look: Rng, rng: Rng, brush: Brush, angle_deg: float) -> None:
    """Flakes of three or four grains."""
    for row, column in brush.spots(rng):
        for _ in range(int(rng.integers(3, 5))):
            brush.put(rng, row + rng.normal(0, 1.8 * brush.scale), column + rng.normal(0, 1.8 * brush.scale), 0.8)


def bands(look: Rng, rng: Rng, brush: Brush, angle_deg: float) -> None:
    """Broad streams, torn and fibrous: soft bars whose light varies along and across the fall."""
    scatter(look, rng, brush, angle_deg)
    height, width = brush.layer.shape
    fibres = np.asarray(rng.standard_normal((height, width), np.float32))
    length = int(look.uniform(20, 60) * brush.scale) | 1
    line = np.zeros((length, length), np.float32)
    half = length // 2
    tip = np.array([np.sin(np.radians(angle_deg)), np.cos(np.radians(angle_deg))]) * half
    cv2.line(line, np.round(half - tip).astype(int).tolist(), np.round(half + tip).astype(int).tolist(), 1.0, 1, cv2.LINE_AA)
    spun = cv2.GaussianBlur(cv2.filter2D(fibres, cv2.CV_32F, line), (0, 0), float(look.uniform(0.6, 2.5)) * brush.scale)
    fibres = np.asarray((spun - spun.mean()) / max(1e-6, float(spun.std())), np.float32)
    torn = np.clip(np.float32(look.uniform(0.4, 0.9)) + np.float32(look.uniform(0.15, 0.45)) * fibres, 0, 1)
    np.multiply(brush.layer, torn, out=brush.layer)


RULES: dict[str, Callable[[Rng, Rng, Brush, float], None]] = {
    "scatter": scatter,
    "trains": trains,
    "beads": beads,
    "threads": threads,
    "bursts": bursts,
    "ripples": ripples,
    "spray": spray,
    "clumps": clumps,
    "bands": bands,
}


def draw_layer(rng: Rng, kind: DrawnKind, height: int, width: int, angle_deg: float, scale: float = 1.0) -> Layer:
    """One layer (height, width) of drops, 0 to 1, falling around `angle_deg` from vertical; `scale` as in `render_layer`."""
    layer = fall(rng, rng, kind, height, width, angle_deg, scale)
    strongest = float(layer.max())
    return layer if strongest < 1e-3 else np.asarray(layer / np.float32(strongest), np.float32)


def fall(
    look: Rng, rng: Rng, kind: DrawnKind, height: int, width: int, angle_deg: float, scale: float, density: float = 1.0
) -> Layer:
    """A layer as it is laid down. `look` settles what a rain keeps from frame to frame, `rng` where its drops are now."""
    lean = float(look.normal(0, 2)) if kind.upright else angle_deg
    brush = brush_for(look, kind, height, width, lean, scale)
    RULES[kind.rule](look, rng, replace(brush, mean=brush.mean * density), lean)
    return brush.layer
