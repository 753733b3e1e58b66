import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from rainapp.metrics import naturalness


def scene(seed: int) -> NDArray[np.float64]:
    """A picture with the 1/f statistics of natural scenes, (288, 384, 3)."""
    rng = np.random.default_rng(seed)
    fy, fx = np.fft.fftfreq(288)[:, None], np.fft.rfftfreq(384)[None]
    spectrum = (rng.normal(size=(288, 193)) + 1j * rng.normal(size=(288, 193))) / np.maximum(np.hypot(fx, fy), 0.003) ** 1.2
    plane = np.fft.irfft2(spectrum, (288, 384))
    plane = (plane - plane.min()) / (plane.max() - plane.min())
    return np.repeat(plane[..., None], 3, axis=2)


@pytest.fixture(scope="module")
def natural() -> naturalness.Naturalness:
    return naturalness.fit([scene(i) for i in range(40)])


def test_the_symmetric_fit_finds_gauss_and_laplace() -> None:
    rng = np.random.default_rng(0)
    assert naturalness.fit_symmetric(rng.normal(0, 2, 200_000))[0] == pytest.approx(2, abs=0.1)
    assert naturalness.fit_symmetric(rng.laplace(0, 1, 200_000))[0] == pytest.approx(1, abs=0.05)


def test_the_asymmetric_fit_finds_which_side_is_wider() -> None:
    rng = np.random.default_rng(1)
    size = np.abs(rng.normal(0, 1, 100_000))
    x = np.where(rng.random(100_000) < 1 / 3, -size, 2 * size)  # each side weighs as much as it is wide
    shape, mean, left, right = naturalness.fit_asymmetric(x)
    assert right == pytest.approx(2 * left, rel=0.05)
    assert mean > 0
    assert shape == pytest.approx(2, abs=0.2)


def test_noise_and_blur_are_less_natural_than_an_unseen_scene(natural: naturalness.Naturalness) -> None:
    unseen = scene(99)
    noisy = np.clip(unseen + np.random.default_rng(2).normal(0, 0.1, unseen.shape), 0, 1)
    blurred = cv2.GaussianBlur(unseen, (0, 0), 3)
    score = naturalness.niqe(unseen, natural)
    assert naturalness.niqe(noisy, natural) > 1.3 * score
    assert naturalness.niqe(blurred, natural) > 1.3 * score


def test_small_pictures_have_no_score(natural: naturalness.Naturalness) -> None:
    assert np.isnan(naturalness.niqe(np.full((50, 400, 3), 0.5), natural))


def test_the_bundled_fit_prefers_a_photo_to_noise() -> None:
    noise = np.random.default_rng(3).random((192, 288, 3))
    assert naturalness.niqe(scene(5)) < naturalness.niqe(noise)
