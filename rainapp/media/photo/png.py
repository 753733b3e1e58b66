"""PNG files: their chunks, and a writer that filters and compresses in strips.

Decoding is OpenCV's and Pillow's; what they are given holds no text chunks, so that no text can be a bomb. The writer is our
own because both libraries lose something: Pillow 16 bit colour, OpenCV metadata, and both make a full copy.
Method: PNG, third edition (W3C), filters of chapter 9.
"""

import struct
import zlib
from collections.abc import Iterator, Mapping
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from rainapp.media.colour.code_points import points_of, profile_of, profile_of_png
from rainapp.media.metadata.metadata import COLOUR_PARTS, Metadata, resources_with
from rainapp.media.photo.png_chunks import MAGIC
from rainapp.media.photo.png_chunks import chunks as chunks
from rainapp.media.photo.png_chunks import is_whole as is_whole
from rainapp.media.photo_header import Header

_CHUNKS_MAX = 100_000
_TEXT_MAX = 16_000_000  # bytes of one unpacked text, profile or packet
_TEXTS_MAX = 64_000_000  # bytes of all of them together
_STRIP_BYTES = 8_000_000
_XMP_KEY = b"XML:com.adobe.xmp"
# Chunks that say something of a picture whose pixels were changed: copied as they are, in this order where they stand.
_CARRIED = frozenset((b"gAMA", b"cHRM", b"sRGB", b"cICP", b"mDCV", b"cLLI", b"pHYs", b"tEXt", b"zTXt", b"iTXt", b"tIME"))
_BEFORE_PIXELS = COLOUR_PARTS | {"pHYs"}


def read_header(data: bytes | memoryview) -> Header:
    """The facts of a PNG file; raises ValueError for a damaged one, `TextBombError` for one with more text than a photo has."""
    kinds: dict[bytes, bytes] = {}
    own: list[tuple[str, bytes]] = []
    unpacked = 0
    exif = xmp = icc = None
    for number, (kind, at, size) in enumerate(chunks(data)):
        if number > _CHUNKS_MAX:
            raise TextBombError(f"more than {_CHUNKS_MAX:,} chunks")
        if kind in (b"IDAT", b"fdAT"):
            kinds[kind] = b""
            continue
        body = bytes(data[at : at + size]) if size <= _TEXT_MAX else b""
        if kind in (b"zTXt", b"iTXt", b"iCCP", b"tEXt"):
            text = _unpacked(kind, body)
            unpacked += len(text) if text is not None else size
            if unpacked > _TEXTS_MAX or size > _TEXT_MAX:
                raise TextBombError("more text than a photo has")
            if kind == b"iTXt" and body.startswith(_XMP_KEY + b"\0"):
                xmp = text
                continue
            if kind == b"iCCP":
                icc = text
        if kind == b"eXIf":
            exif = body.removeprefix(b"Exif\0\0")
        elif kind in _CARRIED:
            own.append((kind.decode(), body))
        kinds.setdefault(kind, body)
    resources = _resources(own)
    if resources is not None:  # they are written from there
        own = [part for part in own if not part[1].startswith(b"Raw profile type iptc\0")]
    return _header(kinds, Metadata(exif or _raw_exif(own), xmp, resources, icc, tuple(own)))


class TextBombError(ValueError):
    """A file with hidden megabytes of text, or chunks without end."""


def _header(kinds: dict[bytes, bytes], meta: Metadata) -> Header:
    if len(kinds.get(b"IHDR", b"")) != 13:
        raise ValueError("no header chunk")
    width, height, bits, colour, _, _, _ = struct.unpack(">IIBBBBB", kinds[b"IHDR"])
    key = kinds.get(b"tRNS")
    points = kinds.get(b"cICP", b"")
    traits = dict(zip(("primaries", "transfer", "matrix", "full_range"), points, strict=True)) if len(points) == 4 else {}
    if len(light := kinds.get(b"cLLI", b"")) == 8:
        traits |= {
            "max_cll": int.from_bytes(light[:4], "big") // 10_000,
            "max_fall": int.from_bytes(light[4:], "big") // 10_000,
        }
    if b"mDCV" in kinds:
        traits["mastering"] = 1
    if key is not None and colour == 0:
        traits["key"] = _scaled_key(key, bits)
    return Header(
        "png",
        width,
        height,
        depth=16 if bits == 16 else 8,
        alpha=colour in (4, 6) or key is not None,
        grey=colour in (0, 4),
        orientation=meta.orientation(),
        meta=meta,
        traits=traits,
        notes=("Only the first picture of the animation is used.",) if b"acTL" in kinds else (),
        made_icc=_made_profile(kinds, traits),
    )


def _made_profile(kinds: dict[bytes, bytes], traits: Mapping[str, int]) -> bytes | None:
    """The profile of the colour chunks; of several the first counts of cICP, iCCP, sRGB, and last gAMA and cHRM."""
    points = points_of(traits)
    if points is not None:
        return profile_of(points)
    gamma, chromaticities = kinds.get(b"gAMA"), kinds.get(b"cHRM")
    if b"iCCP" in kinds or b"sRGB" in kinds or gamma is None and chromaticities is None:
        return None
    return profile_of_png(gamma, chromaticities)


def _scaled_key(key: bytes, bits: int) -> int:
    """The transparent grey as decoders deliver it: those of fewer than 8 bit spread over 0..255."""
    value = int.from_bytes(key[:2], "big")
    return value if bits >= 8 else value * 255 // ((1 << bits) - 1)


def _inflate(packed: bytes) -> bytes | None:
    """Unpack at most `_TEXT_MAX` bytes; None for damaged data. More than that is a bomb."""
    unpacking = zlib.decompressobj()
    try:
        text = unpacking.decompress(packed, _TEXT_MAX)
    except zlib.error:
        return None
    if unpacking.unconsumed_tail:
        raise TextBombError(f"a text of more than {_TEXT_MAX // 1_000_000} MB")
    return text


def _unpacked(kind: bytes, body: bytes) -> bytes | None:
    """The text or profile in a chunk body, unpacked where it is packed; None where it is damaged."""
    if kind == b"iTXt":
        parts = body.split(b"\0", 1)
        if len(parts) < 2 or len(parts[1]) < 2:
            return None
        text = parts[1][2:].split(b"\0", 2)[-1]
        return _inflate(text) if parts[1][0] == 1 else text
    _, _, rest = body.partition(b"\0")
    return rest if kind == b"tEXt" else _inflate(rest[1:])


def _raw_exif(own: list[tuple[str, bytes]]) -> bytes | None:
    """EXIF from a text chunk, an older habit of ImageMagick's."""
    block = _raw(own, b"exif") or _raw(own, b"APP1")
    return block.removeprefix(b"Exif\0\0") if block and block[:6] == b"Exif\0\0" else None


def _raw(own: list[tuple[str, bytes]], name: bytes) -> bytes | None:
    """The block in a text chunk "Raw profile type …", which holds it as hexadecimal digits; None where there is none."""
    for kind, body in own:
        if kind in ("zTXt", "tEXt") and body.startswith(b"Raw profile type " + name + b"\0"):
            digits = b"".join((_unpacked(kind.encode(), body) or b"").split()[2:])
            try:
                return bytes.fromhex(digits.decode("ascii"))
            except ValueError:
                return None
    return None


def _resources(own: list[tuple[str, bytes]]) -> bytes | None:
    """The IPTC records of a text chunk as a resource block."""
    block = _raw(own, b"iptc")
    if not block:
        return None
    return block if block.startswith(b"8BIM") else resources_with(block)


def without_texts(data: bytes | memoryview) -> bytes | None:
    """The file with only the chunks that make up its first picture, or None when there is nothing to leave out."""
    needed = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"gAMA", b"cHRM", b"sRGB", b"pHYs", b"sBIT", b"bKGD"}
    found = list(chunks(data))
    if all(kind in needed for kind, _, _ in found):
        return None
    return MAGIC + b"".join(bytes(data[at - 8 : at + size + 4]) for kind, at, size in found if kind in needed)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(body, zlib.crc32(kind)))


def _heads(meta: Metadata) -> Iterator[bytes]:
    """The chunks between header and pixels: colour first, as the standard wants it."""
    for kind, body in meta.own:
        if kind in _BEFORE_PIXELS and not (meta.icc and kind == "sRGB"):
            yield _chunk(kind.encode(), body)
    if meta.icc:
        yield _chunk(b"iCCP", b"ICC profile\0\0" + zlib.compress(meta.icc, 9))
    if meta.exif:
        yield _chunk(b"eXIf", meta.exif)
    if meta.xmp:
        yield _chunk(b"iTXt", _XMP_KEY + b"\0\0\0\0\0" + meta.xmp)
    iptc = meta.iptc()
    if iptc:
        digits = iptc.hex().encode()
        lines = b"\n".join(digits[start : start + 72] for start in range(0, len(digits), 72))
        yield _chunk(b"zTXt", b"Raw profile type iptc\0\0" + zlib.compress(b"\niptc\n%8d\n%s\n" % (len(iptc), lines)))
    for kind, body in meta.own:
        if kind in ("tEXt", "zTXt", "iTXt", "tIME") and not body.startswith(
            (b"Raw profile type exif\0", b"Raw profile type APP1\0")
        ):
            yield _chunk(kind.encode(), body)


def write(file: BinaryIO, pixels: NDArray[np.generic], alpha: NDArray[np.generic] | None, meta: Metadata) -> None:
    """Write (H, W, 3) RGB or (H, W) grey pixels of 8 or 16 bit, with `alpha` (H, W) of the same type or None."""
    height, width = pixels.shape[:2]
    grey = pixels.ndim == 2
    samples = (1 if grey else 3) + (alpha is not None)
    colour = (4 if alpha is not None else 0) + (0 if grey else 2)
    bits = pixels.dtype.itemsize * 8
    file.write(MAGIC + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)))
    for chunk in _heads(meta):
        file.write(chunk)
    step = samples * pixels.dtype.itemsize
    packing = zlib.compressobj(
        1, zlib.DEFLATED, 15, 9, zlib.Z_RLE
    )  # on filtered photos as small as level 6, in a fifth of its time
    above = np.zeros(width * step, np.uint8)
    rows = max(1, _STRIP_BYTES // (width * step))
    for start in range(0, height, rows):
        strip = pixels[start : start + rows].reshape(-1, width, 1 if grey else 3)
        if alpha is not None:
            strip = np.concatenate([strip, alpha[start : start + rows, :, None]], axis=2)
        raw = (
            np.ascontiguousarray(strip.astype(strip.dtype.newbyteorder(">"), copy=False)).view(np.uint8).reshape(len(strip), -1)
        )
        packed = packing.compress(_filtered(raw, above, step).data)
        above = raw[-1]
        if packed:
            file.write(_chunk(b"IDAT", packed))
    file.write(_chunk(b"IDAT", packing.flush()) + _chunk(b"IEND", b""))


def _filtered(raw: NDArray[np.uint8], above: NDArray[np.uint8], step: int) -> NDArray[np.uint8]:
    """The rows with their filter bytes, (n, 1 + bytes): of Sub, Up and Average the one with the smallest sum for each row.

    `above` is the row before the first; `step` the bytes of a pixel. Sums are of absolute signed differences (9.5.3 of the
    standard); Paeth is left out because it costs more time here than it saves space on photos.
    """
    up = np.concatenate([above[None], raw[:-1]])
    left = np.zeros_like(raw)
    left[:, step:] = raw[:, :-step]
    mean = (left & up) + ((left ^ up) >> 1)  # the floor of the mean, without leaving eight bits
    result = np.empty((len(raw), 1 + raw.shape[1]), np.uint8)
    best = np.full(len(raw), np.iinfo(np.int64).max)
    for number, base in ((1, left), (2, up), (3, mean)):
        difference = raw - base
        sums = np.abs(difference.view(np.int8)).view(np.uint8).sum(axis=1, dtype=np.int64)
        better = sums < best
        best[better] = sums[better]
        result[better, 0] = number
        result[better, 1:] = difference[better]
    return result
