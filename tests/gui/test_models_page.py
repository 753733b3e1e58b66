"""The page of the library, over a real library folder and the real jobs on it."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from rainapp.gui.app import Session
from tests.gui.plain_run import idle, until


@pytest.fixture
def session(real_session: Session) -> Session:
    """One model of the user's, "tiny", and the page of models in sight."""
    real_session.window.show_page("models")
    return real_session


def test_the_library_is_whole(session: Session, qtbot: QtBot) -> None:
    page = session.window.models
    assert [card.accessibleName() for card in page.cards] == ["Model Tiny"]
    qtbot.mouseClick(page.check, Qt.MouseButton.LeftButton)
    until(qtbot, idle(session))
    assert page.status.text() == "All models are whole."


def test_a_damaged_model_is_named(session: Session, tiny_library: Path, qtbot: QtBot) -> None:
    weights = tiny_library / "tiny" / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"x")
    session.window.models.check_all()
    until(qtbot, idle(session))
    assert session.window.models.status.text().startswith("tiny: ")


def test_a_model_folder_is_imported_used_and_thrown_away(
    session: Session, tiny_library: Path, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    import shutil

    window = session.window
    foreign = tmp_path / "balcony"
    shutil.copytree(tiny_library / "tiny", foreign)
    card = (foreign / "card.toml").read_text(encoding="utf-8")
    (foreign / "card.toml").write_text(card.replace('"tiny"', '"balcony"').replace('"Tiny"', '"My balcony"'), encoding="utf-8")
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([str(foreign)], ""))
    qtbot.mouseClick(window.models.import_button, Qt.MouseButton.LeftButton)
    until(qtbot, idle(session))
    assert window.models.status.text() == "Imported “My balcony”."
    assert [view.accessibleName() for view in window.models.cards] == ["Model My balcony", "Model Tiny"]
    balcony = window.models.cards[0]
    assert balcony.use.isEnabled()
    qtbot.mouseClick(balcony.use, Qt.MouseButton.LeftButton)
    assert session.workspace.treatment.model == "balcony"
    assert not window.models.cards[0].use.isEnabled()


def test_a_refused_model_says_why(session: Session, tmp_path: Path, qtbot: QtBot) -> None:
    script = tmp_path / "model.pth"
    script.write_text("import os; os.system('true')")
    session.window.models.import_models([script])
    until(qtbot, idle(session))
    assert len(session.window.models.status.text()) > 20
    assert len(session.window.models.cards) == 1


def test_the_folder_of_a_model_can_be_shown(session: Session, tiny_library: Path) -> None:
    shown: list[QUrl] = []
    session.window.disk.open_url = shown.append
    session.window.models.cards[0].menu.actions()[0].trigger()
    assert [url.toLocalFile() for url in shown] == [str(tiny_library / "tiny")]


def test_of_models_that_come_in_together_none_that_failed_is_passed_over(
    session: Session, tiny_library: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    import shutil

    script = tmp_path / "model.pth"
    script.write_text("import os; os.system('true')")
    foreign = tmp_path / "balcony"
    shutil.copytree(tiny_library / "tiny", foreign)
    card = (foreign / "card.toml").read_text(encoding="utf-8")
    (foreign / "card.toml").write_text(card.replace('"tiny"', '"balcony"').replace('"Tiny"', '"My balcony"'), encoding="utf-8")
    session.window.models.import_models([script, foreign])
    until(qtbot, idle(session))
    failed, done = session.window.models.status.text().split("\n")
    assert "model.pth" in failed
    assert done == "Imported “My balcony”."
