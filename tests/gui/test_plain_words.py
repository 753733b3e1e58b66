"""Foreign words are shown letter by letter, wherever they stand."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from rainapp.base.settings import Settings
from rainapp.gui.app import Session
from rainapp.gui.widgets.plain_text import PlainLabel, as_tip, menu_words
from tests.gui import hostile_window
from tests.gui.plain_run import PlainRun, idle, until

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def words() -> str:
    return hostile_window.markup("/nowhere/picture.png")


@pytest.fixture
def hostile(open_session: Callable[..., Session], plain_run: PlainRun, tmp_path: Path, words: str, qtbot: QtBot) -> Session:
    session = open_session(Settings(theme="dark"), plain_run, hostile_window.library(tmp_path, words))
    session.workspace.add(hostile_window.photos(tmp_path))
    until(qtbot, idle(session))
    return session


def test_nothing_foreign_is_taken_for_markup(hostile: Session, words: str, qtbot: QtBot) -> None:
    assert hostile_window.walk(hostile, words, lambda: qtbot.wait(5)) == []


def test_what_would_be_taken_for_markup_is_found(qtbot: QtBot, words: str) -> None:
    from PySide6.QtWidgets import QLabel

    careless = QLabel(words)
    qtbot.addWidget(careless)
    careless.setToolTip(words)
    assert len(list(hostile_window.guesses(careless))) == 2


def test_a_file_named_in_a_title_is_never_opened(tmp_path: Path) -> None:
    """The picture is a pipe: a window that opened it would stand still for ever."""
    os.mkfifo(tmp_path / "pipe")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "tests")))}
    command = [sys.executable, "-m", "tests.gui.hostile_window", str(tmp_path / "there"), str(tmp_path / "pipe")]
    (tmp_path / "there").mkdir()
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.splitlines()[0] == "0 found", done.stdout


def test_the_words_themselves_are_read(hostile: Session, words: str, qtbot: QtBot) -> None:
    hostile.window.show_page("models")
    told = [label.text() for label in hostile.window.models.findChildren(PlainLabel)]
    assert told.count(words) >= 4  # titles, kinds and a summary
    assert hostile_window.NAME in [item.name for item in hostile.workspace.items]


@pytest.mark.parametrize(
    ("given", "tip"),
    [
        ("a photo.png", "a photo.png"),
        ("a & b < c", "a & b < c"),
        ("<b>x</b>\ny", "<qt>&lt;b&gt;x&lt;/b&gt;<br>y</qt>"),
        ("a\x1b[31m\u202e", "a\\x1b[31m\\u202e"),
    ],
)
def test_a_tool_tip_says_what_it_is_given(given: str, tip: str) -> None:
    assert as_tip(given) == tip


def test_an_ampersand_is_seen_and_marks_no_key() -> None:
    assert menu_words("Rain & Sons") == "Rain && Sons"


def test_a_label_shows_control_characters_as_escapes(qtbot: QtBot) -> None:
    label = PlainLabel("a\x1b\u202eb\nc")
    qtbot.addWidget(label)
    assert label.text() == "a\\x1b\\u202eb\nc"
