"""A choice of several as a screen reader should tell it, a radio button, which looks like a part of a bar of buttons."""

from PySide6.QtCore import QPoint, QSize
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QRadioButton, QStyle, QStyleOptionButton, QStylePainter


class Segment(QRadioButton):
    """One of a few; all of it can be hit. Arrow keys go to its neighbours, as among radio buttons."""

    def __init__(self, words: str) -> None:
        """Show `words`."""
        super().__init__(words)
        self.setProperty("role", "segment")

    def sizeHint(self) -> QSize:  # noqa: N802, D102 - Qt's name
        option = QStyleOptionButton()
        self.initStyleOption(option)
        wide = self.fontMetrics().horizontalAdvance(self.text()) + (
            option.iconSize.width() + 4 if not self.icon().isNull() else 0
        )
        high = max(self.fontMetrics().height(), option.iconSize.height())
        return self.style().sizeFromContents(QStyle.ContentsType.CT_PushButton, option, QSize(wide, high), self)

    def minimumSizeHint(self) -> QSize:  # noqa: N802, D102 - Qt's name
        return self.sizeHint()

    def hitButton(self, at: QPoint) -> bool:  # noqa: N802, D102 - Qt's name
        return self.rect().contains(at)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, D102 - Qt's name
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.state |= QStyle.StateFlag.State_On if self.isChecked() else QStyle.StateFlag.State_Off
        painter = QStylePainter(self)
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
        painter.end()
