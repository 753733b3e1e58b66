"""Where the finished parts of a clip or of numbered pictures lie beside their target, and how the next run finds them again.

All files of one result share a hidden name: a mark of the target, and a word by chance, so that nobody can have put something
there before. What is found again must be a file of our own that nobody holds, and begin with the words that name target, source
and treatment; parts of the same target that begin otherwise are of no use any more and go.
"""

import contextlib
import errno
import hashlib
import os
import re
import secrets
from io import BufferedReader, FileIO
from pathlib import Path

from rainapp.base.leftovers import INDEX, drop_parts, sweep
from rainapp.base.own_files import PARTS_SUFFIX, TRIES, Like, create_at, hold, leave_parts, open_own, take_parts


def head_of(magic: bytes, target: Path, key: str) -> bytes:
    """How the index of the parts of `target` begins; `key` tells of source and treatment."""
    return magic + hashlib.sha256(os.fsencode(target.name) + b"\0" + key.encode(errors="surrogatepass")).digest()


class PartFiles:
    """The hidden files of one result: the index, held as long as this is open, and others by their ending."""

    def __init__(self, target: Path, head: bytes, like: Like) -> None:
        """Finds what an earlier run has left for `head`, else begins anew. Nobody reads what may not read `like`.

        Raises OSError.
        """
        self._like = like
        self._folder = target.parent
        self._mark = f".{hashlib.sha256(os.fsencode(target.name)).hexdigest()[:12]}-"
        sweep(self._folder)
        found = self._found(head)
        self._begin, self.index = found if found is not None else self._made()
        self.found = found is not None

    def path(self, which: str = "") -> Path:
        """Where the file with the ending `which` lies ("": the result so far, or the folder of it)."""
        return self._folder / f"{self._begin}{which}{PARTS_SUFFIX}"

    def open(self, which: str) -> FileIO:
        """Open one of the files, or make it; held. Raises OSError."""
        path = self.path(which)
        try:
            file = open_own(path)
        except OSError as error:
            if not isinstance(error, FileNotFoundError):
                path.unlink()  # none of ours: of a link only the link goes
            made = create_at(path, self._like)
            if made is None:
                raise
            return made
        take_parts((path,))
        hold(file)
        return file

    def open_again(self, which: str) -> BufferedReader:
        """One of the files that is open already, to read from another place. Raises OSError."""
        return BufferedReader(open_own(self.path(which), writes=False))

    def drop(self) -> None:
        """Remove all of them; the index goes last, so that the others never lie there alone."""
        drop_parts(self.path(INDEX))

    def close(self) -> None:
        """Let go."""
        self.index.close()
        leave_parts((self.path(INDEX),))

    def _found(self, head: bytes) -> tuple[str, FileIO] | None:
        """The parts that go on for `head`, the longest first; other ones of this target that nobody holds are removed."""
        pattern = re.compile(f"({re.escape(self._mark)}[0-9a-f]{{12}}){INDEX}{re.escape(PARTS_SUFFIX)}")
        best: tuple[int, str, FileIO] | None = None
        with os.scandir(self._folder) as entries:
            names = sorted(entry.name for entry in entries)
        for begin in (found[1] for found in map(pattern.fullmatch, names) if found):
            path = self._folder / f"{begin}{INDEX}{PARTS_SUFFIX}"
            with contextlib.suppress(OSError):
                file = open_own(path)
                if not hold(file):
                    file.close()
                    continue
                size = os.fstat(file.fileno()).st_size
                if file.read(len(head)) != head or (best is not None and best[0] >= size):
                    drop_parts(path)
                    file.close()
                    continue
                if best is not None:
                    drop_parts(self._folder / f"{best[1]}{INDEX}{PARTS_SUFFIX}")
                    best[2].close()
                file.seek(0)
                best = size, begin, file
        if best is not None:
            take_parts((self._folder / f"{best[1]}{INDEX}{PARTS_SUFFIX}",))
        return None if best is None else best[1:]

    def _made(self) -> tuple[str, FileIO]:
        for _ in range(TRIES):
            begin = f"{self._mark}{secrets.token_hex(6)}"
            with contextlib.suppress(FileExistsError):
                file = create_at(self._folder / f"{begin}{INDEX}{PARTS_SUFFIX}", self._like)
                if file is not None:
                    return begin, file
        raise FileExistsError(errno.EEXIST, "no hidden name is free", str(self._folder))
