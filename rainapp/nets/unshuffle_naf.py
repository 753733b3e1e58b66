"""The fast derainer: NAF blocks in a U-shape on a pixel-unshuffled picture.

Pixel-unshuffle by 2 keeps every sample and quarters the positions, so the net runs at half size without losing thin streaks.
The blocks follow NAFNet (Chen et al., ECCV 2022: simple gate instead of activation), with three departures:

* no channel attention. It pools over whatever it is given, so that a tile and the whole photo would differ; without it the net
  is strictly local and tiles are exact once they overlap by the receptive field.
* the scales beta and gamma are folded into the initial weights of each block's last layer (they start near zero), which saves
  two memory-bound products a block in training.
* 1x1 convolutions hold `Linear` weights (out, in). In training blocks run on (B, H, W, C), where layer norm and `Linear` are
  fastest on a CPU; for inference (`last=False`) the same numbers run as convolutions on (B, C, H, W).

A condition channel says whether haze is part of the scene (0: keep, 1: clear), so one set of weights serves both.
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from rainapp.nets.spec import Condition, Traits

RECEPTIVE_PX = 144
"""What a pixel is seen to depend on; grows with training towards 156 (tests/test_derain.py looks for seams)."""


class ChannelNorm(nn.Module):
    """Layer norm over the channels of each position."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor, last: bool) -> Tensor:
        """`x` is (B, H, W, C) when `last`, else (B, C, H, W); same shape out."""
        if last:
            return F.layer_norm(x, x.shape[-1:], self.weight, self.bias, 1e-6)
        centred = x - x.mean(1, keepdim=True)
        spread = centred.square().mean(1, keepdim=True)
        return centred * torch.rsqrt(spread + 1e-6) * self.weight[:, None, None] + self.bias[:, None, None]


class Pointwise(nn.Linear):
    """A 1x1 convolution whose weights serve both layouts."""

    def forward(self, x: Tensor, last: bool = True) -> Tensor:
        """`x` is (B, H, W, C) when `last`, else (B, C, H, W)."""
        if last:
            return super().forward(x)
        return F.conv2d(x, self.weight[:, :, None, None], self.bias)


class NafBlock(nn.Module):
    """Gated depthwise mixing, then a gated pointwise expansion, both residual (NAFNet, section 3, without attention).

    Between the gate and the sum there are `inside` times as many channels as in the sum.
    """

    def __init__(self, channels: int, inside: int = 1) -> None:
        super().__init__()
        gated = inside * channels
        self.norm1 = ChannelNorm(channels)
        self.expand1 = Pointwise(channels, 2 * gated)
        self.depthwise = nn.Conv2d(2 * gated, 2 * gated, 3, padding=1, groups=2 * gated)
        self.project1 = Pointwise(gated, channels)
        self.norm2 = ChannelNorm(channels)
        self.expand2 = Pointwise(channels, 2 * gated)
        self.project2 = Pointwise(gated, channels)
        for layer in (self.project1, self.project2):
            nn.init.normal_(layer.weight, std=0.1 * gated**-0.5)
            nn.init.zeros_(layer.bias)

    def forward(self, x: Tensor, last: bool) -> Tensor:
        """`x` is (B, H, W, C) when `last`, else (B, C, H, W); same shape out."""
        axis = -1 if last else 1
        y = self.expand1(self.norm1(x, last), last)
        y = self.depthwise(y.permute(0, 3, 1, 2)).permute(0, 2, 3, 1) if last else self.depthwise(y)
        a, b = y.chunk(2, axis)
        x = x + self.project1(a * b, last)
        a, b = self.expand2(self.norm2(x, last), last).chunk(2, axis)
        mixed: Tensor = x + self.project2(a * b, last)
        return mixed


class Blocks(nn.Module):
    """Several blocks in a row on a (B, C, H, W) tensor, in the layout that is asked for."""

    def __init__(self, channels: int, count: int, inside: int = 1) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(NafBlock(channels, inside) for _ in range(count))

    def forward(self, x: Tensor, last: bool) -> Tensor:
        """(B, C, H, W) in and out."""
        if last:
            x = x.permute(0, 2, 3, 1)
        for block in self.blocks:
            x = block(x, last)
        return x.permute(0, 3, 1, 2) if last else x


class UnshuffleNaf(nn.Module):
    """Pixel-unshuffle by 2, a U-shape of NAF blocks, pixel-shuffle, added to the input.

    `width` channels at the first level, doubled at each of the levels of `encoder` (blocks a level); `middle` blocks at the
    bottom; `decoder` mirrors the encoder, deepest level first; blocks are `inside` times wider between gate and sum. A
    `mirrored` net takes the mean of what it finds in the picture and in its mirror image, for twice the time (self-ensemble;
    Timofte et al., CVPR 2016, use all eight turns and mirrorings, but rain does not fall sideways). Height and width may be
    anything: the picture is padded by reflection (replication where it is smaller than the pad) to `multiple_px` and cropped
    again.
    """

    def __init__(
        self,
        width: int = 24,
        encoder: Sequence[int] = (2, 2, 4),
        middle: int = 4,
        decoder: Sequence[int] = (2, 2, 2),
        conditional: bool = True,
        inside: int = 1,
        mirrored: bool = False,
    ) -> None:
        super().__init__()
        if len(encoder) != len(decoder) or width < 1 or inside < 1:
            raise ValueError("encoder and decoder need the same number of levels, width and inside at least 1")
        self.conditional = conditional
        self.mirrored = mirrored
        self.channels_last = True  # blocks on (B, H, W, C): fastest to train; inference switches it off
        self.multiple_px = 2 * 2 ** len(encoder)
        widths = [width * 2**level for level in range(len(encoder) + 1)]
        self.head = nn.Conv2d(12 + int(conditional), width, 3, padding=1)
        self.encoders = nn.ModuleList(Blocks(w, n, inside) for w, n in zip(widths[:-1], encoder, strict=True))
        self.downs = nn.ModuleList(nn.Conv2d(w, 2 * w, 2, stride=2) for w in widths[:-1])
        self.middle = Blocks(widths[-1], middle, inside)
        self.ups = nn.ModuleList(nn.Conv2d(2 * w, 4 * w, 1, bias=False) for w in reversed(widths[:-1]))
        self.decoders = nn.ModuleList(Blocks(w, n, inside) for w, n in zip(reversed(widths[:-1]), decoder, strict=True))
        self.tail = nn.Conv2d(width, 12, 3, padding=1)
        nn.init.normal_(self.tail.weight, std=1e-3)
        nn.init.zeros_(self.tail.get_parameter("bias"))

    @property
    def traits(self) -> Traits:
        """See `Traits`: whether haze goes is its only condition."""
        conditions = (Condition("clear"),) if self.conditional else ()
        return Traits(conditions, self.multiple_px, RECEPTIVE_PX, from_coarse=True, gate_faint=True, half_safe=True)

    @property
    def levels(self) -> tuple[str, ...]:
        """The modules whose outputs are its features (N, C, H, W), from the finest to the deepest."""
        return (*(f"encoders.{level}" for level in range(len(self.encoders))), "middle")

    def forward(self, rainy: Tensor, clear: Tensor | None = None) -> Tensor:
        """Derained picture.

        Args:
            rainy: (B, 3, H, W) float, sRGB-encoded, 0 to 1.
            clear: (B,) float, 1 where haze is to go, 0 (default) where it stays; ignored by an unconditional net.

        Returns:
            (B, 3, H, W) float, not clipped.
        """
        height, width = rainy.shape[-2:]
        padded = pad_to_multiple(rainy, self.multiple_px)
        residual = self._residual(padded, clear)
        if self.mirrored:
            residual = (residual + self._residual(padded.flip(-1), clear).flip(-1)) / 2
        return (padded + residual)[..., :height, :width]

    def _residual(self, padded: Tensor, clear: Tensor | None) -> Tensor:
        """What is added to a picture (B, 3, H, W) whose sides are multiples of `multiple_px`."""
        x = F.pixel_unshuffle(padded, 2).to(self.head.weight.dtype)
        if self.conditional:
            plane = torch.zeros_like(x[:, :1]) if clear is None else clear.view(-1, 1, 1, 1).expand_as(x[:, :1])
            x = torch.cat([x, plane.to(x.dtype)], 1)
        x = self.head(x)
        skips = []
        for blocks, down in zip(self.encoders, self.downs, strict=True):
            x = blocks(x, self.channels_last)
            skips.append(x)
            x = down(x)
        x = self.middle(x, self.channels_last)
        for blocks, up in zip(self.decoders, self.ups, strict=True):
            x = F.pixel_shuffle(up(x), 2) + skips.pop()
            x = blocks(x, self.channels_last)
        return F.pixel_shuffle(self.tail(x), 2)


def pad_to_multiple(x: Tensor, multiple: int) -> Tensor:
    """Pad (B, C, H, W) at the right and bottom to multiples, by reflection, or replication where the side is too short."""
    height, width = x.shape[-2:]
    below, right = -height % multiple, -width % multiple
    if not below and not right:
        return x
    mode = "reflect" if below < height and right < width else "replicate"
    return F.pad(x, (0, right, 0, below), mode=mode)
