"""Neighbours of files that people reported: of the same kinds, with another type, number or order of what is in them."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import Image as Pillow
from video_clips import make_clip
from work_done import derain, treated

from rainapp import media
from rainapp.base.image import Image

WET = treated(model="tiny", temporal="off", treat="always")
Floats = NDArray[np.float32]


def scene() -> Floats:
    """(90, 120, 3), 0 to 1, every channel another mean."""
    y, x = np.mgrid[0:90, 0:120] / 120
    return (np.stack([x, y, 1 - x * y], -1) * 0.7 + 0.15).astype(np.float32)


def too_bright() -> Floats:
    made = scene()
    made[3, 3] = 1.02
    return made


def read(path: Path) -> Image:
    with media.open_source(path) as source:
        return next(iter(source)).image


def means(image: Image) -> list[float]:
    return [float(value) for value in image.pixels.reshape(-1, 3).mean(0) / image.peak]


def with_alpha(colours: NDArray[np.floating], alpha: float) -> NDArray[np.floating]:
    return np.concatenate([colours, np.full((*colours.shape[:2], 1), alpha)], -1)


def double(path: Path) -> None:
    tifffile.imwrite(path, too_bright().astype(np.float64), photometric="rgb")


def grey_float(path: Path) -> None:
    tifffile.imwrite(path, too_bright().mean(2).astype(np.float32))


def half_planes_with_alpha(path: Path) -> None:
    planes = np.moveaxis(with_alpha(scene(), 0.5), -1, 0).astype(np.float16)
    tifffile.imwrite(path, planes, photometric="rgb", planarconfig="separate", extrasamples=["unassalpha"])


def grey_float_with_alpha(path: Path) -> None:
    grey = with_alpha(scene().mean(2)[..., None], 0.25).astype(np.float32)
    tifffile.imwrite(path, grey, photometric="minisblack", extrasamples=["unassalpha"])


def five_samples(path: Path) -> None:
    five = (np.concatenate([scene(), scene()[..., :2]], -1) * 65535).astype(np.uint16)
    tifffile.imwrite(path, five, photometric="rgb", extrasamples=["unspecified", "unspecified"])


def two_small_copies_first(path: Path) -> None:
    whole = (scene() * 255).round().astype(np.uint8)
    with tifffile.TiffWriter(path) as file:
        for by in (8, 4):
            file.write(255 - whole[::by, ::by], photometric="rgb", subfiletype=1)
        file.write(whole, photometric="rgb")


@pytest.mark.usefixtures("tiny_library")
@pytest.mark.parametrize(
    ("make", "grey", "alpha", "said"),
    [
        (double, False, None, "brighter than white"),
        (grey_float, True, None, "brighter than white"),
        (half_planes_with_alpha, False, 0.5, "16 bit"),
        (grey_float_with_alpha, True, 0.25, "16 bit"),
        (five_samples, False, None, "further channel"),
        (two_small_copies_first, False, None, "smaller copy"),
    ],
    ids=lambda each: getattr(each, "__name__", ""),
)
def test_a_tiff_of_another_make_is_the_same_picture(
    make: Callable[[Path], None], grey: bool, alpha: float | None, said: str, tmp_path: Path
) -> None:
    source, target = tmp_path / "rain.tif", tmp_path / "dry.tif"
    make(source)
    before = read(source)
    wanted = [float(scene().mean())] * 3 if grey else [float(value) for value in scene().reshape(-1, 3).mean(0)]
    assert means(before) == pytest.approx(wanted, abs=0.004)
    done = derain(source, target, WET)
    after = read(target)
    assert after.pixels.shape == (90, 120, 3)
    assert means(after) == pytest.approx(wanted, abs=0.2)  # the net of the tests darkens
    assert sum(said in note for note in done.notes) == 1
    for image in (before, after):
        assert (image.alpha is None) == (alpha is None)
        if alpha is not None and image.alpha is not None:
            assert float(image.alpha.mean()) / np.iinfo(image.alpha.dtype).max == pytest.approx(alpha, abs=0.004)


@pytest.mark.usefixtures("tiny_library")
@pytest.mark.parametrize(("mode", "options"), [("CMYK", {}), ("L", {"progressive": True})])
def test_jpegs_of_other_colours_that_lack_only_their_end_are_derained(
    mode: str, options: dict[str, bool], tmp_path: Path
) -> None:
    picture = Pillow.fromarray((scene() * 255).astype(np.uint8)).convert(mode)
    picture.save(tmp_path / "whole.jpg", quality=92, **options)
    (tmp_path / "rain.jpg").write_bytes((tmp_path / "whole.jpg").read_bytes()[:-2])
    assert (read(tmp_path / "rain.jpg").pixels == read(tmp_path / "whole.jpg").pixels).all()
    done = derain(tmp_path / "rain.jpg", tmp_path / "dry.jpg", WET)
    assert any("end marker" in note for note in done.notes)


@pytest.mark.usefixtures("tiny_library")
@pytest.mark.parametrize(("suffix", "codec"), [(".mts", "libx264"), (".vob", "mpeg2video")])
def test_three_recordings_put_end_to_end_become_one(suffix: str, codec: str, tmp_path: Path) -> None:
    part = make_clip(tmp_path / f"part{'.ts' if suffix == '.mts' else suffix}", codec=codec, times=range(12), sounds=["eng"])
    joined = tmp_path / f"joined{suffix}"
    joined.write_bytes(part.read_bytes() * 3)
    done = derain(joined, tmp_path / "dry.mp4", WET)
    assert done.target is not None
    with media.open_source(done.target) as source:
        times = [frame.time_s for frame in source]
    assert len(times) == 36
    assert {round(float(b - a), 3) for a, b in zip(times, times[1:], strict=False)} == {0.04}
