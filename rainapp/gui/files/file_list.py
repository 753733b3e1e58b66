"""The list of files: a model over the workspace and one delegate that paints rows, so that 10,000 of them scroll."""

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelection,
    QItemSelectionModel,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QFont, QFontMetrics, QKeyEvent, QPainter, QPainterPath
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from rainapp.gui.state import figure_words
from rainapp.gui.state.file_item import TROUBLED, Item, State
from rainapp.gui.state.workspace import Workspace
from rainapp.gui.widgets import icons
from rainapp.gui.widgets.plain_text import as_tip
from rainapp.gui.widgets.theme import interface_font, look

Index = QModelIndex | QPersistentModelIndex
ROWS_MIME = "application/x-rainapp-rows"
ROW_PX = 64
STRIP_PX = 96
THUMBNAIL = QSize(64, 48)
ITEM_ROLE = Qt.ItemDataRole.UserRole


class ItemsModel(QAbstractListModel):
    """The items of the workspace as Qt's views want them."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        """Follow `workspace`."""
        super().__init__(parent)
        self._workspace = workspace
        self._before: list[tuple[QModelIndex, Item]] = []
        workspace.adding.connect(lambda first, last: self.beginInsertRows(QModelIndex(), first, last))
        workspace.added.connect(self.endInsertRows)
        workspace.removing.connect(lambda first, last: self.beginRemoveRows(QModelIndex(), first, last))
        workspace.removed.connect(self.endRemoveRows)
        workspace.moving.connect(self._begin_move)
        workspace.moved.connect(self._end_move)
        workspace.items_changed.connect(self._all_changed)
        workspace.item_changed.connect(lambda row: self.dataChanged.emit(self.index(row), self.index(row)))

    def flags(self, index: Index) -> Qt.ItemFlag:  # noqa: D102 - Qt's name
        flags = super().flags(index)
        return flags | (Qt.ItemFlag.ItemIsDragEnabled if index.isValid() else Qt.ItemFlag.ItemIsDropEnabled)

    def supportedDropActions(self) -> Qt.DropAction:  # noqa: N802, D102 - Qt's name
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:  # noqa: N802, D102 - Qt's name
        return [ROWS_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:  # noqa: N802, D102 - Qt's name
        held = QMimeData()
        held.setData(ROWS_MIME, b"rows")  # which ones, the selection knows
        return held

    def _all_changed(self) -> None:
        if self._workspace.items:
            self.dataChanged.emit(self.index(0), self.index(len(self._workspace.items) - 1))

    def _begin_move(self) -> None:
        self.layoutAboutToBeChanged.emit()
        self._before = [(index, self._workspace.items[index.row()]) for index in self.persistentIndexList()]

    def _end_move(self) -> None:
        """Rows changed places: what is selected stays selected."""
        after = [self.index(item.row) for _, item in self._before]
        self.changePersistentIndexList([index for index, _ in self._before], after)
        self._before = []
        self.layoutChanged.emit()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008, D102 - Qt's name and default
        return 0 if parent.isValid() else len(self._workspace.items)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: D102 - Qt's name
        if not index.isValid() or index.row() >= len(self._workspace.items):
            return None
        item = self._workspace.items[index.row()]
        if role == ITEM_ROLE:
            return item
        if role == Qt.ItemDataRole.DisplayRole:
            return item.name
        if role == Qt.ItemDataRole.ToolTipRole:
            kept = str(item.kept) if item.kept is not None else ""
            count = self.tr("%n frame(s)", "", item.frame_count) if item.frames is not None else ""
            place = str(item.path.with_name(item.name))
            return as_tip("\n".join(filter(None, (place, count, item.waits, item.message, item.hint, kept, *item.notes))))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{item.name}, {figure_words.state(item)[2]}"
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            return " ".join(filter(None, (item.message, item.hint, *item.notes)))
        return None


class ItemDelegate(QStyledItemDelegate):
    """Paints one row: thumbnail, name, state in icon and words, a thin bar while at work."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        """Ask `workspace` for the thumbnails of rows that come in sight."""
        super().__init__(parent)
        self._workspace = workspace
        self.strip = False

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802, D102 - Qt's name
        return QSize(STRIP_PX, 78) if self.strip else QSize(200, ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:  # noqa: D102 - Qt's name
        item: Item = index.data(ITEM_ROLE)
        self._workspace.thumbnails.want(item)
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        selected = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        if selected or state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, look().colour("hover" if selected else "raised"))
        if selected:
            edge = (
                QRect(rect.left(), rect.bottom() - 2, rect.width(), 3)
                if self.strip
                else QRect(rect.topLeft(), QSize(3, rect.height()))
            )
            painter.fillRect(edge, look().colour("accent_line"))
        (self._paint_strip if self.strip else self._paint_row)(painter, rect, item, selected)
        painter.restore()

    def _paint_row(self, painter: QPainter, rect: QRect, item: Item, selected: bool) -> None:
        picture = QRect(rect.left() + 10, rect.top() + 8, THUMBNAIL.width(), THUMBNAIL.height())
        self._paint_thumbnail(painter, picture, item)
        room = QRect(picture.right() + 11, rect.top(), rect.right() - picture.right() - 22, rect.height())
        busy = item.state in (State.RUNNING, State.PAUSED)
        font = interface_font(13, QFont.Weight.DemiBold if selected else QFont.Weight.Normal)
        painter.setFont(font)
        painter.setPen(look().colour("text"))
        name = QFontMetrics(font).elidedText(item.name, Qt.TextElideMode.ElideMiddle, room.width())
        line = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(QRect(room.left(), rect.top() + (8 if busy else 10), room.width(), 20), line, name)
        icon, token, said = figure_words.state(item)
        top = rect.top() + (29 if busy else 35)
        painter.drawPixmap(room.left(), top + 2, icons.pixmap(icon, token, 14, self._ratio()))
        small = interface_font(12)
        painter.setFont(small)
        painter.setPen(look().colour("bad" if token == "bad" else "dim"))
        said = QFontMetrics(small).elidedText(said, Qt.TextElideMode.ElideRight, room.width() - 20)
        painter.drawText(QRect(room.left() + 20, top, room.width() - 20, 18), line, said)
        if busy:
            self._paint_bar(painter, QRectF(room.left(), rect.top() + 50, room.width(), 4), item)

    def _paint_strip(self, painter: QPainter, rect: QRect, item: Item, selected: bool) -> None:
        picture = QRect(rect.center().x() - THUMBNAIL.width() // 2, rect.top() + 6, THUMBNAIL.width(), THUMBNAIL.height())
        self._paint_thumbnail(painter, picture, item)
        icon, token, _ = figure_words.state(item)
        painter.drawPixmap(rect.left() + 4, rect.top() + 57, icons.pixmap(icon, token, 13, self._ratio()))
        font = interface_font(11)
        painter.setFont(font)
        painter.setPen(look().colour("text"))
        name = QFontMetrics(font).elidedText(item.name, Qt.TextElideMode.ElideMiddle, rect.width() - 25)
        painter.drawText(QRect(rect.left() + 20, rect.top() + 55, rect.width() - 24, 17), Qt.AlignmentFlag.AlignVCenter, name)
        if item.state in (State.RUNNING, State.PAUSED):
            self._paint_bar(painter, QRectF(rect.left() + 4, rect.top() + 73, rect.width() - 8, 3), item)

    def _ratio(self) -> float:
        view = self.parent()
        return view.devicePixelRatioF() if isinstance(view, QWidget) else 1.0

    def _paint_thumbnail(self, painter: QPainter, place: QRect, item: Item) -> None:
        frame = QPainterPath()
        frame.addRoundedRect(QRectF(place), 4, 4)
        if item.thumbnail is None:
            painter.fillPath(frame, look().colour("raised"))
            name, token = ("triangle-alert", "bad") if item.state is State.UNREADABLE else ("image", "off")
            corner = place.center() - QRect(0, 0, 18, 18).center()
            painter.drawPixmap(corner, icons.pixmap(name, token, 18, self._ratio()))
            return
        picture = item.thumbnail.picture
        scale = max(place.width() / picture.width, place.height() / picture.height)
        across, down = place.width() / scale, place.height() / scale
        level = picture.level_for(scale * self._ratio())
        shrink = level.width() / picture.width
        source = QRectF(
            (picture.width - across) / 2 * shrink, (picture.height - down) / 2 * shrink, across * shrink, down * shrink
        )
        painter.save()
        painter.setClipPath(frame)
        painter.drawImage(QRectF(place), level, source)
        painter.restore()

    @staticmethod
    def _paint_bar(painter: QPainter, place: QRectF, item: Item) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        track = look().colour("off")
        track.setAlpha(90)  # to be seen on a selected row too
        painter.setBrush(track)
        painter.drawRoundedRect(place, 2, 2)
        painter.setBrush(look().colour("accent_line" if item.state is State.RUNNING and not item.waits else "warn"))
        painter.drawRoundedRect(QRectF(place.topLeft(), QSize(round(place.width() * item.share), round(place.height()))), 2, 2)


class ItemsView(QListView):
    """The list itself; keeps its selection and the workspace's the same."""

    def __init__(self, workspace: Workspace, activate: Callable[[], None], parent: QWidget | None = None) -> None:
        """Show the items of `workspace`; `activate` is called when a row is activated."""
        super().__init__(parent)
        self._workspace = workspace
        self._following = False
        self.setModel(ItemsModel(workspace, self))
        self._delegate = ItemDelegate(workspace, self)
        self.setItemDelegate(self._delegate)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDropIndicatorShown(True)
        self.setAccessibleName(self.tr("Photos and clips"))
        self.selectionModel().selectionChanged.connect(self._selected)
        self.selectionModel().currentChanged.connect(lambda *_: self._selected(QItemSelection(), QItemSelection()))
        self.activated.connect(lambda _: activate())
        workspace.current_changed.connect(self._follow)
        workspace.added.connect(self._follow)
        workspace.moved.connect(self._show_failures)
        workspace.mask_changed.connect(self.viewport().update)
        look().changed.connect(self.viewport().update)

    def _is_ours(self, event: QDropEvent) -> bool:
        """Whether rows of this list are dragged; files from elsewhere are the window's."""
        return event.source() is self or event.mimeData().hasFormat(ROWS_MIME)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802, D102 - Qt's name
        if self._is_ours(event):
            super().dragEnterEvent(event)
            event.accept()
        else:
            event.ignore()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802, D102 - Qt's name
        if not self._is_ours(event):
            event.ignore()
            return
        at = self.indexAt(event.position().toPoint())
        row = len(self._workspace.items)
        if at.isValid():
            place, middle = event.position(), self.visualRect(at).center()
            after = place.x() > middle.x() if self._delegate.strip else place.y() > middle.y()
            row = at.row() + after
        event.setDropAction(Qt.DropAction.IgnoreAction)  # the rows are moved here; nothing is left to be taken away
        event.accept()
        self._workspace.move(list(self._workspace.selected), row)

    def set_strip(self, strip: bool) -> None:
        """Lie under the canvas as a strip, or stand beside it as a list."""
        self._delegate.strip = strip
        self.setFlow(QListView.Flow.LeftToRight if strip else QListView.Flow.TopToBottom)
        off, needed = Qt.ScrollBarPolicy.ScrollBarAlwaysOff, Qt.ScrollBarPolicy.ScrollBarAsNeeded
        self.setHorizontalScrollBarPolicy(needed if strip else off)
        self.setVerticalScrollBarPolicy(off if strip else needed)
        self.scheduleDelayedItemsLayout()

    def _selected(self, _new: QItemSelection, _old: QItemSelection) -> None:
        if self._following:
            return
        rows = sorted(index.row() for index in self.selectionModel().selectedIndexes())
        items = [self._workspace.items[row] for row in rows if row < len(self._workspace.items)]
        at = self.currentIndex()
        current = at.data(ITEM_ROLE) if at.isValid() else None
        if current is not None and items:
            self._workspace.select(current if current in items else items[0], items)

    def _follow(self) -> None:
        current = self._workspace.current
        if current is None:
            return
        index = self.model().index(current.row, 0)
        if index == self.currentIndex() and self.selectionModel().isSelected(index):
            return
        self._following = True
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self._following = False
        self.scrollTo(index)

    def _show_failures(self) -> None:
        """What failed stands first: bring it into view, whatever is selected."""
        if self._workspace.order.shows_failures and self._workspace.items[0].state in TROUBLED:
            self.scrollToTop()

    def show_selected(self) -> None:
        """Take over what was selected elsewhere, several rows too."""
        self._follow()
        self._following = True
        for item in self._workspace.selected:
            self.selectionModel().select(self.model().index(item.row, 0), QItemSelectionModel.SelectionFlag.Select)
        self._following = False

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802, D102 - Qt's name
        current = self._workspace.current
        plays = event.key() == Qt.Key.Key_Space and current is not None and current.is_clip
        if event.key() in (Qt.Key.Key_X, Qt.Key.Key_Escape) or plays:
            event.ignore()  # the window shows the original while X is held, and plays a clip
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:  # noqa: N802, D102 - Qt's name
        if event.key() == Qt.Key.Key_X:
            event.ignore()
        else:
            super().keyReleaseEvent(event)
