"""What stands on the canvas when there is no photo to show: the first start, and a file that failed."""

from collections.abc import Callable

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from rainapp.gui.state.file_item import Item, State
from rainapp.gui.widgets import icons
from rainapp.gui.widgets.controls import label, push_button
from rainapp.gui.widgets.plain_text import PlainLabel
from rainapp.gui.widgets.theme import look

TROUBLE_PX, TROUBLE_AIR, BUTTON_GAP = 520, 24, 8


class Picture(PlainLabel):
    """An icon as a label, sharp at every pixel ratio and in both themes."""

    def __init__(self, name: str, token: str, px: int) -> None:
        """Show the icon `name` at `px` pixels in the colour of `token`."""
        super().__init__()
        self._name, self._token, self._px = name, token, px
        self.setFixedSize(px, px)
        look().changed.connect(self.update)

    def show_icon(self, name: str, token: str) -> None:
        """Show another icon."""
        self._name, self._token = name, token
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, D102 - Qt's name
        painter = QPainter(self)
        painter.drawPixmap(0, 0, icons.pixmap(self._name, self._token, self._px, self.devicePixelRatioF()))
        painter.end()


class DropBox(QFrame):
    """A place with a dashed, rounded border, to drop things on."""

    def __init__(self, radius: float, on_canvas: bool, parent: QWidget | None = None) -> None:
        """Round the corners by `radius`."""
        super().__init__(parent)
        self._radius, self._on_canvas = radius, on_canvas
        self._hot = False
        look().changed.connect(self.update)

    def set_hot(self, hot: bool) -> None:
        """Show that something is held over it."""
        self._hot = hot
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, D102 - Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        token = "accent_line" if self._hot else ("off" if self._on_canvas and look().theme.name == "light" else "line")
        pen = QPen(look().colour(token), 2 if self._on_canvas else 1, Qt.PenStyle.CustomDashLine)
        pen.setDashPattern([5, 3])
        painter.setPen(pen)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), self._radius, self._radius)
        painter.end()


class EmptyPage(QWidget):
    """First start: one thing to do, and three facts that build trust."""

    def __init__(self, open_files: Callable[[], None], open_sample: Callable[[], None], has_sample: bool) -> None:
        """Offer opening files, and a sample where there is one."""
        super().__init__()
        self.box = DropBox(16, on_canvas=True)
        self.box.setMaximumSize(720, 330)
        column = QVBoxLayout(self.box)
        column.setContentsMargins(24, 32, 24, 32)
        column.setSpacing(10)
        column.addStretch(1)
        middle = Qt.AlignmentFlag.AlignHCenter
        column.addWidget(Picture("rainapp", "accent_line", 56), 0, middle)
        column.addSpacing(4)
        for words, role in (
            (self.tr("Drop rainy photos or videos here"), "title"),
            (self.tr("JPEG, PNG, TIFF, WebP, HEIC, AVIF · MP4, MOV, MKV, WebM · folders too"), "canvas"),
        ):
            made = label(words, role)
            made.setAlignment(middle)
            made.setWordWrap(True)
            column.addWidget(made)
        self.open = push_button(self.tr("Open…"), open_files, "primary", "folder-open", "on_accent")
        self.sample = push_button(self.tr("Try a sample"), open_sample, icon="image")
        self.sample.setProperty("role", "tall")
        self.sample.setVisible(has_sample)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addStretch(1)
        row.addWidget(self.open)
        row.addWidget(self.sample)
        row.addStretch(1)
        column.addSpacing(6)
        column.addLayout(row)
        column.addSpacing(10)
        facts = label(self.tr("Your originals are never changed. Nothing leaves this computer."), "canvas")
        facts.setAlignment(middle)
        facts.setWordWrap(True)
        column.addWidget(facts)
        column.addStretch(1)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(24, 24, 24, 24)
        outer.addWidget(self.box)
        look().changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, D102 - Qt's name
        painter = QPainter(self)
        painter.fillRect(self.rect(), look().colour("canvas"))
        painter.end()


class TroublePane(QFrame):
    """A file that failed: what happened, to which file, and what helps, as buttons. A card in the middle of the canvas."""

    def __init__(self, remedies: dict[str, Callable[[], None]], parent: QWidget | None = None) -> None:
        """Offer `remedies` by id; which of them are shown depends on the trouble."""
        super().__init__(parent)
        self.setProperty("role", "card")
        self.setMaximumWidth(TROUBLE_PX)
        column = QVBoxLayout(self)
        column.setContentsMargins(TROUBLE_AIR, TROUBLE_AIR, TROUBLE_AIR, TROUBLE_AIR)
        column.setSpacing(10)
        self._icon = Picture("triangle-alert", "bad", 28)
        self._name = label("", "name")
        self.message = label("")
        self.hint = label("", "dim")
        column.addWidget(self._icon)
        for made in (self._name, self.message, self.hint):
            made.setWordWrap(True)
            made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            column.addWidget(made)
        names = {
            "open-folder": self.tr("Open folder"),
            "try-cpu": self.tr("Try on CPU"),
            "save-elsewhere": self.tr("Save elsewhere…"),
            "default-model": self.tr("Use the default model"),
            "retry": self.tr("Try again"),
            "open-large": self.tr("Open it anyway"),
            "as-photos": self.tr("As separate photos"),
            "remove": self.tr("Remove from list"),
            "copy-report": self.tr("Copy report"),
        }
        self._buttons: dict[str, QPushButton] = {key: push_button(names[key], run) for key, run in remedies.items()}
        self._shown: list[str] = []
        column.addSpacing(6)
        self._lines = [QHBoxLayout(), QHBoxLayout()]
        for line in self._lines:
            line.setSpacing(BUTTON_GAP)
            line.setAlignment(Qt.AlignmentFlag.AlignLeft)
            column.addLayout(line)
        for button in self._buttons.values():
            self._lines[0].addWidget(button)

    def _lay_out_buttons(self) -> None:
        """One line of buttons, or two where their words are too long for one."""
        room = TROUBLE_PX - 2 * TROUBLE_AIR
        for button in self._buttons.values():
            button.ensurePolished()
            wide = button.sizeHint().width() if not button.isHidden() else 0
            room -= wide
            self._lines[0 if room >= 0 else 1].addWidget(button)
            room -= BUTTON_GAP if wide else 0

    def show_trouble(self, item: Item, kind: str, message: str, hint: str) -> None:
        """Say what happened to `item`."""
        self._name.setText(item.name)
        self.message.setText(message)
        self.hint.setText(hint)
        self.hint.setVisible(bool(hint))
        wanted = {
            "unreadable": {"open-folder", "remove"},
            "unwritable": {"save-elsewhere", "retry"},
            "memory": {"try-cpu", "retry"},
            "device-lost": {"try-cpu", "retry"},
            "bad-model": {"default-model"},
            "bad-treatment": {"default-model", "try-cpu"},
        }.get(kind, {"retry", "remove"})
        if item.state is State.UNREADABLE:
            wanted = {"open-large", "remove"} if kind == "large" else {"open-folder", "remove"}
        if item.frames is not None and kind == "unreadable":  # one frame is, and a person may mend that
            wanted = {"open-folder", "retry", "as-photos"}
        self._shown = [key for key in self._buttons if key in wanted or key == "copy-report"]
        for key, button in self._buttons.items():
            button.setVisible(key in self._shown)
        self._lay_out_buttons()

    @property
    def shown_remedies(self) -> list[str]:
        """The ids of the remedies on offer."""
        return list(self._shown)

    def press(self, remedy: str) -> None:
        """Press the button of a remedy on offer."""
        if remedy in self._shown:
            self._buttons[remedy].click()
