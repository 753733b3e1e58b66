"""The model in use as a card-like button; a click lists the models of the library."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from rainapp.gui.actions.menu_keys import only_one
from rainapp.gui.state import figure_words
from rainapp.gui.state.workspace import Workspace
from rainapp.gui.text.language import summary
from rainapp.gui.widgets import icons
from rainapp.gui.widgets.plain_text import menu_words, set_tip
from rainapp.gui.widgets.theme import interface_font, look
from rainapp.library.model_library import ModelCard

SIDES = 44 + 36  # what icon and arrow take of the width
GAP_PX = 8  # between the title and the speed


class ModelButton(QPushButton):
    """Shows title, summary and the speed seen here of the model in use; `chosen` carries the id of another."""

    chosen = Signal(str)

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        """Show the model of `workspace`."""
        super().__init__(parent)
        self._workspace = workspace
        self.setProperty("role", "model")
        self.setMinimumHeight(54)
        self.setMenu(QMenu(self))
        self.menu().aboutToShow.connect(self.fill_menu)
        workspace.treatment_changed.connect(self.refresh)
        workspace.batch.changed.connect(self.refresh)
        self.refresh()

    def fill_menu(self) -> None:
        """List the models as they are now."""
        menu = self.menu()
        menu.clear()
        menu.setMinimumWidth(self.width())
        current = self._workspace.card
        for card in self._workspace.cards:
            row = menu.addAction(menu_words(self._described(card)))
            set_tip(row, summary(card) or card.title)  # without one, Qt takes the title
            row.setCheckable(True)
            row.setChecked(card is current)
            row.triggered.connect(lambda _=False, wanted=card.id: self.chosen.emit(wanted))
        menu.setToolTipsVisible(True)
        only_one(menu.actions())

    def _described(self, card: ModelCard) -> str:
        """What a model is called, what it is for, and how fast it was seen here."""
        speed = self._workspace.speed_of(card)
        facts = (summary(card).rstrip("."), self.tr("{time} per MP").format(time=figure_words.duration(speed)) if speed else "")
        return " · ".join(filter(None, (card.title, *facts))).replace("&", "&&")

    def refresh(self) -> None:
        """Take over title and facts."""
        card = self._workspace.card
        title, about, speed = self._lines()
        self.setEnabled(card is not None)
        self.setAccessibleName(self.tr("Model: {title}").format(title=title))
        self.setAccessibleDescription(" · ".join(filter(None, (about, speed))))
        set_tip(self, summary(card) if card else "")
        self.update()

    def _lines(self) -> tuple[str, str, str]:
        """Title, what it is for, and its speed; where there is little room the summary ends at its first comma."""
        card = self._workspace.card
        if card is None:
            return self.tr("No model"), self.tr("Import one to begin"), ""
        speed = self._workspace.batch.speed(self._workspace.treatment.unrepaired)
        here = self.tr("{time} per MP").format(time=figure_words.duration(speed)) if speed else ""
        about = summary(card).split(".")[0]
        if QFontMetrics(interface_font(12)).horizontalAdvance(about) > self.width() - SIDES:
            about = about.split(",")[0]
        return card.title, about, here

    def sizeHint(self) -> QSize:  # noqa: N802, D102 - Qt's name
        return QSize(200, 56)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, D102 - Qt's name
        super().paintEvent(event)
        painter = QPainter(self)
        title, about, speed = self._lines()
        middle = self.height() // 2
        ratio = self.devicePixelRatioF()
        painter.drawPixmap(14, middle - 9, icons.pixmap("zap", "accent_line" if self.isEnabled() else "off", 18, ratio))
        painter.drawPixmap(self.width() - 28, middle - 8, icons.pixmap("chevron-down", "dim", 16, ratio))
        room, small = self.width() - SIDES, interface_font(12)
        beside = room - QFontMetrics(small).horizontalAdvance(speed) - (GAP_PX if speed else 0)
        for words_, font, token, top, wide in (
            (title, interface_font(13, QFont.Weight.DemiBold), "text", middle - 19, beside),
            (about, small, "dim", middle, room),
        ):
            painter.setFont(font)
            painter.setPen(look().colour(token))
            short = QFontMetrics(font).elidedText(words_, Qt.TextElideMode.ElideRight, wide)
            painter.drawText(44, top, wide, 18, Qt.AlignmentFlag.AlignVCenter, short)
        painter.drawText(44, middle - 19, room, 18, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, speed)
        painter.end()
