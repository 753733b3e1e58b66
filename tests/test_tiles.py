"""Tiles: any picture is covered, cut-and-blend of the identity is exact, nothing is left out."""

from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from rainapp.inference import tiles

sizes = st.integers(1, 300)


@st.composite
def grids(draw: st.DrawFn) -> tiles.Grid:
    multiple = draw(st.sampled_from([1, 2, 8, 16]))
    tile_px = draw(st.integers(16, 140))
    overlap_px = draw(st.integers(0, tile_px // 16 * 16 - 16))
    return tiles.lay(draw(sizes), draw(sizes), tile_px=tile_px, overlap_px=min(overlap_px, 48), multiple_px=multiple)


def together(grid: tiles.Grid, parts: Iterable[NDArray[np.float32]]) -> NDArray[np.float32]:
    whole = np.zeros((grid.height, grid.width, 3), np.float32)
    covered = np.zeros((grid.height, grid.width), int)
    for top, left, block in tiles.assemble(grid, parts):
        place = np.s_[top : top + block.shape[0], left : left + block.shape[1]]
        whole[place] = block
        covered[place] += 1
    assert np.all(covered == 1), "every pixel is finished once"
    return whole


@settings(max_examples=60, deadline=None)
@given(grids(), st.integers(0, 2**32 - 1))
def test_cut_and_blend_of_the_identity_is_exact(grid: tiles.Grid, seed: int) -> None:
    picture = np.random.default_rng(seed).integers(0, 65536, (grid.height, grid.width, 3), dtype=np.uint16)
    cuts = (tiles.cut(picture, grid, top, left).astype(np.float32) for top, left in grid.corners())
    np.testing.assert_array_equal(together(grid, cuts), picture.astype(np.float32))


@settings(max_examples=100, deadline=None)
@given(sizes, sizes, st.integers(32, 140), st.integers(0, 16), st.sampled_from([1, 8, 16]))
def test_neighbours_overlap_enough_and_tiles_stay_within_the_limit(
    height: int, width: int, tile_px: int, overlap_px: int, multiple: int
) -> None:
    grid = tiles.lay(height, width, tile_px=tile_px, overlap_px=overlap_px, multiple_px=multiple)
    assert grid.tile_height * grid.tile_width <= tile_px**2
    assert grid.tile_height % multiple == 0
    assert grid.tile_width % multiple == 0
    for starts, side, length in ((grid.tops, grid.tile_height, height), (grid.lefts, grid.tile_width, width)):
        assert starts[0] == 0
        assert starts[-1] + side >= length
        assert starts[-1] + side < length + multiple
        assert all(start % multiple == 0 for start in starts), "coarse positions of a net fall on the same pixels in every tile"
        assert all(a + side - b >= overlap_px for a, b in zip(starts, starts[1:], strict=False))


def test_a_picture_a_little_larger_than_a_tile_is_cut_in_two_halves() -> None:
    grid = tiles.lay(520, 512, tile_px=512, overlap_px=64, multiple_px=16)
    assert (grid.count, grid.tile_height, grid.tile_width) == (2, 528, 288)


def test_a_full_hd_frame_is_one_tile_and_a_wide_picture_one_row() -> None:
    assert tiles.lay(1080, 1920, tile_px=1536, overlap_px=252, multiple_px=16).count == 1
    wide = tiles.lay(600, 30_000, tile_px=1536, overlap_px=252, multiple_px=16)
    assert (len(wide.tops), wide.tile_width > 3000) == (1, True)


def test_no_way_of_cutting_a_photo_into_tiles_of_that_area_has_fewer_pixels() -> None:
    for height, width in ((4000, 6000), (3000, 4000), (2160, 3840), (9000, 1200)):
        grid = tiles.lay(height, width, tile_px=2048, overlap_px=256, multiple_px=16)
        counts = [(rows, columns) for rows in range(1, 30) for columns in range(1, 30)]
        sides = [((height + (r - 1) * 256) / r, (width + (c - 1) * 256) / c, r * c) for r, c in counts]
        least = min(count * tall * wide for tall, wide, count in sides if tall * wide <= 2048**2)
        assert grid.count * grid.tile_height * grid.tile_width <= 1.03 * least


def test_two_hundred_megapixels_are_laid_out_without_touching_a_pixel() -> None:
    grid = tiles.lay(12240, 16336, tile_px=512, overlap_px=64, multiple_px=16)
    assert grid.count * grid.tile_height * grid.tile_width < 1.4 * 12240 * 16336


def test_the_fade_keeps_away_from_the_borders_of_both_tiles_and_sums_to_one() -> None:
    weight = tiles.fade(64)
    assert weight[:27].max() == 0
    assert weight[-27:].min() == 1
    np.testing.assert_allclose(weight + weight[::-1], 1, atol=1e-6)
    assert np.all(np.diff(weight) >= 0)


def test_tiles_that_disagree_meet_without_a_step() -> None:
    grid = tiles.lay(64, 200, tile_px=64, overlap_px=32)
    levels = (np.full((grid.tile_height, grid.tile_width, 3), index % 2, np.float32) for index in range(grid.count))
    whole = together(grid, levels)
    assert np.abs(np.diff(whole, axis=1)).max() < 0.35
    assert {float(whole.min()), float(whole.max())} == {0.0, 1.0}


def test_a_single_pixel_becomes_a_tile_by_repetition() -> None:
    grid = tiles.lay(1, 1, tile_px=512, overlap_px=64, multiple_px=16)
    tile = tiles.cut(np.full((1, 1, 3), 9, np.uint8), grid, 0, 0)
    assert tile.shape == (16, 16, 3)
    assert set(tile.ravel().tolist()) == {9}


def test_numbers_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="no tiles of 32 px with 64 px overlap"):
        tiles.lay(100, 100, tile_px=32, overlap_px=64)
