"""Architectures that spandrel knows, as nets of ours: the optional extra `rainapp[foreign]`.

spandrel (MIT) recognises some forty image nets by their weights and builds them. It is loaded on use, and only to build nets:
its file loaders, which open TorchScript, are never called. It needs two functions of torchvision, which is a large package and
has no build for every torch; where torchvision is missing or does not start, a stand-in serves while spandrel is imported.
"""

import enum
import importlib
import importlib.util
import math
import sys
import types
from functools import cache
from typing import Any

import torch
from torch import Tensor, nn

from rainapp.base.errors import BadModel
from rainapp.library.recognise import BORROWED, PRENET_RECEPTIVE_PX, Recognised

MULTIPLE_PX = 32  # of tile sides; some nets state no step and pad by themselves, five levels deep at most


def installed() -> bool:
    """Whether spandrel is there, without importing it."""
    return importlib.util.find_spec("spandrel") is not None


class BorrowedNet(nn.Module):
    """A net of spandrel behind our contract. It pads by itself to the sides its net needs, and clips to 0..1."""

    conditional = False
    traceable = False  # many of these nets take decisions by the size of the picture, which a trace would freeze

    def __init__(self, descriptor: Any) -> None:
        super().__init__()
        self.net: nn.Module = descriptor.model  # registered, so that `to` moves it
        self.descriptor = descriptor
        self.multiple_px = math.lcm(int(descriptor.size_requirements.multiple_of), MULTIPLE_PX)

    def forward(self, rainy: Tensor) -> Tensor:
        """`rainy` (B, 3, H, W) float, sRGB-encoded, 0 to 1; the derained picture of the same shape."""
        derained: Tensor = self.descriptor(rainy)
        return derained


def borrow(state: dict[str, Tensor]) -> tuple[BorrowedNet, Recognised] | None:
    """The net spandrel builds for these weights, with them loaded, and what a card says of it; None where it knows none.

    Raises:
        BadModel: a known net, but one that does something else than clean a colour picture, or whose weights do not fit.
    """
    spandrel = _spandrel()
    try:
        descriptor = spandrel.MAIN_REGISTRY.load(state)
    except spandrel.UnsupportedModelError:
        return None
    except (RuntimeError, KeyError, ValueError, TypeError, AssertionError, IndexError, AttributeError) as error:
        raise BadModel(
            "The weights do not fit the net that spandrel takes them for.", str(error).splitlines()[0][:160]
        ) from error
    name = descriptor.architecture.name
    purposes = {"SR": "enlarges pictures", "FaceSR": "restores faces", "Inpainting": "fills holes"}
    if descriptor.purpose != "Restoration":
        raise BadModel(
            f"This is {name}, a net that {purposes.get(descriptor.purpose, 'does something else')}.", "It cannot derain."
        )
    if (descriptor.scale, descriptor.input_channels, descriptor.output_channels) != (1, 3, 3):
        raise BadModel(f"This {name} does not map a colour picture to one of the same size.", "It cannot derain.")
    net = BorrowedNet(descriptor).eval().requires_grad_(False)
    return net, Recognised(f"{BORROWED}{name}", name, {}, net.multiple_px, PRENET_RECEPTIVE_PX)


def load(arch: str, state: dict[str, Tensor]) -> BorrowedNet:
    """The net of a card whose `arch` begins with "spandrel:".

    Raises:
        BadModel: spandrel is not installed, or takes the weights for another net.
    """
    name = arch.removeprefix(BORROWED)
    if not installed():
        raise BadModel(f"{name} needs the optional package spandrel.", "Install it: pip install rainapp[foreign].")
    found = borrow(state)
    if found is None or found[1].arch != arch:
        raise BadModel(f"The weights are not those of {name}.", "Import the model again.")
    return found[0]


@cache
def _spandrel() -> Any:
    stand_ins = {} if _torchvision_works() else _torchvision_stand_ins()
    sys.modules.update(stand_ins)
    try:
        return importlib.import_module("spandrel")
    finally:
        for name in stand_ins:  # others must not take it for the real one
            sys.modules.pop(name, None)


def _torchvision_works() -> bool:
    try:
        importlib.import_module("torchvision.transforms.functional")
    except (ImportError, RuntimeError, OSError):  # RuntimeError: a build for another torch ("operator nms does not exist")
        for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
            del sys.modules[name]
        return False
    return True


def _torchvision_stand_ins() -> dict[str, types.ModuleType]:
    """What spandrel 0.4 takes from torchvision; only nets for faces and for filling holes call any of it."""
    top, transforms, functional = (
        types.ModuleType(name) for name in ("torchvision", "torchvision.transforms", "torchvision.transforms.functional")
    )

    def rotate(*_given: object, **_options: object) -> Tensor:
        raise BadModel("This net needs torchvision, which does not work here.")

    def normalize(picture: Tensor, mean: list[float], std: list[float]) -> Tensor:
        return (picture - torch.tensor(mean)[:, None, None]) / torch.tensor(std)[:, None, None]

    members = {"InterpolationMode": enum.Enum("InterpolationMode", ["NEAREST", "BILINEAR"]), "rotate": rotate}
    vars(functional).update(members | {"normalize": normalize})
    vars(transforms)["functional"] = functional
    vars(top)["transforms"] = transforms
    return {module.__name__: module for module in (top, transforms, functional)}
