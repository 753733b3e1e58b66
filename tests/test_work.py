"""The work: whole results or none, copies where nothing was to be done, layers."""

from collections.abc import Callable
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from video_clips import make_clip
from work_done import PLAIN, Steps, derain, listing, pixels, treated

from rainapp.base.errors import BadModel, BadTreatment, Cancelled, RainError, UnreadableFile, UnwritableFile


@pytest.mark.usefixtures("tiny_library")
def test_a_photo_is_derained_and_the_source_stays(photo: Path, tmp_path: Path) -> None:
    before = photo.read_bytes()
    done = derain(photo, tmp_path / "deep" / "folder" / "out.png")
    assert (done.model, done.engine, done.device, done.rain_found) == ("tiny", "torch", "cpu", True)
    assert done.megapixels == pytest.approx(96 * 64 / 1e6)
    assert done.target is not None
    result = pixels(done.target)
    assert result.shape == (64, 96, 3)
    assert np.abs(result.astype(int) - pixels(photo)).mean() > 1
    assert photo.read_bytes() == before
    assert listing(done.target.parent) == {"out.png"}


@pytest.mark.usefixtures("tiny_library")
def test_strength_scales_what_is_removed(photo: Path, tmp_path: Path) -> None:
    rainy = pixels(photo).astype(float)
    change = {}
    for strength in (0.5, 1.0):
        derain(photo, tmp_path / f"{strength}.png", treated(strength=strength))
        change[strength] = np.abs(pixels(tmp_path / f"{strength}.png") - rainy).mean()
    assert change[0.5] == pytest.approx(change[1.0] / 2, rel=0.1)


@pytest.mark.usefixtures("tiny_library")
@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp", "a.mp4"])
def test_strength_zero_copies_the_file_byte_for_byte(name: str, tmp_path: Path, photo_pixels: NDArray[np.uint8]) -> None:
    source = tmp_path / name
    if name.endswith(".mp4"):
        make_clip(source)
    else:
        cv2.imwrite(str(source), photo_pixels)
    done = derain(source, tmp_path / f"out{source.suffix}", treated(strength=0.0))
    assert (tmp_path / f"out{source.suffix}").read_bytes() == source.read_bytes()
    assert (done.rain_found, done.engine) == (False, "none")


@pytest.mark.usefixtures("tiny_library")
def test_strength_zero_with_another_format_converts_without_change(photo: Path, tmp_path: Path) -> None:
    derain(photo, tmp_path / "out.tif", treated(strength=0.0), format="tif")
    assert np.array_equal(pixels(tmp_path / "out.tif"), pixels(photo))


@pytest.mark.parametrize("name", ["a.jpg", "a.mkv"])
def test_where_no_rain_is_found_the_file_is_copied(
    name: str, still: str, tmp_path: Path, photo_pixels: NDArray[np.uint8]
) -> None:
    source = tmp_path / name
    if name.endswith(".mkv"):
        make_clip(source, sounds=["ger"])
    else:
        cv2.imwrite(str(source), photo_pixels)
    (tmp_path / "out").mkdir()
    done = derain(source, tmp_path / "out" / name, treated(model=still))
    assert not done.rain_found
    assert done.model == still
    assert done.notes == ()
    assert (tmp_path / "out" / name).read_bytes() == source.read_bytes()
    assert listing(tmp_path / "out") == {name}


def test_a_copy_loses_nothing_and_a_conversion_says_what_is_lost(still: str, tmp_path: Path) -> None:
    from PIL import Image as Pillow

    pages = [Pillow.new("RGB", (40, 30), colour) for colour in ("red", "blue")]
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:])
    copied = derain(tmp_path / "a.tif", tmp_path / "b.tif", treated(model=still))
    converted = derain(tmp_path / "a.tif", tmp_path / "b.png", treated(model=still), format="png")
    assert (tmp_path / "b.tif").read_bytes() == (tmp_path / "a.tif").read_bytes()
    assert copied.notes == ()
    assert "first page" in " ".join(converted.notes)


def test_a_dry_photo_is_not_copied_where_less_metadata_or_another_format_is_wanted(
    still: str, photo: Path, tmp_path: Path
) -> None:
    derain(photo, tmp_path / "a.png", treated(model=still), metadata="strip")
    derain(photo, tmp_path / "a.jpg", treated(model=still), format="jpg")
    assert (tmp_path / "a.png").read_bytes() != photo.read_bytes()
    assert np.array_equal(pixels(tmp_path / "a.png"), pixels(photo))
    assert (tmp_path / "a.jpg").read_bytes()[:2] == b"\xff\xd8"


@pytest.mark.usefixtures("tiny_library")
def test_both_layers_add_up_to_the_source(photo: Path, tmp_path: Path) -> None:
    done = derain(photo, tmp_path / "a_derained.png", layer="both")
    assert done.layer == tmp_path / "a_rain.png"
    rain, result, source = (pixels(path).astype(int) for path in (done.layer, tmp_path / "a_derained.png", photo))
    brighter = source >= result
    assert brighter.mean() > 0.1
    assert np.array_equal((rain + result)[brighter], source[brighter])
    assert not rain[~brighter].any()


@pytest.mark.usefixtures("tiny_library")
def test_the_rain_alone_is_written_where_it_is_asked_for(photo: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    done = derain(photo, tmp_path / "out" / "a_rain.png", layer="rain")
    assert (done.target, done.layer) == (tmp_path / "out" / "a_rain.png", tmp_path / "out" / "a_rain.png")
    assert listing(tmp_path / "out") == {"a_rain.png"}
    assert 0 < pixels(tmp_path / "out" / "a_rain.png").mean() < pixels(photo).mean()


def test_the_rain_of_a_dry_photo_is_black_and_its_result_a_copy(still: str, photo: Path, tmp_path: Path) -> None:
    derain(photo, tmp_path / "a_derained.png", treated(model=still), layer="both")
    assert (tmp_path / "a_derained.png").read_bytes() == photo.read_bytes()
    assert not pixels(tmp_path / "a_rain.png").any()


@pytest.mark.usefixtures("tiny_library")
def test_black_in_the_mask_stays_exactly_as_it_was(photo: Path, tmp_path: Path) -> None:
    mask = np.zeros((64, 96), np.uint8)
    mask[:, 48:] = 255
    cv2.imwrite(str(tmp_path / "mask.png"), mask)
    derain(photo, tmp_path / "out.png", treated(mask=tmp_path / "mask.png"))
    result, source = pixels(tmp_path / "out.png"), pixels(photo)
    assert np.array_equal(result[:, :48], source[:, :48])
    assert (result[:, 48:] != source[:, 48:]).mean() > 0.5


@pytest.mark.usefixtures("tiny_library")
def test_a_clip_keeps_frames_times_and_sound(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "a.mkv", times=(0, 1, 3, 4, 8), sounds=["ger"])
    watch = Steps()
    done = derain(clip, tmp_path / "out.mkv", watch=watch)
    assert done.rain_found
    assert done.megapixels == pytest.approx(5 * 96 * 64 / 1e6)
    with av.open(str(clip)) as before, av.open(str(tmp_path / "out.mkv")) as after:
        assert [frame.time for frame in after.decode(video=0)] == [frame.time for frame in before.decode(video=0)]
    with av.open(str(clip)) as before, av.open(str(tmp_path / "out.mkv")) as after:
        assert [bytes(p) for p in after.demux(audio=0)] == [bytes(p) for p in before.demux(audio=0)]
    assert [done for done, _ in watch.told] == sorted(done for done, _ in watch.told)


@pytest.mark.usefixtures("tiny_library")
def test_progress_ends_with_the_writing_and_not_before(photo: Path, tmp_path: Path) -> None:
    watch = Steps()
    derain(photo, tmp_path / "out.png", watch=watch)
    assert watch.told == [(0, 0), (1, 2), (2, 2)]  # opened, one tile, written


@pytest.mark.usefixtures("tiny_library")
def test_the_rain_of_a_clip_is_a_clip(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "a.mkv", times=(0, 1, 2))
    done = derain(clip, tmp_path / "a_derained.mkv", layer="both")
    assert done.layer == tmp_path / "a_rain.mkv"
    with av.open(str(done.layer)) as rain:
        assert len(list(rain.decode(video=0))) == 3


@pytest.mark.usefixtures("tiny_library")
@pytest.mark.parametrize("layer", ["result", "both"])
@pytest.mark.parametrize("name", ["a.png", "a.mkv"])
def test_cancelled_at_any_moment_nothing_is_left(name: str, layer: str, tmp_path: Path) -> None:
    source = tmp_path / name
    if name.endswith(".mkv"):
        make_clip(source, times=(0, 1, 2))
    else:
        cv2.imwrite(str(source), np.random.default_rng(1).integers(0, 255, (160, 160, 3), np.uint8))
    out = tmp_path / "out"
    ticks = Steps()
    derain(source, tmp_path / "whole" / name, treated(tile_px=128), ticks, layer=layer)
    assert len(ticks.told) > 3
    for cancel_at in {1, 2, len(ticks.told) - 1, len(ticks.told)}:
        with pytest.raises(Cancelled):
            derain(source, out / name, treated(tile_px=128), Steps(cancel_at), layer=layer)
        assert not out.exists() or listing(out) == set()


@pytest.mark.usefixtures("tiny_library")
def test_an_existing_result_survives_a_cancelled_job(photo: Path, tmp_path: Path) -> None:
    (tmp_path / "out.png").write_bytes(b"precious")
    with pytest.raises(Cancelled):
        derain(photo, tmp_path / "out.png", PLAIN, Steps(2))
    assert (tmp_path / "out.png").read_bytes() == b"precious"


@pytest.mark.usefixtures("tiny_library")
@pytest.mark.parametrize(
    ("spoil", "kind"),
    [
        (lambda folder: folder / "missing.png", UnreadableFile),
        (lambda folder: _write(folder / "text.png", b"not a picture"), UnreadableFile),
        (lambda folder: _write(folder / "cut.png", (folder / "rain é.png").read_bytes()[:500]), UnreadableFile),
    ],
)
def test_a_source_that_cannot_be_read_leaves_nothing(
    spoil: Callable[[Path], Path], kind: type[RainError], photo: Path, tmp_path: Path
) -> None:
    source = spoil(photo.parent)
    with pytest.raises(kind):
        derain(source, tmp_path / "out" / "a.png")
    assert not (tmp_path / "out").exists() or listing(tmp_path / "out") == set()


def _write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.usefixtures("tiny_library")
def test_what_cannot_be_done_is_said_in_words(photo: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UnwritableFile):
        derain(photo, tmp_path / "file" / "out.png")
    with pytest.raises(UnwritableFile):
        derain(photo, photo)
    with pytest.raises(BadModel):
        derain(photo, tmp_path / "out.png", treated(model="nobody"))
    cv2.imwrite(str(tmp_path / "mask.png"), np.zeros((3, 3), np.uint8))
    with pytest.raises(BadTreatment):
        derain(photo, tmp_path / "out.png", treated(mask=tmp_path / "mask.png"))
    assert not (tmp_path / "out.png").exists()
