"""Clips as sources: what is read, what is refused in words, and the frames that are looked at."""

import os
import random
import struct
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from copied_clips import write_all
from video_clips import HEIGHT, WIDTH, make_clip, moving_picture

from rainapp.base.errors import RainError, UnreadableFile
from rainapp.media.clip import video


def test_the_facts_of_a_clip_are_told_before_reading(tmp_path: Path) -> None:
    info = video.probe(make_clip(tmp_path / "a.mp4"))
    assert (info.kind, info.container, info.width, info.height, info.depth) == ("clip", "mov", WIDTH, HEIGHT, 8)
    assert (info.frames, info.fps, info.duration_s) == (10, 25.0, 0.4)
    assert info.notes == ()


def test_frames_come_in_order_with_number_and_time(tmp_path: Path) -> None:
    with video.ClipSource(make_clip(tmp_path / "a.mp4")) as clip:
        frames = list(clip)
    assert [frame.index for frame in frames] == list(range(10))
    assert [frame.time_s for frame in frames] == [Fraction(n, 25) for n in range(10)]
    for frame in frames:
        assert frame.source is frame.image
        assert np.abs(frame.image.pixels.astype(int) - moving_picture(frame.index)).mean() < 4


def test_a_clip_can_be_read_twice(tmp_path: Path) -> None:
    with video.ClipSource(make_clip(tmp_path / "a.mp4")) as clip:
        first, second = list(clip), list(clip)
    assert all(np.array_equal(a.image.pixels, b.image.pixels) for a, b in zip(first, second, strict=True))


def test_leaving_early_releases_the_file(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "a.mp4", times=range(20))
    with video.ClipSource(path) as clip:
        frames = iter(clip)
        next(frames)
    with pytest.raises(StopIteration):
        next(frames)


def test_odd_names_are_read_and_written(tmp_path: Path) -> None:
    for name in ("concat:a|b.mp4", "дождь 雨 ☔.mp4", "a%03d.mp4", "http:x.mp4", "-y.mp4"):
        source = make_clip(tmp_path / "plain.mp4").rename(tmp_path / name)
        write_all(source, tmp_path / f"out {name}")
        assert video.probe(tmp_path / f"out {name}").frames == 10


def bad_empty(folder: Path) -> Path:
    (folder / "bad.mp4").write_bytes(b"")
    return folder / "bad.mp4"


def bad_text(folder: Path) -> Path:
    (folder / "bad.mp4").write_text("Rain, rain, go away. " * 30)
    return folder / "bad.mp4"


def bad_list_of_other_files(folder: Path) -> Path:
    make_clip(folder / "other.mp4")
    (folder / "bad.mp4").write_text("ffconcat version 1.0\nfile other.mp4\n")
    return folder / "bad.mp4"


def bad_playlist(folder: Path) -> Path:
    make_clip(folder / "other.ts")
    (folder / "bad.mp4").write_text("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nother.ts\n#EXT-X-ENDLIST\n")
    return folder / "bad.mp4"


def bad_without_index(folder: Path) -> Path:
    whole = make_clip(folder / "whole.mp4").read_bytes()
    (folder / "bad.mp4").write_bytes(whole[: whole.index(b"moov") - 4])
    return folder / "bad.mp4"


def bad_sound_only(folder: Path) -> Path:
    with av.open(str(folder / "bad.mp4"), "w") as sink:
        sound = sink.add_stream("aac", rate=48000)
        frame = av.AudioFrame.from_ndarray(np.zeros((2, 1024), np.float32), format="fltp", layout="stereo")
        frame.sample_rate = 48000
        sink.mux(sound.encode(frame))
        sink.mux(sound.encode(None))
    return folder / "bad.mp4"


def bad_no_frames(folder: Path) -> Path:
    with av.open(str(folder / "bad.mkv"), "w") as sink:
        stream = sink.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        sink.start_encoding()
    return folder / "bad.mkv"


def bad_huge(folder: Path) -> Path:
    data = bytearray(make_clip(folder / "bad.avi", codec="huffyuv", pix_fmt="yuv422p", times=range(3)).read_bytes())
    at = data.index(b"strf") + 12
    data[at : at + 8] = struct.pack("<ii", 15000, 15000)
    (folder / "bad.avi").write_bytes(data)
    return folder / "bad.avi"


def bad_encrypted(folder: Path) -> Path:
    keys = {"encryption_key": "76a6c65c5ea762046bd749a2e632ccbb", "encryption_kid": "a7e61c373e219033c21091fa607bf3b8"}
    return make_clip(folder / "bad.mp4", muxing={"encryption_scheme": "cenc-aes-ctr"} | keys)


def bad_garbage(folder: Path) -> Path:
    data = bytearray(make_clip(folder / "plain.mp4").read_bytes())
    data[data.index(b"mdat") + 4 : data.index(b"moov") - 4] = bytes(data.index(b"moov") - data.index(b"mdat") - 8)
    (folder / "bad.mp4").write_bytes(data)
    return folder / "bad.mp4"


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (bad_empty, "empty"),
        (bad_text, "text"),
        (bad_list_of_other_files, "lists of other files are not followed"),
        (bad_playlist, "not followed"),
        (bad_without_index, "index is missing"),
        (bad_sound_only, "sound but no picture"),
        (bad_no_frames, "before its first frame"),
        (bad_huge, "15000 × 15000"),
        (bad_encrypted, "encrypted"),
        (bad_garbage, "no frame"),
    ],
)
def test_what_is_no_clip_is_refused_in_words(tmp_path: Path, make: Callable[[Path], Path], words: str) -> None:
    path = make(tmp_path)
    with pytest.raises(UnreadableFile) as refusal:
        video.ClipSource(path)
    assert words in str(refusal.value)
    assert refusal.value.path == path
    assert "Errno" not in str(refusal.value)


def test_a_missing_file_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="does not exist"):
        video.ClipSource(tmp_path / "nothing.mp4")


def test_the_memory_budget_counts(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "a.mp4", size=(640, 480))
    with pytest.raises(UnreadableFile, match="memory"):
        video.ClipSource(path, budget_mb=10)
    assert video.ClipSource(path, budget_mb=100).info.width == 640


@pytest.mark.parametrize("part", [0.5, 0.8, 0.97])
def test_a_cut_off_clip_gives_the_frames_that_are_there_and_says_so(tmp_path: Path, part: float) -> None:
    whole = make_clip(tmp_path / "whole.mkv", times=range(0, 800, 40), time_base=Fraction(1, 1000), options={"g": "4"})
    data = whole.read_bytes()
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(data[: int(len(data) * part)])
    target = tmp_path / "out.mkv"
    info = write_all(cut, target)
    read = list(video.ClipSource(target))
    assert 3 <= len(read) < 20 or (part > 0.9 and len(read) == 20)
    assert [frame.time_s for frame in read] == [Fraction(n, 25) for n in range(len(read))]
    assert any("cut off" in note for note in info.notes)


def test_a_cut_off_mp4_with_its_index_in_front_is_told_before_the_start(tmp_path: Path) -> None:
    whole = make_clip(tmp_path / "whole.mp4", times=range(20), options={"g": "4"}, index_first=True)
    data = whole.read_bytes()
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(data[: int(len(data) * 0.8)])
    clip = video.ClipSource(cut)
    assert any("cut off" in note for note in clip.info.notes)
    assert 3 <= len(list(clip)) < 20


def test_damage_in_the_middle_is_passed_over_and_counted(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "a.mp4", times=range(20), options={"g": "4", "bf": "0"})
    data = bytearray(path.read_bytes())
    with av.open(str(path)) as container:
        entry = container.streams.video[0].index_entries[8]
    data[entry.pos : entry.pos + entry.size] = bytes(entry.size)
    path.write_bytes(data)
    clip = video.ClipSource(path)
    frames = list(clip)
    assert 16 <= len(frames) <= 20
    assert any("damaged" in note for note in clip.info.notes)


def test_a_size_that_changes_on_the_way_is_scaled_and_said(tmp_path: Path) -> None:
    small = make_clip(tmp_path / "a.ts", times=[n * 3600 for n in range(5)], time_base=Fraction(1, 90000))
    times = [900000 + n * 3600 for n in range(5)]
    large = make_clip(tmp_path / "b.ts", times=times, time_base=Fraction(1, 90000), size=(128, 96))
    (tmp_path / "both.ts").write_bytes(small.read_bytes() + large.read_bytes())
    info = write_all(tmp_path / "both.ts", tmp_path / "out.ts")
    assert any("scaled" in note for note in info.notes)
    frames = list(video.ClipSource(tmp_path / "out.ts"))
    assert len(frames) == 10
    assert {(frame.image.width, frame.image.height) for frame in frames} == {(WIDTH, HEIGHT)}


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.ts", "a.avi"])
def test_a_single_frame_is_found_by_its_time(tmp_path: Path, name: str) -> None:
    codec = {"codec": "mjpeg", "pix_fmt": "yuvj420p"} if name.endswith("avi") else {}
    path = make_clip(tmp_path / name, times=range(20), options={"g": "5"}, **codec)
    frames = list(video.ClipSource(path))
    for index in (0, 1, 3, 7, 13, 19):  # 3 / 25 as a float lies before the frame
        image, width, height, duration_s = video.read_frame(path, index / 25)
        assert np.array_equal(image.pixels, frames[index].image.pixels)
        assert (width, height) == (WIDTH, HEIGHT)
        assert duration_s == pytest.approx(0.8, abs=0.05)


def test_a_time_past_the_end_gives_the_last_frame(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "a.mp4", times=range(20), options={"g": "5"})
    last = list(video.ClipSource(path))[-1]
    assert np.array_equal(video.read_frame(path, 99.0)[0].pixels, last.image.pixels)


def test_a_thumbnail_is_small_upright_and_eight_bit(tmp_path: Path) -> None:
    matrix = (0, 65536, 0, -65536, 0, 0, HEIGHT * 65536, 0, 1 << 30)
    path = make_clip(tmp_path / "a.mov", codec="prores_ks", pix_fmt="yuv422p10le", matrix=matrix)
    image, width, height, _ = video.read_frame(path, 0.0, 48)
    assert (image.width, image.height, image.depth) == (32, 48, 8)
    assert (width, height) == (HEIGHT, WIDTH)


def test_the_number_of_frames_is_estimated_where_the_file_does_not_say(tmp_path: Path) -> None:
    info = video.probe(make_clip(tmp_path / "a.mkv", times=range(20)))
    assert info.frames is None
    assert video.estimated_frames(info) == 20


@pytest.mark.parametrize(
    ("suffix", "result"), [(".MP4", ".mp4"), (".webm", ".webm"), (".wmv", ".mkv"), (".flv", ".mp4"), (".mpg", ".mkv")]
)
def test_results_get_a_suffix_that_can_be_written(suffix: str, result: str) -> None:
    assert video.suffix_for(suffix) == result


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.ts", "a.avi"])
def test_bytes_damaged_anywhere_are_survived_or_refused_in_words(tmp_path: Path, name: str) -> None:
    codec = {"codec": "mjpeg", "pix_fmt": "yuvj420p"} if name.endswith("avi") else {"sounds": ["eng"]}
    whole = make_clip(tmp_path / name, **codec).read_bytes()
    chance = random.Random(name)
    outcomes = set()
    for _ in range(25):
        data = bytearray(whole)
        for _ in range(chance.choice((1, 4, 60))):
            data[chance.randrange(len(data))] = chance.randrange(256)
        (tmp_path / name).write_bytes(data[: chance.choice((len(data), chance.randrange(len(data))))])
        try:
            write_all(tmp_path / name, tmp_path / f"out_{name}")
            outcomes.add("written")
        except RainError as error:
            outcomes.add("refused" if error.message.startswith((name, f"out_{name}")) else error.message)
    assert outcomes == {"written", "refused"}


SHARED = os.environ.get("RAINAPP_SHARED")


@pytest.mark.skipif(SHARED is None, reason="RAINAPP_SHARED does not name the folder of shared test data")
def test_the_collected_bad_clips_are_read_or_refused_in_words() -> None:
    paths = sorted(path for path in (Path(SHARED or "") / "data" / "bad_inputs").glob("video_*/*"))
    assert len(paths) > 10
    read = []
    for path in paths:
        try:
            read += [path.name] if list(video.ClipSource(path)) else []
        except RainError as error:
            assert len(error.hint) > 10  # noqa: PT017
    assert {"iio_realshort.mp4", "realshort_bitflips.mp4", "mp4p_video_rotation_90.mp4", "mp4p_metadata.mp4"} <= set(read)
