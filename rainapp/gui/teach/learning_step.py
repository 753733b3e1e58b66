"""The fourth page: teaching. The curve, how far it is, the stages, and one of the person's photos growing better."""

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QProgressBar, QSpinBox, QVBoxLayout, QWidget

from rainapp.gui.state import figure_words
from rainapp.gui.teach import teach_words as say
from rainapp.gui.teach.curve_view import CurveView
from rainapp.gui.teach.run_record import STAGES, RunRecord
from rainapp.gui.teach.swipe_view import SwipeView
from rainapp.gui.teach.teach_cards import Card, More, wrapped
from rainapp.gui.teach.teach_pictures import TeachPictures
from rainapp.gui.teach.teach_state import MINUTES, TeachState
from rainapp.gui.text.language import figure
from rainapp.gui.widgets.controls import Elided, label
from rainapp.gui.widgets.empty_states import Picture

LEARNING_SHARE = 0.7
NOTE_FROM = 480
"""A lower page has no words below the curve."""
LISTED = tuple(stage for stage in STAGES if stage != "look")


def tr(text: str) -> str:
    """`text` in the person's language."""
    return QCoreApplication.translate("LearningStep", text)


class StageLine(QWidget):
    """A stage: an icon for its state, its words, and what came of it."""

    def __init__(self, stage: str) -> None:
        """Show `stage`."""
        super().__init__()
        self.stage = stage
        self.state = ""
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 2, 0, 2)
        row.setSpacing(8)
        self._icon = Picture("history", "off", 18)
        self._name = label(say.stage(stage), "dim")
        self.figure = Elided(role="dim")
        self.figure.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        for part in (self._icon, self._name):
            row.addWidget(part)
        row.addWidget(self.figure, 1)

    def show_state(self, state: str, words: str) -> None:
        """Show that it is "done", "at work" or "to do"."""
        self.figure.show_words(words)
        if state == self.state:
            return
        self.state = state
        self._icon.show_icon(
            *{"done": ("circle-check", "ok"), "at work": ("zap", "accent_line")}.get(state, ("history", "off"))
        )
        self._name.setProperty("role", {"done": "", "at work": "strong"}.get(state, "dim"))
        self._name.style().unpolish(self._name)
        self._name.style().polish(self._name)
        said = {"done": tr("done"), "at work": tr("at work"), "to do": tr("to do")}[state]
        self._name.setAccessibleName(f"{self._name.text()}: {said}")


class LearningStep(QWidget):
    """See above."""

    def __init__(self, state: TeachState, pictures: TeachPictures) -> None:
        """Nothing is taught yet."""
        super().__init__()
        self._state, self._pictures = state, pictures
        self._seen = 0
        self.curve = CurveView()
        self.curve_note = wrapped("", "dim")
        self.far = label("", "strong")
        self.left = Elided(role="dim")
        self.left.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(tr("Progress of teaching"))
        self.stages = {stage: StageLine(stage) for stage in LISTED}
        self.minutes = QSpinBox()
        self.minutes.setRange(MINUTES[0], MINUTES[2])
        self.minutes.setValue(MINUTES[1])
        self.minutes.setSuffix(tr(" min"))
        self.minutes.setAccessibleName(tr("Minutes to teach"))
        self.minutes.setFixedWidth(96)
        self.minutes.valueChanged.connect(self._set_minutes)
        self.plan = wrapped("", "dim")
        self.log = QPlainTextEdit()
        self.log.setReadOnly(True)
        self.log.setFixedHeight(110)
        self.log.setAccessibleName(tr("Log"))
        self.now = SwipeView(tr("One of your photos, now"), tr("Rainy"), tr("Derained"))
        pictures.came.connect(lambda _path: self._show_now())
        self._lay_out()

    def _lay_out(self) -> None:
        curve = self.curve_card = Card(tr("Rain taken out of photos it does not learn from"))
        curve.column.addWidget(self.curve, 1)
        curve.column.addWidget(self.curve_note)
        self.plan_card = Card(tr("The plan"))
        chosen = QHBoxLayout()
        chosen.setSpacing(10)
        chosen.addWidget(label(tr("Time it may take")))
        chosen.addWidget(self.minutes)
        chosen.addStretch(1)
        self.plan_card.column.addLayout(chosen)
        self.plan_card.column.addWidget(self.plan)
        self.work = Card()
        head = QHBoxLayout()
        head.addWidget(self.far)
        head.addWidget(self.left, 1)
        self.work.column.addLayout(head)
        self.work.column.addWidget(self.bar)
        for line in self.stages.values():
            self.work.column.addWidget(line)
        self.more = More(tr("More"), self.log)
        self.work.column.addWidget(self.more)
        photo = Card()
        top = QHBoxLayout()
        top.addWidget(label(tr("One of your photos, now"), "strong"))
        top.addStretch(1)
        photo.column.addLayout(top)
        photo.column.addWidget(self.now, 1)
        left = QVBoxLayout()
        left.setSpacing(16)
        left.addWidget(curve, 1)
        left.addWidget(self.plan_card)
        left.addWidget(self.work)
        left.addStretch(0)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        row.addLayout(left, 3)
        row.addWidget(photo, 2)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802, D102 - Qt's name
        super().resizeEvent(event)
        self.curve_note.setVisible(self.height() >= NOTE_FROM)

    def _set_minutes(self, minutes: int) -> None:
        self._state.minutes = float(minutes)
        self.refresh()

    # -- showing

    def refresh(self) -> None:
        """Take over how far it is."""
        run = self._state.run
        if run is None:
            return
        begun = run.begun or self._state.teaching or run.outcome is not None
        self.plan_card.setVisible(not begun)
        self.curve_card.setVisible(begun)
        self._show_plan(run)
        self.curve.show_points(run.points, LEARNING_SHARE * self._state.minutes)
        waits = tr("The curve begins with the first look at them.")
        measured = tr("Higher is better. Measured on {n} of your photos that it does not learn from.")
        choose = int(run.plan.get("choose", 0))
        self.curve_note.setText(measured.format(n=choose) if run.points else waits)
        self._show_far(run)
        for stage, line in self.stages.items():
            line.show_state(run.state_of(stage), self._of_stage(run, stage))
        lines = "\n".join(run.log)
        if self.log.toPlainText() != lines:
            self.log.setPlainText(lines)
            self.log.verticalScrollBar().setValue(self.log.verticalScrollBar().maximum())
        if run.seen is not None and run.seen_count != self._seen:
            self._seen = run.seen_count
            self._pictures.again(run.seen.after)
        self._show_now()

    def _show_plan(self, run: RunRecord) -> None:
        if self.minutes.value() != round(self._state.minutes) and self._state.minutes >= 1:
            self.minutes.blockSignals(True)
            self.minutes.setValue(round(self._state.minutes))
            self.minutes.blockSignals(False)
        plan = run.plan
        if not plan:
            return
        parts = [
            tr("Photos to learn from: {learn}; to choose by: {choose}; to judge by at the end: {judge}.").format(
                learn=plan.get("learn", 0), choose=plan.get("choose", 0), judge=plan.get("judge", 0)
            )
        ]
        if "device" in plan:
            words = tr("It works on: {place}. You can go on using rainapp meanwhile.")
            parts.append(words.format(place=say.place(str(plan["device"]), int(plan.get("threads", 1)))))
        self.plan.setText("\n".join(parts))

    def _show_far(self, run: RunRecord) -> None:
        state, far = self._state, run.progress
        learning = run.stage == "learn" and far is not None
        share = far.share if learning and far is not None else 0.0
        if run.outcome is not None or run.stage in ("choose", "judge"):
            share = 1.0
        elif not share and run.points:
            share = min(1.0, run.points[-1].minutes / max(0.01, LEARNING_SHARE * state.minutes))
        self.bar.setValue(round(1000 * share))
        self.far.setText(self._headline(run, share))
        said = []
        if state.teaching and not state.pausing and far is not None:
            if far.eta_s is not None:
                said.append(figure_words.left(far.eta_s))
            if far.steps_s:
                said.append(tr("{n} steps/s").format(n=figure(far.steps_s, 1)))
        self.left.show_words(" · ".join(said))

    def _headline(self, run: RunRecord, share: float) -> str:
        state = self._state
        if run.outcome is not None:
            return tr("Teaching has ended.")
        if state.pausing:
            return tr("Stopping after this step…")
        if not state.teaching:
            return (
                tr("Stopped at {share}. It goes on from there.").format(share=say.percent(share)) if run.begun else tr("Ready")
            )
        if run.ending and run.stage == "learn":
            return tr("Ending with the best so far…")
        if run.stage == "learn":
            words = tr("{n} of {all} min")
            return words.format(n=figure_words.clock(60 * share * LEARNING_SHARE * state.minutes), all=f"{state.minutes:g}")
        return say.stage(run.stage) if run.stage else tr("Beginning…")

    def _of_stage(self, run: RunRecord, stage: str) -> str:
        if stage == "fit" and run.understood is not None:
            photos = tr("{rainy} rainy, {dry} dry")
            return photos.format(rainy=run.understood.rainy, dry=len(run.understood.dry))
        if stage == "learn" and run.stage == "learn" and run.progress is not None:
            return tr("step {n}").format(n=f"{run.progress.step:,}".replace(",", "\N{NARROW NO-BREAK SPACE}"))
        far = run.progress
        if stage == run.stage and far is not None and far.total:
            return tr("{n} of {all}").format(n=min(far.done + 1, far.total), all=far.total)
        return ""

    def _show_now(self) -> None:
        run = self._state.run
        seen = run.seen if run is not None else None
        if seen is None:
            self.now.show_pair(None, None, tr("Here one of your photos will grow better."))
            return
        self.now.show_pair(self._pictures.picture(seen.rainy), self._pictures.picture(seen.after))
