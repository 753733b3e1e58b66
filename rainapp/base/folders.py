"""Folders as deep as a disk allows: looked through, made and removed without calling oneself for every level.

Python's own functions for this do, and stop with an error at about a thousand folders one in another.
"""

import errno
import os
import secrets
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


def remove_folder(folder: Path) -> None:
    """Remove `folder` with all that is in it, however deep; of links only the links.

    What lies in a folder inside is brought up a level before that folder goes, so no path grows longer than the disk takes.

    Raises:
        OSError: it is missing, a link, or something in it may not be removed.
    """
    if folder.is_symlink():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
    while True:
        with os.scandir(folder) as entries:
            inside = list(entries)
        if not inside:
            break
        for entry in inside:
            if _is_folder(entry):
                _bring_up(Path(entry.path), folder)
            else:
                os.unlink(entry.path)
    os.rmdir(folder)


def _bring_up(folder: Path, top: Path) -> None:
    """Remove `folder`, whose own folders come to lie in `top`."""
    with os.scandir(folder) as entries:
        inside = list(entries)
    for entry in inside:
        if _is_folder(entry):
            os.rename(entry.path, top / secrets.token_hex(16))
        else:
            os.unlink(entry.path)
    os.rmdir(folder)


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    return entry.is_dir(follow_symlinks=False)
