"""Which screen the window stands on, and so which colours pictures are to be made ready in.

The conversion itself (`colours`) happens on the worker thread, where pictures are made ready (`screen`).
"""

from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QColorSpace, QGuiApplication, QScreen
from PySide6.QtWidgets import QWidget

from rainapp.base.settings import SCREEN_AS_SYSTEM, SCREEN_IS_SRGB
from rainapp.gui.display.colour_transform import SRGB, ShownSpace
from rainapp.gui.state.workspace import Workspace
from rainapp.jobs.records import Event, Failed, FindScreenProfile, Finished

PLATFORMS = ("xcb", "windows", "cocoa")  # Qt's names of those where a screen's profile can be asked for


class ScreenColours(QObject):
    """`space` is that of the screen the window stands on. `changed`: pictures made ready before are in other colours."""

    changed = Signal()
    trouble = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        """Nothing is known of any screen yet, so it is taken for sRGB."""
        super().__init__(parent)
        self.space = SRGB
        self._job: FindScreenProfile | None = None
        self._window: QWidget | None = None
        self._workspace: Workspace | None = None

    def follow(self, window: QWidget, workspace: Workspace) -> None:
        """Keep to the screen that `window` is shown on, and to the settings."""
        self._window, self._workspace = window, workspace
        window.installEventFilter(self)
        workspace.settings_changed.connect(self._look)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802, D102 - Qt's name
        if event.type() == QEvent.Type.Show and self._window is not None:
            handle = self._window.windowHandle()
            if handle is not None:
                handle.screenChanged.connect(self._moved)
            self._look()
        return super().eventFilter(watched, event)

    def _moved(self, _screen: QScreen) -> None:
        self._look()

    def _look(self) -> None:
        """Ask for the profile, unless it is that which was asked for last."""
        job = self._wanted()
        if job == self._job or self._workspace is None:
            return
        self._job = job
        if job is None:
            self._take(SRGB)
        else:
            self._workspace.dispatch.ask(job, "reading", self._came)

    def _wanted(self) -> FindScreenProfile | None:
        """The job that finds the profile; None where the screen is taken for sRGB."""
        assert self._workspace is not None
        assert self._window is not None
        chosen = self._workspace.settings.screen_profile
        if chosen != SCREEN_AS_SYSTEM:
            return None if chosen == SCREEN_IS_SRGB else FindScreenProfile(Path(chosen))
        platform = QGuiApplication.platformName()
        if platform not in PLATFORMS:
            return None
        screen = self._window.screen()
        corner = screen.geometry().topLeft()
        return FindScreenProfile(None, platform, QGuiApplication.screens().index(screen), (corner.x(), corner.y()))

    def _came(self, event: Event) -> None:
        if isinstance(event, Failed):
            self.trouble.emit(f"{event.message} {event.hint}".strip())
            self._take(SRGB)
        elif isinstance(event, Finished) and isinstance(event.result, ShownSpace) and event.result.job == self._job:
            space = event.result.space
            if space is None and event.result.job.file is not None:
                self.trouble.emit(self.tr("{name} is no profile of a screen.").format(name=event.result.job.file.name))
            self._take(space or SRGB)

    def _take(self, space: QColorSpace) -> None:
        if space != self.space:
            self.space = space
            self.changed.emit()
