"""Frames of a clip for the player: decoded small, derained a few at a time, or read beside those of a finished file.

The reels that were used last stay open, so that the next few frames come without seeking. One job gives a handful of frames: a
newer wish of the person waits for no more than that.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from rainapp.image import Frame, Image
from rainapp.jobs import Played, PlayedFrame, PlayFrames, Treatment, Watch
from rainapp.library import ModelLibrary
from rainapp.media.clip_reel import Reel, Reeled

NEAR_S = Fraction(1, 1000)


class Reels:
    """The open reels, one of originals and one of results; one job at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[str, Reel] = {}

    @contextmanager
    def at(self, role: str, path: Path, from_s: float, longest_px: int) -> Iterator[Reel]:
        """The reel of `path` that stands at `from_s`, now for this job alone."""
        with self._lock:
            kept = self._open.get(role)
            stands = kept is not None and kept.at_s is not None and abs(kept.at_s - Fraction(from_s)) < NEAR_S
            if kept is None or (kept.path, kept.longest_px) != (path, longest_px) or not stands:
                if kept is not None:
                    self._open.pop(role).close()
                kept = self._open[role] = Reel(path, from_s, longest_px)
            yield kept

    def close(self) -> None:
        """Let go of all files."""
        with self._lock:
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
    with REELS.at("rainy", job.source, job.from_s, job.longest_px) as reel:
        rainy, size = _take(reel, job.count, job.until_s, watch), (reel.width, reel.height)
    clean: list[Image | None] = [None] * len(rainy)
    if job.target is not None and rainy:
        with REELS.at("derained", job.target, float(rainy[0].time_s), job.longest_px) as reel:
            clean = [one.image for one in _take(reel, len(rainy), None, watch)]
        clean += [None] * (len(rainy) - len(clean))
    elif job.treatment is not None:
        clean = list(_derained(rainy, job.treatment, watch, library))
    frames = [
        PlayedFrame(float(one.time_s), None if one.next_s is None else float(one.next_s), one.image, _fitting(after, one.image))
        for one, after in zip(rainy, clean, strict=True)
    ]
    return Played(job, tuple(frames), *size)


def _take(reel: Reel, count: int, until_s: float | None, watch: Watch) -> list[Reeled]:
    taken: list[Reeled] = []
    while len(taken) < count and (not taken or until_s is None or (reel.at_s is not None and reel.at_s < until_s - NEAR_S)):
        watch.tick(0, 0)
        one = reel.take()
        if one is None:
            break
        taken.append(one)
    return taken


def _derained(rainy: list[Reeled], treatment: Treatment, watch: Watch, library: ModelLibrary) -> Iterator[Image]:
    from rainapp.stages import load_pipeline  # torch, which playing originals does without

    pipeline = load_pipeline(replace(treatment, strength=1.0, mask=None), library)
    frames = [Frame(place, one.time_s, one.image, one.image) for place, one in enumerate(rainy)]
    for frame in pipeline(frames, watch):
        yield frame.image


def _fitting(derained: Image | None, rainy: Image) -> Image | None:
    """`derained` where it has the size of `rainy`."""
    fits = derained is not None and derained.pixels.shape == rainy.pixels.shape
    return derained if fits else None
