"""The diffusion prior learns: to take noise off clean crops, with what a derainer left of them, and where it acted, beside it.

A step of the schedule is drawn evenly up to `unet.LEARNED` of it, since a repair never begins with more noise. The net predicts
v = sqrt(a) e - sqrt(1 - a) x0 (Salimans and Ho, ICLR 2022) of the noisy crop sqrt(a) x0 + sqrt(1 - a) e; the squared error
counts by the mask of the repair, and a little elsewhere. What the derainer left is a condition, so the net learns to draw what
is likely *behind* a smear; the mean over many draws would be the smear again.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from rainapp.nets import unet
from training.contracts import Batch, Loss, Output, Pick, Run, Task
from training.data.crops import RainyCrops
from training.tasks.inpaint import ELSEWHERE
from training.tasks.leavings import Leavings

NOISE = 91
"""Sets the random numbers of noise apart from those of crops."""


class Denoise(Task):
    """Clean crops with noise, to be told from what a derainer leaves of the same crops under rain."""

    name = "denoise"

    def __init__(self, crops: RainyCrops, leavings: Leavings) -> None:
        super().__init__()
        self.crops, self.leavings = crops, leavings
        kept: torch.Tensor = unet.schedule().alphas_cumprod
        self.kept = kept.float()

    def sources(self) -> int:
        """The photos that a pick can name."""
        return len(self.crops.photos)

    def draw(self, picks: Sequence[Pick]) -> Batch:
        """`image` is the clean crop with noise, -1 to 1, `target` that crop; the derained one, the mask and the step beside."""
        left = self.leavings.batch(self.crops, picks, self.name)
        assert left.target is not None  # `Leavings.batch` makes both
        assert left.streaks is not None
        rngs = [np.random.default_rng([int(seed), NOISE]) for seed in left.seeds]
        step = torch.tensor([int(rng.integers(1, round(unet.LEARNED * unet.STEPS))) for rng in rngs])
        noise = torch.from_numpy(np.stack([_normal(rng, left.target.shape[1:]) for rng in rngs]))
        clean, kept = left.target * 2 - 1, self.kept[step].view(-1, 1, 1, 1)
        conditions = {"derained": left.image * 2 - 1, "mask": left.streaks, "step": step}
        return replace(left, image=kept.sqrt() * clean + (1 - kept).sqrt() * noise, target=clean, conditions=conditions)

    def loss(self, run: Run, out: Output, batch: Batch) -> Loss:
        """The squared error of v; the part `levels` is that of the clean crop it stands for, inside the mask, peak 255."""
        assert batch.target is not None  # `draw` makes both
        assert batch.streaks is not None
        kept = self.kept.to(batch.image.device)[batch.conditions["step"]].view(-1, 1, 1, 1)
        wanted = (kept.sqrt() * batch.image - batch.target) / (1 - kept).sqrt()
        weights = ELSEWHERE + batch.streaks
        error = (out.image - wanted).square().mean(1, keepdim=True)
        rows = (weights * error).sum((1, 2, 3)) / weights.sum((1, 2, 3))
        missed = ((1 - kept) * error * batch.streaks).sum() / batch.streaks.sum().clamp(min=1e-6)
        return Loss(rows.mean(), {"v": rows.mean().detach(), "levels": 127.5 * missed.detach().sqrt()}, rows)


def _normal(rng: np.random.Generator, shape: Sequence[int]) -> NDArray[np.float32]:
    return rng.standard_normal(tuple(shape), np.float32)
