"""Errors between a prediction and its target, as pure functions on tensors."""

import torch
from torch import Tensor


def l1(prediction: Tensor, target: Tensor) -> Tensor:
    """Mean absolute difference; (B, 3, H, W) in sRGB-encoded 0..1, scalar out."""
    return (prediction - target).abs().mean()


def fft_l1(prediction: Tensor, target: Tensor) -> Tensor:
    """Mean absolute difference of the 2-D spectra (real and imaginary parts), which weighs fine structure; scalar out."""
    difference = torch.fft.rfft2((prediction - target).float())
    return torch.view_as_real(difference).abs().mean()
