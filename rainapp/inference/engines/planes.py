"""Running a net that takes other planes than those of a picture: (1, C, H, W) in, (1, 3, H, W) out, in float32.

On a CPU in OpenVINO where that runs the derainer too, elsewhere in torch. OpenVINO compiles a net for each size, so who calls
should keep to few; the two used last stay. Where an engine fails, torch on the CPU goes on (`Lasting`).
"""

import copy
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from rainapp.base.errors import BadTreatment, EngineFailed
from rainapp.base.loading import load_libraries
from rainapp.inference.engines.contract import EngineName, Model, PrecisionName, Tiles, device_lock
from rainapp.inference.engines.converted import converted
from rainapp.inference.engines.failures import told, twice, went_on
from rainapp.inference.engines.openvino import compile_net, infer

Tell = Callable[[str], None]
SIZES_KEPT = 2


class Run(Protocol):
    """A net on one device.

    Raises (when called):
        MemoryError: there is not enough left.
        EngineFailed: what computes it fails.
        DeviceLost: the accelerator stopped answering.
    """

    engine: EngineName
    device: str

    def __call__(self, planes: Tiles) -> Tiles:
        """Run the net on `planes`."""
        ...

    def release(self) -> None:
        """Let go of what is kept, so that the next call begins afresh."""
        ...


def runner(model: Model, engine: EngineName, device: str, precision: PrecisionName = "fp32") -> "Lasting":
    """What runs `model` on `device`; in torch, in float32, where OpenVINO does not take it.

    Raises:
        BadModel: the weights do not fit the net.
    """
    if engine == "openvino":
        try:
            return Lasting(OpenVinoRun(converted(model), precision), model)
        except BadTreatment:
            pass  # it is not worth a refusal: torch does the same, slower
    return Lasting(TorchRun(model, device), model)


class Lasting:
    """Runs a net, and where that fails twice goes on in torch on the CPU."""

    def __init__(self, run: Run, model: Model) -> None:
        """`run` runs `model`."""
        self.run = run
        self._model = model
        self._notice = ""

    def __call__(self, planes: Tiles, tell: Tell | None = None) -> Tiles:
        """Run it; `tell` hears what a person should know of how. Raises what `Run` does."""
        run = self.run
        try:
            made = twice(lambda: run(planes), run.release)
        except EngineFailed:
            if (run.engine, run.device) == ("torch", "cpu"):
                raise
            rescue = TorchRun(self._model, "cpu")
            made = rescue(planes)
            self.run, self._notice = rescue, went_on(run.engine, run.device)
        if self._notice and tell is not None:
            tell(self._notice)
        return made


class OpenVinoRun:
    """A net in OpenVINO on the CPU."""

    engine: EngineName = "openvino"
    device = "cpu"

    def __init__(self, net: Any, precision: PrecisionName = "fp32") -> None:
        """`net` as `converted` gives it."""
        self._net, self.precision = net, precision
        self._compiled: dict[tuple[int, ...], Any] = {}  # by the shape of the planes

    def __call__(self, planes: Tiles) -> Tiles:
        """Run it; see `Run`."""
        made: Tiles = np.empty((planes.shape[0], 3, *planes.shape[2:]), np.float32)
        with device_lock(self.device), told(self.engine):
            if planes.shape not in self._compiled:
                self._compiled = dict(list(self._compiled.items())[1 - SIZES_KEPT :])
                self._compiled[planes.shape] = self._compile(planes.shape)
            infer(self._compiled[planes.shape], [planes], made)
        return made

    def release(self) -> None:
        """Let the compiled nets go; see `Run`."""
        with device_lock(self.device):
            self._compiled = {}

    def _compile(self, shape: tuple[int, ...]) -> Any:
        net = self._net.clone()
        net.reshape(list(shape))
        return compile_net(net, self.precision)


class TorchRun:
    """A net in torch on any device."""

    engine: EngineName = "torch"

    def __init__(self, model: Model, device: str) -> None:
        """Move a copy of the net to `device`."""
        load_libraries("torch")
        self._net, self.device = copy.deepcopy(model.net).to(device), device

    def __call__(self, planes: Tiles) -> Tiles:
        """Run it; see `Run`."""
        import torch

        from rainapp.inference.engines.pytorch import told_by_torch

        with device_lock(self.device), torch.inference_mode(), told_by_torch(self.device):
            made = self._net(torch.from_numpy(planes).to(self.device))
            return np.asarray(made.cpu().numpy(), np.float32)

    def release(self) -> None:
        """Nothing is kept for a size."""
