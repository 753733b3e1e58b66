"""Frames of a clip for the player: decoded small, derained a few at a time, or read beside those of a finished file.

The reels that were used last stay open, so that the next few frames come without seeking. One job gives a handful of frames: a
newer wish of the person waits for no more than that. The last frame of a handful goes once more before the next, so that
steadying has a frame to begin with and flicker is seen across the border.
"""

import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rainapp.base.errors import UnreadableFile
from rainapp.base.image import Frame, Image
from rainapp.jobs.records import Played, PlayedFrame, PlayFrames, Treatment, Watch
from rainapp.library.model_library import ModelLibrary
from rainapp.media import is_sequence
from rainapp.media.clip.small_frames import Reel, Reeled
from rainapp.media.sequence.sequence_preview import SequenceReel
from rainapp.work.screen.preview import result_of

NEAR_S = Fraction(1, 1000)
AnyReel = Reel | SequenceReel


class Reels:
    """The open reels, one of originals and one of results; one job at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[str, AnyReel] = {}
        self._last: tuple[Path, int, Reeled] | None = None

    @contextmanager
    def at(self, role: str, path: Path, from_s: float, job: PlayFrames) -> Iterator[AnyReel]:
        """The reel of `path` that stands at `from_s`, now for this job alone."""
        longest_px = job.longest_px
        with self._lock:
            kept = self._open.get(role)
            stands = kept is not None and kept.at_s is not None and abs(kept.at_s - Fraction(from_s)) < NEAR_S
            if kept is None or (kept.path, kept.longest_px) != (path, longest_px) or not stands:
                if kept is not None:
                    self._open.pop(role).close()
                kept = self._open[role] = (
                    SequenceReel(path, from_s, longest_px, job.rate) if is_sequence(path) else Reel(path, from_s, longest_px)
                )
            yield kept

    def frame_before(self, job: PlayFrames) -> Reeled | None:
        """The original just before those of `job`, where it was read last."""
        with self._lock:
            path, longest_px, last = self._last or (None, 0, None)
            if last is None or last.next_s is None or (path, longest_px) != (job.source, job.longest_px):
                return None
            return last if abs(last.next_s - Fraction(job.from_s)) < NEAR_S else None

    def remember(self, job: PlayFrames, last: Reeled) -> None:
        """`last` was the last of those of `job`."""
        with self._lock:
            self._last = (job.source, job.longest_px, last)

    def close(self) -> None:
        """Let go of all files."""
        with self._lock:
            self._last = None
            for reel in self._open.values():
                reel.close()
            self._open.clear()


REELS = Reels()


def play(job: PlayFrames, watch: Watch, library: ModelLibrary) -> Played:
    """The next few frames, before and after. A job for no frames closes what is open.

    Raises:
        RainError: in words, what cannot be read or derained.
        Cancelled: something newer is wanted.
    """
    if not job.count:
        REELS.close()
        return Played(job, ())
    with REELS.at("rainy", job.source, job.from_s, job) as reel:
        rainy, size = _take(reel, job.count, job.until_s, watch), (reel.width, reel.height)
    lead = REELS.frame_before(job) if rainy and job.target is None and job.treatment is not None else None
    rainy = [lead, *rainy] if lead is not None else rainy
    clean: list[Image | None] = [None] * len(rainy)
    if job.target is not None and rainy:
        with REELS.at("derained", result_of(job.source, job.target), float(rainy[0].time_s), job) as reel:
            clean = [one.image for one in _take(reel, len(rainy), None, watch)]
        clean += [None] * (len(rainy) - len(clean))
    elif job.treatment is not None:
        clean = list(_derained(rainy, job.treatment, watch, library))
    if rainy:
        REELS.remember(job, rainy[-1])
    frames = _side_by_side(rainy, clean, job.treatment is not None and job.treatment.treat == "always")
    return Played(job, tuple(frames[1:] if lead is not None else frames), *size)


def _side_by_side(rainy: list[Reeled], clean: list[Image | None], never_dry: bool) -> list[PlayedFrame]:
    from rainapp.inference.amount import rain_found

    frames: list[PlayedFrame] = []
    for one, after in zip(rainy, clean, strict=True):
        next_s = None if one.next_s is None else float(one.next_s)
        fit = _fitting(after, one.image)
        found = never_dry or fit is None or rain_found(Frame(0, one.time_s, fit, one.image))
        frame = PlayedFrame(float(one.time_s), next_s, one.image, fit, rain_found=found)
        frames.append(replace(frame, flicker=_flicker(frames[-1], frame)) if frames else frame)
    return frames


def _flicker(one: PlayedFrame, two: PlayedFrame) -> tuple[float, float] | None:
    """Flicker from a frame to the next, before and after; None where it cannot be told."""
    if one.derained is None or two.derained is None:
        return None
    from rainapp.metrics.clip_metrics import flicker_seen

    seen = flicker_seen(_pixels(one.rainy, two.rainy), _pixels(one.derained, two.derained))
    return None if math.isnan(seen[0]) else seen


def _pixels(one: Image, two: Image) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Two frames for the screen, which have 8 bit."""
    return np.asarray(one.pixels, np.uint8), np.asarray(two.pixels, np.uint8)


def _take(reel: AnyReel, count: int, until_s: float | None, watch: Watch) -> list[Reeled]:
    taken: list[Reeled] = []
    while len(taken) < count and (not taken or until_s is None or (reel.at_s is not None and reel.at_s < until_s - NEAR_S)):
        watch.tick(0, 0)
        try:
            one = reel.take()
        except UnreadableFile:
            if taken and isinstance(reel, SequenceReel):  # it stands before the damaged picture, and will say so then
                break
            raise
        if one is None:
            break
        taken.append(one)
    return taken


def _derained(rainy: list[Reeled], treatment: Treatment, watch: Watch, library: ModelLibrary) -> Iterator[Image]:
    from rainapp.inference.pipeline import load_pipeline  # torch, which playing originals does without

    pipeline = load_pipeline(replace(treatment, strength=1.0, mask=None, refine=0.0), library)
    frames = [Frame(place, one.time_s, one.image, one.image) for place, one in enumerate(rainy)]
    for frame in pipeline(frames, watch):
        yield frame.image


def _fitting(derained: Image | None, rainy: Image) -> Image | None:
    """`derained` where it has the size of `rainy`."""
    fits = derained is not None and derained.pixels.shape == rainy.pixels.shape
    return derained if fits else None
