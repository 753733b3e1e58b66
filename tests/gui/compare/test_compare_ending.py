"""How a comparison ends is told as it was, and what failed can be tried again."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from rainapp.gui.app import Session
from rainapp.gui.compare.compare_page import ComparePage
from tests.gui.plain_run import idle, until

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def whole(three_models: Path) -> bytes:
    """The weights of one model, which are damaged now: the files of it and of no other model fail."""
    weights = three_models / "balcony" / "weights.safetensors"
    content = weights.read_bytes()
    weights.write_bytes(content[:-1] + b"x")
    return content


def test_a_comparison_in_which_some_failed_says_so_and_tries_these_again(
    page: ComparePage, whole: bytes, session: Session, three_models: Path, qtbot: QtBot
) -> None:
    qtbot.mouseClick(page.foot.button, LEFT)
    until(qtbot, idle(session))
    assert page.foot.cost.accessibleName() == "6 compared, 3 failed"
    assert page.foot.button.accessibleName() == "Try the 3 again"
    assert page.foot.button.isEnabled()
    (three_models / "balcony" / "weights.safetensors").write_bytes(whole)
    qtbot.mouseClick(page.foot.button, LEFT)
    assert len(page.comparing.run.results()) == 6
    until(qtbot, idle(session))
    assert len(page.comparing.run.results()) == 9
    assert page.foot.cost.accessibleName() == "All of it is compared"


def test_an_export_says_what_is_missing_in_it(
    page: ComparePage, whole: bytes, session: Session, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert whole
    qtbot.mouseClick(page.foot.button, LEFT)
    until(qtbot, idle(session))
    target = tmp_path / "report.html"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    page.export_as("report")
    until(qtbot, idle(session))
    assert session.window.notice.words.text() == f"Saved {target}; 3 results failed and are missing in it."
    assert "3 results are missing here: they failed." in target.read_text("utf-8")


def test_an_export_replaces_no_original(
    compared: ComparePage, session: Session, photos: list[Path], tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {path: path.read_bytes() for path in photos}
    truths = tmp_path / "clean"
    truths.mkdir()
    truth = truths / "street 0.png"
    truth.write_bytes(before[photos[0]])
    compared.comparing.truth = truths
    for wanted, written in ((photos[0], "street 0 (2).png"), (truth, "street 0 (2).png")):
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, wanted=wanted: (str(wanted), ""))
        compared.export_as("picture")
        until(qtbot, idle(session))
        assert wanted.read_bytes() == before[photos[0]]
        assert wanted.with_name(written).is_file()
        assert session.window.notice.words.text() == f"Saved {wanted.with_name(written)}."


def test_a_trial_in_which_a_model_failed_recommends_so_far_only(
    page: ComparePage, whole: bytes, session: Session, qtbot: QtBot
) -> None:
    assert whole
    page.comparing.set_mode("trial")
    qtbot.mouseClick(page.foot.button, LEFT)
    until(qtbot, lambda: bool(page.comparing.trial.samples))
    until(qtbot, idle(session))
    assert page.foot.cost.accessibleName() == "12 compared, 6 failed"
    assert page.card.words.text().startswith("So far")


def test_photos_that_cannot_be_read_are_not_passed_over(
    compared: ComparePage, session: Session, photos: list[Path], qtbot: QtBot
) -> None:
    broken = photos[0].with_name("broken.png")
    broken.write_bytes(b"no picture")
    session.workspace.add([broken])
    until(qtbot, lambda: compared.foot.cost.accessibleName() == "All but 1 compared, which cannot be read")
