"""The canvas: before and after on one camera. It paints what `Viewing` has at hand and asks for more when it moves.

Amount, swipe and the rain layer are all a matter of which pyramid is painted where with which opacity, so every one of them is
instant. Whatever is out of sight is never touched: a photo of 200 megapixels paints as quickly as a small one.
"""

from enum import Enum

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from rainapp.gui.camera import Camera
from rainapp.gui.marks import paint_handle, paint_pill, paint_progress
from rainapp.gui.screen import Pyramid, ShownPair
from rainapp.gui.theme import look
from rainapp.gui.viewing import Viewing
from rainapp.gui.workspace import Workspace
from rainapp.jobs import STRENGTH_MAX, Region

GRAB_PX = 12.0
SWIPE_STEP = 0.01
GAIN_MAX = 8.0
NEAREST_FROM = 2.0


class View(Enum):
    """How before and after are shown."""

    SWIPE = "swipe"
    SIDE = "side"
    RAIN = "rain"


class Canvas(QWidget):
    """Shows the selected photo. `moved` tells that zoom or view changed, so that figures beside the canvas can follow."""

    moved = Signal()

    def __init__(self, workspace: Workspace, viewing: Viewing, parent: QWidget | None = None) -> None:
        """Show what `viewing` has of the selection of `workspace`."""
        super().__init__(parent)
        self._workspace = workspace
        self._viewing = viewing
        self.camera = Camera()
        self.view = View.SWIPE
        self.split = 0.5
        self.gain = 2.0
        self.grey_rain = True
        self.shows_original = False
        self._dragging: str = ""
        self._last = QPointF()
        self._space = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(240, 160)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(self.tr("Photo, before and after"))
        viewing.switched.connect(self._switched)
        viewing.changed.connect(self.update)
        viewing.progressed.connect(self.update)
        workspace.amount_changed.connect(self.update)
        look().changed.connect(self.update)

    # -- what the actions call

    def show_view(self, view: View) -> None:
        """Show before and after in another way; the camera stays on the same spot."""
        self.view = view
        self._fit_view()
        self._moved()

    def fit(self) -> None:
        """See the whole photo."""
        self.camera.fit()
        self._moved()

    def actual_size(self) -> None:
        """One photo pixel on one screen pixel."""
        self.camera.zoom_to(1.0)
        self._moved()

    def zoom_step(self, direction: int) -> None:
        """Zoom to the next round figure in (1) or out (-1)."""
        self.camera.step(direction)
        self._moved()

    def set_gain(self, gain: float) -> None:
        """How much the removed rain is brightened, 1 to 8."""
        self.gain = min(GAIN_MAX, max(1.0, gain))
        self.update()

    def set_grey_rain(self, grey: bool) -> None:
        """Show the removed rain in grey or in colour."""
        self.grey_rain = grey
        self.update()

    def show_original(self, shown: bool) -> None:
        """Show the rainy photo alone, as long as a key is held."""
        if shown != self.shows_original:
            self.shows_original = shown
            self.update()

    def set_split(self, split: float) -> None:
        """Move the swipe line to `split` of the photo in sight, 0 left to 1 right."""
        self.split = min(1.0, max(0.0, split))
        self.update()

    @property
    def has_picture(self) -> bool:
        """Whether there is a photo to look at."""
        sight = self._viewing.sight
        return sight is not None and sight.picture is not None

    # -- geometry

    def _switched(self) -> None:
        sight = self._viewing.sight
        if sight is not None and sight.picture is not None:
            size = (sight.picture.full_width, sight.picture.full_height)
            if size != (self.camera.width, self.camera.height) or self.camera.fitted:
                self.camera.show(*size)
        self._moved()

    def _fit_view(self) -> None:
        width = self.width() / 2 - 1 if self.view is View.SIDE else self.width()
        self.camera.resize(QSizeF(max(1.0, width), self.height()), self.devicePixelRatioF())

    def _moved(self) -> None:
        sight = self._viewing.sight
        finer_wanted = False
        if sight is not None and sight.picture is not None:
            finer_wanted = self.camera.zoom > 1.05 * sight.picture.picture.width / sight.picture.full_width
            if self._viewing.pair is not None:
                pair = self._viewing.pair
                finer_wanted |= self.camera.zoom > 1.05 * pair.rainy.width / max(1, pair.region.width)
        self._viewing.look_at(self.camera.visible() if finer_wanted else None)
        self.update()
        self.moved.emit()

    @property
    def _seen(self) -> QRectF:
        """The part of the view that is covered by the photo."""
        return self.camera.picture_rect.intersected(QRectF(QPointF(0, 0), self.camera.view))

    @property
    def _split_x(self) -> float:
        return self._seen.left() + self.split * self._seen.width()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802, D102 - Qt's name
        self._fit_view()
        self._moved()

    # -- painting

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, D102 - Qt's name
        painter = QPainter(self)
        painter.fillRect(self.rect(), look().canvas)
        if self.has_picture:
            if self.shows_original:
                self._paint_rainy(painter)
                paint_pill(painter, self._seen, self.tr("Original"), right=False)
            elif self.view is View.SIDE:
                self._paint_side(painter)
            elif self.view is View.RAIN:
                self._paint_rain(painter)
            else:
                self._paint_swipe(painter)
        if self._viewing.waiting:
            paint_progress(painter, self.width(), self._viewing.share or 0.0)
        painter.end()

    def _paint_swipe(self, painter: QPainter) -> None:
        self._paint_rainy(painter)
        if self._viewing.pair is None and self._viewing.part is None:
            paint_pill(painter, self._seen, self.tr("Rainy"), right=False)
            return
        seen, line = self._seen, self._split_x
        painter.save()
        painter.setClipRect(QRectF(line, seen.top(), seen.right() - line, seen.height()))
        self._paint_derained(painter)
        painter.restore()
        painter.save()
        painter.setClipRect(QRectF(seen.left(), seen.top(), line - seen.left(), seen.height()))
        paint_pill(painter, seen, self.tr("Rainy"), right=False)
        painter.setClipRect(QRectF(line, seen.top(), seen.right() - line, seen.height()))
        paint_pill(painter, seen, self._after_name, right=True)
        painter.restore()
        paint_handle(painter, QPointF(line, seen.center().y()), seen)

    def _paint_side(self, painter: QPainter) -> None:
        view = QRectF(QPointF(0, 0), self.camera.view)
        painter.setClipRect(view)
        self._paint_rainy(painter)
        paint_pill(painter, self._seen, self.tr("Rainy"), right=False)
        painter.translate(view.width() + 2, 0)
        painter.setClipRect(view)
        self._paint_rainy(painter)
        self._paint_derained(painter)
        if self._viewing.pair is not None:
            paint_pill(painter, self._seen, self._after_name, right=False)
        painter.resetTransform()
        painter.setClipping(False)

    def _paint_rain(self, painter: QPainter) -> None:
        painter.fillRect(self._seen, Qt.GlobalColor.black)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Plus)
        left = self.gain
        while left > 0:
            for pair in self._pairs:
                self._paint_pyramid(painter, pair.rain_grey if self.grey_rain else pair.rain, pair.region, min(1.0, left))
            left -= 1.0
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
        words = self.tr("What was removed, ×{gain}").format(gain=f"{self.gain:g}")
        paint_pill(painter, self._seen, words if self._pairs else self.tr("Looking for rain"), right=False)

    @property
    def _pairs(self) -> list[ShownPair]:
        """What is at hand, the finest last; where a part covers all that is seen, only that."""
        whole, part = self._viewing.pair, self._viewing.part
        if part is not None and self.camera.zoom * 1.05 * part.region.width < part.rainy.width * 0.5:
            part = None  # zoomed out again: the whole is fine enough
        if self.view is View.RAIN and part is not None and whole is not None:
            return [part if _within(self.camera.visible(), part.region) else whole]
        return [pair for pair in (whole, part) if pair is not None]

    @property
    def _after_name(self) -> str:
        pair = self._viewing.pair or self._viewing.part
        if self._workspace.amount < 0:
            return self.tr("Only the rain")
        if pair is not None and not pair.rain_found:
            return self.tr("No rain found")
        return self.tr("Derained")

    def _paint_rainy(self, painter: QPainter) -> None:
        sight = self._viewing.sight
        if sight is None or sight.picture is None:
            return
        fine = sight.detail is not None and self.camera.zoom > sight.picture.picture.width / sight.picture.full_width
        shown = sight.detail if fine and sight.detail is not None else sight.picture
        self._paint_pyramid(painter, shown.picture, Region(0, 0, shown.full_width, shown.full_height), 1.0)
        if not fine:
            for pair in self._pairs[1:]:  # the part in sight is finer than the picture
                self._paint_pyramid(painter, pair.rainy, pair.region, 1.0)

    def _paint_derained(self, painter: QPainter) -> None:
        """Mix by painting: a below 0 adds only-rain over rainy, 0..1 derained over rainy, above 1 the extreme over derained."""
        amount = 1.0 if self._viewing.shows_result else self._workspace.amount / 100
        for pair in self._pairs:
            if amount < 0:
                self._paint_pyramid(painter, pair.rain, pair.region, -amount)
            elif amount <= 1:
                self._paint_pyramid(painter, pair.derained, pair.region, amount)
            else:
                self._paint_pyramid(painter, pair.derained, pair.region, 1.0)
                self._paint_pyramid(painter, pair.over, pair.region, (amount - 1.0) / (STRENGTH_MAX - 1.0))

    def _paint_pyramid(self, painter: QPainter, pyramid: Pyramid, region: Region, opacity: float) -> None:
        """Paint the visible part of a pyramid that covers `region` of the photo, at the level that suits the zoom."""
        seen = self.camera.visible()
        place = QRectF(region.x, region.y, region.width, region.height)
        shown = place.intersected(QRectF(seen.x, seen.y, seen.width, seen.height))
        if shown.isEmpty() or opacity <= 0:
            return
        per_pixel = pyramid.width / region.width
        level = pyramid.level_for(self.camera.zoom / per_pixel)
        across, down = level.width() / region.width, level.height() / region.height
        source = QRectF(
            (shown.x() - region.x) * across, (shown.y() - region.y) * down, shown.width() * across, shown.height() * down
        )
        smooth = self.camera.zoom / per_pixel < NEAREST_FROM
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        painter.setOpacity(opacity)
        painter.drawImage(self.camera.rect_to_view(shown), level, source)
        painter.setOpacity(1.0)

    # -- mouse

    def _on_line(self, at: QPointF) -> bool:
        return (
            self.view is View.SWIPE
            and self._viewing.pair is not None
            and abs(at.x() - self._split_x) <= GRAB_PX
            and self._seen.adjusted(0, -GRAB_PX, 0, GRAB_PX).contains(QPointF(self._seen.center().x(), at.y()))
        )

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802, D102 - Qt's name
        at = event.position()
        if event.button() == Qt.MouseButton.LeftButton and not self._space and self._on_line(at):
            self._dragging = "line"
        elif event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._dragging = "photo"
        self._last = at
        self._show_cursor(at)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802, D102 - Qt's name
        at = event.position()
        if self._dragging == "line" and self._seen.width() > 0:
            self.set_split((at.x() - self._seen.left()) / self._seen.width())
        elif self._dragging == "photo":
            self.camera.pan(at - self._last)
            self._last = at
            self._moved()
        self._show_cursor(at)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802, D102 - Qt's name
        self._dragging = ""
        self._show_cursor(event.position())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802, D102 - Qt's name
        if self._on_line(event.position()):
            self.set_split(0.5)
        elif self.camera.fitted:
            self.camera.zoom_to(1.0, self._in_view(event.position()))
            self._moved()
        else:
            self.fit()

    def _show_cursor(self, at: QPointF) -> None:
        shape = Qt.CursorShape.ArrowCursor
        if self._dragging == "line" or (not self._dragging and not self._space and self._on_line(at)):
            shape = Qt.CursorShape.SplitHCursor
        elif self.camera.larger_than_view:
            shape = Qt.CursorShape.ClosedHandCursor if self._dragging else Qt.CursorShape.OpenHandCursor
        self.setCursor(shape)

    def _in_view(self, at: QPointF) -> QPointF:
        """A point of the widget as a point of the view: side by side has two views."""
        second = self.view is View.SIDE and at.x() > self.camera.view.width()
        return at - QPointF(self.camera.view.width() + 2, 0) if second else at

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802, D102 - Qt's name
        if self.has_picture and event.angleDelta().y():
            factor = 1.2 ** (event.angleDelta().y() / 120)
            self.camera.zoom_to(self.camera.zoom * factor, self._in_view(event.position()))
            self._moved()
        event.accept()

    def event(self, event: object) -> bool:
        """Zoom by pinching on a touch pad; everything else as usual."""
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self.camera.zoom_to(self.camera.zoom * (1 + event.value()), self._in_view(event.position()))
            self._moved()
            return True
        return super().event(event)  # type: ignore[arg-type]

    # -- keys

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802, D102 - Qt's name
        arrows = {Qt.Key.Key_Left: (1, 0), Qt.Key.Key_Right: (-1, 0), Qt.Key.Key_Up: (0, 1), Qt.Key.Key_Down: (0, -1)}
        key = Qt.Key(event.key())
        fast = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        pans = self.view is not View.SWIPE or bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if key == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = True
            self._show_cursor(QPointF(-1, -1))
        elif key in arrows and (pans or arrows[key][0] == 0):
            across, down = arrows[key]
            step = 200.0 if fast else 40.0
            self.camera.pan(QPointF(across * step, down * step))
            self._moved()
        elif key in arrows:
            self.set_split(self.split - arrows[key][0] * SWIPE_STEP * (10 if fast else 1))
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:  # noqa: N802, D102 - Qt's name
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = False
            self._show_cursor(QPointF(-1, -1))
        else:
            super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802, D102 - Qt's name
        self._space, self._dragging = False, ""
        super().focusOutEvent(event)


def _within(inner: Region, outer: Region) -> bool:
    return QRectF(outer.x, outer.y, outer.width, outer.height).contains(QRectF(inner.x, inner.y, inner.width, inner.height))


def canvas_colour() -> QColor:
    """The colour around the photo, now."""
    return look().canvas
