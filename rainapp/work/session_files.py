"""Writing and reading what the window keeps for the next day: settings, and the session with its masks. See `memory_jobs`.

What is read may be damaged, of another version, or about files that are gone: then what is left of it is there, and what is not
is counted, for a sentence.
"""

import contextlib
import logging
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rainapp.base import settings
from rainapp.base.errors import UnwritableFile
from rainapp.base.new_files import make_private
from rainapp.base.own_files import OWNER, is_own_folder
from rainapp.base.regular_files import read_regular
from rainapp.base.system_errors import why_not_written
from rainapp.base.textfile import replace_text
from rainapp.jobs.memory_jobs import KeepSession, KeepSettings, MemoryJob, ReadSession
from rainapp.jobs.records import Watch
from rainapp.jobs.session_lines import VERSION, Entry, Head, KeptSession, from_line, masks_folder, to_line

FILE_BYTES_MAX = 64 << 20
LINES_MAX = 200_000  # a window of so many files would not be usable
DAMAGED_MAX = 10_000  # after so many lines that are none nothing is looked for any more
CLOCK_S = 2.0  # how coarse the times of files are on some disks
DONE_STATES = ("DONE", "DRY")

log = logging.getLogger(__name__)


def do(job: MemoryJob, watch: Watch) -> object:
    """Do what `job` says: None, or the session that was read.

    Raises:
        UnwritableFile: there is no room, or no permission.
    """
    watch.tick(0, 0)
    if isinstance(job, ReadSession):
        return read(job.file)
    if isinstance(job, KeepSettings):
        settings.save_changes(job.before, job.now)
    else:
        keep(job)
    return None


def keep(job: KeepSession) -> None:
    """Write masks, then the list that speaks of them, then remove masks that it does not speak of. Raises UnwritableFile."""
    if job.painted:
        from rainapp.work.mask_files import save_mask  # loads what decodes pictures, which a list without masks has no need of

        _make_masks_folder(masks_folder(job.file))
        for painted in job.painted:
            save_mask(painted)
    replace_text(job.file, "\n".join(job.lines) + "\n", OWNER)
    masks = masks_folder(job.file)
    for path in masks.glob("*.png") if is_own_folder(masks) else ():  # what a link leads to is not ours
        if path.name not in job.masks:
            with contextlib.suppress(OSError):
                path.unlink()


def _make_masks_folder(folder: Path) -> None:
    try:
        make_private(folder)
    except OSError as error:
        words = f"{folder} cannot be written: {why_not_written(error)[0]}."
        raise UnwritableFile(words, "Check space and permissions.", folder) from error


def read(file: Path) -> KeptSession:
    """The session in `file`, as far as it can be read; an empty one where there is none. Never raises."""
    try:
        text = _text(file)
    except FileNotFoundError:
        return KeptSession()
    except (OSError, ValueError) as error:
        log.info("the session could not be read", exc_info=error)
        return KeptSession(aside=_put_aside(file))
    first, *rest = text.split("\n", LINES_MAX)
    head = _head(first)
    lines = [line for line in (rest if head is not None else [first, *rest]) if line.strip()]
    found = _entries(lines)
    if len(found) < len(lines):
        log.info("%d lines of the session could not be read", len(lines) - len(found))
    if lines and not found:
        return KeptSession(aside=_put_aside(file))
    is_there = [_is_there(entry) for entry in found]
    there = [entry for entry, there in zip(found, is_there, strict=True) if there]
    gone = [entry for entry, there in zip(found, is_there, strict=True) if not there]
    settled = [_settled(entry) for entry in there]
    return KeptSession(
        head or Head(),
        tuple(settled),
        tuple(to_line(entry) for entry in (*settled, *gone)),
        damaged=len(lines) - len(found) + (head is None),
        gone=tuple(entry.path for entry in gone),
        unmade=sum(
            before.state in DONE_STATES and after.state == "READY" for before, after in zip(there, settled, strict=True)
        ),
        strange=head is not None and head.session != VERSION,
    )


def _text(file: Path) -> str:
    return read_regular(file, FILE_BYTES_MAX).decode("utf-8", errors="replace")


def _head(line: str) -> Head | None:
    try:
        head = from_line(Head, line)
    except ValueError:
        return None
    return head if '"session"' in line else None


def _entries(lines: Sequence[str]) -> list[Entry]:
    """The entries in `lines`, as far as it makes sense to look for them."""
    found: list[Entry] = []
    damaged = 0
    for line in lines[:LINES_MAX]:
        try:
            found.append(from_line(Entry, line))
        except ValueError:
            damaged += 1
            if damaged > DAMAGED_MAX:
                break
    return found


def _is_there(entry: Entry) -> bool:
    path = entry.path if entry.frames is None else entry.frames.files[0]
    return os.path.lexists(path)


def _settled(entry: Entry) -> Entry:
    """`entry` as the disk has it: a result that is gone is to be made again, one that came after the last word is there."""
    if entry.state in DONE_STATES and (entry.target is None or not os.path.lexists(entry.target)):
        return replace(entry, state="READY", target=None, treatment=None, seconds=0.0, notes=())
    if entry.at_work and entry.claimed is not None and _made_since(entry.claimed, entry.since):
        return replace(entry, state="DONE", at_work=False, target=entry.claimed, seconds=0.0)
    return entry


def _made_since(path: Path, since: float) -> bool:
    try:
        return path.lstat().st_mtime >= since - CLOCK_S
    except OSError:
        return False


def _put_aside(file: Path) -> Path:
    kept = file.with_name(file.name + ".broken")
    with contextlib.suppress(OSError):
        file.replace(kept)
    return kept
