"""Small photos made by code for the photo tests, by writers other than our own wherever there is one."""

import io
import struct
import zlib
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pillow_heif
import tifffile
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageCms

from rainapp.base.image import Image
from rainapp.jobs.records import Output
from rainapp.media import MediaInfo, open_sink, open_source

XMP = (
    b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
    b'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
    b'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" '
    b'xmlns:exif="http://ns.adobe.com/exif/1.0/" photoshop:City="Bergen" exif:GPSLatitude="60,23.5N" '
    b'photoshop:Headline="Rain"><dc:title><rdf:Alt><rdf:li xml:lang="x-default">Wet</rdf:li></rdf:Alt></dc:title>'
    b'</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
)
MAKER_NOTE = bytes(range(256)) * 3


def picture(height: int = 37, width: int = 51, *, wide: bool = False, seed: int = 1) -> NDArray[np.uint8] | NDArray[np.uint16]:
    """Smooth colour with some grain, every corner another colour, (height, width, 3)."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width] / max(height, width)
    base = np.stack([x, y, 1 - x * y], axis=-1) * 0.8 + 0.1 + rng.normal(0, 0.01, (height, width, 3))
    peak = 65535 if wide else 255
    return (np.clip(base, 0, 1) * peak).astype(np.uint16 if wide else np.uint8)


def png_bytes(pixels: NDArray[np.generic], bits: int, colour: int, *chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG of unfiltered rows, written by hand; `chunks` stand between header and pixels."""
    big = pixels.astype(">u2") if bits == 16 else pixels
    rows = b"".join(b"\0" + np.ascontiguousarray(row).tobytes() for row in big)
    header = struct.pack(">IIBBBBB", pixels.shape[1], pixels.shape[0], bits, colour, 0, 0, 0)
    parts = [(b"IHDR", header), *chunks, (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(kind, body) for kind, body in parts)


def chunk(kind: bytes, body: bytes) -> bytes:
    """One PNG chunk."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def exif_block(orientation: int = 1, *, order: str = "<", thumbnail: bool = True, location: bool = True) -> bytes:
    """A camera's EXIF block by hand: maker, orientation, exposure, a maker note, a position, and a thumbnail with directory."""
    block = bytearray((b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8))

    def directory(entries: list[tuple[int, int, int, bytes]]) -> dict[int, int]:
        start, values = len(block), bytearray()
        after = start + 2 + 12 * len(entries) + 4
        block.extend(struct.pack(order + "H", len(entries)))
        places = {}
        for tag, kind, count, raw in entries:
            block.extend(struct.pack(order + "HHI", tag, kind, count))
            places[tag] = len(block)
            if len(raw) > 4:
                block.extend(struct.pack(order + "I", after + len(values)))
                values.extend(raw + b"\0" * (len(raw) % 2))
            else:
                block.extend(raw.ljust(4, b"\0"))
        places[-1] = len(block)
        block.extend(bytes(4) + values)
        return places

    def point(at: int) -> None:
        struct.pack_into(order + "I", block, at, len(block))

    first = [
        (0x010F, 2, 9, b"Acme Ltd\0"),
        (0x0112, 3, 1, struct.pack(order + "H", orientation)),
        (0x8769, 4, 1, bytes(4)),
        *([(0x8825, 4, 1, bytes(4))] if location else []),
    ]
    places = directory(first)
    point(places[0x8769])
    directory([
        (0x9003, 2, 20, b"2026:10:01 12:00:00\0"),
        (0x927C, 7, len(MAKER_NOTE), MAKER_NOTE),
        (0xA002, 4, 1, struct.pack(order + "I", 51)),
        (0xA003, 4, 1, struct.pack(order + "I", 37)),
    ])  # fmt: skip
    if location:
        point(places[0x8825])
        degrees = struct.pack(order + "6I", 60, 1, 23, 1, 30, 1)
        directory([(1, 2, 2, b"N\0"), (2, 5, 3, degrees)])
    if thumbnail:
        small = jpeg_bytes(picture(24, 32))
        point(places[-1])
        second = directory(
            [
                (0x0103, 3, 1, struct.pack(order + "H", 6)),
                (0x0201, 4, 1, bytes(4)),
                (0x0202, 4, 1, struct.pack(order + "I", len(small))),
            ]
        )
        point(second[0x0201])
        block.extend(small)
    return bytes(block)


def iptc_resources(city: str = "Bergen") -> bytes:
    """A Photoshop resource block holding two IPTC records, headline and city, and a resolution resource."""
    records = b"".join(
        b"\x1c\x02" + bytes((n,)) + struct.pack(">H", len(v)) + v for n, v in ((105, b"Rain"), (90, city.encode()))
    )
    parts = ((0x0404, records), (0x03ED, bytes(16)))
    return b"".join(b"8BIM" + struct.pack(">HHI", n, 0, len(v)) + v + b"\0" * (len(v) % 2) for n, v in parts)


def jpeg_bytes(pixels: NDArray[np.uint8], quality: int = 92, **options: object) -> bytes:
    """A JPEG by Pillow."""
    held = io.BytesIO()
    Pillow.fromarray(pixels).save(held, "JPEG", quality=quality, **options)
    return held.getvalue()


def jpeg_with(jpeg: bytes, *segments: tuple[int, bytes]) -> bytes:
    """The JPEG with more segments after its start."""
    extra = b"".join(struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body for marker, body in segments)
    return jpeg[:2] + extra + jpeg[2:]


def full_jpeg(orientation: int = 1) -> bytes:
    """A JPEG with EXIF, XMP, IPTC, a profile and a comment."""
    icc = srgb_profile()
    return jpeg_with(
        jpeg_bytes(picture(), subsampling=0),
        (0xE1, b"Exif\0\0" + exif_block(orientation)),
        (0xE1, b"http://ns.adobe.com/xap/1.0/\0" + XMP),
        (0xED, b"Photoshop 3.0\0" + iptc_resources()),
        (0xE2, b"ICC_PROFILE\0\1\1" + icc),
        (0xFE, b"taken in the rain"),
    )


@cache
def srgb_profile() -> bytes:
    """An RGB profile, its description changed so that nothing can replace it unseen."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes().replace(b"s\0R\0G\0B", b"s\0R\0G\0C")


def write_source(path: Path, pixels: NDArray[np.generic]) -> None:
    """Write (H, W), (H, W, 2), (H, W, 3) or (H, W, 4) pixels to `path` with a writer that is not ours, losslessly if it can."""
    kind, wide = path.suffix, pixels.dtype == np.uint16
    channels = 1 if pixels.ndim == 2 else pixels.shape[2]
    if kind == ".png":
        path.write_bytes(png_bytes(pixels, 16 if wide else 8, {1: 0, 2: 4, 3: 2, 4: 6}[channels]))
    elif kind == ".tif":
        extra = ["unassalpha"] if channels in (2, 4) else None
        tifffile.imwrite(
            path,
            pixels,
            photometric="minisblack" if channels < 3 else "rgb",
            extrasamples=extra,
            planarconfig="contig" if channels > 1 else None,
        )
    elif kind == ".heic":
        mode = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}[channels] + (";16" if wide else "")
        pillow_heif.encode(
            mode, pixels.shape[1::-1], pixels.tobytes(), path, quality=-1, chroma=444, bit_depth=12 if wide else 8
        )
    elif kind == ".bmp" and channels == 4:
        cv2.imwrite(str(path), cv2.cvtColor(pixels, cv2.COLOR_RGBA2BGRA))
    elif kind == ".webp":
        Pillow.fromarray(pixels).save(path, lossless=True, exact=True)
    elif kind == ".avif" and wide:
        blue_first = pixels if channels == 1 else cv2.cvtColor(pixels, {3: cv2.COLOR_RGB2BGR, 4: cv2.COLOR_RGBA2BGRA}[channels])
        cv2.imwrite(str(path), blue_first >> 4, [cv2.IMWRITE_AVIF_DEPTH, 12, cv2.IMWRITE_AVIF_QUALITY, 100])
    elif kind == ".avif":
        Pillow.fromarray(pixels).save(path, quality=100, subsampling="4:0:0" if channels == 1 else "4:4:4")
    else:
        Pillow.fromarray(pixels).save(path, **({"quality": 97, "subsampling": 0} if kind == ".jpg" else {}))


def read(path: Path) -> tuple[Image, MediaInfo]:
    """The picture of `path` through the reader under test, and its facts after reading."""
    with open_source(path) as source:
        (frame,) = list(source)
        return frame.image, source.info


def rewrite(source: Path, target: Path, output: Output | None = None, note: dict[str, str] | None = None) -> tuple[str, ...]:
    """Read `source` and write its picture to `target` unchanged; returns the notes of the sink."""
    with open_source(source) as opened, open_sink(target, opened.info, output or Output(), note) as sink:
        for frame in opened:
            sink.write(frame)
    return tuple(getattr(sink, "notes", ()))
