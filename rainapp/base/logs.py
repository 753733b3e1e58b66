"""The log: one file that turns over, for what a person may want to report. Standard error stays for words meant for people."""

import contextlib
import io
import logging
import logging.handlers
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from rainapp.base.escapes import EscapingFormatter, EscapingStream, escaped_lines, escaping
from rainapp.base.own_files import OWNER, make_closed, narrow, open_to_append
from rainapp.base.paths import log_dir

BYTES_MAX = 1 << 20
OLDER_FILES = 2
READER_S = 5.0


def log_file() -> Path:
    """The log's path; need not exist."""
    return log_dir() / "rainapp.log"


class _OwnFileHandler(logging.handlers.RotatingFileHandler):
    """Writes to a file of ours alone, which others cannot read, or not at all: a link or a pipe could be lying at its name."""

    def _open(self) -> TextIO:  # type: ignore[override]  # what the library says it returns is not public
        raw = open_to_append(Path(self.baseFilename), OWNER)
        return io.TextIOWrapper(io.BufferedWriter(raw), self.encoding, self.errors, newline="\n")

    def doRollover(self) -> None:  # noqa: N802 - the name is the library's
        """Begin anew; where an older name cannot be had, what was written so far goes."""
        try:
            super().doRollover()
        except OSError:
            os.truncate(self.baseFilename, 0)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name is the library's
        """A log that cannot be written helps nobody, and a word about it on the terminal for every line less than that."""


def start_log() -> Path | None:
    """Log into a file from now on; its path, or None where no file can be made (then nothing is logged).

    Python's own warnings go there too: on a terminal they help nobody.
    """
    logging.captureWarnings(True)
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    try:
        handler = file_handler()
    except OSError:
        root.addHandler(logging.NullHandler())
        return None
    root.addHandler(handler)
    return log_file()


def file_handler() -> logging.Handler:
    """What writes the log; older files are closed to others too. Raises OSError, where no file of ours can be had."""
    path = log_file()
    make_closed(path.parent, OWNER)
    for number in range(1, OLDER_FILES + 1):
        with contextlib.suppress(OSError):
            narrow(path.with_name(f"{path.name}.{number}"), OWNER)
    handler = _OwnFileHandler(path, maxBytes=BYTES_MAX, backupCount=OLDER_FILES, encoding="utf-8", errors="backslashreplace")
    handler.setFormatter(EscapingFormatter("%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"))
    return handler


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
    log = _log_or_nothing()
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


def _log_or_nothing() -> int:
    """The log as it is there, open for adding to it; else what swallows everything."""
    if os.path.lexists(log_file()):
        with contextlib.suppress(OSError), open_to_append(log_file(), OWNER) as file:
            return os.dup(file.fileno())
    return os.open(os.devnull, os.O_WRONLY)


def _pass_on(source: int, log: int) -> None:
    while block := os.read(source, 1 << 16):
        with contextlib.suppress(OSError):  # a full disk: these words are lost
            os.write(log, escaped_lines(block.decode("utf-8", "backslashreplace")).encode())


def _restore(before: TextIO, ours: int) -> None:
    sys.stderr.close()
    os.dup2(ours, 2)
    os.close(ours)
    sys.stderr = before
