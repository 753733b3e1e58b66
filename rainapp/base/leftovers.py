"""What killed runs have left: swept away as soon as nobody holds it, whenever a file of ours is made in the same folder.

What is there for another run to go on with stays for a month, unless it holds nothing finished. Where a disk knows no locks
(some network disks), nobody can say who is at work, and only age tells.
"""

import contextlib
import os
import threading
import time
from pathlib import Path

from rainapp.base.folders import remove_folder
from rainapp.base.own_files import PART_SUFFIX, PARTS_SUFFIX, is_own_folder, open_own, taken, try_hold

FRESH_S = 3600.0  # on disks without locks a file may be in the hands of another machine without anybody seeing it
KEPT_S = 30 * 86400.0  # a clip that was not gone on with for so long is given up
HOLDER = "-held"  # the file beside a folder in the making, which its process holds
INDEX = "-index"  # the file beside finished parts that says which are finished
PARTS = ("", "-rest0", "-rest1")  # what else there is of a clip; of numbered pictures the first is a folder
HOLLOW = {b"rainapp parts": 48, b"rainapp frames": 82}  # how an index begins, and how long it is when nothing is finished
_GRACE_S = 0.0 if os.name == "posix" else 60.0  # Windows renames no file that is held, so it is let go of a moment before
_PATIENCE = 100  # a folder is looked through again after so many times as long as that took

_next_look: dict[Path, float] = {}
_sweeping = threading.Lock()


def sweep(folder: Path) -> None:
    """Remove what killed runs left in `folder`; in a large folder not at every call."""
    began = time.monotonic()
    with _sweeping:
        if _next_look.get(folder, 0.0) > began:
            return
        _next_look[folder] = began + 3600.0  # meanwhile nobody else looks
    try:
        with contextlib.suppress(OSError), os.scandir(folder) as entries:
            left = [entry.name for entry in entries if entry.name.startswith(".")]
            for name in left:
                if name.endswith((PART_SUFFIX, PARTS_SUFFIX)):
                    _drop_if_left(folder / name)
    finally:
        now = time.monotonic()
        _next_look[folder] = now + _PATIENCE * (now - began)


def drop_parts(index: Path) -> None:
    """Remove finished parts, the file `index` that tells of them last."""
    itself, *parts = _beside(index)
    for part in (*parts, itself):
        drop(part)


def drop(path: Path) -> None:
    """Remove a file, or a folder with all that is in it; of a link only the link."""
    with contextlib.suppress(OSError):
        if path.is_dir() and not path.is_symlink():
            remove_folder(path)
        else:
            path.unlink()


def is_held(path: Path) -> bool:
    """Whether somebody has the hidden file `path` in hand, or may have; False where it is not there."""
    if path in taken:  # some network disks do not tell the threads of one process apart
        return True
    try:
        file = open_own(path, writes=False)
    except FileNotFoundError:
        return False
    except OSError:  # none of ours: it stays
        return True
    with file:
        held, state = try_hold(file), os.fstat(file.fileno())
    age_s = time.time() - state.st_mtime
    return held == "theirs" or age_s < (FRESH_S if held == "unknown" else _GRACE_S)


def _drop_if_left(path: Path) -> None:
    with contextlib.suppress(OSError):
        if path.is_symlink():
            return
        if path.is_dir():
            if is_own_folder(path) and _is_left(path):
                remove_folder(path)
        elif path.name.endswith(PART_SUFFIX):
            if not is_held(path):
                path.unlink()
        elif not is_held(path):
            if path.name.endswith(INDEX + PARTS_SUFFIX) and _is_hollow(path):
                drop_parts(path)
            elif _age_s(path) > KEPT_S:
                path.unlink()


def _is_left(folder: Path) -> bool:
    """Whether nobody is at work in a hidden folder, and nobody will go on with it: the file beside it tells."""
    if folder.name.endswith(PARTS_SUFFIX):
        index = folder.with_name(f"{folder.name.removesuffix(PARTS_SUFFIX)}{INDEX}{PARTS_SUFFIX}")
        return not index.exists() and _age_s(folder) > KEPT_S
    return not is_held(folder.with_name(f"{folder.name.removesuffix(PART_SUFFIX)}{HOLDER}{PART_SUFFIX}"))


def _is_hollow(index: Path) -> bool:
    with open_own(index, writes=False) as file:
        start = file.read(16)
        size = os.fstat(file.fileno()).st_size
    return any(start.startswith(words) and size <= length for words, length in HOLLOW.items()) or not size


def _age_s(path: Path) -> float:
    return time.time() - path.stat().st_mtime


def abandon_parts() -> None:
    """Remove every temporary file that is being written, for a process that is about to end at once; no target can follow.

    Finished parts stay for the run that goes on, as after a crash.
    """
    writing = list(taken)
    finished = {other for path in writing if _tells_of_finished(path) for other in _beside(path)}
    for part in writing:
        if part not in finished:
            drop(part)


def _tells_of_finished(path: Path) -> bool:
    """Whether `path` is the index of parts of which some are finished."""
    try:
        return path.name.endswith(INDEX + PARTS_SUFFIX) and not _is_hollow(path)
    except OSError:
        return False


def _beside(index: Path) -> tuple[Path, ...]:
    """`index` and the parts it tells of."""
    base = index.name.removesuffix(INDEX + PARTS_SUFFIX)
    return (index, *(index.with_name(f"{base}{which}{PARTS_SUFFIX}") for which in PARTS))
