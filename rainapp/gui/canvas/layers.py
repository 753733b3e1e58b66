"""What of a photo is painted through a camera: rainy, derained, the removed rain, and where how much changed.

Nothing here computes on pixels: the amount is an opacity, the gain of the rain a repeated addition, the colours of the map of
changes a table, the mask what a layer is seen through. Only what is in sight is touched, at the level of the pyramid that suits
the zoom. Every view, and the magnifier with a camera of its own, is put together from these.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath

from rainapp.gui.canvas.camera import Camera
from rainapp.gui.canvas.camera_view import paint_pyramid
from rainapp.gui.canvas.change_map import ChangeMap
from rainapp.gui.canvas.mask_brush import Brush, MaskImages, layer_for
from rainapp.gui.canvas.preview_controller import PreviewController
from rainapp.gui.canvas.remaining_map import left_table
from rainapp.gui.canvas.repair_preview import Repairing
from rainapp.gui.display.screen_pictures import ShownPair
from rainapp.gui.state.workspace import Workspace
from rainapp.jobs.records import STRENGTH_MAX, Region

ENOUGH = 1.05  # data that is this much coarser than the screen is not yet asked for anew

Layer = Literal["derained", "over", "rain", "rain_grey", "change", "left", "repair"]


@dataclass
class Layers:
    """Paints the layers of what `viewing` has at hand, as `camera` sees them."""

    workspace: Workspace
    viewing: PreviewController
    brush: Brush
    camera: Camera
    repairing: Repairing

    @property
    def seen(self) -> QRectF:
        """The part of the view that is covered by the photo."""
        return self.camera.picture_rect.intersected(QRectF(QPointF(0, 0), self.camera.view))

    @property
    def amount(self) -> float:
        """The amount as it is painted: a finished file holds it already."""
        return 1.0 if self.viewing.shows_result else self.workspace.amount / 100

    @property
    def pairs(self) -> list[ShownPair]:
        """What is at hand, the finest last; where a part covers all that is seen, only that."""
        whole, part = self.viewing.pair, self.viewing.part
        repaired = None if self.viewing.shows_result else self.repairing.pair
        if repaired is not None and self.repairing.is_whole:
            whole, repaired = repaired, None
            part = None if whole.rainy.width == whole.region.width else part  # what is whole is as fine
        for finer in filter(None, (repaired, part)):
            if not self._is_too_fine(finer) and _within(self.camera.visible(), finer.region):
                return [finer]
        return [pair for pair in (whole, part, repaired) if pair is not None and (pair is whole or not self._is_too_fine(pair))]

    def _is_too_fine(self, part: ShownPair) -> bool:
        """Whether the camera went back since it came: the whole is fine enough."""
        return self.camera.zoom * ENOUGH * part.region.width < part.rainy.width * 0.5

    def _paint_each(self, painter: QPainter, layer: Layer, opacity: float) -> None:
        """Paint a layer of each pair; where a finer one lies, the coarser is left out, so that nothing is mixed in twice."""
        pairs = self.pairs
        for place, pair in enumerate(pairs):
            painter.save()
            for finer in pairs[place + 1 :]:
                hole = finer.region
                outside = QPainterPath()
                outside.addRect(self.seen)
                outside.addRect(self.camera.rect_to_view(QRectF(hole.x, hole.y, hole.width, hole.height)))
                painter.setClipPath(outside, Qt.ClipOperation.IntersectClip)
            if (pyramid := getattr(pair, layer)) is not None:
                paint_pyramid(painter, self.camera, pyramid, pair.region, opacity)
            painter.restore()

    def paint_rainy(self, painter: QPainter) -> None:
        """The photo as it was."""
        sight = self.viewing.sight
        if sight is None or sight.picture is None:
            return
        frame = self.viewing.frame
        if frame is not None:
            whole = Region(0, 0, sight.picture.full_width, sight.picture.full_height)
            paint_pyramid(painter, self.camera, frame.rainy, whole)
            return
        fine = sight.detail is not None and self.camera.zoom > sight.picture.picture.width / sight.picture.full_width
        shown = sight.detail if fine and sight.detail is not None else sight.picture
        paint_pyramid(painter, self.camera, shown.picture, Region(0, 0, shown.full_width, shown.full_height), 1.0)
        if not fine:
            for pair in self.pairs:
                if pair is not self.viewing.pair:  # the part in sight is finer than the picture
                    paint_pyramid(painter, self.camera, pair.rainy, pair.region, 1.0)

    def paint_derained(self, painter: QPainter) -> None:
        """Mix by painting: a below 0 adds only-rain over rainy, 0..1 derained over rainy, above 1 the extreme over derained."""
        amount = self.amount
        if amount < 0:
            if self._mask is not None:  # where nothing is taken out there is no rain to see
                painter.setOpacity(-amount)
                painter.fillRect(self.seen, Qt.GlobalColor.black)
                painter.setOpacity(1.0)
            self._through_mask(painter, lambda inner: self._paint_each(inner, "rain", -amount))
        else:
            self._through_mask(painter, lambda inner: self._paint_mixed(inner, amount))

    def paint_rain(self, painter: QPainter, gain: float, grey: bool) -> None:
        """The removed rain on black, added as often as `gain` says."""
        painter.fillRect(self.seen, Qt.GlobalColor.black)
        self._through_mask(painter, lambda inner: self._paint_brightened(inner, "rain_grey" if grey else "rain", gain))

    def paint_map(self, painter: QPainter, colours: ChangeMap) -> None:
        """Where how much changed, in the colours of `colours`, at the amount in force."""
        table = colours.table(abs(self.amount) if self.amount else 1.0)
        painter.fillRect(self.seen, colours.ground)
        self._through_mask(painter, lambda inner: self._paint_changes(inner, table))

    def _paint_changes(self, painter: QPainter, table: list[int]) -> None:
        for pair in self.pairs:
            for level in pair.change.levels:
                level.setColorTable(table)
        self._paint_each(painter, "change", 1.0)

    def paint_repair(self, painter: QPainter, colours: ChangeMap) -> None:
        """What a repair changed, in the colours of `colours`; the derained photo where it was not looked for."""
        self.paint_derained_whole(painter)
        pair = self.repairing.pair
        redrawn = pair.repair if pair is not None else None
        if pair is None or redrawn is None:
            return
        table = colours.table(1.0)
        for level in redrawn.levels:
            level.setColorTable(table)
        place = self.camera.rect_to_view(QRectF(pair.region.x, pair.region.y, pair.region.width, pair.region.height))
        painter.fillRect(place.intersected(self.seen), colours.ground)
        self._through_mask(painter, lambda inner: paint_pyramid(inner, self.camera, redrawn, pair.region, 1.0))

    def paint_derained_whole(self, painter: QPainter) -> None:
        """The derained photo at the amount in force, or the photo as it was where none is at hand."""
        self.paint_rainy(painter)
        self.paint_derained(painter)

    def paint_left(self, painter: QPainter) -> None:
        """Where fine rain remains at an amount of 100, over what is there already."""
        table = left_table()
        for pair in self.pairs:
            for level in pair.left.levels if pair.left is not None else ():
                level.setColorTable(table)
        self._through_mask(painter, lambda inner: self._paint_each(inner, "left", 1.0))

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

    def _paint_mixed(self, painter: QPainter, amount: float) -> None:
        self._paint_each(painter, "derained", min(amount, 1.0))
        if amount > 1:
            self._paint_each(painter, "over", (amount - 1.0) / (STRENGTH_MAX - 1.0))

    def _paint_brightened(self, painter: QPainter, layer: Layer, gain: float) -> None:
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Plus)
        while gain > 0:
            self._paint_each(painter, layer, min(1.0, gain))
            gain -= 1.0
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)


def _within(inner: Region, outer: Region) -> bool:
    return QRectF(outer.x, outer.y, outer.width, outer.height).contains(QRectF(inner.x, inner.y, inner.width, inner.height))
