"""What is shown when a bug was met, or when the last run ended in a crash: nothing is lost, and a report is at hand."""

import logging
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QCoreApplication, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QMessageBox

from rainapp.base.errors import UnwritableFile
from rainapp.gui.text.problem_report import report, save_report
from rainapp.gui.widgets.plain_text import message_box

log = logging.getLogger(__name__)


def tr(text: str) -> str:
    """`text` in the person's language."""
    return QCoreApplication.translate("Crash", text)


def open_folder(path: Path) -> None:
    """Show the folder of a file in the system's file manager."""
    QDesktopServices.openUrl(QUrl(path.parent.absolute().as_uri()))


class CrashDialog:
    """The hook for bugs: logs each, and shows each kind once, one at a time; the window stays."""

    def __init__(self, known: Callable[[], Iterable[Path]]) -> None:
        """`known` tells which files and folders a report must not name."""
        self._known = known
        self._shown: set[tuple[str, str, int]] = set()
        self._open = False

    def __call__(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Take what nobody caught."""
        log.critical("a bug", exc_info=(kind, error, trace))
        sys.__excepthook__(kind, error, trace)
        place = _place(kind, trace)
        if self._open or place in self._shown:  # a bug in painting comes back with every frame
            return
        self._shown.add(place)
        self._open = True
        try:
            self._show(f"{kind.__name__}: {error}")
        finally:
            self._open = False

    def _show(self, happened: str) -> None:
        text = report(happened, self._known())
        box = message_box(QMessageBox.Icon.Warning, "rainapp", tr("Something unexpected happened."))
        words = tr("Your files are not touched. You can go on, or copy a report for us. It names no file, folder or person.")
        copy = box.addButton(tr("Copy report"), QMessageBox.ButtonRole.ActionRole)
        try:
            kept = save_report(text)
        except UnwritableFile:
            reveal = None
        else:
            words += " " + tr("It is also kept beside the log, as {name}.").format(name=kept.name)
            reveal = box.addButton(tr("Show report"), QMessageBox.ButtonRole.ActionRole)
        box.setInformativeText(words)
        box.addButton(QMessageBox.StandardButton.Close)
        box.exec()
        if box.clickedButton() is copy:
            QApplication.clipboard().setText(text)
        elif reveal is not None and box.clickedButton() is reveal:
            open_folder(kept)


def _place(kind: type[BaseException], trace: TracebackType | None) -> tuple[str, str, int]:
    """Where a bug was met, to know it again."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return (kind.__name__, trace.tb_frame.f_code.co_filename, trace.tb_lineno) if trace is not None else (kind.__name__, "", 0)
