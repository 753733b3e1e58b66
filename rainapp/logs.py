"""The log: one file that turns over, for what a person may want to report. Standard error stays for words meant for people."""

import contextlib
import errno
import logging
import logging.handlers
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from rainapp.escapes import EscapingFormatter, EscapingStream, escaped_lines, escaping
from rainapp.paths import log_dir

BYTES_MAX = 1 << 20
OLDER_FILES = 2
READER_S = 5.0


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
            words = stack.enter_context(_into_log())
            os.dup2(words, 2)
            stack.callback(_restore, sys.stderr, ours)
            ours_alone = open(  # noqa: SIM115 - closed by _restore
                ours, "w", buffering=1, encoding=sys.stderr.encoding, errors="backslashreplace", closefd=False
            )
            sys.stderr = escaping(ours_alone) if isinstance(sys.stderr, EscapingStream) else ours_alone
        yield


@contextlib.contextmanager
def _into_log() -> Iterator[int]:
    """A file descriptor whose bytes reach the log, with control characters as escapes: decoders quote names and files.

    They come through a pipe. A decoder that says more than fits it while this thread cannot run is not waited for, which
    could last for ever; those words are lost.
    """
    log = os.open(log_file() if log_file().is_file() else os.devnull, os.O_WRONLY | os.O_APPEND)
    source, words = os.pipe()
    reader = threading.Thread(target=_pass_on, args=(source, log), daemon=True, name="native-words")
    try:
        os.set_blocking(words, False)  # Windows has no such pipes before Python 3.12
    except (AttributeError, OSError):
        yield log
    else:
        reader.start()
        yield words
    finally:
        os.close(words)
        if reader.ident is not None:
            reader.join(READER_S)  # a child process may hold the pipe open
        if not reader.is_alive():
            os.close(source)
            os.close(log)


def _pass_on(source: int, log: int) -> None:
    while block := os.read(source, 1 << 16):
        with contextlib.suppress(OSError):  # a full disk: these words are lost
            os.write(log, escaped_lines(block.decode("utf-8", "backslashreplace")).encode())


def _restore(before: TextIO, ours: int) -> None:
    sys.stderr.close()
    os.dup2(ours, 2)
    os.close(ours)
    sys.stderr = before
