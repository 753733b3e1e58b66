"""What is no photo, is damaged, or would eat the memory is refused in words, before a decoder sees its pixels."""

import io
import os
import struct
import zlib
from pathlib import Path

import psutil
import pytest
import tifffile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from photo_files import chunk, exif_block, full_jpeg, jpeg_bytes, picture, png_bytes, read, write_source
from PIL import Image as Pillow

from rainapp.base.errors import RainError, UnreadableFile
from rainapp.media import open_source
from rainapp.media.photo.photo_file import PhotoSource, read_reduced
from rainapp.media.photo_header import default_budget_mb
from rainapp.media.sniff import sniff


def refused(path: Path) -> UnreadableFile:
    """The refusal of `path`, which must name the file, say what is wrong in a sentence, and leave no pixels behind."""
    with pytest.raises(UnreadableFile) as caught:
        read(path)
    assert path.name in caught.value.message
    assert caught.value.message.endswith(".")
    assert len(caught.value.message) < 250
    assert caught.value.path == path
    return caught.value


DISGUISED = {
    "web page": b"<!DOCTYPE html><html><body>404</body></html>",
    "script": b"#!/bin/sh\nrm -rf /\n",
    "text": "Grüße aus dem Regen\n".encode() * 20,
    "program": b"MZ\x90\0\3" + bytes(200),
    "ZIP": b"PK\x03\x04" + bytes(100),
    "PDF": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
    "PostScript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
    "drawing": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
    "playlist": b"ffconcat version 1.0\nfile /etc/passwd\n",
    "camera raw": b"FUJIFILMCCD-RAW 0201" + bytes(100),
}


@pytest.mark.parametrize("words", list(DISGUISED))
def test_what_is_disguised_as_a_photo_is_refused_and_named(tmp_path: Path, words: str) -> None:
    for name in ("photo.jpg", "clip.mp4"):
        path = tmp_path / name
        path.write_bytes(DISGUISED[words])
        assert words in refused(path).message


def test_a_playlist_under_a_clips_name_is_neither(tmp_path: Path) -> None:
    for body in (b"#EXTM3U\n/etc/passwd\n", b"\xef\xbb\xbfffconcat version 1.0\n"):
        (tmp_path / "clip.mp4").write_bytes(body)
        assert "playlist" in refused(tmp_path / "clip.mp4").message


def test_what_is_not_there_or_empty_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.jpg").touch()
    assert "empty" in refused(tmp_path / "empty.jpg").message
    assert "does not exist" in refused(tmp_path / "none.jpg").message
    (tmp_path / "folder.jpg").mkdir()
    assert "folder" in refused(tmp_path / "folder.jpg").message


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="a superuser may read everything")
def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.jpg").write_bytes(jpeg_bytes(picture()))
    (tmp_path / "secret.jpg").chmod(0)
    assert "may not be read" in refused(tmp_path / "secret.jpg").message


def test_a_raw_file_that_is_a_tiff_is_not_shown_as_its_thumbnail(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "raw.tif", picture(), photometric="rgb", extratags=[(50706, 1, 4, bytes((1, 4, 0, 0)), True)])
    assert "raw" in refused(tmp_path / "raw.tif").message


def png_header(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")


def huge_headers() -> dict[str, bytes]:
    """Files of some hundred bytes whose headers claim thousands of megapixels."""
    jpeg = bytearray(jpeg_bytes(picture(8, 8)))
    at = jpeg.find(b"\xff\xc0")
    jpeg[at + 5 : at + 9] = struct.pack(">HH", 65000, 65000)
    webp = b"VP8X" + struct.pack("<I", 10) + bytes(4) + (16_000_000).to_bytes(3, "little") + (16_000_000).to_bytes(3, "little")
    bmp = struct.pack("<2sIIIIiiHHIIiiII", b"BM", 54, 0, 54, 40, 65000, 65000, 1, 24, 0, 0, 0, 0, 0, 0)
    held = io.BytesIO()
    tifffile.imwrite(held, picture(8, 8), photometric="rgb")
    tiff = bytearray(held.getvalue())
    first = struct.unpack_from("<I", tiff, 4)[0]
    for entry in range(struct.unpack_from("<H", tiff, first)[0]):
        at = first + 2 + 12 * entry
        if struct.unpack_from("<H", tiff, at)[0] in (256, 257):
            struct.pack_into("<HII", tiff, at + 2, 4, 1, 100_000)
    gif = b"GIF89a" + struct.pack("<HH", 65535, 65535) + bytes(3) + b"\x2c" + bytes(20)
    return {
        "bomb.png": png_header(100_000, 100_000),
        "bomb.jpg": bytes(jpeg),
        "bomb.webp": b"RIFF" + struct.pack("<I", 4 + len(webp)) + b"WEBP" + webp,
        "bomb.bmp": bmp,
        "bomb.tif": bytes(tiff),
        "bomb.gif": gif,
        "bomb.ppm": b"P6\n100000 100000\n255\n",
        "bomb.qoi": b"qoif" + struct.pack(">IIBB", 100_000, 100_000, 3, 0) + bytes(100),
    }


@pytest.mark.parametrize("name", list(huge_headers()))
def test_a_bomb_is_refused_from_its_header(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(huge_headers()[name])
    process = psutil.Process()
    before = process.memory_info().rss
    refused(tmp_path / name)
    assert process.memory_info().rss - before < 50e6


def test_the_budget_is_computed_from_the_header(tmp_path: Path) -> None:
    write_source(tmp_path / "photo.png", picture(1000, 1000))
    with pytest.raises(UnreadableFile, match="1 megapixels.*GB"):
        open_source(tmp_path / "photo.png", budget_mb=5)
    with open_source(tmp_path / "photo.png", budget_mb=6) as source:
        assert source.info.width == 1000
    write_source(tmp_path / "deep.png", picture(1000, 1000, wide=True))
    with pytest.raises(UnreadableFile):
        open_source(tmp_path / "deep.png", budget_mb=6)


def test_the_usual_budget_lets_a_true_photo_of_200_megapixels_in(tmp_path: Path) -> None:
    assert default_budget_mb() >= 200 * 2 * 4 * 2
    body = png_header(12240, 16320) + bytes(2_400_000)  # as large as such a photo is in HEIC
    (tmp_path / "photo.png").write_bytes(body)
    assert PhotoSource(tmp_path / "photo.png").info.width == 12240


def test_megapixels_in_a_few_bytes_are_no_photo(tmp_path: Path) -> None:
    (tmp_path / "dense.png").write_bytes(png_header(17000, 17000))
    assert "no photo" in refused(tmp_path / "dense.png").message


def test_a_chunk_that_claims_gigabytes_allocates_none(tmp_path: Path) -> None:
    body = bytearray(png_bytes(picture(), 8, 2))
    at = body.find(b"IDAT")
    body[at - 4 : at] = struct.pack(">I", 3_900_000_000)
    (tmp_path / "claim.png").write_bytes(body)
    process = psutil.Process()
    before = process.memory_info().rss
    assert read(tmp_path / "claim.png")[0].width == 51  # all pixels are there
    assert process.memory_info().rss - before < 50e6


def test_a_text_that_unpacks_to_megabytes_is_refused(tmp_path: Path) -> None:
    packed = zlib.compress(bytes(40_000_000), 9)
    for kind, body in ((b"zTXt", b"a\0\0" + packed), (b"iTXt", b"a\0\1\0\0\0" + packed), (b"iCCP", b"a\0\0" + packed)):
        (tmp_path / "text.png").write_bytes(png_bytes(picture(), 8, 2, (kind, body)))
        assert "text" in refused(tmp_path / "text.png").message


def test_texts_without_end_are_refused(tmp_path: Path) -> None:
    packed = zlib.compress(bytes(10_000_000), 9)
    (tmp_path / "many.png").write_bytes(png_bytes(picture(), 8, 2, *[(b"zTXt", b"a\0\0" + packed)] * 9))
    assert "text" in refused(tmp_path / "many.png").message
    (tmp_path / "more.png").write_bytes(png_bytes(picture(), 8, 2, *[(b"tEXt", b"a\0b")] * 100_001))
    assert "chunks" in refused(tmp_path / "more.png").message


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif", ".webp", ".bmp", ".heic", ".avif", ".gif", ".jp2", ".ppm", ".tga"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_file_cut_short_is_refused(tmp_path: Path, suffix: str, share: float) -> None:
    write_source(tmp_path / f"whole{suffix}", picture(120, 160))
    whole = (tmp_path / f"whole{suffix}").read_bytes()
    (tmp_path / f"cut{suffix}").write_bytes(whole[: int(len(whole) * share)])
    refused(tmp_path / f"cut{suffix}")


def test_a_jpeg_cut_short_is_not_shown_small_either(tmp_path: Path) -> None:
    whole = jpeg_bytes(picture(600, 800))
    (tmp_path / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UnreadableFile):
        read_reduced(tmp_path / "cut.jpg", 90)


def test_a_progressive_jpeg_cut_short_is_refused(tmp_path: Path) -> None:
    whole = jpeg_bytes(picture(600, 800), progressive=True)
    (tmp_path / "cut.jpg").write_bytes(whole[: len(whole) * 3 // 4])
    refused(tmp_path / "cut.jpg")


def test_bytes_after_the_end_do_no_harm(tmp_path: Path) -> None:
    (tmp_path / "more.jpg").write_bytes(full_jpeg() + b"\0" * 5000 + jpeg_bytes(picture(8, 8)))
    assert read(tmp_path / "more.jpg")[0].width == 51


def test_a_transparent_web_page_after_a_gif_header_is_refused(tmp_path: Path) -> None:
    (tmp_path / "polyglot.gif").write_bytes(b"GIF89a/*\0*/=1;alert(1)//<html></html>")
    refused(tmp_path / "polyglot.gif")


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_damage_anywhere_gives_a_picture_or_a_refusal_in_words(tmp_path: Path, data: st.DataObject) -> None:
    suffix = data.draw(st.sampled_from([".jpg", ".png", ".tif", ".webp", ".bmp", ".heic", ".avif", ".gif", ".jp2"]))
    origin = tmp_path / f"origin{suffix}"
    if not origin.exists():
        write_source(origin, picture(24, 30))
    body = bytearray(origin.read_bytes())
    for _ in range(data.draw(st.integers(1, 20))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    damaged = tmp_path / f"damaged{suffix}"
    damaged.write_bytes(body)
    words = damaged.name
    try:
        with open_source(damaged, budget_mb=300) as source:
            if source.info.kind == "photo":
                (frame,) = list(source)
                assert frame.image.pixels.shape[2] == 3
    except RainError as error:
        words = error.message
    assert damaged.name in words


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=300), name=st.sampled_from(["a.jpg", "a.tga", "a.png", "a.mp4", "a"]))
def test_any_bytes_are_sniffed_without_a_crash(tmp_path: Path, body: bytes, name: str) -> None:
    (tmp_path / name).write_bytes(body)
    words = name
    try:
        assert sniff(tmp_path / name)
    except UnreadableFile as error:
        words = error.message
    assert name in words


def test_metadata_that_point_everywhere_do_not_hang(tmp_path: Path) -> None:
    block = bytearray(exif_block(6))
    struct.pack_into("<I", block, 4, 4)  # the first directory lies in the header, its count is nonsense
    held = io.BytesIO()
    Pillow.fromarray(picture()).save(held, "JPEG", exif=b"Exif\0\0" + bytes(block))
    (tmp_path / "loop.jpg").write_bytes(held.getvalue())
    assert read(tmp_path / "loop.jpg")[0].width == 51


def test_a_picture_inside_a_picture_is_bounded_too(tmp_path: Path) -> None:
    inner = png_header(60_000, 60_000)
    directory = struct.pack("<HHHBBBBHHII", 0, 1, 1, 16, 16, 0, 0, 1, 24, len(inner), 22)
    (tmp_path / "icon.ico").write_bytes(directory + inner)
    refused(tmp_path / "icon.ico")


def test_nothing_is_printed_or_warned_for_a_damaged_photo(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    body = bytearray(png_bytes(picture(), 8, 2))
    body[60] ^= 255
    (tmp_path / "damaged.png").write_bytes(body)
    refused(tmp_path / "damaged.png")
    assert capfd.readouterr().out == ""
