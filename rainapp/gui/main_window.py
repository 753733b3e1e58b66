"""The main window: puts the parts in place, and is what the rows of the action table act on."""

from pathlib import Path

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
    QImage,
    QKeyEvent,
)
from PySide6.QtWidgets import QApplication, QStackedWidget, QVBoxLayout, QWidget

from rainapp.gui.action_table import EXCLUSIVE, MENUS, ROWS
from rainapp.gui.actions.action_rows import Actions
from rainapp.gui.actions.menu_keys import MenuKeys
from rainapp.gui.actions.recent_files import RecentMenu
from rainapp.gui.canvas.preview_controller import PreviewController
from rainapp.gui.compare.compare_page import ComparePage
from rainapp.gui.end_notice import EndNotice
from rainapp.gui.error_actions import remedies
from rainapp.gui.file_dialogs import Disk
from rainapp.gui.files.derain_page import DerainPage
from rainapp.gui.files.drop_and_paste import keep_pasted, local_paths
from rainapp.gui.models.models_page import ModelsPage
from rainapp.gui.quit_question import may_quit, may_stop_teaching
from rainapp.gui.settings_dialog import SettingsDialog
from rainapp.gui.state.workspace import Workspace
from rainapp.gui.teach.teach_page import TeachPage
from rainapp.gui.top_bar import Header, Notice
from rainapp.gui.widgets import icons
from rainapp.gui.widgets.ask_line import AskLine
from rainapp.gui.widgets.controls import FocusRing
from rainapp.gui.widgets.empty_states import EmptyPage
from rainapp.gui.widgets.theme import look
from rainapp.gui.window_geometry import keep_place, restore_place
from rainapp.gui.window_parts import WindowParts

SMALLEST = (600, 380)
HEADER_NARROW_BELOW = 900  # room for the words of four pages, also German ones
MOST_LETTERS = 0x3000  # keys that are letters on their own; Qt's other keys lie far above


class MainWindow(WindowParts):
    """The one window of the application."""

    closing = Signal()

    def __init__(self, workspace: Workspace, viewing: PreviewController) -> None:
        """Show `workspace`; nothing is opened yet."""
        super().__init__()
        self.workspace = workspace
        self.viewing = viewing
        self.disk = Disk(self, workspace, self._import_models)
        self.setObjectName("main")
        self.setWindowTitle("rainapp")
        self.setWindowIcon(icons.application_icon())
        self.setMinimumSize(*SMALLEST)
        self.setAcceptDrops(True)
        self.actions_ = Actions(self, ROWS, EXCLUSIVE, self.alt_was_used)
        self.page = DerainPage(workspace, viewing, self.actions_, remedies(self))
        self.empty = EmptyPage(self.disk.choose_files, self.disk.open_sample, self.disk.has_sample)
        self.models = ModelsPage(workspace, self.disk.choose_model, self.disk.open_folder)
        self.compare = ComparePage(workspace, self.actions_, self.disk.choose_model)
        self.teach = TeachPage(workspace, self.disk.open_folder)
        self.teach.use.connect(self._use_taught)
        pages = (
            ("derain", self.tr("Derain"), "image"),
            ("compare", self.tr("Compare"), "layout-grid"),
            ("models", self.tr("Models"), "box"),
            ("teach", self.tr("Teach"), "graduation-cap"),
        )
        self.header = Header(workspace, self.actions_, pages)
        self.header.pages.chosen.connect(self.show_page)
        self.returning, self.question = AskLine("history"), AskLine("circle-check")
        self.pages = QStackedWidget()
        self.notice = Notice(self.pages, lambda: self.view)
        EndNotice(self.notice, self.page.run_bar, workspace)  # lives with the notice
        self.pages.addWidget(self.empty)
        for page in (self.page, self.compare, self.models, self.teach):
            self.pages.addWidget(page)
        self._page = "derain"
        self._alt_alone = False  # pressed, and nothing came of it yet
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (self.header, self.returning, self.question):
            column.addWidget(part)
        column.addWidget(self.pages, 1)
        self.setCentralWidget(body)
        self.actions_.fill(self.menuBar(), MENUS, {"open-folder": lambda menu: RecentMenu(workspace, menu)})
        self._menu_keys = MenuKeys(self.menuBar())
        self.menuBar().hide()
        self._ring = FocusRing(self)
        self._wire()
        restore_place(self)
        self._refresh()

    def _wire(self) -> None:
        workspace = self.workspace
        self._refresh_soon = QTimer(self, singleShot=True, interval=0)
        self._refresh_soon.timeout.connect(self._refresh)
        for signal in (
            workspace.added, workspace.removed, workspace.current_changed, workspace.selection_changed,
            workspace.settings_changed, workspace.treatment_changed, workspace.amount_changed, workspace.item_changed,
            workspace.batch.changed, self.canvas.brush.switched,
            self.viewing.switched, self.viewing.changed, self.canvas.moved,
            self.compare.comparing.changed, self.compare.grid.moved,
        ):  # fmt: skip
            signal.connect(self._refresh_later)
        workspace.notice.connect(self.notice.say)
        workspace.asked.connect(self.question.ask)
        workspace.frames.offered.connect(self.notice.offer_frames)
        workspace.settings_changed.connect(lambda: look().follow(workspace.settings))
        workspace.batch.finished.connect(self._batch_finished)
        workspace.batch.changed.connect(self._tell_progress)
        look().changed.connect(self.actions_.draw_icons)
        self.page.run_bar.button.clicked.connect(self.actions_["derain"].trigger)
        self.page.run_bar.results.clicked.connect(self.show_results)
        self.page.run_bar.pause.clicked.connect(self.actions_["pause"].trigger)
        self.page.run_bar.go_on.clicked.connect(self.actions_["resume"].trigger)
        self.page.run_bar.stop.clicked.connect(self.actions_["stop"].trigger)
        self.page.run_bar.stop_menu.addActions([self.actions_[row] for row in ("stop-go-on", "stop-keep", "stop-drop")])
        self.page.inspector.change_place.clicked.connect(self.actions_["save-to"].trigger)

    def _refresh_later(self, *_: object) -> None:  # a signal's row must not reach start, which would wait so many ms
        self._refresh_soon.start()

    def _refresh(self) -> None:
        has_items = bool(self.workspace.items)
        others = {"models": self.models, "teach": self.teach}
        wanted = others.get(self._page) or (self.photos_page if has_items else self.empty)
        begins = self.pages.currentWidget() is self.empty and wanted is self.page
        self.pages.setCurrentWidget(wanted)
        self.notice.place()
        if begins:
            self.canvas.setFocus()  # so that its keys work at once, as Space does for a clip
        self.header.pages.choose(self._page)
        narrow = self.width() < HEADER_NARROW_BELOW
        self.header.set_narrow(narrow)
        self.header.toggle_inspector.setVisible(wanted is self.page and not self.page.wide)
        self.actions_.refresh()

    # -- what the actions ask for

    def show_page(self, page: str) -> None:
        """Show "derain", "compare", "models" or "teach"."""
        self._page = page
        self.compare.comparing.show(page == "compare")
        self.file_list.show_selected()
        if page == "models":
            self.models.refresh()  # speeds may have been seen since
        if page == "teach":
            self.teach.look_again()
        self._refresh()

    def show_settings(self, page: str = "General") -> SettingsDialog:
        """Open the dialog of preferences on a page, or bring it to the front."""
        dialog = self.findChild(SettingsDialog) or SettingsDialog(self.workspace, self)
        dialog.open_page(page)
        dialog.show()
        dialog.raise_()
        return dialog

    def toggle_figures(self) -> None:
        """Measure what is in sight, or no more; where there is no room for the figures, say so."""
        measuring = self.page.measuring
        measuring.set_active(not measuring.active)
        if measuring.active and not self.page.figures.isVisible():
            self.notice.say(self.tr("The window is too low for the measurements. Make it higher to see them."))

    def _import_models(self, paths: list[Path]) -> None:
        self.show_page("models")
        self.models.import_models(paths)

    def _use_taught(self, model: str) -> None:
        """Use a model that was taught, on the photos."""
        self.workspace.change(model=model)
        self.show_page("derain")

    # -- drop and paste

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802, D102 - Qt's name
        if local_paths(event.mimeData()):
            event.acceptProposedAction()
            self._set_hot(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: N802, D102 - Qt's name
        self._set_hot(False)

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802, D102 - Qt's name
        self._set_hot(False)
        paths = local_paths(event.mimeData())
        if paths:
            event.acceptProposedAction()
            if self._page == "models":
                self.models.import_models(paths)
            else:
                self._open(paths)

    def _open(self, paths: list[Path]) -> None:
        """Photos and clips came in: to the page in sight."""
        if self._page == "teach":
            self.teach.take(paths)
        else:
            self.workspace.add(paths)

    def _set_hot(self, hot: bool) -> None:
        self.empty.box.set_hot(hot)
        self.page.panel.drop.set_hot(hot)
        self.compare.panel.drop.set_hot(hot)
        self.models.drop.set_hot(hot)
        self.teach.set_hot(hot)

    def paste(self) -> None:
        """Open what is on the clipboard: files, or a picture (kept in the pictures folder first)."""
        paths = local_paths(QGuiApplication.clipboard().mimeData())
        image = QImage() if paths else QGuiApplication.clipboard().image()
        if not image.isNull():
            paths = [keep_pasted(image)]
        if paths:
            self._open(paths)
        else:
            self.notice.say(self.tr("There is no photo on the clipboard."))

    # -- keys, size, end

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802, D102 - Qt's name
        if event.key() == Qt.Key.Key_X and not event.modifiers():
            if not event.isAutoRepeat():
                self.canvas.show_original(True)
        elif event.key() == Qt.Key.Key_Alt:
            self._alt_alone = not self.menuBar().isVisible() and not self.canvas.brush.active  # with the brush, Alt erases
        elif event.key() == Qt.Key.Key_F10 or self._opens_a_menu(event):
            self._alt_alone = False
            if event.key() == Qt.Key.Key_F10:
                self._menu_keys.enter()
        elif event.key() == Qt.Key.Key_Space and self.on_derain_page and self.page.player.can_play:
            if not event.isAutoRepeat():
                self.page.player.toggle()
        elif event.key() == Qt.Key.Key_Escape:
            self._escape()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:  # noqa: N802, D102 - Qt's name
        if event.key() == Qt.Key.Key_X and not event.isAutoRepeat():
            self.canvas.show_original(False)
        elif event.key() == Qt.Key.Key_Alt and self._alt_alone:
            self._alt_alone = False
            self._menu_keys.enter()
        else:
            super().keyReleaseEvent(event)

    def alt_was_used(self) -> None:
        """Alt was pressed for another key: it does not ask for the menu."""
        self._alt_alone = False

    def _escape(self) -> None:
        if self._brushes:
            self.canvas.brush.set_active(False)
        elif self.isFullScreen():
            self.toggle_full_screen()
        elif self.page.drawer_open:
            self.toggle_inspector()
        elif not self.menuBar().isVisible():
            self.notice.dismiss()
        self._menu_keys.leave()

    def _opens_a_menu(self, event: QKeyEvent) -> bool:
        """Whether it was Alt and the letter of a menu, which is open now."""
        letter = chr(event.key()) if event.modifiers() == Qt.KeyboardModifier.AltModifier and event.key() < MOST_LETTERS else ""
        return letter.isalpha() and self._menu_keys.enter(letter)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802, D102 - Qt's name
        if event.type() == QEvent.Type.ActivationChange and not self.isActiveWindow():
            self.canvas.show_original(False)
            self.compare.release()
        super().changeEvent(event)

    def resizeEvent(self, event: object) -> None:  # noqa: N802, D102 - Qt's name
        self._refresh_soon.start()

    def _tell_progress(self) -> None:
        """Say in the title how far the work is, for who has the window out of sight, and for what it waits."""
        batch = self.workspace.batch
        self.notice.hold(batch.waits)
        far = self.tr("Waits") if batch.waits else self.tr("Paused") if batch.paused else f"{round(batch.share * 100)} %"
        self.setWindowTitle(f"{far} · rainapp" if batch.running else "rainapp")

    def _batch_finished(self, _count: int) -> None:
        if self.workspace.settings.notify and not self.isActiveWindow():
            QApplication.alert(self)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802, D102 - Qt's name
        batch = self.workspace.batch
        asks = self.workspace.settings.confirm_quit
        if asks and (
            (batch.running and not may_quit(self, batch)) or (self.teach.state.teaching and not may_stop_teaching(self))
        ):
            event.ignore()
            return
        self.closing.emit()
        batch.stop(keep=False)  # what is finished of a clip stays as after a crash: the same job goes on with it
        keep_place(self)
        super().closeEvent(event)
