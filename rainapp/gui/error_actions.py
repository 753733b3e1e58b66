"""What helps when a file failed, as the buttons on its card: each remedy is one function of the window."""

from collections.abc import Callable

from PySide6.QtGui import QGuiApplication

from rainapp.base import consent
from rainapp.gui.state.file_item import State
from rainapp.gui.text.problem_report import about_file
from rainapp.gui.window_parts import WindowParts


def remedies(window: WindowParts) -> dict[str, Callable[[], None]]:
    """The remedies by id, for the selected file."""
    return {
        "retry": lambda: retry(window),
        "try-cpu": lambda: try_on_cpu(window),
        "save-elsewhere": lambda: save_elsewhere(window),
        "default-model": lambda: window.workspace.change(model="default"),
        "open-large": lambda: open_large(window),
        "as-photos": window.workspace.frames.split_current,
        "open-folder": window.disk.reveal_source,
        "remove": lambda: remove(window),
        "copy-report": lambda: copy_report(window),
    }


def retry(window: WindowParts) -> None:
    """Try what failed once more: the file where it was at work, else only the look at it, which writes nothing."""
    item = window.workspace.current
    if item is None:
        return
    if item.state is State.FAILED or (item.state is State.UNREADABLE and item.treatment is not None):
        window.workspace.start([item])
    else:
        window.viewing.try_again()


def open_large(window: WindowParts) -> None:
    """Let the selected file have the memory it asks for, and read it again."""
    item = window.workspace.current
    if item is None:
        return
    for path in (item.path, *(item.frames.files if item.frames is not None else ())):
        consent.allow(path)
    item.fail(State.READY, "", "", "")
    item.thumbnail_asked = False
    window.workspace.item_changed.emit(item.row)
    window.workspace.thumbnails.want(item)
    window.viewing.look_again()


def try_on_cpu(window: WindowParts) -> None:
    """Derain it on the processor, and stay there."""
    window.workspace.change(device="cpu")
    retry(window)


def save_elsewhere(window: WindowParts) -> None:
    """Ask for a folder, then derain it again."""
    window.disk.choose_save_folder()
    if window.workspace.settings.save_to == "folder":
        retry(window)


def remove(window: WindowParts) -> None:
    """Take it out of the list."""
    if window.workspace.current is not None:
        window.workspace.remove([window.workspace.current])


def copy_report(window: WindowParts) -> None:
    """Put a report about it on the clipboard."""
    item, trouble = window.workspace.current, window.viewing.trouble
    if item is None:
        return
    words = (item.kind, item.message, item.hint)
    if not item.message and trouble is not None:
        words = (trouble.kind, trouble.message, trouble.hint)
    QGuiApplication.clipboard().setText(about_file(item.path, *words))
    window.notice.say(window.tr("The report is on the clipboard."))
