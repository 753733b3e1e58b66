"""Recordings put end to end, and frames of AVI: one clock that goes on evenly."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest
from patched_clips import remuxed
from test_clip_reported import rewrite, sound_packets, steps, times
from video_clips import make_clip

from rainapp.media.clip import video
from rainapp.media.clip.container.joined_clocks import Continuous

SECOND = range(0, 90000, 3600)  # 25 frames


def recordings(folder: Path, suffix: str, later_s: int, **changes: Any) -> list[Path]:
    """Two recordings of a second; the clock of the second begins `later_s` after that of the first."""
    recipe = {"time_base": Fraction(1, 90000), "times": SECOND, "sounds": ["eng"], "options": {"bf": "2", "g": "12"}}
    one, other = (make_clip(folder / f"{name}{suffix}", **recipe | changes) for name in "ab")
    return [one, remuxed(other, folder / f"later{suffix}", later_s=later_s) if later_s else other]


DISC: dict[str, Any] = {"codec": "mpeg2video", "time_base": Fraction(1, 25), "times": range(25)}


@pytest.mark.parametrize(
    ("suffix", "later_s"), [(".ts", 0), (".mts", 0), (".ts", 3600), (".mts", 20), (".mpg", 0), (".vob", 0), (".vob", 3600)]
)
def test_recordings_put_end_to_end_go_on_evenly_with_all_their_sound(tmp_path: Path, suffix: str, later_s: int) -> None:
    one, other = recordings(tmp_path, suffix, later_s, **(DISC if suffix in (".mpg", ".vob") else {}))
    joined = tmp_path / f"joined{suffix}"
    joined.write_bytes(one.read_bytes() + other.read_bytes())
    info = video.probe(joined)
    assert info.duration_s == pytest.approx(2.0, abs=0.05)
    moments = times(joined)
    assert len(moments) == 50
    assert steps(moments) == {Fraction(1, 25)}
    target = tmp_path / f"out{'.mkv' if suffix in ('.mpg', '.vob') else suffix}"
    notes = rewrite(joined, target)
    assert not any("damaged" in note for note in notes)
    assert {round(float(step), 3) for step in steps(times(target))} == {0.04}
    assert sound_packets(target) == sound_packets(one) + sound_packets(other)


def test_sound_follows_the_picture_over_the_joint(tmp_path: Path) -> None:
    one, other = recordings(tmp_path, ".ts", 0)
    (tmp_path / "joined.ts").write_bytes(one.read_bytes() + other.read_bytes())
    rewrite(tmp_path / "joined.ts", tmp_path / "out.ts")
    with av.open(str(other)) as container:
        lone = {each.type: float(each.start_time * each.time_base) for each in container.streams}
    with av.open(str(tmp_path / "out.ts")) as container:
        sounds = [float(p.pts * p.time_base) for p in container.demux(container.streams.audio[0]) if p.size]
    begins = float(times(tmp_path / "joined.ts")[25])
    second = sounds[sound_packets(one)]
    assert second - begins == pytest.approx(lone["audio"] - lone["video"], abs=0.03), "one offset for all"
    assert sounds == sorted(sounds)


def test_a_single_wrong_time_is_no_joint(tmp_path: Path) -> None:
    with av.open(str(make_clip(tmp_path / "a.ts", time_base=Fraction(1, 90000), times=SECOND))) as container:
        packets = list(container.demux(video=0))
        expected = [packet.pts for packet in packets]
        packets[8].dts = packets[8].dts + 90000 * 5000
        read = list(Continuous(packets, 0))
    assert [packet.pts for packet in read] == expected


def test_a_moment_of_the_second_recording_is_found(tmp_path: Path) -> None:
    one, other = recordings(tmp_path, ".ts", 0, sounds=[])
    (tmp_path / "joined.ts").write_bytes(one.read_bytes() + other.read_bytes())
    image, *_ = video.read_frame(tmp_path / "joined.ts", 1.5)
    with video.ClipSource(tmp_path / "joined.ts") as clip:
        expected = [
            frame.image.pixels for frame in clip if float(frame.time_s) <= 1.5 + float(times(tmp_path / "joined.ts")[0])
        ]
    assert (image.pixels == expected[-1]).all()
    part = video.ClipSource(tmp_path / "joined.ts", part=(1.2, 1.6))
    assert len(list(part)) == 10


@pytest.mark.parametrize("base", [Fraction(1, 25), Fraction(1, 50)])
@pytest.mark.parametrize("codec", ["libx264", "mpeg4"])
def test_frames_of_avi_come_evenly_whatever_their_order(tmp_path: Path, base: Fraction, codec: str) -> None:
    ticks = range(0, 32, 1 if base == Fraction(1, 25) else 2)
    source = make_clip(tmp_path / "a.avi", codec=codec, options={"bf": "2"}, time_base=base, times=ticks)
    moments = times(source)
    assert len(moments) == len(ticks)
    assert steps(moments) == {Fraction(1, 25)}
    for name in ("b.avi", "b.mp4", "b.mkv"):
        rewrite(source, tmp_path / name)
        with av.open(str(tmp_path / name)) as container:
            seen = [frame.pts * frame.time_base for frame in container.decode(video=0)]
        assert {round(float(step), 3) for step in steps(seen)} == {0.04}, "other readers see it too"
