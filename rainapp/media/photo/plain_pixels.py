"""One photo as plain numbers for training and scores: (H, W, 3) uint8, read with OpenCV alone wherever that is enough.

Training runs on machines that have neither Pillow nor the libraries for HEIC and TIFF; they are loaded when a file needs them.
A file that is cut off is refused, though OpenCV would fill the rest with grey; and OpenCV never sees a name, since one that is
no text ends the process.
"""

import os
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from rainapp.base.errors import UnreadableFile
from rainapp.base.regular_files import open_regular
from rainapp.media.atomic import unreadable
from rainapp.media.photo.claimed_size import is_plain
from rainapp.media.photo.jpeg_scan import TooManyScansError, check_scans
from rainapp.media.photo.png_chunks import MAGIC
from rainapp.media.photo.png_chunks import is_whole as png_is_whole

Bytes = NDArray[np.uint8]
# What is longer, or claims more pixels or more of them for its bytes than photos do, is left to the full reader, which has a
# budget and asks the person.
_BYTES_MAX = 1 << 30
_PIXELS_MAX = 250_000_000
_DENSE_BYTES_PER_PIXEL = 1 / 100


def read_plain(path: Path) -> Bytes:
    """The photo in a file, upright, 8 bit, without transparency. Raises UnreadableFile in words."""
    try:
        with open_regular(path) as file:
            is_long = os.fstat(file.fileno()).st_size > _BYTES_MAX
            data = b"" if is_long else file.read(_BYTES_MAX)
    except OSError as error:
        raise unreadable(path, error) from error
    if _is_whole(data) and is_plain(data, _DENSE_BYTES_PER_PIXEL, _PIXELS_MAX):
        pixels = _decoded(data)
        if pixels is not None:
            return np.asarray(pixels, np.uint8)
    return _by_full_reader(path)


def _decoded(data: bytes) -> NDArray[np.generic] | None:
    try:
        check_scans(data)
        return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB)
    except (cv2.error, TooManyScansError):  # a size that cannot be; the full reader says why
        return None


def _is_whole(data: bytes) -> bool:
    """Whether this is a file of a kind that OpenCV reads, with its end in place."""
    check = next((check for start, check in _ENDS.items() if data.startswith(start)), None)
    return check is not None and check(data)


def _jpeg_ends(data: bytes) -> bool:
    """Whether an end marker follows the last scan: that of a thumbnail stands before it."""
    return data.rfind(b"\xff\xd9") > data.rfind(b"\xff\xda") >= 0


_ENDS: dict[bytes, Callable[[bytes], bool]] = {
    b"\xff\xd8\xff": _jpeg_ends,
    MAGIC: png_is_whole,
    b"RIFF": lambda data: data[8:12] == b"WEBP" and len(data) >= 8 + int.from_bytes(data[4:8], "little"),
    b"BM": lambda data: len(data) >= int.from_bytes(data[2:6], "little"),
    b"II*\0": lambda data: True,  # OpenCV refuses a TIFF that lacks a strip
    b"MM\0*": lambda data: True,
}


def _by_full_reader(path: Path) -> Bytes:
    try:
        from rainapp.media.photo.photo_file import PhotoSource
    except ImportError as error:
        raise UnreadableFile(
            f"{path.name} is cut off, or needs {error.name} to be read, which is not installed here.",
            "Convert it to JPEG or PNG, or install rainapp with all it needs.",
            path,
        ) from error
    image = next(iter(PhotoSource(path))).image
    pixels = image.pixels if image.pixels.dtype == np.uint8 else image.pixels >> 8
    return np.ascontiguousarray(pixels, np.uint8)
