"""Fingers on a touch screen: one is a mouse, two zoom about the point between them and move the photo along.

A finger presses when it begins to move or is lifted, not when it comes down: of a pinch nobody wants the dab of a brush that
the first of two fingers would leave.
"""

import math

from PySide6.QtCore import QCoreApplication, QEvent, QPointF, Qt
from PySide6.QtGui import QEventPoint, QMouseEvent, QTouchEvent
from PySide6.QtWidgets import QApplication, QWidget

MOVES_FROM_PX = 8.0  # what a finger that is held still trembles at most
TAPS_APART_PX = 40.0
APART_MIN_PX = 10.0  # two fingers nearer than this say nothing of a zoom

Pinch = tuple[QPointF, QPointF, float]
"""Where the middle of two fingers was, where it is, and by how much they are farther apart."""


class Fingers:
    """What fingers do on `widget`; a single one is told to it as a mouse."""

    def __init__(self, widget: QWidget) -> None:
        """No finger is down."""
        self._widget = widget
        self._down = QPointF()
        self._presses = self._pinching = False
        self._two_were: tuple[QPointF, QPointF] | None = None
        self._tapped_at, self._tapped = QPointF(), -1

    def take(self, event: QTouchEvent) -> Pinch | None:
        """Hear of a touch; what two fingers ask for is handed back."""
        event.accept()
        points = [point for point in event.points() if point.state() != QEventPoint.State.Released]
        if event.type() == QEvent.Type.TouchCancel:
            self._two_were = None
            self._lift(self._down)
            return None
        if len(points) >= 2:
            return self._two(points[0], points[1])
        self._two_were = None
        if event.points():
            self._one(event.points()[0], event)
        return None

    def _two(self, first: QEventPoint, second: QEventPoint) -> Pinch | None:
        self._lift(first.position())
        self._pinching = True
        were, self._two_were = self._two_were, (first.position(), second.position())
        if were is None:
            return None
        wide, now_wide = _apart(*were), _apart(*self._two_were)
        spread = now_wide / wide if min(wide, now_wide) >= APART_MIN_PX else 1.0
        return _between(*were), _between(*self._two_were), spread

    def _one(self, point: QEventPoint, event: QTouchEvent) -> None:
        at, kind = point.position(), event.type()
        if kind == QEvent.Type.TouchBegin:
            self._down, self._pinching = at, False
        elif self._pinching:
            self._pinching = kind != QEvent.Type.TouchEnd  # what one finger does after a pinch is no wish
        elif kind == QEvent.Type.TouchEnd:
            if not self._presses:
                self._press(self._down, event.timestamp())
            self._lift(at)
        elif self._presses or _apart(at, self._down) > MOVES_FROM_PX:
            if not self._presses:
                self._press(self._down, -1)
            self._tell(QEvent.Type.MouseMove, at, Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton)

    def _press(self, at: QPointF, tapped: int) -> None:
        """Press; `tapped` is when a finger was lifted again, -1 where it moves."""
        soon = 0 <= tapped - self._tapped <= QApplication.doubleClickInterval() if self._tapped >= 0 and tapped >= 0 else False
        twice = soon and _apart(at, self._tapped_at) < TAPS_APART_PX
        self._tapped_at, self._tapped = at, -1 if twice else tapped
        self._presses = True
        kind = QEvent.Type.MouseButtonDblClick if twice else QEvent.Type.MouseButtonPress
        self._tell(kind, at, Qt.MouseButton.LeftButton, Qt.MouseButton.LeftButton)

    def _lift(self, at: QPointF) -> None:
        if self._presses:
            self._presses = False
            self._tell(QEvent.Type.MouseButtonRelease, at, Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton)

    def _tell(self, kind: QEvent.Type, at: QPointF, button: Qt.MouseButton, held: Qt.MouseButton) -> None:
        keys = QApplication.keyboardModifiers()
        event = QMouseEvent(kind, at, self._widget.mapToGlobal(at), button, held, keys)
        QCoreApplication.sendEvent(self._widget, event)


def _between(one: QPointF, other: QPointF) -> QPointF:
    return (one + other) / 2


def _apart(one: QPointF, other: QPointF) -> float:
    return math.hypot(one.x() - other.x(), one.y() - other.y())
