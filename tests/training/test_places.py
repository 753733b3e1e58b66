"""Parts of a picture where it rains, and lamps that light the rain."""

import numpy as np
import pytest

from training.rain import lamplight
from training.rain.places import SHAPES, draw_place
from training.rain.profiles import PROFILES, WHERE


@pytest.mark.parametrize("shape", sorted(SHAPES))
def test_a_place_has_an_inside_and_an_outside_and_is_the_same_by_seed(shape: str) -> None:
    places = [draw_place(np.random.default_rng(seed), [shape], 80, 120) for seed in range(12)]
    for place in places:
        assert place.shape == (80, 120)
        assert place.dtype == np.float32
        assert 0 <= place.min() <= place.max() <= 1
    assert np.median([place.max() for place in places]) > 0.5
    assert np.median([place.min() for place in places]) < 0.2
    assert np.array_equal(places[3], draw_place(np.random.default_rng(3), [shape], 80, 120))


def test_every_profile_names_places_and_lamps_that_exist() -> None:
    for profile in PROFILES.values():
        assert set(profile.where) <= set(SHAPES)
        assert profile.mist_form in ("ground", "plume")
    assert set(WHERE) < set(SHAPES)


@pytest.mark.parametrize("kind", ["halo", "cone", "flood", "panel"])
def test_a_lamp_lights_what_is_near_more_than_what_is_far(kind: str) -> None:
    lamp = lamplight.Lamp(kind, 0.5, 0.5, np.ones(3, np.float32), 0.02, 0.3, 1.0, 0.0, 0.5)
    light = lamplight.light_of([lamp], 100, 100)
    assert light.shape == (100, 100, 3)
    assert light[55, 50].mean() > 2 * light[98, 2].mean()


def test_a_cone_points_where_it_aims() -> None:
    lamp = lamplight.Lamp("cone", 0.1, 0.5, np.ones(3, np.float32), 0.02, 0.5, 1.0, 0.0, 0.4)
    light = lamplight.light_of([lamp], 100, 100)
    assert light[60, 50].mean() > 2 * light[30, 95].mean()
    assert light[60, 50].mean() > 2 * light[10, 90].mean()


def test_a_scene_with_lamps_is_dark_but_for_them() -> None:
    day = np.full((100, 140, 3), 0.4, np.float32)
    for seed in range(8):
        rng = np.random.default_rng(seed)
        night = lamplight.darkened(day, lamplight.draw_lamps(rng, ("halo", "cone")), rng)
        assert np.quantile(night, 0.2) < 0.2
        assert night.max() <= 1


def test_spread_light_keeps_its_mean_at_a_reduced_size() -> None:
    picture = np.random.default_rng(0).random((96, 128, 3), np.float32)
    for sigma in (1.0, 9.0, 30.0):
        spread = lamplight.spread(picture, sigma)
        assert spread.shape == picture.shape
        assert spread.mean() == pytest.approx(picture.mean(), abs=0.02)
        assert spread.std() < 0.7 * picture.std()
