"""Streak layers: what rain looks like before it meets a photo. numpy and OpenCV only.

A layer is a (H, W) float32 map, 0 where nothing falls and 1 on the strongest streaks: sparse drops drawn at random, each spread
by a motion kernel whose cross-section, ends and taper vary (the directional-noise method; science notes 8.1, 8.4). What a
streak can look like matters more for real rain than how many samples are drawn, so the shapes are wide on purpose.

`StreakBank` renders many small layers once; crops of them are then almost free. Larger pictures are rendered directly.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training.rain import bank_cache, drops
from training.rain.drops import DRAWN

Layer = NDArray[np.float32]
Rng = np.random.Generator

BANK_PX = 320
DRAWING = 1
"""Raise when `render_layer` draws the same kind otherwise, so that banks in caches are rendered anew."""
LOOKS, SEEN = 4, 50
"""How often a crop of drops is drawn anew where it shows none brighter than this level of 255."""
REFERENCE_PX = 320
"""Lengths and widths of the kinds are meant for pictures whose shorter side is about this; larger pictures scale them up."""


@dataclass(frozen=True)
class StreakKind:
    """One family of streaks. Pairs are ranges drawn uniformly; lengths and widths in px as full extents at `REFERENCE_PX`.

    `drops` is the power of ten of the drop probability a pixel, `spread_deg` the scatter of directions within a layer,
    `defocus_px` the blur where a layer is out of focus. `noise` True draws thresholded Gaussian noise instead of drops;
    `dotted` breaks streaks up, as drips and flickering light do. Of the light that noise adds everywhere, `floor` stays.
    """

    length_px: tuple[float, float]
    width_px: tuple[float, float]
    drops: tuple[float, float]
    spread_deg: float
    defocus_px: tuple[float, float] = (0.5, 1.5)
    defocus_share: float = 0.25
    noise: bool = False
    floor: tuple[float, float] = (0.0, 0.0)
    dotted: bool = False


KINDS: dict[str, StreakKind] = {
    "narrow": StreakKind((24, 72), (1.8, 3.8), (-3.15, -2.4), 2),
    "heavy": StreakKind((25, 90), (1.2, 3.6), (-2.7, -1.6), 3),
    "curtain": StreakKind((60, 200), (1.2, 3.4), (-2.8, -1.6), 2),
    "dense": StreakKind((12, 45), (1.2, 3.2), (-2.3, -1.4), 3),
    "fine": StreakKind((5, 30), (1, 2.5), (-2.6, -1.6), 5),
    "wide": StreakKind((40, 110), (3, 9), (-3.8, -2.8), 3),
    "soft": StreakKind((80, 280), (5, 26), (-4.1, -2.9), 1),
    "photoshop": StreakKind((12, 70), (1.2, 3), (-2.0, -1.0), 0, noise=True),
    "sheer": StreakKind((50, 220), (1.5, 6), (-2.0, -1.0), 0, noise=True, floor=(0.0, 2.2)),
    "pall": StreakKind((90, 300), (4, 14), (-2.0, -1.0), 0, noise=True, floor=(0.0, 1.0)),
    "thin": StreakKind((8, 90), (1.2, 4), (-3.5, -2.3), 4, defocus_share=0.0),
    "drop": StreakKind((4, 18), (3, 8), (-4.2, -3.0), 6, defocus_px=(0.7, 2.5), defocus_share=1.0),
    "far": StreakKind((3, 11), (1, 1.6), (-1.9, -1.2), 8, defocus_px=(0.4, 0.9), defocus_share=0.5),
    "bokeh": StreakKind((9, 26), (8, 22), (-4.7, -3.7), 4, defocus_px=(1.5, 5), defocus_share=1.0),
    "dotted": StreakKind((25, 120), (1.5, 4), (-3.9, -2.9), 3, dotted=True),
    "pearl": StreakKind((3, 10), (2, 6), (-3.5, -2.4), 8, defocus_px=(0.4, 1.0), defocus_share=0.4),
    "dash": StreakKind((16, 60), (2.5, 7.5), (-3.9, -2.9), 5, defocus_px=(0.4, 1.2), defocus_share=0.3),
    "stray": StreakKind((20, 170), (1.2, 6), (-4.7, -3.7), 8, defocus_px=(0.4, 2), defocus_share=0.4),
    "stream": StreakKind((80, 280), (12, 36), (-5.2, -4.5), 2, defocus_px=(1, 5), defocus_share=0.8),
    "comb": StreakKind((9, 100), (1.0, 1.9), (-2.9, -1.7), 4, defocus_px=(0.4, 0.8), defocus_share=0.15),
    "backdrop": StreakKind((4, 32), (1.0, 2.2), (-2.3, -1.2), 5, defocus_px=(0.4, 1.0), defocus_share=0.4),
    "scrim": StreakKind((25, 110), (2.5, 7), (-3.2, -2.2), 2, defocus_px=(0.8, 2.2), defocus_share=0.9),
    # held out: these never train what ships (profiles "thick-short", "monsoon" and those that end in "unseen")
    "stub": StreakKind((10, 22), (7, 11), (-3.4, -2.7), 4, defocus_share=0.0),
    "sheet": StreakKind((220, 320), (1.5, 3.5), (-3.0, -2.4), 7),
    "rake": StreakKind((150, 260), (1.0, 1.3), (-3.4, -2.8), 12, defocus_share=0.0),
    "gauze": StreakKind((50, 90), (1.0, 1.3), (-1.9, -1.5), 0, defocus_px=(0.4, 0.7), defocus_share=1.0),
    "slash": StreakKind((30, 60), (4, 5), (-2.9, -2.4), 6, defocus_share=0.0),
    # held out of every table as well as of what ships: no cell of an experiment learns from them
    "ribbon": StreakKind((55, 110), (5, 9), (-3.7, -3.1), 5, defocus_px=(0.4, 1.0), defocus_share=0.5),
    "pin": StreakKind((7, 14), (1.0, 1.6), (-2.4, -1.8), 8, defocus_share=0.0),
}


def draw_angle(rng: Rng) -> float:
    """Direction in degrees from vertical: 70 % within 30, 30 % within 60."""
    return float(rng.uniform(-30, 30) if rng.random() < 0.7 else rng.uniform(-60, 60))


def cross_section(rng: Rng, distance: Layer, half_width: float) -> Layer:
    """Profile across the streak at `distance` px from its axis: raised cosine, flat, Gaussian or bright rims (science 8.4c)."""
    x = np.abs(distance) / max(half_width, 0.5)
    pick = rng.random()
    if pick < 0.35:
        return np.where(x < 1, 0.5 + 0.5 * np.cos(np.pi * np.minimum(x, 1)), 0).astype(np.float32)
    if pick < 0.70:
        return np.clip((1 - x) * half_width + 0.5, 0, 1).astype(np.float32)
    if pick < 0.88:
        return np.exp(-2.2 * x**2).astype(np.float32)
    return (np.clip((1 - x) * half_width + 0.5, 0, 1) * (0.45 + 0.55 * np.minimum(x, 1) ** 2)).astype(np.float32)


def along(rng: Rng, position: Layer, half_length: float, dotted: bool = False) -> Layer:
    """Brightness along the streak: hard, soft or long ends, a one-sided taper, sometimes the oscillation of a falling drop."""
    end = float(rng.choice([0.02, 0.15, 0.45], p=[0.35, 0.4, 0.25])) * 2 * half_length
    shape = np.clip((half_length - np.abs(position)) / max(end, 1.0), 0, 1)
    if rng.random() < 0.25:
        shape = shape * np.clip(0.5 + position / (2 * half_length), 0, 1)
    if rng.random() < 0.2:  # Garg and Nayar: drops oscillate while they fall
        shape = shape * (1 + 0.25 * np.sin(position * rng.uniform(0.15, 0.6) + rng.uniform(0, 6.3)))
    if dotted:
        shape = shape * np.clip(0.5 + 2 * np.sin(position * rng.uniform(0.5, 1.4) + rng.uniform(0, 6.3)), 0, 1)
    return np.asarray(shape, np.float32)


def motion_kernel(rng: Rng, length_px: float, width_px: float, angle_deg: float, dotted: bool = False) -> Layer:
    """(K, K) kernel, K odd, of one streak with the given full extents, leaning `angle_deg` from the vertical; peak about 1."""
    half_length, half_width = length_px / 2, width_px / 2
    radius = int(np.ceil(np.hypot(half_length, half_width))) + 1
    y, x = np.mgrid[-radius : radius + 1, -radius : radius + 1].astype(np.float32)
    sine, cosine = np.sin(np.radians(angle_deg)), np.cos(np.radians(angle_deg))
    position, distance = x * sine + y * cosine, x * cosine - y * sine
    kernel: Layer = cross_section(rng, distance, half_width) * along(rng, position, half_length, dotted)
    return kernel


def drop_field(rng: Rng, kind: StreakKind, density: float, height: int, width: int) -> Layer:
    """(height, width) map of where drops are and how strong: sparse and log-normal, or thresholded noise."""
    if kind.noise:
        field = rng.standard_normal((height, width), np.float32)
        return np.asarray(np.maximum(field - np.float32(np.sqrt(2) * 0.9), 0), np.float32)
    field = np.zeros((height, width), np.float32)
    count = rng.poisson(density * height * width)
    rows, columns = rng.integers(0, height, count), rng.integers(0, width, count)
    np.add.at(field, (rows, columns), np.exp(rng.normal(0, 0.4, count)).astype(np.float32))
    return field


def render_layer(rng: Rng, kind: StreakKind, height: int, width: int, angle_deg: float, scale: float = 1.0) -> Layer:
    """One streak layer (height, width), 0 to 1, around `angle_deg` from vertical.

    `scale` stretches lengths and widths and thins the drops alike, so that a large picture has the same rain, not finer rain.
    Four sub-directions scatter by the kind's spread; half of the layers add them, half take the stronger.
    """
    length = rng.uniform(*kind.length_px) * scale
    breadth = max(rng.uniform(*kind.width_px) * scale, 1.0)
    density = 10 ** rng.uniform(*kind.drops) / scale**2
    directions = 1 if kind.noise else 4
    adds = rng.random() < 0.5
    pad = int(length / 2) + 2
    layer = np.zeros((height, width), np.float32)
    for _ in range(directions):
        angle = angle_deg + rng.normal(0, 1) * kind.spread_deg
        field = drop_field(rng, kind, density / directions, height + 2 * pad, width + 2 * pad)
        kernel = motion_kernel(rng, length, breadth, angle, kind.dotted)
        drawn = cv2.filter2D(field, cv2.CV_32F, kernel, borderType=cv2.BORDER_CONSTANT)[pad:-pad, pad:-pad]
        layer = layer + drawn if adds else np.maximum(layer, drawn)
    if kind.noise:
        lowest = np.quantile(layer, rng.uniform(0, 0.45)) * (1 - rng.uniform(*kind.floor))
        layer = np.maximum(layer - np.float32(lowest), 0) ** np.float32(rng.uniform(0.8, 1.4))
    if rng.random() < kind.defocus_share:
        layer = np.asarray(cv2.GaussianBlur(layer, (0, 0), rng.uniform(*kind.defocus_px) * scale), np.float32)
    return normalise(layer)


def render_kind(rng: Rng, name: str, height: int, width: int, angle_deg: float, scale: float = 1.0) -> Layer:
    """One layer of the kind `name`, of streaks or of drops."""
    if name in DRAWN:
        return drops.draw_layer(rng, DRAWN[name], height, width, angle_deg, scale)
    return render_layer(rng, KINDS[name], height, width, angle_deg, scale)


def normalise(layer: Layer) -> Layer:
    """Scale by the 99.5th percentile of the rained-on pixels' range and clip to 0..1; an empty layer stays empty."""
    strongest = float(np.quantile(layer, 0.995))
    if strongest < 1e-4:
        strongest = float(layer.max())
    if strongest < 1e-6:
        return np.zeros_like(layer)
    return np.asarray(np.clip(layer / np.float32(strongest), 0, 1), np.float32)


def layers_of(name: str, per_kind: int) -> int:
    """Layers that a bank holds of a kind: half as many where every drop of a layer differs from the next."""
    return max(1, per_kind // 2) if name in DRAWN else per_kind


@dataclass(frozen=True, eq=False)
class StreakBank:
    """Layers rendered once: `layers` (N, S, S) uint8, with the kind and angle of each, sorted by kind and angle."""

    layers: NDArray[np.uint8]
    kinds: NDArray[np.str_]
    angles_deg: NDArray[np.float32]

    @classmethod
    def render(cls, seed: int, kinds: Sequence[str], per_kind: int = 140, size_px: int = BANK_PX) -> "StreakBank":
        """Render `per_kind` layers of every kind; the same arguments give the same bank."""
        rows = []
        for name in kinds:
            for index in range(layers_of(name, per_kind)):
                rng = np.random.default_rng([seed, bank_cache.stable_number(name), index])
                angle = draw_angle(rng)
                layer = render_kind(rng, name, size_px, size_px, angle)
                rows.append((name, angle, np.round(layer * 255).astype(np.uint8)))
        rows.sort(key=lambda row: (row[0], row[1]))
        return cls(
            np.stack([row[2] for row in rows]),
            np.array([row[0] for row in rows]),
            np.array([row[1] for row in rows], np.float32),
        )

    @classmethod
    def cached(cls, seed: int, kinds: Sequence[str], per_kind: int = 140) -> "StreakBank":
        """The bank from the cache folder, rendered (about a minute) and kept there when it is missing."""
        rows = [KINDS[k] if k in KINDS else (drops.DRAWING, DRAWN[k]) for k in kinds]
        made_of = repr((DRAWING, seed, sorted(kinds), per_kind, rows))
        arrays = bank_cache.load_or_make(
            f"streaks-{bank_cache.stable_number(made_of):016x}",
            lambda: cls.render(seed, kinds, per_kind).arrays(),
        )
        return cls(
            arrays["layers"].astype(np.uint8, copy=False),
            arrays["kinds"].astype(np.str_, copy=False),
            arrays["angles_deg"].astype(np.float32, copy=False),
        )

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """The parts by name, for storing."""
        return {"layers": self.layers, "kinds": self.kinds, "angles_deg": self.angles_deg}

    def crop(self, rng: Rng, kind: str, height: int, width: int, angle_deg: float) -> Layer:
        """A random (height, width) piece of a layer of `kind` whose direction is near `angle_deg`; at most the bank's size."""
        first, end = np.searchsorted(self.kinds, kind, "left"), np.searchsorted(self.kinds, kind, "right")
        flip = rng.random() < 0.5  # a mirrored layer leans the other way
        wanted = -angle_deg if flip else angle_deg
        near = first + int(np.searchsorted(self.angles_deg[first:end], wanted))
        index = int(np.clip(near + rng.integers(-4, 5), first, end - 1))
        size = self.layers.shape[1]
        zoom = float(rng.uniform(0.75, 1.35))
        rows, columns = min(size, round(height / zoom) + 1), min(size, round(width / zoom) + 1)
        for _ in range(LOOKS if kind in DRAWN else 1):  # of few large drops most crops would show none
            top, left = rng.integers(0, size - rows + 1), rng.integers(0, size - columns + 1)
            piece = self.layers[index, top : top + rows, left : left + columns]
            if piece[::4, ::4].max() > SEEN:
                break
        piece = np.asarray(cv2.resize(piece, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)
        if flip:
            piece = piece[:, ::-1]
        return np.ascontiguousarray(piece).astype(np.float32) * np.float32(1 / 255)
