import numpy as np
import pytest
from numpy.typing import NDArray

from rainapp.metrics import psnr_ssim


@pytest.fixture
def clean() -> NDArray[np.float64]:
    y, x = np.mgrid[0:64, 0:80]
    return np.stack([x / 100, y / 100, (x + y) / 200], -1) + 0.1


def test_luminance_is_studio_range() -> None:
    white, black = np.ones((1, 1, 3)), np.zeros((1, 1, 3))
    assert psnr_ssim.luminance(white)[0, 0] == pytest.approx(235 / 255, abs=1e-6)
    assert psnr_ssim.luminance(black)[0, 0] == pytest.approx(16 / 255)


def test_a_known_error_has_the_psnr_of_its_formula(clean: NDArray[np.float64]) -> None:
    assert psnr_ssim.psnr(clean, clean + 0.1) == pytest.approx(20)
    assert psnr_ssim.psnr(clean, clean) == float("inf")
    assert psnr_ssim.psnr_y(clean, clean + 0.1) == pytest.approx(20 - 20 * np.log10(219 / 255), abs=1e-9)


def test_the_two_conventions_differ_by_rounding_only(clean: NDArray[np.float64]) -> None:
    noisy = clean + np.random.default_rng(0).normal(0, 12 / 255, clean.shape)
    assert psnr_ssim.psnr_y(clean, noisy) == pytest.approx(psnr_ssim.psnr_y_b(clean, noisy), abs=0.1)
    assert psnr_ssim.psnr_y(clean, noisy) != psnr_ssim.psnr_y_b(clean, noisy)


def test_noise_scores_what_the_field_measures() -> None:
    rng = np.random.default_rng(1)
    grey = np.full((256, 256, 3), 0.5)
    noisy = grey + rng.normal(0, 12 / 255, grey.shape)
    assert psnr_ssim.psnr(grey, noisy) == pytest.approx(26.55, abs=0.1)
    assert psnr_ssim.psnr_y(grey, noisy) == pytest.approx(31.4, abs=0.3)


def test_ssim_is_one_for_equal_and_falls_with_blur(clean: NDArray[np.float64]) -> None:
    textured = np.clip(clean + np.random.default_rng(2).normal(0, 0.05, clean.shape), 0, 1)
    assert psnr_ssim.ssim_y(textured, textured) == pytest.approx(1)
    assert psnr_ssim.ssim_y(textured, clean) < 0.9


def test_ssim_samples_down_large_pictures_as_the_original_script_does() -> None:
    rng = np.random.default_rng(3)
    large = np.repeat(np.repeat(rng.random((64, 64, 3)), 16, 0), 16, 1)
    noisy = large + rng.normal(0, 0.1, large.shape)
    full = psnr_ssim.ssim_plane(psnr_ssim.luminance(large) * 255, psnr_ssim.luminance(noisy) * 255)
    assert psnr_ssim.ssim_y(large, noisy) > full + 0.1


@pytest.mark.parametrize(("side", "factor"), [(512, 2), (640, 3)])
def test_ssim_keeps_the_samples_that_the_original_script_keeps(side: int, factor: int) -> None:
    rng = np.random.default_rng(5)
    pair = [rng.random((side, side, 3)) for _ in range(2)]
    kept = []
    for picture in pair:
        plane = np.pad(psnr_ssim.luminance(picture) * 255, factor, mode="symmetric")
        first = factor - (factor - 1) // 2
        shifted = [plane[first + i :, first + j :][:side:factor, :side:factor] for i in range(factor) for j in range(factor)]
        kept.append(np.mean(shifted, axis=0))
    assert psnr_ssim.ssim_y(*pair) == pytest.approx(psnr_ssim.ssim_plane(*kept), rel=1e-9)


def test_tiny_pictures_have_a_score() -> None:
    assert psnr_ssim.ssim_y(np.full((3, 5, 3), 0.5), np.full((3, 5, 3), 0.5)) == pytest.approx(1)


def test_gradient_similarity_sees_lost_edges_not_a_shift(clean: NDArray[np.float64]) -> None:
    textured = np.clip(clean + np.random.default_rng(4).normal(0, 0.1, clean.shape), 0, 1)
    assert psnr_ssim.gmsd(textured, textured) == 0
    assert psnr_ssim.gmsd(clean, clean + 0.05) < 0.01
    assert psnr_ssim.gmsd(textured, clean) > 0.05


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0, 1.3])
def test_decoupled_tells_removal_from_damage(share: float, clean: NDArray[np.float64]) -> None:
    rainy = clean.copy()
    rainy[10:20] += 0.2
    derained = rainy + share * (clean - rainy)
    derained[40:] += 4 / 255
    parts = psnr_ssim.decoupled(rainy, clean, derained)
    assert parts.rain_removed == pytest.approx(1 - abs(1 - share))
    assert parts.rain_action == pytest.approx(share)
    assert parts.bg_err == pytest.approx(4 * np.sqrt(24 / 54), rel=1e-6)


def test_a_given_mask_decides_where_it_rained(clean: NDArray[np.float64]) -> None:
    mask = np.zeros(clean.shape[:2], bool)
    mask[:8] = True
    rainy = clean + 0.02
    assert psnr_ssim.decoupled(rainy, clean, clean, mask).rain_removed == 1


def test_a_pair_without_rain_has_no_share(clean: NDArray[np.float64]) -> None:
    assert np.isnan(psnr_ssim.decoupled(clean, clean, clean).rain_removed)
