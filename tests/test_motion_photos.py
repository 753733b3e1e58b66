"""The clip of a motion photo is derained where that was asked for, in every way that makers put it there, and else stays."""

import re
import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from photo_files import jpeg_bytes, picture
from prior_files import tiny_vq
from test_photo_companions import PHOTOS, google, heic, jpeg_of, packet
from video_clips import make_clip
from work_done import derain, treated

from rainapp.cli import command_line
from rainapp.jobs import presets
from rainapp.jobs.presets import Preset
from rainapp.jobs.records import Derained, DerainFile, NoWatch, Output, Treatment
from rainapp.media.metadata.companions import CLIP_DERAINED, CLIP_DRY, CLIP_FAILED, CLIP_KEPT, CLIP_LOST
from rainapp.media.photo import motion_photo
from rainapp.media.photo.photo_file import PhotoSink, PhotoSource
from rainapp.work import run_job
from rainapp.work.motion_photos import with_derained_clip

FRAMES = 5


@pytest.fixture
def clip(tmp_path: Path) -> bytes:
    return make_clip(tmp_path / "made.mp4", times=range(FRAMES), noise=True).read_bytes()


def micro(length: int) -> bytes:
    inside = b"<GCamera:MicroVideo>1</GCamera:MicroVideo><GCamera:MicroVideoOffset>%d</GCamera:MicroVideoOffset>" % length
    return packet(b'xmlns:GCamera="' + PHOTOS + b'camera/"', inside)


def trailer(clip: bytes, *, first: bool) -> bytes:
    """A Samsung trailer with blocks before or behind the clip."""

    def block(kind: int, name: bytes, body: bytes) -> tuple[int, bytes]:
        return kind, struct.pack("<HHI", 0, kind, len(name)) + name + body

    blocks = [block(0x0A30, b"MotionPhoto_Data", clip), block(0x0A01, b"Image_UTC_Data", b"1700000000000")]
    blocks = blocks if first else blocks[::-1]
    whole = b"".join(body for _, body in blocks)
    entries, at = b"", 0
    for kind, body in blocks:
        entries += struct.pack("<HHII", 0, kind, len(whole) - at, len(body))
        at += len(body)
    head = b"SEFH" + struct.pack("<II", 107, len(blocks)) + entries
    return whole + head + struct.pack("<I", len(head)) + b"SEFT"


def made(maker: str, clip: bytes) -> tuple[str, bytes]:
    """The suffix and the content of a motion photo."""
    behind, before = trailer(clip, first=True), trailer(clip, first=False)
    files = {
        "google": (".jpg", jpeg_of(google(length=len(clip))) + clip),
        "micro video": (".jpg", jpeg_of(micro(len(clip))) + clip),
        "samsung": (".jpg", jpeg_of(google(length=len(behind))) + behind),
        "samsung, other order": (".jpg", jpeg_of(google(length=len(before))) + before),
        "samsung without a packet": (".jpg", jpeg_bytes(picture()) + behind),
        "no packet": (".jpg", jpeg_bytes(picture()) + clip),
        "heic": (".heic", heic(google(length=len(clip))) + struct.pack(">I", 8 + len(clip)) + b"mpvd" + clip),
    }
    return files[maker]


MAKERS = ["google", "micro video", "samsung", "samsung, other order", "samsung without a packet", "no packet", "heic"]


def tail(path: Path) -> bytes:
    found = motion_photo.tail_of(path, PhotoSource(path).header)
    assert found is not None
    return found


def frames_in(path: Path, folder: Path) -> np.ndarray:
    """The frames of the clip in a motion photo, as a reader finds it."""
    from rainapp.media.clip import video

    whole = tail(path)
    start, end = motion_photo.clip_in(whole)
    (folder / "found.mp4").write_bytes(whole[start:end])
    return np.stack([frame.image.pixels.astype(int) for frame in video.ClipSource(folder / "found.mp4")])


@pytest.mark.parametrize("maker", MAKERS)
def test_the_clip_is_derained_where_that_is_asked_for(maker: str, clip: bytes, tiny_library: Path, tmp_path: Path) -> None:
    suffix, content = made(maker, clip)
    source, out = tmp_path / f"rain{suffix}", tmp_path / "out" / f"dry{suffix}"
    source.write_bytes(content)
    done = derain(source, out, treated(model="tiny", temporal="off", treat="always"), motion=True)
    assert CLIP_DERAINED in done.notes
    assert CLIP_KEPT not in done.notes
    before, after = frames_in(source, tmp_path), frames_in(out, tmp_path)
    assert len(after) == FRAMES
    assert np.abs(after - before).mean() > 0.5
    derain(tmp_path / "made.mp4", tmp_path / "alone.mp4", treated(model="tiny", temporal="off", treat="always"))
    from rainapp.media.clip import video

    alone = np.stack([frame.image.pixels.astype(int) for frame in video.ClipSource(tmp_path / "alone.mp4")])
    assert np.abs(after - alone).mean() < 1  # it is treated as any clip is
    xmp = PhotoSource(out).header.meta.xmp or b""
    claimed = [int(n) for n in re.findall(rb'Semantic="MotionPhoto" Item:Length="(\d+)"', xmp)]
    claimed += [int(n) for n in re.findall(rb"Offset>(\d+)<", xmp)]
    whole = tail(out)
    expected = len(whole) - 8 if suffix == ".heic" else len(whole)
    assert claimed == ([] if "packet" in maker else [expected])
    assert sorted(path.name for path in out.parent.iterdir()) == [out.name]  # nothing else is left
    if maker.startswith("samsung"):
        assert whole.count(b"Image_UTC_Data1700000000000") == 1
        head, entries = motion_photo._entries(whole)
        assert [whole[at + 8 : at + 13] for _, at, _, _ in entries] in ([b"Motio", b"Image"], [b"Image", b"Motio"])
        assert sum(size for _, _, size, _ in entries) == head


@pytest.mark.parametrize("maker", ["google", "samsung", "heic"])
def test_it_stays_as_it_is_where_nobody_asked(maker: str, clip: bytes, tiny_library: Path, tmp_path: Path) -> None:
    suffix, content = made(maker, clip)
    (tmp_path / f"rain{suffix}").write_bytes(content)
    out = tmp_path / f"dry{suffix}"
    done = derain(tmp_path / f"rain{suffix}", out, treated(model="tiny", treat="always"))
    assert CLIP_KEPT in done.notes
    assert tail(out) == tail(tmp_path / f"rain{suffix}")


def test_a_clip_that_cannot_be_derained_costs_nothing(tiny_library: Path, tmp_path: Path) -> None:
    broken = struct.pack(">I", 24) + b"ftypmp42\0\0\0\0mp42isom" + bytes(900)
    (tmp_path / "rain.jpg").write_bytes(jpeg_of(google(length=len(broken))) + broken)
    done = derain(tmp_path / "rain.jpg", tmp_path / "dry.jpg", treated(model="tiny", treat="always"), motion=True)
    assert CLIP_FAILED in done.notes
    assert (tmp_path / "dry.jpg").read_bytes().endswith(broken)


@pytest.mark.usefixtures("tiny_library")
def test_without_rain_photo_and_clip_are_copied(still: str, clip: bytes, tmp_path: Path) -> None:
    (tmp_path / "dry.jpg").write_bytes(made("google", clip)[1])
    done = derain(tmp_path / "dry.jpg", tmp_path / "out.jpg", treated(model=still, temporal="off"), motion=True)
    assert done.copied
    assert (tmp_path / "out.jpg").read_bytes() == (tmp_path / "dry.jpg").read_bytes()


def test_a_dry_clip_behind_a_rainy_photo_stays_and_is_said_to_be_dry(
    still: str, clip: bytes, tiny_library: Path, tmp_path: Path
) -> None:
    content = made("google", clip)[1]
    (tmp_path / "rain.jpg").write_bytes(content)
    job = DerainFile(tmp_path / "rain.jpg", tmp_path / "out.jpg", treated(model="tiny"), Output(motion=True))
    dry = treated(model=still, temporal="off")  # a net that finds no rain in the clip
    facts = PhotoSource(job.source).info

    def derain_dry(inner: DerainFile) -> Derained:
        done = run_job.run(replace(inner, treatment=dry), NoWatch())
        assert isinstance(done, Derained)
        return done

    with with_derained_clip(job, facts, derain_dry) as info, PhotoSink(job.target, info, job.output) as sink:
        sink.write(next(iter(PhotoSource(job.source))))
    assert CLIP_DRY in sink.notes
    assert job.target.read_bytes().endswith(clip)


@pytest.mark.parametrize("output", [{"metadata": "strip"}, {"format": "png"}])
def test_where_the_clip_is_left_out_no_time_is_spent_on_it(
    output: dict[str, str], clip: bytes, tiny_library: Path, tmp_path: Path
) -> None:
    (tmp_path / "rain.jpg").write_bytes(made("google", clip)[1])
    out = tmp_path / ("dry.png" if "format" in output else "dry.jpg")
    done = derain(tmp_path / "rain.jpg", out, treated(model="tiny", treat="always"), motion=True, **output)
    assert CLIP_LOST in done.notes
    assert CLIP_DERAINED not in done.notes


@pytest.mark.usefixtures("tiny_library")
def test_the_command_line_and_presets_have_it(clip: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "rain.jpg").write_bytes(made("google", clip)[1])
    plain = ["--engine", "torch", "--device", "cpu", "--precision", "fp32", "--temporal", "off", "--treat", "always"]
    assert command_line.main(["derain", str(tmp_path / "rain.jpg"), "-o", str(tmp_path / "dry.jpg"), "--motion", *plain]) == 0
    assert CLIP_DERAINED in capsys.readouterr().out
    presets.save("moving", Preset(Treatment(), Output(motion=True)))
    assert presets.load("moving").output.motion


def test_a_photo_that_is_repaired_has_its_clip_derained_all_the_same(clip: bytes, tiny_library: Path, tmp_path: Path) -> None:
    tiny_vq(tiny_library)
    source = tmp_path / "rain.jpg"
    source.write_bytes(jpeg_of(google(length=len(clip))) + clip)
    how = treated(model="tiny", temporal="off", treat="always", refine=1.0)
    done = derain(source, tmp_path / "dry.jpg", how, motion=True)
    assert CLIP_DERAINED in done.notes
    assert done.repaired is not None
