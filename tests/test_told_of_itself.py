"""What is told of an installation: licences, an idle GPU, a crash; and nobody's names in a report."""

import getpass
import os
import platform
import subprocess
import sys
import traceback
from pathlib import Path

import pytest

from rainapp.base.diagnosis import crash_log, idle_gpu, licences
from rainapp.base.diagnosis.redaction import redacted
from rainapp.base.paths import log_dir
from rainapp.gui.text.problem_report import REPORTS_MAX, report, save_report

HOME = Path(os.path.expanduser("~"))

# -- redaction


@pytest.mark.parametrize(
    ("told", "safe"),
    [
        ("“Anna at the lake.JPG” cannot be read.", "“‹1›.JPG” cannot be read."),
        ("street.jpg: It is cut short.", "‹1›.jpg: It is cut short."),
        ("reading /media/disk/Anna/wedding.heic now", "reading ‹1›.heic now"),
        (
            f"{HOME}/Pictures/a.png and {HOME}/Pictures/b.png and again {HOME}/Pictures/a.png",
            "‹1›.png and ‹2›.png and again ‹1›.png",
        ),
        (r"C:\Users\Anna\Desktop\clip.mp4 failed", "‹1›.mp4 failed"),
        ("~/notes is a folder", "‹1› is a folder"),
        ("[Errno 2] No such file: '/data/Anna/x y.tif'", "[Errno 2] No such file: '‹1›.tif'"),
        ("5.2 MB/s, 3/4 done, torch 2.13.0+cpu", "5.2 MB/s, 3/4 done, torch 2.13.0+cpu"),
        ("rainapp.work.derain_file: 12 px / 8 px", "rainapp.work.derain_file: 12 px / 8 px"),
        ("the model “Quick” and quick.safetensors", "the model “Quick” and quick.safetensors"),
    ],
)
def test_names_and_folders_go_and_the_rest_stays(told: str, safe: str) -> None:
    assert redacted(told) == safe


def test_files_that_are_known_go_in_every_form() -> None:
    known = [Path("/data/Anna's birthday/IMG 0042 final.jpg"), Path("/data/Anna's birthday/second.png")]
    told = redacted("IMG 0042 final.jpg: bad; IMG 0042 final_derained; in Anna's birthday; second.png; secondary", known)
    assert "IMG" not in told.replace("_derained", "")
    assert "Anna" not in told
    assert "secondary" in told, "a longer word is another one"


def test_the_person_and_the_computer_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/annamaria")
    monkeypatch.setattr(getpass, "getuser", lambda: "annamaria")
    monkeypatch.setattr(platform, "node", lambda: "annas-laptop")
    told = redacted("Annamaria on annas-laptop wrote /home/annamaria/a.txt; annamariana is a fish")
    assert told == "‹user› on ‹computer› wrote ‹1›.txt; annamariana is a fish"


def test_where_in_the_code_it_happened_stays() -> None:
    try:
        Path("/nonexistent/Anna/photo.jpg").read_bytes()
    except OSError:
        told = redacted(traceback.format_exc())
    assert "photo" not in told
    assert "Anna" not in told
    assert 'File "python3.' in told
    assert 'pathlib.py"' in told
    code = redacted('  File "/opt/x/lib/python3.11/site-packages/torch/nn/modules/conv.py", line 3, in forward')
    assert code == '  File "python3.11/site-packages/torch/nn/modules/conv.py", line 3, in forward'


def test_a_report_holds_no_name_of_the_log(own_folders: Path) -> None:
    log_dir().mkdir(parents=True)
    (log_dir() / "rainapp.log").write_text(f"12:00 ERROR rainapp.work: {HOME}/secret trip/cave.jpg broke\n")
    told = report("ValueError: cave.jpg", [HOME / "secret trip" / "cave.jpg"])
    assert "cave" not in told
    assert "secret" not in told
    assert "rainapp.work: ‹" in told
    assert "torch " in told


def test_only_the_last_reports_are_kept(own_folders: Path) -> None:
    made = [save_report(f"report {number}") for number in range(REPORTS_MAX + 3)]
    left = sorted(path.read_text() for path in log_dir().glob("report-*.txt"))
    assert left == [f"report {number}" for number in range(3, REPORTS_MAX + 3)]
    assert made[-1].stat().st_mode & 0o077 == 0 or os.name != "posix"


# -- a chip that lies idle


def nvidia(root: Path, model: str) -> Path:
    card = root / "gpus" / "0000:01:00.0"
    card.mkdir(parents=True)
    (card / "information").write_text(f"Model: \t\t {model}\nIRQ:   \t\t 59\n")
    return root / "gpus"


@pytest.mark.parametrize(
    ("build", "idle"),
    [("2.13.0+cpu", "NVIDIA GeForce RTX 4070"), ("2.13.0+cu130", ""), ("2.13.0+rocm7.1", "NVIDIA GeForce RTX 4070")],
)
def test_a_chip_is_idle_where_torch_was_built_without_it(
    build: str, idle: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idle_gpu, "CARDS", nvidia(tmp_path, "NVIDIA GeForce RTX 4070"))
    monkeypatch.setattr(idle_gpu.metadata, "version", lambda _: build)
    assert idle_gpu.graphics_chip() == "NVIDIA GeForce RTX 4070"
    assert idle_gpu.idle_gpu() == idle


def test_without_a_chip_none_lies_idle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idle_gpu, "CARDS", tmp_path / "none")
    monkeypatch.setattr(idle_gpu.os.path, "exists", lambda _: False)
    assert idle_gpu.idle_gpu() == ""


def test_the_doctor_names_the_idle_chip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from rainapp.cli import doctor

    monkeypatch.setattr(idle_gpu, "CARDS", nvidia(tmp_path, "NVIDIA A2"))
    monkeypatch.setattr(idle_gpu.metadata, "version", lambda _: "2.13.0+cpu")
    assert doctor._devices()["idle"].startswith("NVIDIA A2: torch is built for cpu")


# -- licences


def test_every_package_we_depend_on_is_listed_with_its_licence() -> None:
    found = {licences._canonical(part.name): part for part in licences.parts()}
    direct = {"torch", "openvino", "numpy", "pyside6-essentials", "av", "pillow", "tifffile", "safetensors", "psutil", "rich"}
    assert direct | {"python", "shiboken6", "sympy", "mpmath"} <= found.keys()
    assert {"pytest", "ruff", "sphinx"} & found.keys() == set(), "what tests need does not come with it"
    unstated = [part.name for part in found.values() if part.licence == licences.UNSTATED]
    assert unstated == []
    texts = [name for name, part in found.items() if not part.texts]
    assert set(texts) <= {"pyside6-essentials", "shiboken6", "python"}, "a bundle adds what the wheels lack"


def test_the_text_begins_with_a_line_each_and_then_holds_the_licences() -> None:
    part = licences.Part("thing", "1.2", "MIT", ("Permission is granted.",))
    told = licences.listing((part,))
    assert "\nthing 1.2: MIT\n" in told
    assert told.rstrip().endswith("Permission is granted.")


def test_a_bundle_shows_the_text_it_came_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(licences, "resource", lambda name: tmp_path / name)
    assert "numpy" in licences.shipped(), "made now where none came along"
    (tmp_path / licences.FILE).write_text("As it came.")
    assert licences.shipped() == "As it came."


# -- a crash that no except sees

CRASH = """
import ctypes
from rainapp.base.diagnosis import crash_log
print(repr(crash_log.last_crash()))
crash_log.watch()
if {dies}:
    ctypes.string_at(0)
"""


def test_a_crash_is_found_once_by_the_next_start(own_folders: Path) -> None:
    def start(dies: bool) -> str:
        code = CRASH.format(dies=dies)
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        assert (done.returncode != 0) == dies
        return done.stdout

    assert start(True) == "''\n"
    assert "Fatal Python error" in start(False)
    assert start(False) == "''\n"


def test_what_was_planted_at_its_name_is_not_written_to(own_folders: Path, tmp_path: Path) -> None:
    letter = tmp_path / "letter"
    letter.write_text("dear")
    log_dir().mkdir(parents=True)
    (log_dir() / crash_log.NAME).symlink_to(letter)
    assert crash_log.last_crash() == ""
    crash_log.watch()
    crash_log.rest()
    assert letter.read_text() == "dear"
