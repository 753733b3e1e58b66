"""Folders as deep as a disk allows: looked through and made without calling oneself for every level.

Python's own functions for this do, and stop with an error at about a thousand folders one in another.
"""

import os
from collections.abc import Iterator
from pathlib import Path


def files_below(folder: Path) -> Iterator[Path]:
    """All files in `folder` and below. Links to folders are not followed; what cannot be opened is left out."""
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        try:
            with os.scandir(here) as entries:
                found = list(entries)
        except OSError:
            continue
        waiting += [Path(entry.path) for entry in found if entry.is_dir(follow_symlinks=False)]
        yield from (Path(entry.path) for entry in found if not entry.is_dir())


def make_folders(folder: Path) -> None:
    """Make `folder` and all above it that are missing; one that is there already is fine.

    Raises:
        OSError: no permission, no space, or a file lies where a folder is wanted.
    """
    missing = [folder]  # also where it is there: a file of that name is an error
    for level in folder.parents:
        if level.exists():
            break
        missing.append(level)
    for level in reversed(missing):
        level.mkdir(exist_ok=True)
