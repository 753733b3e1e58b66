"""`rainapp teach`: fine-tune a model on one's own rain without clean partners, and be shown whether it got better.

With --json a line on standard input stops the run, to be gone on with; the line “enough” ends its learning with the best so
far.

Exit codes: 0 taught and added (or only planned, or only judged with `--accept never`), 4 the gate says no, 2 not enough to
begin or wrong usage, 130 stopped, to be gone on with by `--resume`.
"""

import argparse
import json
import math
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rainapp.base.errors import BadModel, BadRecipe, BadTreatment, Cancelled, NotEnoughMemory, RainError, UnwritableFile
from rainapp.base.escapes import one_line
from rainapp.base.regular_files import read_regular
from rainapp.base.system_errors import why_not_written
from rainapp.base.textfile import json_line
from rainapp.cli.exit_codes import DONE, USAGE
from rainapp.library.model_library import ModelLibrary

if TYPE_CHECKING:
    from training.teach.request import Request
    from training.teach.watching import TeachWatch

REFUSED = 4
PHOTOS_BYTES_MAX = 64 << 20
QUIET = ("stage", "curve", "seen")
"""Events that say to programs alone what people see otherwise, or later."""


def add_parser(subparsers: Any) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser("teach", help="teach a model your own rain, from rainy photos without clean partners")
    parser.add_argument("--rainy", nargs="+", type=Path, metavar="PATH", help="rainy photos, clips, or folders of them")
    parser.add_argument("--dry", nargs="+", type=Path, default=[], metavar="PATH", help="dry photos of scenes like yours")
    parser.add_argument("--clips", nargs="+", type=Path, default=[], metavar="PATH", help="rainy clips, best from a tripod")
    parser.add_argument("--photos", type=Path, metavar="FILE", help="JSON: lists “rainy”, “dry”, “clips”, for very many paths")
    parser.add_argument("--name", help="id of the new model")
    parser.add_argument("--title", default="", help="what the new model is called in lists; default its id")
    parser.add_argument("--minutes", type=float, help="work it may take; default 25")
    parser.add_argument("--base", default="default", metavar="ID", help="the model to begin from")
    parser.add_argument("--plan", action="store_true", help="print what was understood and the plan, and do nothing")
    parser.add_argument(
        "--until", choices=("fitted", "judged"), default="judged", help="fitted: end before anything is learned"
    )
    parser.add_argument("--accept", choices=("if-better", "never"), help="never: judge, and add nothing; default if-better")
    parser.add_argument("--self-training", action="store_true", help="also learn from the base's own results on your photos")
    parser.add_argument(
        "--resume",
        metavar="RUN",
        help="go on with a run, by its folder or name; with --accept if-better also add what was judged only",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line on standard output")
    parser.set_defaults(run=run)


def wrong(args: argparse.Namespace, library: ModelLibrary) -> str:
    """What is wrong with the options, in a sentence; empty when all is well."""
    if args.minutes is not None and not (0 < args.minutes < math.inf):
        return "--minutes must be above 0."
    if args.resume:
        given = [name for name in ("rainy", "dry", "clips", "photos", "plan") if getattr(args, name)]
        if args.name and args.accept != "if-better":
            given.append("name")
        return f"A run that goes on has its own photos, name and plan: leave out --{given[0]}." if given else ""
    if not args.rainy and not args.clips:
        return "Name rainy photos or folders of them (--rainy)."
    if not args.name:
        return "Name the new model (--name)."
    if missing := next((path for path in (*(args.rainy or []), *args.dry, *args.clips) if not path.exists()), None):
        return f"{missing} does not exist."
    try:
        library.require_free(args.name)
        library.get(args.base)
    except BadModel as error:
        return str(error)
    return ""


def read_photos(args: argparse.Namespace) -> None:
    """Add the paths that a file lists to those that are named. Raises BadTreatment where it cannot be read as such."""
    try:
        found = json.loads(read_regular(args.photos, PHOTOS_BYTES_MAX))
        for kind in ("rainy", "dry", "clips"):
            setattr(args, kind, [*(getattr(args, kind) or []), *(Path(name) for name in found.get(kind, []))])
    except (OSError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise BadTreatment(
            f"{args.photos} is no list of photos.", "It is JSON with lists “rainy”, “dry” and “clips”."
        ) from error


def run(args: argparse.Namespace) -> int:
    """Teach, plan or go on; see above for the exit codes."""
    library = ModelLibrary()
    try:
        if args.photos and not args.resume:
            read_photos(args)
        if sentence := wrong(args, library):
            raise BadTreatment(sentence)
        return plan(args, library) if args.plan else teach(args, library)
    except (BadTreatment, BadModel, BadRecipe) as error:
        tell_failure(args, error)
        return USAGE
    except Cancelled:
        name = args.resume or args.name
        print(f"Stopped; go on with: rainapp teach --resume {one_line(str(name))}", file=sys.stderr)
        raise
    except OSError as error:
        reason, helps = why_not_written(error)
        words = f"The run cannot be written: {reason}."
        full = UnwritableFile(words, f"{helps} Then go on with --resume {args.resume or args.name}.".strip())
        tell_failure(args, UnwritableFile(words, helps), also_words=False)
        raise full from error
    except NotEnoughMemory as error:
        tell_failure(args, error, also_words=False)
        raise


def tell_failure(args: argparse.Namespace, error: RainError, also_words: bool = True) -> None:
    """Say what went wrong: as an event for programs, in words on standard error."""
    if args.json:
        say({"event": "failed", "kind": error.kind, "message": error.message, "hint": error.hint}, as_json=True)
    if also_words:
        print(f"rainapp teach: {one_line(str(error))}", file=sys.stderr)


def request_of(args: argparse.Namespace) -> "Request":
    """What is asked for, with whole paths, so that a run can be gone on with from another folder."""
    from training.teach.request import MINUTES, Request

    lists = [tuple(str(path.resolve()) for path in each or []) for each in (args.rainy, args.dry, args.clips)]
    return Request(
        lists[0], args.name, lists[1], lists[2], args.minutes or MINUTES, args.base, args.accept or "if-better",
        args.self_training, title=args.title,
    )  # fmt: skip


def plan(args: argparse.Namespace, library: ModelLibrary) -> int:
    """Print what was understood and what would be done."""
    from rainapp.nets import registry
    from training.teach import measure, prepare
    from training.teach.run import base_of
    from training.teach.watching import machine

    request = request_of(args)
    card = base_of(library, request.base)
    net = registry.load(card, library.weights_path(card))
    found = prepare.look(request, lambda picture: measure.change_of(net, picture), watch_of(args).tick, card.sha256)
    say(prepare.told(found), args.json)
    prepare.require_enough(found)
    say({**prepare.plan_of(request, found), **machine()}, args.json)
    return DONE


def watch_of(args: argparse.Namespace) -> "TeachWatch":
    """Tells progress and obeys lines where a program listens."""
    from training.teach.watching import TeachWatch

    return TeachWatch(listen=args.json, tells=args.json)


def changed(args: argparse.Namespace, folder: Path, library: ModelLibrary) -> "Request":
    """What a run that goes on was asked for, with what is now asked otherwise: name, title, acceptance, minutes.

    Raises:
        BadTreatment: the learning has begun, and its minutes are set.
        BadModel: a model has that name.
    """
    from training.run_folders import RECIPE
    from training.teach import request as requests

    before = requests.request_of(folder)
    if args.minutes is not None and args.minutes != before.minutes and (folder / RECIPE).exists():
        raise BadTreatment("The minutes of a run cannot be changed once it learns.", "Leave out --minutes.")
    new = {"name": args.name, "title": args.title, "minutes": args.minutes, "accept": args.accept}
    after = replace(before, **{key: value for key, value in new.items() if value})
    over = requests.kept(folder, requests.VERDICT)
    if (after.name != before.name or not (folder / "taught").exists()) and (over is None or over["model"] is None):
        library.require_free(after.name)
    if after != before:
        requests.keep(folder, requests.REQUEST, asdict(after))
    return after


def teach(args: argparse.Namespace, library: ModelLibrary) -> int:
    """Begin a run or go on with one."""
    from training.__main__ import stopped_by_signals
    from training.teach import request as requests
    from training.teach.run import Teaching

    folder = requests.find(args.resume) if args.resume else requests.begin(request_of(args))
    say({"event": "run", "folder": str(folder)}, args.json)
    watch = watch_of(args)

    def told(event: dict[str, Any]) -> None:
        if event["event"] == "stage":
            watch.begin_stage()
        say(event, args.json)

    with requests.held(folder), stopped_by_signals(watch):
        request = changed(args, folder, library) if args.resume else requests.request_of(folder)
        try:
            over = Teaching(request, folder, library, watch, told, watch.enough.is_set).run(args.until)
        except BadTreatment:
            requests.abandon(folder)  # too little to begin with: nothing is there to go on with
            raise
    if over["event"] == "fitted":
        return DONE
    return DONE if over["accepted"] or request.accept == "never" else REFUSED


def say(event: dict[str, Any], as_json: bool) -> None:
    """Print an event: a JSON line, or words for people."""
    if as_json:
        print(json_line(event), flush=True)
    elif event["event"] not in QUIET:
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
    if kind == "fitted":
        return [
            f"The rain was fitted: drawn rain is {event['distance']:.2f} from yours, {event['floor'] or 0:.2f} within yours."
        ]
    if kind == "verdict":
        before, after = event["before"]["fine_removed"], event["after"]["fine_removed"]
        figures = f"Fine rain taken out of photos it never saw: {before:.2f} before, {after:.2f} after."
        ending = f"Added as “{event['model']}”." if event["model"] else "Nothing was added."
        return [figures, *event["reasons"], ending]
    return [str(event.get("message") or event.get("folder"))]
