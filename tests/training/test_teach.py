"""Teaching from the command line, with real tiny runs: what is of no use is said, a cut run goes on, and the gate decides."""

import json
import shutil
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch

from rainapp.base import paths
from rainapp.base.errors import Cancelled
from rainapp.cli import command_line
from rainapp.jobs.records import NoWatch
from rainapp.library.model_library import ModelLibrary
from tests.training.real_photos import dry_photo, rained
from training.loop.trainer import Trainer
from training.teach import gate, request, run, understand
from training.teach.understand import Look, Rejected

Said = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def own_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, still: str) -> None:
    """Runs lie in the test's own folder."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    ModelLibrary().set_default(still)


def photos(folder: Path, count: int, first: int = 100) -> Path:
    """Rainy photos of different scenes."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed in range(first, first + count):
        cv2.imwrite(str(folder / f"{seed}.png"), rained(dry_photo(seed), seed)[..., ::-1])
    return folder


def dry_scenes(folder: Path, count: int) -> Path:
    """Dry photos of other scenes."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed in range(count):
        cv2.imwrite(str(folder / f"dry{seed}.png"), dry_photo(seed)[..., ::-1])
    return folder


def plain(seed: int) -> np.ndarray:
    """A dry photo of something with lying lines, most of them darker than what is around."""
    rng = np.random.default_rng(seed)
    soft = cv2.resize(rng.integers(60, 160, (4, 4, 3), np.uint8), (240, 200), interpolation=cv2.INTER_CUBIC).astype(int)
    for _ in range(40):
        top, left = int(rng.integers(0, 196)), int(rng.integers(0, 150))
        soft[top : top + 3, left : left + 80] += int(rng.integers(-90, 30))
    return np.clip(soft + rng.normal(0, 10, soft.shape), 0, 255).astype(np.uint8)


def events(said: Said) -> list[dict[str, Any]]:
    """The JSON lines that were printed, but for those that tell how far it is."""
    lines = [json.loads(line) for line in said.readouterr().out.splitlines()]
    return [line for line in lines if line["event"] not in ("progress", "run", "stage")]


def teach(*words: object) -> int:
    """The exit code of the command."""
    return command_line.main(["teach", *map(str, words)])


def test_a_plan_says_what_was_understood_and_does_nothing(tmp_path: Path, capsys: Said) -> None:
    rainy, dry = photos(tmp_path / "rainy", 13), dry_scenes(tmp_path / "dry", 4)
    (rainy / "broken.jpg").write_bytes(b"\xff\xd8\xff nothing")
    cv2.imwrite(str(rainy / "small.png"), rained(dry_photo(9, 100, 120), 9))
    shutil.copyfile(rainy / "100.png", rainy / "again.png")
    cv2.imwrite(str(rainy / "calm.png"), plain(3))
    assert teach("--rainy", rainy, "--dry", dry, "--name", "mine", "--plan", "--json") == 0
    understood, plan = events(capsys)
    assert understood["event"] == "understood"
    assert understood["rainy"] == 13
    assert understood["dry"] == 4
    reasons = {Path(each["source"]).name: each["reason"] for each in understood["rejected"]}
    assert reasons == {"broken.jpg": "unreadable", "small.png": "too small", "again.png": "duplicate", "calm.png": "dry"}
    assert (plan["learn"], plan["choose"], plan["judge"]) == (5, 2, 6)
    assert not paths.runs_dir().exists()
    assert teach("--rainy", rainy, "--name", "mine", "--plan") == 0
    assert "5 to learn from, 2 to choose by, 6 to judge by" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (lambda folder: photos(folder, 5), "there are 5"),
        (lambda folder: [cv2.imwrite(str(folder / f"{n}.png"), plain(n)) for n in range(14)], "14 dry"),
        (lambda folder: [cv2.imwrite(str(folder / f"{n}.png"), rained(dry_photo(1), 1)) for n in range(14)], "13 duplicate"),
        (lambda folder: None, "there are 0"),
    ],
    ids=["five photos", "all dry", "all the same", "an empty folder"],
)
def test_too_little_to_begin_exits_2_and_says_why(make: Any, word: str, tmp_path: Path, capsys: Said) -> None:
    (tmp_path / "rainy").mkdir()
    make(tmp_path / "rainy")
    assert teach("--rainy", tmp_path / "rainy", "--name", "mine") == 2
    said = capsys.readouterr().err
    assert "12 usable rainy photos are needed" in said
    assert word in said
    assert not request.folder_for("mine").exists(), "nothing is left of a run that never began"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--name", "mine"], "Name rainy photos"),
        (["--rainy", "here"], "Name the new model"),
        (["--rainy", "here", "--name", "still"], "already a model"),
        (["--rainy", "here", "--name", "a/b"], "cannot be the id"),
        (["--rainy", "here", "--name", "mine", "--base", "nobody"], "no model “nobody”"),
        (["--rainy", "here", "--name", "mine", "--minutes", "0"], "--minutes must be above 0"),
        (["--rainy", "here", "--name", "mine", "--minutes", "nan"], "--minutes must be above 0"),
        (["--rainy", "nowhere", "--name", "mine"], "nowhere does not exist"),
        (["--resume", "nothing"], "no run “nothing”"),
        (["--resume", "x", "--name", "y"], "leave out --name"),
        (["--resume", "x", "--plan"], "leave out --plan"),
        (["--rainy", "here", "--name", "mine", "--accept", "always"], "invalid choice"),
    ],
)
def test_wrong_usage_exits_2(
    words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Said
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "here").mkdir()
    assert teach(*words) == 2
    assert said in capsys.readouterr().err


def test_a_folder_that_cannot_hold_a_run_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Said) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file"))
    assert teach("--rainy", photos(tmp_path / "rainy", 12), "--name", "mine") == 3
    assert "The run cannot be written" in capsys.readouterr().err


class StopAfter:
    """Cancels at the first tick with a step of at least so many."""

    def __init__(self, step: int) -> None:
        self.step = step

    def tick(self, done: int, total: int, **facts: float) -> None:
        if facts.get("step", -1) >= self.step:
            raise Cancelled


def test_a_cut_run_goes_on_without_its_sources_to_one_verdict(tmp_path: Path, capsys: Said) -> None:
    rainy, dry = photos(tmp_path / "rainy", 12), dry_scenes(tmp_path / "dry", 9)
    asked = request.Request((str(rainy),), "mine", (str(dry),), minutes=0.05, accept="never", own_results=True)
    folder = request.begin(asked)
    said: list[dict[str, Any]] = []
    with pytest.raises(Cancelled):
        run.Teaching(asked, folder, ModelLibrary(), StopAfter(2), said.append).run()
    assert [each["event"] for each in said if each["event"] != "stage"][:3] == ["understood", "plan", "fitted"]
    assert [each["stage"] for each in said if each["event"] == "stage"] == ["look", "fit", "learn"]
    assert teach("--rainy", rainy, "--name", "mine") == 2, "two runs never share a folder"
    assert "--resume mine" in capsys.readouterr().err
    shutil.rmtree(rainy)
    shutil.rmtree(dry)
    assert teach("--resume", "mine", "--json") == 0, "judged only"
    told = events(capsys)
    assert [each["event"] for each in told][:4] == ["understood", "plan", "curve", "seen"], "what was said is said again"
    points = [each for each in told if each["event"] == "curve"]
    assert points[0]["step"] == 0 < points[-1]["step"]
    (verdict,) = [each for each in told if each["event"] == "verdict"]
    assert len(verdict["photos"]) == 6
    assert all(Path(file).is_file() for row in verdict["photos"] for file in row.values())
    assert verdict["model"] is None
    assert verdict["reasons"]
    assert set(verdict["before"]) == {"fine_removed", "dry_change", "check_psnr_y", "rain_odds"}
    assert verdict["before"]["dry_change"] == 0, "the base does nothing"
    assert verdict["share"] in run.SHARES
    assert not ModelLibrary().problems()
    assert "mine" not in [card.id for card in ModelLibrary().cards()]
    pairs = folder / "pairs"
    assert len(list((pairs / "rainy").iterdir())) == len(list((folder / "rainy" / "learn").iterdir())) == 4
    parts = [{file.name for file in (folder / "rainy" / part).iterdir()} for part in ("learn", "choose", "judge")]
    assert [len(part) for part in parts] == [4, 2, 6]
    log = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    assert any(row["step"] == 0 and "fine_removed" in row for row in log if "step" in row), "the line before"
    assert any(row["step"] > 2 and "fine_removed" in row for row in log if "step" in row)
    assert teach("--resume", str(folder), "--json") == 0
    assert events(capsys) == [verdict], "judge photos are looked at once"
    added_by_hand(folder, asked)
    halved(folder, asked)


def added_by_hand(folder: Path, asked: request.Request) -> None:
    """What is accepted comes into the library with all that is to be known of it."""
    teaching = run.Teaching(asked, folder, ModelLibrary(), NoWatch(), lambda event: None)
    verdict = gate.Verdict(True, True, ("good",), 0.2, 0.01, 0.0, -0.4)
    teaching.add(0.5, verdict, {"before": {"fine_removed": 0.1}, "after": {"fine_removed": 0.3}})
    card = ModelLibrary().get("mine")
    assert card.parents == ("still",)
    assert card.figures == {"before_fine_removed": 0.1, "after_fine_removed": 0.3}
    assert "one kind of rain only" in card.summary
    assert (ModelLibrary().folder(card) / "recipe.toml").is_file()
    assert ModelLibrary().default_id == "still", "never the default by itself"
    teaching.add(0.5, verdict, {"before": {}, "after": {}})  # cut between adding and saying so: it is there already
    assert ModelLibrary().get("mine").figures == card.figures
    assert not ModelLibrary().verify("mine")


def halved(folder: Path, asked: request.Request) -> None:
    """Where memory runs out, it goes on with half as many crops at a time, and says so."""
    said: list[dict[str, Any]] = []
    teaching = run.Teaching(asked, folder, ModelLibrary(), NoWatch(), said.append)
    whole, failed = Trainer.run, []

    def short_of_memory(self: Trainer, watch: Any) -> None:
        if self.recipe.train.batch > 2:
            failed.append(self.recipe.train.batch)
            raise torch.OutOfMemoryError("out of memory")
        whole(self, watch)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Trainer, "run", short_of_memory)
        teaching.learn()
    assert failed == [4]
    assert teaching.recipe().train.batch == 2
    assert any("2 crops at a time" in each.get("message", "") for each in said)


def test_dry_scenes_come_with_the_application() -> None:
    found = {part: sorted(paths.resource(f"dry/{part}").glob("*.jpg")) for part in ("starter", "check")}
    assert [len(files) for files in found.values()] == [16, 16]
    assert sum(file.stat().st_size for files in found.values() for file in files) < 8e6
    told = paths.resource("dry/README.md").read_text("utf-8")
    for part, files in found.items():
        for file in files:
            assert f"| {part}/{file.name} | " in told, "its licence and origin are said"
            assert min(cv2.imread(str(file)).shape[:2]) >= 480
    assert "BY" not in told


def look(name: str, photo: np.ndarray, change: float = 3.0, odds: float = 2.0) -> Look:
    """A photo as it was looked at."""
    thumb = cv2.resize(photo, (16, 16), interpolation=cv2.INTER_AREA).astype(np.float32)
    return Look(Path(name), thumb, True, odds, change)


def test_a_burst_counts_as_one_and_the_same_photo_not_at_all() -> None:
    wide = dry_photo(1, 200, 246)
    scene, moved = np.ascontiguousarray(wide[:, :240]), np.ascontiguousarray(wide[:, 3:243])
    looks = [look("a", rained(scene, 5)), look("b", rained(moved, 8)), look("c", rained(dry_photo(2), 3))]
    assert understand.apart(looks[0], looks[1]) < understand.BURST < understand.apart(looks[0], looks[2])
    assert [len(unit.files) for unit in understand.units_of(looks)] == [2, 1]
    kept, twice = understand.without_duplicates([*looks, look("d", rained(scene, 5))])
    assert [each.file.name for each in kept] == ["a", "b", "c"]
    assert twice == [Rejected(Path("d"), "duplicate")]


def test_of_fifty_thousand_photos_a_sample_is_taken_and_said() -> None:
    files = [Path(f"{number}.jpg") for number in range(50_000)]
    chosen, notes = understand.sampled(files, understand.RAINY_MAX, "rainy")
    assert len(chosen) == 400
    assert chosen[0] == files[0]
    assert chosen[-1] == files[49_875]
    assert notes == ["Of 50,000 rainy photos 400 are looked at, spread evenly over all."]
    assert understand.sampled(files[:3], 400, "dry") == (files[:3], [])


def test_rainy_photos_are_no_dry_scenes_nor_those_that_are_learned_from(tmp_path: Path) -> None:
    rainy = photos(tmp_path / "rainy", 4)
    dry = dry_scenes(tmp_path / "dry", 2)
    photos(dry, 1, first=300)
    shutil.copyfile(rainy / "101.png", dry / "copy.png")
    wet = {rained(dry_photo(seed), seed).tobytes() for seed in (*range(100, 104), 300)}
    found = understand.understand(
        [rainy], [dry], [], lambda picture: 5.0 if picture.tobytes() in wet else 0.1, lambda d, t: None
    )
    reasons = {each.source.name: each.reason for each in found.rejected}
    assert reasons["300.png"] == "rainy"
    assert reasons["copy.png"] in ("rainy", "duplicate")
    assert {file.name for file in found.dry} == {"dry0.png", "dry1.png"}


def test_a_clip_counts_as_one_and_never_judges(tmp_path: Path) -> None:
    from tests.training.test_tripod import clip_of, rainy_frames

    clip = clip_of(tmp_path / "rain.mkv", rainy_frames(dry_photo(3, 224, 320), 16))
    (tmp_path / "no.mp4").write_bytes(b"nothing")
    found = understand.understand([], [], [clip, tmp_path / "no.mp4"], lambda picture: 0.0, lambda d, t: None)
    assert found.clips == (clip,)
    assert found.rejected == (Rejected(tmp_path / "no.mp4", "unreadable"),)
    named = understand.understand([clip], [], [], lambda picture: 0.0, lambda d, t: None)
    assert (named.clips, named.rejected) == ((clip,), ()), "a clip among rainy photos is a clip"
    from training.teach.prepare import units_of, write_clips

    assert units_of(found) == [False]
    (tmp_path / "run" / "rainy" / "learn").mkdir(parents=True)
    write_clips(found.clips, tmp_path / "run")
    assert len(list((tmp_path / "run" / "rainy" / "learn").iterdir())) >= 1
    assert len(list((tmp_path / "run" / "pairs" / "clean").iterdir())) >= 3


def test_the_share_is_chosen_under_the_bound_of_the_check_set() -> None:
    def row(share: float, fine: float, check: float) -> tuple[float, tuple[float, ...], tuple[float, ...]]:
        return share, (fine, fine + 0.01), (check, check + 0.01, check - 0.01)

    rows = [row(0.0, 0.3, 34), row(0.35, 0.4, 33.9), row(0.5, 0.5, 33.85), row(1.0, 0.7, 33.2)]
    assert run.best_share(rows) == 0.5
    assert run.best_share([rows[0], row(0.35, 0.3, 33.9), row(1.0, 0.7, 33.2)]) == 1.0, "for this rain only"
    assert run.best_share([rows[0], row(0.35, 0.3, 34)]) == 0.35, "nothing gains: the gate will say so"
