"""The bars of a clip: where it stands, which part is played and which is derained already, and the buttons of a player."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QHideEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from rainapp.gui.canvas.preview_controller import PreviewController
from rainapp.gui.clip.filmstrip import FilmStrip
from rainapp.gui.clip.player import Player
from rainapp.gui.clip.scrubber import STEPS, Scrubber
from rainapp.gui.state import figure_words
from rainapp.gui.widgets.controls import Elided, icon_button, label, push_button, wanted_px
from rainapp.gui.widgets.plain_text import set_tip

BAR_PX, LOW_PX = 104, 84
REST_S = 0.05  # the last moment of a clip lies a little before its end
NARROW_BELOW, SMALL_BELOW = 720, 520
WORDS_FROM = 960
SIDES_PX = 28


class ClipBar(QFrame):
    """Shown for clips only."""

    lock: QToolButton
    only: QPushButton

    def __init__(self, viewing: PreviewController, player: Player, strip: FilmStrip, parent: QWidget | None = None) -> None:
        """Control `player`, which plays what `viewing` shows; `strip` has the small pictures of it."""
        super().__init__(parent)
        self._viewing, self._player = viewing, player
        self.setProperty("role", "bar")
        self.setFixedHeight(BAR_PX)
        column = QVBoxLayout(self)
        column.setContentsMargins(SIDES_PX // 2, 6, SIDES_PX // 2, 4)
        column.setSpacing(4)
        self.slider = Scrubber(player, viewing, strip)
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

    def set_low(self, low: bool) -> None:
        """Without small pictures, where the photo needs the room."""
        self.setFixedHeight(LOW_PX if low else BAR_PX)
        self.slider.set_low(low)

    def _add_buttons(self) -> None:
        player = self._player
        self.back = self._button("step-back", self.tr("One frame back"), lambda: player.step(-1))
        self.play = self._button("play", self.tr("Play"), player.toggle)
        self.pause = self._button("pause", self.tr("Pause"), player.toggle)
        self.on = self._button("step-forward", self.tr("One frame on"), lambda: player.step(1))
        self.lock = self._button("lock", self.tr("Calm flicker"), lambda: player.set_locked(self.lock.isChecked()))
        self.lock.setCheckable(True)
        set_tip(self.lock, self.tr("Calm flicker: steady the result from frame to frame"))
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
        set_tip(self.start, self.tr("Play from here again and again"))
        set_tip(self.end, self.tr("Play up to here again and again"))
        self.only = push_button(self.tr("Derain only this"), lambda: player.set_only_part(self.only.isChecked()), "flat")
        self.only.setCheckable(True)
        set_tip(self.only, self.tr("Write only this part of the clip, with its sound"))
        for button in (self.preview, self.start, self.end, self.all, self.only):
            self._row.addWidget(button)
        self.said = Elided(role="small")
        self.said.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._row.addWidget(self.said, 1)
        self._row.addStretch(0)  # takes the room where nothing is said

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

    def minimumSizeHint(self) -> QSize:  # noqa: N802, D102 - Qt's name
        return QSize(0, self.minimumHeight())  # it leaves out what does not fit, and never takes room from the list

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
        self.time.setText(figure_words.moment(player.time_s))
        self.length.setText(f"/ {figure_words.moment(player.duration_s)}")
        self.all.setVisible(player.range_s is not None)
        self.only.setVisible(player.range_s is not None)
        self.only.setChecked(player.only_part)
        self.lock.setChecked(player.locked)
        for button in (self.start, self.end):
            button.setVisible(self.width() >= (NARROW_BELOW if player.range_s is not None else SMALL_BELOW))
        self.preview.show()
        ranged = player.range_s is not None
        self.length.setVisible(self.width() >= (NARROW_BELOW if ranged else SMALL_BELOW))
        self.said.setVisible(self.width() >= (WORDS_FROM if ranged else NARROW_BELOW))  # half a word is no word
        for widget in (self.length, self.start, self.end, self.preview):  # each has a key or stands elsewhere
            if wanted_px(self._row) > self.width() - SIDES_PX:
                widget.hide()
        if player.waits:
            self.said.show_words(self.tr("Deraining the next frames…"))
        else:
            self.said.show_words(self.tr("Underlined: derained") if player.reel.spans(player.duration_s) else "")
