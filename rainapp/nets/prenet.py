"""PReNet and its kin: one small residual net, applied six times to its own estimate.

Ren et al., "Progressive image deraining networks: a better and simpler baseline", CVPR 2019. A stage looks at the rainy picture
beside the estimate so far, optionally remembers through a convolutional LSTM, and adds what it finds to the rainy picture. The
four variants differ in two switches: with or without memory (PReNet, PRN), and five residual blocks or one used five times
(the suffix `_r`). Written from the formulas; parameter names are those of the public checkpoints (`conv0.0.weight`, ...).

The recurrence sees about 60 px around a pixel that matter in practice, although its formal reach is larger.
"""

import torch
from torch import Tensor, nn

BLOCKS = 5


def convolution(inputs: int, outputs: int, activation: type[nn.Module] | None) -> nn.Sequential:
    """A 3x3 convolution that keeps the size, and what follows it; its tensors are named `0.weight` and `0.bias`."""
    layers: list[nn.Module] = [nn.Conv2d(inputs, outputs, 3, padding=1)]
    return nn.Sequential(*layers, *([activation()] if activation else []))


def residual(channels: int) -> nn.Sequential:
    """What a residual block of this family adds: twice a 3x3 convolution and ReLU."""
    return nn.Sequential(
        nn.Conv2d(channels, channels, 3, padding=1), nn.ReLU(), nn.Conv2d(channels, channels, 3, padding=1), nn.ReLU()
    )


class ProgressiveNet(nn.Module):
    """`stages` passes of one net over the rainy picture and the estimate so far.

    Args:
        stages: number of passes; 6 in the paper.
        channels: width of the features; 32 in the paper.
        memory: whether a convolutional LSTM hands features from pass to pass.
        shared: whether one residual block serves in all five places.
    """

    conditional = False

    def __init__(self, stages: int = 6, channels: int = 32, memory: bool = True, shared: bool = False) -> None:
        super().__init__()
        if stages < 1 or channels < 1:
            raise ValueError("stages and channels must be at least 1")
        self.stages = stages
        self.channels = channels
        self.memory = memory
        self.conv0 = convolution(6, channels, nn.ReLU)
        if memory:
            self.conv_i = convolution(2 * channels, channels, nn.Sigmoid)
            self.conv_f = convolution(2 * channels, channels, nn.Sigmoid)
            self.conv_g = convolution(2 * channels, channels, nn.Tanh)
            self.conv_o = convolution(2 * channels, channels, nn.Sigmoid)
        self.block_names = ["res_conv1"] * BLOCKS if shared else [f"res_conv{number}" for number in range(1, BLOCKS + 1)]
        for name in dict.fromkeys(self.block_names):
            self.add_module(name, residual(channels))
        self.conv = convolution(channels, 3, None)

    def forward(self, rainy: Tensor) -> Tensor:
        """Derained picture.

        Args:
            rainy: (B, 3, H, W) float, sRGB-encoded, 0 to 1.

        Returns:
            (B, 3, H, W) float, not clipped.
        """
        estimate = rainy
        inside = next(self.parameters()).dtype
        hidden = cell = torch.zeros_like(rainy[:, :1], dtype=inside).expand(-1, self.channels, -1, -1)
        for _ in range(self.stages):
            x = self.conv0(torch.cat([rainy, estimate], 1).to(inside))
            if self.memory:
                seen = torch.cat([x, hidden], 1)
                cell = self.conv_f(seen) * cell + self.conv_i(seen) * self.conv_g(seen)
                x = hidden = self.conv_o(seen) * torch.tanh(cell)
            for name in self.block_names:
                x = torch.relu(self.get_submodule(name)(x) + x)
            estimate = rainy + self.conv(x)
        return estimate


class PReNet(ProgressiveNet):
    """Memory and five residual blocks; 169 thousand parameters."""

    def __init__(self, stages: int = 6, channels: int = 32) -> None:
        super().__init__(stages, channels, memory=True, shared=False)


class PReNetShared(ProgressiveNet):
    """PReNet_r: memory and one residual block used five times; 95 thousand parameters."""

    def __init__(self, stages: int = 6, channels: int = 32) -> None:
        super().__init__(stages, channels, memory=True, shared=True)


class Prn(ProgressiveNet):
    """PRN: five residual blocks without memory; 95 thousand parameters."""

    def __init__(self, stages: int = 6, channels: int = 32) -> None:
        super().__init__(stages, channels, memory=False, shared=False)


class PrnShared(ProgressiveNet):
    """PRN_r: one residual block used five times, without memory; 21 thousand parameters."""

    def __init__(self, stages: int = 6, channels: int = 32) -> None:
        super().__init__(stages, channels, memory=False, shared=True)
