"""What is painted over photos: name pills, the swipe line with its handle, the thin bar of a preview on its way."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from rainapp.gui.theme import interface_font, look

PILL_HEIGHT = 24.0
PILL_INSET = 12.0
HANDLE_RADIUS = 17.0
_PILL = QColor(0, 0, 0, 191)  # black at 75 %: near-white words read on any photo
_WORDS = QColor("#f5f5f5")


def paint_pill(painter: QPainter, photo: QRectF, words: str, right: bool) -> None:
    """A name in a top corner of the part of the photo in sight; nothing where there is no room for it."""
    font = interface_font(12, QFont.Weight.DemiBold)
    wide = QFontMetricsF(font).horizontalAdvance(words) + 20
    if photo.width() < wide + 2 * PILL_INSET or photo.height() < PILL_HEIGHT + 2 * PILL_INSET:
        return
    left = photo.right() - PILL_INSET - wide if right else photo.left() + PILL_INSET
    pill = QRectF(left, photo.top() + PILL_INSET, wide, PILL_HEIGHT)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_PILL)
    painter.drawRoundedRect(pill, PILL_HEIGHT / 2, PILL_HEIGHT / 2)
    painter.setFont(font)
    painter.setPen(_WORDS)
    painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, words)
    painter.restore()


def paint_handle(painter: QPainter, at: QPointF, photo: QRectF) -> None:
    """The swipe line along the height of the photo in sight, and its round handle with two chevrons."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    flat = Qt.PenCapStyle.FlatCap
    painter.setPen(QPen(QColor(0, 0, 0, 60), 4, Qt.PenStyle.SolidLine, flat))
    painter.drawLine(QPointF(at.x(), photo.top()), QPointF(at.x(), photo.bottom()))
    painter.setPen(QPen(QColor(255, 255, 255), 2, Qt.PenStyle.SolidLine, flat))
    painter.drawLine(QPointF(at.x(), photo.top()), QPointF(at.x(), photo.bottom()))
    painter.setPen(QPen(QColor(0, 0, 0, 50), 1))
    painter.setBrush(Qt.GlobalColor.white)
    painter.drawEllipse(at, HANDLE_RADIUS, HANDLE_RADIUS)
    painter.setPen(QPen(QColor("#1c1c1c"), 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    for side in (-1.0, 1.0):
        tip, back = at.x() + side * 9, at.x() + side * 5
        painter.drawPolyline(QPolygonF([QPointF(back, at.y() - 4), QPointF(tip, at.y()), QPointF(back, at.y() + 4)]))
    painter.restore()


def paint_progress(painter: QPainter, width: float, share: float) -> None:
    """A bar of 3 px along the top of the canvas; never quite empty, so that it is seen at once."""
    painter.fillRect(QRectF(0, 0, width * max(0.06, min(1.0, share)), 3), look().colour("accent_line"))
