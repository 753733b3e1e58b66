"""The loop on a real small net and real photos."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from rainapp.base.errors import BadModel, BadRecipe, Cancelled
from rainapp.jobs.records import NoWatch
from rainapp.library.model_library import ModelLibrary
from rainapp.nets import registry
from training import recipe
from training.__main__ import main
from training.data import crops as data
from training.data.loader import Drawer, Prefetch
from training.loop import checkpoint
from training.loop.trainer import Trainer
from training.rain.streaks import StreakBank
from training.strategies.table import strategies_of
from training.tasks import losses
from training.tasks.derain import Derain, bank_for

STEPS = 6


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "clean"
    folder.mkdir()
    rng = np.random.default_rng(1)
    for index in range(3):
        small = rng.integers(0, 255, (6, 7, 3), np.uint8)
        cv2.imwrite(str(folder / f"{index}.png"), cv2.resize(small, (112, 96), interpolation=cv2.INTER_CUBIC))
    return folder


@pytest.fixture
def small(photos: Path) -> recipe.Recipe:
    text = f"""
[net]
width = 4
encoder = [1]
middle = 1
decoder = [1]
[data]
clean = '{photos}'
[rain]
profiles = ["narrow"]
[train]
steps = {STEPS}
batch = 2
crop_px = 48
lr = 1e-3
"""
    return recipe.from_toml(text)


def trainer_for(plan: recipe.Recipe, folder: Path) -> Trainer:
    folder.mkdir(exist_ok=True)
    photos, _ = data.read_photos(Path(plan.data.clean), 0, plan.train.crop_px)
    bank = StreakBank.render(plan.seed, data.kinds_of(plan.rain.profiles), per_kind=4, size_px=96)
    return Trainer(plan, folder, {"derain": Derain(plan, data.RainyCrops(plan, photos, bank))}, strategies_of(plan))


class StopAt:
    """Cancels at the given tick."""

    def __init__(self, tick: int) -> None:
        self.left = tick

    def tick(self, done: int, total: int, **facts: float) -> None:
        self.left -= 1
        if not self.left:
            raise Cancelled


@pytest.mark.parametrize("loss", ["l1", "psnr"])
def test_training_lowers_the_error_on_rain_it_has_not_drawn(small: recipe.Recipe, tmp_path: Path, loss: str) -> None:
    heavy = replace(small.rain, profiles=("heavy",), dry=0.0)
    train = replace(small.train, steps=120, batch=8, lr=1e-2, warmup_steps=10, crop_px=32, loss=loss)
    longer = replace(small, rain=heavy, train=train, net=small.net.but(width=8))
    trainer = trainer_for(longer, tmp_path / "run")
    unseen = trainer.draw(10_000, 0, 1)

    def error() -> float:
        with torch.no_grad():
            return float(losses.l1(trainer.averaged_net()(unseen.image, **unseen.conditions), unseen.target))

    before = error()
    trainer.run(NoWatch())
    assert error() < 0.9 * before


@pytest.mark.parametrize("optimiser", ["adamw", "muon"])
def test_six_steps_equal_three_and_three_in_a_fresh_process(small: recipe.Recipe, tmp_path: Path, optimiser: str) -> None:
    small = replace(small, train=replace(small.train, optimiser=optimiser))
    whole = trainer_for(small, tmp_path / "whole")
    whole.run(NoWatch())
    halves = trainer_for(small, tmp_path / "halves")
    with pytest.raises(Cancelled):
        halves.run(StopAt(3))
    assert checkpoint.load(tmp_path / "halves" / "checkpoint.pt").step == 3
    script = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[1])\n"
        "from training import recipe; from test_trainer import trainer_for; from rainapp.jobs.records import NoWatch\n"
        "folder = Path(sys.argv[2]); t = trainer_for(recipe.read(folder / 'recipe.toml'), folder)\n"
        "t.resume(); t.run(NoWatch())\n"
    )
    (tmp_path / "halves" / "recipe.toml").write_text(small.to_toml())
    here = str(Path(__file__).parent)
    subprocess.run([sys.executable, "-c", script, here, str(tmp_path / "halves")], check=True, timeout=120)
    first = checkpoint.load(tmp_path / "whole" / "checkpoint.pt")
    second = checkpoint.load(tmp_path / "halves" / "checkpoint.pt")
    assert second.step == first.step == STEPS
    for name, value in first.net.items():
        assert torch.equal(value, second.net[name]), name
    for name, value in first.average.items():
        assert torch.equal(value, second.average[name]), name


def test_a_checkpoint_of_another_optimiser_is_refused_in_words(small: recipe.Recipe, tmp_path: Path) -> None:
    trainer_for(small, tmp_path / "run").run(NoWatch())
    other = replace(small, train=replace(small.train, optimiser="muon"))
    with pytest.raises(BadModel, match="optimiser"):
        trainer_for(other, tmp_path / "run").resume()


def test_boldness_makes_rain_that_is_left_dearer_where_rain_is_light() -> None:
    target = torch.full((2, 3, 8, 8), 0.4)
    rainy = target + torch.tensor([3 / 255, 60 / 255]).view(2, 1, 1, 1)
    left, taken = target + 0.05, target - 0.05

    def error(prediction: torch.Tensor, sample: int, boldness: float) -> float:
        one = slice(sample, sample + 1)
        return float(losses.psnr_loss(prediction[one], target[one], rainy[one], boldness).exp()) - losses.PSNR_FLOOR

    assert error(left, 0, 3.0) == pytest.approx(3 * error(taken, 0, 3.0), rel=1e-3)
    assert error(left, 1, 3.0) == pytest.approx(error(taken, 1, 3.0), rel=1e-3)
    assert error(left, 0, 1.0) == pytest.approx(error(taken, 0, 1.0), rel=1e-3)


def test_the_psnr_loss_weighs_light_rain_like_heavy_and_lets_restored_samples_rest() -> None:
    target = torch.zeros(3, 3, 8, 8)
    prediction = torch.stack([torch.full((3, 8, 8), value) for value in (0.3, 0.03, 0.0003)]).requires_grad_()
    loss = losses.psnr_loss(prediction, target)
    psnr = -10 * torch.log10(prediction.detach()[:2].square().mean((1, 2, 3)) + losses.PSNR_FLOOR)
    loss.backward()  # type: ignore[no-untyped-call]
    assert prediction.grad is not None
    heavy, light, restored = prediction.grad.abs().sum((1, 2, 3)).tolist()
    assert light > 5 * heavy  # a tenth of the error has ten times the slope, less the floor
    assert restored < heavy
    assert float(losses.psnr_loss(prediction.detach()[:2], target[:2])) == pytest.approx(float(-psnr.mean()) * 2.302585 / 10)


def test_the_sample_at_a_place_depends_on_seed_and_place_alone(small: recipe.Recipe, tmp_path: Path) -> None:
    draw = trainer_for(small, tmp_path / "a").draw
    assert torch.equal(draw(5, 0, 2).image, draw(5, 0, 2).image)
    assert not torch.equal(draw(5, 0, 2).image, draw(5, 1, 2).image)
    assert torch.equal(draw(5, 1, 2).image[:1], draw(11, 0, 1).image[:1])


def test_worker_processes_draw_the_same_samples(small: recipe.Recipe, tmp_path: Path) -> None:
    photos, _ = data.read_photos(Path(small.data.clean), 0, small.train.crop_px)
    crops = data.RainyCrops(small, photos, StreakBank.render(1, ["narrow"], per_kind=2, size_px=96))
    task = Derain(small, crops)
    drawer = Drawer({"derain": task}, {"derain": task.choose}, small.shares(), small.train.batch)
    ahead = Prefetch(drawer, workers=2)
    for step in (3, 4, 5, 9):
        drawn, expected = ahead(step, 0, 1), drawer(step)
        assert torch.equal(drawn.image, expected.image)
        assert torch.equal(drawn.conditions["clear"], expected.conditions["clear"])
    ahead.close()


def test_a_run_from_the_command_line_can_be_published_and_loaded(small: recipe.Recipe, tmp_path: Path) -> None:
    file = tmp_path / "recipe.toml"
    file.write_text(replace(small, train=replace(small.train, steps=2)).to_toml())
    run = tmp_path / "run"
    assert main(["run", str(file), "--out", str(run), "--ignore-input"]) == 0
    assert json.loads((run / "log.jsonl").read_text().splitlines()[0])["photos"] == 3
    library = tmp_path / "library"
    figures = tmp_path / "figures.json"
    figures.write_text('{"rain100l_psnr_y": 30.5}')
    publish = ["publish", str(run), "--id", "mine", "--into", str(library), "--figures", str(figures)]
    assert main([*publish, "--licence", "MIT", "--trained-on", "three"]) == 0
    assert main(publish) == 2  # the id is taken
    assert main([*publish, "--licence", "MIT", "--trained-on", "three", "--replace"]) == 0
    models = ModelLibrary(bundled=library, user=tmp_path / "none")
    card = models.get("mine")
    assert card.figures == {"rain100l_psnr_y": 30.5}
    assert card.licence == "MIT"
    net = registry.load(card, models.weights_path(card))
    expected = load_file(run / "last.safetensors")
    assert all(torch.equal(net.state_dict()[name], value.float()) for name, value in expected.items())


def test_two_processes_end_together_with_one_set_of_weights(small: recipe.Recipe, tmp_path: Path) -> None:
    file = tmp_path / "recipe.toml"
    file.write_text(replace(small, train=replace(small.train, steps=3)).to_toml())
    run = tmp_path / "run"
    launch = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2"]
    command = [*launch, "-m", "training", "run", str(file), "--out", str(run), "--ignore-input"]
    ended = subprocess.run(command, check=False, timeout=200, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.count('"event": "run"') == 1, "one of them tells"
    together = checkpoint.load(run / "checkpoint.pt")
    assert together.step == 3

    def moves(batch: int, of_two: bool) -> float:
        """How alike the weights moved in a single process: the cosine between both moves."""
        plan = replace(small, train=replace(small.train, steps=3, batch=batch))
        photos, _ = data.read_photos(Path(plan.data.clean), 0, plan.train.crop_px)
        crops = data.RainyCrops(plan, photos, bank_for(plan))
        alone = Trainer(plan, tmp_path, {"derain": Derain(plan, crops)})
        draw = alone.draw
        alone.draw = lambda step, _rank, _world: draw(step, 0, 1 + of_two)  # type: ignore[assignment, misc]
        alone.draw.close = lambda: None  # type: ignore[attr-defined]
        before = {name: value.clone() for name, value in alone.net.state_dict().items()}
        alone.run(NoWatch())
        ends = alone.net.state_dict(), together.net
        one, other = (torch.cat([(end[name] - before[name]).flatten() for name in before]) for end in ends)
        return float(torch.cosine_similarity(one, other, dim=0))

    assert moves(2 * small.train.batch, of_two=False) > 0.98, "two batches at once are one of twice the size"
    assert moves(small.train.batch, of_two=True) < 0.95, "which the first process alone does not see"


def test_bad_folders_are_refused_before_training(small: recipe.Recipe, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / "broken.jpg").write_bytes(b"no picture")
    cv2.imwrite(str(empty / "tiny.png"), np.zeros((8, 8, 3), np.uint8))
    with pytest.raises(BadRecipe, match="no usable photos"):
        data.read_photos(empty, 0, 48)


def test_unusable_photos_are_named_and_left_out(photos: Path) -> None:
    (photos / "broken.jpg").write_bytes(b"no picture")
    cv2.imwrite(str(photos / "tiny.png"), np.zeros((8, 8, 3), np.uint8))
    kept, left_out = data.read_photos(photos, 0, 48)
    assert len(kept) == 3
    assert [sentence.split()[0] for sentence in left_out] == ["broken.jpg", "tiny.png"]


def test_a_broken_checkpoint_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "checkpoint.pt").write_bytes(b"nothing")
    with pytest.raises(BadModel, match="checkpoint"):
        checkpoint.load(tmp_path / "checkpoint.pt")


def test_weights_that_do_not_fit_are_refused(small: recipe.Recipe, tmp_path: Path, tiny_weights: Path) -> None:
    with pytest.raises(BadRecipe, match="no weights"):
        trainer_for(replace(small, start_from="nowhere"), tmp_path / "a")
    wide = replace(small, start_from=str(tiny_weights), net=small.net.but(width=6))
    with pytest.raises(BadRecipe, match="do not fit"):
        trainer_for(wide, tmp_path / "b")
    trainer_for(replace(small, start_from=str(tiny_weights)), tmp_path / "c")


def test_light_rain_counts_more_where_errors_are_evened_out() -> None:
    target = torch.full((2, 3, 8, 8), 0.4)
    rainy = target + torch.tensor([0.01, 0.15]).view(2, 1, 1, 1)
    assert torch.allclose(losses.rain_weights(rainy, target, 0.0), torch.ones(2, 1, 1, 1))
    light, heavy = losses.rain_weights(rainy, target, 0.5).flatten()
    assert light / heavy == pytest.approx((0.16 / 0.02) ** 0.5, rel=1e-4)
    assert (light + heavy) / 2 == pytest.approx(1, rel=1e-5)


def test_the_spectral_error_sees_fine_structure_more_than_smooth_shift() -> None:
    flat = torch.zeros(1, 3, 16, 16)
    stripes = torch.zeros(1, 3, 16, 16)
    stripes[..., ::2] = 0.2
    assert losses.fft_l1(flat, flat) == 0
    assert losses.l1(stripes, flat) == pytest.approx(0.1)
    assert losses.fft_l1(stripes, flat) > 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no process groups that signals go to")
@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_to_the_whole_run_stops_it_after_a_checkpoint(small: recipe.Recipe, tmp_path: Path, asked: int) -> None:
    file = tmp_path / "recipe.toml"
    longer = replace(small, train=replace(small.train, steps=100_000), data=replace(small.data, workers=1))
    file.write_text(longer.to_toml())
    run = tmp_path / "run"
    command = [sys.executable, "-m", "training", "run", str(file), "--out", str(run), "--ignore-input", "--threads", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as child:
        assert child.stdout is not None
        for line in child.stdout:
            if "progress" in line:
                break
        os.killpg(child.pid, asked)
        child.stdout.read()
        assert child.wait(timeout=60) == 130
    assert checkpoint.load(run / "checkpoint.pt").step > 0
