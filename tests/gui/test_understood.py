"""Words and places a person understands: banners that move nothing, a look tried again, what a model is for."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from rainapp.base.errors import NotEnoughMemory
from rainapp.base.settings import Settings
from rainapp.gui import action_table
from rainapp.gui.app import Session
from rainapp.gui.state.file_item import State
from rainapp.gui.state.numbered_frames import Offer
from rainapp.jobs.records import DerainFile, Job, Preview, Watch
from rainapp.library.model_library import ModelLibrary
from tests.gui.plain_run import PlainRun, idle, until


def places(session: Session) -> dict[str, QRect]:
    """Where all that can be seen of the page lies, but for the line of notices."""
    window = session.window
    parts = [part for part in window.findChildren(QWidget) if part.isVisible()]
    mine = [part for part in parts if part is not window.notice and not window.notice.isAncestorOf(part)]
    return {f"{id(part)} {type(part).__name__}": QRect(part.mapTo(window, part.rect().topLeft()), part.size()) for part in mine}


@pytest.mark.parametrize("page", ["derain", "compare", "models"])
def test_a_notice_moves_nothing_and_lies_over_nothing_that_can_be_clicked(page: str, opened: Session, qtbot: QtBot) -> None:
    window = opened.window
    window.show_page(page)
    qtbot.wait(30)
    before = places(opened)
    window.notice.say("Something happened that a person should know, in a sentence that is long enough to need some room.")
    window.notice.offer(Offer("These photos look like the frames of a clip.", "Open as one clip", lambda: None))
    qtbot.wait(30)
    assert window.notice.isVisible()
    assert places(opened) == before
    mine = QRect(window.notice.mapTo(window, window.notice.rect().topLeft()), window.notice.size())
    bars = (window.header, window.page.bar, window.page.run_bar, window.page.panel, window.compare.head, window.models.check)
    for part in (part for part in bars if part.isVisible()):
        assert not mine.intersects(QRect(part.mapTo(window, part.rect().topLeft()), part.size()))
    qtbot.mouseClick(window.notice.choice, Qt.MouseButton.LeftButton)
    assert not window.notice.isVisible()


class FailsAtFirst:
    """Does the work, but fails to preview until it is mended; counts what it is asked for."""

    def __init__(self, work: PlainRun) -> None:
        self.work, self.broken = work, True

    def __call__(self, job: Job, watch: Watch) -> object:
        if self.broken and isinstance(job, Preview):
            self.work.jobs.append(job)
            raise NotEnoughMemory("There was not enough memory.", "Close other programs.")
        return self.work(job, watch)


def test_trying_a_look_again_writes_no_file(
    open_session: Callable[..., Session], plain_run: PlainRun, plain_library: ModelLibrary, photos: list[Path], qtbot: QtBot
) -> None:
    work = FailsAtFirst(plain_run)
    session = open_session(Settings(theme="dark"), work, plain_library)
    session.workspace.add(photos[:1])
    until(qtbot, lambda: session.viewing.trouble is not None)
    until(qtbot, idle(session))
    work.broken = False
    session.window.page.trouble.press("retry")
    until(qtbot, lambda: session.viewing.pair is not None)
    until(qtbot, idle(session))
    assert not [job for job in plain_run.jobs if isinstance(job, DerainFile)]
    assert sorted(path.name for path in photos[0].parent.iterdir()) == [path.name for path in photos]
    assert session.workspace.items[0].state is State.READY
    assert not session.window.page.trouble.isVisible()


def test_the_list_of_models_says_what_each_is_for_and_how_fast(opened: Session) -> None:
    button = opened.window.page.inspector.model
    opened.workspace.batch.saw_speed(opened.workspace.treatment, 2.0, 1.0, warm=True)
    button.fill_menu()
    said = [action.text() for action in button.menu().actions()]
    assert {tuple(words.split(" · ")[:2]) for words in said} == {("Fine", "All kinds of rain"), ("Quick", "All kinds of rain")}
    assert any("s per MP" in words for words in said)
    opened.window.show_page("models")
    tags = [label.text() for label in opened.window.models.findChildren(QLabel) if label.property("role") == "tag"]
    assert set(tags) == {"streaks and haze", "streaks only"}


def test_no_row_of_the_menus_speaks_as_a_machine() -> None:
    assert not {row.text for row in action_table.ROWS} & {"Go on", "More", "Less", "Figures of the photo", "Temporal lock"}


def test_how_flicker_is_calmed_is_said_in_words(opened: Session) -> None:
    box = opened.window.page.inspector.temporal
    said = [box.itemText(n) for n in range(box.count())]
    assert said[0] == "Automatic"
    assert all(":" in words for words in said[1:4])
    box.setCurrentIndex(4)
    box.activated.emit(4)
    assert opened.workspace.settings.temporal == "off"
