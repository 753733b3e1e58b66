"""What a photo says about itself goes into its result byte for byte, except what must change."""

import io
import struct
import xml.etree.ElementTree as Tree
import zlib
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st
from photo_files import (
    MAKER_NOTE,
    XMP,
    exif_block,
    full_jpeg,
    iptc_resources,
    jpeg_bytes,
    jpeg_with,
    picture,
    png_bytes,
    read,
    rewrite,
    srgb_profile,
)
from PIL import Image as Pillow

from rainapp.jobs.records import MetadataChoice, Output
from rainapp.media.metadata import exif
from rainapp.media.metadata.metadata import Metadata, prepared

NOTE = {"Model": "quick <2>", "Strength": "0.8", "Version": "1.0"}
SUFFIXES = [".jpg", ".png", ".tif", ".webp", ".heic", ".avif"]


def source_of(suffix: str, folder: Path, orientation: int = 1) -> Path:
    """A photo of 51 x 37 with EXIF, XMP and a profile (and IPTC where the format has it), not written by our code."""
    path = folder / f"rain{suffix}"
    block, icc = exif_block(orientation), srgb_profile()
    if suffix == ".jpg":
        path.write_bytes(full_jpeg(orientation))
    elif suffix == ".png":
        xmp = b"XML:com.adobe.xmp\0\0\0\0\0" + XMP
        chunks = ((b"iCCP", b"x\0\0" + zlib.compress(icc)), (b"eXIf", block), (b"iTXt", xmp), (b"tEXt", b"Title\0Wet"))
        path.write_bytes(png_bytes(picture(), 8, 2, *chunks))
    elif suffix == ".tif":
        tags = [
            (271, 2, 9, "Acme Ltd", True),
            (274, 3, 1, orientation, True),
            (700, 1, len(XMP), XMP, True),
            (34675, 7, len(icc), icc, True),
        ]
        tifffile.imwrite(
            path, picture(), photometric="rgb", extratags=[*tags, (34377, 1, len(iptc_resources()), iptc_resources(), True)]
        )
    elif suffix == ".heic":
        pillow_heif.encode("RGB", (51, 37), picture().tobytes(), path, exif=b"Exif\0\0" + block, xmp=XMP, icc_profile=icc)
    elif suffix == ".avif":
        path.write_bytes(avif_with(block, icc))
    else:
        Pillow.fromarray(picture()).save(path, exif=b"Exif\0\0" + block, xmp=XMP, icc_profile=icc)
    return path


def avif_with(block: bytes, icc: bytes) -> bytes:
    held = io.BytesIO()
    Pillow.fromarray(picture()).save(held, "AVIF", exif=block, xmp=XMP, icc_profile=icc)
    return held.getvalue()


def blocks_of(path: Path) -> dict[str, bytes | None]:
    """EXIF, XMP, ICC and resources of a file, told by Pillow, tifffile and libheif, not by our own readers."""
    if path.suffix == ".heic":
        facts = pillow_heif.open_heif(path).info
        found = {"exif": facts["exif"], "xmp": facts.get("xmp"), "icc": facts.get("icc_profile")}
    elif path.suffix == ".tif":
        with tifffile.TiffFile(path) as opened:
            tags = opened.pages[0].tags
            return {
                name: bytes(tags[code].value) if code in tags else None
                for name, code in (("xmp", 700), ("icc", 34675), ("iptc", 34377))
            }
    else:
        with Pillow.open(path) as opened:
            opened.load()
            info = opened.info
            xmp = info.get("xmp") or info.get("XML:com.adobe.xmp")
            found = {
                "exif": info.get("exif"),
                "xmp": xmp.encode() if isinstance(xmp, str) else xmp,
                "icc": info.get("icc_profile"),
            }
    return {name: body.removeprefix(b"Exif\0\0") if body else None for name, body in found.items()}


def app_segments(jpeg: bytes, marker: int, prefix: bytes) -> list[bytes]:
    """The payloads of a JPEG's segments with this marker and prefix, by a plain walk."""
    found, at = [], 2
    while jpeg[at + 1] != 0xDA:
        size = int.from_bytes(jpeg[at + 2 : at + 4], "big")
        if jpeg[at + 1] == marker and jpeg[at + 4 :].startswith(prefix):
            found.append(jpeg[at + 4 + len(prefix) : at + 2 + size])
        at += 2 + size
    return found


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_exif_xmp_and_profile_are_carried_byte_for_byte(tmp_path: Path, suffix: str) -> None:
    source, target = source_of(suffix, tmp_path), tmp_path / f"dry{suffix}"
    rewrite(source, target)
    before, after = blocks_of(source), blocks_of(target)
    assert after["xmp"] == before["xmp"] == XMP
    assert after["icc"] == before["icc"] == srgb_profile()
    if suffix == ".tif":
        assert after["iptc"] == before["iptc"] == iptc_resources()
        with tifffile.TiffFile(target) as opened:
            assert opened.pages[0].tags[271].value == "Acme Ltd"
        return
    thumb_at = exif_block().find(b"\xff\xd8\xff")
    kept = after["exif"]
    assert kept is not None
    assert MAKER_NOTE in kept
    assert kept[:8] == before["exif"][:8]  # type: ignore[index]
    # Everything but the link to the thumbnail's directory is as it was; the thumbnail itself is gone.
    changed = [at for at in range(min(len(kept), thumb_at)) if kept[at] != before["exif"][at]]  # type: ignore[index]
    assert len(changed) <= 4
    assert b"\xff\xd8\xff" not in kept


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp"])
def test_only_orientation_dimensions_and_thumbnail_change_in_exif(tmp_path: Path, suffix: str) -> None:
    source, target = source_of(suffix, tmp_path, orientation=6), tmp_path / f"dry{suffix}"
    rewrite(source, target)
    before, after = blocks_of(source)["exif"], blocks_of(target)["exif"]
    assert before is not None
    assert after is not None
    with Pillow.open(target) as opened:
        tags = opened.getexif()
        assert tags[0x0112] == 1
        assert tags.get_ifd(0x8769)[0xA002] == 37
        assert tags.get_ifd(0x8769)[0xA003] == 51
        assert tags.get_ifd(0x8769)[0x927C] == MAKER_NOTE
        assert tags.get_ifd(0x8825)[1] == "N"
    differing = [at for at in range(min(len(after), before.find(b"\xff\xd8\xff"))) if after[at] != before[at]]
    assert len(differing) <= 1 + 2 + 4  # orientation, two dimensions below 256, the link to the thumbnail


def test_everything_else_of_a_jpeg_is_carried_too(tmp_path: Path) -> None:
    density = b"JFIF\0\1\2\1\1\x2c\1\x2c\0\0"
    plain = full_jpeg()
    (tmp_path / "rain.jpg").write_bytes(plain[:2] + struct.pack(">BBH", 255, 0xE0, 16) + density + plain[2:])
    rewrite(tmp_path / "rain.jpg", tmp_path / "dry.jpg")
    result = (tmp_path / "dry.jpg").read_bytes()
    assert app_segments(result, 0xED, b"Photoshop 3.0\0") == [iptc_resources()]
    assert app_segments(result, 0xFE, b"") == [b"taken in the rain"]
    assert app_segments(result, 0xE0, b"JFIF\0")[0][2:7] == density[7:12]
    assert len(app_segments(result, 0xE1, b"Exif\0\0")) == 1


def test_a_large_profile_is_split_and_joined_again(tmp_path: Path) -> None:
    icc = srgb_profile() + bytes(range(256)) * 600
    held = io.BytesIO()
    Pillow.fromarray(picture()).save(held, "JPEG", icc_profile=icc)
    (tmp_path / "rain.jpg").write_bytes(held.getvalue())
    rewrite(tmp_path / "rain.jpg", tmp_path / "dry.jpg")
    assert blocks_of(tmp_path / "dry.jpg")["icc"] == icc


def test_texts_and_colour_chunks_of_a_png_are_carried(tmp_path: Path) -> None:
    chunks = [(b"gAMA", struct.pack(">I", 40000)), (b"cHRM", bytes(range(32))), (b"pHYs", struct.pack(">IIB", 2835, 2835, 1))]
    texts = [(b"tEXt", b"Author\0Someone"), (b"zTXt", b"Long\0\0" + zlib.compress(b"text " * 50))]
    (tmp_path / "rain.png").write_bytes(png_bytes(picture(), 8, 2, *chunks, *texts))
    rewrite(tmp_path / "rain.png", tmp_path / "dry.png")
    result = (tmp_path / "dry.png").read_bytes()
    for kind, body in (*chunks, *texts):
        assert kind + body in result


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_our_note_is_added_to_the_packet_and_nothing_else(tmp_path: Path, suffix: str) -> None:
    source, target = source_of(suffix, tmp_path), tmp_path / f"dry{suffix}"
    rewrite(source, target, note=NOTE)
    packet = blocks_of(target)["xmp"]
    assert packet is not None
    head, tail = XMP.split(b"</rdf:RDF>")
    assert packet.startswith(head)
    assert packet.endswith(b"</rdf:RDF>" + tail)
    assert b'rainapp:Model="quick &lt;2&gt;"' in packet
    assert b'rainapp:Strength="0.8"' in packet


def test_a_second_treatment_replaces_our_note(tmp_path: Path) -> None:
    source = source_of(".jpg", tmp_path)
    rewrite(source, tmp_path / "one.jpg", note=NOTE)
    rewrite(tmp_path / "one.jpg", tmp_path / "two.jpg", note={"Model": "fine"})
    packet = blocks_of(tmp_path / "two.jpg")["xmp"]
    assert packet is not None
    assert packet.count(b"xmlns:rainapp") == 1
    assert b'rainapp:Model="fine"' in packet


def test_a_photo_without_packet_gets_one_for_our_note(tmp_path: Path) -> None:
    (tmp_path / "rain.jpg").write_bytes(jpeg_bytes(picture()))
    rewrite(tmp_path / "rain.jpg", tmp_path / "dry.jpg", note=NOTE)
    packet = blocks_of(tmp_path / "dry.jpg")["xmp"]
    assert packet is not None
    (description,) = Tree.fromstring(packet).iter("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}Description")
    assert description.attrib["{urn:rainapp:xmp:1.0:}Model"] == "quick <2>"


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_strip_leaves_only_the_profile(tmp_path: Path, suffix: str) -> None:
    source, target = source_of(suffix, tmp_path), tmp_path / f"dry{suffix}"
    rewrite(source, target, Output(metadata="strip"), note=NOTE)
    after = blocks_of(target)
    assert after["icc"] == srgb_profile()
    assert not after["xmp"]
    assert not after.get("exif")
    assert b"Acme" not in target.read_bytes()
    assert b"Bergen" not in target.read_bytes()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_no_location_takes_places_out_and_keeps_the_rest(tmp_path: Path, suffix: str) -> None:
    source, target = source_of(suffix, tmp_path), tmp_path / f"dry{suffix}"
    rewrite(source, target, Output(metadata="no-location"))
    result = target.read_bytes()
    assert b"Bergen" not in result
    assert b"GPSLatitude=" not in result
    assert struct.pack("<6I", 60, 1, 23, 1, 30, 1) not in result
    after = blocks_of(target)
    assert after["xmp"] is not None
    assert b'photoshop:Headline="Rain"' in after["xmp"]
    if suffix != ".tif":
        assert after["exif"] is not None
        assert MAKER_NOTE in after["exif"]
        with Pillow.open(target) if suffix != ".heic" else pillow_heif.open_heif(target).to_pillow() as opened:
            assert 0x8825 not in opened.getexif()
            assert opened.getexif()[0x010F] == "Acme Ltd"


@pytest.mark.parametrize("target_suffix", SUFFIXES)
@pytest.mark.parametrize("source_suffix", [".jpg", ".tif", ".png"])
def test_metadata_follow_into_another_format(tmp_path: Path, source_suffix: str, target_suffix: str) -> None:
    source, target = source_of(source_suffix, tmp_path), tmp_path / f"dry{target_suffix}"
    rewrite(source, target)
    after = blocks_of(target)
    assert after["xmp"] == XMP
    assert after["icc"] == srgb_profile()
    with Pillow.open(target) if target_suffix != ".heic" else pillow_heif.open_heif(target).to_pillow() as opened:
        assert opened.getexif()[0x010F] == "Acme Ltd"
        if source_suffix == ".jpg":
            assert opened.getexif().get_ifd(0x8769)[0x9003] == "2026:10:01 12:00:00"
            assert opened.getexif().get_ifd(0x8825)[1] == "N"


def test_iptc_follows_from_jpeg_to_tiff_and_png(tmp_path: Path) -> None:
    source = source_of(".jpg", tmp_path)
    rewrite(source, tmp_path / "dry.tif")
    assert blocks_of(tmp_path / "dry.tif")["iptc"] == iptc_resources()
    rewrite(source, tmp_path / "dry.png")
    rewrite(tmp_path / "dry.png", tmp_path / "again.png")
    assert b"Raw profile type iptc" in (tmp_path / "again.png").read_bytes()


@pytest.mark.parametrize("order", ["<", ">"])
def test_exif_of_either_byte_order_is_edited(order: str) -> None:
    edited = exif.edited(exif_block(8, order=order), 37, 51, location=True)
    assert edited is not None
    assert exif.orientation(edited) == 1
    tags = Pillow.Exif()
    tags.load(edited)
    assert tags.get_ifd(0x8769)[0xA002] == 37
    assert tags.get_ifd(0x8769)[0x927C] == MAKER_NOTE


def test_the_resource_thumbnail_goes_and_the_rest_stays() -> None:
    block = iptc_resources()
    thumb = b"8BIM" + struct.pack(">HHI", 0x040C, 0, 10) + bytes(10)
    assert prepared(Metadata(resources=thumb + block), "keep", 5, 5, {}).resources == block


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_damaged_exif_never_breaks_reading_or_editing(data: st.DataObject) -> None:
    block = bytearray(exif_block(3, order=data.draw(st.sampled_from("<>"))))
    for _ in range(data.draw(st.integers(1, 12))):
        block[data.draw(st.integers(0, min(len(block) - 1, 400)))] = data.draw(st.integers(0, 255))
    damaged = bytes(block[: data.draw(st.integers(0, len(block)))])
    exif.orientation(damaged)
    for location in (True, False):
        edited = exif.edited(damaged, 10, 10, location=location)
        assert edited is None or len(edited) <= len(damaged)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_as_xmp_or_iptc_are_survived(body: bytes) -> None:
    told = Metadata(xmp=body, resources=b"8BIM" + body, own=(("fe", body),))
    choices: tuple[MetadataChoice, ...] = ("keep", "no-location", "strip")
    kept, placeless, stripped = (prepared(told, choice, 3, 3, {"Model": "x"}) for choice in choices)
    assert kept.own == told.own
    assert set(placeless.own) <= set(told.own)
    assert stripped == Metadata()


def test_damaged_metadata_do_not_keep_a_photo_from_being_read(tmp_path: Path) -> None:
    broken = jpeg_with(jpeg_bytes(picture()), (0xE1, b"Exif\0\0II*\0\xff\xff\xff\xff"), (0xE2, b"ICC_PROFILE\0\1\1nonsense"))
    (tmp_path / "rain.jpg").write_bytes(broken)
    image, _ = read(tmp_path / "rain.jpg")
    rewrite(tmp_path / "rain.jpg", tmp_path / "dry.jpg")
    assert np.abs(read(tmp_path / "dry.jpg")[0].pixels.astype(int) - image.pixels).mean() < 2
