"""What is only looked at: previews true to the file, pictures for the screen, both sides of a result."""

import os
from pathlib import Path
from queue import Queue

import av
import cv2
import numpy as np
import pytest
from video_clips import make_clip
from work_done import PLAIN, derain, pixels, treated

from rainapp.base.errors import UnreadableFile
from rainapp.jobs.records import (
    DerainFile,
    Event,
    Failed,
    FindFiles,
    Finished,
    FoundFiles,
    NoWatch,
    Picture,
    Preview,
    Previewed,
    ReadPair,
    ReadPicture,
    Region,
    Stopped,
)
from rainapp.jobs.workers import Workers
from rainapp.work import run_job


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A smooth photo of 400x300 pixels, larger than what a preview of a region derains."""
    y, x = np.mgrid[0:300, 0:400]
    wave = np.stack([np.sin(x / 9) * 60, np.cos(y / 7) * 60, np.sin((x + y) / 11) * 60], -1) + 128
    path = tmp_path / "large.png"
    cv2.imwrite(str(path), wave.astype(np.uint8))
    return path


def look(source: Path, **wanted: object) -> Previewed:
    done = run_job.run(Preview(source, PLAIN, **wanted), NoWatch())  # type: ignore[arg-type]
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
    other = run_job.run(Preview(large, treated(strength=0.2, mask=Path("nowhere.png")), longest_px=100), NoWatch())
    assert isinstance(other, Previewed)
    assert np.array_equal(plain.derained.pixels, other.derained.pixels)


@pytest.mark.usefixtures("tiny_library")
def test_a_preview_of_a_clip_shows_the_frame_at_its_time(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "a.mkv", times=range(10))
    early, late = look(clip, time_s=0.0), look(clip, time_s=0.3)
    assert not np.array_equal(early.rainy.pixels, late.rainy.pixels)


def test_a_picture_for_the_screen_tells_its_full_size(large: Path, tmp_path: Path) -> None:
    thumb = run_job.run(ReadPicture(large, longest_px=64), NoWatch())
    whole = run_job.run(ReadPicture(large), NoWatch())
    assert isinstance(thumb, Picture)
    assert isinstance(whole, Picture)
    assert (thumb.image.width, thumb.image.height, thumb.full_width, thumb.full_height) == (64, 48, 400, 300)
    assert (whole.image.width, whole.image.height) == (400, 300)
    clip = run_job.run(ReadPicture(make_clip(tmp_path / "a.mkv"), longest_px=48, time_s=0.2), NoWatch())
    assert isinstance(clip, Picture)
    assert clip.is_clip
    assert clip.duration_s == pytest.approx(0.4, abs=0.05)
    assert max(clip.image.width, clip.image.height) == 48


@pytest.mark.usefixtures("tiny_library")
def test_a_pair_shows_both_sides_of_a_finished_file(large: Path, tmp_path: Path) -> None:
    derain(large, tmp_path / "out.png")
    pair = run_job.run(ReadPair(large, tmp_path / "out.png", Region(10, 20, 30, 40)), NoWatch())
    assert isinstance(pair, Previewed)
    assert pair.rainy.pixels.shape == pair.derained.pixels.shape == (40, 30, 3)
    assert pair.rain_found
    same = run_job.run(ReadPair(large, large, longest_px=50), NoWatch())
    assert isinstance(same, Previewed)
    assert not same.rain_found
    cv2.imwrite(str(tmp_path / "other.png"), np.zeros((5, 5, 3), np.uint8))
    with pytest.raises(UnreadableFile, match="another size"):
        run_job.run(ReadPair(large, tmp_path / "other.png"), NoWatch())


def test_files_are_found_in_folders(large: Path, photo: Path) -> None:
    (photo.parent / "notes.txt").write_text("dry")
    found = run_job.run(FindFiles((photo.parent,)), NoWatch())
    assert found == FoundFiles((large, photo), skipped=1)


@pytest.mark.usefixtures("tiny_library")
@pytest.mark.parametrize("engine", ["torch", "openvino"])
def test_previews_beside_a_long_clip_change_neither(engine: str, large: Path, tmp_path: Path) -> None:
    treatment = treated(engine=engine)
    clip = make_clip(tmp_path / "a.mkv", times=range(40), codec="ffv1", pix_fmt="bgr0")
    regions = [Region(40 * n, 25 * n, 60, 50) for n in range(8)]
    derain(clip, tmp_path / "alone.mkv", treatment)
    alone = [run_job.run(Preview(large, treatment, region), NoWatch()) for region in regions]
    done: Queue[Event] = Queue()
    workers = Workers(run_job.run, done.put)
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
