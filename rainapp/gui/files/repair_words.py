"""What the window says of a repair."""

from PySide6.QtCore import QCoreApplication

from rainapp.base.image import Repaired
from rainapp.gui.canvas.repair_preview import Stand
from rainapp.gui.text.language import figure


def tr(text: str) -> str:
    """`text` in the person's language."""
    return QCoreApplication.translate("RepairWords", text)


def stands(stand: Stand) -> str:
    """How it stands with a repair that is not there yet."""
    words = {
        Stand.COMING: tr("What is in sight is being repaired…"),
        Stand.TOO_LARGE: tr("Zoom in to see the repair. The file is repaired as a whole."),
    }
    return words.get(stand, "")


def repaired(done: Repaired, is_whole: bool) -> str:
    """What a repair came to in what is in sight."""
    if not done.windows:
        return tr("Nothing to repair: no rain was removed here.")
    where = tr("{n} % of the pixels were redrawn.") if is_whole else tr("{n} % of the pixels in sight were redrawn.")
    said = [where.format(n=figure(100 * done.share, 1)) if done.share else tr("The repair changed nothing here.")]
    if done.strength < done.wanted:
        said.append(tr("It was weakened to {n} % to keep its limits.").format(n=round(100 * done.strength)))
    if done.kept:
        said.append(tr("In {kept} of {windows} places it did not fit, and was left out.").format(**vars(done)))
    if done.broken:
        said.append(tr("{broken} pixels were left out, since it gave no number there.").format(**vars(done)))
    return " ".join(said)
