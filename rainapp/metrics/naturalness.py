"""NIQE: how natural a picture's local statistics are, without a reference (Mittal, Soundararajan, Bovik 2013). numpy, OpenCV.

Mean-subtracted contrast-normalised luminance of natural photos follows generalised Gaussians closely. Thirty-six shape and
scale parameters are taken from sharp patches at two scales, fitted by one multivariate Gaussian, and compared with the fit over
clean photos; a small distance is natural. The clean fit is our own, from the photos named in `resources/naturalness/README.md`,
so figures compare among themselves and not with those of other implementations.

Treat it as secondary: sharp rain can score better than a derained picture. Print the input's score beside the output's.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import gamma
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from rainapp.base import paths
from rainapp.metrics.psnr_ssim import Picture

Plane = NDArray[np.float64]

PATCH_PX = 96
SHARP_SHARE = 0.75
"""Patches of clean photos count where their sharpness exceeds this share of the sharpest (the paper's T)."""

SHAPES = np.arange(0.2, 10.001, 0.001)


@dataclass(frozen=True, eq=False)
class Naturalness:
    """Mean (36,) and covariance (36, 36) of the features of natural patches."""

    mean: Plane
    covariance: Plane


@lru_cache(maxsize=1)
def _gamma_tables() -> tuple[Plane, Plane]:
    """For each of `SHAPES`: the ratio of moments of the symmetric, and of the asymmetric, generalised Gaussian."""
    values = [(gamma(1 / s), gamma(2 / s), gamma(3 / s)) for s in SHAPES]
    return np.array([one * three / two**2 for one, two, three in values]), np.array(
        [two**2 / (one * three) for one, two, three in values]
    )


def fit_symmetric(x: Plane) -> tuple[float, float]:
    """Shape and variance of a generalised Gaussian by moments."""
    variance = float(np.mean(x**2))
    ratio = variance / max(float(np.mean(np.abs(x))) ** 2, 1e-12)
    return float(SHAPES[np.argmin(np.abs(_gamma_tables()[0] - ratio))]), variance


def fit_asymmetric(x: Plane) -> tuple[float, float, float, float]:
    """Shape, mean, left and right scale of an asymmetric generalised Gaussian by moments (equations 5 to 8)."""
    left = np.sqrt(np.mean(np.square(x[x < 0]))) if (x < 0).any() else 1e-6
    right = np.sqrt(np.mean(np.square(x[x > 0]))) if (x > 0).any() else 1e-6
    skew = left / max(right, 1e-6)
    moment = np.mean(np.abs(x)) ** 2 / max(float(np.mean(x**2)), 1e-12)
    wanted = moment * (skew**3 + 1) * (skew + 1) / (skew**2 + 1) ** 2
    shape = float(SHAPES[np.argmin(np.abs(_gamma_tables()[1] - wanted))])
    scale = np.sqrt(gamma(1 / shape) / gamma(3 / shape))
    mean = (right - left) * scale * gamma(2 / shape) / gamma(1 / shape)
    return shape, float(mean), float(left * scale), float(right * scale)


def normalise(plane: Plane) -> tuple[Plane, Plane]:
    """Mean-subtracted contrast-normalised plane and its local deviation; grey levels 0..255, 7x7 Gaussian of sigma 7/6."""
    mean = cv2.GaussianBlur(plane, (7, 7), 7 / 6, borderType=cv2.BORDER_REPLICATE)
    square = cv2.GaussianBlur(plane * plane, (7, 7), 7 / 6, borderType=cv2.BORDER_REPLICATE)
    deviation = np.sqrt(np.abs(square - mean * mean))
    return (plane - mean) / (deviation + 1), deviation


def patch_features(patch: Plane) -> list[float]:
    """Eighteen parameters of one normalised patch: of its values, and of products of neighbours in four directions."""
    found = list(fit_symmetric(patch))
    for shift in ((0, 1), (1, 0), (1, 1), (1, -1)):
        found += fit_asymmetric(patch * np.roll(patch, shift, (0, 1)))
    return found


def features(picture: Picture) -> tuple[Plane, Plane]:
    """Features (N, 36) of the patches of a picture (H, W, 3) 0..1, and their sharpness (N,). N is 0 for a small picture."""
    grey = np.asarray(picture, np.float64) @ np.array([0.299, 0.587, 0.114]) * 255
    rows, columns = (side // PATCH_PX for side in grey.shape)
    grey = grey[: rows * PATCH_PX, : columns * PATCH_PX]
    if not grey.size:
        return np.zeros((0, 36)), np.zeros(0)
    halves = []
    sharpness: list[float] = []
    for size in (PATCH_PX, PATCH_PX // 2):
        plane, deviation = normalise(grey)
        places = [(r * size, c * size) for r in range(rows) for c in range(columns)]
        halves.append([patch_features(plane[y : y + size, x : x + size]) for y, x in places])
        if size == PATCH_PX:
            sharpness = [float(deviation[y : y + size, x : x + size].mean()) for y, x in places]
            grey = np.asarray(cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.float64)
    return np.concatenate(halves, axis=1), np.array(sharpness)


def fit(pictures: list[Picture]) -> Naturalness:
    """The fit over clean photos, from their sharp patches. Raises ValueError with fewer than 100 patches."""
    kept = []
    for picture in pictures:
        rows, sharp = features(picture)
        kept.append(rows[sharp > SHARP_SHARE * sharp.max()] if len(sharp) else rows)
    together = np.concatenate(kept)
    if len(together) < 100:
        raise ValueError(f"{len(together)} patches are too few for a fit")
    return Naturalness(together.mean(axis=0), np.cov(together, rowvar=False))


def save(path: Path, natural: Naturalness) -> None:
    """Store a fit."""
    np.savez_compressed(path, mean=natural.mean.astype(np.float32), covariance=natural.covariance.astype(np.float32))


@lru_cache(maxsize=1)
def bundled() -> Naturalness:
    """The fit that comes with the application."""
    with np.load(paths.resource("naturalness/clean.npz"), allow_pickle=False) as stored:
        return Naturalness(stored["mean"].astype(np.float64), stored["covariance"].astype(np.float64))


def niqe(picture: Picture, natural: Naturalness | None = None) -> float:
    """The distance of a picture's statistics from natural ones, 0 best; NaN for pictures with fewer than two patches."""
    natural = natural or bundled()
    rows, _ = features(picture)
    if len(rows) < 2:
        return float("nan")
    difference = natural.mean - rows.mean(axis=0)
    pooled = (natural.covariance + np.cov(rows, rowvar=False)) / 2
    return float(np.sqrt(difference @ np.linalg.pinv(pooled) @ difference))
