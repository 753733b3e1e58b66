"""Files that can be read to their end: the one way to open what a person, a folder or a foreign model names.

A pipe makes who opens it wait until somebody writes, a device may give bytes for ever or do something when it is opened. Only
regular files are opened here, through links too, and never with more bytes than their reader can use. What is wrong is told as
an OSError, whose `strerror` goes into the sentences that say that a file cannot be read.
"""

import errno
import io
import os
import stat
from pathlib import Path

_KINDS = {
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}
# What Windows lacks is nothing: without O_BINARY it would translate line ends, which other systems never do.
_AT_ONCE = getattr(os, "O_NONBLOCK", 0)
_FLAGS = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY"))


_BLOCK_BYTES = 1 << 20


class NotRegularFileError(OSError):
    """A pipe, a socket or a device where a file was expected."""


class TooLargeFileError(OSError):
    """A file with more bytes than its kind ever has."""


def open_regular(path: Path, bytes_max: int | None = None) -> io.BufferedReader:
    """Open the regular file `path` for reading, at once, whatever lies there.

    Raises:
        NotRegularFileError: it is a pipe, a socket or a device.
        TooLargeFileError: it has more than `bytes_max` bytes.
        OSError: it is missing, a folder, or may not be read.
    """
    _require_regular(os.stat(path), path)  # before it is opened, which a device may answer with an action
    try:
        handle = os.open(path, _FLAGS)  # should it be exchanged meanwhile, this does not wait for a writer
    except BlockingIOError:  # never a pipe: a file that another program has leased (file servers do), and gives up when asked
        handle = os.open(path, _FLAGS & ~_AT_ONCE)
    try:
        state = os.fstat(handle)
        _require_regular(state, path)
        if bytes_max is not None and state.st_size > bytes_max:
            raise _too_large(path, bytes_max)
        return open(handle, "rb")
    except BaseException:
        os.close(handle)
        raise


def read_regular(path: Path, bytes_max: int) -> bytes:
    """The bytes of the regular file `path`, at most `bytes_max`; see `open_regular`."""
    with open_regular(path, bytes_max) as file:
        parts = [file.read(os.fstat(file.fileno()).st_size + 1)]  # room is made for as many as are asked for
        while (read := sum(map(len, parts))) <= bytes_max and parts[-1]:  # it grows, or is one of the kernel's without a size
            parts.append(file.read(min(_BLOCK_BYTES, bytes_max + 1 - read)))
    if read > bytes_max:
        raise _too_large(path, bytes_max)
    return b"".join(parts)


def _require_regular(state: os.stat_result, path: Path) -> None:
    kind = stat.S_IFMT(state.st_mode)
    if kind == stat.S_IFDIR:
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if kind != stat.S_IFREG:
        raise NotRegularFileError(errno.EINVAL, f"it is {_KINDS.get(kind, 'something else')}, not a file", str(path))


def _too_large(path: Path, bytes_max: int) -> TooLargeFileError:
    size = f"{bytes_max // 1024**2} MB" if bytes_max >= 1024**2 else f"{bytes_max // 1024} kB"
    return TooLargeFileError(errno.EFBIG, f"it is larger than {size}", str(path))
