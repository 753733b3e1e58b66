"""Run folders that a stranger made: nothing in them is waited for, written through, or believed without a look."""

import io
import json
import os
import shutil
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from doors import DOORS, child, cost, soon

from rainapp.base.errors import BadModel, RainError
from rainapp.library.model_library import ModelLibrary
from training import publish, recipe
from training.__main__ import main
from training.average import average
from training.data import hard_negatives
from training.loop import checkpoint
from training.loop.weights import read_weights
from training.teach import request

RECIPE = """
[net]
width = 4
encoder = [1]
middle = 1
decoder = [1]
[data]
clean = '{clean}'
[rain]
profiles = ["narrow"]
[train]
steps = 1
batch = 1
crop_px = 32
"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that has ended."""
    folder = tmp_path_factory.mktemp("runs")
    (folder / "clean").mkdir()
    small = np.random.default_rng(1).integers(0, 255, (6, 7, 3), np.uint8)
    cv2.imwrite(str(folder / "clean" / "a.png"), cv2.resize(small, (112, 96), interpolation=cv2.INTER_CUBIC))
    (folder / "recipe.toml").write_text(RECIPE.format(clean=folder / "clean"))
    assert main(["run", str(folder / "recipe.toml"), "--out", str(folder / "run"), "--ignore-input"]) == 0
    return folder / "run"


@pytest.fixture
def run(whole: Path, tmp_path: Path) -> Path:
    """A copy of it that still has a step to go."""
    shutil.copytree(whole, tmp_path / "run")
    file = tmp_path / "run" / "recipe.toml"
    file.write_text(file.read_text().replace("steps = 1", "steps = 2"))
    return tmp_path / "run"


def resume(folder: Path) -> int:
    return main(["resume", str(folder), "--ignore-input"])


def refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    assert resume(folder) == 2
    return capsys.readouterr().err


@pytest.mark.parametrize("door", list(DOORS))
def test_no_pipe_and_no_device_is_waited_for(run: Path, door: str) -> None:
    for name, read in (("checkpoint.pt", checkpoint.load), ("recipe.toml", recipe.read)):
        DOORS[door](run / name)
        assert isinstance(soon(lambda read=read, name=name: read(run / name)), RainError)


@pytest.mark.parametrize("door", list(DOORS))
def test_a_run_does_not_wait_for_its_log(run: Path, door: str) -> None:
    DOORS[door](run / "log.jsonl")
    done = child("train", "resume", run, "--ignore-input")
    assert done.returncode == 2
    assert "log.jsonl cannot be written" in done.stderr


@pytest.mark.parametrize("way", [os.symlink, os.link])
def test_the_log_of_a_run_is_no_way_into_other_files(
    run: Path, tmp_path: Path, way: Callable[[Path, Path], None], capsys: pytest.CaptureFixture[str]
) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (run / "log.jsonl").unlink()
    way(victim, run / "log.jsonl")
    assert "log.jsonl cannot be written" in refused(run, capsys)
    assert victim.read_text() == "precious"


def test_copies_of_photos_are_their_owners_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    folder = request.begin(request.Request((), "mine"))
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


ODD: dict[str, Any] = {
    "step": ["x", -1, 10**30, True],
    "elapsed_s": ["x", float("nan"), -1.0, [1]],
    "best": ["x", None],
    "unsteady": ["x", -3],
    "version": ["x", [2]],
    "net": [None, [1], {1: torch.zeros(1)}],
    "average": [None, [1], {"x": 2}],
    "optimiser": [None],
    "spec": [7],
    "modules": [7],
    "strategies": [7],
    "\x1b[31mmore": [1],
}
UNFIT: dict[str, Any] = {
    "net": [{"\x1b[31m": torch.zeros(1)}],
    "average": [{"x": torch.zeros(3)}],
    "optimiser": [{"state": {0: {"exp_avg": "x"}}, "param_groups": [{}]}],
    "spec": [{"arch": 5}, {"arch": "unshuffle_naf", "shape": [1]}],
    "modules": [{"derain": 3}],
}


@pytest.mark.parametrize(("key", "value"), [(key, value) for key, values in ODD.items() for value in values])
def test_a_checkpoint_that_cannot_be_is_refused_in_words(run: Path, key: str, value: object) -> None:
    state = torch.load(run / "checkpoint.pt", weights_only=True)
    torch.save(state | {key: value}, run / "checkpoint.pt")
    with pytest.raises(BadModel, match=r"checkpoint\.pt"):
        checkpoint.load(run / "checkpoint.pt")


@pytest.mark.parametrize(("key", "value"), [(key, value) for key, values in UNFIT.items() for value in values])
def test_a_checkpoint_of_something_else_is_refused_in_words(
    run: Path, key: str, value: object, capsys: pytest.CaptureFixture[str]
) -> None:
    state = torch.load(run / "checkpoint.pt", weights_only=True)
    torch.save(state | {key: value}, run / "checkpoint.pt")
    said = refused(run, capsys)
    assert "The checkpoint is of another net" in said
    assert "\x1b" not in said


def test_a_checkpoint_that_unpacks_without_end_is_refused(run: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(run / "checkpoint.pt") as there, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        for member in there.infolist():
            with made.open(member.filename, "w", force_zip64=True) as file:
                file.write(there.read(member))
                if "/data/" in member.filename:
                    for _ in range(200):
                        file.write(bytes(1 << 20))
                    break
    (run / "checkpoint.pt").write_bytes(packed.getvalue())
    assert (run / "checkpoint.pt").stat().st_size < 1 << 20
    seconds, megabytes, said = cost(
        "from pathlib import Path\nfrom training.loop import checkpoint\nfrom rainapp.base.errors import BadModel\ndef run():\n"
        f"    try:\n        return checkpoint.load(Path({str(run / 'checkpoint.pt')!r}))\n"
        "    except BadModel as error:\n        return str(error)"
    )
    assert "bomb" in said
    assert megabytes < 100
    assert seconds < 5


@pytest.mark.parametrize("door", list(DOORS))
def test_weights_are_opened_like_other_files(run: Path, door: str) -> None:
    for name in ("best.safetensors", "last.safetensors"):
        (run / name).unlink(missing_ok=True)
    DOORS[door](run / "best.safetensors")
    for call in (
        lambda: publish.publish(run, "x", run / "library", publish.Label()),
        lambda: read_weights(run / "best.safetensors"),
        lambda: average(run / "best.safetensors", run, 0.5, run / "out"),
    ):
        assert isinstance(soon(call), RainError)


def test_weights_without_end_are_not_copied(run: Path, tmp_path: Path) -> None:
    for name in ("best.safetensors", "last.safetensors"):
        if (run / name).exists():
            with (run / name).open("r+b") as file:
                file.truncate(200 << 30)
    library = ModelLibrary(tmp_path / "bundled", tmp_path / "user")
    assert isinstance(soon(lambda: publish.publish(run, "x", library.user, publish.Label())), RainError)
    assert [*library.user.iterdir()] == [] if library.user.exists() else True
    assert isinstance(soon(lambda: read_weights(run / "last.safetensors")), RainError)


def npz(path: Path, **arrays: Any) -> None:
    np.savez(path, **arrays)


def claiming(path: Path) -> None:
    """An array whose head says that it has a million million numbers."""
    member = io.BytesIO()
    np.lib.format.write_array_header_1_0(member, {"descr": "<i8", "fortran_order": False, "shape": (10**12,)})
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("numbers.npy", member.getvalue())
        made.writestr("shares.npy", member.getvalue())


CONFUSERS: dict[str, Callable[[Path], object]] = {
    **DOORS,
    "no zip": lambda path: path.write_bytes(b"PK\x03\x04garbage"),
    "other arrays": lambda path: npz(path, x=[1]),
    "objects": lambda path: npz(path, numbers=np.array([{}], object), shares=[1.0]),
    "texts": lambda path: npz(path, numbers=["a"], shares=["b"]),
    "two lengths": lambda path: npz(path, numbers=[1, 2], shares=[1.0]),
    "not finite": lambda path: npz(path, numbers=[1], shares=[np.nan]),
    "a million million": claiming,
}


@pytest.mark.parametrize("kind", list(CONFUSERS))
def test_confusing_crops_that_cannot_be_are_refused_in_words(tmp_path: Path, kind: str) -> None:
    CONFUSERS[kind](tmp_path / "confusers.npz")
    found = soon(lambda: hard_negatives.kept(tmp_path / "confusers.npz", lambda: None))
    assert isinstance(found, RainError), found
    assert "confusers.npz" in found.message


ASKED: dict[str, Any] = {
    "name": [5, "../x", "a b", ""],
    "minutes": ["x", float("inf"), -1, 0, 1e308 * 10, True],
    "rainy": [5, "text", [5]],
    "base": [None, "\x1b[31m"],
    "accept": ["always", 5],
    "own_results": ["yes"],
    "seed": [-1, "x", 1.5],
    "more": [1],
}


@pytest.mark.parametrize(("key", "value"), [(key, value) for key, values in ASKED.items() for value in values])
def test_a_request_that_cannot_be_is_refused_in_words(tmp_path: Path, key: str, value: object) -> None:
    plain = {"rainy": ["a"], "name": "mine", "dry": [], "clips": [], "minutes": 25.0, "base": "default", "accept": "never"}
    (tmp_path / request.REQUEST).write_text(json.dumps({**plain, "own_results": False, "seed": 1, key: value}))
    with pytest.raises(RainError):
        request.request_of(tmp_path)
