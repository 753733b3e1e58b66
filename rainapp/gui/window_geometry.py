"""Where the window stood last time, and how large it is at first."""

from PySide6.QtCore import QSettings, QSize
from PySide6.QtWidgets import QMainWindow

from rainapp.base.paths import settings_file

AT_FIRST = QSize(1440, 900)
SHARE_OF_SCREEN = 0.94  # a frame and a title have to fit too


def _file() -> QSettings:
    return QSettings(str(settings_file().with_name("window.ini")), QSettings.Format.IniFormat)


def restore_place(window: QMainWindow) -> None:
    """Put `window` where it stood, or at its first size where it was never open."""
    window.resize(AT_FIRST.boundedTo(window.screen().availableSize() * SHARE_OF_SCREEN))
    place = _file().value("geometry")
    if place is not None:
        window.restoreGeometry(place)


def keep_place(window: QMainWindow) -> None:
    """Remember where `window` stands."""
    _file().setValue("geometry", window.saveGeometry())
