"""What an engine is, and what it runs: the contract that all engines share. Nothing here imports torch."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from rainapp.base.errors import BadTreatment
from rainapp.base.image import Pixels
from rainapp.nets.spec import Condition

if TYPE_CHECKING:
    from torch import nn

EngineName = Literal["torch", "openvino"]
PrecisionName = Literal["fp32", "bf16", "fp16"]
Tiles = NDArray[np.float32]
Stop = Callable[[], bool]  # whether the result is not wanted any more
Conditions = Mapping[str, NDArray[np.float32]]
"""What a net takes beside a picture, by name, in the axes of its `Condition`; what is left out is 0."""


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

    def __call__(self, tiles: Tiles, conditions: Conditions | None = None) -> Tiles:
        """Derain `tiles` (B, 3, H, W) float32, sRGB-encoded 0 to 1; the same shape and type out, not clipped."""
        ...

    def render(self, pixels: Pixels, stop: Stop | None = None, conditions: Conditions | None = None) -> Tiles:
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
    on; `conditions` are what it takes beside the picture, in the order in which it takes them; `channels` go in.
    """

    load: Callable[[], "nn.Module"]
    sha256: str
    multiple_px: int
    conditions: tuple[Condition, ...] = ()
    arch: str = ""
    channels: int = 3

    @cached_property
    def net(self) -> "nn.Module":
        """The net, loaded when first asked for. Raises BadModel."""
        return self.load()


def filled(conditions: Conditions | None, known: Sequence[Condition], count: int) -> list[NDArray[np.float32]]:
    """The conditions of `count` pictures in the order in which a net takes them, each (count, *size) float32; 0 by default.

    Raises:
        BadTreatment: one that the net does not take, or of other axes.
    """
    given = dict(conditions or {})
    made = []
    for each in known:
        value = np.asarray(given.pop(each.name, np.zeros(each.size)), np.float32)
        if value.shape != each.size:
            raise BadTreatment(f"The condition “{each.name}” of the model has the axes {each.size}, not {value.shape}.")
        made.append(np.array(np.broadcast_to(value, (count, *each.size))))
    if given:
        raise BadTreatment(f"The model does not take the condition “{next(iter(given))}”.")
    return made


_locks: dict[str, threading.Lock] = {}


def device_lock(device: str) -> threading.Lock:
    """The one lock of a device, held for a single forward pass, so that a preview slips in between two tiles."""
    return _locks.setdefault(device, threading.Lock())
