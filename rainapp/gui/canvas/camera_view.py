"""What a photo is looked at through: a widget with one camera, and a pyramid painted through it.

Zoom by wheel, pinch, double click and keys is the same wherever photos are shown; who paints says what stands where.
"""

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QNativeGestureEvent, QPainter, QResizeEvent, QTouchEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from rainapp.gui.canvas.camera import Camera
from rainapp.gui.canvas.touch_gestures import Fingers
from rainapp.gui.display.screen_pictures import Pyramid
from rainapp.gui.widgets.theme import look
from rainapp.jobs.records import Region

NEAREST_FROM = 2.0  # from this zoom on, pixels are shown as they are
ZOOM_A_NOTCH = 1.2
NOTCH = 120  # what a wheel turns at a time, in eighths of a degree
PAN_STEP, PAN_STEP_FAST = 40.0, 200.0
ARROWS = {Qt.Key.Key_Left: (1, 0), Qt.Key.Key_Right: (-1, 0), Qt.Key.Key_Up: (0, 1), Qt.Key.Key_Down: (0, -1)}


class CameraView(QWidget):
    """A widget with a camera. `moved` tells that zoom or place changed, so that figures beside it can follow."""

    moved = Signal()

    def __init__(self, camera: Camera, parent: QWidget | None = None) -> None:
        """Look through `camera`."""
        super().__init__(parent)
        self.camera = camera
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(240, 120)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        self._fingers = Fingers(self)
        look().changed.connect(self.update)

    # -- what a subclass says

    @property
    def has_picture(self) -> bool:
        """Whether there is anything to zoom into."""
        raise NotImplementedError

    def _lay(self) -> None:
        """Give the camera its view, after the size of the widget."""
        raise NotImplementedError

    def _in_view(self, at: QPointF) -> QPointF:
        """A point of the widget as a point of the camera's view."""
        return at

    def _moved(self) -> None:
        """The camera looks elsewhere."""
        self.update()
        self.moved.emit()

    # -- what the actions call

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

    def _zoom_by(self, factor: float, at: QPointF) -> None:
        """Zoom so that what lies under a point of the widget stays there."""
        self.camera.zoom_to(self.camera.zoom * factor, self._in_view(at))
        self._moved()

    # -- size, mouse, keys

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802, D102 - Qt's name
        self._lay()
        self._moved()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802, D102 - Qt's name
        if self.camera.fitted:
            self.camera.zoom_to(1.0, self._in_view(event.position()))
            self._moved()
        else:
            self.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802, D102 - Qt's name
        if self.has_picture and event.angleDelta().y():
            self._zoom_by(ZOOM_A_NOTCH ** (event.angleDelta().y() / NOTCH), event.position())
        event.accept()

    def event(self, event: object) -> bool:
        """Zoom by pinching on pad or screen, keep to the pixels of the screen the window is on; everything else as usual."""
        if isinstance(event, QEvent) and event.type() == QEvent.Type.DevicePixelRatioChange:
            self._lay()
            self._moved()
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self._zoom_by(1 + event.value(), event.position())
            return True
        if isinstance(event, QTouchEvent):
            self._touched(event)
            return True
        return super().event(event)  # type: ignore[arg-type]

    def _touched(self, event: QTouchEvent) -> None:
        pinch = self._fingers.take(event)
        if pinch is None or not self.has_picture:
            return
        before, now, spread = pinch
        self.camera.zoom_to(self.camera.zoom * spread, self._in_view(before))
        self.camera.pan(now - before)
        self._moved()

    def _pan_by_key(self, event: QKeyEvent) -> None:
        """Move the photo by an arrow key, with Shift further."""
        across, down = ARROWS[Qt.Key(event.key())]
        step = PAN_STEP_FAST if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else PAN_STEP
        self.camera.pan(QPointF(across * step, down * step))
        self._moved()


def paint_pyramid(painter: QPainter, camera: Camera, pyramid: Pyramid, region: Region, opacity: float = 1.0) -> None:
    """Paint the part in sight of a pyramid that covers `region` of the photo, at the level that suits the zoom."""
    seen = camera.visible()
    place = QRectF(region.x, region.y, region.width, region.height)
    shown = place.intersected(QRectF(seen.x, seen.y, seen.width, seen.height))
    if shown.isEmpty() or opacity <= 0:
        return
    per_pixel = pyramid.width / region.width
    level = pyramid.level_for(camera.zoom / per_pixel)
    across, down = level.width() / region.width, level.height() / region.height
    source = QRectF(
        (shown.x() - region.x) * across, (shown.y() - region.y) * down, shown.width() * across, shown.height() * down
    )
    # a picture that was made small is never shown as blocks: they would pass for pixels of the photo
    smooth = camera.zoom < NEAREST_FROM or per_pixel < 0.99
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
    painter.setOpacity(opacity)
    painter.drawImage(camera.rect_to_view(shown), level, source)
    painter.setOpacity(1.0)
