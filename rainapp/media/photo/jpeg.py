"""JPEG files: their segments, what they tell about quality, and an encoder that works in strips.

Decoding is OpenCV's and Pillow's. Method: ITU-T T.81; EXIF, XMP and ICC segments as their own standards say.
"""

import re
import struct
from collections.abc import Iterator
from typing import BinaryIO

import cv2
import numpy as np
from numpy.typing import NDArray

from rainapp.media.metadata.companions import in_jpeg
from rainapp.media.metadata.metadata import Metadata, smaller
from rainapp.media.photo_header import Header

_EXIF, _XMP = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0"
_ICC, _PHOTOSHOP, _MPF = b"ICC_PROFILE\0", b"Photoshop 3.0\0", b"MPF\0"
_SOF = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_MARKER = re.compile(rb"\xff[^\xff\x00\x01\xd0-\xd8]", re.DOTALL)  # not fill bytes, and not what stands alone
_SEGMENTS_MAX = 100_000  # a photo has some dozens
_PADDING_MAX = 1 << 20  # bytes between them; some decoders look at each
_PAYLOAD_MAX = 65533
_STRIP_BYTES = 64_000_000
LARGEST_PX = 65500

# Luminance table of T.81 annex K.1 in natural order, sum 3691: libjpeg's quality scales it.
_STANDARD_SUM = 3691
_SAMPLING = {
    444: cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,
    440: cv2.IMWRITE_JPEG_SAMPLING_FACTOR_440,
    422: cv2.IMWRITE_JPEG_SAMPLING_FACTOR_422,
    420: cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420,
    411: cv2.IMWRITE_JPEG_SAMPLING_FACTOR_411,
}
_MCU_PX = {444: (8, 8), 440: (8, 16), 422: (16, 8), 420: (16, 16), 411: (32, 8)}


def segments(data: bytes | memoryview) -> Iterator[tuple[int, int, bytes]]:
    """Yield (marker, offset of the marker, payload) from the start up to and with the first scan header (0xDA).

    Raises ValueError for segments or padding without end.
    """
    at, end, padding = 2, len(data), 0
    for _ in range(_SEGMENTS_MAX):
        # over bytes between segments: some cameras pad, and libjpeg skips them too
        found = _MARKER.search(data, at, at + _PADDING_MAX + 2)
        padding -= at
        at = end if found is None else found.start()
        padding += at
        if padding > _PADDING_MAX:
            raise ValueError("more padding than pictures have")
        if at + 4 > end:
            return
        marker = data[at + 1]
        if marker == 0xD9:
            return
        size = int.from_bytes(data[at + 2 : at + 4], "big")
        yield marker, at, bytes(data[at + 4 : at + 2 + size])
        if marker == 0xDA or size < 2:
            return
        at += 2 + size
    raise ValueError(f"more than {_SEGMENTS_MAX} segments")


def is_whole(data: bytes | memoryview) -> bool:
    """Whether an end-of-image marker follows the first scan header. A file cut short has none."""
    scan = next((at for marker, at, _ in segments(data) if marker == 0xDA), None)
    if scan is None:
        return False
    tail = max(scan, len(data) - _STRIP_BYTES)
    return bytes(data[tail:]).rfind(b"\xff\xd9") >= 0


def read_header(data: bytes | memoryview) -> Header:
    """The facts of a JPEG file; raises ValueError when it has no frame header."""
    frame: tuple[int, bytes] | None = None
    luminance = 0
    own: list[tuple[str, bytes]] = []
    exif = xmp = None
    icc: dict[int, bytes] = {}
    resources: list[bytes] = []
    has_more, scan_at = False, len(data)
    for marker, at, payload in segments(data):
        if marker in _SOF and frame is None:
            frame = (marker, payload)
        elif marker == 0xDB:
            luminance = luminance or _first_table_sum(payload)
        elif marker == 0xE1 and payload.startswith(_EXIF) and exif is None:
            exif = payload[len(_EXIF) :]
        elif marker == 0xE1 and payload.startswith(_XMP) and xmp is None:
            xmp = payload[len(_XMP) :]
        elif marker == 0xE2 and payload.startswith(_ICC) and len(payload) > 14:
            icc[payload[12]] = payload[14:]
        elif marker == 0xED and payload.startswith(_PHOTOSHOP):
            resources.append(payload[len(_PHOTOSHOP) :])
        elif marker == 0xE2 and payload.startswith(_MPF):
            has_more = True
        elif marker == 0xDA:
            scan_at = at
        elif _is_carried(marker, payload):
            own.append((f"{marker:02x}", payload))
    if frame is None or len(frame[1]) < 6:
        raise ValueError("no frame header")
    profile = b"".join(icc[number] for number in sorted(icc)) or None
    meta = Metadata(exif, xmp, b"".join(resources) or None, profile, tuple(own))
    traits, notes = in_jpeg(data, scan_at, meta, has_more=has_more)
    return _header(frame[0], frame[1], luminance, meta, traits, notes)


def _header(marker: int, sof: bytes, luminance: int, meta: Metadata, more: dict[str, int], notes: tuple[str, ...]) -> Header:
    precision, height, width, components = struct.unpack_from(">BHHB", sof)
    factors = [sof[7 + 3 * index] for index in range(components) if 7 + 3 * index < len(sof)]
    traits = {"components": components, "precision": precision, "progressive": int(marker in (0xC2, 0xC6, 0xCA, 0xCE))}
    traits |= more
    if luminance:
        traits["quality"] = _quality(luminance)
    if components == 3 and len(factors) == 3 and factors[1] == factors[2] == 0x11:
        traits["subsampling"] = {0x11: 444, 0x12: 440, 0x21: 422, 0x22: 420, 0x41: 411}.get(factors[0], 444)
    return Header(
        "jpeg", width, height, grey=components == 1, orientation=meta.orientation(), meta=meta, traits=traits, notes=notes
    )


def _first_table_sum(payload: bytes) -> int:
    """The sum of the first quantisation table in a DQT segment."""
    if not payload:
        return 0
    wide = payload[0] >> 4
    return int(np.frombuffer(payload[1 : 1 + 64 * (1 + wide)], ">u2" if wide else "u1").sum()) if len(payload) >= 65 else 0


def _quality(luminance: int) -> int:
    """The libjpeg quality whose scaled standard table has this sum (1..100)."""
    scale = 100 * luminance / _STANDARD_SUM
    return round(min(max((200 - scale) / 2 if scale <= 100 else 5000 / scale, 1), 100))


def _is_carried(marker: int, payload: bytes) -> bool:
    """Comments, density, extended XMP and unknown application segments; not Adobe's (0xEE), which speaks of the coding."""
    if marker == 0xE0:
        return payload.startswith(b"JFIF\0")
    return marker == 0xFE or (0xE1 <= marker <= 0xEF and marker not in (0xE2, 0xEE)) or payload.startswith(b"FPXR\0")


def _segment(marker: int, payload: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload


def head(meta: Metadata) -> tuple[bytes, list[str]]:
    """The segments that follow the start of image, and notes on what a JPEG file cannot hold."""
    notes, parts = [], []
    jfif = next((payload for name, payload in meta.own if name == "e0"), b"JFIF\0\1\1\0\0\1\0\1\0\0")
    parts.append(_segment(0xE0, jfif[:12] + b"\0\0"))  # density kept; JFIF's own thumbnail is not
    xmp = next((each for each in smaller(meta.xmp) if len(_XMP) + len(each) <= _PAYLOAD_MAX), meta.xmp) if meta.xmp else None
    for marker, prefix, payload in ((0xE1, _EXIF, meta.exif), (0xE1, _XMP, xmp)):
        if payload and len(prefix) + len(payload) <= _PAYLOAD_MAX:
            parts.append(_segment(marker, prefix + payload))
        elif payload:
            notes.append(f"{'EXIF' if prefix == _EXIF else 'XMP'} data are too large for a JPEG file and were left out.")
    for start in range(0, len(meta.resources or b""), _PAYLOAD_MAX - len(_PHOTOSHOP)):
        parts.append(_segment(0xED, _PHOTOSHOP + (meta.resources or b"")[start : start + _PAYLOAD_MAX - len(_PHOTOSHOP)]))
    room = _PAYLOAD_MAX - len(_ICC) - 2
    pieces = [(meta.icc or b"")[start : start + room] for start in range(0, len(meta.icc or b""), room)]
    if len(pieces) > 255:
        notes.append("The colour profile is too large for a JPEG file and was left out.")
    else:
        parts += [_segment(0xE2, _ICC + bytes((number, len(pieces))) + piece) for number, piece in enumerate(pieces, 1)]
    hexed = "0123456789abcdef"
    parts += [_segment(int(n, 16), payload) for n, payload in meta.own if n != "e0" and len(n) == 2 and set(n) <= set(hexed)]
    return b"".join(parts), notes


def write(file: BinaryIO, pixels: NDArray[np.uint8], meta: Metadata, quality: int, subsampling: int) -> list[str]:
    """Write (H, W, 3) RGB or (H, W) grey pixels; returns notes on what could not be kept.

    A large picture is encoded in strips that end at restart markers, so that no second copy of it is ever in memory: with a
    restart after every row of blocks, strips of a multiple of eight rows of blocks join to one valid scan.
    """
    height, width = pixels.shape[:2]
    block_w, block_h = (8, 8) if pixels.ndim == 2 else _MCU_PX[subsampling]
    rows = max(1, _STRIP_BYTES // (width * 3 * block_h * 8)) * block_h * 8
    single = height <= rows
    options = [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, _SAMPLING[subsampling]]
    options += [cv2.IMWRITE_JPEG_OPTIMIZE, 1] if single else [cv2.IMWRITE_JPEG_RST_INTERVAL, -(-width // block_w)]
    segments_, notes = head(meta)
    file.write(b"\xff\xd8" + segments_)
    for start in range(0, height, rows):
        strip = pixels[start : start + rows]
        coded = cv2.imencode(".jpg", strip if strip.ndim == 2 else cv2.cvtColor(strip, cv2.COLOR_RGB2BGR), options)[1].tobytes()
        scan_at = next(at for marker, at, _ in segments(coded) if marker == 0xDA)
        data_at = scan_at + 2 + int.from_bytes(coded[scan_at + 2 : scan_at + 4], "big")
        if start == 0:
            file.write(_tables(coded, height) + coded[scan_at:data_at])
        last = start + rows >= height
        file.write(coded[data_at:-2] + (b"\xff\xd9" if last else b"\xff\xd7"))
    return notes


def _tables(coded: bytes, height: int) -> bytes:
    """The tables and the frame header of an encoded strip, with the height of the whole picture in it."""
    parts = []
    for marker, _, payload in segments(coded):
        if marker in _SOF:
            payload = payload[:1] + struct.pack(">H", height) + payload[3:]
        if marker in _SOF or marker in (0xC4, 0xDB, 0xDD):
            parts.append(_segment(marker, payload))
    return b"".join(parts)
