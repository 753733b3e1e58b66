"""The diffusion prior's training: noise on clean crops, what the net is told beside it, and the pipeline that is published."""

from pathlib import Path

import cv2
import pytest
import torch

from rainapp.base.errors import BadModel
from rainapp.inference.refine.diffusion import DiffusionPrior
from rainapp.inference.refine.load_prior import load as load_prior
from rainapp.jobs.records import NoWatch
from rainapp.library.model_library import ModelLibrary
from rainapp.nets import registry, unet
from rainapp.nets.spec import NetSpec
from tests.training import throwaway
from training import publish, recipe
from training.contracts import Batch, Output, Pick
from training.data import crops as data
from training.loop import checkpoint
from training.loop.trainer import Trainer
from training.rain.streaks import StreakBank
from training.recipe_checks import problems
from training.tasks.denoise import Denoise
from training.tasks.leavings import Leavings


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clean")
    for index in range(3):
        cv2.imwrite(str(folder / f"{index}.png"), throwaway.picture(index))
    return folder


def plan_of(photos: Path, steps: int = 6, crop_px: int = 32, channels: str = "[8, 16]") -> recipe.Recipe:
    return recipe.from_toml(f"""
task = "denoise"
[net]
arch = "unet"
channels = {channels}
[data]
clean = '{photos}'
[rain]
profiles = ["narrow", "heavy"]
clear_share = 0.0
dry = 0.0
[train]
steps = {steps}
batch = 4
crop_px = {crop_px}
lr = 3e-3
warmup_steps = 1
[repair]
derainer = "tiny"
""")


def trainer(plan: recipe.Recipe, folder: Path) -> Trainer:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "recipe.toml").write_text(plan.to_toml())
    read, _ = data.read_photos(Path(plan.data.clean), 0, plan.train.crop_px)
    bank = StreakBank.render(plan.seed, data.kinds_of(["narrow", "heavy"]), per_kind=3, size_px=96)
    return Trainer(plan, folder, {"denoise": Denoise(data.RainyCrops(plan, read, bank), Leavings.of(plan))})


def batch_of(loop: Trainer, count: int = 8) -> Batch:
    return loop.tasks["denoise"].draw([Pick(seed) for seed in range(count)])


def test_the_noisy_crop_is_of_the_clean_one_at_the_step_it_says(photos: Path, tiny_library: Path, tmp_path: Path) -> None:
    batch = batch_of(trainer(plan_of(photos), tmp_path), 64)
    assert batch.target is not None
    steps = batch.conditions["step"]
    assert steps.min() >= 1
    assert steps.max() <= unet.LEARNED * unet.STEPS
    assert len(steps.unique()) > 40, "each sample has a step of its own"
    kept = unet.schedule().alphas_cumprod[steps].view(-1, 1, 1, 1)
    noise = (batch.image - kept.sqrt() * batch.target) / (1 - kept).sqrt()
    assert abs(float(noise.mean())) < 0.02
    assert float(noise.std()) == pytest.approx(1, abs=0.02)


def test_the_derained_crop_and_the_mask_are_those_of_the_derainer(photos: Path, tiny_library: Path, tmp_path: Path) -> None:
    loop = trainer(plan_of(photos), tmp_path)
    task = loop.tasks["denoise"]
    assert isinstance(task, Denoise)
    picks = [Pick(seed) for seed in range(4)]
    left, batch = task.leavings.batch(task.crops, picks, "denoise"), task.draw(picks)
    assert torch.equal(batch.conditions["derained"], left.image * 2 - 1)
    assert torch.equal(batch.conditions["mask"], left.streaks)  # type: ignore[arg-type]
    assert torch.equal(batch.target, left.target * 2 - 1)  # type: ignore[operator, arg-type]
    assert torch.equal(batch.image, task.draw(picks).image), "a pick is the same sample always"


def test_who_knows_the_noise_has_no_error(photos: Path, tiny_library: Path, tmp_path: Path) -> None:
    loop = trainer(plan_of(photos), tmp_path)
    task, batch = loop.tasks["denoise"], batch_of(loop)
    assert batch.target is not None
    kept = unet.schedule().alphas_cumprod[batch.conditions["step"]].view(-1, 1, 1, 1)
    noise = (batch.image - kept.sqrt() * batch.target) / (1 - kept).sqrt()
    answer = kept.sqrt() * noise - (1 - kept).sqrt() * batch.target
    known = task.loss(loop.state, Output(answer), batch)
    assert float(known.total) < 1e-8
    worse = task.loss(loop.state, Output(answer + 0.1), batch)
    torch.testing.assert_close(worse.rows, torch.full_like(worse.rows, 0.01), atol=1e-4, rtol=1e-3)


def test_six_steps_of_noise_equal_three_and_three(photos: Path, tiny_library: Path, tmp_path: Path) -> None:
    plan = plan_of(photos)
    assert problems(plan) == []
    trainer(plan, tmp_path / "whole").run(NoWatch())
    half = trainer(plan, tmp_path / "half")
    for _ in range(3):
        half.one_step()
    half.save()
    again = trainer(recipe.read(tmp_path / "half" / "recipe.toml"), tmp_path / "half")
    again.resume()
    again.run(NoWatch())
    one, other = (checkpoint.load(tmp_path / kind / "checkpoint.pt") for kind in ("whole", "half"))
    for state in ("net", "average"):
        assert all(torch.equal(value, getattr(other, state)[key]) for key, value in getattr(one, state).items()), state


@pytest.fixture
def taught(photos: Path, tiny_library: Path, tmp_path: Path) -> Path:
    """A short run."""
    folder = tmp_path / "taught-run"
    trainer(plan_of(photos, 60), folder).run(NoWatch())
    return folder


def test_it_learns(photos: Path, taught: Path, tmp_path: Path) -> None:
    loop = trainer(plan_of(photos), tmp_path)
    batch = loop.tasks["denoise"].draw([Pick(seed) for seed in range(900, 916)])
    before = float(loop.state.loss(batch).total.detach())
    loop.net.load_state_dict(checkpoint.load(taught / "checkpoint.pt").net)
    assert float(loop.state.loss(batch).total.detach()) < 0.9 * before


def test_a_published_diffusion_prior_loads_and_denoises_as_it_was_taught(photos: Path, taught: Path, tmp_path: Path) -> None:
    from diffusers import DDIMPipeline

    publish.publish(taught, "taught", tmp_path / "published", publish.Label(licence="MIT"))
    library = ModelLibrary(tmp_path / "none", tmp_path / "published")
    assert library.verify() == []
    card = library.prior("taught")
    denoiser = unet.load(library.folder(card), card)
    assert denoiser.prediction == "v_prediction"
    loop = trainer(plan_of(photos), tmp_path / "again")
    net = loop.averaged_net()
    net.load_state_dict(checkpoint.load(taught / "checkpoint.pt").average)
    batch = batch_of(loop, 1)
    step = int(batch.conditions["step"][0])
    kept = denoiser.kept[step]
    with torch.no_grad():
        v = net(batch.image, **batch.conditions)
        told = denoiser.noise(batch.image, batch.conditions["derained"], batch.conditions["mask"], step)
    torch.testing.assert_close(told, kept.sqrt() * v + (1 - kept).sqrt() * batch.image, atol=2e-2, rtol=0)  # half precision
    theirs = DDIMPipeline.from_pretrained(tmp_path / "published" / "taught", local_files_only=True)
    assert theirs.scheduler.config.prediction_type == "v_prediction"
    assert isinstance(load_prior(library.folder(card), card, "cpu"), DiffusionPrior)


def test_crops_that_cannot_be_halved_are_refused(photos: Path) -> None:
    assert "must be a multiple of 4" in " ".join(problems(plan_of(photos, crop_px=66)))


@pytest.mark.parametrize("arch", ["unet", "vq"])
@pytest.mark.parametrize("channels", [[], [12, 16], [0, 8], [-8, 8]])
def test_channels_that_norms_cannot_share_are_refused_in_a_sentence(arch: str, channels: list[int]) -> None:
    with pytest.raises(BadModel, match="shape"):
        registry.build_spec(NetSpec(arch, {"channels": channels}))
