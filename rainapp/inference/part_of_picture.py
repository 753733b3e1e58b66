"""A part of a picture derained as the whole would be, for who looks at a part and waits.

Around the part the net is shown what it sees of it. A large picture is seen at several sizes (`coarse`), and each smaller size
must be right a little further around, so it is shown more; with that no pixel of the default model's moved by more than a
level from what the file holds, as good as everywhere (docs, results). What was found in the smaller sizes is kept for the
picture looked at last: looking again, exactly or a little to the side, needs the pass at full size only. A picture that is
small enough to be judged as a whole (`faint`) is derained whole, once.

In haste that pass is left out where it would take long. It has a say over the finest band only, the rest has been decided in
the smaller sizes, which cost half of it; so all but the finest streaks are gone already.
"""

import threading
import weakref
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from rainapp.base.image import Image, Pixels
from rainapp.inference import coarse
from rainapp.inference.amount import change
from rainapp.inference.derainer import FULL, Level, Residual, TiledNet, TileRunner, out_of_memory
from rainapp.inference.residual_gate import FAINT, leave_faint
from rainapp.jobs.records import Region, Watch

MARGIN_SHARE = 3 / 8
"""Of the overlap of tiles: what the net is shown around a part."""
HALF_SHARE = 1 / 4
"""The same for the largest of the smaller sizes, which costs as much as the others together: there it is as good (measured)."""
MARGIN_MAX_PX = 512
DRAFT_PIXELS = 1_200_000
"""What takes the net no longer than this is done at once, also in haste: half a second to a second on two cores."""
NETS_KEPT = 2  # with haze and without


@dataclass(frozen=True)
class Step:
    """A pass over a part, and which of its pixels are to be right: `needed`, in pixels of the smaller picture."""

    at: Level
    needed: Region


@dataclass(frozen=True, eq=False)
class Part:
    """A derained part; `rain` as in `Frame`. `is_rough`: the finest band is still that of the rainy picture."""

    image: Image
    rain: float
    is_rough: bool


class LastResidual:
    """What was found in the smaller sizes of the picture looked at last; any thread may ask.

    Of each size one part: with those of the largest part that the window asks for 20 MB for each of two nets.
    """

    def __init__(self) -> None:
        """Nothing yet."""
        self._lock = threading.Lock()
        self._image: weakref.ref[Image] | None = None
        self._kept: dict[weakref.ref[TiledNet], dict[int, tuple[Region, Residual]]] = {}  # by factor; the newest net last

    def get(self, image: Image, net: TiledNet, step: Step) -> Residual | None:
        """What was found where `step` needs it, if that is at hand."""
        with self._lock:
            if self._image is None or self._image() is not image:
                return None
            right, found = self._kept.get(weakref.ref(net), {}).get(step.at.factor, (None, None))
            return found if right is not None and right.covers(step.needed) else None

    def keep(self, image: Image, net: TiledNet, step: Step, found: Residual) -> None:
        """Keep it in place of what was known of this size."""
        with self._lock:
            if self._image is None or self._image() is not image:
                self._image = weakref.ref(image)
                self._kept.clear()
            by_factor = self._kept.pop(weakref.ref(net), {})
            self._kept = dict([*((ref, each) for ref, each in self._kept.items() if ref() is not None)][1 - NETS_KEPT :])
            self._kept[weakref.ref(net)] = by_factor | {step.at.factor: (step.needed, found)}


LAST = LastResidual()


def derain_part(net: TiledNet, image: Image, region: Region, watch: Watch, draft: bool = False, judges: bool = True) -> Part:
    """Derain `region` of `image` as if the whole were derained; `draft`: the finest band may be left for another time.

    `judges`: as in `Derainer`.

    Raises:
        BadModel, BadTreatment, NotEnoughMemory, DeviceLost, EngineFailed, Cancelled: see `Derainer`.
    """
    while True:
        engine, tile_px = net.engine, net.tile_px
        try:
            if judges and net.judges(image.height, image.width):
                return _judged(net, image, region, watch)
            return _derained(net, image, region, watch, draft)
        except out_of_memory() as error:
            net.degrade(engine, tile_px, error)


def prepare(net: TiledNet, whole: tuple[int, int], part: tuple[int, int], watch: Watch, judges: bool = True) -> None:
    """Make the engine ready for parts of this (width, height) in pictures of `whole`, what is needed first first."""
    (width, height), (across, down) = whole, part
    middle = Region((width - across) // 2, (height - down) // 2, across, down)
    is_judged = judges and net.judges(height, width)
    ahead = [whole_step(net, height, width)] if is_judged else steps(net, height, width, middle)
    for step in ahead:
        watch.tick(0, 0)
        net.prepare(step.at.grid.tile_height, step.at.grid.tile_width)


def steps(net: TiledNet, height: int, width: int, region: Region) -> list[Step]:
    """The passes for `region` of a picture of `height` x `width`, coarsest first."""
    made: list[Step] = []
    needed, finer = region, 1
    factors = net.factors(height, width)
    for factor in reversed(factors):
        if factor > 1:
            needed = _smaller(needed, factor // finer)
        share = HALF_SHARE if len(made) == 1 else MARGIN_SHARE
        margin_px = min(round(net.overlap_px * share), MARGIN_MAX_PX)
        sides = height // factor, width // factor
        outer = around(needed, sides, margin_px, net.multiple_px)
        at = Level(factor, net.lay(outer.height, outer.width, net.tile_px, factor < factors[0]), outer.y, outer.x)
        made.append(Step(at, _inside(needed, sides)))
        needed = Region(
            needed.x - margin_px, needed.y - margin_px, needed.width + 2 * margin_px, needed.height + 2 * margin_px
        )  # fmt: skip
        finer = factor
    return made[::-1]


def _derained(net: TiledNet, image: Image, region: Region, watch: Watch, draft: bool) -> Part:
    *smaller, last = steps(net, image.height, image.width, region)
    at_hand = _at_hand(net, image, region, smaller) if draft else None
    if at_hand is not None and _pixels([last]) > DRAFT_PIXELS:
        watch.tick(1, 1)
        return _part(image, region, _rough(net, image.pixels, region, at_hand), is_rough=True)
    coarser, missing = None, list[Step]()
    for step in reversed(smaller):
        coarser = LAST.get(image, net, step)
        if coarser is not None:
            break
        missing.insert(0, step)
    is_rough = draft and bool(smaller) and _pixels([*missing, last]) > DRAFT_PIXELS
    ahead = missing if is_rough else [*missing, last]
    runner = TileRunner(net, watch, 0, sum(step.at.grid.count for step in ahead), net.of(image))
    for step in missing:
        coarser = runner.find(image.pixels, step.at, coarser)
        LAST.keep(image, net, step, coarser)
    derained = _rough(net, image.pixels, region, coarser) if is_rough else _fine(runner, image.pixels, region, last.at, coarser)
    return _part(image, region, derained, is_rough)


def _judged(net: TiledNet, image: Image, region: Region, watch: Watch) -> Part:
    """A part of a picture that is derained whole, because all of it tells what is too faint to be taken."""
    whole = whole_step(net, image.height, image.width)
    found = LAST.get(image, net, whole)
    if found is None:
        found = TileRunner(net, watch, 0, whole.at.grid.count, net.of(image)).find(image.pixels, whole.at, None)
        LAST.keep(image, net, whole, found)
    else:
        watch.tick(1, 1)
    place = _place(region)
    derained = FULL.mix(image.pixels[place], found.leave_faint(image.pixels[place], place), None)
    return _part(image, region, derained, is_rough=False)


def whole_step(net: TiledNet, height: int, width: int) -> Step:
    """The only pass over a picture that is derained whole."""
    return Step(Level(1, net.lay(height, width, net.tile_px)), Region(0, 0, width, height))


def _at_hand(net: TiledNet, image: Image, region: Region, smaller: Sequence[Step]) -> Residual | None:
    """What was found in the largest of the smaller sizes, where that is right for the part itself: it moved by a little."""
    if not smaller:
        return None
    factor = smaller[-1].at.factor
    needed = _inside(_smaller(region, factor), (image.height // factor, image.width // factor))
    return LAST.get(image, net, replace(smaller[-1], needed=needed))


def _part(image: Image, region: Region, derained: Pixels, is_rough: bool) -> Part:
    alpha = None if image.alpha is None else image.alpha[_place(region)].copy()
    rain = change(image.pixels[_place(region)], derained) / derained.size / image.peak
    return Part(replace(image, pixels=derained, alpha=alpha), rain, is_rough)


def _fine(runner: TileRunner, pixels: Pixels, region: Region, at: Level, coarser: Residual | None) -> Pixels:
    rainy = at.cut(pixels)
    derained = np.empty_like(rainy)
    for place, block in runner.blocks(pixels, at, coarser):
        derained[place] = FULL.mix(rainy[place], block, None)
    return derained[_place(replace(region, x=region.x - at.left, y=region.y - at.top))].copy()


def _rough(net: TiledNet, pixels: Pixels, region: Region, coarser: Residual | None) -> Pixels:
    """The part less what was found in the smaller sizes."""
    assert coarser is not None
    factor = coarser.at.factor
    above, before = region.y % factor, region.x % factor
    begun = Region(region.x - before, region.y - above, region.width + before, region.height + above)
    place = begun.y - coarser.at.top * factor, begun.x - coarser.at.left * factor
    rainy = pixels[_place(begun)]
    derained = coarse.without(rainy, coarser.removed, factor, *place)[above:, before:]
    if not net.leaves_faint:
        return derained.copy()
    rainy = rainy[above:, before:]
    peak = np.float32(np.iinfo(rainy.dtype).max)
    return FULL.mix(rainy, leave_faint(derained.astype(np.float32) / peak, rainy, FAINT), None)


def around(part: Region, sides: tuple[int, int], margin_px: int, multiple_px: int) -> Region:
    """`part` and a margin around it in a picture of `sides` (height, width), beginning on the net's own grid.

    So pixels fall as they do in the whole. Wherever the part lies, its surroundings have the same size (but for padding),
    because every size must be compiled for.
    """
    left, width = _span(part.x, part.width, sides[1], margin_px, multiple_px)
    top, height = _span(part.y, part.height, sides[0], margin_px, multiple_px)
    return Region(left, top, width, height)


def _span(start: int, length: int, whole: int, margin_px: int, multiple_px: int) -> tuple[int, int]:
    """Start and length of what is cut out along one side of a picture of `whole` pixels."""
    wanted = -(-(length + 2 * margin_px + multiple_px - 1) // multiple_px) * multiple_px
    first = max(start - margin_px, 0) // multiple_px * multiple_px
    first = max(min(first, -(-(whole - wanted) // multiple_px) * multiple_px), 0)
    return first, min(wanted, whole - first)


def _smaller(part: Region, by: int) -> Region:
    """What of the picture made smaller `by` so much is mixed into `part`; its size depends on that of `part` only."""
    return Region(part.x // by - 1, part.y // by - 1, -(-part.width // by) + 3, -(-part.height // by) + 3)


def _inside(part: Region, sides: tuple[int, int]) -> Region:
    """What of `part` lies in a picture of `sides` (height, width)."""
    left, top = max(part.x, 0), max(part.y, 0)
    return Region(left, top, min(part.x + part.width, sides[1]) - left, min(part.y + part.height, sides[0]) - top)


def _place(part: Region) -> tuple[slice, slice]:
    return slice(part.y, part.y + part.height), slice(part.x, part.x + part.width)


def _pixels(ahead: Sequence[Step]) -> int:
    """How many pixels the net is given in these passes."""
    return sum(step.at.grid.count * step.at.grid.tile_height * step.at.grid.tile_width for step in ahead)
