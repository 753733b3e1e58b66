"""What was opened last, as it is kept with the settings. No widgets."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from rainapp.paths import resource

if TYPE_CHECKING:
    from rainapp.gui.workspace import Workspace

KEPT = 10
SINGLE = 3  # so many files at once are kept one by one, of more the folder


def note_opened(workspace: "Workspace", paths: Iterable[Path]) -> None:
    """Put what was just opened in front."""
    opened = [path.absolute() for path in paths if not path.is_relative_to(resource("samples"))]
    if len(opened) > SINGLE:
        opened = list(dict.fromkeys(path if path.is_dir() else path.parent for path in opened))
    names = [str(path) for path in opened if str(path).isprintable()]
    recent = tuple(dict.fromkeys((*names, *workspace.settings.recent)))[:KEPT]
    if recent != workspace.settings.recent:
        workspace.change(recent=recent)
