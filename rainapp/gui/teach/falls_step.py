"""The third page: how it rains. Figures of the person's rain beside drawn rain, and drawn rain on a dry photo of theirs."""

from PySide6.QtCore import QCoreApplication, QRectF, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QProgressBar, QScrollArea, QSizePolicy, QSlider, QWidget

from rainapp.gui.teach import teach_words as say
from rainapp.gui.teach.swipe_view import SwipeView
from rainapp.gui.teach.teach_cards import Card, More, in_row, wrapped
from rainapp.gui.teach.teach_events import Fitted
from rainapp.gui.teach.teach_pictures import TeachPictures
from rainapp.gui.teach.teach_state import TeachState
from rainapp.gui.widgets.controls import Elided, label, push_button
from rainapp.gui.widgets.theme import interface_font, look
from rainapp.jobs.records import DrawRain

SIDE_PX = 372
SETTLE_MS = 120
SHOWN = ("coverage", "mean_on", "length_px", "width_px", "angle_deg")


def tr(text: str) -> str:
    """`text` in the person's language."""
    return QCoreApplication.translate("FallsStep", text)


class RangeBars(QWidget):
    """One figure of rain: where most of the person's photos lie, above where drawn ones lie, on one scale."""

    def __init__(self, name: str) -> None:
        """The figure `name`."""
        super().__init__()
        self._name = name
        self.real: list[float] = []
        self.drawn: list[float] = []
        self.setFixedHeight(54)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        look().changed.connect(self.update)

    def show_ranges(self, real: list[float], drawn: list[float]) -> None:
        """Show 10th percentile, median and 90th of both."""
        self.real, self.drawn = real, drawn
        self.setAccessibleName(say.statistic(self._name)[0])
        both = [say.in_units(self._name, each[1]) if len(each) == 3 else "–" for each in (real, drawn)]
        self.setAccessibleDescription(tr("Yours {real}, drawn {drawn}").format(real=both[0], drawn=both[1]))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, D102 - Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(interface_font(13))
        painter.setPen(look().colour("text"))
        words = say.statistic(self._name)[0]
        room = QRectF(0, 0, self.width(), 20)
        painter.drawText(room, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), words)
        there = [value for each in (self.real, self.drawn) for value in each]
        low, high = (min(there), max(there)) if there else (0.0, 1.0)
        low, high = (min(0.0, low), high) if self._name != "angle_deg" else (min(low, -high), max(high, -low))
        wide = max(high - low, 1e-6)
        for values, y, token in ((self.real, 25.0, "accent_line"), (self.drawn, 38.0, "dim")):
            bar = QRectF(0, y + 3, self.width() - 76, 5)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look().colour("line"))
            painter.drawRoundedRect(bar, 2.5, 2.5)
            if len(values) != 3:
                continue
            left, middle, right = (bar.left() + bar.width() * (value - low) / wide for value in values)
            painter.setBrush(look().colour(token))
            painter.drawRoundedRect(QRectF(left, bar.top(), max(5.0, right - left), 5), 2.5, 2.5)
            painter.drawEllipse(QRectF(middle - 4, bar.center().y() - 4, 8, 8))
            painter.setFont(interface_font(12))
            painter.setPen(look().colour("text" if token == "accent_line" else "dim"))
            figure = QRectF(bar.right(), y - 3, 76, 16)
            painter.drawText(figure, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter),
                             say.in_units(self._name, values[1]))  # fmt: skip
        painter.end()


class Key(QWidget):
    """A spot of colour and what it stands for."""

    def __init__(self, words: str, token: str) -> None:
        """In the colour of `token`."""
        super().__init__()
        self._token = token
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 0, 0)
        row.addWidget(label(words, "small"))
        look().changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, D102 - Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look().colour(self._token))
        painter.drawEllipse(QRectF(2, self.height() / 2 - 4, 8, 8))
        painter.end()


class FallsStep(QWidget):
    """The preview on the left, figures and sliders on the right."""

    def __init__(self, state: TeachState, pictures: TeachPictures) -> None:
        """Nothing was found yet."""
        super().__init__()
        self._state, self._pictures = state, pictures
        self._place, self._seed = 0, 1
        self._asked: object = None
        self._fitted: Fitted | None = None
        self.preview = SwipeView(tr("Drawn rain on a dry photo"), tr("Dry"), tr("Drawn rain"))
        self.preview.split = 0.25
        self.likeness = wrapped("", "strong")
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(tr("Progress of finding out how it rains"))
        self.ranges = {name: RangeBars(name) for name in SHOWN}
        self._keys = QWidget()
        keys = QHBoxLayout(self._keys)
        keys.setContentsMargins(0, 0, 0, 0)
        for words, token in ((tr("Your photos"), "accent_line"), (tr("Drawn rain"), "dim")):
            keys.addWidget(Key(words, token))
        keys.addStretch(1)
        self.other_photo = push_button(tr("Another photo"), self.next_photo)
        self.other_drops = push_button(tr("Other drops"), self.next_drops, icon="shuffle")
        self.sliders = self._make_sliders()
        self._settle = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settle.timeout.connect(self._draw)
        pictures.came.connect(lambda _path: self._show_preview())
        self._lay_out()

    def _make_sliders(self) -> dict[str, QSlider]:
        made = {}
        for key, name, low, high, usual in (
            ("strength", tr("Strength"), 30, 200, 100),
            ("layers", tr("Density"), -2, 2, 0),
            ("slant", tr("Slant"), -45, 45, 0),
            ("haze", tr("Haze"), 0, 200, 100),
        ):
            slider = QSlider(Qt.Orientation.Horizontal)
            slider.setRange(low, high)
            slider.setValue(usual)
            slider.setMinimumHeight(28)
            slider.setAccessibleName(name)
            slider.valueChanged.connect(lambda value, key=key: self._state.change_rain(**{key: value}))
            made[key] = slider
        return made

    def _lay_out(self) -> None:
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setColumnStretch(1, 1)
        hint = wrapped(
            tr("Where drawn rain does not look like yours, change it here. It is learned from as you see it."), "small"
        )
        grid.addWidget(hint, 0, 0, 1, 2)
        for line, slider in enumerate(self.sliders.values()):
            grid.addWidget(label(slider.accessibleName(), "dim"), line + 1, 0)
            grid.addWidget(slider, line + 1, 1)
        self.as_found = push_button(tr("As it was found"), self._reset, "link")
        grid.addWidget(self.as_found, len(self.sliders) + 1, 0, 1, 2, Qt.AlignmentFlag.AlignLeft)
        self.more = More(tr("More"), inside)
        side = Card()
        side.column.addWidget(self.likeness)
        side.column.addWidget(self.progress)
        side.column.addWidget(self._keys)
        for bars in self.ranges.values():
            side.column.addWidget(bars)
        side.column.addWidget(self.more)
        side.column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(side)
        scroll.setFixedWidth(SIDE_PX)
        left = Card()
        self.of_photo = Elided(tr("Drawn rain on a dry photo"), "strong")
        head = in_row((self.of_photo, self.other_photo, self.other_drops))
        left.column.addLayout(head)
        left.column.addWidget(self.preview, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        row.addWidget(left, 1)
        row.addWidget(scroll)

    # -- what a person does

    def next_photo(self) -> None:
        """Draw on another photo."""
        self._place += 1
        self._draw()

    def next_drops(self) -> None:
        """Draw other rain of the same kind."""
        self._seed += 1
        self._draw()

    def _reset(self) -> None:
        for key, slider in self.sliders.items():
            slider.setValue(100 if key in ("strength", "haze") else 0)

    # -- showing

    def refresh(self) -> None:
        """Take over what was found."""
        state, fitted = self._state, self._state.fitted
        if fitted is not self._fitted:
            self._fitted, self._asked = fitted, None
        self.progress.setVisible(fitted is None and bool(state.purpose))
        self._keys.setVisible(fitted is not None)
        self.more.setVisible(fitted is not None)
        for name, bars in self.ranges.items():
            both = fitted.statistics.get(name, {}) if fitted is not None else {}
            bars.setVisible(bool(both))
            bars.show_ranges(list(both.get("real", [])), list(both.get("drawn", [])))
        for button in (self.other_photo, self.other_drops):
            button.setEnabled(fitted is not None)
        learned = state.run is not None and state.run.begun
        for key, slider in self.sliders.items():
            slider.setEnabled(not learned)
            if slider.value() != getattr(state.own_rain, key):
                slider.blockSignals(True)
                slider.setValue(getattr(state.own_rain, key))
                slider.blockSignals(False)
        if fitted is not None:
            self.likeness.setText(say.likeness(fitted))
            if self._asked != self._wanted():
                self._settle.start()
        else:
            self._show_finding()
        self._show_preview()

    def _show_finding(self) -> None:
        work = self._state.at_work
        far = work.progress if work is not None else None
        self.progress.setRange(0, far.total if far is not None and far.total else 0)
        self.progress.setValue(far.done if far is not None else 0)
        looks = work is not None and work.stage == "look"
        doing = tr("Looking at your photos…") if looks else tr("Finding out how it rains on your photos…")
        self.likeness.setText(doing if self._state.purpose else tr("It is not known yet how it rains."))

    def _wanted(self) -> object:
        return self._fitted, self._state.own_rain, self._place, self._seed

    def _draw(self) -> None:
        fitted = self._state.fitted
        if fitted is None or not fitted.dry:
            return
        self._asked = self._wanted()
        photo = fitted.dry[self._place % len(fitted.dry)]
        self._pictures.draw(DrawRain(photo, self._state.own_rain.of(fitted.profile), self._seed))
        self._show_preview()

    def _show_preview(self) -> None:
        fitted = self._state.fitted
        if fitted is None or not fitted.dry:
            self.preview.show_pair(None, None, tr("Here you will see drawn rain like yours."))
            return
        dry = self._pictures.picture(fitted.dry[self._place % len(fitted.dry)], 960)
        self.preview.show_pair(dry, self._pictures.drawn, tr("Rain is being drawn…"))
