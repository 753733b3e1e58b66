"""What the canvas paints: before and after, mixed by painting.

Nothing here computes on pixels: the amount is an opacity, the gain of the rain a repeated addition, and only what is in sight
is touched, at the level of the pyramid that suits the zoom.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Literal

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from rainapp.gui.brush import Brush, MaskImages, layer_for
from rainapp.gui.camera import Camera
from rainapp.gui.marks import paint_handle, paint_pill
from rainapp.gui.screen import Pyramid, ShownPair
from rainapp.gui.viewing import Viewing
from rainapp.gui.workspace import Workspace
from rainapp.jobs import STRENGTH_MAX, Region

NEAREST_FROM = 2.0  # from this zoom on, pixels are shown as they are
GAP_PX = 2

Layer = Literal["derained", "over", "rain", "rain_grey"]


class View(Enum):
    """How before and after are shown."""

    SWIPE = "swipe"
    SIDE = "side"
    RAIN = "rain"


def tr(text: str) -> str:
    """`text` in the person's language."""
    return QCoreApplication.translate("Composition", text)


@dataclass
class Composition:
    """Paints the photo of `viewing` through `camera`. `split` is where the swipe line stands, 0 left to 1 right."""

    workspace: Workspace
    viewing: Viewing
    camera: Camera
    brush: Brush
    view: View = View.SWIPE
    split: float = 0.5
    gain: float = 2.0
    grey_rain: bool = True
    shows_original: bool = False

    @property
    def seen(self) -> QRectF:
        """The part of the view that is covered by the photo."""
        return self.camera.picture_rect.intersected(QRectF(QPointF(0, 0), self.camera.view))

    @property
    def split_x(self) -> float:
        """Where the swipe line stands in the view."""
        return self.seen.left() + self.split * self.seen.width()

    def paint(self, painter: QPainter) -> None:
        """Paint the photo the way `view` says, or the original alone."""
        if self.shows_original:
            self._paint_rainy(painter)
            paint_pill(painter, self.seen, tr("Original"), right=False)
        elif self.view is View.SIDE:
            self._paint_side(painter)
        elif self.view is View.RAIN:
            self._paint_rain(painter)
        else:
            self._paint_swipe(painter)

    def _paint_swipe(self, painter: QPainter) -> None:
        self._paint_rainy(painter)
        if self.viewing.pair is None and self.viewing.part is None:
            paint_pill(painter, self.seen, tr("Rainy"), right=False)
            return
        seen, line = self.seen, self.split_x
        painter.save()
        painter.setClipRect(QRectF(line, seen.top(), seen.right() - line, seen.height()))
        self._paint_derained(painter)
        painter.restore()
        painter.save()
        painter.setClipRect(QRectF(seen.left(), seen.top(), line - seen.left(), seen.height()))
        paint_pill(painter, seen, tr("Rainy"), right=False)
        painter.setClipRect(QRectF(line, seen.top(), seen.right() - line, seen.height()))
        paint_pill(painter, seen, self._after_name, right=True)
        painter.restore()
        paint_handle(painter, QPointF(line, seen.center().y()), seen)

    def _paint_side(self, painter: QPainter) -> None:
        view = QRectF(QPointF(0, 0), self.camera.view)
        painter.setClipRect(view)
        self._paint_rainy(painter)
        paint_pill(painter, self.seen, tr("Rainy"), right=False)
        painter.translate(view.width() + GAP_PX, 0)
        painter.setClipRect(view)
        self._paint_rainy(painter)
        self._paint_derained(painter)
        if self.viewing.pair is not None:
            paint_pill(painter, self.seen, self._after_name, right=False)
        painter.resetTransform()
        painter.setClipping(False)

    def _paint_rain(self, painter: QPainter) -> None:
        painter.fillRect(self.seen, Qt.GlobalColor.black)
        self._through_mask(painter, self._paint_brightened)
        words = tr("What was removed, ×{gain}").format(gain=f"{self.gain:g}")
        paint_pill(painter, self.seen, words if self._pairs else tr("Looking for rain"), right=False)

    def _paint_brightened(self, painter: QPainter) -> None:
        """The removed rain, added as often as the gain says."""
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Plus)
        left = self.gain
        while left > 0:
            self._paint_pairs(painter, "rain_grey" if self.grey_rain else "rain", min(1.0, left))
            left -= 1.0
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)

    @property
    def _pairs(self) -> list[ShownPair]:
        """What is at hand, the finest last; where a part covers all that is seen, only that."""
        whole, part = self.viewing.pair, self.viewing.part
        if part is not None and self.camera.zoom * 1.05 * part.region.width < part.rainy.width * 0.5:
            part = None  # zoomed out again: the whole is fine enough
        if self.view is View.RAIN and part is not None and whole is not None:
            return [part if _within(self.camera.visible(), part.region) else whole]
        return [pair for pair in (whole, part) if pair is not None]

    @property
    def _after_name(self) -> str:
        pair = self.viewing.pair or self.viewing.part
        if self.workspace.amount < 0:
            return tr("Only the rain")
        if pair is not None and not pair.rain_found:
            return tr("No rain found")
        return tr("Derained")

    def _paint_rainy(self, painter: QPainter) -> None:
        sight = self.viewing.sight
        if sight is None or sight.picture is None:
            return
        fine = sight.detail is not None and self.camera.zoom > sight.picture.picture.width / sight.picture.full_width
        shown = sight.detail if fine and sight.detail is not None else sight.picture
        self._paint_pyramid(painter, shown.picture, Region(0, 0, shown.full_width, shown.full_height), 1.0)
        if not fine:
            for pair in self._pairs[1:]:  # the part in sight is finer than the picture
                self._paint_pyramid(painter, pair.rainy, pair.region, 1.0)

    @property
    def _mask(self) -> MaskImages | None:
        """The mask to see through; a finished file holds it already."""
        return None if self.viewing.shows_result else self.brush.images

    def _through_mask(self, painter: QPainter, paint: Callable[[QPainter], None]) -> None:
        """Let `paint` be seen where rain is taken out."""
        mask = self._mask
        if mask is None:
            paint(painter)
            return
        layer = layer_for(self.camera)
        inner = QPainter(layer)
        paint(inner)
        mask.keep(inner, self.camera, "treated")
        inner.end()
        painter.drawImage(QPointF(0, 0), layer)

    def _paint_derained(self, painter: QPainter) -> None:
        """Mix by painting: a below 0 adds only-rain over rainy, 0..1 derained over rainy, above 1 the extreme over derained."""
        amount = 1.0 if self.viewing.shows_result else self.workspace.amount / 100
        if amount < 0:
            if self._mask is not None:  # where nothing is taken out there is no rain to see
                painter.setOpacity(-amount)
                painter.fillRect(self.seen, Qt.GlobalColor.black)
            self._through_mask(painter, lambda inner: self._paint_pairs(inner, "rain", -amount))
            painter.setOpacity(1.0)
        else:
            self._through_mask(painter, lambda inner: self._paint_mixed(inner, amount))

    def _paint_mixed(self, painter: QPainter, amount: float) -> None:
        self._paint_pairs(painter, "derained", min(amount, 1.0))
        if amount > 1:
            self._paint_pairs(painter, "over", (amount - 1.0) / (STRENGTH_MAX - 1.0))

    def _paint_pairs(self, painter: QPainter, layer: Layer, opacity: float) -> None:
        for pair in self._pairs:
            self._paint_pyramid(painter, getattr(pair, layer), pair.region, opacity)

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


def _within(inner: Region, outer: Region) -> bool:
    return QRectF(outer.x, outer.y, outer.width, outer.height).contains(QRectF(inner.x, inner.y, inner.width, inner.height))
