"""A whole story by keys alone, on a real window with real nets: open, look, choose, derain, compare, take back, quit."""

from pathlib import Path

import cv2
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu
from pytestqt.qtbot import QtBot

from rainapp.gui.app import Session
from rainapp.gui.state.file_item import State
from tests.gui.compare.pages import add_model
from tests.gui.plain_run import idle, rainy_photo, until

CTRL, ALT, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier


def press(session: Session, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """A key goes to whatever has the focus, as it does from a keyboard."""
    if QApplication.activeWindow() is not session.window:  # without a screen nobody gives the window back what a menu took
        session.window.activateWindow()
        QApplication.processEvents()
    QTest.keyClick(QApplication.focusWidget() or session.window, key, modifiers)


def go_to(session: Session, name: str) -> None:
    """Tab until a control of that name has the focus."""
    for _ in range(80):
        press(session, Qt.Key.Key_Tab)
        focus = QApplication.focusWidget()
        if focus is not None and focus.accessibleName().startswith(name):
            return
    raise AssertionError(f"Tab never comes to {name}")


def choose_in_menu(session: Session, menu: str, row: str, qtbot: QtBot) -> None:
    """Alt and a letter, arrows to the row, Return."""
    press(session, Qt.Key(ord(menu[0].upper())), ALT)
    opened = next(each for each in session.window.menuBar().findChildren(QMenu) if each.isVisible())
    assert opened.title().replace("&", "") == menu
    for _ in range(len(opened.actions()) + 1):
        active = opened.activeAction()
        if active is not None and active.text().replace("&", "") == row:
            QTest.keyClick(opened, Qt.Key.Key_Return)
            until(qtbot, lambda: not opened.isVisible())
            return
        QTest.keyClick(opened, Qt.Key.Key_Down)
    raise AssertionError(f"{menu} has no row {row}")


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    (tmp_path / "street").mkdir()
    return [rainy_photo(tmp_path / "street" / f"{name}.png", 120, 80, seed=seed) for seed, name in enumerate(("a", "b"))]


@pytest.fixture
def two_models(tiny_library: Path) -> None:
    """A second net beside "tiny", before the window opens."""
    add_model(tiny_library, "balcony", "My balcony", "unshuffle_naf", 5, width=4, encoder=[1], middle=1, decoder=[1])


def test_photos_are_opened_chosen_derained_compared_and_taken_back_by_keys_alone(
    two_models: None, real_session: Session, photos: list[Path], monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    session, window, workspace = real_session, real_session.window, real_session.workspace
    window.activateWindow()
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", staticmethod(lambda *_, **__: ([str(each) for each in photos], "")))
    press(session, Qt.Key.Key_O, CTRL)
    until(qtbot, lambda: session.viewing.pair is not None and idle(session)())
    assert [item.path for item in workspace.items] == photos

    go_to(session, "Photos")
    press(session, Qt.Key.Key_Down)
    assert workspace.current is not None
    assert workspace.current.path == photos[1]
    until(qtbot, idle(session))
    amount = workspace.amount
    press(session, Qt.Key.Key_Down, CTRL)
    assert workspace.amount == amount - 5
    choose_in_menu(session, "Rain", "Take out more", qtbot)
    assert workspace.amount == amount

    press(session, Qt.Key.Key_Return, CTRL)
    until(qtbot, lambda: all(item.state is State.DONE for item in workspace.items) and idle(session)())
    results = [item.target for item in workspace.items]
    for before, after in zip(photos, results, strict=True):
        assert after is not None
        assert cv2.imread(str(after)).mean() < cv2.imread(str(before)).mean()

    press(session, Qt.Key.Key_2, ALT)
    assert window.shown_page == "compare"
    until(qtbot, window.actions_["compare"].isEnabled)
    press(session, Qt.Key.Key_C, CTRL | SHIFT)
    until(qtbot, lambda: window.compare.comparing.missing == 0 and idle(session)())
    assert len(window.compare.comparing.run.results()) == 4

    press(session, Qt.Key.Key_1, ALT)
    go_to(session, "Photos")
    press(session, Qt.Key.Key_Delete)
    assert len(workspace.items) == 1
    press(session, Qt.Key.Key_Z, CTRL)
    assert [item.path for item in workspace.items] == photos
    until(qtbot, idle(session))
    press(session, Qt.Key.Key_Q, CTRL)
    until(qtbot, lambda: not window.isVisible())
    assert all(path.exists() for path in [*photos, *results] if path is not None)
