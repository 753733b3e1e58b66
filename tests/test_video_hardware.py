"""Encoders of graphics chips: tried once each, used where they work, and a sentence where they do not."""

from fractions import Fraction
from pathlib import Path

import av
import pytest
from video_clips import make_clip

from rainapp.jobs.records import Output
from rainapp.media.clip import video
from rainapp.media.clip.hardware_encoders import hardware_encoder, trouble_with

WORKING = [name for name in ("h264_nvenc", "h264_amf", "h264_videotoolbox") if trouble_with(name) is None]


def rewrite(source: Path, target: Path, output: Output) -> tuple[str, ...]:
    clip = video.ClipSource(source)
    with video.ClipSink(target, clip.info, output) as sink:
        for frame in clip:
            sink.write(frame)
    return sink.notes


@pytest.mark.skipif(bool(WORKING), reason="a chip works here")
def test_where_no_chip_works_the_cpu_does_and_the_reason_is_told(tmp_path: Path) -> None:
    source = make_clip(tmp_path / "a.mp4", sounds=["eng"])
    notes = rewrite(source, tmp_path / "b.mp4", Output(hardware=True))
    assert any(note.startswith("No hardware encoder works here (h264_nvenc: ") and "the CPU is used" in note for note in notes)
    rewrite(source, tmp_path / "c.mp4", Output())
    assert (tmp_path / "b.mp4").read_bytes() == (tmp_path / "c.mp4").read_bytes()


@pytest.mark.skipif(not WORKING, reason="no chip works here")
def test_a_chip_that_works_is_used_and_keeps_every_time(tmp_path: Path) -> None:
    source = make_clip(tmp_path / "a.mp4", size=(320, 240), times=(0, 1, 3, 4, 8))
    assert rewrite(source, tmp_path / "b.mp4", Output(hardware=True)) == ()
    with av.open(str(tmp_path / "b.mp4")) as container:
        times = [Fraction(frame.pts or 0) * (frame.time_base or 0) for frame in container.decode(video=0)]
    assert times == [Fraction(tick, 25) for tick in (0, 1, 3, 4, 8)]


def test_what_a_chip_would_lose_stays_with_the_cpu(tmp_path: Path) -> None:
    deep = make_clip(tmp_path / "a.mkv", codec="libx265", pix_fmt="yuv420p10le", options={"x265-params": "log-level=error"})
    notes = rewrite(deep, tmp_path / "b.mkv", Output(hardware=True))
    assert any("8-bit clips" in note and "the CPU is used" in note for note in notes)
    assert hardware_encoder("ffv1", "yuv420p", None) == "No graphics chip encodes as ffv1 does; the CPU is used."


def test_an_encoder_nobody_has_is_no_error() -> None:
    assert trouble_with("h264_of_tomorrow") == "not in this build"
