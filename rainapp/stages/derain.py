"""Taking rain out of a stream of frames: tiles through an engine, laid together, back to the depth of the file.

Memory stays flat: the picture keeps its depth, only a tile and its margins are float. What goes wrong on the way is
answered in a fixed order. Out of memory: the tile is halved down to `TILE_PX_MIN`, then the remedies follow (lower precision,
then the CPU, each with a notice), then `NotEnoughMemory`. A tile that is not finite is done again in float32; if it still is
not, the model is to blame.
"""

import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from rainapp.errors import BadModel, Cancelled, NotEnoughMemory
from rainapp.image import Frame, Image, Pixels
from rainapp.jobs import StoppableWatch, Watch
from rainapp.stages import tiles
from rainapp.stages.amount import Amount, change
from rainapp.stages.engines import Engine, Stop

TILE_PX_MIN = 128
FULL = Amount()


@dataclass(frozen=True)
class Remedy:
    """Another engine to turn to when memory runs out, the sentence that says so, and its tiles (None: as they are)."""

    notice: str
    make: Callable[[], Engine]
    tile_px: int | None


class TiledNet:
    """An engine that takes tiles of any picture, and the measures it has taken to keep working.

    One object serves several threads; what they share (engine, tile size, notices) changes under a lock.
    """

    def __init__(
        self, engine: Engine, *, tile_px: int, overlap_px: int, multiple_px: int,
        remedies: Sequence[Remedy] = (), exact: Callable[[], Engine] | None = None,
    ) -> None:  # fmt: skip
        """Args: see `tiles.lay`; `remedies` for lack of memory; `exact` makes the float32 engine, None where `engine` is it."""
        self.engine = engine
        self.tile_px = tile_px
        self.overlap_px = overlap_px
        self.multiple_px = multiple_px
        self.notices: list[str] = []
        self._remedies = list(remedies)
        self._exact = exact
        self._relenting = threading.Lock()

    def grid(self, image: Image) -> tiles.Grid:
        """Where the tiles of `image` lie at the tile size of this moment."""
        return tiles.lay(
            image.height, image.width, tile_px=self.tile_px, overlap_px=self.overlap_px, multiple_px=self.multiple_px
        )

    def render(self, pixels: Pixels, stop: Stop | None = None) -> tiles.Floats:
        """One tile (H, W, 3) as in the file to (H, W, 3) float32, finite, not clipped.

        Raises:
            BadModel: not finite even in float32.
            torch.OutOfMemoryError, MemoryError: the tile is too large for the memory that is left.
            Cancelled: `stop` said so.
        """
        derained = self.engine.render(pixels, stop)
        if _finite(derained):
            return derained
        derained = self._exact().render(pixels, stop) if self._exact else derained
        if not _finite(derained):
            raise BadModel("The model makes values that are no numbers of this picture.", "Its weights may be damaged.")
        return derained

    def prepare(self, height: int, width: int) -> None:
        """Make the engine ready for pictures of 8 bit of this size, where one tile holds them."""
        if height * width <= self.tile_px * self.tile_px:
            self.engine.prepare(height, width)

    def relent(self, engine: Engine, tile_px: int, error: BaseException) -> None:
        """Take the next measure after memory ran out in `engine` with tiles of `tile_px`.

        Raises:
            NotEnoughMemory: every measure was taken.
        """
        with self._relenting:
            if self.engine is engine and self.tile_px == tile_px:  # otherwise another thread has just taken one
                self._relent(error)

    def _relent(self, error: BaseException) -> None:
        smallest = max(TILE_PX_MIN, 2 * self.overlap_px)
        if self.tile_px > smallest:
            self.tile_px = max(self.tile_px // 2, smallest)
            return
        if not self._remedies:
            raise NotEnoughMemory(
                f"Memory ran out even with tiles of {self.tile_px} pixels.", "Close other programs and try again."
            ) from error
        remedy = self._remedies.pop(0)
        self.engine = remedy.make()
        self.tile_px = max(remedy.tile_px or self.tile_px, smallest)
        self.notices.append(remedy.notice)


@dataclass(frozen=True)
class Derainer:
    """The stage that derains frames with `net` and takes `amount` of what it found."""

    net: TiledNet
    amount: Amount = Amount()

    def __call__(self, frames: Iterable[Frame], watch: Watch) -> Iterator[Frame]:
        """Derain `frames`; `watch` is ticked once a tile with (done, tiles of this frame, frame=its index).

        Raises:
            BadModel, BadTreatment, NotEnoughMemory, DeviceLost: see `errors`.
        """
        for frame in frames:
            self.amount.fit(frame.image)
            yield self._derained(frame, watch)

    def _derained(self, frame: Frame, watch: Watch) -> Frame:
        """One frame, begun again with the next measure whenever memory runs out."""
        while True:
            engine, tile_px = self.net.engine, self.net.tile_px
            try:
                return self._laid(frame, self.net.grid(frame.image), watch)
            except _out_of_memory() as error:
                self.net.relent(engine, tile_px, error)

    def _laid(self, frame: Frame, grid: tiles.Grid, watch: Watch) -> Frame:
        rainy = frame.image.pixels
        result = np.empty_like(rainy)
        found = 0
        for top, left, block in tiles.assemble(grid, self._tiles(frame, grid, watch)):
            place = np.s_[top : top + block.shape[0], left : left + block.shape[1]]
            derained = FULL.mix(rainy[place], block, None)
            found += change(rainy[place], derained)
            share = None if self.amount.mask is None else self.amount.mask[place]
            result[place] = derained if self.amount.is_full else self.amount.mix(rainy[place], block, share)
        image = replace(frame.image, pixels=result)
        return replace(frame, image=image, rain=found / rainy.size / frame.image.peak)

    def _tiles(self, frame: Frame, grid: tiles.Grid, watch: Watch) -> Iterator[tiles.Floats]:
        for done, (top, left) in enumerate(grid.corners(), 1):
            try:
                derained = self.net.render(tiles.cut(frame.image.pixels, grid, top, left), _asking(watch))
            except Cancelled:
                watch.tick(done - 1, grid.count, frame=frame.index)  # says how it ends
                raise
            watch.tick(done, grid.count, frame=frame.index)  # before the yield: after the last one nobody comes back
            yield derained


def _finite(derained: tiles.Floats) -> bool:
    """Whether every value is a number: a sum is not, as soon as one value is not."""
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(np.isfinite(derained.sum()))


def _asking(watch: Watch) -> Stop | None:
    """How to learn in the middle of a tile that it is not wanted any more, where `watch` can tell."""
    return (lambda: watch.stopped) if isinstance(watch, StoppableWatch) else None


def _out_of_memory() -> tuple[type[BaseException], ...]:
    """What says that memory ran out; without torch nothing raises torch's own error."""
    torch = sys.modules.get("torch")
    return (MemoryError,) if torch is None else (torch.OutOfMemoryError, MemoryError)
