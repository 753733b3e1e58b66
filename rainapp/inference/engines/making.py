"""Making an engine of a model. Each library is loaded when the first engine of it is made."""

from rainapp.base.loading import load_libraries
from rainapp.inference.engines.contract import Engine, Model, Variant


def make(model: Model, variant: Variant) -> Engine:
    """The engine that runs `model` as `variant` says; takes seconds.

    Raises:
        BadTreatment: this machine cannot run the variant, or the engine cannot run the net.
    """
    if variant.engine == "openvino":
        from rainapp.inference.engines.openvino import OpenVinoEngine

        return OpenVinoEngine(model, variant.precision)
    load_libraries("torch")
    from rainapp.inference.engines.pytorch import TorchEngine

    return TorchEngine(model, variant.device, variant.precision)
