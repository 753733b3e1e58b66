"""The content prior's training: clean photos first, then the encoder alone; and the plain net it is compared with."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from rainapp.base.errors import BadRecipe, Cancelled
from rainapp.jobs.records import NoWatch
from rainapp.library.cards import read_card
from rainapp.library.model_library import ModelLibrary
from rainapp.nets import vq
from rainapp.nets.repair_mask import repair_mask
from tests.training import throwaway
from training import publish, recipe
from training.contracts import Pick, Task
from training.data import crops as data
from training.loop import checkpoint
from training.loop.trainer import Trainer
from training.rain.streaks import StreakBank
from training.recipe_checks import problems
from training.tasks import codebook
from training.tasks.autoencode import Autoencode
from training.tasks.inpaint import Inpaint
from training.tasks.leavings import Leavings

VQ = 'arch = "vq"\nchannels = [8, 8, 16]\nlatent = 4\ncodes = 16'
NAF = 'arch = "unshuffle_naf"\nwidth = 4\nencoder = [1]\nmiddle = 1\ndecoder = [1]\nconditional = false'


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clean")
    for index in range(3):
        cv2.imwrite(str(folder / f"{index}.png"), throwaway.picture(index))
    return folder


def plan_of(photos: Path, task: str, net: str, steps: int = 6, more: str = "", start: str = "") -> recipe.Recipe:
    return recipe.from_toml(f"""
task = "{task}"
start_from = '{start}'
[net]
{net}
[data]
clean = '{photos}'
[rain]
profiles = ["narrow", "heavy"]
clear_share = 0.0
[train]
steps = {steps}
batch = 2
crop_px = 32
lr = 2e-3
warmup_steps = 1
{more}
""")


def trainer(plan: recipe.Recipe, folder: Path) -> Trainer:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "recipe.toml").write_text(plan.to_toml())
    read, _ = data.read_photos(Path(plan.data.clean), 0, plan.train.crop_px)
    bank = StreakBank.render(plan.seed, data.kinds_of(["narrow", "heavy"]), per_kind=3, size_px=96)
    crops = data.RainyCrops(plan, read, bank)
    task: Task
    if plan.task == "inpaint":
        task = Inpaint(crops, Leavings.of(plan))
    else:
        task = Autoencode(plan, crops, Leavings.of(plan) if plan.repair else None)
    return Trainer(plan, folder, {plan.task: task})


def stop_after(ticks: int) -> object:
    class Watch:
        left = ticks

        def tick(self, done: int, total: int, **facts: float) -> None:
            self.left -= 1
            if not self.left:
                raise Cancelled

    return Watch()


@pytest.fixture(scope="module")
def clean_run(photos: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A short first run."""
    folder = tmp_path_factory.mktemp("runs") / "clean"
    trainer(plan_of(photos, "autoencode", VQ, 60), folder).run(NoWatch())
    return folder


def plans(photos: Path, clean_run: Path) -> dict[str, recipe.Recipe]:
    return {
        "clean": plan_of(photos, "autoencode", VQ),
        "encoder": plan_of(photos, "autoencode", VQ, more='[repair]\nderainer = "tiny"', start=str(clean_run)),
        "encoder on rainy crops": plan_of(photos, "autoencode", VQ, more='[repair]\nderainer = ""', start=str(clean_run)),
        "plain": plan_of(photos, "inpaint", NAF, more='[repair]\nderainer = "tiny"'),
    }


@pytest.mark.parametrize("name", ["clean", "encoder", "encoder on rainy crops", "plain"])
def test_six_steps_equal_three_and_three(name: str, photos: Path, clean_run: Path, tiny_library: Path, tmp_path: Path) -> None:
    plan = plans(photos, clean_run)[name]
    assert problems(plan) == []
    trainer(plan, tmp_path / "whole").run(NoWatch())
    with pytest.raises(Cancelled):
        trainer(plan, tmp_path / "half").run(stop_after(3))  # type: ignore[arg-type]
    again = trainer(recipe.read(tmp_path / "half" / "recipe.toml"), tmp_path / "half")
    again.resume()
    again.run(NoWatch())
    whole, half = (checkpoint.load(tmp_path / kind / "checkpoint.pt") for kind in ("whole", "half"))
    for state in ("net", "average"):
        one, other = getattr(whole, state), getattr(half, state)
        assert all(torch.equal(value, other[key]) for key, value in one.items()), state
    assert repr(whole.modules) == repr(half.modules)


def test_it_learns_to_show_a_clean_crop_by_codes(photos: Path, clean_run: Path, tmp_path: Path) -> None:
    plan = plan_of(photos, "autoencode", VQ)
    loop = trainer(plan, tmp_path)
    batch = loop.tasks["autoencode"].draw([Pick(seed) for seed in range(900, 908)])
    assert torch.equal(batch.image, batch.target)  # type: ignore[arg-type]
    before = (loop.net(batch.image) - batch.image).abs().mean()
    loop.net.load_state_dict(checkpoint.load(clean_run / "checkpoint.pt").net)
    after = (loop.net(batch.image) - batch.image).abs().mean()
    assert after < 0.85 * before
    net = loop.net
    assert isinstance(net, vq.Vq)
    assert len(net.nearest(net.encoded(batch.image)).unique()) >= 4, "the codebook did not collapse"


def test_in_the_second_run_only_the_encoder_learns(photos: Path, clean_run: Path, tiny_library: Path, tmp_path: Path) -> None:
    loop = trainer(plans(photos, clean_run)["encoder"], tmp_path)
    before = {name: value.clone() for name, value in loop.net.state_dict().items()}
    loop.run(NoWatch())
    moved = {name for name, value in loop.net.state_dict().items() if not torch.equal(value, before[name])}
    assert moved
    assert all(name.startswith(("model.encoder.", "model.quant_conv.")) for name in moved)
    resting = [name for name in before if name.startswith(("model.decoder", "model.quantize", "model.post_quant"))]
    assert resting
    assert all(torch.equal(loop.average.weights[name], before[name]) for name in resting), "nor do they drift in the average"


def test_codes_without_use_begin_anew_where_latents_lie() -> None:
    uses = codebook.Uses(4)
    book = torch.nn.Parameter(torch.full((4, 2), 9.0))
    uses.count(torch.tensor([[1, 1], [3, 1]]))
    latent = torch.rand(2, 2, 3, 3)
    assert uses.renew(book, latent, seed=1) == 2
    assert torch.equal(book[[1, 3]], torch.full((2, 2), 9.0))
    seen = latent.movedim(1, -1).flatten(0, -2)
    assert all(any(torch.equal(code, each) for each in seen) for code in book[[0, 2]])
    assert uses.get_buffer("counts").sum() == 0


def test_what_a_derainer_leaves_is_drawn_with_its_mask(
    photos: Path, clean_run: Path, tiny_library: Path, tmp_path: Path
) -> None:
    loop = trainer(plans(photos, clean_run)["plain"], tmp_path)
    task = loop.tasks["inpaint"]
    assert isinstance(task, Inpaint)
    picks = [Pick(seed) for seed in range(4)]
    batch, drawn = task.draw(picks), task.crops.batch(picks)
    assert not torch.equal(batch.image, drawn.image), "it was derained"
    assert torch.equal(batch.target, drawn.target)  # type: ignore[arg-type]
    assert torch.equal(batch.streaks, repair_mask(drawn.image, batch.image))  # type: ignore[arg-type]


def test_the_mask_is_nought_where_nothing_was_removed_though_it_is_soft() -> None:
    rainy = torch.full((1, 3, 40, 40), 0.3)
    derained = rainy.clone()
    derained[..., 10:30, 18:22] -= 0.2
    derained[..., 0:5, 0:5] -= 1.0 / 255
    mask = repair_mask(rainy, derained)
    dry = (rainy - derained).abs().mean(1, keepdim=True) <= 2 / 255
    assert (mask[dry] == 0).all()
    assert (mask[~dry] > 0).all()
    assert mask.max() > 0.6


def test_a_published_prior_is_one_that_diffusers_and_the_library_load(clean_run: Path, tmp_path: Path) -> None:
    from diffusers import VQModel

    publish.publish(clean_run, "taught", tmp_path, publish.Label(licence="MIT"))
    card, notes = read_card(tmp_path / "taught")
    assert notes == []
    assert card.is_prior
    modes = {file.stat().st_mode & 0o777 for file in (tmp_path / "taught").iterdir()}
    assert modes == {(tmp_path / "taught" / "recipe.toml").stat().st_mode & 0o777}, "who may read one may read all"
    library = ModelLibrary(tmp_path / "none", tmp_path)
    assert library.verify() == []
    net = vq.load(library.folder(card), library.prior("taught"))
    picture = torch.from_numpy(np.random.default_rng(1).random((1, 3, 30, 41), np.float32))
    assert net(picture).shape == picture.shape
    theirs = VQModel.from_pretrained(tmp_path / "taught", local_files_only=True)
    whole = picture[..., :28, :40]
    torch.testing.assert_close(net(whole), theirs(whole * 2 - 1).sample / 2 + 0.5, atol=1e-4, rtol=1e-4)


REFUSED: dict[str, tuple[Callable[[Path], recipe.Recipe], str]] = {
    "a prior's net for deraining": (lambda photos: plan_of(photos, "derain", VQ), "go together"),
    "another net for a prior": (lambda photos: plan_of(photos, "autoencode", NAF), "go together"),
    "an encoder without a first run": (
        lambda photos: plan_of(photos, "autoencode", VQ, more="[repair]"),
        "name its run",
    ),
    "a repair of nothing": (lambda photos: plan_of(photos, "derain", NAF, more="[repair]"), "The block repair belongs"),
    "two tasks": (
        lambda photos: recipe.from_toml(
            plan_of(photos, "inpaint", NAF).to_toml().replace("[net]", "[tasks]\ninpaint = 1.0\nderain = 1.0\n\n[net]")
        ),
        "cannot share a run",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_trained_is_said(name: str, photos: Path) -> None:
    made, words = REFUSED[name]
    assert words in " ".join(problems(made(photos)))


def test_a_derainer_that_is_not_there_is_said(photos: Path, tiny_library: Path) -> None:
    with pytest.raises(BadRecipe, match="no model “none”"):
        Leavings.of(plan_of(photos, "inpaint", NAF, more='[repair]\nderainer = "none"'))
