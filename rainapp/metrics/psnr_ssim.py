"""How good a derained picture is, as pure functions on arrays.

Two conventions of PSNR and SSIM on luminance are in use in the field (science notes 9.1); A is the default here. The decoupled
measures tell removal from damage (Gu et al. 2023): with a rain mask, `rain_removed` says how much of the rain is gone and
`bg_err` what happened to pixels where none fell. Pictures are (H, W, 3) float64 or float32, sRGB-encoded, 0 to 1.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.floating]
Plane = NDArray[np.float64]

RAIN_THRESHOLD = 0.05
"""A pixel counts as rained on where the mean difference over channels exceeds this (science 1.2)."""


def luminance(picture: Picture) -> Plane:
    """Studio-range Y (16..235)/255 of BT.601, as float: (H, W). The convention of the field, never OpenCV's grey."""
    weights = np.array([65.481, 128.553, 24.966]) / 255
    return np.asarray(picture, np.float64) @ weights + 16 / 255


def psnr(a: Picture | Plane, b: Picture | Plane) -> float:
    """Peak signal-to-noise ratio in dB for a peak of 1; infinity for equal pictures."""
    error = float(np.mean((np.asarray(a, np.float64) - np.asarray(b, np.float64)) ** 2))
    return float("inf") if error == 0 else -10 * float(np.log10(error))


def psnr_y(a: Picture, b: Picture) -> float:
    """PSNR on float Y with peak 1: convention A (PReNet, RCDNet scripts)."""
    return psnr(luminance(a), luminance(b))


def psnr_y_b(a: Picture, b: Picture) -> float:
    """PSNR on Y rounded to 8 bit: convention B (Restormer, MPRNet scripts)."""
    return psnr(np.round(luminance(a) * 255) / 255, np.round(luminance(b) * 255) / 255)


def ssim_plane(a: Plane, b: Plane) -> float:
    """SSIM of two planes in 0..255: 11x11 Gaussian window of sigma 1.5, K 0.01 and 0.03, valid region (Wang et al. 2004).

    Planes smaller than the window are compared by one window over everything.
    """
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    window = cv2.getGaussianKernel(11, 1.5)

    def local(x: Plane) -> Plane:
        if min(x.shape) < 11:
            return np.array([[x.mean()]])
        return np.asarray(cv2.sepFilter2D(x, cv2.CV_64F, window, window)[5:-5, 5:-5])

    mean_a, mean_b = local(a), local(b)
    spread_a, spread_b = local(a * a) - mean_a**2, local(b * b) - mean_b**2
    together = local(a * b) - mean_a * mean_b
    top = (2 * mean_a * mean_b + c1) * (2 * together + c2)
    return float(np.mean(top / ((mean_a**2 + mean_b**2 + c1) * (spread_a + spread_b + c2))))


def ssim_y(a: Picture, b: Picture) -> float:
    """SSIM on float Y after the automatic down-sampling of the original script: convention A.

    As there, the factor is rounded half up, and a kept sample is the mean of the box that begins (factor - 1) // 2 before it.
    """
    factor = max(1, int(min(a.shape[:2]) / 256 + 0.5))
    planes = [luminance(x) * 255 for x in (a, b)]
    if factor > 1:
        box = np.full((factor, 1), 1 / factor)
        middle = ((factor - 1) // 2,) * 2
        smooth = [cv2.sepFilter2D(p, cv2.CV_64F, box, box, None, middle, 0, cv2.BORDER_REFLECT) for p in planes]
        planes = [np.asarray(p, np.float64)[::factor, ::factor] for p in smooth]
    return ssim_plane(planes[0], planes[1])


def gmsd(a: Picture, b: Picture) -> float:
    """Gradient magnitude similarity deviation, 0 for equal pictures (Xue et al. 2014): Prewitt at half size, c = 170."""
    grey = [np.asarray(x, np.float64) @ np.array([0.299, 0.587, 0.114]) * 255 for x in (a, b)]
    half = [np.asarray(cv2.blur(p, (2, 2)), np.float64)[::2, ::2] for p in grey]
    kernel = np.array([[1, 0, -1]] * 3) / 3
    size = [np.hypot(cv2.filter2D(p, cv2.CV_64F, kernel), cv2.filter2D(p, cv2.CV_64F, kernel.T)) for p in half]
    similarity = (2 * size[0] * size[1] + 170) / (size[0] ** 2 + size[1] ** 2 + 170)
    return float(similarity.std())


@dataclass(frozen=True)
class Decoupled:
    """Removal apart from damage; NaN where a region is empty.

    `rain_removed` 1 perfect, 0 nothing, below 0 worse; `rain_action` below 1 too little, above 1 too much; `bg_err` root mean
    square on pixels without rain, in grey levels of 255.
    """

    rain_removed: float
    rain_action: float
    bg_err: float


def decoupled(rainy: Picture, clean: Picture, derained: Picture, mask: NDArray[np.bool_] | None = None) -> Decoupled:
    """The decoupled measures (science 1.2). `mask` (H, W) True where it rained; None takes it from the pair."""
    rained = np.abs(rainy - clean).mean(axis=2) > RAIN_THRESHOLD if mask is None else mask

    def rms(difference: Picture, where: NDArray[np.bool_]) -> float:
        return float(np.sqrt(np.mean(np.square(difference[where], dtype=np.float64)))) if where.any() else float("nan")

    before = rms(rainy - clean, rained)
    return Decoupled(
        rain_removed=1 - rms(derained - clean, rained) / before,
        rain_action=rms(derained - rainy, rained) / before,
        bg_err=rms(derained - clean, ~rained) * 255,
    )
