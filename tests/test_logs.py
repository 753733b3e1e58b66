"""The log takes what helps nobody on a terminal, and never stands in the way."""

import logging
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rainapp.base.logs import log_file, start_log
from rainapp.gui.text.problem_report import report

NATIVE = """
import os
from rainapp.base.logs import native_words_logged
with native_words_logged():
    os.write(2, b"libnoise: hm")
"""


@pytest.fixture
def root_logger() -> Iterator[logging.Logger]:
    """The root logger, given back as it was."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    yield root
    for handler in set(root.handlers) - set(before):
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)
    logging.captureWarnings(False)


def test_words_go_into_the_file_and_the_file_turns_over(root_logger: logging.Logger) -> None:
    assert start_log() == log_file()
    for _ in range(30):
        root_logger.info("rain \udcff %s", "x" * 100_000)
    assert "rain" in log_file().read_text("utf-8")
    assert log_file().stat().st_size <= 1 << 20
    assert len(list(log_file().parent.iterdir())) == 3


def test_where_no_file_can_be_made_nothing_is_logged(
    root_logger: logging.Logger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("RAINAPP_LOG", str(tmp_path / "file" / "log"))
    assert start_log() is None
    root_logger.info("lost")


@pytest.mark.skipif(os.name != "posix", reason="links and modes as POSIX has them")
@pytest.mark.parametrize("plant", ["link", "link that leads nowhere", "second name", "folder"])
def test_what_was_planted_at_the_logs_name_is_not_written_to(
    root_logger: logging.Logger, tmp_path: Path, plant: str, capfd: pytest.CaptureFixture[str]
) -> None:
    letter = tmp_path / "letter"
    letter.write_text("dear")
    log_file().parent.mkdir()
    if plant == "link":
        log_file().symlink_to(letter)
    elif plant == "second name":
        os.link(letter, log_file())
    elif plant == "folder":
        log_file().mkdir()
    else:
        log_file().symlink_to(tmp_path / "nothing")
    assert start_log() is None
    root_logger.error("lost")
    subprocess.run([sys.executable, "-c", NATIVE], capture_output=True, timeout=120, check=True)
    assert letter.read_text() == "dear"
    assert not (tmp_path / "nothing").exists()
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.skipif(os.name != "posix", reason="links and modes as POSIX has them")
@pytest.mark.parametrize("plant", ["link", "folder"])
def test_what_was_planted_at_older_names_is_not_written_to(
    root_logger: logging.Logger, tmp_path: Path, plant: str, capfd: pytest.CaptureFixture[str]
) -> None:
    letter = tmp_path / "letter"
    letter.write_text("dear")
    log_file().parent.mkdir()
    for number in (1, 2):
        older = log_file().with_name(f"{log_file().name}.{number}")
        if plant == "link":
            older.symlink_to(letter)
        else:
            (older / "inside").mkdir(parents=True)
    assert start_log() == log_file()
    for _ in range(30):
        root_logger.info("rain %s", "x" * 100_000)
    assert letter.read_text() == "dear"
    assert log_file().stat().st_size <= 1 << 20
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.skipif(os.name != "posix", reason="links and modes as POSIX has them")
def test_a_link_planted_at_work_takes_no_words(root_logger: logging.Logger, tmp_path: Path) -> None:
    letter = tmp_path / "letter"
    letter.write_text("dear")
    start_log()
    root_logger.info("rain %s", "x" * 1_000_000)
    for number in (1, 2):
        log_file().with_name(f"{log_file().name}.{number}").symlink_to(letter)
    for _ in range(3):
        root_logger.info("rain %s", "x" * 1_000_000)
    assert letter.read_text() == "dear"


@pytest.mark.skipif(os.name != "posix", reason="links and modes as POSIX has them")
def test_the_log_is_its_owners_alone(root_logger: logging.Logger) -> None:
    log_file().parent.parent.mkdir(exist_ok=True)
    start_log()
    assert stat.S_IMODE(log_file().parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(log_file().stat().st_mode) == 0o600


@pytest.mark.skipif(os.name != "posix", reason="links and modes as POSIX has them")
def test_logs_that_an_earlier_version_left_open_are_closed(root_logger: logging.Logger) -> None:
    log_file().parent.mkdir()
    files = [log_file(), *(log_file().with_name(f"{log_file().name}.{number}") for number in (1, 2))]
    for file in files:
        file.write_text("words")
        file.chmod(0o644)
    start_log()
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_native_words_go_to_the_log_and_ours_to_standard_error() -> None:
    code = """
import os, sys
from rainapp.base.logs import native_words_logged, start_log
start_log()
with native_words_logged():
    os.write(2, b"libnoise: hm \\x1b[31m\\xff\\n")
    for _ in range(200):
        try:
            os.write(2, b"x" * 65536)  # far more than anything takes at once
        except BlockingIOError:
            pass
    print("ours", file=sys.stderr)
os.write(2, b"after\\n")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert done.stderr == "ours\nafter\n"
    words = log_file().read_text("utf-8")
    assert "libnoise: hm \\x1b[31m\\xff\n" in words
    assert "\x1b" not in words


@pytest.mark.skipif(os.name != "posix", reason="links as POSIX has them")
def test_a_report_quotes_the_log_and_nothing_that_a_link_in_its_place_leads_to(tmp_path: Path) -> None:
    log_file().parent.mkdir()
    log_file().write_text("rain " * 10_000 + "the end")
    told = report("It broke.")
    assert told.endswith("the end")
    assert len(told) < 6000
    log_file().unlink()
    (tmp_path / "secret").write_text("secret")
    log_file().symlink_to(tmp_path / "secret")
    assert "secret" not in report("It broke.")
