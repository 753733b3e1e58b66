"""What a clip carries beside its picture comes out as it went in."""

import hashlib
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest
from video_clips import HEIGHT, make_clip

from rainapp.jobs.records import Output
from rainapp.media.clip import video


def rewrite(source: Path, target: Path, **output: Any) -> video.ClipSink:
    """Write the frames of `source` unchanged to `target`."""
    with video.ClipSource(source) as clip, video.ClipSink(target, clip.info, Output(**output)) as sink:
        for frame in clip:
            sink.write(frame)
    return sink


def packets(path: Path, kind: str) -> list[list[tuple[int, str]]]:
    """Time and content hash of every packet of every stream of one kind."""
    found = []
    with av.open(str(path)) as container:
        for stream in container.streams:
            if stream.type == kind:
                container.seek(0)
                found.append(
                    [(p.pts * p.time_base, hashlib.md5(bytes(p)).hexdigest()) for p in container.demux(stream) if p.size]
                )
    return found


def picture_times(path: Path) -> list[Fraction]:
    with av.open(str(path)) as container:
        return [frame.pts * frame.time_base for frame in container.decode(video=0)]


FULL = {
    "sounds": ["eng", "ger"],
    "subtitles": "fre",
    "chapters": True,
    "attachment": b"not really a font" * 9,
    "metadata": {"title": "Rainy street", "artist": "A. Nobody"},
}


@pytest.fixture
def full_clip(tmp_path: Path) -> Path:
    return make_clip(tmp_path / "full.mkv", **FULL)


def test_sound_packets_are_copied_bit_for_bit_with_their_times(full_clip: Path, tmp_path: Path) -> None:
    rewrite(full_clip, tmp_path / "out.mkv")
    before = packets(full_clip, "audio")
    assert packets(tmp_path / "out.mkv", "audio") == before
    assert len(before) == 2
    assert min(len(track) for track in before) > 10


def test_subtitle_packets_are_copied_bit_for_bit_with_their_times(full_clip: Path, tmp_path: Path) -> None:
    rewrite(full_clip, tmp_path / "out.mkv")
    before = packets(full_clip, "subtitle")
    assert packets(tmp_path / "out.mkv", "subtitle") == before
    assert [text for _, text in before[0]] == [hashlib.md5(f"line {n}".encode()).hexdigest() for n in range(3)]


def test_languages_title_chapters_and_attachments_stay(full_clip: Path, tmp_path: Path) -> None:
    rewrite(full_clip, tmp_path / "out.mkv")
    with av.open(str(tmp_path / "out.mkv")) as result, av.open(str(full_clip)) as source:
        languages = [(stream.type, stream.language) for stream in result.streams]
        assert languages == [("video", None), ("audio", "eng"), ("audio", "ger"), ("subtitle", "fre"), ("attachment", None)]
        assert result.metadata["title"] == "Rainy street"
        assert result.metadata["ARTIST"] == source.metadata["ARTIST"] == "A. Nobody"
        titles = [(one["metadata"]["title"], one["start"] * one["time_base"]) for one in result.chapters()]
        assert titles == [("Rain", 0), ("Sun", Fraction(1, 5))]
        assert result.streams.attachments[0].data == FULL["attachment"]
        assert result.streams.attachments[0].name == "font.ttf"


def test_two_languages_and_chapters_stay_in_mp4(tmp_path: Path) -> None:
    source = make_clip(tmp_path / "a.mp4", sounds=["eng", "ger"], chapters=True, metadata={"title": "Wet"})
    sink = rewrite(source, tmp_path / "b.mp4")
    assert sink.notes == ()
    assert packets(tmp_path / "b.mp4", "audio") == packets(source, "audio")
    with av.open(str(tmp_path / "b.mp4")) as result:
        assert [stream.language for stream in result.streams.audio] == ["eng", "ger"]
        assert [one["metadata"]["title"] for one in result.chapters()] == ["Rain", "Sun"]
        assert result.metadata["title"] == "Wet"
        assert len([stream for stream in result.streams if stream.type == "data"]) <= 1  # the chapter track itself


def test_a_picture_that_is_not_the_first_stream_is_found(tmp_path: Path) -> None:
    source = make_clip(tmp_path / "a.mp4", sounds=["eng"], sound_first=True)
    rewrite(source, tmp_path / "b.mp4")
    assert picture_times(tmp_path / "b.mp4") == picture_times(source)
    assert packets(tmp_path / "b.mp4", "audio") == packets(source, "audio")


@pytest.mark.parametrize(
    ("name", "time_base", "times"),
    [
        ("steady.mp4", Fraction(1, 25), range(10)),
        ("ntsc.mov", Fraction(1001, 30000), range(10)),
        ("variable.mp4", Fraction(1, 90000), [0, 3003, 3004, 9000, 30030, 30033, 45045, 60000]),
        ("late.mp4", Fraction(1, 2500), [166, 249, 332, 500, 581, 664]),
        ("late_phone.mp4", Fraction(1, 90000), [45001, 48003, 52001, 59000, 59001, 70000]),
        ("variable.mkv", Fraction(1, 1000), [0, 33, 67, 400, 401, 1000, 5000]),
        ("late.mkv", Fraction(1, 1000), [517, 533, 567, 600, 633]),
        ("two_of_hevc.mp4", Fraction(1, 12800), [0, 2560]),
        ("steady.ts", Fraction(1, 90000), [90000, 93600, 97200, 100800, 104400]),
        ("steady.avi", Fraction(1, 25), range(10)),
    ],
)
def test_every_time_of_the_source_is_kept_exactly(tmp_path: Path, name: str, time_base: Fraction, times: Sequence[int]) -> None:
    codec = {"codec": "mjpeg", "pix_fmt": "yuvj420p"} if name.endswith("avi") else {}
    source = make_clip(tmp_path / name, time_base=time_base, times=times, **codec)
    rewrite(source, tmp_path / f"out_{name}", codec="hevc" if "hevc" in name else None)
    before = picture_times(source)
    assert picture_times(tmp_path / f"out_{name}") == before
    assert len(before) == len(times)
    if not name.endswith("ts"):  # a transport stream starts where its muxer likes
        assert before == [tick * time_base for tick in times]


def test_a_late_picture_stays_late_against_its_sound(tmp_path: Path) -> None:
    source = make_clip(tmp_path / "a.mp4", time_base=Fraction(1, 90000), times=[45001, 48003, 52001], sounds=["eng"])
    rewrite(source, tmp_path / "b.mp4")
    assert picture_times(tmp_path / "b.mp4") == [Fraction(tick, 90000) for tick in (45001, 48003, 52001)]
    assert packets(tmp_path / "b.mp4", "audio") == packets(source, "audio")


@pytest.mark.parametrize("suffix", ["mp4", "mov", "mkv"])
def test_rotation_and_pixel_shape_stay(tmp_path: Path, suffix: str) -> None:
    turned = (0, 65536, 0, -65536, 0, 0, HEIGHT * 65536, 0, 1 << 30)
    source = make_clip(tmp_path / f"a.{suffix}", matrix=turned, aspect=Fraction(4, 3))
    sink = rewrite(source, tmp_path / f"b.{suffix}")
    assert sink.notes == ()
    before, after = video.probe(source), video.probe(tmp_path / f"b.{suffix}")
    assert (after.width, after.height) == (before.width, before.height) == (64, 96)
    with av.open(str(tmp_path / f"b.{suffix}")) as result:
        frame = next(result.decode(video=0))
        assert frame.rotation == -90
        assert (frame.width, frame.height) == (96, 64)
        assert result.streams.video[0].sample_aspect_ratio == Fraction(4, 3)


def test_a_subtitle_that_does_not_fit_is_said(full_clip: Path, tmp_path: Path) -> None:
    sink = rewrite(full_clip, tmp_path / "out.mp4")
    assert any("subtitle track" in note and "fre" in note for note in sink.notes)
    assert packets(tmp_path / "out.mp4", "audio") != []


@pytest.mark.parametrize(("choice", "kept"), [("keep", {"title", "location"}), ("no-location", {"title"}), ("strip", set())])
def test_names_and_places_are_kept_or_not_as_chosen(tmp_path: Path, choice: str, kept: set[str]) -> None:
    tags = {"title": "Wet", "location": "+48.1+011.5/"}
    source = make_clip(tmp_path / "a.mp4", metadata=tags, sounds=["eng"])
    rewrite(source, tmp_path / "b.mp4", metadata=choice)
    with av.open(str(tmp_path / "b.mp4")) as result:
        assert set(result.metadata) & set(tags) == kept
        assert result.streams.audio[0].language == "eng"
