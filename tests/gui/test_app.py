"""The frame of the window: quick to start without torch, quiet when it ends, one way up for events."""

import gc
import json
import locale
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from rainapp.base.settings import Settings
from rainapp.gui.app import Bridge, Session
from rainapp.jobs.records import Event, Finished, Progressed
from rainapp.library.model_library import ModelLibrary
from tests.gui.plain_run import PlainRun, idle, until

WINDOW_UP = """
import json, sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from rainapp.gui import app

application = QApplication(sys.argv[:1])

def look():
    window = next(w for w in application.topLevelWidgets() if w.objectName() == "main")
    heavy = [name for name in ("torch", "openvino", "cv2", "av", "PIL", "diffusers") if name in sys.modules]
    heavy += [name for name in sys.modules if name.startswith("training.") and name not in (
        "training.teach", "training.teach.request", "training.teach.run_list")]  # which runs there are: plain files
    print(json.dumps({"visible": window.isVisible(), "heavy": heavy}))
    application.quit()

QTimer.singleShot(0, look)
sys.exit(app.main())
"""


def test_the_window_is_up_before_torch_is_imported() -> None:
    ran = subprocess.run([sys.executable, "-c", WINDOW_UP], capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == {"visible": True, "heavy": []}


def test_events_from_any_thread_arrive_on_the_gui_thread_in_order(qtbot: QtBot) -> None:
    bridge = Bridge()
    heard: list[tuple[Event, threading.Thread]] = []
    bridge.arrived.connect(lambda event: heard.append((event, threading.current_thread())))

    def work() -> None:
        for done in range(500):
            bridge.hear(Progressed(1, done, 500))
        bridge.hear(Finished(1, "result"))

    thread = threading.Thread(target=work)
    thread.start()
    until(qtbot, lambda: bool(heard) and isinstance(heard[-1][0], Finished))
    thread.join()
    qtbot.wait(120)
    assert {at for _, at in heard} == {threading.main_thread()}
    assert isinstance(heard[-1][0], Finished)  # no progress comes after the end
    progress = [event for event, _ in heard if isinstance(event, Progressed)]
    assert len(progress) < 100
    assert progress[-1].done == 499


def test_progress_of_several_jobs_is_thinned_each_to_its_newest(qtbot: QtBot) -> None:
    bridge = Bridge()
    heard: list[Event] = []
    bridge.arrived.connect(heard.append)
    for done in range(1, 41):
        bridge.hear(Progressed(1, done, 40))
        bridge.hear(Progressed(2, done * 2, 80))
    until(qtbot, lambda: len(heard) >= 2)
    qtbot.wait(120)
    assert heard == [Progressed(1, 40, 40), Progressed(2, 80, 80)]


def test_numbers_are_read_with_a_point_whatever_the_locale(session: Session) -> None:
    assert locale.localeconv()["decimal_point"] == "."


def test_garbage_is_collected_on_the_gui_thread_only_while_the_window_lives(make_session: Callable[..., Session]) -> None:
    session = make_session()
    assert not gc.isenabled()
    session.close()
    assert gc.isenabled()


def test_closing_ends_threads_and_timers_even_at_work(
    qapp: QApplication, plain_run: PlainRun, plain_library: ModelLibrary, photos: list[Path], qtbot: QtBot
) -> None:
    session = Session(Settings(), plain_run, plain_library)
    session.window.show()
    session.workspace.add(photos)
    until(qtbot, idle(session))
    plain_run.hold.clear()
    session.workspace.start(session.workspace.items)
    qtbot.wait(50)
    started = time.monotonic()
    session.close()
    assert time.monotonic() - started < 30  # it did not wait for the photo
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("rainapp-")]
    assert not [timer for timer in session.window.findChildren(QTimer) if timer.isActive() and timer.interval() > 0]
    assert not list(photos[0].parent.glob("*_derained*"))
    session.window.deleteLater()


def test_quitting_at_work_asks_first(
    session: Session, photos: list[Path], plain_run: PlainRun, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    from PySide6.QtWidgets import QMessageBox

    answers = [QMessageBox.StandardButton.No, QMessageBox.StandardButton.Yes]
    monkeypatch.setattr(QMessageBox, "question", lambda *_: answers.pop(0))
    session.workspace.add(photos)
    until(qtbot, idle(session))
    plain_run.hold.clear()
    session.workspace.start(session.workspace.items)
    session.window.close()
    assert session.window.isVisible()
    session.window.close()
    assert not session.window.isVisible()
    assert not answers


def test_a_bug_is_logged_and_told_and_the_window_stays(
    session: Session, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    from PySide6.QtWidgets import QMessageBox

    from rainapp.gui.crash_dialog import CrashDialog

    told: list[str] = []
    monkeypatch.setattr(QMessageBox, "exec", lambda box: told.append(box.text()))
    error = ZeroDivisionError("a slot divided by zero")
    CrashDialog(list)(type(error), error, None)
    assert told == ["Something unexpected happened."]
    assert "a slot divided by zero" in caplog.text
    assert "a slot divided by zero" in capfd.readouterr().err
    assert session.window.isVisible()
