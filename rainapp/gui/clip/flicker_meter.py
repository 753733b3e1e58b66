"""How much a clip flickers where nothing moves: the rainy one, the derained one, and what the temporal lock makes of it."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from rainapp.gui.clip.player import Player
from rainapp.gui.text.language import figure
from rainapp.gui.widgets.plain_text import set_tip
from rainapp.gui.widgets.theme import interface_font, look

ROW_PX = 20
NAMES_PX, FIGURE_PX = 104, 44


class FlickerMeter(QWidget):
    """A bar for each, as long as the flicker is large; hidden until two derained frames were seen one after the other."""

    def __init__(self, player: Player, parent: QWidget | None = None) -> None:
        """Measure what `player` has at hand."""
        super().__init__(parent)
        self._player = player
        set_tip(
            self, self.tr("Flicker: how much the frames differ from one to the next where nothing moves, in grey levels of 255")
        )
        player.changed.connect(self.refresh)
        look().changed.connect(self.update)
        self.refresh()

    @property
    def rows(self) -> list[tuple[str, float, str]]:
        """What is shown: words, flicker, the token of its colour."""
        flicker = self._player.flicker
        kinds = (
            (self.tr("Rainy"), flicker.rainy, "dim"),
            (self.tr("Derained"), flicker.unlocked, "accent_line"),
            (self.tr("… and locked"), flicker.locked, "ok"),
        )
        return [(words, value, token) for words, value, token in kinds if value is not None]

    def refresh(self) -> None:
        """Take over what was seen."""
        rows = self.rows
        self.setVisible(bool(rows))
        self.setFixedHeight((1 + len(rows)) * ROW_PX)
        said = ", ".join(f"{words} {figure(value, 1)}" for words, value, _ in rows)
        self.setAccessibleName(self.tr("Flicker: {words}").format(words=said))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, D102 - Qt's name
        painter, rows = QPainter(self), self.rows
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(interface_font(12))
        room = self.width() - NAMES_PX - FIGURE_PX
        most = max((value for _, value, _ in rows), default=0.0)
        painter.setPen(look().colour("dim"))
        painter.drawText(
            QRectF(0, 0, self.width(), ROW_PX), Qt.AlignmentFlag.AlignVCenter, self.tr("Flicker where nothing moves")
        )
        for n, (words, value, token) in enumerate(rows, 1):
            top = n * ROW_PX
            painter.setPen(look().colour("dim"))
            middle = Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(0, top, NAMES_PX, ROW_PX), middle | Qt.AlignmentFlag.AlignLeft, words)
            at = QRectF(self.width() - FIGURE_PX, top, FIGURE_PX, ROW_PX)
            painter.drawText(at, middle | Qt.AlignmentFlag.AlignRight, figure(value, 1))
            painter.setPen(Qt.PenStyle.NoPen)
            for long, colour in ((room, "line"), (room * value / most if most else 0.0, token)):
                painter.setBrush(look().colour(colour))
                painter.drawRoundedRect(QRectF(NAMES_PX, top + ROW_PX / 2 - 3, max(3.0, long), 6), 3, 3)
        painter.end()
