"""Running a net that takes other planes than those of a picture: (1, C, H, W) in, (1, 3, H, W) out, in float32.

On a CPU in OpenVINO where that runs the derainer too, elsewhere in torch. OpenVINO compiles a net for each size, so who calls
should keep to few; the two used last stay.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from rainapp.errors import BadTreatment
from rainapp.loading import load_libraries
from rainapp.stages.engines import EngineName, Model, Tiles, device_lock
from rainapp.stages.engines.converted import converted, core

Run = Callable[[Tiles], Tiles]
SIZES_KEPT = 2


def runner(model: Model, engine: EngineName, device: str) -> Run:
    """What runs `model` on `device`; in torch where OpenVINO does not take it.

    Raises:
        BadModel: the weights do not fit the net.
    """
    if engine == "openvino":
        try:
            return OpenVinoRun(converted(model))
        except BadTreatment:
            pass  # it is not worth a refusal: torch does the same, slower
    return TorchRun(model, device)


class OpenVinoRun:
    """A net in OpenVINO on the CPU."""

    def __init__(self, net: Any) -> None:
        """`net` as `converted` gives it."""
        self._net = net
        self._compiled: dict[tuple[int, ...], Any] = {}  # by the shape of the planes

    def __call__(self, planes: Tiles) -> Tiles:
        """Run it; raises MemoryError, or RuntimeError where OpenVINO fails."""
        with device_lock("cpu"):
            if planes.shape not in self._compiled:
                self._compiled = dict(list(self._compiled.items())[1 - SIZES_KEPT :])
                self._compiled[planes.shape] = self._compile(planes.shape)
            return np.array(self._compiled[planes.shape].infer([planes])[0], np.float32)

    def _compile(self, shape: tuple[int, ...]) -> Any:
        net = self._net.clone()
        net.reshape(list(shape))
        hints = {"INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY"}
        return core().compile_model(net, "CPU", hints).create_infer_request()


class TorchRun:
    """A net in torch on any device."""

    def __init__(self, model: Model, device: str) -> None:
        """Move the net to `device`."""
        load_libraries("torch")
        self._net, self._device = model.net.to(device), device

    def __call__(self, planes: Tiles) -> Tiles:
        """Run it; raises MemoryError, also where the device has none left."""
        import torch

        try:
            with device_lock(self._device), torch.inference_mode():
                made = self._net(torch.from_numpy(planes).to(self._device))
                return np.asarray(made.cpu().numpy(), np.float32)
        except torch.OutOfMemoryError as error:
            raise MemoryError from error
