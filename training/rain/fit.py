"""Ranges of the generator, fitted to somebody's rain: what is drawn is to look like what falls there (science notes 2.2).

Photos of real rain have no partners, so rain is described by what fine structure a photo has (`training.rain.descriptors`),
texture of the scene included; drawn rain is described in the same way on dry photos. Each descriptor is compared by the
Wasserstein distance of its values, in units of the spread that real ones have. How near is near is told by the same distance
between halves of the real photos: the noise floor.

A plain random search changes the ranges: profiles that are there come first, then draws of all numbers, then small changes of
the best. Held-out kinds of streaks are never drawn.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from training.rain.descriptors import RainDescriptors, describe, layer_of_photo, main_direction
from training.rain.generator import Photo, draw_rain
from training.rain.profiles import HELD_KINDS, PROFILES, RainProfile
from training.rain.streaks import BANK_PX, Rng, StreakBank

SIDE_PX = 160
"""Of the patches in which rain is described; of photos shown at at most `REDUCED_PX`."""
REDUCED_PX = 720
PATCHES = 3
"""Of each photo, those with most upright fine structure among twice as many."""
COMPARED = (
    "coverage",
    "mean_on",
    "p99",
    "length_px",
    "width_px",
    "angle_deg",
    "coherence",
    "skewness",
    "spots",
    "spot_length_px",
)
GRID = np.linspace(0.02, 0.98, 49)
SPLITS = 16
FIRST = tuple(name for name, profile in PROFILES.items() if not profile.held_out and not profile.night and not profile.lamps)
KINDS = tuple(sorted({kind for name in FIRST for kind in PROFILES[name].kinds} - HELD_KINDS))
WORST = 10.0
"""What a descriptor counts that one side does not have at all."""

Values = NDArray[np.float64]
Tick = Callable[[int, int], None]
"""Told how many trials are done, of how many; may raise to stop."""


@dataclass(frozen=True)
class Fitted:
    """The profile that was found, how far it is from the real rain, how far the nearest profile was, and the noise floor."""

    profile: RainProfile
    distance: float
    begun_from: str
    begun_distance: float
    floor: float


def profile_of(plain: Mapping[str, Any]) -> RainProfile:
    """The profile of a `Fitted` that was written as plain values. Raises KeyError or TypeError where it is none."""
    values: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in plain["profile"].items()
    }
    return RainProfile(**values)


def shown(photo: NDArray[np.uint8]) -> Photo:
    """A photo (H, W, 3) as it is compared: its shorter side at most `REDUCED_PX`, float32 0..1."""
    scale = REDUCED_PX / min(photo.shape[:2])
    small = cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else photo
    return np.asarray(small, np.float32) / np.float32(255)


def patches(photo: Photo, rng: Rng, count: int = PATCHES) -> list[Photo]:
    """The squares of a photo with most fine structure across a steep direction, of twice as many drawn at random."""
    side = min(SIDE_PX, *photo.shape[:2])
    cut = []
    for _ in range(2 * count):
        top, left = (int(rng.integers(0, length - side + 1)) for length in photo.shape[:2])
        cut.append(photo[top : top + side, left : left + side])
    return sorted(cut, key=upright, reverse=True)[:count]


def upright(piece: Photo) -> float:
    """How much fine structure stands rather than lies."""
    layer = layer_of_photo(piece)
    angle, coherence = main_direction(layer)
    return float(layer.mean()) * (1 + coherence * float(np.cos(np.radians(2 * angle))))


def table_of(rows: Sequence[RainDescriptors]) -> dict[str, Values]:
    """The known values of each descriptor that is compared."""
    found = {name: np.array([getattr(row, name) for row in rows], np.float64) for name in COMPARED}
    return {name: values[np.isfinite(values)] for name, values in found.items()}


def wasserstein(one: Values, other: Values) -> float:
    """The 1-Wasserstein distance of two samples of any sizes: the mean distance of their quantiles."""
    return float(np.abs(np.quantile(one, GRID) - np.quantile(other, GRID)).mean())


def distance(real: dict[str, Values], drawn: dict[str, Values], spreads: dict[str, float]) -> float:
    """The mean over descriptors of the Wasserstein distance in units of the spread of the real rain."""
    found = []
    for name, spread in spreads.items():
        if not real[name].size or not drawn[name].size:
            found.append(0.0 if real[name].size == drawn[name].size else WORST)
        else:
            found.append(min(WORST, wasserstein(real[name], drawn[name]) / spread))
    return float(np.mean(found))


def spreads_of(real: dict[str, Values]) -> dict[str, float]:
    """How much each descriptor varies over the real rain, never nothing."""
    least = {name: 0.05 * max(abs(float(np.median(values))), 1e-3) if values.size else 1.0 for name, values in real.items()}
    return {name: max(float(np.std(values)) if values.size else 0.0, least[name]) for name, values in real.items()}


def floor_of(rows: Sequence[Sequence[RainDescriptors]], spreads: dict[str, float], rng: Rng) -> float:
    """The distance of real rain from real rain: between random halves of the photos, the mean over several splits."""
    if len(rows) < 2:
        return float("nan")
    found = []
    for _ in range(SPLITS):
        order = rng.permutation(len(rows))
        halves = [[row for place in part for row in rows[int(place)]] for part in (order[::2], order[1::2])]
        found.append(distance(table_of(halves[0]), table_of(halves[1]), spreads))
    return float(np.mean(found))


def told(values: Values) -> list[float]:
    """10th percentile, median and 90th; nothing of nothing."""
    return [round(float(value), 4) for value in np.quantile(values, (0.1, 0.5, 0.9))] if values.size else []


class Fit:
    """Compares drawn rain with the real one. `rainy` and `dry` are photos as `shown` gives them."""

    def __init__(self, rainy: Sequence[Photo], dry: Sequence[Photo], seed: int, bank: StreakBank | None = None) -> None:
        self.seed, self.bank = seed, bank
        rng = np.random.default_rng([seed, 53])
        self.rows = [[describe(layer_of_photo(piece)) for piece in patches(photo, rng)] for photo in rainy]
        self.real = table_of([row for rows in self.rows for row in rows])
        self.spreads = spreads_of(self.real)
        wanted = max(24, min(60, PATCHES * len(rainy)))
        self.dry = [patches(dry[place % len(dry)], rng, 1)[0] for place in range(wanted)]

    def floor(self) -> float:
        """The noise floor."""
        return floor_of(self.rows, self.spreads, np.random.default_rng([self.seed, 59]))

    def drawn(self, profile: RainProfile) -> dict[str, Values]:
        """The descriptors of rain of `profile` on the dry photos; the same draws for every profile."""
        rows = []
        for place, piece in enumerate(self.dry):
            bank = self.bank if self.bank is not None and max(piece.shape[:2]) <= BANK_PX else None
            drawn = draw_rain(piece, profile, self.seed + place, bank=bank, camera=False)
            rows.append(describe(layer_of_photo(drawn.rainy)))
        return table_of(rows)

    def distance(self, profile: RainProfile) -> float:
        """How far rain of `profile` on the dry photos is from the real one."""
        return distance(self.real, self.drawn(profile), self.spreads)

    def beside(self, profile: RainProfile) -> dict[str, dict[str, list[float]]]:
        """10th percentile, median and 90th of each descriptor: of the "real" rain, and of what is "drawn"."""
        tables = {"real": self.real, "drawn": self.drawn(profile)}
        return {name: {kind: told(table[name]) for kind, table in tables.items()} for name in COMPARED}


def search(fit: Fit, trials: int, seed: int, tick: Tick = lambda done, total: None) -> Fitted:
    """The best of `trials` profiles: those that are there, then random ones and small changes of the best."""
    rng = np.random.default_rng([seed, 61])
    begun = min(((fit.distance(PROFILES[name]), name) for name in FIRST[: max(1, trials // 3)]), key=lambda pair: pair[0])
    best, nearest = replace(PROFILES[begun[1]], held_out=False), begun[0]
    for trial in range(trials):
        tick(trial, trials)
        candidate = drawn_profile(rng) if rng.random() < 0.3 else changed(best, rng)
        apart = fit.distance(candidate)
        if apart < nearest:
            best, nearest = candidate, apart
    tick(trials, trials)
    return Fitted(best, nearest, begun[1], begun[0], fit.floor())


def drawn_profile(rng: Rng) -> RainProfile:
    """A profile of which everything is drawn."""
    kinds = tuple(str(kind) for kind in rng.choice(KINDS, int(rng.integers(1, 5)), replace=False))
    layers = tuple(sorted(int(count) for count in rng.integers(1, 4, 2)))
    alpha = tuple(sorted(float(value) for value in rng.uniform(0.04, 0.9, 2)))
    middle, wide = float(rng.uniform(-35, 35)), float(rng.uniform(3, 25))
    return RainProfile(
        kinds,
        (layers[0], layers[1]),
        (round(alpha[0], 3), round(alpha[1], 3)),
        shares(rng.dirichlet((1.0, 1.0, 1.5))),
        veil=(round(float(rng.uniform(0, 0.6)), 2), round(float(rng.uniform(0.1, 0.8)), 2)),
        together=round(float(rng.uniform(0.5, 1)), 2),
        drifts=round(float(rng.uniform(0, 0.5)), 2),
        partly=round(float(rng.choice([0.0, 0.0, 0.2])), 2),
        sky=round(float(rng.choice([0.0, 0.3, 0.6])), 2),
        lean=lean_of(middle, wide),
    )


def lean_of(middle: float, wide: float) -> tuple[float, ...]:
    """A range of directions in degrees, within what is possible."""
    return (round(max(-90.0, middle - wide), 1), round(min(90.0, middle + wide), 1))


def shares(weights: Values) -> tuple[float, float, float]:
    """Three shares that sum to one, but for rounding."""
    one, two, three = (round(float(weight), 2) for weight in weights / weights.sum())
    return one, two, three


def changed(profile: RainProfile, rng: Rng) -> RainProfile:
    """A profile with one to three of its numbers drawn anew, or moved a little."""
    other = drawn_profile(rng)
    names = [each.name for each in fields(RainProfile) if getattr(other, each.name) != getattr(profile, each.name)]
    names = [
        name for name in names if name in ("kinds", "layers", "alpha", "blends", "veil", "together", "drifts", "sky", "lean")
    ]
    taken = {
        str(name): getattr(other, str(name)) for name in rng.choice(names, min(len(names), int(rng.integers(1, 4))), False)
    }
    if "alpha" in taken and rng.random() < 0.6:
        low, high = sorted(float(np.clip(value * np.exp(rng.normal(0, 0.25)), 0.02, 0.95)) for value in profile.alpha)
        taken["alpha"] = (round(low, 3), round(high, 3))
    if "kinds" in taken and rng.random() < 0.6:
        kept = [kind for kind in dict.fromkeys(profile.kinds) if rng.random() < 0.7]
        taken["kinds"] = tuple((kept + [str(rng.choice(KINDS))])[:6])
    if "lean" in taken and profile.lean and rng.random() < 0.6:
        middle, wide = (
            sum(profile.lean) / 2 + rng.normal(0, 6),
            (profile.lean[1] - profile.lean[0]) / 2 * np.exp(rng.normal(0, 0.3)),
        )
        taken["lean"] = lean_of(float(middle), float(wide))
    return replace(profile, **taken)
