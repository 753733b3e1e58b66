"""`rainapp teach`: fine-tune a model on one's own rain without clean partners, and be shown whether it got better.

Exit codes: 0 taught and added (or only planned, or only judged with `--accept never`), 4 the gate says no, 2 not enough to
begin or wrong usage, 130 stopped, to be gone on with by `--resume`.
"""

import argparse
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rainapp.base.errors import BadModel, BadRecipe, BadTreatment, Cancelled, UnwritableFile
from rainapp.base.escapes import one_line
from rainapp.base.system_errors import why_not_written
from rainapp.base.textfile import json_line
from rainapp.cli.exit_codes import DONE, USAGE
from rainapp.library.model_library import ModelLibrary

if TYPE_CHECKING:
    from training.teach.request import Request

REFUSED = 4


def add_parser(subparsers: Any) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser("teach", help="teach a model your own rain, from rainy photos without clean partners")
    parser.add_argument("--rainy", nargs="+", type=Path, metavar="PATH", help="rainy photos, clips, or folders of them")
    parser.add_argument("--dry", nargs="+", type=Path, default=[], metavar="PATH", help="dry photos of scenes like yours")
    parser.add_argument("--clips", nargs="+", type=Path, default=[], metavar="PATH", help="rainy clips, best from a tripod")
    parser.add_argument("--name", help="id of the new model")
    parser.add_argument("--minutes", type=float, default=25.0, help="work it may take; default 25")
    parser.add_argument("--base", default="default", metavar="ID", help="the model to begin from")
    parser.add_argument("--plan", action="store_true", help="print what was understood and the plan, and do nothing")
    parser.add_argument("--accept", choices=("if-better", "never"), default="if-better", help="never: judge, and add nothing")
    parser.add_argument("--self-training", action="store_true", help="also learn from the base's own results on your photos")
    parser.add_argument("--resume", metavar="RUN", help="go on with a run, by its folder or name")
    parser.add_argument("--json", action="store_true", help="one JSON object a line on standard output")
    parser.set_defaults(run=run)


def wrong(args: argparse.Namespace, library: ModelLibrary) -> str:
    """What is wrong with the options, in a sentence; empty when all is well."""
    if args.resume:
        given = [name for name in ("rainy", "dry", "clips", "name", "plan") if getattr(args, name)]
        return f"A run that goes on has its own photos, name and plan: leave out --{given[0]}." if given else ""
    if not args.rainy and not args.clips:
        return "Name rainy photos or folders of them (--rainy)."
    if not args.name:
        return "Name the new model (--name)."
    if not (0 < args.minutes < math.inf):
        return "--minutes must be above 0."
    if missing := next((path for path in (*(args.rainy or []), *args.dry, *args.clips) if not path.exists()), None):
        return f"{missing} does not exist."
    try:
        library.require_free(args.name)
        library.get(args.base)
    except BadModel as error:
        return str(error)
    return ""


def run(args: argparse.Namespace) -> int:
    """Teach, plan or go on; see above for the exit codes."""
    library = ModelLibrary()
    if sentence := wrong(args, library):
        print(f"rainapp teach: {one_line(sentence)}", file=sys.stderr)
        return USAGE
    try:
        return plan(args, library) if args.plan else teach(args, library)
    except (BadTreatment, BadModel, BadRecipe) as error:
        print(f"rainapp teach: {one_line(str(error))}", file=sys.stderr)
        return USAGE
    except Cancelled:
        name = args.resume or args.name
        print(f"Stopped; go on with: rainapp teach --resume {one_line(str(name))}", file=sys.stderr)
        raise
    except OSError as error:
        reason, helps = why_not_written(error)
        words = f"The run cannot be written: {reason}."
        raise UnwritableFile(words, f"{helps} Then go on with --resume {args.resume or args.name}.".strip()) from error


def request_of(args: argparse.Namespace) -> "Request":
    """What is asked for, with whole paths, so that a run can be gone on with from another folder."""
    from training.teach.request import Request

    lists = [tuple(str(path.resolve()) for path in each or []) for each in (args.rainy, args.dry, args.clips)]
    return Request(lists[0], args.name, lists[1], lists[2], args.minutes, args.base, args.accept, args.self_training)


def plan(args: argparse.Namespace, library: ModelLibrary) -> int:
    """Print what was understood and what would be done."""
    from rainapp.nets import registry
    from training.teach import measure, prepare
    from training.teach.run import base_of

    request = request_of(args)
    card = base_of(library, request.base)
    net = registry.load(card, library.weights_path(card))
    found = prepare.look(request, lambda picture: measure.change_of(net, picture), lambda done, total: None)
    for event in (prepare.told(found), prepare.plan_of(request, found)):
        say(event, args.json)
    return DONE


def teach(args: argparse.Namespace, library: ModelLibrary) -> int:
    """Begin a run or go on with one."""
    from training.__main__ import LineWatch, stopped_by_signals
    from training.teach import request as requests
    from training.teach.run import Teaching

    if args.resume:
        folder = requests.find(args.resume)
        request = requests.request_of(folder)
        if not (folder / "taught").exists():
            library.require_free(request.name)
    else:
        request = request_of(args)
        folder = requests.begin(request)
        say({"event": "run", "folder": str(folder)}, args.json)
    watch = LineWatch(listen=False, tells=args.json)
    with stopped_by_signals(watch):
        try:
            over = Teaching(request, folder, library, watch, lambda event: say(event, args.json)).run()
        except BadTreatment:
            requests.abandon(folder)  # too little to begin with: nothing is there to go on with
            raise
    return DONE if over["accepted"] or request.accept == "never" else REFUSED


def say(event: dict[str, Any], as_json: bool) -> None:
    """Print an event: a JSON line, or words for people."""
    if as_json:
        print(json_line(event), flush=True)
        return
    print("\n".join(one_line(line) for line in lines_of(event)), flush=True)


def lines_of(event: dict[str, Any]) -> list[str]:
    """An event in words."""
    kind = event["event"]
    if kind == "understood":
        left_out = [f"  left out, {each['reason']}: {each['source']}" for each in event["rejected"]]
        counts = f"Rainy photos: {event['rainy']}. Dry photos: {event['dry']}. Clips: {event['clips']}."
        return [counts, *event["notes"], *left_out]
    if kind == "plan":
        parts = f"{event['learn']} to learn from, {event['choose']} to choose by, {event['judge']} to judge by"
        return [f"“{event['name']}” is taught from “{event['base']}” in {event['minutes']:g} minutes: {parts}."]
    if kind == "verdict":
        before, after = event["before"]["fine_removed"], event["after"]["fine_removed"]
        figures = f"Fine rain taken out of photos it never saw: {before:.2f} before, {after:.2f} after."
        ending = f"Added as “{event['model']}”." if event["model"] else "Nothing was added."
        return [figures, *event["reasons"], ending]
    return [str(event.get("message") or event.get("folder"))]
