"""Clips of kinds that went wrong in other tools: what must come out of them, or what must be said."""

import shutil
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest
from copied_clips import codec_of, write_all
from patched_clips import (
    CLAP,
    SPHERE,
    SPHERICAL_UUID,
    UUID,
    dolby,
    with_boxes,
    with_captions,
    with_data_track,
    with_dolby_in_table,
)
from video_clips import make_clip

from rainapp.base.errors import UnreadableFile
from rainapp.jobs.records import Output
from rainapp.media.clip import video
from rainapp.media.clip.container import mp4_boxes
from rainapp.media.clip.resumable_sink import ResumableClipSink


def rewrite(source: Path, target: Path, **output: Any) -> tuple[str, ...]:
    """Write the frames of `source` unchanged to `target`; what is said of the result."""
    with video.ClipSource(source) as clip, video.ClipSink(target, clip.info, Output(**output)) as sink:
        for frame in clip:
            sink.write(frame)
    return sink.notes


def times(path: Path) -> list[Fraction]:
    with video.ClipSource(path) as clip:
        return [frame.time_s for frame in clip]


def steps(moments: list[Fraction]) -> set[Fraction]:
    return {later - earlier for earlier, later in zip(moments, moments[1:], strict=False)}


def sound_packets(path: Path) -> int:
    with av.open(str(path)) as container:
        return sum(bool(packet.size) for packet in container.demux(container.streams.audio[0]))


def track_of(path: Path) -> mp4_boxes.Track:
    return next(track for track in mp4_boxes.read_tracks(path).values() if track.handler == b"vide")


def cover(folder: Path) -> bytes:
    make_clip(folder / "cover.avi", codec="mjpeg", pix_fmt="yuvj420p", times=[0])
    with av.open(str(folder / "cover.avi")) as container:
        return bytes(next(container.demux(video=0)))


def mp4_with_cover(path: Path, picture: bytes) -> Path:
    """An MP4 whose list of tags holds a cover, as music and video shops write it."""
    from patched_clips import box

    make_clip(path, metadata={"title": "Wet"}, sounds=["eng"])
    data = bytearray(path.read_bytes())
    more = box(b"covr", box(b"data", b"\0\0\0\x0d\0\0\0\0" + picture))
    for kind in (b"ilst", b"meta", b"udta", b"moov"):
        at = data.rfind(kind) - 4
        size = int.from_bytes(data[at : at + 4], "big")
        if kind == b"ilst":
            data[at + size : at + size] = more
        data[at : at + 4] = (size + len(more)).to_bytes(4, "big")
    path.write_bytes(bytes(data))
    return path


def covers(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        indices = {each.index for each in container.streams.video if each.disposition & av.stream.Disposition.attached_pic}
        return [bytes(packet) for packet in container.demux() if packet.stream_index in indices and packet.size]


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_a_cover_stays_a_cover(tmp_path: Path, suffix: str) -> None:
    picture = cover(tmp_path)
    source = mp4_with_cover(tmp_path / "a.mp4", picture)
    assert covers(source) == [picture]
    assert rewrite(source, tmp_path / f"b{suffix}") == ()
    assert covers(tmp_path / f"b{suffix}") == [picture]
    if suffix == ".mkv":
        assert rewrite(tmp_path / "b.mkv", tmp_path / "c.mkv") == ()
        assert covers(tmp_path / "c.mkv") == [picture]


@pytest.mark.parametrize("suffix", [".avi", ".ts", ".mov"])
def test_a_cover_without_a_place_is_said(tmp_path: Path, suffix: str) -> None:
    source = mp4_with_cover(tmp_path / "a.mp4", cover(tmp_path))
    notes = rewrite(source, tmp_path / f"b{suffix}", format=suffix[1:])
    assert [note for note in notes if "cover picture" in note] != []
    with av.open(str(tmp_path / f"b{suffix}")) as container:
        assert len(container.streams.video) == 1, "it does not become a second clip"


@pytest.mark.parametrize("timecode", ["", "01:00:00:00"])
def test_a_cameras_data_stay_beside_chapters_and_time_code(tmp_path: Path, timecode: str) -> None:
    tags = {"timecode": timecode} if timecode else {}
    plain = make_clip(tmp_path / "plain.mp4", chapters=True, sounds=["eng"], metadata=tags)
    name = "a.mp4"
    source = with_data_track(plain, tmp_path / name, timecode)
    assert rewrite(source, tmp_path / f"out{name}") == ()

    def measured(path: Path) -> list[bytes]:
        with av.open(str(path)) as container:
            (track,) = (each for each in container.streams if each.metadata.get("handler_name") == "GoPro MET")
            return [bytes(packet) for packet in container.demux(track) if packet.size]

    assert measured(tmp_path / f"out{name}") == measured(source) != []
    with av.open(str(tmp_path / f"out{name}")) as result:
        assert len(result.chapters()) == 2
        kinds = [
            sorted(track.entry for track in mp4_boxes.read_tracks(path).values()) for path in (source, tmp_path / f"out{name}")
        ]
        assert kinds[0] == kinds[1], "none is left out, none is there twice"
        assert (b"tmcd" in kinds[0]) == bool(timecode)


def test_the_time_code_track_is_made_anew_from_its_tag(tmp_path: Path) -> None:
    source = make_clip(tmp_path / "a.mov", metadata={"timecode": "01:00:00:00"})
    assert b"tmcd" in source.read_bytes()
    assert rewrite(source, tmp_path / "b.mov") == ()
    with av.open(str(tmp_path / "b.mov")) as result:
        assert [each.metadata["timecode"] for each in result.streams if each.type == "data"] == ["01:00:00:00"]


@pytest.mark.parametrize("resumable", [False, True])
@pytest.mark.parametrize(("in_entry", "in_track"), [(SPHERE, b""), (b"", UUID), (CLAP, b""), (SPHERE + CLAP, UUID)])
def test_marks_of_the_picture_stay_in_mp4(tmp_path: Path, in_entry: bytes, in_track: bytes, resumable: bool) -> None:
    source = with_boxes(make_clip(tmp_path / "a.mp4", sounds=["eng"]), in_entry, in_track)
    target = tmp_path / "b.mp4"
    if resumable:
        with video.ClipSource(source) as clip, ResumableClipSink(target, clip.info, Output(), key="x", part_frames=4) as sink:
            for frame in clip:
                sink.write(frame)
        assert sink.notes == ()
    else:
        assert rewrite(source, target) == ()
    before, after = track_of(source), track_of(target)
    for kind in (b"st3d", b"sv3d", b"clap"):
        assert after.boxes.get(kind) == before.boxes.get(kind)
    assert [box for box in after.uuids if SPHERICAL_UUID in box] == [box for box in before.uuids if SPHERICAL_UUID in box]
    assert len(times(target)) == 10
    assert sound_packets(target) == sound_packets(source)


@pytest.mark.parametrize(
    ("in_entry", "in_track", "words"),
    [(SPHERE, b"", "360°"), (b"", UUID, "360°"), (CLAP, b"", "The crop"), (dolby(8, 4), b"", "stays in HLG")],
)
def test_marks_that_another_container_has_no_place_for_are_said(
    tmp_path: Path, in_entry: bytes, in_track: bytes, words: str
) -> None:
    source = with_boxes(make_clip(tmp_path / "a.mp4"), in_entry, in_track)
    (note,) = rewrite(source, tmp_path / "b.mkv", format="mkv")
    assert words in note
    before_start = video.probe(source).notes
    assert before_start == ((note,) if "HLG" in words else ())


def test_a_clip_of_360_degrees_in_matroska_is_said(tmp_path: Path) -> None:
    """FFmpeg copies the marks of a track that it copies, so a file of its own making can be had."""
    source = with_boxes(make_clip(tmp_path / "a.mp4"), SPHERE)
    with av.open(str(source)) as given, av.open(str(tmp_path / "a.mkv"), "w") as sink:
        copy = sink.add_stream_from_template(given.streams.video[0], opaque=True)
        for packet in given.demux(video=0):
            if packet.size:
                packet.stream = copy
                sink.mux_one(packet)
    (note,) = rewrite(tmp_path / "a.mkv", tmp_path / "b.mkv")
    assert "360°" in note


@pytest.mark.parametrize("profile", [4, 5, 10])
def test_dolby_vision_that_only_dolby_can_show_is_refused(tmp_path: Path, profile: int) -> None:
    source = with_boxes(
        make_clip(tmp_path / "a.mp4", codec="libx265", pix_fmt="yuv420p10le", times=range(3)), dolby(profile, 0)
    )
    with pytest.raises(UnreadableFile, match=f"Dolby Vision profile {profile}"):
        video.ClipSource(source)


def test_the_record_of_dolby_vision_is_found_in_matroska_too(tmp_path: Path) -> None:
    source = with_boxes(make_clip(tmp_path / "a.mp4", codec="libx265", pix_fmt="yuv420p10le", times=range(3)), dolby(5, 0))
    with av.open(str(source)) as given, av.open(str(tmp_path / "a.mkv"), "w") as sink:
        copy = sink.add_stream_from_template(given.streams.video[0], opaque=True)
        for packet in given.demux(video=0):
            if packet.size:
                packet.stream = copy
                sink.mux_one(packet)
    with pytest.raises(UnreadableFile, match="Dolby Vision profile 5"):
        video.ClipSource(tmp_path / "a.mkv")


@pytest.mark.parametrize("suffix", [".ts", ".m2ts"])
def test_the_descriptor_of_dolby_vision_is_found_in_transport_streams(tmp_path: Path, suffix: str) -> None:
    def made(name: str, *dolby_vision: int) -> Path:
        path = make_clip(tmp_path / f"{name}.ts", codec="libx265", time_base=Fraction(1, 90000), times=range(0, 36000, 3600))
        if dolby_vision:
            with_dolby_in_table(path, *dolby_vision)
        data = path.read_bytes()
        if suffix == ".m2ts":
            data = b"".join(bytes(4) + data[at : at + 188] for at in range(0, len(data), 188))
        path.with_suffix(suffix).write_bytes(data)
        return path.with_suffix(suffix)

    assert video.probe(made("plain")).carry.extras.dolby is None
    assert "The Dolby Vision data are not kept; the clip stays in HDR10." in video.probe(made("eight", 8, 1)).notes
    with pytest.raises(UnreadableFile, match="Dolby Vision profile 5"):
        video.ClipSource(made("five", 5, 0))


def test_captions_in_the_pictures_are_said_before_the_start(tmp_path: Path) -> None:
    source = with_captions(make_clip(tmp_path / "plain.ts"), tmp_path / "a.ts")
    with av.open(str(source)) as container:
        kinds = {blob.type.name for frame in container.decode(video=0) for blob in frame.side_data}
    assert "A53_CC" in kinds
    assert [note for note in video.probe(source).notes if "captions" in note] == [
        "The captions inside the pictures are not kept."
    ]
    assert rewrite(source, tmp_path / "b.ts") == ("The captions inside the pictures are not kept.",)
    assert video.probe(make_clip(tmp_path / "c.ts")).notes == ()


def test_transparency_of_vp9_is_said_and_no_longer_claimed(tmp_path: Path) -> None:
    plain = make_clip(tmp_path / "plain.webm", codec="libvpx-vp9", time_base=Fraction(1, 1000), times=range(0, 400, 40))
    with av.open(str(plain)) as given, av.open(str(tmp_path / "a.webm"), "w") as sink:
        copy = sink.add_stream_from_template(given.streams.video[0], opaque=True)
        copy.metadata["alpha_mode"] = "1"
        for packet in given.demux(video=0):
            if packet.size:
                packet.stream = copy
                sink.mux_one(packet)
    notes = rewrite(tmp_path / "a.webm", tmp_path / "b.webm")
    assert notes == ("Transparency is not kept; the clip is written opaque.",)
    with av.open(str(tmp_path / "b.webm")) as result:
        assert "ALPHA_MODE" not in {name.upper() for name in result.streams.video[0].metadata}


def test_prores_4444_stays_a_codec_for_editing(tmp_path: Path) -> None:
    source = make_clip(tmp_path / "a.mov", codec="prores_ks", pix_fmt="yuv444p10le", options={"profile": "4"}, times=range(3))
    assert video.probe(source).carry.pix_fmt == "yuv444p12le"
    notes = rewrite(source, tmp_path / "b.mov")
    assert codec_of(tmp_path / "b.mov") == "prores"
    assert video.probe(tmp_path / "b.mov").carry.profile == "4444"
    assert notes == ("The clip has 12 bit a channel; it is written with 10.",)
    notes = rewrite(source, tmp_path / "b.mp4", format="mp4")
    assert any("made for editing" in note for note in notes)


def test_a_second_picture_track_is_copied_and_said(tmp_path: Path) -> None:
    one, other = make_clip(tmp_path / "a.mp4"), make_clip(tmp_path / "b.mp4", noise=True)
    both = tmp_path / "both.mp4"
    with av.open(str(one)) as first, av.open(str(other)) as second, av.open(str(both), "w") as sink:
        copies = [sink.add_stream_from_template(each.streams.video[0], opaque=True) for each in (first, second)]
        for given, copy in ((first, copies[0]), (second, copies[1])):
            for packet in given.demux(video=0):
                if packet.size:
                    packet.stream = copy
                    sink.mux_one(packet)
    (note,) = rewrite(both, tmp_path / "out.mp4")
    assert note == "The clip holds 2 picture tracks; one is derained, the others stay as they are."
    assert video.probe(both).notes == (note,)
    with av.open(str(tmp_path / "out.mp4")) as result:
        assert len(result.streams.video) == 2


@pytest.mark.parametrize("suffix", [".avi", ".ts"])
def test_a_turned_picture_is_written_upright_where_no_mark_can_say_it(tmp_path: Path, suffix: str) -> None:
    turned = (0, 65536, 0, -65536, 0, 0, 64 * 65536, 0, 1 << 30)
    source = make_clip(tmp_path / "a.mp4", matrix=turned, aspect=Fraction(4, 3))
    rewrite(source, tmp_path / f"b{suffix}", format=suffix[1:])
    info = video.probe(tmp_path / f"b{suffix}")
    assert (info.width, info.height, info.carry.sample_aspect) == (64, 96, Fraction(3, 4))
    with video.ClipSource(source) as before, video.ClipSource(tmp_path / f"b{suffix}") as after:
        one, other = next(iter(before)).image.pixels, next(iter(after)).image.pixels
    assert abs(one.astype(int) - other).mean() < 4


def test_a_picture_of_odd_size_says_what_it_costs(tmp_path: Path) -> None:
    source = make_clip(tmp_path / "a.mkv", codec="ffv1", pix_fmt="yuv420p", size=(97, 65), times=range(3))
    notes = rewrite(source, tmp_path / "b.mp4", format="mp4", codec="h264")
    assert any("sides are odd" in note for note in notes)
    rgb = make_clip(tmp_path / "rgb.mkv", codec="ffv1", pix_fmt="bgr0", size=(97, 65), times=range(3))
    rewrite(rgb, tmp_path / "c.mp4", format="mp4", codec="h264")
    assert not video.probe(tmp_path / "c.mp4").carry.full_range, "few players heed the mark of full range"


def test_interlaced_pictures_are_said(tmp_path: Path) -> None:
    options = {"flags": "+ildct+ilme", "x264-params": "tff=1"}
    source = make_clip(tmp_path / "a.ts", options=options)
    assert any("interlaced" in note for note in video.probe(source).notes)


def test_motion_jpeg_is_written_with_the_matrix_it_is_read_with(tmp_path: Path) -> None:
    source = make_clip(tmp_path / "a.mp4", colour=(1, 1, 1, 1), times=range(3))
    rewrite(source, tmp_path / "b.mp4", codec="mjpeg")
    with video.ClipSource(source) as before, video.ClipSource(tmp_path / "b.mp4") as after:
        one, other = next(iter(before)).image.pixels, next(iter(after)).image.pixels
    assert abs(one.astype(int) - other).mean() < 2


def test_a_copy_of_the_source_is_left_as_it_is(tmp_path: Path) -> None:
    source = with_boxes(make_clip(tmp_path / "a.mp4"), SPHERE)
    kept = tmp_path / "kept.mp4"
    shutil.copyfile(source, kept)
    write_all(source, tmp_path / "b.mp4")
    assert source.read_bytes() == kept.read_bytes()
