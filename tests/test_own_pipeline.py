"""Stable Diffusion of one's own as a prior: tiny real pipelines of the same classes, imported, run, and refused in words."""

import importlib.util
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from pipeline_files import one_file, tiny_pipeline
from safetensors.torch import load_file, save_file
from test_refine import ALL, CLEAN, SMEARED, dry, frame_of

from rainapp.__main__ import main
from rainapp.base.errors import BadModel, Cancelled, NotEnoughMemory
from rainapp.inference.refine.budget import Budget
from rainapp.inference.refine.latent import LatentPrior
from rainapp.inference.refine.load_prior import load
from rainapp.inference.refine.prior import Window
from rainapp.inference.refine.refiner import Refiner
from rainapp.jobs.records import NoWatch
from rainapp.library.cards import read_card
from rainapp.library.importer import import_model
from rainapp.library.model_library import ModelLibrary
from rainapp.nets import stable_diffusion

KINDS: dict[str, dict[str, bool]] = {
    "tiny-sd": {},
    "tiny-turbo": {"turbo": True},
    "tiny-inpaint": {"paints": True},
    "tiny-xl": {"large": True},
    "tiny-xl-inpaint": {"large": True, "paints": True},
}


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("pipelines")
    for name, kind in KINDS.items():
        tiny_pipeline(root, name, **kind)
    return root


@pytest.fixture
def library(tmp_path: Path) -> ModelLibrary:
    return ModelLibrary(tmp_path / "weights", tmp_path / "user")


@pytest.fixture
def copy(outside: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(outside / "tiny-sd", tmp_path / "tiny-sd"))


def prior_of(source: Path, library: ModelLibrary) -> LatentPrior:
    card = import_model(source, library)
    made = load(library.folder(card), card, "cpu")
    assert isinstance(made, LatentPrior)
    return made


def window(height: int, width: int, top: int = 0, stand: Callable[[], None] = lambda: None) -> Window:
    mask = np.zeros((height, width), np.float32)
    mask[height // 4 : height // 2] = 1
    return Window(SMEARED[:height, :width], mask, top, 0, stand, 0.4)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # the schedule of Turbo, in diffusers 0.42
@pytest.mark.parametrize("name", KINDS)
def test_every_kind_is_imported_and_sees_windows_of_its_own_size(name: str, outside: Path, library: ModelLibrary) -> None:
    prior = prior_of(outside / name, library)
    assert prior.window_px == 64
    seen = window(64, 64)
    made = prior(seen)
    assert made.shape == (64, 64, 3)
    assert np.isfinite(made).all()
    np.testing.assert_array_equal(prior(seen), made)
    assert not np.array_equal(prior(window(64, 64, top=64)), made), "noise belongs to places"


@pytest.mark.parametrize("size", [(1, 1), (5, 64), (33, 47)])
def test_small_pictures_are_taken_too(size: tuple[int, int], outside: Path, library: ModelLibrary) -> None:
    made = prior_of(outside / "tiny-sd", library)(window(*size))
    assert made.shape == (*size, 3)
    assert np.isfinite(made).all()


def test_an_untrained_one_shows_something_else_and_changes_nothing(outside: Path, library: ModelLibrary) -> None:
    frame = frame_of()
    (done,) = Refiner(prior_of(outside / "tiny-sd", library), 1.0, ALL)([frame], NoWatch())
    np.testing.assert_array_equal(done.image.pixels, frame.image.pixels)
    assert done.repaired is not None
    assert done.repaired.kept == done.repaired.windows > 0


def test_one_that_knows_the_photo_repairs_it_within_mask_and_budget(outside: Path, library: ModelLibrary) -> None:
    prior = prior_of(outside / "tiny-sd", library)

    class Knows:
        """What its autoencoder and its steps would make, had they been trained on this photo."""

        name, window_px = "knows", prior.window_px

        def __call__(self, seen: Window) -> Any:
            made = prior(seen)
            height, width = seen.mask.shape
            clean = CLEAN[seen.top : seen.top + height, seen.left : seen.left + width]
            return clean + 0.01 * (made - made.mean())

    frame = frame_of()
    (done,) = Refiner(Knows(), 1.0, Budget(0.02, 1.0))([frame], NoWatch())
    assert done.repaired is not None
    assert 0 < done.repaired.share <= 0.02
    np.testing.assert_array_equal(done.image.pixels[dry(frame)], frame.image.pixels[dry(frame)])


def test_it_can_be_cancelled_at_every_step(outside: Path, library: ModelLibrary) -> None:
    prior = prior_of(outside / "tiny-sd", library)
    calls = 0

    def stand() -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        prior(window(64, 64, stand=stand))
    calls = -100
    prior(window(64, 64, stand=stand))
    assert calls == -96, "four steps"


def test_the_text_is_encoded_once_and_its_encoder_let_go(outside: Path, library: ModelLibrary) -> None:
    latent = prior_of(outside / "tiny-xl", library).latent
    assert latent.pipe.text_encoder is None
    assert latent.pipe.text_encoder_2 is None
    assert latent.words["prompt_embeds"].shape == (1, 77, 32)
    assert latent.pipe.vae.use_tiling


def test_parts_and_licence_are_told_and_half_precision_is_taken(
    copy: Path, tiny_library: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    weights = copy / "unet/diffusion_pytorch_model.safetensors"
    save_file({name: value.half() for name, value in load_file(weights).items()}, weights.with_suffix(".x"))
    weights.with_suffix(".x").rename(copy / "unet/diffusion_pytorch_model.fp16.safetensors")
    (copy / "README.md").write_text("---\nlicense: creativeml-openrail-m\n---\n# Tiny\n")
    (copy / "picture.png").write_bytes(b"not taken")
    assert main(["models", "import", str(copy), "--json"]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (told["id"], told["arch"], told["licence"]) == ("tiny-sd", "sd", "creativeml-openrail-m")
    card, _ = read_card(tiny_library / "tiny-sd")
    assert card.is_prior
    for part in ("StableDiffusionPipeline", "unet 0.", "vae 0.", "text_encoder 0.", "DDIMScheduler"):
        assert part in card.summary
    there = {path.relative_to(tiny_library / "tiny-sd").as_posix() for path in (tiny_library / "tiny-sd").rglob("*.*")}
    assert "unet/diffusion_pytorch_model.safetensors" in there
    assert not any(name.endswith((".png", ".md", "fp16.safetensors")) for name in there)
    assert main(["models", "verify", "tiny-sd"]) == 0
    assert main(["models", "import", str(copy), "--id", "mine", "--licence", "for me"]) == 0
    assert read_card(tiny_library / "mine")[0].licence == "for me"


def _spread(folder: Path) -> None:
    weights = folder / "unet/diffusion_pytorch_model.safetensors"
    weights.rename(weights.with_name("diffusion_pytorch_model-00001-of-00002.safetensors"))


def _renamed(folder: Path) -> None:
    index = json.loads((folder / "model_index.json").read_text())
    (folder / "model_index.json").write_text(json.dumps(index | {"_class_name": "FluxPipeline"}))


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "pickled weights": (
        lambda folder: (folder / "vae/diffusion_pytorch_model.bin").write_bytes(b"\x80\x04."),
        "pickled weights",
    ),
    "only pickled weights": (
        lambda folder: (folder / "text_encoder/model.safetensors").rename(folder / "text_encoder/pytorch_model.bin"),
        "pickled weights",
    ),
    "no weights": (lambda folder: (folder / "unet/diffusion_pytorch_model.safetensors").unlink(), "lacks unet/diffusion"),
    "no schedule": (lambda folder: (folder / "scheduler/scheduler_config.json").unlink(), "lacks scheduler/"),
    "no tokenizer": (lambda folder: shutil.rmtree(folder / "tokenizer"), "lacks tokenizer/"),
    "several files": (_spread, "spread over several files"),
    "another pipeline": (_renamed, "“FluxPipeline” cannot repair photos"),
    "a cut file": (
        lambda folder: (folder / "vae/diffusion_pytorch_model.safetensors").write_bytes(b"\x10\0\0\0\0\0\0\0{}"),
        "safetensors",
    ),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_what_cannot_be_used_is_refused_in_words(name: str, copy: Path, library: ModelLibrary) -> None:
    damage, words = DAMAGES[name]
    damage(copy)
    with pytest.raises(BadModel, match=words):
        import_model(copy, library)
    assert not library.user.exists() or list(library.user.iterdir()) == []


def test_weights_of_another_net_and_no_numbers_are_refused_when_loaded(copy: Path, library: ModelLibrary) -> None:
    weights = copy / "unet/diffusion_pytorch_model.safetensors"
    tensors = load_file(weights)
    for other in ({**tensors, "conv_in.bias": torch.full((8,), torch.nan)}, {**tensors, "conv_in.bias": torch.zeros(9)}):
        save_file(other, weights)
        card = import_model(copy, library, model_id=f"odd{other['conv_in.bias'].numel()}")
        with pytest.raises(BadModel, match="is not built as a Stable Diffusion pipeline is"):
            load(library.folder(card), card, "cpu")


def test_memory_that_will_not_do_is_said_in_figures(
    outside: Path, library: ModelLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stable_diffusion, "WORK_BYTES", 10**15)
    card = import_model(outside / "tiny-sd", library)
    with pytest.raises(NotEnoughMemory, match=r"needs about 1000000\.0 GB of memory, and .* GB are free"):
        load(library.folder(card), card, "cpu")


def test_without_transformers_the_extra_is_named(outside: Path, library: ModelLibrary, monkeypatch: pytest.MonkeyPatch) -> None:
    card = import_model(outside / "tiny-sd", library)
    found = importlib.util.find_spec
    monkeypatch.setattr(stable_diffusion, "find_spec", lambda name: None if name == "transformers" else found(name))
    with pytest.raises(BadModel, match=r"needs transformers") as told:
        load(library.folder(card), card, "cpu")
    assert 'pip install "rainapp[sd]"' in told.value.hint


def test_a_single_file_comes_in_with_the_descriptions_of_its_parts(
    copy: Path, outside: Path, tiny_library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    single = one_file(copy, tmp_path / "all-in-one.safetensors")
    for weights in copy.rglob("*.safetensors"):
        weights.unlink()
    assert main(["models", "import", str(single), "--config", str(copy), "--licence", "mine", "--json"]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told == {"id": "all-in-one", "arch": "sd", "licence": "mine"}
    there = tiny_library / "all-in-one"
    for part, name in {"unet": "diffusion_pytorch_model", "vae": "diffusion_pytorch_model", "text_encoder": "model"}.items():
        before, after = (load_file(root / part / f"{name}.safetensors") for root in (outside / "tiny-sd", there))
        assert before.keys() == after.keys()
        assert all(torch.equal(before[key], after[key]) for key in before)
    library = ModelLibrary()
    assert isinstance(load(there, library.prior("all-in-one"), "cpu"), LatentPrior)


def test_a_single_file_that_does_not_fit_is_refused(
    copy: Path, tiny_library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.safetensors"
    save_file({"conv.weight": torch.zeros(3, 3)}, other)
    assert main(["models", "import", str(other), "--config", str(copy)]) == 3
    assert "is no Stable Diffusion file that the descriptions in “tiny-sd” fit" in capsys.readouterr().err
    other.write_bytes(b"\x80\x04.")
    assert main(["models", "import", str(other), "--config", str(copy)]) == 3
    assert "no valid safetensors file" in capsys.readouterr().err
    assert main(["models", "import", str(other), "--config", str(tmp_path)]) == 3
    assert [folder.name for folder in tiny_library.iterdir() if folder.is_dir()] == ["tiny"]
