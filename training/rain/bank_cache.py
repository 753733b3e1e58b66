"""Arrays that are slow to make and the same every time, kept in the cache folder."""

import hashlib
import zipfile
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from rainapp.base import paths
from rainapp.base.new_files import NewFile
from rainapp.base.regular_files import open_regular


def stable_number(text: str) -> int:
    """A 64-bit number that is the same for the same text in every process (unlike `hash`)."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little")


def load_or_make(name: str, make: Callable[[], dict[str, NDArray[np.generic]]]) -> dict[str, NDArray[np.generic]]:
    """The arrays stored under `name`, made and stored when missing or damaged. Written whole or not at all."""
    file = paths.cache_dir() / f"{name}.npz"
    try:
        with open_regular(file) as opened, np.load(opened, allow_pickle=False) as stored:
            return {key: stored[key] for key in stored.files}
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile):
        arrays = make()
    file.parent.mkdir(parents=True, exist_ok=True)
    with NewFile(file, replaces=True) as fresh:
        np.savez(fresh, **arrays)  # type: ignore[arg-type]  # numpy's stub takes the names for its own options
    return arrays
