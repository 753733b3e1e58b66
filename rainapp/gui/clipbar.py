"""The bars of a clip: where it stands, which part is played and which is derained already, and the buttons of a player."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QHideEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSlider, QToolButton, QVBoxLayout, QWidget

from rainapp.gui import words
from rainapp.gui.controls import Elided, icon_button, label, push_button
from rainapp.gui.player import Player
from rainapp.gui.theme import look
from rainapp.gui.viewing import Viewing

BAR_PX = 84
STEPS = 10_000
REST_S = 0.05  # the last moment of a clip lies a little before its end
TRACK_PX = 26
KNOB_PX = 12.0
NARROW_BELOW, SMALL_BELOW = 720, 520


class Scrubber(QSlider):
    """The length of the clip: the part that is played in a frame, what is derained already underlined, the moment as a line."""

    def __init__(self, player: Player) -> None:
        """Show where `player` stands."""
        super().__init__(Qt.Orientation.Horizontal)
        self._player = player
        self.setRange(0, STEPS)
        self.setSingleStep(STEPS // 100)
        self.setPageStep(STEPS // 20)
        self.setFixedHeight(TRACK_PX + 6)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        player.changed.connect(self.update)
        look().changed.connect(self.update)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802, D102 - Qt's name
        event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802, D102 - Qt's name
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self._take(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802, D102 - Qt's name
        if self.isSliderDown():
            self._take(event.position().x())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802, D102 - Qt's name
        self.setSliderDown(False)

    def _take(self, x: float) -> None:
        room = max(1.0, self.width() - KNOB_PX)
        self.setValue(round(min(1.0, max(0.0, (x - KNOB_PX / 2) / room)) * STEPS))

    def _x(self, time_s: float) -> float:
        share = min(1.0, time_s / self._player.duration_s) if self._player.duration_s else 0.0
        return KNOB_PX / 2 + share * (self.width() - KNOB_PX)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, D102 - Qt's name
        painter, colours = QPainter(self), look()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        track = QRectF(KNOB_PX / 2, 3, self.width() - KNOB_PX, TRACK_PX)
        painter.setPen(QPen(colours.colour("line"), 1))
        painter.setBrush(colours.colour("raised"))
        painter.drawRoundedRect(track, 4, 4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours.colour("ok"))
        for start, end in self._player.reel.spans(self._player.duration_s):
            painter.drawRect(QRectF(self._x(start), track.bottom() - 5, max(2.0, self._x(end) - self._x(start)), 4))
        self._paint_range(painter, track)
        at = KNOB_PX / 2 + self.value() / STEPS * (self.width() - KNOB_PX)
        painter.setPen(QPen(colours.colour("text"), 2))
        painter.drawLine(round(at), 3, round(at), round(track.bottom()))
        painter.setPen(QPen(colours.colour("accent_line"), 2))
        painter.setBrush(Qt.GlobalColor.white)
        painter.drawEllipse(QRectF(at - KNOB_PX / 2 + 1, 1, KNOB_PX - 2, KNOB_PX - 2))
        painter.end()

    def _paint_range(self, painter: QPainter, track: QRectF) -> None:
        if self._player.range_s is None:
            return
        start, end = (self._x(moment) for moment in self._player.range_s)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(look().colour("accent_line"), 2))
        painter.drawRoundedRect(QRectF(start, track.top(), max(4.0, end - start), track.height()), 4, 4)


class ClipBar(QFrame):
    """Shown for clips only."""

    def __init__(self, viewing: Viewing, player: Player, parent: QWidget | None = None) -> None:
        """Control `player`, which plays what `viewing` shows."""
        super().__init__(parent)
        self._viewing, self._player = viewing, player
        self.setProperty("role", "bar")
        self.setFixedHeight(BAR_PX)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 6, 14, 4)
        column.setSpacing(4)
        self.slider = Scrubber(player)
        self.slider.setAccessibleName(self.tr("Moment of the clip"))
        self.slider.valueChanged.connect(self._moved)
        column.addWidget(self.slider)
        self._row = QHBoxLayout()
        self._row.setSpacing(4)
        column.addLayout(self._row)
        self._add_buttons()
        viewing.switched.connect(self.refresh)
        viewing.changed.connect(self.refresh)
        player.changed.connect(self.refresh)
        self.refresh()

    def _add_buttons(self) -> None:
        player = self._player
        self.back = self._button("step-back", self.tr("One frame back"), lambda: player.step(-1))
        self.play = self._button("play", self.tr("Play"), player.toggle)
        self.pause = self._button("pause", self.tr("Pause"), player.toggle)
        self.on = self._button("step-forward", self.tr("One frame on"), lambda: player.step(1))
        self.time = label("0:00")
        self.time.setMinimumWidth(60)
        self.length = label("", "dim")
        self.length.setMinimumWidth(60)
        self._row.addSpacing(6)
        self._row.addWidget(self.time)
        self._row.addWidget(self.length)
        self.preview = push_button(self.tr("Preview 3 s here"), player.preview)
        self.start = push_button(self.tr("Start here"), lambda: player.set_range(start_s=player.time_s), "flat")
        self.end = push_button(self.tr("End here"), lambda: player.set_range(end_s=player.time_s), "flat")
        self.all = push_button(self.tr("Play all"), player.clear_range, "flat")
        self.start.setToolTip(self.tr("Play from here again and again"))
        self.end.setToolTip(self.tr("Play up to here again and again"))
        self.only = push_button(self.tr("Derain only this"), lambda: player.set_only_part(self.only.isChecked()), "flat")
        self.only.setCheckable(True)
        self.only.setToolTip(self.tr("Write only this part of the clip, with its sound"))
        for button in (self.preview, self.start, self.end, self.all, self.only):
            self._row.addWidget(button)
        self.said = Elided(role="small")
        self.said.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._row.addWidget(self.said, 1)

    def _button(self, icon: str, name: str, run: object) -> QToolButton:
        made = icon_button(icon, name)
        made.clicked.connect(run)
        self._row.addWidget(made)
        return made

    def _moved(self) -> None:
        self._player.seek(self.slider.value() / STEPS * max(0.0, self._player.duration_s - REST_S))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802, D102 - Qt's name
        super().resizeEvent(event)
        self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802, D102 - Qt's name
        super().hideEvent(event)
        if self._player.playing:  # another page, or the window is out of sight: nobody looks
            self._player.pause()

    def refresh(self) -> None:
        """Take over where it stands and whether it plays."""
        player = self._player
        self.setVisible(player.can_play)
        length = max(0.0, player.duration_s - REST_S)
        if not self.slider.isSliderDown() or player.playing:
            self.slider.blockSignals(True)
            self.slider.setValue(round(min(1.0, player.time_s / length) * STEPS) if length else 0)
            self.slider.blockSignals(False)
        self.play.setVisible(not player.playing)
        self.pause.setVisible(player.playing)
        self.time.setText(words.moment(player.time_s))
        self.length.setText(f"/ {words.moment(player.duration_s)}")
        self.all.setVisible(player.range_s is not None)
        self.only.setVisible(player.range_s is not None)
        self.only.setChecked(player.only_part)
        for button in (self.start, self.end):
            button.setVisible(self.width() >= (NARROW_BELOW if player.range_s is not None else SMALL_BELOW))
        self.length.setVisible(self.width() >= SMALL_BELOW)
        if player.waits:
            self.said.show_words(self.tr("Deraining the next frames…"))
        else:
            self.said.show_words(self.tr("Underlined: derained") if player.reel.spans(player.duration_s) else "")
