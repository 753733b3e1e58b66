"""Every format to every format: whatever a result does not keep is said, once, and nothing is said that was kept."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
import tifffile
from photo_files import XMP, exif_block, full_jpeg, iptc_resources, picture, png_bytes, read, rewrite, write_source
from PIL import Image as Pillow
from test_photo_metadata import source_of

from rainapp.jobs.records import DerainFile, NoWatch, Output, Treatment
from rainapp.media.metadata import exif
from rainapp.media.photo.photo_file import PhotoSource
from rainapp.work.run_job import run

TARGETS = [".jpg", ".png", ".tif", ".webp", ".bmp", ".heic", ".avif"]
SOURCES = [
    *(f"words{suffix}" for suffix in (".jpg", ".png", ".tif", ".webp", ".heic", ".avif")),
    *(f"clear{suffix}" for suffix in (".png", ".tif", ".webp", ".bmp", ".heic", ".avif")),
    *(f"deep{suffix}" for suffix in (".png", ".tif", ".heic", ".avif")),
    *(f"grey{suffix}" for suffix in (".jpg", ".png", ".tif", ".heic", ".avif")),
    *(f"clear grey{suffix}" for suffix in (".png", ".tif")),
    *("words.psd", "words.jp2"),
]


def psd_bytes(pixels: np.ndarray) -> bytes:  # type: ignore[type-arg]
    """A Photoshop file of one flat picture with EXIF, XMP and IPTC among its resources."""
    iptc = b"\x1c\x02\x69\0\4Rain"
    blocks = ((1028, iptc), (1058, exif_block(thumbnail=False)), (1060, XMP))
    held = b"".join(b"8BIM" + struct.pack(">HHI", n, 0, len(b)) + b + bytes(len(b) % 2) for n, b in blocks)
    height, width = pixels.shape[:2]
    head = b"8BPS" + struct.pack(">H6xHIIHH", 1, 3, height, width, 8, 3) + struct.pack(">I", 0)
    return head + struct.pack(">I", len(held)) + held + struct.pack(">IH", 0, 0) + np.moveaxis(pixels, 2, 0).tobytes()


def jp2_bytes(pixels: np.ndarray) -> bytes:  # type: ignore[type-arg]
    held = io.BytesIO()
    Pillow.fromarray(pixels).save(held, "JPEG2000", irreversible=False)
    boxes = ((bytes.fromhex("be7acfcb97a942e89c71999491e3afac"), XMP), (b"JpgTiffExif->JP2", exif_block(thumbnail=False)))
    return held.getvalue() + b"".join(struct.pack(">I", 24 + len(body)) + b"uuid" + name + body for name, body in boxes)


def made(folder: Path, name: str) -> Path:
    path = folder / f"rain{Path(name).suffix}"
    cover = np.linspace(0, 255, 37 * 51).reshape(37, 51).astype(np.uint8)
    match Path(name).stem, path.suffix:
        case "words", ".psd":
            path.write_bytes(psd_bytes(picture()))
        case "words", ".jp2":
            path.write_bytes(jp2_bytes(picture()))
        case "words", suffix:
            return source_of(suffix, folder)
        case "clear", _:
            write_source(path, np.dstack([picture(), cover]))
        case "deep", _:
            write_source(path, picture(wide=True))
        case "grey", _:
            write_source(path, picture()[..., 1].copy())
        case _:
            write_source(path, np.dstack([picture()[..., 1], cover]))
    return path


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", SOURCES)
def test_what_is_lost_is_said_and_what_is_said_is_lost(tmp_path: Path, name: str, target: str) -> None:
    source, result = made(tmp_path, name), tmp_path / f"dry{target}"
    notes = (*read(source)[1].notes, *rewrite(source, result))
    before, after = PhotoSource(source).header, PhotoSource(result).header
    old, new = read(source)[0], read(result)[0]
    said = " ".join(notes)
    assert len(notes) == len(set(notes))
    assert ("transparency" in said) == (old.alpha is not None and new.alpha is None)
    assert ("was rounded" in said) == (old.depth > new.depth)
    assert f"{new.depth} bit" in said or old.depth <= new.depth
    assert ("EXIF" in said) == (before.meta.exif is not None and after.meta.exif is None)
    assert ("XMP" in said) == (before.meta.xmp is not None and after.meta.xmp is None)
    assert ("IPTC" in said) == (before.meta.iptc() is not None and after.meta.iptc() is None)
    assert ("profile" in said) == (before.meta.icc is not None and after.meta.icc is None)
    assert after.meta.exif is None or exif.orientation(after.meta.exif) in (None, 1)
    assert (new.width, new.height) == (old.width, old.height)
    if name.startswith("words.") and target != ".bmp":
        assert before.meta.exif is not None
        assert after.meta.xmp == before.meta.xmp == XMP


@pytest.mark.parametrize("target", TARGETS)
def test_comments_are_told_where_they_go(tmp_path: Path, target: str) -> None:
    (tmp_path / "rain.jpg").write_bytes(full_jpeg())
    (tmp_path / "rain.png").write_bytes(png_bytes(picture(), 8, 2, (b"tEXt", b"Title\0Wet")))
    for source, word in ((tmp_path / "rain.jpg", b"taken in the rain"), (tmp_path / "rain.png", b"Title\0Wet")):
        said = " ".join(rewrite(source, tmp_path / f"dry{target}", Output(if_exists="overwrite")))
        assert ("comments" in said) == (word not in (tmp_path / f"dry{target}").read_bytes())
    assert rewrite(tmp_path / "rain.jpg", tmp_path / f"dry{target}", Output(metadata="strip", if_exists="overwrite")) == ()


def test_iptc_of_a_png_goes_on_to_a_jpeg_and_is_in_a_png_once(tmp_path: Path) -> None:
    records = b"\x1c\x02\x69\0\4Rain"
    digits = b"\niptc\n%8d\n%s\n" % (len(records), records.hex().encode())
    chunk = (b"zTXt", b"Raw profile type iptc\0\0" + zlib.compress(digits))
    (tmp_path / "rain.png").write_bytes(png_bytes(picture(), 8, 2, chunk))
    assert rewrite(tmp_path / "rain.png", tmp_path / "dry.jpg") == ()
    assert PhotoSource(tmp_path / "dry.jpg").header.meta.iptc() == records
    rewrite(tmp_path / "rain.png", tmp_path / "dry.png")
    assert (tmp_path / "dry.png").read_bytes().count(b"Raw profile type iptc") == 1
    assert PhotoSource(tmp_path / "dry.png").header.meta.iptc() == records
    (tmp_path / "full.jpg").write_bytes(full_jpeg())
    rewrite(tmp_path / "full.jpg", tmp_path / "full.png")
    rewrite(tmp_path / "full.png", tmp_path / "again.jpg")
    assert b"Bergen" in iptc_resources()
    assert PhotoSource(tmp_path / "again.jpg").header.meta.iptc() == PhotoSource(tmp_path / "full.jpg").header.meta.iptc()


def test_layers_of_a_tiff_and_bits_beyond_16_are_told(tmp_path: Path) -> None:
    layers = b"Adobe Photoshop Document Data Block\0" + bytes(40)
    tifffile.imwrite(tmp_path / "layers.tif", picture(), photometric="rgb", extratags=[(37724, 7, len(layers), layers, True)])
    assert read(tmp_path / "layers.tif")[1].notes == ("The layers of the file are left out.",)
    deep = picture(wide=True).astype(np.uint32) * 65537
    tifffile.imwrite(tmp_path / "deep.tif", deep, photometric="rgb")
    assert read(tmp_path / "deep.tif")[1].notes == ("Its 32 bit were brought to 16.",)


TOLD = Treatment(engine="torch", device="cpu", precision="fp32")


@pytest.mark.parametrize(("layer", "target"), [("result", "dry.jpg"), ("both", "dry.jpg"), ("rain", "dry.png")])
def test_notes_are_of_the_file_that_was_asked_for(tiny_library: Path, tmp_path: Path, layer: str, target: str) -> None:
    """A photo whose result keeps its comment, while the layer beside it, a PNG, does not."""
    (tmp_path / "rain.jpg").write_bytes(full_jpeg())
    job = DerainFile(tmp_path / "rain.jpg", tmp_path / target, TOLD, Output(layer=layer))  # type: ignore[arg-type]
    done = run(job, NoWatch())
    assert done.layer is None or done.layer.suffix == ".png"  # type: ignore[attr-defined]
    assert sum("comments" in note for note in done.notes) == (layer == "rain")  # type: ignore[attr-defined]


def test_a_note_that_reader_and_writer_share_is_told_once(tiny_library: Path, tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "rain.tif", picture().astype(np.float32) / 200, photometric="rgb")
    done = run(DerainFile(tmp_path / "rain.tif", tmp_path / "dry.jpg", TOLD, Output()), NoWatch())
    assert len(done.notes) == len(set(done.notes)) == 3  # type: ignore[attr-defined]


def test_the_smaller_sizes_of_an_icon_are_told(tmp_path: Path) -> None:
    icon = Pillow.fromarray(picture(64, 64))
    for name, sizes in (("many.ico", [(16, 16), (64, 64)]), ("one.ico", [(64, 64)])):
        icon.save(tmp_path / name, sizes=sizes)
        image, facts = read(tmp_path / name)
        assert (image.width, len(facts.notes)) == (64, len(sizes) - 1)
