"""The time left of a batch, on a simulated clock: near the truth from a tenth of the batch on, and silent before."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from rainapp.base.time_left import BatchPace, Load, Speeds


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


Told = list[tuple[float, float | None, float]]  # share of the files done, told, true


def work(
    sizes: Sequence[float], seconds: Callable[[float], float], known: bool, warm_up_s: float = 60.0, seed: int = 1
) -> Told:
    """Do files of these megapixels; what is told whenever one is done, and what it then took indeed."""
    rng = np.random.default_rng(seed)
    clock = Clock()
    pace = BatchPace(clock)
    loads = [Load(round(mp * 5e5 * rng.uniform(0.8, 1.25)), ".jpg", mp if known else None) for mp in sizes]
    took = [seconds(mp) * rng.uniform(0.85, 1.15) for mp in sizes]
    took[0] += warm_up_s
    told: Told = []
    for number, load in enumerate(loads):
        pace.begin()
        told.append((number / len(loads), pace.eta_s(load, loads[number + 1 :]), sum(took[number:])))
        clock.now += took[number]
        pace.finish(load, sizes[number])
    return told


BATCHES = {
    "300 small photos": [0.15] * 300,
    "photos of all sizes": list(np.random.default_rng(2).uniform(0.2, 24, 80)),
    "large among small": [0.3, 0.3, 48.0, 0.3] * 25,
}


@pytest.mark.parametrize("known", [True, False], ids=["sizes known", "bytes only"])
@pytest.mark.parametrize("name", BATCHES)
def test_from_a_tenth_on_the_time_left_is_right_within_a_fifth(name: str, known: bool) -> None:
    told = work(BATCHES[name], lambda mp: 0.2 + 0.8 * mp, known)
    late = [(eta, true) for share, eta, true in told if 0.1 <= share <= 0.9]
    assert late
    for eta, true in late:
        assert eta == pytest.approx(true, rel=0.2)


def test_the_warm_up_never_counts_as_speed() -> None:
    told = work([0.15] * 300, lambda mp: 0.3, known=True, warm_up_s=45)
    assert [eta for _, eta, _ in told[:3]] == [None, None, None]
    assert all(eta < 120 for _, eta, _ in told[3:] if eta is not None)
    assert all(eta is not None for _, eta, _ in told[3:])


def test_the_clock_stands_still_while_paused() -> None:
    clock = Clock()
    pace = BatchPace(clock)
    for _ in range(4):
        pace.begin()
        clock.now += 5
        pace.pause()
        clock.now += 1000
        pace.resume()
        clock.now += 5
        pace.finish(Load(10, "", 1.0), 1.0)
    assert pace.estimate_s([Load(10, "", 1.0)] * 3) == pytest.approx(30)
    pace.begin()
    clock.now += 4
    pace.pause()
    clock.now += 50
    assert pace.eta_s(Load(10, "", 1.0), [Load(10, "", 1.0)]) == pytest.approx(6 + 10)


def test_a_file_that_failed_says_nothing_of_the_time() -> None:
    clock = Clock()
    pace = BatchPace(clock)
    for number in range(6):
        pace.begin()
        clock.now += 10 if number % 2 else 0.1
        if number % 2:
            pace.finish(Load(10, "", 1.0), 1.0)
        else:
            pace.leave()
    assert pace.estimate_s([Load(10, "", 1.0)]) == pytest.approx(10)


def test_a_clip_that_knows_its_own_pace_tells_of_the_clips_behind_it() -> None:
    clock = Clock()
    pace = BatchPace(clock)
    pace.begin()
    clock.now += 30
    clip = Load(1000, ".mp4", 300.0)
    assert pace.eta_s(clip, [clip, clip], own_s=None) is None
    assert pace.eta_s(clip, [clip, clip], own_s=270) == pytest.approx(270 + 600)
    assert pace.eta_s(clip, [], own_s=270) == 270


def test_nothing_is_told_before_anything_is_known() -> None:
    pace = BatchPace(Clock())
    pace.begin()
    assert pace.eta_s(Load(10), []) is None
    assert pace.estimate_s([Load(10)]) is None


def cold(slow: Sequence[float], sizes: Sequence[float], seconds: Callable[[float], float], speed: float | None = None) -> Told:
    """As `work`, where the first files take so much longer, and `speed` is known from elsewhere."""
    rng, clock = np.random.default_rng(4), Clock()
    pace = BatchPace(clock)
    pace.speed = speed
    loads = [Load(round(mp * 5e5), ".jpg", mp) for mp in sizes]
    took = [seconds(mp) * rng.uniform(0.85, 1.15) for mp in sizes]
    for number, more in enumerate(slow):
        took[number] += more
    told: Told = []
    for number, load in enumerate(loads):
        pace.begin()
        told.append((number / len(loads), pace.eta_s(load, loads[number + 1 :]), sum(took[number:])))
        clock.now += took[number]
        pace.finish(load, sizes[number])
    return told


@pytest.mark.parametrize("slow", [(60,), (60, 20), (60, 20, 8, 4, 2), (5, 60, 0, 30)], ids=str)
@pytest.mark.parametrize("sizes", [[0.15] * 100, [0.05, 0.29, 0.11, 0.2] * 25, [12.0] * 60, [0.2, 8.0, 24.0] * 30], ids=len)
def test_a_cold_start_of_several_files_does_not_count_as_speed(slow: tuple[float, ...], sizes: list[float]) -> None:
    told = cold(slow, sizes, lambda mp: 0.25 + 0.6 * mp)
    late = [(eta, true) for share, eta, true in told if 0.1 <= share <= 0.9]
    assert late
    for eta, true in late:
        assert eta == pytest.approx(true, rel=0.2)


def test_small_photos_tell_nothing_of_large_ones_behind_them() -> None:
    sizes = [0.1, 0.2, 0.15] * 10 + [12.0] * 70
    told = cold((40,), sizes, lambda mp: 0.25 + 0.6 * mp)
    small = [eta for share, eta, _ in told if share < 0.3]
    assert small == [None] * len(small)  # silent, not wrong
    for share, eta, true in told:
        if share > 0.35:
            assert eta == pytest.approx(true, rel=0.2)


def test_small_photos_before_large_ones_are_told_by_a_speed_that_is_known() -> None:
    sizes = [0.1, 0.2, 0.15] * 10 + [12.0] * 70
    told = cold((40,), sizes, lambda mp: 0.25 + 0.6 * mp, speed=0.62)
    late = [(eta, true) for share, eta, true in told if 0.1 <= share <= 0.9]
    for eta, true in late:
        assert eta == pytest.approx(true, rel=0.2)


def test_a_large_photo_at_work_tells_of_those_behind_it() -> None:
    clock = Clock()
    pace = BatchPace(clock)
    for _ in range(5):
        pace.begin()
        clock.now += 0.3
        pace.finish(Load(10, "", 0.1), 0.1)
    pace.begin()
    clock.now += 2
    large = Load(10, "", 10.0)
    assert pace.eta_s(large, [large] * 3) is None
    assert pace.eta_s(large, [large] * 3, own_s=5.0) == pytest.approx(5 + 3 * 7.0, rel=0.1)


def test_a_few_larger_files_hardly_matter() -> None:
    clock = Clock()
    pace = BatchPace(clock)
    for _ in range(5):
        pace.begin()
        clock.now += 1.0
        pace.finish(Load(10, "", 1.0), 1.0)
    assert pace.estimate_s([Load(10, "", 1.0)] * 200 + [Load(10, "", 4.0)]) == pytest.approx(202, rel=0.03)


def test_the_speed_of_a_model_is_told_by_pictures_that_are_not_small() -> None:
    speeds = Speeds()
    speeds.saw("net", 30.0, 1.0)  # it was loaded then
    assert speeds.of("net") is None
    speeds.saw("net", 0.4, 0.1)
    assert speeds.of("net") == pytest.approx(4.0)
    assert speeds.of_large("net") is None
    speeds.saw("net", 0.9, 1.5)
    for _ in range(5):
        speeds.saw("net", 0.4, 0.05)
    assert speeds.of("net") == speeds.of_large("net") == pytest.approx(0.6)
