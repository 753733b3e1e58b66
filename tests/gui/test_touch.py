"""Fingers on a touch screen: one drags and paints like a mouse, two zoom about the point between them and move the photo."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from rainapp.gui.app import Session
from rainapp.gui.canvas.viewer import Canvas
from tests.gui.plain_run import idle, rainy_photo, until

SCREEN = QTest.createTouchDevice()


@pytest.fixture
def canvas(session: Session, tmp_path: Path, qtbot: QtBot) -> Canvas:
    """The canvas over a photo larger than it, at full scale."""
    session.workspace.add([rainy_photo(tmp_path / "street.png", 1500, 1200)])
    until(qtbot, lambda: session.viewing.pair is not None and idle(session)())
    canvas = session.window.canvas
    canvas.actual_size()
    until(qtbot, idle(session))
    return canvas


def drag(canvas: Canvas, *paths: tuple[QPoint, ...]) -> None:
    """Each finger comes down at the first point of its path, goes along it in step with the others, and is lifted."""
    fingers = range(len(paths))
    touch = QTest.touchEvent(canvas, SCREEN, False)
    for finger in fingers:
        touch.press(finger, paths[finger][0], canvas)
    touch.commit()
    for step in range(1, len(paths[0])):
        for finger in fingers:
            touch.move(finger, paths[finger][step], canvas)
        touch.commit()
    for finger in fingers:
        touch.release(finger, paths[finger][-1], canvas)
    touch.commit()


def close(one: QPointF, other: QPointF) -> bool:
    return (one - other).manhattanLength() < 1.5


def test_two_fingers_zoom_about_the_point_between_them(canvas: Canvas) -> None:
    middle = QPoint(500, 300)
    held, zoom = canvas.camera.to_picture(QPointF(middle)), canvas.camera.zoom
    apart = [(middle - QPoint(reach, reach // 2), middle + QPoint(reach, reach // 2)) for reach in (50, 60, 80, 100)]
    drag(canvas, tuple(left for left, _ in apart), tuple(right for _, right in apart))
    assert canvas.camera.zoom == pytest.approx(2 * zoom)
    assert close(canvas.camera.to_view(held), QPointF(middle))
    together = apart[::-1]
    drag(canvas, tuple(left for left, _ in together), tuple(right for _, right in together))
    assert canvas.camera.zoom == pytest.approx(zoom)


def test_two_fingers_move_the_photo(canvas: Canvas) -> None:
    held, zoom = canvas.camera.to_picture(QPointF(500, 300)), canvas.camera.zoom
    steps = [QPoint(0, 0), QPoint(-20, -10), QPoint(-60, -40)]
    drag(canvas, *(tuple(start + step for step in steps) for start in (QPoint(450, 300), QPoint(550, 300))))
    assert canvas.camera.zoom == pytest.approx(zoom)
    assert close(canvas.camera.to_view(held), QPointF(440, 260))


def test_one_finger_moves_the_photo_and_the_swipe_line(canvas: Canvas) -> None:
    held = canvas.camera.to_picture(QPointF(300, 100))
    drag(canvas, (QPoint(300, 100), QPoint(280, 90), QPoint(250, 60)))
    assert close(canvas.camera.to_view(held), QPointF(250, 60))
    line = canvas._composition.line.toPoint()
    drag(canvas, (line, line + QPoint(30, 0), line + QPoint(90, 0)))
    assert canvas._composition.line.x() == pytest.approx(line.x() + 90, abs=2)


@pytest.fixture
def patient() -> Iterator[None]:
    """Two taps are two taps, however slow the machine."""
    usual = QApplication.doubleClickInterval()
    QApplication.setDoubleClickInterval(60_000)
    yield
    QApplication.setDoubleClickInterval(usual)


@pytest.mark.usefixtures("patient")
def test_two_taps_fit_the_photo(canvas: Canvas) -> None:
    assert not canvas.camera.fitted
    for _ in range(2):
        drag(canvas, (QPoint(300, 100),))
    assert canvas.camera.fitted


def test_one_finger_paints_and_a_pinch_does_not(canvas: Canvas, session: Session) -> None:
    canvas.brush.set_active(True)
    item = session.workspace.current
    assert item is not None
    drag(canvas, (QPoint(200, 200), QPoint(205, 205)), (QPoint(400, 300), QPoint(420, 330)))
    assert item.mask is None or item.mask.is_empty
    drag(canvas, (QPoint(200, 200), QPoint(240, 220), QPoint(300, 260)))
    assert item.mask is not None
    assert not item.mask.is_empty
