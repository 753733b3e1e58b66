"""Photos at work and what goes wrong on the way: pause, stop, what helps, and what does not reach waiting files."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from rainapp.base.errors import NotEnoughMemory, UnwritableFile
from rainapp.gui.app import Session
from rainapp.gui.state import figure_words
from rainapp.gui.state.file_item import State
from tests.gui.hands import click_derain
from tests.gui.plain_run import PlainRun, idle, until


def test_an_unreadable_file_says_why_and_what_helps(session: Session, tmp_path: Path, qtbot: QtBot) -> None:
    broken = tmp_path / "market.png"
    broken.write_bytes(b"no picture")
    opened_urls: list[QUrl] = []
    session.window.disk.open_url = opened_urls.append
    session.workspace.add([broken])
    until(qtbot, idle(session))
    trouble = session.window.page.trouble
    assert figure_words.state(session.workspace.items[0])[2] == "Cannot be read"
    assert trouble.isVisible()
    assert trouble.message.text() == "This is no picture that can be read."
    assert trouble.hint.text() == "Save it again with the program that made it."
    assert trouble.shown_remedies == ["open-folder", "remove", "copy-report"]
    trouble.press("open-folder")
    assert [url.toLocalFile() for url in opened_urls] == [str(tmp_path)]
    trouble.press("copy-report")
    assert "‹1›.png: unreadable" in QApplication.clipboard().text()
    assert "market" not in QApplication.clipboard().text()
    assert str(tmp_path) not in QApplication.clipboard().text()
    trouble.press("remove")
    assert not session.workspace.items
    assert session.window.pages.currentWidget() is session.window.page
    until(qtbot, lambda: session.window.pages.currentWidget() is session.window.empty)


def test_a_file_that_failed_for_lack_of_memory_can_be_tried_on_the_cpu(
    session: Session, photos: list[Path], plain_run: PlainRun, qtbot: QtBot
) -> None:
    session.workspace.add(photos[:1])
    until(qtbot, idle(session))
    plain_run.fails_with = NotEnoughMemory("The photo does not fit into memory.", "Try it on the CPU.")
    click_derain(session, qtbot)
    until(qtbot, idle(session))
    assert session.workspace.items[0].state is State.FAILED
    plain_run.fails_with = None
    session.window.page.trouble.press("try-cpu")
    until(qtbot, idle(session))
    assert session.workspace.items[0].state is State.DONE
    assert session.workspace.settings.device == "cpu"
    assert not session.window.page.trouble.isVisible()


def test_one_bad_file_does_not_stop_the_batch(session: Session, photos: list[Path], plain_run: PlainRun, qtbot: QtBot) -> None:
    session.workspace.add(photos)
    until(qtbot, idle(session))
    photos[1].unlink()
    click_derain(session, qtbot)
    until(qtbot, idle(session))
    by_name = {item.path.name: item.state for item in session.workspace.items}
    assert by_name == {"street 0.png": State.DONE, "street 1.png": State.UNREADABLE, "street 2.png": State.DONE}
    assert session.workspace.items[0].path == photos[1]  # what failed stands first
    assert session.window.page.run_bar.ending.said == "2 saved, 1 failed"


def test_a_full_disk_is_told_in_words_and_can_be_saved_elsewhere(
    session: Session, photos: list[Path], plain_run: PlainRun, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(elsewhere))
    session.workspace.add(photos[:1])
    until(qtbot, idle(session))
    plain_run.fails_with = UnwritableFile("There is no space left.", "Choose another folder.")
    click_derain(session, qtbot)
    until(qtbot, idle(session))
    plain_run.fails_with = None
    session.window.page.trouble.press("save-elsewhere")
    until(qtbot, idle(session))
    assert [path.name for path in elsewhere.iterdir()] == ["street 0_derained.png"]


def test_pause_halts_go_on_resumes_and_stop_leaves_the_rest_ready(
    session: Session, photos: list[Path], plain_run: PlainRun, qtbot: QtBot
) -> None:
    session.workspace.add(photos)
    until(qtbot, idle(session))
    plain_run.hold.clear()
    click_derain(session, qtbot)
    bar, items = session.window.page.run_bar, session.workspace.items
    assert bar.figure.text() == "1 of 3"
    assert [item.state for item in items] == [State.RUNNING, State.WAITING, State.WAITING]
    qtbot.mouseClick(bar.pause, Qt.MouseButton.LeftButton)
    assert items[0].state is State.PAUSED
    plain_run.hold.set()
    qtbot.wait(150)
    assert items[0].state is State.PAUSED  # it did not go on
    plain_run.hold.clear()
    qtbot.mouseClick(bar.go_on, Qt.MouseButton.LeftButton)
    assert items[0].state is State.RUNNING
    qtbot.mouseClick(bar.stop, Qt.MouseButton.LeftButton)
    until(qtbot, idle(session))
    assert [item.state for item in items] == [State.STOPPED, State.READY, State.READY]
    assert not list(photos[0].parent.glob("*_derained*"))
    plain_run.hold.set()
    assert bar.button.text().strip() == "Derain 3"
    click_derain(session, qtbot)
    until(qtbot, idle(session))
    assert [item.state for item in items] == [State.DONE] * 3


def test_a_setting_changed_at_work_does_not_reach_waiting_files(
    session: Session, photos: list[Path], plain_run: PlainRun, qtbot: QtBot
) -> None:
    session.workspace.add(photos[:2])
    until(qtbot, idle(session))
    plain_run.hold.clear()
    click_derain(session, qtbot)
    session.workspace.change(model="fine", format="jpg")
    plain_run.hold.set()
    until(qtbot, idle(session))
    assert [item.target.suffix for item in session.workspace.items if item.target] == [".png", ".png"]
    assert all(item.treatment is not None and item.treatment.model == "quick" for item in session.workspace.items)


def test_only_the_newest_preview_survives(session: Session, photos: list[Path], plain_run: PlainRun, qtbot: QtBot) -> None:
    plain_run.hold.clear()
    session.workspace.add(photos)
    until(qtbot, lambda: session.viewing.waiting)
    for _ in range(2):
        session.window.actions_["next"].trigger()
    plain_run.hold.set()
    until(qtbot, idle(session))
    assert session.viewing.sight is not None
    assert session.viewing.sight.item.path == photos[2]
    pair = session.viewing.pair
    assert pair is not None
    assert pair.source == photos[2]
