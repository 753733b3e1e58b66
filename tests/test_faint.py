import numpy as np
import pytest

from rainapp.inference.residual_gate import (
    DRY_SHARE,
    FAINT,
    FAINT_IF_DRY,
    RAINY_SHARE,
    change_around,
    faint_level,
    leave_faint,
    rainy_share,
)


def rainy(level: int = 120, kind: type = np.uint8) -> np.ndarray:
    return np.full((60, 80, 3), level * (257 if kind is np.uint16 else 1), kind)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_a_change_that_is_faint_all_around_is_undone(kind: type) -> None:
    photo = rainy(kind=kind)
    before = photo.astype(np.float32) / np.float32(np.iinfo(kind).max)
    left = leave_faint(before + np.float32(0.9 * FAINT), photo, FAINT)
    np.testing.assert_allclose(left, before, atol=1e-6)


def test_a_streak_that_is_seen_is_taken_as_it_was() -> None:
    photo = rainy()
    derained = photo.astype(np.float32) / np.float32(255)
    derained[:, 40:43] -= np.float32(30 / 255)
    result = leave_faint(derained.copy(), photo, FAINT)
    np.testing.assert_allclose(result[:, 40:43], derained[:, 40:43], atol=1e-6)
    np.testing.assert_allclose(result[:, :25], derained[:, :25], atol=1e-6)


def test_between_faint_and_seen_a_change_grows_steadily() -> None:
    photo = rainy()
    before = photo.astype(np.float32) / np.float32(255)
    taken = [
        float((before - leave_faint(before - np.float32(f * FAINT), photo, FAINT)).mean())
        for f in (1.0, 1.25, 1.5, 1.75, 2.0, 3.0)
    ]
    assert taken == sorted(taken)
    assert taken[-2] == pytest.approx(2 * FAINT, rel=1e-3)
    assert taken[-1] == pytest.approx(3 * FAINT, rel=1e-3)


def marked(share: float, level: float, side: int = 512) -> np.ndarray:
    """What was removed from a square: a short stroke of so many levels in this `share` of the 256 places."""
    removed = np.zeros((side, side, 3), np.float32)
    across = side // 32
    for place in range(round(share * across**2)):
        top, left = place // across * 32 + 10, place % across * 32 + 14
        removed[top : top + 12, left : left + 4] = -level / 255
    return removed


def share_of(removed: np.ndarray) -> float:
    return rainy_share(change_around(removed))


def test_the_rainy_share_counts_places_in_which_something_was_taken_that_can_be_seen() -> None:
    assert share_of(marked(0.0, 20)) == 0
    assert share_of(marked(0.25, 20)) == pytest.approx(0.25)
    assert share_of(marked(1.0, 20).astype(np.float16)) == 1
    assert share_of(marked(1.0, 2.5)) == 0  # cannot be seen


def test_of_a_small_picture_nobody_can_tell() -> None:
    assert share_of(np.zeros((255, 800, 3), np.float32)) == 1
    assert share_of(np.zeros((256, 256, 3), np.float32)) == 0


def test_the_drier_a_picture_the_stronger_a_change_must_be() -> None:
    levels = [faint_level(share) for share in (0, DRY_SHARE, 0.25, 0.3, 0.35, RAINY_SHARE, 1)]
    assert levels == sorted(levels, reverse=True)
    assert levels[0] == levels[1] == pytest.approx(FAINT_IF_DRY)
    assert levels[-1] == levels[-2] == pytest.approx(FAINT)


@pytest.mark.parametrize(("share", "stays"), [(0.2, True), (0.6, False)])
def test_the_same_stroke_stays_in_a_dry_picture_and_goes_from_a_rainy_one(share: float, stays: bool) -> None:
    photo, removed = np.full((512, 512, 3), 120, np.uint8), marked(share, 20)
    before = photo.astype(np.float32) / np.float32(255)
    left = leave_faint(before + removed, photo, faint_level(share_of(removed)))
    taken = float((before - left).max() * 255)
    assert taken == pytest.approx(0 if stays else 20, abs=0.5)


def test_a_picture_is_judged_the_same_at_whatever_size() -> None:
    removed = marked(0.3, 40)
    twice = np.repeat(np.repeat(removed, 2, 0), 2, 1)
    assert share_of(twice) == pytest.approx(share_of(removed))
