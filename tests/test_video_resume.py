"""A killed run loses seconds, and the file that comes of it in the end is that of a run nobody killed."""

import gc
import hashlib
import signal
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from video_clips import make_clip

from rainapp.base.errors import Cancelled, UnwritableFile
from rainapp.jobs.records import Output
from rainapp.media.clip import video
from rainapp.media.clip.mux_index import StoredPacket
from rainapp.media.clip.part_journal import DamagedParts, Journal
from rainapp.media.clip.resumable_sink import ResumableClipSink, parts_of

PART = 4


def journal_path(target: Path, which: str = "") -> Path:
    """Where the parts of the one target in its folder lie."""
    (index,) = target.parent.glob(".*-index.rainapp-parts")
    return index.with_name(index.name.replace("-index", which))


def write(source: Path, target: Path, stop_after: int | None = None, **output: Any) -> int:
    """Go on writing `target`, and give the number of frames that were left to do."""
    clip = video.ClipSource(source)
    done = 0
    with ResumableClipSink(target, clip.info, Output(**output), key="as it is", part_frames=PART) as sink:
        clip.first_frame = sink.frames_done
        for frame in clip:
            if done == stop_after:
                raise Cancelled
            sink.write(frame)
            done += 1
    return done


RUN = """
import sys
from pathlib import Path
from rainapp.jobs.records import Output
from rainapp.media.clip import video
from rainapp.media.clip.resumable_sink import ResumableClipSink, parts_of
from rainapp.media.clip.mux_index import StoredPacket
source, target, codec = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
clip = video.ClipSource(source)
with ResumableClipSink(target, clip.info, Output(codec=codec), key="as it is", part_frames=4) as sink:
    clip.first_frame = sink.frames_done
    for frame in clip:
        sink.write(frame)
        print(frame.index, flush=True)
        sys.stdin.readline()
print("whole", flush=True)
"""


def run_and_kill(source: Path, target: Path, codec: str, after: int) -> None:
    """Write in a process of its own and kill it outright after it has taken `after` frames."""
    command = [sys.executable, "-c", RUN, str(source), str(target), codec]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for _ in range(after):
            assert process.stdout.readline().strip().isdigit()
            process.stdin.write("\n")
            process.stdin.flush()
        process.kill()
        process.wait()
    assert process.returncode in (-signal.SIGKILL, 1)


def content(path: Path) -> tuple[list[tuple[Fraction, str]], list[tuple[Fraction, str]]]:
    """Times and hashes of all frames, and of all sound packets."""
    frames = [(frame.time_s, hashlib.md5(frame.image.pixels.tobytes()).hexdigest()) for frame in video.ClipSource(path)]
    with av.open(str(path)) as container:
        packets = container.demux(container.streams.audio[0])
        sound = [(Fraction(p.pts or 0) * (p.time_base or 0), hashlib.md5(bytes(p)).hexdigest()) for p in packets if p.size]
    return frames, sound


VARIABLE = [0, 512, 1024, 1100, 2048, 2560, 5000, 5001, 5632, 6144, 6656, 7168, 9000, 9500, 9600, 9700, 12000, 12800]


@pytest.mark.parametrize("codec", ["h264", "hevc", "av1"])
def test_killed_at_any_frame_it_ends_as_if_nothing_had_happened(tmp_path: Path, codec: str) -> None:
    source = make_clip(tmp_path / "a.mp4", times=VARIABLE, time_base=Fraction(1, 12800), sounds=["eng"])
    assert write(source, tmp_path / "whole.mp4", codec=codec) == len(VARIABLE)
    expected = content(tmp_path / "whole.mp4")
    target = tmp_path / "out" / "b.mp4"
    target.parent.mkdir()
    for after in (3, 6, 2, 5):  # each goes on where the last finished part ended
        run_and_kill(source, target, codec, after)
        assert not target.exists()
    left = write(source, target, codec=codec)
    assert left < len(VARIABLE) - PART
    assert [path.name for path in target.parent.iterdir()] == ["b.mp4"]
    assert content(target) == expected
    assert target.read_bytes() == (tmp_path / "whole.mp4").read_bytes()
    assert [time for time, _ in expected[0]] == [Fraction(tick, 12800) for tick in VARIABLE]


def test_a_clip_in_parts_looks_like_one_in_one_piece(tmp_path: Path) -> None:
    source = make_clip(tmp_path / "a.mp4", times=VARIABLE, time_base=Fraction(1, 12800), sounds=["eng"])
    write(source, tmp_path / "parts.mp4")
    clip = video.ClipSource(source)
    with video.ClipSink(tmp_path / "piece.mp4", clip.info, Output()) as sink:
        for frame in clip:
            sink.write(frame)
    parts, piece = list(video.ClipSource(tmp_path / "parts.mp4")), list(video.ClipSource(tmp_path / "piece.mp4"))
    assert [frame.time_s for frame in parts] == [frame.time_s for frame in piece]
    for one, other in zip(parts, piece, strict=True):
        assert np.abs(one.image.pixels.astype(int) - other.image.pixels).mean() < 2.5  # each is coded once, parts begin by time
    assert content(tmp_path / "parts.mp4")[1] == content(tmp_path / "piece.mp4")[1]


KINDS = pytest.mark.parametrize(
    ("name", "codec", "pix_fmt"),
    [
        ("a.mkv", "ffv1", "yuv420p"),
        ("a.webm", "libvpx-vp9", "yuv420p"),
        ("b.webm", "libsvtav1", "yuv420p10le"),
        ("a.mov", "prores_ks", "yuv422p10le"),
        ("a.avi", "mjpeg", "yuvj420p"),
        ("a.ts", "libx264", "yuv420p"),
    ],
)


@KINDS
def test_every_kind_of_clip_can_be_made_in_parts(tmp_path: Path, name: str, codec: str, pix_fmt: str) -> None:
    source = make_clip(tmp_path / name, codec=codec, pix_fmt=pix_fmt, times=range(11))
    write(source, tmp_path / f"out_{name}")
    before, after = list(video.ClipSource(source)), list(video.ClipSource(tmp_path / f"out_{name}"))
    assert [frame.time_s for frame in before] == [frame.time_s for frame in after]
    for one, other in zip(before, after, strict=True):
        assert np.abs(one.image.pixels.astype(int) - other.image.pixels).mean() / one.image.peak < 0.02


def fail_after(source: Path, target: Path, frames: int) -> None:
    """Write until the disk fails, which keeps the finished parts."""
    clip = video.ClipSource(source)
    whole = ResumableClipSink(target, clip.info, Output(), key="as it is", part_frames=PART)
    with pytest.raises(UnwritableFile), whole as sink:  # noqa: PT012
        clip.first_frame = sink.frames_done
        for frame in clip:
            if frame.index == frames:
                raise UnwritableFile("the disk fell out")
            sink.write(frame)


@KINDS
def test_a_failed_run_is_gone_on_with_and_keeps_nothing_twice(tmp_path: Path, name: str, codec: str, pix_fmt: str) -> None:
    source = make_clip(tmp_path / name, codec=codec, pix_fmt=pix_fmt, times=range(0, 800, 20), size=(160, 120), noise=True)
    write(source, tmp_path / f"whole_{name}")
    target = tmp_path / "out" / name
    target.parent.mkdir()
    for frames in (6, 13, 35):
        fail_after(source, target, frames)
        assert not target.exists()
    beside = sum(path.stat().st_size for path in target.parent.iterdir() if path != journal_path(target))
    small = (tmp_path / f"whole_{name}").stat().st_size < 20_000  # AV1: what is noted of a packet is as large as the packet
    if not small and not name.endswith(".ts"):  # whose packets are cut up too finely to be found again
        assert beside < 0.1 * (tmp_path / f"whole_{name}").stat().st_size
    assert write(source, target) == 40 - 32
    assert [path.name for path in target.parent.iterdir()] == [name]
    assert target.read_bytes() == (tmp_path / f"whole_{name}").read_bytes()


@pytest.mark.parametrize("name", ["a.mkv", "a.mp4"])
def test_a_part_lasts_six_seconds_whatever_rate_the_file_states(tmp_path: Path, name: str) -> None:
    slow = video.probe(make_clip(tmp_path / name, times=range(0, 200, 5)))  # five a second, in a stream of 25
    assert parts_of(slow) == pytest.approx(30, abs=1)
    assert parts_of(video.probe(make_clip(tmp_path / f"b{name}", times=range(40)))) == pytest.approx(150, abs=4)


def test_a_cancel_leaves_no_parts(tmp_path: Path) -> None:
    source = make_clip(tmp_path / "a.mp4", times=range(12))
    (tmp_path / "out").mkdir()
    with pytest.raises(Cancelled):
        write(source, tmp_path / "out" / "b.mp4", stop_after=9)
    assert list((tmp_path / "out").iterdir()) == []


def open_containers() -> int:
    return sum(type(thing) is av.container.OutputContainer for thing in gc.get_objects())


def test_finished_parts_are_let_go_without_the_garbage_collector(tmp_path: Path) -> None:
    source = make_clip(tmp_path / "a.mp4", times=range(20))
    clip = video.ClipSource(source)
    gc.collect()
    before = open_containers()
    gc.disable()
    try:
        with ResumableClipSink(tmp_path / "b.mp4", clip.info, Output(), key="", part_frames=2) as sink:
            for frame in clip:
                sink.write(frame)
                assert open_containers() <= before + 2  # the result's own, and that of the part in the making
        assert open_containers() <= before + 1
    finally:
        gc.enable()


def test_parts_of_another_treatment_are_not_used(tmp_path: Path) -> None:
    source = make_clip(tmp_path / "a.mp4", times=range(12))
    target = tmp_path / "b.mp4"
    run_and_kill(source, target, "h264", 10)
    info = video.probe(source)
    with pytest.raises(Cancelled), ResumableClipSink(target, info, Output(codec="h264"), key="other", part_frames=PART) as sink:  # noqa: PT012
        assert sink.frames_done == 0
        raise Cancelled


def stored(number: int, size: int = 300) -> StoredPacket:
    return StoredPacket(number, number - 1, 1, number == 0, np.random.default_rng(number).bytes(size))


def give(journal: Journal, packet: StoredPacket, written: bytes | None = None) -> None:
    """What a sink and its muxer do: announce a packet, then write it (or something else) into the file."""
    journal.tape.expect(packet, journal.mark.number + 1)
    journal.tape.write(b"head" + (packet.data if written is None else written))


def test_whatever_follows_the_last_finished_part_is_dropped(tmp_path: Path) -> None:
    target = tmp_path / "b.mp4"
    journal = Journal(target, "key")
    for number in range(4):
        give(journal, stored(number))
        if number == 1:
            journal.end_part(2, memo=True)
    journal.close(keep=True)
    result, index = journal_path(target).read_bytes(), journal_path(target, "-index").read_bytes()
    for name, whole in (("", result), ("-index", index)):
        for size in range(0, len(whole) + 1, 11):
            journal_path(target).write_bytes(result)
            journal_path(target, "-index").write_bytes(index)
            journal_path(target, name).write_bytes(whole[:size])
            again = Journal(target, "key")
            assert (again.mark.frames, again.mark.memo) in ((0, False), (2, True))
            read = [packet for packet, _ in again.packets()]
            assert read == ([stored(0), stored(1)] if again.mark.frames else [])
            again.close(keep=True)
    journal = Journal(target, "key")
    journal.close(keep=False)
    assert list(tmp_path.iterdir()) == []


def test_going_on_appends_after_the_last_finished_part(tmp_path: Path) -> None:
    target = tmp_path / "b.mp4"
    journal = Journal(target, "key")
    give(journal, stored(0))
    journal.end_part(1)
    give(journal, stored(9))
    journal.close(keep=True)
    journal = Journal(target, "key")
    assert journal.mark.frames == 1
    for packet, _ in list(journal.packets()):  # the muxer is given them again, and writes them again
        journal.tape.write(b"head" + packet.data)
    give(journal, stored(1))
    journal.end_part(2)
    assert list(journal.packets()) == [(stored(0), True), (stored(1), True)]
    journal.close(keep=False)


def test_packets_that_the_muxer_holds_back_are_kept_until_it_writes_them(tmp_path: Path) -> None:
    target = tmp_path / "b.mp4"
    journal = Journal(target, "key")
    for number in range(3):
        give(journal, stored(number), b"" if number else None)
    journal.end_part(3)
    journal.close(keep=True)
    journal = Journal(target, "key")
    assert list(journal.packets()) == [(stored(0), True), (stored(1), False), (stored(2), False)]
    journal.tape.write(b"head" + stored(0).data)
    for number in (1, 2):
        give(journal, stored(number))
    journal.end_part(4)
    assert list(journal.packets()) == [(stored(0), True), (stored(1), True), (stored(2), True)]
    assert journal_path(target, "-index").stat().st_size < 1000
    journal.close(keep=False)


def test_a_result_that_is_not_what_the_journal_says_is_noticed(tmp_path: Path) -> None:
    target = tmp_path / "b.mp4"
    journal = Journal(target, "key")
    give(journal, stored(0))
    journal.end_part(1)
    journal.close(keep=True)
    changed = bytearray(journal_path(target).read_bytes())
    changed[100] ^= 1
    journal_path(target).write_bytes(changed)
    journal = Journal(target, "key")
    with pytest.raises(DamagedParts):
        list(journal.packets())
    journal.close(keep=False)


def test_two_processes_do_not_share_parts(tmp_path: Path) -> None:
    one, other = Journal(tmp_path / "b.mp4", "key"), Journal(tmp_path / "b.mp4", "key")
    give(one, stored(0))
    give(other, stored(1))
    for journal in (one, other):
        journal.end_part(1)
    assert [packet for packet, _ in one.packets()] == [stored(0)]
    assert [packet for packet, _ in other.packets()] == [stored(1)]
    for journal in (one, other):
        journal.close(keep=False)
    assert list(tmp_path.iterdir()) == []
