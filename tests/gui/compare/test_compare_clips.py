"""Clips on the Compare page: one range under all models, a frame of all of them at once, figures over all of it."""

import csv
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from rainapp.gui.app import Session
from rainapp.gui.compare.compare_page import ComparePage
from tests.gui.compare.pages import Gate, alike, cell_image, text
from tests.gui.plain_run import idle, until
from tests.video_clips import make_clip


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    (tmp_path / "clips").mkdir()
    return make_clip(tmp_path / "clips" / "street.mp4", times=range(50), size=(240, 160), noise=True)


@pytest.fixture
def page(session: Session, clip: Path, qtbot: QtBot) -> ComparePage:
    """The page in sight, a clip of two seconds listed, nothing compared, five frames wanted."""
    session.workspace.add([clip])
    session.window.actions_["page-compare"].trigger()
    until(qtbot, idle(session))
    page = session.window.compare
    page.clip.count.setValue(5)
    until(qtbot, idle(session))
    return page


@pytest.fixture
def compared(page: ComparePage, session: Session, qtbot: QtBot) -> ComparePage:
    qtbot.mouseClick(page.foot.button, Qt.MouseButton.LeftButton)
    until(qtbot, idle(session))
    return page


def seen(page: ComparePage) -> list[tuple[str, float]]:
    """The frame of each model that is in sight, with its moment."""
    place = page.comparing.sights.place
    return [(result.model, result.at(place).time_s) for result in page.comparing.results_in_sight]


def test_a_clip_says_which_frames_are_to_be_compared(page: ComparePage) -> None:
    assert page.clip.isVisible()
    assert page.clip.start.value() == 0.76  # twelve frames about its middle, as nobody chose otherwise
    assert page.grid.panes[0].words == "5 frames from 0:00.76"
    assert not page.clip.slider.isEnabled()
    assert page.foot.cost.accessibleName().startswith("3 results")


def test_all_models_show_the_same_frame_whichever_is_looked_at(compared: ComparePage, session: Session, qtbot: QtBot) -> None:
    assert compared.clip.slider.maximum() == 4
    first = [cell_image(compared, place) for place in range(4)]
    assert {moment for _, moment in seen(compared)} == {0.76}
    assert compared.grid.panes[0].words == "frame 1 of 5"
    compared.clip.slider.setValue(4)
    until(qtbot, idle(session))
    assert [round(moment, 2) for _, moment in seen(compared)] == [0.92] * 3
    assert compared.clip.words.accessibleName() == "frame 5 of 5 · 0:00.92"
    last = [cell_image(compared, place) for place in range(4)]
    assert not any(alike(one, two) for one, two in zip(first, last, strict=True))
    qtbot.keyClick(compared.grid, Qt.Key.Key_Comma)
    until(qtbot, idle(session))
    assert compared.clip.slider.value() == 3
    assert compared.grid.panes[0].words == "frame 4 of 5"


def test_cells_change_together_once_all_pictures_are_there(compared: ComparePage, session: Session, qtbot: QtBot) -> None:
    sights = compared.comparing.sights
    compared.clip.slider.setValue(3)
    assert not sights.settled
    assert sights.place == 0  # nothing of the new frame is in sight before all of it is
    assert [pane.picture for pane in compared.grid.panes].count(None) == 0
    until(qtbot, idle(session))
    assert sights.settled
    assert sights.place == 3


def test_the_range_is_played_in_step_and_halted(compared: ComparePage, qtbot: QtBot) -> None:
    places: list[int] = []
    compared.comparing.changed.connect(lambda: places.append(compared.comparing.sights.place))
    qtbot.mouseClick(compared.clip.play, Qt.MouseButton.LeftButton)
    until(qtbot, lambda: set(places) >= {0, 1, 2, 3, 4} and places[-1] == 1)
    assert compared.clip.pause.isVisible()
    qtbot.mouseClick(compared.clip.pause, Qt.MouseButton.LeftButton)
    assert compared.clip.play.isVisible()
    qtbot.mouseClick(compared.clip.play, Qt.MouseButton.LeftButton)
    compared.hide()  # nobody looks on
    assert not compared.clip.play.isHidden()


def test_another_range_is_compared_anew_and_the_first_is_not_shown_for_it(
    compared: ComparePage, gate: Gate, session: Session, qtbot: QtBot
) -> None:
    kept = {result.result for result in compared.comparing.run.results()}
    assert compared.comparing.missing == 0
    assert len(gate.compared) == 3
    compared.clip.start.setValue(1.2)
    assert compared.comparing.missing == 3
    assert [pane.trouble for pane in compared.grid.panes[1:]] == ["Not compared yet"] * 3
    until(qtbot, session.window.actions_["compare"].isEnabled)
    qtbot.mouseClick(compared.foot.button, Qt.MouseButton.LeftButton)
    until(qtbot, idle(session))
    assert [pane.trouble for pane in compared.grid.panes] == [""] * 4
    assert len(gate.compared) == 6
    assert {moment for _, moment in seen(compared)} == {1.2}
    assert not any(path.exists() for path in kept)  # what nobody can see again takes no room


def test_stopping_a_clip_keeps_the_models_that_are_done(page: ComparePage, gate: Gate, session: Session, qtbot: QtBot) -> None:
    gate.open.clear()
    qtbot.mouseClick(page.foot.button, Qt.MouseButton.LeftButton)
    until(qtbot, lambda: any(pane.share is not None for pane in page.grid.panes))
    qtbot.mouseClick(page.foot.stop, Qt.MouseButton.LeftButton)
    gate.open.set()
    until(qtbot, idle(session))
    assert page.comparing.missing == 3
    qtbot.mouseClick(page.foot.button, Qt.MouseButton.LeftButton)
    until(qtbot, idle(session))
    assert page.comparing.missing == 0


def test_figures_are_means_over_the_range_and_flicker_has_a_column(compared: ComparePage) -> None:
    for row in range(3):
        assert "→" in text(compared, row, "Flicker")
        assert text(compared, row, "Changed").endswith(" %")
    for result in compared.comparing.run.results():
        each = [frame.figures.changed for frame in result.frames]
        assert result.figures.changed == pytest.approx(sum(each) / len(each))


def test_results_of_clips_become_csv(
    compared: ComparePage, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    target = tmp_path / "figures.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", staticmethod(lambda *_, **__: (str(target), "")))
    session.window.actions_["compare-table"].trigger()
    until(qtbot, target.exists)
    rows = list(csv.DictReader(target.read_text(encoding="utf-8").splitlines()))
    assert [(row["photo"], row["time_s"], row["frames"]) for row in rows] == [("street.mp4", "0.76", "5")] * 3
    assert all(float(row["flicker_out"]) >= 0 and float(row["seconds"]) > 0 for row in rows)


def test_a_blind_test_goes_through_frames_without_names(compared: ComparePage, session: Session, qtbot: QtBot) -> None:
    session.window.actions_["compare-blind"].trigger()
    assert compared.clip.isVisible()
    assert not compared.clip.start.isEnabled()
    qtbot.keyClick(compared.grid, Qt.Key.Key_Period)
    until(qtbot, idle(session))
    assert compared.grid.panes[0].words == "frame 2 of 5"
    assert all(pane.title.endswith(("A", "B", "C")) and not pane.words for pane in compared.grid.panes[1:])
    qtbot.keyClick(compared.grid, Qt.Key.Key_1)
    assert compared.comparing.tally is not None
