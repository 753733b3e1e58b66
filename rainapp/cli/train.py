"""`rainapp train`: the same as `python -m training`, under the application's own name."""

import argparse
from typing import Any


def add_parser(subparsers: Any) -> None:
    """Add the command to the command line; everything after it is the training module's own."""
    parser = subparsers.add_parser(
        "train",
        help="train by a recipe: RECIPE.toml | resume RUN_DIR | publish RUN_DIR | explain RECIPE.toml",
        add_help=False,
        prefix_chars="\0",
    )
    parser.add_argument("rest", nargs="*", metavar="ARGUMENT")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Hand over to training; a recipe as first word means "run"."""
    from training.__main__ import main

    rest = list(args.rest)
    if rest and rest[0] not in ("run", "resume", "average", "publish", "explain", "table", "-h", "--help"):
        rest.insert(0, "run")
    return main(rest or ["--help"])
