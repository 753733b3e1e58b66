"""The brush: paints the mask of the selected file on the canvas, by mouse or by keys, and shows what is painted.

What is painted is shown as a wash with hatching, so that it is seen on a photo of any colour and by
people who do not see colours.
"""

from pathlib import Path
from typing import Literal

from PySide6.QtCore import QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QImage, QKeyEvent, QPainter, QPen

from rainapp.gui.canvas.camera import Camera
from rainapp.gui.canvas.overlays import paint_saying
from rainapp.gui.canvas.preview_controller import PreviewController
from rainapp.gui.state.file_item import Item
from rainapp.gui.state.painted_mask import Mask, Mode
from rainapp.gui.state.workspace import Workspace
from rainapp.jobs.records import Event, Failed, Finished, LoadedMask, LoadMask

SIZE_MIN, SIZE_MAX = 4, 400  # diameter in view units, so that zooming in makes a finer brush
SIZE_FACTOR = 1.25
SOFT_STEP = 0.1
KEY_STEP, KEY_STEP_FAST = 8.0, 40.0
_WASH = QColor(235, 64, 52, 96)
_HATCH = QColor(255, 255, 255, 150)
_HATCH_UNDER = QColor(0, 0, 0, 120)

Painted = Literal["treated", "painted"]


class MaskImages:
    """A mask as images for painting with: they look into its pixels, so that nothing is copied while a stroke goes on."""

    def __init__(self, mask: Mask) -> None:
        """Look into `mask`, in the mode it has now."""
        self.mask, self.mode = mask, mask.mode
        self.painted = self._image(range(256))
        self.treated = self._image(range(255, -1, -1)) if mask.mode == "protect" else self.painted

    def _image(self, opacities: range) -> QImage:
        height, width = self.mask.cover.shape
        made = QImage(self.mask.cover.data, width, height, width, QImage.Format.Format_Indexed8)
        made.setColorTable([QColor(0, 0, 0, opacity).rgba() for opacity in opacities])
        return made

    def keep(self, painter: QPainter, camera: Camera, which: Painted) -> None:
        """Of what `painter` has painted so far, keep what is treated (or painted over) and let the rest vanish."""
        image = self.treated if which == "treated" else self.painted
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_DestinationIn)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, camera.zoom > self.mask.scale)
        seen, scale = camera.visible(), self.mask.scale
        place = QRectF(seen.x, seen.y, seen.width, seen.height)
        part = QRectF(seen.x * scale, seen.y * scale, seen.width * scale, seen.height * scale)
        painter.drawImage(camera.rect_to_view(place), image, part)


def layer_for(camera: Camera) -> QImage:
    """An empty layer of the size of the camera's view, in screen pixels."""
    made = QImage((camera.view * camera.ratio).toSize(), QImage.Format.Format_ARGB32_Premultiplied)
    made.setDevicePixelRatio(camera.ratio)
    made.fill(Qt.GlobalColor.transparent)
    return made


class Brush(QObject):
    """The tool and its settings. `changed`: something has to be painted anew; `switched`: buttons look different."""

    changed = Signal()
    switched = Signal()

    def __init__(self, workspace: Workspace, viewing: PreviewController, parent: QObject | None = None) -> None:
        """Paint masks for what `viewing` shows."""
        super().__init__(parent)
        self._workspace, self._viewing = workspace, viewing
        self.active = False
        self.size = 80.0
        self.softness = 0.5
        self.erases = False
        self.shows_mask = True
        self._stroke: Mask | None = None  # what is painted on while the mouse is down
        self._erasing = False
        self._at: QPointF | None = None
        self._used = False  # somebody has painted, and needs no saying how
        self._awaited = False  # taken in hand, and no mouse or key has led it anywhere yet
        self._images: MaskImages | None = None
        viewing.switched.connect(self._let_go)

    # -- the mask

    @property
    def item(self) -> Item | None:
        """The file that is painted on: the one in sight."""
        sight = self._viewing.sight
        return sight.item if sight is not None and sight.picture is not None else None

    @property
    def mask(self) -> Mask | None:
        """Its mask, where anything was painted ever."""
        return self.item.mask if self.item is not None else None

    def _own_mask(self) -> Mask | None:
        sight = self._viewing.sight
        if sight is None or sight.picture is None:
            return None
        if sight.item.mask is None:
            sight.item.mask = Mask(sight.picture.full_width, sight.picture.full_height)
        return sight.item.mask

    @property
    def images(self) -> MaskImages | None:
        """The mask to paint with; None where nothing is painted, so that everything is treated."""
        mask = self.mask
        if mask is None or mask.is_empty:
            return None
        if self._images is None or self._images.mask is not mask or self._images.mode != mask.mode:
            self._images = MaskImages(mask)
        return self._images

    @property
    def mode(self) -> Mode:
        """What happens to what is painted."""
        return self.mask.mode if self.mask is not None else "protect"

    # -- what buttons and keys ask for

    def set_active(self, active: bool) -> None:
        """Take the brush, or lay it down."""
        self.active = self._awaited = active
        self._let_go()
        self.switched.emit()
        self.changed.emit()

    def set_size(self, size: float) -> None:
        """Take another diameter, in view units."""
        self.size = min(SIZE_MAX, max(SIZE_MIN, size))
        self.switched.emit()
        self.changed.emit()

    def set_softness(self, softness: float) -> None:
        """Take another edge: 0 hard, 1 soft from the centre on."""
        self.softness = min(1.0, max(0.0, softness))
        self.switched.emit()
        self.changed.emit()

    def set_erases(self, erases: bool) -> None:
        """Paint, or take paint away."""
        self.erases = erases
        self.switched.emit()

    def show_mask(self, shown: bool) -> None:
        """Show what is painted, or only what comes of it."""
        self.shows_mask = shown
        self.switched.emit()
        self.changed.emit()

    def set_mode(self, mode: Mode) -> None:
        """Protect what is painted, or treat it alone."""
        mask = self._own_mask()
        if mask is not None:
            mask.set_mode(mode)
            self._told()

    def invert(self) -> None:
        """Paint what was not painted, and the other way round."""
        mask = self._own_mask()
        if mask is not None:
            mask.invert()
            self._told()

    def clear(self) -> None:
        """Take all paint away."""
        if self.mask is not None:
            self.mask.clear()
            self._told()

    def undo(self) -> None:
        """Take the last stroke back."""
        if self.mask is not None:
            self.mask.undo()
            self._told()

    def redo(self) -> None:
        """Bring it back."""
        if self.mask is not None:
            self.mask.redo()
            self._told()

    def load(self, job: LoadMask) -> None:
        """Read a mask from a file for the photo in sight."""
        item = self.item

        def came(event: Event) -> None:
            if isinstance(event, Failed):
                self._workspace.notice.emit(f"{event.message} {event.hint}".strip())
            elif isinstance(event, Finished) and isinstance(event.result, LoadedMask) and item is not None and item.mask:
                self._workspace.keep_safe(job.source)
                item.mask.take(event.result.treated)  # type: ignore[arg-type]
                self._told()

        self._workspace.dispatch.ask(job, "reading", came)

    def loading(self, source: Path) -> LoadMask | None:
        """The record that reads a mask for the photo in sight."""
        mask = self._own_mask()
        if mask is None:
            return None
        return LoadMask(source, mask.width, mask.height, mask.cover.shape[1], mask.cover.shape[0])

    def _told(self) -> None:
        self._workspace.mask_changed.emit()
        self.switched.emit()
        self.changed.emit()

    # -- strokes

    def press(self, at: QPointF, camera: Camera, erase: bool) -> None:
        """The mouse goes down: a stroke begins; with `erase` it takes paint away whatever is set."""
        mask = self._own_mask()
        if mask is not None:
            mask.begin()
            self._used = True
            self._stroke, self._erasing = mask, erase != self.erases
            self.move(at, camera)

    def move(self, at: QPointF, camera: Camera) -> None:
        """The mouse is here now."""
        self._at, self._awaited = at, False
        if self._stroke is not None:
            self._stroke.stroke_to(camera.to_picture(at), self.size / 2 / camera.scale, self.softness, self._erasing)
        self.changed.emit()

    def release(self) -> None:
        """The mouse goes up: the stroke is over."""
        if self._stroke is not None:
            self._stroke.end()
            self._stroke = None
            self._told()

    def leave(self) -> None:
        """The mouse left the canvas: no ring any more."""
        self._at, self._awaited = None, False
        self.changed.emit()

    def dab(self, camera: Camera, erase: bool = False) -> None:
        """Paint once where the ring is, in the middle where it is nowhere yet."""
        self.press(self._place(camera), camera, erase)
        self.release()

    def _place(self, camera: Camera) -> QPointF:
        return self._at or QPointF(camera.view.width() / 2, camera.view.height() / 2)

    def _let_go(self) -> None:
        """Another file is in sight, or the brush was laid down: a stroke that goes on ends, and can be undone."""
        self._images = None
        self.release()

    def key(self, event: QKeyEvent, camera: Camera) -> bool:
        """Move the ring with the arrow keys and dab with Return; whether the key was taken."""
        across, down = {
            Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1),
        }.get(Qt.Key(event.key()), (0, 0))  # fmt: skip
        if across or down:
            step = KEY_STEP_FAST if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else KEY_STEP
            self.move(self._place(camera) + QPointF(across * step, down * step), camera)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.dab(camera, bool(event.modifiers() & Qt.KeyboardModifier.AltModifier))
        else:
            return False
        return True

    # -- what is seen

    @property
    def says(self) -> tuple[str, ...]:
        """The keys that paint, in more words and in few, until somebody has painted."""
        many = self.tr("Drag to paint, or: arrow keys move, Enter paints, Alt+Enter erases, Esc puts the brush away")
        return () if self._used or not self.active else (many, self.tr("Drag or Enter: paint · Esc: end"))

    def paint(self, painter: QPainter, camera: Camera) -> None:
        """Paint the mask as a hatched wash, and the ring of the brush."""
        images = self.images
        if images is not None and self.shows_mask:
            layer = layer_for(camera)
            inner = QPainter(layer)
            photo = camera.picture_rect
            for fill in (
                QBrush(_WASH),
                QBrush(_HATCH_UNDER, Qt.BrushStyle.BDiagPattern),
                QBrush(_HATCH, Qt.BrushStyle.BDiagPattern),
            ):
                inner.fillRect(photo, fill)
                inner.setBrushOrigin(1, 1)
            images.keep(inner, camera, "painted")
            inner.end()
            painter.drawImage(QPointF(0, 0), layer)
        if self.says:
            paint_saying(painter, QRectF(0, 0, camera.view.width(), camera.view.height()), self.says)
        if self._at is not None or self._awaited:
            self._paint_ring(painter, self._place(camera))

    def _paint_ring(self, painter: QPainter, at: QPointF) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, width in ((QColor(0, 0, 0, 160), 3.0), (QColor(255, 255, 255), 1.4)):
            painter.setPen(QPen(colour, width))
            painter.drawEllipse(at, self.size / 2, self.size / 2)
            if self.softness:
                painter.setPen(QPen(colour, width / 2, Qt.PenStyle.DotLine))
                inner = self.size / 2 * (1 - self.softness)
                painter.drawEllipse(at, inner, inner)
