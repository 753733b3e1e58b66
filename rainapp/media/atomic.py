"""Files that are whole or not there at all.

A result is written under a short temporary name beside its target, flushed to the disk and renamed at the end; on any error,
cancellation included, the temporary file goes. A source is never written to, whatever name or link leads to it.
"""

import contextlib
import errno
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from rainapp.errors import UnreadableFile, UnwritableFile
from rainapp.media.held import PART_SUFFIX, hold
from rainapp.naming import LISTED
from rainapp.regular import NotRegularFileError, open_regular
from rainapp.system_words import why_not_read, why_not_written

_BLOCK_BYTES = 1 << 20
_parts: set[Path] = set()  # being written at this moment, by any thread


def unwritable(target: Path, error: OSError) -> UnwritableFile:
    """Say in words why `target` cannot be written."""
    reason, hint = why_not_written(error)
    return UnwritableFile(f"{target.name} cannot be written: {reason}.", hint, target)


def unreadable(source: Path, error: OSError) -> UnreadableFile:
    """Say in words why `source` cannot be opened."""
    if isinstance(error, FileNotFoundError):
        return UnreadableFile(f"{source.name} does not exist.", "It may have been moved or renamed.", source)
    if isinstance(error, PermissionError):
        return UnreadableFile(f"{source.name} may not be read.", "Ask for permission to read it.", source)
    if isinstance(error, IsADirectoryError):
        return UnreadableFile(f"{source.name} is a folder, not a file.", "Choose a photo or a video.", source)
    if isinstance(error, NotRegularFileError):
        return UnreadableFile(f"{source.name} cannot be read: {error.strerror}.", "Choose a photo or a video.", source)
    if error.errno is None:  # a decoder's own error, not the system's
        return UnreadableFile(f"{source.name} is damaged: its header cannot be read.", "Copy it again.", source)
    return UnreadableFile(f"{source.name} cannot be read: {why_not_read(error)}.", "Check the disk it is on.", source)


def refuse_source(target: Path, source: Path) -> None:
    """Raise UnwritableFile when writing `target` would replace `source`, by name, link or another case of the letters."""
    same = False
    with contextlib.suppress(OSError):
        same = os.path.realpath(target) == os.path.realpath(source) or os.path.samefile(target, source)
    if same:
        raise UnwritableFile(f"{target.name} is the source itself, which is never overwritten.", "Choose another name.", target)


def refuse_listed(target: Path) -> None:
    """Raise UnwritableFile when `target` became an original of the person while it was being written."""
    if target in LISTED:
        raise UnwritableFile(f"{target.name} is one of your originals, which are never overwritten.", "Try again.", target)


def _sync_folder(folder: Path) -> None:
    """Make the rename durable; Windows keeps no folder handles, and some network disks refuse."""
    if os.name != "posix":
        return
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextlib.contextmanager
def replacing(target: Path) -> Iterator[BinaryIO]:
    """Yield a binary file that becomes `target` when the block ends well, and vanishes when it does not.

    Raises UnwritableFile in words for every refusal of the system, inside the block too.
    """
    part = target.with_name(f".{secrets.token_hex(6)}{PART_SUFFIX}")  # 27 characters: fits where any target name fits
    try:
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, "is a folder", str(target))
        with open(part, "xb") as file:
            _parts.add(part)
            hold(file)
            yield file
            file.flush()
            os.fsync(file.fileno())
        refuse_listed(target)
        os.replace(part, target)
        _sync_folder(target.parent)
    except OSError as error:
        raise unwritable(target, error) from error
    finally:
        _parts.discard(part)
        with contextlib.suppress(OSError):
            part.unlink()


def take_parts(paths: Iterable[Path]) -> None:
    """From now on `paths` are being written, and go with `abandon_parts`."""
    _parts.update(paths)


def leave_parts(paths: Iterable[Path]) -> None:
    """`paths` are not being written any more."""
    _parts.difference_update(paths)


def abandon_parts() -> None:
    """Remove every temporary file that is being written, for a process that is about to end at once; no target can follow."""
    for part in list(_parts):
        with contextlib.suppress(OSError):
            shutil.rmtree(part) if part.is_dir() else part.unlink()


def copy_file(source: Path, target: Path) -> None:
    """Copy `source` to `target` byte for byte, whole or not at all.

    Raises UnreadableFile or UnwritableFile; the source itself is never the target.
    """
    refuse_source(target, source)
    try:
        reading = open_regular(source)  # only opening it speaks of the source
    except OSError as error:
        raise unreadable(source, error) from error
    with reading, replacing(target) as file:
        while block := _read_block(reading, source):
            file.write(block)


def _read_block(reading: BinaryIO, source: Path) -> bytes:
    try:
        return reading.read(_BLOCK_BYTES)
    except OSError as error:
        raise unreadable(source, error) from error
