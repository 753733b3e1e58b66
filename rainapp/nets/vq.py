"""A small vector-quantised autoencoder, which knows pictures without rain: the net of the content prior.

Encoder, codebook and decoder are those of `diffusers.VQModel` (van den Oord et al., NeurIPS 2017; Esser et al., CVPR 2021),
with three levels, so that a code stands for a square of four pixels, and without attention, so that its cost grows with the
area only. What is saved is a folder that diffusers loads by itself. diffusers takes seconds to import and is loaded on use.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from rainapp.base.errors import BadModel
from rainapp.base.privacy import silence_reporters
from rainapp.library import priors
from rainapp.library.cards import ModelCard
from rainapp.nets.spec import Traits

NORM_GROUPS = 8
SHAPE = {
    "channels": "block_out_channels",
    "layers": "layers_per_block",
    "latent": "latent_channels",
    "codes": "num_vq_embeddings",
}
"""Our names of the shape, and those of diffusers."""


class Vq(nn.Module):
    """Maps a picture to the nearest one that the decoder can make of codes."""

    levels = ("latent",)
    """What a loss may look at: the latent before it is quantised, (B, latent, H/4, W/4)."""

    def __init__(self, channels: Sequence[int] = (24, 48, 96), layers: int = 1, latent: int = 16, codes: int = 512) -> None:
        """Args: `channels` of the levels, multiples of 8; residual `layers` each; size of a code; number of codes.

        Raises:
            ValueError: channels that cannot be.
        """
        super().__init__()
        silence_reporters()
        from diffusers import VQModel

        if not channels or any(each < NORM_GROUPS or each % NORM_GROUPS for each in channels):
            raise ValueError(f"The channels must be multiples of {NORM_GROUPS} (channels).")
        self.multiple_px = 2 ** (len(channels) - 1)
        self.model: Any = VQModel(  # type: ignore[no-untyped-call]
            block_out_channels=tuple(channels),
            down_block_types=("DownEncoderBlock2D",) * len(channels),
            up_block_types=("UpDecoderBlock2D",) * len(channels),
            layers_per_block=layers,
            latent_channels=latent,
            num_vq_embeddings=codes,
            norm_num_groups=NORM_GROUPS,
            mid_block_add_attention=False,
        )
        self.latent = nn.Identity()

    @property
    def traits(self) -> Traits:
        """Its norms pool over all that it is given."""
        return Traits(multiple_px=self.multiple_px, receptive_px=64, pools=True)

    @property
    def codebook(self) -> nn.Parameter:
        """(codes, latent)."""
        found: nn.Parameter = self.model.quantize.embedding.weight
        return found

    def learning_parts(self) -> tuple[nn.Module, ...]:
        """What learns where only the encoder does."""
        return (self.model.encoder, self.model.quant_conv)

    def encoded(self, picture: Tensor) -> Tensor:
        """The latent (B, latent, h, w) of a picture (B, 3, H, W), 0 to 1, whose sides are multiples of `multiple_px`."""
        latent: Tensor = self.latent(self.model.encode(picture * 2 - 1, return_dict=False)[0])
        return latent

    def nearest(self, latent: Tensor) -> Tensor:
        """The number of the nearest code of each place, (B, h, w)."""
        flat = latent.movedim(1, -1)
        book = self.codebook
        distance = book.square().sum(1) - 2 * flat @ book.t()  # up to the square of the latent itself
        return distance.argmin(-1)

    def coded(self, numbers: Tensor) -> Tensor:
        """The codes (B, latent, h, w) of numbers (B, h, w)."""
        return F.embedding(numbers, self.codebook).movedim(-1, 1)

    def decoded(self, latent: Tensor) -> Tensor:
        """The picture of a latent that is quantised first; gradients pass through to it (straight-through)."""
        codes = latent + (self.coded(self.nearest(latent)) - latent).detach()
        picture: Tensor = self.model.decode(codes, force_not_quantize=True, return_dict=False)[0]
        return picture / 2 + 0.5

    def forward(self, picture: Tensor) -> Tensor:
        """(B, 3, H, W), sRGB-encoded 0 to 1, of any size, to the same shape; not clipped."""
        height, width = picture.shape[-2:]
        right, below = -width % self.multiple_px, -height % self.multiple_px
        padded = F.pad(picture, (0, right, 0, below), mode="replicate") if right or below else picture
        return self.decoded(self.encoded(padded))[..., :height, :width]


def load(folder: Path, card: ModelCard) -> Vq:
    """The autoencoder of a prior in the library, float32 on the CPU, in evaluation mode; nothing is ever fetched.

    Raises:
        BadModel: its files are not those of the card, are damaged, or describe another net.
    """
    priors.check_files(folder, card)
    if priors.digest(folder) != card.sha256:
        raise BadModel(f"The files of the prior “{card.id}” are not those its card was written for.", priors.AGAIN, folder)
    description, weights = (folder / name for name in priors.FILES["vq"])
    told = priors.config(description)
    try:
        if not priors.is_small(told):
            raise ValueError("another net")
        with torch.device("meta"):  # shapes only, until they are compared with the weights
            net = Vq(**{own: told[theirs] for own, theirs in SHAPE.items()})  # type: ignore[arg-type]  # checked by building
        told = {name: told[name] for name in net.model.config if name in told and name != "_use_default_values"}
        odd = [name for name, value in told.items() if _plain(net.model.config[name]) != _plain(value)]
        if odd and odd != ["sample_size"]:
            raise ValueError(", ".join(odd))
        priors.require_shapes(weights, {name: tuple(value.shape) for name, value in net.model.state_dict().items()})
        tensors = {name: value.to(torch.float32, copy=True) for name, value in load_file(weights).items()}
        net.model.load_state_dict(tensors, assign=True)
    except (*priors.BUILDING_ERRORS, SafetensorError) as error:
        raise BadModel(f"The prior “{card.id}” is not built as a content prior is.", priors.AGAIN, folder) from error
    if not all(bool(torch.isfinite(value).all()) for value in tensors.values()):
        raise BadModel(f"The weights of the prior “{card.id}” are not finite.", priors.AGAIN, folder)
    return net.eval().requires_grad_(False)


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
