"""What a photo file holds beside its picture: the clip of a motion photo, a gain map, a depth map, further views.

The clip stays where the result has the same format, byte for byte at the end of the file as the packet says, since no decoder
of photos looks there. Gain and depth maps belong to the pixels that were there before, so they are left out, in words, and the
packet no longer claims them. Method: motion photos 1.0 (Android), SEF trailers (Samsung), MPF (CIPA DC-007).
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from rainapp.base.regular_files import open_regular
from rainapp.media.metadata import xmp_claims
from rainapp.media.metadata.metadata import EXTENSION, Metadata

CLIP_KEPT = "The clip of the motion photo was kept as it is: it still shows the rain."
CLIP_DERAINED = "The clip of the motion photo was derained too."
CLIP_DRY = "No rain was found in the clip of the motion photo; it was kept as it is."
CLIP_FAILED = "The clip of the motion photo could not be derained; it was kept as it is: it still shows the rain."
CLIP_LOST = "The clip of the motion photo is left out."
GAIN_LOST = "The gain map, which makes the photo brighter on HDR screens, is left out."
DEPTH_LOST = "The depth map is left out."
FURTHER_LOST = "Further pictures in the file (second view, preview) are left out."
_CLIP_HEAD = re.compile(rb"ftyp(?:mp4|iso|qt  |avc|M4V|3gp|MSNV|hvc|hev|heis|mmp4)")
_GAIN_WORDS = re.compile(rb"ns\.adobe\.com/hdr-gain-map|urn:iso:std:iso:ts:21496|HDRGainMap")
_DEPTH_WORDS = re.compile(rb"ns\.apple\.com/depthData|DualShot_DepthMap|DepthMapData")
_SEF_END, _SEF_HEAD, _SEF_CLIP = b"SEFT", b"SEFH", b"MotionPhoto_Data"
_SEF_ASIDE = re.compile(rb"DualShot|DepthMap|Dual_Shot")
_SEF_BLOCKS_MAX = 1000  # a phone writes some ten
_COPY_BYTES = 1 << 20


def in_jpeg(
    data: bytes | memoryview, scan_at: int, meta: Metadata, *, has_more: bool
) -> tuple[dict[str, int], tuple[str, ...]]:
    """Where the clip of a JPEG lies ("clip_at", "clip_bytes"), and notes on what is left out.

    `scan_at`: where its first scan begins; `has_more`: the file has a directory of several pictures.
    """
    xmp = meta.xmp or b""
    extension = b"".join(body for name, body in meta.own if name == "e1" and body.startswith(EXTENSION))
    gain = xmp_claims.of_gain_map(xmp) or has_more and _GAIN_WORDS.search(data) is not None
    depth = xmp_claims.of_depth(xmp) or xmp_claims.of_depth(extension) or has_more and _DEPTH_WORDS.search(data) is not None
    at, clip_lost = _clip_of_jpeg(data, scan_at, xmp), False
    trailer = _sef_start(data) if bytes(data[-4:]) == _SEF_END else None
    if trailer is not None and _SEF_ASIDE.search(data, trailer) is not None:
        at, clip_lost, depth = None, at is not None, True  # its blocks are listed together, so they stay or go together
    notes = [words for there, words in ((gain, GAIN_LOST), (depth, DEPTH_LOST)) if there]
    if has_more and not notes:
        notes.append(FURTHER_LOST)
    return _place(at, len(data)), (*notes, *((CLIP_LOST,) if clip_lost else ()))


def _place(at: int | None, size: int) -> dict[str, int]:
    return {} if at is None else {"clip_at": at, "clip_bytes": size - at}


def _clip_of_jpeg(data: bytes | memoryview, scan_at: int, xmp: bytes) -> int | None:
    """Where the clip begins, with all that belongs to it, or None."""
    size = len(data)
    if bytes(data[-4:]) == _SEF_END:
        at = _sef_start(data)
        return at if at is not None and at > scan_at and re.compile(_SEF_CLIP).search(data, at) else None
    for length in xmp_claims.clip_lengths(xmp):
        if scan_at < size - length < size - 8 and bytes(data[size - length + 4 : size - length + 8]) == b"ftyp":
            return size - length
    if bytes(data[-2:]) == b"\xff\xd9" and not xmp_claims.of_clip(xmp):
        return None
    heads = (match.start() - 4 for match in _CLIP_HEAD.finditer(data, scan_at))
    return next((at for at in heads if 8 < int.from_bytes(data[at : at + 4], "big") < 512), None)


def _sef_start(data: bytes | memoryview) -> int | None:
    """Where the blocks begin that the trailer of a Samsung file lists; it counts them backwards from its own head."""
    length = int.from_bytes(data[-8:-4], "little")
    head = len(data) - 8 - length
    if length < 12 or head < 0 or bytes(data[head : head + 4]) != _SEF_HEAD:
        return None
    count = min(int.from_bytes(data[head + 8 : head + 12], "little"), (length - 12) // 12, _SEF_BLOCKS_MAX)
    entries = (head + 12 + 12 * n for n in range(count))
    starts = [head - int.from_bytes(data[at + 4 : at + 8], "little") for at in entries]
    return min(starts) if starts and min(starts) > 0 else None


def in_heif(clip: tuple[int, int] | None, meta: Metadata, *, gain: bool, depth: bool) -> tuple[dict[str, int], tuple[str, ...]]:
    """The same for a HEIC or AVIF file, of whose boxes `clip`, `gain` and `depth` tell."""
    gain = gain or xmp_claims.of_gain_map(meta.xmp or b"")
    depth = depth or xmp_claims.of_depth(meta.xmp or b"")
    place = {} if clip is None else {"clip_at": clip[0], "clip_bytes": clip[1]}
    return place, tuple(words for there, words in ((gain, GAIN_LOST), (depth, DEPTH_LOST)) if there)


def _goes_on(part: tuple[str, bytes]) -> bool:
    """Whether a segment of a JPEG is one in which the XMP packet goes on."""
    return part[0] == "e1" and part[1].startswith(EXTENSION)


def cleaned(meta: Metadata, *, keeps_clip: bool, keeps_extension: bool, in_jpeg: bool) -> Metadata:
    """The metadata without claims of what the result lacks; `in_jpeg`: the result is one, and a clip follows at once."""
    extended = [part for part in meta.own if _goes_on(part)]
    if extended and xmp_claims.of_depth(b"".join(body for _, body in extended)):
        keeps_extension = False
    if not keeps_extension and extended:
        meta = replace(meta, own=tuple(part for part in meta.own if not _goes_on(part)))
    if meta.xmp is None or b"\0" in meta.xmp[:64].strip(b"\0"):
        return meta
    xmp = xmp_claims.without(meta.xmp, clip=not keeps_clip, pictures=True, extension=not keeps_extension)
    return replace(meta, xmp=xmp_claims.without_gap(xmp) if in_jpeg and keeps_clip else xmp)


def append_clip(file: BinaryIO, source: Path, traits: Mapping[str, int]) -> None:
    """Copy the clip of `source` behind the picture in `file`."""
    left = traits["clip_bytes"]
    with open_regular(source) as opened:
        opened.seek(traits["clip_at"])
        while left > 0 and (block := opened.read(min(left, _COPY_BYTES))):
            file.write(block)
            left -= len(block)
