"""The engine that runs everywhere: torch on CUDA, MPS and the CPU.

Pictures are laid out channels-last, which is 15 to 60 % faster on CPUs and what half-precision GPU kernels want. A tile goes to
the device as it is in the file (8 or 16 bit) and becomes float there: a quarter of the traffic.
"""

import contextlib
import copy
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from rainapp.base.errors import BadTreatment, DeviceLost
from rainapp.base.image import Pixels
from rainapp.inference.engines.contract import (
    Conditions,
    EngineName,
    Model,
    PrecisionName,
    Stop,
    Tiles,
    device_lock,
    filled,
)
from rainapp.inference.engines.failures import told

DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """Torch on one core, for many small steps: they gain little from more, and on a busy machine threads wait for each other.

    Beside another process that took 25 CPU seconds for what takes 4 on one core: fold, trace and try a net.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


class TorchEngine:
    """A copy of the net on `device`, its inside in `precision`."""

    name: EngineName = "torch"

    def __init__(self, model: Model, device: str, precision: PrecisionName) -> None:
        """Move a copy of the net.

        Raises:
            BadTreatment: the device is not there.
        """
        self.device = device
        self.precision = precision
        self._conditions = model.conditions
        self._lock = device_lock(device)
        try:
            net = copy.deepcopy(model.net).to(device=torch.device(device), dtype=DTYPES[precision])
        except (RuntimeError, AssertionError) as error:
            if isinstance(error, torch.OutOfMemoryError):
                raise
            raise BadTreatment(f"The device “{device}” cannot be used.", "Choose the device cpu.") from error
        for parameter in net.parameters():
            if parameter.ndim == 4:
                parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)
        self._net = net

    def __call__(self, tiles: Tiles, conditions: Conditions | None = None) -> Tiles:
        """Derain `tiles` (B, 3, H, W); see `Engine`."""
        with self._lock, torch.inference_mode(), told_by_torch(self.device):
            derained = self._run(torch.from_numpy(np.ascontiguousarray(tiles)).to(self.device), conditions)
            result: Tiles = derained.cpu().numpy()
        return result

    def render(self, pixels: Pixels, stop: Stop | None = None, conditions: Conditions | None = None) -> Tiles:
        """Derain one tile (H, W, 3) as in the file; see `Engine`."""
        peak = int(np.iinfo(pixels.dtype).max)
        with self._lock, torch.inference_mode(), told_by_torch(self.device):
            # copied: pictures are read-only, and torch warns of arrays it may not write
            there = torch.from_numpy(pixels.copy()).to(self.device)
            rainy = there.permute(2, 0, 1)[None].float().div_(peak)
            result: Tiles = self._run(rainy, conditions)[0].permute(1, 2, 0).contiguous().cpu().numpy()
        return result

    def prepare(self, height: int, width: int) -> None:
        """Any size is as ready as another."""

    def release(self) -> None:
        """Nothing is kept for a size."""

    def _run(self, rainy: Tensor, conditions: Conditions | None) -> Tensor:
        rainy = rainy.contiguous(memory_format=torch.channels_last)
        values = filled(conditions, self._conditions, len(rainy))
        named = zip(self._conditions, values, strict=True)
        derained: Tensor = self._net(rainy, **{each.name: torch.from_numpy(value).to(rainy.device) for each, value in named})
        return derained.float()


@contextlib.contextmanager
def told_by_torch(device: str) -> Iterator[None]:
    """Turn failures on `device` into `MemoryError`, `DeviceLost` or `EngineFailed`, with the cause kept."""
    with told("torch"):
        try:
            yield
        except torch.OutOfMemoryError as error:
            raise MemoryError from error
        except torch.AcceleratorError as error:
            hint = "Try again; if it comes back, choose the CPU as the device."
            raise DeviceLost(f"The device “{device}” stopped answering.", hint) from error
