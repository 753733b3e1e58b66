"""The containers that need only a header here: WebP, Radiance, and whatever else Pillow opens."""

import mmap
import os
import re
import struct
import warnings
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image as Pillow
from PIL import PsdImagePlugin

from rainapp.base.image import Pixels
from rainapp.base.regular_files import open_regular
from rainapp.media.metadata.iso_boxes import inside
from rainapp.media.metadata.metadata import Metadata, resources_with
from rainapp.media.photo_header import Header

# The plugins that may be asked: not EPS and WMF, not the stubs that call other programs, nothing that is text, and not
# ICNS, whose plugin decodes whatever size the pictures inside it claim before telling its own.
PILLOW_FORMATS = (
    *("JPEG", "PNG", "GIF", "TIFF", "WEBP", "AVIF", "BMP", "DIB", "JPEG2000", "TGA", "PPM", "QOI", "PSD"),
    *("ICO", "SGI", "DDS", "PCX", "DCX", "FLI", "SUN"),
)
MAIN_ONLY = "Only the main picture of the file is used."
NO_LAYERS = "The layers of the file are left out."
_PSD_IPTC, _PSD_EXIF, _PSD_XMP = 1028, 1058, 1060
_JP2_HEAD = b"\0\0\0\x0cjP  "
_JP2_XMP, _JP2_EXIF = bytes.fromhex("be7acfcb97a942e89c71999491e3afac"), b"JpgTiffExif->JP2"
_WEBP_CHUNKS = frozenset((b"VP8X", b"VP8L", b"VP8 ", b"ALPH", b"ANIM", b"ICCP", b"EXIF", b"XMP "))
_GIF_EXTENSION, _GIF_PICTURE, _GIF_CONTROL = 0x21, 0x2C, 0xF9
_CHUNKS_MAX = 200_000  # of a file: more than any has, and each takes its time
_BLOCKS_MAX = 2_000_000  # of up to 255 bytes
_HEAD_BYTES = 1 << 16
_GAP = rb"(?:\s|#[^\r\n]*+[\r\n])++"
_PPM_HEAD = re.compile(rb"P(?:[14]|\w{1,5}" + _GAP + rb"\d{1,10})" + (_GAP + rb"\d{1,10}") * 2 + rb"[\s#]")
_PLAIN_HEAD = re.compile(rb"P(?:1|[23]" + (_GAP + rb"\d{1,10}") * 2 + _GAP + rb"(\d{1,10}))[\s#]")
_SLOW_BYTES_MAX = 24_000_000  # of numbers that only Pillow knows how to scale, which takes a second for ten million bytes
_DEPTH_FROM_MODE = {"I": 16, "F": 16, "I;16": 16, "I;16B": 16, "I;16L": 16, "I;16N": 16}


def webp_header(data: bytes | memoryview) -> Header:
    """The facts of a WebP file; raises ValueError when it holds no picture."""
    parts: dict[bytes, bytes] = {}
    at, end = 12, min(len(data), 8 + int.from_bytes(data[4:8], "little"))
    left = _CHUNKS_MAX
    while at + 8 <= end:
        left = _counted_down(left)
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        kind = bytes(data[at : at + 4])
        keep = size if kind in (b"ICCP", b"EXIF", b"XMP ") else min(size, 16)
        if kind in _WEBP_CHUNKS and kind not in parts:
            parts[kind] = bytes(data[at + 8 : at + 8 + keep])
        at += 8 + size + size % 2
    canvas, lossless, lossy = parts.get(b"VP8X", b""), parts.get(b"VP8L", b""), parts.get(b"VP8 ", b"")
    alpha = b"ALPH" in parts
    if len(canvas) >= 10:
        width, height = 1 + int.from_bytes(canvas[4:7], "little"), 1 + int.from_bytes(canvas[7:10], "little")
        alpha = bool(canvas[0] & 0x10)
    elif len(lossless) >= 5:
        bits = int.from_bytes(lossless[1:5], "little")
        width, height, alpha = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF), bool(bits >> 28 & 1)
    elif len(lossy) >= 10:
        width, height = (int.from_bytes(lossy[at : at + 2], "little") & 0x3FFF for at in (6, 8))
    else:
        raise ValueError("no picture chunk")
    exif = parts.get(b"EXIF", b"").removeprefix(b"Exif\0\0") or None
    meta = Metadata(exif, parts.get(b"XMP ") or None, None, parts.get(b"ICCP") or None)
    notes = ("Only the first picture of the animation is used.",) if b"ANIM" in parts else ()
    traits = {"lossless": int(b"VP8L" in parts)}
    return Header("webp", width, height, alpha=alpha, orientation=meta.orientation(), meta=meta, traits=traits, notes=notes)


def hdr_header(data: bytes | memoryview) -> Header:
    """The facts of a Radiance picture; raises ValueError when it states no size."""
    match = re.search(rb"\n\n[-+]([XY]) +(\d+) +[-+]([XY]) +(\d+)\n", bytes(data[:65536]))
    if match is None:
        raise ValueError("no resolution line")
    first, second = int(match[2]), int(match[4])
    width, height = (second, first) if match[1] == b"Y" else (first, second)
    return Header("hdr", width, height, depth=16)


def gif_header(data: bytes | memoryview) -> Header:
    """The facts of a GIF file; raises ValueError when it holds no picture.

    Told by its blocks, since Pillow draws the second picture to count them. The first picture may exceed the screen. All blocks
    are gone over, as Pillow does for the frames; of a file cut off behind its first picture what is there counts.
    """
    width, height = struct.unpack("<HH", bytes(data[6:10]))
    pictures = keyed = 0
    chunks_left, blocks_left = 2 * _CHUNKS_MAX, _BLOCKS_MAX
    at = 13 + _table_bytes(data[10])
    while at + 1 < len(data) and data[at] in (_GIF_EXTENSION, _GIF_PICTURE):
        chunks_left = _counted_down(chunks_left)
        if data[at] == _GIF_EXTENSION:
            keyed |= int(not pictures and data[at + 1] == _GIF_CONTROL and bool(data[at + 3] & 1))
            at += 2
        elif pictures and at + 10 > len(data):
            break  # cut off, yet the pictures before are there
        else:
            left, top, wide, high, flags = struct.unpack("<HHHHB", bytes(data[at + 1 : at + 10]))
            if not pictures:
                width, height = max(width, left + wide), max(height, top + high)
            pictures += 1
            at += 11 + _table_bytes(flags)
        while at < len(data) and data[at]:
            blocks_left = _counted_down(blocks_left)
            at += 1 + data[at]
        at += 1
    if not pictures:
        raise ValueError("no picture")
    notes = ("Only the first picture of the animation is used.",) if pictures > 1 else ()
    return Header("gif", width, height, alpha=bool(keyed), notes=notes)


def _counted_down(left: int) -> int:
    """One less than `left`. Raises ValueError where nothing is left: a file made to keep whoever reads it busy."""
    if not left:
        raise ValueError("more parts than pictures have")
    return left - 1


def _table_bytes(flags: int) -> int:
    return 3 * (2 << (flags & 7)) if flags & 0x80 else 0


def pillow_header(path: Path, container: str) -> Header:
    """The facts of any other picture, as Pillow's lazy opening tells them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # our own budget is checked next
        return _from_opened(path, container)


def _check_head(path: Path) -> None:
    """Raise ValueError where Pillow would read a head without end: comments byte by byte, or millions of empty parts."""
    with open_regular(path) as file:
        head = file.read(_HEAD_BYTES)
        if head.startswith(b"P") and _PPM_HEAD.match(head) is None:
            raise ValueError("no head of a portable picture")
        if head.startswith(b"8BPS"):
            _check_resources(file)
        if head.startswith(_JP2_HEAD):
            _check_boxes(file)


def is_in_plain_bytes(data: bytes | memoryview) -> bool:
    """Whether a portable picture is written in plain numbers of at most 8 bit, which OpenCV reads thirty times as fast.

    Raises ValueError where they have more bits and are so many that Pillow would take minutes.
    """
    head = _PLAIN_HEAD.match(bytes(data[:_HEAD_BYTES]))
    if head is None:
        return False
    if head[1] is not None and int(head[1]) > 255:
        if len(data) > _SLOW_BYTES_MAX:
            raise ValueError("more plain numbers than can be read in time")
        return False
    return True


def _check_boxes(file: BinaryIO) -> None:
    """Go over the boxes of a JPEG 2000 file up to its picture. Raises ValueError where they are too many."""
    at, left = 0, _CHUNKS_MAX
    while True:
        file.seek(at)
        size, kind = int.from_bytes(file.read(4), "big"), file.read(4)
        if len(kind) < 4 or kind == b"jp2c" or size == 0:
            return
        left = _counted_down(left)
        head = 16 if size == 1 else 8
        size = int.from_bytes(file.read(8), "big") if size == 1 else size
        at += head if kind == b"jp2h" else max(size, head)


def _check_resources(file: BinaryIO) -> None:
    """Go over the resources of a Photoshop file. Raises ValueError where they are too many."""
    file.seek(26)
    file.seek(int.from_bytes(file.read(4), "big"), os.SEEK_CUR)
    length = int.from_bytes(file.read(4), "big")
    end, left = file.tell() + length, _CHUNKS_MAX
    while file.tell() < end and len(head := file.read(7)) == 7:
        left = _counted_down(left)
        file.seek(head[6] | 1, os.SEEK_CUR)  # the name, padded with its length to whole pairs
        size = int.from_bytes(file.read(4), "big")
        file.seek(size + size % 2, os.SEEK_CUR)


def _from_opened(path: Path, container: str) -> Header:
    _check_head(path)
    with Pillow.open(path, formats=PILLOW_FORMATS) as opened:
        mode = opened.mode
        exif = opened.info.get("exif")
        icc = opened.info.get("icc_profile")
        meta = Metadata(exif.removeprefix(b"Exif\0\0") or None if isinstance(exif, bytes) else None, None, None, icc or None)
        sizes = opened.info.get("sizes", ())  # of an icon
        notes = (MAIN_ONLY,) if getattr(opened, "n_frames", 1) > 1 or len(sizes) > 1 else ()
        if isinstance(opened, PsdImagePlugin.PsdImageFile):
            meta = _psd_words(opened, meta)
            notes = (NO_LAYERS,) if notes else ()
        elif opened.format == "JPEG2000":
            meta = _jp2_words(path, meta)
        return Header(
            container if container != "unknown" else (opened.format or "unknown").lower(),
            *opened.size,
            depth=_DEPTH_FROM_MODE.get(mode, 8),
            alpha=mode in ("LA", "PA", "RGBA", "RGBa", "La") or "transparency" in opened.info,
            grey=mode in ("1", "L", "LA", "I", "F") or mode.startswith("I;16"),
            orientation=meta.orientation(),
            meta=meta,
            notes=notes,
        )


def _psd_words(opened: PsdImagePlugin.PsdImageFile, meta: Metadata) -> Metadata:
    """EXIF, XMP and IPTC from the resources of a Photoshop file."""
    found = {number: body for number, _, body in reversed(opened.resources) if body}
    iptc = found.get(_PSD_IPTC)
    exif = found.get(_PSD_EXIF, b"").removeprefix(b"Exif\0\0") or meta.exif
    return replace(meta, exif=exif, xmp=found.get(_PSD_XMP), resources=resources_with(iptc) if iptc else None)


def _jp2_words(path: Path, meta: Metadata) -> Metadata:
    """EXIF and XMP from the boxes of a JPEG 2000 file that have these identities."""
    with open_regular(path) as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped, memoryview(mapped) as data:
        found = {
            bytes(data[start : start + 16]): bytes(data[start + 16 : end])
            for kind, start, end in inside(data, 0, len(data))
            if kind == b"uuid" and end - start > 16
        }
    exif = found.get(_JP2_EXIF, b"").removeprefix(b"Exif\0\0") or meta.exif
    return replace(meta, exif=exif, xmp=found.get(_JP2_XMP))


def write_webp(
    file: BinaryIO, pixels: Pixels, alpha: Pixels | None, meta: Metadata, quality: int, traits: Mapping[str, int]
) -> None:
    """Write (H, W, 3) RGB pixels with `alpha` or None, lossless where `traits` say that the source is."""
    picture = Pillow.fromarray(pixels if alpha is None else np.dstack([pixels, alpha]))
    blocks = {"exif": meta.exif or b"", "xmp": meta.xmp or b"", "icc_profile": meta.icc or b""}
    picture.save(file, format="WEBP", quality=quality, lossless=bool(traits.get("lossless")), exact=True, method=4, **blocks)
