"""A net of torch translated for OpenVINO. Imported when a model is met for the first time; later its translation is kept."""

import warnings
from typing import Any

import torch
from torch import Tensor, nn

from rainapp import nets
from rainapp.errors import BadTreatment
from rainapp.privacy import silence_reporters
from rainapp.stages.engines import Model
from rainapp.stages.engines.pytorch import one_thread


class Bound(nn.Module):
    """A net whose condition is a constant, so that an engine sees one input."""

    def __init__(self, net: nn.Module, clear: float | None) -> None:
        super().__init__()
        self.net = net
        self.clear = None if clear is None else torch.tensor([clear])

    def forward(self, rainy: Tensor) -> Tensor:
        """(B, 3, H, W) out, and in for a derainer."""
        derained: Tensor = self.net(rainy) if self.clear is None else self.net(rainy, self.clear)
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
    example = (torch.zeros(1, model.channels, side, side),)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tracing warns of the padding branch, which sides in multiples never take
        try:
            bound = Bound(nets.for_inference(model.net), model.clear)
            traced = torch.jit.trace(bound, example, check_trace=False)  # type: ignore[no-untyped-call]
            decoder = TorchScriptPythonDecoder(traced, example_input=example)  # must outlive the translation
            frontend = FrontEndManager().load_by_framework("pytorch")
            return frontend.convert(frontend.load(decoder))
        except (RuntimeError, OpConversionFailure) as error:
            raise BadTreatment("OpenVINO cannot convert this model.", "Use the engine torch.") from error
