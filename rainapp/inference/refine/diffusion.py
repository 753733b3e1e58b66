"""The diffusion prior: a few steps back from a little noise, held to the derained picture where it is sure.

After DiffPIR (Zhu et al., CVPRW 2023): the start is the derained picture y with the noise of an early step (SDEdit); in every
step the estimate of the clean picture is drawn to y by confidence, `x0' = (c y + rho x0) / (c + rho)` with c = 1 - m, the mask
of the repair, and `rho = lambda (sigma_n / sigma_t)^2`; then noise is put back for the next step, a share `ZETA` of it fresh.
The predicted noise is averaged over overlapping patches in every step (after Özdenizci and Legenstein, TPAMI 2023), so patches
leave no seams.

Noise belongs to places of the picture, so neither the order of windows nor their number changes what comes out.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rainapp.inference.refine import windows
from rainapp.inference.refine.prior import Floats, Window
from rainapp.nets.unet import Denoiser

STEPS = 6
BEGIN = 0.25
"""Share of the schedule at which the way back begins: how much a prior may change at all."""
ZETA = 0.3
TRUST = 1.0
"""Lambda: above 1 nearer to the derained picture, below 1 nearer to the prior."""
SIGMA_N = 0.1
"""How wrong the derained picture is taken to be, -1 to 1."""
PATCH_PX, PATCH_OVERLAP_PX = 64, 16
BLOCK_PX = 64
SEED = 1


@dataclass(frozen=True, eq=False)
class DiffusionPrior:
    """See the module. `denoiser` is on the CPU or where its net was moved to."""

    name: str
    denoiser: Denoiser
    window_px: int = 256

    def __call__(self, window: Window) -> Floats:
        """See `Prior`."""
        height, width = window.mask.shape
        even = ((0, height % 2), (0, width % 2))
        wanted = torch.from_numpy(np.pad(window.derained, (*even, (0, 0)), mode="edge")).permute(2, 0, 1)[None] * 2 - 1
        mask = torch.from_numpy(np.pad(window.mask, even, mode="edge"))[None, None]
        with torch.inference_mode():
            made = self._sampled(wanted, mask, window)[0].permute(1, 2, 0).numpy() / 2 + 0.5
        return np.ascontiguousarray(made[:height, :width])

    def _sampled(self, wanted: Tensor, mask: Tensor, window: Window) -> Tensor:
        """(1, 3, H, W) -1 to 1, after all steps."""
        kept = self.denoiser.kept
        steps = np.linspace(round(BEGIN * (len(kept) - 1)), 0, STEPS).round().astype(int)
        fresh = [torch.from_numpy(noise_at(window, wanted.shape[-2], wanted.shape[-1], number)) for number in range(STEPS)]
        noisy = kept[steps[0]].sqrt() * wanted + (1 - kept[steps[0]]).sqrt() * fresh[0]
        clean = wanted
        for number, step in enumerate(steps):
            window.stand()
            left = kept[step]
            noise = self._noise(noisy, wanted, mask, int(step))
            clean = (noisy - (1 - left).sqrt() * noise) / left.sqrt()
            rho = TRUST * SIGMA_N**2 * left / (1 - left)
            clean = ((1 - mask) * wanted + rho * clean) / (1 - mask + rho)
            if number + 1 < STEPS:
                after = kept[steps[number + 1]]
                noise = (noisy - left.sqrt() * clean) / (1 - left).sqrt()
                mixed = (1 - ZETA) ** 0.5 * noise + ZETA**0.5 * fresh[number + 1]
                noisy = after.sqrt() * clean + (1 - after).sqrt() * mixed
        return clean

    def _noise(self, noisy: Tensor, wanted: Tensor, mask: Tensor, step: int) -> Tensor:
        """The noise predicted, averaged over the patches that see a pixel."""
        height, width = noisy.shape[-2:]
        tall, wide = min(PATCH_PX, height), min(PATCH_PX, width)
        fade = torch.from_numpy(windows.weights(tall, wide, PATCH_OVERLAP_PX))
        total, weight = torch.zeros_like(noisy), torch.zeros_like(mask)
        for top in windows.places(height, PATCH_PX, PATCH_OVERLAP_PX):
            for left in windows.places(width, PATCH_PX, PATCH_OVERLAP_PX):
                patch = (..., slice(top, top + tall), slice(left, left + wide))
                total[patch] += fade * self.denoiser.noise(noisy[patch], wanted[patch], mask[patch], step)
                weight[patch] += fade
        return total / weight


def noise_at(window: Window, height: int, width: int, number: int) -> NDArray[np.float32]:
    """Normal noise (1, 3, height, width) of the places that a window covers: the same wherever the window begins."""
    rows = range(window.top // BLOCK_PX, (window.top + height - 1) // BLOCK_PX + 1)
    columns = range(window.left // BLOCK_PX, (window.left + width - 1) // BLOCK_PX + 1)

    def block(row: int, column: int) -> NDArray[np.float32]:
        return np.random.default_rng([SEED, number, row, column]).standard_normal((3, BLOCK_PX, BLOCK_PX), np.float32)

    whole = np.concatenate([np.concatenate([block(row, column) for column in columns], 2) for row in rows], 1)
    top, left = window.top - rows[0] * BLOCK_PX, window.left - columns[0] * BLOCK_PX
    return np.ascontiguousarray(whole[None, :, top : top + height, left : left + width])
