from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from training.rain.clip import RainClip, pan
from training.rain.drops import DRAWN, DrawnKind
from training.rain.generator import RainSample
from training.rain.profiles import PROFILES

Photo = NDArray[np.float32]
FRAMES = 6


@pytest.fixture(scope="module")
def clean() -> Photo:
    y, x = np.mgrid[0:90, 0:120].astype(np.float32)
    return np.stack([0.2 + x / 300, 0.3 + y / 300, 0.25 + (x + y) / 600], -1).astype(np.float32)


def drawn(clean: Photo, profile: str, seed: int, frames: int = FRAMES, fps: float = 25.0) -> list[RainSample]:
    clip = RainClip(profile, seed, fps=fps, grain=False)
    return [clip.over(clean) for _ in range(frames)]


@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_one_seed_gives_one_clip(profile: str, clean: Photo) -> None:
    first, again, other = (drawn(clean[:60, :80], profile, seed, 2) for seed in (5, 5, 6))
    assert all(np.array_equal(a.rainy, b.rainy) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first[0].rainy, other[0].rainy)
    for sample in first:
        assert sample.rainy.shape == (60, 80, 3)
        assert 0 <= sample.rainy.min() <= sample.rainy.max() <= 1


def correlation(one: Photo, other: Photo) -> float:
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])


def test_streaks_are_new_in_every_frame_while_the_rain_stays_the_same(clean: Photo) -> None:
    samples = drawn(np.tile(clean, (2, 2, 1)), "narrow", 3)
    assert all(abs(correlation(a.streaks, b.streaks)) < 0.2 for a, b in zip(samples, samples[1:], strict=False))
    amounts = [float(s.streaks.mean()) for s in samples]
    assert min(amounts) > 0.4 * max(amounts)
    assert {s.parameters.blend for s in samples} == {"additive"}


def test_the_wind_drifts_slowly_and_comes_back() -> None:
    clip = RainClip("narrow", 8)
    small = np.full((16, 16, 3), 0.4, np.float32)
    angles = np.array([clip.over(small).parameters.angles_deg[0] for _ in range(300)])
    assert np.abs(np.diff(angles)).max() < 5
    assert 1.5 < angles.std() < 6
    after = np.corrcoef(angles[:-1], angles[1:])[0, 1]
    assert 0.85 < after < 0.99


def test_the_clean_frames_are_those_given_and_haze_does_not_flicker(clean: Photo) -> None:
    clip = RainClip("storm", 4, veil=0.8, grain=False)
    samples = [clip.over(clean) for _ in range(3)]
    assert all(np.array_equal(s.clear, clean) for s in samples)
    assert all(np.array_equal(s.hazy, samples[0].hazy) for s in samples)
    assert np.abs(samples[0].hazy - clean).mean() > 0.02


def test_near_drops_are_seen_twice_at_sixty_frames_a_second(clean: Photo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PROFILES, "near", PROFILES["soft"].__class__(("drop",), (1, 1), (0.5, 0.5), (1, 0, 0)))
    large = np.full((300, 200, 3), 0.2, np.float32)

    def shared(fps: float) -> float:
        one, other = (s.streaks for s in drawn(large, "near", 2, 2, fps))
        down = range(60)
        return max(correlation(one[: 300 - d, :], other[d:, :]) for d in down)

    assert shared(60) > 2 * shared(30)


def test_lamps_and_the_part_where_it_rains_stay_where_they_are(clean: Photo, monkeypatch: pytest.MonkeyPatch) -> None:
    lit = drawn(clean, "lamplight", 3, 3)
    assert all(np.array_equal(sample.clear, lit[0].clear) for sample in lit)
    assert lit[0].clear.mean() < clean.mean()
    monkeypatch.setitem(PROFILES, "part", replace(PROFILES["part"], kinds=("curtain",), where=("window",)))
    for seed in range(4):
        masks = [sample.streaks > 0.2 for sample in drawn(clean, "part", seed, 4)]
        ever = np.logical_or.reduce(masks)
        assert ever.mean() < 0.85, "some of the picture is dry in every frame"


def test_mist_over_the_ground_does_not_flicker(clean: Photo) -> None:
    for seed in range(3):
        samples = drawn(clean, "ground-mist", seed, 3)
        assert all(np.array_equal(sample.hazy, samples[0].hazy) for sample in samples)
        assert np.abs(samples[0].hazy - clean).mean() > 0.002


def test_few_soft_drops_keep_their_soft_edges_in_a_clip(clean: Photo, monkeypatch: pytest.MonkeyPatch) -> None:
    lonely = replace(PROFILES["defocused"], kinds=("disc",), layers=(1, 1), alpha=(0.5, 0.5), blends=(1, 0, 0), sky=0.0)
    monkeypatch.setitem(PROFILES, "defocused", lonely)
    one = DrawnKind("scatter", (18, 18), (1, 1), (-9, -9), 1.0, soft=(1.8, 1.8), dim=0.0)
    monkeypatch.setitem(DRAWN, "disc", one)
    flat = []
    for seed in range(12):
        streaks = drawn(np.tile(clean, (2, 2, 1)), "defocused", seed, 1)[0].streaks
        flat.append(float((streaks > 0.98 * streaks.max()).sum() / max(1, (streaks > 0.02).sum())))
    assert np.median(flat) < 0.15, "not every pixel of a drop is as bright as its middle"


@pytest.mark.parametrize("seed", range(6))
def test_a_photo_becomes_a_clip_that_moves_gently(seed: int) -> None:
    rng = np.random.default_rng(0)
    photo = cv2.resize(rng.random((12, 18, 3), np.float32), (360, 240), interpolation=cv2.INTER_CUBIC).clip(0, 1)
    frames = list(pan(photo, seed, 5, 60, 80))
    assert [f.shape for f in frames] == [(60, 80, 3)] * 5
    steps = [float(np.abs(a - b).mean()) for a, b in zip(frames, frames[1:], strict=False)]
    assert max(steps) < 0.1
    assert all(np.array_equal(a, b) for a, b in zip(frames, pan(photo, seed, 5, 60, 80), strict=True))
