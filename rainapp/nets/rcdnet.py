"""RCDNet: deraining as an optimisation that is unrolled into a net.

Wang et al., "A model-driven deep neural network for single image rain removal", CVPR 2020. The rainy picture is taken for a
background plus the sum of `kernels` rain maps, each convolved with a rain kernel of 9x9. Every stage takes a gradient step on
the maps, then one on the background, and each step is followed by a small residual net in the place of a proximal operator.
The maps are sparse: what is below a learned threshold is cut off. Beside the background its net carries `channels` planes of
its own. Inside, pictures run from 0 to 255, kernels are used divided by ten, and so are the lengths of the steps: public
weights are trained so. Written from the formulas; parameter names are those of the authors' second, simpler release
(`proxNet_B_0.layer.0.0.weight`, ...).

The maps and the background keep the type of the picture; only what the residual nets add is computed in the type of the
weights, since half precision has too few digits for 0 to 255.
"""

import math
import re

import torch
import torch.nn.functional as F
from torch import Tensor, nn

KERNEL_PX = 9
SPEED = 10  # what kernels and steps are divided by
PEAK = 255.0


class _Proximal(nn.Module):
    """`blocks` residual blocks of two 3x3 convolutions with batch norm."""

    def __init__(self, channels: int, blocks: int) -> None:
        super().__init__()
        self.layer = nn.Sequential(*(nn.Sequential(*self._pair(channels)) for _ in range(blocks)))

    @staticmethod
    def _pair(channels: int) -> list[nn.Module]:
        def mixing() -> list[nn.Module]:
            return [nn.Conv2d(channels, channels, 3, padding=1), nn.BatchNorm2d(channels)]

        return [*mixing(), nn.ReLU(), *mixing()]

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) in and out, at least 0."""
        inside = next(self.parameters()).dtype
        for block in self.layer:
            x = torch.relu(x + block(x.to(inside)).to(x.dtype))
        return x


class _Sparse(_Proximal):
    """The same for rain maps, of which only what is above a threshold per map stays."""

    def __init__(self, channels: int, blocks: int) -> None:
        super().__init__(channels, blocks)
        self.tau = nn.Parameter(torch.full((1, channels, 1, 1), 0.5))

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) in and out, at least 0, most of it 0."""
        return torch.relu(super().forward(x) - self.tau)


class RcdNet(nn.Module):
    """`stages` steps on maps and background; 2.98 million parameters at the sizes of the paper.

    Args:
        stages: number of steps; 17 in the paper.
        kernels: number of rain kernels, hence of rain maps; 32 in the paper.
        channels: planes the background's net carries beside the three colours; 32 in the paper.
        blocks: residual blocks after each step; 4 in the paper.
    """

    conditional = False

    def __init__(self, stages: int = 17, kernels: int = 32, channels: int = 32, blocks: int = 4) -> None:
        super().__init__()
        if min(stages, kernels, channels, blocks) < 1:
            raise ValueError("stages, kernels, channels and blocks must be at least 1")
        self.etaM_S = nn.Parameter(torch.ones(stages - 1, 1))
        self.etaB_S = nn.Parameter(torch.full((stages, 1), SPEED / 2))
        self.C0 = nn.Parameter(streaks(kernels))
        self.C = nn.Parameter(streaks(kernels))
        self.C_z = nn.Parameter(torch.full((channels, 3, 3, 3), 1 / 9))
        self.tau = nn.Parameter(torch.ones(1))
        self.proxNet_B_0 = _Proximal(3 + channels, blocks)
        self.proxNet_B_S = nn.Sequential(*(_Proximal(3 + channels, blocks) for _ in range(stages)))
        self.proxNet_M_S = nn.Sequential(*(_Sparse(kernels, blocks) for _ in range(stages)))
        self.proxNet_B_last_layer = _Proximal(3 + channels, blocks)

    def forward(self, rainy: Tensor) -> Tensor:
        """Derained picture.

        Args:
            rainy: (B, 3, H, W) float, sRGB-encoded, 0 to 1.

        Returns:
            (B, 3, H, W) float, not clipped.
        """
        given = rainy * PEAK
        first, kernels, smooth = (weight.to(rainy.dtype) for weight in (self.C0 / SPEED, self.C / SPEED, self.C_z))
        state = self.proxNet_B_0(torch.cat([given, F.conv2d(given, smooth, padding=1)], 1))
        bright = torch.relu(given - state[:, :3] - self.tau.to(rainy.dtype))
        maps = F.conv_transpose2d(bright, first, padding=KERNEL_PX // 2)
        for stage, (sparse, clean) in enumerate(zip(self.proxNet_M_S, self.proxNet_B_S, strict=True)):
            maps = sparse(maps)
            rain = F.conv2d(maps, kernels, padding=KERNEL_PX // 2)
            share = self.etaB_S[stage].to(rainy.dtype) / SPEED
            background = (1 - share) * state[:, :3] + share * (given - rain)
            state = clean(torch.cat([background, state[:, 3:]], 1))
            if stage < len(self.etaM_S):
                step = self.etaM_S[stage].to(rainy.dtype) / SPEED
                too_much = rain - (given - state[:, :3])
                maps = maps - step * F.conv_transpose2d(too_much, kernels, padding=KERNEL_PX // 2)
        derained: Tensor = self.proxNet_B_last_layer(state)[:, :3] / PEAK
        return derained


def streaks(count: int) -> Tensor:
    """(3, count, 9, 9) kernels to begin with: soft grey lines around the upright.

    The authors begin with kernels fitted to drawn rain; lines at all slants up to 60 degrees, thin and broad, stand for them.
    They are as bright as makes the first steps on the maps neither overshoot nor crawl.
    """
    middle = KERNEL_PX // 2
    y, x = torch.meshgrid(*(torch.arange(-middle, middle + 1.0),) * 2, indexing="ij")
    made = []
    for number in range(count):
        slant = math.radians(120 * (number + 0.5) / count - 60)
        width = 0.6 + 0.6 * (number % 2)
        across = x * math.cos(slant) + y * math.sin(slant)
        line = torch.exp(-0.5 * (across / width) ** 2 - 0.5 * ((x**2 + y**2) / middle**2))
        made.append(SPEED * line / line.sum() * (SPEED / (3 * count)) ** 0.5)
    return torch.stack(made).expand(3, -1, -1, -1).clone()


# Names of the authors' first release: stems that only have other names here.
_FIRST_RELEASE = {
    r"xnet\.": "proxNet_B_0.",
    r"x_stage\.": "proxNet_B_S.",
    r"m_stage\.": "proxNet_M_S.",
    r"fxnet\.": "proxNet_B_last_layer.",
    r"eta11$": "etaM_S",
    r"weight0$": "C0",
    r"w_z_f$": "C_z",
    r"tau$": "tau",
}
_JOINED = {"eta2", "eta12", "conv"}
_UNUSED = re.compile(r"eta1$|mnet\.")  # that release never asks them


def from_first_release(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """`state` with the names of today, where it has those of the first release; anything else comes back as it is.

    There the first step on the background has a parameter of its own, every stage holds the kernels, of which all use the
    second's, and one more net for maps is saved that nothing asks. What no rule knows keeps its name.
    """
    if not state.keys() >= _JOINED or state["conv"].ndim != 5 or len(state["conv"]) < 2:
        return state
    first, later = state["eta2"], state["eta12"]
    if first.shape != (1,) or later.ndim != 2 or later.shape[1] != 1:
        return state
    made = {"etaB_S": torch.cat([first[None], later]), "C": state["conv"][1]}
    for name, tensor in state.items():
        if name not in _JOINED and not _UNUSED.match(name):
            made[_name_of_today(name)] = tensor
    return made


def _name_of_today(name: str) -> str:
    for old, new in _FIRST_RELEASE.items():
        name = re.sub(rf"^{old}", new, name)
    return re.sub(r"(?<=\.)res[xm]([1-9])\.", lambda block: f"layer.{int(block[1]) - 1}.", name)
