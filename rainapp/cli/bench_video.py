"""`rainapp bench --video`: how fast a clip goes from file to file, and how well decoding, the net and encoding overlap.

The clip is done twice after a warm-up: once with one thing after another, which tells what each costs alone, and once as it is
always done. On a CPU all of it shares the cores, so the best that overlapping can reach is the CPU time divided by them.
"""

import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from rainapp.base.errors import UnreadableFile
from rainapp.base.new_files import desk
from rainapp.base.textfile import json_line
from rainapp.cli.peak_memory import PeakMemory

if TYPE_CHECKING:
    from rainapp.jobs.records import Output, Treatment
    from rainapp.library.model_library import ModelLibrary

T = TypeVar("T")


@dataclass(frozen=True)
class ClipSpeed:
    """How a clip runs from file to file.

    `ratio` is the wall time against the CPU time divided by the cores: 1 is the best there is without an accelerator.
    `others_cpu_seconds` is what all other programs took meanwhile, `ratio_beside_others` the same with only what they left
    (near 1 wherever they take all that is idle). `decode_seconds`, `derain_seconds`, `steady_seconds` (all that follows the
    net) and `encode_seconds` are wall times of each alone.
    """

    clip: str
    size: str
    frames: int
    model: str
    engine: str
    device: str
    wall_seconds: float
    cpu_seconds: float
    cores: int
    ratio: float
    others_cpu_seconds: float
    ratio_beside_others: float
    decode_seconds: float
    derain_seconds: float
    steady_seconds: float
    encode_seconds: float
    fps: float
    peak_rss_mb: float


class Stopwatch:
    """Adds up the time that passes inside it."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.count = 0

    def __enter__(self) -> None:
        """Begin."""
        self._begun = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        """End."""
        self.seconds += time.perf_counter() - self._begun

    def around(self, items: Iterable[T]) -> Iterator[T]:
        """`items`, with the time they take to come."""
        rest = iter(items)
        while True:
            with self:
                item = next(rest, None)
            if item is None:
                return
            self.count += 1
            yield item


def measured(clip: Path, treatment: "Treatment", output: "Output", library: "ModelLibrary") -> ClipSpeed:
    """Measure `clip` under `treatment`. Raises UnreadableFile when it is no clip."""
    from rainapp.jobs.records import DerainFile, NoWatch
    from rainapp.work.derain_file import derain_file

    with desk() as folder:
        target = folder / f"derained{clip.suffix}"
        alone = _one_after_another(clip, target, treatment, output, library)
        own, all_busy, begun = time.process_time(), _busy_s(), time.perf_counter()
        with PeakMemory() as memory:
            done = derain_file(DerainFile(clip, target, treatment, output), NoWatch(), library)
        wall, cpu = time.perf_counter() - begun, time.process_time() - own
        others = max(_busy_s() - all_busy - cpu, 0.0)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return ClipSpeed(
        clip=str(clip),
        size=alone.size,
        frames=alone.frames,
        model=done.model,
        engine=done.engine,
        device=done.device,
        wall_seconds=round(wall, 3),
        cpu_seconds=round(cpu, 3),
        cores=cores,
        ratio=round(wall * cores / cpu, 3),
        others_cpu_seconds=round(others, 2),
        ratio_beside_others=round(max(wall * cores - others, cpu) / cpu, 3),
        decode_seconds=round(alone.decode_s, 3),
        derain_seconds=round(alone.derain_s, 3),
        steady_seconds=round(alone.steady_s, 3),
        encode_seconds=round(alone.encode_s, 3),
        fps=round(alone.frames / wall, 3),
        peak_rss_mb=round(memory.peak_mb, 1),
    )


@dataclass(frozen=True)
class _Alone:
    size: str
    frames: int
    decode_s: float
    derain_s: float
    steady_s: float
    encode_s: float


def _one_after_another(clip: Path, target: Path, treatment: "Treatment", output: "Output", library: "ModelLibrary") -> _Alone:
    """Wall times of the four steps without any overlap; the net is warm before."""
    from rainapp.inference.pipeline import load_pipeline
    from rainapp.jobs.records import NoWatch
    from rainapp.media import open_sink, open_source, part_frames

    decode, net, all_three, encode = Stopwatch(), Stopwatch(), Stopwatch(), Stopwatch()
    with open_source(clip) as source:
        if source.info.kind != "clip":
            raise UnreadableFile(f"{clip.name} is no clip.", "Name a video after --video.", clip)
        pipeline = load_pipeline(treatment, library, part_frames(source.info))
        frames = iter(source)
        list(pipeline([next(frames)], NoWatch()))
        first, *rest = pipeline.stages  # one by one: the pipeline itself would overlap them
        derained = net.around(first(decode.around(source), NoWatch()))
        with open_sink(target, source.info, output) as sink:
            for frame in all_three.around(reduce(lambda flow, stage: stage(flow, NoWatch()), rest, derained)):
                with encode:
                    sink.write(frame)
        size = f"{source.info.width}x{source.info.height}"
    seconds = decode.seconds, net.seconds - decode.seconds, all_three.seconds - net.seconds, encode.seconds
    return _Alone(size, all_three.count, *seconds)


def _busy_s() -> float:
    """CPU seconds that the whole machine was busy since it started."""
    import psutil

    times = psutil.cpu_times()
    return float(sum(times) - times.idle - getattr(times, "iowait", 0.0) - getattr(times, "guest", 0.0))


def print_speed(speed: ClipSpeed, as_json: bool) -> None:
    """One JSON object, or a table of two columns."""
    if as_json:
        print(json_line(asdict(speed)), flush=True)
        return
    from rich.table import Table

    from rainapp.cli.terminal import console

    table = Table("what", "measured")
    for name, value in asdict(speed).items():
        table.add_row(name.replace("_", " "), str(value))
    console(width=160).print(table)
