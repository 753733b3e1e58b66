"""Between the window and the person's disk: asks for files and folders, and shows folders in the system's file manager."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget

from rainapp.base.paths import log_dir, resource
from rainapp.gui.state.workspace import Workspace

SAMPLE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".mp4", ".mkv"})


class Disk(QObject):
    """What is picked goes to the workspace; models go where `import_models` says."""

    def __init__(self, window: QWidget, workspace: Workspace, import_models: Callable[[list[Path]], None]) -> None:
        """Ask over `window`."""
        super().__init__(window)
        self._window = window
        self._workspace = workspace
        self._import_models = import_models
        self.open_url: Callable[[QUrl], object] = QDesktopServices.openUrl

    # -- asking

    def choose_files(self) -> None:
        """Ask for files and open them."""
        title, last = self.tr("Open photos and clips"), self._workspace.settings.last_folder
        chosen, _ = QFileDialog.getOpenFileNames(self._window, title, last)
        if chosen:
            self._workspace.change(last_folder=str(Path(chosen[0]).parent))
            self._workspace.add(Path(name) for name in chosen)

    def choose_folder(self) -> None:
        """Ask for a folder and open all photos and clips in it."""
        title, last = self.tr("Open a folder"), self._workspace.settings.last_folder
        chosen = QFileDialog.getExistingDirectory(self._window, title, last)
        if chosen:
            self._workspace.add([Path(chosen)])

    def choose_save_folder(self) -> None:
        """Ask where results go."""
        title, last = self.tr("Folder for results"), self._workspace.settings.save_folder
        chosen = QFileDialog.getExistingDirectory(self._window, title, last)
        if chosen:
            self._workspace.change(save_to="folder", save_folder=chosen)

    def choose_model(self) -> None:
        """Ask for a model file and import it."""
        kinds = self.tr("Models (*.safetensors *.pth *.pt *.ckpt *.zip card.toml model_index.json);;All files (*)")
        chosen, _ = QFileDialog.getOpenFileNames(self._window, self.tr("Import a model"), "", kinds)
        if chosen:
            self._import_models([Path(name) for name in chosen])

    # -- samples

    @property
    def has_sample(self) -> bool:
        """Whether samples came with the application."""
        return bool(self._samples())

    @staticmethod
    def _samples() -> list[Path]:
        folder = resource("samples")
        return sorted(path for path in folder.iterdir() if path.suffix in SAMPLE_SUFFIXES) if folder.is_dir() else []

    def open_sample(self) -> None:
        """Open the samples; their results go to the pictures folder unless a folder is chosen."""
        self._workspace.add(self._samples())

    # -- showing

    def open_folder(self, folder: Path) -> None:
        """Show a folder in the system's file manager."""
        self.open_url(QUrl(folder.absolute().as_uri()))  # also where the name is no text

    @property
    def has_result(self) -> bool:
        """Whether the selected file has a result on the disk."""
        return self._workspace.current is not None and self._workspace.current.written is not None

    def reveal(self) -> None:
        """Open the folder of the result."""
        written = self._workspace.current.written if self._workspace.current is not None else None
        if written is not None:
            self.open_folder(written.parent)

    def reveal_source(self) -> None:
        """Open the folder of the original."""
        if self._workspace.current is not None:
            self.open_folder(self._workspace.current.path.parent)

    def reveal_log(self) -> None:
        """Open the folder of the log."""
        self.open_folder(log_dir())
