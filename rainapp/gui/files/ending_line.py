"""The line that says how work ended, with a link beside it, or below it where there is no room."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QSizePolicy, QWidget

from rainapp.gui.widgets.controls import label, push_button

GAP_PX = 4


class EndingLine(QWidget):
    """Words that are never shortened, and one thing to do about them."""

    def __init__(self, run: Callable[[], object]) -> None:
        """The link calls `run`; nothing is said yet."""
        super().__init__()
        self._line = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._line.setContentsMargins(0, 0, 0, 0)
        self._line.setSpacing(GAP_PX)
        self.words = label("", "small")
        self.words.setWordWrap(True)
        self.words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.link = push_button("", run, "link")
        self._line.addWidget(self.words, 1)
        self._line.addWidget(self.link, 0, Qt.AlignmentFlag.AlignLeft)
        self._line.addStretch(0)
        self._said = ""

    @property
    def said(self) -> str:
        """The words, as a screen reader has them."""
        return self._said

    def show_ending(self, words: str, link: str = "") -> None:
        """Say `words`; offer `link` where there is one."""
        self._said = words
        self.words.setAccessibleName(words)
        self.link.setText(link)
        self.link.setAccessibleName(link)
        self.link.setVisible(bool(link))
        self._lay_out()

    def announce(self) -> None:
        """Let a screen reader say it."""
        QAccessible.updateAccessibility(QAccessibleEvent(self.words, QAccessible.Event.Alert))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802, D102 - Qt's name
        super().resizeEvent(event)
        self._lay_out()

    def _lay_out(self) -> None:
        """Side by side with a dot between, as "8 saved, 2 failed · Try the 2 again", or one below the other."""
        has_link = bool(self.link.text())
        joined = f"{self._said} ·" if has_link else self._said
        wide = self.words.fontMetrics().horizontalAdvance(joined) + 2
        wide += self.link.sizeHint().width() + GAP_PX if has_link else 0
        beside = wide <= self.width()
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._line.setDirection(across if beside else down)
        self._line.setStretch(0, 0 if beside else 1)
        self._line.setStretch(2, 1 if beside else 0)
        self.words.setText(joined if beside else self._said)
        self.words.setSizePolicy(
            QSizePolicy.Policy.Preferred if beside else QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred
        )
        self.words.setWordWrap(not beside)
