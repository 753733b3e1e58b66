"""A clip's length as a film strip: what is played in a frame with two grips, what is derained underlined, a line for now."""

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QSlider

from rainapp.gui.canvas.preview_controller import PreviewController
from rainapp.gui.clip.filmstrip import FilmStrip
from rainapp.gui.clip.player import Player
from rainapp.gui.display.screen_pictures import Pyramid
from rainapp.gui.widgets.theme import DARK, look

STEPS = 10_000
STRIP_PX, LOW_PX = 42, 26
KNOB_PX = 12.0
GRIP_PX = 7.0  # how near the edge of the range the mouse takes hold of it
USUAL_ASPECT = 16 / 9
DERAINED = QColor(DARK.ok)  # bright in either theme: it lies on pictures
LEFT_OUT = QColor(0, 0, 0, 140)  # over what is not played


class Scrubber(QSlider):
    """A click goes to a moment; the edges of the range can be dragged."""

    def __init__(self, player: Player, viewing: PreviewController, strip: FilmStrip) -> None:
        """Show where `player` stands, over the pictures of `strip`."""
        super().__init__(Qt.Orientation.Horizontal)
        self._player, self._viewing, self._strip = player, viewing, strip
        self._grip: int | None = None
        self._low = False
        self.setRange(0, STEPS)
        self.setSingleStep(STEPS // 100)
        self.setPageStep(STEPS // 20)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.set_low(False)
        player.changed.connect(self._follow)
        viewing.switched.connect(self._want)
        strip.changed.connect(self.update)
        look().changed.connect(self.update)

    def set_low(self, low: bool) -> None:
        """A plain bar without pictures, or the whole strip."""
        self._low = low
        self.setFixedHeight((LOW_PX if low else STRIP_PX) + 8)
        self._want()

    # -- pictures

    @property
    def track(self) -> QRectF:
        """Where the strip lies."""
        return QRectF(KNOB_PX / 2, 6, self.width() - KNOB_PX, LOW_PX if self._low else STRIP_PX)

    def _cells(self) -> list[tuple[QRectF, float]]:
        """The places of the small pictures and the moments that they show."""
        sight, track = self._viewing.sight, self.track
        picture = sight.picture if sight is not None else None
        aspect = picture.full_width / picture.full_height if picture is not None and picture.full_height else USUAL_ASPECT
        count = max(1, round(track.width() / (track.height() * min(max(aspect, 0.5), 3.0))))
        wide, length = track.width() / count, self._player.duration_s
        return [
            (QRectF(track.left() + n * wide, track.top(), wide, track.height()), round((n + 0.5) / count * length, 3))
            for n in range(count)
        ]

    def _want(self) -> None:
        sight = self._viewing.sight
        if self._low or sight is None or not self._player.can_play or not self.isVisible():
            self._strip.stop()
        else:
            self._strip.want(sight.item.path, [moment for _, moment in self._cells()], sight.item.rate)
        self.update()

    def _follow(self) -> None:
        self._strip.hold(self._player.playing)
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802, D102 - Qt's name
        super().resizeEvent(event)
        self._want()

    def event(self, event: QEvent) -> bool:  # noqa: D102 - Qt's name
        if event.type() in (QEvent.Type.Show, QEvent.Type.Hide):
            self._want()
        return super().event(event)

    # -- the mouse

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802, D102 - Qt's name
        event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802, D102 - Qt's name
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._grip = self._grip_at(event.position().x())
        if self._grip is None:
            self.setSliderDown(True)
            self._take(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802, D102 - Qt's name
        x = event.position().x()
        if self._grip is not None:
            moment = self._share(x) * self._player.duration_s
            self._player.move_range(self._grip, moment)
        elif self.isSliderDown():
            self._take(x)
        near = self._grip is not None or (self._grip_at(x) is not None and not self.isSliderDown())
        self.setCursor(Qt.CursorShape.SplitHCursor if near else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802, D102 - Qt's name
        self._grip = None
        self.setSliderDown(False)

    def _grip_at(self, x: float) -> int | None:
        """Which edge of the range (0 its start, 1 its end) lies at `x`."""
        span = self._player.range_s
        if span is None:
            return None
        away = [abs(self._x(moment) - x) for moment in span]
        nearest = away.index(min(away))
        return nearest if away[nearest] <= GRIP_PX else None

    def _share(self, x: float) -> float:
        return min(1.0, max(0.0, (x - KNOB_PX / 2) / max(1.0, self.width() - KNOB_PX)))

    def _take(self, x: float) -> None:
        self.setValue(round(self._share(x) * STEPS))

    def _x(self, time_s: float) -> float:
        share = min(1.0, time_s / self._player.duration_s) if self._player.duration_s else 0.0
        return KNOB_PX / 2 + share * (self.width() - KNOB_PX)

    # -- painting

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, D102 - Qt's name
        painter, track = QPainter(self), self.track
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        shape = QPainterPath()
        shape.addRoundedRect(track, 4, 4)
        painter.fillPath(shape, look().colour("raised"))
        painter.save()
        painter.setClipPath(shape)
        if not self._low:
            self._paint_pictures(painter)
        self._paint_derained(painter, track)
        painter.restore()
        painter.setPen(QPen(look().colour("line"), 1))
        painter.drawPath(shape)
        self._paint_range(painter, track)
        self._paint_moment(painter, track)
        painter.end()

    def _paint_pictures(self, painter: QPainter) -> None:
        cells = self._cells()
        length = self._player.duration_s
        for place, moment in cells:
            picture = self._strip.picture_near(moment, length / len(cells))
            if picture is not None:
                _paint_filling(painter, place.adjusted(0, 0, -1, 0), picture, self.devicePixelRatioF())
        span = self._player.range_s
        if span is not None:
            start, end = (self._x(moment) for moment in span)
            painter.fillRect(QRectF(0, 0, start, self.height()), LEFT_OUT)
            painter.fillRect(QRectF(end, 0, self.width() - end, self.height()), LEFT_OUT)

    def _paint_derained(self, painter: QPainter, track: QRectF) -> None:
        for start, end in self._player.reel.spans(self._player.duration_s):
            line = QRectF(self._x(start), track.bottom() - 4, max(2.0, self._x(end) - self._x(start)), 4)
            painter.fillRect(line, look().colour("ok") if self._low else DERAINED)

    def _paint_range(self, painter: QPainter, track: QRectF) -> None:
        if self._player.range_s is None:
            return
        start, end = (self._x(moment) for moment in self._player.range_s)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(look().colour("accent_line"), 2))
        painter.drawRoundedRect(QRectF(start, track.top(), max(4.0, end - start), track.height()), 4, 4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look().colour("accent_line"))
        for x in (start, end):
            painter.drawRoundedRect(QRectF(x - 3, track.center().y() - 9, 6, 18), 2, 2)

    def _paint_moment(self, painter: QPainter, track: QRectF) -> None:
        at = KNOB_PX / 2 + self.value() / STEPS * (self.width() - KNOB_PX)
        painter.setPen(QPen(QColor(0, 0, 0, 120), 4))  # so that the line is seen on bright pictures
        painter.drawLine(QPointF(at, track.top()), QPointF(at, track.bottom()))
        painter.setPen(QPen(Qt.GlobalColor.white, 2))
        painter.drawLine(QPointF(at, track.top()), QPointF(at, track.bottom()))
        painter.setPen(QPen(look().colour("accent_line"), 2))
        painter.setBrush(Qt.GlobalColor.white)
        painter.drawEllipse(QRectF(at - KNOB_PX / 2 + 1, 1, KNOB_PX - 2, KNOB_PX - 2))


def _paint_filling(painter: QPainter, place: QRectF, picture: Pyramid, ratio: float) -> None:
    """Paint the middle of `picture` so that it fills `place`."""
    scale = max(place.width() / picture.width, place.height() / picture.height)
    level = picture.level_for(scale * ratio)
    shrink = level.width() / picture.width
    wide, high = place.width() / scale * shrink, place.height() / scale * shrink
    painter.drawImage(place, level, QRectF((level.width() - wide) / 2, (level.height() - high) / 2, wide, high))
