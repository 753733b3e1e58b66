"""How a batch ends is told as it was: what was saved and what was not, what failed first, and one press to try that again."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from pytestqt.qtbot import QtBot

from rainapp.gui.app import Session
from rainapp.gui.state.ending_words import Ending, ending_of
from rainapp.gui.state.file_item import Item, State
from rainapp.jobs.records import Treatment
from tests.gui.hands import click_derain
from tests.gui.plain_run import PlainRun, idle, rainy_photo, until

SYSTEM_WORDS = ("Error", "Errno", "Traceback", "Exception", "cv2", "Input/output")


@pytest.fixture
def ten(tmp_path: Path) -> list[Path]:
    """Eight photos, and two that are truly broken in their midst."""
    folder = tmp_path / "holiday"
    folder.mkdir()
    paths = [rainy_photo(folder / f"day {n:02}.png", 96, 64, seed=n) for n in range(10)]
    paths[3].write_bytes(paths[3].read_bytes()[:700])
    paths[7].write_bytes(b"this was a photo once")
    return paths


@pytest.fixture
def ended(real_session: Session, ten: list[Path], qtbot: QtBot) -> Session:
    """A session that has derained all ten."""
    real_session.workspace.add(ten)
    until(qtbot, idle(real_session))
    click_derain(real_session, qtbot)
    until(qtbot, idle(real_session))
    qtbot.wait(20)
    return real_session


def names(session: Session) -> list[str]:
    return [item.path.name for item in session.workspace.items]


def test_a_batch_in_which_two_failed_says_so_and_offers_these_again(ended: Session, ten: list[Path], qtbot: QtBot) -> None:
    bar = ended.window.page.run_bar
    assert bar.ending.said == "8 saved, 2 failed"
    assert bar.ending.words.text() == "8 saved, 2 failed ·"
    assert bar.ending.link.text() == bar.ending.link.accessibleName() == "Try the 2 again"
    assert bar.ending.words.accessibleName() == "8 saved, 2 failed"
    assert bar.ending.isVisible()
    assert bar.ending.link.isVisible()
    assert bar.results.isVisible()
    assert not bar.all_done
    assert sorted(path.name for path in ten[0].parent.glob("*_derained.png")) == [
        f"day {n:02}_derained.png" for n in range(10) if n not in (3, 7)
    ]


def test_what_failed_stands_first_until_it_is_tried_again(ended: Session, ten: list[Path], qtbot: QtBot) -> None:
    file_list, workspace = ended.window.file_list, ended.workspace
    assert names(ended)[:3] == ["day 03.png", "day 07.png", "day 00.png"]
    assert [item.row for item in workspace.items] == list(range(10))
    shown = [file_list.model().index(row, 0).data() for row in range(10)]
    assert shown == names(ended)
    assert workspace.current is not None
    assert file_list.currentIndex().row() == workspace.current.row == 2  # what was selected still is
    assert file_list.visualRect(file_list.model().index(0, 0)).top() == 0
    for path in (ten[3], ten[7]):
        rainy_photo(path, 96, 64)
    qtbot.mouseClick(ended.window.page.run_bar.ending.link, Qt.MouseButton.LeftButton)
    assert names(ended) == [path.name for path in ten]
    until(qtbot, idle(ended))
    assert names(ended) == [path.name for path in ten]
    assert file_list.currentIndex().row() == 0


def test_try_again_takes_just_those_that_failed(ended: Session, ten: list[Path], qtbot: QtBot) -> None:
    for path in (ten[3], ten[7]):
        rainy_photo(path, 96, 64)
    done = {path: path.stat().st_mtime_ns for path in ten[0].parent.glob("*_derained.png")}
    bar = ended.window.page.run_bar
    qtbot.mouseClick(bar.ending.link, Qt.MouseButton.LeftButton)
    assert ended.workspace.batch.total == 2
    until(qtbot, idle(ended))
    assert all(item.state is State.DONE for item in ended.workspace.items)
    assert bar.ending.said == "All done · 10 saved in holiday"
    assert not bar.ending.link.isVisible()
    assert bar.all_done
    assert {path: path.stat().st_mtime_ns for path in done} == done
    mended = next(item for item in ended.workspace.items if item.path == ten[3])
    ended.workspace.select(mended, [mended])
    until(qtbot, idle(ended))
    assert not ended.window.page.trouble.isVisible()
    assert ended.viewing.pair is not None
    ended.window.file_list.grab()
    until(qtbot, lambda: mended.thumbnail is not None)


def test_derain_takes_along_what_failed(ended: Session, ten: list[Path], qtbot: QtBot) -> None:
    bar = ended.window.page.run_bar
    assert bar.button.text().strip() == "Derain 2"
    ended.workspace.add([rainy_photo(ten[0].with_name("new.png"), 96, 64)])
    until(qtbot, idle(ended))
    assert bar.button.text().strip() == "Derain 3"
    assert bar.cost.accessibleName().startswith("1 ready · 2 to try again · ")
    assert bar.ending.said == "8 saved, 2 failed"
    rainy_photo(ten[3], 96, 64)
    click_derain(ended, qtbot)
    until(qtbot, idle(ended))
    assert bar.ending.said == "10 saved, 1 failed"
    assert bar.ending.link.text() == "Try it again"
    assert names(ended)[0] == "day 07.png"
    assert names(ended)[-1] == "new.png"


def test_what_a_person_reads_of_a_failure_has_no_words_of_the_system(ended: Session, qtbot: QtBot) -> None:
    for item in ended.workspace.items[:2]:
        ended.workspace.select(item, [item])
        until(qtbot, idle(ended))
        index = ended.window.file_list.model().index(item.row, 0)
        read = [
            ended.window.page.trouble.message.text(),
            ended.window.page.trouble.hint.text(),
            index.data(Qt.ItemDataRole.ToolTipRole),
            index.data(Qt.ItemDataRole.AccessibleTextRole),
            index.data(Qt.ItemDataRole.AccessibleDescriptionRole),
        ]
        assert item.message in index.data(Qt.ItemDataRole.AccessibleDescriptionRole)
        assert not [said for said in read for words in SYSTEM_WORDS if words in said]


def test_a_narrow_window_and_another_page_are_told_too(ended: Session, ten: list[Path], qtbot: QtBot) -> None:
    window = ended.window
    window.resize(800, 600)
    qtbot.wait(20)
    assert not window.page.run_bar.ending.isVisible()
    click_derain(ended, qtbot)
    until(qtbot, idle(ended))
    assert window.notice.isVisible()
    assert window.notice.words.text() == "8 saved, 2 failed"
    window.resize(1440, 900)
    window.show_page("models")
    rainy_photo(ten[3], 96, 64)
    assert window.notice.choice.text() == "Try the 2 again"
    qtbot.mouseClick(window.notice.choice, Qt.MouseButton.LeftButton)
    until(qtbot, idle(ended))
    assert window.notice.words.text() == "9 saved, 1 failed"
    assert window.notice.choice.text() == "Try it again"
    ended.workspace.start(ended.workspace.failed)
    assert not window.notice.isVisible()
    until(qtbot, idle(ended))


def test_a_screen_reader_says_how_it_ended(session: Session, photos: list[Path], qtbot: QtBot) -> None:
    session.workspace.add(photos)
    until(qtbot, idle(session))
    click_derain(session, qtbot)
    until(qtbot, idle(session))
    face = QAccessible.queryAccessibleInterface(session.window.page.run_bar.ending.words)
    assert face.text(QAccessible.Text.Name) == "All done · 3 saved in photos"


def test_a_batch_that_was_stopped_says_what_is_missing(
    session: Session, photos: list[Path], plain_run: PlainRun, qtbot: QtBot
) -> None:
    session.workspace.add(photos)
    until(qtbot, idle(session))
    plain_run.hold.clear()
    click_derain(session, qtbot)
    bar = session.window.page.run_bar
    assert not bar.ending.isVisible()
    qtbot.mouseClick(bar.stop, Qt.MouseButton.LeftButton)
    until(qtbot, idle(session))
    plain_run.hold.set()
    assert bar.ending.said == "Nothing saved · 1 stopped"
    assert bar.cost.accessibleName().startswith("3 ready")
    assert not bar.ending.link.isVisible()


def test_nothing_is_told_before_anything_was_derained(session: Session, photos: list[Path], qtbot: QtBot) -> None:
    photos[1].write_bytes(b"no photo")
    session.workspace.add(photos)
    until(qtbot, idle(session))
    bar = session.window.page.run_bar
    assert bar.ending.said == ""
    assert not bar.ending.isVisible()
    assert names(session) == [path.name for path in photos]
    assert bar.cost.accessibleName().startswith("2 ready · 1 cannot be read")


@pytest.mark.parametrize(
    ("states", "words"),
    [
        ([State.DONE] * 3, "All done · 3 saved in out"),
        ([State.DONE, State.DRY, State.DRY], "All done · 1 saved, 2 copied (no rain found)"),
        ([State.DRY], "All done · 1 copied (no rain found)"),
        ([State.DONE, State.SKIPPED], "All done · 1 saved, 1 skipped (exists already)"),
        ([State.SKIPPED] * 2, "Nothing new · 2 skipped (exists already)"),
        ([State.DONE, State.FAILED, State.UNREADABLE], "1 saved, 2 failed"),
        ([State.FAILED] * 3, "Nothing saved · 3 failed"),
        ([State.DONE, State.STOPPED, State.READY], "1 saved, 1 stopped"),
        ([State.DONE, State.READY], "1 saved"),
        (
            [State.DONE, State.DRY, State.SKIPPED, State.FAILED, State.STOPPED],
            "1 saved, 1 copied (no rain found), 1 skipped (exists already), 1 failed, 1 stopped",
        ),
    ],
)
def test_every_ending_has_its_own_words(states: list[State], words: str) -> None:
    items = [Item(Path(f"{n}.png"), state=state, treatment=Treatment()) for n, state in enumerate(states)]
    for item in items:
        item.target = Path("out") / item.path if item.state in (State.DONE, State.DRY) else None
    ended = ending_of(items)
    assert ended is not None
    assert ended.words == words
    assert ended.all_well is words.startswith(("All done", "Nothing new"))


def test_an_old_result_of_a_file_that_failed_now_is_not_counted_as_saved() -> None:
    item = Item(Path("a.png"), state=State.FAILED, treatment=Treatment(), target=Path("out") / "a_derained.png")
    assert ending_of([item]) == Ending(failed=1)
    assert ending_of([Item(Path("b.png"))]) is None


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_ending_is_never_cut_off(
    theme: str, make_session: Callable[..., Session], photos: list[Path], qtbot: QtBot
) -> None:
    session = make_session()
    session.workspace.change(theme=theme)
    session.workspace.add(photos)
    until(qtbot, idle(session))
    line = session.window.page.run_bar.ending
    line.show()
    for words in ("8 saved, 2 failed", "1 saved, 1 copied (no rain found), 1 skipped (exists already), 1 failed, 1 stopped"):
        line.show_ending(words, "Try the 2 again")
        qtbot.wait(20)
        label = line.words
        assert label.text().removesuffix(" ·") == words
        assert label.heightForWidth(label.width()) <= label.height() or not label.wordWrap()
        if not label.wordWrap():
            assert label.fontMetrics().horizontalAdvance(label.text()) <= label.width()
        assert line.link.width() >= line.link.sizeHint().width()
        assert line.rect().contains(line.link.geometry())
