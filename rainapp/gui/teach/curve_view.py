"""The curve of a teaching: rain taken out of photos it does not learn from; a dashed line says how it was before."""

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from rainapp.gui.teach import teach_words as say
from rainapp.gui.teach.teach_events import Point
from rainapp.gui.widgets.theme import interface_font, look

LEFT_PX, FOOT_PX, TOP_PX, RIGHT_PX = 52.0, 26.0, 10.0, 84.0
STEPS = (0.05, 0.1, 0.2, 0.25, 0.5, 1.0, 2.0)
LINES_MAX = 5


class CurveView(QWidget):
    """Paints points; `minutes` is how long the axis is."""

    def __init__(self) -> None:
        """No point yet."""
        super().__init__()
        self.points: list[Point] = []
        self.minutes = 1.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 120)
        self.setAccessibleName(self.tr("Curve of the rain taken out"))
        look().changed.connect(self.update)

    def sizeHint(self) -> QSize:  # noqa: N802, D102 - Qt's name
        return QSize(560, 220)

    def show_points(self, points: list[Point], minutes: float) -> None:
        """Show these."""
        self.points, self.minutes = list(points), max(minutes, points[-1].minutes if points else 0.0, 0.01)
        if points:
            words = self.tr("Before teaching {before}, now {now}")
            said = words.format(before=say.percent(points[0].removed), now=say.percent(points[-1].removed))
            self.setAccessibleDescription(said)
        self.update()

    @property
    def _range(self) -> tuple[float, float, int]:
        """Lowest and highest value of the axis in whole steps, and how many steps there are."""
        values = [point.removed for point in self.points] or [0.0, 1.0]
        for step in STEPS:
            low, high = math.floor(min(values) / step + 1e-9), math.ceil(max(values) / step - 1e-9)
            high = max(high, low + 2)
            if high - low < LINES_MAX:
                break
        return low * step, high * step, high - low

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, D102 - Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = QRectF(LEFT_PX, TOP_PX, self.width() - LEFT_PX - RIGHT_PX, self.height() - TOP_PX - FOOT_PX)
        painter.setFont(interface_font(12))
        self._paint_axes(painter, room)
        if self.points:
            self._paint_points(painter, room)
        painter.end()

    def _paint_axes(self, painter: QPainter, room: QRectF) -> None:
        low, high, steps = self._range
        for line in range(steps + 1):
            share = line / steps
            y = room.bottom() - share * room.height()
            painter.setPen(QPen(look().colour("line"), 1))
            painter.drawLine(QPointF(room.left(), y), QPointF(room.right(), y))
            painter.setPen(look().colour("dim"))
            words = QRectF(0, y - 10, LEFT_PX - 8, 20)
            right = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            painter.drawText(words, right, say.percent(low + share * (high - low)))
        foot = QRectF(room.left(), room.bottom() + 4, room.width(), 20)
        painter.drawText(foot, int(Qt.AlignmentFlag.AlignLeft), self.tr("0 min"))
        last = self.tr("{n} min").format(n=f"{self.minutes:.0f}" if self.minutes >= 2 else f"{self.minutes:.1f}")
        painter.drawText(foot, int(Qt.AlignmentFlag.AlignRight), last)

    def _paint_points(self, painter: QPainter, room: QRectF) -> None:
        low, high, _ = self._range

        def at(point: Point) -> QPointF:
            across = min(1.0, point.minutes / self.minutes)
            up = (point.removed - low) / (high - low)
            return QPointF(room.left() + across * room.width(), room.bottom() - min(1.0, max(0.0, up)) * room.height())

        before, now = at(self.points[0]), at(self.points[-1])
        painter.setPen(QPen(look().colour("dim"), 1.5, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(room.left(), before.y()), QPointF(room.right(), before.y()))
        words = self.tr("before teaching: {share}").format(share=say.percent(self.points[0].removed))
        above = before.y() - 20 >= room.top() - 4
        wide = QFontMetricsF(painter.font()).horizontalAdvance(words)  # at the right, where the curve has left the line
        painter.drawText(QPointF(room.right() - wide, before.y() - 7 if above else before.y() + 16), words)
        painter.setPen(QPen(look().colour("accent_line"), 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawPolyline(QPolygonF([at(point) for point in self.points]))
        painter.setBrush(look().colour("accent_line"))
        painter.drawEllipse(now, 2.5, 2.5)
        if len(self.points) > 1:
            painter.setPen(look().colour("text"))
            said = self.tr("now {share}").format(share=say.percent(self.points[-1].removed))
            wide = QFontMetricsF(painter.font()).horizontalAdvance(said)
            painter.drawText(QPointF(min(now.x() + 8, self.width() - wide - 4), now.y() + 4), said)
