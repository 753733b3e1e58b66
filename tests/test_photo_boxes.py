"""HEIC and AVIF as raw converters and phones build them: words behind the pixels, a clean aperture, frames, gain maps."""

import io
import struct
from pathlib import Path

import cv2
import numpy as np
import pillow_heif
import pytest
from box_files import with_property
from photo_files import XMP, exif_block, picture, read, rewrite
from PIL import Image as Pillow

from rainapp.media.metadata import iso_boxes
from rainapp.media.metadata.companions import GAIN_LOST
from rainapp.media.photo.photo_file import PhotoSource


def deep_avif() -> bytes:
    """A picture of 10 bit with EXIF and XMP, which stand before it."""
    kinds = {cv2.IMAGE_METADATA_EXIF: exif_block(thumbnail=False), cv2.IMAGE_METADATA_XMP: XMP}
    held = [np.frombuffer(body, np.uint8) for body in kinds.values()]
    options = [cv2.IMWRITE_AVIF_DEPTH, 10, cv2.IMWRITE_AVIF_QUALITY, 95]
    ready = np.ascontiguousarray(picture(120, 160, wide=True)[..., ::-1] >> 6)
    return cv2.imencodeWithMetadata(".avif", ready, list(kinds), held, options)[1].tobytes()


def with_texts_last(coded: bytes) -> bytes:
    """The same with EXIF and XMP behind the picture: another box holds them, and the table of items points there."""
    grown, behind = bytearray(coded), b""
    at = coded.index(b"iloc") + 4
    assert coded[at : at + 6] == b"\0\0\0\0\x44\0"  # version 0, offsets and lengths of four bytes, no base
    for number in range(int.from_bytes(coded[at + 6 : at + 8], "big")):
        place = at + 8 + 14 * number
        item, _, extents, offset, length = struct.unpack_from(">HHHII", coded, place)
        assert extents == 1
        if item != 1:
            struct.pack_into(">I", grown, place + 6, len(coded) + 8 + len(behind))
            behind += coded[offset : offset + length]
    return bytes(grown) + struct.pack(">I", 8 + len(behind)) + b"mdat" + behind


def test_a_deep_avif_with_its_words_behind_the_picture_is_read(tmp_path: Path) -> None:
    (tmp_path / "rain.avif").write_bytes(with_texts_last(deep_avif()))
    assert cv2.imread(str(tmp_path / "rain.avif"), cv2.IMREAD_UNCHANGED) is None  # as the decoder alone takes it
    image, facts = read(tmp_path / "rain.avif")
    assert (image.depth, facts.notes) == (10, ())
    assert np.abs(image.pixels / 65535 - picture(120, 160, wide=True) / 65535).mean() < 0.02
    header = PhotoSource(tmp_path / "rain.avif").header
    assert header.meta.xmp == XMP
    rewrite(tmp_path / "rain.avif", tmp_path / "dry.avif")
    assert PhotoSource(tmp_path / "dry.avif").header.meta.xmp == XMP


def clean_aperture(width: int, height: int, right: int, down: int) -> bytes:
    values = (width, 1, height, 1, right, 1, down, 1)
    return struct.pack(">I", 40) + b"clap" + struct.pack(">IIIIiIiI", *values)


@pytest.mark.parametrize("kind", ["8 bit", "10 bit", "alpha", "heic"])
def test_a_clean_aperture_crops(tmp_path: Path, kind: str) -> None:
    """100 x 60 of 160 x 120, its middle 10 to the left of and 20 below that of the picture."""
    suffix, held = ".heic" if kind == "heic" else ".avif", io.BytesIO()
    pixels = picture(120, 160)
    if kind == "heic":
        pillow_heif.encode("RGB", (160, 120), pixels.tobytes(), held, quality=95, chroma=444)
    elif kind == "10 bit":
        options = [cv2.IMWRITE_AVIF_DEPTH, 10, cv2.IMWRITE_AVIF_QUALITY, 95]
        held.write(cv2.imencode(".avif", pixels[..., ::-1].astype(np.uint16) << 2, options)[1].tobytes())
    else:
        alpha = np.linspace(0, 255, 160 * 120).reshape(120, 160).astype(np.uint8)
        samples = np.dstack([pixels, alpha]) if kind == "alpha" else pixels
        Pillow.fromarray(samples).save(held, "AVIF", quality=95, subsampling="4:4:4")
    (tmp_path / f"rain{suffix}").write_bytes(with_property(held.getvalue(), clean_aperture(100, 60, -10, 20)))
    image, facts = read(tmp_path / f"rain{suffix}")
    assert (facts.width, facts.height, image.width, image.height) == (100, 60, 100, 60)
    expected = pixels[50:110, 20:120]
    assert np.abs(image.pixels / image.peak - expected / 255).mean() < 0.02
    if kind == "alpha":
        assert image.alpha is not None
        assert abs(float(image.alpha[0, 0]) - 255 * 50 / 120) < 4
    rewrite(tmp_path / f"rain{suffix}", tmp_path / "dry.png")
    assert read(tmp_path / "dry.png")[0].pixels.shape == (60, 100, 3)


def test_an_aperture_larger_than_the_picture_or_of_nothing_is_no_crop() -> None:
    for values in (
        (900, 1, 60, 1, 0, 1, 0, 1),
        (100, 0, 60, 1, 0, 1, 0, 1),
        (100, 1, 0, 1, 0, 1, 0, 1),
        (100, 1, 60, 1, 99, 1, 0, 1),
    ):
        layout = iso_boxes.Layout(((b"clap", struct.pack(">IIIIiIiI", *values)),))
        assert layout.crop(160, 120) is None
    assert iso_boxes.Layout(((b"clap", bytes(7)),)).crop(160, 120) is None


def test_a_crop_is_made_before_the_picture_is_turned(tmp_path: Path) -> None:
    held = io.BytesIO()
    Pillow.fromarray(picture(120, 160)).save(held, "AVIF", quality=95, subsampling="4:4:4")
    cropped = with_property(held.getvalue(), clean_aperture(100, 60, -10, 20))
    turned = with_property(cropped, struct.pack(">I", 9) + b"irot" + b"\3")  # a quarter turn clockwise
    (tmp_path / "rain.avif").write_bytes(turned)
    image, facts = read(tmp_path / "rain.avif")
    assert (facts.width, facts.height) == (60, 100)
    expected = np.rot90(picture(120, 160)[50:110, 20:120], -1)
    assert np.abs(image.pixels.astype(int) - expected).mean() < 4


def full_box(kind: bytes, body: bytes, version: int = 0) -> bytes:
    return struct.pack(">I", 12 + len(body)) + kind + bytes((version, 0, 0, 0)) + body


def test_a_tone_mapped_item_is_a_gain_map() -> None:
    info = full_box(b"infe", struct.pack(">HH", 2, 0) + b"tmap\0", version=2)
    items = full_box(b"iinf", struct.pack(">H", 1) + info)
    layout = iso_boxes.layout(full_box(b"meta", items))
    assert layout.has_gain_map
    assert not layout.has_depth
    assert GAIN_LOST.startswith("The gain map")


@pytest.mark.parametrize("cut", [4, 11, 30, 60, 120, 200, 260])
def test_boxes_that_are_cut_off_tell_what_they_can(cut: int) -> None:
    whole = deep_avif()
    assert iso_boxes.layout(whole[:cut]).clip is None
    assert len(iso_boxes.without_texts(whole[:cut])) == cut
    for at in range(0, cut, 3):
        damaged = whole[:at] + b"\xff" + whole[at + 1 : cut]
        assert iso_boxes.layout(damaged).crop(10, 10) is None


def test_frames_beside_the_picture_of_a_heic_are_told(tmp_path: Path) -> None:
    held = io.BytesIO()
    pillow_heif.encode("RGB", (51, 37), picture().tobytes(), held, quality=90)
    (tmp_path / "rain.heic").write_bytes(held.getvalue() + struct.pack(">I", 16) + b"moov" + struct.pack(">I", 8) + b"free")
    assert read(tmp_path / "rain.heic")[1].notes == ("Only the main picture of the sequence is used.",)
