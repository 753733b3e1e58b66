"""A photo or clip that was called dry against what a person sees: there is a way round, and a copy is called one."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from rainapp.gui.app import Session
from rainapp.gui.canvas.composition import View
from rainapp.gui.state import figure_words
from rainapp.gui.state.file_item import State
from rainapp.jobs.records import DerainFile
from tests.gui.hands import canvas_image, click_derain
from tests.gui.plain_run import PlainRun, idle, rainy_photo, until
from tests.video_clips import make_clip


@pytest.fixture
def dry(session: Session, tmp_path: Path, qtbot: QtBot) -> Session:
    """A session with a photo in sight in which no rain is found."""
    session.workspace.add([rainy_photo(tmp_path / "dry.png", streaks=0)])
    until(qtbot, lambda: session.viewing.pair is not None)
    until(qtbot, idle(session))
    return session


def test_a_photo_called_dry_is_treated_anyway_with_one_click(dry: Session, plain_run: PlainRun, qtbot: QtBot) -> None:
    note = dry.window.page.dry_note
    assert note.isVisible()
    assert note.words.text() == "No rain found"
    qtbot.mouseClick(note.anyway, Qt.MouseButton.LeftButton)
    until(qtbot, idle(dry))
    assert not note.isVisible()
    pair = dry.viewing.pair
    assert pair is not None
    assert pair.rain_found
    assert figure_words.state(dry.workspace.items[0])[2] == "Ready · treated anyway"
    click_derain(dry, qtbot)
    until(qtbot, idle(dry))
    done = [job for job in plain_run.jobs if isinstance(job, DerainFile)]
    assert [job.treatment.treat for job in done] == ["always"]
    assert dry.workspace.items[0].state is State.DONE


def test_a_copy_is_called_one_and_can_be_derained_again(dry: Session, plain_run: PlainRun, qtbot: QtBot) -> None:
    click_derain(dry, qtbot)
    until(qtbot, idle(dry))
    item, page = dry.workspace.items[0], dry.window.page
    assert item.target is not None
    assert item.target.read_bytes() == item.path.read_bytes()
    assert figure_words.state(item)[2] == page.dry_note.words.text() == "Copied, no rain found"
    assert page.dry_note.isVisible()
    said = " ".join((page.run_bar.ending.said, figure_words.state(item)[2], page.dry_note.words.text()))
    assert "erained" not in said
    qtbot.mouseClick(page.dry_note.anyway, Qt.MouseButton.LeftButton)
    until(qtbot, idle(dry))
    assert page.run_bar.button.text().strip() == "Derain again 1"
    click_derain(dry, qtbot)
    until(qtbot, idle(dry))
    assert item.state is State.DONE
    assert item.target.read_bytes() != item.path.read_bytes()


def test_the_word_can_be_taken_back_and_counts_for_what_is_selected_only(dry: Session, tmp_path: Path, qtbot: QtBot) -> None:
    dry.workspace.add([rainy_photo(tmp_path / "other.png", streaks=0)])
    until(qtbot, idle(dry))
    action = dry.window.actions_["treat-anyway"]
    action.trigger()
    assert [item.sees_rain for item in dry.workspace.items] == [True, False]
    until(qtbot, idle(dry))
    assert action.isChecked()
    action.trigger()
    until(qtbot, idle(dry))
    assert not dry.workspace.items[0].sees_rain
    assert dry.window.page.dry_note.isVisible()


def test_a_clip_called_dry_has_the_same_way_round(still_session: Session, tmp_path: Path, qtbot: QtBot) -> None:
    clip = make_clip(tmp_path / "street.mp4", times=tuple(range(8)))
    session = still_session
    session.workspace.add([clip])
    until(qtbot, lambda: session.viewing.pair is not None)
    until(qtbot, idle(session))
    note = session.window.page.dry_note
    assert note.words.text() == "No rain found in this frame"
    click_derain(session, qtbot)
    until(qtbot, idle(session))
    item = session.workspace.items[0]
    assert item.state is State.DRY
    assert note.words.text() == "Copied, no rain found"
    qtbot.mouseClick(note.anyway, Qt.MouseButton.LeftButton)
    until(qtbot, idle(session))
    click_derain(session, qtbot)
    until(qtbot, idle(session))
    assert item.state is State.DONE
    assert item.target is not None
    assert item.target.read_bytes() != clip.read_bytes()


def test_a_rainy_photo_has_no_such_note(opened: Session) -> None:
    assert not opened.window.page.dry_note.isVisible()


def test_where_rain_is_left_more_is_offered_than_an_amount(opened: Session, qtbot: QtBot) -> None:
    helps, workspace, window = opened.window.page.still_rain, opened.workspace, opened.window
    assert not helps.why.isVisible()
    qtbot.mouseClick(helps.ask, Qt.MouseButton.LeftButton)
    assert helps.why.isVisible()
    assert "cannot tell from the scene" in helps.why.text()
    workspace.set_amount(60)
    assert "below 100" in helps.why.text()
    qtbot.mouseClick(helps.buttons["stronger"], Qt.MouseButton.LeftButton)
    assert workspace.amount == 130
    qtbot.mouseClick(helps.buttons["view-left"], Qt.MouseButton.LeftButton)
    assert window.canvas.view is View.LEFT
    qtbot.mouseClick(helps.buttons["treat-part"], Qt.MouseButton.LeftButton)
    assert window.canvas.brush.active
    assert window.canvas.brush.mode == "only"
    qtbot.mouseClick(helps.buttons["treat-anyway"], Qt.MouseButton.LeftButton)
    until(qtbot, idle(opened))
    assert workspace.treatment_of(workspace.items[0]).treat == "always"


def orange(session: Session) -> int:
    """How many sampled points of the canvas are as orange as what is left."""
    image = canvas_image(session)
    colours = [image.pixelColor(x, y) for x in range(0, image.width(), 4) for y in range(80, image.height() - 80, 4)]
    return sum(colour.red() > colour.blue() + 90 for colour in colours)


def test_a_key_shows_where_fine_rain_remains(real_session: Session, tmp_path: Path, qtbot: QtBot) -> None:
    session = real_session
    photos = [rainy_photo(tmp_path / "wet.png", streaks=250), rainy_photo(tmp_path / "dry.png", streaks=0)]
    session.workspace.add(photos)
    until(qtbot, lambda: session.viewing.pair is not None)
    until(qtbot, idle(session))
    session.window.canvas.setFocus()
    before = orange(session)
    qtbot.keyClick(session.window.canvas, Qt.Key.Key_9)
    assert session.window.canvas.view is View.LEFT
    assert orange(session) > before + 200  # the tiny net takes light, not streaks
    session.workspace.step(1)
    until(qtbot, lambda: session.viewing.sight is not None and session.viewing.sight.whole is not None)
    until(qtbot, idle(session))
    assert session.viewing.pair is not None
    assert session.viewing.pair.left is None
    assert not orange(session)
