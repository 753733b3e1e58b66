"""Errors between a prediction and its target, as pure functions on tensors."""

import torch
from torch import Tensor


def l1(prediction: Tensor, target: Tensor) -> Tensor:
    """Mean absolute difference; (B, 3, H, W) in sRGB-encoded 0..1, scalar out."""
    return (prediction - target).abs().mean()


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
