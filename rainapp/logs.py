"""The log: one file that turns over, for what a person may want to report. Standard error stays for words meant for people."""

import contextlib
import errno
import logging
import logging.handlers
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from rainapp.escapes import EscapingFormatter, EscapingStream, escaping
from rainapp.paths import log_dir

BYTES_MAX = 1 << 20
OLDER_FILES = 2


def log_file() -> Path:
    """The log's path; need not exist."""
    return log_dir() / "rainapp.log"


def start_log() -> Path | None:
    """Log into a file from now on; its path, or None where no file can be made (then nothing is logged).

    Python's own warnings go there too: on a terminal they help nobody.
    """
    logging.captureWarnings(True)
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    path = log_file()
    handler: logging.Handler
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        require_writable(path)
        handler = logging.handlers.RotatingFileHandler(
            path, maxBytes=BYTES_MAX, backupCount=OLDER_FILES, encoding="utf-8", errors="backslashreplace", delay=False
        )
    except OSError:
        root.addHandler(logging.NullHandler())
        return None
    handler.setFormatter(EscapingFormatter("%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"))
    root.addHandler(handler)
    return path


def require_writable(path: Path) -> None:
    """Raise OSError where a pipe or a device lies at the log's place: opening it could wait for ever."""
    if path.exists() and not path.is_file():
        raise OSError(errno.EINVAL, "the log is no regular file", str(path))


@contextlib.contextmanager
def native_words_logged() -> Iterator[None]:
    """Within the block, what decoders print on their own (libpng, libtiff, …) goes to the log; Python's stderr stays as it is.

    These libraries write to file descriptor 2, past Python. Where standard error is no real file (tests), nothing happens.
    """
    with contextlib.ExitStack() as stack:
        try:
            real = sys.stderr.fileno() == 2
        except (OSError, ValueError, AttributeError):  # replaced, closed, or absent as in a windowed application
            real = False
        if real:
            sys.stderr.flush()
            ours = os.dup(2)
            log = os.open(log_file() if log_file().is_file() else os.devnull, os.O_WRONLY | os.O_APPEND)
            os.dup2(log, 2)
            os.close(log)
            stack.callback(_restore, sys.stderr, ours)
            ours_alone = open(  # noqa: SIM115 - closed by _restore
                ours, "w", buffering=1, encoding=sys.stderr.encoding, errors="backslashreplace", closefd=False
            )
            sys.stderr = escaping(ours_alone) if isinstance(sys.stderr, EscapingStream) else ours_alone
        yield


def _restore(before: TextIO, ours: int) -> None:
    sys.stderr.close()
    os.dup2(ours, 2)
    os.close(ours)
    sys.stderr = before
