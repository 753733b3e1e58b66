"""Files that are whole or not there at all.

A result is written under a short temporary name beside its target, flushed to the disk and renamed at the end; on any error,
cancellation included, the temporary file goes. A source is never written to, whatever name or link leads to it, and what
appears under the target's name meanwhile stays. How that is done is told in `rainapp.base.new_files`; here it is put into
words.
"""

import contextlib
import os
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO

from rainapp.base.errors import UnreadableFile, UnwritableFile
from rainapp.base.new_files import NewFile
from rainapp.base.own_files import Like, Readers, readers_of_all
from rainapp.base.regular_files import NotRegularFileError, open_regular
from rainapp.base.system_errors import why_not_read, why_not_written
from rainapp.jobs.naming import LISTED
from rainapp.media.clip_facts import PictureFacts

if TYPE_CHECKING:
    from rainapp.media.contracts import MediaInfo

_BLOCK_BYTES = 1 << 20


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


class Landing:
    """A binary file that becomes `target` when the block ends well, and vanishes when it does not.

    Unless it `replaces`, nothing that is there by then is lost: the result gets the next number, and `target` names it after
    the block. Nobody may read it who may not read `like`. Raises UnwritableFile in words for every refusal of the system,
    inside the block too.
    """

    def __init__(self, target: Path, *, replaces: bool = False, like: Like = None) -> None:
        self._file = NewFile(target, replaces=replaces, like=like)

    @property
    def target(self) -> Path:
        """The name asked for; after the block the one that the file got."""
        return self._file.path

    @target.setter
    def target(self, target: Path) -> None:
        """Another name in the same folder, while the file has none yet."""
        self._file.path = target

    def __enter__(self) -> BinaryIO:
        """Make the temporary file beside the target."""
        try:
            return self._file.__enter__()
        except OSError as error:
            raise unwritable(self.target, error) from error

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Commit when all went well, otherwise leave nothing."""
        if error is None:
            try:
                refuse_listed(self.target)
            except UnwritableFile as refusal:
                self._file.__exit__(UnwritableFile, refusal, refusal.__traceback__)
                raise
        try:
            self._file.__exit__(kind, error, trace)
        except OSError as refusal:
            raise unwritable(self.target, refusal) from refusal
        if isinstance(error, OSError):
            raise unwritable(self.target, error) from error


def guard_of(like: "MediaInfo") -> Like:
    """Who alone may read what is made of `like`; None where it was made here."""
    if isinstance(like.carry, Readers):
        return like.carry
    if isinstance(like.carry, PictureFacts):
        return readers_of_all(like.carry.files)
    return None if like.path == Path() else like.path


def copy_file(source: Path, target: Path, *, replaces: bool = False) -> Path:
    """Copy `source` to `target` byte for byte, whole or not at all; the name it got, which `Landing` tells of.

    Raises UnreadableFile or UnwritableFile; the source itself is never the target.
    """
    refuse_source(target, source)
    try:
        reading = open_regular(source)  # only opening it speaks of the source
    except OSError as error:
        raise unreadable(source, error) from error
    landing = Landing(target, replaces=replaces, like=source)
    with reading, landing as file:
        while block := _read_block(reading, source):
            file.write(block)
    return landing.target


def _read_block(reading: BinaryIO, source: Path) -> bytes:
    try:
        return reading.read(_BLOCK_BYTES)
    except OSError as error:
        raise unreadable(source, error) from error
