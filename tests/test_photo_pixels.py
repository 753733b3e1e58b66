"""Pixels as the file means them: floats whose white is found, channels in their places, the right page, and nothing made up."""

import io
import struct
from pathlib import Path

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from photo_files import jpeg_bytes, jpeg_with, picture, read
from PIL import Image as Pillow

from rainapp.base.errors import UnreadableFile
from rainapp.media.photo.photo_file import PhotoSource

FLOATS = ("f2", "f4", "f8")
ALPHA = np.linspace(0.1, 1, 37 * 51, dtype=np.float32).reshape(37, 51)


def light() -> NDArray[np.float32]:
    return picture().astype(np.float32) / 255


def seen(path: Path) -> NDArray[np.float64]:
    image, _ = read(path)
    return image.pixels / image.peak


@pytest.mark.parametrize("kind", FLOATS)
@pytest.mark.parametrize("lights", ["none", "one pixel just over white", "a sky six times as bright"])
def test_white_of_a_float_picture_is_told_by_its_bulk(tmp_path: Path, kind: str, lights: str) -> None:
    scene = light()
    if lights.startswith("one"):
        scene[3, 4] = 1.01
    elif lights.startswith("a sky"):
        scene[:12] = 6
    tifffile.imwrite(tmp_path / "scene.tif", scene.astype(kind), photometric="rgb")
    assert np.abs(seen(tmp_path / "scene.tif") - np.clip(scene, 0, 1)).max() < 1e-3
    assert ("Values brighter than white were clipped." in read(tmp_path / "scene.tif")[1].notes) == (lights != "none")


@pytest.mark.parametrize("white", [255, 65535])
def test_a_float_picture_of_converted_whole_numbers_keeps_its_white(tmp_path: Path, white: int) -> None:
    scene = light() * white
    tifffile.imwrite(tmp_path / "scene.tif", scene, photometric="rgb")
    assert np.abs(seen(tmp_path / "scene.tif") - light()).max() < 1e-4
    mask = np.where(light()[..., 0] > 0.6, np.float32(white), 0)
    tifffile.imwrite(tmp_path / "mask.tif", mask.astype(np.float32), photometric="minisblack")
    assert set(np.unique(seen(tmp_path / "mask.tif"))) == {0.0, 1.0}


@pytest.mark.parametrize("kind", FLOATS)
@pytest.mark.parametrize("planes", [False, True])
def test_colours_and_alpha_of_floats_stay_in_their_places(tmp_path: Path, kind: str, planes: bool) -> None:
    samples = np.dstack([light(), ALPHA]).astype(kind)
    stored = np.ascontiguousarray(np.moveaxis(samples, 2, 0)) if planes else samples
    tifffile.imwrite(
        tmp_path / "scene.tif", stored, photometric="rgb", extrasamples=["unassalpha"],
        planarconfig="separate" if planes else "contig",
    )  # fmt: skip
    image, facts = read(tmp_path / "scene.tif")
    assert facts.has_alpha
    assert image.alpha is not None
    assert np.abs(image.pixels / 65535 - light()).max() < 1e-3
    assert np.abs(image.alpha / 65535 - ALPHA).max() < 1e-3


def test_floats_multiplied_with_alpha_are_divided_by_it(tmp_path: Path) -> None:
    multiplied = np.dstack([light() * ALPHA[..., None], ALPHA])
    tifffile.imwrite(tmp_path / "scene.tif", multiplied, photometric="rgb", extrasamples=["assocalpha"])
    assert np.abs(seen(tmp_path / "scene.tif") - light()).max() < 1e-4


@pytest.mark.parametrize("kind", FLOATS)
def test_planes_of_floats_are_read_like_pixels_of_floats(tmp_path: Path, kind: str) -> None:
    planes = np.ascontiguousarray(np.moveaxis(light().astype(kind), 2, 0))
    for name, options in (("plain", {}), ("packed", {"compression": "zlib"})):
        tifffile.imwrite(tmp_path / f"{name}.tif", planes, photometric="rgb", planarconfig="separate", **options)
        assert np.abs(seen(tmp_path / f"{name}.tif") - light()).max() < 1e-3


def bare_tiff(samples: NDArray[np.generic], bits: int, photometric: int) -> bytes:
    """An uncompressed TIFF of one strip by hand; `samples` of fewer than 8 bits are packed, rows padded to bytes."""
    height, width = samples.shape[:2]
    if bits < 8:
        spread = (samples[..., None] >> np.arange(bits - 1, -1, -1, dtype=np.uint8)) & 1
        raw = np.packbits(spread.reshape(height, -1).astype(np.uint8), axis=1).tobytes()
    else:
        raw = samples.astype(samples.dtype.newbyteorder("<")).tobytes()
    each = 1 if samples.ndim == 2 else samples.shape[2]
    values = {256: width, 257: height, 258: bits, 259: 1, 262: photometric, 273: 0, 277: each, 278: height, 279: len(raw)}
    values[273] = 8 + 2 + 12 * len(values) + 4
    directory = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in values.items())
    return b"II*\0" + struct.pack("<IH", 8, len(values)) + directory + bytes(4) + raw


@pytest.mark.parametrize("bits", [1, 2, 4, 8, 16, 32])
@pytest.mark.parametrize("zero", ["black", "white"])
def test_zero_is_white_or_black_as_the_file_says(tmp_path: Path, bits: int, zero: str) -> None:
    peak = (1 << bits) - 1
    meant = np.round(light()[..., 1].astype(np.float64) * peak).astype(np.uint64)
    stored = (peak - meant if zero == "white" else meant).astype(f"u{max(bits, 8) // 8}")
    (tmp_path / "grey.tif").write_bytes(bare_tiff(stored, bits, 0 if zero == "white" else 1))
    assert np.abs(seen(tmp_path / "grey.tif")[..., 0] - meant / peak).max() < 1e-4


@pytest.mark.parametrize("kind", ["u1", "u2", "u4", "f4"])
def test_zero_is_white_beside_transparency_too(tmp_path: Path, kind: str) -> None:
    peak = 1 if kind == "f4" else np.iinfo(kind).max
    grey, alpha = ((peak * part.astype(np.float64)).astype(kind) for part in (light()[..., 1], ALPHA))
    tifffile.imwrite(
        tmp_path / "grey.tif", np.dstack([peak - grey, alpha]).astype(kind),
        photometric="miniswhite", extrasamples=["unassalpha"], planarconfig="contig",
    )  # fmt: skip
    image, _ = read(tmp_path / "grey.tif")
    assert image.alpha is not None
    assert np.abs(image.pixels[..., 0] / image.peak - light()[..., 1]).max() < 1 / 250
    assert np.abs(image.alpha / image.peak - ALPHA).max() < 1 / 250


def test_zero_is_white_in_floats(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "grey.tif", 1 - light()[..., 1], photometric="miniswhite")
    assert np.abs(seen(tmp_path / "grey.tif")[..., 1] - light()[..., 1]).max() < 1e-4


@pytest.mark.parametrize("kind", ["u1", "u2", "u4", "f4"])
@pytest.mark.parametrize("tag", ["unspecified", None])
def test_a_fourth_sample_of_unstated_meaning_is_told(tmp_path: Path, kind: str, tag: str | None) -> None:
    peak = 1 if kind == "f4" else np.iinfo(kind).max
    samples = (peak * np.dstack([light(), ALPHA]).astype(np.float64)).astype(kind)
    tifffile.imwrite(tmp_path / "four.tif", samples, photometric="rgb", extrasamples=["unspecified"], planarconfig="contig")
    if tag is None:  # another program's number instead of that of ExtraSamples
        stored = (tmp_path / "four.tif").read_bytes()
        assert stored.count(struct.pack("<HH", 338, 3)) == 1
        (tmp_path / "four.tif").write_bytes(stored.replace(struct.pack("<HH", 338, 3), struct.pack("<HH", 341, 3)))
    image, facts = read(tmp_path / "four.tif")
    assert np.abs(image.pixels / image.peak - light()).max() < 1 / 250
    assert image.alpha is None
    assert sum("further channel" in note for note in facts.notes) == 1


@pytest.mark.parametrize("place", [3, 4])
def test_alpha_is_found_among_further_channels(tmp_path: Path, place: int) -> None:
    alpha = (ALPHA * 65535).astype(np.uint16)
    extra = [alpha, picture(wide=True)[..., 0]]
    kinds = ["unassalpha", "unspecified"]
    if place == 4:
        extra, kinds = extra[::-1], kinds[::-1]
    five = np.dstack([picture(wide=True), *extra])
    tifffile.imwrite(tmp_path / "five.tif", five, photometric="rgb", extrasamples=kinds, planarconfig="contig")
    image, facts = read(tmp_path / "five.tif")
    assert np.array_equal(image.pixels, picture(wide=True))
    assert np.array_equal(image.alpha, alpha)
    assert sum("further channel" in note for note in facts.notes) == 1


@pytest.mark.parametrize("colours", [3, 1])
@pytest.mark.parametrize("scale", [-1.0, 1.0, -2.5])
def test_a_pfm_is_read_whatever_its_byte_order_and_scale(tmp_path: Path, colours: int, scale: float) -> None:
    scene = light() if colours == 3 else light()[..., 1]
    scene = np.where(scene == scene.max(), np.float32(1.2), scene)
    head = b"%s\n51 37\n%g\n" % (b"PF" if colours == 3 else b"Pf", scale)
    data = head + scene[::-1].astype("<f4" if scale < 0 else ">f4").tobytes()
    (tmp_path / "scene.pfm").write_bytes(data)
    expected = np.clip(scene if colours == 3 else np.dstack([scene] * 3), 0, 1)
    assert np.abs(seen(tmp_path / "scene.pfm") - expected).max() < 1e-4
    assert PhotoSource(tmp_path / "scene.pfm").info.grey == (colours == 1)
    (tmp_path / "cut.pfm").write_bytes(data[:-4])
    with pytest.raises(UnreadableFile, match="cut off"):
        read(tmp_path / "cut.pfm")


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("kind", [1, 4, 5])
def test_a_small_copy_or_a_mask_before_the_picture_is_passed_over(tmp_path: Path, order: str, big: bool, kind: int) -> None:
    with tifffile.TiffWriter(tmp_path / "pages.tif", byteorder=order, bigtiff=big) as pages:
        aside = picture(9, 16)[..., 0] > 128 if kind & 4 else picture(9, 16)
        pages.write(aside, photometric="minisblack" if kind & 4 else "rgb", subfiletype=kind, metadata=None)
        pages.write(picture(seed=2), photometric="rgb", metadata=None)
    image, facts = read(tmp_path / "pages.tif")
    assert np.array_equal(image.pixels, picture(seed=2))
    assert (facts.width, facts.height) == (51, 37)
    assert facts.notes == ("The smaller copy or mask of the picture in the file is left out.",)


def test_of_several_pictures_the_first_is_used_and_a_lone_copy_too(tmp_path: Path) -> None:
    with tifffile.TiffWriter(tmp_path / "pages.tif") as pages:
        pages.write(picture(9, 12), photometric="rgb", subfiletype=1, metadata=None)
        pages.write(picture(seed=2), photometric="rgb", metadata=None)
        pages.write(picture(seed=3), photometric="rgb", metadata=None)
    image, facts = read(tmp_path / "pages.tif")
    assert np.array_equal(image.pixels, picture(seed=2))
    assert facts.notes[0] == "Only the first page is used."
    tifffile.imwrite(tmp_path / "copy.tif", picture(9, 12), photometric="rgb", subfiletype=1, metadata=None)
    alone, facts = read(tmp_path / "copy.tif")
    assert np.array_equal(alone.pixels, picture(9, 12))
    assert facts.notes == ()


def test_a_small_copy_by_the_older_tag_is_passed_over(tmp_path: Path) -> None:
    with tifffile.TiffWriter(tmp_path / "pages.tif") as pages:
        pages.write(picture(9, 12), photometric="rgb", metadata=None, extratags=[(255, 3, 1, 2, True)])
        pages.write(picture(seed=2), photometric="rgb", metadata=None)
    assert np.array_equal(read(tmp_path / "pages.tif")[0].pixels, picture(seed=2))


JPEGS: dict[str, dict[str, object]] = {
    "baseline": {},
    "progressive": {"progressive": True},
    "restarts": {"restart_marker_blocks": 4},
    "grey": {},
    "inks": {},
}


def noisy_jpeg(kind: str) -> bytes:
    mode = {"grey": "L", "inks": "CMYK"}.get(kind, "RGB")
    held = io.BytesIO()
    Pillow.fromarray(picture(90, 120)).convert(mode).save(held, "JPEG", quality=92, **JPEGS[kind])
    return held.getvalue()


@pytest.mark.parametrize("kind", list(JPEGS))
@pytest.mark.parametrize("lost", [2, 1])
def test_a_jpeg_that_lacks_only_its_end_is_read_whole(tmp_path: Path, kind: str, lost: int) -> None:
    whole = noisy_jpeg(kind)
    (tmp_path / "whole.jpg").write_bytes(whole)
    (tmp_path / "open.jpg").write_bytes(whole[:-lost])
    image, facts = read(tmp_path / "open.jpg")
    assert np.array_equal(image.pixels, read(tmp_path / "whole.jpg")[0].pixels)
    assert any("end marker" in note for note in facts.notes)


@pytest.mark.parametrize("kind", list(JPEGS))
@pytest.mark.parametrize("lost", [4, 6, 40, 400])
@pytest.mark.parametrize("filler", [0, 4096])
def test_a_jpeg_that_lacks_pixels_is_refused(tmp_path: Path, kind: str, lost: int, filler: int) -> None:
    (tmp_path / "cut.jpg").write_bytes(noisy_jpeg(kind)[:-lost] + bytes(filler))
    with pytest.raises(UnreadableFile, match="cut off"):
        read(tmp_path / "cut.jpg")


def test_a_progressive_jpeg_that_lacks_its_last_scans_is_refused(tmp_path: Path) -> None:
    whole = noisy_jpeg("progressive")
    (tmp_path / "cut.jpg").write_bytes(whole[: whole.rindex(b"\xff\xda")])
    with pytest.raises(UnreadableFile, match="cut off"):
        read(tmp_path / "cut.jpg")


@pytest.mark.parametrize("ends", [True, False])
def test_a_jpeg_of_12_bits_is_refused_by_name_of_the_reason(tmp_path: Path, ends: bool) -> None:
    eight = jpeg_with(jpeg_bytes(picture()))
    at = eight.index(b"\xff\xc0")
    twelve = eight[: at + 1] + b"\xc1" + eight[at + 2 : at + 4] + b"\x0c" + eight[at + 5 :]
    (tmp_path / "deep.jpg").write_bytes(twelve if ends else twelve[:-2])
    with pytest.raises(UnreadableFile, match="12 bits") as refused:
        PhotoSource(tmp_path / "deep.jpg")
    assert "TIFF" in refused.value.hint
