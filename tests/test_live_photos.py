"""Live Photos, a photo and a clip in two files: told by name and identifier, kept together, and derained where asked for."""

import struct
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from photo_files import jpeg_bytes, jpeg_with, picture
from video_clips import make_clip
from work_done import listing, treated

from rainapp.cli import command_line
from rainapp.jobs.naming import Names, with_live_clip
from rainapp.jobs.records import Derained, DerainFile, NoWatch, Output
from rainapp.media.photo.photo_file import PhotoSource
from rainapp.work import run_job
from rainapp.work.live_photos import IDENTIFIER, LIVE_APART, LIVE_DERAINED, LIVE_DRY, LIVE_FAILED, LIVE_KEPT

ONE, OTHER = "7A3C1E52-0B7D-4E0B-9C55-3B1C2D4E5F60", "00000000-0B7D-4E0B-9C55-3B1C2D4E5F60"
FRAMES = 5
WET = treated(model="tiny", temporal="off", treat="always")


def exif(identifier: str) -> bytes:
    """A block whose maker note is Apple's, with the content identifier in it."""
    text = identifier.encode() + b"\0"
    note = b"Apple iOS\0\0\1MM" + struct.pack(">HHHII", 1, 0x11, 2, len(text), 32) + bytes(4) + text
    head = b"MM\0*" + struct.pack(">I", 8)
    first = struct.pack(">HHHIII", 1, 0x8769, 4, 1, 26, 0)
    inner = struct.pack(">HHHIII", 1, 0x927C, 7, len(note), 44, 0)
    return b"Exif\0\0" + head + first + inner + note


def live(folder: Path, *, photo: str = ONE, clip: str = ONE, suffix: str = ".jpg", name: str = "IMG_1234") -> Path:
    """The photo of a Live Photo in `folder`, its clip beside it."""
    folder.mkdir(exist_ok=True)
    if suffix == ".heic":
        import io

        import pillow_heif

        held = io.BytesIO()
        pillow_heif.encode("RGB", (51, 37), picture().tobytes(), held, quality=90, exif=exif(photo) if photo else None)
        (folder / f"{name}.heic").write_bytes(held.getvalue())
    else:
        (folder / f"{name}.jpg").write_bytes(jpeg_with(jpeg_bytes(picture()), *([(0xE1, exif(photo))] if photo else [])))
    marks = {"metadata": {IDENTIFIER: clip}, "muxing": {"movflags": "use_metadata_tags"}} if clip else {}
    make_clip(folder / f"{name}.mov", times=range(FRAMES), noise=True, **marks).rename(folder / f"{name}.MOV")
    return folder / f"{name}{suffix}"


def derain(source: Path, target: Path, *listed: Path, treatment: object = WET, **output: object) -> Derained:
    """As both faces do it: names are given to the result and to the clip; `listed` are sources of the same batch."""
    job = DerainFile(source, target, treatment, Output(**output))  # type: ignore[arg-type]
    done = run_job.run(with_live_clip(job, Names([source, *listed], "rename")), NoWatch())
    assert isinstance(done, Derained)
    return done


def identifier(path: Path) -> str:
    with av.open(str(path)) as container:
        return str(container.metadata.get(IDENTIFIER, ""))


def frames(path: Path) -> np.ndarray:
    with av.open(str(path)) as container:
        return np.stack([frame.to_ndarray(format="rgb24").astype(int) for frame in container.decode(video=0)])


@pytest.mark.usefixtures("tiny_library")
@pytest.mark.parametrize("suffix", [".jpg", ".heic"])
def test_the_clip_lies_beside_the_result_and_both_keep_the_identifier(suffix: str, tmp_path: Path) -> None:
    source = live(tmp_path / "in", suffix=suffix)
    done = derain(source, tmp_path / "out" / f"IMG_1234_derained{suffix}")
    assert done.notes.count(LIVE_KEPT) == 1
    assert listing(tmp_path / "out") == {f"IMG_1234_derained{suffix}", "IMG_1234_derained.MOV"}
    assert (tmp_path / "out" / "IMG_1234_derained.MOV").read_bytes() == source.with_suffix(".MOV").read_bytes()
    assert ONE.encode() in (PhotoSource(tmp_path / "out" / f"IMG_1234_derained{suffix}").header.meta.exif or b"")


@pytest.mark.usefixtures("tiny_library")
@pytest.mark.parametrize("suffix", [".jpg", ".heic"])
def test_the_clip_is_derained_where_that_is_asked_for_and_stays_part_of_the_pair(suffix: str, tmp_path: Path) -> None:
    source = live(tmp_path / "in", suffix=suffix)
    done = derain(source, tmp_path / "out" / f"dry{suffix}", motion=True)
    assert LIVE_DERAINED in done.notes
    clip = tmp_path / "out" / "dry.MOV"
    assert listing(tmp_path / "out") == {f"dry{suffix}", "dry.MOV"}
    assert identifier(clip) == ONE
    before, after = frames(source.with_suffix(".MOV")), frames(clip)
    assert len(after) == FRAMES
    assert np.abs(after - before).mean() > 0.5


@pytest.mark.usefixtures("tiny_library")
@pytest.mark.parametrize(("photo", "clip", "pair"), [(ONE, OTHER, False), ("", "", True), (ONE, "", True), ("", ONE, True)])
def test_another_identifier_makes_it_another_clip(photo: str, clip: str, pair: bool, tmp_path: Path) -> None:
    source = live(tmp_path / "in", photo=photo, clip=clip)
    done = derain(source, tmp_path / "out" / "dry.jpg")
    assert (LIVE_KEPT in done.notes) == pair
    assert (tmp_path / "out" / "dry.MOV").exists() == pair


@pytest.mark.usefixtures("tiny_library")
def test_a_clip_that_is_listed_itself_is_no_business_of_the_photo(tmp_path: Path) -> None:
    source = live(tmp_path / "in")
    done = derain(source, tmp_path / "out" / "dry.jpg", source.with_suffix(".MOV"), motion=True)
    assert LIVE_APART in done.notes
    assert listing(tmp_path / "out") == {"dry.jpg"}


@pytest.mark.usefixtures("tiny_library")
@pytest.mark.parametrize(("name", "output"), [("dry.jpg", {"metadata": "strip"}), ("dry.png", {})])
def test_a_result_that_can_be_no_live_photo_says_so(name: str, output: dict[str, str], tmp_path: Path) -> None:
    done = derain(live(tmp_path / "in"), tmp_path / "out" / name, motion=True, **output)
    assert LIVE_APART in done.notes
    assert listing(tmp_path / "out") == {name}


@pytest.mark.usefixtures("tiny_library")
def test_a_clip_that_cannot_be_derained_costs_the_photo_nothing(tmp_path: Path) -> None:
    source = live(tmp_path / "in")
    clip = source.with_suffix(".MOV")
    whole = clip.read_bytes()
    at = whole.index(b"mdat")
    clip.write_bytes(
        whole[: at + 4] + bytes(len(whole) - at - 4)
        if whole.index(b"moov") < at
        else whole[:at] + whole[at:].replace(b"avc1", b"xxxx")
    )
    done = derain(source, tmp_path / "out" / "dry.jpg", motion=True)
    assert LIVE_FAILED in done.notes
    assert (tmp_path / "out" / "dry.MOV").read_bytes() == clip.read_bytes()


@pytest.mark.usefixtures("tiny_library")
def test_something_that_only_has_the_name_of_a_clip_is_left_alone(tmp_path: Path) -> None:
    source = live(tmp_path / "in")
    source.with_suffix(".MOV").write_bytes(b"no clip at all")
    done = derain(source, tmp_path / "out" / "dry.jpg", motion=True)
    assert not {LIVE_KEPT, LIVE_APART, LIVE_FAILED, LIVE_DERAINED} & set(done.notes)
    assert listing(tmp_path / "out") == {"dry.jpg"}


@pytest.mark.usefixtures("tiny_library")
def test_a_dry_clip_is_copied_and_said_to_be_dry(still: str, tmp_path: Path) -> None:
    dry = treated(model=still, temporal="off")
    done = derain(live(tmp_path / "in"), tmp_path / "out" / "dry.jpg", treatment=dry, motion=True)
    assert LIVE_DRY in done.notes


@pytest.mark.usefixtures("tiny_library")
def test_the_command_line_keeps_pairs_together_however_they_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = live(tmp_path / "in")
    plain = ["--engine", "torch", "--device", "cpu", "--precision", "fp32", "--temporal", "off", "--treat", "always"]
    assert command_line.main(["derain", str(source), "-o", str(tmp_path / "one"), "--motion", *plain]) == 0
    assert LIVE_DERAINED in capsys.readouterr().out
    assert listing(tmp_path / "one") == {"IMG_1234_derained.jpg", "IMG_1234_derained.MOV"}
    assert command_line.main(["derain", str(tmp_path / "in"), "-o", str(tmp_path / "all"), *plain]) == 0
    assert LIVE_APART in capsys.readouterr().out
    assert {name.lower() for name in listing(tmp_path / "all")} == {"img_1234_derained.jpg", "img_1234_derained.mov"}
    assert listing(tmp_path / "in") == {"IMG_1234.jpg", "IMG_1234.MOV"}


def test_no_clip_takes_the_name_of_a_file_of_the_person(tmp_path: Path) -> None:
    source = live(tmp_path / "in")
    own = tmp_path / "in" / "IMG_1234_derained.MOV"
    own.write_bytes(b"mine")
    job = DerainFile(source, source.with_name("IMG_1234_derained.jpg"), WET, Output(if_exists="overwrite"))
    planned = with_live_clip(job, Names([source, own], "overwrite"))
    assert planned.live == source.with_suffix(".MOV")
    assert planned.live_target not in (None, own)
    assert replace(planned, live_target=None).live == planned.live
