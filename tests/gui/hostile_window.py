"""A window over what strangers have named, and what of it would be taken for markup. Run as a program, it shows all of it once.

`python hostile_window.py FOLDER PICTURE`: titles, names and paths hold markup that names PICTURE; it prints what guesses.
"""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
from PySide6 import QtGui
from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QEvent, QModelIndex, QPoint, Qt
from PySide6.QtGui import QAction, QHelpEvent, QTextDocument
from PySide6.QtWidgets import QAbstractItemView, QApplication, QLabel, QMenu, QMessageBox, QTextEdit, QToolTip, QWidget

from rainapp.base.settings import Settings
from rainapp.gui.app import Session, prepare
from rainapp.gui.widgets.plain_text import message_box
from rainapp.library.model_library import ModelCard, ModelLibrary, write_card
from tests.gui.plain_run import PlainRun

NAME = "<img src=x><b>street & rain.png"


def markup(picture: Path | str) -> str:
    return f'<img src="file:{picture}"> <a href="file:///etc/passwd">click</a> <b>&amp;'


def library(folder: Path, words: str) -> ModelLibrary:
    """Two models with `words` in everything a card says."""
    for model_id in ("quick", "fine"):
        place = folder / "models" / model_id
        place.mkdir(parents=True)
        (place / "weights.safetensors").write_bytes(b"not opened here")
        said = dict.fromkeys(("title", "arch", "summary" if model_id == "quick" else "trained_on", "licence"), words)
        write_card(place, ModelCard(id=model_id, sha256="0" * 64, figures={f"{words}rain_removed": 0.5}, **said))  # type: ignore[arg-type]
    return ModelLibrary(folder / "models", folder / "own models")


def photos(folder: Path) -> list[Path]:
    """A photo and a text with a photo's name, both with markup in their names."""
    place = folder / "<img src=y>"
    place.mkdir(parents=True)
    (place / NAME).write_bytes(cv2.imencode(".png", np.full((64, 96, 3), 90, np.uint8))[1].tobytes())
    (place / f"bad {NAME}").write_text("no picture")
    return [place / NAME, place / f"bad {NAME}"]


def say_it_everywhere(session: Session, words: str) -> Iterator[QWidget]:
    """Bring every page, dialog, menu and box into sight, with `words` wherever they may be told; each is yielded."""
    window = session.window
    window.notice.say(words)
    for page in ("derain", "compare", "models", "teach"):
        window.show_page(page)
        window.models.status.setText(words)
        if page == "derain":
            window.page.inspector.template.setText(words)
            window.page.inspector._check_template(words)
        if page == "compare":
            window.compare.foot.setToolTip("")
            window.compare.name.show_words(words)
        yield window
    for menu in (window.page.inspector.model.menu(), window.header.chip.menu()):
        menu.aboutToShow.emit()
        menu.popup(QPoint(0, 0))
        yield menu
        menu.hide()
    for item in list(session.workspace.items):
        session.workspace.select(item, [item])
        window.show_page("derain")
        window.page.trouble.show_trouble(item, "unreadable", words, words)
        window.page.trouble.show()
        yield window
    dialog = window.show_settings()
    for page in ("General", "Files", "Looks", "About"):
        dialog.open_page(page)
        yield dialog
    dialog.close()
    box = message_box(QMessageBox.Icon.Warning, "rainapp", words)
    box.show()
    yield box
    box.close()


def is_markup(words: str) -> bool:
    return bool(QtGui.Qt.mightBeRichText(words))


def shows_foreign(html: str) -> bool:
    """Whether a rich text holds more than letters of ours: a picture, a link."""
    document = QTextDocument()
    document.setHtml(html)
    shown = document.toHtml()
    return "<img" in shown or "<a " in shown


def rows_of(model: QAbstractItemModel, parent: QModelIndex) -> Iterator[QModelIndex]:
    columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount(parent)
    for row in range(model.rowCount(parent)):
        for column in range(columns):
            yield model.index(row, column, parent)


def guesses(widget: QWidget) -> Iterator[str]:
    """What of a widget would be shown as foreign markup, in words."""
    where = f"{type(widget).__name__} {widget.objectName()}".strip()
    for told, what in ((widget.toolTip(), "tool tip"), (widget.whatsThis(), "what's this"), (widget.statusTip(), "status tip")):
        if is_markup(told) and shows_foreign(told):
            yield f"{where}: {what}: {told[:80]}"
    if isinstance(widget, QLabel):
        plain = widget.textFormat() == Qt.TextFormat.PlainText
        rich = widget.textFormat() == Qt.TextFormat.RichText or (is_markup(widget.text()) and not plain)
        if rich and shows_foreign(widget.text()):
            yield f"{where}: {widget.text()[:80]}"
    if isinstance(widget, QTextEdit) and shows_foreign(widget.toHtml()):
        yield f"{where}: {widget.toHtml()[:80]}"
    if isinstance(widget, QAbstractItemView) and widget.model() is not None:
        for index in rows_of(widget.model(), QModelIndex()):
            told = str(index.data(Qt.ItemDataRole.ToolTipRole) or "")
            if is_markup(told) and shows_foreign(told):
                yield f"{where}: tool tip of a row: {told[:80]}"
    actions: list[QAction] = widget.actions()
    for action in actions:
        if is_markup(action.toolTip()) and shows_foreign(action.toolTip()):
            yield f"{where}: tool tip of an action: {action.toolTip()[:80]}"
        if isinstance(widget, QMenu) and action.menu() is None and "&" in action.text().replace("&&", ""):
            yield f"{where}: a key marked by a foreign ampersand: {action.text()[:80]}"


def all_below(widget: QWidget) -> list[QWidget]:
    return [widget, *widget.findChildren(QWidget)]


def tips_shown(widget: QWidget) -> Iterator[str]:
    """Let each tool tip come up as the pointer would, and tell those that are rich with foreign markup."""
    for each in all_below(widget):
        if each.toolTip() and each.isVisible():
            at = each.rect().center()
            QApplication.sendEvent(each, QHelpEvent(QEvent.Type.ToolTip, at, each.mapToGlobal(at)))
            for top in QApplication.topLevelWidgets():
                if isinstance(top, QLabel) and top.inherits("QTipLabel"):
                    yield from guesses(top)
    QToolTip.hideText()


def walk(session: Session, words: str, pause: Callable[[], None]) -> list[str]:
    """Everything that would be shown as foreign markup, on every page, in every dialog, menu and tool tip."""
    found = []
    for shown in say_it_everywhere(session, words):
        pause()
        for widget in all_below(shown):
            found += guesses(widget)
        found += tips_shown(shown)
    return found


def main() -> None:
    """Show it all, with the real drawing of it."""
    folder, words = Path(sys.argv[1]), markup(sys.argv[2])
    application = QApplication([])
    settings = Settings(theme="dark")
    prepare(application, settings)
    session = Session(settings, PlainRun(), library(folder, words))
    session.window.resize(1440, 900)
    session.window.show()
    session.workspace.add(photos(folder))

    def pause() -> None:
        for _ in range(20):
            application.processEvents()
        session.window.grab()

    found = walk(session, words, pause)
    session.close()
    print(f"{len(found)} found", *found, sep="\n")


if __name__ == "__main__":
    main()
