"""BMP files: their header, and a writer that keeps transparency and the colour profile.

Decoding is Pillow's and OpenCV's. Method: BITMAPV5HEADER.
"""

import struct
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from rainapp.media.metadata.metadata import Metadata
from rainapp.media.photo_header import Header

_V5_HEADER_BYTES = 124
_PROFILE_EMBEDDED = 0x4D424544
_STRIP_BYTES = 16_000_000


def read_header(data: bytes | memoryview) -> Header:
    """The facts of a BMP file; raises ValueError when its header makes no sense."""
    head = bytes(data[: 14 + _V5_HEADER_BYTES])
    if len(head) < 26:
        raise ValueError("header too short")
    size = int.from_bytes(head[14:18], "little")
    if size == 12:
        width, height, _, bits = struct.unpack_from("<HHHH", head, 18)
    else:
        width, height, _, bits = struct.unpack_from("<iiHH", head, 18)
    icc = None
    if size >= _V5_HEADER_BYTES and len(head) >= 14 + _V5_HEADER_BYTES:
        kind, at, length = (int.from_bytes(head[14 + o : 18 + o], "little") for o in (56, 112, 116))
        icc = bytes(data[14 + at : 14 + at + length]) if kind == _PROFILE_EMBEDDED and length else None
    grey = bits <= 8 and _is_grey(bytes(data[14 + size : 14 + size + (4 << bits)]), 3 if size == 12 else 4)
    return Header(
        "bmp", abs(width), abs(height), alpha=bits == 32 and _has_alpha(head, size), grey=grey, meta=Metadata(icc=icc)
    )


def _is_grey(palette: bytes, entry: int) -> bool:
    """Whether every colour of a palette with entries of 3 or 4 bytes is a grey."""
    colours = np.frombuffer(palette[: len(palette) // entry * entry], np.uint8).reshape(-1, entry)[:, :3]
    return len(colours) > 0 and bool((colours == colours[:, :1]).all())


def _has_alpha(head: bytes, size: int) -> bool:
    return size >= 56 and int.from_bytes(head[14 + 52 : 14 + 56], "little") != 0


def write(file: BinaryIO, pixels: NDArray[np.uint8], alpha: NDArray[np.uint8] | None, meta: Metadata) -> None:
    """Write (H, W, 3) RGB or (H, W) grey pixels, with `alpha` (H, W) or None; rows from the bottom up, in strips."""
    height, width = pixels.shape[:2]
    bits = 8 if pixels.ndim == 2 and alpha is None else 24 if alpha is None else 32
    row = (width * bits // 8 + 3) // 4 * 4
    palette = b"".join(bytes((v, v, v, 0)) for v in range(256)) if bits == 8 else b""
    icc = meta.icc or b""
    start = 14 + _V5_HEADER_BYTES + len(palette)
    file.write(struct.pack("<2sIII", b"BM", start + row * height + len(icc), 0, start))
    masks = (0x00FF0000, 0x0000FF00, 0x000000FF, 0xFF000000) if bits == 32 else (0, 0, 0, 0)
    space = _PROFILE_EMBEDDED if icc else 0x73524742  # "sRGB"
    file.write(
        struct.pack(
            "<IiiHHIIiiII",
            _V5_HEADER_BYTES,
            width,
            height,
            1,
            bits,
            3 if bits == 32 else 0,
            row * height,
            0,
            0,
            len(palette) // 4,
            0,
        )
    )
    file.write(
        struct.pack(
            "<4II36s12sIIII",
            *masks,
            space,
            bytes(36),
            bytes(12),
            4,
            _V5_HEADER_BYTES + len(palette) + row * height if icc else 0,
            len(icc),
            0,
        )
    )
    file.write(palette)
    rows = max(1, _STRIP_BYTES // row)
    for end in range(height, 0, -rows):
        strip = pixels[max(0, end - rows) : end][::-1]
        if bits == 8:
            packed = strip
        else:
            colour = np.repeat(strip[..., None], 3, axis=2) if strip.ndim == 2 else strip[..., ::-1]
            packed = (
                colour if alpha is None else np.concatenate([colour, alpha[max(0, end - rows) : end][::-1, :, None]], axis=2)
            )
        flat = packed.reshape(len(packed), -1)
        file.write(np.pad(flat, ((0, 0), (0, row - flat.shape[1]))).tobytes())
    file.write(icc)
