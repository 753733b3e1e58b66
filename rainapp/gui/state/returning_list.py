"""What is said of the list of last time, and the question whether to go on with it. No widgets."""

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication

from rainapp.gui.state.overwrite_questions import Question
from rainapp.jobs.session_lines import KeptSession

NAMED = 3  # files that are gone are named up to so many
DONE = ("DONE", "DRY", "SKIPPED")


def tr(text: str) -> str:
    """`text` in the person's language."""
    return QCoreApplication.translate("Returning", text)


def question_of(kept: KeptSession, go_on: Callable[[], None], fresh: Callable[[], None]) -> Question | None:
    """Whether to go on where the window stopped; None where there is nothing to say."""
    said = _losses(kept)
    if not kept.entries:
        return Question(" ".join(said), ((tr("Understood"), fresh),)) if said else None
    done = sum(entry.state in DONE for entry in kept.entries)
    at_work = any(entry.at_work for entry in kept.entries)
    asked = tr("Go on where you stopped?") if at_work else tr("Open the list of last time?")
    figures = tr("{n} of {total} done.").format(n=done, total=len(kept.entries))
    return Question(" ".join((asked, figures, *said)), ((tr("Go on"), go_on), (tr("Start fresh"), fresh)))


def _losses(kept: KeptSession) -> list[str]:
    """What of it is not as it was, in sentences."""
    said = []
    if kept.aside is not None:
        said.append(tr("The list of last time cannot be read; it is kept as {name}.").format(name=kept.aside.name))
    if kept.strange:
        said.append(tr("It was written by another version; what is not known here is left out."))
    if kept.damaged:
        said.append(tr("Damaged lines left out: {n}.").format(n=kept.damaged))
    if kept.gone:
        names = ", ".join(path.name for path in kept.gone[:NAMED])
        more = tr(" and {n} more").format(n=len(kept.gone) - NAMED) if len(kept.gone) > NAMED else ""
        said.append(tr("Not there any more: {names}.").format(names=names + more))
    if kept.unmade:
        said.append(tr("Ready again, as their results are gone: {n}.").format(n=kept.unmade))
    return said


def lost_masks(names: list[str]) -> str:
    """What is said of masks that cannot be read any more."""
    words = tr("What was painted over {names} is lost; what was at work there waits for you.")
    return words.format(names=", ".join(names))
