"""The header: mark and name, the pages, the device chip, settings."""

import os
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QPushButton, QWidget

from rainapp.base.diagnosis.idle_gpu import idle_gpu
from rainapp.base.settings import PREFERENCES
from rainapp.gui.actions.action_rows import Actions
from rainapp.gui.actions.menu_keys import only_one
from rainapp.gui.state.numbered_frames import Offer
from rainapp.gui.state.workspace import Workspace
from rainapp.gui.widgets.controls import Segments, icon_button, label, push_button
from rainapp.gui.widgets.empty_states import Picture
from rainapp.gui.widgets.plain_text import menu_words, set_tip
from rainapp.gui.widgets.theme import interface_font

HEADER_PX = 52
NOTICE_PX, NOTICE_AIR, NOTICE_TOP = 720, 12, 48  # widest, room beside it, and below the names on a photo
NOTICE_MIN_PX = 200
_ENGINES = {"torch": "PyTorch", "openvino": "OpenVINO"}


class Header(QFrame):
    """Stands above every page."""

    def __init__(self, workspace: Workspace, actions: Actions[Any], pages: tuple[tuple[str, str, str], ...]) -> None:
        """Offer `pages`: (key, words, icon)."""
        super().__init__()
        self._workspace = workspace
        self.setProperty("role", "header")
        self.setFixedHeight(HEADER_PX)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 0, 12, 0)
        row.setSpacing(8)
        row.addWidget(Picture("rainapp", "accent_line", 22))
        self.name = label("rainapp")
        self.name.setFont(interface_font(15, QFont.Weight.DemiBold))
        self.name.setProperty("role", "name")
        row.addWidget(self.name)
        row.addSpacing(20)
        self.pages = Segments(self.tr("Page"), pages)
        self.pages.setVisible(len(pages) > 1)
        row.addWidget(self.pages)
        row.addStretch(1)
        self.chip = QPushButton()
        self.chip.setProperty("role", "chip")
        self._idle_gpu = idle_gpu()
        set_tip(self.chip, "\n".join(filter(None, (self.tr("Where the work is done"), self.idle_words()))))
        self.chip.setMenu(QMenu(self.chip))
        self.chip.menu().aboutToShow.connect(self.fill_menu)
        row.addWidget(self.chip)
        self.toggle_inspector = icon_button("panel-right", actions["toggle-inspector"].text())
        self.settings = icon_button("settings-2", actions["settings"].text())
        for button, row_id in ((self.toggle_inspector, "toggle-inspector"), (self.settings, "settings")):
            button.clicked.connect(actions[row_id].trigger)
            row.addWidget(button)
        workspace.settings_changed.connect(self.refresh)
        workspace.batch.changed.connect(self.refresh)
        self.refresh()

    def idle_words(self) -> str:
        """That a graphics chip is there and not used, and why; "" where none lies idle."""
        if not self._idle_gpu:
            return ""
        words = self.tr(
            "{gpu} lies idle: this installation computes on the processor only. The manual says how to change that."
        )
        return words.format(gpu=self._idle_gpu)

    def set_narrow(self, narrow: bool) -> None:
        """Leave out what can be had elsewhere."""
        self.name.setVisible(not narrow)
        self.chip.setVisible(not narrow)
        self.pages.show_words(not narrow)

    def refresh(self) -> None:
        """Say which engine works where; what was seen at work counts, before that what is chosen."""
        batch, settings = self._workspace.batch, self._workspace.settings
        cores = self.tr("%n core(s)", "", os.cpu_count() or 1)
        device = batch.device or ("" if settings.device == "auto" else settings.device)
        engine = batch.engine or ("" if settings.engine == "auto" else settings.engine)
        place = cores if device in ("", "cpu") else device
        self.chip.setText(f"{_ENGINES.get(engine, engine) or self.tr('Automatic')} · {place}")
        self.chip.setAccessibleName(self.tr("Device: {words}").format(words=self.chip.text()))

    def fill_menu(self) -> None:
        """Offer devices and engines."""
        menu, settings = self.chip.menu(), self._workspace.settings
        menu.clear()
        devices = [("auto", self.tr("Choose the device automatically")), ("cpu", self.tr("Processor only"))]
        if settings.device not in ("auto", "cpu"):
            devices.append((settings.device, settings.device))
        for name, choices in (("device", devices), ("engine", PREFERENCES["engine"].choices)):
            for key, words in choices:
                said = words if name == "device" or key != "auto" else self.tr("Choose the engine automatically")
                action = menu.addAction(said)
                action.setCheckable(True)
                action.setChecked(getattr(settings, name) == key)
                action.triggered.connect(lambda _=False, name=name, key=key: self._workspace.change(**{name: key}))
            only_one(menu.actions()[-len(choices) :])
            menu.addSeparator()
        if self._idle_gpu:
            action = menu.addAction(menu_words(self.tr("{gpu} lies idle").format(gpu=self._idle_gpu)))
            action.triggered.connect(lambda: self._workspace.notice.emit(self.idle_words()))


class Notice(QFrame):
    """A line for what needs no decision. It lies over the page, so nothing moves that a person is about to click."""

    def __init__(self, parent: QWidget, view: Callable[[], QWidget | None]) -> None:
        """Hidden until there is something to say; lies over `view`, where photos are in sight, else at the foot of `parent`."""
        super().__init__(parent)
        self._held = ""
        self._of_frames: Offer | None = None
        self._page, self._view = parent, view
        self.setProperty("role", "card")
        parent.installEventFilter(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 6, 12, 6)
        row.addWidget(Picture("info", "accent_line", 18))
        self.words = label("")
        self.words.setWordWrap(True)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row.addWidget(self.words, 1)
        self._offer: Offer | None = None
        self.choice = push_button("", self._take)
        row.addWidget(self.choice)
        self.close_button = icon_button("x", self.tr("Close this message"))
        self.close_button.clicked.connect(self.dismiss)
        row.addWidget(self.close_button)
        self.hide()

    def place(self) -> None:
        """Lie where nothing can be clicked: over the upper part of the photo, or at the foot of a page without one."""
        page, view, layout = self._page, self._view(), self.layout()
        assert layout is not None
        room = page if view is None else view
        self.setFixedWidth(max(min(NOTICE_PX, room.width() - 2 * NOTICE_AIR), NOTICE_MIN_PX))
        self.setFixedHeight(layout.totalHeightForWidth(self.width()))
        foot = QPoint(0, page.height() - self.height() - NOTICE_AIR)
        corner = foot if view is None else view.mapTo(page, QPoint(0, NOTICE_TOP))
        self.move(corner.x() + (room.width() - self.width()) // 2, corner.y())
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802, D102 - Qt's name
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest) and self.isVisible():
            self.place()
        return super().eventFilter(watched, event)

    def hold(self, words: str) -> None:
        """Show `words` for as long as they hold; empty ones take back what was held before."""
        if words != self._held:
            before, self._held = self._held, words
            if words:
                self.say(words)
            elif self.words.text() == before:
                self.dismiss()

    def say(self, words: str) -> None:
        """Show `words` until dismissed."""
        self._show(words, None)

    def offer(self, offer: Offer) -> None:
        """Say what could be done otherwise, with a button that does it."""
        self._show(offer.words, offer)

    def offer_frames(self, offer: Offer | None) -> None:
        """The same of the files that came in; None takes the last offer of this kind back, and no other."""
        self.take_back(self._of_frames)
        self._of_frames = offer
        if offer is not None:
            self.offer(offer)

    def shows(self, offer: Offer) -> bool:
        """Whether it is still the last that was said, and in sight."""
        return self._offer is offer

    def take_back(self, offer: Offer | None) -> None:
        """Offer it no more, where it is still the last that was said."""
        if offer is not None and self.shows(offer):
            self.dismiss()

    def dismiss(self) -> None:
        """Say nothing any more."""
        self._offer = None
        self.hide()

    def _show(self, words: str, offer: Offer | None) -> None:
        self._offer = offer
        self.words.setText(words)
        self.choice.setVisible(offer is not None and bool(offer.choice))
        if offer is not None:
            self.choice.setText(offer.choice)
            self.choice.setAccessibleName(offer.choice)
        self.show()
        self.place()

    def _take(self) -> None:
        offer = self._offer
        self.dismiss()
        if offer is not None:
            offer.run()
