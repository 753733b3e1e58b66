"""How alike sets of rainy pictures are, told from what an encoder sees of each picture: pure functions on its features.

Features are directions (N, C): of length one. Two sets are as alike as the mean cosine of all pairs of their pictures. A
picture is nearest to the set whose mean direction it is closest to, and it takes no part in the mean that it is compared with.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float64]
SHARPNESS = 12.0
"""Of certainty: how fast it falls with the distance in cosine between the nearest set and the next."""


def directions(rows: Rows) -> Rows:
    """(N, C) of length one."""
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-12), np.float64)


def similarity(one: Rows, other: Rows | None = None) -> float:
    """The mean cosine of all pairs of two sets; of one set that of all pairs of different pictures, NaN for a single one."""
    if other is not None:
        return float((one @ other.T).mean())
    count = len(one)
    return float(((one @ one.T).sum() - count) / (count * (count - 1))) if count > 1 else float("nan")


def matrix(sets: Mapping[str, Rows]) -> dict[str, dict[str, float]]:
    """Of every set with every set."""
    return {a: {b: similarity(sets[a], None if a == b else sets[b]) for b in sets} for a in sets}


@dataclass(frozen=True)
class Nearest:
    """The set that a picture is nearest to, and how certain that is: 1 / number of sets where it could be any, up to 1."""

    name: str
    certainty: float


def nearest(row: Rows, sets: Mapping[str, Rows], own: str = "") -> Nearest:
    """What the picture `row` (C,) is nearest to; of the set `own` it is a member. Sets without other members do not count."""
    found: dict[str, float] = {}
    for name, rows in sets.items():
        total = rows.sum(0) - (row if name == own else 0)
        if len(rows) > (name == own):
            found[name] = float(row @ directions(total))
    if not found:
        return Nearest("", 0.0)
    best = max(found, key=lambda name: found[name])
    shares = np.exp(SHARPNESS * (np.array(list(found.values())) - found[best]))
    return Nearest(best, float(1 / shares.sum()))


@dataclass(frozen=True, eq=False)
class Map:
    """A plane through features (C,): `middle` and two `axes` (2, C), the directions in which they differ most."""

    middle: Rows
    axes: Rows

    def places(self, rows: Rows) -> Rows:
        """(N, 2) where features (N, C) lie."""
        return np.asarray((rows - self.middle) @ self.axes.T, np.float64)


def mapped(rows: Rows) -> Map:
    """The principal plane of features; which way an axis points is settled, so that the same pictures give the same map."""
    middle = rows.mean(0)
    _, _, axes = np.linalg.svd(rows - middle, full_matrices=False)
    axes = np.vstack([axes, np.zeros((2, rows.shape[1]))])[:2]
    strongest = axes[np.arange(2), np.abs(axes).argmax(1)]
    return Map(middle, axes * np.where(strongest < 0, -1, 1)[:, None])


def steadiness(rows: Rows, times: int = 20, seed: int = 1) -> float:
    """How well the map keeps its plane when pictures are drawn anew with replacement: 1 the same plane, 0 another one."""
    if len(rows) < 4:
        return float("nan")
    rng = np.random.default_rng(seed)
    plane = mapped(rows).axes
    again = (mapped(rows[rng.integers(len(rows), size=len(rows))]).axes for _ in range(times))
    return float(np.mean([np.square(plane @ axes.T).sum() / 2 for axes in again]))


@dataclass(frozen=True)
class Moves:
    """How far features move, as 1 - cosine, when rain is exchanged on one background, and backgrounds under one rain."""

    rain: float
    background: float

    @property
    def share_of_rain(self) -> float:
        """Part of the movement that is the rain's: 1 where only rain is seen, 0 where only detail is."""
        whole = self.rain + self.background
        return self.rain / whole if whole > 0 else float("nan")


def moves(grid: Rows) -> Moves:
    """Of features (B, R, C) of every background under every rain; both at least 2."""
    backgrounds, rains, _ = grid.shape
    by_rain = [similarity(grid[number]) for number in range(backgrounds)]
    by_background = [similarity(grid[:, number]) for number in range(rains)]
    return Moves(1 - float(np.mean(by_rain)), 1 - float(np.mean(by_background)))
