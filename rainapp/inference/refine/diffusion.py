"""The diffusion prior: a few steps back from a little noise, held to the derained picture where it is sure.

After DiffPIR (Zhu et al., CVPRW 2023): the start is the derained picture y with the noise of an early step (SDEdit); in every
step the estimate of the clean picture is drawn to y by confidence, `x0' = (c y + rho x0) / (c + rho)` with c = 1 - m, the mask
of the repair, and `rho = lambda (sigma_n / sigma_t)^2`; then noise is put back for the next step, a share `ZETA` of it fresh.
The predicted noise is averaged over overlapping patches in every step (after Özdenizci and Legenstein, TPAMI 2023), so patches
leave no seams. Patches in which nothing may be changed are passed over: there the derained picture is taken for the clean one.

How many steps there are, and how early the first, follows the control. Noise belongs to places of the picture, so neither the
order of windows nor their number changes what comes out.
"""

from dataclasses import dataclass
from types import EllipsisType

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rainapp.inference.refine import windows
from rainapp.inference.refine.prior import Floats, Window
from rainapp.nets.unet import Denoiser

STEPS = (4, 6)
"""Steps at a control of `EASY` and less, and at 1."""
BEGIN = (0.15, 0.25)
"""The same of the share of the schedule at which the way back begins: how much a prior may change at all."""
EASY = 0.4
ZETA = 0.3
TRUST = 1.0
"""Lambda: above 1 nearer to the derained picture, below 1 nearer to the prior."""
SIGMA_N = 0.1
"""How wrong the derained picture is taken to be, -1 to 1."""
PATCH_OVERLAP_PX = 16
PATCHES = 9
"""So many patches are shown to the net at a time, about: more do not fit into the caches of a CPU."""
BLOCK_PX = 64
SEED = 1


Place = tuple[EllipsisType, slice, slice]


@dataclass(frozen=True, eq=False)
class DiffusionPrior:
    """See the module. `denoiser` is on the CPU or where its net was moved to."""

    name: str
    denoiser: Denoiser
    window_px: int = 256

    def __call__(self, window: Window) -> Floats:
        """See `Prior`."""
        height, width = window.mask.shape
        side = self.denoiser.patch_px  # what is smaller than a patch is continued to one: the net halves it several times
        more = ((0, max(side - height, height % 2)), (0, max(side - width, width % 2)))
        wanted = torch.from_numpy(np.pad(window.derained, (*more, (0, 0)), mode="edge")).permute(2, 0, 1)[None] * 2 - 1
        mask = torch.from_numpy(np.pad(window.mask, more))[None, None]
        with torch.inference_mode():
            made = self._sampled(wanted, mask, window)[0].permute(1, 2, 0).numpy() / 2 + 0.5
        return np.ascontiguousarray(made[:height, :width])

    def _sampled(self, wanted: Tensor, mask: Tensor, window: Window) -> Tensor:
        """(1, 3, H, W) -1 to 1, after all steps."""
        kept = self.denoiser.kept
        steps = steps_for(window.control, len(kept))
        fresh = [torch.from_numpy(noise_at(window, wanted.shape[-2], wanted.shape[-1], number)) for number in range(len(steps))]
        noisy = kept[steps[0]].sqrt() * wanted + (1 - kept[steps[0]]).sqrt() * fresh[0]
        clean = wanted
        for number, step in enumerate(steps):
            window.stand()
            left = kept[step]
            noise = self._noise(noisy, wanted, mask, step)
            clean = (noisy - (1 - left).sqrt() * noise) / left.sqrt()
            rho = TRUST * SIGMA_N**2 * left / (1 - left)
            clean = ((1 - mask) * wanted + rho * clean) / (1 - mask + rho)
            if number + 1 < len(steps):
                after = kept[steps[number + 1]]
                noise = (noisy - left.sqrt() * clean) / (1 - left).sqrt()
                mixed = (1 - ZETA) ** 0.5 * noise + ZETA**0.5 * fresh[number + 1]
                noisy = after.sqrt() * clean + (1 - after).sqrt() * mixed
        return clean

    def _noise(self, noisy: Tensor, wanted: Tensor, mask: Tensor, step: int) -> Tensor:
        """The noise predicted, averaged over the patches that see a pixel."""
        height, width = noisy.shape[-2:]
        side = self.denoiser.patch_px
        tall, wide = min(side, height), min(side, width)
        fade = torch.from_numpy(windows.weights(tall, wide, PATCH_OVERLAP_PX))
        places = [
            (..., slice(top, top + tall), slice(left, left + wide))
            for top in windows.places(height, side, PATCH_OVERLAP_PX)
            for left in windows.places(width, side, PATCH_OVERLAP_PX)
            if mask[..., top : top + tall, left : left + wide].any()
        ]
        total, weight = torch.zeros_like(noisy), torch.zeros_like(mask)
        for some in _shared_out(places):
            seen, held, may = (torch.cat([each[place] for place in some]) for each in (noisy, wanted, mask))
            made = self.denoiser.noise(seen, held, may, step)
            for place, patch in zip(some, made, strict=True):
                total[place] += fade * patch
                weight[place] += fade
        left_of = self.denoiser.kept[step]
        dry = (noisy - left_of.sqrt() * wanted) / (1 - left_of).sqrt()
        return torch.where(weight > 0, total / weight.clamp(min=1e-6), dry)


def steps_for(control: float, count: int) -> list[int]:
    """The steps of a schedule of `count` on the way back, the earliest first."""
    share = min(max((control - EASY) / (1 - EASY), 0.0), 1.0)
    begin, steps = (low + share * (high - low) for low, high in (BEGIN, STEPS))
    return [int(step) for step in np.linspace(round(begin * (count - 1)), 0, round(steps)).round()]


def _shared_out(places: list[Place]) -> list[list[Place]]:
    """`places` in runs of nearly the same length, so that an engine meets few sizes."""
    runs = -(-len(places) // PATCHES)
    length = -(-len(places) // runs) if runs else 1
    return [places[first : first + length] for first in range(0, len(places), length)]


def noise_at(window: Window, height: int, width: int, number: int) -> NDArray[np.float32]:
    """Normal noise (1, 3, height, width) of the places that a window covers: the same wherever the window begins."""
    rows = range(window.top // BLOCK_PX, (window.top + height - 1) // BLOCK_PX + 1)
    columns = range(window.left // BLOCK_PX, (window.left + width - 1) // BLOCK_PX + 1)

    def block(row: int, column: int) -> NDArray[np.float32]:
        return np.random.default_rng([SEED, number, row, column]).standard_normal((3, BLOCK_PX, BLOCK_PX), np.float32)

    whole = np.concatenate([np.concatenate([block(row, column) for column in columns], 2) for row in rows], 1)
    top, left = window.top - rows[0] * BLOCK_PX, window.left - columns[0] * BLOCK_PX
    return np.ascontiguousarray(whole[None, :, top : top + height, left : left + width])
