"""What stops a run, a mean of weights or a published model before anything long starts, and what a run does without."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from rainapp.base import paths
from rainapp.base.errors import BadRecipe
from rainapp.nets import registry
from training import recipe
from training.__main__ import foresee, main
from training.average import average
from training.data import crops as data
from training.data import rainy_photos
from training.data.loader import Drawer, Prefetch
from training.loop import validate
from training.loop.weights import find_weights, read_weights
from training.rain import bank_cache
from training.rain.streaks import StreakBank
from training.tasks.derain import Derain

SMALL = """
[net]
width = 4
encoder = [1]
middle = 1
decoder = [1]
[rain]
profiles = ["narrow"]
[train]
steps = 2
batch = 2
crop_px = 48
"""


@pytest.fixture
def plan(tmp_path: Path) -> recipe.Recipe:
    folder = tmp_path / "photos"
    folder.mkdir()
    cv2.imwrite(str(folder / "a.png"), np.random.default_rng(1).integers(0, 255, (72, 80, 3), np.uint8))
    small = recipe.from_toml(SMALL)
    return replace(small, data=replace(small.data, clean=str(folder)))


Write = Callable[[recipe.Recipe], Path]


@pytest.fixture
def written(tmp_path: Path) -> Write:
    def write(wanted: recipe.Recipe) -> Path:
        file = tmp_path / "recipe.toml"
        file.write_text(wanted.to_toml(), encoding="utf-8")
        return file

    return write


def pair_set(folder: Path, rainy: tuple[int, int], clean: tuple[int, int]) -> Path:
    for name, size in (("rainy", rainy), ("clean", clean)):
        (folder / name).mkdir(parents=True)
        cv2.imwrite(str(folder / name / "a.png"), np.full((*size, 3), 90, np.uint8))
    return folder


def test_a_model_of_the_library_is_a_start(plan: recipe.Recipe, tiny_library: Path, tmp_path: Path) -> None:
    for name in ("default", "tiny"):
        assert find_weights(name) == tiny_library / "tiny" / "weights.safetensors"
    foresee(tmp_path, replace(plan, start_from="default"), resuming=False)


def test_a_file_that_holds_no_weights_is_said(tmp_path: Path) -> None:
    (tmp_path / "weights.safetensors").write_bytes(b"no weights at all" * 9)
    with pytest.raises(BadRecipe, match="cannot be read"):
        read_weights(tmp_path / "weights.safetensors")


@pytest.mark.parametrize(
    ("sizes", "word"),
    [(((32, 32), (32, 40)), "another size"), (None, "no pairs")],
)
def test_a_validation_set_that_cannot_be_measured_stops_the_run_before_it_begins(
    sizes: tuple[tuple[int, int], tuple[int, int]] | None, word: str, plan: recipe.Recipe, tmp_path: Path
) -> None:
    folder = tmp_path / "set"
    if sizes:
        pair_set(folder, *sizes)
    else:
        (folder / "rainy").mkdir(parents=True)
        (folder / "clean").mkdir()
    with pytest.raises(BadRecipe, match=word):
        foresee(tmp_path, replace(plan, validate=recipe.Validate((str(folder),))), resuming=False)


def test_a_broken_picture_of_a_validation_set_is_named(tmp_path: Path) -> None:
    folder = pair_set(tmp_path / "set", (32, 32), (32, 32))
    (folder / "rainy" / "a.txt").write_text("no picture, and no part of the set")
    validate.require(folder, 0)
    (folder / "rainy" / "a.png").write_bytes(b"broken")
    with pytest.raises(BadRecipe, match=r"a\.png"):
        validate.require(folder, 0)


def test_a_run_is_not_begun_in_the_folder_of_another(
    plan: recipe.Recipe, written: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, file = tmp_path / "run", written(plan)
    run.mkdir()
    (run / "checkpoint.pt").write_bytes(b"days of work")
    assert main(["run", str(file), "--out", str(run), "--ignore-input"]) == 2
    assert "holds a run already" in capsys.readouterr().err
    assert main(["run", str(file), "--out", str(file), "--ignore-input"]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_a_run_goes_on_without_the_weights_it_began_with(
    plan: recipe.Recipe, written: Write, tiny_weights: Path, tmp_path: Path
) -> None:
    start = tmp_path / "start.safetensors"
    start.write_bytes(tiny_weights.read_bytes())
    run = tmp_path / "run"
    assert main(["run", str(written(replace(plan, start_from=str(start)))), "--out", str(run), "--ignore-input"]) == 0
    start.unlink()
    assert main(["resume", str(run), "--ignore-input"]) == 0


def test_a_run_without_checkpoint_cannot_go_on(
    plan: recipe.Recipe, written: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(plan)
    assert main(["resume", str(tmp_path), "--ignore-input"]) == 2
    assert "no checkpoint" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["..", "../tiny", "."])
def test_publishing_under_a_name_that_is_none_leaves_the_library_alone(
    name: str, plan: recipe.Recipe, written: Write, tiny_library: Path, tiny_weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = written(plan).parent
    (run / "last.safetensors").write_bytes(tiny_weights.read_bytes())
    monkeypatch.chdir(run / "photos")
    assert main(["publish", "..", "--id", name, "--replace"]) == 2
    assert (tiny_library / "tiny" / "card.toml").is_file()
    assert (run / "recipe.toml").is_file()


def test_a_run_that_is_the_present_folder_is_published_under_its_name(
    plan: recipe.Recipe, written: Write, tiny_library: Path, tiny_weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tiny_library.parent / "mine"
    run.mkdir()
    (run / "last.safetensors").write_bytes(tiny_weights.read_bytes())
    written(plan).rename(run / "recipe.toml")
    monkeypatch.chdir(run)
    assert main(["publish", ".", "--replace"]) == 0
    assert (tiny_library / "mine" / "card.toml").is_file()
    assert (tiny_library / "tiny" / "card.toml").is_file()


def test_a_mean_does_not_hide_behind_the_best_weights_of_a_run(
    plan: recipe.Recipe, written: Write, tiny_weights: Path, tmp_path: Path
) -> None:
    run = written(plan).parent
    (run / "best.safetensors").write_bytes(tiny_weights.read_bytes())
    with pytest.raises(BadRecipe, match="holds a run already"):
        average(run, run, 0.5, run)
    average(run, run, 0.5, tmp_path / "mean")


def test_damaged_arrays_in_the_cache_are_made_again() -> None:
    made = bank_cache.load_or_make("numbers", lambda: {"a": np.arange(1000)})
    file = next(paths.cache_dir().glob("numbers*"))
    file.write_bytes(file.read_bytes()[:600])
    again = bank_cache.load_or_make("numbers", lambda: {"a": np.arange(1000)})
    assert np.array_equal(made["a"], again["a"])
    assert file.stat().st_size > 600


def test_workers_go_on_when_their_span_is_over(plan: recipe.Recipe) -> None:
    photos, _ = data.read_photos(Path(plan.data.clean), 0, 48)
    crops = data.RainyCrops(plan, photos, StreakBank.render(1, ["narrow"], per_kind=2, size_px=96))
    task = Derain(plan, crops)
    drawer = Drawer({"derain": task}, {"derain": task.choose}, plan.shares(), plan.train.batch)
    ahead = Prefetch(drawer, workers=1, span=2)
    for step in range(3):
        assert ahead(step, 0, 1).image.equal(drawer(step).image)
    ahead.close()


def test_a_dry_validation_set_has_no_share_of_rain_and_no_infinite_score(tmp_path: Path) -> None:
    folder = pair_set(tmp_path / "set", (32, 32), (32, 32))
    net = registry.build("unshuffle_naf", width=2, encoder=[1], middle=1, decoder=[1])
    torch.nn.init.zeros_(net.get_parameter("tail.weight"))  # it changes nothing
    found = validate.score(net, folder, 0, torch.device("cpu"))
    assert np.isnan(found.rain_removed)
    assert np.isnan(found.psnr_y), "it would be the best for good"
    assert found.bg_err == 0


@pytest.mark.parametrize(("limit", "chosen"), [(0, "0123456789"), (3, "036"), (6, "013568"), (20, "0123456789")])
def test_a_limited_validation_set_is_spread_evenly(tmp_path: Path, limit: int, chosen: str) -> None:
    for side in ("rainy", "clean"):
        (tmp_path / side).mkdir()
        for name in "0123456789":
            (tmp_path / side / f"{name}.png").touch()
    assert "".join(rainy.stem for rainy, _ in validate.pairs(tmp_path, limit)) == chosen


def test_the_other_commands_name_a_missing_folder_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = tmp_path / "missing"
    fuse = tmp_path / "fuse.toml"
    fuse.write_text(f"task = 'fuse'\n[net]\narch = 'fusion_naf'\n[data]\nclean = '{missing}'\n")
    assert main(["run", str(fuse), "--out", str(tmp_path / "run")]) == 2
    assert f"The folder of clean photos “{missing}” does not exist" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        rainy_photos.main([str(missing)])
    assert f"there is no folder {missing}" in capsys.readouterr().err
