"""Files of our own under hidden names, which nobody else can have prepared, and who has them in hand.

A hidden name could be lying there already: a link to somebody's only copy, a pipe, a second name of another file. So a new file
gets a name by chance and must not be there; one that is opened again must be a regular file, ours, under one name, and no link.
Whoever writes such a file holds it; the system lets go of it when the process ends, however it ends.
"""

import contextlib
import errno
import os
import secrets
import stat
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import IO, Any, Literal, Protocol

PART_SUFFIX = ".rainapp-part"  # a result in the making: of no use once its process is gone
PARTS_SUFFIX = ".rainapp-parts"  # finished parts of a clip: another run goes on with them
TRIES = 100
_FAR = 1 << 40  # where nothing is written: Windows refuses to touch the bytes that are held
# No link is followed, no pipe waited for. What a system lacks, `_is_own` makes up for.
_PLAIN = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)

Held = Literal["ours", "theirs", "unknown"]


@dataclass(frozen=True)
class Readers:
    """Who may read a new file: the mode it is made with (the umask takes its own from that), and the group it is for."""

    mode: int = 0o666
    group: int | None = None


ANYBODY, OWNER = Readers(), Readers(0o600)
Like = Path | Readers | None  # a file whose readers alone may read a new one; None: whoever the umask allows


class Opened(Protocol):
    """Something that is open."""

    def fileno(self) -> int:
        """Its number."""
        ...


taken: set[Path] = set()  # being written by this process at this moment, by any thread

if sys.platform == "win32":
    import msvcrt

    def try_hold(file: IO[Any]) -> Held:
        """Take hold of an open file until it is closed: whose it is now; unknown on a disk without locks."""
        at = file.tell()
        try:
            file.seek(_FAR)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return "theirs"
        finally:
            file.seek(at)
        return "ours"

else:
    import fcntl

    def try_hold(file: Opened) -> Held:
        """Take hold of an open file until it is closed: whose it is now; unknown on a disk without locks."""
        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return "theirs"
        except OSError:
            return "unknown"
        return "ours"


def hold(file: IO[Any]) -> bool:
    """Take hold of an open file until it is closed; False when somebody else has it."""
    return try_hold(file) != "theirs"


class OpenFolder:
    """A folder that is held until it is closed, where a system can do that; `held` tells whose it is."""

    def __init__(self, path: Path) -> None:
        """Raises OSError, for a link too."""
        self._descriptor: int | None = None
        self.held: Held = "unknown"
        if sys.platform != "win32":
            self._descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | _PLAIN)
            self.held = try_hold(self)

    def fileno(self) -> int:
        """Its number."""
        assert self._descriptor is not None
        return self._descriptor

    def close(self) -> None:
        """Let go."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def open_own(path: Path, *, writes: bool = True) -> FileIO:
    """Open a hidden file that is there, without changing it.

    Raises:
        OSError: it is none of ours: a link, no regular file, somebody else's, or known under a second name.
    """
    descriptor = os.open(path, (os.O_RDWR if writes else os.O_RDONLY) | _PLAIN)
    try:
        if not _is_own(os.fstat(descriptor), os.lstat(path)):
            raise PermissionError(errno.EPERM, "is no file of ours", str(path))
    except OSError:
        os.close(descriptor)
        raise
    return FileIO(descriptor, "r+" if writes else "r")


def open_to_append(path: Path, like: Like = None) -> FileIO:
    """Open a file for adding to its end, made where it is missing; from then on nobody reads it who may not read `like`.

    Raises:
        OSError: the system refuses, or what lies there is none of ours: a link, no regular file, somebody else's, or known
            under a second name.
    """
    readers = readers_of(like)
    with contextlib.suppress(FileNotFoundError):  # opening a device may do something
        if not stat.S_ISREG(os.lstat(path).st_mode):
            raise PermissionError(errno.EPERM, "is no file of ours", str(path))
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | _PLAIN, readers.mode)
    try:
        if not _is_own(os.fstat(descriptor), os.lstat(path)):
            raise PermissionError(errno.EPERM, "is no file of ours", str(path))
        _narrow(descriptor, readers)
    except OSError:
        os.close(descriptor)
        raise
    return FileIO(descriptor, "a")


def narrow(path: Path, like: Like) -> None:
    """Take a file of ours from those who may not read `like`. Raises OSError."""
    with open_own(path, writes=False) as file:
        _narrow(file.fileno(), readers_of(like))


def _narrow(descriptor: int, readers: Readers) -> None:
    """Take an open file of ours from those who are not among its `readers`. Raises OSError."""
    if readers == ANYBODY or sys.platform == "win32":
        return
    state = os.fstat(descriptor)
    mode = stat.S_IMODE(state.st_mode)
    if mode & 0o077:
        os.fchmod(descriptor, mode & 0o700)
    may_share = not state.st_size or mode & stat.S_IROTH or (mode & stat.S_IRGRP and state.st_gid == readers.group)
    if may_share:
        _share(descriptor, readers.group)


def is_own_folder(path: Path) -> bool:
    """Whether `path` itself is a folder and ours, no link to one."""
    with contextlib.suppress(OSError):
        state = os.lstat(path)
        return stat.S_ISDIR(state.st_mode) and _is_mine(state)
    return False


def _is_own(opened: os.stat_result, named: os.stat_result) -> bool:
    is_plain = stat.S_ISREG(opened.st_mode) and stat.S_ISREG(named.st_mode) and opened.st_nlink == 1
    return is_plain and os.path.samestat(opened, named) and _is_mine(opened)


def _is_mine(state: os.stat_result) -> bool:
    return not hasattr(os, "geteuid") or state.st_uid == os.geteuid()


def create_own(folder: Path, *, begin: str = "", end: str = PART_SUFFIX, like: Like = None) -> tuple[Path, FileIO]:
    """A new, empty file in `folder` under a hidden name by chance between `begin` and `end`, held.

    It may be read by nobody who may not read `like`, and counts as being written until `leave_parts`. Raises OSError.
    """
    for _ in range(TRIES):
        path = folder / f".{begin}{secrets.token_hex(6)}{end}"
        with contextlib.suppress(FileExistsError):
            file = create_at(path, like)
            if file is not None:
                return path, file
    raise FileExistsError(errno.EEXIST, "no hidden name is free", str(folder))


def create_at(path: Path, like: Like = None) -> FileIO | None:
    """The new, empty file `path`, held; None where somebody has swept it away at once.

    Raises:
        FileExistsError: something has that name, be it a link that leads nowhere.
    """
    readers = readers_of(like)
    file = FileIO(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | _PLAIN, readers.mode), "r+")
    taken.add(path)
    _share(file.fileno(), readers.group)
    if hold(file) and os.fstat(file.fileno()).st_nlink:
        return file
    file.close()
    leave_parts((path,))
    return None


def make_folder(path: Path, like: Like = None) -> None:
    """Make the folder `path`, which nothing is in the place of, no more open than `like`. Raises OSError."""
    readers = readers_of(like)
    os.mkdir(path, readers.mode | (readers.mode & 0o444) >> 2)
    if readers.group is not None:
        descriptor = os.open(path, os.O_RDONLY | _PLAIN)
        try:
            _share(descriptor, readers.group, searches=True)
        finally:
            os.close(descriptor)


def make_closed(folder: Path, like: Like) -> None:
    """Make `folder` where it is missing, no more open than `like`; what is above it as usual. Raises OSError."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        make_folder(folder, like)


def readers_of(like: Like) -> Readers:
    """Who may read a new file like `like`.

    Where only the group of `like` may read it, the file is its owner's alone until it belongs to the same group.
    """
    if isinstance(like, Readers):
        return like
    if like is None or os.name != "posix":
        return ANYBODY
    try:
        state = os.stat(like)
    except OSError:
        return OWNER
    if state.st_mode & stat.S_IROTH:
        return ANYBODY
    return Readers(0o600, state.st_gid) if state.st_mode & stat.S_IRGRP else OWNER


def readers_of_all(paths: Iterable[Path]) -> Readers:
    """Who may read what comes of all `paths`: those alone who may read every one of them."""
    closed = {readers_of(path) for path in paths} - {ANYBODY}
    return OWNER if len(closed) > 1 else next(iter(closed), ANYBODY)


def _share(descriptor: int, group: int | None, *, searches: bool = False) -> None:
    """Let the members of `group` at the file too, where it can be given to them."""
    if group is None or sys.platform == "win32":
        return
    with contextlib.suppress(OSError):
        if os.fstat(descriptor).st_gid != group:
            os.fchown(descriptor, -1, group)
        bits = (0o770 if searches else 0o660) & ~_umask()
        os.fchmod(descriptor, stat.S_IMODE(os.fstat(descriptor).st_mode) | bits)


def share_as_usual(path: Path) -> None:
    """Give a file that a library has made for its owner alone the mode of any new file. Raises OSError."""
    model, file = create_own(path.parent)
    with file:
        mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
    model.unlink(missing_ok=True)
    leave_parts((model,))
    path.chmod(mode)


def _umask() -> int:
    """What the process takes from the mode of new files, asked without changing it where that can be."""
    with contextlib.suppress(OSError, ValueError), open("/proc/self/status", encoding="ascii", errors="replace") as words:
        for line in words:
            if line.startswith("Umask:"):
                return int(line.split()[1], 8)
    return 0o077


def take_parts(paths: Iterable[Path]) -> None:
    """From now on `paths` are being written, and go when the process has to end at once."""
    taken.update(paths)


def leave_parts(paths: Iterable[Path]) -> None:
    """`paths` are not being written any more."""
    taken.difference_update(paths)
