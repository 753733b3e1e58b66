"""The way in: without a command the window, otherwise the command line. Only the one that is asked for is loaded."""

import multiprocessing
import sys
from collections.abc import Sequence
from pathlib import Path

from rainapp.base.escapes import escaping_terminal
from rainapp.base.logs import start_log
from rainapp.cli import command_line


def window_request(argv: Sequence[str]) -> tuple[list[Path], bool] | None:
    """The files to open the window on, and whether safely; None where the command line is meant.

    A command's name wins over a file of that name (say ./models to mean the file). Anything that is neither goes to the command
    line, which says what there is.
    """
    safe = "--safe" in argv
    words = [word for word in argv if word != "--safe"]
    if words and words[0] in command_line.COMMANDS:
        return None
    paths = [Path(word) for word in words if word != "--"]
    if any(word.startswith("-") for word in words if word != "--") or not all(path.exists() for path in paths):
        return None
    return paths, safe


def main(argv: Sequence[str] | None = None) -> int:
    """Start rainapp; the exit code."""
    multiprocessing.freeze_support()  # in a frozen application children start here, and must not get further
    words = sys.argv[1:] if argv is None else argv
    start_log()
    asked = window_request(words)
    if asked is None:
        return command_line.main(words)
    from rainapp.gui import app

    with escaping_terminal():
        return app.main(*asked)


if __name__ == "__main__":
    sys.exit(main())
