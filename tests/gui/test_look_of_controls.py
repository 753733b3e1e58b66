"""What is on looks on, and the ring of the focus lies around what has it, wherever that goes."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from rainapp.gui.app import Session
from rainapp.gui.widgets.controls import RING_AIR, RING_WIDTH, FocusRing
from rainapp.gui.widgets.theme import look
from tests.gui.plain_run import idle, until
from tests.gui.test_keys import press

ROOM = RING_AIR + RING_WIDTH


def ground(widget: QWidget) -> str:
    """The colour that a button is filled with, near its right end where no words are."""
    image = widget.grab().toImage()
    return QColor(image.pixel(image.width() - 6, image.height() // 2)).name()


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_treat_anyway_looks_on_when_it_is_on(theme: str, opened: Session, photos: list[Path], qtbot: QtBot) -> None:
    opened.workspace.change(theme=theme)
    page = opened.window.page
    page.still_rain.ask.click()
    anyway = page.still_rain.buttons["treat-anyway"]
    off = ground(anyway)
    assert anyway.icon().isNull()
    assert off == look().theme.raised
    anyway.click()
    until(qtbot, idle(opened))
    assert opened.workspace.current is not None
    assert opened.workspace.current.sees_rain
    assert anyway.isChecked()
    assert ground(anyway) == look().theme.wash != off
    assert not anyway.icon().isNull()  # not by colour alone
    anyway.click()
    until(qtbot, idle(opened))
    assert ground(anyway) == off


def around(session: Session, widget: QWidget) -> QRect:
    corner = widget.mapTo(session.window, QPoint(0, 0))
    return QRect(corner, widget.size()).adjusted(-ROOM, -ROOM, ROOM, ROOM)


def focused_by_key(session: Session) -> tuple[FocusRing, QWidget]:
    window = session.window
    ring = window.findChild(FocusRing)
    assert ring is not None
    window.page.bar.loupe.setFocus()
    press(window.page.bar.loupe, Qt.Key.Key_Tab)
    focused = window.focusWidget()
    assert focused is not None
    assert ring.geometry() == around(session, focused)
    return ring, focused


def test_the_ring_goes_along_when_the_menu_bar_comes_and_goes(opened: Session, qtbot: QtBot) -> None:
    ring, _ = focused_by_key(opened)
    button = opened.window.page.inspector.change_place
    button.setFocus()
    for shown in (True, False):
        opened.window.menuBar().setVisible(shown)
        qtbot.wait(30)
        assert ring.isVisible()
        assert ring.geometry() == around(opened, button)


def test_the_ring_goes_along_when_what_it_is_around_is_scrolled(opened: Session, qtbot: QtBot) -> None:
    opened.window.resize(1440, 520)
    qtbot.wait(30)
    ring, _ = focused_by_key(opened)
    inspector = opened.window.page.inspector
    inspector.model.setFocus()
    inspector.ensureWidgetVisible(inspector.model)
    bar = inspector.verticalScrollBar()
    assert bar.maximum() > 0
    bar.setValue(bar.value() + 7)
    qtbot.wait(30)
    assert ring.geometry() == around(opened, inspector.model)
    bar.setValue(bar.maximum())
    qtbot.wait(30)
    assert ring.isVisible() == (not inspector.model.visibleRegion().isEmpty())
