"""Parts of large pictures: as the whole, soon, and nothing found twice."""

from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from rainapp.base.errors import Cancelled
from rainapp.base.image import Frame, Image
from rainapp.inference import part_of_picture
from rainapp.inference.derainer import Derainer, TiledNet
from rainapp.inference.engines import Stop
from rainapp.inference.pipeline import Pipeline, load_pipeline
from rainapp.jobs.records import DerainFile, NoWatch, Preview, Previewed, Region, Treatment
from rainapp.library.model_library import ModelLibrary
from rainapp.work import run_job
from tests.test_coarse import Plain, noise
from tests.test_derain import Line

PLAIN = Treatment(temporal="off", engine="torch", device="cpu", precision="fp32")
PLACES = [Region(403, 511, 300, 201), Region(0, 0, 90, 60), Region(1281, 1219, 1, 1), Region(900, 1001, 383, 219)]


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A photo that is derained at a quarter and at half of its size first: broad waves, grain, and streaks of all widths."""
    y, x = np.mgrid[0:1220, 0:1283]
    waves = np.stack([np.sin(x / 90) * 50, np.cos(y / 70) * 50, np.sin((x + y) / 110) * 50], -1) + 110
    pixels = (waves + np.random.default_rng(2).normal(0, 6, waves.shape)).clip(0, 255).astype(np.uint8)
    for width in range(1, 14):
        cv2.line(pixels, (width * 90, 20 * width), (width * 90 + 60, 20 * width + 700), (235, 230, 230), width, cv2.LINE_AA)
    path = tmp_path / "large.png"
    cv2.imwrite(str(path), pixels)
    return path


def read(path: Path) -> NDArray[np.uint8]:
    return np.asarray(cv2.imread(str(path), cv2.IMREAD_COLOR_RGB), np.uint8)


def at(pixels: NDArray[np.uint8], region: Region) -> NDArray[np.int64]:
    return pixels[region.y : region.y + region.height, region.x : region.x + region.width].astype(np.int64)


@pytest.mark.usefixtures("tiny_library")
def test_a_preview_of_a_part_of_a_large_photo_shows_what_the_file_will_hold(large: Path, tmp_path: Path) -> None:
    run_job.run(DerainFile(large, tmp_path / "out.png", PLAIN), NoWatch())
    whole, rainy = read(tmp_path / "out.png"), read(large)
    for region in PLACES:
        shown = run_job.run(Preview(large, PLAIN, region), NoWatch())
        assert isinstance(shown, Previewed)
        assert not shown.is_rough
        assert np.abs(shown.derained.pixels.astype(int) - at(whole, region)).max() <= 1
        assert np.abs(at(rainy, region) - at(whole, region)).max() > 5  # there is something to get wrong
        assert np.array_equal(shown.rainy.pixels, at(rainy, region))


@pytest.fixture
def pipeline(tiny_library: Path) -> Pipeline:
    return load_pipeline(PLAIN, ModelLibrary(tiny_library))


def test_in_haste_only_the_finest_band_is_left_as_it_is(
    pipeline: Pipeline, large: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image, region = Image(read(large)), PLACES[0]
    at_once = pipeline.part(image, region, NoWatch(), draft=True)
    assert not at_once.is_rough  # the part is small
    monkeypatch.setattr(part_of_picture, "DRAFT_PIXELS", 0)
    rough = pipeline.part(image, region, NoWatch(), draft=True)
    assert rough.is_rough
    fine, rainy = at_once.image.pixels.astype(float), at(read(large), region).astype(float)
    broad, all_broad = (np.abs(cv2.blur(each - fine, (9, 9))).mean() for each in (rough.image.pixels.astype(float), rainy))
    assert broad < 0.3 * all_broad
    assert np.abs(rough.image.pixels - fine).mean() > 0.5  # but something is left


class Near(Plain):
    """An engine that darkens what is brighter than the mean of 31 x 31 pixels around it, so it looks as far as 15 pixels."""

    def render(self, pixels: NDArray[np.uint8], stop: Stop | None = None) -> NDArray[np.float32]:
        shown = super().render(pixels)
        return np.asarray(np.minimum(shown, cv2.blur(shown, (31, 31))), np.float32)


def test_every_size_is_looked_at_as_far_around_as_the_net_sees() -> None:
    pixels = cv2.GaussianBlur(noise(1220, 1283), (0, 0), 9)
    image = Image(np.asarray(cv2.normalize(pixels, None, 0, 255, cv2.NORM_MINMAX), np.uint8))
    net = TiledNet(Near(), tile_px=1024, overlap_px=64, multiple_px=4, from_coarse=True)  # type: ignore[arg-type]
    whole = next(iter(Derainer(net)([Frame(0, Fraction(0), image, image)], NoWatch()))).image.pixels
    assert np.abs(whole.astype(int) - image.pixels).mean() > 5
    for region in PLACES:
        part = part_of_picture.derain_part(net, image, region, NoWatch()).image.pixels
        assert np.abs(part.astype(int) - at(np.asarray(whole, np.uint8), region)).max() <= 1


def test_what_was_found_in_the_smaller_sizes_is_not_looked_for_again() -> None:
    engine, other = Plain(0.5), Plain(0.4)
    nets = [made(engine), made(other), made(Plain())]
    image, region = Image(noise(1300, 1400)), Region(300, 200, 400, 300)
    first = part_of_picture.derain_part(nets[0], image, region, NoWatch())
    passes = len(engine.sizes)
    assert passes == 3
    part_of_picture.derain_part(nets[1], image, region, NoWatch())
    again = part_of_picture.derain_part(nets[0], image, region, NoWatch())
    assert len(engine.sizes) == passes + 1
    assert engine.sizes[-1] == engine.sizes[2]
    np.testing.assert_array_equal(again.image.pixels, first.image.pixels)
    part_of_picture.derain_part(nets[0], image, Region(320, 220, 360, 260), NoWatch())  # within it
    assert len(engine.sizes) == passes + 2
    part_of_picture.derain_part(nets[2], image, region, NoWatch())  # a third net takes the place of the first
    part_of_picture.derain_part(nets[1], image, region, NoWatch())
    assert len(other.sizes) == passes + 1
    part_of_picture.derain_part(nets[0], image, region, NoWatch())
    assert len(engine.sizes) == 2 * passes + 2
    part_of_picture.derain_part(nets[0], Image(noise(1300, 1400)), region, NoWatch())
    assert len(engine.sizes) == 3 * passes + 2


def test_where_the_view_moves_a_little_a_hasty_look_takes_no_pass_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    engine, image = Plain(0.5), Image(noise(1300, 1400))
    net, moved = made(engine), Region(307, 195, 400, 300)
    part_of_picture.derain_part(net, image, Region(300, 200, 400, 300), NoWatch())
    passes = len(engine.sizes)
    monkeypatch.setattr(part_of_picture, "DRAFT_PIXELS", 0)
    kept = part_of_picture.derain_part(net, image, moved, NoWatch(), draft=True)
    assert kept.is_rough
    assert len(engine.sizes) == passes
    monkeypatch.setattr(part_of_picture, "LAST", part_of_picture.LastResidual())
    anew = part_of_picture.derain_part(net, image, moved, NoWatch(), draft=True)
    assert len(engine.sizes) == passes + 2
    assert np.abs(kept.image.pixels.astype(int) - anew.image.pixels).max() <= 1


class StopsAt:
    """A watch that cancels at the n-th tick."""

    def __init__(self, tick: int) -> None:
        self.left = tick
        self.told: list[tuple[int, int]] = []

    def tick(self, done: int, total: int, **facts: float) -> None:
        self.told.append((done, total))
        self.left -= 1
        if self.left == 0:
            raise Cancelled


def test_a_part_can_be_stopped_at_every_pass_and_goes_on_from_there() -> None:
    engine = Plain(0.5)
    net, image, region = made(engine), Image(noise(1300, 1400)), Region(300, 200, 400, 300)
    watch = StopsAt(2)
    with pytest.raises(Cancelled):
        part_of_picture.derain_part(net, image, region, watch)
    assert watch.told == [(1, 3), (2, 3)]
    watch = StopsAt(9)
    part_of_picture.derain_part(net, image, region, watch)
    assert watch.told == [(1, 2), (2, 2)]  # a quarter of the size had been found
    assert len(engine.sizes) == 4


def made(engine: Plain | Line, tile_px: int = 1024) -> TiledNet:
    return TiledNet(engine, tile_px=tile_px, overlap_px=32, multiple_px=16, from_coarse=True)  # type: ignore[arg-type]


def test_the_net_is_made_ready_for_the_sizes_that_a_part_takes_wherever_it_lies() -> None:
    class Noted(Plain):
        def __init__(self) -> None:
            super().__init__()
            self.ready: set[tuple[int, int]] = set()

        def prepare(self, height: int, width: int) -> None:
            self.ready.add((height, width))

    engine = Noted()
    net, image = made(engine), Image(noise(1300, 1400))
    part_of_picture.prepare(net, (1400, 1300), (411, 302), NoWatch())
    for x, y in [(0, 0), (313, 250), (989, 998)]:
        part_of_picture.derain_part(net, image, Region(x, y, 411, 302), NoWatch())
    assert set(engine.sizes) == engine.ready
    assert len(engine.ready) == 3


def test_a_part_larger_than_a_tile_and_one_that_memory_does_not_hold_are_cut() -> None:
    image, region = Image(noise(1300, 1400)), Region(100, 100, 700, 900)
    frame = Frame(0, Fraction(0), image, image)
    whole = next(iter(Derainer(made(Line(taken=0.1)))([frame], NoWatch()))).image.pixels
    for net in (made(Line(taken=0.1), tile_px=256), made(Line(taken=0.1, limit_px=300))):
        part = part_of_picture.derain_part(net, image, region, NoWatch()).image.pixels
        np.testing.assert_allclose(part.astype(int), at(np.asarray(whole, np.uint8), region), atol=1)


@given(
    start=st.integers(-60, 500), length=st.integers(1, 300), beyond=st.integers(0, 300), step=st.sampled_from([1, 4, 16, 32]),
    margin=st.integers(0, 100),
)  # fmt: skip
def test_what_is_looked_at_around_a_part_has_one_size_wherever_it_lies(
    start: int, length: int, beyond: int, step: int, margin: int
) -> None:
    width = max(start + length + beyond, 1)
    wanted = -(-(length + 2 * margin + step - 1) // step) * step
    cut = part_of_picture.around(Region(start, 0, length, 40), (40, width), margin, step)
    assert cut.x % step == 0
    assert cut.x <= max(0, start - margin)
    assert min(width, start + length + margin) <= cut.x + cut.width <= width
    assert -(-cut.width // step) == min(wanted, -(-width // step) * step) // step
