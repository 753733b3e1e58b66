from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from training.profiles import MIXES, PROFILES
from training.rain import BLENDS, between_gaps, draw_rain, to_encoded, to_linear
from training.streaks import KINDS, StreakBank, motion_kernel, render_layer

Photo = NDArray[np.float32]


@pytest.fixture(scope="module")
def clean() -> Photo:
    y, x = np.mgrid[0:112, 0:128].astype(np.float32)
    return np.stack([0.2 + x / 300, 0.3 + y / 300, 0.25 + (x + y) / 600], -1).astype(np.float32)


@pytest.fixture(scope="module")
def bank() -> StreakBank:
    return StreakBank.render(3, sorted(KINDS), per_kind=3, size_px=144)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_layer_of_every_kind_holds_streaks_between_0_and_1(kind: str) -> None:
    layer = render_layer(np.random.default_rng(5), KINDS[kind], 320, 320, 10.0)
    assert layer.shape == (320, 320)
    assert layer.min() >= 0
    assert layer.max() == pytest.approx(1, abs=0.01)
    assert (layer > 0.5).any()
    assert layer.std() > 0.04  # pale sheets add light everywhere, but streaks stand out of it


def test_rain_that_drifts_is_denser_here_than_there(bank: StreakBank, monkeypatch: pytest.MonkeyPatch) -> None:
    black = np.zeros((144, 144, 3), np.float32)

    def unevenness(drifts: float) -> float:
        monkeypatch.setitem(PROFILES, "soft", replace(PROFILES["soft"], kinds=("sheer",), veil=(0, 0), drifts=drifts))
        rains = [draw_rain(black, "soft", seed, bank=bank, blends=("additive",), camera=False).rainy for seed in range(24)]
        quarters = np.stack([rain.mean(-1).reshape(2, 72, 2, 72).mean((1, 3)).ravel() for rain in rains])
        return float(np.median(quarters.max(1) / quarters.min(1)))

    assert unevenness(1.0) > 1.3 * unevenness(0.0)


def test_a_kernel_leans_by_its_angle() -> None:
    kernel = motion_kernel(np.random.default_rng(2), 41, 3, 30)
    rows, columns = np.nonzero(kernel > 0.3)
    slope = np.polyfit(rows, columns, 1)[0]
    assert np.degrees(np.arctan(slope)) == pytest.approx(30, abs=3)


@pytest.mark.parametrize("profile", sorted([*PROFILES, *MIXES]))
def test_one_seed_gives_one_result(profile: str, clean: Photo, bank: StreakBank) -> None:
    first = draw_rain(clean, profile, 42, bank=bank)
    again = draw_rain(clean, profile, 42, bank=bank)
    other = draw_rain(clean, profile, 43, bank=bank)
    assert np.array_equal(first.rainy, again.rainy)
    assert first.parameters == again.parameters
    assert not np.array_equal(first.rainy, other.rainy)
    for picture in (first.rainy, first.hazy, first.clear):
        assert picture.shape == clean.shape
        assert picture.min() >= 0
        assert picture.max() <= 1


@pytest.mark.parametrize("blend", BLENDS)
def test_rain_without_veil_brightens_only_where_streaks_are(blend: str, clean: Photo, bank: StreakBank) -> None:
    sample = draw_rain(clean, "narrow", 5, bank=bank, blends=[blend], veil=0, camera=False)  # type: ignore[list-item]
    change = sample.rainy - clean
    dry = sample.streaks == 0
    assert dry.any()
    assert np.abs(change[dry]).max() < 1e-3
    assert change[sample.streaks > 0.1].mean() > 0.01
    assert np.array_equal(sample.hazy, clean)


def test_the_gaps_between_dense_streaks_do_not_glow() -> None:
    rng = np.random.default_rng(7)
    layers = [render_layer(rng, KINDS["heavy"], 160, 160, angle) for angle in (0.0, 12.0, -15.0)]
    layers = [np.asarray(np.minimum(1, layer + np.float32(0.15)), np.float32) for layer in layers]
    alphas = [0.4, 0.5, 0.6]
    for _ in range(10):
        fallen = between_gaps(rng, layers, alphas)
        plain, gaps = (np.tensordot(alphas, np.stack(kind), 1) for kind in (layers, fallen))
        assert np.quantile(gaps, 0.01) < 0.5 * np.quantile(plain, 0.01)
        assert np.quantile(gaps, 0.99) > 0.2
        assert gaps.max() <= plain.max()


def test_haze_stays_in_one_target_and_goes_from_the_other(clean: Photo, bank: StreakBank) -> None:
    sample = draw_rain(clean, "storm", 6, bank=bank, veil=1.0, camera=False)
    assert np.array_equal(sample.clear, clean)
    assert sample.hazy.std() < 0.8 * clean.std()
    assert np.abs(sample.hazy - clean).mean() > 0.02


def test_the_streak_mask_is_taken_before_the_veil(clean: Photo, bank: StreakBank) -> None:
    without = draw_rain(clean, "storm", 7, bank=bank, veil=0, camera=False)
    hazed = draw_rain(clean, "storm", 7, bank=bank, veil=1.5, camera=False)
    assert np.array_equal(without.streaks, hazed.streaks)


def test_grain_belongs_to_rainy_and_clean_alike(clean: Photo, bank: StreakBank) -> None:
    noisy = next(
        s
        for s in (draw_rain(clean, "narrow", i, bank=bank) for i in range(200))
        if s.parameters.noise > 0.01 and not s.parameters.jpeg_quality
    )
    dry = noisy.streaks == 0
    assert np.abs(noisy.clear - clean)[dry].mean() > 0.003
    assert np.abs(noisy.rainy - noisy.clear)[dry].mean() < 1e-3


def test_what_trains_never_draws_held_out_rain() -> None:
    held_out = {name for name, profile in PROFILES.items() if profile.held_out}
    assert held_out == {"thick-short", "monsoon"}
    assert all(not held_out & set(mix) for mix in MIXES.values())
    kept = {kind for name in held_out for kind in PROFILES[name].kinds}
    trained = {kind for name, p in PROFILES.items() if not p.held_out for kind in p.kinds}
    assert not kept & trained


def test_a_bank_is_the_same_from_the_cache(own_folders: object) -> None:
    first = StreakBank.cached(9, ["fine", "thin"], per_kind=1)
    second = StreakBank.cached(9, ["fine", "thin"], per_kind=1)
    assert np.array_equal(first.layers, second.layers)
    assert list(second.kinds) == ["fine", "thin"]


def test_linear_light_and_back_is_the_identity() -> None:
    values = np.linspace(0, 1, 256, dtype=np.float32)
    assert np.abs(to_encoded(to_linear(values)) - values).max() < 1e-4
