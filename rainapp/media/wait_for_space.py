"""Writing to a disk that may be full: wait for room, and go on at the very byte where it ended.

Only for what takes hours to make. Nothing is buffered here, because a buffer that could not be emptied does not say how much of
it arrived.
"""

import errno
from collections.abc import Callable
from io import FileIO
from pathlib import Path

# Called with the file that has no room, before each further try; raises to give up.
AwaitRoom = Callable[[Path], None]

NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


class PatientFile:
    """A file opened for writing that waits while its disk is full."""

    def __init__(self, file: FileIO, target: Path, await_room: AwaitRoom | None) -> None:
        """`file` is unbuffered and stays its owner's; without `await_room` a full disk is an OSError at once."""
        self.name = str(target)  # PyAV asks for it
        self._file = file
        self._target = target
        self._await_room = await_room

    def write(self, content: bytes) -> int:
        """Write all of `content`. Raises OSError, and what `await_room` raises."""
        left = memoryview(content)
        while left:
            try:
                left = left[self._file.write(left) or 0 :]
            except OSError as error:
                if self._await_room is None or error.errno not in NO_ROOM:
                    raise
                self._await_room(self._target)
        return len(content)

    def read(self, size: int = -1) -> bytes | None:
        """Read from the present place on."""
        return self._file.read(size)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place in the file."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """The place in the file."""
        return self._file.tell()
