"""The one primary button and what it will cost; while at work, progress, pause and stop stand in its place."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QBoxLayout,
    QHBoxLayout,
    QMenu,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from rainapp.gui.files.ending_line import EndingLine
from rainapp.gui.state import figure_words
from rainapp.gui.state.ending_words import Ending, again, ending_of
from rainapp.gui.state.file_item import TROUBLED, Item
from rainapp.gui.state.workspace import Workspace
from rainapp.gui.widgets.controls import Elided, IconKeeper, label, push_button
from rainapp.gui.widgets.plain_text import PlainLabel, set_tip

RESULTS_PX = 44


class RunBar(QStackedWidget):
    """Bottom right on the Derain page: "Derain 5", or how far it is."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        """Show what `workspace` would do, or does."""
        super().__init__(parent)
        self._workspace = workspace
        self._pages: list[QVBoxLayout] = []
        self._compact = False
        self._add_ready()
        self._add_running()
        for signal in (
            workspace.added,
            workspace.removed,
            workspace.amount_changed,
            workspace.items_changed,
            workspace.treatment_changed,
            workspace.mask_changed,
        ):
            signal.connect(self.refresh)
        workspace.item_changed.connect(self.refresh)
        workspace.batch.changed.connect(self.refresh)
        workspace.batch.finished.connect(self.ending.announce)
        workspace.current_changed.connect(self.refresh)
        workspace.selection_changed.connect(self.refresh)
        self.refresh()

    def _add_page(self) -> QBoxLayout:
        page = QWidget()
        outer = QVBoxLayout(page)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addStretch(1)
        line = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        line.setSpacing(8)
        outer.addLayout(line)
        outer.addStretch(0)
        self._pages.append(outer)
        self.addWidget(page)
        return line

    def _add_ready(self) -> None:
        line = self._add_page()
        self.ending = EndingLine(self.try_again)
        self.cost = Elided(role="small")
        self.button = push_button(self.tr("Derain"), lambda: None, "primary", "droplets", "on_accent")
        self.results = push_button(self.tr("Show results"), lambda: None, "tall", "folder-open")
        self.results.setText("")  # its words would leave no room for those of the button beside it
        set_tip(self.results, self.tr("Show results"))
        self.results.setFixedWidth(RESULTS_PX)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.button, 1)
        buttons.addWidget(self.results)
        line.addWidget(self.ending)
        line.addWidget(self.cost)
        line.addLayout(buttons)

    def _add_running(self) -> None:
        self._line = self._add_page()
        figures = QHBoxLayout()
        self.figure: PlainLabel = label("", "strong")
        self.left = Elided(role="dim")
        self.left.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        figures.addWidget(self.figure)
        figures.addWidget(self.left, 1)
        self.progress = QProgressBar()
        self.progress.setRange(0, 1000)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(self.tr("Progress of all files"))
        self.stop_menu = QMenu(self)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        self.pause = push_button(self.tr("Pause"), lambda: None, icon="pause")
        self.go_on = push_button(self.tr("Resume"), lambda: None, icon="play")
        self.stop = push_button(self.tr("Stop"), lambda: None, icon="x")
        for button in (self.pause, self.go_on, self.stop):
            buttons.addWidget(button, 1)
        self._line.addLayout(figures)
        self._line.addWidget(self.progress)
        self._line.addLayout(buttons)

    def set_compact(self, compact: bool) -> None:
        """In a narrow window all stands in one line: no cost, no time left, no words on pause and stop."""
        self.left.setVisible(not compact)
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._line.setDirection(across if compact else down)
        for outer in self._pages:
            outer.setStretch(2, 1 if compact else 0)  # in the middle of the bar, or at the foot of the inspector
        self._compact = compact
        for button in (self.pause, self.go_on, self.stop):
            self._name(button, button.accessibleName())
        self._show_ready()

    def _name(self, button: QPushButton, words_: str) -> None:
        button.setAccessibleName(words_)
        button.setText("" if self._compact else f" {words_}")
        set_tip(button, words_ if self._compact else "")

    @property
    def chosen(self) -> list[Item]:
        """What would be derained: all that is ready or failed; where nothing is, all that was done with other settings."""
        return self._workspace.to_do or [item for item in self._workspace.items if item.outdated]

    @property
    def all_done(self) -> bool:
        """Whether there is nothing to derain but there are results to be shown."""
        return not self.chosen and any(item.target is not None for item in self._workspace.items)

    def refresh(self) -> None:
        """Take over what is ready and how far it is."""
        batch = self._workspace.batch
        if batch.running:
            self._show_running()
        else:
            self._show_ready()
        self._offer_keeping(batch.can_keep)
        self.setCurrentIndex(1 if batch.running else 0)

    def _show_ready(self) -> None:
        items = self.chosen
        self._show_ending()
        said = self.tr("Derain") if self._workspace.to_do or not items else self.tr("Derain again")
        if self._workspace.amount < 0:
            said = self.tr("Save only the rain of")
        said = f"{said} {len(items)}" if items else said
        if self.all_done:
            said = self.tr("Show results")
        for icon in self.button.findChildren(IconKeeper):
            icon.show_icon("folder-open" if self.all_done else "droplets")
        self.button.setText(f" {said}")
        self.button.setAccessibleName(said)
        can = bool(items) and self._can_derain
        self.button.setEnabled(can or self.all_done)
        cost = self._cost(items)
        self.cost.show_words(cost)
        self.cost.setVisible(bool(cost) and not self._compact)

    def _show_ending(self) -> None:
        """Say what became of the files that were derained, and offer those that failed once more."""
        said, failed = self.words_of_ending, len(self._workspace.failed)
        self.ending.show_ending(said, again(failed) if failed and self._can_derain else "")
        self.ending.setVisible(bool(said) and not self._compact)
        saved = any(item.target is not None for item in self._workspace.items)
        self.results.setVisible(saved and not self.all_done and not self._compact and bool(said))

    @property
    def how_it_ended(self) -> Ending | None:
        """How the work on the list ended; None while there is some, or before."""
        return None if self._workspace.batch.running else ending_of(self._workspace.items)

    @property
    def words_of_ending(self) -> str:
        """The same in one line."""
        ended = self.how_it_ended
        return "" if ended is None else ended.words

    @property
    def _can_derain(self) -> bool:
        return self._workspace.card is not None and self._workspace.amount != 0

    def try_again(self) -> None:
        """Derain just those that failed."""
        self._workspace.start(self._workspace.failed)

    def _cost(self, items: list[Item]) -> str:
        if self._workspace.card is None:
            return self.tr("There is no model to derain with")
        if not items:
            return ""
        if self._workspace.amount == 0:
            return self.tr("At an amount of 0 nothing would change")
        if self.words_of_ending and all(item.state in TROUBLED for item in items):
            return ""  # the ending says it
        seconds = self._workspace.batch.estimate_s(items, self._workspace.treatment)
        parts = self._what(items)
        if seconds is not None:
            parts.append(self.tr("about {time}").format(time=figure_words.about(seconds)))
        parts.append(figure_words.size(sum(item.size for item in items)))
        return " · ".join(parts)

    def _what(self, items: list[Item]) -> list[str]:
        """How many files are new, have a result of other settings, failed before, or could not be read when they came in."""
        failed = [item for item in items if item.state in TROUBLED]
        tried, outdated = sum(item.treatment is not None for item in failed), sum(item.outdated for item in items)
        counts = (
            (len(items) - len(failed) - outdated, self.tr("{n} ready")),
            (outdated, self.tr("{n} outdated")),
            (tried, self.tr("{n} to try again")),
            (len(failed) - tried, self.tr("{n} cannot be read")),
        )
        return [words_.format(n=count) for count, words_ in counts if count]

    def _show_running(self) -> None:
        batch = self._workspace.batch
        at = min(batch.settled + 1, batch.total)
        self.figure.setText(self.tr("{n} of {total}").format(n=at, total=batch.total))
        self.left.show_words(self._left())
        set_tip(self.progress, batch.waits)
        self.progress.setValue(round(batch.share * 1000))
        self.pause.setVisible(not batch.paused)
        self.go_on.setVisible(batch.paused)

    def _left(self) -> str:
        batch = self._workspace.batch
        if batch.paused:
            return self.tr("Paused")
        if batch.waits:
            return self.tr("Waits")
        pace = "" if batch.frames_s is None else figure_words.pace(batch.frames_s)
        return " · ".join(filter(None, (pace, "" if batch.eta_s is None else figure_words.left(batch.eta_s))))

    def _offer_keeping(self, can_keep: bool) -> None:
        """Of a clip the part done may stay: the button then opens two choices instead of stopping at once."""
        if can_keep == (self.stop.menu() is None):
            self.stop.setMenu(self.stop_menu if can_keep else None)  # type: ignore[arg-type]
            self._name(self.stop, self.tr("Stop…") if can_keep else self.tr("Stop"))
