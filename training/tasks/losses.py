"""Errors between a prediction and its target, as pure functions on tensors."""

import torch
from torch import Tensor


def l1(prediction: Tensor, target: Tensor) -> Tensor:
    """Mean absolute difference; (B, 3, H, W) in sRGB-encoded 0..1, scalar out."""
    return (prediction - target).abs().mean()


PSNR_FLOOR = 1e-4
LIGHT = (4 / 255, 8 / 255)
"""Mean change by rain up to which a sample's rain is light, and from which it is not."""


def psnr_loss(prediction: Tensor, target: Tensor, rainy: Tensor | None = None, boldness: float = 1.0) -> Tensor:
    """The mean of `psnr_rows`, a scalar."""
    return psnr_rows(prediction, target, rainy, boldness).mean()


def psnr_rows(prediction: Tensor, target: Tensor, rainy: Tensor | None = None, boldness: float = 1.0) -> Tensor:
    """The natural logarithm of the mean squared error of each sample; (B, 3, H, W) in sRGB-encoded 0..1, (B,) out.

    Up to a factor the negative mean PSNR (the loss of NAFNet, Chen et al., ECCV 2022), with a floor under the error: samples
    restored beyond 40 dB, dry ones above all, must not decide. Against L1 it does two things. A sample counts by its relative
    error, light rain as much as heavy; and the best answer where the net is unsure is the mean, a partial removal, while under
    L1 it is the median, and rain less likely than not is left standing.

    With `rainy` and a `boldness` over 1, rain that is left (too bright) weighs that many times what is taken too much, in
    samples with light rain: an expectile instead of the mean (Newey and Powell 1987). Real rain is light and hard to tell; its
    mean is a removal by less than half.
    """
    error = prediction - target
    squared = error.square()
    if rainy is not None and boldness > 1:
        strength = (rainy - target).abs().mean(dim=(1, 2, 3), keepdim=True)
        light = ((LIGHT[1] - strength) / (LIGHT[1] - LIGHT[0])).clamp(0, 1)
        squared = torch.where(error > 0, 1 + (boldness - 1) * light, 1.0) * squared
    return (squared.mean(dim=(1, 2, 3)) + PSNR_FLOOR).log()


def rain_weights(rainy: Tensor, target: Tensor, exponent: float) -> Tensor:
    """A weight a sample, (B, 1, 1, 1), mean 1: samples with little rain count more, so that heavy ones do not drown them.

    The weight is (0.01 + m) to the minus `exponent`, m the mean |rainy - target|: light rain differs from its target by a tenth
    of what heavy rain does, and would have a tenth of the say in a plain mean. Exponent 0 gives the plain mean.
    """
    strength = (rainy - target).abs().mean(dim=(1, 2, 3), keepdim=True)
    weights = (0.01 + strength) ** -exponent
    return weights / weights.mean()


def fft_l1(prediction: Tensor, target: Tensor) -> Tensor:
    """Mean absolute difference of the 2-D spectra (real and imaginary parts), which weighs fine structure; scalar out."""
    difference = torch.fft.rfft2((prediction - target).float())
    return torch.view_as_real(difference).abs().mean()
