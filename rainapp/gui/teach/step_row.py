"""The five steps in a row: which is in sight, which are done; those that can be shown are buttons."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from rainapp.gui.teach.teach_state import Step, TeachState
from rainapp.gui.widgets import icons
from rainapp.gui.widgets.theme import interface_font, look

CIRCLE_PX, GAP_PX, LINE_PX, HIGH_PX = 24, 10, 44, 30
TIGHT_BELOW = 900


class StepButton(QAbstractButton):
    """A circle with a number or a tick, and the name of the step."""

    def __init__(self, number: int, words: str) -> None:
        """Show the step `number`, from 1 on."""
        super().__init__()
        self._number = number
        self.is_here = self.is_done = False
        self.spelt = True
        self.setText(words)
        self.setAccessibleName(words)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        look().changed.connect(self.update)

    def sizeHint(self) -> QSize:  # noqa: N802, D102 - Qt's name
        bold = QFontMetrics(interface_font(13, QFont.Weight.DemiBold)).horizontalAdvance(self.text())
        return QSize(CIRCLE_PX + 6 + (GAP_PX + bold + 4 if self.spelt else 0), HIGH_PX)

    def minimumSizeHint(self) -> QSize:  # noqa: N802, D102 - Qt's name
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, D102 - Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        circle = QRectF(3, (self.height() - CIRCLE_PX) / 2, CIRCLE_PX, CIRCLE_PX)
        painter.setPen(Qt.PenStyle.NoPen if self.is_here else QPen(look().colour("line"), 1))
        painter.setBrush(look().colour("accent" if self.is_here else "raised"))
        painter.drawEllipse(circle)
        if self.is_done and not self.is_here:
            tick = icons.pixmap("check", "ok", 14, self.devicePixelRatioF())
            painter.drawPixmap(QPointF(circle.center().x() - 7, circle.center().y() - 7), tick)
        else:
            painter.setFont(interface_font(12, QFont.Weight.DemiBold))
            painter.setPen(look().colour("on_accent" if self.is_here else "dim"))
            painter.drawText(circle, Qt.AlignmentFlag.AlignCenter, str(self._number))
        if self.spelt:
            painter.setFont(interface_font(13, QFont.Weight.DemiBold if self.is_here else QFont.Weight.Normal))
            painter.setPen(look().colour("text" if self.is_here else "dim" if self.isEnabled() else "off"))
            words = QRectF(circle.right() + GAP_PX, 0, self.width() - circle.right() - GAP_PX, self.height())
            painter.drawText(words, int(Qt.AlignmentFlag.AlignVCenter), self.text())
        painter.end()


class StepLine(QWidget):
    """The line between two steps."""

    def __init__(self) -> None:
        """As long as there is room for."""
        super().__init__()
        self.setFixedHeight(HIGH_PX)
        self.setMinimumWidth(8)
        self.setMaximumWidth(LINE_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        look().changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, D102 - Qt's name
        painter = QPainter(self)
        painter.fillRect(0, self.height() // 2, self.width(), 1, look().colour("line"))
        painter.end()


class StepRow(QWidget):
    """All five; `chosen` carries the step of the one that was clicked."""

    chosen = Signal(int)

    def __init__(self, state: TeachState) -> None:
        """Follow `state`."""
        super().__init__()
        self._state = state
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        names = (
            self.tr("Your rain"),
            self.tr("Dry scenes"),
            self.tr("How it rains"),
            self.tr("Teaching"),
            self.tr("Did it help?"),
        )
        self.buttons: list[StepButton] = []
        for number, words in enumerate(names):
            if number:
                row.addWidget(StepLine(), 1)
            button = StepButton(number + 1, words)
            button.clicked.connect(lambda _=False, number=number: self.chosen.emit(number))
            self.buttons.append(button)
            row.addWidget(button)
        row.addStretch(1)

    def set_tight(self, tight: bool) -> None:
        """Spell out the step in sight alone, where there is little room."""
        for number, button in enumerate(self.buttons):
            button.spelt = not tight or number == self._state.step
            button.updateGeometry()

    def refresh(self) -> None:
        """Take over where the state is."""
        furthest = self._state.furthest
        for number, button in enumerate(self.buttons):
            reached = furthest if self._state.run is not None else self._state.step
            button.is_here, button.is_done = number == self._state.step, number < max(reached, self._state.step)
            button.setEnabled(Step(number) <= furthest or number == self._state.step)
            button.update()
