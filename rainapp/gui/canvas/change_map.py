"""The map of changes: how an index of change becomes a colour, and the legend that says so.

A change is kept as 128 plus the change of luminance in grey levels. Signed, what became darker (rain is brighter than what it
covers) is blue and what became brighter orange, which people who confuse red and green tell apart; without the sign a ramp
grows in lightness, so that it is read in grey too. The legend names both ends in words and figures.
"""

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QLinearGradient, QPainter

from rainapp.gui.widgets.theme import interface_font

NO_CHANGE = 128
LEGEND_PX = (240.0, 52.0)
_INSET = 12.0
_GROUND = QColor("#262626")
_SIGNED = ((-1.0, (150, 205, 255)), (-0.5, (40, 120, 235)), (0.0, (38, 38, 38)), (0.5, (225, 110, 20)), (1.0, (255, 205, 130)))
_AMOUNT = ((0.0, (38, 38, 38)), (0.25, (80, 30, 120)), (0.5, (190, 55, 85)), (0.75, (245, 145, 40)), (1.0, (255, 250, 205)))


def tr(text: str) -> str:
    """`text` in the person's language."""
    return QCoreApplication.translate("ChangeMap", text)


def _between(stops: tuple[tuple[float, tuple[int, int, int]], ...], at: float) -> QColor:
    """The colour at `at` on a line through `stops`, clamped to its ends."""
    at = min(max(at, stops[0][0]), stops[-1][0])
    for (low, one), (high, other) in zip(stops, stops[1:], strict=False):
        if at <= high:
            share = (at - low) / (high - low)
            return QColor(*(round(a + (b - a) * share) for a, b in zip(one, other, strict=True)))
    return QColor(*stops[-1][1])


@dataclass
class ChangeMap:
    """How changes are coloured. `levels` is the change in grey levels of 255 that has the strongest colour."""

    signed: bool = True
    levels: float = 64.0

    @property
    def ground(self) -> QColor:
        """The colour of no change."""
        return _GROUND

    def colour(self, change: float) -> QColor:
        """The colour of a change in grey levels, negative where it became darker."""
        share = change / self.levels
        return _between(_SIGNED, share) if self.signed else _between(_AMOUNT, abs(share))

    def table(self, amount: float) -> list[int]:
        """The 256 colours for indices of change at an amount (1: as derained)."""
        return [self.colour((index - NO_CHANGE) * amount).rgb() for index in range(256)]

    def paint_legend(self, painter: QPainter, photo: QRectF) -> None:
        """The ramp with its ends in words and figures, in the lower left corner of the photo; nothing where it does not fit."""
        wide, high = LEGEND_PX
        if photo.width() < wide + 2 * _INSET or photo.height() < high + 60:
            return
        box = QRectF(photo.left() + _INSET, photo.bottom() - _INSET - high, wide, high)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(0, 0, 0, 205))
        painter.drawRoundedRect(box, 8, 8)
        bar = QRectF(box.left() + 12, box.top() + 10, wide - 24, 10)
        ramp = QLinearGradient(bar.topLeft(), bar.topRight())
        low = -self.levels if self.signed else 0.0
        for step in range(9):
            ramp.setColorAt(step / 8, self.colour(low + (self.levels - low) * step / 8))
        painter.setBrush(ramp)
        painter.drawRoundedRect(bar, 3, 3)
        self._write_ends(painter, bar)
        painter.restore()

    def _write_ends(self, painter: QPainter, bar: QRectF) -> None:
        n = f"{self.levels:g}"
        ends = (tr("darker by {n}").format(n=n), "0", tr("brighter by {n}").format(n=n))
        words = ends if self.signed else (tr("unchanged"), "", tr("changed by {n}").format(n=n))
        painter.setFont(interface_font(12, QFont.Weight.Medium))
        painter.setPen(QColor("#f5f5f5"))
        figures = QFontMetricsF(painter.font())
        for said, share in zip(words, (0.0, 0.5, 1.0), strict=True):
            left = bar.left() + share * (bar.width() - figures.horizontalAdvance(said))
            painter.drawText(QPointF(left, bar.bottom() + 19), said)
