"""What is left of a crash that no `except` sees: of a library, or of Python itself.

Python writes where every thread was into a file that lies open for it. The next start finds it.
"""

import contextlib
import faulthandler
import os
from io import FileIO

from rainapp.base.own_files import OWNER, make_closed, open_own, open_to_append
from rainapp.base.paths import log_dir

NAME = "crash.log"
BYTES_MAX = 64 << 10

_open: FileIO | None = None  # faulthandler keeps a number only, so the file has to live


def last_crash() -> str:
    """What the crash of a former run left, "" where there was none; it is told once."""
    path = log_dir() / NAME
    try:
        with open_own(path, writes=True) as file:
            told = file.read(BYTES_MAX).decode("utf-8", "replace")
            os.truncate(file.fileno(), 0)
    except OSError:
        return ""
    return told.strip()


def watch() -> None:
    """From now on a crash leaves its traces in the file. Where none can be had, nothing is watched."""
    global _open
    with contextlib.suppress(OSError):
        make_closed(log_dir(), OWNER)
        file = open_to_append(log_dir() / NAME, OWNER)
        faulthandler.enable(file.fileno())
        _open, before = file, _open
        if before is not None:
            before.close()


def rest() -> None:
    """Watch no more."""
    global _open
    if _open is not None:
        faulthandler.disable()
        _open.close()
        _open = None
