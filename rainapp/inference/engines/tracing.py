"""A net of torch translated for OpenVINO. Imported when a model is met for the first time; later its translation is kept."""

import warnings
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from rainapp.base.errors import BadTreatment
from rainapp.base.privacy import silence_reporters
from rainapp.inference.engines.contract import Model
from rainapp.inference.engines.pytorch import one_thread
from rainapp.nets import registry


class InOrder(nn.Module):
    """A net that takes its conditions in their order instead of by name, for tracing."""

    def __init__(self, net: nn.Module, names: Sequence[str]) -> None:
        super().__init__()
        self.net, self.names = net, tuple(names)

    def forward(self, rainy: Tensor, *conditions: Tensor) -> Tensor:
        """(B, 3, H, W) out, and in for a derainer."""
        derained: Tensor = self.net(rainy, **dict(zip(self.names, conditions, strict=True)))
        return derained


def translated(model: Model) -> Any:
    """Trace the net and translate it, by the parts of which `openvino.convert_model` is made.

    That function itself takes four times as long, and starts threads that report its use over the network.

    Raises:
        BadTreatment: OpenVINO does not take the net.
        BadModel: its weights do not fit it.
    """
    with one_thread():
        return _translated(model)


def _translated(model: Model) -> Any:
    if not getattr(model.net, "traceable", True):
        raise BadTreatment("OpenVINO cannot convert this model.", "Use the engine torch.")
    silence_reporters()
    from openvino.frontend import FrontEndManager, OpConversionFailure
    from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder

    side = 4 * model.multiple_px
    example = (torch.zeros(1, model.channels, side, side), *(torch.zeros(1, *each.size) for each in model.conditions))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tracing warns of the padding branch, which sides in multiples never take
        try:
            ordered = InOrder(registry.for_inference(model.net), [each.name for each in model.conditions])
            traced = torch.jit.trace(ordered, example, check_trace=False)  # type: ignore[no-untyped-call]
            decoder = TorchScriptPythonDecoder(traced, example_input=example)  # must outlive the translation
            frontend = FrontEndManager().load_by_framework("pytorch")
            return frontend.convert(frontend.load(decoder))
        except (RuntimeError, OpConversionFailure) as error:
            raise BadTreatment("OpenVINO cannot convert this model.", "Use the engine torch.") from error
