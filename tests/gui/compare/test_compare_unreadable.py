"""A photo that cannot be read takes nothing from a comparison of the others, and is not passed over in the figures."""

import csv
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from rainapp.gui.app import Session
from rainapp.gui.compare.compare_page import ComparePage
from rainapp.gui.compare.export_dialog import record
from rainapp.gui.state.file_item import State
from tests.gui.plain_run import idle, until


@pytest.fixture
def broken(photos: list[Path]) -> Path:
    """The second photo, damaged before the window sees it."""
    photos[1].write_bytes(b"this was a photo once")
    return photos[1]


def figures(
    page: ComparePage, session: Session, target: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> list[list[str]]:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    session.window.actions_["compare-table"].trigger()
    until(qtbot, idle(session))
    with target.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_figures_and_report_are_written_while_a_photo_that_cannot_be_read_is_selected(
    broken: Path, page: ComparePage, session: Session, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    qtbot.mouseClick(page.foot.button, Qt.MouseButton.LeftButton)
    until(qtbot, idle(session))
    item = session.workspace.items[1]
    session.workspace.select(item, [item])
    until(qtbot, idle(session))
    assert item.state is State.UNREADABLE
    assert page.export.isEnabled()
    rows = ("compare-picture", "compare-report", "compare-clip", "compare-table")
    assert [session.window.actions_[row].isEnabled() for row in rows] == [False, True, False, True]
    table = figures(page, session, tmp_path / "figures.csv", qtbot, monkeypatch)
    about = [dict(zip(table[0], row, strict=True)) for row in table[1:]]
    of_it = [row for row in about if row["photo"] == broken.name]
    assert [row["model"] for row in of_it] == page.comparing.models
    assert all(row["trouble"] == f"{item.message} {item.hint}" and not row["changed"] for row in of_it)
    assert len(about) == 9
    assert all(row["changed"] and not row["trouble"] for row in about if row not in of_it)
    names = [name for name, _ in record(page.comparing, tmp_path / "report.html", "report").photos]
    assert len(names) == 2


def test_the_figures_stand_in_the_order_of_the_list_whichever_photo_was_compared_first(
    page: ComparePage, session: Session, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = session.workspace.items[2]
    session.workspace.select(last, [last])  # what is in sight is compared first
    until(qtbot, idle(session))
    qtbot.mouseClick(page.foot.button, Qt.MouseButton.LeftButton)
    until(qtbot, idle(session))
    table = figures(page, session, tmp_path / "figures.csv", qtbot, monkeypatch)
    listed, models = [item.path.name for item in session.workspace.items], [card.id for card in page.comparing.cards]
    assert [(row[0], row[1]) for row in table[1:]] == [(name, model) for name in listed for model in models]


def test_what_failed_under_one_model_has_its_row(
    page: ComparePage, three_models: Path, session: Session, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = three_models / "balcony" / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"x")
    qtbot.mouseClick(page.foot.button, Qt.MouseButton.LeftButton)
    until(qtbot, idle(session))
    table = figures(page, session, tmp_path / "figures.csv", qtbot, monkeypatch)
    about = [dict(zip(table[0], row, strict=True)) for row in table[1:]]
    assert [row["model"] for row in about if row["trouble"]] == ["balcony"] * 3
    assert len(about) == 9
