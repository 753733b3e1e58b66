from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from training.rain.drops import DRAWN
from training.rain.generator import BLENDS, between_gaps, draw_mist, draw_rain, to_encoded, to_linear
from training.rain.profiles import MIXES, PROFILES
from training.rain.streaks import KINDS, StreakBank, motion_kernel, render_layer
from training.recipe import Rain

Photo = NDArray[np.float32]

DRAWN_BEFORE = {
    "narrow": (0.454, 0.397, 0.484),
    "heavy": (0.629, 0.661, 0.688),
    "fu": (0.521, 0.522, 0.622),
    "real-like": (0.452, 0.495, 0.493),
    "isolated": (0.445, 0.454, 0.450),
    "soft": (0.612, 0.490, 0.545),
    "storm": (0.524, 0.537, 0.535),
    "night": (0.286, 0.357, 0.268),
    "mist": (0.454, 0.426, 0.464),
    "anything": (0.520, 0.463, 0.509),
    "thick-short": (0.452, 0.461, 0.496),
    "monsoon": (0.512, 0.499, 0.518),
    "balanced": (0.498, 0.514, 0.489),
}
"""Mean light of three samples of the profiles that older recipes name, measured before newer kinds came."""
NEWER = sorted(name.removesuffix("-unseen") for name in PROFILES if name.endswith("-unseen"))


@pytest.fixture(scope="module")
def clean() -> Photo:
    y, x = np.mgrid[0:112, 0:128].astype(np.float32)
    return np.stack([0.2 + x / 300, 0.3 + y / 300, 0.25 + (x + y) / 600], -1).astype(np.float32)


@pytest.fixture(scope="module")
def bank() -> StreakBank:
    return StreakBank.render(3, sorted([*KINDS, *DRAWN]), per_kind=3, size_px=144)


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
    assert held_out == {"thick-short", "monsoon", "ribbons", "pins", *(f"{name}-unseen" for name in NEWER)}
    assert set(Rain().held_out) == held_out
    assert all(not held_out & set(mix) for mix in MIXES.values())
    kept = {kind for name in held_out for kind in PROFILES[name].kinds}
    trained = {kind for name, p in PROFILES.items() if not p.held_out for kind in p.kinds}
    assert not kept & trained


@pytest.mark.parametrize("name", NEWER)
def test_a_newer_kind_trains_and_has_a_sibling_that_never_does(name: str) -> None:
    trained, kept = PROFILES[name], PROFILES[f"{name}-unseen"]
    assert name in MIXES["all-kinds"]
    assert not set(trained.kinds) & set(kept.kinds)
    if trained.lamps:
        assert not set(trained.lamps) & set(kept.lamps)
    if trained.partly == 1:
        assert not set(trained.where) & set(kept.where)
    if trained.mist[0]:
        assert kept.mist_form != trained.mist_form or not kept.mist[0]


def test_no_place_of_a_held_out_profile_is_trained() -> None:
    trained = [profile for profile in PROFILES.values() if not profile.held_out]
    assert all(not {"around", "gap"} & set(profile.where) for profile in trained)
    assert all("panel" not in profile.lamps and profile.mist_form == "ground" for profile in trained)


@pytest.mark.parametrize("name", [*NEWER, *(f"{name}-unseen" for name in NEWER)])
def test_the_mask_covers_what_newer_kinds_change(
    name: str, clean: Photo, bank: StreakBank, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PROFILES, name, replace(PROFILES[name], mist=(0, 0)))  # mist is no streak and stays in one target
    samples = [draw_rain(clean, name, seed, bank=bank, veil=0, camera=False) for seed in range(8)]
    for sample in samples:
        change = np.abs(sample.rainy - sample.hazy).max(-1)
        assert change[sample.streaks == 0].max(initial=0) < 1e-3
        assert 0 <= sample.streaks.min() <= sample.streaks.max() <= 1
    assert np.median([float(np.abs(sample.rainy - sample.hazy).max()) for sample in samples]) > 0.03


@pytest.mark.parametrize("name", sorted(DRAWN_BEFORE))
def test_profiles_of_older_recipes_draw_what_they_drew(name: str, clean: Photo, bank: StreakBank) -> None:
    means = [float(draw_rain(clean, name, seed, bank=bank).rainy.mean()) for seed in (1, 2, 3)]
    assert means == pytest.approx(DRAWN_BEFORE[name], abs=0.001)


def test_mist_lies_over_the_ground_and_stays_in_one_target(clean: Photo, bank: StreakBank) -> None:
    samples = [draw_rain(clean, "ground-mist", seed, bank=bank, veil=0, camera=False) for seed in range(8)]
    assert all(np.array_equal(sample.clear, clean) for sample in samples)
    assert np.median([float(np.abs(sample.hazy - clean).mean()) for sample in samples]) > 0.01
    veiled = draw_mist(np.random.default_rng(2), clean, 1.0).transmission
    assert veiled.shape == (*clean.shape[:2], 1)
    assert veiled.min() < 0.8
    assert veiled.max() > 0.9


def test_rain_in_a_part_of_the_picture_leaves_the_rest_dry(bank: StreakBank, monkeypatch: pytest.MonkeyPatch) -> None:
    grey = np.full((112, 128, 3), 0.4, np.float32)

    def dry(partly: float) -> float:
        monkeypatch.setitem(PROFILES, "part", replace(PROFILES["part"], kinds=("curtain",), partly=partly))
        return float(np.mean([(draw_rain(grey, "part", s, bank=bank, camera=False).streaks < 0.02).mean() for s in range(16)]))

    assert dry(1.0) > dry(0.0) + 0.2


def test_drops_that_show_the_sky_are_bright_before_what_is_dark(bank: StreakBank, monkeypatch: pytest.MonkeyPatch) -> None:
    dark = np.full((112, 128, 3), 0.08, np.float32)

    def strongest(sky: float) -> float:
        monkeypatch.setitem(PROFILES, "dashes", replace(PROFILES["dashes"], blends=(0, 0, 1), sky=sky))
        samples = [draw_rain(dark, "dashes", s, bank=bank, veil=0, camera=False) for s in range(10)]
        assert all((sample.rainy - sample.clear).min() > -1e-3 for sample in samples), "and never darker than what is behind"
        return float(np.median([(sample.rainy - sample.clear).max() for sample in samples]))

    assert strongest(1.0) > strongest(0.0) + 0.2


def test_rain_by_lamplight_is_bright_where_the_light_is(bank: StreakBank) -> None:
    day = np.full((112, 128, 3), 0.3, np.float32)
    found = []
    for seed in range(12):
        sample = draw_rain(day, "lamplight", seed, bank=bank, veil=0, camera=False)
        gained, on = (sample.rainy - sample.clear).max(-1), sample.streaks > 0.2
        lit = cv2.GaussianBlur(sample.clear.max(-1), (0, 0), 8)
        assert sample.clear.mean() < 0.3
        if on.sum() > 40:
            found.append(
                float(gained[on & (lit >= np.median(lit[on]))].mean() - gained[on & (lit < np.median(lit[on]))].mean())
            )
    assert np.mean(np.array(found) > 0) > 0.6


def test_a_bank_is_the_same_from_the_cache(own_folders: object) -> None:
    first = StreakBank.cached(9, ["fine", "thin"], per_kind=1)
    second = StreakBank.cached(9, ["fine", "thin"], per_kind=1)
    assert np.array_equal(first.layers, second.layers)
    assert list(second.kinds) == ["fine", "thin"]


def test_linear_light_and_back_is_the_identity() -> None:
    values = np.linspace(0, 1, 256, dtype=np.float32)
    assert np.abs(to_encoded(to_linear(values)) - values).max() < 1e-4
