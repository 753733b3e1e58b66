"""Cutting a picture into overlapping tiles and laying them together again: pure geometry.

Tiles are placed evenly and are no larger than they need to be, so a picture a little larger than one tile is cut into two
halves, not a tile and a sliver. What bounds a tile is the memory it takes, its area, not its side: rows and columns are chosen
so that all tiles together have the fewest pixels, and a wide picture gets one row of tall tiles. Neighbours overlap by what the
net sees around a pixel. In the middle seventh of an overlap one tile fades into the next along a raised cosine; the outer
parts, where a tile lacks surroundings, are taken from the neighbour alone. Fading is written as `a + w * (b - a)`, so tiles
that agree come out exactly as they went in.

Tiles begin at multiples of the step a net works on: a net that shrinks the picture inside is the same function in two tiles
only if its coarse positions fall on the same pixels. Where the picture is no multiple, the last tile is padded by reflection.

Only one tile is float at a time, and what it shares with later ones: `assemble` gives finished blocks back as soon as nothing
can change them any more.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from rainapp.base.image import Pixels

Floats = NDArray[np.float32]
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
    """The grid for a picture whose tiles have the fewest pixels together.

    Args:
        height: of the picture, at least 1.
        width: of the picture, at least 1.
        tile_px: a tile is no larger than a square of this side, which is rounded down to the multiple.
        overlap_px: what neighbours share at least, less than `tile_px`.
        multiple_px: what sides of tiles are multiples of.

    Raises:
        ValueError: the numbers do not fit together.
    """
    square, overlap = tile_px // multiple_px, -(-overlap_px // multiple_px)  # in steps, like all of the below
    if height < 1 or width < 1 or overlap < 0 or square <= overlap:
        raise ValueError(f"no tiles of {tile_px} px with {overlap_px} px overlap for a picture of {width}x{height}")
    rows, columns = -(-height // multiple_px), -(-width // multiple_px)
    grids = []
    for tall in _heights(rows, square, overlap):
        wide = square * square // min(tall, rows)
        if wide > overlap or wide >= columns:
            tops, tile_height = _places(rows, tall, overlap, multiple_px)
            lefts, tile_width = _places(columns, wide, overlap, multiple_px)
            grids.append(Grid(height, width, tile_height, tile_width, tops, lefts))
    return min(grids, key=lambda grid: (grid.count * grid.tile_height * grid.tile_width, grid.count))


def _heights(steps: int, square: int, overlap: int) -> Iterator[int]:
    """Heights of tiles worth a look: a square's, and those that cut `steps` into few rows, up to twice as many as squares."""
    yield square
    most = max(-(-(steps - overlap) // (square - overlap)), 1)
    for count in range(1, 2 * most + 1):
        if (tall := -(-(steps + (count - 1) * overlap) // count)) > overlap:
            yield tall


def _places(steps: int, largest: int, overlap: int, multiple: int) -> tuple[tuple[int, ...], int]:
    """Starts along one axis and the side of the tiles there, in pixels; `steps`, `largest` and `overlap` count `multiple`.

    Where there are several tiles, their side is a multiple of `SIDE_PX` if it can be: engines that compile a net for each size
    then meet few of them.
    """
    if steps <= largest:
        return (0,), steps * multiple
    count = -(-(steps - overlap) // (largest - overlap))
    side = -(-(steps + (count - 1) * overlap) // count)
    coarse = max(SIDE_PX // multiple, 1)
    side = min(-(-side // coarse) * coarse, largest)
    return tuple(round(index * (steps - side) / (count - 1)) * multiple for index in range(count)), side * multiple


def cut(pixels: Pixels, grid: Grid, top: int, left: int) -> Pixels:
    """The tile at (top, left): (tile_height, tile_width, 3), a view where it lies inside, else padded by reflection."""
    return padded(pixels[top : top + grid.tile_height, left : left + grid.tile_width], grid)


def padded(tile: Pixels, grid: Grid) -> Pixels:
    """`tile` (h, w, 3) as it is where it has the size of the grid's tiles, else padded below and at the right by reflection."""
    below, right = grid.tile_height - tile.shape[0], grid.tile_width - tile.shape[1]
    if not below and not right:
        return tile
    padding = ((0, below), (0, right), (0, 0))
    return cast(Pixels, np.pad(tile, padding, mode="reflect"))


def fade(overlap_px: int) -> Floats:
    """Weight of the later tile over an overlap, (overlap_px,): 0 for three sevenths, a raised cosine, 1 for three sevenths."""
    position = (np.arange(overlap_px, dtype=np.float32) + 0.5) / max(overlap_px, 1)
    return (0.5 - 0.5 * np.cos(np.pi * np.clip(7 * position - 3, 0, 1))).astype(np.float32)


def assemble(grid: Grid, tiles: Iterable[Floats]) -> Iterator[tuple[int, int, Floats]]:
    """Lay tiles together, block by block.

    Args:
        grid: where they lie.
        tiles: (tile_height, tile_width, 3) float32 each, in the order of `grid.corners()`; may be written into.

    Yields:
        (top, left, block): finished blocks (h, w, 3), which cover the picture without gap or overlap; to be used at once.
    """
    source = iter(tiles)
    above = np.empty((0, grid.width, 3), np.float32)  # what the row of tiles before reaches into this one
    for top, following in _spans(grid.tops, grid.height):
        below = np.empty((min(top + grid.tile_height, grid.height) - following, grid.width, 3), np.float32)
        beside = np.empty((grid.tile_height, 0, 3), np.float32)  # what the tile before reaches into this one
        for left, next_left in _spans(grid.lefts, grid.width):
            tile = next(source)[: grid.height - top, : grid.width - left]
            _fade_in(beside[: len(tile)].swapaxes(0, 1), tile.swapaxes(0, 1))
            beside = tile[:, next_left - left :].copy()
            block = tile[:, : next_left - left]
            _fade_in(above[:, left:next_left], block)
            below[:, left:next_left] = block[following - top :]
            yield top, left, block[: following - top]
        above = below


def _spans(starts: tuple[int, ...], length: int) -> Iterator[tuple[int, int]]:
    """Each start with the next one, the last with the end of the picture."""
    return zip(starts, (*starts[1:], length), strict=True)


def _fade_in(earlier: Floats, later: Floats) -> None:
    """Fade from `earlier` (n, m, 3) into the first n rows of `later`, in place; where both agree, exactly that value stays."""
    weight = fade(len(earlier))
    first, last = int(np.count_nonzero(weight <= 0)), int(np.count_nonzero(weight < 1))
    later[:first] = earlier[:first]
    before = earlier[first:last]
    later[first:last] = before + weight[first:last, None, None] * (later[first:last] - before)
