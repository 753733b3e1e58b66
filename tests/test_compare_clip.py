"""Clips compared as clips on real nets and files: one range for all models, kept once, measured over all its frames."""

import math
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from rainapp.base.errors import Cancelled, UnreadableFile
from rainapp.compare import result_cache
from rainapp.compare.advice import Compared
from rainapp.jobs.compare_jobs import CompareClip
from rainapp.jobs.records import NoWatch, Treatment
from rainapp.work.run_job import run
from rainapp.work.screen.frame_range import frames_from
from tests.numbered_pictures import take
from tests.video_clips import make_clip

TINY = Treatment(model="tiny", engine="torch", precision="fp32", device="cpu")
FRAMES = 5


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    (tmp_path / "clips").mkdir()
    return make_clip(tmp_path / "clips" / "street.mp4", options={"crf": "0"})


@pytest.fixture
def folder() -> Path:
    return result_cache.root() / "one" / "0"


def compared(job: CompareClip) -> Compared:
    result = run(job, NoWatch())
    assert isinstance(result, Compared)
    return result


def test_a_range_of_frames_is_derained_kept_and_measured(clip: Path, folder: Path, tiny_library: Path) -> None:
    result = compared(CompareClip(clip, replace(TINY, temporal="off"), folder, FRAMES, time_s=0.08))
    assert [round(frame.time_s, 3) for frame in result.frames] == [0.08, 0.12, 0.16, 0.2, 0.24]
    wanted = [image.pixels for _, image in frames_from(clip, 0.08, FRAMES, Fraction(25))]
    for frame, pixels in zip(result.frames, wanted, strict=True):
        rainy, derained = result_cache.load(frame.original).pixels, result_cache.load(frame.result).pixels
        assert (rainy == pixels).all()
        removed = np.maximum(rainy.astype(int) - derained, 0).mean()
        assert frame.figures.removed == pytest.approx(removed)
    assert len({path.read_bytes() for path in (frame.result for frame in result.frames)}) == FRAMES
    assert result.figures.removed == pytest.approx(np.mean([frame.figures.removed for frame in result.frames]))
    assert result.figures.flicker_in >= 0
    assert math.isnan(result.frames[0].figures.flicker_in)  # nothing is before it
    assert (result.original, result.result) == (result.frames[2].original, result.frames[2].result)
    assert [path.name for path in clip.parent.iterdir()] == [clip.name]


def test_all_models_get_the_same_frames_and_decode_them_once(clip: Path, folder: Path, tiny_library: Path) -> None:
    job = CompareClip(clip, TINY, folder, FRAMES)
    first = compared(job)
    clip.unlink()  # whoever decodes it again fails
    again = compared(replace(job, treatment=replace(TINY, temporal="off")))
    assert [frame.original for frame in again.frames] == [frame.original for frame in first.frames]
    assert not {frame.result for frame in again.frames} & {frame.result for frame in first.frames}
    assert again.warm


def test_a_clip_is_derained_as_a_clip_with_its_steadying(clip: Path, folder: Path, tiny_library: Path) -> None:
    plain, steady = (
        compared(CompareClip(clip, replace(TINY, temporal=mode), folder / mode, FRAMES)) for mode in ("off", "fast")
    )
    both = zip(plain.frames, steady.frames, strict=True)
    assert any((result_cache.load(one.result).pixels != result_cache.load(two.result).pixels).any() for one, two in both)


def test_at_the_end_of_a_clip_there_are_fewer_frames_and_past_it_the_last(clip: Path, folder: Path, tiny_library: Path) -> None:
    assert len(compared(CompareClip(clip, TINY, folder, FRAMES, time_s=0.32)).frames) == 2
    past = compared(CompareClip(clip, TINY, folder.with_name("1"), FRAMES, time_s=9.0))
    (last,) = past.frames
    (wanted,) = [image for _, image in frames_from(clip, 0.36, FRAMES, Fraction(25))]
    assert (result_cache.load(last.original).pixels == wanted.pixels).all()


class StopsAfter:
    """Cancels once it has heard of so much."""

    def __init__(self, share: float) -> None:
        self.share = share

    def tick(self, done: int, total: int, **facts: float) -> None:
        if total and done / total >= self.share:
            raise Cancelled


@pytest.mark.parametrize("share", [0.01, 0.5, 1.0])
def test_stopping_leaves_what_the_next_model_can_use_and_no_half_file(
    share: float, clip: Path, folder: Path, tiny_library: Path
) -> None:
    job = CompareClip(clip, TINY, folder, FRAMES)
    with pytest.raises(Cancelled):
        run(job, StopsAfter(share))
    assert all(path.suffix == ".npy" and not path.name.startswith(".") for path in folder.iterdir())
    assert len(compared(job).frames) == FRAMES


def test_a_clip_is_measured_against_its_clean_clip_frame_by_frame(clip: Path, folder: Path, tiny_library: Path) -> None:
    result = compared(CompareClip(clip, replace(TINY, temporal="off"), folder, FRAMES, truth=clip))
    assert result.note == ""
    for frame in result.frames:
        assert frame.truth is not None
        assert (result_cache.load(frame.truth).pixels == result_cache.load(frame.original).pixels).all()
    assert result.figures.psnr_y == pytest.approx(np.mean([frame.figures.psnr_y for frame in result.frames]))


def test_a_still_truth_serves_every_frame_and_a_short_one_is_said(
    clip: Path, folder: Path, tmp_path: Path, tiny_library: Path
) -> None:
    still = tmp_path / "dry.png"
    Pillow.new("RGB", (96, 64), (90, 90, 90)).save(still)
    result = compared(CompareClip(clip, TINY, folder, FRAMES, truth=still))
    assert len({frame.truth for frame in result.frames}) == 1
    assert result.figures.psnr_y > 0
    short = make_clip(tmp_path / "short.mp4", times=range(3))
    result = compared(CompareClip(clip, TINY, folder, FRAMES, truth=short))
    assert "3 frames of this range, the clip 5" in result.note
    assert math.isnan(result.figures.psnr_y)
    assert result.frames[0].truth is None


def test_a_clip_that_cannot_be_read_says_so_and_a_damaged_end_costs_the_end_only(
    clip: Path, folder: Path, tmp_path: Path, tiny_library: Path
) -> None:
    data = clip.read_bytes()
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(data[:200])
    with pytest.raises(UnreadableFile):
        run(CompareClip(bad, TINY, folder, FRAMES), NoWatch())
    cut = make_clip(tmp_path / "cut.ts", codec="mpeg2video", times=range(40))
    cut.write_bytes(cut.read_bytes()[: cut.stat().st_size * 3 // 4])
    frames = compared(CompareClip(cut, TINY, folder.with_name("1"), 40)).frames
    assert 3 < len(frames) < 40


def test_numbered_pictures_are_a_clip_too(folder: Path, tmp_path: Path, tiny_library: Path) -> None:
    take(tmp_path / "frames", 6)
    pattern = tmp_path / "frames" / "frame_%04d.png"
    result = compared(CompareClip(pattern, TINY, folder, 4, time_s=0.1, rate=Fraction(10)))
    assert [round(frame.time_s, 3) for frame in result.frames] == [0.1, 0.2, 0.3, 0.4]
