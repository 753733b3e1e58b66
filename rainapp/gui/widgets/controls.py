"""Small controls that Qt lacks: a segmented choice, labels that elide, icons that follow the theme, and the focus ring."""

import contextlib
from collections.abc import Callable, Iterator, Sequence

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from rainapp.gui.widgets import icons
from rainapp.gui.widgets.plain_text import PlainLabel, set_tip
from rainapp.gui.widgets.segment_button import Segment
from rainapp.gui.widgets.theme import look

RING_AIR = 2
RING_WIDTH = 2


def label(words: str, role: str = "", parent: QWidget | None = None) -> PlainLabel:
    """A label whose look is chosen by `role`."""
    made = PlainLabel(words, parent)
    made.setProperty("role", role)
    return made


def rule() -> QFrame:
    """A horizontal line of one pixel."""
    made = QFrame()
    made.setProperty("role", "rule")
    return made


def mark_wrong(field: QWidget, wrong: bool) -> None:
    """Mark a field whose words cannot be taken, or no more."""
    if (field.property("wrong") == "true") != wrong:
        field.setProperty("wrong", "true" if wrong else "")
        field.style().unpolish(field)
        field.style().polish(field)


class IconKeeper(QObject):
    """Draws the icon of a button anew when the theme changes; lives and goes with the button."""

    def __init__(self, button: QAbstractButton, name: str, token: str = "text") -> None:
        """Give `button` the icon `name` in the colour of `token`."""
        super().__init__(button)
        self._button, self._name, self._token = button, name, token
        button.setIconSize(QSize(icons.ICON_PX, icons.ICON_PX))
        self.draw()
        look().changed.connect(self.draw)

    def show_icon(self, name: str) -> None:
        """Show another icon from now on."""
        if name != self._name:
            self._name = name
            self.draw()

    def draw(self) -> None:
        """Draw it in the theme in force."""
        self._button.setIcon(icons.icon(self._name, self._token))


def push_button(words: str, run: Callable[[], object], role: str = "", icon: str = "", token: str = "text") -> QPushButton:
    """A push button that calls `run`. A leading space keeps words and icon apart."""
    made = QPushButton(f" {words}" if icon and words else words)
    made.setProperty("role", role)
    made.setAccessibleName(words)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    if icon:
        IconKeeper(made, icon, token)
    made.clicked.connect(lambda: run())
    return made


def icon_button(icon: str, words: str) -> QToolButton:
    """A button with an icon only; `words` are its accessible name and tool tip."""
    made = QToolButton()
    made.setProperty("role", "icon")
    made.setAccessibleName(words)
    set_tip(made, words)
    made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    IconKeeper(made, icon)
    return made


def stacked(*parts: QWidget) -> QWidget:
    """Parts one under the other without a gap, the first as high as there is room."""
    made = QWidget()
    column = QVBoxLayout(made)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    for place, part in enumerate(parts):
        column.addWidget(part, 0 if place else 1)
    return made


class Segments(QFrame):
    """One choice of a few, side by side. Arrow keys go from one to the next; `chosen` carries the key of the new one."""

    chosen = Signal(str)

    def __init__(
        self, name: str, choices: Sequence[tuple[str, str, str]], parent: QWidget | None = None, *, tight: bool = False
    ) -> None:
        """Offer `choices`: (key, words, icon or ""); `tight` where many must fit side by side."""
        super().__init__(parent)
        self.setProperty("role", "segments")
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(3, 3, 3, 3)
        row.setSpacing(2)
        self._group = QButtonGroup(self)
        self._buttons: dict[str, Segment] = {}
        for key, words, icon in choices:
            button = Segment(f" {words}" if icon else words)
            button.setProperty("tight", tight)
            button.setAccessibleName(f"{name}: {words}")
            if icon:
                IconKeeper(button, icon)
            button.setMinimumWidth(self._room_for(button))
            button.clicked.connect(lambda _=False, key=key: self.chosen.emit(key))
            self._group.addButton(button)
            self._buttons[key] = button
            row.addWidget(button)
        self._rooms = {key: button.minimumWidth() for key, button in self._buttons.items()}
        self._left_out: set[str] = set()

    @property
    def spelt_px(self) -> int:
        """How wide it is with its words."""
        rooms = [room for key, room in self._rooms.items() if key not in self._left_out]
        return sum(rooms) + 2 * (len(rooms) - 1) + 2 * 3

    @staticmethod
    def _room_for(button: Segment) -> int:
        """Room for the words in bold, so that choosing does not move the neighbours.

        Qt centres icon and words as if they were not bold; bold ones begin there too, and reach further to the right.
        """
        font = button.font()
        font.setBold(True)
        bold, plain = (QFontMetrics(each).horizontalAdvance(button.text()) for each in (font, button.font()))
        icon = icons.ICON_PX + 4 if not button.icon().isNull() else 0
        return bold + icon + (12 if button.property("tight") else 26 + max(0, bold - plain))

    def choose(self, key: str) -> None:
        """Show `key` as chosen, without telling. Tab goes to the chosen one only, arrow keys to the others."""
        self._buttons[key].setChecked(True)
        for other, button in self._buttons.items():
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus if other == key else Qt.FocusPolicy.ClickFocus)

    def offers(self, key: str) -> bool:
        """Whether a choice is there."""
        return key not in self._left_out

    def offer(self, key: str, offered: bool) -> None:
        """Leave a choice out, or put it back."""
        self._left_out = self._left_out - {key} if offered else self._left_out | {key}
        self._buttons[key].setVisible(offered)

    def button(self, key: str) -> Segment:
        """The button of one choice."""
        return self._buttons[key]

    def show_words(self, shown: bool) -> None:
        """Words beside the icons, or icons alone where there is little room."""
        for button in self._buttons.values():
            words = button.accessibleName().rpartition(": ")[2]
            button.setText(f" {words}" if shown else "")
            set_tip(button, "" if shown else words)
            button.setMinimumWidth(self._room_for(button) if shown else 40)


class Elided(PlainLabel):
    """A label that shortens its words to the room there is; the whole stands in the tool tip."""

    def __init__(
        self, words: str = "", role: str = "", mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight, whole: bool = False
    ) -> None:
        """Show `words`, shortened at the place that `mode` says; `whole`: all of them or none."""
        super().__init__()
        self.setProperty("role", role)
        self._mode, self._whole = mode, whole
        self._words, self._help = words, ""
        self.setMinimumWidth(24)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._elide()

    def show_words(self, words: str, help_: str = "") -> None:
        """Show other words; `help_` says in the tool tip what they mean."""
        self._words, self._help = words, help_
        self._elide()

    def _elide(self) -> None:
        short = self.fontMetrics().elidedText(self._words, self._mode, self.width())
        self.setText("" if self._whole and short != self._words else short)
        self.setAccessibleName(self._words)
        set_tip(self, "\n\n".join(filter(None, (self._words if short != self._words else "", self._help))))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802, D102 - Qt's name
        super().resizeEvent(event)
        self._elide()


def wanted_px(row: QHBoxLayout) -> int:
    """How wide a row must be for all that is shown in it; words that shorten themselves make do with little."""
    widths = []
    for item in filter(None, map(row.itemAt, range(row.count()))):
        widget = item.widget()
        if widget is None:
            widths.append(item.sizeHint().width())
        elif not widget.isHidden():
            wanted = 0 if isinstance(widget, Elided) else widget.sizeHint().width()
            widths.append(min(max(wanted, widget.minimumWidth()), widget.maximumWidth()))
    margins = row.contentsMargins()
    return sum(widths) + row.spacing() * max(0, len(widths) - 1) + margins.left() + margins.right()


class NameLabel(PlainLabel):
    """The name of a group of controls; a double click resets them."""

    reset = Signal()

    def __init__(self, words: str) -> None:
        """Show `words` in semi-bold."""
        super().__init__(words)
        self.setProperty("role", "strong")
        set_tip(self, self.tr("Double-click to reset"))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802, D102 - Qt's name
        self.reset.emit()


def _up_to(widget: QWidget, window: QWidget) -> Iterator[QWidget]:
    """`widget` and all that it lies in, below `window`."""
    while widget is not window:
        yield widget
        above = widget.parentWidget()
        if above is None:
            return
        widget = above


class FocusRing(QWidget):
    """A ring around whatever has the keyboard focus, shown once a key has moved it there; one for the application."""

    _KEYS = (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)

    def __init__(self, window: QWidget) -> None:
        """Wait for the first move of the focus within `window`."""
        super().__init__(window)
        self._window = window
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()
        self._by_key = False
        self._around: QWidget | None = None
        self._watched: list[QWidget] = []  # it and all it lies in: the ring goes along when any of these moves
        window.installEventFilter(self)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._focus_moved)

    def _focus_moved(self, _old: QWidget | None, now: QWidget | None) -> None:
        for widget in self._watched:
            with contextlib.suppress(RuntimeError):  # it was deleted, as the last row of a closed dialog is
                widget.removeEventFilter(self)
        self._around, self._watched = None, []
        self.hide()
        if now is not None and now.window() is self._window:
            self._around = now
            self._watched = list(_up_to(now, self._window))
            for widget in self._watched:
                widget.installEventFilter(self)
            if self._by_key:
                self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802, D102 - Qt's name
        kind = event.type()
        if isinstance(event, QKeyEvent) and event.key() in self._KEYS:
            self._by_key = True
        elif kind == QEvent.Type.MouseButtonPress:
            self._by_key = False
            self.hide()
        elif kind == QEvent.Type.Hide:
            self.hide()
        elif kind in (QEvent.Type.Move, QEvent.Type.Resize) and self._by_key and self._around is not None:
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        around = self._around
        if around is None or around.visibleRegion().isEmpty():  # hidden, or scrolled out of sight
            self.hide()
            return
        room = RING_AIR + RING_WIDTH
        corner = around.mapTo(self._window, around.rect().topLeft())
        wanted = around.rect().translated(corner).adjusted(-room, -room, room, room)
        self.setGeometry(wanted.intersected(self._window.rect()))
        self.raise_()
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, D102 - Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(look().colour("accent_line"), RING_WIDTH))
        inset = RING_WIDTH / 2
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), 8, 8)
        painter.end()
