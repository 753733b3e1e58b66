"""What killed runs leave is swept away as soon as it is nobody's; what somebody holds, or may go on with, stays."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from rainapp.base import leftovers
from rainapp.base.new_files import NewFile, new_folder
from rainapp.media.file_locks import KEPT_S, PART_SUFFIX, PARTS_SUFFIX, hold, sweep

HOLD = (
    "import sys; from rainapp.media.file_locks import hold\n"
    "with open(sys.argv[1], 'r+b') as file:\n    print(hold(file), flush=True)\n    sys.stdin.read()"
)


def left(folder: Path, name: str, age_s: float) -> Path:
    path = folder / name
    path.write_bytes(b"half of it")
    then = time.time() - age_s
    os.utime(path, (then, then))
    return path


@contextmanager
def process(code: str, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """Another process, which has said its first line."""
    command = [sys.executable, "-c", code, *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline()
        yield other


def test_only_what_is_ours_and_nobodys_goes(tmp_path: Path) -> None:
    for name, age_s in (
        (f".new{PART_SUFFIX}", 0),
        (f".given-up{PARTS_SUFFIX}", KEPT_S + 60),
        (f".resumable{PARTS_SUFFIX}", KEPT_S - 60),
        ("mine.txt", KEPT_S * 2),
        (f"visible{PART_SUFFIX}", KEPT_S * 2),
    ):
        left(tmp_path, name, age_s)
    sweep(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {f".resumable{PARTS_SUFFIX}", "mine.txt", f"visible{PART_SUFFIX}"}


def test_a_folder_is_swept_at_the_next_job_too(tmp_path: Path) -> None:
    with NewFile(tmp_path / "one") as file:
        file.write(b"1")
    time.sleep(0.1)
    left(tmp_path, f".killed{PART_SUFFIX}", 0)
    with NewFile(tmp_path / "two") as file:
        file.write(b"2")
    assert {path.name for path in tmp_path.iterdir()} == {"one", "two"}


def test_what_another_process_holds_stays(tmp_path: Path) -> None:
    path = left(tmp_path, f".held{PART_SUFFIX}", KEPT_S)
    with process(HOLD, str(path)) as other:
        with path.open("rb") as file:
            assert not hold(file)
        sweep(tmp_path)
        assert path.exists()
        other.communicate("")
    with path.open("rb") as file:
        assert hold(file)


WRITE = """
import sys
from pathlib import Path
from rainapp.base.new_files import NewFile, new_folder
folder = Path(sys.argv[1])
with NewFile(folder / "result") as file, new_folder(folder) as made:
    file.write(b"half")
    file.flush()
    (made / "half").write_bytes(b"half")
    print("at work", flush=True)
    sys.stdin.read()
"""


def test_the_files_and_folders_of_a_killed_process_go_at_once_and_those_of_a_living_one_stay(tmp_path: Path) -> None:
    with process(WRITE, str(tmp_path)) as other:
        names = {path.name for path in tmp_path.iterdir()}
        assert len(names) == 3
        sweep(tmp_path)
        assert {path.name for path in tmp_path.iterdir()} == names
        other.kill()
    time.sleep(0.1)
    sweep(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_part_of_this_process_stays(tmp_path: Path) -> None:
    with NewFile(tmp_path / "result") as file, new_folder(tmp_path) as folder:
        file.write(b"x")
        sweep(tmp_path)
        assert folder.is_dir()
    assert [path.name for path in tmp_path.iterdir()] == ["result"]


def test_what_somebody_else_has_put_there_is_neither_followed_nor_waited_for(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    original = tmp_path / "folder" / "original"
    original.write_bytes(b"dear")
    (tmp_path / f".a{PART_SUFFIX}").symlink_to(original)
    (tmp_path / f".b{PART_SUFFIX}").symlink_to(tmp_path / "folder")
    os.link(original, tmp_path / f".c{PART_SUFFIX}")
    os.mkfifo(tmp_path / f".d{PART_SUFFIX}")
    sweep(tmp_path)
    assert original.read_bytes() == b"dear"
    assert os.stat(original).st_nlink == 2


def test_without_locks_only_age_tells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leftovers, "try_hold", lambda _: "unknown")  # a network disk
    old, new = (left(tmp_path, f".{age}{PART_SUFFIX}", age) for age in (3700, 3500))
    sweep(tmp_path)
    assert (old.exists(), new.exists()) == (False, True)


def test_parts_of_which_nothing_is_finished_are_of_no_use(tmp_path: Path) -> None:
    (tmp_path / f".a-1-index{PARTS_SUFFIX}").write_bytes(b"rainapp parts 4\n" + bytes(32))
    (tmp_path / f".a-1{PARTS_SUFFIX}").write_bytes(bytes(1000))
    (tmp_path / f".a-2-index{PARTS_SUFFIX}").write_bytes(b"rainapp parts 4\n" + bytes(82))
    (tmp_path / f".a-2{PARTS_SUFFIX}").write_bytes(bytes(1000))
    (tmp_path / f".a-index{PARTS_SUFFIX}").write_bytes(b"")  # of another name that begins alike
    sweep(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {f".a-2-index{PARTS_SUFFIX}", f".a-2{PARTS_SUFFIX}"}


def test_a_folder_that_is_not_there_is_no_trouble(tmp_path: Path) -> None:
    sweep(tmp_path / "nowhere")
    assert list(tmp_path.iterdir()) == []
