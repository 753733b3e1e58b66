"""One window for a person, a report after a bug, and what is told once after the start."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtNetwork import QLocalSocket
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from rainapp.base.paths import log_dir
from rainapp.base.settings import Settings
from rainapp.base.version import VERSION
from rainapp.gui import crash_dialog, whats_new
from rainapp.gui.app import FileOpenings, Session
from rainapp.gui.crash_dialog import CrashDialog
from rainapp.gui.single_instance import SingleInstance
from rainapp.gui.widgets.text_dialog import TextDialog
from tests.gui.plain_run import rainy_photo, until

pytestmark = pytest.mark.gui

SECOND = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from rainapp.gui.single_instance import SingleInstance
application = QCoreApplication([])
print(SingleInstance().hand_over([Path(name) for name in sys.argv[1:]]))
"""


@pytest.fixture
def first(qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SingleInstance:
    """A start that has the window."""
    monkeypatch.setenv("RAINAPP_CACHE", str(tmp_path / "c"))  # short, as the names of sockets have to be
    single = SingleInstance()
    assert not single.hand_over([])
    return single


def second_start(*paths: Path) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", SECOND, *map(str, paths)], stdout=subprocess.PIPE, text=True)


def test_a_second_start_hands_its_files_over_and_ends(first: SingleInstance, tmp_path: Path, qtbot: QtBot) -> None:
    asked: list[list[Path]] = []
    first.asked.connect(asked.append)
    names = [tmp_path / "a b.jpg", tmp_path / "ö.png", Path(os.fsdecode(bytes(tmp_path) + b"/\xff.jpg"))]
    child = second_start(*names)
    qtbot.waitUntil(lambda: child.poll() is not None, timeout=60_000)
    assert child.communicate()[0] == "True\n"
    assert asked == [names]
    first.close()
    child = second_start(names[0])
    qtbot.waitUntil(lambda: child.poll() is not None, timeout=60_000)
    assert child.communicate()[0] == "False\n", "once the window is closed, the next start has one"


def test_what_a_crash_left_stops_nobody(first: SingleInstance, qtbot: QtBot) -> None:
    first.close()
    Path(first._name).touch()
    again = SingleInstance()
    assert not again.hand_over([])
    assert again._server is not None
    again.close()


def test_a_window_that_does_not_answer_is_not_waited_for_long(
    first: SingleInstance, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rainapp.gui import single_instance

    monkeypatch.setattr(single_instance, "PATIENCE_S", 0.3)
    monkeypatch.setattr(single_instance, "ANSWER_MS", 200)
    began = time.monotonic()
    assert not SingleInstance().hand_over([]), "nobody runs the loop of the first one here"
    assert time.monotonic() - began < 5
    first.close()


def test_other_settings_are_another_window(first: SingleInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAINAPP_CONFIG", str(tmp_path / "other"))
    other = SingleInstance()
    assert not other.hand_over([])
    assert other._server is not None
    other.close()
    first.close()


@pytest.mark.parametrize(
    "words", [b"nonsense\n", b"[1]\n", b'{"paths": "a"}\n', b'{"paths": ["relative.jpg"]}\n', b'{"paths": [7]}\n']
)
def test_nonsense_is_not_taken(first: SingleInstance, qtbot: QtBot, words: bytes) -> None:
    asked: list[object] = []
    first.asked.connect(asked.append)
    socket = QLocalSocket()
    socket.connectToServer(first._name)
    socket.write(words)
    qtbot.waitUntil(lambda: socket.state() == QLocalSocket.LocalSocketState.UnconnectedState, timeout=10_000)
    assert asked == []
    first.close()


@pytest.mark.skipif(os.name != "posix", reason="modes as POSIX has them")
def test_nobody_else_can_talk_to_it(first: SingleInstance) -> None:
    assert Path(first._name).stat().st_mode & 0o077 == 0
    first.close()


def test_files_of_the_system_and_of_another_start_come_in(session: Session, photos: list[Path], qtbot: QtBot) -> None:
    openings = FileOpenings(session.window, session.window)
    openings.take(photos[:2])
    application = QCoreApplication.instance()
    assert application is not None
    application.installEventFilter(openings)
    QCoreApplication.sendEvent(application, QFileOpenEvent(str(photos[2])))
    application.removeEventFilter(openings)
    until(qtbot, lambda: len(session.workspace.items) == 3)
    assert [item.path for item in session.workspace.items] == photos


# -- a bug


def crash(hook: CrashDialog, words: str = "boom at cave.jpg") -> None:
    try:
        raise ValueError(words)
    except ValueError as error:
        hook(type(error), error, error.__traceback__)


def press(words: str, seen: list[str]) -> None:
    """Press a button of the box that is open, and note what it said."""
    box = next(widget for widget in QApplication.topLevelWidgets() if isinstance(widget, QMessageBox) and widget.isVisible())
    seen.append(f"{box.text()} {box.informativeText()}")
    next(button for button in box.findChildren(QPushButton) if button.text().replace("&", "") == words).click()


def test_a_bug_is_said_once_with_a_report_that_names_nobody(
    qapp: QApplication, qtbot: QtBot, own_folders: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hook, seen = CrashDialog(lambda: [Path("/home/x/cave.jpg")]), list[str]()
    QTimer.singleShot(200, lambda: press("Copy report", seen))
    crash(hook)
    assert "Your files are not touched" in seen[0]
    told = qapp.clipboard().text()
    assert told.startswith("ValueError: boom at ‹1›.jpg")
    kept = list(log_dir().glob("report-*.txt"))
    assert [path.read_text("utf-8") for path in kept] == [told]
    assert kept[0].name in seen[0]
    crash(hook)  # no second box: it would wait here for ever
    assert "boom" in capsys.readouterr().err


def test_the_report_can_be_shown(qapp: QApplication, own_folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[Path] = []
    monkeypatch.setattr(crash_dialog, "open_folder", shown.append)
    QTimer.singleShot(200, lambda: press("Show report", []))
    crash(CrashDialog(list))
    assert [path.parent for path in shown] == [log_dir()]


def test_a_crash_of_the_last_run_is_told_with_its_report(session: Session, own_folders: Path) -> None:
    whats_new.tell_crash("", [], session.window.notice.offer)
    assert not session.window.notice.isVisible()
    whats_new.tell_crash('File "/home/x/rainapp/gui/app.py", line 3', [], session.window.notice.offer)
    assert session.window.notice.words.text() == "rainapp ended unexpectedly the last time."
    assert "rainapp/gui/app.py" in next(log_dir().glob("report-*.txt")).read_text("utf-8")


# -- what is new


@pytest.mark.parametrize(("seen", "told"), [("", False), (VERSION, False), ("0.0.9", True)])
def test_what_is_new_is_told_once_after_an_update(
    seen: str, told: bool, make_session: Callable[..., Session], qtbot: QtBot
) -> None:
    session = make_session(Settings(theme="dark", seen_version=seen))
    whats_new.tell_news(session.workspace, session.window, session.window.notice.offer)
    assert session.window.notice.isVisible() == told
    assert session.workspace.settings.seen_version == VERSION
    if told:
        assert VERSION in session.window.notice.words.text()
        session.window.notice.choice.click()
        dialog = session.window.findChild(TextDialog)
        assert dialog is not None
        assert dialog.text.toPlainText().startswith(VERSION)
        dialog.close()
        whats_new.tell_news(session.workspace, session.window, session.window.notice.offer)
        assert not session.window.notice.isVisible(), "once"


def test_help_shows_what_is_new_and_the_licences(session: Session, qtbot: QtBot) -> None:
    for row, words in (("whats-new", "rainapp.derain"), ("licences", "PySide6_Essentials")):
        session.window.actions_[row].trigger()
        dialog = session.window.findChild(TextDialog)
        assert dialog is not None
        assert words in dialog.text.toPlainText()
        assert "\n- " not in dialog.text.toPlainText() or row == "licences"
        dialog.close()
        qtbot.wait(50)
        QCoreApplication.sendPostedEvents(None, 52)  # DeferredDelete


def test_a_second_program_ends_once_the_open_window_has_its_file(tmp_path: Path) -> None:
    """The whole program twice, as a file manager starts it."""
    photo = rainy_photo(tmp_path / "street.png", 96, 64, seed=1)
    environment = os.environ | {"RAINAPP_CACHE": str(tmp_path / "c"), "RAINAPP_CONFIG": str(tmp_path / "s")}
    command = [sys.executable, "-m", "rainapp"]
    window = subprocess.Popen(command, env=environment)
    try:
        deadline = time.monotonic() + 120
        while not list((tmp_path / "c").glob("window-*.socket")):
            assert time.monotonic() < deadline
            assert window.poll() is None
            time.sleep(0.1)
        done = subprocess.run([*command, str(photo)], env=environment, capture_output=True, text=True, check=False, timeout=120)
        assert (done.returncode, done.stderr) == (0, "")
        assert window.poll() is None
        kept = tmp_path / "s" / "settings.toml"
        while not kept.is_file() or "street.png" not in kept.read_text("utf-8"):
            assert time.monotonic() < deadline + 60
            time.sleep(0.2)
    finally:
        window.terminate()
        window.wait(60)
