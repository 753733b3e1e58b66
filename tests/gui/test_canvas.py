"""The canvas under a person's hands: the swipe line, the views, the amount, zooming and moving."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from rainapp.gui.app import Session
from rainapp.gui.canvas.composition import View
from rainapp.jobs.records import Preview
from tests.gui.hands import brightness, canvas_image, drag, turn
from tests.gui.plain_run import PlainRun, idle, rainy_photo, until


def test_the_swipe_line_shows_rain_on_its_left_only(opened: Session) -> None:
    image = canvas_image(opened)
    assert brightness(image, 0.1, 0.45) > brightness(image, 0.55, 0.9) + 2


def test_the_swipe_line_can_be_grabbed_anywhere_along_its_length(opened: Session, qtbot: QtBot) -> None:
    canvas = opened.window.canvas
    middle = QPoint(canvas.width() // 2, canvas.height() // 2 + 90)  # not on the handle
    target = middle + QPoint(150, 0)
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=middle)
    QTest.mouseMove(canvas, target)
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=target)
    photo = canvas.camera.picture_rect
    assert canvas.split == pytest.approx((target.x() - photo.left()) / photo.width(), abs=0.01)
    QTest.mouseMove(canvas, middle)
    assert canvas.split > 0.5  # let go: it stays


def test_arrow_keys_move_the_swipe_line(opened: Session, qtbot: QtBot) -> None:
    canvas = opened.window.canvas
    qtbot.keyClick(canvas, Qt.Key.Key_Right)
    assert canvas.split == pytest.approx(0.51)
    qtbot.keyClick(canvas, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert canvas.split == pytest.approx(0.41)


def test_holding_x_shows_the_original(opened: Session, qtbot: QtBot) -> None:
    canvas = opened.window.canvas
    before = brightness(canvas_image(opened), 0.55, 0.9)
    qtbot.keyPress(canvas, Qt.Key.Key_X)
    assert brightness(canvas_image(opened), 0.55, 0.9) > before + 2
    qtbot.keyRelease(canvas, Qt.Key.Key_X)
    assert brightness(canvas_image(opened), 0.55, 0.9) == pytest.approx(before)


def test_x_works_while_the_list_has_the_focus(opened: Session, qtbot: QtBot) -> None:
    rows = opened.window.file_list
    rows.setFocus()
    qtbot.keyPress(rows, Qt.Key.Key_X)
    assert opened.window.canvas.shows_original
    qtbot.keyRelease(rows, Qt.Key.Key_X)
    assert not opened.window.canvas.shows_original


def test_side_by_side_shows_the_same_spot_twice(opened: Session, qtbot: QtBot) -> None:
    qtbot.keyClick(opened.window, Qt.Key.Key_D)
    canvas = opened.window.canvas
    assert canvas.view is View.SIDE
    image = canvas_image(opened)
    assert brightness(image, 0.05, 0.45) > brightness(image, 0.55, 0.95) + 2


def test_the_rain_view_shows_streaks_on_black_and_the_gain_brightens_them(opened: Session, qtbot: QtBot) -> None:
    qtbot.keyClick(opened.window, Qt.Key.Key_R)
    bar = opened.window.page.bar
    assert bar.gain.isVisible()
    bar.gain.setValue(1)
    faint = brightness(canvas_image(opened), 0.2, 0.8)
    bar.gain.setValue(4)
    assert 0 < faint < brightness(canvas_image(opened), 0.2, 0.8)


def test_the_amount_is_instant_and_asks_for_no_new_preview(opened: Session, plain_run: PlainRun, qtbot: QtBot) -> None:
    asked = sum(isinstance(job, Preview) for job in plain_run.jobs)
    slider = opened.window.page.inspector.amount
    seen = {}
    for amount in (0, 50, 100, 130):
        slider.setValue(amount)
        seen[amount] = brightness(canvas_image(opened), 0.55, 0.9)
    assert seen[0] > seen[50] > seen[100] > seen[130]
    slider.setValue(-100)
    assert brightness(canvas_image(opened), 0.55, 0.9) < seen[130] / 2  # only the rain, on black
    assert sum(isinstance(job, Preview) for job in plain_run.jobs) == asked


def test_the_amount_slider_snaps_to_0_and_100_under_the_mouse(opened: Session, qtbot: QtBot) -> None:
    slider = opened.window.page.inspector.amount
    room = slider.width() - 16
    near_zero = QPoint(round(8 + room * 102 / 230), 14)
    qtbot.mouseClick(slider, Qt.MouseButton.LeftButton, pos=near_zero)
    assert slider.value() == 0
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    assert slider.value() == 1
    qtbot.mouseDClick(slider, Qt.MouseButton.LeftButton, pos=near_zero)
    assert slider.value() == 100


def test_the_wheel_zooms_at_the_pointer(opened: Session, qtbot: QtBot) -> None:
    canvas = opened.window.canvas
    opened.window.actions_["zoom-in"].trigger()
    canvas.camera.zoom_to(6.0)  # large enough that no edge comes into sight
    at = QPointF(canvas.width() / 2 + 120, canvas.height() / 2 + 60)
    held = canvas.camera.to_picture(at)
    turn(canvas, at, 120)
    assert canvas.camera.zoom == pytest.approx(7.2)
    assert (canvas.camera.to_picture(at) - held).manhattanLength() < 0.01
    turn(canvas, at, -240)
    assert canvas.camera.zoom == pytest.approx(5.0)
    assert (canvas.camera.to_picture(at) - held).manhattanLength() < 0.01
    opened.window.actions_["fit"].trigger()
    assert canvas.camera.fitted
    until(qtbot, idle(opened))


def test_a_zoomed_photo_follows_the_hand(opened: Session, qtbot: QtBot) -> None:
    canvas = opened.window.canvas
    canvas.camera.zoom_to(8.0)
    spot = canvas.camera.to_picture(QPointF(300, 300))
    drag(canvas, Qt.MouseButton.MiddleButton, QPoint(300, 300), QPoint(340, 320))
    assert (canvas.camera.to_picture(QPointF(340, 320)) - spot).manhattanLength() < 0.01
    qtbot.keyPress(canvas, Qt.Key.Key_Space)
    line = QPoint(canvas.width() // 2, 300)
    spot = canvas.camera.to_picture(QPointF(line))
    drag(canvas, Qt.MouseButton.LeftButton, line, line + QPoint(30, 0))  # with Space even the line is let alone
    qtbot.keyRelease(canvas, Qt.Key.Key_Space)
    assert canvas.split == 0.5
    assert (canvas.camera.to_picture(QPointF(line + QPoint(30, 0))) - spot).manhattanLength() < 0.01
    until(qtbot, idle(opened))


def test_zooming_in_brings_the_part_in_sight_at_full_scale(session: Session, tmp_path: Path, qtbot: QtBot) -> None:
    session.workspace.add([rainy_photo(tmp_path / "large.png", 2600, 1800, 900)])
    until(qtbot, lambda: session.viewing.pair is not None)
    session.window.actions_["actual-size"].trigger()
    until(qtbot, lambda: session.viewing.part is not None)
    until(qtbot, idle(session))
    sight = session.viewing.sight
    assert sight is not None
    assert sight.detail is not None
    assert sight.detail.picture.width == 2600
    part = session.viewing.part
    assert part is not None
    assert part.rainy.width == part.region.width < 2600


def test_the_preview_is_painted_where_the_photo_has_it(session: Session, tmp_path: Path, qtbot: QtBot) -> None:
    """The bright mark of a photo is found on the canvas where the camera says it is, at any zoom."""
    pixels = np.full((400, 600, 3), 40, np.uint8)
    pixels[300:310, 450:460] = 250
    path = tmp_path / "mark.png"
    cv2.imwrite(str(path), pixels)
    session.workspace.add([path])
    until(qtbot, lambda: session.viewing.pair is not None)
    canvas = session.window.canvas
    canvas.show_original(True)
    for zoom in (None, 0.8, 3.0):
        if zoom is not None:
            canvas.camera.zoom_to(zoom, canvas.camera.to_view(QPointF(455, 305)))
        at = canvas.camera.to_view(QPointF(455, 305)).toPoint()
        assert QColor(canvas_image(session).pixel(at)).lightness() > 200
    until(qtbot, idle(session))
