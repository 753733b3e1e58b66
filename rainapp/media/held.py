"""Which temporary files are in somebody's hands, and which were left by a run that was killed.

Whoever writes a temporary file holds it; the system lets go of it when the process ends, however it ends. So what nobody holds
may be swept away, or taken over.
"""

import contextlib
import os
import shutil
import sys
import threading
import time
from pathlib import Path
from typing import IO, Any

PART_SUFFIX = ".rainapp-part"  # a result in the making: of no use once its process is gone
PARTS_SUFFIX = ".rainapp-parts"  # finished parts of a clip: another run goes on with them
FRESH_S = 3600.0  # on network disks a file may be held by another machine without anybody seeing it
KEPT_S = 30 * 86400.0  # a clip that was not gone on with for so long is given up
_FAR = 1 << 40  # where nothing is written: Windows refuses to touch the bytes that are held

_swept: set[Path] = set()
_sweeping = threading.Lock()

if sys.platform == "win32":
    import msvcrt

    def hold(file: IO[Any]) -> bool:
        """Take hold of an open file until it is closed; False when somebody else has it."""
        at = file.tell()
        try:
            file.seek(_FAR)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            file.seek(at)
        return True

else:
    import fcntl

    def hold(file: IO[Any]) -> bool:
        """Take hold of an open file until it is closed; False when somebody else has it."""
        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return True  # a disk without locks
        return True


def sweep(folder: Path) -> None:
    """Remove what killed runs left in `folder`, once for each folder while this process runs."""
    with _sweeping:
        if folder in _swept:
            return
        _swept.add(folder)
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(".") and entry.name.endswith((PART_SUFFIX, PARTS_SUFFIX)):
                _drop_if_left(Path(entry.path))


def _drop_if_left(path: Path) -> None:
    """Remove `path` if it is old and nobody holds it; for a folder of finished pictures the file beside it is held."""
    age_s = KEPT_S if path.name.endswith(PARTS_SUFFIX) else FRESH_S
    with contextlib.suppress(OSError):
        if time.time() - path.stat().st_mtime < age_s:
            return
        if path.is_dir():
            if not path.with_name(f"{path.name.removesuffix(PARTS_SUFFIX)}-index{PARTS_SUFFIX}").exists():
                shutil.rmtree(path)
            return
        with path.open("rb") as file:
            left = hold(file)
        if left:
            path.unlink()
