"""The command line as scripts and people use it: exit codes, JSON lines, words on standard error, whole files after Ctrl-C."""

import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from video_clips import make_clip

import rainapp
from rainapp import __main__ as start
from rainapp.base.logs import log_file
from rainapp.cli import batch_run, command_line
from rainapp.jobs import presets
from rainapp.jobs.records import Output, Treatment
from rainapp.jobs.workers import Workers

PLAIN = ["--engine", "torch", "--device", "cpu", "--precision", "fp32"]  # nothing to measure first
RAINAPP = [sys.executable, "-m", "rainapp"]

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def photos(tmp_path: Path, photo_pixels: NDArray[np.uint8]) -> Path:
    """photos/: a.png, sub/b.jpg, and in bad/ a text with a photo's name and half a photo."""
    root = tmp_path / "photos"
    (root / "sub").mkdir(parents=True)
    (root / "bad").mkdir()
    cv2.imwrite(str(root / "a.png"), photo_pixels)
    cv2.imwrite(str(root / "sub" / "b.jpg"), photo_pixels)
    (root / "bad" / "text.png").write_text("rain")
    (root / "bad" / "half.jpg").write_bytes((root / "sub" / "b.jpg").read_bytes()[:900])
    (root / "notes.txt").write_text("rain")
    return root


def derain(*words: object) -> int:
    return command_line.main(["derain", *map(str, words), *PLAIN])


def events(captured: Captured) -> list[dict[str, Any]]:
    return [json.loads(line) for line in captured.readouterr().out.splitlines()]


def of_kind(told: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [event for event in told if event["event"] == kind]


def test_help_is_there_without_torch_or_decoders() -> None:
    code = (
        "import sys; from rainapp import __main__; assert __main__.main(['--help']) == 0;"
        "heavy = {'torch', 'cv2', 'av', 'PIL', 'PySide6', 'openvino', 'numpy', 'rich'} & set(sys.modules);"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert all(name in done.stdout for name in command_line.COMMANDS)


@pytest.mark.parametrize("command", command_line.COMMANDS)
def test_every_command_explains_itself(command: str, capsys: Captured) -> None:
    assert command_line.main([command, "--help"]) == 0
    assert command in capsys.readouterr().out


def test_the_version_is_told(capsys: Captured) -> None:
    assert command_line.main(["--version"]) == 0
    assert capsys.readouterr().out == f"rainapp {rainapp.__version__}\n"


@pytest.mark.usefixtures("tiny_library")
def test_a_folder_is_derained_and_told_in_json(photos: Path, tmp_path: Path, capsys: Captured) -> None:
    out = tmp_path / "out"
    assert derain("-r", photos, "-o", out, "--json") == 1
    told = events(capsys)
    finished = of_kind(told, "finished")
    assert [Path(event["target"]).relative_to(out).as_posix() for event in finished] == ["a_derained.png", "sub/b_derained.jpg"]
    assert all(Path(event["target"]).is_file() for event in finished)
    assert {"source", "target", "seconds", "megapixels", "model", "engine", "device", "rain_found"} <= set(finished[0])
    assert (finished[0]["model"], finished[0]["engine"], finished[0]["device"]) == ("tiny", "torch", "cpu")
    failed = of_kind(told, "failed")
    assert [Path(event["source"]).name for event in failed] == ["text.png", "half.jpg"]
    assert all(set(event) == {"event", "source", "kind", "message", "hint"} for event in failed)
    assert [Path(event["source"]).name for event in of_kind(told, "skipped")] == ["notes.txt"]
    for event in of_kind(told, "progress"):
        assert set(event) == {"event", "source", "done", "total", "eta_s"}
    assert {event["source"] for event in of_kind(told, "progress")} >= {event["source"] for event in finished}
    assert told[-1] | {"seconds": 0} == {"event": "summary", "finished": 2, "failed": 2, "skipped": 1, "seconds": 0}


@pytest.mark.usefixtures("tiny_library")
def test_a_failed_input_is_one_line_on_standard_error(photos: Path, tmp_path: Path, capsys: Captured) -> None:
    (photos / "bad" / "esc\x1b[2J\n.png").write_text("rain")
    assert derain(photos / "bad", "-o", tmp_path / "out") == 3
    said = capsys.readouterr()
    lines = said.err.splitlines()
    assert len(lines) == 3
    assert sum(str(photos / "bad") in line for line in lines) == 3
    assert "\x1b" not in said.err + said.out
    assert "0 done, 3 failed, 0 skipped" in said.out


@pytest.mark.usefixtures("tiny_library")
def test_plain_output_has_a_line_a_file(photos: Path, tmp_path: Path, capsys: Captured) -> None:
    assert derain(photos / "a.png", "-o", tmp_path / "x.png") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"{photos / 'a.png'} -> {tmp_path / 'x.png'}")
    assert lines[1].startswith("1 done, 0 failed, 0 skipped")


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["nonsense"],
        ["derain"],
        ["derain", "a.png"],
        ["derain", "a.png", "-o", "x", "--strength", "1.31"],
        ["derain", "a.png", "-o", "x", "--strength", "nan"],
        ["derain", "a.png", "-o", "x", "--tile", "3"],
        ["derain", "a.png", "-o", "x", "--quality", "101"],
        ["derain", "a.png", "-o", "x", "--device", "gpu"],
        ["derain", "a.png", "-o", "x", "--format", "doc"],
        ["derain", "a.png", "-o", "x", "--temporal", "smooth"],
        ["derain", "a.png", "-o", "x", "--refine", "much"],
        ["derain", "a.png", "-o", "x", "--cluster", "tcp://localhost:1"],
        ["derain", "a.png", "-o", "x", "--strengt", "1"],
    ],
)
def test_wrong_usage_is_two(words: list[str], capsys: Captured) -> None:
    assert command_line.main(words) == 2
    assert "usage" in capsys.readouterr().err


@pytest.mark.usefixtures("tiny_library")
def test_what_would_fail_for_every_file_is_wrong_usage(photos: Path, tmp_path: Path, capsys: Captured) -> None:
    assert derain(photos, "-o", tmp_path / "out", "--model", "nobody") == 2
    assert derain(photos, "-o", tmp_path / "out", "--mask", tmp_path / "nowhere.png") == 2
    assert derain(photos / "a.png", "-o", photos / "notes.txt") == 2
    assert derain(photos / "a.png", "-o", tmp_path / "x.png", "--format", "tif") == 2
    said = capsys.readouterr()
    assert len(said.err.splitlines()) == 4
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("tiny_library")
def test_nothing_to_do_is_two_and_nothing_left_to_do_is_zero(photos: Path, tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "empty").mkdir()
    assert derain(tmp_path / "empty", "-o", tmp_path / "out") == 2
    for _ in range(2):
        assert derain(photos, "-o", tmp_path / "out", "--if-exists", "skip", "--json") == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    assert of_kind(told, "skipped")[-1]["reason"] == "a_derained.png exists"
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a_derained.png"]


@pytest.mark.usefixtures("tiny_library")
def test_missing_inputs_fail_and_the_rest_is_written(photos: Path, tmp_path: Path, capsys: Captured) -> None:
    assert derain(tmp_path / "missing.jpg", photos / "a.png", "-o", tmp_path / "out") == 1
    assert derain(tmp_path / "missing.jpg", "-o", tmp_path / "out") == 3
    assert "missing.jpg: does not exist" in capsys.readouterr().err
    assert (tmp_path / "out" / "a_derained.png").is_file()


@pytest.mark.usefixtures("tiny_library")
def test_options_reach_the_result(photos: Path, tmp_path: Path, capsys: Captured) -> None:
    out = tmp_path / "out"
    assert derain(photos / "a.png", "-o", out, "--strength", "0") == 0
    assert (out / "a_derained.png").read_bytes() == (photos / "a.png").read_bytes()
    assert derain(photos / "a.png", "-o", out, "--format", "webp", "--quality", "70", "--layer", "both", "--tile", "128") == 0
    assert derain(photos / "a.png", "-o", out, "--layer", "rain", "--veil", "clear") == 0
    assert {path.name for path in out.iterdir()} == {
        "a_derained.png",
        "a_derained.webp",
        "a_rain.png",
        "a_rain (2).png",
    }


@pytest.mark.usefixtures("tiny_library")
def test_a_preset_is_followed_where_nothing_else_is_typed(photos: Path, tmp_path: Path, capsys: Captured) -> None:
    presets.save("grey day", presets.Preset(Treatment(strength=0.0), Output(format="webp")))
    assert derain(photos / "a.png", "-o", tmp_path / "out", "--preset", "grey day") == 0
    assert derain(photos / "a.png", "-o", tmp_path / "out", "--preset", "grey day", "--format", "keep") == 0
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"a_derained.webp", "a_derained.png"}
    assert (tmp_path / "out" / "a_derained.png").read_bytes() == (photos / "a.png").read_bytes()
    assert derain(photos / "a.png", "-o", tmp_path / "out", "--preset", "nowhere") == 2
    assert "grey day" in capsys.readouterr().err


def test_another_models_folder_is_used(tiny_library: Path, photos: Path, tmp_path: Path, capsys: Captured) -> None:
    tiny_library.rename(tmp_path / "elsewhere")
    assert derain(photos / "a.png", "-o", tmp_path / "x.png", "--models-dir", tmp_path / "elsewhere", "--json") == 0
    assert of_kind(events(capsys), "finished")[0]["model"] == "tiny"


@pytest.mark.usefixtures("tiny_library")
def test_silence_is_broken_while_nothing_moves(
    photos: Path, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_run, "BEAT_S", 0.001)
    monkeypatch.setattr("rainapp.cli.batch_reports.OFTEN_S", 0)
    large = cv2.resize(cv2.imread(str(photos / "a.png")), (1600, 1200))  # long enough at work for some beats
    cv2.imwrite(str(photos / "a.png"), large)
    assert derain(photos / "a.png", "-o", tmp_path / "x.png", "--json") == 0
    told = of_kind(events(capsys), "progress")
    assert len(told) > len({(event["done"], event["total"]) for event in told})


@pytest.mark.usefixtures("tiny_library")
def test_ctrl_c_leaves_whole_files_only(tmp_path: Path) -> None:
    small = make_clip(tmp_path / "a.mkv", times=range(2))
    long = make_clip(tmp_path / "b.mkv", times=range(400))
    out = tmp_path / "out"
    words = [*RAINAPP, "derain", str(small), str(long), "-o", str(out), "--json", *PLAIN]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        for line in running.stdout:
            event = json.loads(line)
            if event["event"] == "progress" and event["source"] == str(long) and event["done"] > 2:
                running.send_signal(signal.SIGINT)
                break
        rest = [json.loads(line) for line in running.stdout]
        assert running.wait(120) == 130
        assert running.stderr is not None
        assert running.stderr.read() == ""
    assert rest[-1]["event"] == "summary"
    assert rest[-1]["finished"] == 1
    assert [path.name for path in out.iterdir()] == ["a_derained.mkv"]


@pytest.mark.usefixtures("tiny_library")
def test_after_ctrl_c_the_summary_says_what_was_stopped(tmp_path: Path) -> None:
    small = make_clip(tmp_path / "a.mkv", times=range(2))
    long = [make_clip(tmp_path / name, times=range(400)) for name in ("b.mkv", "c.mkv")]
    words = [*RAINAPP, "derain", str(small), *map(str, long), "-o", str(tmp_path / "out"), *PLAIN]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert running.stdout.readline().startswith(str(small))
        running.send_signal(signal.SIGINT)
        said = running.stdout.read()
        assert running.wait(120) == 130
    assert said.startswith("1 done, 0 failed, 0 skipped, 2 stopped, ")


@pytest.mark.usefixtures("tiny_library")
def test_a_job_that_does_not_heed_a_signal_in_time_leaves_nothing(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "a.mkv", times=range(400))
    out = tmp_path / "out"
    code = "import sys; from rainapp import __main__; from rainapp.cli import batch_run; batch_run.LEAVE_S = 0; __main__.main()"
    words = [sys.executable, "-c", code, "derain", str(clip), "-o", str(out), "--json", *PLAIN]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        for line in running.stdout:
            if json.loads(line).get("done", 0) > 2:
                assert {path.name[0] for path in out.iterdir()} == {"."}
                running.send_signal(signal.SIGTERM)
                break
        last = [json.loads(line) for line in running.stdout][-1]
        assert running.wait(120) == 130
    assert last["event"] == "summary"
    assert list(out.iterdir()) == []


@pytest.mark.usefixtures("tiny_library")
def test_a_terminal_gets_bars_and_lines(photos: Path, tmp_path: Path) -> None:
    try:
        above, below = pty.openpty()
    except OSError:
        pytest.skip("this machine has no pseudo-terminals")
    words = [*RAINAPP, "derain", "-r", str(photos), "-o", str(tmp_path / "out"), *PLAIN]
    environment = os.environ | {"COLUMNS": "200"}
    with subprocess.Popen(words, stdin=below, stdout=subprocess.PIPE, stderr=below, env=environment) as running:
        os.close(below)
        shown = b"".join(iter(lambda: _read(above), b""))
        assert running.stdout is not None
        said = running.stdout.read().decode()
        assert running.wait(120) == 1
    os.close(above)
    assert "all files" in shown.decode()
    assert "half.jpg" in shown.decode()
    assert said.startswith("2 done, 2 failed, 1 skipped")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # how Linux says that the other side is closed
        return b""


@pytest.mark.usefixtures("tiny_library")
def test_a_reader_that_leaves_ends_the_batch_without_a_traceback(photos: Path, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "a.mkv", times=range(200))
    words = [*RAINAPP, "derain", str(clip), "-o", str(tmp_path / "out"), "--json", *PLAIN]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.readline()
        running.stdout.close()
        said = running.stderr.read()
        assert running.wait(120) == 1
    assert said == ""
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.usefixtures("tiny_library")
def test_a_bug_in_one_file_is_told_and_the_rest_goes_on(
    photos: Path, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rainapp.work import run_job

    def flawed(job: Any, watch: Any) -> object:
        if job.source.name == "a.png":
            raise KeyError("lost")
        return run_job.run(job, watch)

    monkeypatch.setattr(batch_run, "Workers", lambda run, on_event: Workers(flawed, on_event))
    assert derain(photos / "a.png", photos / "sub", "-o", tmp_path / "out", "--json") == 1
    told = events(capsys)
    (failed,) = of_kind(told, "failed")
    assert failed["kind"] == "bug"
    assert "KeyError" not in failed["message"] + failed["hint"]
    assert str(log_file()) in failed["hint"]
    assert len(of_kind(told, "finished")) == 1


def test_a_bug_of_a_command_is_told_in_a_plain_sentence(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(args: object) -> int:
        raise KeyError("lost")

    monkeypatch.setattr("rainapp.cli.doctor.run", broken)
    assert command_line.main(["doctor"]) == 3
    said = capsys.readouterr().err
    assert said.startswith("rainapp doctor: Something unexpected happened.")
    assert str(log_file()) in said
    assert "KeyError" not in said
    assert "KeyError" in caplog.text


def test_files_open_the_window_and_commands_do_not(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    photo = str(photos / "a.png")
    assert start.window_request([]) == ([], False)
    assert start.window_request(["--safe"]) == ([], True)
    assert start.window_request([photo, str(photos)]) == ([Path(photo), photos], False)
    assert start.window_request(["--safe", photo]) == ([Path(photo)], True)
    assert start.window_request(["--help"]) is None
    assert start.window_request(["missing.png"]) is None
    monkeypatch.chdir(photos)
    (photos / "models").mkdir()
    assert start.window_request(["models"]) is None
    assert start.window_request(["./models"]) == ([Path("models")], False)
