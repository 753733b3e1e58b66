"""What the rows of the action table act on: the parts of the main window, and what they come to together."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QWidget

from rainapp.gui.canvas.preview_controller import PreviewController
from rainapp.gui.canvas.viewer import Canvas
from rainapp.gui.compare.compare_grid import CompareGrid
from rainapp.gui.compare.compare_page import ComparePage
from rainapp.gui.file_dialogs import Disk
from rainapp.gui.files.derain_page import DerainPage
from rainapp.gui.files.file_list import ItemsView
from rainapp.gui.state.file_item import AT_WORK
from rainapp.gui.state.workspace import Workspace
from rainapp.gui.teach.teach_page import TeachPage
from rainapp.gui.top_bar import Notice


class WindowParts(QMainWindow):
    """The parts of the window; `MainWindow` makes them and puts them in place."""

    workspace: Workspace
    viewing: PreviewController
    page: DerainPage
    compare: ComparePage
    teach: TeachPage
    disk: Disk
    pages: QStackedWidget
    notice: Notice
    _page: str

    def show_page(self, page: str) -> None:
        """Show "derain", "compare", "models" or "teach"."""
        raise NotImplementedError

    def show_settings(self, page: str = "General") -> QWidget:
        """Open the dialog of preferences on a page, or bring it to the front."""
        raise NotImplementedError

    def toggle_figures(self) -> None:
        """Measure what is in sight, or no more."""
        raise NotImplementedError

    def paste(self) -> None:
        """Open what is on the clipboard."""
        raise NotImplementedError

    @property
    def canvas(self) -> Canvas:
        """The canvas of the Derain page."""
        return self.page.canvas

    @property
    def photos_page(self) -> DerainPage | ComparePage:
        """The page with photos that is in sight, or was last."""
        return self.compare if self._page == "compare" else self.page

    @property
    def file_list(self) -> ItemsView:
        """The list of files in sight."""
        return self.photos_page.panel.list

    @property
    def on_derain_page(self) -> bool:
        """Whether photos are in sight."""
        return self.pages.currentWidget() is self.page

    @property
    def view(self) -> Canvas | CompareGrid | None:
        """What shows photos now and can be zoomed; None where no photo is in sight."""
        shown: Canvas | CompareGrid = self.compare.grid if self._page == "compare" else self.canvas
        in_sight = self.pages.currentWidget() in (self.page, self.compare)
        return shown if in_sight and shown.has_picture else None

    @property
    def can_derain(self) -> bool:
        """Whether the one button can be pressed."""
        bar = self.page.run_bar
        return not self.workspace.batch.running and bar.button.isEnabled()

    @property
    def can_derain_selected(self) -> bool:
        """Whether any selected file could be derained now."""
        idle = [item for item in self.workspace.selected if item.state not in AT_WORK]
        return bool(idle) and self.workspace.card is not None and self.workspace.amount != 0

    @property
    def shown_page(self) -> str:
        """The page in sight: "derain", "compare", "models" or "teach"."""
        return self._page

    def derain(self) -> None:
        """Derain all that is ready; where nothing is, the selected again with other settings, or show the results."""
        bar = self.page.run_bar
        if bar.all_done:
            self.show_results()
        else:
            self.workspace.start(bar.chosen)

    def show_results(self) -> None:
        """Show the folder of the results, that of the selected file where there are several."""
        current = self.workspace.current
        targets = [item.target for item in [*([current] if current else []), *self.workspace.items] if item.target]
        if targets:
            self.disk.open_folder(targets[0].parent)

    @property
    def _brushes(self) -> bool:
        """Whether undoing is about the brush."""
        return self.on_derain_page and self.canvas.brush.active

    @property
    def can_undo(self) -> bool:
        """Whether there is a stroke to take back, or, without the brush in hand, something done to the list or by a preset."""
        mask = self.canvas.brush.mask
        return mask is not None and mask.can_undo if self._brushes else self.workspace.can_undo

    def undo(self) -> None:
        """Take the last stroke back, or what was done last to the list or by a preset."""
        if self._brushes:
            self.canvas.brush.undo()
        else:
            self.workspace.undoing.undo()

    @property
    def list_shown(self) -> bool:
        """Whether the list is wanted."""
        return self.photos_page.list_wanted

    def toggle_list(self) -> None:
        """Hide the list or show it again."""
        self.photos_page.toggle_list()

    @property
    def inspector_shown(self) -> bool:
        """Whether the inspector is in sight."""
        return self.page.inspector_shown

    def toggle_inspector(self) -> None:
        """Open or close the drawer with the settings of the photo."""
        self.page.toggle_inspector()

    def toggle_full_screen(self) -> None:
        """Use the whole screen, or go back."""
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)
