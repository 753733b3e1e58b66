"""A JPEG of many scans is refused before a decoder goes over its picture for each of them."""

import struct
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from photo_files import picture
from PIL import Image as Pillow

from rainapp.base.errors import BadTreatment, UnreadableFile
from rainapp.inference.amount import read_mask
from rainapp.media.photo import jpeg_scan
from rainapp.media.photo.photo_file import PhotoSource, read_reduced
from rainapp.media.photo.plain_pixels import read_plain

PATIENCE_S = 4.0
EMPTY = b"\xff\xda" + struct.pack(">H", 8) + b"\x01\x01\x00\x01\x05\x00"  # a scan of the first component, without bits


def progressive(path: Path, width: int, height: int, more_scans: int) -> Path:
    """A whole progressive JPEG with `more_scans` empty scans behind its own."""
    Pillow.fromarray(np.full((height, width, 3), 90, np.uint8)).save(path, "JPEG", progressive=True)
    whole = path.read_bytes()
    assert whole.endswith(b"\xff\xd9")
    path.write_bytes(whole[:-2] + EMPTY * more_scans + b"\xff\xd9")
    return path


READERS = {
    "full": lambda path: next(iter(PhotoSource(path))).image,
    "reduced": lambda path: read_reduced(path, 256),
    "training": read_plain,
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(("width", "height"), [(2400, 1600), (16, 16)])
def test_thousands_of_scans_are_refused_in_a_sentence(tmp_path: Path, reader: str, width: int, height: int) -> None:
    path = progressive(tmp_path / "slow.jpg", width, height, 30_000)
    began = time.process_time()
    with pytest.raises(UnreadableFile, match=r"slow\.jpg goes over its picture 30\d{3} times") as caught:
        READERS[reader](path)
    assert time.process_time() - began < PATIENCE_S
    assert "bomb" in (caught.value.hint or "")


def test_a_mask_of_thousands_of_scans_is_refused(tmp_path: Path) -> None:
    path = progressive(tmp_path / "slow.jpg", 2400, 1600, 30_000)
    began = time.process_time()
    with pytest.raises(BadTreatment, match="mask"):
        read_mask(path)
    assert time.process_time() - began < PATIENCE_S


@pytest.mark.parametrize("more_scans", [0, 60, 400])
def test_what_programs_write_is_read(tmp_path: Path, more_scans: int) -> None:
    path = progressive(tmp_path / "usual.jpg", 640, 480, more_scans)
    full = next(iter(PhotoSource(path))).image
    assert (full.width, full.height) == (640, 480)
    assert abs(full.pixels.astype(int) - 90).max() <= 2  # its own grey, and not the one that a decoder fills up with
    assert read_reduced(path, 256)[1:] == (640, 480)
    assert (read_plain(path) == full.pixels).all()


def test_words_like_scans_in_comments_and_behind_the_end_are_no_scans(tmp_path: Path) -> None:
    path = tmp_path / "words.jpg"
    cv2.imwrite(str(path), picture(480, 640))
    whole = path.read_bytes()
    comment = EMPTY * 6000
    path.write_bytes(whole[:2] + b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment + whole[2:] + EMPTY * 6000)
    jpeg_scan.check_scans(path.read_bytes())
    assert next(iter(PhotoSource(path))).image.width == 640


def test_a_file_without_end_and_full_of_fill_bytes_is_judged_at_once(tmp_path: Path) -> None:
    path = progressive(tmp_path / "fill.jpg", 64, 48, 0)
    path.write_bytes(path.read_bytes()[:-2] + b"\xff" * (192 << 20) + b"\0")
    began = time.process_time()
    assert not jpeg_scan._covers_all(path.read_bytes()[:10])
    assert jpeg_scan._covers_all(path.read_bytes())
    assert time.process_time() - began < PATIENCE_S


def test_scans_of_impossibly_many_components_cost_no_time() -> None:
    scan = b"\xff\xda" + struct.pack(">H", 2 + 4 + 2 * 255) + b"\xff" + bytes(2 * 255) + b"\x00\xff\x00"
    frame = b"\xff\xc2" + struct.pack(">H", 11) + b"\x08\x00\x10\x00\x10\x01\x01\x11\x00"
    began = time.process_time()
    assert not jpeg_scan._covers_all(b"\xff\xd8" + frame + scan * 4000)
    assert time.process_time() - began < PATIENCE_S
