"""The page Teach: title, five steps in a row, the page of the step in sight, and at the bottom Back and the one button."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout

from rainapp.gui.state.workspace import Workspace
from rainapp.gui.teach.falls_step import FallsStep
from rainapp.gui.teach.gather_steps import DryStep, RainStep
from rainapp.gui.teach.helped_step import HelpedStep
from rainapp.gui.teach.learning_step import LearningStep
from rainapp.gui.teach.runs_panel import RunsPanel
from rainapp.gui.teach.step_row import TIGHT_BELOW, StepRow
from rainapp.gui.teach.teach_cards import TroubleLine
from rainapp.gui.teach.teach_pictures import TeachPictures
from rainapp.gui.teach.teach_state import Step, TeachState
from rainapp.gui.widgets.controls import Elided, label, push_button
from rainapp.gui.widgets.empty_states import Picture
from training.teach.run_list import TeachRun

AIR = 32
NARROW_AIR, NARROW_BELOW = 16, 820


class TeachPage(QFrame):
    """Shows a `TeachState`. `use`: a model is to be used on the page Derain."""

    use = Signal(str)

    def __init__(self, workspace: Workspace, reveal: Callable[[Path], None]) -> None:
        """Teach the models of `workspace`; `reveal` opens a folder."""
        super().__init__()
        self.setProperty("role", "page")
        self.state = TeachState(workspace, self)
        self.pictures = TeachPictures(workspace.dispatch, self)
        self.rain, self.dry = RainStep(self.state, self.pictures), DryStep(self.state, self.pictures)
        self.falls, self.learning = FallsStep(self.state, self.pictures), LearningStep(self.state, self.pictures)
        self.helped = HelpedStep(self.state, self.pictures)
        self.runs = RunsPanel(self.state, reveal)
        self.runs.opened.connect(self._open_run)
        self.steps = StepRow(self.state)
        self.steps.chosen.connect(self._show_step)
        self.trouble = TroubleLine()
        self.pages = QStackedWidget()
        for page in (self.rain, self.dry, self.falls, self.learning, self.helped, self.runs):
            self.pages.addWidget(page)
        self._column = QVBoxLayout(self)
        self._column.setSpacing(16)
        self._column.addLayout(self._make_head())
        self._column.addWidget(self.steps)
        self._column.addWidget(self._make_offer())
        self._column.addWidget(self.trouble)
        self._column.addWidget(self.pages, 1)
        self._column.addLayout(self._make_foot())
        self._shows_runs = False
        self._offered: TeachRun | None = None
        self.state.changed.connect(self.refresh)
        workspace.treatment_changed.connect(self.refresh)
        self.refresh()

    def _make_head(self) -> QHBoxLayout:
        head = QHBoxLayout()
        head.addWidget(label(self.tr("Teach it your rain"), "title"))
        head.addStretch(1)
        self.runs_button = push_button(self.tr("Runs"), self.toggle_runs, icon="history")
        self.runs_button.setCheckable(True)
        head.addWidget(self.runs_button)
        return head

    def _make_offer(self) -> QFrame:
        self.offer = QFrame()
        self.offer.setProperty("role", "card")
        self.offer.setProperty("used", "true")
        row = QHBoxLayout(self.offer)
        row.setContentsMargins(14, 8, 8, 8)
        row.setSpacing(10)
        row.addWidget(Picture("history", "accent_line", 20))
        self.offer_words = Elided()
        row.addWidget(self.offer_words, 1)
        self.offer_go_on = push_button(self.tr("Go on with it"), self._take_offer)
        self.offer_later = push_button(self.tr("Later"), self._leave_offer, "flat")
        for button in (self.offer_go_on, self.offer_later):
            row.addWidget(button)
        self._offer_left = False
        return self.offer

    def _make_foot(self) -> QHBoxLayout:
        foot = QHBoxLayout()
        foot.setSpacing(10)
        self.back = push_button(self.tr("Back"), self._go_back, icon="chevron-left")
        self.pause = push_button(self.tr("Pause"), self.state.pause, icon="pause")
        self.keep = push_button(self.tr("Stop and keep the best"), self.state.stop_and_keep)
        self.begin_anew = push_button(self.tr("Teach another"), self.state.clear)
        self.hint = Elided(role="dim")
        self.hint.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.main = push_button(self.tr("Next"), self._do_main, "primary")
        for button in (self.back, self.pause, self.keep, self.begin_anew):
            button.setProperty("role", "tall")
            foot.addWidget(button)
        foot.addWidget(self.hint, 1)
        foot.addWidget(self.main)
        return foot

    # -- what a person does

    def take(self, paths: list[Path]) -> None:
        """Take what was dropped, chosen or pasted."""
        if self.state.teaching:
            return
        self._shows_runs = False
        self.state.add(paths)

    def toggle_runs(self) -> None:
        """Show the list of runs, or the step again."""
        self._shows_runs = not self._shows_runs
        if self._shows_runs:
            self.runs.refresh()
        self.refresh()

    def look_again(self) -> None:
        """The page comes into sight: what could be gone on with may have changed."""
        self._offered = None if self._offer_left else self.state.unfinished
        if self._shows_runs:
            self.runs.refresh()
        self.refresh()

    def _open_run(self, run: TeachRun) -> None:
        self._shows_runs = False
        self._offered = None
        self.state.open_run(run)

    def _take_offer(self) -> None:
        if self._offered is not None:
            self._open_run(self._offered)

    def _leave_offer(self) -> None:
        self._offer_left, self._offered = True, None
        self.refresh()

    def _go_back(self) -> None:
        if self._shows_runs:
            self.toggle_runs()
        else:
            self.state.go_back()

    def _show_step(self, step: int) -> None:
        self._shows_runs = False
        self.state.show(Step(step))

    def _do_main(self) -> None:
        state, outcome = self.state, self.state.outcome
        if state.step is Step.TEACHING and outcome is None:
            state.start()
        elif state.step is not Step.HELPED:
            state.go_on()
        elif outcome is not None and outcome.model:
            self.use.emit(outcome.model)
        elif outcome is not None and outcome.accepted:
            state.add_model(self.helped.title.text())
        else:
            self.helped.unfold()
            self.refresh()

    def end(self) -> None:
        """The window goes."""
        self.pictures.end()
        self.state.end()

    # -- showing

    def set_hot(self, hot: bool) -> None:
        """Show that something is held over the page."""
        for step in (self.rain, self.dry):
            step.set_hot(hot)

    def refresh(self) -> None:
        """Take over where the state is."""
        state = self.state
        shown = self.runs if self._shows_runs else self.pages.widget(state.step)
        if not self._shows_runs and isinstance(shown, RainStep | DryStep | FallsStep | LearningStep | HelpedStep):
            shown.refresh()
        if shown is not None:
            self.pages.setCurrentWidget(shown)
        self.steps.refresh()
        self.runs_button.setChecked(self._shows_runs)
        self.trouble.show_trouble(state.trouble)
        offers = self._offered is not None and state.run is None and not state.rainy and not self._shows_runs
        self.offer.setVisible(offers)
        if self._offered is not None:
            words = self.tr("The teaching of “{name}” was not finished.").format(name=self._offered.title)
            self.offer_words.show_words(words)
        self._show_foot()
        self._arrange()

    def _show_foot(self) -> None:
        state = self.state
        teaching, at_teaching = state.teaching, state.step is Step.TEACHING and not self._shows_runs
        self.back.setVisible(self._shows_runs or state.step > Step.RAIN)
        self.pause.setVisible(at_teaching and teaching)
        self.pause.setEnabled(not state.pausing)
        run = state.run
        learning = run is not None and run.begun and run.outcome is None
        self.keep.setVisible(at_teaching and learning)
        judging = run is not None and teaching and run.stage in ("choose", "judge")
        self.keep.setEnabled(run is not None and not run.ending and not judging and not state.pausing)
        self.begin_anew.setVisible(not self._shows_runs and state.step is Step.HELPED and not teaching)
        words, enabled, hint = self._main()
        self.main.setText(words)
        self.main.setAccessibleName(words)
        self.main.setEnabled(enabled)
        self.main.setVisible(not self._shows_runs)
        self.hint.show_words("" if self._shows_runs else hint)

    def _main(self) -> tuple[str, bool, str]:
        """Words of the one button, whether it can be pressed, and what is said beside it."""
        state, outcome = self.state, self.state.outcome
        if state.step is Step.TEACHING and outcome is None:
            return self._main_of_teaching()
        if state.step is Step.HELPED and outcome is not None:
            if outcome.model:
                return self.tr("Use it on my photos"), True, ""
            if outcome.accepted:
                return self.tr("Add to my models"), not state.purpose, ""
            return self.tr("Why not yet"), not self.helped.unfolded, ""
        hints = {
            Step.FALLS: self.tr("Finding out how it rains…") if state.purpose == "fit" else "",
            Step.TEACHING: self.tr("Now see whether it helped."),
        }
        return self.tr("Next"), state.can_go_on, hints.get(state.step, "")

    def _main_of_teaching(self) -> tuple[str, bool, str]:
        state = self.state
        begun = state.run is not None and state.run.begun
        words = self.tr("Go on teaching") if begun else self.tr("Start teaching")
        if state.teaching:
            return self.tr("Next"), False, self.tr("You can close the window; it goes on next time where it was.")
        return words, state.run is not None and state.run.fitted is not None and not state.purpose, ""

    def _arrange(self) -> None:
        air = AIR if self.width() >= NARROW_BELOW else NARROW_AIR
        self._column.setContentsMargins(air, 20 if self.height() >= 620 else 10, air, 18 if self.height() >= 620 else 10)
        self._column.setSpacing(16 if self.height() >= 620 else 8)
        self.steps.set_tight(self.width() < TIGHT_BELOW)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802, D102 - Qt's name
        super().resizeEvent(event)
        self._arrange()
