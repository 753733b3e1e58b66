"""Icons: every name that is used has a file, every file is used, each follows the theme and stays sharp."""

import re
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

import rainapp.gui
from rainapp.base.paths import resource
from rainapp.base.settings import Settings
from rainapp.gui.action_table import ROWS
from rainapp.gui.widgets import icons
from rainapp.gui.widgets.theme import DARK, LIGHT, look

OWN_COLOURS = {"tick", "arrow-dark", "arrow-light"}  # named by the style sheet, which cannot colour them
FILES = sorted(path.stem for path in resource("icons").glob("*.svg"))


def test_no_icon_lies_about_unused() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in Path(rainapp.gui.__file__).parent.rglob("*.py"))
    named = set(re.findall(r'"([a-z0-9-]+)"', sources))
    assert set(FILES) - OWN_COLOURS <= named
    assert {row.icon for row in ROWS if row.icon} <= set(FILES)


@pytest.mark.parametrize("name", [name for name in FILES if name not in OWN_COLOURS])
def test_each_icon_is_drawn_in_the_colour_of_its_token(name: str, qapp: QApplication) -> None:
    look().follow(Settings(theme="dark"))
    drawn = {theme.name: _strongest(name, theme.name) for theme in (DARK, LIGHT)}
    assert drawn == {"dark": DARK.text, "light": LIGHT.text}


def _strongest(name: str, theme: str) -> str:
    """The colour of the most opaque pixel."""
    look().follow(Settings(theme="dark" if theme == "dark" else "light"))
    image = icons.pixmap(name, "text", 48).toImage()
    pixels = [image.pixelColor(x, y) for x in range(48) for y in range(48)]
    return max(pixels, key=lambda pixel: pixel.alpha()).name()


def test_icons_have_a_picture_for_every_pixel_ratio(qapp: QApplication) -> None:
    made = icons.icon("zap")
    for ratio in (1.0, 1.25, 1.5, 2.0, 3.0):
        assert made.pixmap(icons.ICON_PX, icons.ICON_PX).isNull() is False
        assert icons.pixmap("zap", "text", 18, ratio).width() == round(18 * ratio)


def test_the_application_has_an_icon_of_every_usual_size(qapp: QApplication) -> None:
    sizes = sorted(size.width() for size in icons.application_icon().availableSizes())
    assert sizes == [16, 24, 32, 48, 64, 128, 256]


def test_the_licence_of_the_icons_is_with_them() -> None:
    assert "ISC License" in (resource("icons") / "LUCIDE-LICENSE.txt").read_text(encoding="utf-8")
