"""The grid: all cells on one camera, one by its digit, the arrangement that shows photos largest."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from rainapp.gui.compare.compare_grid import CompareGrid, Pane
from rainapp.gui.compare.compare_page import ComparePage
from tests.gui.compare.pages import Make, alike, cell_image, lightness
from tests.gui.plain_run import idle, until


def test_all_cells_share_one_camera(compared: ComparePage, qtbot: QtBot) -> None:
    grid = compared.grid
    at = grid.cell(2).center()
    before = [cell_image(compared, place) for place in range(4)]
    wheel = QWheelEvent(
        at, QPointF(grid.mapToGlobal(at.toPoint())), QPoint(), QPoint(0, 600), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(grid, wheel)
    assert grid.camera.zoom > 1.5
    assert all(not alike(one, cell_image(compared, place)) for place, one in enumerate(before))
    zoomed = [cell_image(compared, place) for place in range(4)]
    QTest.mousePress(grid, Qt.MouseButton.LeftButton, pos=at.toPoint())
    QTest.mouseMove(grid, at.toPoint() + QPoint(60, 30))
    QTest.mouseMove(grid, at.toPoint() + QPoint(160, 60))
    QTest.mouseRelease(grid, Qt.MouseButton.LeftButton, pos=at.toPoint() + QPoint(160, 60))
    assert all(not alike(one, cell_image(compared, place)) for place, one in enumerate(zoomed))
    assert compared.table.model_in_hand is None  # a drag is no click
    qtbot.keyClick(compared.window(), Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    assert grid.camera.fitted
    assert all(alike(one, cell_image(compared, place)) for place, one in enumerate(before))


def test_a_digit_held_shows_one_cell_and_x_the_original(compared: ComparePage, qtbot: QtBot) -> None:
    widget: QWidget = compared.grid
    for widget in (compared.panel.list, compared.table, compared.grid):  # wherever the focus is
        widget.setFocus()
        qtbot.keyPress(widget, Qt.Key.Key_3)
        assert compared.grid.held == 3
        qtbot.keyRelease(widget, Qt.Key.Key_3)
        assert compared.grid.held is None
    rainy, derained = (lightness(cell_image(compared, place)) for place in (0, 3))
    assert derained < rainy - 1  # "tiny" darkens
    qtbot.keyPress(widget, Qt.Key.Key_X)
    assert lightness(cell_image(compared, 3)) == pytest.approx(rainy, abs=0.5)
    qtbot.keyRelease(widget, Qt.Key.Key_X)
    assert lightness(cell_image(compared, 3)) == pytest.approx(derained)


def test_a_clicked_cell_is_framed_and_its_line_selected(compared: ComparePage, qtbot: QtBot) -> None:
    qtbot.mouseClick(compared.grid, Qt.MouseButton.LeftButton, pos=compared.grid.cell(2).center().toPoint())
    assert compared.table.model_in_hand == "prenet"
    assert compared.grid.marked == 2
    qtbot.keyClick(compared.table, Qt.Key.Key_Down)
    assert compared.grid.marked == 3


def test_details_come_when_zoomed_in(make: Make, three_models: Path, tmp_path: Path, qtbot: QtBot) -> None:
    rng = np.random.default_rng(1)
    photos = [tmp_path / "large 1.png", tmp_path / "large 2.png"]
    for photo in photos:
        cv2.imwrite(str(photo), rng.integers(60, 180, (400, 1760, 3), dtype=np.uint8))
    session = make(three_models)
    session.workspace.add(photos)
    session.window.show_page("compare")
    page = session.window.compare
    page.comparing.choose("prenet", False)
    page.start()
    until(qtbot, idle(session))
    session.window.actions_["actual-size"].trigger()
    until(qtbot, lambda: page.grid.panes[1].part is not None and page.grid.panes[0].part is not None)
    region = page.comparing.sights.part_region
    part = page.grid.panes[1].part
    assert region is not None
    assert part is not None
    assert (part.width, part.height) == (region.width, region.height)  # a pixel for a pixel
    for by in (1, -1):  # to the other photo and back: the camera stays, and the details come
        session.workspace.step(by)
        until(qtbot, lambda: page.grid.panes[1].part is not None and page.grid.panes[0].part is not None)
        assert page.grid.camera.zoom == 1
    session.window.actions_["fit"].trigger()
    assert page.grid.camera.fitted


def test_the_grid_takes_the_arrangement_that_shows_photos_largest(qapp: QApplication, qtbot: QtBot) -> None:
    grid = CompareGrid()
    qtbot.addWidget(grid)
    grid.resize(1000, 600)
    for count, shape, columns in (
        (2, (300, 200), 2),
        (4, (300, 200), 2),
        (10, (300, 200), 4),
        (3, (600, 100), 1),
        (3, (100, 300), 3),
    ):
        grid.show_panes([Pane(str(n), str(n)) for n in range(count)], shape, None)
        assert grid.columns == columns, (count, shape)
        cells = [grid.cell(n) for n in range(count)]
        assert not any(one.intersects(other) for n, one in enumerate(cells) for other in cells[:n])
