"""`rainapp derain`: take the rain out of files and folders.

The work is done on the device lane of `Workers`, one file after another; this thread only tells what happens. Ctrl-C stops at
the next tile and leaves whole files only.
"""

import argparse
import math
import re
import sys
from collections.abc import Callable
from dataclasses import fields, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar, get_args

from rainapp import media
from rainapp.base.errors import BadModel, BadTreatment, UnreadableFile
from rainapp.base.escapes import one_line
from rainapp.base.formats import FORMATS
from rainapp.base.logs import native_words_logged
from rainapp.base.rates import LEAST, MOST, rate_of
from rainapp.cli import large_files
from rainapp.cli.batch_reports import BarReport, JsonReport, PlainReport, Report
from rainapp.cli.batch_run import BatchRun
from rainapp.cli.exit_codes import USAGE
from rainapp.cli.skips import nothing_in
from rainapp.jobs import presets
from rainapp.jobs.records import REFINE, STRENGTH_MAX, Output, Treatment
from rainapp.jobs.treatment import EngineChoice, IfExists, Layer, MetadataChoice, Passes, Precision, Temporal, Treat, Veil
from rainapp.library.model_library import ModelLibrary

Record = TypeVar("Record", Treatment, Output)

_MOMENT = re.compile(r"\d+(?:\.\d+)?|(?:\d+:[0-5]?\d|\d+):[0-5]?\d(?:\.\d+)?")
_DEVICE = re.compile(r"auto|cpu|mps|cuda(:\d{1,2})?")


def add_parser(subparsers: Any) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser("derain", help="take rain out of photos and videos", allow_abbrev=False)
    parser.add_argument(
        "inputs", nargs="+", type=Path, metavar="INPUT", help="photos, videos, folders, frame_%%04d.png for numbered frames"
    )
    parser.add_argument(
        "-o", "--out", type=Path, required=True, metavar="OUT",
        help="folder for the results; a file if there is one input file and OUT ends in a media suffix",
    )  # fmt: skip
    parser.add_argument("-r", "--recursive", action="store_true", help="also look into the folders inside folders")
    parser.add_argument(
        "--sequence", action="store_true",
        help="folders hold numbered frames of clips, not photos; a pattern such as frame_%%04d.png says so for itself",
    )  # fmt: skip
    parser.add_argument(
        "--fps", type=_rate, default=media.RATE, metavar="N", help="numbered frames shown in a second, such as 25 or 24000/1001"
    )
    parser.add_argument(
        "--from", dest="from_s", type=_moment, metavar="TIME", help="clips: leave out what is before, such as 12.5 or 1:02:03"
    )
    parser.add_argument("--to", dest="to_s", type=_moment, metavar="TIME", help="clips: leave out what is after")
    parser.add_argument("--json", action="store_true", help="one JSON object a line on standard output")
    _add_treatment(parser)
    _add_output(parser)
    large_files.add_option(parser)
    parser.set_defaults(run=run)


def _add_treatment(parser: argparse.ArgumentParser) -> None:
    # What is not typed is absent from the namespace, so that a preset may say it, and the records' own defaults after that.
    group = parser.add_argument_group("how rain is taken out", argument_default=argparse.SUPPRESS)
    group.add_argument("--preset", metavar="NAME|FILE", default=None, help="saved settings; what is typed beside it wins")
    group.add_argument("--model", metavar="ID", help="a model of the library; default: its default model")
    group.add_argument("--models-dir", type=Path, metavar="DIR", default=None, help="folder of your own models")
    group.add_argument(
        "--strength", type=_number(float, 0, STRENGTH_MAX), metavar=f"0..{STRENGTH_MAX}",
        help="0 or no rain found: the file is copied byte for byte (unless another format is asked for)",
    )  # fmt: skip
    group.add_argument("--veil", choices=get_args(Veil), help="keep (default): only streaks go; clear: haze goes too")
    group.add_argument(
        "--refine", type=_refine, metavar="off|light|full|0..1",
        help="photos only: a generative model repairs where rain was removed, and nowhere else; off by default",
    )  # fmt: skip
    group.add_argument("--prior", metavar="ID", help="the model that repairs: content, diffusion, or one of the library")
    group.add_argument(
        "--repair-share", dest="budget_share", type=_percent, metavar="0..100",
        help="at most so many percent of the pixels may a repair change, or it is weakened; default 15",
    )  # fmt: skip
    group.add_argument(
        "--repair-mean", dest="budget_mean", type=_number(float, 0, 255), metavar="0..255",
        help="the same of the mean change, in grey levels; default 1",
    )  # fmt: skip
    group.add_argument(
        "--treat",
        choices=get_args(Treat),
        help="always: no photo or clip is called dry; for rain that is seen and was missed",
    )
    group.add_argument(
        "--passes",
        type=int,
        choices=get_args(Passes),
        help="2: the net goes over its own result again, in twice the time; changed next to nothing where it was measured, "
        "so for photos in which rain is left",
    )
    group.add_argument("--mask", type=Path, metavar="FILE", help="white: treat, black: leave exactly as it was")
    group.add_argument(
        "--temporal", choices=get_args(Temporal),
        help="clips only: calm what flickers; fast: where nothing moves, best: along the motion, learned: best, then a net; "
        "auto (default): learned on a CPU, else fast",
    )  # fmt: skip
    group.add_argument("--device", type=_device, metavar="auto|cpu|cuda:0|mps", help="where the work is done")
    group.add_argument("--engine", choices=get_args(EngineChoice), help="auto (default): the fastest measured here")
    group.add_argument("--precision", choices=get_args(Precision), help="auto (default): less only where it was checked")
    group.add_argument("--tile", dest="tile_px", type=_tile, metavar="auto|PX", help="side of the pieces worked on")


def _add_output(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("what is written", argument_default=argparse.SUPPRESS)
    group.add_argument("--layer", choices=get_args(Layer), help="also or only write the removed rain (<stem>_rain.png)")
    group.add_argument(
        "--if-exists", choices=get_args(IfExists),
        help='rename (default) adds " (2)"; a source is never overwritten',
    )  # fmt: skip
    group.add_argument("--format", choices=("keep", *FORMATS), help="keep (default): as the source, where it can be written")
    group.add_argument("--quality", type=_number(int, 1, 100), metavar="1..100", help="of JPEG, WebP, HEIC and AVIF")
    group.add_argument("--codec", metavar="NAME", help="of clips, such as h264, hevc, av1")
    group.add_argument("--crf", type=_number(int, 0, 63), metavar="N", help="of clips: lower is better and larger")
    group.add_argument(
        "--hardware", action="store_true", help="of clips: encode on a graphics chip where one works; faster, larger files"
    )
    group.add_argument(
        "--keep-partial", action="store_true", help="a clip that is cancelled leaves the part done as “… (unfinished)”"
    )
    group.add_argument(
        "--motion", action="store_true", help="derain the clip of a motion or Live Photo too; else it stays as it is"
    )
    group.add_argument("--metadata", choices=get_args(MetadataChoice), help="camera data and captions")


def _number(kind: type[int] | type[float], low: float, high: float) -> Callable[[str], int | float]:
    def parse(text: str) -> int | float:
        try:
            value = kind(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"“{text}” is no {'whole ' if kind is int else ''}number") from None
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{text} does not lie between {low} and {high}")
        return value

    return parse


def _moment(text: str) -> float:
    """Seconds: 12.5, 1:02.5 or 0:01:02.5."""
    if not _MOMENT.fullmatch(text):
        raise argparse.ArgumentTypeError(f"“{text}” is no time; write seconds (12.5) or h:mm:ss")
    seconds = 0.0
    for part in text.split(":"):
        seconds = seconds * 60 + float(part)
    return seconds


def _rate(text: str) -> Fraction:
    try:
        return rate_of(text)
    except ValueError:
        words = f"“{text}” is no number between {float(LEAST):g} and {float(MOST):g}; write 25 or 24000/1001"
        raise argparse.ArgumentTypeError(words) from None


def _part(args: argparse.Namespace) -> tuple[float, float] | None:
    """What `--from` and `--to` say. Raises BadTreatment where nothing lies between them."""
    if args.from_s is None and args.to_s is None:
        return None
    from_s, to_s = args.from_s or 0.0, math.inf if args.to_s is None else args.to_s
    if not from_s < to_s:
        raise BadTreatment("Nothing lies between --from and --to.", "Let --to be later.")
    return from_s, to_s


def _refine(text: str) -> float:
    return REFINE[text] if text in REFINE else float(_number(float, 0, 1)(text))


def _percent(text: str) -> float:
    return float(_number(float, 0, 100)(text)) / 100


def _tile(text: str) -> int | None:
    return None if text == "auto" else int(_number(int, 128, 8192)(text))


def _device(text: str) -> str:
    if not _DEVICE.fullmatch(text):
        raise argparse.ArgumentTypeError(f"“{text}” is none of auto, cpu, cuda:0, mps")
    return "cuda:0" if text == "cuda" else text


def run(args: argparse.Namespace) -> int:
    """Derain everything; the exit code."""
    from rainapp.work import batch_plan  # reads files, which --help does without

    large_files.heed(args)
    library = ModelLibrary(user=args.models_dir)
    try:
        preset = presets.load(args.preset) if args.preset else presets.Preset()
        treatment, output = with_typed(preset.treatment, args), with_typed(preset.output, args)
        part = _part(args)
        _check(treatment, library)
        with native_words_logged(), BatchRun(_report(args), library) as batch_run:
            watch = batch_run.looking(args.inputs[0])
            plan = batch_plan.plan(
                args.inputs, args.out, treatment, output,
                recursive=args.recursive, watch=watch, part=part, sequences=args.sequence, rate=args.fps,
                others=[presets.file_of(args.preset)] if args.preset else [],
            )  # fmt: skip
            code = batch_run.work_through(plan)
            if plan.finds_nothing and code == USAGE:
                print(one_line(nothing_in(args.inputs, args.recursive)), file=sys.stderr)
            return code
    except (BadModel, BadTreatment, UnreadableFile) as error:
        print(f"rainapp derain: {one_line(str(error))}", file=sys.stderr)
        return USAGE


def _report(args: argparse.Namespace) -> Report:
    return JsonReport() if args.json else BarReport() if sys.stderr.isatty() else PlainReport()


def with_typed(record: Record, args: argparse.Namespace) -> Record:
    """`record` with the fields that were typed as options."""
    typed = {item.name: getattr(args, item.name) for item in fields(record) if hasattr(args, item.name)}
    return replace(record, **typed)


def _check(treatment: Treatment, library: ModelLibrary) -> None:
    """What would make every file fail is wrong usage. Raises BadModel, BadTreatment, UnreadableFile (of the mask)."""
    card = library.get(treatment.model)
    if treatment.veil not in card.veils:
        raise BadTreatment(f"The model “{card.id}” cannot clear haze.", "Leave --veil out, or choose another model.")
    if treatment.refine:
        library.prior(treatment.prior)
    if treatment.mask is not None:
        from rainapp import media  # loads decoders, which --help does without

        with media.open_source(treatment.mask) as mask:
            if mask.info.kind != "photo":
                raise BadTreatment(f"{treatment.mask.name} is no picture.", "A mask is a picture in black and white.")
