"""Cutting a picture into overlapping tiles and laying them together again: pure geometry.

Tiles are placed evenly and are no larger than they need to be, so a picture a little larger than one tile is cut into two
halves, not a tile and a sliver. Neighbours overlap by what the net sees around a pixel. In the middle fifth of an overlap one
tile fades into the next along a raised cosine; the outer parts, where a tile lacks surroundings, are taken from the neighbour
alone. Fading is written as `a + w * (b - a)`, so tiles that agree come out exactly as they went in.

Tiles begin at multiples of the step a net works on: a net that shrinks the picture inside is the same function in two tiles
only if its coarse positions fall on the same pixels. Where the picture is no multiple, the last tile is padded by reflection.

Only one row of tiles is float at a time: `assemble` gives finished rows back as soon as nothing can change them any more.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from rainapp.image import Pixels

Rows = NDArray[np.float32]
SIDE_PX = 32


@dataclass(frozen=True)
class Grid:
    """Where the tiles of a picture of `height` x `width` lie: `tops` x `lefts`, each `tile_height` x `tile_width`.

    The last tiles may reach beyond the picture by less than a step of the net; they are padded there.
    """

    height: int
    width: int
    tile_height: int
    tile_width: int
    tops: tuple[int, ...]
    lefts: tuple[int, ...]

    @property
    def count(self) -> int:
        """Number of tiles."""
        return len(self.tops) * len(self.lefts)

    def corners(self) -> Iterator[tuple[int, int]]:
        """(top, left) of every tile, row by row."""
        return ((top, left) for top in self.tops for left in self.lefts)


def lay(height: int, width: int, *, tile_px: int, overlap_px: int, multiple_px: int = 1) -> Grid:
    """The grid of tiles for a picture.

    Args:
        height: of the picture, at least 1.
        width: of the picture, at least 1.
        tile_px: longest side of a tile; rounded down to the multiple.
        overlap_px: what neighbours share at least, less than a tile.
        multiple_px: what sides of tiles are multiples of.

    Raises:
        ValueError: the numbers do not fit together.
    """
    largest, overlap = tile_px // multiple_px, -(-overlap_px // multiple_px)  # in steps
    if height < 1 or width < 1 or overlap < 0 or largest <= overlap:
        raise ValueError(f"no tiles of {tile_px} px with {overlap_px} px overlap for a picture of {width}x{height}")
    tops, tile_height = _places(height, largest, overlap, multiple_px)
    lefts, tile_width = _places(width, largest, overlap, multiple_px)
    return Grid(height, width, tile_height, tile_width, tops, lefts)


def _places(length: int, largest: int, overlap: int, multiple: int) -> tuple[tuple[int, ...], int]:
    """Starts along one axis and the side of the tiles there, in pixels; `largest` and `overlap` are in steps of `multiple`.

    Where there are several tiles, their side is a multiple of `SIDE_PX` if it can be: engines that compile a net for each size
    then meet few of them.
    """
    steps = -(-length // multiple)
    if steps <= largest:
        return (0,), steps * multiple
    count = -(-(steps - overlap) // (largest - overlap))
    side = -(-(steps + (count - 1) * overlap) // count)
    coarse = max(SIDE_PX // multiple, 1)
    side = min(-(-side // coarse) * coarse, largest)
    return tuple(round(index * (steps - side) / (count - 1)) * multiple for index in range(count)), side * multiple


def cut(pixels: Pixels, grid: Grid, top: int, left: int) -> Pixels:
    """The tile at (top, left): (tile_height, tile_width, 3), a view where it lies inside, else padded by reflection."""
    tile = pixels[top : top + grid.tile_height, left : left + grid.tile_width]
    below, right = grid.tile_height - tile.shape[0], grid.tile_width - tile.shape[1]
    if not below and not right:
        return tile
    padding = ((0, below), (0, right), (0, 0))
    return cast(Pixels, np.pad(tile, padding, mode="reflect"))


def fade(overlap_px: int) -> Rows:
    """Weight of the later tile over an overlap, (overlap_px,): 0 over two fifths, a raised cosine, 1 over two fifths."""
    position = (np.arange(overlap_px, dtype=np.float32) + 0.5) / max(overlap_px, 1)
    return (0.5 - 0.5 * np.cos(np.pi * np.clip(5 * position - 2, 0, 1))).astype(np.float32)


def assemble(grid: Grid, tiles: Iterable[Rows]) -> Iterator[tuple[int, Rows]]:
    """Lay tiles together, row by row.

    Args:
        grid: where they lie.
        tiles: (tile_height, tile_width, 3) float32 each, in the order of `grid.corners()`.

    Yields:
        (top, rows): finished rows (n, width, 3), from the top of the picture to its bottom, without gap. They are the caller's.
    """
    source = iter(tiles)
    above: Rows | None = None  # what the row of tiles before reaches into this one
    for index, top in enumerate(grid.tops):
        strip = _strip(grid, top, source)
        if above is not None:
            weight = fade(len(above))
            first, last = _between(weight)
            strip[:first] = above[:first]
            strip[first:last] = _faded(above[first:last], strip[first:last], weight[first:last, None, None])
        following = grid.tops[index + 1] if index + 1 < len(grid.tops) else grid.height
        above = strip[following - top :].copy() if following < grid.height else None
        yield top, strip[: following - top]


def _strip(grid: Grid, top: int, source: Iterator[Rows]) -> Rows:
    """The row of tiles at `top`, faded into one strip (tile_height or less, width, 3)."""
    strip = np.empty((min(grid.tile_height, grid.height - top), grid.width, 3), np.float32)
    reached = 0
    for left in grid.lefts:
        right = min(left + grid.tile_width, grid.width)
        tile = next(source)[: len(strip), : right - left]
        weight = fade(max(reached - left, 0))
        first, last = _between(weight)
        across = slice(left + first, left + last)
        strip[:, across] = _faded(strip[:, across], tile[:, first:last], weight[None, first:last, None])
        strip[:, left + last : right] = tile[:, last:]
        reached = right
    return strip


def _between(weight: Rows) -> tuple[int, int]:
    """Where `weight`, which rises, is neither 0 nor 1: from the first index to the second."""
    return int(np.count_nonzero(weight <= 0)), int(np.count_nonzero(weight < 1))


def _faded(earlier: Rows, later: Rows, weight: Rows) -> Rows:
    """From `earlier` (weight 0) to `later` (weight 1); where both agree, exactly that value."""
    return earlier + weight * (later - earlier)
