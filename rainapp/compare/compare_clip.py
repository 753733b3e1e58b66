"""A clip under one model: a range of its frames, derained as a clip is, kept frame by frame and measured over all of them.

All models see the same frames, which are decoded once. A frame that was kept is read again as it is looked at, so that the
same moment of all models is on the screen at once, and memory holds few frames however long the range is.
"""

import contextlib
import itertools
import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from fractions import Fraction
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rainapp.base.errors import RainError, UnreadableFile
from rainapp.base.image import Frame, Image
from rainapp.compare import result_cache
from rainapp.compare.advice import Compared, ComparedFrame, Figures, mean
from rainapp.compare.compare_models import WARM, measured, read, truth_of
from rainapp.inference.pipeline import load_pipeline
from rainapp.jobs.compare_jobs import CompareClip
from rainapp.jobs.records import Watch
from rainapp.library.model_library import ModelLibrary
from rainapp.media.sniff import CLIP, sniff
from rainapp.metrics.clip_metrics import flicker_seen
from rainapp.work.screen.frame_range import frames_from

STEPS = 1000
DECODING = 0.05  # of the way: what it takes until the first frame is derained
Bytes = NDArray[np.uint8]


class _RangeWatch:
    """Tells how far all frames are, of a net that tells how far one is."""

    def __init__(self, watch: Watch, count: int) -> None:
        self._watch, self._count = watch, count

    def tick(self, done: int, total: int, **facts: float) -> None:
        frames = facts.get("frame", 0.0) + (done / total if total else 0.0)
        share = DECODING + (1 - DECODING) * min(1.0, frames / self._count)
        self._watch.tick(round(STEPS * share), STEPS)


def compare_clip(job: CompareClip, watch: Watch, library: ModelLibrary) -> Compared:
    """Derain a range of frames with one model and say what that did to them.

    Raises:
        RainError: in words, whatever cannot be read, done or kept.
        Cancelled: the person asked to stop; the frames of the clip that are kept stay for the next model.
    """
    watch.tick(0, 0)
    moments, originals = kept_range(job, job.source, "original", watch)
    truths, note = _truths(job, len(originals), watch)
    pipeline = load_pipeline(replace(job.treatment, strength=1.0, mask=None, refine=0.0), library)
    first = result_cache.load(originals[0])
    warm = pipeline.net in WARM
    pipeline.net.prepare(first.height, first.width)  # compiling for a size is no part of its speed
    name = f"{pipeline.model_id}-{zlib.crc32(repr((job.treatment, job.time_s, job.count)).encode()):08x}"
    done, seconds = [], 0.0
    began = time.perf_counter()
    with contextlib.closing(pipeline(list_frames(moments, originals), _RangeWatch(watch, len(originals)))) as frames:
        for place, frame in enumerate(frames):
            seconds += time.perf_counter() - began
            result = result_cache.keep(frame.image, job.folder / f"{name}-{place:03d}{result_cache.SUFFIX}")
            done.append(ComparedFrame(moments[place], originals[place], result, truths[place] if truths else None))
            began = time.perf_counter()
    WARM.add(pipeline.net)
    done, more = _measured(done, watch)
    at = done[len(done) // 2]
    return Compared(
        job.source, pipeline.model_id, at.original, at.result, first.width, first.height, seconds,
        f"{pipeline.engine} · {pipeline.device} · {pipeline.precision}", warm,
        over_all(done, seconds / (len(done) * first.megapixels)), note or more, at.truth, job.time_s, tuple(done),
    )  # fmt: skip


def list_frames(moments: Sequence[float], kept: Sequence[Path]) -> Iterator[Frame]:
    """The kept frames one after the other, as a net takes them."""
    for place, (moment, path) in enumerate(zip(moments, kept, strict=True)):
        image = result_cache.load(path)
        yield Frame(place, Fraction(moment).limit_denominator(1_000_000), image, image)


def kept_range(job: CompareClip, source: Path, role: str, watch: Watch) -> tuple[list[float], list[Path]]:
    """The moments of the range in `source`, and its frames as kept pictures; decoded for the first model only.

    Raises:
        UnreadableFile, UnwritableFile: it cannot be read or kept.
    """
    key = f"{role}-{zlib.crc32(repr((str(source), job.time_s, job.count, job.rate)).encode()):08x}"
    listed = job.folder / f"{key}-times{result_cache.SUFFIX}"
    if not listed.exists():  # written last: so far nobody has decoded all of it
        result_cache.sweep()
        moments = []
        for place, (moment, image) in enumerate(frames_from(source, job.time_s, job.count, job.rate)):
            watch.tick(round(STEPS * DECODING * place / job.count), STEPS)
            result_cache.keep(image, job.folder / f"{key}-{place:03d}{result_cache.SUFFIX}")
            moments.append(moment)
        result_cache.keep_numbers(moments, listed)
    moments = result_cache.load_numbers(listed)
    return moments, [job.folder / f"{key}-{place:03d}{result_cache.SUFFIX}" for place in range(len(moments))]


def _truths(job: CompareClip, count: int, watch: Watch) -> tuple[list[Path], str]:
    """The kept frames without rain of the range, or none, and why."""
    if job.truth is None:
        return [], ""
    try:
        truth = truth_of(job.source, job.truth)
        if sniff(truth) != CLIP:
            return list(itertools.repeat(_still(job, truth), count)), ""
        kept = kept_range(job, truth, "truth", watch)[1]
        if len(kept) < count:
            raise UnreadableFile(
                f"The ground truth has {len(kept)} frames of this range, the clip {count}.",
                "Both must show the same frames.",
                truth,
            )
        return kept[:count], ""
    except RainError as error:
        return [], str(error)


def _still(job: CompareClip, truth: Path) -> Path:
    """One picture without rain for all frames: the camera stood still."""
    path = job.folder / f"truth-{zlib.crc32(str(truth).encode()):08x}{result_cache.SUFFIX}"
    return path if path.exists() else result_cache.keep(read(truth, 0.0), path)


def _measured(done: Sequence[ComparedFrame], watch: Watch) -> tuple[list[ComparedFrame], str]:
    """The frames with their figures, and in words what could not be measured."""
    measured_frames: list[ComparedFrame] = []
    said = ""
    before: tuple[Bytes, Bytes] | None = None
    for frame in done:
        watch.tick(STEPS, STEPS)
        rainy, derained = result_cache.load(frame.original), result_cache.load(frame.result)
        truth = None if frame.truth is None else partial(result_cache.load, frame.truth)
        figures, note = measured(frame.original, rainy, derained, truth)
        said = said or note
        now = _eight_bit(rainy), _eight_bit(derained)
        if before is not None:
            flickers = flicker_seen((before[0], now[0]), (before[1], now[1]))
            figures = replace(figures, flicker_in=flickers[0], flicker_out=flickers[1])
        before = now
        measured_frames.append(replace(frame, truth=None if note else frame.truth, figures=figures))
    return measured_frames, said


def over_all(frames: Sequence[ComparedFrame], seconds_per_mp: float) -> Figures:
    """The means of the figures of all frames."""
    found = {each.name: mean(getattr(frame.figures, each.name) for frame in frames) for each in fields(Figures)}
    return Figures(**(found | {"seconds_per_mp": seconds_per_mp}))


def _eight_bit(image: Image) -> Bytes:
    return np.ascontiguousarray(image.pixels if image.depth == 8 else image.pixels >> 8, np.uint8)
