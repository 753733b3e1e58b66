"""The story of a person who has rainy photos only: five pages, a real run, a new model, and a photo derained with it."""

import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from rainapp.gui.app import Session
from rainapp.gui.state.file_item import State
from rainapp.gui.teach.teach_page import TeachPage
from rainapp.gui.teach.teach_state import Step
from rainapp.metrics.fine_structure import fine_removed
from tests.gui.hands import click_derain, drop
from tests.gui.plain_run import idle, read, until
from tests.training.real_photos import dry_photo, rained


def click(qtbot: QtBot, button: QPushButton) -> None:
    assert button.isVisible()
    assert button.isEnabled()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_from_a_drop_to_a_photo_derained_by_the_new_model(
    teaching: Callable[[], Session], rain: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    session = teaching()
    page = session.window.teach
    gathered(session, page, rain, qtbot)
    rain_is_found_and_changed(page, qtbot)
    taught_with_a_pause(session, page, qtbot)
    looked_at_and_added(session, page, qtbot)
    derained_with_it(session, tmp_path, qtbot)


def gathered(session: Session, page: TeachPage, rain: Path, qtbot: QtBot) -> None:
    assert not page.main.isEnabled()
    drop(session, [rain])
    until(qtbot, lambda: page.state.understood is not None and not page.state.looking)
    assert page.rain.figure.accessibleName() == "Usable: 12. That is enough to begin; more photos teach more surely."
    assert [(path.name, why) for path, why in page.rain.left_out.shown] == [("broken.jpg", "Cannot be read")]
    assert len(page.rain.wall.shown) == 12
    click(qtbot, page.main)
    assert page.state.step is Step.DRY
    assert len(page.dry.starter.shown) == 16
    page.state.minutes = 0.1
    click(qtbot, page.main)


def rain_is_found_and_changed(page: TeachPage, qtbot: QtBot) -> None:
    assert page.state.step is Step.FALLS
    assert not page.main.isEnabled()
    until(qtbot, lambda: page.state.fitted is not None and not page.state.purpose)
    until(qtbot, lambda: page.pictures.drawn is not None)
    assert page.falls.ranges["length_px"].isVisible()
    first = page.pictures.drawn
    page.falls.more.button.click()
    page.falls.sliders["strength"].setValue(110)
    until(qtbot, lambda: page.pictures.drawn is not first)
    click(qtbot, page.back)
    assert page.state.step is Step.DRY
    click(qtbot, page.main)
    assert page.state.fitted is not None, "nothing is lost when going back"
    click(qtbot, page.main)
    assert page.state.run is not None
    own = json.loads((page.state.run.folder / "own-rain.json").read_text("utf-8"))["profile"]
    assert own["alpha"][0] == round(min(0.95, 1.1 * page.state.fitted.profile["alpha"][0]), 3)


def taught_with_a_pause(session: Session, page: TeachPage, qtbot: QtBot) -> None:
    assert page.main.accessibleName() == "Start teaching"
    click(qtbot, page.main)
    run = page.state.run
    assert run is not None
    until(qtbot, lambda: bool(run.points))
    assert run.points[0].step == 0
    session.window.show_page("derain")  # everything else stays usable
    session.window.show_page("teach")
    click(qtbot, page.pause)
    until(qtbot, lambda: not page.state.purpose)
    assert page.state.trouble is None
    assert page.main.accessibleName() == "Go on teaching"
    click(qtbot, page.main)
    until(qtbot, lambda: run.outcome is not None and not page.state.purpose)
    assert {line.state for line in page.learning.stages.values()} == {"done"}
    assert page.learning.now.has_picture
    assert run.points[-1].removed > run.points[0].removed + 0.03, "the curve rises"
    click(qtbot, page.main)


def looked_at_and_added(session: Session, page: TeachPage, qtbot: QtBot) -> None:
    outcome = page.state.outcome
    assert page.state.step is Step.HELPED
    assert outcome is not None
    assert outcome.accepted, outcome.reasons
    assert len(outcome.photos) == 6
    assert page.helped.own.before.text() == "0 %"
    until(qtbot, lambda: page.helped.grid.has_picture)
    assert page.main.accessibleName() == "Add to my models"
    page.helped.title.setText("Mein Balkon")
    click(qtbot, page.main)
    until(qtbot, lambda: not page.state.purpose)
    assert page.state.trouble is None
    assert [(card.id, card.title) for card in session.workspace.cards if card.id == "mein-balkon"]
    card = session.workspace.library.get("mein-balkon")
    assert card.title == "Mein Balkon"
    assert card.parents == ("opening",)
    assert session.workspace.treatment.model == "opening", "nothing is used unasked"
    assert page.main.accessibleName() == "Use it on my photos"
    click(qtbot, page.main)


def derained_with_it(session: Session, tmp_path: Path, qtbot: QtBot) -> None:
    assert session.window.shown_page == "derain"
    assert session.workspace.treatment.model == "mein-balkon"
    photo = tmp_path / "new.png"
    cv2.imwrite(str(photo), rained(dry_photo(131), 131)[..., ::-1])
    drop(session, [photo])
    until(qtbot, idle(session))
    session.window.actions_["treat-anyway"].trigger()  # the net of these tests does too little to be sure that it rains
    click_derain(session, qtbot)
    until(qtbot, idle(session))
    item = session.workspace.items[0]
    assert item.state is State.DONE, item.message
    assert item.target is not None
    gone = fine_removed(read(photo), np.asarray(read(item.target)))
    assert gone is not None
    assert gone > 0.03
