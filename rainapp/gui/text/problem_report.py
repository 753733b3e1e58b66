"""What a person can send us when something went wrong: versions, words and the end of the log; no names of folders."""

import contextlib
import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from rainapp.base.own_files import open_own
from rainapp.base.paths import log_dir
from rainapp.base.version import VERSION

LOG_NAME = "rainapp.log"
LOG_TAIL = 4000
_PACKAGES = ("PySide6-Essentials", "torch", "openvino", "opencv-python-headless", "pillow", "av", "numpy")


def report(happened: str) -> str:
    """A text about `happened` with everything that helps to understand it; the home folder is replaced by "~"."""
    lines = [happened.strip(), "", f"rainapp {VERSION}", f"Python {platform.python_version()}, {platform.platform()}"]
    for package in _PACKAGES:
        with contextlib.suppress(PackageNotFoundError):
            lines.append(f"{package} {version(package)}")
    with contextlib.suppress(OSError), open_own(log_dir() / LOG_NAME, writes=False) as file:  # a link may lead to a secret
        file.seek(max(0, file.seek(0, os.SEEK_END) - LOG_TAIL))
        lines += ["", "End of the log:", file.read(LOG_TAIL).decode("utf-8", "replace")]
    return "\n".join(lines).replace(os.path.expanduser("~") + os.sep, f"~{os.sep}")


def about_file(path: Path, kind: str, message: str, hint: str) -> str:
    """The report about one file; only its name is told."""
    return report(f"{path.name}: {kind}: {message} {hint}")
