"""The two colour tables, and what is made of them: a palette, a contrast figure, and the theme in force.

Surfaces are neutral grey (R = G = B), so that no tint beside a photo shifts how its colours are seen; the one accent is rain
blue. `Look` holds the theme in force and tells widgets that paint by themselves when it changes.
"""

from dataclasses import dataclass, fields
from functools import lru_cache

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from rainapp.base.paths import resource
from rainapp.base.settings import Settings
from rainapp.gui.widgets.style_sheet import style_sheet

FONT_PX = 13
MID_GREY = "#767676"  # the third canvas choice, for colour-critical work


@dataclass(frozen=True)
class Theme:
    """One column of the token table; every value is "#rrggbb"."""

    name: str
    canvas: str
    panel: str
    raised: str
    hover: str
    line: str
    text: str
    dim: str
    dim_canvas: str
    off: str
    accent: str
    accent_line: str
    on_accent: str
    wash: str
    ok: str
    warn: str
    bad: str

    def tokens(self) -> dict[str, str]:
        """Every token by its name, the theme's own name among them."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


DARK = Theme(
    name="dark", canvas="#141414", panel="#1e1e1e", raised="#292929", hover="#333333", line="#383838",
    text="#ececec", dim="#a6a6a6", dim_canvas="#a6a6a6", off="#6e6e6e", accent="#2f6fd0",
    accent_line="#78b0ff", on_accent="#ffffff", wash="#1f2f47", ok="#5cc98a", warn="#e9b44c", bad="#ff8a80",
)  # fmt: skip
LIGHT = Theme(
    name="light", canvas="#cfcfcf", panel="#f4f4f4", raised="#ffffff", hover="#e9e9e9", line="#d6d6d6",
    text="#1c1c1c", dim="#595959", dim_canvas="#505050", off="#9a9a9a", accent="#1f63c6",
    accent_line="#1f63c6", on_accent="#ffffff", wash="#e3edfb", ok="#177043", warn="#8a5a00", bad="#b3261e",
)  # fmt: skip

# Words and the surfaces that they stand on; every pair must reach CONTRAST_MIN.
WORDS_ON_SURFACES = (
    *((words, surface) for words in ("text", "dim") for surface in ("panel", "raised", "hover", "wash")),
    *((words, "panel") for words in ("ok", "warn", "bad", "accent_line")),
    *((words, "hover") for words in ("ok", "warn", "bad", "accent_line")),
    ("text", "canvas"),
    ("dim_canvas", "canvas"),
    ("on_accent", "accent"),
)
CONTRAST_MIN = 4.5


def _luminance(colour: str) -> float:
    """Relative luminance of "#rrggbb" (WCAG 2.2)."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours "#rrggbb", 1 to 21 (WCAG 2.2)."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def palette_of(theme: Theme) -> QPalette:
    """The palette that Fusion draws with where the style sheet is silent."""
    palette = QPalette()
    role = QPalette.ColorRole
    for which, token in (
        (role.Window, theme.panel), (role.Base, theme.raised), (role.AlternateBase, theme.hover),
        (role.Button, theme.raised), (role.ToolTipBase, theme.raised), (role.WindowText, theme.text),
        (role.Text, theme.text), (role.ButtonText, theme.text), (role.ToolTipText, theme.text),
        (role.PlaceholderText, theme.dim), (role.Highlight, theme.accent), (role.HighlightedText, theme.on_accent),
        (role.Accent, theme.accent), (role.Link, theme.accent_line), (role.Mid, theme.line), (role.Dark, theme.line),
    ):  # fmt: skip
        palette.setColor(which, QColor(token))
    for which in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, QColor(theme.off))
    return palette


def interface_font(px: int = FONT_PX, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """The system's interface font at `px` pixels, with figures of one width so that numbers do not dance."""
    font = QFont(QApplication.font())
    font.setPixelSize(px)
    font.setWeight(weight)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


class Look(QObject):
    """The theme in force. `changed` is emitted after palette and style sheet have been filled anew."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        """Start dark; `apply` decides."""
        super().__init__(parent)
        self.theme = DARK
        self.canvas = QColor(DARK.canvas)
        self._settings = Settings()

    def follow(self, settings: Settings) -> None:
        """Take theme and canvas from the settings, and follow the system where they say so."""
        first = not self.property("followed")
        if first:
            self.setProperty("followed", True)
            QGuiApplication.styleHints().colorSchemeChanged.connect(self._system_changed)
        if not first and (settings.theme, settings.canvas) == (self._settings.theme, self._settings.canvas):
            return
        self._settings = settings
        self._apply()

    def _system_changed(self) -> None:
        if self._settings.theme == "system":
            self._apply()

    def _apply(self) -> None:
        light = self._settings.theme == "light" or (
            self._settings.theme == "system" and QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Light
        )
        self.theme = LIGHT if light else DARK
        self.canvas = QColor(MID_GREY if self._settings.canvas == "mid-grey" else self.theme.canvas)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.setPalette(palette_of(self.theme))
            application.setStyleSheet(style_sheet(self.theme.tokens(), resource("icons").as_posix()))
        self.changed.emit()

    def colour(self, token: str) -> QColor:
        """The colour of a token, for widgets that paint by themselves."""
        return QColor(getattr(self.theme, token))


@lru_cache(maxsize=1)
def look() -> Look:
    """The one `Look` of the application: Qt has one palette and one style sheet, so there is one of this."""
    return Look()
