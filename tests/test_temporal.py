"""Steadying as a part of the pipeline: for clips, behind the net, before the amount."""

import threading
from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from rainapp.base.errors import Cancelled
from rainapp.base.image import Frame, Image
from rainapp.inference.pipeline import load_pipeline
from rainapp.jobs.records import NoWatch, Temporal, Treatment, Watch
from rainapp.library.model_library import ModelLibrary

FRAMES = 7


@pytest.fixture
def clip(photo_pixels: NDArray[np.uint8]) -> list[Frame]:
    """A scene that stands still while bright streaks fall anew in every frame."""
    rng = np.random.default_rng(3)
    frames = []
    for index in range(FRAMES):
        rainy = (photo_pixels // 2).astype(np.int16)
        for column in rng.integers(2, 94, 6):
            rainy[rng.integers(0, 30) : rng.integers(34, 64), column] += 90
        image = Image(np.clip(rainy, 0, 255).astype(np.uint8))
        frames.append(Frame(index, Fraction(index, 25), image, image))
    return frames


def derained(clip: list[Frame], temporal: Temporal, strength: float = 1.0) -> Iterator[Frame]:
    treatment = Treatment(model="tiny", temporal=temporal, engine="torch", precision="fp32", strength=strength)
    return load_pipeline(treatment, ModelLibrary())(clip, NoWatch())


def flicker(frames: list[Frame]) -> float:
    return float(np.stack([f.image.pixels.astype(np.float32) for f in frames]).std(axis=0).mean())


@pytest.mark.parametrize("temporal", ["fast", "best", "auto"])
def test_a_steadied_clip_flickers_less_and_keeps_its_frames(tiny_library: Path, clip: list[Frame], temporal: Temporal) -> None:
    alone, steady = list(derained(clip, "off")), list(derained(clip, temporal))
    assert [f.index for f in steady] == [f.index for f in clip]
    assert [f.time_s for f in steady] == [f.time_s for f in clip]
    assert all(f.rain is not None for f in steady)
    assert flicker(steady[1:-1]) < 0.8 * flicker(alone[1:-1])


def test_the_amount_is_taken_of_what_was_steadied(tiny_library: Path, clip: list[Frame]) -> None:
    full, half = list(derained(clip, "fast")), list(derained(clip, "fast", strength=0.5))
    for rainy, whole, part in zip(clip, full, half, strict=True):
        wanted = rainy.image.pixels + 0.5 * (whole.image.pixels.astype(np.float32) - rainy.image.pixels)
        assert np.abs(part.image.pixels - wanted).max() <= 1


def test_the_net_works_on_while_what_follows_is_at_an_earlier_frame(tiny_library: Path, clip: list[Frame]) -> None:
    pipeline = load_pipeline(Treatment(model="tiny", temporal="off", engine="torch", precision="fp32"), ModelLibrary())
    second_derained = threading.Event()

    def telling(frames: Iterable[Frame], watch: Watch) -> Iterator[Frame]:
        for frame in pipeline.stages[0](frames, watch):
            if frame.index == 1:
                second_derained.set()
            yield frame

    def waiting(frames: Iterable[Frame], watch: Watch) -> Iterator[Frame]:
        for frame in frames:
            assert second_derained.wait(30)
            yield frame

    both = replace(pipeline, stages=(telling, waiting))
    assert [frame.index for frame in both(clip, NoWatch())] == list(range(FRAMES))


def test_a_cancel_in_the_net_reaches_who_waits_for_frames_and_ends_the_thread(tiny_library: Path, clip: list[Frame]) -> None:
    class Third:
        def tick(self, done: int, total: int, **facts: float) -> None:
            if facts["frame"] == 3:
                raise Cancelled

    pipeline = load_pipeline(Treatment(model="tiny", temporal="best", engine="torch", precision="fp32"), ModelLibrary())
    with pytest.raises(Cancelled):
        list(pipeline(clip, Third()))
    stopped = pipeline(clip, NoWatch())
    next(stopped)
    stopped.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("ahead")]


def test_frames_done_in_turn_are_the_same_without_a_thread(tiny_library: Path, clip: list[Frame]) -> None:
    pipeline = load_pipeline(Treatment(model="tiny", temporal="best", engine="torch", precision="fp32"), ModelLibrary())
    for ahead, alone in zip(pipeline(clip, NoWatch()), pipeline.in_turn(clip, NoWatch()), strict=True):
        assert (ahead.image.pixels == alone.image.pixels).all()
    in_turn = pipeline.in_turn(clip, NoWatch())
    next(in_turn)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("ahead")]
