"""What is told over the page has an end: it goes when it is true no more, and when a person sends it away."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from rainapp.gui.app import Session
from rainapp.gui.state.file_item import State
from rainapp.gui.state.numbered_frames import Offer
from tests.gui.plain_run import idle, rainy_photo, until

NARROW = (800, 600)


@pytest.fixture
def narrow(real_session: Session, tmp_path: Path, qtbot: QtBot) -> Session:
    """A narrow window in which a batch has ended: two photos saved, one broken."""
    folder = tmp_path / "holiday"
    folder.mkdir()
    paths = [rainy_photo(folder / f"day {n}.png", 96, 64, seed=n) for n in range(3)]
    paths[1].write_bytes(paths[1].read_bytes()[:700])
    real_session.window.resize(*NARROW)
    real_session.workspace.add(paths)
    until(qtbot, idle(real_session))
    derain(real_session, qtbot)
    assert real_session.window.notice.isVisible()
    assert real_session.window.notice.words.text() == "2 saved, 1 failed"
    return real_session


def derain(session: Session, qtbot: QtBot) -> None:
    session.window.derain()
    until(qtbot, idle(session))
    qtbot.wait(20)


def test_the_ending_goes_when_the_next_run_ends_well(narrow: Session, qtbot: QtBot) -> None:
    broken = narrow.workspace.failed[0]
    rainy_photo(broken.path, 96, 64)
    derain(narrow, qtbot)
    assert all(item.state is State.DONE for item in narrow.workspace.items)
    assert not narrow.window.notice.isVisible()


def test_the_ending_goes_when_work_begins_again(narrow: Session, qtbot: QtBot) -> None:
    narrow.workspace.start(narrow.workspace.items[1:2])
    assert not narrow.window.notice.isVisible()
    until(qtbot, idle(narrow))


def test_the_ending_goes_with_the_file_that_it_was_about(narrow: Session, qtbot: QtBot) -> None:
    broken = narrow.workspace.failed
    narrow.workspace.remove(broken)
    qtbot.wait(20)
    assert not narrow.window.notice.isVisible()


def test_the_ending_follows_what_is_left_of_it(narrow: Session, qtbot: QtBot) -> None:
    saved = next(item for item in narrow.workspace.items if item.state is State.DONE)
    narrow.workspace.remove([saved])
    assert narrow.window.notice.words.text() == "1 saved, 1 failed"
    assert narrow.window.notice.choice.isVisible()


def test_the_ending_stays_when_an_offer_of_another_kind_is_over(narrow: Session, qtbot: QtBot) -> None:
    narrow.workspace.frames.offered.emit(None)
    assert narrow.window.notice.words.text() == "2 saved, 1 failed"
    assert narrow.window.notice.isVisible()


def test_another_notice_is_not_taken_back_with_the_ending(narrow: Session, qtbot: QtBot) -> None:
    narrow.window.notice.say("Something else.")
    narrow.workspace.remove(narrow.workspace.failed)
    assert narrow.window.notice.isVisible()
    assert narrow.window.notice.words.text() == "Something else."


@pytest.mark.parametrize("way", ["mouse", "space", "escape"])
def test_every_notice_can_be_sent_away(way: str, opened: Session, qtbot: QtBot) -> None:
    notice, window = opened.window.notice, opened.window
    for show in (
        lambda: notice.say("There is no photo on the clipboard."),
        lambda: notice.offer(Offer("These look like frames.", "Open as one clip", lambda: None)),
    ):
        show()
        assert notice.isVisible()
        assert notice.close_button.accessibleName() == notice.close_button.toolTip() == "Close this message"
        if way == "mouse":
            qtbot.mouseClick(notice.close_button, Qt.MouseButton.LeftButton)
        elif way == "space":
            notice.close_button.setFocus()
            QTest.keyClick(notice.close_button, Qt.Key.Key_Space)
        else:
            window.canvas.setFocus()
            QTest.keyClick(window.canvas, Qt.Key.Key_Escape)
        assert not notice.isVisible()
