"""How many pixels a file claims, told by its first bytes before a decoder makes room for them. Free of any library.

Of the formats that OpenCV alone reads for training, and of masks. What a decoder takes the size from is looked at.
"""

import struct

from rainapp.media.photo import jpeg_scan, png_chunks

PIXELS_FREE = 100_000_000
"""So many are decoded without a look at how many bytes they come from."""
_TIFF_SIDES = (256, 257)
_TIFF_FORMS = {3: "H", 4: "I"}
_TIFF_TAGS_MAX = 4096


def claimed_pixels(data: bytes | memoryview) -> int | None:
    """Width times height of the picture in a PNG, JPEG, WebP, BMP or TIFF file; None where it is none of these, or damaged."""
    head = bytes(data[:32])
    sides: tuple[int, int]
    try:
        if head.startswith(png_chunks.MAGIC):
            sides = struct.unpack_from(">II", head, 16)
        elif head.startswith(b"\xff\xd8\xff"):
            return jpeg_scan.most_pixels(data)
        elif head.startswith(b"RIFF") and head[8:12] == b"WEBP":
            sides = _webp(head)
        elif head.startswith(b"BM"):
            sides = struct.unpack_from("<HH" if head[14:18] == b"\x0c\0\0\0" else "<ii", head, 18)
        elif head[:4] in (b"II*\0", b"MM\0*"):
            sides = _tiff(data)
        else:
            return None
    except (struct.error, IndexError):
        return None
    return abs(sides[0] * sides[1])


def is_plain(data: bytes | memoryview, bytes_per_pixel: float, pixels_max: float) -> bool:
    """Whether `data` is of a format known here and claims few pixels, or at most so many and what its bytes speak for."""
    pixels = claimed_pixels(data)
    return pixels is not None and (pixels <= PIXELS_FREE or pixels <= min(pixels_max, len(data) / bytes_per_pixel))


def _webp(head: bytes) -> tuple[int, int]:
    kind = head[12:16]
    if kind == b"VP8X":
        return 1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little")
    if kind == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = struct.unpack_from("<HH", head, 26)
    return width & 0x3FFF, height & 0x3FFF


def _tiff(data: bytes | memoryview) -> tuple[int, int]:
    """The sides in the first directory. Raises struct.error where it does not tell them."""
    order = "<" if bytes(data[:2]) == b"II" else ">"
    at = struct.unpack_from(f"{order}I", data, 4)[0]
    count = struct.unpack_from(f"{order}H", data, at)[0]
    found: dict[int, int] = {}
    for place in range(min(count, _TIFF_TAGS_MAX)):
        tag, kind = struct.unpack_from(f"{order}HH", data, at + 2 + 12 * place)
        if tag in _TIFF_SIDES and kind in _TIFF_FORMS:
            found[tag] = max(found.get(tag, 0), struct.unpack_from(order + _TIFF_FORMS[kind], data, at + 10 + 12 * place)[0])
    if len(found) != len(_TIFF_SIDES):
        raise struct.error
    return found[256], found[257]
