"""What killed runs leave is swept away once it is old and nobody's; what somebody holds, or may go on with, stays."""

import os
import subprocess
import sys
import time
from pathlib import Path

from rainapp.media.held import FRESH_S, KEPT_S, PART_SUFFIX, PARTS_SUFFIX, hold, sweep


def left(folder: Path, name: str, age_s: float) -> Path:
    path = folder / name
    path.write_bytes(b"half of it")
    then = time.time() - age_s
    os.utime(path, (then, then))
    return path


def test_only_what_is_old_and_ours_goes(tmp_path: Path) -> None:
    for name, age_s in (
        (f".old{PART_SUFFIX}", FRESH_S + 60),
        (f".new{PART_SUFFIX}", FRESH_S - 60),
        (f".given-up{PARTS_SUFFIX}", KEPT_S + 60),
        (f".resumable{PARTS_SUFFIX}", FRESH_S + 60),
        ("mine.txt", KEPT_S * 2),
        (f"visible{PART_SUFFIX}", KEPT_S * 2),
    ):
        left(tmp_path, name, age_s)
    sweep(tmp_path)
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {f".new{PART_SUFFIX}", f".resumable{PARTS_SUFFIX}", "mine.txt", f"visible{PART_SUFFIX}"}
    left(tmp_path, f".later{PART_SUFFIX}", FRESH_S * 2)
    sweep(tmp_path)
    assert (tmp_path / f".later{PART_SUFFIX}").exists()  # a folder is looked through once


def test_what_another_process_holds_stays(tmp_path: Path) -> None:
    path = left(tmp_path, f".held{PART_SUFFIX}", FRESH_S * 2)
    code = (
        "import sys; from rainapp.media.held import hold\n"
        "with open(sys.argv[1], 'r+b') as file:\n    print(hold(file), flush=True)\n    sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "True\n"
        with path.open("rb") as file:
            assert not hold(file)
        sweep(tmp_path)
        assert path.exists()
        other.communicate("")
    with path.open("rb") as file:
        assert hold(file)


def test_a_folder_that_is_not_there_is_no_trouble(tmp_path: Path) -> None:
    sweep(tmp_path / "nowhere")
    assert list(tmp_path.iterdir()) == []
