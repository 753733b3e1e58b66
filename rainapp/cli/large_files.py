"""Files that claim far more than their bytes speak for, on the command line: an option, or a question where one may be put."""

import argparse
import signal
import sys
from pathlib import Path

from rainapp.base import consent

YES = ("y", "yes", "j", "ja")


def add_option(parser: argparse.ArgumentParser) -> None:
    """Add `--allow-large`."""
    parser.add_argument(
        "--allow-large", action="store_true", help="open files that claim very many pixels in few bytes, without asking"
    )


def heed(args: argparse.Namespace) -> None:
    """Allow what was typed, and nothing else."""
    consent.forget()
    if args.allow_large:
        consent.allow_everything()


def can_ask() -> bool:
    """Whether a person is there to answer."""
    return sys.stdin is not None and not sys.stdin.closed and sys.stdin.isatty()


def ask(words: str) -> bool:
    """Put a question on standard error; no answer is a no. Raises KeyboardInterrupt for Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        print(f"{words} Open it all the same? [y/N] ", end="", file=sys.stderr, flush=True)
        return sys.stdin.readline().strip().lower() in YES
    finally:
        signal.signal(signal.SIGINT, before)


def allow(source: Path) -> None:
    """Allow a file, or all pictures of a pattern."""
    from rainapp.media.sequence.numbered import pattern_of

    pattern = pattern_of(source)
    for path in (source, *(pattern.files() if pattern is not None else ())):
        consent.allow(path)
