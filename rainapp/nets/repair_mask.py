"""Where a prior may act: a soft mask of what was removed, exactly 0 where nothing was.

Fusion `O = (1 - m) D + m G` of the derained picture D and what a prior makes of it, G, leaves every pixel with m = 0 as it is.
So the mask is blurred first and made 0 afterwards: a blur alone would reach into dry places.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

DRY = 2.0 / 255
"""Mean change of a pixel up to which it is dry; from twice that on the mask has its full say."""
SOFT = 0.06
"""Change at which about two thirds of a pixel are rain."""
BLUR_PX = 2.0
REACH_PX = 6
"""How far a pixel of the mask sees."""


def repair_mask(rainy: Tensor, derained: Tensor) -> Tensor:
    """How far a prior may change each pixel, (B, 1, H, W), 0 to 1; both pictures (B, 3, H, W) 0 to 1."""
    change = (rainy - derained).abs().mean(1, keepdim=True)
    wet = 1 - torch.exp(-((change / SOFT) ** 2))
    return blurred(wet, BLUR_PX, REACH_PX) * ((change - DRY) / DRY).clamp(0, 1)


def blurred(planes: Tensor, sigma_px: float, reach_px: int) -> Tensor:
    """(B, C, H, W) through a Gaussian of which `reach_px` on either side is taken; the border is repeated."""
    offsets = torch.arange(-reach_px, reach_px + 1, dtype=planes.dtype, device=planes.device)
    kernel = torch.exp(-((offsets / sigma_px) ** 2) / 2)
    kernel = kernel / kernel.sum()
    count, channels, height, width = planes.shape
    flat = planes.reshape(count * channels, 1, height, width)
    across = F.conv2d(F.pad(flat, (reach_px, reach_px, 0, 0), mode="replicate"), kernel.view(1, 1, 1, -1))
    down = F.conv2d(F.pad(across, (0, 0, reach_px, reach_px), mode="replicate"), kernel.view(1, 1, -1, 1))
    return down.view(count, channels, height, width)
