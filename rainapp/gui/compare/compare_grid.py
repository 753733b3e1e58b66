"""The grid: the photo and two to nine results on one camera. Zoom and pan in one cell move all; one cell may fill the view."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from rainapp.gui.canvas.camera import Camera
from rainapp.gui.canvas.camera_view import ARROWS, CameraView, paint_pyramid
from rainapp.gui.canvas.overlays import PILL_HEIGHT, paint_pill
from rainapp.gui.display.screen_pictures import Pyramid
from rainapp.gui.widgets.theme import interface_font, look
from rainapp.jobs.records import ModelId, Region

GAP_PX = 2
MARGIN = 4.0  # cells are small: the photo, not the air around it, is to be seen
CLICK_PX = 4.0  # a press that moves less is a click


@dataclass
class Pane:
    """What one cell shows. `model` "" is the original; `share` below 1 draws a bar of work; `trouble` stands for a picture."""

    model: ModelId
    title: str
    words: str = ""
    trouble: str = ""
    share: float | None = None
    picture: Pyramid | None = None
    part: Pyramid | None = None


class CompareGrid(CameraView):
    """Shows panes. `picked`: a cell was clicked, by its place."""

    picked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        """Show nothing yet."""
        super().__init__(Camera(margin=MARGIN), parent)
        self.panes: list[Pane] = []
        self.marked: int | None = None
        self.held: int | None = None
        self._part_region: Region | None = None
        self._last = QPointF()
        self._pressed: QPointF | None = None
        self._panning = False
        self._laid_for = (0, 0, 0)
        self.setAccessibleName(self.tr("Results side by side"))

    # -- what is shown

    def show_panes(self, panes: Sequence[Pane], size: tuple[int, int], part_region: Region | None) -> None:
        """Show `panes` of a photo of `size`; another size or number of panes fits the photo anew."""
        before = self._laid_for
        self.panes = list(panes)
        self._part_region = part_region
        if self.held is not None and self.held >= len(panes):
            self.held = None
        if size[0] and size != (self.camera.width, self.camera.height):
            self.camera.show(*size)
        self._laid_for = (*size, len(panes))
        if self._laid_for != before:
            self._lay()
            self.moved.emit()
        said = ", ".join(f"{pane.title}: {pane.words or pane.trouble}".rstrip(": ") for pane in panes)
        self.setAccessibleDescription(said)
        self.update()

    @property
    def has_picture(self) -> bool:
        """Whether there is anything to zoom into."""
        return any(pane.picture is not None for pane in self.panes)

    def hold(self, place: int | None) -> None:
        """Show one cell over the whole view, or all again."""
        if place is not None and place >= len(self.panes):
            return
        if place != self.held:
            self.held = place
            self._moved()

    def mark(self, place: int | None) -> None:
        """Frame one cell."""
        self.marked = place
        self.update()

    # -- geometry

    @property
    def columns(self) -> int:
        """How many cells stand side by side: as many as show the photo largest."""
        count = max(1, len(self.panes))
        aspect = self.camera.width / self.camera.height

        def shown(columns: int) -> float:
            rows = math.ceil(count / columns)
            return min(self.width() / columns, aspect * self.height() / rows)

        return max(range(1, count + 1), key=shown)

    def cell(self, place: int) -> QRectF:
        """Where a cell lies."""
        columns = self.columns
        rows = math.ceil(max(1, len(self.panes)) / columns)
        wide, high = (self.width() - (columns - 1) * GAP_PX) / columns, (self.height() - (rows - 1) * GAP_PX) / rows
        return QRectF(place % columns * (wide + GAP_PX), place // columns * (high + GAP_PX), wide, high)

    def place_at(self, at: QPointF) -> int | None:
        """The cell under a point."""
        return next((place for place in range(len(self.panes)) if self.cell(place).contains(at)), None)

    def _lay(self) -> None:
        size = self.cell(0).size()
        self.camera.resize(QSizeF(max(1.0, size.width()), max(1.0, size.height())), self.devicePixelRatioF())

    def _in_view(self, at: QPointF) -> QPointF:
        place = self.place_at(at)
        return at - self.cell(place).topLeft() if place is not None and self.held is None else at

    # -- painting

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, D102 - Qt's name
        painter = QPainter(self)
        painter.fillRect(self.rect(), look().colour("line" if look().theme.name == "dark" else "panel"))
        if self.held is not None:
            self._paint_cell(painter, QRectF(self.rect()), self.panes[self.held])
        else:
            for place, pane in enumerate(self.panes):
                self._paint_cell(painter, self.cell(place), pane)
            for place in range(len(self.panes), self.columns * math.ceil(len(self.panes) / self.columns)):
                painter.fillRect(self.cell(place), look().canvas)
            if self.marked is not None and self.marked < len(self.panes):
                flat, mitre = Qt.PenCapStyle.FlatCap, Qt.PenJoinStyle.MiterJoin
                painter.setPen(QPen(look().colour("accent_line"), 3, Qt.PenStyle.SolidLine, flat, mitre))
                painter.drawRect(self.cell(self.marked).adjusted(1.5, 1.5, -1.5, -1.5))
        painter.end()

    @property
    def looking(self) -> Camera:
        """The camera in force: that of the cells, or, while one fills the view, one that looks at the same spot.

        Where all of the photo was seen, all of it is seen larger; else the zoom stays.
        """
        if self.held is None:
            return self.camera
        camera = Camera(self.camera.width, self.camera.height, QSizeF(self.size()), self.camera.ratio, margin=MARGIN)
        camera.fit()
        if not self.camera.fitted:
            camera.zoom_to(self.camera.zoom)
            camera.pan((camera.centre - self.camera.centre) * camera.scale)
        return camera

    def _paint_cell(self, painter: QPainter, cell: QRectF, pane: Pane) -> None:
        camera = self.looking
        painter.save()
        painter.setClipRect(cell)
        painter.translate(cell.topLeft())
        view = QRectF(QPointF(0, 0), cell.size())
        painter.fillRect(view, look().canvas)
        seen = camera.picture_rect.intersected(view)
        if pane.picture is not None:
            paint_pyramid(painter, camera, pane.picture, Region(0, 0, camera.width, camera.height))
            finer = camera.zoom * camera.width > 1.05 * pane.picture.width
            if pane.part is not None and self._part_region is not None and finer:
                paint_pyramid(painter, camera, pane.part, self._part_region)
        if pane.trouble:
            _paint_words(painter, view, pane.trouble, on_photo=pane.picture is not None)
        if pane.share is not None:
            painter.fillRect(QRectF(0, 0, cell.width() * max(0.04, min(1.0, pane.share)), 3), look().colour("accent_line"))
        _paint_pills(painter, seen if pane.picture is not None and not seen.isEmpty() else view, view, pane)
        painter.restore()

    # -- mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802, D102 - Qt's name
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._pressed = self._last = event.position()
            self._panning = event.button() == Qt.MouseButton.MiddleButton

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802, D102 - Qt's name
        at = event.position()
        if self._pressed is None:
            return
        if not self._panning and (at - self._pressed).manhattanLength() > CLICK_PX:
            self._panning = True
            if self.camera.larger_than_view:
                self.setCursor(Qt.CursorShape.ClosedHandCursor)
        if self._panning:
            self.camera.pan(at - self._last)
            self._last = at
            self._moved()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802, D102 - Qt's name
        place = self.place_at(event.position())
        if self._pressed is not None and not self._panning and place is not None:
            self.picked.emit(place)
        self._pressed, self._panning = None, False
        self.unsetCursor()

    # -- keys

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802, D102 - Qt's name
        if event.key() in ARROWS:
            self._pan_by_key(event)
        else:
            super().keyPressEvent(event)


def _paint_pills(painter: QPainter, seen: QRectF, view: QRectF, pane: Pane) -> None:
    """The name at the top left, what is said at the bottom left; on the photo, or on the cell where there is too little."""
    room = seen if seen.width() > 120 and seen.height() > 90 else view
    font = interface_font(12, QFont.Weight.DemiBold)
    wide = room.width() - 44
    if pane.title:
        paint_pill(painter, room, QFontMetricsF(font).elidedText(pane.title, Qt.TextElideMode.ElideRight, wide), right=False)
    if pane.words:
        words = QFontMetricsF(font).elidedText(pane.words, Qt.TextElideMode.ElideRight, wide)
        foot = QRectF(room.left(), room.bottom() - PILL_HEIGHT - 24, room.width(), PILL_HEIGHT + 24)
        if room.height() > 2.5 * (PILL_HEIGHT + 24):
            paint_pill(painter, foot, words, right=False)


def _paint_words(painter: QPainter, view: QRectF, words: str, on_photo: bool) -> None:
    """A sentence in the middle of a cell; over a photo, the photo is dimmed."""
    if on_photo:
        dimmed = QColor(look().canvas)
        dimmed.setAlpha(200)
        painter.fillRect(view, dimmed)
    painter.setFont(interface_font(13))
    painter.setPen(look().colour("text" if on_photo else "dim_canvas"))
    flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
    painter.drawText(view.adjusted(20, 20, -20, -20), int(flags), words)
