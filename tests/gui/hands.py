"""What a person's hands do at the window, and what the eyes see there: for stories told in tests."""

import warnings
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QImage, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from rainapp.gui.app import Session
from rainapp.gui.canvas.viewer import Canvas
from rainapp.gui.files.file_list import ROWS_MIME, ItemsView


def drop(session: Session, paths: list[Path]) -> None:
    """Drop files on the window as a file manager does."""
    held = QMimeData()
    held.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    window, at, copy = session.window, QPointF(400, 400), Qt.DropAction.CopyAction
    buttons, modifiers = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    with warnings.catch_warnings():  # newer versions of PySide6 warn that a point of integers is old; older know no other
        warnings.simplefilter("ignore", DeprecationWarning)
        enter = QDragEnterEvent(at.toPoint(), copy, held, buttons, modifiers)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    dropped = QDropEvent(at, copy, held, buttons, modifiers)
    QApplication.sendEvent(window, dropped)
    assert dropped.isAccepted()


def drop_rows(file_list: ItemsView, at: QPointF) -> None:
    """Let the selected rows of a list go at a point of it."""
    held = QMimeData()
    held.setData(ROWS_MIME, b"rows")
    move, button, modifiers = Qt.DropAction.MoveAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        enter = QDragEnterEvent(at.toPoint(), move, held, button, modifiers)
    QApplication.sendEvent(file_list.viewport(), enter)
    QApplication.sendEvent(file_list.viewport(), QDropEvent(at, move, held, button, modifiers))


def canvas_image(session: Session) -> QImage:
    return session.window.canvas.grab().toImage()


def brightness(image: QImage, left: float, right: float) -> float:
    """Mean grey level of a vertical slice of the middle of the canvas."""
    xs = range(round(image.width() * left), round(image.width() * right), 2)
    ys = range(image.height() // 3, image.height() * 2 // 3, 2)
    return float(np.mean([QColor(image.pixel(x, y)).lightness() for x in xs for y in ys]))


def click_derain(session: Session, qtbot: QtBot) -> None:
    qtbot.mouseClick(session.window.page.run_bar.button, Qt.MouseButton.LeftButton)


def turn(canvas: Canvas, at: QPointF, angle: int) -> None:
    """Turn the wheel at a point of the canvas."""
    event = QWheelEvent(
        at,
        canvas.mapToGlobal(at),
        QPoint(0, 0),
        QPoint(0, angle),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas, event)


def drag(canvas: Canvas, button: Qt.MouseButton, start: QPoint, end: QPoint) -> None:
    QTest.mousePress(canvas, button, pos=start)
    event = QMouseEvent(
        QEvent.Type.MouseMove, QPointF(end), canvas.mapToGlobal(QPointF(end)), button, button, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(canvas, event)
    QTest.mouseRelease(canvas, button, pos=end)
