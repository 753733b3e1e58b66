"""The connected tasks on real small nets and photos: rain is recognised for its own sake, and scattering is undone."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from rainapp.jobs.records import NoWatch
from tests.training.real_photos import dry_photo, plan_of, real_folders
from training.contracts import Pick
from training.data.sources import halves
from training.loop.trainer import Trainer
from training.rain.streaks import StreakBank
from training.recipe_checks import problems
from training.tasks import recognise, unblur
from training.tasks.heads import RainHead, channels_of, heat_map, pooled
from training.tasks.recognise import Recognise, Views

QUIET = lambda kind, words: None  # noqa: E731


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return real_folders(tmp_path_factory.mktemp("real"), 6)


@pytest.fixture(scope="module")
def bank() -> StreakBank:
    return StreakBank.render(1, ["narrow"], per_kind=3, size_px=200)


def task_for(folders: Path, bank: StreakBank, **more: object) -> Recognise:
    plan = plan_of(folders, "recognise", **more)
    assert problems(plan) == []
    from training.strategies.table import spec_of

    return Recognise(
        plan, Views(plan, recognise.read(plan, QUIET), bank, recognise.size_of(plan)), channels_of(spec_of(plan, []))
    )


def test_both_classes_come_and_a_part_of_the_rain_is_drawn_on_dry_photos(folders: Path, bank: StreakBank) -> None:
    task = task_for(folders, bank)
    kinds = [task.views.chosen(Pick(seed)) for seed in range(600)]
    counts = {kind: sum(each == kind for each, _ in kinds) / len(kinds) for kind in recognise.KINDS}
    assert abs(counts["dry"] - 0.5) < 0.07
    assert abs(counts["drawn"] - 0.5 * recognise.DRAWN) < 0.06
    held = halves(6).held_out
    assert held
    assert not {place for _, place in kinds} & set(held), "held-out photos are never learned from"
    batch = task.draw([Pick(seed) for seed in range(8)])
    assert batch.image.shape == (8, 3, 128, 128)
    assert batch.target is None
    assert batch.label is not None
    assert torch.equal(batch.label > 0, batch.domain >= 0)
    assert torch.equal(batch.image, task.draw([Pick(seed) for seed in range(8)]).image)


def test_rain_drawn_on_a_dry_photo_is_the_same_view_but_for_the_rain(folders: Path, bank: StreakBank) -> None:
    views = task_for(folders, bank).views
    with_rain, without = views.draw("drawn", 0, 5), views.draw("dry", 0, 5)
    assert with_rain.shape == without.shape == (128, 128, 3)
    assert np.abs(with_rain - without).mean() > 1 / 255
    assert np.median(np.abs(with_rain - without)) < 8 / 255, "same crop, same camera"


def test_the_rainiest_fifth_decides() -> None:
    logits = torch.full((1, 1, 10, 10), -4.0)
    logits[..., :2, :] = 3.0
    assert float(pooled(logits)) == pytest.approx(3.0)
    logits[..., :1, :] = -4.0
    assert float(pooled(logits)) == pytest.approx(-0.5)


def test_rain_is_learned_and_the_map_shows_where_it_falls(folders: Path, bank: StreakBank, tmp_path: Path) -> None:
    task = task_for(folders, bank, steps=260, lr=1e-2)
    task.recipe = replace(task.recipe, train=replace(task.recipe.train, batch=8, optimiser="muon"))
    trainer = Trainer(task.recipe, tmp_path, {"recognise": task})
    trainer.run(NoWatch())
    score = task.score(trainer.averaged_net())
    assert score is not None
    assert score.value >= 0.75
    assert score.facts["drawn_accuracy"] >= recognise.TELLS
    assert score.facts["counts"]
    photo = dry_photo(3, 256, 256)
    half = np.asarray(cv2.GaussianBlur(photo, (0, 0), 0.1))
    streaks = real_streaks(half)
    picture = torch.from_numpy(streaks.astype(np.float32) / 255).permute(2, 0, 1)[None]
    heat = heat_map(trainer.averaged_net(), task.modules["head"], picture)[0, 0]
    assert heat.shape == (256, 256)
    assert 0 <= float(heat.min()) <= float(heat.max()) <= 1
    assert float(heat[:, 144:].mean()) > float(heat[:, :112].mean()), "it rains on the right"


def real_streaks(photo: np.ndarray) -> np.ndarray:
    """Rain on the right half only."""
    from tests.training.real_photos import rained

    made = photo.copy()
    made[:, 128:] = rained(photo, 77)[:, 128:]
    return made


@pytest.mark.parametrize(
    ("accuracy", "step", "said"), [(1.0, 500, True), (0.999, 4000, True), (0.99, 500, False), (1.0, 499, False)]
)
def test_what_is_too_easy_is_said(accuracy: float, step: int, said: bool) -> None:
    assert bool(Recognise.leak(accuracy, step)) == said


def test_a_leak_is_told_and_drawn_rain_shows_that_it_is_one(folders: Path, bank: StreakBank, tmp_path: Path) -> None:
    """Rainy photos that are merely brighter are told apart at once; drawn rain is not, so the task does not count."""
    for index in range(6):
        cv2.imwrite(str(tmp_path / f"{index}.png"), np.clip(dry_photo(index).astype(int) // 4 + 190, 0, 255).astype(np.uint8))
    told: list[str] = []
    plan = plan_of(folders, "recognise")
    plan = replace(plan, data=replace(plan.data, rainy=str(tmp_path)))
    views = Views(plan, recognise.read(plan, QUIET), bank, 128)

    class ByBrightness(Recognise):
        def logits(self, features: torch.Tensor) -> torch.Tensor:
            return features.mean((1, 2, 3)) - 0.6

    class Plain(torch.nn.Module):
        levels = ("same",)

        def __init__(self) -> None:
            super().__init__()
            self.same = torch.nn.Identity()
            self.number = torch.nn.Parameter(torch.zeros(1))

        def forward(self, picture: torch.Tensor) -> torch.Tensor:
            made: torch.Tensor = self.same(picture)
            return made

    task = ByBrightness(plan, views, {"same": 3}, lambda kind, words: told.append(f"{kind}: {words}"))
    task.step = 500
    score = task.score(Plain())
    assert score is not None
    assert score.value == 1.0
    assert not score.facts["counts"]
    assert "something else than rain" in score.facts["leak"]
    assert told[0].startswith("warning: ")


def test_scattering_dims_contrast_and_keeps_the_mean_of_light_between_scene_and_bright(folders: Path) -> None:
    clear = dry_photo(2).astype(np.float32) / np.float32(255)
    for seed in range(12):
        veiled = unblur.veiled(clear, np.random.default_rng(seed))
        assert veiled.shape == clear.shape
        assert np.isfinite(veiled).all()
        assert cv2.Laplacian(veiled, cv2.CV_32F).std() < 0.9 * cv2.Laplacian(clear, cv2.CV_32F).std()
        assert veiled.mean() > clear.mean() - 0.05
    heavy = unblur.generalised(0.8, 2.0)
    y, x = np.mgrid[-20:21, -20:21]
    assert heavy.sum() == pytest.approx(1, abs=1e-4)
    assert (heavy * (x**4)).sum() / (heavy * x**2).sum() ** 2 > 3.5, "its tails are heavier than a Gaussian's"
    assert y.shape == heavy.shape


def test_scattering_is_undone_on_photos_never_learned_from(folders: Path, tmp_path: Path) -> None:
    plan = plan_of(folders, "unblur", steps=150, crop_px=64, lr=5e-3)
    assert problems(plan) == []
    task = unblur.unblur(plan, tmp_path, QUIET)
    trainer = Trainer(plan, tmp_path, {"unblur": task})
    before = task.score(trainer.averaged_net())
    trainer.run(NoWatch())
    after = task.score(trainer.averaged_net())
    assert before is not None
    assert after is not None
    assert after.value > max(before.value, 0) + 0.2


def test_edges_count() -> None:
    flat, step = torch.zeros(1, 3, 8, 8), torch.zeros(1, 3, 8, 8)
    step[..., 4:] = 1
    assert float(unblur.edge_l1(flat, flat)) == 0
    assert float(unblur.edge_l1(step, flat)) == pytest.approx(1 / 7)


@pytest.mark.parametrize("name", ["recognise", "unblur", "distil"])
def test_real_photos_must_be_named(folders: Path, name: str) -> None:
    plan = plan_of(folders, name)
    without = replace(plan, data=replace(plan.data, rainy=""))
    assert any("data.rainy" in sentence for sentence in problems(without))


def test_a_net_without_levels_cannot_learn_them(folders: Path) -> None:
    from training.recipe import Net

    plan = replace(plan_of(folders, "recognise"), net=Net.of("window_former"))
    assert any("needs a net with levels" in sentence for sentence in problems(plan))


def test_a_bright_scene_is_not_rainier() -> None:
    head = RainHead(4)
    features = torch.randn(2, 4, 5, 5)
    assert torch.allclose(head(features), head(features + 9), atol=1e-5)
