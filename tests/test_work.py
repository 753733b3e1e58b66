"""The work: whole results or none, copies where nothing was to be done, layers, and previews true to the file."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from queue import Queue

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from video_clips import make_clip

from rainapp import library, work
from rainapp.errors import BadModel, BadTreatment, Cancelled, RainError, UnreadableFile, UnwritableFile
from rainapp.jobs import (
    Derained,
    DerainFile,
    Event,
    Failed,
    FindFiles,
    Finished,
    FoundFiles,
    NoWatch,
    Output,
    Picture,
    Preview,
    Previewed,
    ReadPair,
    ReadPicture,
    Region,
    Stopped,
    Treatment,
)
from rainapp.workers import Workers

PLAIN = Treatment(engine="torch", device="cpu", precision="fp32")  # nothing to measure first


def treated(**changes: object) -> Treatment:
    return Treatment(**({"engine": "torch", "device": "cpu", "precision": "fp32"} | changes))  # type: ignore[arg-type]


class Steps:
    """A watch that notes what it is told, and cancels at the n-th tick (0: never)."""

    def __init__(self, cancel_at: int = 0) -> None:
        self.told: list[tuple[int, int]] = []
        self._cancel_at = cancel_at

    def tick(self, done: int, total: int, **facts: float) -> None:
        self.told.append((done, total))
        if len(self.told) == self._cancel_at:
            raise Cancelled


@pytest.fixture
def photo(tmp_path: Path, photo_pixels: NDArray[np.uint8]) -> Path:
    path = tmp_path / "rain é.png"
    cv2.imwrite(str(path), photo_pixels)
    return path


@pytest.fixture
def still(tiny_library: Path) -> str:
    """The id of a model that changes nothing: its last layer is zero."""
    from safetensors.torch import load_file, save_file

    folder = tiny_library / "still"
    shutil.copytree(tiny_library / "tiny", folder)
    weights = load_file(folder / "weights.safetensors")
    save_file({name: value * (not name.startswith("tail")) for name, value in weights.items()}, folder / "weights.safetensors")
    card = library.ModelLibrary().get("tiny")
    facts = vars(card) | {"id": "still", "sha256": library.sha256_of(folder / "weights.safetensors")}
    library.write_card(folder, library.ModelCard(**facts))
    return "still"


def derain(source: Path, target: Path, treatment: Treatment = PLAIN, watch: Steps | None = None, **output: object) -> Derained:
    job = DerainFile(source, target, treatment, Output(**output))  # type: ignore[arg-type]
    done = work.run(job, watch or NoWatch())
    assert isinstance(done, Derained)
    return done


def pixels(path: Path) -> NDArray[np.uint8]:
    read = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    assert read is not None
    return read


def listing(folder: Path) -> set[str]:
    return {entry.name for entry in folder.iterdir()}


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


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A smooth photo of 400x300 pixels, larger than what a preview of a region derains."""
    y, x = np.mgrid[0:300, 0:400]
    wave = np.stack([np.sin(x / 9) * 60, np.cos(y / 7) * 60, np.sin((x + y) / 11) * 60], -1) + 128
    path = tmp_path / "large.png"
    cv2.imwrite(str(path), wave.astype(np.uint8))
    return path


def look(source: Path, **wanted: object) -> Previewed:
    done = work.run(Preview(source, PLAIN, **wanted), NoWatch())  # type: ignore[arg-type]
    assert isinstance(done, Previewed)
    return done


@pytest.mark.usefixtures("tiny_library")
@pytest.mark.parametrize("region", [Region(151, 77, 90, 61), Region(0, 0, 40, 40), Region(390, 290, 10, 10)])
def test_a_preview_shows_what_the_file_will_hold(region: Region, large: Path, tmp_path: Path) -> None:
    derain(large, tmp_path / "out.png")
    shown = look(large, region=region)
    rows, columns = slice(region.y, region.y + region.height), slice(region.x, region.x + region.width)
    whole = cv2.cvtColor(pixels(tmp_path / "out.png"), cv2.COLOR_BGR2RGB)[rows, columns]
    assert shown.region == region
    assert np.abs(shown.derained.pixels.astype(int) - whole).max() <= 1
    assert np.array_equal(shown.rainy.pixels, cv2.cvtColor(pixels(large), cv2.COLOR_BGR2RGB)[rows, columns])


@pytest.mark.usefixtures("tiny_library")
def test_a_preview_reaches_no_further_than_the_picture(large: Path) -> None:
    assert look(large, region=Region(-50, 280, 100, 100)).region == Region(0, 280, 50, 20)
    assert look(large, region=Region(9999, -9999, 10, 10)).region == Region(399, 0, 1, 1)


@pytest.mark.usefixtures("tiny_library")
def test_a_preview_of_the_whole_is_as_small_as_asked(large: Path) -> None:
    shown = look(large, longest_px=100)
    assert (shown.rainy.width, shown.rainy.height) == (100, 75) == (shown.derained.width, shown.derained.height)
    assert shown.region == Region(0, 0, 400, 300)
    assert shown.rain_found


@pytest.mark.usefixtures("tiny_library")
def test_moving_the_view_does_not_read_the_file_again(large: Path) -> None:
    first = look(large, region=Region(0, 0, 50, 50))
    state = large.stat()
    large.write_bytes(bytes(state.st_size))
    os.utime(large, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert np.array_equal(look(large, region=Region(0, 0, 50, 50)).derained.pixels, first.derained.pixels)
    os.utime(large, ns=(state.st_atime_ns, state.st_mtime_ns + 1))
    with pytest.raises(UnreadableFile):
        look(large, region=Region(0, 0, 50, 50))


@pytest.mark.usefixtures("tiny_library")
def test_a_preview_ignores_strength_and_mask(large: Path) -> None:
    plain = look(large, longest_px=100)
    other = work.run(Preview(large, treated(strength=0.2, mask=Path("nowhere.png")), longest_px=100), NoWatch())
    assert isinstance(other, Previewed)
    assert np.array_equal(plain.derained.pixels, other.derained.pixels)


@pytest.mark.usefixtures("tiny_library")
def test_a_preview_of_a_clip_shows_the_frame_at_its_time(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "a.mkv", times=range(10))
    early, late = look(clip, time_s=0.0), look(clip, time_s=0.3)
    assert not np.array_equal(early.rainy.pixels, late.rainy.pixels)


def test_a_picture_for_the_screen_tells_its_full_size(large: Path, tmp_path: Path) -> None:
    thumb = work.run(ReadPicture(large, longest_px=64), NoWatch())
    whole = work.run(ReadPicture(large), NoWatch())
    assert isinstance(thumb, Picture)
    assert isinstance(whole, Picture)
    assert (thumb.image.width, thumb.image.height, thumb.full_width, thumb.full_height) == (64, 48, 400, 300)
    assert (whole.image.width, whole.image.height) == (400, 300)
    clip = work.run(ReadPicture(make_clip(tmp_path / "a.mkv"), longest_px=48, time_s=0.2), NoWatch())
    assert isinstance(clip, Picture)
    assert clip.is_clip
    assert clip.duration_s == pytest.approx(0.4, abs=0.05)
    assert max(clip.image.width, clip.image.height) == 48


@pytest.mark.usefixtures("tiny_library")
def test_a_pair_shows_both_sides_of_a_finished_file(large: Path, tmp_path: Path) -> None:
    derain(large, tmp_path / "out.png")
    pair = work.run(ReadPair(large, tmp_path / "out.png", Region(10, 20, 30, 40)), NoWatch())
    assert isinstance(pair, Previewed)
    assert pair.rainy.pixels.shape == pair.derained.pixels.shape == (40, 30, 3)
    assert pair.rain_found
    same = work.run(ReadPair(large, large, longest_px=50), NoWatch())
    assert isinstance(same, Previewed)
    assert not same.rain_found
    cv2.imwrite(str(tmp_path / "other.png"), np.zeros((5, 5, 3), np.uint8))
    with pytest.raises(UnreadableFile, match="another size"):
        work.run(ReadPair(large, tmp_path / "other.png"), NoWatch())


def test_files_are_found_in_folders(large: Path, photo: Path) -> None:
    (photo.parent / "notes.txt").write_text("dry")
    found = work.run(FindFiles((photo.parent,)), NoWatch())
    assert found == FoundFiles((large, photo), skipped=1)


@pytest.mark.usefixtures("tiny_library")
@pytest.mark.parametrize("engine", ["torch", "openvino"])
def test_previews_beside_a_long_clip_change_neither(engine: str, large: Path, tmp_path: Path) -> None:
    treatment = treated(engine=engine)
    clip = make_clip(tmp_path / "a.mkv", times=range(40), codec="ffv1", pix_fmt="bgr0")
    regions = [Region(40 * n, 25 * n, 60, 50) for n in range(8)]
    derain(clip, tmp_path / "alone.mkv", treatment)
    alone = [work.run(Preview(large, treatment, region), NoWatch()) for region in regions]
    done: Queue[Event] = Queue()
    workers = Workers(work.run, done.put)
    workers.submit(DerainFile(clip, tmp_path / "beside.mkv", treatment), "device")
    for region in regions * 3:
        workers.submit(Preview(large, treatment, region), "quick")
    results = _outcomes(done, 25)
    workers.shutdown()
    for shown in results:
        if isinstance(shown, Previewed):
            twin = next(before for before in alone if isinstance(before, Previewed) and before.region == shown.region)
            assert np.array_equal(shown.derained.pixels, twin.derained.pixels)
    with av.open(str(tmp_path / "alone.mkv")) as one, av.open(str(tmp_path / "beside.mkv")) as other:
        pairs = list(zip(one.decode(video=0), other.decode(video=0), strict=True))
    assert len(pairs) == 40
    assert all(np.array_equal(a.to_ndarray(format="rgb24"), b.to_ndarray(format="rgb24")) for a, b in pairs)


def _outcomes(events: "Queue[Event]", count: int) -> list[object]:
    """The results of the next `count` jobs; a failure fails the test."""
    results: list[object] = []
    while len(results) < count:
        event = events.get(timeout=60)
        assert not isinstance(event, Failed | Stopped), event
        if isinstance(event, Finished):
            results.append(event.result)
    return results
