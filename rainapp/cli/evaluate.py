"""`rainapp evaluate`: score models on pairs of rainy and clean pictures, or on real rain with masks of its streaks."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rainapp import paths
from rainapp.errors import UnwritableFile

if TYPE_CHECKING:
    from rainapp.evaluate import ModelScore
    from rainapp.evaluate_streaks import StreakReport

COLUMNS = (
    "psnr_y",
    "ssim_y",
    "psnr_rgb",
    "psnr_rgb_p10",
    "rain_removed",
    "rain_action",
    "bg_err",
    "mean_change",
    "seconds_per_mp",
)
STREAK_COLUMNS = ("streak_removed", "change_elsewhere", "energy_on_streaks")


def add_parser(subparsers: Any) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser("evaluate", help="score models on pairs of rainy and clean pictures")
    parser.add_argument("--rainy", type=Path, required=True, help="folder of rainy pictures")
    truth = parser.add_mutually_exclusive_group(required=True)
    truth.add_argument("--clean", type=Path, help="folder of clean pictures with the same names")
    truth.add_argument("--masks", type=Path, help="folder of streak masks of real rain, named as the photos")
    parser.add_argument("--model", action="append", default=[], help="model id; may be given several times")
    parser.add_argument("--identity", action="store_true", help="also score the untouched pictures")
    parser.add_argument("--veil", choices=["keep", "clear"], default="keep")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda:0 or mps")
    parser.add_argument("--engine", choices=["auto", "torch", "openvino"], default="auto")
    parser.add_argument("--precision", choices=["auto", "fp32", "bf16", "fp16"], default="auto")
    parser.add_argument("--models-dir", type=Path, help="the user's models; default: the platform's data folder")
    parser.add_argument("--json", action="store_true", help="one JSON object per model")
    parser.add_argument("--html", type=Path, metavar="FILE", help="also write a report with pictures, the worst first")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Score each model in turn; exit code 0, 2 for options that do not go together."""
    if args.html and args.masks:
        print("rainapp evaluate: --html goes with --clean.", file=sys.stderr)
        return 2
    scores = streaks(args) if args.masks else pairs(args)
    if not args.json:
        print_table(scores, STREAK_COLUMNS if args.masks else COLUMNS)
    return 0


def each_model(args: argparse.Namespace, measure: "Callable[[str, Any, Any], Any]") -> list[Any]:
    """`measure(name, treatment, library)` for every model asked for, in order."""
    from rainapp.jobs import Treatment
    from rainapp.library import ModelLibrary

    library = ModelLibrary(user=args.models_dir or paths.user_models_dir())
    found = []
    for name in (["identity"] if args.identity else []) + (args.model or ["default"]):
        treatment = Treatment(
            model=name, veil=args.veil, device=args.device, engine=args.engine, precision=args.precision, temporal="off"
        )
        found.append(measure(name, treatment, library))
    return found


def streaks(args: argparse.Namespace) -> "Sequence[StreakReport]":
    """Scores on real rain with masks."""
    from rainapp import evaluate_streaks
    from rainapp.jobs import NoWatch

    masks = evaluate_streaks.find_masks(args.rainy, args.masks)

    def measure(name: str, treatment: Any, library: Any) -> Any:
        score = evaluate_streaks.evaluate_streaks(name, masks, treatment, library, NoWatch())
        tell(score, args.json)
        return score

    return each_model(args, measure)


def pairs(args: argparse.Namespace) -> "Sequence[ModelScore]":
    """Scores on pairs, and the report where one is asked for."""
    from rainapp import evaluate, report
    from rainapp.jobs import NoWatch

    found = evaluate.find_pairs(args.rainy, args.clean)

    def measure(name: str, treatment: Any, library: Any) -> Any:
        done = evaluate.evaluate_model(name, found, treatment, library, NoWatch(), report.SHOWN_PX if args.html else 0)
        tell(done.score, args.json)
        return done

    evaluations = each_model(args, measure)
    if args.html:
        try:
            report.write(args.html, evaluations, found)
        except OSError as error:
            raise UnwritableFile(f"The report {args.html} cannot be written.", str(error), args.html) from error
    return [e.score for e in evaluations]


def tell(score: "ModelScore | StreakReport", as_json: bool) -> None:
    """One JSON line, figures that do not exist as null; or a line on a terminal that a model is done."""
    if as_json:
        record = {name: None if isinstance(value, float) and value != value else value for name, value in asdict(score).items()}
        print(json.dumps(record), flush=True)
    elif sys.stderr.isatty():
        print(f"{score.model}: done", file=sys.stderr)


def print_table(scores: "Sequence[ModelScore | StreakReport]", columns: tuple[str, ...]) -> None:
    """The scores as a table, a model a row."""
    from rich.console import Console
    from rich.table import Table

    table = Table("model", "n", *columns)
    for score in scores:
        table.add_row(score.model, str(score.n), *[f"{getattr(score, name):.3f}" for name in columns])
    Console(width=None if sys.stdout.isatty() else 160).print(table)
