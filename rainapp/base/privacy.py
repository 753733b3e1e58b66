"""Nothing leaves this computer: libraries that report home of their own accord are kept from it.

OpenVINO sends an event to its makers at every import, without asking (openvino/tools/ovc/__init__.py, 2026.4). It has a
stand-in for when its telemetry package is missing, so that package is made to look missing. The hub that diffusers imports can
report and fetch; nothing here asks it to, and it is told to do neither. Call before importing openvino or diffusers.
"""

import os
import sys
from typing import cast

_REPORTERS = ("openvino_telemetry",)
_SWITCHES = ("HF_HUB_OFFLINE", "HF_HUB_DISABLE_TELEMETRY", "DO_NOT_TRACK")


def silence_reporters() -> None:
    """Let the telemetry packages of libraries appear as not installed; harmless where they are not, or were silenced before."""
    modules = cast(dict[str, object], sys.modules)
    for name in _REPORTERS:
        modules[name] = None  # None there means: importing this raises ImportError
    for switch in _SWITCHES:
        os.environ[switch] = "1"
