"""Figures and what follows from them: the table, the ground truth, blind votes, the recommendation, exports."""

import csv
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from rainapp.base.settings import Settings
from rainapp.compare.advice import Compared, Figures
from rainapp.compare.blind_test import Tally
from rainapp.gui.app import Session, prepare
from rainapp.gui.compare.compare_page import ComparePage
from rainapp.gui.compare.compare_queue import Cell, CellState, Subject
from rainapp.gui.compare.compare_table import CompareTable, Line
from rainapp.gui.compare.export_dialog import record, sources
from tests.gui.compare.pages import text
from tests.gui.plain_run import idle, rainy_photo, until


def test_the_table_sorts_by_mouse_and_by_key(compared: ComparePage, qtbot: QtBot) -> None:
    table = compared.table
    column = 2  # changed
    heads = table.horizontalHeader()
    at = QPoint(heads.sectionViewportPosition(column) + 20, heads.height() // 2)
    qtbot.mouseClick(heads.viewport(), Qt.MouseButton.LeftButton, pos=at)
    values = [line.figures.changed for line in table.lines.lines if line.figures is not None]
    assert values == sorted(values)
    table.choose("tiny")
    table.setCurrentIndex(table.lines.index(table.currentIndex().row(), 0))
    table.setFocus()
    qtbot.keyClick(table, Qt.Key.Key_Return)
    qtbot.keyClick(table, Qt.Key.Key_Return)
    assert [line.title for line in table.lines.lines] == ["Tiny", "PReNet <i>", "My balcony"]
    assert table.model_in_hand == "tiny"  # what was selected stays selected


def test_a_blind_test_hides_the_names_and_reveals_the_votes(compared: ComparePage, session: Session, qtbot: QtBot) -> None:
    comparing = compared.comparing
    session.window.actions_["compare-blind"].trigger()
    qtbot.keyClick(compared.grid, Qt.Key.Key_0)
    qtbot.keyClick(compared.grid, Qt.Key.Key_Escape)  # left without a trace
    assert comparing.tally is None
    assert not compared.card.isVisible()
    session.workspace.step(-1)
    qtbot.keyClick(session.window, Qt.Key.Key_B)
    assert comparing.ballot is not None
    assert [pane.title for pane in compared.grid.panes] == ["Rainy", "1 · A", "2 · B", "3 · C"]
    assert not any(pane.words for pane in compared.grid.panes)
    assert not compared.table.isVisible()
    assert compared.blind.isVisible()
    assert not session.window.actions_["compare-report"].isEnabled()
    for turn in range(3):
        assert comparing.ballot is not None
        assert session.workspace.current is session.workspace.items[turn]
        until(qtbot, idle(session))
        place = comparing.ballot.order.index("tiny")
        if turn == 0:
            qtbot.keyClick(compared.grid, Qt.Key(Qt.Key.Key_1 + place))
        elif turn == 1:
            qtbot.mouseClick(compared.grid, Qt.MouseButton.LeftButton, pos=compared.grid.cell(place + 1).center().toPoint())
        else:
            qtbot.mouseClick(compared.blind.buttons[place], Qt.MouseButton.LeftButton)
    assert compared.table.isVisible()
    assert not compared.blind.isVisible()
    assert compared.card.words.text() == "Tiny won 3 of 3 votes. Against My balcony with 0, that could be chance (p = 0.25)."
    assert [text(compared, row, "Votes") for row in range(3)] == ["0 of 3", "0 of 3", "3 of 3"]
    compared.toggle_blind()
    compared.toggle_blind()  # begun and left again: the votes of before stand
    assert compared.card.words.text().startswith("Tiny won 3 of 3 votes.")
    comparing.tally = Tally((("prenet", 1), ("tiny", 0)), 0, 1.0)
    compared.refresh()
    assert compared.card.words.text().startswith("PReNet &lt;i&gt; won")  # as it is called, not in italics


def test_a_blind_test_needs_a_photo_that_all_its_models_were_through(compared: ComparePage, photos: list[Path]) -> None:
    comparing = compared.comparing
    comparing.choose("prenet", False)
    for model, gone in (("balcony", photos[:2]), ("tiny", photos[2:])):
        for photo in gone:
            del comparing.run._cells[photo, model]  # as stopping does
    assert not comparing.can_vote
    comparing.start_ballot()
    assert comparing.ballot is None
    comparing.choose("prenet", True)
    comparing.choose("tiny", False)
    assert comparing.can_vote


def test_with_a_ground_truth_the_table_tells_removal_from_damage(
    compared: ComparePage, session: Session, photos: list[Path], tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    truth = tmp_path / "truth"
    truth.mkdir()
    for n, photo in enumerate(photos):
        rainy_photo(truth / photo.name, streaks=0, seed=n)
    assert compared.table.isColumnHidden(10)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(truth))
    session.window.actions_["compare-truth-folder"].trigger()
    assert compared.comparing.missing == 9
    session.window.actions_["compare"].trigger()
    until(qtbot, idle(session))
    assert not compared.table.isColumnHidden(10)  # the background; a narrow table keeps what tells most
    assert float(text(compared, 2, "PSNR")) > 10
    assert text(compared, 2, "Difference left").endswith(" %")
    assert all(" · " in pane.words for pane in compared.grid.panes[1:-1])
    assert compared.grid.panes[-1].title == "Without rain"
    until(qtbot, lambda: compared.grid.panes[-1].picture is not None)
    assert "changed" not in compared.grid.panes[1].words  # what is left of the rain is known now, and says more


@pytest.fixture
def tried(session: Session) -> ComparePage:
    """The page after known rain was drawn on "dry.png", of which two models left so much."""
    session.window.show_page("compare")
    page = session.window.compare
    source = Path("a")
    for model, left in (("tiny", 0.5), ("balcony", 0.2)):
        figures = Figures(seconds_per_mp=0.5, error_left=left)
        result = Compared(source, model, source, source, 4, 4, 1.0, "torch", True, figures)
        treatment = replace(session.workspace.treatment, model=model)
        cell = Cell(Subject(source, "a"), treatment, CellState.DONE, result=result)
        page.comparing.trial.run._cells[source, model] = cell
    page.refresh()
    return page


def test_the_recommended_model_is_taken_into_use(tried: ComparePage, session: Session) -> None:
    page = tried
    assert "<b>My balcony</b> suits this photo best" in page.card.words.text()
    assert "20 %" in page.card.words.text()
    assert "PReNet" not in page.card.words.text()
    page.card.use.click()
    assert session.workspace.treatment.model == "balcony"
    assert not page.card.use.isEnabled()


def test_only_models_that_take_part_are_recommended(tried: ComparePage, session: Session, three_models: Path) -> None:
    tried.comparing.choose("balcony", False)
    assert "<b>Tiny</b> suits this photo best" in tried.card.words.text()
    tried.comparing.choose("balcony", True)
    assert "<b>My balcony</b>" in tried.card.words.text()
    shutil.rmtree(three_models / "balcony")
    session.workspace.read_library()  # as the page of models does after a removal
    assert "<b>Tiny</b>" in tried.card.words.text()
    tried.card.use.click()
    assert session.workspace.treatment.model == "tiny"


def test_a_recommendation_names_the_photo_that_was_tried(
    tried: ComparePage, session: Session, photos: list[Path], qtbot: QtBot
) -> None:
    comparing = tried.comparing
    comparing.trial.photo = Subject(Path("dry <1>.png"), "dry <1>.png")
    comparing.trial.samples = [("Fine threads", Subject(Path("a"), "Fine threads"))]
    session.workspace.add(photos)
    assert "suits dry &lt;1&gt;.png best" in tried.card.words.text()
    assert tried.name.accessibleName() == photos[0].name
    comparing.set_mode("trial")
    assert tried.name.accessibleName() == "dry <1>.png"
    until(qtbot, idle(session))


def test_a_report_leaves_out_photos_without_results_of_the_models_that_take_part(
    compared: ComparePage, session: Session, photos: list[Path], tmp_path: Path
) -> None:
    del compared.comparing.run._cells[photos[1], "tiny"]  # as stopping does
    for model in ("balcony", "prenet"):
        compared.comparing.choose(model, False)
    names = [name for name, _ in record(compared.comparing, tmp_path / "report.html", "report").photos]
    assert sorted(names) == [photos[0].name, photos[2].name]


def test_an_export_names_all_photos_that_went_into_it(
    compared: ComparePage, session: Session, photos: list[Path], tmp_path: Path, qtbot: QtBot
) -> None:
    """Whose readers alone may read it: one of them is closed."""
    truth = tmp_path / "truth"
    truth.mkdir()
    for name in (photos[1].name, "other.png"):
        (truth / name).write_bytes(photos[1].read_bytes())
    compared.comparing.truth = truth
    for kind in ("picture", "report", "table"):
        job = record(compared.comparing, tmp_path / "out.png", kind)
        assert set(job.sources) == {*photos, truth / photos[1].name}
    compared.comparing.trial.photo = Subject(photos[0], "dry")
    compared.comparing.mode = "trial"
    assert sources(compared.comparing) == (photos[0],)
    compared.comparing.mode = "photos"


def test_a_comparison_is_exported(
    compared: ComparePage, session: Session, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    for kind, name in (("picture", "sheet.png"), ("report", "report.html"), ("clip", "swipe.webp")):
        target = tmp_path / name
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, target=target: (str(target), ""))
        session.window.actions_[f"compare-{kind}"].trigger()
        until(qtbot, idle(session))
        assert session.window.notice.words.text() == f"Saved {target}."
        assert target.stat().st_size > 5000
    target = tmp_path / "figures.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    session.window.actions_["compare-table"].trigger()
    until(qtbot, idle(session))
    with target.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    results = {(one.source.name, one.model): one for one in compared.comparing.run.results()}
    assert len(rows) == len(results) == 9
    models = [card.id for card in compared.comparing.cards]
    assert [(row["photo"], row["model"]) for row in rows] == [
        (item.path.name, model) for item in session.workspace.items for model in models
    ]
    for row in rows:
        result = results[row["photo"], row["model"]]
        assert float(row["changed"]) == pytest.approx(result.figures.changed, rel=1e-4)
        assert row["psnr_y"] == ""  # there was no picture without rain
    told = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert told.count("<section>") == 3
    assert "PReNet &lt;i&gt;" in told


@pytest.mark.parametrize("width", [400, 640, 900, 1126, 1400])
def test_the_names_have_room_beside_the_figures(qapp: QApplication, qtbot: QtBot, width: int) -> None:
    prepare(qapp, Settings(theme="dark"))
    table = CompareTable()
    qtbot.addWidget(table)
    table.resize(width, 300)
    table.show()
    figures = Figures(0.53, 0.41, 7.6, 2.1, 2.2, 27.83, 0.917, 0.26, 0.48, 4.7, 0.76)
    for shown in (False, True, True):  # again, because the page does so whenever anything changes
        table.lines.show_lines([Line("quick", "Quick, a stage earlier", True, figures, votes=3, cast=9)])
        table.show_truth(shown, clips=shown)
        QApplication.processEvents()
        assert table.columnWidth(0) >= 130
    shown_columns = [n for n in range(table.lines.columnCount()) if not table.isColumnHidden(n)]
    assert shown_columns == list(range(table.lines.columnCount()))  # nothing is left out
    bar = table.horizontalScrollBar()
    bar.setValue(bar.maximum())
    last = shown_columns[-1]
    assert table.columnViewportPosition(last) + table.columnWidth(last) <= table.viewport().width()  # it can be reached
    if width <= 640:
        assert bar.maximum() > 0
