import numpy as np
import pytest
from numpy.typing import NDArray

from rainapp.metrics import streak_contrast
from rainapp.metrics.streak_contrast import busiest_window, score

Scene = tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_]]


@pytest.fixture
def scene() -> Scene:
    """Dry, rainy and mask: a smooth scene with slanted streaks, 30 grey levels brighter."""
    y, x = np.mgrid[0:200, 0:240]
    dry = np.stack([0.3 + x / 600, 0.3 + y / 600, 0.4 + 0 * x], -1).astype(np.float32)
    mask = ((x + y // 3) % 40 < 3) & (y % 60 < 40)
    rainy = dry + np.float32(30 / 255) * mask[..., None]
    return dry, rainy.astype(np.float32), mask


@pytest.mark.parametrize("share", [0.0, 0.4, 1.0])
def test_the_share_of_contrast_removed_is_found(share: float, scene: Scene) -> None:
    dry, rainy, mask = scene
    found = score(rainy, rainy + np.float32(share) * (dry - rainy), mask)
    assert found is not None
    assert found.streak_removed == pytest.approx(share, abs=0.02)
    assert found.change_elsewhere == pytest.approx(0, abs=1e-4)


def test_damage_far_from_streaks_is_told_apart(scene: Scene) -> None:
    dry, rainy, mask = scene
    found = score(rainy, dry + np.float32(2 / 255), mask)
    assert found is not None
    assert found.change_elsewhere == pytest.approx(2, abs=0.01)
    assert found.energy_on_streaks < 1
    clean = score(rainy, dry, mask)
    assert clean is not None
    assert clean.energy_on_streaks == pytest.approx(1)
    untouched = score(rainy, rainy, mask)
    assert untouched is not None
    assert np.isnan(untouched.energy_on_streaks)


def test_removing_at_random_scores_the_area_near_streaks(scene: Scene) -> None:
    _, rainy, mask = scene
    noise = np.random.default_rng(0).normal(0, 0.01, mask.shape)[..., None].astype(np.float32)
    found = score(rainy, rainy + noise, mask)
    assert found is not None
    assert 0.1 < found.area_near_streaks < 0.9
    assert found.energy_on_streaks == pytest.approx(found.area_near_streaks, abs=0.02)


def test_photos_whose_streaks_do_not_stand_out_say_nothing(scene: Scene) -> None:
    dry, _, mask = scene
    assert score(dry, dry, mask) is None
    assert score(dry, dry, np.zeros_like(mask)) is None


def test_the_window_holds_most_of_the_mask() -> None:
    mask = np.zeros((900, 500), bool)
    mask[600:800, 50:200] = True
    rows, columns = busiest_window(mask)
    assert mask[rows, columns].sum() == mask.sum()
    assert rows.stop - rows.start == streak_contrast.WINDOW_PX
