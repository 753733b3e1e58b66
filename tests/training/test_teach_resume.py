"""A teaching that is cut goes on to the same end; one run is in one hand; and what the gate refuses exits with 4."""

import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import pytest

from rainapp.base.errors import BadTreatment, Cancelled
from rainapp.base.textfile import replace_text
from rainapp.cli import command_line
from rainapp.jobs.records import NoWatch
from rainapp.library.model_library import ModelLibrary
from tests.training.real_photos import dry_photo, rained
from training import recipe
from training.loop.weights import read_weights
from training.teach import request as requests
from training.teach import run, run_list

ROOT = Path(__file__).resolve().parents[2]
STEPS, DIES_AT = 40, 25
KILLED = f"""
import os, signal, sys
from rainapp.cli import command_line
from training.loop.trainer import Trainer

whole = Trainer.one_step

def dies(self):
    if self.step == {DIES_AT}:
        os.kill(os.getpid(), signal.SIGKILL)
    return whole(self)

Trainer.one_step = dies
sys.exit(command_line.main(["teach", *sys.argv[1:]]))
"""
"""The command, killed in the middle of learning."""
Said = pytest.CaptureFixture[str]


@pytest.fixture
def fitted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, still: str) -> Path:
    """A run that is about to learn, in so many steps, with a checkpoint after almost each."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    ModelLibrary().set_default(still)
    for kind, count in (("rainy", 12), ("dry", 8)):
        (tmp_path / kind).mkdir()
        for seed in range(count):
            photo = rained(dry_photo(100 + seed), seed) if kind == "rainy" else dry_photo(seed)
            cv2.imwrite(str(tmp_path / kind / f"{seed}.png"), photo[..., ::-1])
    asked = requests.Request((str(tmp_path / "rainy"),), "mine", (str(tmp_path / "dry"),), minutes=0.05, accept="never")
    folder = requests.begin(asked)
    teaching = run.Teaching(asked, folder, ModelLibrary(), NoWatch(), lambda event: None)
    assert teaching.run(until="fitted")["event"] == "fitted"
    for part, left in (("dry/judge", 3), ("check", 3)):  # less to measure in the end
        for file in sorted((folder / part).iterdir())[left:]:
            file.unlink()
    plan = teaching.recipe()
    train = replace(plan.train, steps=STEPS, minutes=0.0, save_minutes=0.0001)
    seldom = replace(plan, train=train, validate=replace(plan.validate, every_minutes=1000.0))
    replace_text(folder / "recipe.toml", seldom.to_toml())
    return folder


def child(folder: Path) -> subprocess.Popen[str]:
    """The command in a process of its own, which is killed in the middle of learning."""
    words = [sys.executable, "-c", KILLED, "--resume", str(folder), "--json"]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, cwd=ROOT
    )


def verdict_of(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / requests.VERDICT).read_text("utf-8")))


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_run_that_was_killed_ends_as_one_that_was_not(fitted: Path, tmp_path: Path) -> None:
    whole = fitted.with_name("teach-whole")
    shutil.copytree(fitted, whole)
    killed = child(fitted)
    err = killed.communicate(timeout=280)[1]
    assert killed.returncode == -signal.SIGKILL, err
    assert (fitted / "checkpoint.pt").is_file()
    assert not (fitted / requests.SHARE).exists()
    assert not run_list.run_in(fitted).held, "a lock dies with its process"
    assert run_list.run_in(fitted).state == "learning"
    for folder in (whole, fitted):
        assert command_line.main(["teach", "--resume", str(folder)]) == 0
    one, other = read_weights(whole / "last.safetensors"), read_weights(fitted / "last.safetensors")
    assert one.keys() == other.keys()
    assert all(bool((one[name] == other[name]).all()) for name in one)
    assert verdict_of(whole) == verdict_of(fitted)
    steps = [point["step"] for point in requests.curve_of(fitted)]
    assert steps == sorted(set(steps))
    assert steps[0] == 0
    assert steps[-1] == STEPS


def test_a_second_hand_on_a_run_is_refused_with_a_sentence(fitted: Path, capsys: Said) -> None:
    with requests.held(fitted):
        before = sorted(file.name for file in fitted.iterdir())
        assert run_list.run_in(fitted).held
        with pytest.raises(BadTreatment, match="is at work already"), requests.held(fitted):
            pass
        assert command_line.main(["teach", "--resume", "mine"]) == 2
    said = capsys.readouterr().err
    assert "The run teach-mine is at work already. Wait until it ends, or stop it there." in said
    assert sorted(file.name for file in fitted.iterdir()) == before
    assert not run_list.run_in(fitted).held


def test_a_refused_teaching_exits_with_4_and_adds_nothing(fitted: Path, capsys: Said) -> None:
    """The base is taught almost nothing in no time, so it is not better; the gate says so."""
    plan = recipe.read(fitted / "recipe.toml")
    replace_text(fitted / "recipe.toml", replace(plan, train=replace(plan.train, steps=1)).to_toml())
    assert command_line.main(["teach", "--resume", "mine", "--accept", "if-better", "--json"]) == 4
    verdict = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert not verdict["accepted"]
    assert verdict["model"] is None
    assert verdict["reasons"]
    assert "mine" not in [card.id for card in ModelLibrary().cards()]
    assert run_list.run_in(fitted).state == "not better"
    assert command_line.main(["teach", "--resume", "mine", "--accept", "if-better", "--name", "other"]) == 4
    assert "other" not in [card.id for card in ModelLibrary().cards()]


class StopsAtOnce:
    """Cancels at the first step of learning."""

    def tick(self, done: int, total: int, **facts: float) -> None:
        if "step" in facts:
            raise Cancelled


def test_what_is_enough_is_judged_as_it_is(fitted: Path) -> None:
    said: list[dict[str, Any]] = []
    asked = requests.request_of(fitted)
    teaching = run.Teaching(asked, fitted, ModelLibrary(), NoWatch(), said.append, enough=lambda: True)
    event = teaching.run()
    assert event["event"] == "verdict"
    assert [each["stage"] for each in said if each["event"] == "stage"] == ["learn", "choose", "judge"]
    assert (fitted / requests.ENOUGH).is_file()
    assert requests.curve_of(fitted)[-1]["step"] < STEPS


def test_changed_rain_is_learned_from_instead_of_the_fitted(fitted: Path) -> None:
    (fitted / "recipe.toml").unlink()
    profile = json.loads((fitted / requests.FITTED).read_text("utf-8"))["profile"]
    requests.keep(fitted, requests.OWN_RAIN, {"profile": {**profile, "alpha": [0.111, 0.222]}})
    plan = run.Teaching(requests.request_of(fitted), fitted, ModelLibrary(), NoWatch(), lambda event: None).recipe()
    assert plan.fitted is not None
    assert plan.fitted.alpha == (0.111, 0.222)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--minutes", "3"], "The minutes of a run cannot be changed once it learns"),
        (["--name", "other"], "leave out --name"),
        (["--accept", "if-better", "--name", "tiny"], "already a model"),
    ],
)
def test_what_cannot_be_changed_of_a_run_is_said(words: list[str], said: str, fitted: Path, capsys: Said) -> None:
    assert command_line.main(["teach", "--resume", "mine", *words, "--json"]) == 2
    captured = capsys.readouterr()
    assert said in captured.err
    assert json.loads(captured.out.splitlines()[-1])["event"] == "failed"


def test_the_minutes_of_a_run_that_has_not_learned_can_be_changed(fitted: Path) -> None:
    (fitted / "recipe.toml").unlink()
    assert command_line.main(["teach", "--resume", "mine", "--minutes", "0.07", "--until", "fitted"]) == 0
    assert requests.request_of(fitted).minutes == 0.07


def test_photos_come_from_a_list_too_and_one_that_is_none_is_refused(tmp_path: Path, still: str, capsys: Said) -> None:
    (tmp_path / "list.json").write_text(json.dumps({"rainy": [str(tmp_path / "nowhere")]}))
    assert command_line.main(["teach", "--photos", str(tmp_path / "list.json"), "--name", "mine", "--plan"]) == 2
    assert "nowhere does not exist" in capsys.readouterr().err
    for text in ("no JSON", "[1]", '{"rainy": [1]}', '{"rainy": 5}'):
        (tmp_path / "list.json").write_text(text)
        assert command_line.main(["teach", "--photos", str(tmp_path / "list.json"), "--name", "mine", "--plan"]) == 2
        assert "is no list of photos" in capsys.readouterr().err
