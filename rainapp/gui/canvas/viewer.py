"""The canvas: before and after on one camera. It shows what `PreviewController` has at hand and asks for more when it moves.

What is painted is said in `composition`; here stand zoom, pan, swipe line, mouse and keys.
"""

from PySide6.QtCore import QEvent, QPointF, QSizeF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from rainapp.gui.canvas.camera import Camera
from rainapp.gui.canvas.camera_view import ARROWS, CameraView
from rainapp.gui.canvas.composition import GAP_PX, Composition, View
from rainapp.gui.canvas.loupe import Loupe
from rainapp.gui.canvas.mask_brush import Brush
from rainapp.gui.canvas.overlays import paint_progress
from rainapp.gui.canvas.preview_controller import PreviewController
from rainapp.gui.canvas.repair_preview import Repairing
from rainapp.gui.state.workspace import Workspace
from rainapp.gui.widgets.theme import look

GRAB_PX = 12.0
SWIPE_STEP = 0.01
GAIN_MAX = 8.0


class Canvas(CameraView):
    """Shows the selected photo."""

    tapped = Signal()  # the space bar, with nothing dragged meanwhile

    def __init__(self, workspace: Workspace, viewing: PreviewController, parent: QWidget | None = None) -> None:
        """Show what `viewing` has of the selection of `workspace`."""
        super().__init__(Camera(), parent)
        self._viewing = viewing
        self.brush = Brush(workspace, viewing, self)
        self.repairing = Repairing(workspace, viewing, self)
        self._composition = Composition(workspace, viewing, self.camera, self.brush, self.repairing)
        self.loupe = Loupe(lambda: self._composition.layers)
        self._dragging: str = ""
        self._last = QPointF()
        self._space = self._tapping = self._had_brush = False
        self.setMouseTracking(True)
        self.setAccessibleName(self.tr("Photo, before and after"))
        viewing.switched.connect(self._switched)
        viewing.changed.connect(self.update)
        viewing.progressed.connect(self.update)
        self.repairing.changed.connect(self._repair_changed)
        workspace.amount_changed.connect(self.update)
        self.brush.changed.connect(self.update)
        self.brush.switched.connect(self._take_brush)

    @property
    def view(self) -> View:
        """How before and after are shown."""
        return self._composition.view

    @property
    def split(self) -> float:
        """Where the swipe line stands, 0 left to 1 right."""
        return self._composition.split

    @property
    def gain(self) -> float:
        """How much the removed rain is brightened."""
        return self._composition.gain

    @property
    def level_line(self) -> bool:
        """Whether the swipe line lies level, with before above it."""
        return self._composition.level_line

    @property
    def signed_map(self) -> bool:
        """Whether the map of changes tells darker from brighter."""
        return self._composition.changes.signed

    @property
    def shows_original(self) -> bool:
        """Whether the rainy photo alone is shown."""
        return self._composition.shows_original

    # -- what the actions call

    def show_view(self, view: View) -> None:
        """Show before and after in another way; the camera stays on the same spot."""
        self._composition.view = view
        self.repairing.show_map(view is View.REPAIR)
        self._lay()
        self._moved()

    def _repair_changed(self) -> None:
        if self.view is View.REPAIR and not self.repairing.is_on:
            self.show_view(View.SWIPE)
        self.update()

    def set_gain(self, gain: float) -> None:
        """How much the removed rain is brightened, 1 to 8."""
        self._composition.gain = min(GAIN_MAX, max(1.0, gain))
        self.update()

    def set_grey_rain(self, grey: bool) -> None:
        """Show the removed rain in grey or in colour."""
        self._composition.grey_rain = grey
        self.update()

    def turn_line(self) -> None:
        """Lay the swipe line level, or put it upright again."""
        self._composition.level_line = not self._composition.level_line
        self._moved()

    def set_signed_map(self, signed: bool) -> None:
        """Tell darker from brighter in the map of changes, or show only how much."""
        self._composition.changes.signed = signed
        self._moved()

    def show_loupe(self, shown: bool) -> None:
        """Hold the magnifier beside the pointer, or put it away."""
        self.loupe.active = shown
        self._moved()

    def step_loupe(self, direction: int) -> None:
        """Magnify more (1) or less (-1)."""
        self.loupe.step(direction)
        self.update()

    def show_original(self, shown: bool) -> None:
        """Show the rainy photo alone, as long as a key is held."""
        if shown != self.shows_original:
            self._composition.shows_original = shown
            self.update()

    def set_split(self, split: float) -> None:
        """Move the swipe line to `split` of the photo in sight, 0 left to 1 right."""
        self._composition.split = min(1.0, max(0.0, split))
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

    def _take_brush(self) -> None:
        """Painting needs the keys of the canvas: with the brush in hand it has the focus."""
        if self.brush.active != self._had_brush:
            self._had_brush = self.brush.active
            keys = self.tr("Arrow keys move the brush, Enter or Space paints, Alt+Enter erases, Esc puts the brush away.")
            self.setAccessibleDescription(keys if self.brush.active else "")
            if self.brush.active:
                self.setFocus()

    def _lay(self) -> None:
        width, ratio = (self.width() - GAP_PX) / 2 if self.view is View.SIDE else self.width(), self.devicePixelRatioF()
        self.camera.resize(QSizeF(max(1.0, width), self.height()), ratio)
        self._viewing.fit_into(self.width() * ratio, self.height() * ratio)

    def _moved(self) -> None:
        sight = self._viewing.sight
        finer_wanted = False
        if sight is not None and sight.picture is not None:
            finer_wanted = self.camera.zoom > 1.05 * sight.picture.picture.width / sight.picture.full_width
            if self._viewing.pair is not None:
                pair = self._viewing.pair
                finer_wanted |= self.camera.zoom > 1.05 * pair.rainy.width / max(1, pair.region.width)
        region = self.camera.visible() if finer_wanted else None
        if region is None and self.loupe.active and self.has_picture:
            region = self.loupe.wanted
        self._viewing.look_at(region, self.camera.zoom)
        super()._moved()

    # -- painting

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, D102 - Qt's name
        painter = QPainter(self)
        painter.fillRect(self.rect(), look().canvas)
        if self.has_picture:
            self._composition.paint(painter)
            if self.brush.active and not self.shows_original:
                self.brush.paint(painter, self.camera)
            if self.loupe.active:
                self.loupe.paint(painter)
        if self._viewing.waiting:
            paint_progress(painter, self.width(), self._viewing.share or 0.0)
        elif self.repairing.share is not None:
            paint_progress(painter, self.width(), self.repairing.share)
        painter.end()

    # -- mouse

    def _on_line(self, at: QPointF) -> bool:
        return (
            self.view is View.SWIPE
            and self._viewing.pair is not None
            and self._composition.distance(at) <= GRAB_PX
            and self._composition.seen.adjusted(-GRAB_PX, -GRAB_PX, GRAB_PX, GRAB_PX).contains(at)
        )

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802, D102 - Qt's name
        at = event.position()
        self._tapping = False
        if event.button() == Qt.MouseButton.LeftButton and not self._space and self.brush.active and self.has_picture:
            self._dragging = "brush"
            self.brush.press(self._in_view(at), self.camera, bool(event.modifiers() & Qt.KeyboardModifier.AltModifier))
        elif event.button() == Qt.MouseButton.LeftButton and not self._space and self._on_line(at):
            self._dragging = "line"
        elif event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._dragging = "photo"
        self._last = at
        self._show_cursor(at)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802, D102 - Qt's name
        at = event.position()
        if self._dragging == "line":
            self.set_split(self._composition.split_at(at))
        elif self._dragging == "photo":
            self.camera.pan(at - self._last)
            self._last = at
            self._moved()
        if self.brush.active:
            self.brush.move(self._in_view(at), self.camera)
        self._point_loupe(self._in_view(at))
        self._show_cursor(at)

    def _point_loupe(self, at: QPointF | None) -> None:
        self.loupe.at = at
        if self.loupe.active:
            self._moved()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802, D102 - Qt's name
        if self._dragging == "brush":
            self.brush.release()
        self._dragging = ""
        self._show_cursor(event.position())

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802, D102 - Qt's name
        self.brush.leave()
        self._point_loupe(None)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802, D102 - Qt's name
        if self.brush.active:
            self.mousePressEvent(event)
        elif self._on_line(event.position()):
            self.set_split(0.5)
        else:
            super().mouseDoubleClickEvent(event)

    def _show_cursor(self, at: QPointF) -> None:
        shape = Qt.CursorShape.ArrowCursor
        if self.brush.active and not self._space and self._dragging in ("", "brush"):
            self.setCursor(Qt.CursorShape.BlankCursor if self.has_picture else shape)  # the ring is the pointer
            return
        if self._dragging == "line" or (not self._dragging and not self._space and self._on_line(at)):
            shape = Qt.CursorShape.SplitVCursor if self.level_line else Qt.CursorShape.SplitHCursor
        elif self.camera.larger_than_view:
            shape = Qt.CursorShape.ClosedHandCursor if self._dragging else Qt.CursorShape.OpenHandCursor
        self.setCursor(shape)

    def _in_view(self, at: QPointF) -> QPointF:
        """A point of the widget as a point of the view: side by side has two views."""
        second = self.view is View.SIDE and at.x() > self.camera.view.width()
        return at - QPointF(self.camera.view.width() + GAP_PX, 0) if second else at

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802, D102 - Qt's name
        if self.loupe.active and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            turned = event.angleDelta().y() or event.angleDelta().x()  # with Shift some systems turn it sideways
            self.step_loupe(1 if turned > 0 else -1)
            event.accept()
        else:
            super().wheelEvent(event)

    # -- keys

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802, D102 - Qt's name
        key = Qt.Key(event.key())
        if self.brush.active and self.brush.key(event, self.camera):
            return
        fast = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        pans = self.view is not View.SWIPE or bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        along = 1 if self.level_line else 0
        if key == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = self._tapping = True
            self._show_cursor(QPointF(-1, -1))
        elif key in ARROWS and (pans or ARROWS[key][along] == 0):
            self._pan_by_key(event)
        elif key in ARROWS:
            self.set_split(self.split - ARROWS[key][along] * SWIPE_STEP * (10 if fast else 1))
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:  # noqa: N802, D102 - Qt's name
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = False
            self._show_cursor(QPointF(-1, -1))
            if self._tapping and self.brush.active:
                self.brush.dab(self.camera)
            elif self._tapping:
                self.tapped.emit()
        else:
            super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802, D102 - Qt's name
        self.brush.release()  # else the stroke would go on without the button
        self._space, self._dragging = False, ""
        super().focusOutEvent(event)
