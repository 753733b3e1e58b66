"""The diffusion prior's way back: formulas, patches, seeds, and a tiny real pipeline through the whole repair."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from prior_files import tiny_unet
from test_refine import dry, frame_of

from rainapp.base.errors import BadModel, Cancelled
from rainapp.inference.refine.budget import Budget
from rainapp.inference.refine.diffusion import STEPS, DiffusionPrior, noise_at
from rainapp.inference.refine.load_prior import load
from rainapp.inference.refine.prior import Window
from rainapp.inference.refine.refiner import Refiner
from rainapp.jobs.records import NoWatch
from rainapp.library.model_library import ModelLibrary
from rainapp.nets import unet
from rainapp.nets.unet import Denoiser

KEPT = torch.linspace(0.9999, 0.01, 1000)
GREY = 0.3


class KnowsGrey:
    """A net that predicts one grey, which is the right answer for a grey picture."""

    def __call__(self, seen: torch.Tensor, step: int, return_dict: bool) -> tuple[torch.Tensor]:
        assert seen.shape[1] == unet.SEEN_CHANNELS
        return (torch.full_like(seen[:, : unet.PICTURE_CHANNELS], GREY * 2 - 1),)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_unet(tmp_path_factory.mktemp("priors"))


@pytest.fixture(scope="module")
def prior(folder: Path) -> DiffusionPrior:
    library = ModelLibrary(folder.parent / "none", folder.parent)
    found = load(folder, library.prior("tiny-diffusion"), "cpu")
    assert isinstance(found, DiffusionPrior)
    return found


def window(height: int, width: int, top: int = 0, left: int = 0) -> Window:
    rng = np.random.default_rng(3)
    mask = np.zeros((height, width), np.float32)
    mask[:, width // 2 :] = 1
    return Window(rng.random((height, width, 3), np.float32), mask, top, left)


def test_the_three_ways_to_predict_tell_the_same_noise() -> None:
    torch.manual_seed(1)
    clean, noise, step = torch.rand(1, 3, 8, 8) * 2 - 1, torch.randn(1, 3, 8, 8), 300
    left = KEPT[step]
    noisy = left.sqrt() * clean + (1 - left).sqrt() * noise
    answers = {"epsilon": noise, "sample": clean, "v_prediction": left.sqrt() * noise - (1 - left).sqrt() * clean}
    for prediction, answer in answers.items():
        folded = torch.nn.functional.pixel_unshuffle(answer, 2)
        denoiser = Denoiser(lambda *_, folded=folded, **__: (folded,), KEPT, prediction)
        found = denoiser.noise(noisy, clean, torch.zeros(1, 1, 8, 8), step)
        torch.testing.assert_close(found, noise, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("size", [(64, 64), (150, 97), (9, 200), (1, 1)])
def test_a_denoiser_that_knows_the_picture_brings_it_back_where_it_may(size: tuple[int, int]) -> None:
    seen = window(*size)
    made = DiffusionPrior("knows", Denoiser(KnowsGrey(), KEPT, "sample"))(seen)
    assert made.shape == seen.derained.shape
    np.testing.assert_allclose(made[seen.mask == 1], GREY, atol=2e-3)


def test_noise_belongs_to_places_of_the_picture() -> None:
    whole = noise_at(window(1, 1), 300, 300, 2)
    part = noise_at(window(1, 1, top=70, left=130), 100, 90, 2)
    np.testing.assert_array_equal(part, whole[..., 70:170, 130:220])
    assert not np.array_equal(noise_at(window(1, 1), 300, 300, 3), whole), "every step has its own"
    assert abs(float(whole.std()) - 1) < 0.01


def test_the_same_window_gives_the_same_result(prior: DiffusionPrior) -> None:
    seen = window(100, 81, top=33)
    np.testing.assert_array_equal(prior(seen), prior(seen))
    assert not np.array_equal(prior(seen), prior(replace(seen, top=34)))


def test_it_can_be_cancelled_at_every_step(prior: DiffusionPrior) -> None:
    for wanted in range(STEPS):
        calls = []

        def stand(wanted: int = wanted, calls: list[int] = calls) -> None:
            calls.append(1)
            if len(calls) > wanted:
                raise Cancelled

        with pytest.raises(Cancelled):
            prior(replace(window(64, 64), stand=stand))
        assert len(calls) == wanted + 1


def test_an_untrained_one_changes_no_pixel_of_a_photo(prior: DiffusionPrior) -> None:
    frame = frame_of()
    (done,) = Refiner(prior, 1.0, Budget(1.0, 1.0))([frame], NoWatch())
    np.testing.assert_array_equal(done.image.pixels[dry(frame)], frame.image.pixels[dry(frame)])
    assert done.repaired is not None
    assert done.repaired.windows > 0
    assert done.repaired.kept == done.repaired.windows
    np.testing.assert_array_equal(done.image.pixels, frame.image.pixels)


@pytest.mark.parametrize(
    ("key", "value"),
    [("in_channels", 3), ("block_out_channels", [8] * 40), ("layers_per_block", 4000), ("block_out_channels", [8, 32])],
)
def test_a_description_of_another_net_is_refused(key: str, value: object, tmp_path: Path) -> None:
    from prior_files import write_prior_card

    folder = tiny_unet(tmp_path)
    file = folder / "unet" / "config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {key: value}))
    card = write_prior_card(folder, "unet")
    with pytest.raises(BadModel, match="not built as a diffusion prior is"):
        unet.load(folder, card)


def test_a_cut_pipeline_is_refused_by_the_library(tmp_path: Path) -> None:
    folder = tiny_unet(tmp_path)
    (folder / "scheduler" / "scheduler_config.json").unlink()
    library = ModelLibrary(tmp_path / "none", tmp_path)
    assert library.priors() == []
    assert "lacks scheduler/scheduler_config.json" in library.problems()[0].message
