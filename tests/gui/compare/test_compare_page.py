"""The page as a whole: a person's way through it, themes, sizes, leaving nothing behind."""

import html
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt, QTimer
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from rainapp.gui.app import Session
from rainapp.gui.compare.compare_page import ComparePage
from rainapp.gui.compare.compare_shown import panes
from tests.gui.compare.pages import Make, alike, cell_image, text
from tests.gui.hands import drop
from tests.gui.plain_run import idle, rainy_photo, until


def test_a_person_finds_the_model_that_suits_and_derains_with_it(
    session: Session, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, workspace = session.window, session.workspace
    page = window.compare
    photos = [rainy_photo(tmp_path / f"walk {n}.png", 240, 160, seed=n) for n in range(2)]
    dry = rainy_photo(tmp_path / "dry.png", 240, 160, streaks=0)

    drop(session, [*photos, dry])
    qtbot.mouseClick(window.header.pages.button("compare"), Qt.MouseButton.LeftButton)
    until(qtbot, idle(session))
    workspace.select(workspace.items[0], workspace.items[:2])
    until(qtbot, window.actions_["compare"].isEnabled)
    qtbot.keyClick(window, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    until(qtbot, idle(session))
    assert len(page.comparing.run.results()) == 6

    until(qtbot, window.actions_["compare-blind"].isEnabled)
    qtbot.keyClick(window, Qt.Key.Key_B)
    for _ in range(2):
        until(qtbot, idle(session))
        qtbot.keyClick(page.grid, Qt.Key.Key_2)
    assert page.card.isVisible()
    assert "2 votes" in page.card.words.text()
    assert text(page, 0, "Votes").endswith("of 2")

    report = tmp_path / "told.html"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(report), ""))
    until(qtbot, window.actions_["compare-report"].isEnabled)
    window.actions_["compare-report"].trigger()
    until(qtbot, idle(session))
    assert html.unescape(page.card.words.text()) in html.unescape(report.read_text(encoding="utf-8"))

    workspace.select(workspace.items[2], [workspace.items[2]])
    window.actions_["compare-trial"].trigger()
    qtbot.mouseClick(page.foot.button, Qt.MouseButton.LeftButton)
    until(qtbot, lambda: bool(page.comparing.trial.samples))
    window.actions_["theme-light"].trigger()  # nobody waits for the work
    until(qtbot, idle(session))
    assert page.samples.count() == 6
    advice = page.comparing.advice
    assert advice is not None
    assert (sorted(advice.order), advice.photos) == (["balcony", "prenet", "tiny"], 6)
    said = page.card.words.text()
    assert page.comparing.titles[advice.model].split()[0] in said
    assert text(page, 0, "Difference left").endswith(" %")
    rained = cell_image(page, 0)
    page.comparing.set_sample(5)  # sheets of rain
    until(qtbot, idle(session))
    assert not alike(rained, cell_image(page, 0))
    page.comparing.tally = None
    qtbot.mouseClick(page.modes.button("photos"), Qt.MouseButton.LeftButton)
    assert page.card.words.text() == said  # what was found helps with one's own photos

    workspace.change(model=advice.model)
    window.show_page("derain")
    qtbot.mouseClick(window.page.run_bar.button, Qt.MouseButton.LeftButton)
    until(qtbot, idle(session))
    assert workspace.items[0].target == photos[0].with_name("walk 0_derained.png")
    assert {path.name for path in tmp_path.glob("*.png")} >= {"walk 0.png", "walk 0_derained.png"}


def test_themes_switch_while_results_are_seen(compared: ComparePage, session: Session, qtbot: QtBot) -> None:
    session.window.actions_["theme-light"].trigger()
    light = compared.grab().toImage()
    session.window.actions_["theme-dark"].trigger()
    dark = compared.grab().toImage()
    at = QPoint(compared.foot.x() + 400, compared.height() - 8)
    assert QColor(light.pixel(at)).lightness() > QColor(dark.pixel(at)).lightness() + 100


def test_opening_and_leaving_the_page_leaves_nothing_behind(compared: ComparePage, session: Session, qtbot: QtBot) -> None:
    window = session.window

    def once() -> tuple[int, int, int]:
        window.show_page("compare")
        until(qtbot, idle(session))
        window.show_page("derain")
        until(qtbot, idle(session))
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        return len(QApplication.allWidgets()), len(window.findChildren(QTimer)), threading.active_count()

    first = once()
    for _ in range(3):
        assert once() == first


@pytest.mark.parametrize("size", [(1440, 900), (1000, 700), (800, 600), (640, 480)])
def test_nothing_is_cut_off_at_any_size(
    size: tuple[int, int], make: Make, three_models: Path, photos: list[Path], qtbot: QtBot
) -> None:
    session = make(three_models, size)
    session.workspace.add(photos)
    session.window.show_page("compare")
    until(qtbot, idle(session))
    window, page = session.window, session.window.compare
    assert (window.width(), window.height()) == size
    for widget in (page.foot.button, page.grid, page.table, page.export, page.vote, page.modes, window.header.settings):
        corner = widget.mapTo(window, widget.rect().topLeft())
        assert window.rect().contains(widget.rect().translated(corner)), widget.accessibleName()
        assert min(widget.width(), widget.height()) >= 27, widget.accessibleName()


def test_the_button_follows_the_selection_even_where_the_photo_in_sight_stays(
    session: Session, tmp_path: Path, qtbot: QtBot
) -> None:
    window, rows = session.window, session.window.compare.panel.list
    session.workspace.add([rainy_photo(tmp_path / f"walk {name}.png", 240, 160) for name in "abc"])
    window.show_page("compare")
    until(qtbot, idle(session))
    rows.setFocus()
    button = window.compare.foot.button
    assert button.accessibleName().endswith("on 3 photos")
    qtbot.keyClick(rows, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert button.accessibleName().endswith("on 2 photos")
    qtbot.keyClick(window, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert len(session.workspace.selected) == 3
    assert button.accessibleName().endswith("on 3 photos")
    until(qtbot, idle(session))


def test_a_photo_that_cannot_be_read_is_not_said_to_be_compared_later(session: Session, tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "market.png").write_bytes(b"no picture")
    session.workspace.add([tmp_path / "market.png"])
    session.window.show_page("compare")
    until(qtbot, idle(session))
    assert [pane.trouble for pane in panes(session.window.compare.comparing)[1:]] == ["Cannot be compared"] * 3
