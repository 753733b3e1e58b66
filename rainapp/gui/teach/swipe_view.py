"""Before and after of one photo with a line between, which mouse and arrow keys move; or one picture alone."""

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from rainapp.gui.canvas.camera import Camera
from rainapp.gui.canvas.camera_view import paint_pyramid
from rainapp.gui.canvas.overlays import paint_handle, paint_pill
from rainapp.gui.display.screen_pictures import Pyramid
from rainapp.gui.widgets.theme import interface_font, look
from rainapp.jobs.records import Region

STEP = 0.05
AIR = 12.0


class SwipeView(QWidget):
    """Shows a pair; `split` is where the line stands, 0 left to 1 right."""

    def __init__(self, name: str, before: str, after: str) -> None:
        """Call the sides `before` and `after`."""
        super().__init__()
        self._names = (before, after)
        self._sides: tuple[Pyramid | None, Pyramid | None] = (None, None)
        self.split = 0.5
        self.words = ""
        self.setAccessibleName(name)
        self.setMinimumSize(200, 150)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        look().changed.connect(self.update)

    def show_pair(self, before: Pyramid | None, after: Pyramid | None, words: str = "") -> None:
        """Show these; `words` stand where there is none yet."""
        self._sides, self.words = (before, after), words
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if before and after else Qt.FocusPolicy.NoFocus)
        self.update()

    @property
    def has_picture(self) -> bool:
        """Whether there is anything to see."""
        return any(side is not None for side in self._sides)

    def _camera(self) -> Camera:
        shown = self._sides[0] or self._sides[1]
        assert shown is not None
        camera = Camera(shown.width, shown.height, QSizeF(self.size()), self.devicePixelRatioF(), margin=AIR)
        camera.fit()
        return camera

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, D102 - Qt's name
        painter = QPainter(self)
        painter.fillRect(self.rect(), look().canvas)
        if not self.has_picture:
            painter.setFont(interface_font(13))
            painter.setPen(look().colour("dim_canvas"))
            flags = int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap)
            painter.drawText(QRectF(self.rect()).adjusted(24, 24, -24, -24), flags, self.words)
        else:
            self._paint_sides(painter)
        painter.end()

    def _paint_sides(self, painter: QPainter) -> None:
        camera, (before, after) = self._camera(), self._sides
        region = Region(0, 0, camera.width, camera.height)
        seen = camera.picture_rect
        line = seen.left() + self.split * seen.width()
        for side, name, right in ((before, self._names[0], False), (after, self._names[1], True)):
            if side is None:
                continue
            painter.save()
            if before is not None and after is not None:
                wide = QRectF(line, 0, self.width() - line, self.height()) if right else QRectF(0, 0, line, self.height())
                painter.setClipRect(wide)
            paint_pyramid(painter, camera, side, region)
            if name:
                paint_pill(painter, seen, name, right=right)
            painter.restore()
        if before is not None and after is not None:
            paint_handle(painter, QPointF(line, seen.center().y()), seen)

    def _move_to(self, at: QPointF) -> None:
        if self.has_picture:
            seen = self._camera().picture_rect
            self.split = min(1.0, max(0.0, (at.x() - seen.left()) / max(1.0, seen.width())))
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802, D102 - Qt's name
        self._move_to(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802, D102 - Qt's name
        self._move_to(event.position())

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802, D102 - Qt's name
        by = {Qt.Key.Key_Left: -STEP, Qt.Key.Key_Right: STEP}.get(Qt.Key(event.key()), 0.0)
        if by:
            self.split = min(1.0, max(0.0, self.split + by))
            self.update()
        else:
            super().keyPressEvent(event)
