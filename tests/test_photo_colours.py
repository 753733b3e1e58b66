"""Whatever the numbers in a photo mean, they become the colours that are meant: palettes, inks, Lab, few bits, floats."""

import io
import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from photo_files import picture, png_bytes, read, srgb_profile
from PIL import Image as Pillow
from PIL import ImageCms


def test_a_palette_is_expanded_and_its_transparency_becomes_alpha(tmp_path: Path) -> None:
    palette = Pillow.fromarray(picture()).quantize(16)
    opaque = np.asarray(palette.convert("RGB"))
    palette.save(tmp_path / "plain.png")
    palette.save(tmp_path / "clear.png", transparency=3)
    image, facts = read(tmp_path / "plain.png")
    assert np.array_equal(image.pixels, opaque)
    assert not facts.has_alpha
    clear, _ = read(tmp_path / "clear.png")
    assert clear.alpha is not None
    assert np.array_equal(clear.alpha == 0, np.asarray(palette) == 3)


@pytest.mark.parametrize(("bits", "key"), [(8, 7), (16, 4660)])
def test_a_transparent_grey_becomes_alpha(tmp_path: Path, bits: int, key: int) -> None:
    grey = np.full((4, 5), 200, np.uint8 if bits == 8 else np.uint16)
    grey[1, 2] = key
    (tmp_path / "key.png").write_bytes(png_bytes(grey, bits, 0, (b"tRNS", key.to_bytes(2, "big"))))
    image, facts = read(tmp_path / "key.png")
    assert facts.has_alpha
    assert image.alpha is not None
    assert np.argwhere(image.alpha == 0).tolist() == [[1, 2]]
    assert image.depth == bits


@pytest.mark.parametrize(("bits", "shift"), [(1, 7), (2, 6), (4, 4)])
def test_greys_of_few_bits_are_spread_and_keyed(tmp_path: Path, bits: int, shift: int) -> None:
    packed = np.array([[1 << shift]], np.uint8)  # one row, its first pixel of value 1
    body = bytearray(png_bytes(packed, bits, 0, (b"tRNS", b"\0\1")))
    body[16:20] = struct.pack(">I", 8 // bits)
    body[29:33] = struct.pack(">I", zlib.crc32(bytes(body[12:29])))
    (tmp_path / "few.png").write_bytes(body)
    image, facts = read(tmp_path / "few.png")
    assert facts.grey
    assert image.pixels[0, :, 0].tolist() == [255 // ((1 << bits) - 1)] + [0] * (8 // bits - 1)
    assert image.alpha is not None
    assert image.alpha[0].tolist() == [0] + [255] * (8 // bits - 1)


def test_floating_point_and_high_dynamic_range_become_16_bit(tmp_path: Path) -> None:
    light = picture().astype(np.float32) / 255
    cv2.imwrite(str(tmp_path / "scene.hdr"), light)
    tifffile.imwrite(tmp_path / "float.tif", light, photometric="rgb")
    for name in ("scene.hdr", "float.tif"):
        image, facts = read(tmp_path / name)
        assert image.pixels.dtype == np.uint16
        assert image.pixels.max() == 65535 or name == "float.tif"
        assert any("16 bit" in note for note in facts.notes)
    assert np.abs(read(tmp_path / "float.tif")[0].pixels / 65535 - light).max() < 1e-4


def cmyk(profile: bool) -> tuple[bytes, bytes | None]:
    inks = Pillow.fromarray(picture(16, 16)).convert("CMYK")
    held = io.BytesIO()
    icc = cmyk_profile() if profile else None
    inks.save(held, "JPEG", quality=98, **({"icc_profile": icc} if icc else {}))
    return held.getvalue(), icc


def cmyk_profile() -> bytes:
    """A small ink profile: four inks to Lab by a table of sixteen corners that makes each ink darken the paper its own way."""
    table = bytearray()
    for corner in range(16):
        light = 255
        for ink in range(4):
            if corner >> (3 - ink) & 1:
                light = light * (40 + 40 * ink) // 255
        table += bytes((light, 128, 128))
    identity = bytes(range(256))
    lut = b"mft1" + bytes(4) + bytes((4, 3, 2, 0)) + struct.pack(">9i", *(65536 if i % 4 == 0 else 0 for i in range(9)))
    lut += identity * 4 + bytes(table) + identity * 3
    text = b"desc" + bytes(4) + struct.pack(">I", 5) + b"inks\0" + bytes(78)
    white = b"XYZ " + bytes(4) + struct.pack(">3i", 63190, 65536, 54061)
    tags, offset, directory, body = ((b"desc", text), (b"wtpt", white), (b"A2B0", lut)), 128 + 4 + 36, b"", b""
    for name, value in tags:
        padded = value + b"\0" * (-len(value) % 4)
        directory += name + struct.pack(">II", offset + len(body), len(value))
        body += padded
    head = struct.pack(
        ">I4sI4s4s4s12s4s", offset + len(body), b"lcms", 0x02100000, b"prtr", b"CMYK", b"Lab ", bytes(12), b"acsp"
    )
    head = head.ljust(68, b"\0") + struct.pack(">3i", 63190, 65536, 54061)
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + directory + body


def test_cmyk_goes_through_its_profile(tmp_path: Path) -> None:
    source, icc = cmyk(profile=True)
    assert icc is not None
    (tmp_path / "inks.jpg").write_bytes(source)
    image, facts = read(tmp_path / "inks.jpg")
    with Pillow.open(io.BytesIO(source)) as theirs:
        inks = theirs.copy()
    expected = ImageCms.profileToProfile(
        inks, ImageCms.ImageCmsProfile(io.BytesIO(icc)), ImageCms.createProfile("sRGB"),
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC, outputMode="RGB", flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )  # fmt: skip
    assert expected is not None
    assert np.array_equal(image.pixels, np.asarray(expected))
    assert not np.array_equal(image.pixels, np.asarray(inks.convert("RGB")))
    assert image.colour.icc is None
    assert any("profile" in note for note in facts.notes)


def test_cmyk_without_a_profile_is_read_and_said_to_be_approximate(tmp_path: Path) -> None:
    (tmp_path / "inks.jpg").write_bytes(cmyk(profile=False)[0])
    image, facts = read(tmp_path / "inks.jpg")
    assert image.pixels.shape == (16, 16, 3)
    assert any("approximate" in note for note in facts.notes)


def test_lab_is_converted_by_its_definition(tmp_path: Path) -> None:
    lab = ImageCms.profileToProfile(
        Pillow.fromarray(picture()), ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"
    )
    assert lab is not None
    lab.save(tmp_path / "lab.tif")
    assert np.abs(read(tmp_path / "lab.tif")[0].pixels.astype(int) - picture()).mean() < 3


def test_the_profile_travels_with_the_pixels(tmp_path: Path) -> None:
    icc = srgb_profile()
    Pillow.fromarray(picture()).save(tmp_path / "rain.png", icc_profile=icc)
    image, _ = read(tmp_path / "rain.png")
    assert image.colour.icc == icc


def tiff_variants() -> dict[str, tuple[NDArray[np.generic], NDArray[np.generic], dict[str, object]]]:
    """By name: the pixels meant, the samples stored, and how."""
    deep = picture(wide=True)
    grey = np.ascontiguousarray(deep[..., 1])
    alpha = np.random.default_rng(3).integers(20_000, 65_536, grey.shape).astype(np.uint16)
    multiplied = (deep * (alpha[..., None] / 65535)).round().astype(np.uint16)
    three = np.repeat(grey[..., None], 3, axis=2)
    return {
        "planes": (deep, np.ascontiguousarray(np.moveaxis(deep, 2, 0)), {"photometric": "rgb", "planarconfig": "separate"}),
        "planes of 8 bit": (picture(), np.moveaxis(picture(), 2, 0).copy(), {"photometric": "rgb", "planarconfig": "separate"}),
        "tiles": (deep, deep, {"photometric": "rgb", "tile": (16, 16), "compression": "zlib", "predictor": True}),
        "white is zero": (three, 65535 - grey, {"photometric": "miniswhite"}),
        "white is zero in 8 bit": (picture()[..., [1, 1, 1]], 255 - picture()[..., 1], {"photometric": "miniswhite"}),
        "associated alpha": (deep, np.dstack([multiplied, alpha]), {"photometric": "rgb", "extrasamples": ["assocalpha"]}),
        "a fourth sample that is no alpha": (
            deep,
            np.dstack([deep, alpha]),
            {"photometric": "rgb", "extrasamples": ["unspecified"]},
        ),
        "32 bit": (three, grey.astype(np.uint32) * 65537, {"photometric": "minisblack"}),
        "BigTIFF": (deep, deep, {"photometric": "rgb", "bigtiff": True}),
    }


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("name", list(tiff_variants()))
def test_every_way_of_storing_a_tiff_gives_the_pixels_meant(tmp_path: Path, name: str, order: str) -> None:
    meant, samples, options = tiff_variants()[name]
    tifffile.imwrite(tmp_path / "rain.tif", samples, byteorder=order, **options)
    image, _ = read(tmp_path / "rain.tif")
    assert image.pixels.dtype == meant.dtype
    assert np.abs(image.pixels.astype(int) - meant).max() <= (3 if name == "associated alpha" else 0)
    assert (image.alpha is not None) == (name == "associated alpha")
