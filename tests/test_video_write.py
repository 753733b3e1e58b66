"""Clips as sinks: codecs and formats, wishes that cannot be, and that no half file is ever left."""

import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from copied_clips import codec_of, write_all
from video_clips import make_clip

from rainapp.base.errors import BadTreatment, Cancelled, UnwritableFile
from rainapp.base.image import Frame, Image
from rainapp.jobs.records import Output
from rainapp.media.clip import video
from rainapp.media.clip.codec_choice import choose_encoding
from rainapp.media.clip_facts import ClipFacts


@pytest.mark.parametrize(
    ("name", "codec", "pix_fmt", "kept"),
    [
        ("a.mp4", "libx264", "yuv420p", "h264"),
        ("a.mp4", "libx265", "yuv420p", "hevc"),
        ("a.mkv", "libsvtav1", "yuv420p10le", "av1"),
        ("a.webm", "libvpx-vp9", "yuv420p", "vp9"),
        ("a.mov", "prores_ks", "yuv422p10le", "prores"),
        ("a.mkv", "ffv1", "yuv420p", "ffv1"),
        ("a.avi", "mjpeg", "yuvj420p", "mjpeg"),
        ("a.avi", "huffyuv", "yuv422p", "ffv1"),
        ("a.mp4", "mpeg4", "yuv420p", "h264"),
        ("a.mkv", "libx264", "yuv444p", "h264"),
        ("a.mkv", "libx264", "gray", "h264"),
    ],
)
def test_the_codec_of_the_source_is_kept_where_it_can_be(
    tmp_path: Path, name: str, codec: str, pix_fmt: str, kept: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SVT_LOG", "1")
    options = {"x265-params": "log-level=error"} if codec == "libx265" else {}
    source = make_clip(tmp_path / name, codec=codec, pix_fmt=pix_fmt, options=options, times=range(5))
    info = write_all(source, tmp_path / f"out_{name}")
    assert codec_of(tmp_path / f"out_{name}") == kept
    old, new = info.carry, video.probe(tmp_path / f"out_{name}").carry
    assert isinstance(old, ClipFacts)
    assert isinstance(new, ClipFacts)
    assert new.pix_fmt == old.pix_fmt
    assert info.notes == ()


def test_a_clip_of_odd_size_keeps_it(tmp_path: Path) -> None:
    source = make_clip(
        tmp_path / "a.webm", codec="libvpx-vp9", size=(95, 63), time_base=Fraction(1, 1000), times=range(0, 200, 40)
    )
    write_all(source, tmp_path / "out.mp4", Output(codec="h264"))
    info = video.probe(tmp_path / "out.mp4")
    assert (info.width, info.height) == (95, 63)
    write_all(source, tmp_path / "out.webm")
    assert video.probe(tmp_path / "out.webm").width == 95


@pytest.mark.parametrize(("codec", "result"), [("h265", "hevc"), ("av1", "av1"), ("vp9", "vp9"), ("libx264", "h264")])
def test_another_codec_is_used_when_asked_for(tmp_path: Path, codec: str, result: str) -> None:
    source = make_clip(tmp_path / "a.mp4", times=range(3))
    write_all(source, tmp_path / "b.mp4", Output(codec=codec))
    assert codec_of(tmp_path / "b.mp4") == result


def test_a_lower_crf_makes_a_larger_and_truer_file(tmp_path: Path) -> None:
    source = make_clip(tmp_path / "a.mp4")
    for crf in (4, 40):
        write_all(source, tmp_path / f"{crf}.mp4", Output(crf=crf))
    assert (tmp_path / "4.mp4").stat().st_size > (tmp_path / "40.mp4").stat().st_size
    write_all(source, tmp_path / "good.mp4", Output(quality=95))
    write_all(source, tmp_path / "poor.mp4", Output(quality=20))
    assert (tmp_path / "good.mp4").stat().st_size > (tmp_path / "poor.mp4").stat().st_size


def test_a_source_pressed_hard_is_not_blown_up(tmp_path: Path) -> None:
    facts = video.probe(make_clip(tmp_path / "a.mp4")).carry
    assert isinstance(facts, ClipFacts)
    assert facts.bits_a_pixel > 0
    rates = [
        int(choose_encoding(replace(facts, bits_a_pixel=bits), ".mp4", Output()).options["crf"]) for bits in (0.03, 0.1, 0.5, 0)
    ]
    assert rates == [20, 19, 17, 17]


@pytest.mark.parametrize(
    ("name", "output", "words"),
    [
        ("b.mp4", Output(codec="realvideo"), "realvideo is not known"),
        ("b.webm", Output(codec="h264"), "cannot hold h264"),
        ("b.mp4", Output(crf=80), "CRF of 80"),
        ("b.mov", Output(codec="prores", crf=10), "no CRF"),
        ("b.wmv", Output(), "cannot be written as .wmv"),
    ],
)
def test_impossible_wishes_are_refused_in_words_before_anything_is_written(
    tmp_path: Path, name: str, output: Output, words: str
) -> None:
    source = make_clip(tmp_path / "a.mp4", times=range(3))
    info = video.probe(source)
    with pytest.raises(BadTreatment, match=words):
        video.ClipSink(tmp_path / name, info, output)
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]


class Trouble(Exception):  # noqa: N818
    pass


@pytest.mark.parametrize("error", [Cancelled(), Trouble(), KeyboardInterrupt()])
def test_an_error_or_a_cancel_leaves_no_file(tmp_path: Path, error: BaseException) -> None:
    source = make_clip(tmp_path / "a.mp4", sounds=["eng"])
    target = tmp_path / "out" / "b.mp4"
    target.parent.mkdir()
    clip = video.ClipSource(source)
    with pytest.raises(type(error)), video.ClipSink(target, clip.info, Output()) as sink:  # noqa: PT012
        for frame in clip:
            sink.write(frame)
            if frame.index == 5:
                raise error
    assert list(target.parent.iterdir()) == []


def test_an_error_leaves_the_older_result_as_it_was(tmp_path: Path) -> None:
    source = make_clip(tmp_path / "a.mp4")
    target = tmp_path / "b.mp4"
    target.write_bytes(b"older")
    clip = video.ClipSource(source)
    with pytest.raises(Trouble), video.ClipSink(target, clip.info, Output()) as sink:  # noqa: PT012
        sink.write(next(iter(clip)))
        raise Trouble
    assert target.read_bytes() == b"older"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.mp4", "b.mp4"]


def test_nothing_is_under_the_final_name_while_writing(tmp_path: Path) -> None:
    source = make_clip(tmp_path / "a.mp4")
    clip = video.ClipSource(source)
    with video.ClipSink(tmp_path / "b.mp4", clip.info, Output()) as sink:
        for frame in clip:
            sink.write(frame)
            assert not (tmp_path / "b.mp4").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.mp4", "b.mp4"]


def test_a_folder_that_is_not_there_is_said_in_words(tmp_path: Path) -> None:
    info = video.probe(make_clip(tmp_path / "a.mp4"))
    with (
        pytest.raises(UnwritableFile, match="folder does not exist"),
        video.ClipSink(tmp_path / "no" / "b.mp4", info, Output()),
    ):
        pass


LIMITED = """
import resource, sys
from pathlib import Path
from rainapp.base.errors import UnwritableFile
from rainapp.jobs.records import Output
from rainapp.media.clip import video
source, target = map(Path, sys.argv[1:])
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
clip = video.ClipSource(source)
try:
    with video.ClipSink(target, clip.info, Output(crf=1)) as sink:
        for frame in clip:
            sink.write(frame)
except UnwritableFile as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="file sizes are limited by POSIX means")
def test_a_disk_that_takes_no_more_is_said_in_words_and_nothing_is_left(tmp_path: Path) -> None:
    source = make_clip(tmp_path / "a.mp4", times=range(20), size=(160, 120))
    (tmp_path / "out").mkdir()
    command = [sys.executable, "-c", LIMITED, str(source), str(tmp_path / "out" / "b.mp4")]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "too large for this disk" in result.stdout
    assert result.stderr == ""
    assert list((tmp_path / "out").iterdir()) == []


def test_the_source_is_never_the_target(tmp_path: Path) -> None:
    source = make_clip(tmp_path / "a.mp4")
    (tmp_path / "link.mp4").symlink_to(source)
    info = video.probe(source)
    for target in (source, tmp_path / "link.mp4"):
        with pytest.raises(UnwritableFile, match="never overwritten"):
            video.ClipSink(target, info, Output())


def test_a_picture_of_another_size_is_a_mistake(tmp_path: Path) -> None:
    source = make_clip(tmp_path / "a.mp4")
    info = video.probe(source)
    wrong = Image(np.zeros((10, 10, 3), np.uint8))
    with pytest.raises(ValueError, match="10"), video.ClipSink(tmp_path / "b.mp4", info, Output()) as sink:
        sink.write(Frame(0, Fraction(0), wrong, wrong))
