"""Dry crops that a net takes for rain are found, repeated, and kept with the run."""

from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from training import recipe
from training.contracts import Pick
from training.data import crops as data
from training.data import hard_negatives as confusers
from training.rain.streaks import StreakBank
from training.recipe_checks import problems


class Darkening(nn.Module):
    """Takes a tenth from every bright picture, and nothing from a dark one."""

    def __init__(self) -> None:
        super().__init__()
        self.share = nn.Parameter(torch.tensor(0.1))

    def forward(self, rainy: Tensor) -> Tensor:
        """(B, 3, H, W) in and out."""
        bright = (rainy.mean((1, 2, 3), keepdim=True) > 0.5).float()
        return rainy * (1 - self.share * bright)


def grey(number: int) -> confusers.Crop:
    """Every third picture is bright, the sixth ones most."""
    return np.full((16, 16, 3), (0.2, 0.2, 0.6, 0.2, 0.2, 1.0)[number % 6], np.float32)


def test_the_crops_that_are_harmed_are_found_and_the_rest_is_not() -> None:
    found = confusers.find(Darkening(), grey, 21)
    assert found is not None
    assert found.numbers.tolist() == [2, 5, 8, 11, 14, 17, 20]
    assert np.isclose(found.shares.sum(), 1)


def test_a_net_that_harms_nothing_gives_none() -> None:
    assert confusers.find(Darkening(), lambda _: np.zeros((16, 16, 3), np.float32), 9) is None


def test_a_run_keeps_what_it_began_with(tmp_path: Path) -> None:
    file = tmp_path / "confusers.npz"
    first = confusers.kept(file, lambda: confusers.find(Darkening(), grey, 21))
    again = confusers.kept(file, lambda: None)
    assert first is not None
    assert again is not None
    assert again.numbers.tolist() == first.numbers.tolist()
    assert np.allclose(again.shares, first.shares)
    nothing = tmp_path / "nothing.npz"
    assert confusers.kept(nothing, lambda: None) is None
    assert confusers.kept(nothing, lambda: confusers.find(Darkening(), grey, 21)) is None


def test_confusing_crops_come_back_dry_and_as_often_as_asked(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    for name in ("a", "b"):
        cv2.imwrite(str(tmp_path / f"{name}.png"), rng.integers(0, 256, (90, 90, 3), np.uint8))
    plan = recipe.Recipe(
        start_from="quick",
        data=recipe.Data(clean=str(tmp_path), scales=(1.0,), confusing=1.0),
        rain=recipe.Rain(profiles=("narrow",), dry=0.5),
        train=recipe.Train(crop_px=32),
    )
    assert not problems(plan)
    photos, _ = data.read_photos(tmp_path, 0, 32)
    crops = data.RainyCrops(plan, photos, StreakBank.render(1, ("narrow",), per_kind=6, size_px=64))
    crops.confusers = confusers.Confusers(np.array([7]), np.array([1.0]))
    wanted = crops.dry_crop(7)
    drawn = [crops.samples(Pick(place))[0].sample for place in range(60)]
    same = [s for s in drawn if s.rainy.shape == wanted.shape and np.array_equal(s.rainy, wanted)]
    assert 18 <= len(same) <= 42
    assert all(np.array_equal(s.rainy, s.hazy) and np.array_equal(s.rainy, s.clear) for s in same)


def test_confusing_crops_need_weights_to_be_found_with(tmp_path: Path) -> None:
    plan = recipe.Recipe(data=recipe.Data(clean=str(tmp_path), confusing=1.0))
    assert any("start_from" in sentence for sentence in problems(plan))
