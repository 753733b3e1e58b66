"""Pieces that the five pages are laid out with: cards, lines of trouble, what is folded under "More"."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from rainapp.gui.teach.teach_events import Trouble
from rainapp.gui.widgets.controls import Elided, IconKeeper, label
from rainapp.gui.widgets.empty_states import Picture
from rainapp.gui.widgets.plain_text import PlainLabel

AIR = 18


class Card(QFrame):
    """A raised card with a column to lay things in."""

    def __init__(self, title: str = "", air: int = AIR) -> None:
        """Headed by `title`, where there is one."""
        super().__init__()
        self.setProperty("role", "card")
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(air, air - 4, air, air - 4)
        self.column.setSpacing(10)
        self.title = label(title, "strong")
        if title:
            self.column.addWidget(self.title)


class More(QWidget):
    """A button that unfolds what few need."""

    def __init__(self, words: str, inside: QWidget) -> None:
        """Folded."""
        super().__init__()
        self.inside = inside
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self.button = QPushButton(f" {words}")
        self.button.setProperty("role", "flat")
        self.button.setAccessibleName(words)
        self.button.setCheckable(True)
        self.button.setCursor(Qt.CursorShape.PointingHandCursor)
        self._icon = IconKeeper(self.button, "chevron-right")
        self.button.toggled.connect(self._unfold)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(inside)
        inside.hide()

    def _unfold(self, open_: bool) -> None:
        self._icon.show_icon("chevron-down" if open_ else "chevron-right")
        self.inside.setVisible(open_)


class TroubleLine(QFrame):
    """What went wrong, and what helps."""

    def __init__(self) -> None:
        """Hidden until something does."""
        super().__init__()
        self.setProperty("role", "card")
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 10, 14, 10)
        row.setSpacing(12)
        row.addWidget(Picture("triangle-alert", "warn", 20), 0, Qt.AlignmentFlag.AlignTop)
        self.words = wrapped("")
        row.addWidget(self.words, 1)
        self.hide()

    def show_trouble(self, trouble: Trouble | None) -> None:
        """Say it, or nothing."""
        self.setVisible(trouble is not None)
        if trouble is not None:
            self.words.setText(f"{trouble.message} {trouble.hint}".strip())


def wrapped(words: str, role: str = "") -> PlainLabel:
    """Words over several lines, which can be selected."""
    made = label(words, role)
    made.setWordWrap(True)
    made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return made


def in_row(parts: Sequence[QWidget], stretch_after: int = -1) -> QHBoxLayout:
    """Widgets side by side; what remains goes behind the one at `stretch_after`."""
    row = QHBoxLayout()
    row.setSpacing(10)
    for place, part in enumerate(parts):
        row.addWidget(part, 1 if isinstance(part, Elided) else 0)
        if place == stretch_after:
            row.addStretch(1)
    return row
