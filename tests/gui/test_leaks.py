"""Nothing piles up: a session that was used and closed leaves neither threads nor timers nor widgets nor pictures."""

import gc
import threading
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QPointF, QTimer
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from rainapp.base.settings import Settings
from rainapp.gui.app import Session
from rainapp.gui.canvas.composition import View
from rainapp.library.model_library import ModelLibrary
from tests.gui.plain_run import PlainRun, idle, until


def use(session: Session, photos: list[Path], qtbot: QtBot) -> None:
    """Open photos and touch every tool once."""
    session.workspace.add(photos)
    until(qtbot, lambda: session.viewing.pair is not None)
    canvas = session.window.canvas
    session.window.page.measuring.set_active(True)
    for view in View:
        canvas.show_view(view)
        canvas.grab()
    canvas.show_loupe(True)
    canvas.brush.set_active(True)
    canvas.brush.press(QPointF(300, 300), canvas.camera, False)
    canvas.brush.release()
    canvas.grab()
    session.window.show_settings()
    session.workspace.start(session.workspace.items)
    until(qtbot, idle(session))


def test_a_closed_window_leaves_no_widgets_timers_threads_or_pictures(
    qapp: QApplication, plain_run: PlainRun, plain_library: ModelLibrary, photos: list[Path], qtbot: QtBot
) -> None:
    session = Session(Settings(), plain_run, plain_library)
    session.window.show()
    use(session, photos, qtbot)
    window = session.window
    timers = window.findChildren(QTimer) + session.viewing.findChildren(QTimer)
    session.close()
    assert not [timer for timer in timers if timer.isActive() and timer.interval() > 0]
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("rainapp-")]
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert not [widget for widget in qapp.allWidgets() if widget.window().objectName() == "main"]


def test_looking_through_many_photos_makes_no_more_widgets_or_timers(
    session: Session, photos: list[Path], qtbot: QtBot, qapp: QApplication
) -> None:
    use(session, photos, qtbot)
    rounds = []
    for _ in range(3):
        for _ in photos:
            session.window.actions_["next"].trigger()
            until(qtbot, idle(session))
        for _ in photos:
            session.window.actions_["previous"].trigger()
            until(qtbot, idle(session))
        gc.collect()
        rounds.append(
            (len(qapp.allWidgets()), len(session.window.findChildren(QTimer)), len(session.window.findChildren(QWidget)))
        )
    assert rounds[0] == rounds[1] == rounds[2]
    assert not session.dispatch.busy
