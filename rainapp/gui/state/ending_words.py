"""How work on the list ended, in words that leave nothing out: what was saved, and what was not."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from rainapp.gui.state.file_item import TROUBLED, Item, State


def tr(text: str) -> str:
    """`text` in the person's language."""
    return QCoreApplication.translate("Ending", text)


@dataclass(frozen=True)
class Ending:
    """How many files came to what. `left`: those that nothing was done with; `folder` holds all results, "" where many do."""

    saved: int = 0
    copied: int = 0
    skipped: int = 0
    failed: int = 0
    stopped: int = 0
    left: int = 0
    folder: str = ""

    @property
    def all_well(self) -> bool:
        """Whether every file has its result."""
        return not (self.failed or self.stopped or self.left)

    @property
    def only_saved(self) -> bool:
        """Whether there is nothing to tell but how many were saved."""
        return self.all_well and not (self.copied or self.skipped)

    @property
    def words(self) -> str:
        """The ending in one line."""
        if self.only_saved and self.folder:
            return tr("All done · {n} saved in {folder}").format(n=self.saved, folder=self.folder)
        counts = ", ".join(self._counts())
        if not self.saved and not self.copied:
            return f"{tr('Nothing new') if self.all_well else tr('Nothing saved')} · {counts}"
        return f"{tr('All done')} · {counts}" if self.all_well else counts

    def _counts(self) -> list[str]:
        told = (
            (self.saved, tr("{n} saved")),
            (self.copied, tr("{n} copied (no rain found)")),
            (self.skipped, tr("{n} skipped (exists already)")),
            (self.failed, tr("{n} failed")),
            (self.stopped, tr("{n} stopped")),
        )
        return [words.format(n=count) for count, words in told if count]


def ending_of(items: Sequence[Item]) -> Ending | None:
    """How work on `items` has ended so far; None where there was none yet."""
    if not any(item.treatment is not None and item.state is not State.READY for item in items):
        return None
    count = Counter(item.state for item in items)
    folders = {item.target.parent for item in items if item.target is not None and item.state is State.DONE}
    return Ending(
        saved=count[State.DONE],
        copied=count[State.DRY],
        skipped=count[State.SKIPPED],
        failed=sum(count[state] for state in TROUBLED),
        stopped=count[State.STOPPED],
        left=count[State.READY],
        folder=folders.pop().name if len(folders) == 1 else "",
    )


def again(count: int) -> str:
    """The words of what tries so many failed files once more."""
    return tr("Try it again") if count == 1 else tr("Try the {n} again").format(n=count)
