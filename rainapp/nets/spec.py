"""What a net is, as data: its architecture, its shape, and what is wrapped around it. Free of torch.

Recipe, checkpoint, card and engine all hold a `NetSpec`, so that a net is described in one way. What a net takes and needs
(`Traits`) is computed by its class and never typed twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Value = int | float | bool | str | list[int]
Shape = Mapping[str, Value]

SHAPES: dict[str, dict[str, Value]] = {
    "unshuffle_naf": {
        "width": 24,
        "encoder": [2, 2, 4],
        "middle": 4,
        "decoder": [2, 2, 2],
        "conditional": True,
        "inside": 1,
        "mirrored": False,
    },
    "prenet": {"stages": 6, "channels": 32},
    "prenet_r": {"stages": 6, "channels": 32},
    "prn": {"stages": 6, "channels": 32},
    "prn_r": {"stages": 6, "channels": 32},
    "brn": {"stages": 8, "channels": 32},
    "rcdnet": {"stages": 17, "kernels": 32, "channels": 32, "blocks": 4},
    "window_former": {
        "width": 32,
        "before": 2,
        "middle": 6,
        "after": 2,
        "head_size": 16,
        "window": 8,
        "expansion": 2,
        "conditional": True,
    },
    "fusion_naf": {"width": 24, "blocks": [1, 2, 1], "share": 1.0},
    "vq": {"channels": [24, 48, 96], "layers": 1, "latent": 16, "codes": 512},
    "unet": {"channels": [32, 64, 96], "layers": 1},
}
"""The shape parameters of the nets that can be trained, with what they are when a recipe leaves them out."""

SILENT = {"inside": 1, "mirrored": False}
"""Parameters that are younger than the first cards: left out of a shape where they say nothing."""


@dataclass(frozen=True)
class WrapperSpec:
    """A module around a net, by the name of its kind and its own shape."""

    kind: str
    shape: Shape = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class NetSpec:
    """A net: architecture, shape, and the wrappers around it, innermost first."""

    arch: str
    shape: Shape = field(default_factory=dict, hash=False)
    around: tuple[WrapperSpec, ...] = ()

    def plain(self) -> dict[str, Any]:
        """Numbers, texts and lists only, for a checkpoint; `NetSpec.of` gives it back."""
        around = [{"kind": each.kind, "shape": dict(each.shape)} for each in self.around]
        return {"arch": self.arch, "shape": dict(self.shape), "around": around}

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> "NetSpec":
        """The spec that `plain` was. Raises KeyError or TypeError where it is none."""
        around = tuple(WrapperSpec(str(each["kind"]), dict(each["shape"])) for each in plain["around"])
        return cls(str(plain["arch"]), dict(plain["shape"]), around)


@dataclass(frozen=True)
class Condition:
    """What a net takes beside the picture: its name, as in `forward`, and the axes of one value; () is one number."""

    name: str
    size: tuple[int, ...] = ()

    def __str__(self) -> str:
        """For a card: "clear", or "code:128"."""
        return ":".join([self.name, *map(str, self.size)])

    @classmethod
    def of(cls, text: str) -> "Condition":
        """The condition of a card. Raises ValueError where it is none."""
        name, *size = text.split(":")
        if not name.isidentifier():
            raise ValueError(f"“{text}” is no condition")
        return cls(name, tuple(int(axis) for axis in size))


@dataclass(frozen=True)
class Traits:
    """What who runs a net must know of it.

    `conditions`: what it takes beside the picture; `multiple_px`: the step of the sides it works on inside; `receptive_px`: how
    far a pixel sees; `from_coarse`: large pictures are shown to it at several sizes; `gate_faint`: what it changes a little is
    undone where a photo is dry; `half_safe`: it may run in half precision; `pools`: it pools over all that it is given, so that
    a tile and the whole picture differ.
    """

    conditions: tuple[Condition, ...] = ()
    multiple_px: int = 1
    receptive_px: int = 64
    from_coarse: bool = False
    gate_faint: bool = False
    half_safe: bool = False
    pools: bool = False
