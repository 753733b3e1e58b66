"""Stories of a person at the window, told through drops, clicks, keys and the mouse on real pixels."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QStandardPaths, Qt, QUrl
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from rainapp.base.settings import Settings
from rainapp.gui.app import Session
from rainapp.gui.state import figure_words
from rainapp.gui.state.file_item import State
from rainapp.jobs.records import Preview
from tests.gui.hands import click_derain, drop
from tests.gui.plain_run import PlainRun, idle, rainy_photo, read, until


def test_a_dropped_photo_is_previewed_derained_and_saved_beside_its_source(
    session: Session, photos: list[Path], qtbot: QtBot
) -> None:
    window = session.window
    assert window.pages.currentWidget() is window.empty
    drop(session, photos[:1])
    until(qtbot, lambda: session.viewing.pair is not None)
    until(qtbot, idle(session))
    assert window.pages.currentWidget() is window.page
    item = session.workspace.items[0]
    assert item.thumbnail is not None
    assert figure_words.state(item)[2] == "Ready"
    assert window.page.run_bar.button.text().strip() == "Derain 1"
    assert not list(photos[0].parent.glob("*_derained*"))  # a preview writes nothing
    click_derain(session, qtbot)
    until(qtbot, idle(session))
    assert item.state is State.DONE
    assert figure_words.state(item)[2].startswith("Done · ")
    assert item.target == photos[0].with_name("street 0_derained.png")
    assert (read(item.target) != read(photos[0])).any()
    assert session.viewing.shows_result
    assert window.page.run_bar.ending.said == "All done · 1 saved in photos"


def test_a_dry_photo_says_that_no_rain_was_found(session: Session, tmp_path: Path, qtbot: QtBot) -> None:
    session.workspace.add([rainy_photo(tmp_path / "dry.png", streaks=0)])
    until(qtbot, idle(session))
    click_derain(session, qtbot)
    until(qtbot, idle(session))
    assert figure_words.state(session.workspace.items[0])[2] == "Copied, no rain found"


def test_a_dropped_folder_brings_its_photos(session: Session, photos: list[Path], qtbot: QtBot) -> None:
    (photos[0].parent / "notes.txt").write_text("not a photo")
    drop(session, [photos[0].parent])
    until(qtbot, lambda: len(session.workspace.items) == 3)
    until(qtbot, idle(session))
    assert [item.path for item in session.workspace.items] == photos


def test_files_that_are_there_already_are_not_listed_twice(session: Session, photos: list[Path], qtbot: QtBot) -> None:
    drop(session, photos)
    drop(session, photos[:2])
    assert len(session.workspace.items) == 3
    until(qtbot, idle(session))


def test_pasted_files_are_listed(session: Session, photos: list[Path], qtbot: QtBot, qapp: QApplication) -> None:
    held = QMimeData()
    held.setUrls([QUrl.fromLocalFile(str(photos[1]))])
    qapp.clipboard().setMimeData(held)
    session.window.actions_["paste"].trigger()
    assert [item.path for item in session.workspace.items] == [photos[1]]
    until(qtbot, idle(session))


def test_a_pasted_picture_takes_the_place_of_nothing(
    session: Session, tmp_path: Path, qtbot: QtBot, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name is the second at which it is pasted: a link could be lying at each of the next ones."""
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    letter = tmp_path / "letter"
    letter.write_text("dear")
    now = datetime.now()
    for second in range(-1, 60):
        (pictures / f"pasted {now + timedelta(seconds=second):%Y-%m-%d %H.%M.%S}.png").symlink_to(letter)
    monkeypatch.setattr(QStandardPaths, "writableLocation", lambda _: str(pictures))
    held = QImage(40, 30, QImage.Format.Format_RGB32)
    held.fill(0x336699)
    qapp.clipboard().setImage(held)
    session.window.actions_["paste"].trigger()
    assert letter.read_text() == "dear"
    (item,) = session.workspace.items
    assert item.path.name.endswith(" (2).png")
    assert QImage(str(item.path)).pixelColor(3, 3).name() == "#336699"
    until(qtbot, idle(session))


def test_results_go_into_the_chosen_folder_and_never_over_one_another(
    session: Session, photos: list[Path], tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = tmp_path / "results"
    results.mkdir()
    other = tmp_path / "other"
    other.mkdir()
    namesake = rainy_photo(other / photos[0].name, seed=9)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(results))
    session.window.actions_["save-to"].trigger()
    session.workspace.add([photos[0], namesake])
    until(qtbot, idle(session))
    click_derain(session, qtbot)
    until(qtbot, idle(session))
    assert sorted(path.name for path in results.iterdir()) == ["street 0_derained (2).png", "street 0_derained.png"]
    assert sorted(path.name for path in photos[0].parent.iterdir()) == [path.name for path in photos]


def test_haze_is_offered_only_where_the_model_can(opened: Session, plain_run: PlainRun, qtbot: QtBot) -> None:
    inspector = opened.window.page.inspector
    assert inspector.haze.isVisible()
    qtbot.mouseClick(inspector.haze.button("clear"), Qt.MouseButton.LeftButton)
    until(qtbot, idle(opened))
    previews = [job for job in plain_run.jobs if isinstance(job, Preview)]
    assert previews[-1].treatment.veil == "clear"
    opened.workspace.change(model="fine")
    assert not inspector.haze.isVisible()
    assert opened.workspace.treatment.veil == "keep"
    until(qtbot, idle(opened))


def test_where_the_model_in_use_has_gone_the_default_one_is_used(opened: Session, qtbot: QtBot) -> None:
    opened.workspace.library.set_default("fine")
    opened.workspace.read_library()
    opened.workspace.change(model="removed-since")
    assert opened.workspace.treatment.model == "fine"
    until(qtbot, idle(opened))


def test_the_model_menu_lists_the_library_and_changes_the_preview(opened: Session, plain_run: PlainRun, qtbot: QtBot) -> None:
    button = opened.window.page.inspector.model
    button.fill_menu()
    rows = button.menu().actions()
    assert [row.text().split(" · ")[0] for row in rows] == [
        "Quick",
        "Fine",
    ]  # what is used unless another is chosen comes first
    assert [row.isChecked() for row in rows] == [True, False]
    rows[1].trigger()
    until(qtbot, idle(opened))
    previews = [job for job in plain_run.jobs if isinstance(job, Preview)]
    assert previews[-1].treatment.model == "fine"
    assert "Fine" in button.accessibleName()


def test_a_file_name_that_cannot_be_is_refused_in_words(opened: Session, qtbot: QtBot) -> None:
    field = opened.window.page.inspector.template
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "result")
    assert opened.window.page.inspector.wrong.isVisible()
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert opened.workspace.settings.name_template == "{name}_derained"
    wrong = opened.window.page.inspector.wrong
    assert wrong.isVisible()  # what was typed stays, and why it is not taken
    assert "{name}" in wrong.text()
    assert (field.text(), field.property("wrong")) == ("result", "true")
    opened.window.canvas.setFocus()
    qtbot.wait(20)
    assert not wrong.isVisible()
    assert (field.text(), field.property("wrong")) == ("{name}_derained", "")
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "{name} dry")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert opened.workspace.settings.name_template == "{name} dry"


def test_files_removed_from_the_list_come_back_with_undo(opened: Session, photos: list[Path], qtbot: QtBot) -> None:
    rows = opened.window.file_list
    rows.setFocus()
    rows.selectAll()
    assert len(opened.workspace.selected) == 3
    qtbot.keyClick(opened.window, Qt.Key.Key_Delete)
    assert not opened.workspace.items
    assert all(path.is_file() for path in photos)
    qtbot.keyClick(opened.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert [item.path for item in opened.workspace.items] == photos
    until(qtbot, idle(opened))


def test_only_the_rain_can_be_saved(opened: Session, photos: list[Path], plain_run: PlainRun, qtbot: QtBot) -> None:
    opened.workspace.set_amount(-100)
    assert opened.window.page.run_bar.button.text().strip() == "Save only the rain of 3"
    click_derain(opened, qtbot)
    until(qtbot, idle(opened))
    assert photos[0].with_name("street 0_rain.png").is_file()
    opened.workspace.set_amount(100)
    assert not opened.viewing.shows_result  # the layer is no derained photo


def test_settings_are_remembered(make_session: Callable[..., Session], photos: list[Path], qtbot: QtBot) -> None:
    from rainapp.base import settings

    session = make_session(Settings(theme="dark"))
    session.workspace.change(theme="light", format="png")
    session.workspace.set_amount(80)
    session.close()
    kept, notices = settings.load()
    assert not notices
    assert (kept.theme, kept.format, kept.strength) == ("light", "png", 0.8)


def test_progress_of_a_row_is_painted_without_widgets(session: Session, tmp_path: Path, qtbot: QtBot) -> None:
    names = [tmp_path / f"{n:05}.png" for n in range(10_000)]
    file_list = session.window.file_list
    before = len(file_list.findChildren(QWidget))
    session.workspace.add(names)
    until(qtbot, lambda: file_list.model().rowCount() == 10_000)
    file_list.scrollToBottom()
    session.window.grab()
    assert len(file_list.findChildren(QWidget)) <= before + 2, "rows are painted; only scroll bars may come"
    session.workspace.remove(session.workspace.items)
    until(qtbot, idle(session))
