"""The boxes of ISO base media files (HEIC, AVIF): what stands beside the main picture, and how it is cropped.

libheif tells most of a file, but not its clean aperture for decoders that overlook it, its gain map, its frames, or what phones
put behind the picture. Whatever cannot be parsed is left out: the decoders judge the file.
Method: ISO/IEC 14496-12, 23008-12 and 21496-1; MIAF for the clean aperture.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

_BOXES_MAX = 100_000
_MOTION = b"mpvd"
# The way to the boxes that state colours: among the properties of items, and in what describes the frames of a track.
_ENTRIES = (b"av01", b"hvc1", b"hev1")
_COLOURS_IN: dict[bytes, tuple[bytes, ...]] = {
    b"": (b"meta", b"moov"),
    b"meta": (b"iprp",),
    b"iprp": (b"ipco",),
    b"moov": (b"trak",),
    b"trak": (b"mdia",),
    b"mdia": (b"minf",),
    b"minf": (b"stbl",),
    b"stbl": (b"stsd",),
    b"stsd": _ENTRIES,
}
_HAVE_COLOURS = (b"ipco", *_ENTRIES)
_BEFORE_BOXES = {b"meta": 4, b"stsd": 8} | dict.fromkeys(_ENTRIES, 78)  # bytes of a box before those that lie in it


@dataclass(frozen=True)
class Layout:
    """What a file holds: the main item's properties, the kinds of all items, and the types of pictures that belong to others.

    `clip` is where the box with the clip of a motion photo begins, with all that follows it, or None.
    """

    properties: tuple[tuple[bytes, bytes], ...] = ()
    kinds: frozenset[bytes] = frozenset()
    auxiliary: frozenset[str] = frozenset()
    moves: bool = False
    clip: tuple[int, int] | None = None

    @property
    def has_gain_map(self) -> bool:
        """Whether a picture says how much brighter the main one is on HDR screens."""
        return b"tmap" in self.kinds or any("hdrgainmap" in kind for kind in self.auxiliary)

    @property
    def has_depth(self) -> bool:
        """Whether a picture says how far things are, or which of them belong to a person."""
        words = ("depth", "disparity", "matte", "hevc:2015:auxid:2")
        return any(word in kind for kind in self.auxiliary for word in words)

    def crop(self, width: int, height: int) -> tuple[int, int, int, int] | None:
        """The clean aperture of stored pixels as left, top, right, bottom; None where all of them are to be seen."""
        body = next((body for kind, body in self.properties if kind == b"clap" and len(body) >= 32), None)
        if body is None:
            return None
        values = struct.unpack(">IIIIiIiI", body[:32])
        if not all(values[1::2]):
            return None
        wide, high, right, down = (Fraction(values[at], values[at + 1]) for at in (0, 2, 4, 6))
        left, top = round(right + (width - wide) / 2), round(down + (height - high) / 2)
        box = left, top, left + round(wide), top + round(high)
        return box if 0 <= left < box[2] <= width and 0 <= top < box[3] <= height else None


@dataclass
class _Items:
    """What the item boxes tell, by the number of the item."""

    primary: int = 0
    kinds: dict[int, bytes] = field(default_factory=dict)
    properties: list[tuple[bytes, bytes]] = field(default_factory=list)
    has: dict[int, list[int]] = field(default_factory=dict)


def inside(data: bytes | bytearray | memoryview, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield (type, where the body begins, where it ends) of the boxes from `start` to `end`."""
    for _ in range(_BOXES_MAX):
        if start + 8 > end:
            return
        size, head = int.from_bytes(data[start : start + 4], "big"), 8
        if size == 1:
            size, head = int.from_bytes(data[start + 8 : start + 16], "big"), 16
        elif size == 0:
            size = end - start
        if size < head:
            return
        yield bytes(data[start + 4 : start + 8]), start + head, min(start + size, end)
        start += size


def layout(data: bytes | memoryview) -> Layout:
    """What the file `data` holds, as far as it can be told."""
    items, moves, clip = _Items(), False, None
    for kind, start, end in inside(data, 0, len(data)):
        if kind == b"meta":
            try:
                _read_items(data, start, end, items)
            except (struct.error, IndexError):
                continue
        elif kind == b"moov":
            moves = True
        elif kind == _MOTION and clip is None:
            clip = start - 8, len(data) - start + 8
    auxiliary = {body[4:].split(b"\0", 1)[0].decode("latin-1").lower() for kind, body in items.properties if kind == b"auxC"}
    own = [items.properties[place - 1] for place in items.has.get(items.primary, ()) if 0 < place <= len(items.properties)]
    return Layout(tuple(own), frozenset(items.kinds.values()), frozenset(auxiliary), moves, clip)


def _read_items(data: bytes | memoryview, start: int, end: int, items: _Items) -> None:
    """Go through the boxes of a `meta` box."""
    for kind, at, until in inside(data, start + 4, end):
        body = bytes(data[at:until]) if kind in (b"pitm", b"iinf") else b""
        if kind == b"pitm":
            items.primary = int.from_bytes(body[4 : 6 if body[0] == 0 else 8], "big")
        elif kind == b"iinf":
            _read_infos(body, items)
        elif kind == b"iprp":
            for inner, from_, to in inside(data, at, until):
                if inner == b"ipco":
                    found = inside(data, from_, to)
                    items.properties += [(name, bytes(data[first:last])) for name, first, last in found]
                elif inner == b"ipma":
                    _read_associations(bytes(data[from_:to]), items)


def _read_infos(body: bytes, items: _Items) -> None:
    """The kinds of the items, from an `iinf` box."""
    for kind, at, until in inside(body, 6 if body[0] == 0 else 8, len(body)):
        if kind == b"infe" and body[at] >= 2:
            wide = 2 if body[at] == 2 else 4
            number = int.from_bytes(body[at + 4 : at + 4 + wide], "big")
            items.kinds[number] = body[at + 6 + wide : min(at + 10 + wide, until)]


def _read_associations(body: bytes, items: _Items) -> None:
    """Which properties the items have, from an `ipma` box."""
    wide, long = (4 if body[0] else 2), body[3] & 1
    at = 8
    for _ in range(min(int.from_bytes(body[4:8], "big"), _BOXES_MAX)):
        number = int.from_bytes(body[at : at + wide], "big")
        count = body[at + wide]
        at += wide + 1
        size = 2 if long else 1
        places = [int.from_bytes(body[at + size * n : at + size * (n + 1)], "big") for n in range(count)]
        items.has.setdefault(number, []).extend(place & (0x7FFF if long else 0x7F) for place in places)
        at += size * count


def without_texts(data: bytes | memoryview) -> bytes:
    """A copy in which no item says that it is EXIF or XMP: some decoders look for them before all of the file is there."""
    copy = bytearray(data)
    for kind, start, end in inside(data, 0, len(data)):
        if kind != b"meta":
            continue
        for inner, at, until in inside(data, start + 4, end):
            if inner == b"iinf" and until - at > 8:
                for info, first, last in inside(data, at + (6 if data[at] == 0 else 8), until):
                    place = first + (8 if data[first] == 2 else 10)
                    if info == b"infe" and place + 4 <= last and bytes(data[place : place + 4]) in (b"Exif", b"mime"):
                        copy[place : place + 4] = b"free"
    return bytes(copy)


def state_points(data: bytearray, primaries: int, transfer: int) -> None:
    """Write these code points over those of all colour boxes, of the picture and of its frames, in place.

    The same letters in a text or a profile are no box.
    """
    waiting = [(b"", 0, len(data))]
    while waiting:
        parent, start, end = waiting.pop()
        for kind, at, until in inside(data, start, end):
            if kind in _COLOURS_IN.get(parent, ()):
                waiting.append((kind, at + _BEFORE_BOXES.get(kind, 0), until))
            elif kind == b"colr" and parent in _HAVE_COLOURS and until - at >= 8 and data[at : at + 4] == b"nclx":
                struct.pack_into(">HH", data, at + 4, primaries, transfer)
