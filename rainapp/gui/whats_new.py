"""Texts to read: what is new, licences; and what is told once after the start: an update, a crash of the last run."""

import contextlib
import re
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from rainapp.base.diagnosis import licences
from rainapp.base.errors import UnwritableFile
from rainapp.base.paths import change_log
from rainapp.base.regular_files import read_regular
from rainapp.base.version import VERSION
from rainapp.gui.crash_dialog import open_folder
from rainapp.gui.state.numbered_frames import Offer
from rainapp.gui.state.workspace import Workspace
from rainapp.gui.text.problem_report import report, save_report
from rainapp.gui.widgets.text_dialog import TextDialog

CHANGES_BYTES_MAX = 1 << 20


def tr(text: str) -> str:
    """`text` in the person's language."""
    return QCoreApplication.translate("News", text)


def changes() -> str:
    """The change log as plain text, the newest version first; "" where it cannot be read."""
    text = ""
    with contextlib.suppress(OSError):
        text = read_regular(change_log(), CHANGES_BYTES_MAX).decode("utf-8", "replace")
    text = re.sub(r"\n  (?=\S)", " ", text)  # an entry that goes on in the next line
    text = re.sub(r"^# .*\n+", "", text).replace("`", "").replace("\n- ", "\n• ")
    return re.sub(r"^## ", "", text, flags=re.MULTILINE).strip()


def show_changes(parent: QWidget) -> TextDialog:
    """Open the change log over `parent`."""
    dialog = TextDialog(tr("What is new"), changes(), parent)
    dialog.show()
    return dialog


def show_licences(parent: QWidget) -> TextDialog:
    """Open the list of whose work comes with rainapp, and the texts of the licences."""
    note = tr("Read from what each package says of itself.")
    dialog = TextDialog(tr("Licences"), licences.shipped(), parent, note)
    dialog.show()
    return dialog


def tell_news(workspace: Workspace, parent: QWidget, offer: Callable[[Offer], None]) -> None:
    """Offer what is new, once, in the first window of a version that is not the first one here."""
    seen = workspace.settings.seen_version
    if seen != VERSION:
        workspace.change(seen_version=VERSION)
    if seen and seen != VERSION and changes():
        words = tr("rainapp is now version {version}.").format(version=VERSION)

        def show() -> None:
            show_changes(parent)

        offer(Offer(words, tr("What is new"), show))


def tell_crash(left: str, known: list[Path], offer: Callable[[Offer], None]) -> None:
    """Say that the last run ended in a crash, with what it left in a report."""
    if not left:
        return
    try:
        kept = save_report(report(f"The last run ended in a crash.\n\n{left}", known))
    except UnwritableFile:
        return
    offer(Offer(tr("rainapp ended unexpectedly the last time."), tr("Show report"), lambda: open_folder(kept)))
