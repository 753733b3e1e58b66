"""The token table: words can be read on every surface they stand on, and a change of theme reaches everything."""

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QApplication

from rainapp.base.settings import Settings
from rainapp.gui.app import Session
from rainapp.gui.widgets.theme import CONTRAST_MIN, DARK, LIGHT, WORDS_ON_SURFACES, Theme, contrast, look


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
@pytest.mark.parametrize(("words", "surface"), WORDS_ON_SURFACES)
def test_words_can_be_read_on_their_surface(theme: Theme, words: str, surface: str) -> None:
    tokens = theme.tokens()
    assert contrast(tokens[words], tokens[surface]) >= CONTRAST_MIN


def test_contrast_of_black_and_white_is_21() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#777777") == pytest.approx(1.0)


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_surfaces_have_no_tint(theme: Theme) -> None:
    for token in ("canvas", "panel", "raised", "hover", "line"):
        colour = theme.tokens()[token]
        assert colour[1:3] == colour[3:5] == colour[5:7], token


def test_switching_the_theme_refills_palette_sheet_and_icons(session: Session, qapp: QApplication) -> None:
    window = session.window
    before = window.grab().toImage().pixelColor(5, 5), window.actions_["open"].icon().cacheKey()
    window.actions_["theme-light"].trigger()
    assert look().theme is LIGHT
    assert qapp.palette().window().color().name() == LIGHT.panel
    after = window.grab().toImage().pixelColor(5, 5), window.actions_["open"].icon().cacheKey()
    assert after[0].name() == LIGHT.panel
    assert before[0] != after[0]
    assert before[1] != after[1]
    assert window.actions_["theme-light"].isChecked()
    assert not window.actions_["theme-dark"].isChecked()


def test_mid_grey_surrounds_the_photo_for_judging_colours(make_session: Callable[..., Session]) -> None:
    session = make_session(Settings(theme="dark"))
    session.workspace.change(canvas="mid-grey")
    assert look().canvas.name() == "#767676"
    session.workspace.change(canvas="theme")
    assert look().canvas.name() == DARK.canvas
