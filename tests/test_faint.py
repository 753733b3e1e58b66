import numpy as np
import pytest

from rainapp.stages.faint import FAINT, leave_faint


def rainy(level: int = 120, kind: type = np.uint8) -> np.ndarray:
    return np.full((60, 80, 3), level * (257 if kind is np.uint16 else 1), kind)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_a_change_that_is_faint_all_around_is_undone(kind: type) -> None:
    photo = rainy(kind=kind)
    before = photo.astype(np.float32) / np.float32(np.iinfo(kind).max)
    left = leave_faint(before + np.float32(0.9 * FAINT), photo)
    np.testing.assert_allclose(left, before, atol=1e-6)


def test_a_streak_that_is_seen_is_taken_as_it_was() -> None:
    photo = rainy()
    derained = photo.astype(np.float32) / np.float32(255)
    derained[:, 40:43] -= np.float32(30 / 255)
    result = leave_faint(derained.copy(), photo)
    np.testing.assert_allclose(result[:, 40:43], derained[:, 40:43], atol=1e-6)
    np.testing.assert_allclose(result[:, :25], derained[:, :25], atol=1e-6)


def test_between_faint_and_seen_a_change_grows_steadily() -> None:
    photo = rainy()
    before = photo.astype(np.float32) / np.float32(255)
    taken = [
        float((before - leave_faint(before - np.float32(f * FAINT), photo)).mean()) for f in (1.0, 1.25, 1.5, 1.75, 2.0, 3.0)
    ]
    assert taken == sorted(taken)
    assert taken[-2] == pytest.approx(2 * FAINT, rel=1e-3)
    assert taken[-1] == pytest.approx(3 * FAINT, rel=1e-3)
