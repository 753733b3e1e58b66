"""The log takes what helps nobody on a terminal, and never stands in the way."""

import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rainapp.logs import log_file, start_log


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


def test_native_words_go_to_the_log_and_ours_to_standard_error() -> None:
    code = """
import os, sys
from rainapp.logs import native_words_logged, start_log
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
