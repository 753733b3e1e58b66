from fractions import Fraction

import cv2
import numpy as np
import pytest

from rainapp.base.image import Frame, Image
from rainapp.inference import coarse
from rainapp.inference.derainer import Derainer, TiledNet
from rainapp.inference.engines import Stop
from rainapp.inference.pipeline import load_pipeline
from rainapp.jobs.records import NoWatch, Treatment
from rainapp.library.model_library import ModelLibrary


class Plain:
    """An engine that changes nothing, or takes away all above a level."""

    name, device, precision = "plain", "cpu", "fp32"

    def __init__(self, level: float = 1.0) -> None:
        self.level = level
        self.sizes: list[tuple[int, int]] = []

    def render(self, pixels: np.ndarray, stop: Stop | None = None) -> np.ndarray:
        self.sizes.append((pixels.shape[0], pixels.shape[1]))
        shown: np.ndarray = np.minimum(pixels.astype(np.float32) / np.iinfo(pixels.dtype).max, self.level).astype(np.float32)
        return shown

    def prepare(self, height: int, width: int) -> None:
        """Nothing to do."""

    def release(self) -> None:
        """Nothing is kept."""


def net(engine: Plain, tile_px: int = 512) -> TiledNet:
    return TiledNet(engine, tile_px=tile_px, overlap_px=32, multiple_px=16, from_coarse=True)  # type: ignore[arg-type]


def noise(height: int, width: int, kind: type = np.uint8) -> np.ndarray:
    return np.random.default_rng(5).integers(0, np.iinfo(kind).max + 1, (height, width, 3), dtype=kind)


def derained(engine: Plain, image: Image) -> np.ndarray:
    frame = Frame(0, Fraction(0), image, image)
    return next(iter(Derainer(net(engine))([frame], NoWatch()))).image.pixels


def test_only_a_large_picture_is_made_smaller_and_the_smallest_has_the_size_of_training() -> None:
    assert coarse.factors(832, 1280) == (1,)
    assert coarse.factors(1080, 1920) == (2, 1)
    assert coarse.factors(4000, 6000) == (8, 4, 2, 1)
    assert coarse.factors(12000, 16700) == (32, 16, 8, 4, 1)  # half of 200 megapixels would take too much memory
    for side in range(851, 9000, 37):
        assert coarse.WANTED_PX / 2 < side / coarse.factors(side, side)[0] <= coarse.WANTED_PX


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_a_net_that_changes_nothing_gives_a_large_picture_back_bit_for_bit(kind: type) -> None:
    pixels = noise(903, 1021, kind)
    engine = Plain()
    np.testing.assert_array_equal(derained(engine, Image(pixels, 8 * pixels.itemsize)), pixels)
    assert engine.sizes[0] == (464, 512)  # half of it, and the net's padding


def test_every_size_of_the_net_sees_the_rainy_picture_and_the_smallest_decides_what_is_broad() -> None:
    pixels = np.full((1000, 900, 3), 100, np.uint8)
    pixels[300:700, 400:480] = 200
    seen: list[np.ndarray] = []

    class Once(Plain):
        def render(self, tile: np.ndarray, stop: Stop | None = None) -> np.ndarray:
            seen.append(tile)
            return super().render(tile) if len(seen) > 1 else np.minimum(super().render(tile), np.float32(100 / 255))

    result = derained(Once(), Image(pixels))
    assert result[304:696, 404:476].max() <= 101
    assert np.abs(result[:, 484:].astype(int) - 100).max() == 0
    assert all(tile.max() == 200 for tile in seen)


def test_parts_see_of_the_smaller_picture_what_the_whole_does() -> None:
    pixels, removed = noise(96, 128), np.random.default_rng(2).normal(0, 0.1, (24, 32, 3)).astype(np.float16)
    whole = coarse.without(pixels, removed, 4)
    for top, left in ((0, 0), (32, 48), (64, 96)):
        part = coarse.without(pixels[top : top + 32, left : left + 32], removed, 4, top, left)
        np.testing.assert_array_equal(part, whole[top : top + 32, left : left + 32])


NOTHING = np.zeros((32, 48, 3), np.float16)


def test_a_larger_picture_has_no_say_over_what_is_broad() -> None:
    rainy = np.full((64, 96, 3), 153, np.uint8)
    darker = np.full((64, 96, 3), 0.4, np.float32)
    np.testing.assert_allclose(coarse.join(darker, rainy, NOTHING, 2, 0, 0), 0.6, atol=1e-6)
    deeper = np.full((64, 96, 3), 0.6, np.float32)
    np.testing.assert_allclose(coarse.join(deeper, rainy, NOTHING - np.float16(0.25), 2, 0, 0), 0.35, atol=1e-3)
    grain = 0.6 + np.where(np.indices((64, 96, 3))[:2].sum(0) % 2, 0.1, -0.1).astype(np.float32)
    np.testing.assert_allclose(coarse.join(grain.copy(), rainy, NOTHING, 2, 0, 0), grain, atol=1e-6)


def fine_rain(width_px: int) -> np.ndarray:
    """What a net takes of upright streaks of this width, (64, 96, 3)."""
    taken = np.zeros((64, 96, 3), np.float32)
    for left in range(0, 96, 8 * width_px):
        taken[:, left : left + width_px] = -0.2
    return taken


def test_where_rain_is_fine_the_larger_picture_has_a_say() -> None:
    assert coarse.fineness(fine_rain(1)).min() == 1
    assert coarse.fineness(cv2.GaussianBlur(fine_rain(4), (0, 0), 1.5)).max() == 0
    assert coarse.fineness(np.zeros((64, 96, 3), np.float32)).max() == 0
    rainy = np.full((64, 96, 3), 153, np.uint8)
    joined = coarse.join((0.6 + fine_rain(1)).astype(np.float32), rainy, NOTHING, 2, 0, 0)
    kept = (0.6 - joined).mean() / -fine_rain(1).mean()
    assert kept == pytest.approx(coarse.SAY_WHERE_MORE, abs=0.02)


@pytest.mark.parametrize("sides", [(64, 96), (60, 92)])
def test_a_tile_whose_sides_are_no_multiple_of_the_places_is_joined_alike(sides: tuple[int, int]) -> None:
    rainy, removed = (
        noise(64, 96)[: sides[0], : sides[1]],
        np.random.default_rng(2).normal(0, 0.1, (32, 48, 3)).astype(np.float16),
    )
    derained = np.full((*sides, 3), 0.4, np.float32)
    joined = coarse.join(derained.copy(), rainy, removed, 2, 0, 0)
    assert joined.shape == (*sides, 3)
    assert np.isfinite(joined).all()


def test_a_smaller_picture_is_made_of_means_and_leaves_the_rest_out() -> None:
    pixels = noise(70, 50)
    small = coarse.reduced(pixels, 4)
    assert small.shape == (17, 12, 3)
    assert np.abs(small[3, 5] - pixels[12:16, 20:24].mean((0, 1))).max() <= 1


def test_broad_streaks_go_from_a_large_photo() -> None:
    y, x = np.mgrid[0:1280, 0:1300].astype(np.float32)
    clean = np.stack([90 + 40 * np.sin(x / 310), 100 + 30 * np.cos(y / 270), 110 + 20 * np.sin((x + y) / 400)], -1)
    streaks = np.zeros((1280, 1300), np.float32)
    rng = np.random.default_rng(4)
    for left, top in zip(rng.integers(60, 1240, 70), rng.integers(0, 1100, 70), strict=True):
        cv2.line(streaks, (int(left), int(top)), (int(left) + 12, int(top) + 170), 1.0, 11, cv2.LINE_AA)
    rainy = np.clip(clean + 45 * streaks[..., None], 0, 255).astype(np.uint8)
    pipeline = load_pipeline(Treatment(temporal="off", device="cpu"), ModelLibrary())
    image = Image(rainy)
    result = next(iter(pipeline([Frame(0, Fraction(0), image, image)], NoWatch()))).image.pixels
    left = [float(np.abs(each.astype(np.float32) - clean)[streaks > 0.5].mean()) for each in (rainy, result)]
    assert left[1] < 0.5 * left[0]
