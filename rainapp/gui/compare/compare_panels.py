"""What stands under the grid: the recommendation, the outcome or the keys of a blind test, and the one button with its cost."""

import html
from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from rainapp.gui.compare import compare_words as say
from rainapp.gui.compare.compare_state import FEWEST, Comparing
from rainapp.gui.state import figure_words
from rainapp.gui.state.ending_words import again
from rainapp.gui.widgets.controls import Elided, label, push_button
from rainapp.gui.widgets.empty_states import Picture
from rainapp.gui.widgets.plain_text import PlainLabel, RichLabel

FOOT_PX = 64


class AdviceCard(QFrame):
    """One sentence with the reason and one button: which model suits, or how a blind test came out."""

    def __init__(self, comparing: Comparing) -> None:
        """Hidden until there is something to recommend."""
        super().__init__()
        self._comparing = comparing
        self._model = ""
        self.setProperty("role", "card")
        self.setProperty("used", "true")
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 8, 8, 8)
        row.setSpacing(12)
        row.addWidget(Picture("trophy", "accent_line", 20))
        self.words = RichLabel()
        self.words.setWordWrap(True)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row.addWidget(self.words, 1)
        self.use = push_button(self.tr("Use it"), self._use)
        row.addWidget(self.use)
        self.refresh()

    def _use(self) -> None:
        self._comparing.workspace.change(model=self._model)

    def refresh(self) -> None:
        """Show the newest: the blind test where it was the last, else the trial."""
        comparing = self._comparing
        titles, tally, advice = comparing.titles, comparing.tally, comparing.advice
        whole = not comparing.trial.running and not comparing.trial.run.lost  # else it is known "so far" only
        said, self._model = "", ""
        if comparing.mode == "photos" and tally is not None:
            said, self._model = html.escape(say.verdict(tally, titles)), tally.winner or ""
        elif advice is not None:
            said = say.advice(advice, titles, comparing.tried_elsewhere, done=whole)
            self._model = advice.model if advice.helps and not comparing.trial.running else ""
        elif comparing.mode == "trial" and comparing.trial.trouble is not None:
            said = html.escape(f"{comparing.trial.trouble.message} {comparing.trial.trouble.hint}".strip())
        self.words.setText(said)
        card = comparing.workspace.card
        used = card is not None and card.id == self._model
        self.use.setVisible(self._model in titles)  # it may have been removed since
        self.use.setEnabled(not used)
        self.use.setText(self.tr("In use") if used else self.tr("Use it"))
        self.use.setAccessibleName(f"{self.use.text()}: {titles.get(self._model, '')}")
        self.setVisible(bool(said) and comparing.ballot is None)


class BlindBar(QFrame):
    """A blind test at work: how to vote, a button for each candidate, how many votes there are."""

    def __init__(self, comparing: Comparing) -> None:
        """Hidden until a test begins."""
        super().__init__()
        self._comparing = comparing
        self.setProperty("role", "bar")
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(12)
        self.figure: PlainLabel = label("", "name")
        self.hint = label("", "dim")
        self.hint.setWordWrap(True)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(self.tr("Votes"))
        self._row = QHBoxLayout()
        self._row.setSpacing(8)
        self.buttons: list[QPushButton] = []
        self.none = push_button(self.tr("0 · No difference"), lambda: comparing.vote(None))
        self.previous = push_button(self.tr("Back"), lambda: comparing.step_ballot(-1), "flat")
        self.next = push_button(self.tr("Skip"), lambda: comparing.step_ballot(1), "flat")
        self.reveal = push_button(self.tr("Reveal now"), comparing.reveal)
        self.cancel = push_button(self.tr("Cancel the test"), comparing.cancel_ballot, "flat")
        foot = QHBoxLayout()
        foot.setSpacing(8)
        for button in (self.previous, self.next):
            foot.addWidget(button)
        foot.addStretch(1)
        for button in (self.cancel, self.reveal):
            foot.addWidget(button)
        column.addWidget(self.figure)
        column.addWidget(self.hint)
        column.addLayout(self._row)
        column.addWidget(self.progress)
        column.addStretch(1)
        column.addLayout(foot)
        self.refresh()

    def _lay_buttons(self, count: int) -> None:
        if len(self.buttons) == count:
            return
        for button in self.buttons:
            self._row.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.buttons = [
            push_button(f"{n} · {chr(ord('A') + n - 1)}", lambda place=n - 1: self._comparing.vote(place))  # type: ignore[misc]
            for n in range(1, count + 1)
        ]
        for button in self.buttons:
            button.setAccessibleName(self.tr("Vote for {name}").format(name=button.text()))
            self._row.addWidget(button, 1)
        self._row.addWidget(self.none, 1)

    def refresh(self) -> None:
        """Take over how far the test is."""
        ballot = self._comparing.ballot
        if ballot is None:
            return
        self._lay_buttons(len(ballot.models))
        self.figure.setText(self.tr("Blind test · photo {n} of {all}").format(n=ballot.at + 1, all=ballot.photos))
        keys = self.tr(
            "Which is best? Press 1 to {n} or click it; 0 if you see no difference. The order changes with every photo."
        )
        self.hint.setText(keys.format(n=len(ballot.models)))
        self.progress.setRange(0, ballot.photos)
        self.progress.setValue(ballot.cast)
        self.previous.setEnabled(ballot.at > 0)
        self.next.setEnabled(ballot.at < ballot.photos - 1)
        self.reveal.setEnabled(ballot.cast > 0)


class CompareFoot(QStackedWidget):
    """Bottom right the one button and what it will cost; while at work how far it is, and stop."""

    def __init__(self, comparing: Comparing, start: Callable[[], None], stop: Callable[[], None]) -> None:
        """Offer `start` and `stop`, the actions of the window."""
        super().__init__()
        self._comparing = comparing
        self.setFixedHeight(FOOT_PX)
        self.cost = Elided(role="small")
        self.cost.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.button = push_button(self.tr("Compare"), start, "primary", "layout-grid", "on_accent")
        self.figure = Elided(role="strong")
        self.figure.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.progress = QProgressBar()
        self.progress.setRange(0, 1000)
        self.progress.setTextVisible(False)
        self.progress.setMaximumWidth(260)
        self.progress.setAccessibleName(self.tr("Progress of comparing"))
        self.stop = push_button(self.tr("Stop"), stop, icon="x")
        self.stop.setProperty("role", "tall")
        for parts in ((self.cost, self.button), (self.figure, self.progress, self.stop)):
            self.addWidget(self._line(parts))
        self.refresh()

    @staticmethod
    def _line(parts: tuple[QWidget, ...]) -> QFrame:
        frame = QFrame()
        frame.setProperty("role", "bar")
        row = QHBoxLayout(frame)
        row.setContentsMargins(16, 0, 16, 0)
        row.setSpacing(16)
        row.addWidget(parts[0], 1)
        for part in parts[1:]:
            row.addWidget(part)
        return frame

    def refresh(self) -> None:
        """Take over what can be compared and how far it is."""
        comparing = self._comparing
        if comparing.running:
            self._show_running()
        else:
            self._show_ready()
        self.setCurrentIndex(1 if comparing.running else 0)

    def _show_running(self) -> None:
        trial = self._comparing.mode == "trial"
        run = self._comparing.trial.run if trial else self._comparing.run
        done, total = run.settled
        drawing = trial and not total
        said = self.tr("Drawing rain…") if drawing else self.tr("{n} of {total} results").format(n=done, total=total)
        if run.lost:
            said = f"{said}, {self.tr('{n} failed').format(n=run.lost)}"
        self.figure.show_words(said)
        self.progress.setValue(round(run.share * 1000))

    def _show_ready(self) -> None:
        comparing = self._comparing
        models, photos = len(comparing.models), len(comparing.subjects)
        if comparing.mode == "trial":
            said = self.tr("Find my model")
        elif photos == 1:
            said = self.tr("Compare %n model(s)", "", models)
        elif any(subject.frames for subject in comparing.subjects):
            said = self.tr("Compare %n model(s) on {files} files", "", models).format(files=photos)
        else:
            said = self.tr("Compare %n model(s) on {photos} photos", "", models).format(photos=photos)
        if comparing.failed and comparing.failed == comparing.missing:
            said = again(comparing.failed)
        self.button.setText(f" {said}")
        self.button.setAccessibleName(said)
        self.button.setEnabled(comparing.can_start)
        self.cost.show_words(self._cost())

    def _cost(self) -> str:
        comparing = self._comparing
        if len(comparing.cards) < FEWEST:
            return self.tr("Comparing needs two models: add another")
        if len(comparing.models) < FEWEST:
            return self.tr("Tick two models or more in the table")
        if not comparing.missing:
            unread = comparing.unreadable
            whole = self.tr("All of it is compared")
            return self.tr("All but {n} compared, which cannot be read").format(n=unread) if unread else whole
        if comparing.failed:
            return self._with_failures()
        if comparing.mode == "trial":
            return self.tr("Draws six kinds of rain on the selected photo, which should be dry, and tries every model")
        parts = [self.tr("%n result(s)", "", comparing.missing)]
        seconds = self._seconds()
        if seconds is not None:
            parts.append(self.tr("about {time}").format(time=figure_words.about(seconds)))
        room = figure_words.size(comparing.disk_bytes)
        return " · ".join([*parts, self.tr("{size} on the disk until you close").format(size=room)])

    def _with_failures(self) -> str:
        """What came of it where some results failed: as many as there are, as many as there are not, as many as are left."""
        comparing = self._comparing
        run = comparing.trial.run if comparing.mode == "trial" else comparing.run
        counts = (
            (len(run.results()), self.tr("{n} compared")),
            (comparing.failed, self.tr("{n} failed")),
            (comparing.missing - comparing.failed, self.tr("{n} to go")),
        )
        return ", ".join(said.format(n=count) for count, said in counts if count)

    def _seconds(self) -> float | None:
        """How long it will take, where the speed of every model and the size of every photo are known."""
        comparing = self._comparing
        speeds = {card.id: comparing.workspace.speed_of(card) for card in comparing.cards}
        sizes = {item.path: item.megapixels for item in comparing.workspace.items}
        total = 0.0
        for subject, treatment in comparing.run.missing(comparing.subjects, comparing.treatments):
            speed, size = speeds.get(treatment.model), sizes.get(subject.source)
            if speed is None or size is None:
                return None
            total += speed * size * max(1, subject.frames)
        return total
