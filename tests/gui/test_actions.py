"""The table of actions: complete, free of clashes, and safe to trigger in every state of the window."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QFileDialog, QMenu
from pytestqt.qtbot import QtBot

from rainapp.gui.action_table import MENUS, ROWS
from rainapp.gui.app import Session
from rainapp.gui.state.file_item import State
from tests.gui.plain_run import PlainRun, idle, until
from tests.video_clips import make_clip


def test_ids_are_unique_and_every_row_has_words_and_a_menu() -> None:
    assert len({row.id for row in ROWS}) == len(ROWS)
    for row in ROWS:
        assert row.text
        assert row.menu in MENUS


def test_no_two_rows_share_a_key() -> None:
    keys = [QKeySequence(key).toString() for row in ROWS for key in (row.shortcut, row.also) if key]
    assert all(keys)
    assert len(set(keys)) == len(keys)
    assert "X" not in keys  # held to see the original


def test_every_row_stands_in_its_menu(session: Session) -> None:
    shown = [action.menu() for action in session.window.menuBar().actions()]
    menus = {menu.title().replace("&", ""): menu for menu in shown if isinstance(menu, QMenu)}
    assert list(menus) == list(MENUS)
    for row in ROWS:
        assert session.window.actions_[row.id] in menus[row.menu].actions()


STATES = ("empty", "ready", "running", "paused", "done", "trouble", "no model", "brush")


def bring_to(state: str, session: Session, photos: list[Path], plain_run: PlainRun, qtbot: QtBot) -> None:
    workspace = session.workspace
    if state == "empty":
        return
    if state == "trouble":
        broken = photos[0].with_name("broken.png")
        broken.write_bytes(b"no picture")
        photos = [broken]
    if state == "no model":
        workspace.cards = []
    workspace.add(photos)
    until(qtbot, idle(session))
    if state in ("running", "paused"):
        plain_run.hold.clear()
        workspace.start(workspace.items)
    if state == "paused":
        workspace.batch.pause()
    if state == "brush":
        brush = session.window.canvas.brush
        brush.set_active(True)
        brush.invert()
        session.window.canvas.show_loupe(True)
        session.window.page.measuring.set_active(True)
    if state == "done":
        workspace.start(workspace.items)
        until(qtbot, idle(session))


def answer_dialogs(photos: list[Path], folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([str(photos[0])], ""))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(photos[1]), ""))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(folder / "saved.png"), ""))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(folder))


def trigger_all(session: Session, qtbot: QtBot) -> None:
    """Trigger every action once, the one that quits last."""
    session.workspace.settings = session.workspace.settings.changed(confirm_quit=False)
    for row in sorted(ROWS, key=lambda row: row.id == "quit"):
        session.window.actions_[row.id].trigger()
        qtbot.wait(1)


@pytest.mark.parametrize("state", STATES)
def test_every_action_can_be_triggered_in_every_state(
    state: str,
    make_session: Callable[..., Session],
    photos: list[Path],
    plain_run: PlainRun,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """An exception in a slot fails the test by itself: pytest-qt collects them."""
    answer_dialogs(photos, tmp_path, monkeypatch)
    session = make_session()
    session.window.disk.open_url = lambda url: True
    bring_to(state, session, photos, plain_run, qtbot)
    trigger_all(session, qtbot)
    plain_run.hold.set()
    session.workspace.batch.stop()
    until(qtbot, idle(session))
    assert not session.window.isVisible()


CLIP_STATES = ("loaded", "playing", "previewed", "at work", "done")


def bring_clip_to(state: str, session: Session, qtbot: QtBot) -> None:
    player, batch = session.window.page.player, session.workspace.batch
    if state == "playing":
        player.play()
        until(qtbot, lambda: session.viewing.frame is not None)
    if state == "previewed":
        player.preview()
        until(qtbot, lambda: player.reel.spans(2.0) == [pytest.approx((0.0, 2.0))])
    if state == "at work":
        session.workspace.start(session.workspace.items)
        until(qtbot, lambda: batch.can_keep)
    if state == "done":
        session.workspace.start(session.workspace.items)
        until(qtbot, idle(session))
        assert session.workspace.items[0].state is State.DONE


@pytest.mark.parametrize("state", CLIP_STATES)
def test_every_action_can_be_triggered_with_a_clip_in_every_state(
    state: str, real_session: Session, photos: list[Path], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    clip = make_clip(tmp_path / "street.mp4", times=tuple(range(50)), noise=True)
    answer_dialogs(photos, tmp_path, monkeypatch)
    session = real_session
    session.window.disk.open_url = lambda url: True
    session.workspace.add([clip])
    until(qtbot, lambda: session.viewing.pair is not None and idle(session)())
    bring_clip_to(state, session, qtbot)
    trigger_all(session, qtbot)
    session.workspace.batch.stop()
    until(qtbot, idle(session))
    assert not session.window.isVisible()


def test_alt_alone_shows_the_menu_and_as_part_of_something_else_it_does_not(session: Session, qtbot: QtBot) -> None:
    window = session.window
    qtbot.keyPress(window, Qt.Key.Key_Alt)
    window.actions_["page-compare"].trigger()  # what Alt+2 does
    qtbot.keyRelease(window, Qt.Key.Key_Alt)
    assert window.shown_page == "compare"
    assert not window.menuBar().isVisible()
    window.canvas.brush.set_active(True)
    qtbot.keyClick(window, Qt.Key.Key_Alt)
    assert not window.menuBar().isVisible()
    window.canvas.brush.set_active(False)
    qtbot.keyClick(window, Qt.Key.Key_Alt)
    assert window.menuBar().isVisible()
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.menuBar().isVisible()
