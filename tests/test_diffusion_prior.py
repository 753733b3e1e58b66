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
from rainapp.inference.engines import openvino
from rainapp.inference.refine.budget import Budget
from rainapp.inference.refine.diffusion import BEGIN, STEPS, DiffusionPrior, noise_at, steps_for
from rainapp.inference.refine.load_prior import load, refiner_of
from rainapp.inference.refine.prior import Window
from rainapp.inference.refine.refiner import Refiner
from rainapp.jobs.records import NoWatch, Treatment
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


@pytest.mark.parametrize("size", [(64, 64), (9, 200), (70, 33), (2, 2), (1, 1)])
def test_a_net_of_several_levels_takes_windows_of_any_size(size: tuple[int, int]) -> None:
    torch.manual_seed(1)
    net = unet.Unet((8, 16, 24)).eval()
    prior = DiffusionPrior("real", Denoiser(net.model, unet.schedule().alphas_cumprod, "v_prediction"))
    made = prior(window(*size))
    assert made.shape == (*size, 3)
    assert np.isfinite(made).all()


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
    for wanted in range(STEPS[1]):
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


def test_steps_and_begin_follow_the_control() -> None:
    light, middle, full = (steps_for(control, 1001) for control in (0.4, 0.7, 1.0))
    assert (len(light), len(middle), len(full)) == (STEPS[0], 5, STEPS[1])
    assert (light[0], full[0]) == (round(1000 * BEGIN[0]), round(1000 * BEGIN[1]))
    assert light[-1] == full[-1] == 0
    assert full == sorted(full, reverse=True)


class Counts:
    """A net that predicts nothing, and counts what it is shown."""

    def __init__(self) -> None:
        self.patches = 0

    def __call__(self, seen: torch.Tensor, step: int, return_dict: bool) -> tuple[torch.Tensor]:
        self.patches += len(seen)
        return (torch.zeros_like(seen[:, : unet.PICTURE_CHANNELS]),)


def test_patches_in_which_nothing_may_change_are_passed_over() -> None:
    net = Counts()
    made = DiffusionPrior("counts", Denoiser(net, KEPT, "epsilon"))
    seen = window(256, 256)
    mask = np.zeros_like(seen.mask)
    mask[10, 10] = 1
    made(replace(seen, mask=mask))
    assert net.patches == STEPS[1]
    net.patches = 0
    made(replace(seen, mask=np.ones_like(mask)))
    assert net.patches == STEPS[1] * 25


def test_an_engine_makes_what_torch_makes(folder: Path, prior: DiffusionPrior) -> None:
    card = ModelLibrary(folder.parent / "none", folder.parent).prior("tiny-diffusion")
    seen = window(150, 97, top=33)
    by_engine = load(folder, card, "cpu", "openvino")
    assert isinstance(by_engine, DiffusionPrior)
    assert by_engine.denoiser.run is not None
    np.testing.assert_allclose(by_engine(seen), prior(seen), atol=2e-4)
    assert by_engine.denoiser.run.run.engine == "openvino"  # type: ignore[attr-defined]
    plain = DiffusionPrior("plain", unet.load(folder, card))
    np.testing.assert_allclose(plain(seen), prior(seen), atol=2e-4)


def test_the_order_of_windows_changes_nothing(prior: DiffusionPrior) -> None:
    windows_ = [window(96, 96, top, left) for top in (0, 64) for left in (0, 160)]
    there = [prior(each) for each in windows_]
    back = [prior(each) for each in reversed(windows_)][::-1]
    for one, other in zip(there, back, strict=True):
        np.testing.assert_array_equal(one, other)


class Stripes:
    """A net whose answer differs from patch to patch: what its patch looks like in the mean."""

    def __call__(self, seen: torch.Tensor, step: int, return_dict: bool) -> tuple[torch.Tensor]:
        noisy = seen[:, : unet.PICTURE_CHANNELS]
        return (noisy.mean((1, 2, 3), keepdim=True).expand_as(noisy),)


def test_patches_leave_no_seams() -> None:
    ramp = np.broadcast_to(np.linspace(0.2, 0.8, 256, dtype=np.float32)[None, :, None], (256, 256, 3)).copy()
    made = DiffusionPrior("stripes", Denoiser(Stripes(), KEPT, "sample"))(Window(ramp, np.ones((256, 256), np.float32)))
    steps = np.abs(np.diff(made.mean(axis=(0, 2))))
    assert made.max() - made.min() > 0.1, "patches do differ"
    assert steps.max() < 0.02, "and one goes over into the next"


def test_a_net_is_shown_patches_of_the_size_it_learnt_on(tmp_path: Path) -> None:
    from prior_files import write_prior_card

    folder = tiny_unet(tmp_path)
    for size, side in {16: 32, 32: 64, 48: 96, None: 64, 4000: 64}.items():
        file = folder / "unet" / "config.json"
        file.write_text(json.dumps(json.loads(file.read_text()) | {"sample_size": size}))
        assert unet.load(folder, write_prior_card(folder, "unet")).patch_px == side


def test_half_precision_is_taken_where_the_card_says_so_and_is_near(folder: Path, prior: DiffusionPrior) -> None:
    library = ModelLibrary(folder.parent / "none", folder.parent)
    card = library.prior("tiny-diffusion")
    native = "bf16" in openvino.capabilities()
    for precisions, wanted in ((frozenset({"fp32"}), "fp32"), (frozenset({"fp32", "bf16"}), "bf16" if native else "fp32")):
        told = replace(card, precisions=precisions)
        made = refiner_of(library, told, Treatment(refine=0.4), "cpu").prior
        assert isinstance(made, DiffusionPrior)
        assert made.denoiser.run is not None
        assert made.denoiser.run.run.precision == wanted  # type: ignore[attr-defined]
        seen = window(64, 64)
        off = np.abs(made(seen) - prior(seen)) * 255
        assert off.max() < (0.05 if wanted == "fp32" else 4), "levels, of a net that was never trained"
        assert off.mean() < (0.05 if wanted == "fp32" else 0.3)
    asked = refiner_of(
        library, replace(card, precisions=frozenset({"fp32", "bf16"})), Treatment(refine=1, precision="fp32"), "cpu"
    )
    assert asked.prior.denoiser.run.run.precision == "fp32"  # type: ignore[attr-defined]
