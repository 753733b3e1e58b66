"""Nothing leaves this computer: libraries that report home of their own accord are kept from it.

OpenVINO sends an event to its makers at every import, without asking (openvino/tools/ovc/__init__.py, 2026.4). It has a
stand-in for when its telemetry package is missing, so that package is made to look missing. Call before importing openvino.
"""

import sys
from typing import cast

_REPORTERS = ("openvino_telemetry",)


def silence_reporters() -> None:
    """Let the telemetry packages of libraries appear as not installed; harmless where they are not, or were silenced before."""
    modules = cast(dict[str, object], sys.modules)
    for name in _REPORTERS:
        modules[name] = None  # None there means: importing this raises ImportError
