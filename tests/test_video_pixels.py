"""Colours of clips: the numbers of the standards, both ways, at every depth."""

import os
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from video_clips import HEIGHT, WIDTH, make_clip, moving_picture

from rainapp.base.image import Image
from rainapp.jobs.records import Output
from rainapp.media.clip import video
from rainapp.media.clip.pixel_formats import FrameReader, FrameWriter
from rainapp.media.clip_facts import ClipFacts, as_stored, upright

WEIGHTS = {1: (0.2126, 0.0722), 5: (0.299, 0.114), 9: (0.2627, 0.0593)}


def facts_of(pix_fmt: str, depth: int, matrix: int, full: bool) -> ClipFacts:
    return ClipFacts(
        0, "h264", pix_fmt, depth, WIDTH, HEIGHT, Fraction(1, 25), Fraction(25), matrix=matrix, colour_range=2 if full else 1
    )


def planes(frame: av.VideoFrame, depth: int) -> list[NDArray[np.float64]]:
    kind = np.uint8 if depth == 8 else np.uint16
    rows = [(np.frombuffer(bytes(plane), kind).reshape(plane.height, -1), plane) for plane in frame.planes]
    return [values[:, : plane.width].astype(float) for values, plane in rows]


def standard_yuv(rgb: NDArray[Any], matrix: int, depth: int, full: bool) -> list[NDArray[np.float64]]:
    """Y, Cb and Cr by the definitions of ITU-R BT.601, BT.709 and BT.2020, not rounded."""
    kr, kb = WEIGHTS[matrix]
    red, green, blue = np.moveaxis(rgb / (255 if rgb.dtype == np.uint8 else 65535), -1, 0)
    y = kr * red + (1 - kr - kb) * green + kb * blue
    cb, cr = (blue - y) / (2 - 2 * kb), (red - y) / (2 - 2 * kr)
    unit, most = 2 ** (depth - 8), 2**depth - 1
    if full:
        return [y * most, cb * most + 128 * unit, cr * most + 128 * unit]
    return [(16 + 219 * y) * unit, (128 + 224 * cb) * unit, (128 + 224 * cr) * unit]


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("matrix", [1, 5, 9])
@pytest.mark.parametrize(("pix_fmt", "depth"), [("yuv444p", 8), ("yuv444p10le", 10), ("yuv444p12le", 12)])
def test_luma_and_chroma_follow_the_standard(pix_fmt: str, depth: int, matrix: int, full: bool) -> None:
    peak = 256 if depth == 8 else 65536
    rgb = np.random.default_rng(5).integers(0, peak, (HEIGHT, WIDTH, 3)).astype(np.uint8 if depth == 8 else np.uint16)
    facts = facts_of(pix_fmt, depth, matrix, full)
    frame = FrameWriter(facts, pix_fmt, full_range=full).write(Image(rgb.copy(), depth=depth))
    for ours, standard in zip(planes(frame, depth), standard_yuv(rgb, matrix, depth, full), strict=True):
        assert np.abs(ours - standard).max() < 0.6
    back = FrameReader(facts).read(frame).pixels.astype(int)
    allowed = 2 if depth == 8 else 2.0 * 65535 / 2**depth
    assert np.abs(back - rgb).max() <= allowed
    assert abs((back - rgb).mean()) < allowed / 10


@pytest.mark.parametrize("pix_fmt", ["yuv420p", "yuv422p", "yuv420p10le", "yuv422p10le", "gbrp", "gbrp10le"])
def test_flat_areas_come_back_in_every_layout(pix_fmt: str) -> None:
    depth = 10 if pix_fmt.endswith("10le") else 8
    peak, kind = (255, np.uint8) if depth == 8 else (65535, np.uint16)
    blocks = np.random.default_rng(3).integers(0, peak + 1, (4, 6, 3))
    rgb = np.kron(blocks, np.ones((16, 16, 1), int)).astype(kind)
    facts = facts_of(pix_fmt, depth, 1, full=False)
    frame = FrameWriter(facts, pix_fmt, full_range=False).write(Image(rgb.copy(), depth=depth))
    back = FrameReader(facts).read(frame).pixels.astype(int)
    middles = np.abs(back - rgb).reshape(4, 16, 6, 16, 3)[:, 6:10, :, 6:10]
    assert middles.max() <= (2 if depth == 8 else 130)


def test_white_and_black_of_ten_bit_fill_the_whole_scale() -> None:
    facts = facts_of("yuv420p10le", 10, 9, full=False)
    rgb = np.zeros((HEIGHT, WIDTH, 3), np.uint16)
    rgb[:, 48:] = 65535
    frame = FrameWriter(facts, "yuv420p10le", full_range=False).write(Image(rgb, depth=10))
    luma = planes(frame, 10)[0]
    assert (luma[0, 0], luma[0, -1]) == (64, 940)
    back = FrameReader(facts).read(frame).pixels
    assert (back[0, 0].tolist(), back[0, -1].tolist()) == ([0, 0, 0], [65535, 65535, 65535])


def right_angled_matrices() -> list[tuple[int, ...]]:
    one = 65536
    straight = [(x, 0, 0, 0, y, 0, 0, 0, 1 << 30) for x in (one, -one) for y in (one, -one)]
    sideways = [(0, b, 0, c, 0, 0, 0, 0, 1 << 30) for b in (one, -one) for c in (one, -one)]
    return straight + sideways


@pytest.mark.parametrize("matrix", right_angled_matrices())
def test_all_eight_orientations_turn_upright_as_the_matrix_says_and_back(matrix: tuple[int, ...]) -> None:
    stored = np.arange(2 * 3).reshape(2, 3)
    turned = upright(stored, matrix)
    a, b, _, c, d = matrix[:5]
    corner = (0 if a + c > 0 else turned.shape[1] - 1, 0 if b + d > 0 else turned.shape[0] - 1)
    assert turned[corner[1], corner[0]] == stored[0, 0]
    right = (corner[0] + a // 65536, corner[1] + b // 65536)  # one step right in the file goes along (a, b)
    assert turned[right[1], right[0]] == stored[0, 1]
    assert np.array_equal(as_stored(turned, matrix), stored)


def test_frames_of_a_turned_clip_come_upright(tmp_path: Path) -> None:
    matrix = (0, 65536, 0, -65536, 0, 0, HEIGHT * 65536, 0, 1 << 30)
    turned = make_clip(tmp_path / "turned.mp4", matrix=matrix)
    plain = make_clip(tmp_path / "plain.mp4")
    with video.ClipSource(turned) as first, video.ClipSource(plain) as second:
        for sideways, straight in zip(first, second, strict=True):
            assert np.array_equal(sideways.image.pixels, np.rot90(straight.image.pixels, -1))


def rewritten(source: Path, target: Path, **output: Any) -> Path:
    with video.ClipSource(source) as clip, video.ClipSink(target, clip.info, Output(**output)) as sink:
        for frame in clip:
            sink.write(frame)
    return target


HDR10 = "log-level=error:master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,1):max-cll=1000,400"


@pytest.mark.parametrize("codec", ["hevc", "av1", "h264"])
def test_ten_bit_hdr_keeps_depth_tags_and_mastering_data(tmp_path: Path, codec: str) -> None:
    options = {"x265-params": HDR10, "preset": "ultrafast"}
    source = make_clip(
        tmp_path / "hdr.mp4", codec="libx265", pix_fmt="yuv420p10le", colour=(9, 16, 9, 1), options=options, times=range(5)
    )
    before = video.probe(source)
    after = video.probe(rewritten(source, tmp_path / "out.mp4", codec=codec))
    assert (before.depth, after.depth) == (10, 10)
    old, new = before.carry, after.carry
    assert isinstance(old, ClipFacts)
    assert isinstance(new, ClipFacts)
    assert (new.primaries, new.transfer, new.matrix, new.colour_range) == (9, 16, 9, 1)
    assert old.hdr.light == new.hdr.light == (1000, 400)
    assert old.hdr.mastering is not None
    assert new.hdr.mastering is not None
    assert [float(v) for v in new.hdr.mastering] == pytest.approx([float(v) for v in old.hdr.mastering], abs=2e-3)


def test_ten_bit_steps_survive_a_lossless_encoder(tmp_path: Path) -> None:
    """A ramp finer than 8 bit comes out with its steps: nothing on the way has 8 bit only."""
    source = make_clip(tmp_path / "a.mkv", codec="ffv1", pix_fmt="yuv444p10le", times=[0, 40, 80], time_base=Fraction(1, 1000))
    target = rewritten(source, tmp_path / "b.mkv")
    for old, new in zip(video.ClipSource(source), video.ClipSource(target), strict=True):
        difference = old.image.pixels.astype(int) - new.image.pixels
        assert np.abs(difference).max() <= 2 * 64  # two steps of 10 bit in full scale
        assert len(np.unique(new.image.pixels >> 6)) > 256 or np.array_equal(old.image.pixels, new.image.pixels)


@pytest.mark.parametrize(
    ("name", "codec", "pix_fmt", "tags"),
    [
        ("a.mp4", "libx264", "yuv420p", (1, 1, 1, 1)),
        ("a.mp4", "libx264", "yuvj420p", (5, 6, 5, 2)),
        ("a.mov", "prores_ks", "yuv422p10le", (9, 18, 9, 1)),
        ("a.webm", "libvpx-vp9", "yuv420p", (6, 6, 6, 1)),
        ("a.mkv", "ffv1", "yuv444p", (12, 13, 1, 1)),
    ],
)
def test_colour_tags_stay(tmp_path: Path, name: str, codec: str, pix_fmt: str, tags: tuple[int, int, int, int]) -> None:
    times = [0, 40, 80, 120]
    source = make_clip(tmp_path / name, codec=codec, pix_fmt=pix_fmt, colour=tags, times=times, time_base=Fraction(1, 1000))
    before = video.probe(source).carry
    after = video.probe(rewritten(source, tmp_path / f"out_{name}")).carry
    assert isinstance(before, ClipFacts)
    assert isinstance(after, ClipFacts)
    assert (before.primaries, before.transfer, before.matrix) == tags[:3]
    assert (after.primaries, after.transfer, after.matrix) == tags[:3]
    assert after.full_range == before.full_range == (tags[3] == 2)
    assert after.codec == before.codec


def test_a_written_clip_looks_like_its_source(tmp_path: Path) -> None:
    source = make_clip(tmp_path / "a.mp4", options={"crf": "10"})
    target = rewritten(source, tmp_path / "b.mp4")
    for index, (old, new) in enumerate(zip(video.ClipSource(source), video.ClipSource(target), strict=True)):
        error = old.image.pixels.astype(float) - new.image.pixels
        assert 10 * np.log10(255**2 / (error**2).mean()) > 33
        assert abs(error.mean()) < 0.6
        assert np.abs(old.image.pixels.astype(float) - moving_picture(index)).mean() < 4


def test_the_same_pictures_give_the_same_bytes(tmp_path: Path) -> None:
    noise = make_clip(tmp_path / "a.mp4", times=range(0, 800, 25), noise=True)
    made = set()
    for number in range(4):
        clip = video.ClipSource(noise)
        with video.ClipSink(tmp_path / f"{number}.mp4", clip.info, Output(crf=10)) as sink:
            for frame in clip:
                sink.write(frame)
        made.add((tmp_path / f"{number}.mp4").read_bytes())
    assert len(made) == 1


@pytest.mark.skipif(not hasattr(os, "sched_getscheduler"), reason="this system tells nobody how threads are scheduled")
def test_an_encoder_leaves_the_thread_as_it_came(tmp_path: Path) -> None:
    clip = video.ClipSource(make_clip(tmp_path / "a.mp4", times=range(0, 100, 25)))
    before = os.sched_getscheduler(0)
    with video.ClipSink(tmp_path / "b.mp4", clip.info, Output(codec="av1")) as sink:
        for frame in clip:
            sink.write(frame)
            assert os.sched_getscheduler(0) == before
    assert os.sched_getscheduler(0) == before
