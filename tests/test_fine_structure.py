"""How much of fine rain of one direction went, on drawn streaks whose share is known."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from rainapp.metrics.fine_structure import fine_left, fine_removed, gradients

Picture = NDArray[np.uint8]


def scene(angle: float, share_left: float = 1.0, seed: int = 3) -> Picture:
    """Grain without a direction and streaks `angle` degrees from upright, of which `share_left` is left, (200, 240, 3)."""
    rng = np.random.default_rng(seed)
    grain = 90 + cv2.GaussianBlur(rng.normal(0, 20, (200, 240)), (0, 0), 1)
    length = 31
    line = np.zeros((length, length), np.float32)
    cv2.line(line, (length // 2, 0), (length // 2, length - 1), 1)
    turn = cv2.getRotationMatrix2D((length / 2 - 0.5, length / 2 - 0.5), angle, 1)
    kernel = cv2.warpAffine(line, turn, (length, length), flags=cv2.INTER_LINEAR)
    streaks = cv2.filter2D((rng.random((200, 240)) > 0.99).astype(np.float32), -1, kernel)
    plane = grain + np.sqrt(share_left) * 60 * np.clip(streaks, 0, 1)
    return np.repeat(np.clip(np.rint(plane), 0, 255).astype(np.uint8)[..., None], 3, 2)


@pytest.mark.parametrize("angle", [0.0, 25.0, -40.0])
def test_nothing_and_all_of_the_streaks(angle: float) -> None:
    rainy = scene(angle)
    assert fine_removed(rainy, rainy) == 0
    assert fine_removed(rainy, scene(angle, 0)) == pytest.approx(1, abs=0.1)


def test_half_of_the_energy_is_half() -> None:
    assert fine_removed(scene(10), scene(10, 0.5)) == pytest.approx(0.5, abs=0.08)


def test_smear_across_the_rain_is_more_than_all() -> None:
    rainy = scene(0, 0.05)
    smeared = cv2.blur(scene(0, 0), (5, 1))
    found = fine_removed(rainy, np.asarray(smeared, np.uint8))
    assert found is not None
    assert found > 1.1


def test_an_added_comb_is_less_than_nothing() -> None:
    rainy = scene(0)
    comb = rainy.astype(np.int16)
    comb[:, ::3] += 30
    found = fine_removed(rainy, np.clip(comb, 0, 255).astype(np.uint8))
    assert found is not None
    assert found < -0.1


def test_a_photo_without_a_direction_says_nothing() -> None:
    dry = scene(0, 0)
    assert fine_removed(dry, dry) is None
    flat = np.full((50, 50, 3), 128, np.uint8)
    assert fine_removed(flat, flat) is None


def test_the_direction_is_that_across_the_streaks() -> None:
    assert abs(np.degrees(gradients(scene(0)).across)) < 3
    assert abs(abs(np.degrees(gradients(scene(25)).across)) - 25) < 3


def test_what_is_left_is_told_where_it_is() -> None:
    rainy, derained = scene(10), scene(10, 0)
    derained[:, :120] = rainy[:, :120]
    left = fine_left(rainy, derained)
    assert left is not None
    assert left.shape == rainy.shape[:2]
    assert left[:, :100].mean() > 0.5
    assert left[:, 150:].mean() < 0.1
    post = scene(0, 0)
    post[:, 100:] += 90  # one upright edge of the scene, far stronger than rain
    seen = fine_left(np.maximum(scene(0), post), post)
    assert seen is not None
    assert seen.max() < 0.6  # dense rain has 1
    grey = np.full((64, 64, 3), 100, np.uint8)
    assert fine_left(grey, grey) is None
