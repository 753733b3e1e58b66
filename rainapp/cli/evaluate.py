"""`rainapp evaluate`: score models on pairs of rainy and clean pictures or clips, on real rain with or without streak masks."""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from rainapp.base import paths
from rainapp.base.errors import BadTreatment, UnwritableFile
from rainapp.base.escapes import one_line
from rainapp.base.own_files import readers_of_all
from rainapp.base.system_errors import why_not_written
from rainapp.base.textfile import json_line
from rainapp.cli import large_files
from rainapp.cli.report_targets import unfit_report
from rainapp.jobs.treatment import EngineChoice, Precision, Veil

if TYPE_CHECKING:
    from rainapp.evaluation.clip_pairs import ClipScore
    from rainapp.evaluation.photo_pairs import ModelScore
    from rainapp.evaluation.real_photos import RealScore
    from rainapp.evaluation.streak_masks import StreakReport

    Score = ModelScore | StreakReport | RealScore | ClipScore

STREAK_COLUMNS = ("streak_removed", "change_elsewhere", "energy_on_streaks", "energy_pooled", "area_near_streaks", "niqe")
REAL_COLUMNS = ("fine_removed", "fine_most", "niqe", "mean_change", "pixels_changed", "seconds_per_mp")
CLIP_COLUMNS = (
    "psnr_y",
    "ssim_y",
    "warp",
    "warp_excess",
    "tof",
    "flicker",
    "flicker_excess",
    "transience",
    "seconds_per_mp",
)
CROPS = 30
TEMPORAL = ("auto", "off", "fast", "best", "learned")


def add_parser(subparsers: Any) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser("evaluate", help="score models on pairs of rainy and clean pictures")
    parser.add_argument("--rainy", type=Path, required=True, help="folder of rainy pictures or clips, or a clip")
    truth = parser.add_mutually_exclusive_group()
    truth.add_argument("--clean", type=Path, help="folder of clean ones with the same names, or a clip")
    truth.add_argument("--masks", type=Path, help="folder of streak masks of real rain, named as the photos")
    parser.add_argument("--model", action="append", default=[], help="model id; may be given several times")
    parser.add_argument("--identity", action="store_true", help="also score the untouched pictures")
    parser.add_argument("--veil", choices=get_args(Veil), default="keep")
    parser.add_argument("--temporal", default="auto", help=f"for clips: {', '.join(TEMPORAL)}, or several: off,best,learned")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda:0 or mps")
    parser.add_argument("--engine", choices=get_args(EngineChoice), default="auto")
    parser.add_argument("--precision", choices=get_args(Precision), default="auto")
    parser.add_argument("--models-dir", type=Path, help="the user's models; default: the platform's data folder")
    parser.add_argument("--json", action="store_true", help="one JSON object per model")
    parser.add_argument("--html", type=Path, metavar="FILE", help="also write a report with pictures, the worst first")
    parser.add_argument(
        "--sheet", type=Path, metavar="FILE", help="without --clean and --masks: write crops of all photos, before and after"
    )
    parser.add_argument(
        "--over",
        type=int,
        default=0,
        metavar="PX",
        help="without --clean and --masks: only photos whose shorter side is larger",
    )
    parser.add_argument("--crops", type=int, default=CROPS, help=f"crops on the sheet; default: {CROPS}")
    large_files.add_option(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Score each model in turn; exit code 0, 2 for options that do not go together."""
    wrong = misfit(args)
    if wrong:
        print(f"rainapp evaluate: {wrong}", file=sys.stderr)
        return 2
    large_files.heed(args)
    args.replaces = any(target is not None and target.is_file() for target in (args.html, args.sheet))  # named, and there now
    columns, scores = measured(args)
    if not args.json:
        print_table(scores, columns)
        print_clips(scores)
        print_differences(scores, "streak_removed" if args.masks else "psnr_y")
    return 0


def measured(args: argparse.Namespace) -> "tuple[tuple[str, ...], Sequence[Score]]":
    """Columns and scores by what there is to compare with: masks, nothing, clean clips or clean photos."""
    from rainapp.evaluation.clip_pairs import clip_pairs
    from rainapp.evaluation.photo_pairs import COLUMNS

    if args.masks:
        return STREAK_COLUMNS, streaks(args)
    if not args.clean:
        return REAL_COLUMNS, real(args)
    found = clip_pairs(args.rainy, args.clean)
    if not found:
        return COLUMNS, photos(args)
    if args.html:
        raise BadTreatment("Reports with pictures (--html) are for photos.", "Leave --html out.")
    return CLIP_COLUMNS, clips(args, found)


def misfit(args: argparse.Namespace) -> str:
    """What is wrong with the options, in a sentence; empty when they go together."""
    if args.html and not args.clean:
        return "--html goes with --clean."
    if args.sheet and (args.clean or args.masks):
        return "--sheet goes with neither --clean nor --masks."
    if args.over and (args.clean or args.masks):
        return "--over goes with neither --clean nor --masks."
    if args.crops < 1:
        return "--crops must be at least 1."
    for target in (args.html, args.sheet):
        if target and (wrong := unfit_report(target, (args.rainy, args.clean, args.masks))):
            return wrong
    if args.sheet and args.model and all(name == "identity" for name in args.model):
        return "--sheet shows what models make of photos: name one with --model."
    unknown = [word for word in args.temporal.split(",") if word not in TEMPORAL]
    if unknown:
        return f"--temporal knows {', '.join(TEMPORAL)}, not “{unknown[0]}”."
    return ""


def each_model(
    args: argparse.Namespace, measure: "Callable[[str, Any, Any, list[Any]], Any]", temporals: Sequence[str] = ("off",)
) -> list[Any]:
    """`measure(name, treatment, library, those before)` for every model and way of steadying; each is told when done.

    Raises BadModel for one that is missing before any is measured.
    """
    from rainapp.jobs.records import Treatment
    from rainapp.library.model_library import ModelLibrary

    library = ModelLibrary(user=args.models_dir or paths.user_models_dir())
    rows = [("identity", "off")] if args.identity else []
    rows += [(name, temporal) for name in args.model or ["default"] for temporal in temporals]
    for name in args.model:
        if name != "identity":
            library.get(name)
    found: list[Any] = []
    for name, temporal in rows:
        treatment = Treatment(
            model=name,
            veil=args.veil,
            device=args.device,
            engine=args.engine,
            precision=args.precision,
            temporal=temporal,  # type: ignore[arg-type]  # `misfit` has looked at it
        )
        found.append(measure(name, treatment, library, found))
        tell(getattr(found[-1], "score", found[-1]), args.json)
    return found


def streaks(args: argparse.Namespace) -> "Sequence[StreakReport]":
    """Scores on real rain with masks."""
    from rainapp.evaluation import streak_masks
    from rainapp.jobs.records import NoWatch

    masks = streak_masks.find_masks(args.rainy, args.masks)

    def measure(name: str, treatment: Any, library: Any, earlier: list[Any]) -> Any:
        left_out: list[str] = []
        done = streak_masks.evaluate_streaks(name, masks, treatment, library, NoWatch(), left_out)
        say_once(left_out, earlier)
        return streak_masks.beside(done, earlier)

    return [e.score for e in each_model(args, measure)]


def real(args: argparse.Namespace) -> "Sequence[RealScore]":
    """Scores on real rain with nothing to compare, and the contact sheet where one is asked for."""
    from rainapp import media
    from rainapp.evaluation import real_photos
    from rainapp.jobs.records import NoWatch

    photos = real_photos.find_photos(args.rainy, args.over)
    crops = args.crops if args.sheet else 0

    def measure(name: str, treatment: Any, library: Any, earlier: list[Any]) -> Any:
        first = next((e for e in earlier if e.crops), None)
        windows = real_photos.windows_of(first) if first else None
        shown = (0, None) if name == "identity" else (crops, windows)
        left_out: list[str] = []
        done = real_photos.evaluate_real(name, photos, treatment, library, NoWatch(), *shown, left_out)
        say_once(left_out, earlier)
        return done

    evaluations = each_model(args, measure)
    if args.sheet:
        sheet = real_photos.sheet([e for e in evaluations if e.crops])
        told_elsewhere(args.sheet, media.write_picture(args.sheet, sheet, replaces=args.replaces, like=readers_of_all(photos)))
    return [e.score for e in evaluations]


def clips(args: argparse.Namespace, found: list[tuple[Path, Path]]) -> "Sequence[ClipScore]":
    """Scores on pairs of clips."""
    from rainapp.evaluation import clip_pairs
    from rainapp.jobs.records import NoWatch

    def measure(name: str, treatment: Any, library: Any, earlier: list[Any]) -> Any:
        left_out: list[str] = []
        score = clip_pairs.evaluate_clips(name, found, treatment, library, NoWatch(), left_out)
        say_once(left_out, earlier)
        return clip_pairs.beside(score, earlier)

    return each_model(args, measure, args.temporal.split(","))


def photos(args: argparse.Namespace) -> "Sequence[ModelScore]":
    """Scores on pairs of pictures, and the report where one is asked for."""
    from rainapp.evaluation import html_report, photo_pairs
    from rainapp.jobs.records import NoWatch

    found = photo_pairs.find_pairs(args.rainy, args.clean)
    if alone := len(photo_pairs.rainy_files(args.rainy, args.clean)) - len(found):
        print(f"{alone} in {args.rainy} left out: nothing in {args.clean} has a name that fits.", file=sys.stderr)

    def measure(name: str, treatment: Any, library: Any, earlier: list[Any]) -> Any:
        shown_px = html_report.SHOWN_PX if args.html else 0
        done = photo_pairs.evaluate_model(name, found, treatment, library, NoWatch(), shown_px)
        say_once(done.left_out, earlier)
        return photo_pairs.beside(done, earlier)

    evaluations = each_model(args, measure)
    if args.html:
        try:
            told_elsewhere(args.html, html_report.write(args.html, evaluations, found, replaces=args.replaces))
        except OSError as error:
            raise UnwritableFile(
                f"The report {args.html} cannot be written: {why_not_written(error)[0]}.", path=args.html
            ) from error
    return [e.score for e in evaluations]


def told_elsewhere(asked: Path, got: Path) -> None:
    """Say so where something has taken the name meanwhile, and what was written has a number."""
    if got != asked:
        print(one_line(f"{asked} was made by somebody else meanwhile: this is {got}."), file=sys.stderr)


def say_once(left_out: Sequence[str], earlier: list[Any]) -> None:
    """Say which inputs were left out; they are the same for every model."""
    for sentence in () if earlier else left_out:
        print(one_line(sentence), file=sys.stderr)


def tell(score: "Score", as_json: bool) -> None:
    """One JSON line, figures that do not exist or are infinite as null; or a line on a terminal that a model is done."""
    if as_json:
        print(json_line(asdict(score)), flush=True)
    elif sys.stderr.isatty():
        print(f"{row_of(score)}: done", file=sys.stderr)


def row_of(score: "Score") -> str:
    """What tells a row from others: the model, for clips with the way of steadying."""
    return str(getattr(score, "row", score.model))


def print_table(scores: "Sequence[Score]", columns: tuple[str, ...]) -> None:
    """The scores as a table, a model a row."""
    from rich.table import Table

    from rainapp.cli.terminal import console

    table = Table("model", "n", *columns)
    for score in scores:
        table.add_row(row_of(score), str(score.n), *[f"{getattr(score, name):.3f}" for name in columns])
    console(width=200).print(table)


def print_clips(scores: "Sequence[Score]") -> None:
    """PSNR-Y of each clip, a row a clip; nothing for pictures."""
    from rich.table import Table

    from rainapp.cli.terminal import console

    rows = [(row_of(score), score.clips) for score in scores if hasattr(score, "clips")]
    if not rows:
        return
    table = Table("psnr_y of each clip", *(name for name, _ in rows))
    for clip in rows[0][1]:
        table.add_row(clip, *(f"{figures[clip].psnr_y:.2f}" for _, figures in rows))
    console(width=200).print(table)


def print_differences(scores: "Sequence[Score]", measure: str) -> None:
    """A line for every two models: the mean difference on the same pictures, and whether it could be chance."""
    for score in scores:
        for earlier, found in getattr(score, "against", {}).items():
            verdict = "could be chance" if found.p > 0.05 else "not chance"
            print(f"{earlier} → {row_of(score)}: {measure} {found.gain:+.3f}, p = {found.p:.4f} (Wilcoxon): {verdict}")
