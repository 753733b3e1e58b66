"""A wall of small photos: what counts, and in a second list what is left out and why. Files go with the key Delete."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QKeyEvent, QPixmap
from PySide6.QtWidgets import QListView, QListWidget, QListWidgetItem

from rainapp.base.escapes import readable
from rainapp.gui.teach.teach_pictures import THUMB_PX, TeachPictures
from rainapp.gui.widgets.plain_text import as_tip

TILE = QSize(112, 84)
SMALL = QSize(48, 36)
PATH = Qt.ItemDataRole.UserRole
SHOWN_MAX = 400


class PhotoWall(QListWidget):
    """Photos as tiles, or, `rows`, as lines with words beside them. `removed`: files that a person does not want here."""

    removed = Signal(object)

    def __init__(self, pictures: TeachPictures, name: str, rows: bool = False) -> None:
        """Nothing yet."""
        super().__init__()
        self._pictures = pictures
        self._shown: list[tuple[Path, str]] = []
        self.setAccessibleName(name)
        self.setSelectionMode(QListWidget.SelectionMode.ExtendedSelection)
        self.setIconSize(SMALL if rows else TILE)
        self.setSpacing(2 if rows else 4)
        self.setUniformItemSizes(True)
        if not rows:
            self.setViewMode(QListView.ViewMode.IconMode)
            self.setMovement(QListView.Movement.Static)
            self.setResizeMode(QListView.ResizeMode.Adjust)
        self._rows = rows
        pictures.came.connect(self._came)

    def show_photos(self, photos: Sequence[tuple[Path, str]]) -> None:
        """Show files, with a word to each."""
        if list(photos) == self._shown:
            return
        self._shown = list(photos)
        self.clear()
        for path, words in self._shown[:SHOWN_MAX]:
            item = QListWidgetItem(f"{readable(path.name)}\n{words}" if self._rows else "")
            item.setData(PATH, path)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{readable(path.name)} {words}".strip())
            item.setData(Qt.ItemDataRole.ToolTipRole, as_tip("\n".join(filter(None, (path.name, words)))))
            if not self._rows:
                item.setSizeHint(TILE + QSize(8, 8))
            self.addItem(item)
            self._draw(item)

    @property
    def shown(self) -> list[tuple[Path, str]]:
        """What is in sight."""
        return list(self._shown)

    def _draw(self, item: QListWidgetItem) -> None:
        picture = self._pictures.picture(item.data(PATH), THUMB_PX)
        size, ratio = self.iconSize(), self.devicePixelRatioF()
        if picture is None:
            empty = QPixmap(size)
            empty.fill(Qt.GlobalColor.transparent)
            item.setIcon(QIcon(empty))
            return
        wide = picture.levels[0].scaled(
            size * ratio, Qt.AspectRatioMode.KeepAspectRatioByExpanding, Qt.TransformationMode.SmoothTransformation
        )
        left, top = (wide.width() - round(size.width() * ratio)) // 2, (wide.height() - round(size.height() * ratio)) // 2
        cut = QPixmap.fromImage(wide.copy(left, top, round(size.width() * ratio), round(size.height() * ratio)))
        cut.setDevicePixelRatio(ratio)
        item.setIcon(_same_in_all_modes(cut))

    def _came(self, path: Path) -> None:
        for place in range(self.count()):
            item = self.item(place)
            if item.data(PATH) == path:
                self._draw(item)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802, D102 - Qt's name
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self.selectedItems():
            self.removed.emit([item.data(PATH) for item in self.selectedItems()])
        else:
            super().keyPressEvent(event)


def _same_in_all_modes(pixmap: QPixmap) -> QIcon:
    """An icon that selecting does not tint."""
    made = QIcon(pixmap)
    made.addPixmap(pixmap, QIcon.Mode.Selected)
    return made
