"""The distance between kinds of detail: nought for the same, large for a smear, small for the same texture elsewhere."""

import math

import cv2
import numpy as np
import pytest

from rainapp.metrics.band_distance import band_distance

WHOLE = np.ones((128, 128), np.bool_)


def texture(seed: int, contrast: float = 0.1) -> np.ndarray:
    """Grain of one kind, another draw of it for each seed."""
    noise = np.random.default_rng(seed).standard_normal((128, 128, 3)).astype(np.float32)
    return np.clip(0.5 + contrast * cv2.GaussianBlur(noise, (0, 0), 1.0) * 3, 0, 1)


def test_the_same_picture_is_no_distance_away() -> None:
    assert band_distance(texture(1), texture(1), WHOLE) == 0


def test_a_smear_is_far_and_another_draw_of_the_same_grain_is_near() -> None:
    clean = texture(1)
    smear = cv2.GaussianBlur(clean, (0, 0), 3)
    again = band_distance(texture(2), clean, WHOLE)
    assert again < 0.2 * band_distance(smear, clean, WHOLE)
    assert np.square(texture(2) - clean).mean() > np.square(smear - clean).mean(), "PSNR says the opposite"


def test_more_contrast_is_farther() -> None:
    clean = texture(1)
    distances = [band_distance(texture(2, contrast), clean, WHOLE) for contrast in (0.1, 0.12, 0.15)]
    assert distances == sorted(distances)


def test_a_shift_in_one_dimension_is_measured_in_levels() -> None:
    """A band of one known value: the distance of two constants is their difference along each direction."""
    clean = np.zeros((64, 64, 3), np.float32)
    made = clean.copy()
    made[::2, ::2] = 4 / 255
    found = band_distance(made, clean, np.ones((64, 64), np.bool_))
    assert 0.3 < found < 4


def test_what_lies_outside_the_mask_does_not_count() -> None:
    clean = texture(1)
    made = clean.copy()
    made[:, 90:] = 0
    mask = WHOLE.copy()
    mask[:, 40:] = False
    assert band_distance(made, clean, mask) == 0
    assert band_distance(made, clean, WHOLE) > 1


@pytest.mark.parametrize("size", [(1, 1), (3, 200), (10, 10)])
def test_a_picture_that_is_too_small_has_no_distance(size: tuple[int, int]) -> None:
    picture = np.zeros((*size, 3), np.float32)
    assert math.isnan(band_distance(picture, picture, np.ones(size, np.bool_)))


def test_without_rain_there_is_none() -> None:
    assert math.isnan(band_distance(texture(1), texture(2), np.zeros((128, 128), np.bool_)))
