"""A mask painted by hand: where a photo is protected, or where alone it is treated. numpy only, no widgets.

The mask lies in a picture of at most `MASK_PX` on its longest side, because its edges are soft anyway; a worker brings it to
the size of the photo when it is saved. A stroke takes the most of what its dabs cover, so going over a place twice changes
nothing. What a stroke touches is kept in blocks as it was before: undoing swaps them, and swapping again redoes.
"""

import itertools
import secrets
from pathlib import Path
from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF

from rainapp.base.paths import cache_dir
from rainapp.jobs.records import SaveMask

Cover = NDArray[np.uint8]
Mode = Literal["protect", "only"]

MASK_PX = 3072
BLOCK = 256
UNDO_BYTES = 128 << 20
DAB_STEP = 0.25  # of the radius: closer dabs look the same

_versions = itertools.count(1)
_session = secrets.token_hex(4)


def brush_tip(radius: float, softness: float, at: tuple[float, float], shape: tuple[int, int]) -> Cover:
    """One dab: how much each pixel of a block of `shape` is covered, 0 to 255, by a disc at `at` (x, y) in the block.

    `softness` 0 has an edge of one pixel, 1 fades from the centre on.
    """
    rows, columns = np.ogrid[0 : shape[0], 0 : shape[1]]
    away = np.sqrt((columns + 0.5 - at[0]) ** 2 + (rows + 0.5 - at[1]) ** 2, dtype=np.float32)
    fade = max(1.0, radius * softness)
    share = np.clip((radius + 0.5 * (1.0 - softness) - away) / fade, 0, 1)
    return cast(Cover, (share * share * (3 - 2 * share) * 255 + 0.5).astype(np.uint8))


class Mask:
    """What was painted over a photo of `width` x `height` pixels. `cover` (h, w) uint8: 255 painted, 0 not."""

    def __init__(self, width: int, height: int) -> None:
        """Nothing is painted yet; what will be painted is to be protected."""
        self.width, self.height = width, height
        self.scale = min(1.0, MASK_PX / max(width, height))
        self.cover: Cover = np.zeros((max(1, round(height * self.scale)), max(1, round(width * self.scale))), np.uint8)
        self.mode: Mode = "protect"
        self.version = 0
        self._painted = False
        self._undo: list[dict[tuple[int, int], Cover]] = []
        self._redo: list[dict[tuple[int, int], Cover]] = []
        self._before: dict[tuple[int, int], Cover] = {}
        self._last: QPointF | None = None

    # -- what is asked of it

    @property
    def is_empty(self) -> bool:
        """Whether nothing is painted: then the whole photo is treated."""
        return not self._painted

    @property
    def can_undo(self) -> bool:
        """Whether there is a stroke to take back."""
        return bool(self._undo)

    @property
    def can_redo(self) -> bool:
        """Whether there is a stroke to bring back."""
        return bool(self._redo)

    @property
    def share(self) -> float:
        """How much of the photo is painted, 0 to 1."""
        return float(self.cover.mean()) / 255

    @property
    def file(self) -> Path:
        """Where a job finds the mask as it is now; every change has another name."""
        return cache_dir() / "masks" / f"{_session}-{self.version}.png"

    def saving(self, target: Path | None = None, *, replaces: bool = False, like: Path | None = None) -> SaveMask:
        """The record that writes the mask as it is now, white where rain is taken out; painting may go on meanwhile."""
        painted = self.cover.copy()
        painted.setflags(write=False)
        return SaveMask(painted, self.mode == "protect", self.width, self.height, target or self.file, replaces, like)

    # -- painting

    def begin(self) -> None:
        """A stroke begins."""
        self.end()
        self._last = None

    def stroke_to(self, at: QPointF, radius: float, softness: float, erase: bool) -> None:
        """Go on with the stroke to a point of the photo, with a brush of `radius` photo pixels."""
        start, step = self._last, max(1.0 / self.scale, radius * DAB_STEP)
        if start is None:
            self._dab(at, radius, softness, erase)
        else:
            away = at - start
            length = (away.x() ** 2 + away.y() ** 2) ** 0.5
            count = int(length / step)
            for n in range(1, count + 1):
                self._dab(start + away * (n * step / length), radius, softness, erase)
            if not count:
                return
            at = start + away * (count * step / length)
        self._last = at
        self._changed()

    def _dab(self, at: QPointF, radius: float, softness: float, erase: bool) -> None:
        x, y, reach = at.x() * self.scale, at.y() * self.scale, radius * self.scale
        left, top = (max(0, int(value - reach - 1)) for value in (x, y))
        height, width = self.cover.shape
        right, bottom = min(width, int(x + reach + 2)), min(height, int(y + reach + 2))
        if right <= left or bottom <= top:
            return
        self._keep(left, top, right, bottom)
        tip = brush_tip(reach, softness, (x - left, y - top), (bottom - top, right - left))
        part = self.cover[top:bottom, left:right]
        if erase:
            np.minimum(part, 255 - tip, out=part)
        else:
            np.maximum(part, tip, out=part)

    def _keep(self, left: int, top: int, right: int, bottom: int) -> None:
        """Remember the blocks that are about to change."""
        for row in range(top // BLOCK, (bottom - 1) // BLOCK + 1):
            for column in range(left // BLOCK, (right - 1) // BLOCK + 1):
                if (row, column) not in self._before:
                    self._before[row, column] = self._block(row, column).copy()

    def _block(self, row: int, column: int) -> Cover:
        return self.cover[row * BLOCK : (row + 1) * BLOCK, column * BLOCK : (column + 1) * BLOCK]

    def end(self) -> None:
        """The stroke is over; it can be undone as a whole."""
        if self._before:
            self._undo.append(self._before)
            self._before = {}
            self._redo.clear()
            while len(self._undo) > 1 and sum(b.nbytes for blocks in self._undo for b in blocks.values()) > UNDO_BYTES:
                self._undo.pop(0)
            self._changed()

    def undo(self) -> None:
        """Take the last stroke back."""
        self._swap(self._undo, self._redo)

    def redo(self) -> None:
        """Bring the stroke back that was undone last."""
        self._swap(self._redo, self._undo)

    def _swap(self, source: list[dict[tuple[int, int], Cover]], other: list[dict[tuple[int, int], Cover]]) -> None:
        self.end()
        if source:
            blocks = source.pop()
            now = {key: self._block(*key).copy() for key in blocks}
            for key, block in blocks.items():
                self._block(*key)[:] = block
            other.append(now)
            self._changed()

    def invert(self) -> None:
        """Paint what was not painted, and the other way round."""
        self._keep_all()
        np.bitwise_not(self.cover, out=self.cover)
        self.end()

    def clear(self) -> None:
        """Nothing is painted any more."""
        self._keep_all()
        self.cover[:] = 0
        self.end()

    def take(self, treated: Cover) -> None:
        """Take a mask from a file, (h, w) of this mask's size, 255 where rain is taken out."""
        self._keep_all()
        self.cover[:] = treated if self.mode == "only" else 255 - treated
        self.end()

    def bring_back(self, painted: Cover, mode: Mode) -> None:
        """Be as another mask of this size was; there is nothing to undo."""
        self.mode = mode
        self.cover[:] = painted
        self._changed()

    def set_mode(self, mode: Mode) -> None:
        """What is painted is protected, or it alone is treated."""
        if mode != self.mode:
            self.mode = mode
            self.version = next(_versions)

    def _keep_all(self) -> None:
        self.end()
        self._keep(0, 0, self.cover.shape[1], self.cover.shape[0])

    def _changed(self) -> None:
        self.version = next(_versions)
        self._painted = bool(self.cover.any())
