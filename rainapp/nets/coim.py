"""CoI-M: the convolutions of a net, modulated by an instance code (`coic`), as a wrapper around any of our nets.

Ran et al., "Learning rain-/detail-aware representations for deraining", ICLR 2024. A small net per layer turns the code z into
one score per output channel, one per input channel and one per position of the kernel: `h = MLP(z)`, `tau = sigmoid(a + b)`,
`A = k*k * softmax(tau * c)`, and the layer's weights are taken times A. `c` begins at 0, so that A begins at 1 and a net stays
what it was when modulation is switched on.

The paper feeds each layer's MLP with the mean of that layer's input too, `GAP(x)`. It is left out: a tile has another mean than
the whole picture, and tiles must equal the whole. What of the picture matters is in the code, which is taken once per photo.

Run-time weights cost nothing to speak of: with the weights of its depthwise layers computed inside the graph, `quick` (width
24) took OpenVINO 0.787 s for 1280x832 in float32, 0.788 s without (best of 25 by turns, two cores); on the same machine under
load 1.668 and 1.656 s, medians 3.37 and 3.41 s. So there is no cheaper form beside the formula's.

Modulated are the layers with kernels of 3x3; of `UnshuffleNaf` the depthwise alone, which are all that looks around but head
and tail. 1x1 convolutions are never modulated.
"""

import copy
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from rainapp.nets.folded_naf import folded
from rainapp.nets.spec import Condition, Traits
from rainapp.nets.unshuffle_naf import UnshuffleNaf

BOTTLENECK = 16
HIDDEN_MIN = 8  # of the MLP of a depthwise layer, which is a sixteenth of its channels


class Modulator(nn.Module):
    """Formula 4.3 without `GAP(x)`: from codes (B, code_size) to attention (B, out, in / groups, k, k), 1 at the beginning."""

    def __init__(self, code_size: int, layer: nn.Conv2d) -> None:
        super().__init__()
        outputs, inputs, *kernel = layer.weight.shape
        self.kernel = (int(kernel[0]), int(kernel[1]))
        self.parts = [int(outputs), int(inputs), self.kernel[0] * self.kernel[1]]
        hidden = max(outputs // 16, HIDDEN_MIN) if layer.groups > 1 else int(outputs)
        self.mlp = nn.Sequential(
            nn.Linear(code_size, hidden),
            nn.ReLU(),
            nn.Linear(hidden, BOTTLENECK),
            nn.ReLU(),
            nn.Linear(BOTTLENECK, sum(self.parts)),
        )
        last = self.mlp[4]
        with torch.no_grad():
            for tensor in (last.get_parameter("weight"), last.get_parameter("bias")):
                tensor[-self.parts[2] :] = 0

    def forward(self, code: Tensor) -> Tensor:
        """Attention over the positions of the kernel, whose mean is 1 for every pair of channels."""
        tau, position = self._scores(code)
        spread = torch.softmax(tau[..., None] * position[:, None, None], -1) * self.parts[2]
        return spread.reshape(*tau.shape, *self.kernel)

    def temperature(self, code: Tensor) -> Tensor:
        """(B,) mean log temperature of the softmax, in units of the spread of its scores: high where the code is ignored."""
        tau, position = self._scores(code)
        return -(torch.log(tau).mean((1, 2)) + torch.log(position.std(1) + 1e-6))

    def _scores(self, code: Tensor) -> tuple[Tensor, Tensor]:
        a, b, position = self.mlp(code.to(next(self.mlp.parameters()).dtype)).split(self.parts, 1)
        return torch.sigmoid(a[:, :, None] + b[:, None]), position


class Ready:
    """The attention that lies ready for layers, by path, while a net runs; a class, since `torch.export` copies dicts."""

    def __init__(self) -> None:
        self.by_path: dict[str, Tensor] = {}


class ModulatedConv2d(nn.Conv2d):
    """A convolution whose weights are taken times the attention that lies ready for it; without one, what it was before."""

    def __init__(self, layer: nn.Conv2d, ready: Ready, path: str) -> None:
        sides: dict[str, Any] = {side: getattr(layer, side) for side in ("kernel_size", "stride", "padding", "dilation")}
        bias = layer.bias is not None
        super().__init__(layer.in_channels, layer.out_channels, groups=layer.groups, bias=bias, device="meta", **sides)
        self.weight = layer.weight  # the same parameter under the same name: weights trained before fit
        self.bias = layer.bias
        self.ready = ready
        self.path = path

    def forward(self, x: Tensor) -> Tensor:
        """(B, out, H', W') of `x` (B, in, H, W)."""
        attention = self.ready.by_path.get(self.path)
        return super().forward(x) if attention is None else self.convolve_each(x, self.weight * attention)

    def convolve_each(self, x: Tensor, weights: Tensor) -> Tensor:
        """Every picture of `x` with its own weights, (B or 1, out, in / groups, k, k), as one grouped convolution."""
        count = len(weights)
        bias = self.bias
        if count > 1:
            bias = None if bias is None else bias.repeat(count)
            x = x.reshape(1, -1, *x.shape[-2:])
        y = F.conv2d(x, weights.flatten(0, 1), bias, self.stride, self.padding, self.dilation, count * self.groups)
        return y.reshape(count, -1, *y.shape[-2:]) if count > 1 else y


@dataclass(frozen=True)
class _Place:
    """Where the attention of a modulator goes: the layer at `path`, from output channel `start` to before `stop`."""

    modulator: str
    path: str
    start: int
    stop: int


class Modulated(nn.Module):
    """A net whose convolutions are modulated by a code. Made by `wrap`, which changes the net in place."""

    def __init__(self, net: nn.Module, modulators: nn.ModuleDict, places: list[_Place], code_size: int) -> None:
        super().__init__()
        self.net = net
        self.modulators = modulators
        self.places = places
        self.code_size = code_size
        self.conditional = bool(getattr(net, "conditional", False))
        self.multiple_px = int(getattr(net, "multiple_px", 1))
        self.mirrored = bool(getattr(net, "mirrored", False))
        if isinstance(net, UnshuffleNaf):
            net.mirrored = False  # the mirror image has a code of its own, so both passes are made here
        self.ready = Ready()
        for place in places:
            layer = net.get_submodule(place.path)
            assert isinstance(layer, nn.Conv2d)
            parent, _, name = place.path.rpartition(".")
            net.get_submodule(parent).register_module(name, ModulatedConv2d(layer, self.ready, place.path))

    @property
    def traits(self) -> Traits:
        """Those of the net inside, and a code: of a mirrored net that of the picture and that of its mirror image."""
        known = getattr(self.net, "traits", None)
        within = known if isinstance(known, Traits) else Traits()
        size = self.code_size * (2 if self.mirrored else 1)
        return replace(within, conditions=(*within.conditions, Condition("code", (size,))))

    def forward(self, rainy: Tensor, clear: Tensor | None = None, code: Tensor | None = None) -> Tensor:
        """Derained picture.

        Args:
            rainy: (B, 3, H, W) float, sRGB-encoded, 0 to 1.
            clear: (B,) as the net inside takes it.
            code: (B, code_size), or (1, code_size) for all pictures; for a mirrored net (., 2 * code_size): that of the
                picture, then that of its mirror image. None: without modulation.

        Returns:
            (B, 3, H, W) float, not clipped.
        """
        derained = self._pass(rainy, clear, None if code is None else code[:, : self.code_size])
        if self.mirrored:
            turned = self._pass(rainy.flip(-1), clear, None if code is None else code[:, -self.code_size :])
            derained = (derained + turned.flip(-1)) / 2
        return derained

    def _pass(self, rainy: Tensor, clear: Tensor | None, code: Tensor | None) -> Tensor:
        attention = {} if code is None else {name: modulator(code) for name, modulator in self.modulators.items()}
        for place in self.places if attention else ():
            self.ready.by_path[place.path] = attention[place.modulator][:, place.start : place.stop]
        try:
            derained: Tensor = self.net(rainy, clear) if self.conditional else self.net(rainy)
        finally:
            self.ready.by_path.clear()
        return derained

    def temperatures(self, code: Tensor) -> dict[str, Tensor]:
        """For each modulated layer by its name, how little the codes (B, code_size) move it, (B,); see `Modulator`."""
        names = {place.modulator: place.path for place in self.places}
        return {names[name]: _modulator(self.modulators, name).temperature(code) for name in self.modulators}

    def for_inference(self) -> "Modulated":
        """A copy in the form that engines run fastest; the function is the same up to rounding."""
        copied = copy.deepcopy(self)
        if not isinstance(self.net, UnshuffleNaf):
            return copied
        halves = [
            _Place(place.modulator, f"{place.path}.{half}", start, start + (place.stop - place.start) // 2)
            for place in self.places
            for half, start in enumerate((0, (place.stop - place.start) // 2))
        ]
        made = Modulated(folded(self.net), copied.modulators, halves, self.code_size)
        made.mirrored = self.mirrored
        return made.train(self.training)


def _modulator(modulators: nn.ModuleDict, name: str) -> Modulator:
    found = modulators[name]
    assert isinstance(found, Modulator)
    return found


def wrap(net: nn.Module, code_size: int) -> Modulated:
    """`net` with its 3x3 convolutions modulated by a code; its layers are exchanged in place, their parameters stay.

    Raises:
        ValueError: it has no convolution that can be modulated, or is modulated already.
    """
    layers = dict(_modulated_layers(net))
    if not layers or any(isinstance(layer, ModulatedConv2d) for layer in layers.values()):
        raise ValueError("the net has no 3x3 convolution that is not modulated yet")
    modulators = nn.ModuleDict({_key(path): Modulator(code_size, layer) for path, layer in layers.items()})
    modulators.to(next(net.parameters()).device)
    places = [_Place(_key(path), path, 0, layer.out_channels) for path, layer in layers.items()]
    return Modulated(net, modulators, places, code_size)


def _key(path: str) -> str:
    return path.replace(".", "-")  # a dot would be a level


def _modulated_layers(net: nn.Module) -> Iterator[tuple[str, nn.Conv2d]]:
    depthwise_only = isinstance(net, UnshuffleNaf)
    for path, layer in net.named_modules():
        fits = isinstance(layer, nn.Conv2d) and layer.kernel_size == (3, 3) and layer.padding_mode == "zeros"
        if fits and (layer.groups > 1 or not depthwise_only):
            yield path, layer
