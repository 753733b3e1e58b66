"""Bars keep their buttons whole in a language of long words, however narrow the window is."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QAbstractButton, QApplication
from pytestqt.qtbot import QtBot

from rainapp.base.settings import Settings
from rainapp.gui.app import Session
from rainapp.gui.canvas.composition import View
from rainapp.gui.models import model_button
from rainapp.gui.text.language import speak
from rainapp.gui.widgets.theme import interface_font
from tests.gui.plain_run import idle, until


@pytest.fixture
def german(make_session: Callable[..., Session], qapp: QApplication) -> Iterator[Callable[..., Session]]:
    yield make_session
    speak(qapp, "en")


@pytest.mark.parametrize("width", [1280, 1110, 900, 700, 640])
def test_no_button_below_the_photo_is_squeezed_or_cut_off(
    german: Callable[..., Session], photos: list[Path], width: int, qtbot: QtBot
) -> None:
    session = german(Settings(theme="dark", language="de"), (width, 700))
    session.workspace.add(photos)
    until(qtbot, lambda: session.viewing.pair is not None)
    for view in (View.SWIPE, View.RAIN, View.MAP):
        session.window.canvas.show_view(view)
        until(qtbot, idle(session))
        qtbot.wait(20)
        bar = session.window.page.bar
        shown = [button for button in bar.findChildren(QAbstractButton) if button.isVisible()]
        places = [button.rect().translated(button.mapTo(bar, button.rect().topLeft())) for button in shown]
        places.sort(key=lambda place: place.left())
        assert len(places) >= 5
        assert all(bar.rect().contains(place) for place in places), view
        assert not any(one.intersects(other) for one, other in pairwise(places)), view
    assert session.window.page.panel.width() == 264 or width < 820  # the list is not squeezed for it


@pytest.mark.parametrize("width", [1280, 1000, 640])
def test_no_button_above_the_comparison_is_squeezed_and_the_name_is_read(
    german: Callable[..., Session], photos: list[Path], width: int, qtbot: QtBot
) -> None:
    session = german(Settings(theme="dark", language="de"), (width, 800))
    session.workspace.add(photos)
    session.window.show_page("compare")
    until(qtbot, idle(session))
    page = session.window.compare
    page.comparing.trial.samples = [("Weich, unscharf", page.comparing.subjects[0])]
    page.comparing.set_mode("trial")
    until(qtbot, idle(session))
    qtbot.wait(20)
    assert page.samples.isVisible()
    for part in (*page.head.findChildren(QAbstractButton), page.samples):
        assert part.width() >= min(part.sizeHint().width(), part.maximumWidth()), part.accessibleName()
    assert page.panel.width() == 264 or width < 820  # the list is not squeezed for it
    assert page.name.width() >= 90 or width < 700


def test_a_summary_without_room_ends_at_its_first_comma(
    make_session: Callable[..., Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    session = make_session(Settings(theme="dark"), (1280, 800))
    monkeypatch.setattr(model_button, "summary", lambda _: "All kinds of rain, fast, and much else that is good to know. More.")
    button = session.window.findChild(model_button.ModelButton)
    button.resize(250, 56)
    button.refresh()
    assert button.accessibleDescription() == "All kinds of rain"
    button.resize(900, 56)
    button.refresh()
    assert button.accessibleDescription() == "All kinds of rain, fast, and much else that is good to know"


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_model_in_use_says_what_it_is_for_and_how_fast_without_being_cut(
    language: str, make_session: Callable[..., Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    session = make_session(Settings(theme="dark", language=language), (1280, 800))  # type: ignore[arg-type]
    said = "Alle Arten von Regen, schnell." if language == "de" else "All kinds of rain, fast."
    monkeypatch.setattr(model_button, "summary", lambda _: said)
    session.workspace.batch.saw_speed(session.workspace.treatment, 2.8, 1.0, warm=True)
    button = session.window.findChild(model_button.ModelButton)
    button.resize(272, 56)  # as it is beside a scroll bar
    button.refresh()
    title, about, speed = button._lines()
    room, small = button.width() - model_button.SIDES, QFontMetrics(interface_font(12))
    assert about in said
    assert small.horizontalAdvance(about) <= room
    bold = QFontMetrics(interface_font(13, QFont.Weight.DemiBold))
    assert bold.horizontalAdvance(title) + model_button.GAP_PX + small.horizontalAdvance(speed) <= room
    assert speed
    assert button.accessibleDescription() == f"{about} · {speed}"
