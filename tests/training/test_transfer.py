"""Transfer: teachers are distilled into a student that ships alone, few pairs stay few, and a recipe says what cannot be."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from rainapp.base.errors import BadRecipe
from rainapp.jobs.records import NoWatch
from rainapp.library.model_library import WEIGHTS
from rainapp.nets import registry
from tests.training import throwaway
from tests.training.real_photos import plan_of, real_folders
from training import publish, recipe
from training.contracts import Batch, Output, Pick
from training.data.few_pairs import ChosenCrops
from training.loop.trainer import Trainer
from training.rain.streaks import StreakBank
from training.recipe import Recipe
from training.recipe_checks import problems
from training.strategies import transfer
from training.strategies.table import spec_of
from training.strategies.transfer import Transfer, divergence, standardised
from training.tasks.recognise import Recognise
from training.tasks.table import TASKS

QUIET = lambda kind, words: None  # noqa: E731


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return real_folders(tmp_path_factory.mktemp("real"), 6)


def run_of(plan: Recipe, folder: Path) -> Trainer:
    """A run of a recipe, to its end."""
    assert problems(plan) == []
    trainer = throwaway.trainer_for(plan, folder)
    trainer.run(NoWatch())
    (folder / "recipe.toml").write_text(plan.to_toml())
    return trainer


@pytest.fixture(scope="module")
def teachers(folders: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    root = tmp_path_factory.mktemp("teachers")
    for name in ("recognise", "unblur"):
        run_of(plan_of(folders, name, steps=3), root / name)
    return str(root / "recognise"), str(root / "unblur")


def block(teachers: tuple[str, ...], more: str = "") -> str:
    return f"\n[transfer]\nteachers = [{', '.join(map(repr, teachers))}]\n{more}"


def test_both_teachers_are_distilled_and_never_move(
    folders: Path, teachers: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = plan_of(folders, "distil", steps=40, lr=1e-2, blocks=block(teachers))
    trainer = throwaway.trainer_for(plan, tmp_path)
    (strategy,) = trainer.strategies
    assert isinstance(strategy, Transfer)
    taught = {name: value.clone() for name, value in strategy.modules["recognise"].state_dict().items()}
    batches = trainer.tasks["distil"].draw([Pick(seed) for seed in range(900, 908)])
    before = trainer.state.loss(batches)
    trainer.run(NoWatch())
    after = trainer.state.loss(batches)
    assert set(before.parts) == {"features", "logit", "image"}
    for name in ("features", "image"):
        assert float(after.parts[name]) < float(before.parts[name]), name
    moved = strategy.modules["recognise"].state_dict()
    assert all(torch.equal(value, moved[name]) for name, value in taught.items()), "teachers are frozen"
    learning = {id(parameter) for parameter in trainer.learning}
    assert not learning & {id(p) for p in strategy.modules["unblur"].parameters()}
    assert learning >= {id(p) for p in strategy.modules["adapters unblur"].parameters()}


def test_the_student_is_published_without_adapters_teachers_or_their_runs(
    folders: Path, teachers: tuple[str, str], tmp_path: Path
) -> None:
    plan = plan_of(folders, "distil", steps=2, blocks=block(teachers))
    run_of(plan, tmp_path / "student")
    gone = replace(plan, transfer=recipe.Transfer(("nowhere/t1",)))
    (tmp_path / "student" / "recipe.toml").write_text(gone.to_toml())
    card = publish.publish(tmp_path / "student", "student", tmp_path / "library", publish.Label())
    assert card.ideas == ("transfer",)
    assert card.around == {}
    names = load_file(tmp_path / "library" / "student" / WEIGHTS).keys()
    assert set(names) == set(registry.build(plan.net.arch, **plan.net.shape()).state_dict())


def test_what_distils_says_nothing_on_drawn_pairs(folders: Path, teachers: tuple[str, str], tmp_path: Path) -> None:
    plan = plan_of(folders, "derain", blocks=block(teachers))
    assert plan.shares() == {"derain": 0.75, "distil": 0.25}
    trainer = throwaway.trainer_for(plan, tmp_path)
    drawn = trainer.state.loss(trainer.tasks["derain"].draw([Pick(1), Pick(2)]))
    assert [float(drawn.parts[name]) for name in ("features", "logit", "image")] == [0, 0, 0]
    real = trainer.state.loss(trainer.tasks["distil"].draw([Pick(1), Pick(2)]))
    assert float(real.parts["features"]) > 0
    order = [trainer.draw(step).task for step in range(8)]  # type: ignore[operator]
    assert order.count("distil") == 2


def test_the_encoder_learns_slower_and_its_shallow_levels_rest_at_first(
    folders: Path, teachers: tuple[str, str], tmp_path: Path
) -> None:
    start = run_of(plan_of(folders, "distil", steps=2, blocks=block(teachers)), tmp_path / "start")
    plan = replace(plan_of(folders, "derain", steps=10, lr=1e-2, blocks=block(teachers)), start_from=str(tmp_path / "start"))
    trainer = throwaway.trainer_for(plan, tmp_path / "tuned")
    (strategy,) = trainer.strategies
    assert [(group.scale, group.frozen) for group in strategy.groups()] == [(0.2, 0.2), (0.2, 0.0)]
    begun = {name: value.clone() for name, value in trainer.net.state_dict().items()}
    trainer.one_step()
    trainer.one_step()
    moved = {name for name, value in trainer.net.state_dict().items() if not torch.equal(value, begun[name])}
    assert not {name for name in moved if name.startswith(("head.", "encoders.", "downs."))}
    assert any(name.startswith("middle.") for name in moved)
    assert any(name.startswith("tail.") for name in moved)
    trainer.one_step()
    trainer.one_step()
    assert not torch.equal(trainer.net.state_dict()["head.weight"], begun["head.weight"])
    assert start.step == 2


def test_a_random_start_has_nothing_to_protect(folders: Path, teachers: tuple[str, str]) -> None:
    assert Transfer(plan_of(folders, "derain", blocks=block(teachers))).groups() == ()


def test_features_are_compared_without_their_scale() -> None:
    rng = torch.Generator().manual_seed(1)
    features = torch.randn(4, 3, 6, 6, generator=rng)
    assert torch.allclose(standardised(features), standardised(100 * features + 7), atol=1e-3)
    assert torch.allclose(standardised(features).square().mean((0, 2, 3)), torch.ones(3), atol=1e-3)


def test_the_divergence_is_that_of_two_coins() -> None:
    one, other = torch.tensor([2.0, -1.0]), torch.tensor([-0.5, 3.0])
    p, q = torch.sigmoid(one / 4).numpy(), torch.sigmoid(other / 4).numpy()
    expected = 16 * np.mean(p * np.log(p / q) + (1 - p) * np.log((1 - p) / (1 - q)))
    assert float(divergence(one, other)) == pytest.approx(expected, rel=1e-4)
    assert float(divergence(one, one)) == pytest.approx(0, abs=1e-6)


def test_few_pairs_are_few_and_crops_are_windows_of_them(folders: Path) -> None:
    plan = plan_of(folders, "derain", crop_px=32, blocks="\n[transfer]\npairs = 3\n")
    bank = StreakBank.render(1, ["narrow"], per_kind=3, size_px=200)
    crops = ChosenCrops(plan, [np.full((260, 260, 3), 60 + 50 * n, np.uint8) for n in range(3)], bank)
    samples = [crops.samples(Pick(seed))[0].sample for seed in range(30)]
    assert len(crops.kept) == 3
    assert {sample.parameters.seed for sample in samples} == {
        pixels[1].sample.parameters.seed for pixels in crops.kept.values()
    }
    assert samples[0].rainy.shape == samples[0].hazy.shape == (32, 32, 3)
    assert len({sample.rainy.tobytes() for sample in samples}) > 25, "other windows of the same pairs"
    again = ChosenCrops(plan, crops.photos, bank).samples(Pick(17))[0].sample
    assert np.array_equal(again.rainy, samples[17].rainy), "the same without what was kept"


def test_real_pairs_are_a_quarter_of_the_samples(folders: Path, tmp_path: Path) -> None:
    from training.data.few_pairs import crops_for

    (tmp_path / "clean").symlink_to(folders / "dry")
    (tmp_path / "rainy").symlink_to(folders / "rainy")
    plan = plan_of(folders, "derain", crop_px=32)
    plan = replace(plan, data=replace(plan.data, pairs=str(tmp_path)))
    assert problems(plan) == []
    bank = StreakBank.render(1, ["narrow"], per_kind=3, size_px=96)
    crops = crops_for(plan, [np.zeros((80, 80, 3), np.uint8)], bank)
    kinds = [crops.samples(Pick(seed))[0].domain for seed in range(400)]
    assert abs(kinds.count("real") / 400 - 0.25) < 0.07
    batch = crops.batch([Pick(seed) for seed in range(6)])
    assert batch.target is not None
    assert batch.image.shape == (6, 3, 32, 32)


@pytest.mark.parametrize(
    ("task", "text", "word"),
    [
        ("derain", "[transfer]\nteachers = ['nowhere/at-all']", "is no run with a recipe"),
        ("derain", "[transfer]\npairs = -1", "transfer.pairs"),
        ("derain", "[transfer]\nrehearsal = 1.0", "transfer.rehearsal"),
        ("unblur", "[transfer]\npairs = 5", "belongs to the tasks"),
        ("distil", "", "needs teachers"),
        ("distil", "[transfer]\npairs = 5", "needs teachers"),
    ],
)
def test_what_cannot_be_is_said_before_anything_runs(folders: Path, task: str, text: str, word: str) -> None:
    assert any(word in sentence for sentence in problems(plan_of(folders, task, blocks=f"\n{text}\n")))


def test_wrong_teachers_are_said(folders: Path, teachers: tuple[str, str], tmp_path: Path) -> None:
    def said(blocks: str, change: str = "") -> str:
        plan = plan_of(folders, "derain", blocks=blocks)
        if change:
            plan = replace(plan, net=plan.net.but(encoder=[1, 1], decoder=[1, 1]))
        return " ".join(problems(plan))

    assert "Two teachers" in said(block((teachers[0], teachers[0])))
    assert "has 1 levels and the net of the recipe 2" in said(block(teachers), "deeper")
    run_of(plan_of(folders, "derain", crop_px=32, steps=1), tmp_path / "derainer")
    assert "neither “recognise” nor “unblur”" in said(block((str(tmp_path / "derainer"),)))
    (tmp_path / "derainer" / "recipe.toml").write_text("task = 5")
    assert "cannot be read" in said(block((str(tmp_path / "derainer"),)))
    shares = plan_of(folders, "derain", blocks=block(teachers))
    twice = replace(shares, tasks={"derain": 0.5, "distil": 0.5})
    assert any("said twice" in sentence for sentence in problems(twice))
    assert not problems(replace(shares, tasks={"derain": 0.75, "distil": 0.25}))


def test_a_damaged_teacher_is_named(folders: Path, teachers: tuple[str, str], tmp_path: Path) -> None:
    run_of(plan_of(folders, "unblur", steps=1), tmp_path / "t2")
    (tmp_path / "t2" / "checkpoint.pt").write_bytes(b"nothing")
    strategy = Transfer(plan_of(folders, "distil", blocks=block((str(tmp_path / "t2"),))))
    with pytest.raises(BadRecipe, match="checkpoint is damaged"):
        strategy.begin(spec_of(plan_of(folders, "distil"), []))


def test_the_head_of_a_teacher_is_that_of_its_run(folders: Path, teachers: tuple[str, str]) -> None:
    task, teacher, _ = transfer.load_teacher(teachers[0])
    batch = torch.rand(2, 3, 128, 128)
    out, logits = teacher(batch)
    assert task == "recognise"
    assert isinstance(out, Output)
    assert logits is not None
    plan = recipe.read(Path(teachers[0]) / "recipe.toml")
    trainer = Trainer(plan, Path(teachers[0]), {"recognise": TASKS["recognise"](plan, Path(teachers[0]), QUIET)})
    trainer.resume()
    own = trainer.tasks["recognise"]
    assert isinstance(own, Recognise)
    nothing = torch.zeros(2, dtype=torch.int64)
    seen = trainer.state.forward(
        Batch(batch, None, nothing, nothing, nothing.bool(), nothing), trainer.average.weights, features=True
    )
    assert torch.allclose(own.logits(seen.features[own.deepest]), logits, atol=1e-5)
