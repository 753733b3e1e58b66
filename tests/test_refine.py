"""Repair: what a prior may change and what not, on real pictures, with priors that do right and priors that do wrong."""

import tracemalloc
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from rainapp.base.errors import Cancelled
from rainapp.base.image import Frame, Image
from rainapp.inference.refine import windows
from rainapp.inference.refine.budget import Budget
from rainapp.inference.refine.prior import Window
from rainapp.inference.refine.refiner import OVERLAP_PX, Lies, Refiner
from rainapp.jobs.records import NoWatch, Region
from rainapp.work.screen.picture_parts import crop

Floats = NDArray[np.float32]
HEIGHT, WIDTH = 200, 333
WINDOW_PX = 128
ALL = Budget(1.0, 1.0)


def scene(seed: int, height: int = HEIGHT, width: int = WIDTH) -> Floats:
    """A photo with soft shapes and texture, (H, W, 3), 0.1 to 0.9."""
    rng = np.random.default_rng(seed)
    big = cv2.resize(rng.random((6, 9, 3), np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    fine = cv2.GaussianBlur(rng.standard_normal((height, width, 1)).astype(np.float32), (0, 0), 1.0)
    return np.clip(big + 0.12 * fine[..., None], 0.1, 0.9).astype(np.float32)


CLEAN = scene(1)
WET = np.zeros((HEIGHT, WIDTH), np.float32)
for left in range(20, 160, 24):
    cv2.line(WET, (left, 20), (left + 8, 150), 1.0, 3, cv2.LINE_AA)
SMEARED = CLEAN + WET[..., None] * (cv2.GaussianBlur(CLEAN, (0, 0), 3) - CLEAN)
RAINY = np.clip(SMEARED + 0.3 * WET[..., None], 0, 1)


def frame_of(rainy: Floats = RAINY, derained: Floats = SMEARED, depth: int = 8) -> Frame:
    peak, kind = (255, np.uint8) if depth == 8 else (65535, np.uint16)
    source, image = (Image(np.rint(each * peak).astype(kind), depth) for each in (rainy, derained))
    return Frame(0, Fraction(0), image, source)


@dataclass
class Shows:
    """A prior that shows a picture of its own, of the size of the whole, whatever it is given."""

    picture: Floats
    name: str = "shows"
    window_px: int = WINDOW_PX
    calls: int = 0

    def __call__(self, window: Window) -> Floats:
        height, width = window.mask.shape
        assert window.derained.shape[:2] == (height, width)
        self.calls += 1
        return self.picture[window.top : window.top + height, window.left : window.left + width].copy()


def refined(prior: Shows, frame: Frame, strength: float = 1.0, budget: Budget = ALL) -> Frame:
    (done,) = Refiner(prior, strength, budget)([frame], NoWatch())
    return done


def dry(frame: Frame) -> NDArray[np.bool_]:
    """Where nothing was removed at all."""
    return (frame.source.pixels == frame.image.pixels).all(axis=2)


@pytest.mark.parametrize("depth", [8, 16])
def test_smears_are_repaired_and_dry_pixels_stay_bit_exact(depth: int) -> None:
    frame = frame_of(depth=depth)
    done = refined(Shows(CLEAN), frame)
    assert dry(frame).mean() > 0.5
    np.testing.assert_array_equal(done.image.pixels[dry(frame)], frame.image.pixels[dry(frame)])
    before, after = (np.abs(each.image.pixels / each.image.peak - CLEAN).sum() for each in (frame, done))
    assert after < 0.7 * before
    facts = done.repaired
    assert facts is not None
    assert (facts.strength, facts.kept, facts.broken) == (1.0, 0, 0)
    change = np.abs(done.image.pixels.astype(float) - frame.image.pixels) / frame.image.peak
    differ = (change >= 0.5 / 255).any(axis=2).mean()
    assert facts.share == pytest.approx(differ)
    assert facts.share > 0.01


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("what", ["another photo", "noise", "the photo with noise", "a brighter photo"])
def test_a_prior_that_shows_something_else_changes_nothing(what: str, depth: int) -> None:
    rng = np.random.default_rng(5)
    noise = rng.random((HEIGHT, WIDTH, 3), np.float32)
    pictures = {
        "another photo": scene(2),
        "noise": noise,
        "the photo with noise": (CLEAN + noise - 0.5).astype(np.float32),
        "a brighter photo": CLEAN + np.float32(0.08),
    }
    frame = frame_of(depth=depth)
    done = refined(Shows(pictures[what]), frame)
    np.testing.assert_array_equal(done.image.pixels, frame.image.pixels)
    assert done.repaired is not None
    assert done.repaired.kept == done.repaired.windows > 0
    assert done.repaired.share == 0


def test_texture_is_not_invented_in_a_flat_sky() -> None:
    sky = np.full_like(CLEAN, 0.6)
    frame = frame_of(np.clip(sky + 0.3 * WET[..., None], 0, 1), sky)
    grain = 0.05 * np.random.default_rng(1).standard_normal(CLEAN.shape).astype(np.float32)

    @dataclass
    class Grain(Shows):
        def __call__(self, window: Window) -> Floats:
            return window.derained + super().__call__(window)

    done = refined(Grain(grain), frame)
    np.testing.assert_array_equal(done.image.pixels, frame.image.pixels)


def test_pixels_that_are_no_numbers_stay_derained_and_are_counted() -> None:
    broken = CLEAN.copy()
    broken[60:70, 20:170] = np.nan
    broken[80, 20:170] = np.inf
    frame = frame_of()
    done = refined(Shows(broken), frame)
    lost = ~np.isfinite(broken).all(axis=2)
    np.testing.assert_array_equal(done.image.pixels[lost], frame.image.pixels[lost])
    assert done.repaired is not None
    assert 0 < done.repaired.broken <= lost.sum()
    assert (done.image.pixels != frame.image.pixels).any(), "the rest is repaired"


def test_without_rain_nothing_runs() -> None:
    prior = Shows(scene(2))
    frame = frame_of(SMEARED, SMEARED)
    done = refined(prior, frame)
    assert prior.calls == 0
    assert done.image is frame.image
    assert done.repaired is not None
    assert (done.repaired.windows, done.repaired.share) == (0, 0.0)


def test_only_windows_with_rain_are_looked_at() -> None:
    prior = Shows(CLEAN)
    done = refined(prior, frame_of())
    all_windows = len(windows.places(HEIGHT, WINDOW_PX, OVERLAP_PX)) * len(windows.places(WIDTH, WINDOW_PX, OVERLAP_PX))
    assert done.repaired is not None
    assert prior.calls == done.repaired.windows < all_windows


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("budget", [Budget(share, 1.0) for share in (0.01, 0.003, 0.001, 0.0003, 0.0)] + [Budget(1.0, 0.0002)])
def test_above_the_budget_the_strength_falls(budget: Budget, depth: int) -> None:
    frame = frame_of(depth=depth)
    free, held = refined(Shows(CLEAN), frame).repaired, refined(Shows(CLEAN), frame, budget=budget).repaired
    assert free is not None
    assert held is not None
    assert free.share > 0.01
    assert free.mean > 0.0002
    assert held.strength < 1 == held.wanted
    assert held.share <= budget.share
    assert held.mean <= budget.mean * 1.02 + 1e-6, "but for rounding to levels"


def test_half_the_strength_is_half_the_change() -> None:
    frame = frame_of(depth=16)
    full, half = (refined(Shows(CLEAN), frame, strength).image.pixels.astype(float) for strength in (1.0, 0.5))
    np.testing.assert_allclose(half - frame.image.pixels, (full - frame.image.pixels) / 2, atol=1.0)


@pytest.mark.parametrize("size", [(1, 1), (3, 500), (130, 127), (128, 128), (129, 257)])
def test_pictures_of_any_size_are_covered(size: tuple[int, int]) -> None:
    height, width = size
    clean = np.full((height, width, 3), 0.5, np.float32)

    class Darker:
        name = "darker"
        window_px = WINDOW_PX

        def __call__(self, window: Window) -> Floats:
            return window.derained - np.float32(0.02)

    frame = frame_of(clean + np.float32(0.3), clean)
    done = refined(Darker(), frame)
    assert (done.image.pixels < frame.image.pixels).all(), "every pixel was reached, and alike: no seams"
    assert np.ptp(done.image.pixels) <= 1


@pytest.mark.parametrize("length", [1, 127, 128, 129, 224, 225, 1000])
def test_windows_cover_a_side_and_the_last_one_ends_at_the_border(length: int) -> None:
    starts = windows.places(length, WINDOW_PX, OVERLAP_PX)
    assert starts[0] == 0
    assert starts[-1] + min(WINDOW_PX, length) == length
    assert all(later - earlier <= WINDOW_PX - OVERLAP_PX for earlier, later in pairwise(starts))


def test_it_can_be_cancelled_at_every_window() -> None:
    class After:
        def __init__(self, ticks: int) -> None:
            self.left = ticks

        def tick(self, done: int, total: int, **facts: float) -> None:
            self.left -= 1
            if self.left < 0:
                raise Cancelled

    prior = Shows(CLEAN)
    with pytest.raises(Cancelled):
        list(Refiner(prior, 1.0)([frame_of()], After(2)))
    assert prior.calls == 2


def test_a_frame_keeps_what_else_it_knows() -> None:
    frame = replace(frame_of(), rain=0.02)
    assert refined(Shows(CLEAN), frame).rain == 0.02


def test_a_longer_picture_takes_only_its_own_bytes_more() -> None:
    def peak_bytes(height: int) -> int:
        derained = np.full((height, 300, 3), 100, np.uint8)
        rainy = derained.copy()
        rainy[::7] += 60
        frame = Frame(0, Fraction(0), Image(derained), Image(rainy))

        class Same:
            name = "same"
            window_px = WINDOW_PX

            def __call__(self, window: Window) -> Floats:
                return window.derained + np.float32(0.01)

        tracemalloc.start()
        refined(Same(), frame)  # type: ignore[arg-type]
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak_bytes(300)  # what is loaded at the first time
    more = peak_bytes(3200) - peak_bytes(800)
    assert more < 1.5 * (3200 - 800) * 300 * 3, "the result alone grows, in the depth of the file"


class Shades:
    """A prior that makes of a window something that depends on where it lies, on all it sees and on the mask."""

    name = "shades"
    window_px = WINDOW_PX

    def __call__(self, window: Window) -> Floats:
        there = np.float32(0.01 + 0.005 * np.sin(window.top + 3 * window.left))
        return window.derained + there * cv2.blur(window.mask, (5, 5))[..., None] + 0.1 * (window.derained.mean() - 0.5)


@pytest.mark.parametrize("region", [(0, 0, 60, 50), (100, 60, 90, 80), (333 - 40, 200 - 30, 40, 30), (0, 0, WIDTH, HEIGHT)])
def test_a_part_is_repaired_as_the_whole_would_be(region: tuple[int, int, int, int]) -> None:
    frame, wanted = frame_of(), Region(*region)
    refiner = Refiner(Shades(), 0.7, ALL)
    (whole,) = refiner([frame], NoWatch())
    around = refiner.surroundings(HEIGHT, WIDTH, wanted)
    rainy, derained = (crop(each, around) for each in (frame.source, frame.image))
    made, facts = refiner.part(rainy.pixels, derained, Lies(HEIGHT, WIDTH, around, wanted), NoWatch())
    place = slice(wanted.y, wanted.y + wanted.height), slice(wanted.x, wanted.x + wanted.width)
    np.testing.assert_array_equal(made.pixels, whole.image.pixels[place])
    assert (whole.image.pixels != frame.image.pixels).any()
    assert facts.share == (made.pixels != frame.image.pixels[place]).any(axis=2).mean()


def test_what_was_before_the_repair_is_kept_for_who_asks() -> None:
    frame = frame_of()
    assert refined(Shows(CLEAN), frame).unrepaired is None
    (done,) = Refiner(Shows(CLEAN), 1.0, ALL, keeps_derained=True)([frame], NoWatch())
    assert done.unrepaired is frame.image
