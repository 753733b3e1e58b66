"""Heads on the features of a net: what they are made for, and how rain is told from a map of logits."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from rainapp.base.errors import BadRecipe
from rainapp.nets import registry
from rainapp.nets.spec import NetSpec
from training.contracts import Batch, Output, Run, inner

SEEN_PX = 64
"""Side of the picture by which the channels of features are found out."""
TOP_SHARE = 0.2
"""Of the places of a picture, those that look most like rain, which decide whether there is any."""


def look(net: nn.Module, pictures: Tensor) -> Output:
    """What a net makes of pictures (N, 3, H, W), its features among it, without gradients."""
    count = len(pictures)
    nothing = torch.zeros(count, dtype=torch.int64)
    batch = Batch(pictures, None, nothing, nothing, nothing.bool(), nothing)
    with torch.no_grad():
        return Run(net, {}, []).forward(batch, features=True)


def channels_of(spec: NetSpec) -> dict[str, int]:
    """How many channels the features of each level have, from the finest to the deepest.

    Raises BadRecipe for a net that has no levels.
    """
    net = registry.build_spec(spec)
    levels = getattr(inner(net), "levels", ())
    if not levels:
        raise BadRecipe(f"The net “{spec.arch}” has no levels whose features could be learned from.", "Use unshuffle_naf.")
    features = look(net, torch.zeros(1, 3, SEEN_PX, SEEN_PX)).features
    return {name: features[name].shape[1] for name in levels}


def pooled(logits: Tensor) -> Tensor:
    """Multiple-instance pooling of (N, 1, h, w): the mean of the highest fifth of each map, (N,)."""
    flat = logits.flatten(1)
    count = max(1, round(TOP_SHARE * flat.shape[1]))
    return flat.topk(count, dim=1).values.mean(1)


class RainHead(nn.Module):
    """A 1x1 convolution from the deepest features to a map of rain logits."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.logits = nn.Conv2d(channels, 1, 1)

    def forward(self, deepest: Tensor) -> Tensor:
        """(N, 1, h, w) of features (N, C, h, w), less their mean over the picture, so that a bright scene is not rainier."""
        made: Tensor = self.logits(deepest - deepest.mean((2, 3), keepdim=True))
        return made


class PictureHead(nn.Module):
    """What a picture is to become, from the features of all levels: brought to the finest, summed, and added to it."""

    def __init__(self, channels: dict[str, int]) -> None:
        super().__init__()
        self.levels = tuple(channels)
        self.convolutions = nn.ModuleList(nn.Conv2d(count, 12, 1) for count in channels.values())
        for each in self.convolutions:
            nn.init.normal_(each.get_parameter("weight"), std=1e-3)

    def forward(self, picture: Tensor, features: dict[str, Tensor]) -> Tensor:
        """(N, 3, H, W) of the picture and its features."""
        finest = features[self.levels[0]].shape[-2:]
        total: Tensor | None = None
        for name, convolution in zip(self.levels, self.convolutions, strict=True):
            part = F.interpolate(convolution(features[name]), size=finest, mode="bilinear", align_corners=False)
            total = part if total is None else total + part
        assert total is not None  # there is at least one level
        height, width = picture.shape[-2:]
        return picture + F.pixel_shuffle(total, 2)[..., :height, :width]


def heat_map(net: nn.Module, head: nn.Module, picture: Tensor) -> Tensor:
    """Where it rains in pictures (N, 3, H, W), 0 to 1 each: (N, 1, H, W)."""
    with torch.no_grad():
        features = look(net, picture).features
        logits = head(list(features.values())[-1])
        return torch.sigmoid(F.interpolate(logits, size=picture.shape[-2:], mode="bilinear", align_corners=False))
