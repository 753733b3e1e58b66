"""Which photos of a training folder look rainy: rain that is taken for clean teaches a net to leave it. numpy and OpenCV.

Rain is bright, thin, near vertical and of one direction over much of the picture; textures are bright *and* dark, and lie as
they like. So a photo is filtered along lines in twelve directions at two scales, and each direction is described by how skewed,
how heavy-tailed and how strong its responses are, over the picture and over its calmer part. A logistic regression weighs these
numbers. It was fitted on clean photos and on rain drawn on them by `training.rain.generator`; no photo of real rain has taught
it.

Only a warning comes of it: it is meant to be right when it speaks, not to find every rainy photo. Measured by
`python -m training.data.rainy_photos FOLDER…`: of 77 photos of real rain it finds 25 (32 %); of the dry photos of Kodak (24)
and of CID22 (41), which it never saw, none; of 300 it was fitted on 2. In a fit by quarters it found 7 of 361 dry photos left
out.
"""

import argparse
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from rainapp.base import paths
from rainapp.base.errors import RainError
from rainapp.base.escapes import readable
from rainapp.media.photo.plain_pixels import read_plain
from training.rain.generator import draw_rain

Plane = NDArray[np.float32]
Numbers = NDArray[np.float64]

SIDE_PX = 400  # photos are reduced to this shorter side: streaks are judged by their share of the picture
DIRECTIONS = 12
LINE_PX = 17
SCALES = (1.0, 0.5)
TILES = 4
MOST = 300  # photos looked at before a run starts: about half a minute
NAMED = 5
PROFILES = ("real-like", "heavy", "storm", "night", "mist", "anything")

STEPS, STEP, PENALTY = 3000, 0.3, 0.01
ODDS_MIN = 1.65
BEST_SPREAD, SPREAD_MIN = 3, 0.8  # place among the features, and value, of the strength of the most skewed direction
DRY_FOUND = 0.02  # share of dry photos that look rainy all the same


def grey_of(photo: NDArray[np.uint8]) -> Plane:
    """(h, w) float32 in grey levels, the shorter side at most `SIDE_PX`."""
    grey = cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY)
    scale = SIDE_PX / min(grey.shape)
    if scale < 1:
        grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(grey, np.float32)


@lru_cache(maxsize=1)
def line_kernels() -> tuple[Plane, ...]:
    """Means along lines of `LINE_PX` in `DIRECTIONS` directions, the first vertical, then leaning to the right."""
    middle = LINE_PX // 2
    y, x = np.mgrid[-middle : middle + 1, -middle : middle + 1].astype(np.float32)
    kernels = []
    for angle in np.arange(DIRECTIONS) * np.pi / DIRECTIONS:
        along, across = x * np.sin(angle) + y * np.cos(angle), x * np.cos(angle) - y * np.sin(angle)
        line = np.clip(1 - np.abs(across), 0, 1) * (np.abs(along) <= middle)
        kernels.append((line / line.sum()).astype(np.float32))
    return tuple(kernels)


def moments(values: Plane) -> tuple[float, float, float]:
    """Spread (log), skewness and tail (log kurtosis) of a plane."""
    spread = float(values.std()) + 1e-3
    z = (values - values.mean()) / np.float32(spread)
    square = z * z
    return float(np.log(spread)), float(np.mean(square * z)), float(np.log(np.mean(square * square) + 1e-3))


def calm_tiles(high: Plane) -> NDArray[np.bool_]:
    """(h, w) True on the half of the tiles with less detail: sky, walls, asphalt, where rain stands alone."""
    rows, columns = np.array_split(np.arange(high.shape[0]), TILES), np.array_split(np.arange(high.shape[1]), TILES)
    detail = np.array([[np.abs(high[r[0] : r[-1] + 1, c[0] : c[-1] + 1]).mean() for c in columns] for r in rows])
    calm = detail <= np.median(detail)
    where = np.zeros(high.shape, np.bool_)
    for i, r in enumerate(rows):
        for j, c in enumerate(columns):
            where[r[0] : r[-1] + 1, c[0] : c[-1] + 1] = calm[i, j]
    return where


def features(photo: NDArray[np.uint8]) -> Numbers:
    """What a photo (H, W, 3) RGB looks like to line filters, directions counted from the one with most skew."""
    found: list[float] = []
    grey = grey_of(photo)
    for scale in SCALES:
        plane = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else grey
        high = np.asarray(plane - cv2.GaussianBlur(plane, (0, 0), 4), np.float32)
        calm = calm_tiles(high)
        responses = [np.asarray(cv2.filter2D(high, -1, kernel), np.float32) for kernel in line_kernels()]
        for part in (np.ones_like(calm), calm):
            table = np.array([moments(response[part]) for response in responses])
            found += described(table, moments(high[part]))
    return np.array(found)


def described(table: Numbers, plain: tuple[float, float, float]) -> list[float]:
    """Numbers (12, 3) by direction as a few: near vertical against near horizontal, and the strongest direction."""
    lean = np.minimum(np.arange(DIRECTIONS), DIRECTIONS - np.arange(DIRECTIONS))  # steps of 15 degrees from the vertical
    upright, lying = lean <= 2, lean >= 4
    steep = np.nonzero(lean <= 3)[0]
    best = int(steep[np.argmax(table[steep, 1])])
    opposite = (best + DIRECTIONS // 2) % DIRECTIONS
    rows = [*plain, *table[best], *(table[best] - table[opposite]), *(table[upright].mean(0) - table[lying].mean(0))]
    return [*rows, *table.std(axis=0), *table.mean(axis=0)]


@dataclass(frozen=True, eq=False)
class Judge:
    """A logistic regression over standardised features (F,)."""

    middle: Numbers
    spread: Numbers
    weights: Numbers
    bias: float

    def odds(self, rows: Numbers) -> Numbers:
        """Log-odds (N,) of rain for features (N, F)."""
        z = np.clip((rows - self.middle) / self.spread, -4, 4)
        return np.asarray(z @ self.weights + self.bias, np.float64)

    def is_rainy(self, rows: Numbers) -> NDArray[np.bool_]:
        """Where rain is almost certain (N,): high odds, and lines that are seen at all. Dunes and clouds have faint ones."""
        return np.asarray((self.odds(rows) > ODDS_MIN) & (rows[:, BEST_SPREAD] > SPREAD_MIN), np.bool_)


def fit(dry: Numbers, rainy: Numbers) -> Judge:
    """Fit by gradient descent with an L2 penalty; both kinds weigh the same."""
    rows = np.concatenate([dry, rainy])
    truth = np.concatenate([np.zeros(len(dry)), np.ones(len(rainy))])
    share = np.where(truth > 0, 0.5 / len(rainy), 0.5 / len(dry))
    middle, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    z = np.clip((rows - middle) / spread, -4, 4)
    weights, bias = np.zeros(rows.shape[1]), 0.0
    for _ in range(STEPS):
        slope = (1 / (1 + np.exp(-(z @ weights + bias))) - truth) * share
        weights -= STEP * (z.T @ slope + PENALTY * weights)
        bias -= STEP * float(slope.sum())
    return Judge(middle, spread, weights, bias)


@lru_cache(maxsize=1)
def bundled() -> Judge:
    """The judge that comes with the application."""
    with np.load(paths.resource("rainy_photos/judge.npz"), allow_pickle=False) as stored:
        middle, spread, weights = (stored[name].astype(np.float64) for name in ("middle", "spread", "weights"))
        return Judge(middle, spread, weights, float(stored["bias"]))


def read(file: Path) -> NDArray[np.uint8] | None:
    """The photo (H, W, 3) RGB in a file; None where it cannot be read or is too small to tell."""
    try:
        pixels = read_plain(file)
    except RainError:
        return None
    return None if min(pixels.shape[:2]) < 2 * LINE_PX * TILES else pixels


def look_through(files: Sequence[Path], judge: Judge | None = None) -> tuple[list[Path], int]:
    """Those of at most `MOST` files, spread evenly, that look rainy, and how many were looked at."""
    judge = judge or bundled()
    step = max(1.0, len(files) / MOST)
    chosen = [files[int(i * step)] for i in range(min(MOST, len(files)))]
    found, looked = [], 0
    for file in chosen:
        photo = read(file)
        if photo is not None:
            looked += 1
            found += [file] if judge.is_rainy(features(photo)[None])[0] else []
    return found, looked


def warning(files: Sequence[Path]) -> str:
    """A sentence when more photos look rainy than chance explains, else nothing."""
    found, looked = look_through(files)
    if len(found) <= max(0.5, looked * DRY_FOUND):
        return ""
    names = ", ".join(readable(file.name) for file in found[:NAMED]) + (" and others" if len(found) > NAMED else "")
    return f"{len(found)} of {looked} photos look rainy: {names}. Rain in clean photos teaches a net to leave rain."


def drawn(files: Iterable[Path]) -> tuple[Numbers, Numbers]:
    """Features (N, F) of clean photos as they are, and with drawn rain of the profiles that look most like real rain."""
    dry, rainy = [], []
    for index, file in enumerate(files):
        photo = read(file)
        if photo is None:
            continue
        scale = min(1.0, 480 / min(photo.shape[:2]))
        small = np.asarray(cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
        dry.append(features(small))
        sample = draw_rain(small.astype(np.float32) / np.float32(255), PROFILES[index % len(PROFILES)], index)
        rainy.append(features(np.round(sample.rainy * 255).astype(np.uint8)))
    return np.array(dry), np.array(rainy)


def main(arguments: list[str] | None = None) -> int:
    """Fit the judge on a folder of clean photos, or count what it finds in folders."""
    parser = argparse.ArgumentParser(prog="training.data.rainy_photos")
    parser.add_argument("folders", nargs="+", type=Path, help="folders of photos")
    parser.add_argument("--fit", type=Path, metavar="FILE", help="fit on these clean photos and store the judge")
    args = parser.parse_args(arguments)
    for folder in args.folders:
        if not folder.is_dir():
            parser.error(f"there is no folder {folder}")
    files = {folder: sorted(p for p in folder.iterdir() if p.is_file()) for folder in args.folders}
    if args.fit:
        judge = fit(*drawn(file for found in files.values() for file in found))
        np.savez(args.fit, middle=judge.middle, spread=judge.spread, weights=judge.weights, bias=judge.bias)
        return 0
    for folder, photos in files.items():
        found, looked = look_through(photos)
        print(f"{folder}: {len(found)} of {looked}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
