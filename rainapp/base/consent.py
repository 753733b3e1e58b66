"""What the person has allowed while this process runs: files that claim to be far larger than their bytes speak for.

Such a file may be an honest picture of one colour, or made to eat the memory. Nobody but the person can tell, so reading one
asks here whether that was settled. Where nobody can be asked, the answer is no.
"""

import os
from pathlib import Path

_allowed: set[str] = set()
_everything = False


def allow(path: Path) -> None:
    """From now on the file `path`, or of a folder every file in it, may be opened whatever it claims."""
    _allowed.add(os.path.realpath(path))


def allow_everything() -> None:
    """From now on every file may be opened whatever it claims, within the memory that there is."""
    global _everything
    _everything = True


def forget() -> None:
    """Nothing is allowed any more."""
    global _everything
    _everything = False
    _allowed.clear()


def is_allowed(path: Path) -> bool:
    """Whether the person has allowed to open `path`."""
    place = os.path.realpath(path)
    return _everything or place in _allowed or os.path.dirname(place) in _allowed
