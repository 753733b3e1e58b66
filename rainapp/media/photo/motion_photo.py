"""The clip of a motion photo taken out of it, and another one put in its place: in a JPEG, a Samsung trailer, or a HEIC.

Around the clip everything stays as it was: other blocks of the trailer, and what the packet says of the clip but its length.
"""

import re
import struct
from pathlib import Path

from rainapp.base.regular_files import open_regular
from rainapp.media.photo_header import Header

MOST_BYTES = 512 << 20  # a clip of some seconds; more is no motion photo
_SEF_END, _SEF_HEAD, _SEF_CLIP = b"SEFT", b"SEFH", b"MotionPhoto_Data"
_BOX = b"mpvd"
_ENTRY = struct.Struct("<HHII")  # 0, kind, how far before the head, length


class NoClip(ValueError):
    """What lies behind the picture is not built as a clip that can be replaced."""


def tail_of(path: Path, header: Header) -> bytes | None:
    """What lies behind the picture with the clip in it; None where there is none, or far too much."""
    size = header.traits.get("clip_bytes", 0)
    if not 0 < size <= MOST_BYTES:
        return None
    with open_regular(path) as opened:
        opened.seek(header.traits["clip_at"])
        return opened.read(size)


def clip_in(tail: bytes) -> tuple[int, int]:
    """Where the clip itself begins in `tail`, and where it ends. Raises NoClip."""
    if tail[-4:] == _SEF_END:
        return _clip_in_trailer(tail)
    if tail[4:8] == _BOX:
        length = int.from_bytes(tail[:4], "big")
        start, end = (16, int.from_bytes(tail[8:16], "big")) if length == 1 else (8, length or len(tail))
    else:
        start, end = 0, len(tail)
    if tail[start + 4 : start + 8] != b"ftyp" or not start < end <= len(tail):
        raise NoClip("no clip")
    return start, end


def with_clip(tail: bytes, clip: bytes) -> bytes:
    """`tail` with another clip. Raises NoClip."""
    start, end = clip_in(tail)
    if tail[-4:] == _SEF_END:
        return _trailer_with(tail, start, end, clip)
    if tail[4:8] != _BOX:
        return clip
    if len(clip) + 8 >= 1 << 32:
        raise NoClip("too large")
    return struct.pack(">I", 8 + len(clip)) + _BOX + clip + tail[end:]


def _entries(tail: bytes) -> tuple[int, list[tuple[int, int, int, int]]]:
    """Where the head of the trailer begins, and its entries: kind, start, length, and where the entry stands."""
    length = int.from_bytes(tail[-8:-4], "little")
    head = len(tail) - 8 - length
    if length < 12 or head < 0 or tail[head : head + 4] != _SEF_HEAD:
        raise NoClip("no head")
    count = min(int.from_bytes(tail[head + 8 : head + 12], "little"), (length - 12) // _ENTRY.size)
    found = []
    for number in range(count):
        at = head + 12 + _ENTRY.size * number
        _, kind, back, size = _ENTRY.unpack_from(tail, at)
        if not 0 <= head - back <= head - size:
            raise NoClip("an entry leads nowhere")
        found.append((kind, head - back, size, at))
    return head, found


def _clip_in_trailer(tail: bytes) -> tuple[int, int]:
    for _, start, size, _ in _entries(tail)[1]:
        block = tail[start : start + size]
        named = int.from_bytes(block[4:8], "little")
        if block[8 : 8 + named] == _SEF_CLIP and re.match(rb"....ftyp", block[8 + named :], re.DOTALL):
            return start + 8 + named, start + size
    raise NoClip("no block with a clip")


def _trailer_with(tail: bytes, start: int, end: int, clip: bytes) -> bytes:
    """The trailer with its clip replaced: the entries count backwards from the head, so those before the clip move."""
    head, entries = _entries(tail)
    more = len(clip) - (end - start)
    directory = bytearray(tail[head:])
    for kind, at, size, entry in entries:
        moved = more if at < end else 0  # it lies before the end of the clip, so the head is further away now
        longer = more if at < start < at + size else 0
        _ENTRY.pack_into(directory, entry - head, 0, kind, head - at + moved, size + longer)
    return tail[:start] + clip + tail[end:head] + bytes(directory)
