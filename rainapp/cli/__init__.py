"""The command line: a table of commands, and what happens to errors that reach the top.

Each command is a module with `add_parser` and `run`; it loads torch and the work only when it runs, so help is quick. Exit
codes: 0 all done, 1 some inputs failed, 2 wrong usage or nothing to do, 3 no input could be processed, 130 cancelled.
"""

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from types import ModuleType

import rainapp
from rainapp.errors import BadTreatment, Cancelled, RainError

COMMANDS = ("derain", "models", "evaluate", "rain", "train", "doctor")
DONE, SOME_FAILED, USAGE, NONE_DONE, CANCELLED = 0, 1, 2, 3, 130

log = logging.getLogger(__name__)


def modules() -> dict[str, ModuleType]:
    """The module of each command, in the order of the help."""
    from rainapp.cli import derain, doctor, evaluate, models, rain, train  # here, since the window does without them

    table = {"derain": derain, "models": models, "evaluate": evaluate, "rain": rain, "train": train, "doctor": doctor}
    return {name: table[name] for name in COMMANDS}


def build_parser(commands: dict[str, ModuleType]) -> argparse.ArgumentParser:
    """The parser of everything that can be typed."""
    parser = argparse.ArgumentParser(
        prog="rainapp",
        description="Takes rain out of photos and videos. Without a command it opens the window, on FILE… where named.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"rainapp {rainapp.__version__}")
    parser.add_argument("--safe", action="store_true", help="open the window with settings ignored, on the CPU only")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for module in commands.values():
        module.add_parser(subparsers)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a name that the terminal cannot show is no reason to stop
    commands = modules()
    command = ""
    try:
        args = build_parser(commands).parse_args(argv)
        command = f" {args.command}"
        return int(commands[args.command].run(args))
    except SystemExit as leaving:  # argparse has said what is wrong, or printed what was asked for
        return leaving.code if isinstance(leaving.code, int) else DONE
    except (KeyboardInterrupt, Cancelled):
        return CANCELLED
    except BrokenPipeError:  # the reader has gone, as with `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return SOME_FAILED
    except RainError as error:
        print(f"rainapp{command}: {error}", file=sys.stderr)
        return USAGE if isinstance(error, BadTreatment) else NONE_DONE
    except Exception as error:
        log.exception("`rainapp%s` met a bug", command)
        print(f"rainapp{command}: something unexpected happened: {type(error).__name__}: {error}", file=sys.stderr)
        return NONE_DONE
