"""`rainapp evaluate`: score models on folders of rainy and clean pictures."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rainapp import paths

if TYPE_CHECKING:
    from rainapp.evaluate import ModelScore, StreakReport

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
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Score each model in turn; exit code 0."""
    from rainapp import evaluate, library  # torch is behind these; --help does without
    from rainapp.jobs import NoWatch, Treatment

    models = library.ModelLibrary(user=args.models_dir or paths.user_models_dir())
    pairs = evaluate.find_pairs(args.rainy, args.clean) if args.clean else evaluate.find_masks(args.rainy, args.masks)
    measure = evaluate.evaluate_model if args.clean else evaluate.evaluate_streaks
    names = (["identity"] if args.identity else []) + (args.model or ["default"])
    scores: list[ModelScore | StreakReport] = []
    for name in names:
        treatment = Treatment(model=name, veil=args.veil, device=args.device, engine=args.engine, precision=args.precision)
        score = measure(name, pairs, treatment, models, NoWatch())
        scores.append(score)
        if args.json:
            print(json.dumps(asdict(score)), flush=True)
        elif sys.stderr.isatty():
            print(f"{name}: done", file=sys.stderr)
    if not args.json:
        print_table(scores, COLUMNS if args.clean else STREAK_COLUMNS)
    return 0


def print_table(scores: "list[ModelScore | StreakReport]", columns: tuple[str, ...]) -> None:
    """The scores as a table, a model a row."""
    from rich.console import Console
    from rich.table import Table

    table = Table("model", "n", *columns)
    for score in scores:
        table.add_row(score.model, str(score.n), *[f"{getattr(score, name):.3f}" for name in columns])
    Console(width=None if sys.stdout.isatty() else 160).print(table)
