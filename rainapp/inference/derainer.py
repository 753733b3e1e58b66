"""Taking rain out of a stream of frames: tiles through an engine, laid together, back to the depth of the file.

Memory stays flat: the picture keeps its depth; only a tile and its margins are float, and a small picture that is judged as a
whole. On a CPU very large photos get larger tiles, as far as memory allows, because less of them is overlap. What goes wrong on
the way is answered in a fixed order. Out of memory: tiles no longer grow, then the tile is halved down to `TILE_PX_MIN`, then
the fallbacks follow (lower precision, then the CPU, each with a notice), then `NotEnoughMemory`. An engine that fails otherwise
is tried once more afresh, then the rescue goes on (torch on the CPU, with a notice), then `EngineFailed`. A tile that is not
finite is done again in float32; if it still is not, the model is to blame.
"""

import copy
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from rainapp.base.errors import BadModel, Cancelled, EngineFailed, NotEnoughMemory
from rainapp.base.image import Frame, Image, Pixels
from rainapp.inference import coarse, tiles
from rainapp.inference.amount import Amount, change
from rainapp.inference.engines import Conditions, Engine, Stop
from rainapp.inference.engines.failures import twice
from rainapp.inference.instance_code import Course, Sees
from rainapp.inference.residual_gate import (
    FAINT,
    JUDGED_PIXELS,
    change_around,
    faint_level,
    leave_faint,
    rainy_share,
    share_taken,
)
from rainapp.inference.tile_memory import LARGE_PHOTO_PX, LEAST_TILE_PX, largest_tile
from rainapp.jobs.records import StoppableWatch, Watch

TILE_PX_MIN = 128
FULL = Amount()
Place = tuple[slice, slice]
Blocks = Iterator[tuple[Place, tiles.Floats]]
FINER_OVERLAP = 5 / 7
"""Of the overlap, where a smaller size was derained before: what is left to find depends on less around it (docs, results)."""


@dataclass(frozen=True)
class Fallback:
    """Another engine to turn to when one does not serve, the sentence that says so, and its tiles (None: as they are)."""

    notice: str
    make: Callable[[], Engine]
    tile_px: int | None


@dataclass(frozen=True)
class Level:
    """One time that the net goes over a picture or a part of it: made smaller by `factor`, in the tiles of `grid`.

    The part begins at (`top`, `left`), in pixels of the smaller picture; both are multiples of the net's step.
    """

    factor: int
    grid: tiles.Grid
    top: int = 0
    left: int = 0

    def cut(self, pixels: Pixels) -> Pixels:
        """The part of a whole picture (H, W, 3), made smaller."""
        rows, columns = (
            slice(start * self.factor, (start + length) * self.factor)
            for start, length in ((self.top, self.grid.height), (self.left, self.grid.width))
        )
        part = pixels[rows, columns]
        return part if self.factor == 1 else coarse.reduced(part, self.factor)


@dataclass(frozen=True, eq=False)
class Residual:
    """What the net took in one pass and those before it: `removed` (h, w, 3), derained less rainy, peak 1.

    Kept with half precision, but at full size.
    """

    at: Level
    removed: coarse.Removed

    @cached_property
    def around(self) -> tiles.Floats:
        """How much was taken around each pixel, see `change_around`."""
        return change_around(self.removed)

    @cached_property
    def faint(self) -> float:
        """What is too faint to be taken from the picture, peak 1, where this is the only pass over the whole of it."""
        return faint_level(rainy_share(self.around))

    def leave_faint(self, rainy: Pixels, place: Place) -> tiles.Floats:
        """A part of the picture, `rainy` (h, w, 3), derained, where this is the only pass over the whole of it."""
        derained: tiles.Floats = self.removed[place] * share_taken(self.around[place], self.faint)[..., None]
        derained += rainy * np.float32(1 / np.iinfo(rainy.dtype).max)
        return derained


class TiledNet:
    """An engine that takes tiles of any picture, and the measures it has taken to keep working.

    One object serves several threads; what they share (engine, tile size, notices) changes under a lock.
    """

    def __init__(
        self, engine: Engine, *, tile_px: int, overlap_px: int, multiple_px: int,
        fallbacks: Sequence[Fallback] = (), exact: Callable[[], Engine] | None = None, grows: bool = False,
        from_coarse: bool = False, leaves_faint: bool = False, rescue: Fallback | None = None,
        conditions: Conditions | None = None, sees: Sees | None = None,
    ) -> None:  # fmt: skip
        """Args: see `tiles.lay`; `fallbacks` for lack of memory; `exact` makes the float32 engine, None where `engine` is it.

        `rescue` goes on where an engine fails, None where `engine` is it.

        `grows` allows larger tiles in very large photos, up to `LARGE_TILE_PX`: less of them is overlap. With `from_coarse`
        large pictures are seen at several sizes (`coarse`); with `leaves_faint` faint changes are undone (`faint`).
        `conditions` are what the net is given with every tile, and `sees` what more it is given of each picture.
        """
        self.engine = engine
        self.tile_px = tile_px
        self.overlap_px = overlap_px
        self.multiple_px = multiple_px
        self.notices: list[str] = []
        self._fallbacks = list(fallbacks)
        self._exact = exact
        self._rescue = rescue
        self._grows = grows
        self.from_coarse = from_coarse
        self.leaves_faint = leaves_faint
        self.conditions = conditions
        self.sees = sees
        self._degrading = threading.Lock()

    def under(self, conditions: Conditions | None, leaves_faint: bool) -> "TiledNet":
        """The same engine and measures under other conditions; from now on each goes its own way where it fails."""
        with self._degrading:
            other = copy.copy(self)
            other.notices, other._fallbacks = list(self.notices), list(self._fallbacks)
        other.conditions, other.leaves_faint, other._degrading = conditions, leaves_faint, threading.Lock()
        return other

    def of(self, image: Image) -> Conditions | None:
        """What the net is given with every tile of a picture."""
        return self.conditions if self.sees is None else {**(self.conditions or {}), **self.sees(image)}

    def grid(self, image: Image) -> tiles.Grid:
        """Where the tiles of `image` lie at the tile size of this moment."""
        return self.lay(image.height, image.width, self._side(image, 1))

    def lay(self, height: int, width: int, tile_px: int, finer: bool = False) -> tiles.Grid:
        """Where tiles no larger than a square of `tile_px` lie; `finer`: a smaller size is derained before."""
        overlap_px = round(self.overlap_px * FINER_OVERLAP) if finer else self.overlap_px
        return tiles.lay(height, width, tile_px=tile_px, overlap_px=overlap_px, multiple_px=self.multiple_px)

    def _side(self, image: Image, factor: int) -> int:
        """Side of the tiles of `image` made smaller by `factor`."""
        if self._grows and image.height * image.width >= LARGE_PHOTO_PX * factor**2:
            return max(LEAST_TILE_PX, largest_tile(image, self.factors(image.height, image.width)))
        return self.tile_px

    def save_memory(self, image: Image) -> None:
        """Let the engine forget the sizes of the pass before, where a photo is so large that memory is short."""
        if self._grows and image.height * image.width >= LARGE_PHOTO_PX:
            self.engine.release()

    def factors(self, height: int, width: int) -> tuple[int, ...]:
        """By how much a picture is made smaller in each pass, coarsest first, ending with 1."""
        return coarse.factors(height, width) if self.from_coarse else (1,)

    def passes(self, image: Image) -> list[Level]:
        """How often the net goes over `image`, coarsest first, and the tiles of each time."""
        height, width = image.height, image.width
        factors = self.factors(height, width)
        return [Level(f, self.lay(height // f, width // f, self._side(image, f), f < factors[0])) for f in factors]

    def judges(self, height: int, width: int) -> bool:
        """Whether such a picture is judged as a whole: how rainy it is tells what is too faint to be taken.

        Where larger pictures are seen at several sizes, that protects dry ones; and fine rain shows in their full size only.
        """
        return self.leaves_faint and height * width <= JUDGED_PIXELS and self.factors(height, width) == (1,)

    def render(self, pixels: Pixels, stop: Stop | None = None, given: Conditions | None = None) -> tiles.Floats:
        """One tile (H, W, 3) as in the file to (H, W, 3) float32, finite, not clipped; `given`: see `of`.

        Raises:
            BadModel: not finite even in float32.
            EngineFailed: no engine can do it.
            torch.OutOfMemoryError, MemoryError: the tile is too large for the memory that is left.
            Cancelled: `stop` said so.
        """
        given = given or self.conditions
        derained = self._rendered(self.engine, pixels, stop, given)
        if _finite(derained):
            return derained
        derained = self._rendered(self._exact(), pixels, stop, given) if self._exact else derained
        if not _finite(derained):
            raise BadModel("The model makes values that are no numbers of this picture.", "Its weights may be damaged.")
        return derained

    def _rendered(self, engine: Engine, pixels: Pixels, stop: Stop | None, given: Conditions | None) -> tiles.Floats:
        """What `engine` makes of a tile, or the rescue, which then stays, where it fails twice."""
        try:
            return twice(lambda: _call(engine, pixels, stop, given), engine.release)
        except EngineFailed:
            if self._rescue is None:
                raise
            with self._degrading:  # who fails at the same time waits until it is made
                rescue = self._rescue.make()
            if rescue is engine:
                raise
        derained = _call(rescue, pixels, stop, given)
        with self._degrading:
            self.engine = rescue
        engine.release()
        self.tell(self._rescue.notice)
        return derained

    def tell(self, notice: str) -> None:
        """Add what a person should know to the notices, once."""
        with self._degrading:
            if notice not in self.notices:
                self.notices.append(notice)

    def prepare(self, height: int, width: int) -> None:
        """Make the engine ready for pictures of 8 bit of this size, where one tile holds them."""
        if height * width <= self.tile_px * self.tile_px:
            self.engine.prepare(height, width)

    def degrade(self, engine: Engine, tile_px: int, error: BaseException) -> None:
        """Take the next measure after memory ran out in `engine` with tiles of `tile_px`.

        Raises:
            NotEnoughMemory: every measure was taken.
        """
        with self._degrading:
            if self.engine is engine and self.tile_px == tile_px:  # otherwise another thread has just taken one
                self._degrade(error)

    def _degrade(self, error: BaseException) -> None:
        smallest = max(TILE_PX_MIN, 2 * self.overlap_px)
        if self._grows:
            self._grows = False
            return
        if self.tile_px > smallest:
            self.tile_px = max(self.tile_px // 2, smallest)
            return
        if not self._fallbacks:
            raise NotEnoughMemory(
                f"Memory ran out even with tiles of {self.tile_px} pixels.", "Close other programs and try again."
            ) from error
        fallback = self._fallbacks.pop(0)
        self.engine = fallback.make()
        self.tile_px = max(fallback.tile_px or self.tile_px, smallest)
        self.notices.append(fallback.notice)


def _call(engine: Engine, pixels: Pixels, stop: Stop | None, given: Conditions | None) -> tiles.Floats:
    return engine.render(pixels, stop, given) if given else engine.render(pixels, stop)


@dataclass(frozen=True)
class Derainer:
    """The stage that derains frames with `net` and takes `amount` of what it found. Large pictures are seen at several sizes.

    `judges`: small ones are judged as a whole (`TiledNet.judges`). With `passes` above 1 the net goes over its own result
    again, and calls nothing faint any more; the amount is that of all it took. `part_frames`: see
    `Steadier`.
    """

    net: TiledNet
    amount: Amount = Amount()
    judges: bool = True
    passes: int = 1
    part_frames: int = 0

    def __call__(self, frames: Iterable[Frame], watch: Watch) -> Iterator[Frame]:
        """Derain `frames`; `watch` is ticked once a tile with (done, tiles of this frame, frame=its index).

        Raises:
            BadModel, BadTreatment, NotEnoughMemory, DeviceLost, EngineFailed: see `errors`.
        """
        course = Course(self.net.conditions, self.net.sees, self.part_frames)
        for frame in frames:
            self.amount.fit(frame.image)
            yield self._derained(frame, course(frame), watch)

    def _derained(self, frame: Frame, given: Conditions | None, watch: Watch) -> Frame:
        """One frame, begun again with the next measure whenever memory runs out."""
        while True:
            engine, tile_px = self.net.engine, self.net.tile_px
            try:
                return self._laid(frame, given, watch)
            except out_of_memory() as error:
                self.net.degrade(engine, tile_px, error)

    def _laid(self, frame: Frame, given: Conditions | None, watch: Watch) -> Frame:
        sizes = self.net.passes(frame.image)
        runner = TileRunner(self.net, watch, frame.index, self.passes * sum(each.grid.count for each in sizes), given)
        pixels, found = frame.image.pixels, 0
        for time in range(self.passes):
            amount = self.amount if time == self.passes - 1 else FULL
            pixels, found = self._over(frame.image, pixels, runner, amount, judges=self.judges and not time)
        image = replace(frame.image, pixels=pixels)
        return replace(frame, image=image, rain=found / pixels.size / frame.image.peak)

    def _over(self, image: Image, seen: Pixels, runner: "TileRunner", amount: Amount, judges: bool) -> tuple[Pixels, int]:
        """`image` as it is after the net went over `seen`, and by how much it differs then at full strength."""
        rainy, sizes = image.pixels, self.net.passes(image)
        coarser: Residual | None = None
        for each in sizes[:-1]:
            coarser = runner.find(seen, each, coarser)
            self.net.save_memory(image)
        result = np.empty_like(rainy)
        found = 0
        is_judged = judges and self.net.judges(image.height, image.width)
        blocks = runner.judged(seen, sizes[-1]) if is_judged else runner.blocks(seen, sizes[-1], coarser)
        for place, block in blocks:
            derained = FULL.mix(rainy[place], block, None)
            found += change(rainy[place], derained)
            share = None if amount.mask is None else amount.mask[place]
            result[place] = derained if amount.is_full else amount.mix(rainy[place], block, share)
        self.net.save_memory(image)
        return result, found


class TileRunner:
    """A net on its way over one picture, pass by pass; ticks `watch` once a tile, of `total` in all passes."""

    def __init__(self, net: TiledNet, watch: Watch, frame: int, total: int, given: Conditions | None = None) -> None:
        """The picture is the frame of this number; `given`: see `TiledNet.of`."""
        self.net, self._given = net, given
        self._watch = watch
        self._frame, self._done, self._total = frame, 0, total

    def find(self, pixels: Pixels, at: Level, coarser: Residual | None) -> Residual:
        """What the net takes in the pass `at` from `pixels`, a whole picture, and what it took in those before."""
        small = at.cut(pixels)
        removed = np.empty(small.shape, np.float16 if at.factor > 1 else np.float32)
        unit = np.float32(1 / np.iinfo(small.dtype).max)
        for place, block in self._blocks(small, at, coarser, is_last=False):
            np.subtract(np.clip(block, 0, 1), small[place] * unit, out=removed[place], casting="same_kind")
        return Residual(at, removed)

    def blocks(self, pixels: Pixels, at: Level, coarser: Residual | None) -> Blocks:
        """What the last pass, at full size, makes of a whole picture: blocks of the part `at`, derained, and where they lie."""
        return self._blocks(at.cut(pixels), at, coarser, is_last=True)

    def judged(self, pixels: Pixels, at: Level) -> Blocks:
        """The same in one block for a picture that is judged: only when all is known, it is known what is too faint."""
        everywhere = np.s_[: at.grid.height, : at.grid.width]
        yield everywhere, self.find(pixels, at, None).leave_faint(pixels, everywhere)

    def _blocks(self, pixels: Pixels, at: Level, coarser: Residual | None, is_last: bool) -> Blocks:
        for top, left, block in tiles.assemble(at.grid, self._tiles(pixels, at, coarser, is_last)):
            yield np.s_[top : top + block.shape[0], left : left + block.shape[1]], block

    def _tiles(self, pixels: Pixels, at: Level, coarser: Residual | None, is_last: bool) -> Iterator[tiles.Floats]:
        grid, step = at.grid, 1 if coarser is None else coarser.at.factor // at.factor
        for top, left in grid.corners():
            rainy = tiles.cut(pixels, grid, top, left)
            try:
                derained = self.net.render(rainy, _asking(self._watch), self._given)
            except Cancelled:
                self._tick()  # says how it ends
                raise
            if coarser is not None:
                place = at.top + top - coarser.at.top * step, at.left + left - coarser.at.left * step
                derained = coarse.join(derained, rainy, coarser.removed, step, *place)
            if is_last and self.net.leaves_faint:
                derained = leave_faint(derained, rainy, FAINT)
            self._done += 1
            self._tick()  # before the yield: after the last one nobody comes back
            yield derained

    def _tick(self) -> None:
        self._watch.tick(self._done, self._total, frame=self._frame)


def _finite(derained: tiles.Floats) -> bool:
    """Whether every value is a number: a sum is not, as soon as one value is not."""
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(np.isfinite(derained.sum()))


def _asking(watch: Watch) -> Stop | None:
    """How to learn in the middle of a tile that it is not wanted any more, where `watch` can tell."""
    return (lambda: watch.stopped) if isinstance(watch, StoppableWatch) else None


def out_of_memory() -> tuple[type[BaseException], ...]:
    """What says that memory ran out; without torch nothing raises torch's own error."""
    torch = sys.modules.get("torch")
    return (MemoryError,) if torch is None else (torch.OutOfMemoryError, MemoryError)
