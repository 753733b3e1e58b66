"""The containers whose libraries handle their metadata: WebP, HEIC and AVIF, and whatever else Pillow opens."""

import io
import re
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pillow_heif
from PIL import Image as Pillow

from rainapp.image import Pixels
from rainapp.media.header import Header
from rainapp.media.metadata import Metadata

# The plugins that may be asked: not EPS and WMF, not the stubs that call other programs, nothing that is text, and not
# ICNS, whose plugin decodes whatever size the pictures inside it claim before telling its own.
PILLOW_FORMATS = (
    *("JPEG", "PNG", "GIF", "TIFF", "WEBP", "AVIF", "BMP", "DIB", "JPEG2000", "TGA", "PPM", "QOI", "PSD"),
    *("ICO", "SGI", "DDS", "PCX", "DCX", "FLI", "SUN"),
)
_DEPTH_FROM_MODE = {"I": 16, "F": 16, "I;16": 16, "I;16B": 16, "I;16L": 16, "I;16N": 16}


def webp_header(data: bytes | memoryview) -> Header:
    """The facts of a WebP file; raises ValueError when it holds no picture."""
    parts: dict[bytes, bytes] = {}
    at, end = 12, min(len(data), 8 + int.from_bytes(data[4:8], "little"))
    while at + 8 <= end:
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        kind = bytes(data[at : at + 4])
        keep = size if kind in (b"ICCP", b"EXIF", b"XMP ") else min(size, 16)
        parts.setdefault(kind, bytes(data[at + 8 : at + 8 + keep]))
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


def heif_header(path: Path, container: str) -> Header:
    """The facts of a HEIC or AVIF file, upright as libheif sees them; raises ValueError and the like for a damaged one."""
    opened = pillow_heif.open_heif(path, convert_hdr_to_8bit=False)
    facts = opened.info
    width, height = opened.size
    exif = (facts.get("exif") or b"").removeprefix(b"Exif\0\0") or None
    xmp = (facts.get("xmp") or b"").rstrip(b"\0") or None
    meta = Metadata(exif, xmp, None, facts.get("icc_profile") or None)
    traits = {"subsampling": int(facts.get("chroma") or 420), "bits": int(facts["bit_depth"])}
    code_points = facts.get("nclx_profile") or {}
    names = {
        "color_primaries": "primaries",
        "transfer_characteristics": "transfer",
        "matrix_coefficients": "matrix",
        "full_range_flag": "full",
    }
    traits |= {short: int(code_points[name]) for name, short in names.items() if name in code_points}
    notes = ("Only the main picture of the file is used.",) if len(opened) > 1 else ()
    return Header(
        container,
        width,
        height,
        depth=int(facts["bit_depth"]),
        alpha=bool(opened.has_alpha),
        grey="chroma" not in facts,
        turned=True,
        meta=meta,
        traits=traits,
        notes=notes,
    )


def hdr_header(data: bytes | memoryview) -> Header:
    """The facts of a Radiance picture; raises ValueError when it states no size."""
    match = re.search(rb"\n\n[-+]([XY]) +(\d+) +[-+]([XY]) +(\d+)\n", bytes(data[:65536]))
    if match is None:
        raise ValueError("no resolution line")
    first, second = int(match[2]), int(match[4])
    width, height = (second, first) if match[1] == b"Y" else (first, second)
    return Header("hdr", width, height, depth=16)


def pillow_header(path: Path, container: str) -> Header:
    """The facts of any other picture, as Pillow's lazy opening tells them."""
    with Pillow.open(path, formats=PILLOW_FORMATS) as opened:
        mode = opened.mode
        exif = opened.info.get("exif")
        icc = opened.info.get("icc_profile")
        meta = Metadata(exif.removeprefix(b"Exif\0\0") or None if isinstance(exif, bytes) else None, None, None, icc or None)
        return Header(
            container if container != "unknown" else (opened.format or "unknown").lower(),
            *opened.size,
            depth=_DEPTH_FROM_MODE.get(mode, 8),
            alpha=mode in ("LA", "PA", "RGBA", "RGBa", "La") or "transparency" in opened.info,
            grey=mode in ("1", "L", "LA", "I", "F") or mode.startswith("I;16"),
            orientation=meta.orientation(),
            meta=meta,
            notes=("Only the first picture of the file is used.",) if getattr(opened, "n_frames", 1) > 1 else (),
        )


def write_webp(file: BinaryIO, pixels: Pixels, alpha: Pixels | None, meta: Metadata, quality: int, *, lossless: bool) -> None:
    """Write (H, W, 3) RGB pixels with `alpha` or None. Raises ValueError above 16383 px a side."""
    picture = Pillow.fromarray(pixels if alpha is None else np.dstack([pixels, alpha]))
    blocks = {"exif": b"Exif\0\0" + meta.exif if meta.exif else b"", "xmp": meta.xmp or b"", "icc_profile": meta.icc or b""}
    picture.save(file, format="WEBP", quality=quality, lossless=lossless, exact=True, method=4, **blocks)


def write_heif(
    file: BinaryIO,
    pixels: Pixels,
    alpha: Pixels | None,
    meta: Metadata,
    quality: int,
    traits: Mapping[str, int],
) -> None:
    """Write RGB or grey pixels of 8 or 16 bit as HEIC; 16 bit become 10 or 12, whichever `traits` names."""
    samples = pixels if alpha is None else np.dstack([pixels, alpha])
    mode = ("L" if pixels.ndim == 2 else "RGB") + ("A" if alpha is not None else "")
    wide = pixels.dtype == np.uint16
    bits = (10 if traits.get("bits", 12) <= 10 else 12) if wide else 8
    height, width = pixels.shape[:2]
    points = {"color_primaries": traits.get("primaries", 1), "transfer_characteristics": traits.get("transfer", 13)}
    matrix = traits.get("matrix", 6)
    pillow_heif.encode(
        f"{mode};16" if wide else mode,
        (width, height),
        np.ascontiguousarray(samples).tobytes(),
        file,
        quality=quality,
        chroma=traits.get("subsampling", 444),
        bit_depth=bits,
        exif=meta.exif,
        xmp=meta.xmp,
        icc_profile=meta.icc,
        matrix_coefficients=matrix if matrix not in (0, 2) else 6,
        full_range_flag=1,
        **points,
    )


def write_avif(
    file: BinaryIO,
    pixels: Pixels,
    alpha: Pixels | None,
    meta: Metadata,
    quality: int,
    traits: Mapping[str, int],
) -> None:
    """Write 8-bit RGB or grey pixels with `alpha` or None as AVIF."""
    picture = Pillow.fromarray(pixels if alpha is None else np.dstack([pixels, alpha]))
    held = io.BytesIO()
    chroma = {444: "4:4:4", 422: "4:2:2", 420: "4:2:0"}.get(traits.get("subsampling", 444), "4:4:4")
    subsampling = "4:0:0" if pixels.ndim == 2 else chroma
    picture.save(
        held,
        format="AVIF",
        quality=quality,
        subsampling=subsampling,
        exif=meta.exif or b"",
        xmp=meta.xmp or b"",
        icc_profile=meta.icc or b"",
    )
    file.write(held.getbuffer())
