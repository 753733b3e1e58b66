"""The amount slider: from only the rain (-100) over untouched (0) to everything and a little more (130), filled from zero.

A style sheet can neither fill a slider from zero nor draw ticks with words, so this one is painted.
"""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QAbstractSlider, QSizePolicy, QWidget

from rainapp.gui.state.workspace import AMOUNT_MAX, AMOUNT_MIN
from rainapp.gui.widgets.theme import interface_font, look

KNOB_RADIUS = 7.0
GROOVE = 4.0
SNAP = 4
GROOVE_Y = 14.0


class AmountSlider(QAbstractSlider):
    """Amount in percent, -100 to 130; snaps to 0 and 100 under the mouse."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Start at 100."""
        super().__init__(parent)
        self.setOrientation(Qt.Orientation.Horizontal)
        self.setRange(AMOUNT_MIN, AMOUNT_MAX)
        self.setSingleStep(1)
        self.setPageStep(10)
        self.setValue(100)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Amount"))
        self.valueChanged.connect(self.update)
        look().changed.connect(self.update)

    def sizeHint(self) -> QSize:  # noqa: N802, D102 - Qt's name
        return QSize(220, 44)

    def _x(self, value: float) -> float:
        """Where `value` lies along the groove."""
        room = self.width() - 2 * (KNOB_RADIUS + 1)
        return KNOB_RADIUS + 1 + room * (value - AMOUNT_MIN) / (AMOUNT_MAX - AMOUNT_MIN)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, D102 - Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = look()
        painter.setPen(Qt.PenStyle.NoPen)
        for token, one, other in (("line", AMOUNT_MIN, AMOUNT_MAX), ("accent_line", 0, self.value())):
            start, end = sorted((self._x(one), self._x(other)))
            painter.setBrush(colours.colour(token))
            painter.drawRoundedRect(QRectF(start, GROOVE_Y - GROOVE / 2, end - start, GROOVE), 2, 2)
        self._paint_ticks(painter)
        on_dark = colours.theme.name == "dark"
        painter.setPen(QPen(QColor(0, 0, 0, 60) if on_dark else colours.colour("accent_line"), 1 if on_dark else 2))
        painter.setBrush(Qt.GlobalColor.white)
        painter.drawEllipse(QPointF(self._x(self.value()), GROOVE_Y), KNOB_RADIUS, KNOB_RADIUS)
        painter.end()

    def _paint_ticks(self, painter: QPainter) -> None:
        painter.setFont(interface_font(11))
        figures = QFontMetricsF(painter.font())
        for value, words in ((AMOUNT_MIN, self.tr("Only the rain")), (0, "0"), (100, "100")):
            at = self._x(value)
            painter.setPen(look().colour("dim"))
            painter.drawLine(QPointF(at, GROOVE_Y + 6), QPointF(at, GROOVE_Y + 9))
            wide = figures.horizontalAdvance(words)
            left = at if value == AMOUNT_MIN else at - wide / 2
            painter.drawText(QPointF(left, GROOVE_Y + 22), words)

    def _value_at(self, x: float) -> int:
        room = self.width() - 2 * (KNOB_RADIUS + 1)
        value = round(AMOUNT_MIN + (x - KNOB_RADIUS - 1) / max(1.0, room) * (AMOUNT_MAX - AMOUNT_MIN))
        return next((stop for stop in (0, 100) if abs(value - stop) <= SNAP), value)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802, D102 - Qt's name
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self.setValue(self._value_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802, D102 - Qt's name
        if self.isSliderDown():
            self.setValue(self._value_at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802, D102 - Qt's name
        self.setSliderDown(False)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802, D102 - Qt's name
        self.setValue(100)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802, D102 - Qt's name
        event.ignore()  # scrolling the inspector must not change what is under the pointer
