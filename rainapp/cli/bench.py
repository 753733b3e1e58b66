"""`rainapp bench`: speed and memory of models, engines and sizes, side by side in one run.

Everything is loaded and warmed up first, then measured in turn, round by round, so that whatever else the machine does falls
on all alike and ratios mean something. In a round a run that takes less than `ROUND_S` is repeated for that long, for a
hiccup of the machine that a slow run hardly feels can double the time of a fast one. Times are medians over all runs.
"""

import argparse
import re
import statistics
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from rainapp.base import paths
from rainapp.base.textfile import json_line
from rainapp.cli.exit_codes import DONE
from rainapp.cli.peak_memory import PeakMemory
from rainapp.jobs.treatment import EngineChoice, Precision, Temporal, Veil

if TYPE_CHECKING:
    from rainapp.base.image import Frame
    from rainapp.inference.pipeline import Pipeline

ROUNDS = 3
ROUND_S = 3.0
SAMPLE = "samples/walruses.mp4"
COLUMNS = ("model", "engine", "size", "seconds", "mp_per_s", "peak_rss_mb", "peak_vram_mb")


@dataclass(frozen=True)
class Speed:
    """How one model runs on one engine at one size.

    `peak_rss_mb` is the most memory this process had while it ran, `peak_vram_mb` the most on the accelerator (None on a CPU).
    """

    model: str
    engine: str
    device: str
    precision: str
    size: str
    seconds: float
    mp_per_s: float
    peak_rss_mb: float
    peak_vram_mb: float | None


@dataclass
class Lap:
    """One thing to measure, and what was measured so far."""

    pipeline: "Pipeline"
    frame: "Frame"
    seconds: list[float] = field(default_factory=list)
    rss_mb: float = 0.0
    vram_mb: float | None = None


def add_parser(subparsers: Any) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser("bench", help="measure speed and memory, side by side in one run")
    parser.add_argument("--model", action="append", default=[], metavar="ID", help="model id; may be given several times")
    parser.add_argument("--engine", action="append", choices=get_args(EngineChoice), default=[], help="may be repeated")
    parser.add_argument("--size", action="append", type=picture_size, default=[], metavar="WxH", help="may be repeated")
    parser.add_argument("--veil", choices=get_args(Veil), default="keep")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda:0 or mps")
    parser.add_argument("--precision", choices=get_args(Precision), default="auto")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="how often each is measured")
    parser.add_argument("--models-dir", type=Path, help="the user's models; default: the platform's data folder")
    parser.add_argument(
        "--video", type=Path, nargs="?", const=Path(), metavar="CLIP",
        help="measure a clip from file to file instead; default: the bundled sample",
    )  # fmt: skip
    parser.add_argument("--temporal", choices=get_args(Temporal), default="auto", help="with --video")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.set_defaults(run=run)


def picture_size(text: str) -> tuple[int, int]:
    """(width, height) of "WxH".

    Raises:
        argparse.ArgumentTypeError: it is not of that form.
    """
    match = re.fullmatch(r"([1-9]\d{0,5})x([1-9]\d{0,5})", text)
    if match is None:
        raise argparse.ArgumentTypeError(f"“{text}” is not WIDTHxHEIGHT in pixels, like 1920x1080")
    return int(match[1]), int(match[2])


def run(args: argparse.Namespace) -> int:
    """Measure and print; the exit code."""
    if args.video is not None:
        return run_video(args)
    laps = warmed_up(args)
    for _ in range(max(args.rounds, 1)):
        for lap in laps:
            measure(lap)
    speeds = [speed(lap) for lap in laps]
    if args.json:
        for each in speeds:
            print(json_line(asdict(each)), flush=True)
    else:
        print_table(speeds)
    return DONE


def run_video(args: argparse.Namespace) -> int:
    """Measure a clip with each model and engine in turn."""
    from rainapp.cli import bench_video
    from rainapp.jobs.records import Output, Treatment
    from rainapp.library.model_library import ModelLibrary

    models = ModelLibrary(user=args.models_dir or paths.user_models_dir())
    clip = paths.resource(SAMPLE) if args.video == Path() else args.video
    facts = {"veil": args.veil, "device": args.device, "precision": args.precision, "temporal": args.temporal}
    for model in args.model or ["default"]:
        for engine in args.engine or ["auto"]:
            treatment = Treatment(model=model, engine=engine, **facts)
            bench_video.print_speed(bench_video.measured(clip, treatment, Output(), models), args.json)
    return DONE


def warmed_up(args: argparse.Namespace) -> list[Lap]:
    """Everything that was asked for, loaded and run once."""
    from rainapp.inference.pipeline import load_pipeline
    from rainapp.jobs.records import NoWatch, Treatment
    from rainapp.library.model_library import ModelLibrary

    models = ModelLibrary(user=args.models_dir or paths.user_models_dir())
    frames = [streaked(width, height) for width, height in args.size or [(1920, 1080)]]
    laps = []
    for model in args.model or ["default"]:
        for engine in args.engine or ["auto"]:
            treatment = Treatment(model=model, veil=args.veil, device=args.device, engine=engine, precision=args.precision)
            pipeline = load_pipeline(treatment, models)
            for frame in frames:
                laps.append(Lap(pipeline, frame))
                if sys.stderr.isatty():
                    print(f"warming up {model}, {pipeline.engine}", file=sys.stderr)
                list(pipeline([frame], NoWatch()))
    return laps


def streaked(width: int, height: int) -> "Frame":
    """A picture with grain and bright streaks; what it shows has no influence on speed."""
    from fractions import Fraction

    import numpy as np

    from rainapp.base.image import Frame, Image

    rng = np.random.default_rng(1)
    pixels = rng.integers(60, 140, (height, width, 3), dtype=np.uint8)
    pixels[:, :: max(width // 40, 1)] = 220
    image = Image(pixels)
    return Frame(0, Fraction(0), image, image)


def measure(lap: Lap) -> None:
    """One round of `lap`: a run, or several short ones, with the memory they need beside what was there."""
    import torch

    from rainapp.jobs.records import NoWatch

    on_gpu = lap.pipeline.device.startswith("cuda")
    if on_gpu:
        torch.cuda.reset_peak_memory_stats(lap.pipeline.device)
    with PeakMemory() as memory:
        end = time.perf_counter() + ROUND_S
        while (begun := time.perf_counter()) < end:
            list(lap.pipeline([lap.frame], NoWatch()))
            lap.seconds.append(time.perf_counter() - begun)
    lap.rss_mb = max(lap.rss_mb, memory.peak_mb)
    if on_gpu:
        lap.vram_mb = max(lap.vram_mb or 0.0, torch.cuda.max_memory_allocated(lap.pipeline.device) / 1e6)


def speed(lap: Lap) -> Speed:
    """The medians of `lap`."""
    image, pipeline = lap.frame.image, lap.pipeline
    seconds = statistics.median(lap.seconds)
    return Speed(
        pipeline.model_id,
        pipeline.engine,
        pipeline.device,
        pipeline.precision,
        f"{image.width}x{image.height}",
        round(seconds, 4),
        round(image.megapixels / seconds, 4),
        round(lap.rss_mb, 1),
        None if lap.vram_mb is None else round(lap.vram_mb, 1),
    )


def print_table(speeds: list[Speed]) -> None:
    """The measured rows, and how many times the last each is in megapixels a second."""
    from rich.table import Table

    from rainapp.cli.terminal import console

    table = Table(*COLUMNS, "times the last")
    for each in speeds:
        values = asdict(each) | {"engine": f"{each.engine} {each.device} {each.precision}"}
        cells = ["–" if values[name] is None else str(values[name]) for name in COLUMNS]
        table.add_row(*cells, f"{each.mp_per_s / speeds[-1].mp_per_s:.1f}")
    console(width=160).print(table)
