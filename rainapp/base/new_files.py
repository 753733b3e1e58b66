"""New files and folders that are whole or not there at all, and never take the place of what somebody else has just made.

What is written lies under a hidden name of our own in the same folder. At the end it gets its name in one step that fails where
something has that name already, unless replacing it was chosen; then the next number is tried, and the name it got is told.
"""

import contextlib
import ctypes
import errno
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from io import BufferedRandom, FileIO
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from rainapp.base.folders import files_below
from rainapp.base.leftovers import HOLDER, drop, sweep
from rainapp.base.own_files import (
    PART_SUFFIX,
    TRIES,
    Like,
    create_own,
    is_own_folder,
    leave_parts,
    make_folder,
    take_parts,
)

NAME_BYTES_MAX = 255
NUMBERS_MAX = 100_000
_NUMBER = re.compile(r"(?P<stem>.+) \((?P<number>[1-9]\d{0,5})\)")
_AT_CWD, _NOREPLACE, _EXCL = -100, 1, 4  # Linux: AT_FDCWD, RENAME_NOREPLACE; macOS: RENAME_EXCL
_CANNOT = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP)
_NO_LINKS = (errno.EPERM, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK, errno.EXDEV)


class NewFile:
    """A binary file that becomes `path` when the block ends well, and vanishes when it does not.

    `path` is the name asked for; after the block it is the name that the file got. Nobody may read it who may not read `like`.
    Raises OSError.
    """

    def __init__(self, path: Path, *, replaces: bool = False, like: Like = None) -> None:
        self.path = path
        self._replaces = replaces
        self._like = like
        self._part: Path | None = None

    def __enter__(self) -> BinaryIO:
        """Make the hidden file beside the target."""
        if self.path.is_dir():
            raise IsADirectoryError(errno.EISDIR, "is a folder", str(self.path))
        sweep(self.path.parent)
        self._part, raw = create_own(self.path.parent, like=self._like)
        self._file = BufferedRandom(raw)
        return self._file

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Flush, fsync and rename, or remove."""
        assert self._part is not None
        try:
            if error is None:
                self._file.flush()
                os.fsync(self._file.fileno())
                self.path = settle(self._part, self.path, replaces=self._replaces, files=(self._file,))
        finally:
            with contextlib.suppress(OSError):  # what could not be flushed is of no use any more
                self._file.close()
            with contextlib.suppress(OSError):
                self._part.unlink()
            leave_parts((self._part,))


@contextlib.contextmanager
def new_folder(parent: Path, like: Like = None) -> Iterator[Path]:
    """A hidden folder in `parent` to make something in; gone after the block, unless `settle` gave it a name.

    Raises OSError.
    """
    sweep(parent)
    folder, holder, file = _held_folder(parent, like)
    try:
        yield folder
    finally:
        drop(folder)
        _drop_held(holder, file)
        leave_parts((folder,))


@contextlib.contextmanager
def desk() -> Iterator[Path]:
    """A folder for passing papers, in the system's place for such and nobody else's to look into; gone after the block.

    Raises OSError.
    """
    with new_folder(Path(tempfile.gettempdir())) as folder:
        os.chmod(folder, 0o700)
        yield folder


def _held_folder(parent: Path, like: Like) -> tuple[Path, Path, FileIO]:
    """The folder, and the file beside it that says that somebody is at work; a folder without one is swept away."""
    for _ in range(TRIES):
        holder, file = create_own(parent, end=HOLDER + PART_SUFFIX)
        folder = holder.with_name(holder.name.replace(HOLDER, ""))
        try:
            make_folder(folder, like)
        except OSError as error:
            _drop_held(holder, file)
            if not isinstance(error, FileExistsError):
                raise
        else:
            take_parts((folder,))
            return folder, holder, file
    raise FileExistsError(errno.EEXIST, "no hidden name is free", str(parent))


def _drop_held(path: Path, file: FileIO) -> None:
    if os.name != "posix":
        file.close()
    drop(path)
    file.close()
    leave_parts((path,))


def make_private(folder: Path) -> None:
    """Make a folder of our own for what comes of somebody's pictures, which nobody else may look into. Raises OSError."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        os.mkdir(folder, 0o700)
        return
    if os.name != "posix":
        return
    if not is_own_folder(folder):
        raise NotADirectoryError(errno.ENOTDIR, "is no folder of ours", str(folder))
    os.chmod(folder, 0o700)


def settle(part: Path, target: Path, *, replaces: bool = False, files: Iterable[BinaryIO | FileIO] = ()) -> Path:
    """Give the hidden `part` its name: `target`, or where that is taken the next number; the name it got.

    With `replaces` it takes the place of what is there. `files`: what is open of it; it is held until it has its name, on
    systems that can rename what is held.

    Raises:
        OSError: the system refuses.
    """
    if os.name != "posix":
        for file in files:
            file.close()
    if replaces:
        os.replace(part, target)
        _sync_folder(target.parent)
        return target
    for number in range(NUMBERS_MAX):
        path = target if number == 0 else numbered(target, number)
        if os.path.lexists(path):
            continue
        with contextlib.suppress(FileExistsError):  # made between these two lines
            put(part, path)
            _sync_folder(path.parent)
            return path
    raise FileExistsError(errno.EEXIST, "has too many numbers", str(target))


def numbered(path: Path, more: int) -> Path:
    """`path` with the number that comes `more` after its own: photo (3).jpg for photo.jpg and 2."""
    found = _NUMBER.fullmatch(path.stem)
    stem, number = (found["stem"], int(found["number"])) if found else (path.stem, 1)
    end = f" ({number + more}){path.suffix}"
    while len(os.fsencode(stem + end)) > NAME_BYTES_MAX and stem:
        stem = stem[:-1]
    return path.with_name(stem + end)


def put(part: Path, target: Path) -> None:
    """Rename a file or folder to `target`, which must be free.

    Raises:
        FileExistsError: something has that name.
        OSError: the system refuses.
    """
    if os.name != "posix":
        os.rename(part, target)  # Windows never replaces so
        return
    if _rename_to_free(part, target):
        return
    if part.is_dir():
        os.mkdir(target)  # a claim; an empty folder is what a folder may take the place of
        _replace_claim(part, target, os.rmdir)
        return
    try:
        os.link(part, target)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))  # a claim
        _replace_claim(part, target, os.unlink)
    else:
        os.unlink(part)


def sync_files(folder: Path) -> None:
    """Bring all files below `folder` to the disk, so that a power cut does not leave it with empty ones. Raises OSError."""
    for path in files_below(folder):
        if path.is_file():
            with path.open("r+b") as file:
                os.fsync(file.fileno())


def _replace_claim(part: Path, target: Path, undo: Callable[[Path], None]) -> None:
    try:
        os.rename(part, target)
    except OSError:
        with contextlib.suppress(OSError):
            undo(target)
        raise


def _rename_to_free(part: Path, target: Path) -> bool:
    """Rename in one step that never replaces; False where system or disk know no such step. Raises OSError."""
    rename = _system_rename()
    if rename is None:
        return False
    if rename(os.fsencode(part), os.fsencode(target)) == 0:
        return True
    code = ctypes.get_errno()
    if code in _CANNOT:
        return False
    raise OSError(code, os.strerror(code), str(target))


def _system_rename() -> Callable[[bytes, bytes], int] | None:
    """The call of this system that renames and never replaces, where it has one."""
    try:
        library = ctypes.CDLL(None, use_errno=True)
        if sys.platform == "darwin":
            excl = library.renamex_np
            excl.argtypes, excl.restype = (ctypes.c_char_p, ctypes.c_char_p, ctypes.c_uint), ctypes.c_int
            return lambda part, target: int(excl(part, target, _EXCL))
        if sys.platform == "linux":
            at = library.renameat2
            at.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint)
            at.restype = ctypes.c_int
            return lambda part, target: int(at(_AT_CWD, part, _AT_CWD, target, _NOREPLACE))
    except (OSError, AttributeError, TypeError):
        pass
    return None


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
