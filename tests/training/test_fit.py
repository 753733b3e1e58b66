"""Fitting the generator: distances are distances, the floor is one, and rain that was drawn is found again."""

from dataclasses import replace

import numpy as np
import pytest

from tests.training.real_photos import dry_photo
from training import recipe
from training.rain import fit
from training.rain.generator import draw_rain
from training.rain.profiles import FITTED, HELD_KINDS, PROFILES, RainProfile
from training.rain.streaks import StreakBank
from training.recipe_checks import problems


def test_the_distance_of_quantiles_is_wassersteins() -> None:
    rng = np.random.default_rng(1)
    values = rng.normal(0, 1, 4000)
    assert fit.wasserstein(values, values) == 0
    assert fit.wasserstein(values, values + 3) == pytest.approx(3)
    assert fit.wasserstein(values, rng.normal(0, 1, 900)) < 0.12, "other sizes of one law"
    assert fit.wasserstein(values, 2 * values) == pytest.approx(np.abs(values).mean(), rel=0.1)


def test_held_out_rain_is_never_drawn() -> None:
    rng = np.random.default_rng(2)
    profile = fit.drawn_profile(rng)
    for _ in range(300):
        profile = fit.changed(profile, rng) if rng.random() < 0.5 else fit.drawn_profile(rng)
        assert not set(profile.kinds) & HELD_KINDS
        assert problems_of(profile) == []
    assert {"stub", "sheet", "ribbon", "pin"} <= HELD_KINDS
    assert not any(PROFILES[name].held_out for name in fit.FIRST)


def problems_of(profile: RainProfile) -> list[str]:
    plan = recipe.Recipe(fitted=profile, rain=recipe.Rain(profiles=(FITTED,)))
    return [sentence for sentence in problems(plan) if "itted" in sentence]


def rainy(profile: RainProfile, count: int, first: int) -> list[np.ndarray]:
    made = []
    for seed in range(first, first + count):
        clean = dry_photo(seed, 220, 240).astype(np.float32) / np.float32(255)
        made.append(np.round(draw_rain(clean, profile, seed, camera=False).rainy * 255).astype(np.uint8))
    return made


TRUE = RainProfile(("thin", "narrow"), (1, 2), (0.4, 0.7), (1, 0, 0), lean=(18.0, 30.0))


def test_drawn_rain_is_found_again_and_the_floor_is_below_what_is_wrong() -> None:
    bank = StreakBank.render(3, sorted(fit.KINDS), per_kind=2, size_px=200)
    wet = [fit.shown(photo) for photo in rainy(TRUE, 10, 0)]
    dry = [fit.shown(dry_photo(seed, 220, 240)) for seed in range(50, 56)]
    fitting = fit.Fit(wet, dry, 1, bank)
    right, wrong = fitting.distance(TRUE), fitting.distance(replace(TRUE, lean=(-40.0, -30.0), alpha=(0.05, 0.1)))
    assert right < 0.6 * wrong
    assert fitting.floor() < wrong
    told: list[tuple[int, int]] = []
    found = fit.search(fitting, 12, 1, lambda done, total: told.append((done, total)))
    assert found.distance <= found.begun_distance
    assert found.distance < wrong
    assert told[0] == (0, 12)
    assert told[-1] == (12, 12)
    assert fit.search(fitting, 12, 1).profile == found.profile, "the same search finds the same"


def test_a_search_is_stopped_where_its_owner_says() -> None:
    class StopError(Exception):
        pass

    def stop(done: int, total: int) -> None:
        raise StopError

    dry = [fit.shown(dry_photo(1, 170, 170))]
    with pytest.raises(StopError):
        fit.search(fit.Fit(dry, dry, 1), 1, 1, stop)


def test_a_recipe_carries_the_fitted_profile_and_draws_it() -> None:
    plan = recipe.Recipe(fitted=TRUE, rain=recipe.Rain(profiles=(FITTED, "narrow")))
    again = recipe.from_toml(plan.to_toml())
    assert again.fitted == TRUE
    assert problems_of(TRUE) == []
    from training.contracts import Pick
    from training.data.crops import RainyCrops, kinds_of

    plan = replace(plan, rain=recipe.Rain(profiles=(FITTED,), dry=0.0, shrunk=0.0), train=recipe.Train(crop_px=64))
    assert kinds_of([FITTED], TRUE) == ["narrow", "thin"]
    bank = StreakBank.render(1, ["narrow", "thin"], per_kind=4, size_px=128)
    sample = RainyCrops(plan, [dry_photo(1)], bank).samples(Pick(3))[0].sample
    assert sample.parameters.profile == FITTED
    assert all(18 - 8 <= angle <= 30 + 8 for angle in sample.parameters.angles_deg)
    assert set(sample.parameters.kinds) <= {"thin", "narrow"}


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"kinds": ("stub",)}, "only held-out rain has"),
        ({"kinds": ("gravel",)}, "fitted.kinds"),
        ({"kinds": ()}, "fitted.kinds"),
        ({"layers": (2,)}, "fitted.layers"),
        ({"alpha": (0.5, 0.1)}, "fitted.alpha"),
        ({"blends": (0.0, 0.0, 0.0)}, "fitted.blends"),
        ({"lean": (10.0,)}, "fitted.lean"),
        ({"veil": (2.0, 0.1)}, "fitted.veil"),
        ({"drifts": 3.0}, "shares of fitted rain"),
    ],
)
def test_what_cannot_be_fitted_rain_is_said(change: dict[str, object], word: str) -> None:
    assert any(word in sentence for sentence in problems_of(replace(TRUE, **change)))  # type: ignore[arg-type]


def test_fitted_rain_must_be_there_to_be_named() -> None:
    plan = recipe.Recipe(rain=recipe.Rain(profiles=(FITTED,)))
    assert any("“fitted” is unknown" in sentence for sentence in problems(plan))
