"""The page on which photos are derained: list, canvas, inspector and the one button, rearranged where the window is narrow.

Below 1100 px the inspector folds into a drawer and the button goes to the bar under the canvas; below 820 px the list becomes
a strip under the canvas.
"""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QMenu, QSplitter, QVBoxLayout, QWidget

from rainapp.gui.actions.action_rows import Actions
from rainapp.gui.canvas.brush_bar import BrushBar
from rainapp.gui.canvas.dry_note import DryNote
from rainapp.gui.canvas.figure_bar import FigureBar
from rainapp.gui.canvas.figures_request import Measuring
from rainapp.gui.canvas.preview_controller import PreviewController
from rainapp.gui.canvas.view_bar import ViewBar
from rainapp.gui.canvas.viewer import Canvas
from rainapp.gui.clip.clip_bar import ClipBar
from rainapp.gui.clip.filmstrip import FilmStrip
from rainapp.gui.clip.flicker_meter import FlickerMeter
from rainapp.gui.clip.player import Player
from rainapp.gui.files.file_list import ItemsView
from rainapp.gui.files.inspector import INSPECTOR_PX, Inspector
from rainapp.gui.files.remaining_rain import StillRain
from rainapp.gui.files.run_bar import RunBar
from rainapp.gui.state.workspace import Workspace
from rainapp.gui.widgets.controls import icon_button, label
from rainapp.gui.widgets.empty_states import DropBox, Picture, TroublePane
from rainapp.gui.widgets.plain_text import PlainLabel

LIST_PX, LIST_MIN, LIST_MAX = 264, 200, 420
FIGURE_FROM = 250  # a narrower list has no room for how many there are
DRAWER_BELOW, STRIP_BELOW = 1100, 820
STRIP_PX = 92
LOW_BELOW = 560


class ListPanel(QFrame):
    """The list with its head and the drop place below."""

    def __init__(self, workspace: Workspace, actions: Actions[Any]) -> None:
        """List the items of `workspace`."""
        super().__init__()
        self._workspace = workspace
        self.setProperty("role", "list")
        self.list = ItemsView(workspace, lambda: None)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        for row_id in (
            "derain-selected",
            "reveal",
            "open-source-folder",
            "own-settings",
            "move-up",
            "move-down",
            "frames-join",
            "frames-split",
            "remove",
        ):
            self.list.addAction(actions[row_id])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._head = self._make_head(actions)
        column.addWidget(self._head)
        column.addWidget(self.list, 1)
        self._drop = self._make_drop()
        column.addWidget(self._drop)
        workspace.added.connect(self._count)
        workspace.removed.connect(self._count)
        self._count()

    def _make_head(self, actions: Actions[Any]) -> QWidget:
        head = QFrame()
        head.setProperty("role", "head")
        head.setFixedHeight(47)
        row = QHBoxLayout(head)
        row.setContentsMargins(14, 0, 8, 0)
        row.setSpacing(6)
        row.addWidget(label(self.tr("Photos and clips"), "strong"))
        self._figure: PlainLabel = label("", "dim")
        row.addWidget(self._figure)
        row.addStretch(1)
        add = icon_button("plus", actions["open"].text())
        add.clicked.connect(actions["open"].trigger)
        more = icon_button("ellipsis", self.tr("More"))
        menu = QMenu(more)
        for row_id in ("open-folder", "paste", "select-all", "remove", "clear", "undo"):
            menu.addAction(actions[row_id])
        more.setMenu(menu)
        more.setPopupMode(more.ToolButtonPopupMode.InstantPopup)
        row.addWidget(add)
        row.addWidget(more)
        return head

    def _make_drop(self) -> QWidget:
        box = QWidget()
        outer = QVBoxLayout(box)
        outer.setContentsMargins(12, 8, 12, 12)
        self.drop = DropBox(6, on_canvas=False)
        self.drop.setFixedHeight(70)
        column = QVBoxLayout(self.drop)
        column.setSpacing(2)
        middle = Qt.AlignmentFlag.AlignHCenter
        column.addWidget(Picture("folder-open", "dim", 20), 0, middle)
        words = label(self.tr("Drop more here, or paste"), "small")
        words.setWordWrap(True)
        words.setAlignment(middle)
        column.addWidget(words)
        outer.addWidget(self.drop)
        return box

    def _count(self) -> None:
        self._figure.setText(str(len(self._workspace.items)))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802, D102 - Qt's name
        super().resizeEvent(event)
        self._figure.setVisible(self.width() >= FIGURE_FROM)

    def set_strip(self, strip: bool) -> None:
        """Lie as a strip without head and drop place."""
        self.setProperty("role", "strip" if strip else "list")
        self.style().unpolish(self)
        self.style().polish(self)
        self._head.setVisible(not strip)
        self._drop.setVisible(not strip)
        self.list.set_strip(strip)
        self.setMinimumWidth(0 if strip else LIST_MIN)
        self.setMaximumWidth(16777215 if strip else LIST_MAX)
        self.setMinimumHeight(STRIP_PX if strip else 0)
        self.setMaximumHeight(STRIP_PX if strip else 16777215)


class DerainPage(QWidget):
    """List, canvas and inspector in their places."""

    brush_bar: BrushBar
    measuring: Measuring
    player: Player
    figures: FigureBar
    run_bar: RunBar

    def __init__(
        self, workspace: Workspace, viewing: PreviewController, actions: Actions[Any], remedies: dict[str, Callable[[], None]]
    ) -> None:
        """Arrange for a wide window; resizing rearranges."""
        super().__init__()
        self._workspace = workspace
        self._viewing = viewing
        self.list_wanted = True
        self.drawer_open = False
        self._narrow: bool | None = None
        self._strip: bool | None = None
        self.panel = ListPanel(workspace, actions)
        self.canvas = Canvas(workspace, viewing)
        self.bar = ViewBar(self.canvas)
        self.brush_bar = BrushBar(self.canvas.brush, workspace)
        self.measuring = Measuring(workspace, viewing, self)
        self.figures = FigureBar(self.measuring, viewing)
        self.player = Player(workspace, viewing, self)
        self.strip = FilmStrip(workspace, viewing, self)
        self.clip = ClipBar(viewing, self.player, self.strip)
        self.canvas.tapped.connect(self.player.toggle)
        self.trouble = TroublePane(remedies)
        self.dry_note = DryNote(workspace, viewing)
        self.still_rain = StillRain(workspace, actions)
        self.inspector = Inspector(workspace)
        self.inspector.add_to_amount(self.still_rain)
        self.inspector.repair.follow(self.canvas.repairing)
        self.meter = FlickerMeter(self.player)
        self.inspector.add_to_temporal(self.meter)
        self.run_bar = RunBar(workspace)
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setHandleWidth(1)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(self.panel)
        self._splitter.addWidget(self._make_centre())
        self._splitter.setStretchFactor(1, 1)
        self._splitter.setSizes([LIST_PX, 1000])
        self._side = self._make_side()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._splitter, 1)
        row.addWidget(self._side)
        viewing.changed.connect(self.refresh_trouble)
        viewing.switched.connect(self.refresh_trouble)
        workspace.item_changed.connect(self._item_changed)
        self.refresh_trouble()

    def stop(self) -> None:
        """Ask the workers for nothing any more."""
        self.measuring.stop()
        self.canvas.repairing.stop()
        self.player.stop()
        self.strip.stop()

    def _make_centre(self) -> QWidget:
        centre = QWidget()
        self._centre = QVBoxLayout(centre)
        self._centre.setContentsMargins(0, 0, 0, 0)
        self._centre.setSpacing(0)
        box = QWidget()
        grid = QGridLayout(box)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.addWidget(self.canvas, 0, 0)
        grid.addWidget(self.dry_note, 0, 0, Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignHCenter)
        grid.addWidget(self.trouble, 0, 0, Qt.AlignmentFlag.AlignCenter)
        self._centre.addWidget(box, 1)
        self._centre.addWidget(self.figures)
        self._centre.addWidget(self.clip)
        self._centre.addWidget(self.brush_bar)
        self._centre.addWidget(self.bar)
        return centre

    def _make_side(self) -> QFrame:
        side = QFrame(self)
        side.setProperty("role", "inspector")
        side.setFixedWidth(INSPECTOR_PX)
        column = QVBoxLayout(side)
        column.setContentsMargins(1, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.inspector, 1)
        self._run_place = QVBoxLayout()
        self._run_place.setContentsMargins(16, 8, 16, 16)
        self._run_place.addWidget(self.run_bar)
        column.addLayout(self._run_place)
        return side

    # -- narrow windows

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802, D102 - Qt's name
        super().resizeEvent(event)
        self.arrange()

    def arrange(self) -> None:
        """Put the parts where the width of the page wants them."""
        narrow, strip = self.width() < DRAWER_BELOW, self.width() < STRIP_BELOW
        if narrow != self._narrow:
            self._narrow = narrow
            self.drawer_open = False
            self._place_side()
        if strip != self._strip:
            self._strip = strip
            self._place_list()
        self._side.setVisible(not narrow or self.drawer_open)
        self.panel.setVisible(self.list_wanted)
        self.figures.set_room(self.height() >= LOW_BELOW)
        self.clip.set_low(self.height() < LOW_BELOW)
        if narrow:
            self._side.setGeometry(self.width() - INSPECTOR_PX, 0, INSPECTOR_PX, self.height())
            self._side.raise_()

    def _place_side(self) -> None:
        row = self.layout()
        assert isinstance(row, QHBoxLayout)
        if self._narrow:
            row.removeWidget(self._side)
            self.bar.row.addWidget(self.run_bar, 0, Qt.AlignmentFlag.AlignVCenter)
            self.run_bar.setFixedHeight(42)
            self.run_bar.setFixedWidth(230)
        else:
            row.addWidget(self._side)
            self._run_place.addWidget(self.run_bar)
            self.run_bar.setMinimumWidth(0)
            self.run_bar.setMaximumWidth(16777215)
            self.run_bar.setMinimumHeight(0)
            self.run_bar.setMaximumHeight(16777215)
        self.run_bar.set_compact(bool(self._narrow))
        self.run_bar.show()

    def _place_list(self) -> None:
        self.panel.set_strip(bool(self._strip))
        if self._strip:
            self._centre.addWidget(self.panel)
        else:
            self._splitter.insertWidget(0, self.panel)
            self._splitter.setSizes([LIST_PX, max(1, self.width() - LIST_PX)])

    @property
    def wide(self) -> bool:
        """Whether there is room for the inspector beside the canvas."""
        return not self._narrow

    @property
    def inspector_shown(self) -> bool:
        """Whether the inspector is in sight."""
        return not self._narrow or self.drawer_open

    def toggle_inspector(self) -> None:
        """Open or close the drawer of a narrow window."""
        self.drawer_open = not self.drawer_open
        self.arrange()

    def toggle_list(self) -> None:
        """Hide the list or show it again."""
        self.list_wanted = not self.list_wanted
        self.arrange()

    # -- trouble

    def _item_changed(self, row: int) -> None:
        if self._workspace.current is not None and self._workspace.current.row == row:
            self.refresh_trouble()

    def refresh_trouble(self) -> None:
        """Show what went wrong with the selected file, where something did."""
        item = self._workspace.current
        trouble = self._viewing.trouble
        kind, message, hint = (item.kind, item.message, item.hint) if item is not None else ("", "", "")
        if not message and trouble is not None:
            kind, message, hint = trouble.kind, trouble.message, trouble.hint
        if item is not None and message:
            self.trouble.show_trouble(item, kind, message, hint)
        self.trouble.setVisible(bool(item is not None and message))
