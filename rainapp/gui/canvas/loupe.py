"""The magnifier: the spot under the pointer before and after, enlarged, with the values of its pixel."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPen

from rainapp.gui.canvas.camera import Camera
from rainapp.gui.canvas.layers import Layers
from rainapp.gui.display.colour_transform import SRGB
from rainapp.gui.widgets.theme import interface_font
from rainapp.jobs.records import Region

PANE_PX = 148.0
AWAY_PX = 22.0
LINE_PX = 17.0
MAGNIFICATIONS = (1.0, 2.0, 4.0, 8.0, 16.0)
AROUND_PX = 512  # of the photo at full scale, fetched around the pointer
_GROUND, _WORDS, _DIM = QColor(20, 20, 20, 235), QColor("#f5f5f5"), QColor("#b9b9b9")


def tr(text: str) -> str:
    """`text` in the person's language."""
    return QCoreApplication.translate("Loupe", text)


@dataclass(frozen=True)
class Reading:
    """The values of one pixel in sRGB, 0 to 255.

    `exact` is False while only a smaller picture is at hand, and where they were led back from the colours of the screen.
    """

    x: int
    y: int
    before: tuple[int, int, int]
    after: tuple[int, int, int]
    exact: bool


class Loupe:
    """Looks at one spot through `layers`, whose camera is that of the canvas."""

    def __init__(self, layers: Callable[[], Layers]) -> None:
        """Off until asked for."""
        self._layers = layers
        self.active = False
        self.magnification = 4.0
        self.at: QPointF | None = None

    def step(self, direction: int) -> None:
        """Magnify more (1) or less (-1)."""
        place = MAGNIFICATIONS.index(self.magnification) + direction
        self.magnification = MAGNIFICATIONS[min(max(place, 0), len(MAGNIFICATIONS) - 1)]

    @property
    def _pixel(self) -> tuple[int, int]:
        """The pixel of the photo under the pointer, or in the middle of the view."""
        camera = self._layers().camera
        spot = camera.to_picture(self.at or QPointF(camera.view.width() / 2, camera.view.height() / 2))
        return min(max(int(spot.x()), 0), camera.width - 1), min(max(int(spot.y()), 0), camera.height - 1)

    @property
    def wanted(self) -> Region:
        """The part of the photo that is to be at hand at full scale."""
        x, y = self._pixel
        camera, half = self._layers().camera, AROUND_PX // 2
        left, top = max(0, x - half), max(0, y - half)
        return Region(left, top, min(AROUND_PX, camera.width - left), min(AROUND_PX, camera.height - top))

    def read(self) -> Reading:
        """The pixel under the pointer, before and after."""
        x, y = self._pixel
        near = self._looking(x, y, QSizeF(1, 1), 1.0, 16.0)
        before, after = (self._render(near, derained).pixelColor(0, 0) for derained in (False, True))
        space = near.viewing.space
        back = None if space == SRGB else space.transformationToColorSpace(SRGB)
        seen = [back.map(c) if back is not None else c for c in (before, after)]
        values = [(c.red(), c.green(), c.blue()) for c in seen]
        return Reading(x, y, values[0], values[1], back is None and _is_exact(near, x, y))

    def _looking(self, x: int, y: int, view: QSizeF, ratio: float, zoom: float) -> Layers:
        """The layers through a camera of the loupe's own, with the middle of pixel (x, y) in the middle of `view`."""
        layers = self._layers()
        camera = Camera(layers.camera.width, layers.camera.height, view, ratio, zoom, QPointF(x + 0.5, y + 0.5), fitted=False)
        return replace(layers, camera=camera)

    @staticmethod
    def _render(layers: Layers, derained: bool) -> QImage:
        camera = layers.camera
        image = QImage((camera.view * camera.ratio).toSize(), QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(camera.ratio)
        image.fill(QColor(0, 0, 0))
        painter = QPainter(image)
        layers.paint_rainy(painter)
        if derained:
            layers.paint_derained(painter)
        painter.end()
        return image

    def paint(self, painter: QPainter) -> None:
        """Paint the glass beside the pointer: two panes with names, and the values below."""
        camera = self._layers().camera
        reading = self.read()
        near = self._looking(reading.x, reading.y, QSizeF(PANE_PX, PANE_PX), camera.ratio, self.magnification)
        box = self._place(camera)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(255, 255, 255, 70), 1))
        painter.setBrush(_GROUND)
        painter.drawRoundedRect(box, 8, 8)
        for place, (derained, name) in enumerate(((False, tr("Rainy")), (True, tr("Derained")))):
            pane = QRectF(box.left() + 6 + place * (PANE_PX + 4), box.top() + 6, PANE_PX, PANE_PX)
            painter.drawImage(pane.topLeft(), self._render(near, derained))
            self._paint_cross(painter, pane, near.camera.scale)
            values = reading.after if derained else reading.before
            self._write(painter, QPointF(pane.left() + 2, pane.bottom() + LINE_PX), name, _DIM)
            self._write(painter, QPointF(pane.left() + 2, pane.bottom() + 2 * LINE_PX), _figures(values, reading.exact), _WORDS)
        change = tuple(b - a for a, b in zip(reading.before, reading.after, strict=True))
        said = tr("{x}, {y} · ×{n} · change {change}").format(
            x=reading.x,
            y=reading.y,
            n=f"{self.magnification:g}",
            change=" ".join(f"{c:+d}".replace("-", "−") if c else "0" for c in change),
        )
        self._write(painter, QPointF(box.left() + 8, box.bottom() - 8), said, _DIM)
        painter.restore()

    def _place(self, camera: Camera) -> QRectF:
        """Beside the pointer, on the side where there is room."""
        wide, high = 2 * PANE_PX + 16, PANE_PX + 6 + 3 * LINE_PX + 10
        at = self.at or QPointF(camera.view.width() / 2, camera.view.height() / 2)
        left = at.x() + AWAY_PX if at.x() + AWAY_PX + wide < camera.view.width() else at.x() - AWAY_PX - wide
        top = at.y() + AWAY_PX if at.y() + AWAY_PX + high < camera.view.height() else at.y() - AWAY_PX - high
        return QRectF(max(4.0, left), max(4.0, top), wide, high)

    @staticmethod
    def _write(painter: QPainter, at: QPointF, words: str, colour: QColor) -> None:
        painter.setFont(interface_font(12, QFont.Weight.Medium))
        painter.setPen(colour)
        painter.drawText(at, words)

    @staticmethod
    def _paint_cross(painter: QPainter, pane: QRectF, pixel: float) -> None:
        """A frame around the pixel that is read."""
        side = max(6.0, pixel)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, grow in ((QColor(0, 0, 0, 190), 1.0), (QColor(255, 255, 255), 0.0)):
            painter.setPen(QPen(colour, 1))
            frame = QRectF(0, 0, side + 2 * grow, side + 2 * grow)
            frame.moveCenter(pane.center())
            painter.drawRect(frame)


def _figures(values: tuple[int, int, int], exact: bool) -> str:
    figures = "  ".join(str(value) for value in values)
    return figures if exact else f"≈ {figures}"


def _is_exact(layers: Layers, x: int, y: int) -> bool:
    sight = layers.viewing.sight
    if sight is None or sight.picture is None:
        return False
    whole = sight.detail is not None or sight.picture.picture.width == sight.picture.full_width
    fine = [
        pair
        for pair in layers.pairs
        if pair.rainy.width == pair.region.width
        and QRectF(pair.region.x, pair.region.y, pair.region.width, pair.region.height).contains(x + 0.5, y + 0.5)
    ]
    return bool(fine) and (whole or fine[-1] is layers.viewing.part)
