"""The list while it is worked on: what comes in joins, rows move, results of other settings say so, and none is done twice."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot

from rainapp.base import settings as settings_module
from rainapp.base.settings import Settings
from rainapp.gui.app import Session, run_work
from rainapp.gui.state import figure_words
from rainapp.gui.state.file_item import State
from rainapp.jobs.records import DerainFile
from rainapp.library.model_library import ModelLibrary
from tests.gui.hands import click_derain, drop, drop_rows
from tests.gui.plain_run import PlainRun, idle, rainy_photo, until
from tests.numbered_pictures import take


def names(session: Session) -> list[str]:
    return [item.path.stem for item in session.workspace.items]


def opened_with(session: Session, paths: list[Path], qtbot: QtBot) -> Session:
    session.workspace.add(paths)
    until(qtbot, idle(session))
    return session


def said(session: Session) -> list[str]:
    return [figure_words.state(item)[2] for item in session.workspace.items]


# -- what comes in


def test_files_dropped_while_working_are_derained_too(
    session: Session, photos: list[Path], plain_run: PlainRun, tmp_path: Path, qtbot: QtBot
) -> None:
    opened_with(session, photos[:1], qtbot)
    plain_run.hold.clear()
    click_derain(session, qtbot)
    drop(session, photos[1:])
    bar = session.window.page.run_bar
    assert bar.figure.text() == "1 of 3"
    assert [item.state for item in session.workspace.items] == [State.RUNNING, State.WAITING, State.WAITING]
    plain_run.hold.set()
    until(qtbot, idle(session))
    assert [item.state for item in session.workspace.items] == [State.DONE] * 3
    assert bar.ending.said == "All done · 3 saved in photos"
    late = rainy_photo(tmp_path / "photos" / "late.png")
    drop(session, [late])
    until(qtbot, idle(session))
    assert session.workspace.items[3].state is State.READY  # nothing is at work any more


def test_a_moving_gif_that_joins_stays_moving(
    open_session: Callable[..., Session], tiny_library: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    from PIL import Image as Pillow

    session = open_session(
        Settings(device="cpu", engine="torch", precision="fp32"), run_work, ModelLibrary(tmp_path / "bundled", tiny_library)
    )
    opened_with(session, [rainy_photo(tmp_path / "a.png", 96, 64)], qtbot)
    frames = [Pillow.open(rainy_photo(tmp_path / f"f{n}.png", 64, 48, seed=n)).convert("RGB") for n in range(3)]
    frames[0].save(tmp_path / "b.gif", save_all=True, append_images=frames[1:], duration=80)
    click_derain(session, qtbot)
    session.workspace.batch.pause()
    session.workspace.add([tmp_path / "b.gif"])
    until(qtbot, lambda: session.workspace.items[1].state is State.WAITING)
    session.workspace.batch.resume()
    until(qtbot, idle(session))
    target = session.workspace.items[1].target
    assert target == tmp_path / "b_derained.gif"
    with Pillow.open(target) as made:
        assert getattr(made, "n_frames", 1) == 3


def test_numbered_frames_that_join_can_still_be_taken_for_photos(
    open_session: Callable[..., Session], tiny_library: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    session = open_session(
        Settings(device="cpu", engine="torch", precision="fp32"), run_work, ModelLibrary(tmp_path / "bundled", tiny_library)
    )
    opened_with(session, [rainy_photo(tmp_path / "a.png", 96, 64)], qtbot)
    click_derain(session, qtbot)
    session.workspace.batch.pause()
    session.workspace.add(take(tmp_path / "take", 30))
    until(qtbot, lambda: len(session.workspace.items) == 2)
    clip = session.workspace.items[1]
    assert clip.frames is not None
    assert clip.state is State.WAITING
    assert session.window.notice.choice.text() == "As separate photos"
    qtbot.mouseClick(session.window.notice.choice, Qt.MouseButton.LeftButton)
    assert len(session.workspace.items) == 31
    assert all(item.state is State.WAITING for item in session.workspace.items[1:])
    assert session.workspace.batch.total == 31
    session.workspace.batch.stop()
    until(qtbot, idle(session))


# -- order


def test_rows_are_moved_by_keys_and_those_that_wait_follow(
    session: Session, photos: list[Path], plain_run: PlainRun, qtbot: QtBot
) -> None:
    opened_with(session, photos, qtbot)
    plain_run.hold.clear()
    click_derain(session, qtbot)
    items = list(session.workspace.items)
    session.workspace.select(items[2], [items[2]])
    session.window.file_list.setFocus()
    qtbot.keyClick(session.window.file_list, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert session.workspace.items == [items[0], items[2], items[1]]
    assert [item.row for item in session.workspace.items] == [0, 1, 2]
    assert session.workspace.current is items[2]
    assert session.window.file_list.currentIndex().row() == 1
    assert not session.window.menuBar().isVisible()
    plain_run.hold.set()
    until(qtbot, idle(session))
    order = [job.source for job in plain_run.jobs if isinstance(job, DerainFile)]
    assert order == [items[0].path, items[2].path, items[1].path]
    session.window.actions_["move-down"].trigger()
    assert session.workspace.items == items
    session.window.actions_["move-down"].trigger()  # it is the last already
    assert session.workspace.items == items


def test_rows_are_moved_by_dragging(session: Session, photos: list[Path], qtbot: QtBot) -> None:
    opened_with(session, photos, qtbot)
    file_list, items = session.window.file_list, list(session.workspace.items)
    session.workspace.select(items[0], [items[0]])
    last = file_list.visualRect(file_list.model().index(2, 0))
    drop_rows(file_list, QPointF(last.center().x(), last.bottom() - 4))
    assert session.workspace.items == [items[1], items[2], items[0]]
    assert file_list.model().flags(file_list.model().index(0, 0)) & Qt.ItemFlag.ItemIsDragEnabled
    assert file_list.dragEnabled()
    drop(session, [rainy_photo(photos[0].with_name("other.png"))])  # files from elsewhere still come in
    until(qtbot, lambda: len(session.workspace.items) == 4)


# -- other settings


def test_after_a_change_all_results_say_that_they_are_of_other_settings_and_all_are_made_again(
    session: Session, photos: list[Path], qtbot: QtBot
) -> None:
    opened_with(session, photos, qtbot)
    click_derain(session, qtbot)
    until(qtbot, idle(session))
    bar = session.window.page.run_bar
    assert bar.all_done
    assert not any("other settings" in words_ for words_ in said(session))
    session.workspace.set_amount(60)
    assert all(words_.endswith(" · other settings") for words_ in said(session))
    assert bar.button.text().strip() == "Derain again 3"
    session.workspace.set_amount(100)
    assert bar.all_done
    session.workspace.change(device="cpu")  # the same result, made elsewhere
    assert bar.all_done
    session.workspace.change(model="fine")
    assert bar.button.text().strip() == "Derain again 3"
    click_derain(session, qtbot)
    until(qtbot, idle(session))
    assert bar.all_done
    assert len(list(photos[0].parent.glob("*_derained (2).png"))) == 3
    assert not any("other settings" in words_ for words_ in said(session))


def test_only_the_rain_is_not_made_again_for_nothing(session: Session, photos: list[Path], qtbot: QtBot) -> None:
    opened_with(session, photos[:1], qtbot)
    session.workspace.set_amount(-100)
    click_derain(session, qtbot)
    until(qtbot, idle(session))
    assert session.window.page.run_bar.all_done


def test_made_again_is_not_skipped_because_it_exists(
    make_session: Callable[..., Session], photos: list[Path], qtbot: QtBot
) -> None:
    session = opened_with(make_session(Settings(if_exists="skip")), photos, qtbot)
    click_derain(session, qtbot)
    until(qtbot, idle(session))
    session.workspace.change(model="fine")
    click_derain(session, qtbot)
    until(qtbot, idle(session))
    assert [item.state for item in session.workspace.items] == [State.DONE] * 3


# -- done on another day


def test_what_was_derained_before_is_asked_about_once(
    make_session: Callable[..., Session], photos: list[Path], qtbot: QtBot
) -> None:
    first = opened_with(make_session(), photos[:2], qtbot)
    click_derain(first, qtbot)
    until(qtbot, idle(first))
    folder = photos[0].parent
    second = opened_with(make_session(), photos, qtbot)
    click_derain(second, qtbot)
    line = second.window.question
    assert line.isVisible()
    assert line.words.text().startswith("2 of 3 are derained already. ")
    assert [button.text() for button in line.answers] == ["Leave those", "Derain all again"]
    assert all(item.state is State.READY for item in second.workspace.items)
    qtbot.mouseClick(line.answers[0], Qt.MouseButton.LeftButton)
    until(qtbot, idle(second))
    assert [item.state for item in second.workspace.items] == [State.SKIPPED, State.SKIPPED, State.DONE]
    assert len(list(folder.glob("*_derained*"))) == 3
    until(qtbot, lambda: settings_module.load()[0].if_exists == "skip")
    third = opened_with(make_session(settings_module.load()[0]), photos, qtbot)
    click_derain(third, qtbot)
    until(qtbot, idle(third))
    assert not third.window.question.isVisible()
    assert [item.state for item in third.workspace.items] == [State.SKIPPED] * 3
    assert third.window.page.run_bar.ending.said == "Nothing new · 3 skipped (exists already)"


def test_the_other_answer_makes_them_again_beside(
    make_session: Callable[..., Session], photos: list[Path], qtbot: QtBot
) -> None:
    first = opened_with(make_session(), photos[:1], qtbot)
    click_derain(first, qtbot)
    until(qtbot, idle(first))
    second = opened_with(make_session(), photos[:1], qtbot)
    click_derain(second, qtbot)
    assert second.window.question.words.text().startswith("street 0.png is derained already. ")
    qtbot.mouseClick(second.window.question.answers[1], Qt.MouseButton.LeftButton)
    until(qtbot, idle(second))
    assert second.workspace.settings.if_exists == "rename"
    assert second.workspace.items[0].target == photos[0].with_name("street 0_derained (2).png")


# -- what was opened last


def test_recent_files_and_folders_are_offered_and_what_is_gone_says_so(
    session: Session, photos: list[Path], tmp_path: Path, qtbot: QtBot
) -> None:
    from rainapp.gui.actions.recent_files import RecentMenu

    opened_with(session, photos[:1], qtbot)
    opened_with(session, [tmp_path / "photos"], qtbot)
    (menu,) = session.window.findChildren(RecentMenu)
    menu.fill()
    assert [row.text() for row in menu.actions() if row.text()] == ["photos", "street 0.png", "Forget these"]
    until(qtbot, lambda: len(settings_module.load()[0].recent) == 2)
    session.workspace.remove(list(session.workspace.items))
    menu.actions()[1].trigger()
    until(qtbot, idle(session))
    assert names(session) == ["street 0"]
    photos[0].unlink()
    menu.fill()
    menu.actions()[0].trigger()
    assert session.window.notice.words.text() == f"street 0.png is not there any more: {photos[0].parent}"
    menu.fill()
    menu.actions()[-1].trigger()
    assert session.workspace.settings.recent == ()
    assert not menu.menuAction().isEnabled()


@pytest.mark.parametrize("count", [3, 5])
def test_many_files_at_once_are_remembered_as_their_folder(count: int, session: Session, tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "many").mkdir()
    opened_with(session, [rainy_photo(tmp_path / "many" / f"{n}.png", 96, 64) for n in range(count)], qtbot)
    recent = session.workspace.settings.recent
    assert recent == (str(tmp_path / "many"),) if count == 5 else len(recent) == 3
