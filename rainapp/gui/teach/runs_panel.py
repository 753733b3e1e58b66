"""All runs that teach a model: how far each is, and what can be done with it."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from rainapp.gui.teach import teach_words as say
from rainapp.gui.teach.teach_cards import Card, wrapped
from rainapp.gui.teach.teach_state import TeachState
from rainapp.gui.widgets.controls import Elided, icon_button, label, push_button
from training.teach import run_list
from training.teach.run_list import UNFINISHED, TeachRun

OPENABLE = ("fitted", "learning", "begun", "better", "own rain only", "not better", "added")


def tr(text: str) -> str:
    """`text` in the person's language."""
    return QCoreApplication.translate("RunsPanel", text)


class RunLine(QFrame):
    """One run."""

    def __init__(self, run: TeachRun, panel: "RunsPanel") -> None:
        """Show `run`; what is asked of it goes to `panel`."""
        super().__init__()
        self.run = run
        self.setProperty("role", "card")
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 10, 12, 10)
        row.setSpacing(10)
        words = QVBoxLayout()
        words.setSpacing(2)
        self.name = Elided(run.model or run.title, "strong")
        when = QLocale().toString(QDateTime.fromSecsSinceEpoch(int(run.changed_s)), QLocale.FormatType.ShortFormat)
        self.told = Elided(f"{say.run_state(run)} · {when}", "dim")
        words.addWidget(self.name)
        words.addWidget(self.told)
        row.addLayout(words, 1)
        goes_on = run.state in UNFINISHED
        self.open = push_button(tr("Go on") if goes_on else tr("Show verdict"), lambda: panel.opened.emit(run))
        self.open.setAccessibleName(f"{self.open.text()}: {run.title}")
        self.open.setVisible(run.state in OPENABLE)
        self.open.setEnabled(not run.held)
        self.folder = icon_button("folder-open", tr("Open the folder of {name}").format(name=run.title))
        self.folder.clicked.connect(lambda: panel.reveal(run.folder))
        self.trash = icon_button("trash-2", tr("Move the run {name} to the trash").format(name=run.title))
        self.trash.clicked.connect(lambda: panel.delete(run))
        self.trash.setEnabled(not run.held)
        for button in (self.open, self.folder, self.trash):
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)


class RunsPanel(QScrollArea):
    """The list. `opened`: a run is to be taken in hand."""

    opened = Signal(object)

    def __init__(self, state: TeachState, reveal: Callable[[Path], None]) -> None:
        """`reveal` opens a folder."""
        super().__init__()
        self._state = state
        self.reveal = reveal
        self.lines: list[RunLine] = []
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName(tr("Runs"))
        self.body = QWidget()
        self._column = QVBoxLayout(self.body)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(10)
        self.none = Card()
        self.none.column.addWidget(wrapped(tr("No model has been taught yet. What you teach is listed here."), "dim"))
        self.hint = label(
            tr("A run keeps copies of the photos it learns from. A model stays when its run is deleted."), "small"
        )
        self.hint.setWordWrap(True)
        self._column.addWidget(self.none)
        self._column.addWidget(self.hint)
        self._column.addStretch(1)
        self.setWidget(self.body)

    def delete(self, run: TeachRun) -> None:
        """Move a run to the trash."""
        self._state.delete_run(run)
        self.refresh()

    def refresh(self) -> None:
        """Look for runs anew."""
        for line in self.lines:
            line.hide()
            self._column.removeWidget(line)
            line.deleteLater()
        self.lines = [RunLine(run, self) for run in run_list.runs()]
        for place, line in enumerate(self.lines):
            self._column.insertWidget(place, line)
        self.none.setVisible(not self.lines)
        self.hint.setVisible(bool(self.lines))
