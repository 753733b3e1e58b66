"""A line under the header that asks something and waits: it covers nothing, and work goes on meanwhile."""

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from rainapp.gui.state.overwrite_questions import Question
from rainapp.gui.widgets.controls import icon_button, label, push_button
from rainapp.gui.widgets.empty_states import Picture


class AskLine(QFrame):
    """Words, an answer or two, and a way to leave it unanswered for now."""

    def __init__(self, icon: str, parent: QWidget | None = None) -> None:
        """Hidden until something is asked."""
        super().__init__(parent)
        self._question: Question | None = None
        self.setProperty("role", "header")
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 6, 12, 6)
        row.setSpacing(8)
        row.addWidget(Picture(icon, "accent_line", 18))
        self.words = label("")
        self.words.setWordWrap(True)
        row.addWidget(self.words, 1)
        self.answers: list[QPushButton] = [push_button("", partial(self._answer, number)) for number in range(2)]
        for button in self.answers:
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        later = icon_button("x", self.tr("Later"))
        later.clicked.connect(self.hide)
        row.addWidget(later)
        self.hide()

    def ask(self, question: Question | None) -> None:
        """Ask, or, None, take back what was asked."""
        self._question = question
        if question is None:
            self.hide()
            return
        self.words.setText(question.words)
        for number, button in enumerate(self.answers):
            there = number < len(question.answers)
            button.setVisible(there)
            if there:
                button.setText(question.answers[number][0])
                button.setAccessibleName(question.answers[number][0])
        self.show()
        QAccessible.updateAccessibility(QAccessibleEvent(self.words, QAccessible.Event.Alert))

    def _answer(self, number: int) -> None:
        question, self._question = self._question, None
        self.hide()
        if question is not None:
            question.answers[number][1]()
