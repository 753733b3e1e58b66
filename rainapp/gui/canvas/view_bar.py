"""The bar below the canvas: how before and after are shown, how large, and a hint that changes with the view."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSlider, QWidget

from rainapp.gui.canvas.composition import View
from rainapp.gui.canvas.viewer import GAIN_MAX, Canvas
from rainapp.gui.widgets.controls import Elided, Segments, icon_button, label, push_button, wanted_px
from rainapp.gui.widgets.plain_text import set_tip

BAR_PX = 56
NARROW_BELOW = 620  # room for the words of the views
HINT_FROM = 780
GAIN_PX = 250
RUN_BAR_PX = 240  # in narrow windows the one button stands in this bar


class ViewBar(QFrame):
    """Controls of the canvas."""

    def __init__(self, canvas: Canvas, parent: QWidget | None = None) -> None:
        """Control `canvas`."""
        super().__init__(parent)
        self._canvas = canvas
        self._narrow = False
        self._spelt_px = 0
        self._hints: tuple[str, ...] = ("",)
        self.setProperty("role", "bar")
        self.setFixedHeight(BAR_PX)
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(14, 0, 14, 0)
        self.row.setSpacing(6)
        self.views = Segments(
            self.tr("View"),
            (
                (View.SWIPE.value, self.tr("Swipe"), "square-split-horizontal"),
                (View.SIDE.value, self.tr("Side by side"), "columns-2"),
                (View.RAIN.value, self.tr("Rain"), "droplets"),
                (View.MAP.value, self.tr("Changes"), "diff"),
                (View.LEFT.value, self.tr("Remains"), "eye"),
                (View.REPAIR.value, self.tr("Repair"), "wand-sparkles"),
            ),
            tight=True,
        )
        self.views.chosen.connect(lambda key: canvas.show_view(View(key)))
        self.zoom = label("")
        self.zoom.setMinimumWidth(52)
        self.zoom.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.fit = push_button(self.tr("Fit"), canvas.fit, "flat")
        self.actual = push_button("1:1", canvas.actual_size, "flat")
        self.actual.setAccessibleName(self.tr("Actual size"))
        self.turn = icon_button("square-split-vertical", self.tr("Turn the swipe line"))
        self.turn.setCheckable(True)
        self.turn.clicked.connect(canvas.turn_line)
        self.loupe = icon_button("search", self.tr("Magnifier with values"))
        self.loupe.setCheckable(True)
        self.loupe.clicked.connect(lambda: canvas.show_loupe(self.loupe.isChecked()))
        self.brush = icon_button("brush", self.tr("Brush: protect or treat a part"))
        self.brush.setCheckable(True)
        self.brush.clicked.connect(lambda: canvas.brush.set_active(self.brush.isChecked()))
        self._add_gain()
        self.hint = Elided(role="small", whole=True)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        for widget in (self.views, self.zoom, self.fit, self.actual, self.turn, self.loupe, self.brush, self._gain_box):
            self.row.addWidget(widget)
        self.row.addWidget(self.hint, 1)
        self.row.addStretch(0)  # takes the room where there is no hint
        self._own = self.row.count()
        canvas.moved.connect(self.refresh)
        canvas.brush.switched.connect(self.refresh)
        canvas.repairing.changed.connect(self._offer_repair)
        self.views.offer(View.REPAIR.value, False)
        self.refresh()

    def _add_gain(self) -> None:
        self._gain_box = QWidget()
        row = QHBoxLayout(self._gain_box)
        row.setContentsMargins(8, 0, 0, 0)
        self._gain_value = label("×2", "dim")
        self._gain_value.setMinimumWidth(24)
        self.gain = QSlider(Qt.Orientation.Horizontal)
        self.gain.setRange(1, round(GAIN_MAX))
        self.gain.setValue(round(self._canvas.gain))
        self.gain.setFixedWidth(90)
        self.gain.setAccessibleName(self.tr("Brighten the removed rain"))
        set_tip(self.gain, self.tr("Brighten the removed rain"))
        self.gain.valueChanged.connect(self._gained)
        self.colour = push_button(self.tr("Colour"), lambda: self._canvas.set_grey_rain(not self.colour.isChecked()), "flat")
        self.colour.setCheckable(True)
        self.signed = icon_button("contrast", self.tr("Tell darker from brighter"))
        self.signed.clicked.connect(lambda: self._canvas.set_signed_map(self.signed.isChecked()))
        self.signed.setCheckable(True)
        row.addWidget(self.gain)
        row.addWidget(self._gain_value)
        row.addWidget(self.colour)
        row.addWidget(self.signed)

    def _gained(self, gain: int) -> None:
        self._canvas.set_gain(gain)
        self._gain_value.setText(f"×{gain}")

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802, D102 - Qt's name
        super().resizeEvent(event)
        self._make_room()

    def _offer_repair(self) -> None:
        """What a repair changed is a view only where there is one."""
        wanted = self._canvas.repairing.is_on
        if self.views.offers(View.REPAIR.value) != wanted:
            self.views.offer(View.REPAIR.value, wanted)
            self._spelt_px = 0
            self._make_room()

    def refresh(self) -> None:
        """Take over view and zoom."""
        canvas = self._canvas
        self.views.choose(canvas.view.value)
        self._gain_box.setVisible(canvas.view in (View.RAIN, View.MAP, View.REPAIR))
        self.colour.setVisible(canvas.view is View.RAIN)
        self.signed.setVisible(canvas.view in (View.MAP, View.REPAIR))
        self.signed.setChecked(canvas.signed_map)
        self.turn.setChecked(canvas.level_line)
        self.loupe.setChecked(canvas.loupe.active)
        self.zoom.setText(self.tr("{n} %").format(n=round(canvas.camera.zoom * 100)) if canvas.has_picture else "")
        hints = {
            View.SWIPE: self.tr("Hold X to see the original"),
            View.SIDE: self.tr("Both sides move together"),
            View.RAIN: self.tr("Bright is what was taken out"),
            View.MAP: self.tr("Grey is what stayed as it was"),
            View.LEFT: self.tr("Coloured where fine rain may remain; upright edges too"),
            View.REPAIR: self.tr("Coloured is what a generative model has redrawn"),
        }
        self._hints = (hints[canvas.view],)
        if canvas.brush.active:
            self._hints = self._brush_hints()
        self.brush.setChecked(canvas.brush.active)
        self._make_room()

    def _brush_hints(self) -> tuple[str, ...]:
        """What painting does and which keys there are; the shorter ones for less room."""
        protects = self._canvas.brush.mode == "protect"
        does = self.tr("Painted stays as it was") if protects else self.tr("Only painted is derained")
        keys, few = self.tr("arrows move, Enter paints, Alt erases, Esc ends"), self.tr("Enter paints, Esc ends")
        return f"{does} · {keys}", keys, few

    def minimumSizeHint(self) -> QSize:  # noqa: N802, D102 - Qt's name
        return QSize(0, BAR_PX)  # it leaves out what does not fit, and never takes room from the list

    def _spell_views(self, room: int) -> None:
        """Views have words where these fit beside the rest, which depends on the language."""
        views = self.views.sizeHint().width()
        self._spelt_px = max(self._spelt_px, self.views.spelt_px, 0 if self._narrow else views)  # never less, or it wavers
        spelt = wanted_px(self.row) - views + self._spelt_px
        if spelt > self.width() and not self.turn.isHidden():
            spelt -= self.turn.sizeHint().width() + self.row.spacing()
            self.turn.hide()
        narrow = room < NARROW_BELOW or spelt > self.width()
        if self._narrow != narrow:
            self._narrow = narrow
            self.views.show_words(not narrow)

    def _make_room(self) -> None:
        """Leave out what has a key and a place in the menu, where there is no room for it; half a hint is no hint."""
        gains = self._canvas.view in (View.RAIN, View.MAP, View.REPAIR)
        room = self.width() - (RUN_BAR_PX if self.row.count() > self._own else 0)
        left = room - (GAIN_PX if gains else 0)
        self.turn.setVisible(self._canvas.view is View.SWIPE and left >= NARROW_BELOW)
        self.loupe.setVisible(left >= 460)
        self.zoom.setVisible(left >= 460)
        self.brush.setVisible(left >= 380)
        for button in (self.fit, self.actual):
            button.setVisible(left >= 380)
        self.gain.setFixedWidth(90 if left >= 200 else 56)
        self.hint.setVisible(left >= HINT_FROM)
        self._spell_views(room)
        for widget in (self.zoom, self.loupe, self.brush, self.fit, self.actual):  # they have keys
            if wanted_px(self.row) > self.width():
                widget.hide()
        fitting = (words for words in self._hints if self.hint.fontMetrics().horizontalAdvance(words) <= self._hint_px())
        self.hint.show_words("" if self._narrow else next(fitting, self._hints[-1]))

    def _hint_px(self) -> int:
        """The room that is left for a hint."""
        return self.width() - wanted_px(self.row)
