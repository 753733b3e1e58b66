"""What is asked before files are derained: whether those that have a result already are to be done again. No widgets.

It is asked once, in a line that waits for its answer and holds up nothing else; the answer becomes the setting.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from rainapp.gui.state.file_item import Item
from rainapp.gui.state.file_list_state import FileListState
from rainapp.gui.state.file_tasks import wanted_target


def tr(text: str) -> str:
    """`text` in the person's language."""
    return QCoreApplication.translate("Questions", text)


@dataclass(frozen=True, eq=False)
class Question:
    """Something to be decided, with one or two answers: their words and what they do. The first is what is meant mostly."""

    words: str
    answers: tuple[tuple[str, Callable[[], object]], ...]


def done_before(workspace: FileListState, items: list[Item]) -> list[Item]:
    """Those of `items` that were derained on another day: a file lies where their result would go, and it is no original."""
    originals = set(workspace.originals())
    found = []
    for item in items:
        order = workspace.order_for(item)
        wanted = wanted_target(item, order.treatment, workspace.settings, order.only_rain)
        if item.target is None and wanted not in originals and os.path.lexists(wanted):
            found.append(item)
    return found


def question_of(workspace: FileListState, items: list[Item]) -> Question | None:
    """What must be answered before `items` are derained; None where nothing must."""
    if workspace.settings.if_exists != "ask":
        return None
    done = done_before(workspace, items)
    if not done:
        return None

    def answer(if_exists: str) -> None:
        workspace.change(if_exists=if_exists)
        workspace.start(items)

    one = len(items) == 1
    said = tr("{name} is derained already.") if one else tr("{n} of {total} are derained already.")
    words = said.format(name=done[0].name, n=len(done), total=len(items))
    leave, again = (tr("Leave it"), tr("Derain it again")) if one else (tr("Leave those"), tr("Derain all again"))
    note = tr("The answer is kept (Settings, Files).")
    return Question(f"{words} {note}", ((leave, lambda: answer("skip")), (again, lambda: answer("rename"))))
