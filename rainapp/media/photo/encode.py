"""From an image to a file: which format, which quality, and what the format cannot hold.

One function a format, each taking pixels that fit it; what had to be reduced (16 bit to 8, transparency to white) is said in
notes, never done silently.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import BinaryIO, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from rainapp.base.image import Image, Pixels
from rainapp.media.colour.code_points import Points
from rainapp.media.colour.stated_colour import with_points
from rainapp.media.metadata.metadata import Metadata
from rainapp.media.photo import bmp, heif, jpeg, png, tiff
from rainapp.media.photo.containers import write_webp

# Container by suffix of the target.
WRITABLE: Mapping[str, str] = {
    **dict.fromkeys((".jpg", ".jpeg", ".jpe", ".jfif"), "jpeg"),
    **dict.fromkeys((".png", ".apng"), "png"),
    **dict.fromkeys((".tif", ".tiff"), "tiff"),
    **dict.fromkeys((".bmp", ".dib"), "bmp"),
    **dict.fromkeys((".heic", ".heif", ".hif"), "heif"),
    ".webp": "webp",
    ".avif": "avif",
}
LARGEST_PX = {"jpeg": jpeg.LARGEST_PX, "webp": 16383, "heif": 32768, "avif": 65536}
_DEEP = frozenset(("png", "tiff", "heif", "avif"))
_OPAQUE = frozenset(("jpeg",))
NO_GREY = frozenset(("webp",))
_QUALITY, _QUALITY_LEAST = 95, 90
_QUALITY_MODERN = 90  # WebP, HEIC and AVIF count differently: 90 there is about as good as 95 in JPEG
_STRIP_ROWS = 256
_HALVED = "AVIF of more than 8 bit is written with its colours at half the resolution (4:2:0)."


@dataclass(frozen=True)
class Order:
    """How a photo is to be written: `traits` are those of the source where it had the same container, else only its brightness.

    `points`: the code points to state, where the container can.
    """

    container: str
    meta: Metadata
    grey: bool = False
    quality: int | None = None
    traits: Mapping[str, int] = field(default_factory=dict)
    points: Points | None = None


def encode(file: BinaryIO, image: Image, order: Order) -> tuple[str, ...]:
    """Write `image` into `file`; returns notes on what the format could not keep.

    Raises ValueError in words when the picture does not fit the format, OSError when the disk refuses.
    """
    most = LARGEST_PX.get(order.container)
    if most and max(image.width, image.height) > most:
        raise ValueError(f"{order.container.upper()} pictures have at most {most:,} pixels a side")
    notes: list[str] = []
    pixels: Pixels = image.pixels
    alpha = image.alpha
    if pixels.dtype == np.uint16 and order.container not in _DEEP:
        pixels, alpha = _to_8(pixels), None if alpha is None else _to_8(alpha)
        notes.append(f"The format holds 8 bit: the {image.depth}-bit picture was rounded.")
    elif image.depth > (held := _held_bits(order)):
        notes.append(f"The format holds {held} bit: the {image.depth}-bit picture was rounded.")
    if alpha is not None and order.container in _OPAQUE:
        pixels, alpha = _on_white(pixels, alpha), None
        notes.append("The format holds no transparency: the picture was put on white.")
    grey = order.grey and order.container not in NO_GREY
    meta = order.meta
    if meta.icc and (meta.icc[16:20] == b"GRAY") != grey:
        meta = replace(meta, icc=None)
        notes.append("The colour profile does not fit this format and was left out.")
    if grey:
        pixels = _grey(pixels)
    notes += _WRITERS[order.container](file, pixels, alpha, replace(order, meta=meta))
    return tuple(notes)


def _write_jpeg(file: BinaryIO, pixels: Pixels, alpha: Pixels | None, order: Order) -> list[str]:
    """As good as the source, but at least 90: a second compression at a low quality would show."""
    source = order.traits.get("quality")
    quality = order.quality or (_QUALITY if source is None else max(source, _QUALITY_LEAST))
    return jpeg.write(file, _narrow(pixels), order.meta, quality, order.traits.get("subsampling", 444))


def _write_png(file: BinaryIO, pixels: Pixels, alpha: Pixels | None, order: Order) -> list[str]:
    png.write(file, pixels, alpha, with_points(order.meta, order.points, order.traits))
    return []


def _write_tiff(file: BinaryIO, pixels: Pixels, alpha: Pixels | None, order: Order) -> list[str]:
    tiff.write(file, pixels, alpha, order.meta, compress=order.traits.get("compression") != 1)
    return []


def _write_bmp(file: BinaryIO, pixels: Pixels, alpha: Pixels | None, order: Order) -> list[str]:
    bmp.write(file, _narrow(pixels), None if alpha is None else _narrow(alpha), order.meta)
    return []


def _write_webp(file: BinaryIO, pixels: Pixels, alpha: Pixels | None, order: Order) -> list[str]:
    quality = order.quality or _QUALITY_MODERN
    write_webp(file, _narrow(pixels), None if alpha is None else _narrow(alpha), order.meta, quality, order.traits)
    return []


def _write_heif(file: BinaryIO, pixels: Pixels, alpha: Pixels | None, order: Order) -> list[str]:
    heif.write(file, pixels, alpha, order.meta, order.quality or _QUALITY_MODERN, order.traits, order.points)
    return []


def _write_avif(file: BinaryIO, pixels: Pixels, alpha: Pixels | None, order: Order) -> list[str]:
    quality = order.quality or _QUALITY_MODERN
    heif.write_avif(file, pixels, alpha, order.meta, quality, order.traits, order.points)
    fine = order.traits.get("subsampling") in (422, 444)
    halved = fine and pixels.ndim == 3 and pixels.dtype == np.uint16 and quality < 100
    return [_HALVED] if halved else []


def _held_bits(order: Order) -> int:
    """The bits a channel that the format keeps."""
    return heif.bits_of(order.traits) if order.container in ("heif", "avif") else 16


_WRITERS: Mapping[str, Callable[[BinaryIO, Pixels, Pixels | None, Order], list[str]]] = {
    "jpeg": _write_jpeg,
    "png": _write_png,
    "tiff": _write_tiff,
    "bmp": _write_bmp,
    "webp": _write_webp,
    "heif": _write_heif,
    "avif": _write_avif,
}


def _narrow(pixels: Pixels) -> NDArray[np.uint8]:
    assert pixels.dtype == np.uint8
    return pixels  # type: ignore[return-value]


def _to_8(wide: Pixels) -> NDArray[np.uint8]:
    """Round 0..65535 to 0..255, in strips."""
    result = np.empty(wide.shape, np.uint8)
    for start in range(0, len(wide), _STRIP_ROWS):
        result[start : start + _STRIP_ROWS] = (wide[start : start + _STRIP_ROWS].astype(np.uint32) + 128) // 257
    return result


def _on_white(pixels: Pixels, alpha: Pixels) -> Pixels:
    """Blend 8-bit pixels with white by their alpha, in strips."""
    result = np.empty_like(pixels)
    for start in range(0, len(pixels), _STRIP_ROWS):
        part = slice(start, start + _STRIP_ROWS)
        cover = alpha[part, :, None].astype(np.uint32)
        result[part] = (pixels[part] * cover + 255 * (255 - cover) + 127) // 255
    return result


def _grey(pixels: Pixels) -> Pixels:
    """(H, W) luma of (H, W, 3) pixels; equal channels come through unchanged."""
    return cast(Pixels, cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY))
