"""Which moment of a clip is looked at: a slider over its length, in the bar above that of the views."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSlider, QWidget

from rainapp.gui import words
from rainapp.gui.controls import label
from rainapp.gui.viewing import Viewing

BAR_PX = 44
STEPS = 1000
REST_MS = 120  # how long the slider must rest before the moment is read


class MomentSlider(QSlider):
    """A slider that the wheel leaves alone."""

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802, D102 - Qt's name
        event.ignore()


class ClipBar(QFrame):
    """Shown for clips only."""

    def __init__(self, viewing: Viewing, parent: QWidget | None = None) -> None:
        """Choose the moment that `viewing` shows."""
        super().__init__(parent)
        self._viewing = viewing
        self.setProperty("role", "bar")
        self.setFixedHeight(BAR_PX)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 0, 14, 0)
        row.setSpacing(10)
        self.time = label("0:00")
        self.time.setMinimumWidth(52)
        self.length = label("", "dim")
        self.slider = MomentSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, STEPS)
        self.slider.setPageStep(STEPS // 20)
        self.slider.setAccessibleName(self.tr("Moment of the clip"))
        self.slider.valueChanged.connect(self._moved)
        row.addWidget(self.time)
        row.addWidget(self.slider, 1)
        row.addWidget(self.length)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(lambda: viewing.go_to(self._moment))
        viewing.switched.connect(self._switched)
        self._switched()

    @property
    def _duration_s(self) -> float:
        sight = self._viewing.sight
        return sight.picture.duration_s if sight is not None and sight.picture is not None else 0.0

    @property
    def _moment(self) -> float:
        return self.slider.value() / STEPS * max(0.0, self._duration_s - 0.05)

    def _switched(self) -> None:
        sight = self._viewing.sight
        self.setVisible(sight is not None and sight.picture is not None and sight.picture.is_clip)
        self._rest.stop()
        length = max(0.0, self._duration_s - 0.05)
        self.slider.blockSignals(True)
        self.slider.setValue(round((sight.time_s if sight else 0.0) / length * STEPS) if length else 0)
        self.slider.blockSignals(False)
        self.time.setText(words.moment(self._moment))
        self.length.setText(words.moment(self._duration_s))

    def _moved(self) -> None:
        self.time.setText(words.moment(self._moment))
        self._rest.start()
