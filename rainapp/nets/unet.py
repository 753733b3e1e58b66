"""The net of a diffusion prior: a conditional U-Net on pixel-unshuffled patches, as a diffusers pipeline folder holds it.

It sees the noisy picture, the derained one and the mask of the repair, each folded by two (12 + 12 + 4 channels at half the
size), and predicts for the noisy picture what the schedule says: noise, the clean picture, or v. Net and schedule are those of
diffusers, loaded on use and from the folder only.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from rainapp.base.errors import BadModel
from rainapp.base.privacy import silence_reporters
from rainapp.library import priors
from rainapp.library.cards import ModelCard
from rainapp.nets.spec import Traits

FOLD = 2
PICTURE_CHANNELS = 3 * FOLD**2
SEEN_CHANNELS = 2 * PICTURE_CHANNELS + FOLD**2
PLANES = 8  # as engines have them: unfolded, and with the step
PATCH_PX = 64  # where a net does not say what it learnt on
PATCH_PX_MAX = 256
PREDICTIONS = ("epsilon", "sample", "v_prediction")
NORM_GROUPS = 8
STEPS = 1000
LEARNED = 0.5
"""Share of the schedule up to which our prior learns: more noise than that no repair begins with."""


class Unet(nn.Module):
    """The net as it is trained: all that it sees comes apart, and what it predicts is v (Salimans and Ho, ICLR 2022)."""

    def __init__(self, channels: Sequence[int] = (32, 64, 96), layers: int = 1) -> None:
        """Args: `channels` of the levels, multiples of 8, and residual `layers` each.

        Raises:
            ValueError: channels that cannot be.
        """
        super().__init__()
        silence_reporters()
        from diffusers import UNet2DModel

        if not channels or any(each < NORM_GROUPS or each % NORM_GROUPS for each in channels):
            raise ValueError(f"The channels must be multiples of {NORM_GROUPS} (channels).")
        self.multiple_px = FOLD * 2 ** (len(channels) - 1)
        self.model: Any = UNet2DModel(  # type: ignore[no-untyped-call]
            sample_size=PATCH_PX // FOLD,
            in_channels=SEEN_CHANNELS,
            out_channels=PICTURE_CHANNELS,
            block_out_channels=tuple(channels),
            layers_per_block=layers,
            norm_num_groups=NORM_GROUPS,
            down_block_types=("DownBlock2D",) * len(channels),
            up_block_types=("UpBlock2D",) * len(channels),
            add_attention=False,
        )

    @property
    def traits(self) -> Traits:
        """Its norms pool over all that it is given."""
        return Traits(multiple_px=self.multiple_px, receptive_px=64, pools=True)

    def forward(self, noisy: Tensor, derained: Tensor, mask: Tensor, step: Tensor) -> Tensor:
        """Predict v (B, 3, H, W) of `noisy` (B, 3, H, W) and `derained`, both -1 to 1, `mask` (B, 1, H, W), at `step` (B,).

        H and W are multiples of `multiple_px`.
        """
        seen = torch.cat([F.pixel_unshuffle(each, FOLD) for each in (noisy, derained, mask)], 1)
        return F.pixel_shuffle(self.model(seen, step, return_dict=False)[0], FOLD)


def schedule() -> Any:
    """The schedule of our prior: `STEPS` steps, a squared cosine (Nichol and Dhariwal, ICML 2021), v predicted."""
    silence_reporters()
    from diffusers import DDIMScheduler

    return DDIMScheduler(  # type: ignore[no-untyped-call]
        num_train_timesteps=STEPS, beta_schedule="squaredcos_cap_v2", prediction_type="v_prediction", clip_sample=False
    )


class Planes(nn.Module):
    """The net as engines run nets of planes: 3 of the noisy picture, 3 of the derained one, mask and step; 3 come out."""

    def __init__(self, net: nn.Module) -> None:
        """Around `net`, as diffusers has it."""
        super().__init__()
        self.net = net

    def forward(self, planes: Tensor) -> Tensor:
        """(B, 8, H, W) in, (B, 3, H, W) out; sides are even."""
        seen, step = F.pixel_unshuffle(planes[:, : PLANES - 1], FOLD), planes[:, PLANES - 1, 0, 0]
        made: Tensor = F.pixel_shuffle(self.net(seen, step, return_dict=False)[0], FOLD)
        return made


@dataclass(frozen=True, eq=False)
class Denoiser:
    """A net, and of every step of its schedule how much of the picture is left: `kept` (T,), the product of alphas.

    `patch_px` is the side of the patches that it learnt on; `run` runs its `Planes` in an engine, instead of torch.
    """

    net: Any
    kept: Tensor
    prediction: str
    patch_px: int = PATCH_PX
    run: Callable[[NDArray[np.float32]], NDArray[np.float32]] | None = None

    def _made(self, noisy: Tensor, derained: Tensor, mask: Tensor, step: int) -> Tensor:
        if self.run is None:
            seen = torch.cat([F.pixel_unshuffle(each, FOLD) for each in (noisy, derained, mask)], 1)
            made: Tensor = F.pixel_shuffle(self.net(seen, step, return_dict=False)[0], FOLD)
            return made
        planes = torch.cat([noisy, derained, mask, torch.full_like(mask, float(step))], 1)
        return torch.from_numpy(self.run(planes.contiguous().numpy()))

    def noise(self, noisy: Tensor, derained: Tensor, mask: Tensor, step: int) -> Tensor:
        """The noise in `noisy` (B, 3, H, W) of a step; `derained` -1 to 1, `mask` (B, 1, H, W); sides are even."""
        made = self._made(noisy, derained, mask, step)
        left = self.kept[step]
        if self.prediction == "sample":
            made = (noisy - left.sqrt() * made) / (1 - left).sqrt()
        elif self.prediction == "v_prediction":
            made = left.sqrt() * made + (1 - left).sqrt() * noisy
        return made


def load(folder: Path, card: ModelCard) -> Denoiser:
    """The denoiser of a prior in the library, float32 on the CPU, in evaluation mode; nothing is ever fetched.

    Raises:
        BadModel: its files are not those of the card, are damaged, or describe another net.
    """
    silence_reporters()
    from diffusers import DDIMScheduler, UNet2DModel

    priors.check_files(folder, card)
    if priors.digest(folder) != card.sha256:
        raise BadModel(f"The files of the prior “{card.id}” are not those its card was written for.", priors.AGAIN, folder)
    told, schedule = (priors.config(folder / place) for place in ("unet/config.json", "scheduler/scheduler_config.json"))
    try:
        if not _fits(told) or schedule.get("prediction_type", "epsilon") not in PREDICTIONS:
            raise ValueError("another net")
        steps = schedule.get("num_train_timesteps", 1000)
        if type(steps) is not int or not 0 < steps <= priors.SIZE_MAX:
            raise ValueError("no steps")
        kept = DDIMScheduler.from_config(schedule).alphas_cumprod  # type: ignore[no-untyped-call]
        if kept.shape != (steps,) or not bool((kept >= 0).all() and (kept <= 1).all()):
            raise ValueError("a schedule that cannot be")
        with torch.device("meta"):  # shapes only, until they are compared with the weights
            net = UNet2DModel.from_config(told)  # type: ignore[no-untyped-call]
        file = folder / "unet/diffusion_pytorch_model.safetensors"
        priors.require_shapes(file, {name: tuple(value.shape) for name, value in net.state_dict().items()})
        tensors = {name: value.to(torch.float32, copy=True) for name, value in load_file(file).items()}
        net.load_state_dict(tensors, assign=True)
    except (*priors.BUILDING_ERRORS, SafetensorError) as error:
        raise BadModel(f"The prior “{card.id}” is not built as a diffusion prior is.", priors.AGAIN, folder) from error
    if not all(bool(torch.isfinite(value).all()) for value in tensors.values()):
        raise BadModel(f"The weights of the prior “{card.id}” are not finite.", priors.AGAIN, folder)
    net = net.eval().requires_grad_(False)
    return Denoiser(net, kept, str(schedule.get("prediction_type", "epsilon")), _patch_px(told))


def _patch_px(told: dict[str, object]) -> int:
    """The side of the patches that a net learnt on, as its description says: of the folded ones."""
    size, channels = told.get("sample_size"), told.get("block_out_channels")
    step = FOLD * 2 ** (len(channels) - 1) if isinstance(channels, list) else FOLD
    side = FOLD * size // step * step if isinstance(size, int) and not isinstance(size, bool) else PATCH_PX
    return side if step <= side <= PATCH_PX_MAX else PATCH_PX


def _fits(told: dict[str, object]) -> bool:
    """Whether a description can be that of our net, before it is built."""
    return (told.get("in_channels"), told.get("out_channels")) == (SEEN_CHANNELS, PICTURE_CHANNELS) and priors.is_small(told)
