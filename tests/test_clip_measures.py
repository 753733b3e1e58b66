"""Measures of clips against cases whose answer is known."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from rainapp.metrics.clip_metrics import ClipFigures, ClipMeter, occluded, warp_error

Picture = NDArray[np.float32]
Clip = list[Picture]
LEVEL = np.float32(1 / 255)


def texture(height: int = 96, width: int = 128, seed: int = 2) -> Picture:
    noise = np.random.default_rng(seed).normal(0, 1, (height, width, 3)).astype(np.float32)
    return np.clip(0.45 + cv2.GaussianBlur(noise, (0, 0), 3), 0.1, 0.8).astype(np.float32)


def rained(clean: Clip, amount: float = 0.2, seed: int = 1) -> Clip:
    """New streaks in each frame."""
    rng = np.random.default_rng(seed)
    drops = [(rng.random(p.shape[:2]) < 0.005).astype(np.float32) for p in clean]
    streaks = [np.clip(cv2.filter2D(d, -1, np.ones((11, 1), np.float32)), 0, 1)[..., None] for d in drops]
    return [np.clip(p + np.float32(amount) * s, 0, 1) for p, s in zip(clean, streaks, strict=True)]


def figures(rainy: Clip, clean: Clip, derained: Clip) -> ClipFigures:
    meter = ClipMeter()
    for frames in zip(rainy, clean, derained, strict=True):
        meter.add(*frames)
    return meter.figures()


@pytest.fixture(scope="module")
def still() -> Clip:
    return [texture()] * 8


@pytest.fixture(scope="module")
def moving() -> Clip:
    wide = texture(96, 200)
    return [np.ascontiguousarray(wide[:, 2 * t : 2 * t + 128]) for t in range(8)]


def test_a_perfect_result_of_a_still_scene_has_no_error_at_all(still: Clip) -> None:
    found = figures(rained(still), still, still)
    assert found.frames == 8
    assert found.ssim_y == pytest.approx(1)
    assert (found.warp, found.flicker, found.tof) == (0, 0, 0)
    assert found.transience > 0.85


def test_flicker_of_known_size_is_found(still: Clip) -> None:
    blinking = [p + (t % 2) * 4 * LEVEL for t, p in enumerate(still)]
    found = figures(still, still, blinking)
    assert found.flicker == pytest.approx(4, rel=1e-3)
    assert found.flicker_clean == 0
    assert found.warp == pytest.approx(1000 * (4 / 255) ** 2, rel=1e-3)
    assert found.warp_excess == pytest.approx(found.warp)


def test_motion_alone_is_no_warping_error(moving: Clip) -> None:
    steady = figures(rained(moving), moving, moving)
    flickering = figures(rained(moving), moving, rained(moving, 0.1))
    unmoved = float(np.mean([np.square(a - b).mean() for a, b in zip(moving, moving[1:], strict=False)])) * 1000
    assert steady.warp < 0.1 * unmoved
    assert steady.warp_excess == 0
    assert flickering.warp_excess > 5 * steady.warp
    assert flickering.tof > steady.tof == 0


def test_rain_is_transient_and_damage_is_not(moving: Clip) -> None:
    rainy = rained(moving)
    rain_gone = figures(rainy, moving, moving)
    texture_gone = figures(moving, moving, [cv2.GaussianBlur(p, (0, 0), 4) for p in moving])
    assert rain_gone.transience > 0.85
    assert texture_gone.transience < 0.2
    assert np.isnan(figures(rainy, moving, rainy).transience), "nothing was removed"


def test_what_comes_out_of_sight_counts_as_occluded_and_what_moves_as_a_whole_does_not() -> None:
    flow = np.zeros((40, 60, 2), np.float32)
    flow[..., 0] = 3
    assert not occluded(flow, -flow)[:, :-4].any()
    assert occluded(flow, flow).all(), "the way back leads elsewhere"
    edge = flow.copy()
    edge[:, 30:] = 0
    assert occluded(edge, -edge)[:, 29].all(), "motion has an edge here"


def test_where_all_is_occluded_the_whole_picture_counts() -> None:
    black, white = np.zeros((20, 30, 3), np.float32), np.ones((20, 30, 3), np.float32)
    nowhere = np.zeros((20, 30, 2), np.float32)
    assert warp_error(black, white, nowhere, np.ones((20, 30), bool)) == pytest.approx(1)


@pytest.mark.parametrize("count", [0, 1, 5])
def test_clips_too_short_for_a_measure_have_none(count: int, still: Clip) -> None:
    clip = still[:count]
    found = figures(rained(clip), clip, rained(clip, 0.1))
    assert found.frames == count
    assert np.isnan(found.tof)
    assert np.isnan(found.warp) == (count < 2)
    assert np.isnan(found.psnr_y) == (count == 0)


def test_a_tiny_clip_is_measured() -> None:
    tiny = [texture(8, 12)] * 3
    assert figures(rained(tiny), tiny, tiny).warp == 0
