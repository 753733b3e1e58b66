"""Dry things that look like rain: uprights, plain grounds, lights; and how samples come by them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from training.contracts import Pick
from training.data import crops as data
from training.data.crops import RainyCrops
from training.rain.streaks import KINDS, StreakBank
from training.recipe import Data, Rain, Recipe, Train, read
from training.recipe_checks import problems
from training.scenery import grounds, lights, uprights

Photo = NDArray[np.float32]
EXPERIMENTS = Path(__file__).parents[2] / "training" / "experiments"
ADDERS = {"uprights": uprights.add_uprights, "grounds": grounds.add_ground, "lights": lights.add_lights}


def photo(seed: int = 0) -> Photo:
    y, x = np.mgrid[0:96, 0:128].astype(np.float32)
    waves = 0.1 * np.sin(x / (5 + seed)) * np.cos(y / 9)
    return np.stack([0.3 + x / 400 + waves, 0.3 + y / 400 + waves, 0.4 - x / 800 + waves], -1).astype(np.float32)


@pytest.mark.parametrize("name", sorted(ADDERS))
def test_what_is_added_is_the_same_by_seed_and_stays_in_range(name: str) -> None:
    clean, add = photo(), ADDERS[name]
    before = clean.copy()
    changed = []
    for seed in range(40):
        drawn, again = (add(clean, np.random.default_rng(seed)) for _ in range(2))
        assert np.array_equal(drawn, again)
        assert drawn.shape == clean.shape
        assert drawn.dtype == np.float32
        assert drawn.min() >= 0
        assert drawn.max() <= 1
        changed.append(float((np.abs(drawn - clean).max(-1) > 0.02).mean()))
    assert np.array_equal(clean, before), "the photo itself is left alone"
    assert np.median(changed) > 0.2


@pytest.mark.parametrize("drawer", uprights.DRAWERS)
def test_every_upright_hides_what_lies_behind_it(drawer: Callable[..., tuple[Photo, Photo]]) -> None:
    for seed in range(8):
        picture, cover = drawer(np.random.default_rng(seed), 90, 120)
        assert picture.shape == (90, 120, 3)
        assert cover.shape == (90, 120)
        assert cover.max() == pytest.approx(1, abs=0.02)


def test_boards_are_upright_and_differ_in_tone() -> None:
    pictures = [uprights.boards(np.random.default_rng(seed), 96, 96)[0].mean(-1) for seed in range(20)]
    upright = [float(picture.mean(0).std() > picture.mean(1).std()) for picture in pictures]
    assert np.mean(upright) > 0.7


@pytest.mark.parametrize("drawer", grounds.DRAWERS)
def test_every_ground_is_rough_but_has_no_shape(drawer: Callable[..., Photo]) -> None:
    for seed in range(8):
        picture = drawer(np.random.default_rng(seed), 96, 96).mean(-1)
        fine = picture[:, 1:] - picture[:, :-1]
        assert 0.0005 < fine.std() < 0.3


@pytest.mark.parametrize("drawer", lights.DRAWERS)
def test_every_light_is_drawn(drawer: Callable[..., Photo]) -> None:
    brightest = [float(drawer(photo(), np.random.default_rng(seed)).max()) for seed in range(10)]
    assert np.median(brightest) > 0.5


def test_golden_light_clips_red_before_blue() -> None:
    pictures = [lights.golden(photo(), np.random.default_rng(seed)) for seed in range(20)]
    clipped = np.array([(picture > 0.995).mean((0, 1)) for picture in pictures])
    assert (clipped[:, 0] >= clipped[:, 2]).all()
    assert (clipped[:, 0] > 0.05).mean() > 0.3


def test_no_rain_falls_on_star_trails(monkeypatch: pytest.MonkeyPatch, bank: StreakBank) -> None:
    drawn: list[str] = []

    def noted(light: Callable[..., Photo]) -> Callable[..., Photo]:
        def draw(clean: Photo, rng: np.random.Generator) -> Photo:
            drawn.append(light.__name__)
            return light(clean, rng)

        return draw

    monkeypatch.setattr(lights, "SCENERY", tuple(map(noted, lights.SCENERY)))
    monkeypatch.setattr(lights, "DRAWERS", tuple(map(noted, lights.DRAWERS)))
    rainy, dry = crops(bank, Data(clean=".", lights=1.0), Rain(dry=0.0)), crops(bank, Data(clean=".", mimics=1.0))
    for place in range(60):
        rainy.samples(Pick(place))
    assert set(drawn) == {"golden", "lamps", "city"}
    drawn.clear()
    for place in range(90):
        dry.samples(Pick(place))
    assert set(drawn) == {"golden", "lamps", "city", "star_trails", "fairy_lights"}


def test_star_trails_bend_around_one_point() -> None:
    picture = lights.star_trails(np.zeros((160, 160, 3), np.float32), np.random.default_rng(3))
    assert (picture.mean(-1) > 0.4).mean() > 0.005
    assert np.quantile(picture, 0.5) < 0.4


@pytest.fixture(scope="module")
def bank() -> StreakBank:
    return StreakBank.render(3, sorted(KINDS), per_kind=2, size_px=144)


def crops(bank: StreakBank, data_block: Data, rain: Rain | None = None) -> RainyCrops:
    plan = Recipe(seed=5, data=data_block, rain=rain or Rain(), train=Train(batch=3, crop_px=96))
    photos = [np.round(photo(seed) * 255).astype(np.uint8) for seed in range(3)]
    return RainyCrops(plan, photos, bank)


def test_a_mimic_is_dry_and_its_own_target(bank: StreakBank) -> None:
    every = crops(bank, Data(clean=".", mimics=1.0))
    for place in range(12):
        sample = every.samples(Pick(place))[0].sample
        assert sample.parameters.profile == "dry"
        assert np.array_equal(sample.rainy, sample.hazy)
        assert np.array_equal(sample.rainy, sample.clear)
        assert not sample.streaks.any()


@pytest.mark.parametrize("share", ["uprights", "grounds", "lights"])
def test_a_share_of_one_draws_it_on_every_crop_rainy_ones_too(share: str, bank: StreakBank) -> None:
    without, drawn = crops(bank, Data(clean=".")), crops(bank, replace(Data(clean="."), **{share: 1.0}))  # type: ignore[arg-type]
    differ = [not np.array_equal(without.dry_crop(number), drawn.dry_crop(number)) for number in range(10)]
    assert np.mean(differ) > 0.9
    profiles = {drawn.samples(Pick(place))[0].sample.parameters.profile for place in range(12)}
    assert profiles - {"dry"}


def test_recipes_without_the_new_keys_draw_what_they_drew(bank: StreakBank) -> None:
    older = crops(bank, Data(clean=".", turned=0.25, structures=0.2, strands=0.2))
    batches = [older.batch([Pick(3 * step + each) for each in range(3)]) for step in range(4)]
    assert [round(float(batch.image.mean()), 3) for batch in batches] == DRAWN_BEFORE


DRAWN_BEFORE = [0.4, 0.462, 0.413, 0.407]
"""Measured before the new keys came."""


def test_every_recipe_here_is_read_and_trains_on_no_held_out_rain() -> None:
    files = sorted(EXPERIMENTS.glob("*.toml"))
    assert len(files) > 10
    for file in files:
        assert not [sentence for sentence in problems(read(file)) if "held out" in sentence or "unknown" in sentence], file


def test_the_mimics_are_those_that_the_recipe_speaks_of() -> None:
    assert set(data.MIMICS) == set(ADDERS.values())
