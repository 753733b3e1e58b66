"""A window on another day: what a person does to close it, and to answer what the next one asks."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from rainapp.gui.app import Session
from rainapp.jobs.session_lines import session_file
from tests.gui.plain_run import idle, until


def begun(session: Session, qtbot: QtBot) -> Session:
    until(qtbot, idle(session))
    return session


def answer(session: Session, which: int, qtbot: QtBot) -> None:
    line = session.window.returning
    assert line.isVisible()
    qtbot.mouseClick(line.answers[which], Qt.MouseButton.LeftButton)
    until(qtbot, idle(session))


def quit_window(session: Session) -> None:
    session.window.close()
    session.close()


def written(qtbot: QtBot, claim: Callable[[str], bool]) -> None:
    """Wait until the session on the disk says it."""
    until(qtbot, lambda: session_file().is_file() and claim(session_file().read_text()))
