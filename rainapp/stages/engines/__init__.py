"""Engines: a net made runnable on a device, behind one contract.

An engine is a net with its condition bound, on one device, in one precision. Which of them serves a model best is measured
once on this machine and remembered (`choice`). `pytorch` runs on CUDA, MPS and the CPU; `openvino` on the CPU.

Importing torch takes seconds. A net that was translated for OpenVINO before does not need it, so nothing here imports it before
it is used.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from rainapp.cards import Veil
from rainapp.image import Pixels
from rainapp.loading import load_libraries

if TYPE_CHECKING:
    from torch import nn

EngineName = Literal["torch", "openvino"]
PrecisionName = Literal["fp32", "bf16", "fp16"]
Tiles = NDArray[np.float32]
Stop = Callable[[], bool]  # whether the result is not wanted any more


class Engine(Protocol):
    """A net ready to run; calls from several threads are safe and follow one another. Nothing of a call is kept after it.

    Raises (when called):
        MemoryError: the tile is too large for the memory that is left.
        DeviceLost: the accelerator stopped answering.
        EngineFailed: the library that computes failed for another reason.
        Cancelled: `stop` said so; engines that cannot be stopped half-way do not ask.
    """

    name: EngineName
    device: str
    precision: PrecisionName

    def __call__(self, tiles: Tiles) -> Tiles:
        """Derain `tiles` (B, 3, H, W) float32, sRGB-encoded 0 to 1; the same shape and type out, not clipped."""
        ...

    def render(self, pixels: Pixels, stop: Stop | None = None) -> Tiles:
        """Derain one tile of a picture, (H, W, 3) as in the file; (H, W, 3) float32 out, 0 to 1, not clipped."""
        ...

    def prepare(self, height: int, width: int) -> None:
        """Make ready for tiles of 8 bit of this size, where that takes time. Raises what a call does."""
        ...

    def release(self) -> None:
        """Let go of what is kept for sizes met before, so that the next call begins afresh; they take a moment again."""
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
    """A net and what engines need to know of it.

    `load` gives it as float32 on the CPU; `sha256` names its weights and shape; `multiple_px` is the step of the sides it works
    on; `conditional`: it is told whether haze goes too; `channels` go in.
    """

    load: Callable[[], "nn.Module"]
    sha256: str
    multiple_px: int
    veil: Veil = "keep"
    conditional: bool = False
    arch: str = ""
    channels: int = 3

    @cached_property
    def net(self) -> "nn.Module":
        """The net, loaded when first asked for. Raises BadModel."""
        return self.load()

    @property
    def clear(self) -> float | None:
        """The condition: 1 where haze goes too, 0 where it stays, None where the net takes none."""
        return float(self.veil == "clear") if self.conditional else None


def make(model: Model, variant: Variant) -> Engine:
    """The engine that runs `model` as `variant` says; takes seconds.

    Raises:
        BadTreatment: this machine cannot run the variant, or the engine cannot run the net.
    """
    if variant.engine == "openvino":
        from rainapp.stages.engines.openvino import OpenVinoEngine

        return OpenVinoEngine(model, variant.precision)
    load_libraries("torch")
    from rainapp.stages.engines.pytorch import TorchEngine

    return TorchEngine(model, variant.device, variant.precision)


_locks: dict[str, threading.Lock] = {}


def device_lock(device: str) -> threading.Lock:
    """The one lock of a device, held for a single forward pass, so that a preview slips in between two tiles."""
    return _locks.setdefault(device, threading.Lock())
