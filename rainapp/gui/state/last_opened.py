"""What was opened last, as it is kept with the settings. No widgets."""

from collections.abc import Iterable
from pathlib import Path

from rainapp.base.paths import resource

KEPT = 10
SINGLE = 3  # so many files at once are kept one by one, of more the folder


def with_opened(recent: tuple[str, ...], paths: Iterable[Path]) -> tuple[str, ...]:
    """`recent` with what was just opened in front."""
    opened = [path.absolute() for path in paths if not path.is_relative_to(resource("samples"))]
    if len(opened) > SINGLE:
        opened = list(dict.fromkeys(path if path.is_dir() else path.parent for path in opened))
    names = [str(path) for path in opened if str(path).isprintable()]
    return tuple(dict.fromkeys((*names, *recent)))[:KEPT]
