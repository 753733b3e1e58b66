"""A window for a text to read: what is new, whose work comes with rainapp."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPlainTextEdit, QVBoxLayout, QWidget

from rainapp.gui.widgets.controls import label


class TextDialog(QDialog):
    """Shows a text that can be scrolled, marked and copied, under a title."""

    def __init__(self, title: str, text: str, parent: QWidget | None = None, note: str = "") -> None:
        """`note` stands above the text."""
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(680, 520)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        heading = label(title, "title")
        column.addWidget(heading)
        if note:
            words = label(note, "dim")
            words.setWordWrap(True)
            column.addWidget(words)
        self.text = QPlainTextEdit()
        self.text.setPlainText(text)
        self.text.setReadOnly(True)
        self.text.setAccessibleName(title)
        self.text.setTabChangesFocus(True)
        column.addWidget(self.text, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.close)
        column.addWidget(buttons)
        self.text.setFocus()
