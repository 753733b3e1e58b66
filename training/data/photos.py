"""The clean photos of a run: as many as a fixed room holds stay decoded, the others are read whenever they are drawn.

So a folder of any size can be trained on, and the samples are the same wherever a photo lies.
"""

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from rainapp.base.errors import BadRecipe, RainError
from rainapp.media.photo.plain_pixels import read_plain

KEPT_BYTES = 3 << 29
"""What decoded photos may take in the process that reads them."""
RECENT_BYTES = 1 << 28
"""What photos that were read again may take, in each process that draws samples."""

Photo = NDArray[np.uint8]


class Photos(Sequence[Photo]):
    """Photos (H, W, 3) RGB uint8 by their place in the folder. One that can no longer be read raises BadRecipe."""

    def __init__(self, kept_bytes: int = KEPT_BYTES, recent_bytes: int = RECENT_BYTES) -> None:
        self._files: list[Path] = []
        self._kept: dict[int, Photo] = {}
        self._room = kept_bytes
        self._recent: OrderedDict[int, Photo] = OrderedDict()
        self._recent_bytes = recent_bytes

    def add(self, file: Path, photo: Photo) -> None:
        """Take `photo`, which was read from `file`."""
        if photo.nbytes <= self._room:
            self._kept[len(self._files)] = photo
            self._room -= photo.nbytes
        self._files.append(file)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._files)

    @overload
    def __getitem__(self, index: int) -> Photo: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Photo]: ...

    def __getitem__(self, index: int | slice) -> Photo | Sequence[Photo]:
        """The photo at a place."""
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(len(self)))]
        index = range(len(self))[index]
        if index in self._kept:
            return self._kept[index]
        if index not in self._recent:
            self._recent[index] = self._read(self._files[index])
        self._recent.move_to_end(index)
        while len(self._recent) > 1 and sum(photo.nbytes for photo in self._recent.values()) > self._recent_bytes:
            self._recent.popitem(last=False)
        return self._recent[index]

    @staticmethod
    def _read(file: Path) -> Photo:
        try:
            return read_plain(file)
        except RainError as error:
            raise BadRecipe(f"{error.message} It was whole when the run started.", error.hint, file) from error

    def __getstate__(self) -> dict[str, Any]:
        """Photos that lie in memory are not copied into every process: each reads what it draws."""
        return vars(self) | {"_kept": {}, "_recent": OrderedDict()}
