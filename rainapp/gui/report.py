"""What a person can send us when something went wrong: versions, words and the end of the log; no names of folders."""

import contextlib
import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from rainapp import __version__
from rainapp.paths import log_dir
from rainapp.regular import read_regular

LOG_NAME = "rainapp.log"
LOG_TAIL = 4000
LOG_BYTES_MAX = 64 << 20
_PACKAGES = ("PySide6-Essentials", "torch", "openvino", "opencv-python-headless", "pillow", "av", "numpy")


def report(happened: str) -> str:
    """A text about `happened` with everything that helps to understand it; the home folder is replaced by "~"."""
    lines = [happened.strip(), "", f"rainapp {__version__}", f"Python {platform.python_version()}, {platform.platform()}"]
    for package in _PACKAGES:
        with contextlib.suppress(PackageNotFoundError):
            lines.append(f"{package} {version(package)}")
    with contextlib.suppress(OSError):
        tail = read_regular(log_dir() / LOG_NAME, LOG_BYTES_MAX).decode("utf-8", "replace")[-LOG_TAIL:]
        lines += ["", "End of the log:", tail]
    return "\n".join(lines).replace(os.path.expanduser("~") + os.sep, f"~{os.sep}")


def about_file(path: Path, kind: str, message: str, hint: str) -> str:
    """The report about one file; only its name is told."""
    return report(f"{path.name}: {kind}: {message} {hint}")
