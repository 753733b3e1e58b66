"""The steadier: rain that a derainer left or hurt is mended from the frames beside, and nothing else changes."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any, Literal

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from rainapp.base.image import Frame, Image
from rainapp.inference.temporal.deflicker import Steadier, is_cut
from rainapp.jobs.records import NoWatch

Mode = Literal["fast", "best"]
MODES: tuple[Mode, ...] = ("fast", "best")
Pictures = list[NDArray[Any]]


def texture(seed: int, height: int = 160, width: int = 240) -> NDArray[np.uint8]:
    """A soft, detailed picture (H, W, 3)."""
    noise = np.random.default_rng(seed).normal(0, 1, (height, width, 3)).astype(np.float32)
    soft = cv2.GaussianBlur(noise, (0, 0), 2) * 6 + cv2.GaussianBlur(noise, (0, 0), 9) * 25
    return np.clip(110 + soft * 22, 20, 200).astype(np.uint8)


def rained(clean: Pictures, seed: int = 1) -> tuple[Pictures, Pictures]:
    """Rainy pictures, and what an imperfect derainer makes of them: a third of every streak stays. New streaks each frame."""
    rng = np.random.default_rng(seed)
    rainy, derained = [], []
    for picture in clean:
        drops = (rng.random(picture.shape[:2]) < 0.004).astype(np.float32)
        streaks = np.clip(cv2.filter2D(drops, -1, np.ones((15, 1), np.float32)), 0, 1)[:, :, None] * 55
        rainy.append(np.clip(picture + streaks, 0, 255).astype(np.uint8))
        derained.append(np.clip(picture + streaks / 3, 0, 255).astype(np.uint8))
    return rainy, derained


def frames_of(derained: Pictures, rainy: Pictures, depth: int = 8) -> list[Frame]:
    pairs = enumerate(zip(derained, rainy, strict=True))
    return [Frame(i, Fraction(i, 25), Image(d.copy(), depth), Image(r.copy(), depth)) for i, (d, r) in pairs]


def steadied(mode: Mode, derained: Pictures, rainy: Pictures) -> Pictures:
    return [frame.image.pixels for frame in Steadier(mode)(frames_of(derained, rainy), NoWatch())]


def error(pictures: Pictures, clean: Pictures) -> float:
    """Mean squared error over all pictures."""
    return float(np.mean([(a.astype(float) - b).__pow__(2).mean() for a, b in zip(pictures, clean, strict=True)]))


@pytest.mark.parametrize(("mode", "left"), [("fast", 0.5), ("best", 0.35)])
def test_a_scene_that_stands_still_loses_most_of_what_the_net_left(mode: Mode, left: float) -> None:
    clean = [texture(3)] * 8
    rainy, derained = rained(clean)
    assert error(steadied(mode, derained, rainy), clean) < left * error(derained, clean)


def test_a_moving_scene_is_followed() -> None:
    wide = texture(5, 200, 300)
    clean = [wide[10 + t : 170 + t, 10 + 3 * t : 250 + 3 * t] for t in range(8)]
    rainy, derained = rained(clean)
    assert error(steadied("best", derained, rainy), clean) < 0.6 * error(derained, clean)
    assert error(steadied("fast", derained, rainy), clean) < 1.02 * error(derained, clean)


@pytest.mark.parametrize("mode", MODES)
def test_a_thing_that_moves_in_front_is_not_smeared(mode: Mode) -> None:
    clean = []
    for t in range(8):
        picture = texture(7).copy()
        picture[60:90, 20 + 12 * t : 50 + 12 * t] = texture(8)[:30, :30] // 3
        clean.append(picture)
    rainy, derained = rained(clean)
    result = steadied(mode, derained, rainy)
    for t in range(1, 7):
        area = np.s_[55:95, 10 + 12 * t : 62 + 12 * t]
        before = ((derained[t][area].astype(float) - clean[t][area]) ** 2).mean()
        assert ((result[t][area].astype(float) - clean[t][area]) ** 2).mean() < 1.15 * before


@pytest.mark.parametrize("mode", MODES)
def test_dry_frames_come_out_exactly_as_they_were(mode: Mode) -> None:
    clean = [np.roll(texture(9), 2 * t, axis=1) for t in range(6)]
    assert all(np.array_equal(a, b) for a, b in zip(steadied(mode, clean, clean), clean, strict=True))


@pytest.mark.parametrize("mode", MODES)
def test_nothing_crosses_a_cut(mode: Mode) -> None:
    dark, bright = texture(11) // 3, np.clip(texture(12).astype(int) + 55, 0, 255).astype(np.uint8)
    clean = [dark] * 4 + [bright] * 4
    rainy, derained = rained(clean)
    whole = steadied(mode, derained, rainy)
    apart = steadied(mode, derained[:4], rainy[:4]) + steadied(mode, derained[4:], rainy[4:])
    assert all(np.array_equal(a, b) for a, b in zip(whole, apart, strict=True))


@pytest.mark.parametrize("mode", MODES)
def test_parts_come_out_the_same_whether_interrupted_or_not(mode: Mode) -> None:
    clean = [np.roll(texture(9), t, axis=1) for t in range(7)]
    rainy, derained = rained(clean)
    frames = frames_of(derained, rainy)
    whole = list(Steadier(mode, part_frames=4)(frames, NoWatch()))
    later = list(Steadier(mode, part_frames=4)(frames[4:], NoWatch()))
    assert all(np.array_equal(a.image.pixels, b.image.pixels) for a, b in zip(whole[4:], later, strict=True))
    plain = list(Steadier(mode)(frames, NoWatch()))
    assert not np.array_equal(plain[4].image.pixels, whole[4].image.pixels)


def test_a_cut_is_told_from_rain_and_motion() -> None:
    def grey(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)

    street = texture(1)
    assert is_cut(grey(street // 4), grey(street))
    assert not is_cut(grey(street), grey(np.roll(street, 4, axis=0)))
    rainy, _ = rained([street, street])
    assert not is_cut(grey(rainy[0]), grey(rainy[1]))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_every_frame_comes_out_once_in_order_with_its_time_and_source(mode: Mode, count: int) -> None:
    rainy, derained = rained([texture(2)] * count)
    frames = frames_of(derained, rainy)
    result = list(Steadier(mode)(frames, NoWatch()))
    assert [(frame.index, frame.time_s) for frame in result] == [(frame.index, frame.time_s) for frame in frames]
    assert all(a.source is b.source for a, b in zip(result, frames, strict=True))


@pytest.mark.parametrize("mode", MODES)
def test_only_one_frame_is_held_back(mode: Mode) -> None:
    rainy, derained = rained([texture(2)] * 6)
    taken = 0

    def counted(frames: Iterable[Frame]) -> Iterator[Frame]:
        nonlocal taken
        for frame in frames:
            taken += 1
            yield frame

    for done, _ in enumerate(Steadier(mode)(counted(frames_of(derained, rainy)), NoWatch()), 1):
        assert taken <= done + 1


@pytest.mark.parametrize("mode", MODES)
def test_sixteen_bit_keeps_its_fine_steps(mode: Mode) -> None:
    fine = np.random.default_rng(4).integers(20000, 40000, (64, 96, 3)).astype(np.uint16)
    frames = frames_of([fine] * 3, [fine] * 3, depth=10)
    for frame in Steadier(mode)(frames, NoWatch()):
        assert frame.image.depth == 10
        assert np.array_equal(frame.image.pixels, fine)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("size", [(1, 1), (2, 3), (17, 33), (64, 15), (101, 67)])
def test_any_size_is_steadied(mode: Mode, size: tuple[int, int]) -> None:
    height, width = size
    clean = [texture(6)[:height, :width]] * 4
    rainy, derained = rained(clean)
    result = steadied(mode, derained, rainy)
    assert [picture.shape for picture in result] == [(height, width, 3)] * 4


def streaks_of(shape: tuple[int, int], seed: int, density: float = 0.004, length: int = 15) -> NDArray[np.float32]:
    """Streaks (H, W, 1), 0 to 1, new for each seed."""
    drops = (np.random.default_rng(seed).random(shape) < density).astype(np.float32)
    return np.clip(cv2.filter2D(drops, -1, np.ones((length, 1), np.float32)), 0, 1)[:, :, None]


def lit(picture: NDArray[Any], light: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.clip(picture + light, 0, 255).astype(np.uint8)


def test_streaks_that_the_net_missed_go_where_it_found_others() -> None:
    clean = [texture(3)] * 8
    rainy, derained = [], []
    for t, picture in enumerate(clean):
        found, missed = (streaks_of(picture.shape[:2], 100 * k + t) * 45 for k in (1, 2))
        rainy.append(lit(picture, np.maximum(found, missed)))
        derained.append(lit(picture, np.maximum(found / 5, missed)))
    result = steadied("best", derained, rainy)
    assert error(result[1:-1], clean[1:-1]) < 0.35 * error(derained[1:-1], clean[1:-1])


def test_a_bright_ball_that_flies_through_the_rain_stays() -> None:
    clean, area = [], []
    for t in range(7):
        picture = texture(3).copy()
        cv2.circle(picture, (20 + 32 * t, 80), 13, (205, 200, 190), -1)
        clean.append(picture)
        area.append(np.s_[66:95, max(0, 6 + 32 * t) : 35 + 32 * t])
    rainy, derained = rained(clean)
    result = steadied("best", derained, rainy)
    for t in range(1, 6):
        before = np.abs(derained[t][area[t]].astype(float) - clean[t][area[t]]).mean()
        assert np.abs(result[t][area[t]].astype(float) - clean[t][area[t]]).mean() < 1.3 * before


@pytest.mark.parametrize(("left", "limit"), [(5, 0.9), (10, 4.0)])
def test_grain_stays_where_there_is_hardly_any_rain(left: int, limit: float) -> None:
    rng = np.random.default_rng(5)
    clean = [lit(texture(3), rng.normal(0, 3, texture(3).shape).astype(np.float32)) for _ in range(7)]
    few = [streaks_of(p.shape[:2], t, density=0.0003) * 25 for t, p in enumerate(clean)]
    rainy = [lit(p, s) for p, s in zip(clean, few, strict=True)]
    derained = [lit(p, s / left) for p, s in zip(clean, few, strict=True)]
    found = error(steadied("best", derained, rainy), clean)
    assert found < limit * error(derained, clean)
    assert found < 0.11, "58 dB: nobody sees a difference"


def test_a_camera_that_moves_fast_costs_nothing() -> None:
    wide = texture(5, 200, 420)
    clean = [wide[10:170, 10 + 25 * t : 250 + 25 * t] for t in range(6)]
    rainy, derained = rained(clean)
    assert error(steadied("best", derained, rainy), clean) < 1.01 * error(derained, clean)


def test_what_was_learnt_of_a_still_scene_is_kept_for_many_frames() -> None:
    clean = [texture(3)] * 12
    rainy, derained = rained(clean)
    result = steadied("best", derained, rainy)
    assert error(result[8:11], clean[8:11]) < 0.8 * error(result[1:3], clean[1:3])
