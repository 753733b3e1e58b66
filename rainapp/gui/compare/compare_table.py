"""The table under the grid: every model of the library, whether it takes part, and what was measured. Sortable."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from rainapp.compare.advice import Figures
from rainapp.gui.compare import compare_words as say
from rainapp.gui.compare.compare_words import tr
from rainapp.gui.widgets.plain_text import as_tip
from rainapp.gui.widgets.theme import interface_font, look
from rainapp.jobs.records import ModelId

Index = QModelIndex | QPersistentModelIndex
ROW_PX = 34
NAN = float("nan")


@dataclass(frozen=True)
class Line:
    """One model: its figures, its votes, and in words how far it is where there are none yet."""

    model: ModelId
    title: str
    chosen: bool
    figures: Figures | None = None
    words: str = ""
    trouble: bool = False
    votes: int | None = None
    cast: int = 0
    engine: str = ""


@dataclass(frozen=True)
class Column:
    """One column: what it says, its value for sorting, how that reads, and whether small is good."""

    head: str
    tip: str
    value: Callable[[Figures], float]
    text: Callable[[Figures], str]


def columns() -> tuple[Column, ...]:
    """The columns behind the model's name, in the person's language."""
    return (
        Column(tr("Difference left"), tr("Of the difference from the dry picture: 0 is perfect, 100 % as untouched"),
            lambda f: f.error_left, lambda f: say.percent(f.error_left)),
        Column(tr("Changed"), tr("The share of pixels that changed visibly; less is better where there was little rain"),
            lambda f: f.changed, lambda f: say.percent(f.changed)),
        Column(tr("Light taken out"), tr("Mean light taken out, in grey levels of 255; neither much nor little is good"),
            lambda f: f.removed, lambda f: say.number(f.removed)),
        Column(tr("Naturalness"), tr("NIQE before and after; smaller is more natural, yet sharp rain can score well"),
            lambda f: f.natural_out, say.natural),
        Column(tr("s per MP"), tr("Seconds for a megapixel on this machine; smaller is better"),
            lambda f: f.seconds_per_mp, lambda f: say.speed(f.seconds_per_mp)),
        Column(tr("PSNR"), tr("Decibels on luminance against the picture without rain; larger is better, 30 and more is good"),
            lambda f: f.psnr_y, lambda f: say.number(f.psnr_y, 2)),
        Column(tr("SSIM"), tr("Structural similarity with the picture without rain; larger is better, 0.9 and more is good"),
            lambda f: f.ssim_y, lambda f: say.number(f.ssim_y, 3)),
        Column(tr("Rain removed"), tr("Where it rained: 100 % is perfect, 0 nothing, below 0 worse"),
            lambda f: f.rain_removed, lambda f: say.percent(f.rain_removed)),
        Column(tr("Action"), tr("Where it rained: below 1 too little was taken, above 1 too much"),
            lambda f: f.rain_action, lambda f: say.number(f.rain_action, 2)),
        Column(tr("Background"), tr("What changed where no rain fell, in grey levels; smaller is better"),
            lambda f: f.bg_err, lambda f: say.number(f.bg_err)),
        Column(tr("Fine rain removed"), tr("How much of the fine streaks is gone, in any photo; 75 % and more is good"),
            lambda f: f.fine_removed, lambda f: say.percent(f.fine_removed)),
        Column(tr("Flicker"), tr("Change from frame to frame where nothing moves, before and after, in grey levels"),
            lambda f: f.flicker_out, say.flicker),
    )  # fmt: skip


TRUTH_COLUMNS = range(6, 11)  # shown only with a ground truth
CLIP_COLUMN = 12  # ... and only where clips were compared
NAME_PX = 150
HEAD_AIR_PX = 44  # beside the words of a head: its padding, and room for the mark of sorting


class CompareModel(QAbstractTableModel):
    """The lines as Qt's views want them; `toggled` tells that a model is to take part or not."""

    toggled = Signal(str, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        """No lines yet, in the order of the library."""
        super().__init__(parent)
        self.columns = columns()
        self.lines: list[Line] = []
        self._sorted: tuple[int, Qt.SortOrder] | None = None

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Show other lines, sorted as chosen; the same models in the same order only change their figures."""
        wanted = self._in_order(list(lines))
        if [line.model for line in wanted] == [line.model for line in self.lines]:
            self.lines = wanted
            if wanted:
                self.dataChanged.emit(self.index(0, 0), self.index(len(wanted) - 1, self.columnCount() - 1))
            return
        self.layoutAboutToBeChanged.emit()
        same = {line.model for line in wanted} == {line.model for line in self.lines}
        if same:
            self._move(wanted)
            self.layoutChanged.emit()
        else:
            self.layoutChanged.emit()
            self.beginResetModel()
            self.lines = wanted
            self.endResetModel()

    def _move(self, wanted: list[Line]) -> None:
        """Keep what is selected selected while lines change places."""
        places = {line.model: row for row, line in enumerate(wanted)}
        before = self.persistentIndexList()
        after = [self.createIndex(places[self.lines[index.row()].model], index.column()) for index in before]
        self.lines = wanted
        self.changePersistentIndexList(before, after)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; a negative one means the order of the library."""
        self._sorted = (column, order) if column >= 0 else None
        self.show_lines(list(self.lines))

    def _in_order(self, lines: list[Line]) -> list[Line]:
        """What has no value stands last whichever way is sorted."""
        if self._sorted is None:
            return lines
        column, order = self._sorted
        down = order == Qt.SortOrder.DescendingOrder
        if column == 0:
            return sorted(lines, key=lambda line: line.title.casefold(), reverse=down)
        known = [line for line in lines if math.isfinite(self.value(line, column))]
        known.sort(key=lambda line: self.value(line, column), reverse=down)
        return known + [line for line in lines if not math.isfinite(self.value(line, column))]

    def value(self, line: Line, column: int) -> float:
        """What a cell is sorted by."""
        if column == self.columnCount() - 1:
            return NAN if line.votes is None else float(line.votes)
        return self.columns[column - 1].value(line.figures) if line.figures is not None else NAN

    # -- what Qt asks

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008, D102 - Qt's name and default
        return 0 if parent.isValid() else len(self.lines)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008, D102 - Qt's name and default
        return 0 if parent.isValid() else len(self.columns) + 2

    def flags(self, index: Index) -> Qt.ItemFlag:  # noqa: D102 - Qt's name
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsUserCheckable if index.column() == 0 else flags

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: N802, D102 - Qt's name
        if orientation == Qt.Orientation.Vertical:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if section == 0 else Qt.AlignmentFlag.AlignRight
            return side | Qt.AlignmentFlag.AlignVCenter
        if section == 0:
            return tr("Model") if role == Qt.ItemDataRole.DisplayRole else None
        if section == self.columnCount() - 1:
            return tr("Votes") if role == Qt.ItemDataRole.DisplayRole else None
        column = self.columns[section - 1]
        return {Qt.ItemDataRole.DisplayRole: column.head, Qt.ItemDataRole.ToolTipRole: column.tip}.get(Qt.ItemDataRole(role))

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: D102 - Qt's name
        if not index.isValid() or index.row() >= len(self.lines):
            return None
        line = self.lines[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(line, index.column())
        if role == Qt.ItemDataRole.CheckStateRole and index.column() == 0:
            return Qt.CheckState.Checked if line.chosen else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if index.column() == 0 else Qt.AlignmentFlag.AlignRight
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ForegroundRole:
            return look().colour("bad" if line.trouble and index.column() == 1 else "text" if line.chosen else "dim")
        if role == Qt.ItemDataRole.ToolTipRole:
            return as_tip(line.words if line.trouble else self.all_figures(line)) or None
        if role == Qt.ItemDataRole.AccessibleTextRole:
            head = self.headerData(index.column(), Qt.Orientation.Horizontal)
            return f"{line.title}, {head}: {self.text(line, index.column())}" if index.column() else line.title
        return None

    def text(self, line: Line, column: int) -> str:
        """What a cell says."""
        if column == 0:
            return line.title
        if column == self.columnCount() - 1:
            return "–" if line.votes is None else tr("{n} of {all}").format(n=line.votes, all=line.cast)
        if line.figures is None:
            return line.words if column == 1 else ""
        return self.columns[column - 1].text(line.figures)

    def all_figures(self, line: Line) -> str:
        """Every figure of a line with its name, whatever the table has room for, and the engine."""
        if line.figures is None:
            return ""
        told = [f"{column.head}: {column.text(line.figures)}" for column in self.columns]
        return "\n".join(each for each in (*told, line.engine) if each and not each.endswith("–"))

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:  # noqa: N802, D102 - Qt's name
        if role != Qt.ItemDataRole.CheckStateRole or not index.isValid():
            return False
        self.toggled.emit(self.lines[index.row()].model, Qt.CheckState(value) == Qt.CheckState.Checked)
        return True


class CompareTable(QTableView):
    """The table itself. Space takes a model in or out, Return sorts by the column in hand."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Show no lines yet."""
        super().__init__(parent)
        self._truth = self._clips = False
        self._heads_px: dict[int, int] = {}  # of the columns that were in sight; the others tell nothing
        self.lines = CompareModel(self)
        self.setModel(self.lines)
        self.setAccessibleName(self.tr("Models and what was measured"))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_PX)
        head = self.horizontalHeader()
        head.setHighlightSections(False)
        head.setFont(interface_font(12, QFont.Weight.Normal))
        head.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        head.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        head.setMinimumSectionSize(56)
        head.setSortIndicatorClearable(True)
        self.setSortingEnabled(True)
        self.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        look().changed.connect(self.viewport().update)
        self.show_truth(False)

    def show_truth(self, shown: bool, clips: bool = False) -> None:
        """Show the columns that need a ground truth, and that of clips."""
        self._truth, self._clips = shown, clips
        self.fit_columns()

    def fit_columns(self) -> None:
        """Names take the room that is left; where there is none, the table scrolls sideways, and nothing is out of reach."""
        room = self.viewport().width() - NAME_PX
        for column in range(1, self.lines.columnCount()):
            hidden = (not self._truth and column in TRUTH_COLUMNS) or (not self._clips and column == CLIP_COLUMN)
            if hidden != self.isColumnHidden(column):
                self.setColumnHidden(column, hidden)
            if not hidden:
                room -= max(self.sizeHintForColumn(column), self._head_px(column))
        head = self.horizontalHeader()
        mode = QHeaderView.ResizeMode.Stretch if room >= 0 else QHeaderView.ResizeMode.Fixed
        if head.sectionResizeMode(0) != mode:
            head.setSectionResizeMode(0, mode)
        if room < 0:
            head.resizeSection(0, NAME_PX)

    def _head_px(self, column: int) -> int:
        """How wide the head of a column is, also while it is hidden."""
        if not self.isColumnHidden(column):
            self._heads_px[column] = self.horizontalHeader().sectionSizeHint(column)
        words = str(self.lines.headerData(column, Qt.Orientation.Horizontal))
        guess = QFontMetrics(self.horizontalHeader().font()).horizontalAdvance(words) + HEAD_AIR_PX
        return self._heads_px.get(column) or guess

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802, D102 - Qt's name
        super().resizeEvent(event)
        self.fit_columns()

    @property
    def model_in_hand(self) -> ModelId | None:
        """The model of the selected line."""
        index = self.currentIndex()
        return self.lines.lines[index.row()].model if index.isValid() else None

    def choose(self, model: ModelId) -> None:
        """Select the line of a model."""
        for row, line in enumerate(self.lines.lines):
            if line.model == model:
                self.setCurrentIndex(self.lines.index(row, max(0, self.currentIndex().column())))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802, D102 - Qt's name
        index = self.currentIndex()
        if event.key() == Qt.Key.Key_Space and index.isValid():
            state = Qt.CheckState.Unchecked if self.lines.lines[index.row()].chosen else Qt.CheckState.Checked
            self.lines.setData(self.lines.index(index.row(), 0), state, Qt.ItemDataRole.CheckStateRole)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers() and index.isValid():
            head = self.horizontalHeader()
            same = head.sortIndicatorSection() == index.column()
            up = same and head.sortIndicatorOrder() == Qt.SortOrder.AscendingOrder
            self.sortByColumn(index.column(), Qt.SortOrder.DescendingOrder if up else Qt.SortOrder.AscendingOrder)
        elif event.text() and (event.text().isalnum() or event.key() == Qt.Key.Key_Escape):
            event.ignore()  # the page knows what digits and letters mean
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:  # noqa: N802, D102 - Qt's name
        event.ignore()


def figures_with(figures: Figures | None, left: Mapping[ModelId, float], model: ModelId) -> Figures | None:
    """`figures` of a model, and where no truth is at hand what a trial with known rain says is left."""
    if figures is None or math.isfinite(figures.error_left) or model not in left:
        return figures
    return replace(figures, error_left=left[model])
