"""What a person can send us when something went wrong: versions, words and the end of the log; nobody's names in it."""

import contextlib
import os
import platform
import time
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from rainapp.base.diagnosis.idle_gpu import graphics_chip, torch_build
from rainapp.base.diagnosis.redaction import redacted
from rainapp.base.own_command import is_frozen
from rainapp.base.own_files import OWNER, open_own
from rainapp.base.paths import log_dir
from rainapp.base.textfile import write_text
from rainapp.base.version import VERSION

LOG_NAME = "rainapp.log"
LOG_TAIL = 4000
REPORTS_MAX = 5
_REPORT = "report-"
_PACKAGES = ("PySide6-Essentials", "torch", "openvino", "opencv-python-headless", "pillow", "av", "numpy")


def report(happened: str, known: Iterable[Path] = ()) -> str:
    """A text about `happened` with everything that helps to understand it.

    Folders, names of files (those of `known` in any form), of the person and of the computer are taken out.
    """
    lines = [happened.strip(), "", f"rainapp {VERSION}{' (bundle)' if is_frozen() else ''}"]
    lines.append(f"Python {platform.python_version()}, {platform.platform()}")
    for package in _PACKAGES:
        with contextlib.suppress(PackageNotFoundError):
            lines.append(f"{package} {version(package)}")
    lines.append(f"graphics: {graphics_chip() or 'none seen'}; torch is built for {torch_build() or 'nothing'}")
    with contextlib.suppress(OSError), open_own(log_dir() / LOG_NAME, writes=False) as file:  # a link may lead to a secret
        file.seek(max(0, file.seek(0, os.SEEK_END) - LOG_TAIL))
        lines += ["", "End of the log:", file.read(LOG_TAIL).decode("utf-8", "replace")]
    return redacted("\n".join(lines), known)


def about_file(path: Path, kind: str, message: str, hint: str) -> str:
    """The report about one file; not even its name is told, only its suffix."""
    return report(f"{path.name}: {kind}: {message} {hint}", (path,))


def save_report(text: str) -> Path:
    """Keep a report as a file beside the log; the oldest of many go.

    Raises:
        UnwritableFile: no space, no permission.
    """
    made = write_text(log_dir() / f"{_REPORT}{time.strftime('%Y%m%d-%H%M%S')}.txt", text, like=OWNER)
    for old in sorted(log_dir().glob(f"{_REPORT}*.txt"), key=lambda path: path.stat().st_mtime_ns)[:-REPORTS_MAX]:
        with contextlib.suppress(OSError):
            old.unlink()
    return made
