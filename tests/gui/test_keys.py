"""Without a mouse: the menus, a clip, the brush; what a screen reader says at every stop of Tab."""

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAccessible, QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from rainapp.gui.actions.menu_keys import with_letters
from rainapp.gui.app import Session
from rainapp.gui.widgets.controls import Segments
from tests.gui.plain_run import idle, until
from tests.video_clips import make_clip


def open_menus(session: Session) -> list[str]:
    return [menu.title().replace("&", "") for menu in session.window.menuBar().findChildren(QMenu) if menu.isVisible()]


def press(widget: QWidget, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        QApplication.sendEvent(widget, QKeyEvent(kind, key, modifiers))


@pytest.mark.parametrize(
    ("key", "modifiers", "menu"),
    [
        (Qt.Key.Key_Alt, Qt.KeyboardModifier.NoModifier, "File"),
        (Qt.Key.Key_F10, Qt.KeyboardModifier.NoModifier, "File"),
        (Qt.Key.Key_F, Qt.KeyboardModifier.AltModifier, "File"),
        (Qt.Key.Key_V, Qt.KeyboardModifier.AltModifier, "View"),
        (Qt.Key.Key_R, Qt.KeyboardModifier.AltModifier, "Rain"),
        (Qt.Key.Key_H, Qt.KeyboardModifier.AltModifier, "Help"),
    ],
)
def test_keys_enter_the_menu_bar(key: Qt.Key, modifiers: Qt.KeyboardModifier, menu: str, opened: Session, qtbot: QtBot) -> None:
    bar = opened.window.menuBar()
    assert not bar.isVisible()
    press(opened.window.canvas, key, modifiers)
    assert bar.isVisible()
    assert open_menus(opened) == [menu]
    active = bar.activeAction()
    assert active is not None
    assert active.text().replace("&", "") == menu
    chosen = active.menu()
    assert isinstance(chosen, QMenu)
    press(chosen, Qt.Key.Key_Escape)
    until(qtbot, lambda: not bar.isVisible())


def test_every_menu_has_a_letter_of_its_own() -> None:
    assert with_letters(["File", "Fit", "Fi"]) == ["&File", "F&it", "&Fi"]
    german = with_letters(["Datei", "Bearbeiten", "Ansicht", "Regen", "Clip", "Maske", "Vergleichen", "Hilfe"])
    letters = [title[title.index("&") + 1].lower() for title in german]
    assert len(set(letters)) == len(german)


def test_space_plays_a_clip_that_was_just_opened(real_session: Session, tmp_path: Path, qtbot: QtBot) -> None:
    session = real_session
    session.workspace.add([make_clip(tmp_path / "street.mp4", times=tuple(range(50)))])
    until(qtbot, lambda: session.viewing.pair is not None and idle(session)())
    window, player = session.window, session.window.page.player
    window.activateWindow()
    assert window.focusWidget() is window.canvas
    press(window.canvas, Qt.Key.Key_Space)
    assert player.playing
    press(window.canvas, Qt.Key.Key_Space)
    assert not player.playing
    window.page.panel.list.setFocus()
    press(window.page.panel.list, Qt.Key.Key_Space)
    assert player.playing
    player.pause()
    until(qtbot, idle(session))


def test_p_leaves_the_focus_where_painting_works(opened: Session, qtbot: QtBot) -> None:
    window = opened.window
    window.activateWindow()
    window.page.panel.list.setFocus()
    window.actions_["brush"].trigger()
    assert window.focusWidget() is window.canvas
    size = window.canvas.brush.size
    qtbot.keyClick(window.canvas, Qt.Key.Key_BracketRight)
    window.page.inspector.model.setFocus()
    window.canvas.brush.set_size(size)  # only taking it in hand moves the focus
    assert window.focusWidget() is window.page.inspector.model


def test_exclusive_choices_are_radio_buttons_to_a_screen_reader(opened: Session) -> None:
    groups = [group for group in opened.window.findChildren(Segments) if group.isVisible()]
    assert groups
    for group in groups:
        buttons = group.findChildren(QAbstractButton)
        roles = {QAccessible.queryAccessibleInterface(button).role() for button in buttons}
        assert roles == {QAccessible.Role.RadioButton}, group.accessibleName()
        assert [button.isChecked() for button in buttons].count(True) == 1


def test_an_arrow_key_chooses_the_next(opened: Session) -> None:
    views = opened.window.page.bar.views
    views.button("swipe").setFocus()
    press(views.button("swipe"), Qt.Key.Key_Right)
    assert opened.window.canvas.view.value == "side"


OF_WINDOW = ("empty", "derain", "clip", "brush", "compare", "models", "teach")
PAGES = (*OF_WINDOW, "General", "Files", "Speed", "Looks", "Shortcuts", "About")


@pytest.mark.parametrize("page", PAGES)
def test_every_stop_of_tab_has_a_name(
    page: str, real_session: Session, photos: list[Path], tmp_path: Path, qtbot: QtBot
) -> None:
    session, window = real_session, real_session.window
    if page not in ("empty", "models", "teach"):
        files = photos if page != "clip" else [make_clip(tmp_path / "street.mp4")]
        session.workspace.add(files)
        until(qtbot, lambda: session.viewing.pair is not None and idle(session)())
    if page == "brush":
        for row_id in ("brush", "figures", "view-map"):
            window.actions_[row_id].trigger()
        window.page.still_rain.ask.click()
    if page in ("compare", "models", "teach"):
        window.show_page(page)
    root: QWidget = window if page in OF_WINDOW else window.show_settings(page)
    qtbot.wait(20)
    until(qtbot, idle(session))
    root.activateWindow()
    nameless: set[str] = set()
    stops: set[QWidget] = set()
    for _ in range(150):
        focused = root.focusWidget()
        if focused is not None and focused not in stops:
            stops.add(focused)
            told = QAccessible.queryAccessibleInterface(focused)
            if not told.text(QAccessible.Text.Name).strip():
                nameless.add(repr(focused))
        QApplication.sendEvent(focused or root, QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Tab, Qt.KeyboardModifier.NoModifier))
        if root.focusWidget() is focused:
            root.focusNextChild()
    assert len(stops) > 2
    assert not nameless
