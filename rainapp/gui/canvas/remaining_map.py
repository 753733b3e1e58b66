"""The colours of the map of what remains: how much fine structure across the rain becomes which colour, and the legend.

Nothing is drawn where little remains, so that the photo is seen; from `FROM` on a warm colour grows stronger.
"""

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

from rainapp.gui.widgets.theme import interface_font

FROM, FULL = 0.25, 0.9  # shares of what rain had: hardly seen, and as good as all of it

_COLOUR = QColor(255, 96, 0)
_OPAQUE = 200
_INSET = 12.0


def tr(text: str) -> str:
    """`text` in the person's language."""
    return QCoreApplication.translate("LeftMap", text)


def left_table() -> list[int]:
    """The 256 colours, with their opacity, for indices of what is left."""
    shares = (min(1.0, max(0.0, (index / 255 - FROM) / (FULL - FROM))) for index in range(256))
    return [QColor(_COLOUR.red(), _COLOUR.green(), _COLOUR.blue(), round(_OPAQUE * share)).rgba() for share in shares]


def paint_left_legend(painter: QPainter, photo: QRectF) -> None:
    """What the colour means, in the lower left corner of the photo; nothing where it does not fit."""
    said = tr("Orange: fine rain, or upright edges of the scene. None is good.")
    font = interface_font(12, QFont.Weight.Medium)
    wide, high = QFontMetricsF(font).horizontalAdvance(said) + 44, 30.0
    if photo.width() < wide + 2 * _INSET or photo.height() < high + 60:
        return
    box = QRectF(photo.left() + _INSET, photo.bottom() - _INSET - high, wide, high)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(0, 0, 0, 205))
    painter.drawRoundedRect(box, 8, 8)
    painter.setBrush(_COLOUR)
    painter.drawRoundedRect(QRectF(box.left() + 12, box.top() + 9, 12, 12), 3, 3)
    painter.setFont(font)
    painter.setPen(QColor("#f5f5f5"))
    painter.drawText(QPointF(box.left() + 32, box.top() + 20), said)
    painter.restore()
