"""The gate itself: no teaching gets through, harm is refused, what is better is let in."""

import itertools
import math
from dataclasses import replace

import cv2
import numpy as np
import pytest

from rainapp.metrics import psnr_ssim
from rainapp.metrics.fine_structure import fine_removed, gradients
from tests.training.real_photos import dry_photo, rained
from training.teach.gate import (
    Measured,
    credit,
    gains,
    judge,
    lower_bound,
    sign_flip,
    split,
    t_quantile,
    upper_bound,
)


@pytest.mark.parametrize(
    "values", [[0.1, 0.2, -0.05, 0.3], [0.0, 0.0, 0.1], [-0.1, -0.2], [0.1] * 6, [0.02, -0.01, 0.4, 0.33, 0]]
)
def test_the_test_is_the_count_of_all_signs(values: list[float]) -> None:
    seen = round(sum(values), 9)
    signs = list(itertools.product((1, -1), repeat=len(values)))
    as_much = sum(round(sum(s * abs(v) for s, v in zip(each, values, strict=True)), 9) >= seen for each in signs)
    assert sign_flip(values) == pytest.approx(as_much / len(signs))


def test_five_photos_with_one_against_cannot_convince_and_six_can() -> None:
    assert sign_flip([0.1] * 6) == pytest.approx(1 / 64)
    assert sign_flip([0.1, 0.1, 0.1, 0.1, -0.1]) > 0.05
    assert sign_flip([0.05] * 200) < 1e-20


@pytest.mark.parametrize(("degrees", "value"), [(1, 6.314), (5, 2.015), (11, 1.796), (30, 1.697), (100, 1.660)])
def test_bounds_are_students(degrees: int, value: float) -> None:
    assert t_quantile(degrees) == pytest.approx(value, abs=0.01)
    values = list(np.random.default_rng(degrees).normal(1, 2, degrees + 1))
    assert upper_bound(values) == pytest.approx(
        np.mean(values) + value * np.std(values, ddof=1) / math.sqrt(degrees + 1), rel=0.01
    )
    assert lower_bound(values) < np.mean(values) < upper_bound(values)
    assert upper_bound([1.0]) == math.inf


BASE = Measured((0.3,) * 8, (0.4,) * 8, (34.0,) * 8)


def noisy(rng: np.random.Generator, gain: float = 0.0) -> Measured:
    """The base measured anew, with the noise of a short training; `gain` better on the judge photos."""
    fine = tuple(0.3 + gain + rng.normal(0, 0.06, 8))
    return Measured(fine, tuple(0.4 + rng.normal(0, 0.05, 8)), tuple(34 + rng.normal(0, 0.05, 8)))


def test_no_teaching_gets_through_at_most_five_times_in_a_hundred() -> None:
    accepted = [judge(BASE, noisy(np.random.default_rng(seed))).accepted for seed in range(100)]
    assert sum(accepted) <= 5


def test_what_is_better_is_accepted_and_what_is_worse_is_not() -> None:
    better = [judge(BASE, noisy(np.random.default_rng(seed), 0.15)).accepted for seed in range(40)]
    worse = [judge(BASE, noisy(np.random.default_rng(seed), -0.15)).accepted for seed in range(40)]
    assert sum(better) >= 38
    assert sum(worse) == 0


def test_each_condition_alone_can_refuse() -> None:
    good = Measured((0.5,) * 8, (0.45,) * 8, (33.95,) * 8)
    accepted = judge(BASE, good)
    assert accepted.accepted
    assert not accepted.own_rain_only
    small = judge(BASE, replace(good, fine=(0.32,) * 8))
    assert not small.accepted
    assert ".03 is needed" in small.reasons[0]
    chance = judge(BASE, replace(good, fine=(0.9, 0.2, 0.2, 0.2, 0.9, 0.2, 0.2, 0.35)))
    assert "may be chance" in chance.reasons[0]
    few = judge(Measured((0.3,) * 5, BASE.dry, BASE.check), replace(good, fine=(0.9,) * 5))
    assert "Only 5 photos could judge" in few.reasons[0]
    harm = judge(BASE, replace(good, dry=(0.7,) * 8))
    assert "grey levels more" in harm.reasons[0]
    forgot = judge(BASE, replace(good, check=(32.5,) * 8))
    assert not forgot.accepted
    assert "worse on other rain" in forgot.reasons[0]
    no_dry = judge(replace(BASE, dry=(0.4,)), replace(good, dry=(0.4,)))
    assert "too few dry photos" in no_dry.reasons[0]


def test_up_to_a_decibel_it_is_for_this_rain_only() -> None:
    verdict = judge(BASE, Measured((0.5,) * 8, (0.4,) * 8, (33.4,) * 8))
    assert verdict.accepted
    assert verdict.own_rain_only
    assert "this rain only" in verdict.reasons[0]


def test_the_bounds_and_not_the_means_decide() -> None:
    scattered = tuple(0.4 + each for each in (0.9, -0.9, 0.9, -0.9, 0.9, -0.9, 0.5, -0.3))
    assert not judge(BASE, Measured((0.5,) * 8, scattered, BASE.check)).accepted


def test_too_much_counts_like_too_little() -> None:
    assert credit(1.2) == pytest.approx(0.8)
    assert credit(0.7) == 0.7
    assert gains([0.9], [1.3])[0] < 0


def measured(
    change: object, judges: list[np.ndarray], dry: list[np.ndarray], pairs: list[tuple[np.ndarray, np.ndarray]]
) -> Measured:
    """A model, as a function of a picture, on real pictures."""
    assert callable(change)
    fine = tuple(fine_removed(each, change(each)) or 0.0 for each in judges)
    moved = tuple(float(np.abs(change(each).astype(float) - each).mean()) for each in dry)
    check = tuple(psnr_ssim.psnr_y(change(one).astype(np.float32) / 255, two.astype(np.float32) / 255) for one, two in pairs)
    return Measured(fine, moved, check)


def test_a_model_that_blurs_across_the_rain_is_refused_on_real_pictures() -> None:
    judges = [rained(dry_photo(seed), seed) for seed in range(20)]
    judges = [each for each in judges if gradients(each).have_direction][:10]
    assert len(judges) >= 6
    dry = [dry_photo(seed) for seed in range(30, 38)]
    pairs = [(rained(each, 5), each) for each in dry]
    identity = measured(lambda picture: picture, judges, dry, pairs)
    blurring = measured(lambda picture: cv2.blur(picture, (7, 1)), judges, dry, pairs)
    assert np.mean(blurring.fine) > 0.3, "the rain does go"
    verdict = judge(identity, blurring)
    assert not verdict.accepted
    assert any("grey levels more" in reason for reason in verdict.reasons)


def test_no_unit_is_in_two_parts_and_judges_can_be_measured() -> None:
    for count in (12, 13, 20, 60, 400):
        judgeable = [place % 5 != 0 for place in range(count)]
        found = split(judgeable, count)
        assert sorted(found.learn + found.choose + found.judge) == list(range(count))
        assert len(found.judge) >= 6
        assert len(found.choose) >= 1
        assert len(found.learn) >= 2
        assert all(judgeable[place] for place in found.choose + found.judge)
        assert split(judgeable, count) == found
    assert len(split([True] * 400, 1).judge) == 40


@pytest.mark.parametrize(("judgeable", "word"), [([True] * 11, "12 usable"), ([True] * 7 + [False] * 9, "of one direction")])
def test_too_little_to_begin_is_said(judgeable: list[bool], word: str) -> None:
    with pytest.raises(ValueError, match=word):
        split(judgeable, 1)
