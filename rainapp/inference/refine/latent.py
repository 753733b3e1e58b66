"""A Stable Diffusion pipeline of others as a prior: a little noise and a few steps back, in the latents of a window.

Image to image, with an empty prompt and without guidance. How far it may go follows the control: noise of a strength of
`STRENGTH[0]` to `STRENGTH[1]`. The noise belongs to the place of the window, so their order changes nothing. What it makes is
held by the same mask, checks and budget as that of any prior.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from rainapp.inference.refine.prior import Floats, Window
from rainapp.nets.stable_diffusion import Latent

STRENGTH = (0.1, 0.35)
STEPS = 4
SEED = 1


@dataclass(frozen=True, eq=False)
class LatentPrior:
    """See the module."""

    name: str
    latent: Latent

    @property
    def window_px(self) -> int:
        """The size the net was made for."""
        return self.latent.side_px

    def __call__(self, window: Window) -> Floats:
        """See `Prior`."""
        height, width = window.mask.shape
        pads = [(0, -side % self.latent.multiple_px) for side in (height, width)]
        picture = np.pad(window.derained, (*pads, (0, 0)), mode="symmetric")
        planes = torch.from_numpy(np.ascontiguousarray(picture)).permute(2, 0, 1)[None]
        with torch.inference_mode():
            made = self.latent.pipe(image=planes, **self._how(window, pads), **self.latent.words).images[0]
        whole: Floats = np.ascontiguousarray(made.float().permute(1, 2, 0).cpu().numpy()[:height, :width])
        return whole

    def _how(self, window: Window, pads: list[tuple[int, int]]) -> dict[str, Any]:
        """Strength, steps, noise and mask of a call."""
        strength = STRENGTH[0] + (STRENGTH[1] - STRENGTH[0]) * window.control
        steps = 1 if self.latent.few_steps else STEPS
        told: dict[str, Any] = {
            "strength": strength,
            "num_inference_steps": math.ceil(steps / strength),
            "guidance_scale": 1.0,
            "output_type": "pt",
            "generator": torch.Generator().manual_seed(SEED + 1_000_003 * window.top + window.left),
            "callback_on_step_end": self._stands(window),
        }
        if self.latent.paints:
            mask = np.pad((window.mask > 0).astype(np.float32), pads, mode="symmetric")
            told |= {"mask_image": torch.from_numpy(mask)[None, None], "height": mask.shape[0], "width": mask.shape[1]}
        return told

    @staticmethod
    def _stands(window: Window) -> Any:
        def stand(_pipe: object, _step: int, _time: object, kept: dict[str, Any]) -> dict[str, Any]:
            window.stand()
            return kept

        return stand
