"""The bar under the grid for a clip: the frame in sight of all models at once, and which range is compared."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QDoubleSpinBox, QFrame, QHBoxLayout, QSlider, QSpinBox

from rainapp.gui.compare.clip_ranges import MOST_FRAMES, ClipRange
from rainapp.gui.compare.compare_state import Comparing
from rainapp.gui.state.figure_words import moment
from rainapp.gui.widgets.controls import Elided, icon_button, label

BAR_PX, BOX_PX = 44, 84
BEAT_MS = 1000 // 12  # slower than life: to see what each frame holds
LONGEST_S = 24 * 3600.0


class ClipRangeBar(QFrame):
    """Shown for clips only. Comma and full stop step, Space on the slider plays."""

    def __init__(self, comparing: Comparing) -> None:
        """Hidden until a clip is in sight."""
        super().__init__()
        self._comparing = comparing
        self.setProperty("role", "bar")
        self.setFixedHeight(BAR_PX)
        self.back = icon_button("step-back", self.tr("One frame back"))
        self.play = icon_button("play", self.tr("Play the range"))
        self.pause = icon_button("pause", self.tr("Pause"))
        self.on = icon_button("step-forward", self.tr("One frame on"))
        self.back.clicked.connect(lambda: self.step(-1))
        self.on.clicked.connect(lambda: self.step(1))
        self.play.clicked.connect(self.toggle)
        self.pause.clicked.connect(self.toggle)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName(self.tr("Frame of the range"))
        self.slider.valueChanged.connect(self._moved)
        self.words = Elided(role="small")
        self.start = QDoubleSpinBox()
        self.start.setRange(0.0, LONGEST_S)
        self.start.setDecimals(2)
        self.start.setSuffix(self.tr(" s"))
        self.start.setAccessibleName(self.tr("Where the range begins, in seconds"))
        self.count = QSpinBox()
        self.count.setRange(1, MOST_FRAMES)
        self.count.setAccessibleName(self.tr("How many frames are compared"))
        for box in (self.start, self.count):
            box.setKeyboardTracking(False)  # a range that is being typed is none
            box.setProperty("low", "true")
            box.setAlignment(Qt.AlignmentFlag.AlignRight)
            box.setFixedWidth(BOX_PX)
            box.valueChanged.connect(self._choose)
        self._from, self._frames = label(self.tr("From"), "small"), label(self.tr("Frames"), "small")
        self._beat = QTimer(self)
        self._beat.setInterval(BEAT_MS)
        self._beat.timeout.connect(self._next)
        self._lay_out()
        self.refresh()

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(6)
        for part in (self.back, self.play, self.pause, self.on):
            row.addWidget(part)
        row.addWidget(self.slider, 2)
        row.addWidget(self.words, 1)
        for words, box in ((self._from, self.start), (self._frames, self.count)):
            words.setBuddy(box)
            row.addWidget(words)
            row.addWidget(box)

    # -- what a person does

    def step(self, by: int) -> None:
        """Look at the next or the previous frame of the range."""
        self.halt()
        self._comparing.look_at_frame(self._comparing.frame + by)

    def toggle(self) -> None:
        """Play the range again and again, or stop that."""
        if self._beat.isActive():
            self.halt()
        elif self._comparing.frame_count > 1:
            self._beat.start()
        self.refresh()

    def halt(self) -> None:
        """Play no more."""
        self._beat.stop()
        self._show_buttons()

    def _next(self) -> None:
        comparing = self._comparing
        if comparing.frame_count < 2:
            self.halt()
        elif comparing.sights.settled:  # all models are at the frame before
            comparing.look_at_frame((comparing.frame + 1) % comparing.frame_count)

    def _moved(self, place: int) -> None:
        self._comparing.look_at_frame(place)

    def _choose(self) -> None:
        self.halt()
        self._comparing.choose_range(ClipRange(round(self.start.value(), 2), self.count.value()))

    # -- what changes

    def refresh(self) -> None:
        """Take over which clip is in sight and what was compared of it."""
        comparing, subject = self._comparing, self._comparing.subject
        clip = subject is not None and subject.frames > 0
        self.setVisible(clip)
        if subject is None or not clip:
            self.halt()
            return
        count = comparing.frame_count
        for box, value in ((self.start, subject.time_s), (self.count, subject.frames)):
            box.blockSignals(True)
            box.setValue(value)  # type: ignore[arg-type] # each box has a value of its own kind
            box.setEnabled(comparing.ballot is None and not comparing.running)
            box.blockSignals(False)
        self.slider.blockSignals(True)
        self.slider.setRange(0, max(0, count - 1))
        self.slider.setValue(comparing.frame)
        self.slider.blockSignals(False)
        self.words.show_words(self._said(count))
        for part in (self.slider, self.back, self.on, self.play):
            part.setEnabled(count > 1)
        self._show_buttons()

    def _said(self, count: int) -> str:
        if not count:
            return self.tr("not compared yet")
        place, said = self._comparing.frame, self.tr("frame {n} of {all} · {time}")
        return said.format(n=place + 1, all=count, time=moment(self._comparing.results_in_sight[0].at(place).time_s))

    def _show_buttons(self) -> None:
        self.play.setVisible(not self._beat.isActive())
        self.pause.setVisible(self._beat.isActive())

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802, D102 - Qt's name
        super().hideEvent(event)
        self.halt()
