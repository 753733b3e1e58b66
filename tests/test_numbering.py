"""Numbered pictures are taken for a clip where they are one, and never because of their numbers alone."""

from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from rainapp.base.errors import UnreadableFile
from rainapp.base.rates import rate_of, said
from rainapp.jobs.records import (
    DerainFile,
    FindFiles,
    FindFrames,
    FoundFiles,
    FoundFrames,
    NoWatch,
    NumberedFrames,
    Picture,
    Played,
    PlayFrames,
    Previewed,
    ReadPair,
    ReadPicture,
    Treatment,
)
from rainapp.work import run_job
from rainapp.work.find_sequences import FEW, MANY, spotted
from rainapp.work.screen.playback import REELS
from tests.numbered_pictures import HEIGHT, WIDTH, frame, scene, scenes, take


def found(*paths: Path, wanted: bool = False) -> tuple[NumberedFrames, ...]:
    result = run_job.run(FindFrames(paths, wanted), NoWatch())
    assert isinstance(result, FoundFrames)
    return result.frames


def test_many_frames_of_a_take_are_surely_a_clip(tmp_path: Path) -> None:
    paths = take(tmp_path / "shot", MANY)
    (tmp_path / "shot" / "notes.txt").write_text("rain")
    result = run_job.run(FindFiles((tmp_path,)), NoWatch())
    assert isinstance(result, FoundFiles)
    assert list(result.files) == paths
    (group,) = result.frames
    assert group.sure
    assert group.pattern == tmp_path / "shot" / "frame_%04d.png"
    assert (group.name, group.title, list(group.files)) == (f"frame_0001–{MANY:04d}.png", "frame", paths)
    assert group.size == sum(path.stat().st_size for path in paths)


@pytest.mark.parametrize("prefix", ["DSC_", "IMG_", "img", "P101", "DSCF", "GOPR", "_MG_", "PXL_"])
def test_a_burst_of_a_camera_is_only_offered(tmp_path: Path, prefix: str) -> None:
    (group,) = spotted(take(tmp_path, MANY, prefix + "%04d.png"))
    assert not group.sure


def test_a_few_frames_are_only_offered_and_fewer_are_photos(tmp_path: Path) -> None:
    (group,) = spotted(take(tmp_path / "a", FEW))
    assert not group.sure
    assert spotted(take(tmp_path / "b", FEW - 1)) == ()


def test_a_data_set_of_numbered_scenes_is_no_clip(tmp_path: Path) -> None:
    assert spotted(scenes(tmp_path, 2 * MANY)) == ()


def test_a_cut_within_a_clip_does_not_make_photos_of_it(tmp_path: Path) -> None:
    paths = take(tmp_path, MANY)
    for path in paths[MANY // 2 :]:
        cv2.imwrite(str(path), scene(7)[:, :WIDTH])
    (group,) = spotted(paths)
    assert group.sure


@pytest.mark.parametrize("spoil", ["gap", "size", "damage"])
def test_what_could_not_be_derained_as_a_clip_is_not_offered_as_one(tmp_path: Path, spoil: str) -> None:
    paths = take(tmp_path, MANY)
    if spoil == "gap":
        paths.pop(9).unlink()
    elif spoil == "size":
        cv2.imwrite(str(paths[9]), frame(9)[:-2])
    else:
        paths[9].write_bytes(b"nothing")
    assert spotted(paths) == ()


def test_a_few_frames_picked_out_of_many_are_photos(tmp_path: Path) -> None:
    assert spotted(take(tmp_path, 2 * MANY)[5 : 5 + MANY]) == ()


def test_the_first_of_many_frames_brings_the_offer_and_no_other_does(tmp_path: Path) -> None:
    paths = take(tmp_path, MANY, "s1 %d.png", first=9)  # 9 comes before 10, though not by letters
    (group,) = found(paths[0])
    assert (list(group.files), group.sure) == (paths, False)
    assert found(paths[1]) == ()
    assert found(paths[-1]) == ()


def test_a_name_that_would_be_read_as_two_numbers_is_left_alone(tmp_path: Path) -> None:
    assert spotted(take(tmp_path, MANY, "100%%d #%04d.png")) == ()


def test_a_person_may_take_any_frames_for_a_clip(tmp_path: Path) -> None:
    paths = scenes(tmp_path, 3)
    (group,) = found(paths[1], wanted=True)
    assert (list(group.files), group.sure) == (paths, True)
    assert found(tmp_path / "rain-%03d.png", wanted=True) == (group,)


def test_what_cannot_be_a_clip_says_why(tmp_path: Path) -> None:
    paths = take(tmp_path, 5)
    with pytest.raises(UnreadableFile, match="differs from it in its number alone"):
        found(scenes(tmp_path / "one", 1)[0], wanted=True)
    cv2.imwrite(str(paths[3]), frame(3)[:-2])
    with pytest.raises(UnreadableFile, match=r"differ in size: frame_0004\.png"):
        found(paths[0], wanted=True)
    paths[3].unlink()
    with pytest.raises(UnreadableFile, match=r"a gap: frame_0004\.png is missing"):
        found(paths[0], wanted=True)


RATE = Fraction(30000, 1001)


def test_a_moment_shows_the_frame_of_that_moment(tmp_path: Path) -> None:
    take(tmp_path, 12)
    pattern = tmp_path / "frame_%04d.png"
    for index in range(12):
        shown = run_job.run(ReadPicture(pattern, 0, float(index / RATE), RATE), NoWatch())
        assert isinstance(shown, Picture)
        assert np.array_equal(shown.image.pixels, frame(index)[:, :, ::-1])
        assert (shown.is_clip, shown.container, shown.duration_s) == (True, "sequence", pytest.approx(float(12 / RATE)))
    late = run_job.run(ReadPicture(pattern, 48, 99.0, RATE), NoWatch())
    assert isinstance(late, Picture)
    assert (late.image.width, late.full_width, late.full_height) == (48, WIDTH, HEIGHT)


@pytest.mark.parametrize("wide", [False, True])
def test_frames_are_played_in_order_and_without_seams(tmp_path: Path, wide: bool) -> None:
    paths = take(tmp_path, 9)
    if wide:
        for index, path in enumerate(paths):
            cv2.imwrite(str(path), frame(index).astype(np.uint16) * 257)
    first = run_job.run(PlayFrames(tmp_path / "frame_%04d.png", 0.0, 5, 720, rate=RATE), NoWatch())
    assert isinstance(first, Played)
    assert first.frames[-1].next_s is not None
    rest = run_job.run(PlayFrames(tmp_path / "frame_%04d.png", first.frames[-1].next_s, 5, 720, rate=RATE), NoWatch())
    assert isinstance(rest, Played)
    REELS.close()
    frames = [*first.frames, *rest.frames]
    assert [one.time_s for one in frames] == pytest.approx([float(index / RATE) for index in range(9)])
    assert frames[-1].next_s is None
    assert all(np.array_equal(one.rainy.pixels, frame(index)[:, :, ::-1]) for index, one in enumerate(frames))


def test_a_damaged_frame_ends_what_is_played_just_before_it(tmp_path: Path) -> None:
    paths = take(tmp_path, 9)
    paths[3].write_bytes(paths[3].read_bytes()[:200])
    job = PlayFrames(tmp_path / "frame_%04d.png", 0.0, 6, 720)
    played = run_job.run(job, NoWatch())
    assert isinstance(played, Played)
    assert len(played.frames) == 3
    with pytest.raises(UnreadableFile, match=r"frame_0004\.png"):
        run_job.run(PlayFrames(job.source, 3 / 25, 6, 720), NoWatch())
    after = run_job.run(PlayFrames(job.source, 4 / 25, 6, 720), NoWatch())
    assert isinstance(after, Played)
    assert len(after.frames) == 5
    REELS.close()


@pytest.mark.parametrize("target", ["out", "out.mkv"])
def test_frames_and_their_result_are_seen_side_by_side(tiny_library: Path, tmp_path: Path, target: str) -> None:
    take(tmp_path / "in", 9)
    treatment = Treatment(engine="torch", device="cpu", precision="fp32", temporal="off")
    source = tmp_path / "in" / "frame_%04d.png"
    run_job.run(DerainFile(source, tmp_path / target, treatment, rate=RATE), NoWatch())
    seen = run_job.run(ReadPair(source, tmp_path / target, time_s=float(4 / RATE), rate=RATE), NoWatch())
    assert isinstance(seen, Previewed)
    assert np.array_equal(seen.rainy.pixels, frame(4)[:, :, ::-1])
    change = np.abs(seen.derained.pixels.astype(int) - seen.rainy.pixels).mean()
    other = np.abs(seen.derained.pixels.astype(int) - frame(5)[:, :, ::-1]).mean()
    assert 0 < change < other
    played = run_job.run(PlayFrames(source, 0.0, 9, 720, treatment, tmp_path / target, rate=RATE), NoWatch())
    assert isinstance(played, Played)
    assert all(one.derained is not None for one in played.frames)
    REELS.close()


@pytest.mark.parametrize(
    ("typed", "rate"),
    [
        ("25", Fraction(25)),
        ("23.976", Fraction(24000, 1001)),
        ("29,97", RATE),
        ("24000/1001", Fraction(24000, 1001)),
        (" .5 ", Fraction(1, 2)),
    ],
)
def test_rates_are_read_as_people_write_them(typed: str, rate: Fraction) -> None:
    assert rate_of(typed) == rate
    assert rate_of(said(rate)) == rate


@pytest.mark.parametrize("typed", ["", "fast", "0", "-25", "1/0", "1e9", "1001", "inf", "nan"])
def test_what_is_no_rate_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        rate_of(typed)
