"""What was opened last: kept with the settings, offered in a menu."""

from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QMenu, QWidget

from rainapp.gui.state.workspace import Workspace
from rainapp.gui.widgets.plain_text import menu_words, set_tip


class RecentMenu(QMenu):
    """The files and folders that were opened last, by name; what is gone says so when it is chosen."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        """Open in `workspace`."""
        super().__init__(parent)
        self.setTitle(self.tr("Open recent"))
        self.setToolTipsVisible(True)
        self._workspace = workspace
        workspace.settings_changed.connect(self._show)
        self.aboutToShow.connect(self.fill)
        self._show()

    def _show(self) -> None:
        self.menuAction().setEnabled(bool(self._workspace.settings.recent))

    def fill(self) -> None:
        """List them as they are now."""
        self.clear()
        for name in self._workspace.settings.recent:
            row = self.addAction(menu_words(Path(name).name or name))
            set_tip(row, name)
            row.triggered.connect(partial(self._open, name))
        self.addSeparator()
        self.addAction(self.tr("Forget these")).triggered.connect(lambda: self._workspace.change(recent=()))

    def _open(self, name: str, _checked: bool = False) -> None:
        path = Path(name)
        if path.exists():
            self._workspace.add([path])
            return
        left = tuple(other for other in self._workspace.settings.recent if other != name)
        self._workspace.change(recent=left)
        self._workspace.notice.emit(
            self.tr("{name} is not there any more: {folder}").format(name=path.name, folder=path.parent)
        )
