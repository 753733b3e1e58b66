"""BRN: two recurrent nets side by side, one for the rain and one for the picture behind it, that read each other's memory.

Ren et al., "Single image deraining using bilateral recurrent network", IEEE TIP 2020. A stage first looks for the rain in the
rainy picture beside the rain found so far, then for the background in the rainy picture beside the background so far and that
rain. Either branch is a PReNet stage whose convolutional LSTM sees the hidden state of the other branch too; the branch for the
rain has three residual blocks, that for the background five. The background is predicted as it is, not as a difference.
Written from the formulas; parameter names are those of the public checkpoints (`conv0.0.weight`, `conv0_r.0.weight`, ...).

Formally a stage reaches 22 px further; as in PReNet far less matters in practice (`library.recognise.BRN_RECEPTIVE_PX`).
"""

import torch
from torch import Tensor, nn

from rainapp.nets.prenet import convolution, residual

GATES = {"i": nn.Sigmoid, "f": nn.Sigmoid, "g": nn.Tanh, "o": nn.Sigmoid}
BLOCKS = {"": 5, "_r": 3}  # by branch, as its tensors are told apart: the background, and the rain
SEEN = {"": 9, "_r": 6}
Memory = tuple[Tensor, Tensor]  # hidden state and cell of a branch


class Brn(nn.Module):
    """`stages` passes of both branches; 375,526 parameters at the width of the paper.

    Args:
        stages: number of passes; 8 in the paper.
        channels: width of the features; 32 in the paper.
    """

    conditional = False

    def __init__(self, stages: int = 8, channels: int = 32) -> None:
        super().__init__()
        if stages < 1 or channels < 1:
            raise ValueError("stages and channels must be at least 1")
        self.stages = stages
        self.channels = channels
        for branch, blocks in BLOCKS.items():
            self.add_module(f"conv0{branch}", convolution(SEEN[branch], channels, nn.ReLU))
            for number in range(1, blocks + 1):
                self.add_module(f"res_conv{number}{branch}", residual(channels))
            for gate, activation in GATES.items():
                self.add_module(f"conv_{gate}{branch}", convolution(3 * channels, channels, activation))
            self.add_module(f"conv{branch}", convolution(channels, 3, None))

    def forward(self, rainy: Tensor) -> Tensor:
        """Derained picture.

        Args:
            rainy: (B, 3, H, W) float, sRGB-encoded, 0 to 1.

        Returns:
            (B, 3, H, W) float, not clipped.
        """
        inside = next(self.parameters()).dtype
        nothing = torch.zeros_like(rainy[:, :1], dtype=inside).expand(-1, self.channels, -1, -1)
        behind: Memory = (nothing, nothing)
        falling: Memory = (nothing, nothing)
        given = rainy.to(inside)
        background = rain = given
        for _ in range(self.stages):
            rain, falling = self._stage("_r", [given, rain], falling, behind[0])
            background, behind = self._stage("", [given, background, rain], behind, falling[0])
        return background.to(rainy.dtype)

    def _stage(self, branch: str, seen: list[Tensor], memory: Memory, other: Tensor) -> tuple[Tensor, Memory]:
        """What a branch makes of `seen`, and its memory after it; `other` is the hidden state of the other branch."""
        hidden, cell = memory
        features = self.get_submodule(f"conv0{branch}")(torch.cat(seen, 1))
        together = torch.cat([features, hidden, other], 1)
        taken, kept, new, shown = (self.get_submodule(f"conv_{gate}{branch}")(together) for gate in GATES)
        cell = kept * cell + taken * new
        x = hidden = shown * torch.tanh(cell)
        for number in range(1, BLOCKS[branch] + 1):
            x = torch.relu(self.get_submodule(f"res_conv{number}{branch}")(x) + x)
        return self.get_submodule(f"conv{branch}")(x), (hidden, cell)
