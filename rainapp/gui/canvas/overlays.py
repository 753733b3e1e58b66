"""What is painted over photos: name pills, the swipe line with its handle, the thin bar of a preview on its way."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from rainapp.gui.widgets.theme import interface_font, look

PILL_HEIGHT = 24.0
PILL_INSET = 12.0
HANDLE_RADIUS = 17.0
_PILL = QColor(0, 0, 0, 191)  # black at 75 %: near-white words read on any photo
_WORDS = QColor("#f5f5f5")


def paint_pill(painter: QPainter, photo: QRectF, words: str, right: bool, low: bool = False) -> None:
    """A name in a top corner (or a `low` one) of the part of the photo in sight; nothing where there is no room for it."""
    font = interface_font(12, QFont.Weight.DemiBold)
    wide = QFontMetricsF(font).horizontalAdvance(words) + 20
    if photo.width() < wide + 2 * PILL_INSET or photo.height() < PILL_HEIGHT + 2 * PILL_INSET:
        return
    left = photo.right() - PILL_INSET - wide if right else photo.left() + PILL_INSET
    top = photo.bottom() - PILL_INSET - PILL_HEIGHT if low else photo.top() + PILL_INSET
    _paint_pill(painter, QRectF(left, top, wide, PILL_HEIGHT), words, font)


def paint_saying(painter: QPainter, view: QRectF, sayings: tuple[str, ...]) -> None:
    """In the middle of the foot of a view the first of `sayings` that has room."""
    font = interface_font(12, QFont.Weight.DemiBold)
    for words in sayings:
        wide = QFontMetricsF(font).horizontalAdvance(words) + 20
        if wide + 2 * PILL_INSET <= view.width():
            top = view.bottom() - PILL_INSET - PILL_HEIGHT
            _paint_pill(painter, QRectF(view.center().x() - wide / 2, top, wide, PILL_HEIGHT), words, font)
            return


def _paint_pill(painter: QPainter, pill: QRectF, words: str, font: QFont) -> None:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_PILL)
    painter.drawRoundedRect(pill, PILL_HEIGHT / 2, PILL_HEIGHT / 2)
    painter.setFont(font)
    painter.setPen(_WORDS)
    painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, words)
    painter.restore()


def paint_handle(painter: QPainter, at: QPointF, photo: QRectF, level: bool = False) -> None:
    """The swipe line through the photo in sight, upright or `level`, and its round handle with two chevrons."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(at)
    if level:
        painter.rotate(90)
    before, behind = (
        (at.x() - photo.left(), photo.right() - at.x()) if level else (photo.bottom() - at.y(), at.y() - photo.top())
    )
    flat = Qt.PenCapStyle.FlatCap
    for colour, width in ((QColor(0, 0, 0, 60), 4), (QColor(255, 255, 255), 2)):
        painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine, flat))
        painter.drawLine(QPointF(0, -behind), QPointF(0, before))
    painter.setPen(QPen(QColor(0, 0, 0, 50), 1))
    painter.setBrush(Qt.GlobalColor.white)
    painter.drawEllipse(QPointF(0, 0), HANDLE_RADIUS, HANDLE_RADIUS)
    painter.setPen(QPen(QColor("#1c1c1c"), 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    for side in (-1.0, 1.0):
        painter.drawPolyline(QPolygonF([QPointF(side * 5, -4), QPointF(side * 9, 0), QPointF(side * 5, 4)]))
    painter.restore()


def paint_progress(painter: QPainter, width: float, share: float) -> None:
    """A bar of 3 px along the top of the canvas; never quite empty, so that it is seen at once."""
    painter.fillRect(QRectF(0, 0, width * max(0.06, min(1.0, share)), 3), look().colour("accent_line"))
