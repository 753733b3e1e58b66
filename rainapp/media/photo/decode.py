"""From a file to upright RGB pixels: one path for thumbnails, previews and work.

OpenCV decodes first where it keeps 16 bit and saves memory (JPEG, PNG, TIFF, WebP, BMP); Pillow where it knows more (CMYK,
Lab, palettes with transparency, rare formats) and as the second opinion on everything else; libheif HEIC and, for more than
8 bit, OpenCV AVIF. Every decoder gets the same budget check before, and its result is checked against the header after.
"""

import io
import struct
import warnings
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO, cast

import cv2
import numpy as np
import pillow_heif
import tifffile
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageCms

from rainapp.base.errors import NotEnoughMemory, UnreadableFile
from rainapp.base.image import Pixels
from rainapp.media.colour.decoded_pixels import Decoded, packed, turned
from rainapp.media.colour.to_rgb import from_inks_or_lab, in_usual_colour
from rainapp.media.metadata import iso_boxes
from rainapp.media.photo import floats, jpeg, jpeg_scan, png, tiff, tiff_pages, tiff_recoded
from rainapp.media.photo.containers import PILLOW_FORMATS, is_in_plain_bytes
from rainapp.media.photo_header import Header, default_budget_mb

# Pillow's fixed limit refuses real 200-megapixel photos. Ours is computed from the header before; this one, which refuses above
# twice its value, is left for pictures inside pictures, whose size no outer header tells.
Pillow.MAX_IMAGE_PIXELS = int(default_budget_mb() * 1e6 / 12)
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)

_STRIP_ROWS = 256
# What the decoders raise for damaged content; their own bugs on such content look the same.
_DAMAGE: tuple[type[Exception], ...] = (
    *(OSError, ValueError, SyntaxError, EOFError, RuntimeError, TypeError, LookupError, OverflowError, AttributeError),
    *(
        ZeroDivisionError,
        struct.error,
        zlib.error,
        cv2.error,
        ImageCms.PyCMSError,
        Pillow.DecompressionBombError,
        tifffile.TiffFileError,
    ),
)
_NO_END = "The file lacks its end marker, but all of its pixels are there."


def decode(path: Path, data: memoryview, header: Header) -> Decoded:
    """Decode `data`, the content of `path`, to upright pixels.

    Raises UnreadableFile when no decoder reads it whole, NotEnoughMemory when memory ends.
    """
    refuse_scans(path, data)
    reasons: list[Exception] = []
    if header.container == "tiff":
        data = tiff_pages.beginning_with(data, header.traits["page"])
    try:
        decoders = _decoders(header, data)
    except ValueError as error:
        words = f"{path.name} is written in plain numbers, of which it has too many."
        raise UnreadableFile(words, "Save it as PNG or TIFF.", path) from error
    for decoder in decoders:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # decoders warn of odd tags; what matters is whether pixels came out
                decoded = decoder(data, header)
            if decoded.pixels.ndim != 3 or decoded.pixels.shape[2] != 3 or 0 in decoded.pixels.shape:
                raise ValueError("no colour picture came out")
        except MemoryError as error:
            raise NotEnoughMemory(
                f"{path.name} does not fit the memory.", "Close other programs and try again.", path
            ) from error
        except _DAMAGE as error:
            reasons.append(error)
        else:
            return decoded if header.turned else turned(decoded, header.orientation)
    cut = any("truncated" in str(reason) for reason in reasons)
    words = (
        "is cut off: part of its pixels is missing."
        if cut
        else "cannot be decoded: it is damaged, or of a kind not known here."
    )
    raise UnreadableFile(f"{path.name} {words}", "Copy it again from where it came from.", path) from reasons[0]


def refuse_scans(path: Path, data: bytes | memoryview) -> None:
    """Raise UnreadableFile where `data`, the content of `path`, is a JPEG whose scans would keep a decoder busy for minutes."""
    try:
        jpeg_scan.check_scans(data)
    except jpeg_scan.TooManyScansError as error:
        words = f"{path.name} goes over its picture {error} times, which photos do ten times."
        raise UnreadableFile(words, "It looks like a decompression bomb and was not opened.", path) from error


_Decoder = Callable[[memoryview, Header], Decoded]


def _decoders(header: Header, data: memoryview) -> list[_Decoder]:
    """Whom to ask, in this order."""
    traits = header.traits
    match header.container:
        case "jpeg":
            usual: list[_Decoder] = [_by_opencv, _by_pillow] if traits["components"] in (1, 3) else [_by_pillow]
            return usual if jpeg.is_whole(data) else [lambda data, header: _without_end(data, header, usual)]
        case "png":
            return [_by_opencv, _by_pillow] if png.is_whole(data) else [_by_pillow]
        case "tiff":
            return _tiff_decoders(header)
        case "heif":
            return [_by_libheif]
        case "avif":
            return [_by_opencv, _by_pillow] if header.depth > 8 else [_by_pillow]
        case "hdr":
            return [_by_opencv]
        case "pfm":
            return [lambda data, header: _from_float(floats.read_pfm(data), header)]
        case "webp" | "bmp":
            return [_by_pillow, _by_opencv]
    return [_by_opencv] if is_in_plain_bytes(data) else [_by_pillow, _by_opencv]


def _without_end(data: memoryview, header: Header, decoders: Sequence[_Decoder]) -> Decoded:
    """A JPEG without its end marker, by the first of `decoders`, which would fill missing pixels with grey: none may be."""

    def stored(whole: bytes) -> Pixels:
        with Pillow.open(io.BytesIO(whole), formats=["JPEG"]) as opened:
            return np.asarray(opened)

    try:
        complete = jpeg_scan.is_complete(data, stored)
    except (OSError, SyntaxError):
        complete = False
    if not complete and len(jpeg_scan.without_filler(data)) < len(data):
        raise ValueError("truncated")
    if not complete:
        return _by_pillow(data, header)  # which refuses missing pixels and says why
    decoded = decoders[0](memoryview(jpeg_scan.ended(data)), header)
    decoded.notes = (*decoded.notes, _NO_END)
    return decoded


def _tiff_decoders(header: Header) -> list[_Decoder]:
    """OpenCV multiplies 8-bit colours with their alpha and mixes up 16-bit planes; Pillow makes 8 bit of 16-bit colours."""
    traits = header.traits
    planes, extras = traits["planar"] == 2, traits["samples"] - (1 if header.grey else 3)
    if traits["photometric"] not in (0, 1, 2):
        return [_by_pillow, _by_opencv]
    if traits["float"]:
        return [_by_tifffile, _by_retelling] if planes or traits["bits"] == 16 else [_by_tifffile, _by_opencv, _by_pillow]
    if extras > 1 or extras and not header.alpha or traits["bits"] > 16:
        return [_by_tifffile, _by_opencv, _by_pillow]
    if traits["bits"] == 8 and not header.alpha:
        return [_by_opencv, _by_pillow]
    if traits["bits"] <= 8:
        inverted = traits["bits"] == 8 and traits["photometric"] == 0
        return [*([_by_tifffile] if inverted else []), _by_pillow, _by_opencv]
    if traits["bits"] == 16 and not planes and traits["samples"] != 2:
        return [_by_opencv, _by_tifffile, _by_pillow]
    return [_by_tifffile, _by_pillow]


def _by_opencv(data: memoryview, header: Header) -> Decoded:
    plain = png.without_texts(data) if header.container == "png" else None
    if header.container == "avif":
        plain = iso_boxes.without_texts(data)
    read = cv2.imdecode(np.frombuffer(data if plain is None else plain, np.uint8), cv2.IMREAD_UNCHANGED)
    if read is None:
        raise ValueError("OpenCV cannot decode it")
    if read.dtype not in (np.uint8, np.uint16):
        return _from_floats_of_opencv(read, header)
    pixels = cast(Pixels, read)
    if header.container == "avif":
        _widen(pixels, header.depth)
    depth = 8 if pixels.dtype == np.uint8 else max(9, header.depth)
    if header.container == "tiff" and depth > 8 and header.traits["photometric"] == 0:
        np.invert(pixels, out=pixels)  # white is zero; OpenCV minds that only in 8 bit
    alpha: Pixels | None = None
    if pixels.ndim == 2:
        alpha = _keyed(pixels, header)
        pixels = _as_rgb(pixels, cv2.COLOR_GRAY2RGB)
    elif pixels.shape[2] == 4:
        alpha = pixels[..., 3].copy() if header.alpha else None
        pixels = _as_rgb(pixels, cv2.COLOR_BGRA2RGB)
    else:
        _swap_in_place(pixels)
    if alpha is not None and header.container == "tiff" and header.traits["associated"]:
        tiff.unmultiply(pixels, alpha)
    decoded = in_usual_colour(Decoded(pixels, alpha, depth, header.meta.icc))
    return _as_shown(decoded, data) if header.container == "avif" else decoded


def _as_shown(decoded: Decoded, data: memoryview) -> Decoded:
    """A stored AVIF picture as its properties say it is shown: cropped to its clean aperture, then turned."""
    height, width = decoded.pixels.shape[:2]
    crop = iso_boxes.layout(data).crop(width, height)
    if crop is not None:
        left, top, right, bottom = crop
        decoded.pixels = packed(decoded.pixels[top:bottom, left:right])
        decoded.alpha = None if decoded.alpha is None else packed(decoded.alpha[top:bottom, left:right])
    with Pillow.open(cast(BinaryIO, _Reading(data)), formats=["AVIF"]) as opened:
        return turned(decoded, int(opened.getexif().get(274, 1)))


def _as_rgb(pixels: NDArray[np.generic], code: int) -> Pixels:
    return cast(Pixels, cv2.cvtColor(cast(Pixels, pixels), code))


def _keyed(grey: Pixels, header: Header) -> Pixels | None:
    """Alpha of a picture in which one grey is transparent (which OpenCV overlooks), or None when there is no such grey."""
    if "key" not in header.traits:
        return None
    return cast(Pixels, np.where(grey == header.traits["key"], 0, 255 if grey.dtype == np.uint8 else 65535).astype(grey.dtype))


def _swap_in_place(pixels: Pixels) -> None:
    """Turn BGR into RGB without a second picture in memory."""
    for start in range(0, len(pixels), _STRIP_ROWS):
        strip = pixels[start : start + _STRIP_ROWS]
        strip[:] = cv2.cvtColor(strip, cv2.COLOR_BGR2RGB)


def _widen(pixels: Pixels, depth: int, *, high: bool = False) -> None:
    """Spread `depth`-bit numbers of uint16 over 0..65535 in place; `high` says that they are in the upper bits already."""
    if depth >= 16 or pixels.dtype == np.uint8:
        return
    for start in range(0, len(pixels), _STRIP_ROWS):
        strip = pixels[start : start + _STRIP_ROWS]
        if not high:
            strip <<= np.uint16(16 - depth)
        strip |= strip >> np.uint16(depth)


def _by_libheif(data: memoryview, header: Header) -> Decoded:
    opened = pillow_heif.open_heif(io.BytesIO(data), convert_hdr_to_8bit=False)
    picture = opened[opened.primary_index]
    pixels: Pixels = np.asarray(picture)
    del opened
    pixels = pixels[: picture.size[1], : picture.size[0]]
    depth = 8 if pixels.dtype == np.uint8 else header.depth
    if depth > 8:
        pixels = pixels if pixels.flags.writeable else pixels.copy()
        _widen(pixels, depth, high=True)
    alpha: Pixels | None = None
    if header.alpha:
        alpha = packed(pixels[..., -1])
        pixels = pixels[..., :-1]
    if pixels.ndim == 2 or pixels.shape[2] == 1:
        pixels = _as_rgb(packed(pixels), cv2.COLOR_GRAY2RGB)
    return in_usual_colour(Decoded(packed(pixels), alpha, depth, header.meta.icc))


def _from_floats_of_opencv(read: NDArray[np.generic], header: Header) -> Decoded:
    """OpenCV's float samples, blue first and alpha last."""
    if read.ndim == 3:
        if read.shape[2] not in (3, 4):
            raise ValueError("neither three nor four samples")
        read = read[..., [2, 1, 0, 3][: read.shape[2]]]
    if header.container != "hdr":
        return _from_float(read, header)
    return Decoded(_rgb(floats.scene_to_16(read)), None, 16, header.meta.icc, (floats.BROUGHT, floats.CLIPPED))


def _by_tifffile(data: memoryview, header: Header) -> Decoded:
    if header.traits["float"]:
        return turned(_from_float(tiff.stored_samples(io.BytesIO(data), header), header), header.orientation)
    colour, alpha = tiff.read_samples(io.BytesIO(data), header)
    notes = (f"Its {header.traits['bits']} bit were brought to 16.",) if header.traits["bits"] > 16 else ()
    decoded = in_usual_colour(Decoded(_rgb(colour), alpha, 8 if colour.dtype == np.uint8 else 16, header.meta.icc, notes))
    return turned(decoded, header.orientation)


def _by_retelling(data: memoryview, header: Header) -> Decoded:
    return turned(_from_float(tiff_recoded.samples_of(data, header), header), header.orientation)


def _by_pillow(data: memoryview, header: Header) -> Decoded:
    plain = png.without_texts(data) if header.container == "png" else None
    reading = cast(BinaryIO, _Reading(data if plain is None else memoryview(plain)))
    with Pillow.open(reading, formats=PILLOW_FORMATS) as opened:
        opened.load()
        decoded = _from_pillow(opened, header)
    return _as_shown(decoded, data) if header.container == "avif" else decoded


class _Reading(io.RawIOBase):
    """A file over a memory view, so that Pillow reads the mapped file without a copy of it."""

    def __init__(self, data: memoryview) -> None:
        self._data, self._at = data, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        end = len(self._data) if size is None or size < 0 else self._at + size
        taken = bytes(self._data[self._at : end])
        self._at += len(taken)
        return taken

    def seek(self, offset: int, whence: int = 0) -> int:
        at = offset + (0, self._at, len(self._data))[whence]
        if at < 0:
            raise ValueError("seek before the start")
        self._at = at
        return at

    def tell(self) -> int:
        return self._at


def _from_pillow(opened: Pillow.Image, header: Header) -> Decoded:
    """Pillow's picture in whichever mode as RGB; greys of 16 bit and more keep their depth."""
    mode, icc = opened.mode, opened.info.get("icc_profile") or header.meta.icc
    if mode.startswith("I;16"):
        return _from_grey16(np.asarray(opened).astype(np.uint16), header)
    if mode == "I":
        values = np.asarray(opened)
        if values.min() >= 0 and values.max() <= 65535:
            return _from_grey16(values.astype(np.uint16), header)
        return _from_float(values.astype(np.float64), header)
    if mode == "F":
        return _from_float(np.asarray(opened), header)
    if mode in ("CMYK", "LAB"):
        return from_inks_or_lab(opened, icc)
    alpha = None
    if mode in ("LA", "PA", "RGBA", "RGBa", "La") or "transparency" in opened.info:
        opened = opened.convert("RGBA")
        alpha = np.array(opened.getchannel("A"))
        if header.container in ("gif", "png") and mode == "P" and alpha.min() == 255:
            alpha = None
    pixels = np.array(opened.convert("RGB"))
    notes = ("Its 16 bit could only be read as 8.",) if header.depth > 8 else ()
    return in_usual_colour(Decoded(pixels, alpha, 8, icc, notes))


def _from_grey16(grey: NDArray[np.uint16], header: Header) -> Decoded:
    return Decoded(_as_rgb(grey, cv2.COLOR_GRAY2RGB), _keyed(grey, header), 16, header.meta.icc)


def _from_float(values: NDArray[np.generic], header: Header) -> Decoded:
    """Floating-point samples (H, W) or (H, W, n) as 16 bit, by the white that most of them fit."""
    if values.dtype.kind not in "fiu":
        raise ValueError("not a picture of numbers")
    traits = header.traits
    pixels, alpha, notes = floats.separated(
        values,
        alpha_at=traits.get("alpha_at", 0),
        associated=bool(traits.get("associated")),
        inverted=header.container == "tiff" and traits["photometric"] == 0,
    )
    return Decoded(packed(_rgb(pixels)), alpha, 16, header.meta.icc, notes)


def _rgb(pixels: NDArray[np.generic]) -> Pixels:
    """(H, W) grey repeated in three channels; (H, W, 3) as it is."""
    return _as_rgb(pixels, cv2.COLOR_GRAY2RGB) if pixels.ndim == 2 else cast(Pixels, pixels)
