"""Engines: a net made runnable on a device, behind one contract.

An engine is a net with its condition bound, on one device, in one precision. Which of them serves a model best is measured
once on this machine and remembered (`choice`). `pytorch` runs on CUDA, MPS and the CPU; `openvino` on the CPU.
"""

import threading
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from torch import nn

from rainapp.cards import Veil
from rainapp.image import Pixels

EngineName = Literal["torch", "openvino"]
PrecisionName = Literal["fp32", "bf16", "fp16"]
Tiles = NDArray[np.float32]


class Engine(Protocol):
    """A net ready to run; calls from several threads are safe and follow one another.

    Raises (when called):
        torch.OutOfMemoryError, MemoryError: the tile is too large for the memory that is left.
        DeviceLost: the accelerator stopped answering.
    """

    name: EngineName
    device: str
    precision: PrecisionName

    def __call__(self, tiles: Tiles) -> Tiles:
        """Derain `tiles` (B, 3, H, W) float32, sRGB-encoded 0 to 1; the same shape and type out, not clipped."""
        ...

    def render(self, pixels: Pixels) -> Tiles:
        """Derain one tile of a picture, (H, W, 3) as in the file; (H, W, 3) float32 out, 0 to 1, not clipped."""
        ...


@dataclass(frozen=True)
class Variant:
    """One way to run a net: which engine, where, how precisely."""

    engine: EngineName
    device: str
    precision: PrecisionName

    def __str__(self) -> str:
        """For files and messages, for example "openvino cpu bf16"."""
        return f"{self.engine} {self.device} {self.precision}"


@dataclass(frozen=True)
class Model:
    """A loaded net and what engines need to know of it.

    `net` is float32 on the CPU; `sha256` names its weights; `multiple_px` is the step of the sides it works on.
    """

    net: nn.Module
    sha256: str
    multiple_px: int
    veil: Veil = "keep"

    @property
    def clear(self) -> float | None:
        """The condition: 1 where haze goes too, 0 where it stays, None where the net takes none."""
        return float(self.veil == "clear") if getattr(self.net, "conditional", False) else None


def make(model: Model, variant: Variant) -> Engine:
    """The engine that runs `model` as `variant` says; takes seconds.

    Raises:
        BadTreatment: this machine cannot run the variant, or the engine cannot run the net.
    """
    if variant.engine == "openvino":
        from rainapp.stages.engines.openvino import OpenVinoEngine

        return OpenVinoEngine(model, variant.precision)
    from rainapp.stages.engines.pytorch import TorchEngine

    return TorchEngine(model, variant.device, variant.precision)


_locks: dict[str, threading.Lock] = {}


def device_lock(device: str) -> threading.Lock:
    """The one lock of a device, held for a single forward pass, so that a preview slips in between two tiles."""
    return _locks.setdefault(device, threading.Lock())
