"""Colours stated by code points, gamma or chromaticities come through: stated again, as a profile, or converted in words."""

import io
import struct
from pathlib import Path

import cv2
import numpy as np
import pillow_heif
import pytest
from numpy.typing import NDArray
from photo_files import XMP, picture, png_bytes, read, rewrite
from PIL import Image as Pillow
from PIL import ImageCms

from rainapp.jobs.records import Output
from rainapp.media.photo import png
from rainapp.media.photo.photo_file import PhotoSource

HOLDING, OTHERS = [".png", ".avif", ".heic"], [".jpg", ".tif", ".webp", ".bmp"]
P3, PQ, HLG = (12, 13), (9, 16), (9, 18)
CHRM_P3 = struct.pack(">8I", *(31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000))


def flat(*colour: int, wide: bool = False) -> NDArray[np.generic]:
    return np.full((32, 48, 3), colour, np.uint16 if wide else np.uint8)


def stating(path: Path, pixels: NDArray[np.generic], primaries: int, transfer: int) -> Path:
    """A photo that states code points and has no profile; 16-bit pixels are coded in 12 bit where the format has no more."""
    wide = pixels.dtype == np.uint16
    if path.suffix == ".png":
        chunk = (b"cICP", bytes((primaries, transfer, 0, 1)))
        path.write_bytes(png_bytes(pixels, 16 if wide else 8, 0 if pixels.ndim == 2 else 2, chunk))
    elif path.suffix == ".heic":
        points = {"color_primaries": primaries, "transfer_characteristics": transfer, "matrix_coefficients": 6}
        mode = "RGB;16" if wide else "RGB"
        pillow_heif.encode(
            mode, pixels.shape[1::-1], pixels.tobytes(), path, quality=-1, chroma=444, bit_depth=12 if wide else 8, **points
        )
    else:
        held = io.BytesIO()
        if wide:
            options = [cv2.IMWRITE_AVIF_DEPTH, 12, cv2.IMWRITE_AVIF_QUALITY, 100]
            held.write(cv2.imencode(".avif", pixels[..., ::-1] >> 4, options)[1].tobytes())
        else:
            Pillow.fromarray(pixels).save(held, "AVIF", quality=100, subsampling="4:4:4")
        coded = held.getvalue()
        assert coded.count(b"nclx") == 1
        at = coded.index(b"nclx") + 4
        path.write_bytes(coded[:at] + struct.pack(">HH", primaries, transfer) + coded[at + 4 :])
    return path


def stated(path: Path) -> tuple[int, int] | None:
    """What a file states, told by libheif or by a search for the chunk."""
    if path.suffix == ".png":
        data = path.read_bytes()
        at = data.find(b"cICP")
        return (data[at + 4], data[at + 5]) if at > 0 else None
    points = pillow_heif.open_heif(path).info["nclx_profile"]
    return points["color_primaries"], points["transfer_characteristics"]


def on_srgb(path: Path) -> NDArray[np.uint8]:
    """The middle pixel as Little CMS converts it to sRGB through the profile in the file."""
    image, _ = read(path)
    icc = PhotoSource(path).header.meta.icc
    assert icc is not None
    eight = image.pixels if image.pixels.dtype == np.uint8 else np.round(image.pixels / 257).astype(np.uint8)
    held = Pillow.fromarray(eight[16:17, 24:25].copy())
    mode = "L" if icc[16:20] == b"GRAY" else "RGB"
    profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
    shown = ImageCms.profileToProfile(held.convert(mode), profile, ImageCms.createProfile("sRGB"), outputMode="RGB")
    assert shown is not None
    return np.asarray(shown)[0, 0]


@pytest.mark.parametrize("metadata", ["keep", "strip"])
@pytest.mark.parametrize("points", [P3, PQ, HLG])
@pytest.mark.parametrize("target", HOLDING)
@pytest.mark.parametrize("source", HOLDING)
def test_code_points_are_stated_again_where_the_format_can(
    tmp_path: Path, source: str, target: str, points: tuple[int, int], metadata: str
) -> None:
    pixels = picture(32, 48, wide=points != P3)
    path = stating(tmp_path / f"rain{source}", pixels, *points)
    notes = rewrite(path, tmp_path / f"dry{target}", Output(metadata=metadata))  # type: ignore[arg-type]
    assert stated(tmp_path / f"dry{target}") == points
    assert not any("differ" in note or "HDR" in note for note in notes)
    after, before = read(tmp_path / f"dry{target}")[0], read(path)[0]
    assert np.abs(after.pixels / after.peak - before.pixels / before.peak).mean() < 0.02
    assert PhotoSource(tmp_path / f"dry{target}").header.meta.icc is None


@pytest.mark.parametrize("target", OTHERS)
@pytest.mark.parametrize("source", HOLDING)
def test_a_wide_gamut_becomes_a_profile_where_the_format_states_none(tmp_path: Path, source: str, target: str) -> None:
    path = stating(tmp_path / f"rain{source}", flat(200, 100, 50), *P3)
    rewrite(path, tmp_path / f"dry{target}")
    # Display P3 (200, 100, 50) in sRGB, by the published matrix from P3 to sRGB on linear light.
    assert np.abs(on_srgb(tmp_path / f"dry{target}").astype(int) - (215, 93, 31)).max() <= 4


@pytest.mark.parametrize("target", OTHERS)
@pytest.mark.parametrize(("transfer", "code", "light"), [(16, 0.5081, 100 / 203), (18, 0.5, (1 / 12) ** 1.2 * 1000 / 203)])
def test_hdr_is_brought_to_usual_screens_in_words(
    tmp_path: Path, target: str, transfer: int, code: float, light: float
) -> None:
    """100 cd/m2 in PQ, and half of HLG's range: below the knee, where light stays as it is."""
    grey = round(code * 65535)
    path = stating(tmp_path / "rain.png", flat(grey, grey, grey, wide=True), 9, transfer)
    notes = rewrite(path, tmp_path / f"dry{target}")
    assert sum("HDR" in note for note in notes) == 1
    expected = 255 * (1.055 * light ** (1 / 2.4) - 0.055)
    assert np.abs(on_srgb(tmp_path / f"dry{target}") - expected).max() <= 2
    seen, _ = read(tmp_path / f"dry{target}")
    assert abs(float(seen.pixels[16, 24].mean()) / seen.peak * 255 - expected) <= 2  # right without colour management too


def test_brighter_stays_brighter_when_hdr_is_brought_to_usual_screens(tmp_path: Path) -> None:
    ramp = np.repeat(np.repeat(np.linspace(0, 48000, 96).astype(np.uint16)[None, :, None], 32, axis=0), 3, axis=2)
    rewrite(stating(tmp_path / "rain.png", ramp, *PQ), tmp_path / "dry.tif")
    row = read(tmp_path / "dry.tif")[0].pixels[16, :, 1].astype(int)
    assert (np.diff(row) >= 0).all()
    assert len(set(row.tolist())) > 80


def test_a_statement_that_means_srgb_adds_no_profile(tmp_path: Path) -> None:
    for suffix, points in ((".png", (1, 13)), (".avif", (1, 1)), (".heic", (6, 6)), (".avif", (2, 2))):
        path = stating(tmp_path / f"rain{suffix}", flat(9, 90, 200), *points)
        assert rewrite(path, tmp_path / "dry.jpg") == ()
        assert PhotoSource(tmp_path / "dry.jpg").header.meta.icc is None


def test_a_statement_that_no_profile_holds_is_told(tmp_path: Path) -> None:
    path = stating(tmp_path / "rain.avif", flat(9, 90, 200), 10, 17)
    assert any("colours" in note for note in rewrite(path, tmp_path / "dry.jpg"))
    assert not any("colours" in note for note in rewrite(path, tmp_path / "dry.avif"))


@pytest.mark.parametrize("target", [*OTHERS, ".avif", ".heic"])
def test_gamma_and_chromaticities_of_a_png_become_a_profile(tmp_path: Path, target: str) -> None:
    wide = (b"gAMA", (45455).to_bytes(4, "big")), (b"cHRM", CHRM_P3)
    linear = ((b"gAMA", (100000).to_bytes(4, "big")),)
    for chunks, expected in ((wide, (215, 93, 31)), (linear, (229, 168, 122))):
        (tmp_path / "rain.png").write_bytes(png_bytes(flat(200, 100, 50), 8, 2, *chunks))
        rewrite(tmp_path / "rain.png", tmp_path / f"dry{target}", Output(if_exists="overwrite"))
        assert np.abs(on_srgb(tmp_path / f"dry{target}").astype(int) - expected).max() <= 4


@pytest.mark.parametrize("target", [".jpg", ".tif", ".webp"])
def test_the_gamma_of_a_grey_png_becomes_a_profile(tmp_path: Path, target: str) -> None:
    grey = np.full((32, 48), 64, np.uint8)
    (tmp_path / "rain.png").write_bytes(png_bytes(grey, 8, 0, (b"gAMA", (100000).to_bytes(4, "big"))))
    rewrite(tmp_path / "rain.png", tmp_path / f"dry{target}")
    assert np.abs(on_srgb(tmp_path / f"dry{target}").astype(int) - 137).max() <= 2


@pytest.mark.parametrize("metadata", ["keep", "strip"])
def test_gamma_and_chromaticities_stay_in_a_png(tmp_path: Path, metadata: str) -> None:
    chunks = (b"gAMA", (100000).to_bytes(4, "big")), (b"cHRM", CHRM_P3)
    (tmp_path / "rain.png").write_bytes(png_bytes(picture(), 8, 2, *chunks))
    rewrite(tmp_path / "rain.png", tmp_path / "dry.png", Output(metadata=metadata))  # type: ignore[arg-type]
    data = (tmp_path / "dry.png").read_bytes()
    found = {kind: data[at : at + size] for kind, at, size in png.chunks(data)}
    assert all(found[kind] == body for kind, body in chunks)
    assert b"iCCP" not in found


def test_gamma_and_chromaticities_that_make_no_sense_are_passed_over(tmp_path: Path) -> None:
    for gamma, corners in ((0, CHRM_P3), (45455, bytes(32)), (45455, b"\xff" * 32), (45455, CHRM_P3[:5])):
        chunks = (b"gAMA", gamma.to_bytes(4, "big")), (b"cHRM", corners)
        (tmp_path / "rain.png").write_bytes(png_bytes(picture(), 8, 2, *chunks))
        rewrite(tmp_path / "rain.png", tmp_path / "dry.jpg", Output(if_exists="overwrite"))
        assert read(tmp_path / "dry.jpg")[0].width == 51


def test_what_is_shown_of_a_wide_gamut_has_its_profile(tmp_path: Path) -> None:
    image, _ = read(stating(tmp_path / "rain.avif", flat(200, 100, 50), *P3))
    assert image.colour.icc is not None
    assert (image.colour.primaries, image.colour.transfer) == P3


def test_a_profile_in_the_file_counts_before_gamma(tmp_path: Path) -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    held = io.BytesIO()
    Pillow.fromarray(picture()).save(held, "PNG", icc_profile=srgb)
    data = held.getvalue()
    gamma = struct.pack(">I", 4) + b"gAMA" + (100000).to_bytes(4, "big") + bytes(4)
    (tmp_path / "rain.png").write_bytes(data[:33] + gamma + data[33:])
    assert read(tmp_path / "rain.png")[0].colour.icc == srgb


def test_the_brightness_that_hdr_says_of_itself_stays_or_is_told(tmp_path: Path) -> None:
    light = (b"cLLI", struct.pack(">II", 506 * 10_000, 269 * 10_000))
    deep = picture(32, 48, wide=True)
    (tmp_path / "rain.png").write_bytes(png_bytes(deep, 16, 2, (b"cICP", bytes((9, 16, 0, 1))), light))

    def told(target: str, source: str = "rain.png") -> bool:
        return any("MaxCLL" in note for note in rewrite(tmp_path / source, tmp_path / target))

    assert not told("dry.heic")
    assert pillow_heif.open_heif(tmp_path / "dry.heic").info["content_light_level"] == {
        "max_content_light_level": 506,
        "max_pic_average_light_level": 269,
    }
    assert not told("again.heic", "dry.heic")
    assert not told("again.png", "again.heic")
    assert light[0] + light[1] in (tmp_path / "again.png").read_bytes()
    assert told("dry.avif")
    assert not told("dry.jpg")
    mastered = (b"mDCV", bytes(24))
    (tmp_path / "made.png").write_bytes(png_bytes(deep, 16, 2, (b"cICP", bytes((9, 16, 0, 1))), mastered))
    assert told("made.heic", "made.png")
    assert not told("dry.png", "made.png")


@pytest.mark.parametrize(("quality", "told"), [(100, False), (90, True)])
def test_colours_stored_at_half_the_resolution_are_told(tmp_path: Path, quality: int, told: bool) -> None:
    path = stating(tmp_path / "rain.avif", picture(32, 48, wide=True), *PQ)
    assert pillow_heif.open_heif(path).info["chroma"] == 444
    notes = rewrite(path, tmp_path / "dry.avif", Output(quality=quality))
    assert (pillow_heif.open_heif(tmp_path / "dry.avif").info["chroma"] == 420) == told
    assert any("4:2:0" in note for note in notes) == told


def adobe_exif(space: int, index: bytes) -> bytes:
    """EXIF that names a colour space by its number and by DCF's index."""
    block = b"II*\0\x08\0\0\0" + struct.pack("<HHHII", 1, 0x8769, 4, 1, 26) + bytes(4)
    block += struct.pack("<HHHIHH", 2, 0xA001, 3, 1, space, 0) + struct.pack("<HHII", 0xA005, 4, 1, 56) + bytes(4)
    return block + struct.pack("<HHHI4s", 1, 1, 2, 4, index + b"\0") + bytes(4)


@pytest.mark.parametrize(("space", "index", "wide"), [(2, b"R98", True), (0xFFFF, b"R03", True), (1, b"R98", False)])
def test_adobe_rgb_that_only_exif_names_becomes_a_profile(tmp_path: Path, space: int, index: bytes, wide: bool) -> None:
    pixels = flat(100, 200, 50)
    Pillow.fromarray(pixels).save(tmp_path / "rain.jpg", quality=98, subsampling=0, exif=b"Exif\0\0" + adobe_exif(space, index))
    rewrite(tmp_path / "rain.jpg", tmp_path / "dry.jpg")
    kept = PhotoSource(tmp_path / "dry.jpg").header
    assert kept.meta.icc is None  # EXIF is there and says so
    assert kept.meta.exif == adobe_exif(space, index)
    for target, metadata in (("dry.png", "keep"), ("dry.avif", "keep"), ("bare.jpg", "strip")):
        rewrite(tmp_path / "rain.jpg", tmp_path / target, Output(metadata=metadata))  # type: ignore[arg-type]
        assert (PhotoSource(tmp_path / target).header.meta.icc is not None) == wide
        if wide:  # linear blue: -0.0429 * 0.586 + 1.0429 * 0.028, by the matrix from Adobe RGB to sRGB; red is beyond sRGB
            assert np.abs(on_srgb(tmp_path / target).astype(int) - (0, 201, 12)).max() <= 5


@pytest.mark.parametrize("wide", [False, True])
def test_a_text_with_the_letters_of_a_colour_box_stays_as_it_is(tmp_path: Path, wide: bool) -> None:
    """They may stand in a caption, before and behind the pixels."""
    words = XMP.replace(b'Headline="Rain', b'Headline="colrnclxRain colrnclx    ')
    assert words != XMP
    if wide:
        kinds, texts = [cv2.IMAGE_METADATA_XMP], [np.frombuffer(words, np.uint8)]
        pixels, options = np.full((32, 48, 3), 2000, np.uint16), [cv2.IMWRITE_AVIF_DEPTH, 12]
        coded = cv2.imencodeWithMetadata(".avif", pixels, kinds, texts, options)[1].tobytes()
    else:
        made = io.BytesIO()
        Pillow.fromarray(picture()).save(made, "AVIF", xmp=words)
        coded = made.getvalue()
    source = tmp_path / "words.avif"
    at = next(found for found in _places(coded, b"colrnclx") if coded[found + 8 : found + 12] not in (b"Rain", b"    "))
    source.write_bytes(coded[: at + 8] + struct.pack(">HH", *P3) + coded[at + 12 :])
    rewrite(source, tmp_path / "dry.avif")
    assert stated(tmp_path / "dry.avif") == P3
    assert PhotoSource(tmp_path / "dry.avif").header.meta.xmp == words


def _places(data: bytes, word: bytes) -> list[int]:
    return [at for at in range(len(data)) if data[at : at + len(word)] == word]
