"""How rainy a picture is as a whole decides what counts as rain in it, on every path to a result."""

from fractions import Fraction

import numpy as np
import pytest
from numpy.typing import NDArray

from rainapp.base.image import Frame, Image, Pixels
from rainapp.inference import part_of_picture
from rainapp.inference.derainer import Derainer, TiledNet
from rainapp.inference.engines import Stop
from rainapp.inference.pipeline import Pipeline
from rainapp.jobs.records import NoWatch, Region
from tests.test_coarse import Plain
from tests.test_derain import derain

BRIGHT, TAKEN = 200, 14


class Strokes(Plain):
    """An engine that takes 14 levels from what is bright."""

    def render(self, pixels: Pixels, stop: Stop | None = None) -> NDArray[np.float32]:
        shown = super().render(pixels)
        return shown - np.float32(TAKEN / 255) * (shown > BRIGHT / 255)


def net(engine: Plain, tile_px: int = 1024, leaves_faint: bool = True) -> TiledNet:
    return TiledNet(
        engine, tile_px=tile_px, overlap_px=32, multiple_px=16, from_coarse=True, leaves_faint=leaves_faint  # type: ignore[arg-type]
    )  # fmt: skip


def strokes(height: int, width: int, share: float, ground: int = 120) -> Image:
    """Thick bright strokes on grey, in this `share` of the rows."""
    pixels = np.full((height, width, 3), ground, np.uint8)
    for top in range(0, round(share * height), 48):
        for left in range(0, width, 48):
            pixels[top + 8 : top + 40, left + 8 : left + 20] = 230
    return Image(pixels)


SIZES = [(480, 640), (640, 2300)]  # one tile, two tiles


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_strokes_in_a_part_of_a_picture_stay_and_strokes_everywhere_go(height: int, width: int) -> None:
    everywhere, here = strokes(height, width, 1), strokes(height, width, 0.15)
    gone = derain(net(Strokes()), everywhere).image.pixels
    assert int(everywhere.pixels.max()) - int(gone.max()) >= TAKEN - 4
    np.testing.assert_array_equal(derain(net(Strokes()), here).image.pixels, here.pixels)
    taken = derain(net(Strokes(), leaves_faint=False), here).image.pixels  # a net that does not judge takes them
    assert int(here.pixels.max()) - int(taken.max()) >= TAKEN - 4


def test_a_long_strip_is_not_judged_as_a_whole() -> None:
    here = strokes(800, 2600, 0.15)
    taken = derain(net(Strokes()), here).image.pixels
    assert int(here.pixels.max()) - int(taken.max()) >= TAKEN - 4


@pytest.mark.parametrize(("height", "width"), SIZES)
@pytest.mark.parametrize("share", [0.15, 0.27, 0.33, 1.0])
def test_a_part_is_judged_as_the_whole_is(height: int, width: int, share: float) -> None:
    image = strokes(height, width, share)
    whole = derain(net(Strokes()), image).image.pixels.astype(int)
    for region in (Region(0, 0, 200, 150), Region(203, 117, 260, 301), Region(0, 0, width, height)):
        part = part_of_picture.derain_part(net(Strokes()), image, region, NoWatch()).image.pixels
        shown = whole[region.y : region.y + region.height, region.x : region.x + region.width]
        assert np.abs(part.astype(int) - shown).max() <= 1


class Dips(Strokes):
    """It also takes more light from black than there is, as nets do."""

    def render(self, pixels: Pixels, stop: Stop | None = None) -> NDArray[np.float32]:
        shown = super().render(pixels)
        return shown - np.float32(9 / 255) * (shown == 0)


def test_light_that_is_not_there_does_not_make_a_picture_rainy() -> None:
    image, region = strokes(480, 640, 0.15, ground=0), Region(0, 0, 300, 200)
    whole = derain(net(Dips()), image).image.pixels
    np.testing.assert_array_equal(whole, image.pixels)
    np.testing.assert_array_equal(
        part_of_picture.derain_part(net(Dips()), image, region, NoWatch()).image.pixels, whole[:200, :300]
    )


def test_a_part_of_16_bit_is_exactly_that_of_the_whole() -> None:
    image = strokes(480, 640, 1)
    deep = Image((image.pixels.astype(np.uint16) * 257), 16)
    whole = derain(net(Strokes()), deep).image.pixels
    part = part_of_picture.derain_part(net(Strokes()), deep, Region(31, 50, 200, 100), NoWatch()).image.pixels
    np.testing.assert_array_equal(part, whole[50:150, 31:231])


def test_a_small_picture_is_looked_at_once_for_all_of_its_parts() -> None:
    engine = Strokes()
    small, image = net(engine), strokes(480, 640, 1)
    first = part_of_picture.derain_part(small, image, Region(10, 10, 200, 200), NoWatch())
    looks = len(engine.sizes)
    again = part_of_picture.derain_part(small, image, Region(10, 10, 200, 200), NoWatch())
    part_of_picture.derain_part(small, image, Region(300, 200, 100, 90), NoWatch(), draft=True)
    assert len(engine.sizes) == looks
    np.testing.assert_array_equal(first.image.pixels, again.image.pixels)


def test_a_large_picture_is_not_judged_nor_is_its_small_preview() -> None:
    here = strokes(1300, 1400, 0.15)
    taken = derain(net(Strokes()), here).image.pixels
    assert int(here.pixels.max()) - int(taken.max()) >= TAKEN - 4
    judging = Pipeline("strokes", net(Strokes()), [Derainer(net(Strokes()))])
    small = strokes(480, 640, 0.15)
    frame = Frame(0, Fraction(0), small, small)
    (left,) = judging([frame], NoWatch())
    (gone,) = judging.unjudged()([frame], NoWatch())
    np.testing.assert_array_equal(left.image.pixels, small.pixels)
    assert int(small.pixels.max()) - int(gone.image.pixels.max()) >= TAKEN - 4


def test_what_a_person_calls_rain_is_taken_though_it_stands_in_a_part_only() -> None:
    here = strokes(480, 640, 0.15)
    frame = Frame(0, Fraction(0), here, here)
    region = Region(0, 0, 300, 200)
    for judges in (True, False):
        shared = net(Strokes())
        pipeline = Pipeline("strokes", shared, [Derainer(shared, judges=judges)], judges)
        (whole,) = pipeline([frame], NoWatch())
        part = pipeline.part(here, region, NoWatch()).image.pixels
        assert np.abs(part.astype(int) - whole.image.pixels[:200, :300]).max() <= 1
        taken = int(here.pixels.max()) - int(whole.image.pixels.max())
        assert (taken >= TAKEN - 4) is not judges
