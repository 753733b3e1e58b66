"""What is asked before the window closes while files are derained: it promises what will be there, and no more."""

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from rainapp.gui.state.queue import Batch
from rainapp.gui.widgets.plain_text import ask


def tr(text: str) -> str:
    """`text` in the person's language."""
    return QCoreApplication.translate("Quitting", text)


def words_of_quitting(batch: Batch) -> str:
    """What becomes of the file at work, and of those that are done."""
    if batch.can_go_on:
        return tr("Quit now? What is done stays; the clip at work goes on next time after what is finished of it.")
    if batch.clip_at_work:
        return tr("Quit now? What is done stays; the clip at work begins anew next time, as no part of it is finished yet.")
    return tr("Quit now? What is done stays; the photo at work is left out.")


def may_quit(parent: QWidget, batch: Batch) -> bool:
    """Whether a person says so."""
    return ask(parent, tr("Photos are being derained"), words_of_quitting(batch))


def may_stop_teaching(parent: QWidget) -> bool:
    """Whether a person says so while a model is taught."""
    return ask(parent, tr("A model is being taught"), tr("Quit now? The teaching stops, and goes on next time where it was."))
