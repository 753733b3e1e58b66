"""Steadying as a part of the pipeline: for clips, behind the net, before the amount."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from rainapp.image import Frame, Image
from rainapp.jobs import NoWatch, Temporal, Treatment
from rainapp.library import ModelLibrary
from rainapp.stages import load_pipeline

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
