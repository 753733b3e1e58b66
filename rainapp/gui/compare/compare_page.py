"""The Compare page: photos on the left, the grid on one camera, the table of figures, and the one button.

Digits bring a cell to full view while held, and vote in a blind test; X shows the original in every cell.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QMenu,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from rainapp.gui.actions.action_rows import Actions
from rainapp.gui.compare.clip_range_bar import ClipRangeBar
from rainapp.gui.compare.compare_grid import CompareGrid
from rainapp.gui.compare.compare_panels import AdviceCard, BlindBar, CompareFoot
from rainapp.gui.compare.compare_shown import lines as lines_of
from rainapp.gui.compare.compare_shown import panes as panes_of
from rainapp.gui.compare.compare_state import Comparing, Mode
from rainapp.gui.compare.compare_table import CompareTable
from rainapp.gui.compare.export_dialog import KINDS, can_export, export
from rainapp.gui.files.derain_page import LIST_PX, STRIP_BELOW, ListPanel
from rainapp.gui.state.workspace import Workspace
from rainapp.gui.widgets.controls import Elided, Segments, label, push_button, stacked
from rainapp.gui.widgets.plain_text import set_tip

HEAD_PX = 47
TABLE_MIN_PX = 108
LIST_FROM = 480  # a lower page has no strip of photos; Page Up and Page Down go through them
ICON_PX = 44
SIZES_MS = 100
NAME_FROM = 700
NAME_PX = 96  # of the name of the photo that stay in sight before words of the head go


class ComparePage(QWidget):
    """List, grid, table and button in their places."""

    comparing: Comparing

    def __init__(self, workspace: Workspace, actions: Actions[Any], add_model: Callable[[], None]) -> None:
        """Compare what `workspace` lists; `add_model` asks for a model file."""
        super().__init__()
        self.comparing = Comparing(workspace, self)
        self._strip: bool | None = None
        self._blinking = False
        self.list_wanted = True
        self.panel = ListPanel(workspace, actions)
        self.grid = CompareGrid()
        self.clip = ClipRangeBar(self.comparing)
        self.table = CompareTable()
        self.card = AdviceCard(self.comparing)
        self.blind = BlindBar(self.comparing)
        self.foot = CompareFoot(self.comparing, actions["compare"].trigger, actions["compare-stop"].trigger)
        self._make_head(actions, add_model)
        self._centre = QVBoxLayout()
        self._lay_out()
        for watched in (self.panel.list, self.table):
            watched.installEventFilter(self)
        self.grid.moved.connect(self._moved)
        self.grid.picked.connect(self._picked)
        self.table.lines.toggled.connect(self.comparing.choose)
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self._mark())
        self.comparing.changed.connect(self.refresh)
        self.comparing.progressed.connect(self._progress)
        self._sizes = QTimer(self)  # sizes of photos become known one by one
        self._sizes.setSingleShot(True)
        self._sizes.setInterval(SIZES_MS)
        self._sizes.timeout.connect(self._progress)
        workspace.item_changed.connect(lambda _row: self._sizes.start())
        self.refresh()

    def end(self) -> None:
        """The window went: nothing is asked for any more, and nothing of it stays on the disk."""
        self._sizes.stop()
        self.comparing.close()

    # -- the parts

    def _make_head(self, actions: Actions[Any], add_model: Callable[[], None]) -> None:
        self.head = QFrame()
        self.head.setProperty("role", "head")
        self.head.setFixedHeight(HEAD_PX)
        row = self._row = QHBoxLayout(self.head)
        row.setContentsMargins(14, 0, 12, 0)
        row.setSpacing(8)
        kinds = (("photos", self.tr("My photos"), "image"), ("trial", self.tr("Known rain"), "droplets"))
        self.modes = Segments(self.tr("Compare on"), kinds)
        self.modes.chosen.connect(self._set_mode)
        self.samples = QComboBox()
        self.samples.setAccessibleName(self.tr("Kind of rain"))
        self.samples.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.samples.activated.connect(self.comparing.set_sample)
        self.name = Elided(role="strong", mode=Qt.TextElideMode.ElideMiddle)
        self.figures = label("", "dim")
        self.truth = push_button(self.tr("Ground truth"), self._no_op, icon="circle-check")
        self.truth.setMenu(self._truth_menu(actions))
        self.add = push_button(self.tr("Add model"), add_model, icon="plus")
        self.vote = push_button(self.tr("Blind test"), actions["compare-blind"].trigger, icon="shuffle")
        self.export = push_button(self.tr("Export"), self._no_op, icon="download")
        menu = QMenu(self.export)
        for row_id in ("compare-picture", "compare-report", "compare-clip", "compare-table"):
            menu.addAction(actions[row_id])
        self.export.setMenu(menu)
        row.addWidget(self.modes)
        row.addWidget(self.samples)
        row.addWidget(self.name, 1)
        row.addWidget(self.figures)
        row.addStretch(0)
        self._buttons = (self.truth, self.add, self.vote, self.export)
        self._spelt_px = [button.sizeHint().width() for button in self._buttons]
        for button in self._buttons:
            row.addWidget(button)

    def _truth_menu(self, actions: Actions[Any]) -> QMenu:
        menu = QMenu(self.truth)
        for row_id in ("compare-truth-folder", "compare-truth-file", "compare-truth-none"):
            menu.addAction(actions[row_id])
        return menu

    def _no_op(self) -> None:
        """The menu opens by itself."""

    def _lay_out(self) -> None:
        figures = QWidget()
        column = QVBoxLayout(figures)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        card = QHBoxLayout()
        card.setContentsMargins(12, 8, 12, 0)
        card.addWidget(self.card)
        column.addLayout(card)
        self.table.setMinimumHeight(TABLE_MIN_PX)
        column.addWidget(self.table, 1)
        self._below = QStackedWidget()
        self._below.addWidget(figures)
        self._below.addWidget(self.blind)
        self._halves = QSplitter(Qt.Orientation.Vertical)
        self._halves.setHandleWidth(1)
        self._halves.setChildrenCollapsible(False)
        self._halves.addWidget(stacked(self.grid, self.clip))
        self._halves.addWidget(self._below)
        self._halves.setStretchFactor(0, 1)
        self._halves.setSizes([600, 210])
        centre = QWidget()
        self._centre = QVBoxLayout(centre)
        self._centre.setContentsMargins(0, 0, 0, 0)
        self._centre.setSpacing(0)
        for part, stretch in ((self.head, 0), (self._halves, 1), (self.foot, 0)):
            self._centre.addWidget(part, stretch)
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setHandleWidth(1)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(self.panel)
        self._splitter.addWidget(centre)
        self._splitter.setStretchFactor(1, 1)
        self._splitter.setSizes([LIST_PX, 1000])
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._splitter)

    # -- what the actions ask for

    def start(self) -> None:
        """Compare what is missing."""
        self.comparing.start()

    def stop(self) -> None:
        """Stop; what is there stays."""
        self.comparing.stop()

    def toggle_blind(self) -> None:
        """Begin a blind test, or end it without a result."""
        if self.comparing.ballot is None:
            self.comparing.start_ballot()
            self.grid.setFocus()
        else:
            self.comparing.cancel_ballot()

    def export_as(self, kind: str) -> None:
        """Write the comparison as "picture", "report" or "clip"."""
        export(self.comparing, kind, self)

    def can_export(self, kind: str) -> bool:
        """Whether there is something to write as "picture", "report", "clip" or "table"."""
        return can_export(self.comparing, kind)

    def choose_truth(self, folder: bool) -> None:
        """Ask for the picture without rain, or for the folder that holds them."""
        start = self.comparing.workspace.settings.last_folder
        if folder:
            chosen = QFileDialog.getExistingDirectory(self, self.tr("Folder with the pictures without rain"), start)
        else:
            chosen = QFileDialog.getOpenFileName(self, self.tr("The picture without rain"), start)[0]
        if chosen:
            self.comparing.set_truth(Path(chosen))

    def _set_mode(self, mode: str) -> None:
        wanted: Mode = "trial" if mode == "trial" else "photos"
        self.comparing.set_mode(wanted)

    # -- what changes

    def refresh(self) -> None:
        """Take over all that is known; what nobody sees waits until it is shown."""
        comparing = self.comparing
        if not comparing.shown:
            return
        self._show_panes()
        self.table.lines.show_lines(lines_of(comparing))
        clips = comparing.mode == "photos" and any(result.frames for result in comparing.run.results())
        self.table.show_truth(comparing.has_truth, clips)
        self.clip.refresh()
        self.card.refresh()
        self.blind.refresh()
        self.foot.refresh()
        blind = comparing.ballot is not None
        self._below.setCurrentIndex(1 if blind else 0)
        self.foot.setVisible(not blind)
        self._refresh_head(blind)
        self._mark()

    def _progress(self) -> None:
        if self.comparing.shown:
            self._show_panes()
            self.foot.refresh()

    def _refresh_head(self, blind: bool) -> None:
        comparing = self.comparing
        trial = comparing.mode == "trial"
        self.modes.choose(comparing.mode)
        self.modes.setEnabled(not blind)
        names = [name for name, _ in comparing.trial.samples] if trial else []
        if [self.samples.itemText(n) for n in range(self.samples.count())] != names:
            self.samples.clear()
            self.samples.addItems(names)
        self.samples.setCurrentIndex(comparing.sample if names else -1)
        if self.samples.isHidden() == bool(names):
            self._make_room()
            self.samples.setVisible(bool(names))
        current = comparing.workspace.current
        elsewhere = comparing.tried_elsewhere if trial else ""
        self.name.show_words(elsewhere or (current.path.name if current is not None else ""))
        self.truth.setEnabled(not trial and not blind)
        set_tip(self.truth, str(comparing.truth) if comparing.truth is not None else "")
        self.vote.setEnabled(comparing.can_vote or blind)
        self.export.setEnabled(any(map(self.can_export, KINDS)))
        self._say_view()

    def _say_view(self) -> None:
        percent = round(self.grid.looking.zoom * 100)
        said = self.tr("%n view(s) · {zoom} %", "", len(self.grid.panes)).format(zoom=percent)
        self.figures.setText(said if self.grid.has_picture else "")

    def _show_panes(self) -> None:
        panes = panes_of(self.comparing)
        if self._blinking and panes:
            for pane in panes[1:]:
                pane.picture, pane.part, pane.trouble = panes[0].picture, panes[0].part, ""
        self.grid.show_panes(panes, self.comparing.sights.size, self.comparing.sights.part_region)

    def _moved(self) -> None:
        camera = self.grid.looking
        wanted = camera.zoom > 1.05 * self.comparing.sights.finest
        self.comparing.sights.look_at(camera.visible() if wanted else None)
        self._say_view()

    def _picked(self, place: int) -> None:
        """A cell was clicked: a vote, or its line is selected."""
        self.grid.setFocus()
        if place == 0 or place >= len(self.grid.panes):
            return
        if self.comparing.ballot is not None:
            self.comparing.vote(place - 1)
        else:
            self.table.choose(self.grid.panes[place].model)

    def _mark(self) -> None:
        """Frame the cell of the line in hand; never in a blind test."""
        model = self.table.model_in_hand
        places = [n for n, pane in enumerate(self.grid.panes) if n and pane.model == model]
        self.grid.mark(places[0] if places and self.comparing.ballot is None else None)

    # -- keys

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802, D102 - Qt's name
        if isinstance(event, QKeyEvent) and event.text().isdigit() and not event.modifiers():
            if event.type() == QEvent.Type.KeyPress:
                self.keyPressEvent(event)
                return True
            if event.type() == QEvent.Type.KeyRelease:
                self.keyReleaseEvent(event)
                return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802, D102 - Qt's name
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        digit = event.key() - Qt.Key.Key_0 if Qt.Key.Key_0 <= event.key() <= Qt.Key.Key_9 and plain else None
        if digit is not None and event.isAutoRepeat():
            return
        if digit is not None and self.comparing.ballot is not None:
            self.comparing.vote(digit - 1 if digit else None)
        elif digit is not None:
            self.grid.hold(digit)
        elif event.key() == Qt.Key.Key_X and plain:
            self._blink(True)
        elif event.key() in (Qt.Key.Key_Comma, Qt.Key.Key_Period) and plain and self.comparing.frame_count:
            self.clip.step(-1 if event.key() == Qt.Key.Key_Comma else 1)
        elif event.key() == Qt.Key.Key_Escape and self.comparing.ballot is not None:
            self.comparing.cancel_ballot()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:  # noqa: N802, D102 - Qt's name
        if event.isAutoRepeat():
            return
        if Qt.Key.Key_0 <= event.key() <= Qt.Key.Key_9:
            self.grid.hold(None)
        elif event.key() == Qt.Key.Key_X:
            self._blink(False)
        else:
            super().keyReleaseEvent(event)

    def _blink(self, original: bool) -> None:
        self._blinking = original
        self._show_panes()

    def release(self) -> None:
        """The window lost the keyboard: nothing is held any more."""
        self.grid.hold(None)
        self._blink(False)

    # -- narrow windows

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802, D102 - Qt's name
        super().resizeEvent(event)
        self.arrange()

    def toggle_list(self) -> None:
        """Hide the list or show it again."""
        self.list_wanted = not self.list_wanted
        self.arrange()

    def arrange(self) -> None:
        """Put the parts where the width of the page wants them."""
        strip = self.width() < STRIP_BELOW
        if strip != self._strip:
            self._strip = strip
            self.panel.set_strip(strip)
            if strip:
                self._centre.insertWidget(2, self.panel)
            else:
                self._splitter.insertWidget(0, self.panel)
                self._splitter.setSizes([LIST_PX, max(1, self.width() - LIST_PX)])
        self.panel.setVisible(self.list_wanted and (not strip or self.height() >= LIST_FROM))
        self.name.setVisible(self.width() >= NAME_FROM)
        self._make_room()

    def _make_room(self) -> None:
        """Leave out the figures of the head, then its words beside icons, where these do not fit in this language.

        What goes goes first: the splitter makes room for whatever is shown, and never takes it back.
        """
        longest = self.tr("%n view(s) · {zoom} %", "", 10).format(zoom=1600)
        self.figures.setMinimumWidth(self.figures.fontMetrics().horizontalAdvance(longest))
        margins, gap = self._row.contentsMargins(), self._row.spacing()
        room = self.width() - (0 if self._strip else LIST_PX) - margins.left() - margins.right()
        room -= 0 if self.name.isHidden() else NAME_PX + gap
        room -= self.samples.sizeHint().width() + gap if self.samples.count() else 0
        room -= self.modes.spelt_px + sum(px + gap for px in self._spelt_px)
        self._spell(room >= 0)
        self.figures.setVisible(room >= self.figures.minimumWidth() + gap)

    def _spell(self, words: bool) -> None:
        for button in self._buttons:
            said = button.accessibleName()
            button.setText(f" {said}" if words else "")
            set_tip(button, "" if words else said)
            button.setMinimumWidth(0 if words else ICON_PX)
            button.setMaximumWidth(16777215 if words else ICON_PX)
        self.modes.show_words(words)
