"""What the command line leaves alone it names, what it cannot do it says, and what it is stopped at it goes on with."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import av
import pytest
from video_clips import make_clip

from rainapp.base import leftovers
from rainapp.cli import command_line
from rainapp.cli.skips import NAMED, Skips
from tests.gui.plain_run import rainy_photo

PLAIN = ["--engine", "torch", "--device", "cpu", "--precision", "fp32"]
RAINAPP = [sys.executable, "-m", "rainapp"]
FRAMES = 400  # of which 150 make a part

Captured = pytest.CaptureFixture[str]


def derain(*words: object) -> int:
    return command_line.main(["derain", *map(str, words), *PLAIN])


@pytest.mark.usefixtures("tiny_library")
def test_a_folder_without_media_says_so(tmp_path: Path, capsys: Captured) -> None:
    folder = tmp_path / "letters"
    (folder / "inside").mkdir(parents=True)
    (folder / "notes.txt").write_text("rain")
    rainy_photo(folder / "inside" / "a.png", 64, 48)
    assert derain(folder, "-o", tmp_path / "out") == 2
    said = capsys.readouterr().err
    assert f"There is no photo and no clip to derain in {folder}. Add -r to look into the folders inside, too." in said
    assert f"{folder / 'notes.txt'}: skipped: it is not a photo" in said
    assert derain(folder, "-r", "-o", tmp_path / "out") == 0
    assert "no photo and no clip" not in capsys.readouterr().err


@pytest.mark.usefixtures("tiny_library")
def test_what_exists_already_is_named(tmp_path: Path, capsys: Captured) -> None:
    photo = rainy_photo(tmp_path / "a.png", 64, 48)
    assert derain(photo, "-o", tmp_path / "out") == 0
    capsys.readouterr()
    assert derain(photo, "-o", tmp_path / "out", "--if-exists", "skip") == 0
    said = capsys.readouterr()
    assert said.err.splitlines() == [f"{photo}: skipped: its result exists already"]
    assert "1 skipped" in said.out


def test_of_many_left_alone_the_first_are_named_and_all_are_counted() -> None:
    skips = Skips()
    for n in range(NAMED + 5):
        skips.note(Path(f"{n}.txt"), "neither a photo nor a clip")
    for n in range(3):
        skips.note(Path(f".{n}"), "hidden")
    lines = list(skips.lines())
    assert lines[0] == "0.txt: skipped: neither a photo nor a clip"
    assert lines[NAMED:] == ["5 more skipped: neither a photo nor a clip", "3 skipped: hidden"]
    assert not list(skips.lines())


@pytest.mark.usefixtures("tiny_library")
@pytest.mark.parametrize("name", ["x.jpg", "x.mp4"])
def test_several_inputs_make_no_folder_that_is_called_like_a_file(name: str, tmp_path: Path, capsys: Captured) -> None:
    photos = [rainy_photo(tmp_path / f"{n}.png", 64, 48) for n in "ab"]
    for inputs in (photos, [tmp_path]):
        assert derain(*inputs, "-o", tmp_path / name) == 2
        assert f"{name} would be one file, but there are several inputs, or a folder. Name a folder" in capsys.readouterr().err
        assert not (tmp_path / name).exists()
    (tmp_path / name).mkdir()  # a folder that is called so is one
    assert derain(*photos, "-o", tmp_path / name) == 0
    assert len(list((tmp_path / name).iterdir())) == 2


def run_json(clip: Path, out: Path, stop_at: float | None, *more: str, code: str = "") -> tuple[int, list[dict[str, Any]]]:
    """Derain a clip in a process of its own, perhaps with Ctrl-C when so much is done; its exit code and what it told."""
    start = [sys.executable, "-c", code] if code else RAINAPP
    words = [*start, "derain", str(clip), "-o", str(out), "--temporal", "off", "--json", *PLAIN, *more]
    told = []
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        for line in running.stdout:
            told.append(json.loads(line))
            if stop_at is not None and told[-1].get("total") and told[-1]["done"] > stop_at * told[-1]["total"]:
                running.send_signal(signal.SIGINT)
                stop_at = None
        return running.wait(120), told


def of_kind(told: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [event for event in told if event["event"] == kind]


AT_ONCE = "from rainapp import __main__; from rainapp.cli import batch_run; batch_run.LEAVE_S = 0; __main__.main()"


@pytest.mark.usefixtures("tiny_library")
@pytest.mark.parametrize("code", ["", AT_ONCE], ids=["in time", "at once"])
def test_a_clip_goes_on_where_ctrl_c_stopped_it(code: str, tmp_path: Path) -> None:
    clip, out = make_clip(tmp_path / "street.mp4", times=range(FRAMES)), tmp_path / "out"
    ended, told = run_json(clip, out, 0.6, code=code)
    assert ended == 130
    if not code:
        assert of_kind(told, "stopped") == [{"event": "stopped", "source": str(clip), "goes_on": True}]
    assert not of_kind(told, "resumed")
    assert {path.name[0] for path in out.iterdir()} == {"."}
    ended, told = run_json(clip, out, None)
    assert ended == 0
    (resumed,) = of_kind(told, "resumed")
    assert 0.3 < resumed["done"] / resumed["total"] < 0.8
    assert [path.name for path in out.iterdir()] == ["street_derained.mp4"]
    with av.open(str(out / "street_derained.mp4")) as made:
        assert sum(1 for _ in made.decode(video=0)) == FRAMES


@pytest.mark.usefixtures("tiny_library")
def test_a_person_reads_that_a_clip_goes_on(tmp_path: Path) -> None:
    clip, out = make_clip(tmp_path / "street.mp4", times=range(FRAMES)), tmp_path / "out"
    run_json(clip, out, 0.6)
    words = [*RAINAPP, "derain", str(clip), "-o", str(out), "--temporal", "off", *PLAIN]
    done = subprocess.run(words, capture_output=True, text=True, timeout=240, check=True)
    assert f"{clip}: goes on where an earlier run stopped (" in done.stderr


def test_what_is_given_up_in_haste_keeps_what_is_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = ".a.mp4-1"
    hollow, full = (tmp_path / f".{n}.mp4{leftovers.INDEX}{leftovers.PARTS_SUFFIX}" for n in "ab")
    parts = [tmp_path / f".{n}.mp4{leftovers.PARTS_SUFFIX}" for n in "ab"]
    loose = tmp_path / f"{name}{leftovers.PART_SUFFIX}"
    (head, length), *_ = leftovers.HOLLOW.items()
    hollow.write_bytes(head.ljust(length, b"x"))
    full.write_bytes(head.ljust(length + 40, b"x"))
    for path in (*parts, loose):
        path.write_bytes(b"packets")
    monkeypatch.setattr(leftovers, "taken", {hollow, full, *parts, loose})
    monkeypatch.setattr(leftovers, "open_own", lambda path, writes: path.open("rb"))
    leftovers.abandon_parts()
    assert sorted(tmp_path.iterdir()) == sorted([full, parts[1]])
