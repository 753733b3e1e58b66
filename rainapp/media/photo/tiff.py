"""TIFF files: their first directory, and a writer that compresses in strips.

Decoding is OpenCV's and Pillow's, and tifffile's where these two err. The tags that describe the photo travel as an EXIF block
made of them; those that describe how the pixels are stored do not travel. Method: TIFF 6.0, BigTIFF for reading, EXIF 2.32.
"""

import logging
import struct
import zlib
from pathlib import Path
from typing import Any, BinaryIO, Literal, cast

import numpy as np
import tifffile
from numpy.typing import NDArray

from rainapp.base.errors import UnreadableFile
from rainapp.base.image import Pixels
from rainapp.media.metadata import exif
from rainapp.media.metadata.exif import Directories, Tag
from rainapp.media.metadata.metadata import Metadata, resources_with
from rainapp.media.photo.containers import NO_LAYERS
from rainapp.media.photo.tiff_pages import picture_page
from rainapp.media.photo_header import Header

logging.getLogger("tifffile").setLevel(logging.CRITICAL)  # what it says of damaged files we say in words
_XMP, _IPTC, _RESOURCES, _ICC = 700, 33723, 34377, 34675
_COLOURS = {2: 3, 5: 4, 6: 3, 8: 3, 9: 3, 10: 3}  # samples that are colour, by photometric interpretation; 1 in the others
_ASSOCIATED, _UNASSOCIATED = 1, 2
_LAYERS = 37724  # of Photoshop
_FURTHER_CHANNEL = "A further channel, of which the file does not say that it is transparency, was left out."
_DNG_VERSION, _SUB_FILE, _SUB_DIRECTORIES = 50706, 254, 330
# Tags of the first directory that describe storage, or blocks carried on their own.
_STRUCTURAL = frozenset(
    (
        254,
        255,
        256,
        257,
        258,
        259,
        262,
        263,
        264,
        265,
        266,
        273,
        277,
        278,
        279,
        280,
        281,
        284,
        288,
        289,
        290,
        291,
        292,
        293,
        297,
    )
    + (
        317,
        320,
        321,
        322,
        323,
        324,
        325,
        326,
        327,
        328,
        330,
        332,
        333,
        334,
        336,
        338,
        339,
        340,
        341,
        342,
        343,
        344,
        345,
        346,
        347,
    )
    + (512, 513, 514, 515, 517, 518, 519, 520, 521, 529, 530, 531, 532, 559, _XMP, _IPTC, _RESOURCES, _ICC, 37724, 50341)
    + (exif.EXIF_IFD, exif.GPS_IFD, exif.INTEROP_IFD)
)
_BYTE_ORDER: dict[str, Literal["<", ">"]] = {"<": "<", ">": ">"}
_STRIP_BYTES = 4_000_000
_LARGEST_BYTES = 4_000_000_000
_STRIP_ROWS = 256
_TAG_MAX = 1_000_000  # a private tag larger than this is a copy of the picture for one program, not a description


def read_header(data: bytes | memoryview, path: Path) -> Header:
    """The facts of the picture; raises ValueError for a damaged file, UnreadableFile for raw files and cut ones."""
    directories = Directories(data)
    tags, numbers = _read(directories, directories.first)
    if _DNG_VERSION in tags or (_SUB_DIRECTORIES in tags and numbers.get(_SUB_FILE, (0,))[:1] == (1,)) or data[8:10] == b"CR":
        raise UnreadableFile(f"{path.name} is a camera raw file.", "Develop it to TIFF or JPEG first.", path)
    page, notes = picture_page(directories)
    if page != directories.first:
        tags, numbers = _read(directories, page)

    def first(tag: int, otherwise: int) -> int:
        return (numbers.get(tag) or (otherwise,))[0]

    width, height, samples = first(256, 0), first(257, 0), first(277, 1)
    bits, photometric = first(258, 1), first(262, 1)
    extras = samples - _COLOURS.get(photometric, 1)
    kinds = numbers.get(338, ())[: max(extras, 0)] if photometric in (0, 1, 2) else ()
    alpha = next((number for number, kind in enumerate(kinds) if kind in (_ASSOCIATED, _UNASSOCIATED)), None)
    if extras > (alpha is not None):
        notes = (*notes, _FURTHER_CHANNEL)
    if _LAYERS in tags:
        notes = (*notes, NO_LAYERS)
    _check_whole(path, numbers, len(data))
    turn = first(exif.ORIENTATION, 1)
    return Header(
        "tiff",
        width,
        height,
        depth=16 if bits > 8 else 8,
        alpha=alpha is not None,
        grey=photometric in (0, 1),
        orientation=turn if 1 <= turn <= 8 else 1,
        turned=True,
        meta=_metadata(directories, tags),
        traits={
            "bits": bits,
            "compression": first(259, 1),
            "photometric": photometric,
            "samples": samples,
            "alpha_at": 0 if alpha is None else samples - extras + alpha,
            "associated": int(alpha is not None and kinds[alpha] == _ASSOCIATED),
            "planar": first(284, 1) if samples > 1 else 1,
            "float": int(first(339, 1) == 3),
            "page": page,
        },
        notes=notes,
    )


def _read(directories: Directories, page: int) -> tuple[dict[int, Tag], dict[int, tuple[int, ...]]]:
    """The tags of the directory at `page`, and the numbers in those that are looked at here."""
    tags = {tag.tag: tag for tag in reversed(directories.tags(page))}  # of a tag given twice the first counts
    looked_at = (tag for tag in tags.values() if tag.tag in _STRUCTURAL or tag.tag == exif.ORIENTATION)
    return tags, {tag.tag: directories.numbers(tag) for tag in looked_at}


def _check_whole(path: Path, numbers: dict[int, tuple[int, ...]], size: int) -> None:
    """Raise UnreadableFile when a strip or tile lies beyond the end: decoders would fill it with black or with noise."""
    for offsets, lengths in ((273, 279), (324, 325)):
        ends = [at + length for at, length in zip(numbers.get(offsets, ()), numbers.get(lengths, ()), strict=False)]
        if ends and max(ends) > size + 3:  # some writers count the padding of the last strip
            raise UnreadableFile(f"{path.name} is cut off: part of its pixels is missing.", "Copy it again.", path)


def _metadata(directories: Directories, tags: dict[int, Tag]) -> Metadata:
    subs: dict[int, list[Tag]] = {}
    for pointer, parent in ((exif.EXIF_IFD, tags), (exif.GPS_IFD, tags)):
        subs[pointer] = _sub_directory(directories, parent.get(pointer))
    within = {tag.tag: tag for tag in subs[exif.EXIF_IFD]}
    subs[exif.INTEROP_IFD] = _sub_directory(directories, within.pop(exif.INTEROP_IFD, None))
    subs[exif.EXIF_IFD] = list(within.values())
    described = [tag for tag in tags.values() if tag.tag not in _STRUCTURAL and len(tag.raw) <= _TAG_MAX and tag.type < 14]
    present = {pointer: found for pointer, found in subs.items() if found}
    block = exif.serialised(directories.order, described, present) if described or present else None

    def raw(tag: int) -> bytes | None:
        return tags[tag].raw if tag in tags and tags[tag].raw else None

    iptc, resources = raw(_IPTC), raw(_RESOURCES)
    own = (("iptc", iptc),) if iptc else ()
    return Metadata(block, raw(_XMP), resources or (resources_with(iptc) if iptc else None), raw(_ICC), own)


def _sub_directory(directories: Directories, pointer: Tag | None) -> list[Tag]:
    numbers = directories.numbers(pointer) if pointer else ()
    try:
        return directories.tags(numbers[0]) if numbers else []
    except ValueError:
        return []


def read_samples(file: BinaryIO, header: Header) -> tuple[Pixels, Pixels | None]:
    """Stored pixels (H, W, 3) or (H, W) and alpha of a picture whose samples OpenCV mixes up: planes, greys with alpha, 32 bit.

    Raises ValueError for codings that tifffile does not know by itself.
    """
    samples = stored_samples(file, header)
    if samples.dtype.kind != "u":
        raise ValueError("not a picture of whole numbers")
    if samples.dtype.itemsize > 2:
        samples = (samples >> (8 * samples.dtype.itemsize - 16)).astype(np.uint16)
    colours = samples if samples.ndim == 2 else samples[..., 0] if header.grey else samples[..., :3]
    if header.alpha and samples.ndim == 2:
        raise ValueError("no alpha among the samples")
    pixels: Pixels = np.array(colours, dtype=samples.dtype.newbyteorder("="), order="C")
    if header.traits["photometric"] == 0:
        np.invert(pixels, out=pixels)
    if not header.alpha:
        return pixels, None
    alpha = cast(Pixels, np.array(samples[..., header.traits["alpha_at"]], dtype=pixels.dtype, order="C"))
    if header.traits["associated"]:
        unmultiply(pixels, alpha)
    return pixels, alpha


def stored_samples(file: BinaryIO, header: Header) -> NDArray[Any]:
    """The samples (H, W) or (H, W, n) as they are stored, by tifffile. Raises ValueError for codings that it does not know."""
    with tifffile.TiffFile(file) as opened:
        samples = opened.pages[0].asarray()
    if header.traits["planar"] == 2 and samples.ndim == 3:
        samples = np.moveaxis(samples, 0, 2)
    if samples.shape[:2] != (header.height, header.width) or samples.ndim > 3:
        raise ValueError("not the picture that the header tells of")
    return samples


def unmultiply(pixels: Pixels, alpha: Pixels) -> None:
    """Divide colours that were multiplied with their `alpha` (associated alpha) by it, in place and in strips."""
    peak = np.iinfo(pixels.dtype).max
    for start in range(0, len(pixels), _STRIP_ROWS):
        part = slice(start, start + _STRIP_ROWS)
        cover = np.maximum(alpha[part].astype(np.uint64), 1).reshape(*alpha[part].shape, *(1,) * (pixels.ndim - 2))
        pixels[part] = np.minimum((pixels[part] * np.uint64(peak) + cover // np.uint64(2)) // cover, peak)


def write(file: BinaryIO, pixels: Pixels, alpha: Pixels | None, meta: Metadata, *, compress: bool) -> None:
    """Write (H, W, 3) RGB or (H, W) grey pixels of 8 or 16 bit, with `alpha` (H, W) unassociated or None.

    Strips are compressed with Deflate and horizontal differences, or stored as they are. The directory follows the pixels.
    """
    order, first, subs = _descriptions(meta)
    height, width = pixels.shape[:2]
    samples = (1 if pixels.ndim == 2 else 3) + (alpha is not None)
    row_bytes = width * samples * pixels.dtype.itemsize
    if row_bytes * height > _LARGEST_BYTES:
        raise ValueError("more than 4 GB of pixels do not fit a TIFF file")
    rows = max(1, min(height, _STRIP_BYTES // row_bytes))
    file.write((b"II*\0" if order == "<" else b"MM\0*") + bytes(4))
    offsets, lengths = [], []
    for start in range(0, height, rows):
        strip = pixels[start : start + rows].reshape(-1, width, 1 if pixels.ndim == 2 else 3)
        if alpha is not None:
            strip = np.concatenate([strip, alpha[start : start + rows, :, None]], axis=2)
        if compress:
            strip = np.concatenate([strip[:, :1], strip[:, 1:] - strip[:, :-1]], axis=1)
        raw = np.ascontiguousarray(strip.astype(strip.dtype.newbyteorder(_BYTE_ORDER[order]), copy=False)).tobytes()
        coded = _deflated(raw) if compress else raw
        offsets.append(file.tell())
        lengths.append(len(coded))
        file.write(coded + b"\0" * (len(coded) % 2))
    storage = _storage(order, pixels, alpha is not None, compress, rows, offsets, lengths)
    _write_directories(file, order, [*first, *storage], subs)


def _deflated(raw: bytes) -> bytes:
    """Runs and Huffman codes only: on differences of a photo as small as a search for repetitions, in a fifth of its time."""
    packing = zlib.compressobj(1, zlib.DEFLATED, 15, 9, zlib.Z_RLE)
    return packing.compress(raw) + packing.flush()


def _write_directories(file: BinaryIO, order: str, first: list[Tag], subs: dict[int, list[Tag]]) -> None:
    start = file.tell()
    block = exif.serialised(order, first, subs, base=start - 8)[8:]
    file.write(block)
    file.seek(4)
    file.write(struct.pack(order + "I", start))
    file.seek(0, 2)


def _storage(
    order: str, pixels: Pixels, alpha: bool, compress: bool, rows: int, offsets: list[int], lengths: list[int]
) -> list[Tag]:
    """The tags that say how the strips hold the pixels."""
    samples = (1 if pixels.ndim == 2 else 3) + alpha

    def short(tag: int, *values: int) -> Tag:
        return Tag(tag, 3, len(values), struct.pack(f"{order}{len(values)}H", *values))

    def long(tag: int, *values: int) -> Tag:
        return Tag(tag, 4, len(values), struct.pack(f"{order}{len(values)}I", *values))

    tags = [
        long(256, pixels.shape[1]),
        long(257, pixels.shape[0]),
        short(258, *(pixels.dtype.itemsize * 8,) * samples),
        short(259, 8 if compress else 1),
        short(262, 1 if pixels.ndim == 2 else 2),
        long(273, *offsets),
        short(277, samples),
        long(278, rows),
        long(279, *lengths),
        short(284, 1),
    ]
    return tags + ([short(317, 2)] if compress else []) + ([short(338, 2)] if alpha else [])


def _descriptions(meta: Metadata) -> tuple[str, list[Tag], dict[int, list[Tag]]]:
    """Byte order, first directory and sub-directories that carry `meta`; the order is that of its EXIF, so values stay."""
    order, first, subs = "<", [], dict[int, list[Tag]]()
    if meta.exif:
        try:
            directories = Directories(meta.exif)
            tags = {
                tag.tag: tag for tag in reversed(directories.tags(directories.first))
            }  # of a tag given twice the first counts
        except ValueError:
            tags = {}
        else:
            order = directories.order
            within = {tag.tag: tag for tag in _sub_directory(directories, tags.get(exif.EXIF_IFD))}
            interop = _sub_directory(directories, within.pop(exif.INTEROP_IFD, None))
            found = {exif.EXIF_IFD: list(within.values()), exif.GPS_IFD: _sub_directory(directories, tags.get(exif.GPS_IFD))}
            subs = {pointer: inner for pointer, inner in (found | {exif.INTEROP_IFD: interop}).items() if inner}
        first = [tag for tag in tags.values() if tag.tag not in _STRUCTURAL]
    iptc = next((body for name, body in meta.own if name == "iptc"), None) or meta.iptc()
    for number, kind, raw in ((_XMP, 1, meta.xmp), (_IPTC, 7, iptc), (_RESOURCES, 1, meta.resources), (_ICC, 7, meta.icc)):
        if raw:
            first.append(Tag(number, kind, len(raw), raw))
    return order, first, subs
