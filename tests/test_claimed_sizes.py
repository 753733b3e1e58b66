"""What a photo for training or a mask claims is looked at before a decoder makes room for it: bombs cost next to nothing."""

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from doors import cost
from photo_files import chunk
from PIL import Image as Pillow

from rainapp.base import consent
from rainapp.base.errors import BadTreatment, LargeFile, UnreadableFile
from rainapp.inference.amount import read_mask
from rainapp.media import open_source
from rainapp.media.photo.claimed_size import claimed_pixels
from rainapp.media.photo.plain_pixels import read_plain

SIDE = 30_000
READERS: dict[str, tuple[Callable[[Path], object], type[Exception]]] = {
    "photo": (read_plain, UnreadableFile),
    "mask": (read_mask, BadTreatment),
}


def png(path: Path) -> None:
    """One bit a pixel, all black: 900 megapixels in 110 kB."""
    packed = zlib.compress(bytes(SIDE * (SIDE // 8 + 1)), 9)
    head = struct.pack(">IIBBBBB", SIDE, SIDE, 1, 0, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b""))


def jpeg(path: Path) -> None:
    """A small picture whose frame says that it is large; the rest is grey to a decoder."""
    data = bytearray(cv2.imencode(".jpg", np.zeros((64, 64, 3), np.uint8))[1].tobytes())
    at = data.find(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", SIDE, SIDE)
    path.write_bytes(data)


def webp(path: Path) -> None:
    Pillow.new("RGB", (16_383, 16_383)).save(path, lossless=True, method=0)


def bmp(path: Path) -> None:
    head = struct.pack("<IiiHHIIiiII", 40, SIDE, -SIDE, 1, 8, 1, 0, 0, 0, 256, 0)
    path.write_bytes(struct.pack("<2sIII", b"BM", 54 + 1024 + 4, 0, 54 + 1024) + head + bytes(1024) + b"\0\1\0\1")


def tiff(path: Path) -> None:
    """A fax of one colour."""
    Pillow.new("1", (SIDE, SIDE)).save(path, compression="group4")


MAKERS = {"png": png, "jpg": jpeg, "webp": webp, "bmp": bmp, "tif": tiff}


@pytest.mark.parametrize("reader", list(READERS))
@pytest.mark.parametrize("suffix", list(MAKERS))
def test_what_claims_hundreds_of_megapixels_is_refused_before_it_is_decoded(tmp_path: Path, suffix: str, reader: str) -> None:
    path = tmp_path / f"wall.{suffix}"
    MAKERS[suffix](path)
    assert path.stat().st_size < 150_000
    read, error = READERS[reader]
    module = {"photo": "rainapp.media.photo.plain_pixels", "mask": "rainapp.inference.amount"}[reader]
    seconds, megabytes, said = cost(
        f"from pathlib import Path\nfrom {module} import {read.__name__}\n"
        f"from rainapp.base.errors import {error.__name__}\nimport rainapp.media.photo.photo_file\ndef run():\n"
        f"    try:\n        return {read.__name__}(Path({str(path)!r})).shape\n"
        f"    except {error.__name__} as error:\n        return error.message"
    )
    assert "megapixels" in said
    assert megabytes < 100
    assert seconds < 2


def test_what_is_claimed_is_what_is_there(tmp_path: Path) -> None:
    picture = np.zeros((30, 50, 3), np.uint8)
    for suffix in (".png", ".jpg", ".webp", ".bmp", ".tif"):
        data = cv2.imencode(suffix, picture)[1].tobytes()
        assert claimed_pixels(data) == 1500, suffix
        assert [claimed_pixels(data[:length]) for length in (0, 3, 12)] == [None] * 3
    Pillow.fromarray(picture).save(tmp_path / "a.webp", lossless=True, exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0")
    assert claimed_pixels((tmp_path / "a.webp").read_bytes()) == 1500
    assert claimed_pixels(b"GIF89a" + bytes(50)) is None


def test_a_large_mask_of_one_grey_is_none_of_them(tmp_path: Path) -> None:
    path = tmp_path / "mask.png"
    cv2.imwrite(str(path), np.full((10_000, 15_000), 255, np.uint8))  # 150 megapixels in 180 kB
    assert read_mask(path).shape == (10_000, 15_000)


def test_a_photo_that_the_person_knows_is_read_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "flat.png"
    cv2.imwrite(str(path), np.full((10_000, 11_000, 3), 90, np.uint8))
    consent.forget()
    with pytest.raises(LargeFile):
        read_plain(path)
    consent.allow(path)
    try:
        assert read_plain(path).shape == (10_000, 11_000, 3)
    finally:
        consent.forget()


@pytest.mark.parametrize("suffix", ["png", "jpg"])
def test_a_file_without_end_is_refused_at_once(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"endless.{suffix}"
    path.write_bytes(cv2.imencode(f".{suffix}", np.zeros((64, 64, 3), np.uint8))[1].tobytes()[:300])
    with path.open("r+b") as file:
        file.truncate(200 << 30)
    for read in (read_plain, open_source):
        code = f"from pathlib import Path\nfrom {read.__module__} import {read.__name__}\nfrom rainapp.base.errors import "
        code += f"UnreadableFile\ndef run():\n    try:\n        return {read.__name__}(Path({str(path)!r}))\n"
        code += "    except UnreadableFile as error:\n        return error.message"
        seconds, megabytes, said = cost(code)
        assert "larger than" in said
        assert seconds < 5
        assert megabytes < 100


def test_a_jpeg_of_padding_is_not_searched_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "padded.jpg"
    path.write_bytes(b"\xff\xd8\xff\xe0\x00\x04ab")
    with path.open("r+b") as file:
        file.truncate(3 << 30)
    seconds, _, said = cost(
        "from pathlib import Path\nfrom rainapp.media.opening import open_source\n"
        "from rainapp.base.errors import UnreadableFile\n"
        f"def run():\n    try:\n        return open_source(Path({str(path)!r}))\n"
        "    except UnreadableFile as error:\n        return error.message"
    )
    assert "damaged" in said
    assert seconds < 1


def plain(path: Path, kind: str, most: int, numbers: np.ndarray, side: tuple[int, int]) -> Path:
    body = " ".join(map(str, numbers.reshape(-1).tolist()))
    head = f"{kind}\n# made here\n{side[1]} {side[0]}\n" + ("" if kind == "P1" else f"{most}\n")
    path.write_text(head + body + "\n", "ascii")
    return path


@pytest.mark.parametrize(("kind", "most"), [("P1", 1), ("P2", 255), ("P3", 255), ("P3", 100), ("P2", 65535), ("P3", 1000)])
def test_plain_numbers_are_what_pillow_reads(tmp_path: Path, kind: str, most: int) -> None:
    shape = (7, 9, 3) if kind == "P3" else (7, 9)
    numbers = np.random.default_rng(1).integers(0, most + 1, shape)
    path = plain(tmp_path / "a.ppm", kind, most, numbers, (7, 9))
    with open_source(path) as source:
        image = next(iter(source)).image
    expected = (1 - numbers if kind == "P1" else numbers) / most
    expected = expected if kind == "P3" else np.dstack([expected] * 3)
    assert np.abs(image.pixels / image.peak - expected).max() < 1.1 / 255


def test_many_plain_numbers_are_read_in_seconds_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.ppm"
    path.write_bytes(b"P3\n4000 4000\n255\n" + b"0 " * 48_000_000)  # 96 MB
    code = "from pathlib import Path\nfrom rainapp.media.opening import open_source\n"
    code += "from rainapp.base.errors import UnreadableFile\nimport rainapp.media.photo.decode\ndef run():\n    try:\n"
    code += f"        return next(iter(open_source(Path({str(path)!r})))).image.pixels.shape\n"
    code += "    except UnreadableFile as error:\n        return error.message"
    seconds, _, said = cost(code)
    assert said == "(4000, 4000, 3)"
    assert seconds < 4
    path.write_bytes(b"P3\n4000 4000\n256\n" + b"0 " * 48_000_000)
    seconds, _, said = cost(code)
    assert "too many" in said
    assert seconds < 2
    path.write_bytes(b"P3\n4000 4000\n255\n" + b"0 " * 47_000_000)
    seconds, _, said = cost(code)
    assert "damaged" in said or "cut off" in said
    assert seconds < 4
