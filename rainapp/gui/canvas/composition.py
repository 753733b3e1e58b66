"""What the canvas shows: before and after, arranged.

What a layer is made of is said in `layers`, what a change looks like in `changemap`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from PySide6.QtCore import QCoreApplication, QPointF, QRectF
from PySide6.QtGui import QPainter

from rainapp.gui.canvas.camera import Camera
from rainapp.gui.canvas.change_map import ChangeMap
from rainapp.gui.canvas.layers import Layers
from rainapp.gui.canvas.mask_brush import Brush
from rainapp.gui.canvas.overlays import paint_handle, paint_pill
from rainapp.gui.canvas.preview_controller import PreviewController
from rainapp.gui.canvas.remaining_map import paint_left_legend
from rainapp.gui.canvas.repair_preview import Repairing, Stand
from rainapp.gui.state.workspace import Workspace
from rainapp.gui.text.language import figure

GAP_PX = 2
MAP_LEVELS = 128.0  # the change with the strongest colour, at a gain of 1
REPAIR_LEVELS = 24.0  # a prior may change less


class View(Enum):
    """How before and after are shown."""

    SWIPE = "swipe"
    SIDE = "side"
    RAIN = "rain"
    MAP = "map"
    LEFT = "left"
    REPAIR = "repair"


def tr(text: str) -> str:
    """`text` in the person's language."""
    return QCoreApplication.translate("Composition", text)


@dataclass
class Composition:
    """Paints the photo of `viewing` through `camera`. `split` is where the swipe line stands, 0 left (or top) to 1.

    `level_line`: the line lies level, with before above it.
    """

    workspace: Workspace
    viewing: PreviewController
    camera: Camera
    brush: Brush
    repairing: Repairing
    view: View = View.SWIPE
    split: float = 0.5
    level_line: bool = False
    gain: float = 2.0
    grey_rain: bool = True
    shows_original: bool = False
    changes: ChangeMap = field(default_factory=ChangeMap)

    @property
    def layers(self) -> Layers:
        """The layers as the canvas sees them."""
        return Layers(self.workspace, self.viewing, self.brush, self.camera, self.repairing)

    @property
    def seen(self) -> QRectF:
        """The part of the view that is covered by the photo."""
        return self.layers.seen

    @property
    def line(self) -> QPointF:
        """Where the handle of the swipe line stands in the view."""
        seen = self.seen
        if self.level_line:
            return QPointF(seen.center().x(), seen.top() + self.split * seen.height())
        return QPointF(seen.left() + self.split * seen.width(), seen.center().y())

    def distance(self, at: QPointF) -> float:
        """How far a point of the view is from the swipe line."""
        return abs(at.y() - self.line.y()) if self.level_line else abs(at.x() - self.line.x())

    def split_at(self, at: QPointF) -> float:
        """The split that puts the line under a point of the view."""
        seen = self.seen
        across, whole = (at.y() - seen.top(), seen.height()) if self.level_line else (at.x() - seen.left(), seen.width())
        return min(1.0, max(0.0, across / max(1.0, whole)))

    def paint(self, painter: QPainter) -> None:
        """Paint the photo the way `view` says, or the original alone."""
        if self.shows_original:
            self.layers.paint_rainy(painter)
            paint_pill(painter, self.seen, tr("Original"), right=False)
            return
        arrange: dict[View, Callable[[QPainter], None]] = {
            View.SWIPE: self._paint_swipe, View.SIDE: self._paint_side, View.RAIN: self._paint_rain, View.MAP: self._paint_map,
            View.LEFT: self._paint_left, View.REPAIR: self._paint_repair,
        }  # fmt: skip
        arrange[self.view](painter)

    def _paint_swipe(self, painter: QPainter) -> None:
        self.layers.paint_rainy(painter)
        if self.viewing.pair is None and self.viewing.part is None:
            paint_pill(painter, self.seen, tr("Rainy"), right=False)
            return
        seen, line = self.seen, self.line
        before, after = QRectF(seen), QRectF(seen)
        if self.level_line:
            before.setBottom(line.y())
            after.setTop(line.y())
        else:
            before.setRight(line.x())
            after.setLeft(line.x())
        painter.save()
        painter.setClipRect(after)
        self.layers.paint_derained(painter)
        paint_pill(painter, seen, self._after_name, right=not self.level_line, low=self.level_line)
        painter.setClipRect(before)
        paint_pill(painter, seen, tr("Rainy"), right=False)
        painter.restore()
        paint_handle(painter, line, seen, self.level_line)

    def _paint_side(self, painter: QPainter) -> None:
        view = QRectF(QPointF(0, 0), self.camera.view)
        painter.setClipRect(view)
        self.layers.paint_rainy(painter)
        paint_pill(painter, self.seen, tr("Rainy"), right=False)
        painter.translate(view.width() + GAP_PX, 0)
        painter.setClipRect(view)
        self.layers.paint_rainy(painter)
        self.layers.paint_derained(painter)
        if self.viewing.pair is not None:
            paint_pill(painter, self.seen, self._after_name, right=False)
        painter.resetTransform()
        painter.setClipping(False)

    def _paint_rain(self, painter: QPainter) -> None:
        self.layers.paint_rain(painter, self.gain, self.grey_rain)
        words = tr("What was removed, ×{gain}").format(gain=f"{self.gain:g}")
        paint_pill(painter, self.seen, words if self.layers.pairs else tr("Looking for rain"), right=False)

    def _paint_map(self, painter: QPainter) -> None:
        self.changes.levels = MAP_LEVELS / self.gain
        self.layers.paint_map(painter, self.changes)
        words = tr("What became darker or brighter") if self.changes.signed else tr("How much changed")
        paint_pill(painter, self.seen, words if self.layers.pairs else tr("Looking for rain"), right=False)
        self.changes.paint_legend(painter, self.seen)

    def _paint_left(self, painter: QPainter) -> None:
        """The derained photo, and over it where fine structure still runs across the rain."""
        self.layers.paint_derained_whole(painter)
        can_tell = any(pair.left is not None for pair in self.layers.pairs)
        if can_tell:
            self.layers.paint_left(painter)
            paint_left_legend(painter, self.seen)
        told = tr("Fine rain that remains") if can_tell else tr("Not measurable here")
        if not can_tell and self.viewing.frame is not None:
            told = tr("Halt the clip to see where fine rain remains")
        paint_pill(painter, self.seen, told if self.layers.pairs else tr("Looking for rain"), right=False)

    def _paint_repair(self, painter: QPainter) -> None:
        self.changes.levels = REPAIR_LEVELS / self.gain
        self.layers.paint_repair(painter, self.changes)
        facts = self.repairing.facts
        words = self._repair_stands()
        if facts is not None:
            words = tr("What the repair changed: {n} % of the pixels").format(n=figure(100 * facts.share, 1))
            self.changes.paint_legend(painter, self.seen)
        paint_pill(painter, self.seen, words, right=False)

    def _repair_stands(self) -> str:
        words = {
            Stand.OFF: tr("Nothing is repaired"),
            Stand.TOO_LARGE: tr("Zoom in to see the repair"),
            Stand.FAILED: tr("Could not be repaired"),
        }
        return words.get(self.repairing.stand, tr("Repairing what is in sight"))

    @property
    def _after_name(self) -> str:
        pair = self.viewing.pair or self.viewing.part
        if self.workspace.amount < 0:
            return tr("Only the rain")
        if pair is not None and not pair.rain_found:
            return tr("No rain found")
        if self.repairing.stand is Stand.COMING:
            return tr("Derained, being repaired")
        if not self.viewing.shows_result and self.repairing.pair in self.layers.pairs:
            return tr("Derained and repaired")
        return tr("Derained")
