"""Words as they are: the one place that makes labels, tool tips and boxes, so that no foreign text is taken for markup.

Qt guesses: a label or a tool tip whose text looks like HTML is shown as HTML, and a picture named in it is opened. The title of
a model and the name of a photo are foreign; a device or a pipe named in them would stop the window. Here everything is plain
but what says by its type that it is ours. `tests/house_rules.py` keeps the rest of the window from making its own.
"""

import html
from typing import Protocol

from PySide6 import QtGui
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QMessageBox, QWidget

from rainapp.base.escapes import escaped_lines


class HasToolTip(Protocol):
    """A widget or an action."""

    def setToolTip(self, words: str, /) -> None:  # noqa: N802 - Qt's name
        """Show `words` when the pointer rests on it."""


class PlainLabel(QLabel):
    """A label whose words are shown letter by letter."""

    def __init__(self, words: str = "", parent: QWidget | None = None) -> None:
        """Show `words`."""
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(words)

    def setText(self, words: str, /) -> None:  # noqa: N802 - Qt's name
        """Show other words; characters that show nothing or turn the reading direction are seen as escapes."""
        super().setText(escaped_lines(words))


class RichLabel(QLabel):
    """A label for a sentence of ours with marks in it; who fills it escapes every foreign part (`html.escape`)."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Say nothing yet."""
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.RichText)


def as_tip(words: str) -> str:
    """`words` such that a tool tip, which guesses, shows them letter by letter."""
    words = escaped_lines(words)
    return f"<qt>{html.escape(words)}</qt>".replace("\n", "<br>") if QtGui.Qt.mightBeRichText(words) else words


def set_tip(target: HasToolTip, words: str) -> None:
    """Give a widget or an action `words` as its tool tip."""
    target.setToolTip(as_tip(words))


def menu_words(words: str) -> str:
    """`words` for a menu or a button, where one ampersand would mark a key and not be seen."""
    return escaped_lines(words).replace("&", "&&")


def message_box(icon: QMessageBox.Icon, title: str, words: str) -> QMessageBox:
    """A box that says `words`."""
    box = QMessageBox(icon, title, words)
    box.setTextFormat(Qt.TextFormat.PlainText)
    return box


def ask(parent: QWidget, title: str, words: str) -> bool:
    """Whether a person says yes to `words`."""
    return QMessageBox.question(parent, title, as_tip(words)) == QMessageBox.StandardButton.Yes
