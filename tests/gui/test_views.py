"""Ways of looking: the map of changes, the swipe line either way, the magnifier, and every way to zoom and pan."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QInputDevice, QNativeGestureEvent, QPointingDevice
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from rainapp.gui.app import Session
from rainapp.gui.canvas.change_map import ChangeMap
from rainapp.gui.canvas.composition import View
from rainapp.gui.canvas.viewer import Canvas
from rainapp.gui.widgets.theme import contrast
from tests.gui.plain_run import derained, idle, rainy_photo, read, until


@pytest.fixture
def opened(session: Session, tmp_path: Path, qtbot: QtBot) -> Session:
    """A photo of 320x200 in sight, before and after at hand."""
    session.workspace.add([rainy_photo(tmp_path / "street.png")])
    until(qtbot, lambda: session.viewing.pair is not None)
    until(qtbot, idle(session))
    session.window.canvas.setFocus()
    return session


def grabbed(canvas: Canvas) -> QImage:
    return canvas.grab().toImage()


def colour_at(canvas: Canvas, x: int, y: int) -> QColor:
    """What is painted in the middle of a pixel of the photo."""
    return grabbed(canvas).pixelColor(canvas.camera.to_view(QPointF(x + 0.5, y + 0.5)).toPoint())


def most_changed(path: Path) -> tuple[int, int, float]:
    """The pixel (x, y) of a photo that deraining darkens most, away from edges and legend, and by how many grey levels."""
    rainy = read(path).astype(float)
    change = (derained(read(path)) - rainy) @ (0.2126, 0.7152, 0.0722)
    inner = change[40:120, 40:280]
    y, x = np.unravel_index(np.argmin(inner), inner.shape)
    return int(x) + 40, int(y) + 40, float(inner.min())


def test_the_map_shows_what_became_darker_in_blue_and_leaves_the_rest_grey(opened: Session, qtbot: QtBot) -> None:
    canvas = opened.window.canvas
    x, y, change = most_changed(opened.workspace.items[0].path)
    qtbot.keyClick(canvas, Qt.Key.Key_0)
    assert canvas.view is View.MAP
    canvas.set_gain(1)
    canvas.camera.zoom_to(8.0)
    canvas.camera.centre = QPointF(x, y)
    wanted, seen = ChangeMap(True, 128.0).colour(change), colour_at(canvas, x, y)
    assert max(abs(a - b) for a, b in zip(wanted.getRgb()[:3], seen.getRgb()[:3], strict=True)) <= 3  # type: ignore[arg-type]
    assert seen.blue() > seen.red() + 40
    qtbot.keyClick(canvas, Qt.Key.Key_Y)
    assert not canvas.signed_map
    assert colour_at(canvas, x, y).red() > colour_at(canvas, x, y).blue()


def test_the_map_of_a_finished_file_follows_the_gain_and_has_a_legend(opened: Session, qtbot: QtBot) -> None:
    canvas = opened.window.canvas
    canvas.show_view(View.MAP)
    bar = opened.window.page.bar
    assert bar.signed.isVisible()
    assert not bar.colour.isVisible()
    faint = _spread(grabbed(canvas))
    bar.gain.setValue(8)
    assert _spread(grabbed(canvas)) > faint
    corner = canvas.camera.picture_rect.bottomLeft()
    legend = grabbed(canvas).copy(round(corner.x()) + 16, round(corner.y()) - 60, 230, 44)
    assert _spread(legend) > 40


def _spread(image: QImage) -> float:
    grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
    return float(np.std([grey.pixelColor(x, y).red() for x in range(0, grey.width(), 4) for y in range(0, grey.height(), 4)]))


def test_map_colours_differ_in_lightness_not_in_hue_alone() -> None:
    ramp = ChangeMap(False, 64.0)
    lightness = [ramp.colour(change).lightnessF() for change in range(0, 65, 8)]
    assert lightness == sorted(lightness)
    signed = ChangeMap(True, 64.0)
    for change in (-64.0, 64.0):
        assert contrast(signed.colour(change).name(), signed.ground.name()) > 4.5
    assert signed.colour(-1000) == signed.colour(-64)


def test_the_swipe_line_can_lie_level(opened: Session, qtbot: QtBot) -> None:
    canvas = opened.window.canvas
    upright = grabbed(canvas)
    qtbot.keyClick(canvas, Qt.Key.Key_S, Qt.KeyboardModifier.ShiftModifier)
    assert canvas.level_line
    assert grabbed(canvas) != upright
    photo = canvas.camera.picture_rect
    start = QPoint(round(photo.left()) + 60, round(photo.center().y()))
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(canvas, start + QPoint(0, 80))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=start + QPoint(0, 80))
    assert canvas.split == pytest.approx(0.5 + 80 / photo.height(), abs=0.01)
    split = canvas.split
    qtbot.keyClick(canvas, Qt.Key.Key_Down)
    assert canvas.split == pytest.approx(split + 0.01)
    qtbot.keyClick(canvas, Qt.Key.Key_Left)
    assert canvas.split == pytest.approx(split + 0.01)


def test_above_a_level_line_is_the_rainy_photo_and_below_it_the_derained(opened: Session) -> None:
    canvas = opened.window.canvas
    x, y, _ = most_changed(opened.workspace.items[0].path)
    canvas.turn_line()
    canvas.camera.zoom_to(8.0)
    canvas.camera.centre = QPointF(x, y)
    rainy, clean = (pixels[y, x].tolist() for pixels in _sides(opened))
    canvas.set_split(1.0)
    assert list(colour_at(canvas, x, y).getRgb())[:3] == rainy  # type: ignore[call-overload]
    canvas.set_split(0.0)
    assert list(colour_at(canvas, x, y).getRgb())[:3] == clean  # type: ignore[call-overload]


def _sides(session: Session) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    rainy = read(session.workspace.items[0].path)
    return rainy, derained(rainy)


def test_the_magnifier_reads_the_pixel_under_the_pointer_before_and_after(opened: Session, qtbot: QtBot) -> None:
    canvas = opened.window.canvas
    plain = grabbed(canvas)
    qtbot.keyClick(canvas, Qt.Key.Key_Z)
    assert canvas.loupe.active
    x, y, _ = most_changed(opened.workspace.items[0].path)
    QTest.mouseMove(canvas, canvas.camera.to_view(QPointF(x + 0.5, y + 0.5)).toPoint())
    rainy, clean = _sides(opened)
    reading = canvas.loupe.read()
    assert (reading.x, reading.y) == (x, y)
    assert list(reading.before) == rainy[y, x].tolist()
    assert list(reading.after) == clean[y, x].tolist()
    assert reading.exact
    opened.workspace.set_amount(0)
    assert canvas.loupe.read().after == reading.before
    opened.workspace.set_amount(100)
    assert grabbed(canvas) != plain
    qtbot.keyClick(canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ShiftModifier)
    assert canvas.loupe.magnification == 8
    qtbot.keyClick(canvas, Qt.Key.Key_Z)
    assert grabbed(canvas) == plain
    until(qtbot, idle(opened))


def test_the_magnifier_fetches_full_scale_where_it_looks(session: Session, tmp_path: Path, qtbot: QtBot) -> None:
    large = rainy_photo(tmp_path / "large.png", 2600, 1800, 900)
    session.workspace.add([large])
    until(qtbot, lambda: session.viewing.pair is not None)
    canvas = session.window.canvas
    session.window.actions_["loupe"].trigger()
    QTest.mouseMove(canvas, canvas.camera.to_view(QPointF(1000, 700)).toPoint())
    assert not canvas.loupe.read().exact
    until(qtbot, lambda: canvas.loupe.read().exact)
    until(qtbot, idle(session))
    reading = canvas.loupe.read()
    rainy = read(large)
    assert list(reading.before) == rainy[reading.y, reading.x].tolist()
    assert list(reading.after) == derained(rainy)[reading.y, reading.x].tolist()
    part = session.viewing.part
    assert part is not None
    assert part.region.width < 1000


def test_pixels_are_blocks_above_200_percent_and_smooth_below(opened: Session) -> None:
    canvas = opened.window.canvas
    canvas.set_split(1.0)
    rainy = {tuple(pixel) for row in read(opened.workspace.items[0].path) for pixel in row.tolist()}
    for zoom, blocks in ((3.0, True), (1.5, False)):
        canvas.camera.zoom_to(zoom)
        middle = grabbed(canvas).copy(canvas.width() // 4, canvas.height() // 2 + 60, 60, 60)
        seen = {middle.pixelColor(x, y).getRgb()[:3] for x in range(60) for y in range(60)}  # type: ignore[index]
        assert (seen <= rainy) == blocks


def test_zoom_goes_from_50_to_1600_percent_by_keys_alone(opened: Session, qtbot: QtBot) -> None:
    canvas, window = opened.window.canvas, opened.window
    control = Qt.KeyboardModifier.ControlModifier
    qtbot.keyClick(window, Qt.Key.Key_1, control)
    assert canvas.camera.zoom == 1.0
    assert window.page.bar.zoom.text() == "100 %"
    for _ in range(20):
        qtbot.keyClick(window, Qt.Key.Key_Plus, control)
    assert canvas.camera.zoom == 16.0
    for _ in range(30):
        qtbot.keyClick(window, Qt.Key.Key_Minus, control)
    assert canvas.camera.zoom <= 0.5
    qtbot.keyClick(window, Qt.Key.Key_F)
    assert canvas.camera.fitted
    until(qtbot, idle(opened))


def test_pinching_zooms_at_the_fingers(opened: Session, qtbot: QtBot) -> None:
    canvas = opened.window.canvas
    canvas.camera.zoom_to(6.0)
    at = QPointF(canvas.width() / 2 + 100, canvas.height() / 2 - 40)
    held = canvas.camera.to_picture(at)
    device = QPointingDevice(
        "pad", 1, QInputDevice.DeviceType.TouchPad, QPointingDevice.PointerType.Finger,
        QInputDevice.Capability.Position, 2, 0,
    )  # fmt: skip
    pinch = QNativeGestureEvent(
        Qt.NativeGestureType.ZoomNativeGesture, device, 2, at, at, canvas.mapToGlobal(at), 0.25, QPointF()
    )
    QApplication.sendEvent(canvas, pinch)
    assert canvas.camera.zoom == pytest.approx(7.5)
    assert (canvas.camera.to_picture(at) - held).manhattanLength() < 0.01
    until(qtbot, idle(opened))


def test_a_part_at_full_scale_is_not_mixed_in_twice(session: Session, tmp_path: Path, qtbot: QtBot) -> None:
    """At half the amount a pixel is half derained, also where preview and full-scale part lie on one another."""
    session.workspace.add([rainy_photo(tmp_path / "large.png", 2600, 1800, 900)])
    until(qtbot, lambda: session.viewing.pair is not None)
    session.window.actions_["actual-size"].trigger()
    until(qtbot, lambda: session.viewing.part is not None)
    until(qtbot, idle(session))
    canvas = session.window.canvas
    canvas.set_split(0.0)
    session.workspace.set_amount(50)
    canvas.camera.pan(QPointF(120, 0))  # a strip on the left is out of the part now
    rainy, clean = _sides(session)
    x, y = 1300, 900
    half = (rainy[y, x].astype(int) + clean[y, x]) / 2
    assert np.abs(np.array(colour_at(canvas, x, y).getRgb()[:3]) - half).max() <= 2  # type: ignore[index]
    until(qtbot, idle(session))


@pytest.mark.parametrize("name", ["canvas", "grid"])
def test_on_a_screen_of_another_density_a_pixel_stays_a_pixel(opened: Session, name: str) -> None:
    view = opened.window.canvas if name == "canvas" else opened.window.compare.grid
    view.camera.ratio = 3.0  # as if the window had stood on such a screen
    QApplication.sendEvent(view, QEvent(QEvent.Type.DevicePixelRatioChange))
    assert view.camera.ratio == view.devicePixelRatioF()
