"""What can go wrong while teaching is said in a sentence, and nothing is lost: too few photos, vanished ones, two at once."""

import shutil
from collections.abc import Callable
from pathlib import Path

import cv2
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from rainapp.base.paths import resource
from rainapp.gui.app import Session
from rainapp.gui.teach.teach_state import Step
from tests.gui.plain_run import until
from tests.gui.teaching.conftest import FITTED, UNDERSTOOD, rainy_folder, run_by_hand
from tests.training.real_photos import dry_photo, rained
from tests.training.test_teach import plain
from training.teach import request as requests
from training.teach import run_list

Teaching = Callable[..., Session]


def five(folder: Path) -> None:
    rainy_folder(folder, 5)


def all_dry(folder: Path) -> None:
    for seed in range(13):
        cv2.imwrite(str(folder / f"{seed}.png"), plain(seed))


def all_the_same(folder: Path) -> None:
    for number in range(13):
        cv2.imwrite(str(folder / f"{number}.png"), rained(dry_photo(108), 108)[..., ::-1])


@pytest.mark.parametrize(
    ("make", "figure", "why"),
    [
        (five, "Usable: 5 of at least 12. Add 7 more.", {}),
        (all_dry, "Usable: 0 of at least 12. Add 12 more.", {"No rain was found": 13}),
        (all_the_same, "Usable: 1 of at least 12. Add 11 more.", {"The same as another": 12}),
    ],
    ids=["five photos", "all dry", "all the same"],
)
def test_too_little_is_said_with_what_is_lacking(
    make: Callable[[Path], None], figure: str, why: dict[str, int], teaching: Teaching, tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "mine").mkdir()
    make(tmp_path / "mine")
    page = teaching().window.teach
    page.take([tmp_path / "mine"])
    until(qtbot, lambda: page.state.understood is not None and not page.state.looking)
    assert page.rain.figure.accessibleName() == figure
    counted: dict[str, int] = {}
    for _, reason in page.rain.left_out.shown:
        counted[reason] = counted.get(reason, 0) + 1
    assert counted == why
    assert not page.main.isEnabled()
    assert page.state.trouble is None, "the page says it in its own words"
    assert page.state.run is None


def test_what_is_gone_before_it_was_looked_at_is_left_out_and_said(teaching: Teaching, tmp_path: Path, qtbot: QtBot) -> None:
    page = teaching().window.teach
    folder = rainy_folder(tmp_path / "holiday", 2)
    page.take([folder])
    shutil.rmtree(folder)
    until(qtbot, lambda: page.state.trouble is not None)
    assert page.trouble.words.text() == "Not there any more, and left out: holiday."
    assert page.state.rainy == []
    assert page.rain.pages.currentIndex() == 0, "the empty place again"


def test_a_folder_that_vanishes_in_the_middle_leaves_what_cannot_be_read(
    teaching: Teaching, tmp_path: Path, qtbot: QtBot
) -> None:
    page = teaching().window.teach
    folder = rainy_folder(tmp_path / "holiday")
    page.take([folder])
    until(qtbot, lambda: page.state.at_work is not None and page.state.at_work.progress is not None)
    shutil.rmtree(folder)
    until(qtbot, lambda: not page.state.looking)
    found = page.state.understood
    assert found is not None
    assert found.rainy < 12
    assert len(found.left_out("unreadable")) + len(found.photos) == 12
    assert not page.main.isEnabled()


def test_rainy_photos_among_dry_scenes_are_found_and_said(teaching: Teaching, rain: Path, tmp_path: Path, qtbot: QtBot) -> None:
    page = teaching("tiny").window.teach
    (tmp_path / "dry").mkdir()
    starter = sorted(resource("dry/starter").glob("*.jpg"))[0]
    shutil.copyfile(starter, tmp_path / "dry" / "calm.jpg")
    cv2.imwrite(str(tmp_path / "dry" / "wet.png"), rained(dry_photo(300), 300)[..., ::-1])
    shutil.copyfile(rain / "110.png", tmp_path / "dry" / "copy.png")
    page.take([rain])
    page.state.step = Step.DRY
    page.take([tmp_path / "dry"])
    until(qtbot, lambda: page.state.understood is not None and not page.state.looking)
    told = {path.name: why for path, why in page.dry.left_out.shown}
    assert told["wet.png"] == "It rains here"
    assert told["copy.png"] in ("It rains here", "The same as another")
    assert [path.name for path, _ in page.dry.wall.shown] == ["calm.jpg"]
    assert "broken.jpg" not in told, "that one is of the other page"


def fitted_run() -> Path:
    return run_by_hand("balcony", understood=UNDERSTOOD, fitted=FITTED)


def test_two_at_once_on_one_run_are_refused_with_a_sentence(teaching: Teaching, qtbot: QtBot) -> None:
    page = teaching().window.teach
    folder = fitted_run()
    (run,) = run_list.runs()
    page.state.open_run(run)
    assert page.state.step is Step.TEACHING
    with requests.held(folder):
        page.toggle_runs()
        assert page.runs.lines[0].told.accessibleName().startswith("At work")
        assert not page.runs.lines[0].open.isEnabled()
        assert not page.runs.lines[0].trash.isEnabled()
        page.toggle_runs()
        qtbot.mouseClick(page.main, Qt.MouseButton.LeftButton)
        until(qtbot, lambda: not page.state.purpose)
    assert page.trouble.words.text() == "The run teach-balcony is at work already. Wait until it ends, or stop it there."
    assert folder.exists()
    assert page.main.isEnabled(), "it can be tried again"


def test_closing_while_photos_are_looked_at_leaves_nothing(teaching: Teaching, rain: Path, qtbot: QtBot) -> None:
    session = teaching()
    page = session.window.teach
    page.take([rain])
    until(qtbot, lambda: page.state.purpose == "look")
    session.close()
    assert not page.state.purpose


def test_closing_while_it_is_found_out_how_it_rains_leaves_no_half_run(teaching: Teaching, rain: Path, qtbot: QtBot) -> None:
    session = teaching()
    page = session.window.teach
    page.take([rain])
    until(qtbot, lambda: page.state.understood is not None and not page.state.looking)
    page.state.minutes = 1.0
    page.state.show(Step.FALLS)
    until(qtbot, lambda: page.state.run is not None)
    folder = page.state.run.folder if page.state.run is not None else Path()
    session.close()
    assert not folder.exists()


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_closing_while_teaching_asks_once_and_the_next_window_goes_on(
    teaching: Teaching, rain: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = teaching()
    page = session.window.teach
    page.take([rain])
    until(qtbot, lambda: page.state.understood is not None and not page.state.looking)
    page.state.minutes = 0.1
    page.state.show(Step.FALLS)
    until(qtbot, lambda: page.state.fitted is not None and not page.state.purpose)
    page.state.go_on()
    qtbot.mouseClick(page.main, Qt.MouseButton.LeftButton)
    until(qtbot, lambda: page.state.run is not None and bool(page.state.run.points))
    asked: list[str] = []

    def no(_parent: object, title: str, words: str) -> QMessageBox.StandardButton:
        asked.append(words)
        return QMessageBox.StandardButton.No

    monkeypatch.setattr(QMessageBox, "question", no)
    session.window.close()
    assert asked == ["Quit now? The teaching stops, and goes on next time where it was."]
    assert session.window.isVisible()
    assert page.state.teaching
    session.close()
    assert page.state.run is not None
    assert (page.state.run.folder / "checkpoint.pt").is_file() or (page.state.run.folder / "verdict.json").is_file()
    again = teaching().window.teach
    assert again.offer.isVisible()
    assert again.offer_words.accessibleName() == "The teaching of “my-rain” was not finished."
    qtbot.mouseClick(again.offer_go_on, Qt.MouseButton.LeftButton)
    assert again.state.step is Step.TEACHING
    assert again.learning.curve.points, "its curve is there"
    qtbot.mouseClick(again.main, Qt.MouseButton.LeftButton)
    until(qtbot, lambda: again.state.run is not None and again.state.run.stage == "learn")
    qtbot.mouseClick(again.keep, Qt.MouseButton.LeftButton)
    until(qtbot, lambda: again.state.outcome is not None and not again.state.purpose)
    assert (again.state.run.folder / requests.ENOUGH).is_file()


def test_a_base_that_cannot_be_taught_is_said(
    teaching: Teaching, rain: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = teaching().window.teach
    assert [model for model, _ in page.state.bases] == ["opening", "tiny"]
    monkeypatch.setattr(type(page.state), "bases", property(lambda self: []))
    page.take([rain])
    until(qtbot, lambda: page.state.trouble is not None)
    assert page.trouble.words.text() == "None of the models can be taught. Use one that comes with rainapp."
