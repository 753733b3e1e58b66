"""Moving AVIF: frames, times, transparency and colours come through, and what another format cannot keep is said."""

import struct
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from photo_files import XMP, exif_block, png_bytes
from PIL import Image as Pillow
from video_clips import moving_picture

from rainapp.jobs.records import Derained, DerainFile, NoWatch, Output, Treatment
from rainapp.media import FIRST_ONLY, open_sink, open_source
from rainapp.media.photo.photo_file import PhotoSource
from rainapp.work import run_job

TIMES_MS = [40, 120, 200, 80]


def make(path: Path, *, clear: bool = False, **options: object) -> Path:
    frames = []
    for index in range(len(TIMES_MS)):
        alpha = np.full((64, 96, 1), 255, np.uint8)
        alpha[:20, :20] = 0 if clear else 255
        frames.append(Pillow.fromarray(np.dstack([moving_picture(index), alpha]) if clear else moving_picture(index)))
    kept = {".avif": {"quality": 95}, ".webp": {"lossless": True}}.get(path.suffix, {})
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=TIMES_MS, **kept, **options)
    return path


def seen(path: Path) -> tuple[list[NDArray[np.uint8]], list[int]]:
    """All frames as RGBA and the time of each in ms, as Pillow tells them."""
    with Pillow.open(path) as opened:
        frames, times = [], []
        for index in range(opened.n_frames):  # type: ignore[attr-defined]
            opened.seek(index)
            frames.append(np.asarray(opened.convert("RGBA")).copy())
            times.append(round(opened.info["duration"]))
    return frames, times


def rewrite_moving(source: Path, target: Path, **output: object) -> tuple[str, ...]:
    with open_source(source, animated=True) as opened:
        assert opened.info.kind == "clip"
        with open_sink(target, opened.info, Output(**output)) as sink:  # type: ignore[arg-type]
            for frame in opened:
                sink.write(frame)
    return tuple(sink.notes)


@pytest.mark.parametrize("clear", [False, True])
@pytest.mark.parametrize(("source", "target"), [(".avif", ".avif"), (".avif", ".png"), (".avif", ".webp"), (".png", ".avif")])
def test_frames_times_and_transparency_come_through(tmp_path: Path, source: str, target: str, clear: bool) -> None:
    notes = rewrite_moving(make(tmp_path / f"rain{source}", clear=clear), tmp_path / f"dry{target}")
    assert notes == ()
    before, after = seen(tmp_path / f"rain{source}"), seen(tmp_path / f"dry{target}")
    assert after[1] == before[1] == TIMES_MS
    assert len(after[0]) == len(before[0])
    for old, new in zip(before[0], after[0], strict=True):
        assert np.abs(old[24:].astype(int) - new[24:]).mean() < 3
        assert np.abs(old[..., 3].astype(int) - new[..., 3]).mean() < 3
    assert (after[0][1][..., 3].min() < 50) == clear


def test_a_moving_avif_is_derained_moving_and_a_still_of_it_says_so(tiny_library: Path, tmp_path: Path) -> None:
    source = make(tmp_path / "rain.avif")
    treatment = Treatment(engine="torch", device="cpu", precision="fp32")
    for name, frames in (("dry.avif", len(TIMES_MS)), ("dry.png", len(TIMES_MS)), ("dry.jpg", 1)):
        done = run_job.run(DerainFile(source, tmp_path / name, treatment, Output()), NoWatch())
        assert isinstance(done, Derained)
        assert done.rain_found
        assert done.notes.count(FIRST_ONLY) == (frames == 1)
        with Pillow.open(tmp_path / name) as opened:
            assert getattr(opened, "n_frames", 1) == frames
    assert np.abs(seen(source)[0][1].astype(int) - seen(tmp_path / "dry.avif")[0][1]).mean() > 1


def test_a_still_avif_is_no_animation(tmp_path: Path) -> None:
    Pillow.fromarray(moving_picture(0)).save(tmp_path / "still.avif")
    with open_source(tmp_path / "still.avif", animated=True) as opened:
        assert opened.info.kind == "photo"
        assert opened.info.notes == ()


def test_metadata_and_colours_of_a_moving_avif_come_through(tmp_path: Path) -> None:
    source = make(tmp_path / "rain.avif", exif=exif_block(thumbnail=False), xmp=XMP)
    coded = source.read_bytes()
    source.write_bytes(coded.replace(b"colrnclx" + struct.pack(">HH", 1, 13), b"colrnclx" + struct.pack(">HH", 12, 13)))
    assert rewrite_moving(source, tmp_path / "dry.avif") == ()
    header = PhotoSource(tmp_path / "dry.avif").header
    assert header.meta.xmp == XMP
    assert header.meta.exif is not None
    assert (header.traits["primaries"], header.traits["transfer"]) == (12, 13)
    result = (tmp_path / "dry.avif").read_bytes()
    assert result.count(b"colrnclx" + struct.pack(">HH", 12, 13)) == result.count(b"colrnclx") >= 2
    assert rewrite_moving(source, tmp_path / "dry.png") == ()
    assert b"cICP\x0c\x0d\0\1" in (tmp_path / "dry.png").read_bytes()
    assert rewrite_moving(source, tmp_path / "dry.webp") == ()
    assert PhotoSource(tmp_path / "dry.webp").header.meta.icc is not None
    notes = rewrite_moving(source, tmp_path / "dry.gif")
    assert sum("EXIF, XMP" in note for note in notes) == 1
    assert sum("profile" in note for note in notes) == 1


def test_the_number_of_plays_that_avif_does_not_hold_is_told(tmp_path: Path) -> None:
    source = make(tmp_path / "rain.webp", loop=3)
    assert any("for ever" in note for note in rewrite_moving(source, tmp_path / "dry.avif"))
    assert rewrite_moving(make(tmp_path / "always.webp", loop=0), tmp_path / "dry.avif") == ()


def test_the_colours_of_a_moving_png_stay_when_it_is_written_as_png(tmp_path: Path) -> None:
    source = make(tmp_path / "rain.png")
    data = source.read_bytes()
    chunk = png_bytes(moving_picture(0), 8, 2, (b"cICP", bytes((12, 13, 0, 1))))[33 : 33 + 16]
    source.write_bytes(data[:33] + chunk + data[33:])
    rewrite_moving(source, tmp_path / "dry.png", metadata="strip")
    assert (tmp_path / "dry.png").read_bytes().count(b"cICP") == 1


def test_a_text_in_a_moving_avif_with_the_letters_of_a_colour_box_stays_as_it_is(tmp_path: Path) -> None:
    words = XMP.replace(b'Headline="Rain', b'Headline="colrnclxRain')
    source = make(tmp_path / "rain.avif", xmp=words)
    coded = source.read_bytes()
    source.write_bytes(coded.replace(b"colrnclx" + struct.pack(">HH", 1, 13), b"colrnclx" + struct.pack(">HH", 12, 13)))
    assert rewrite_moving(source, tmp_path / "dry.avif") == ()
    header = PhotoSource(tmp_path / "dry.avif").header
    assert header.meta.xmp == words
    assert (header.traits["primaries"], header.traits["transfer"]) == (12, 13)
