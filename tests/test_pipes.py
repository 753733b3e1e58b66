"""A pipe or a device in the place of a file never makes anything wait, whichever kind of file it stands for."""

import shutil
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from doors import DOORS, child, pipe, plain_card, soon
from numpy.typing import NDArray

from rainapp.base import logs, settings
from rainapp.base.errors import BadModel, BadRecipe, BadTreatment, RainError, UnreadableFile
from rainapp.base.paths import cache_dir, settings_file
from rainapp.compare import result_cache
from rainapp.gui.text.problem_report import report
from rainapp.inference.amount import read_mask
from rainapp.inference.engines import engine_choice
from rainapp.jobs import presets
from rainapp.jobs.records import LoadMask, Treatment
from rainapp.library.cards import CARD, read_card
from rainapp.library.importer import import_model
from rainapp.library.model_files import kind_of
from rainapp.library.model_library import WEIGHTS, ModelLibrary, checked_weights, sha256_of
from rainapp.media import open_source
from rainapp.media.atomic import copy_file
from rainapp.media.clip.clip_open import open_container
from rainapp.work import mask_files, result_writer
from rainapp.work.screen.screen_profile import read_profile
from training import publish, recipe
from training.data import crops as data
from training.data import rainy_photos
from training.loop import validate
from training.rain import descriptors

Door = Callable[[Path], Path]


@pytest.fixture(params=DOORS, ids=list(DOORS))
def door(request: pytest.FixtureRequest) -> Door:
    return DOORS[request.param]


READERS: dict[str, tuple[str, Callable[[Path], object], type[RainError]]] = {
    "photo": ("a.jpg", open_source, UnreadableFile),
    "clip": ("a.mp4", open_source, UnreadableFile),
    "demuxed clip": ("a.mp4", open_container, UnreadableFile),
    "copied photo": ("a.jpg", lambda path: copy_file(path, path.with_name("b.jpg")), UnreadableFile),
    "mask of the command line": ("m.png", read_mask, BadTreatment),
    "mask of the window": ("m.png", lambda path: mask_files.load_mask(LoadMask(path, 8, 8, 8, 8)), UnreadableFile),
    "preset": ("p.toml", lambda path: presets.load(str(path)), BadTreatment),
    "recipe": ("r.toml", recipe.read, BadRecipe),
    "screen profile": ("s.icc", read_profile, UnreadableFile),
    "figures": ("f.json", publish.read_figures, BadModel),
    "foreign model": ("m.pth", kind_of, BadModel),
    "training photo": ("t.png", descriptors.read, UnreadableFile),
    "validation photo": ("t.png", validate.read, BadRecipe),
    "card": (CARD, lambda path: read_card(path.parent), BadModel),
    "kept result": ("k.npy", result_cache.load, UnreadableFile),
}


@pytest.mark.parametrize("kind", READERS)
def test_nobody_waits_for_what_is_no_file(kind: str, door: Door, tmp_path: Path) -> None:
    name, read, error = READERS[kind]
    path = door(tmp_path / "there" / name)
    came = soon(lambda: read(path))
    assert isinstance(came, error), came
    assert len(str(came)) < 400


def test_settings_are_defaults_and_what_lay_there_is_put_aside(door: Door) -> None:
    door(settings_file())
    found, notices = soon(settings.load)
    assert found == settings.Settings()
    assert "could not be read" in notices[0]


def test_a_named_preset_that_is_none_stops_no_other(door: Door) -> None:
    presets.save("good", presets.Preset())
    door(presets.path_of("bad"))
    assert isinstance(soon(lambda: presets.load("bad")), BadTreatment)
    assert soon(lambda: presets.load("good")) == presets.Preset()


def test_a_library_goes_on_without_the_model(door: Door, tmp_path: Path) -> None:
    library = ModelLibrary(tmp_path / "bundled", tmp_path / "own")
    plain_card("good", library.user / "good")
    for part in (CARD, WEIGHTS):
        plain_card(f"no-{part}", library.user / f"no-{part}")
        door(library.user / f"no-{part}" / part)
    door(library.user / "library.toml")
    assert [card.id for card in soon(library.cards)] == ["good"]
    assert len(soon(library.problems)) == 2
    assert len(soon(library.verify)) == 2
    assert soon(lambda: library.default_id) == "good"
    good = library.get("good")
    door(library.weights_path(good))
    assert isinstance(soon(lambda: checked_weights(good, library.weights_path(good))), BadModel)
    assert isinstance(soon(lambda: sha256_of(library.weights_path(good))), OSError)


def test_a_model_folder_with_one_is_not_imported(door: Door, tmp_path: Path) -> None:
    library = ModelLibrary(tmp_path / "bundled", tmp_path / "own")
    for part in (CARD, WEIGHTS):
        folder = tmp_path / f"model-{part}"
        plain_card("m", folder)
        door(folder / part)
        assert isinstance(soon(lambda folder=folder: import_model(folder, library)), BadModel)  # type: ignore[misc]
    assert isinstance(soon(lambda: import_model(door(tmp_path / "m.safetensors"), library)), BadModel)


def test_training_leaves_them_out(door: Door, tmp_path: Path, photo: Path) -> None:
    folder = tmp_path / "clean"
    folder.mkdir()
    cv2.imwrite(str(folder / "good.png"), np.full((96, 96, 3), 90, np.uint8))
    door(folder / "bad.png")
    photos, left_out = soon(lambda: data.read_photos(folder, 0, 32))
    assert len(photos) == 1
    assert [sentence.startswith("bad.png cannot be read: it is a ") for sentence in left_out] == [True]
    assert soon(lambda: rainy_photos.read(folder / "bad.png")) is None


def test_caches_and_logs_are_done_without(door: Door) -> None:
    door(cache_dir() / engine_choice.FILE)
    assert soon(engine_choice._recall) == {}
    door(logs.log_file())
    assert soon(logs.start_log) is None
    assert "rainapp" in soon(lambda: report("something"))


def test_the_key_of_a_clip_does_not_wait_for_its_mask(door: Door, tmp_path: Path, tiny_library: Path) -> None:
    from rainapp.inference.pipeline import load_pipeline

    plain = Treatment(engine="torch", device="cpu", precision="fp32")
    pipeline = load_pipeline(plain, ModelLibrary(user=tiny_library))
    mask = Treatment(mask=door(tmp_path / "m.png"))
    assert isinstance(soon(lambda: result_writer.key_of(mask, pipeline, "")), OSError)


def test_a_photo_may_be_a_link_to_a_file(tmp_path: Path, photo: Path) -> None:
    (tmp_path / "link.png").symlink_to(photo)
    with open_source(tmp_path / "link.png") as source:
        assert source.info.kind == "photo"


def test_the_command_line_fails_them_and_goes_on(door: Door, tmp_path: Path, photo_pixels: NDArray[np.uint8]) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    cv2.imwrite(str(photos / "good.png"), photo_pixels)
    bad = [door(tmp_path / "named" / name) for name in ("a.jpg", "b.mp4")]
    door(photos / "c.png")
    done = child("derain", photos, *bad, "-o", tmp_path / "out", "--strength", "0")
    assert done.returncode == 1, done.stderr
    told = [line for line in done.stderr.splitlines() if "no regular file" in line]
    assert sum("skipped" not in line for line in told) == 2
    assert [line for line in told if "skipped" in line] == [f"{photos / 'c.png'}: skipped: no regular file"]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["good_derained.png"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["derain", "{photo}", "-o", "{out}", "--preset", "{pipe}.toml"], 2),
        (["derain", "{photo}", "-o", "{out}", "--mask", "{pipe}.png", "--engine", "torch"], 2),
        (["models", "import", "{pipe}.pth"], 3),
        (["models", "list", "--models-dir", "{models}"], 0),
        (["train", "run", "{pipe}.toml", "--out", "{out}"], 2),
        (["evaluate", "--rainy", "{photos}", "--clean", "{photos}"], 3),
    ],
)
def test_each_command_says_so_at_once(words: list[str], code: int, tmp_path: Path, photo: Path, tiny_library: Path) -> None:
    for suffix in (".toml", ".png", ".pth"):
        pipe(tmp_path / f"pipe{suffix}")
    models = shutil.copytree(tiny_library, tmp_path / "models")
    pipe(models / "bad" / CARD)
    pipe(tmp_path / "photos" / "a.png")
    places = {
        "photo": photo,
        "pipe": tmp_path / "pipe",
        "out": tmp_path / "out",
        "models": models,
        "photos": tmp_path / "photos",
    }
    done = child(*(word.format(**places) for word in words))
    assert done.returncode == code, done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
