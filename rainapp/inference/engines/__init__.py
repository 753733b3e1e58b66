"""Engines: a net made runnable on a device, behind one contract.

An engine is a net on one device, in one precision. What the net takes beside the picture goes in with every call, so one engine
serves all of it. Which of them serves a model best is measured
once on this machine and remembered (`choice`). `pytorch` runs on CUDA, MPS and the CPU; `openvino` on the CPU.

Importing torch takes seconds. A net that was translated for OpenVINO before does not need it, so nothing here imports it before
it is used.
"""

from rainapp.inference.engines.contract import (
    Conditions,
    Engine,
    EngineName,
    Model,
    PrecisionName,
    Stop,
    Tiles,
    Variant,
    device_lock,
    filled,
)
from rainapp.inference.engines.making import make

__all__ = [
    "Conditions",
    "Engine",
    "EngineName",
    "Model",
    "PrecisionName",
    "Stop",
    "Tiles",
    "Variant",
    "device_lock",
    "filled",
    "make",
]
