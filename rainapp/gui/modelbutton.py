"""The model in use as a card-like button; a click lists the models of the library."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from rainapp.gui import icons, words
from rainapp.gui.language import summary
from rainapp.gui.menukeys import only_one
from rainapp.gui.plain import menu_words, set_tip
from rainapp.gui.theme import interface_font, look
from rainapp.gui.workspace import Workspace
from rainapp.library import ModelCard

SIDES = 44 + 36  # what icon and arrow take of the width


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
        facts = (summary(card).rstrip("."), self.tr("{time} per MP").format(time=words.duration(speed)) if speed else "")
        return " · ".join(filter(None, (card.title, *facts))).replace("&", "&&")

    def refresh(self) -> None:
        """Take over title and facts."""
        card = self._workspace.card
        title, facts = self._lines()
        self.setEnabled(card is not None)
        self.setAccessibleName(self.tr("Model: {title}").format(title=title))
        self.setAccessibleDescription(facts)
        set_tip(self, summary(card) if card else "")
        self.update()

    def _lines(self) -> tuple[str, str]:
        """Title and facts; where there is little room the summary ends at its first comma or is shortened, not the speed."""
        card = self._workspace.card
        if card is None:
            return self.tr("No model"), self.tr("Import one to begin")
        speed = self._workspace.batch.speed(self._workspace.treatment)
        here = self.tr(" · {time} per MP").format(time=words.duration(speed)) if speed else ""
        figures = QFontMetrics(interface_font(12))
        room = self.width() - SIDES - figures.horizontalAdvance(here)
        about = summary(card).split(".")[0]
        if figures.horizontalAdvance(about) > room:
            about = about.split(",")[0]
        return card.title, figures.elidedText(about, Qt.TextElideMode.ElideRight, room) + here

    def sizeHint(self) -> QSize:  # noqa: N802, D102 - Qt's name
        return QSize(200, 56)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, D102 - Qt's name
        super().paintEvent(event)
        painter = QPainter(self)
        title, facts = self._lines()
        middle = self.height() // 2
        ratio = self.devicePixelRatioF()
        painter.drawPixmap(14, middle - 9, icons.pixmap("zap", "accent_line" if self.isEnabled() else "off", 18, ratio))
        painter.drawPixmap(self.width() - 28, middle - 8, icons.pixmap("chevron-down", "dim", 16, ratio))
        room = self.width() - SIDES
        for words_, font, token, top in (
            (title, interface_font(13, QFont.Weight.DemiBold), "text", middle - 19),
            (facts, interface_font(12), "dim", middle),
        ):
            painter.setFont(font)
            painter.setPen(look().colour(token))
            short = QFontMetrics(font).elidedText(words_, Qt.TextElideMode.ElideRight, room)
            painter.drawText(44, top, room, 18, Qt.AlignmentFlag.AlignVCenter, short)
        painter.end()
