"""Numbered pictures are derained as a clip, and come out as numbered pictures, or as a clip."""

import signal
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from photo_files import full_jpeg, picture, write_source

from rainapp.base.errors import BadTreatment, Cancelled, UnreadableFile, UnwritableFile
from rainapp.base.image import Frame, Image
from rainapp.cli.command_line import main
from rainapp.jobs.records import Derained, DerainFile, NoWatch, Output, Treatment
from rainapp.media import open_source
from rainapp.media.photo.photo_file import PhotoSource
from rainapp.media.sequence.numbered import grouped, pattern_of
from rainapp.media.sequence.sequence_sink import SequenceSink
from rainapp.work import run_job
from rainapp.work.batch_plan import plan

FRAMES = 9
PLAIN = ("--engine", "torch", "--device", "cpu", "--temporal", "off")


def street(index: int, wide: bool) -> NDArray[np.uint8] | NDArray[np.uint16]:
    """A still scene (48, 64, 3) with new grain in every frame."""
    rng = np.random.default_rng(index)
    y, x = np.mgrid[0:48, 0:64]
    pixels = np.stack([x * 2 + 60, y * 3 + 40, x + y + 50], axis=2) + rng.integers(-12, 13, (48, 64, 1))
    return (pixels * 257).astype(np.uint16) if wide else pixels.astype(np.uint8)


def write_frames(folder: Path, name: str = "frame_%04d.png", first: int = 0, wide: bool = False, frames: int = FRAMES) -> Path:
    """Write frames; the pattern that names them."""
    folder.mkdir(parents=True, exist_ok=True)
    for index in range(frames):
        write_source(folder / (name % (first + index)), street(index, wide))
    return folder / name


def pixels(path: Path) -> NDArray[np.uint8] | NDArray[np.uint16]:
    return next(iter(PhotoSource(path))).image.pixels


def treatment(temporal: str = "best") -> Treatment:
    return Treatment(engine="torch", device="cpu", precision="fp32", temporal=temporal)  # type: ignore[arg-type]


def derain(source: Path, target: Path, temporal: str = "best", **output: object) -> Derained:
    done = run_job.run(DerainFile(source, target, treatment(temporal), Output(**output)), NoWatch())  # type: ignore[arg-type]
    assert isinstance(done, Derained)
    return done


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("a_%04d.png", ["a_0009.png", "a_0010.png"]),
        ("a_####.png", ["a_0009.png", "a_0010.png"]),
        ("a_%d.png", ["a_9.png", "a_10.png"]),
        ("%03d left.tif", ["009 left.tif", "010 left.tif"]),
    ],
)
def test_a_pattern_names_its_frames_in_order(tmp_path: Path, typed: str, names: list[str]) -> None:
    for name in (*names, "a_9.jpg", "b_0009.png", "a_x.png", "a_00010.png"):
        (tmp_path / name).touch()
    pattern = pattern_of(tmp_path / typed)
    assert pattern is not None
    assert [path.name for path in pattern.files()] == names


def test_a_file_that_is_called_like_a_pattern_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "100%d.png").touch()
    assert pattern_of(tmp_path / "100%d.png") is None
    assert pattern_of(tmp_path / "frame_0001.png") is None


def test_frames_of_a_folder_are_grouped_by_their_last_number(tmp_path: Path) -> None:
    names = ["s1_08.png", "s1_09.png", "s1_10.png", "7.jpg", "8.jpg", "9.jpg", "10.jpg", "cover.png", "s2_1.png"]
    patterns, others = grouped(tmp_path / name for name in names)
    assert [(pattern.path.name, pattern.title) for pattern in patterns] == [("s1_%02d.png", "s1"), ("%d.jpg", tmp_path.name)]
    assert {path.name for path in others} == {"cover.png", "s2_1.png"}


@pytest.mark.parametrize("wide", [False, True])
def test_frames_are_steadied_and_keep_name_format_and_depth(tiny_library: Path, tmp_path: Path, wide: bool) -> None:
    source = write_frames(tmp_path / "in", "frame_%04d.tif", first=41, wide=wide)
    done = derain(source, tmp_path / "out" / "frame_derained")
    assert done.rain_found
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["frame_derained"]
    made = sorted((tmp_path / "out" / "frame_derained").iterdir())
    assert [path.name for path in made] == [f"frame_{number:04d}.tif" for number in range(41, 41 + FRAMES)]
    assert {pixels(path).dtype for path in made} == {np.dtype(np.uint16 if wide else np.uint8)}
    derain(source, tmp_path / "single", "off")
    peak = 65535 if wide else 255
    steadied = np.stack([pixels(path) / peak for path in made])
    single = np.stack([pixels(path) / peak for path in sorted((tmp_path / "single").iterdir())])
    assert np.abs(np.diff(steadied, axis=0)).mean() < 0.9 * np.abs(np.diff(single, axis=0)).mean()


def test_every_frame_keeps_its_own_camera_data(tiny_library: Path, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for number in (1, 2):
        (tmp_path / "in" / f"{number}.jpg").write_bytes(full_jpeg().replace(b"Bergen", b"Berge%d" % number))
    derain(tmp_path / "in" / "%d.jpg", tmp_path / "out", "off")
    for number in (1, 2):
        assert b"Berge%d" % number in (tmp_path / "out" / f"{number}.jpg").read_bytes()
    derain(tmp_path / "in" / "%d.jpg", tmp_path / "bare", "off", metadata="strip")
    assert b"Berge" not in (tmp_path / "bare" / "1.jpg").read_bytes()


def test_a_sequence_becomes_a_clip_where_that_is_asked_for(tiny_library: Path, tmp_path: Path) -> None:
    source = write_frames(tmp_path / "in", wide=True)
    options = ["--fps", "24000/1001", "--engine", "torch", "--crf", "5"]
    assert main(["derain", str(source), "-o", str(tmp_path / "a.mkv"), *options]) == 0
    with open_source(tmp_path / "a.mkv") as made:
        assert (made.info.width, made.info.height, made.info.depth) == (64, 48, 10)
        frames = list(made)
    assert [frame.time_s for frame in frames] == pytest.approx([n * 1001 / 24000 for n in range(FRAMES)], abs=0.001)
    derain(source, tmp_path / "frames")
    for frame, path in zip(frames, sorted((tmp_path / "frames").iterdir()), strict=True):
        difference = frame.image.pixels / 65535 - pixels(path) / 65535
        assert np.abs(difference).mean() < 0.02
        assert np.abs(difference.mean(axis=(0, 1))).max() < 0.003  # another matrix is off by more


def test_a_folder_is_a_clip_only_where_that_is_said(tiny_library: Path, tmp_path: Path) -> None:
    write_frames(tmp_path / "in" / "shot 1", "a%02d.png", frames=3)
    write_source(tmp_path / "in" / "shot 1" / "cover.png", street(0, False))
    arguments = ["derain", "-r", str(tmp_path / "in"), "--engine", "torch", "--temporal", "off", "-o"]
    assert main([*arguments, str(tmp_path / "photos")]) == 0
    assert len([*(tmp_path / "photos" / "shot 1").iterdir()]) == 4
    assert main([*arguments, str(tmp_path / "clips"), "--sequence"]) == 0
    assert [path.name for path in (tmp_path / "clips" / "shot 1").iterdir()] == ["a_derained"]
    assert len([*(tmp_path / "clips" / "shot 1" / "a_derained").iterdir()]) == 3
    assert main([*arguments, str(tmp_path / "a.mp4"), "--sequence"]) == 0
    assert (tmp_path / "a.mp4").is_file()


def planned(source: Path, out: Path, **output: object) -> list[str]:
    made = plan([source], out, Treatment(), Output(**output))  # type: ignore[arg-type]
    return [str(job.target.relative_to(out)) for job in made.jobs]


def test_results_of_sequences_get_names_of_their_own(tmp_path: Path) -> None:
    source, out = write_frames(tmp_path / "in"), tmp_path / "out"
    assert planned(source, out) == ["frame_derained"]
    assert planned(source, out, format="mp4") == ["frame_derained.mp4"]
    assert planned(source, out, format="jpg", layer="rain") == ["frame_rain"]
    (out / "frame_derained").mkdir(parents=True)
    assert planned(source, out, if_exists="overwrite") == ["frame_derained (2)"]
    assert planned(source, out, if_exists="skip") == []
    with pytest.raises(BadTreatment, match="stands for many pictures"):
        plan([source], tmp_path / "one.png", Treatment(), Output())
    write_frames(tmp_path / "in", "other_%d.png")
    with pytest.raises(BadTreatment, match="2 sequences"):
        plan([tmp_path / "in"], tmp_path / "one.mp4", Treatment(), Output(), sequences=True)


def test_gaps_sizes_and_missing_frames_are_told_in_words(tmp_path: Path) -> None:
    source = write_frames(tmp_path / "in")
    with pytest.raises(UnreadableFile, match="no picture in"):
        open_source(tmp_path / "in" / "scene_%04d.png")
    write_source(tmp_path / "in" / "frame_0009.png", picture(10, 12))
    with pytest.raises(UnreadableFile, match=r"frame_0009.png has 12 × 10 pixels, frame_0000.png 64 × 48"):
        open_source(source)
    (tmp_path / "in" / "frame_0009.png").unlink()
    for number in (3, 4, 6):
        (tmp_path / "in" / f"frame_{number:04d}.png").unlink()
    with pytest.raises(UnreadableFile, match=r"a gap: frame_0003.png to frame_0004.png are missing"):
        open_source(source)


def test_a_dry_sequence_is_copied_byte_for_byte(tiny_library: Path, tmp_path: Path) -> None:
    source = write_frames(tmp_path / "in")
    done = run_job.run(DerainFile(source, tmp_path / "out", Treatment(strength=0)), NoWatch())
    assert isinstance(done, Derained)
    for path in (tmp_path / "in").iterdir():
        assert (tmp_path / "out" / path.name).read_bytes() == path.read_bytes()


def test_rain_and_result_of_a_sequence_are_two_folders(tiny_library: Path, tmp_path: Path) -> None:
    source = write_frames(tmp_path / "in", frames=3)
    derain(source, tmp_path / "out" / "frame_derained", "off", layer="both")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"frame_derained", "frame_rain"}
    assert all(len([*folder.iterdir()]) == 3 for folder in (tmp_path / "out").iterdir())


def test_only_a_part_of_a_sequence_is_done(tiny_library: Path, tmp_path: Path) -> None:
    source = write_frames(tmp_path / "in")
    assert main(["derain", str(source), "-o", str(tmp_path), "--fps", "4", "--from", "0.5", "--to", "0:01.5", *PLAIN]) == 0
    made = sorted(path.name for path in (tmp_path / "frame_derained").iterdir())
    assert made == [f"frame_{number:04d}.png" for number in range(2, 6)]


RUN = """
import sys
from fractions import Fraction
from pathlib import Path
from rainapp.jobs.records import Output
from rainapp.media import open_source
from rainapp.media.sequence.sequence_sink import SequenceSink
source = open_source(Path(sys.argv[1]))
with SequenceSink(Path(sys.argv[2]), source.info, Output(), key="k", part_frames=3) as sink:
    source.first_frame = sink.frames_done
    for frame in source:
        sink.write(frame)
        print(frame.index, flush=True)
        sys.stdin.readline()
"""


def run_and_kill(source: Path, target: Path, frames: int) -> None:
    command = [sys.executable, "-c", RUN, str(source), str(target)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for _ in range(frames):
            assert process.stdout.readline().strip().isdigit()
            process.stdin.write("\n")
            process.stdin.flush()
        process.kill()
    assert process.returncode in (-signal.SIGKILL, 1)


def test_a_killed_run_goes_on_after_the_last_finished_part(tmp_path: Path) -> None:
    source = write_frames(tmp_path / "in")
    target = tmp_path / "out" / "frames"
    target.parent.mkdir()
    run_and_kill(source, target, 5)
    assert not target.exists()
    assert all(path.name.startswith(".") for path in target.parent.iterdir())
    with open_source(source) as frames, SequenceSink(target, frames.info, Output(), key="k", part_frames=3) as sink:
        assert sink.frames_done == 3
        frames.first_frame = sink.frames_done  # type: ignore[attr-defined]
        for frame in frames:
            sink.write(frame)
    assert [path.name for path in target.parent.iterdir()] == ["frames"]
    assert sorted(path.name for path in target.iterdir()) == sorted(path.name for path in (tmp_path / "in").iterdir())
    for path in target.iterdir():
        assert (pixels(path) == pixels(tmp_path / "in" / path.name)).all()


def write_some(source: Path, target: Path, frames: int, error: BaseException, key: str = "k", **output: object) -> int:
    """Write some frames until `error` comes; how many an earlier run had finished."""
    opened = open_source(source)
    sink = SequenceSink(target, opened.info, Output(**output), key=key, part_frames=3)  # type: ignore[arg-type]
    with pytest.raises(type(error)), sink:  # noqa: PT012
        for frame in list(opened)[sink.frames_done : frames]:
            sink.write(frame)
        raise error
    return sink.frames_done


def test_failures_keep_what_is_done_and_a_cancel_leaves_nothing(tmp_path: Path) -> None:
    source, target = write_frames(tmp_path / "in"), tmp_path / "out" / "frames"
    target.parent.mkdir()
    assert write_some(source, target, 7, UnwritableFile("the disk fell out")) == 0
    assert write_some(source, target, 7, UnwritableFile("again")) == 6
    assert write_some(source, target, 7, UnwritableFile("other"), key="other") == 0
    assert write_some(source, target, 8, Cancelled(), key="other") == 6
    assert [*target.parent.iterdir()] == []
    assert write_some(source, target, 5, Cancelled(), keep_partial=True) == 0
    assert [path.name for path in target.parent.iterdir()] == ["frames (unfinished)"]
    assert len([*(target.parent / "frames (unfinished)").iterdir()]) == 5


def test_changed_frames_are_not_gone_on_with(tmp_path: Path) -> None:
    source, target = write_frames(tmp_path / "in"), tmp_path / "frames"
    write_some(source, target, 7, UnwritableFile("the disk fell out"))
    write_source(tmp_path / "in" / "frame_0001.png", street(77, False))
    assert write_some(source, target, 7, UnwritableFile("the disk fell out")) == 0


def test_a_folder_that_holds_files_is_never_replaced(tmp_path: Path) -> None:
    source, target = write_frames(tmp_path / "in", frames=2), tmp_path / "mine"
    target.mkdir()
    (target / "letter.txt").touch()
    opened = open_source(source)
    with SequenceSink(target, opened.info, Output(if_exists="overwrite")) as sink:
        for frame in opened:
            sink.write(frame)
    assert sink.target == tmp_path / "mine (2)"
    assert len([*sink.target.iterdir()]) == 2
    assert [path.name for path in target.iterdir()] == ["letter.txt"]


def test_a_frame_out_of_turn_is_a_bug(tmp_path: Path) -> None:
    opened = open_source(write_frames(tmp_path / "in", frames=2))
    image = Image(street(0, False), 8)
    with pytest.raises(ValueError, match="frame 0"), SequenceSink(tmp_path / "out", opened.info, Output()) as sink:
        sink.write(Frame(1, Fraction(0), image, image))


def test_a_full_disk_waits_for_room_and_goes_on(tmp_path: Path, small_disk: Path) -> None:
    (tmp_path / "in").mkdir()
    rng = np.random.default_rng(1)
    for number in range(4):
        write_source(tmp_path / "in" / f"{number}.png", rng.integers(0, 256, (200, 300, 3), np.uint8))  # 180 kB each
    (small_disk / "ballast").write_bytes(bytes(600_000))
    asked: list[Path] = []

    def await_room(target: Path) -> None:
        asked.append(target)
        (small_disk / "ballast").unlink()

    opened = open_source(tmp_path / "in" / "%d.png")
    with SequenceSink(small_disk / "out", opened.info, Output(), key="k", await_room=await_room) as sink:
        for frame in opened:
            sink.write(frame)
    assert asked == [small_disk / "out"]
    for path in (tmp_path / "in").iterdir():
        assert (pixels(small_disk / "out" / path.name) == pixels(path)).all()
