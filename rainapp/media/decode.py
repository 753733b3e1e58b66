"""From a file to upright RGB pixels: one path for thumbnails, previews and work.

OpenCV decodes first where it keeps 16 bit and saves memory (JPEG, PNG, TIFF, WebP, BMP); Pillow where it knows more (CMYK,
Lab, palettes with transparency, rare formats) and as the second opinion on everything else; libheif HEIC and, for more than
8 bit, OpenCV AVIF. Every decoder gets the same budget check before, and its result is checked against the header after.
"""

import io
import struct
import warnings
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import cv2
import numpy as np
import pillow_heif
import tifffile
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageCms

from rainapp.errors import NotEnoughMemory, UnreadableFile
from rainapp.image import Pixels
from rainapp.media import jpeg, png, tiff
from rainapp.media.containers import PILLOW_FORMATS
from rainapp.media.header import Header, default_budget_mb

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
_MATRIX_TAGS, _TABLE_TAG = (b"rXYZ", b"rTRC"), b"A2B0"
_APPROXIMATE = "The file has no ink profile: its CMYK colours are converted by the plain formula and are approximate."


@dataclass
class Decoded:
    """Upright or stored `pixels` (H, W, 3) and `alpha` (H, W), uint8 or full-range uint16; `icc` is the profile they are in."""

    pixels: Pixels
    alpha: Pixels | None = None
    depth: int = 8
    icc: bytes | None = None
    notes: tuple[str, ...] = ()


def decode(path: Path, data: memoryview, header: Header) -> Decoded:
    """Decode `data`, the content of `path`, to upright pixels.

    Raises UnreadableFile when no decoder reads it whole, NotEnoughMemory when memory ends.
    """
    reasons: list[Exception] = []
    for decoder in _decoders(header, data):
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


_Decoder = Callable[[memoryview, Header], Decoded]


def _decoders(header: Header, data: memoryview) -> list[_Decoder]:
    """Whom to ask, in this order."""
    traits = header.traits
    match header.container:
        case "jpeg":
            # A JPEG without its end is for Pillow to judge, which refuses missing pixels; OpenCV fills them with grey.
            return [_by_opencv, _by_pillow] if traits["components"] in (1, 3) and jpeg.is_whole(data) else [_by_pillow]
        case "png":
            return [_by_opencv, _by_pillow] if png.is_whole(data) else [_by_pillow]
        case "tiff":
            return _tiff_decoders(header)
        case "heif":
            return [_by_libheif]
        case "avif":
            return [_by_opencv] if header.depth > 8 else [_by_pillow]
        case "hdr":
            return [_by_opencv]
        case "webp" | "bmp":
            return [_by_pillow, _by_opencv]
    return [_by_pillow, _by_opencv]


def _tiff_decoders(header: Header) -> list[_Decoder]:
    """OpenCV multiplies 8-bit colours with their alpha and mixes up 16-bit planes; Pillow makes 8 bit of 16-bit colours."""
    traits = header.traits
    if traits["float"] or traits["photometric"] not in (0, 1, 2):
        return [_by_pillow, _by_opencv]
    if traits["bits"] == 8 and not header.alpha:
        return [_by_opencv, _by_pillow]
    if traits["bits"] <= 8:
        return [_by_pillow, _by_opencv]
    if traits["bits"] == 16 and traits["planar"] == 1 and traits["samples"] != 2:
        return [_by_opencv, _by_tifffile, _by_pillow]
    return [_by_tifffile, _by_pillow]


def _by_opencv(data: memoryview, header: Header) -> Decoded:
    plain = png.without_texts(data) if header.container == "png" else None
    read = cv2.imdecode(np.frombuffer(data if plain is None else plain, np.uint8), cv2.IMREAD_UNCHANGED)
    if read is None:
        raise ValueError("OpenCV cannot decode it")
    if read.dtype not in (np.uint8, np.uint16):
        return _from_float(read[..., ::-1] if read.ndim == 3 else read, header, linear=header.container == "hdr")
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
    if alpha is not None and header.container == "tiff" and header.traits["extra"] == 1:
        tiff.unmultiply(pixels, alpha)
    decoded = _in_usual_colour(Decoded(pixels, alpha, depth, header.meta.icc))
    return turned(decoded, _avif_orientation(data)) if header.container == "avif" else decoded


def _avif_orientation(data: memoryview) -> int:
    """How an AVIF's own rotation and mirror properties say it is to be turned, in EXIF's numbers."""
    with Pillow.open(cast(BinaryIO, _Reading(data)), formats=["AVIF"]) as opened:
        return int(opened.getexif().get(274, 1))


def _packed(pixels: NDArray[np.generic]) -> Pixels:
    return cast(Pixels, np.ascontiguousarray(pixels))


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
        alpha = _packed(pixels[..., -1])
        pixels = pixels[..., :-1]
    if pixels.ndim == 2 or pixels.shape[2] == 1:
        pixels = _as_rgb(_packed(pixels), cv2.COLOR_GRAY2RGB)
    return _in_usual_colour(Decoded(_packed(pixels), alpha, depth, header.meta.icc))


def _by_tifffile(data: memoryview, header: Header) -> Decoded:
    colour, alpha = tiff.read_samples(io.BytesIO(data), header)
    pixels = _as_rgb(colour, cv2.COLOR_GRAY2RGB) if colour.ndim == 2 else colour
    decoded = _in_usual_colour(Decoded(pixels, alpha, 8 if pixels.dtype == np.uint8 else 16, header.meta.icc))
    return turned(decoded, header.orientation)


def _by_pillow(data: memoryview, header: Header) -> Decoded:
    plain = png.without_texts(data) if header.container == "png" else None
    reading = cast(BinaryIO, _Reading(data if plain is None else memoryview(plain)))
    with Pillow.open(reading, formats=PILLOW_FORMATS) as opened:
        opened.load()
        decoded = _from_pillow(opened, header)
        return turned(decoded, opened.getexif().get(274, 1)) if header.container == "avif" else decoded


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
        return _from_float(values.astype(np.float64), header, linear=False)
    if mode == "F":
        return _from_float(np.asarray(opened), header, linear=False)
    if mode in ("CMYK", "LAB"):
        return _from_inks_or_lab(opened, icc)
    alpha = None
    if mode in ("LA", "PA", "RGBA", "RGBa", "La") or "transparency" in opened.info:
        opened = opened.convert("RGBA")
        alpha = np.array(opened.getchannel("A"))
        if header.container in ("gif", "png") and mode == "P" and alpha.min() == 255:
            alpha = None
    pixels = np.array(opened.convert("RGB"))
    notes = ("Its 16 bit could only be read as 8.",) if header.depth > 8 else ()
    return _in_usual_colour(Decoded(pixels, alpha, 8, icc, notes))


def _from_grey16(grey: NDArray[np.uint16], header: Header) -> Decoded:
    return Decoded(_as_rgb(grey, cv2.COLOR_GRAY2RGB), _keyed(grey, header), 16, header.meta.icc)


def _from_inks_or_lab(opened: Pillow.Image, icc: bytes | None) -> Decoded:
    """CMYK through the embedded profile, or the plain formula with a note; Lab by its definition."""
    srgb = ImageCms.createProfile("sRGB")
    notes: tuple[str, ...] = ()
    source: ImageCms.ImageCmsProfile | None = None
    if opened.mode == "LAB":
        source = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    elif icc and icc[16:20] == b"CMYK":
        source = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        notes = ("The CMYK picture was converted to sRGB through its profile.",)
    if source is None:
        return Decoded(np.array(opened.convert("RGB")), notes=(_APPROXIMATE,))
    intent, flags = ImageCms.Intent.RELATIVE_COLORIMETRIC, ImageCms.Flags.BLACKPOINTCOMPENSATION
    turned_rgb = ImageCms.profileToProfile(opened, source, srgb, renderingIntent=intent, outputMode="RGB", flags=flags)
    assert turned_rgb is not None
    return Decoded(np.array(turned_rgb), notes=notes)


def _in_usual_colour(decoded: Decoded) -> Decoded:
    """Convert to sRGB what is RGB in name only: a profile made of tables (XYB, scanners) says that numbers are no intensities.

    Pictures of 16 bit keep their numbers and profile, since the colour engine at hand works in 8.
    """
    icc = decoded.icc
    if not icc or not has_tables(icc) or decoded.depth > 8:
        return decoded
    picture = Pillow.fromarray(decoded.pixels)
    source = ImageCms.ImageCmsProfile(io.BytesIO(icc))
    converted = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    assert converted is not None
    note = "The picture was converted to sRGB: its own profile is one of tables."
    return Decoded(np.array(converted), decoded.alpha, 8, None, (*decoded.notes, note))


def has_tables(icc: bytes | None) -> bool:
    """Whether an RGB profile is made of tables alone, with no matrix that would make its numbers intensities."""
    if not icc or icc[16:20] != b"RGB ":
        return False
    count = min(int.from_bytes(icc[128:132], "big"), 200)
    tags = {icc[132 + 12 * index : 136 + 12 * index] for index in range(count)}
    return _TABLE_TAG in tags and not all(tag in tags for tag in _MATRIX_TAGS)


def _from_float(values: NDArray[np.generic], header: Header, *, linear: bool) -> Decoded:
    """Floating-point pictures as 16 bit: scene light through the sRGB curve, half a percent clipped; else by range."""
    scene = np.nan_to_num(np.asarray(values, np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    white = float(np.percentile(scene, 99.5)) if linear else float(scene.max())
    if not linear:
        white = next((peak for peak in (1.0, 255.0, 65535.0) if white <= peak), white)
    scene = np.clip(scene / max(white, 1e-6), 0, 1)
    if linear:
        scene = np.where(scene <= 0.0031308, scene * 12.92, 1.055 * np.power(scene, 1 / 2.4) - 0.055)
    pixels = (scene * 65535 + 0.5).astype(np.uint16)
    rgb = _as_rgb(pixels, cv2.COLOR_GRAY2RGB) if pixels.ndim == 2 else _packed(pixels[..., :3])
    return Decoded(rgb, None, 16, header.meta.icc, ("Floating-point values were brought to 16 bit.",))


def turned(decoded: Decoded, orientation: int) -> Decoded:
    """The picture as EXIF `orientation` 1..8 says it is to be seen."""
    decoded.pixels = turned_array(decoded.pixels, orientation)
    if decoded.alpha is not None:
        decoded.alpha = turned_array(decoded.alpha, orientation)
    return decoded


def turned_array(stored: Pixels, orientation: int) -> Pixels:
    """(H, W, …) `stored` pixels upright: 2 mirrored, 3 upside down, 4 both, 5..8 the same with rows and columns exchanged."""
    if orientation == 1:
        return stored
    rows = slice(None, None, -1 if orientation in (3, 4, 6, 7) else 1)
    columns = slice(None, None, -1 if orientation in (2, 3, 7, 8) else 1)
    seen = stored[rows, columns]
    return _packed(seen.swapaxes(0, 1) if orientation >= 5 else seen)
