"""The command line: a table of commands, and what happens to errors that reach the top.

Each command is a module with `add_parser` and `run`. Only the one that is typed is loaded, and it loads torch and the work only
when it runs, so help is quick. Exit codes: 0 all done, 1 some inputs failed, 2 wrong usage or nothing to do, 3 no input could
be processed, 130 cancelled.
"""

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from types import ModuleType

from rainapp.base.errors import BadTreatment, Cancelled, LargeFile, RainError
from rainapp.base.escapes import escaping_terminal, one_line
from rainapp.base.system_errors import unexpected
from rainapp.base.version import VERSION
from rainapp.cli.exit_codes import CANCELLED, DONE, NONE_DONE, SOME_FAILED, USAGE

COMMANDS = {
    "derain": "take rain out of photos and videos",
    "models": "list, import, export and check models",
    "evaluate": "score models on pairs of rainy and clean pictures",
    "rain": "draw synthetic rain on clean photos",
    "relate": "tell how alike folders of rainy photos are, and what rain each photo has",
    "bench": "measure speed and memory, side by side in one run",
    "train": "train by a recipe: RECIPE.toml | resume RUN_DIR | publish RUN_DIR | explain RECIPE.toml",
    "teach": "teach a model your own rain, from rainy photos without clean partners",
    "doctor": "report versions, devices, engines, library health and paths",
}

log = logging.getLogger(__name__)


def module_of(command: str) -> ModuleType:
    """The module of a command; spelled out, so that searches and freezers find every one."""
    if command == "derain":
        from rainapp.cli import derain

        return derain
    if command == "models":
        from rainapp.cli import models

        return models
    if command == "evaluate":
        from rainapp.cli import evaluate

        return evaluate
    if command == "rain":
        from rainapp.cli import rain

        return rain
    if command == "relate":
        from rainapp.cli import relate

        return relate
    if command == "bench":
        from rainapp.cli import bench

        return bench
    if command == "train":
        from rainapp.cli import train

        return train
    if command == "teach":
        from rainapp.cli import teach

        return teach
    from rainapp.cli import doctor

    return doctor


def build_parser(typed: str) -> argparse.ArgumentParser:
    """The parser of what can be typed, in full for the command `typed`, by name and one line for the others."""
    parser = argparse.ArgumentParser(
        prog="rainapp",
        description="Takes rain out of photos and videos. Without a command it opens the window, on FILE… where named.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"rainapp {VERSION}")
    parser.add_argument("--safe", action="store_true", help="open the window with settings ignored, on the CPU only")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, words in COMMANDS.items():
        if name == typed:
            module_of(name).add_parser(subparsers)
        else:
            subparsers.add_parser(name, help=words)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a name that the terminal cannot show is no reason to stop
    with escaping_terminal():
        return _run(list(sys.argv[1:] if argv is None else argv))


def _run(words: list[str]) -> int:
    """Run the command in `words`; the exit code."""
    command = next((word for word in words if not word.startswith("-")), "")
    try:
        args = build_parser(command).parse_args(words)
        return int(module_of(command).run(args))
    except SystemExit as leaving:  # argparse has said what is wrong, or printed what was asked for
        return leaving.code if isinstance(leaving.code, int) else DONE
    except (KeyboardInterrupt, Cancelled):
        return CANCELLED
    except BrokenPipeError:  # the reader has gone, as with `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return SOME_FAILED
    except RainError as error:
        log.info("`rainapp %s` failed: %s", command, error, exc_info=error.__cause__)
        print(f"rainapp {command}: {one_line(str(error))}", file=sys.stderr)
        return USAGE if isinstance(error, BadTreatment | LargeFile) else NONE_DONE
    except Exception:
        log.exception("`rainapp %s` met a bug", command)
        print(f"rainapp {command}: {' '.join(unexpected())}", file=sys.stderr)
        return NONE_DONE
