"""What MP4 and MOV files say in boxes that FFmpeg does not pass on: tracks that belong to others, and how a picture is shown.

Only `moov` is read. `insert` puts boxes of a picture's track into a finished file, whose `moov` is its last box: nothing else
moves then. Layouts after ISO/IEC 14496-12 and -15, Google's Spherical Video V1 and V2, and the Dolby Vision boxes.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Protocol

from rainapp.base.regular_files import open_regular

_MOOV_BYTES_MAX = 64 << 20
_TOP_BOXES_MAX = 10_000  # fragmented files hold two a second
_ENTRY_BYTES = 86  # a visual sample entry up to its own boxes
SPHERICAL_V1 = bytes.fromhex("ffcc8263f8554a938814587a02521fdd")
_CHAPTERS = b"chap"


class Box(NamedTuple):
    """A box: its type, and where it begins, its content begins, and it ends."""

    kind: bytes
    begin: int
    inside: int
    end: int


@dataclass(frozen=True)
class Track:
    """A track: handler, type of its first sample entry, the entry's own boxes and the track's `uuid` boxes (whole)."""

    handler: bytes = b""
    entry: bytes = b""
    boxes: Mapping[bytes, bytes] = field(default_factory=dict)
    uuids: tuple[bytes, ...] = ()
    chapters: tuple[int, ...] = ()  # tracks that hold this one's chapters


class Readable(Protocol):
    """What is needed of a file to read boxes."""

    def read(self, size: int = -1) -> bytes | None:
        """Read up to `size` bytes."""
        ...

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place."""
        ...


class Changeable(Readable, Protocol):
    """What is needed of a file to insert boxes."""

    def write(self, content: bytes) -> int:
        """Write all of it."""
        ...


def boxes(data: bytes | memoryview, begin: int, end: int) -> Iterator[Box]:
    """The boxes of `data` from `begin` to `end`, up to the first whose size cannot be."""
    while begin + 8 <= end:
        size, kind = struct.unpack_from(">I4s", data, begin)
        inside = begin + 8
        if size == 1 and begin + 16 <= end:
            size, inside = struct.unpack_from(">Q", data, begin + 8)[0], begin + 16
        elif size == 0:
            size = end - begin
        if size < inside - begin or begin + size > end:
            return
        yield Box(kind, begin, inside, begin + size)
        begin += size


def read_tracks(path: Path) -> dict[int, Track]:
    """The tracks of an MP4 or MOV file by their numbers; empty for other files and damaged ones."""
    with open_regular(path) as file:
        if file.read(8)[4:] not in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"):
            return {}
        found = _movie(file)
    if found is None:
        return {}
    _, moov = found
    tracks = {}
    try:
        for box in boxes(moov, 8, len(moov)):
            if box.kind == b"trak":
                number, track = _track(moov, box)
                tracks[number] = track
    except (struct.error, IndexError):
        return {}
    return tracks


def _movie(file: Readable) -> tuple[int, bytes] | None:
    """Where `moov` begins, and its bytes, header included; None where there is none of sensible size."""
    at = 0
    for _ in range(_TOP_BOXES_MAX):
        file.seek(at)
        head = file.read(16) or b""
        if len(head) < 8:
            return None
        size, kind = struct.unpack_from(">I4s", head)
        if size == 1 and len(head) == 16:
            size = struct.unpack_from(">Q", head, 8)[0]
        if kind == b"moov" and 8 <= size <= _MOOV_BYTES_MAX:
            file.seek(at)
            moov = file.read(size) or b""
            return (at, moov) if len(moov) == size else None
        if size < 8:
            return None
        at += size
    return None


def _inside(data: bytes, box: Box, *path: bytes) -> Box | None:
    """The first box along `path` inside `box`."""
    for kind in path:
        following = next((each for each in boxes(data, box.inside, box.end) if each.kind == kind), None)
        if following is None:
            return None
        box = following
    return box


def _track(moov: bytes, trak: Box) -> tuple[int, Track]:
    head = _inside(moov, trak, b"tkhd")
    number = 0
    if head is not None:
        number = struct.unpack_from(">I", moov, head.inside + (20 if moov[head.inside] == 1 else 12))[0]
    handler = _inside(moov, trak, b"mdia", b"hdlr")
    kind = moov[handler.inside + 8 : handler.inside + 12] if handler is not None else b""
    found: dict[bytes, bytes] = {}
    entry = _entry(moov, trak)
    if entry is not None and kind == b"vide":
        found = {each.kind: moov[each.begin : each.end] for each in boxes(moov, entry.begin + _ENTRY_BYTES, entry.end)}
    uuids = tuple(moov[each.begin : each.end] for each in boxes(moov, trak.inside, trak.end) if each.kind == b"uuid")
    references = _inside(moov, trak, b"tref", _CHAPTERS)
    chapters: tuple[int, ...] = ()
    if references is not None:
        count = (references.end - references.inside) // 4
        chapters = struct.unpack_from(f">{count}I", moov, references.inside)
    return number, Track(kind, entry.kind if entry is not None else b"", found, uuids, chapters)


def _entry(moov: bytes, trak: Box) -> Box | None:
    """The first sample entry of a track."""
    table = _inside(moov, trak, b"mdia", b"minf", b"stbl", b"stsd")
    return None if table is None else next(boxes(moov, table.inside + 8, table.end), None)


def insert(file: Changeable, entry_boxes: bytes, track_boxes: bytes) -> None:
    """Put boxes into the sample entry and the track of the first picture of a finished file, whose last box is `moov`."""
    found = _movie(file)
    if found is None:
        return
    at, moov = found
    whole = Box(b"moov", 0, 8, len(moov))
    pictures = (box for box in boxes(moov, 8, len(moov)) if box.kind == b"trak" and _track(moov, box)[1].handler == b"vide")
    trak = next(pictures, None)
    entry = None if trak is None else _entry(moov, trak)
    if trak is None or entry is None:
        return
    changed = bytearray(moov)
    above = (whole, trak, *filter(None, (_inside(moov, trak, *path) for path in _ABOVE_ENTRY)), entry)
    for box in above:
        grown = len(entry_boxes) + (len(track_boxes) if box in (whole, trak) else 0)
        struct.pack_into(">I", changed, box.begin, box.end - box.begin + grown)
    changed[trak.end : trak.end] = track_boxes
    changed[entry.end : entry.end] = entry_boxes
    file.seek(at)
    file.write(bytes(changed))


_ABOVE_ENTRY = ((b"mdia",), (b"mdia", b"minf"), (b"mdia", b"minf", b"stbl"), (b"mdia", b"minf", b"stbl", b"stsd"))
