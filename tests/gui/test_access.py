"""Everyone can use it: every control has a name, can be reached by Tab, is large enough, and shows that it has the focus."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QApplication,
    QComboBox,
    QLineEdit,
    QListView,
    QScrollBar,
    QSpinBox,
    QTabBar,
    QTableView,
    QWidget,
)
from pytestqt.qtbot import QtBot

from rainapp.gui.app import Session
from rainapp.gui.canvas.viewer import Canvas
from rainapp.gui.compare.compare_grid import CompareGrid
from rainapp.gui.widgets.controls import FocusRing
from tests.gui.plain_run import idle, until

CONTROLS = (QAbstractButton, QAbstractSlider, QLineEdit, QComboBox, QSpinBox, QListView, QTableView, Canvas, CompareGrid)
INSIDE_OTHERS = ("qt_spinbox_lineedit", "ScrollLeftButton", "ScrollRightButton")


def controls(root: QWidget) -> list[QWidget]:
    """The visible controls of a window; scroll bars and what lies inside a control are left out."""
    found = [widget for kind in CONTROLS for widget in root.findChildren(kind) if widget.isVisible()]
    return [
        widget
        for widget in found
        if not isinstance(widget, QScrollBar)
        and not isinstance(widget.parent(), QLineEdit | QTabBar)
        and widget.objectName() not in INSIDE_OTHERS
    ]


def name_of(widget: QWidget) -> str:
    return widget.accessibleName() or (widget.text().strip() if isinstance(widget, QAbstractButton) else "")


@pytest.fixture(params=["empty", "derain", "rain", "brush", "compare", "models", "teach", "settings"])
def scene(request: pytest.FixtureRequest, session: Session, photos: list[Path], qtbot: QtBot) -> QWidget:
    """Each scene with all of its controls in sight."""
    window = session.window
    if request.param not in ("empty", "models", "teach"):
        session.workspace.add(photos)
        until(qtbot, lambda: session.viewing.pair is not None)
        until(qtbot, idle(session))
    if request.param == "rain":
        window.actions_["view-rain"].trigger()
    if request.param == "brush":
        for row_id in ("brush", "figures", "view-map"):
            window.actions_[row_id].trigger()
    if request.param in ("compare", "models", "teach"):
        window.show_page(request.param)
    qtbot.wait(20)
    return window.show_settings("Files") if request.param == "settings" else window


def test_every_control_has_a_name_that_a_screen_reader_can_say(scene: QWidget) -> None:
    nameless = [repr(widget) for widget in controls(scene) if not name_of(widget)]
    assert not nameless


def test_every_control_can_be_reached_by_tab(scene: QWidget, qtbot: QtBot) -> None:
    wanted = {widget for widget in controls(scene) if widget.isEnabled() and not _in_a_group(widget)}
    reached: set[QWidget] = set()
    scene.activateWindow()
    for _ in range(120):
        focused = scene.focusWidget()
        if focused is not None:
            reached.add(focused)
        QApplication.sendEvent(focused or scene, _tab())
        if scene.focusWidget() is focused:
            scene.focusNextChild()
    left_out = {repr(widget) + name_of(widget) for widget in wanted - reached if widget.focusPolicy() != Qt.FocusPolicy.NoFocus}
    assert not left_out
    assert not {name_of(widget) for widget in wanted if widget.focusPolicy() == Qt.FocusPolicy.NoFocus}


def _tab() -> QKeyEvent:
    return QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Tab, Qt.KeyboardModifier.NoModifier)


def _in_a_group(widget: QWidget) -> bool:
    """Of an exclusive group only the chosen button takes Tab; arrow keys go to the others."""
    return isinstance(widget, QAbstractButton) and widget.group() is not None and not widget.isChecked()


def test_every_button_is_large_enough_to_hit(scene: QWidget) -> None:
    small = {
        f"{name_of(widget)} {widget.width()}x{widget.height()}"
        for widget in controls(scene)
        if isinstance(widget, QAbstractButton)
        and widget.property("role") != "chip"
        and min(widget.width(), widget.height()) < 27
    }
    assert not small


def test_the_focus_is_shown_after_tab_and_hidden_after_a_click(session: Session, photos: list[Path], qtbot: QtBot) -> None:
    session.workspace.add(photos)
    until(qtbot, idle(session))
    window = session.window
    ring = window.findChild(FocusRing)
    assert ring is not None
    model = window.page.inspector.model
    window.activateWindow()
    model.setFocus()
    assert not ring.isVisible()
    qtbot.keyClick(model, Qt.Key.Key_Tab)
    focused = window.focusWidget()
    assert focused is not None
    assert focused is not model
    assert ring.isVisible()
    corner = focused.mapTo(window, focused.rect().topLeft())
    assert ring.geometry().contains(focused.rect().translated(corner))
    qtbot.mouseClick(focused, Qt.MouseButton.LeftButton, pos=focused.rect().center())
    assert not ring.isVisible()


@pytest.mark.parametrize("size", [(1440, 900), (1000, 700), (800, 600), (640, 480), (640, 400)])
def test_nothing_is_cut_off_at_any_size(
    size: tuple[int, int], make_session: Callable[..., Session], photos: list[Path], qtbot: QtBot
) -> None:
    session = make_session(size=size)
    session.workspace.add(photos)
    until(qtbot, idle(session))
    qtbot.wait(20)
    window = session.window
    assert (window.width(), window.height()) == size
    for widget in (
        window.page.run_bar.button,
        window.page.bar.views,
        window.page.bar.actual,
        window.header.settings,
        window.canvas,
    ):
        corner = widget.mapTo(window, widget.rect().topLeft())
        assert window.rect().contains(widget.rect().translated(corner)), name_of(widget)
        assert widget.width() >= min(widget.sizeHint().width(), 240), name_of(widget)
    assert window.page.wide == (size[0] >= 1100)
    if not window.page.wide:
        window.actions_["toggle-inspector"].trigger()
        assert window.page.inspector.isVisible()
        qtbot.keyClick(window, Qt.Key.Key_Escape)
        assert not window.page.inspector.isVisible()
