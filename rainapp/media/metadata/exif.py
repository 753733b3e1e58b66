"""EXIF blocks and TIFF directories: read, edited in place, and written anew.

An EXIF block is a small TIFF file. Edits are made in place, because maker notes hold offsets from the start of the block
that no one can rewrite: every byte that need not change stays where it is. Method: TIFF 6.0, EXIF 2.32 (CIPA DC-008).
"""

import contextlib
import struct
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

ORIENTATION, EXIF_IFD, GPS_IFD, INTEROP_IFD = 0x0112, 0x8769, 0x8825, 0xA005
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_MAX_ENTRIES = 4096
_NUMBERS_MAX = 1 << 22  # strips of a picture; the largest has a row each
_DIRECTORIES_MAX = 32  # that lie in one another; a photo has three
_WIDTH_TAGS, _HEIGHT_TAGS = (0x0100, 0xA002), (0x0101, 0xA003)
_COLOUR_SPACE, _ADOBE_RGB, _UNCALIBRATED = 0xA001, 2, 0xFFFF
_THUMB_OFFSET, _THUMB_LENGTH = 0x0201, 0x0202


@dataclass(frozen=True)
class Tag:
    """One directory entry: `raw` is the value in the byte order of its file."""

    tag: int
    type: int
    count: int
    raw: bytes


@dataclass(frozen=True)
class _Entry:
    tag: int
    type: int
    count: int
    at: int  # where the 12 (BigTIFF: 20) bytes of the entry begin
    value_at: int
    length: int


class Directories:
    """The directories of a TIFF-structured block `data`; raises ValueError when it is none."""

    def __init__(self, data: bytes | bytearray | memoryview) -> None:
        self.data = data
        head = bytes(data[:16])
        if head[:2] not in (b"II", b"MM") or len(head) < 8:
            raise ValueError("no TIFF header")
        self.order = "<" if head[:2] == b"II" else ">"
        self.big = self._unpack("H", head, 2) == 43
        self.first = self._unpack("Q", head, 8) if self.big else self._unpack("I", head, 4)

    def _unpack(self, code: str, data: bytes, at: int) -> int:
        try:
            return int(struct.unpack_from(self.order + code, data, at)[0])
        except struct.error as error:
            raise ValueError("directory beyond the end") from error

    def _number(self, code: str, at: int) -> int:
        return self._unpack(code, bytes(self.data[at : at + struct.calcsize(code)]), 0)

    def entries(self, offset: int) -> tuple[list[_Entry], int]:
        """The entries of the directory at `offset`, and the offset of the next directory (0: none)."""
        wide = self.big
        count = self._number("Q" if wide else "H", offset)
        if count > _MAX_ENTRIES:
            raise ValueError("directory too long")
        size, start = (20, offset + 8) if wide else (12, offset + 2)
        found = []
        for index in range(count):
            at = start + index * size
            kind, number = self._number("H", at + 2), self._number("Q" if wide else "I", at + 4)
            length = _SIZES.get(kind, 1) * number
            inline = at + (12 if wide else 8)
            value_at = inline if length <= (8 if wide else 4) else self._number("Q" if wide else "I", inline)
            found.append(_Entry(self._number("H", at), kind, number, at, value_at, length))
        end = start + count * size
        if end > len(self.data):
            raise ValueError("directory beyond the end")
        following = 0
        with contextlib.suppress(ValueError):
            following = self._number("Q" if wide else "I", end)
        return found, following

    def tags(self, offset: int) -> list[Tag]:
        """The tags of the directory at `offset`; entries whose value lies beyond the end are left out.

        So are those after which the values together are longer than the file: then they are the same bytes many times.
        """
        found, room = [], len(self.data)
        for e in self.entries(offset)[0]:
            if e.type in _SIZES and e.value_at + e.length <= len(self.data) and e.length <= room:
                room -= e.length
                found.append(Tag(e.tag, e.type, e.count, bytes(self.data[e.value_at : e.value_at + e.length])))
        return found

    def first_numbers(self, offset: int, wanted: Collection[int]) -> dict[int, int]:
        """The first number of each `wanted` tag of the directory at `offset`; of a tag given twice the last counts."""
        found: dict[int, int] = {}
        for entry in self.entries(offset)[0]:
            size = _SIZES.get(entry.type, 0)
            if entry.tag in wanted and entry.count and size and entry.value_at + entry.length <= len(self.data):
                raw = bytes(self.data[entry.value_at : entry.value_at + size])
                found.update((entry.tag, value) for value in self.numbers(Tag(entry.tag, entry.type, 1, raw)))
        return found

    def numbers(self, tag: Tag) -> tuple[int, ...]:
        """The whole numbers of a BYTE, SHORT, LONG or LONG8 tag; empty for other types."""
        if tag.count > _NUMBERS_MAX:
            raise ValueError("more numbers than any tag has")
        code = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}.get(tag.type)
        return struct.unpack(f"{self.order}{tag.count}{code}", tag.raw) if code else ()


def orientation(block: bytes) -> int | None:
    """The orientation 1..8 in the EXIF `block`, or None when there is none or it makes no sense."""
    try:
        directories = Directories(block)
        for entry in directories.entries(directories.first)[0]:
            if entry.tag == ORIENTATION and entry.count == 1 and entry.type in _SIZES:
                raw = block[entry.value_at : entry.value_at + entry.length]
                value = directories.numbers(Tag(entry.tag, entry.type, entry.count, raw))
                return value[0] if value and 1 <= value[0] <= 8 else None
    except ValueError:
        pass
    return None


def states_adobe_rgb(block: bytes) -> bool:
    """Whether the block says that the colours are Adobe RGB: in the words of DCF, or by the number that many programs use."""
    with contextlib.suppress(ValueError, struct.error):
        directories = Directories(block)
        first = {tag.tag: tag for tag in directories.tags(directories.first)}
        if EXIF_IFD in first:
            inner = {tag.tag: tag for tag in directories.tags(directories.numbers(first[EXIF_IFD])[0])}
            space = directories.numbers(inner[_COLOUR_SPACE]) if _COLOUR_SPACE in inner else ()
            if space[:1] == (_ADOBE_RGB,):
                return True
            if space[:1] == (_UNCALIBRATED,) and INTEROP_IFD in inner:
                interop = directories.tags(directories.numbers(inner[INTEROP_IFD])[0])
                return any(tag.tag == 1 and tag.raw.startswith(b"R03") for tag in interop)
    return False


def edited(block: bytes, width: int, height: int, *, location: bool) -> bytes | None:
    """The block for an upright picture of `width` x `height`: orientation 1, no thumbnail, no location unless `location`.

    Everything else stays byte for byte. A block that cannot be parsed is returned as it is, or as None when the location had
    to be found in it.
    """
    data = bytearray(block)
    try:
        directories = Directories(data)
        if directories.big:
            raise ValueError("BigTIFF is no EXIF")
        entries, following = directories.entries(directories.first)
        _set_numbers(directories, entries, width, height)
        exif = next((directories._number("I", e.at + 8) for e in entries if e.tag == EXIF_IFD), 0)
        if exif:
            with contextlib.suppress(ValueError):
                _set_numbers(directories, directories.entries(exif)[0], width, height)
        if following:
            _drop_thumbnail(directories, entries, following)
        if not location:
            _drop_location(directories, directories.first)
    except ValueError:
        return block if location else None
    return bytes(data)


def _set_numbers(directories: Directories, entries: Sequence[_Entry], width: int, height: int) -> None:
    values = {ORIENTATION: 1} | dict.fromkeys(_WIDTH_TAGS, width) | dict.fromkeys(_HEIGHT_TAGS, height)
    for entry in entries:
        if entry.tag in values and entry.count == 1 and entry.type in (3, 4):
            value = values[entry.tag]
            if entry.type == 4 or value <= 0xFFFF:
                struct.pack_into(directories.order + ("H" if entry.type == 3 else "I"), directories.data, entry.at + 8, value)


def _ends(directories: Directories, offset: int, depth: int = 0) -> int:
    """Where the last byte that the directory at `offset`, its sub-directories and their values use ends."""
    try:
        entries, _ = directories.entries(offset)
    except ValueError:
        return len(directories.data)
    end = offset + 2 + len(entries) * 12 + 4
    for entry in entries:
        end = max(end, entry.value_at + entry.length)
    for inner in _inner(directories, entries) if depth < 3 else ():
        end = max(end, _ends(directories, inner, depth + 1))
    return end


def _inner(directories: Directories, entries: Sequence[_Entry]) -> list[int]:
    """Where the sub-directories of a directory lie, the first of each kind: a block may name thousands, and they more each."""
    first = {entry.tag: entry for entry in reversed(entries) if entry.tag in (EXIF_IFD, GPS_IFD, INTEROP_IFD)}
    return [directories._number("I", entry.at + 8) for entry in first.values()]


def _drop_thumbnail(directories: Directories, entries: Sequence[_Entry], following: int) -> None:
    """Unlink the second directory (the thumbnail still shows the rain), blank its picture, and cut it off where it is last."""
    data = directories.data
    assert isinstance(data, bytearray)
    after = directories.first + 2 + len(entries) * 12
    struct.pack_into(directories.order + "I", data, after, 0)
    with contextlib.suppress(ValueError):
        thumb = {e.tag: directories._number("I", e.at + 8) for e in directories.entries(following)[0]}
        start, length = thumb.get(_THUMB_OFFSET, 0), thumb.get(_THUMB_LENGTH, 0)
        used = _ends(directories, directories.first)
        if start and length and start + length <= len(data):
            if start >= used:
                del data[start:]
            elif start + length <= following or start >= following:
                data[start : start + length] = (
                    bytes(length) if not _overlaps(directories, start, length) else data[start : start + length]
                )


def _overlaps(directories: Directories, start: int, length: int) -> bool:
    """Whether a value of the first directory or its sub-directories lies in the bytes from `start`."""
    offsets, seen = [directories.first], set[int]()
    while offsets:
        offset = offsets.pop()
        if offset in seen:
            continue
        seen.add(offset)
        with contextlib.suppress(ValueError):
            entries, _ = directories.entries(offset)
            if any(entry.value_at < start + length and start < entry.value_at + entry.length for entry in entries):
                return True
            if len(seen) < _DIRECTORIES_MAX:
                offsets += _inner(directories, entries)
    return False


def _drop_location(directories: Directories, offset: int) -> None:
    """Blank the GPS directory and its values, and take its entry out of the directory at `offset`."""
    data = directories.data
    assert isinstance(data, bytearray)
    entries, _ = directories.entries(offset)
    for entry in entries:
        if entry.tag != GPS_IFD:
            continue
        gps = directories._number("I", entry.at + 8)
        with contextlib.suppress(ValueError):
            values = directories.entries(gps)[0]
            _blank(data, [(gps, 2 + len(values) * 12), *((value.value_at, value.length) for value in values)])
        end = offset + 2 + len(entries) * 12
        rest = bytes(data[entry.at + 12 : end + 4])  # the entries after it, and the link to the next directory
        struct.pack_into(directories.order + "H", data, offset, len(entries) - 1)
        data[entry.at : entry.at + 12 + len(rest)] = rest + bytes(12)
        return


def _blank(data: bytearray, places: Sequence[tuple[int, int]]) -> None:
    """Write zeros over all `places`: (where one begins, its length). Bytes that many of them share are written once."""
    done = 0
    for start, length in sorted(places):
        start, end = max(start, done), min(start + length, len(data))
        if start < end:
            data[start:end] = bytes(end - start)
            done = end


def serialised(order: str, first: Sequence[Tag], subs: Mapping[int, Sequence[Tag]], base: int = 0) -> bytes:
    """A new EXIF block from the tags of the first directory and of its sub-directories (`EXIF_IFD`, `GPS_IFD`, `INTEROP_IFD`).

    Offsets count from `base` bytes before the block, for a block that is to lie inside a larger file.
    """
    block = bytearray((b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8))
    pointers = [Tag(tag, 4, 1, bytes(4)) for tag in subs if tag != INTEROP_IFD]
    places = append_directory(block, order, [*first, *pointers], base)
    for tag, tags in subs.items():
        if tag == INTEROP_IFD:
            continue
        struct.pack_into(order + "I", block, places[tag], base + len(block))
        inner = [Tag(INTEROP_IFD, 4, 1, bytes(4))] if tag == EXIF_IFD and INTEROP_IFD in subs else []
        inner_places = append_directory(block, order, [*tags, *inner], base)
        if inner:
            struct.pack_into(order + "I", block, inner_places[INTEROP_IFD], base + len(block))
            append_directory(block, order, subs[INTEROP_IFD], base)
    return bytes(block)


def append_directory(block: bytearray, order: str, tags: Sequence[Tag], base: int = 0) -> dict[int, int]:
    """Append a directory and its values to `block`; `base` is the file offset of the block's first byte.

    Returns where in `block` the value or the offset field of each tag lies, so that pointers can be filled in later.
    """
    ordered = sorted({tag.tag: tag for tag in tags}.values(), key=lambda tag: tag.tag)
    start = len(block)
    values = bytearray()
    values_at = base + start + 2 + 12 * len(ordered) + 4
    block += struct.pack(order + "H", len(ordered))
    places = {}
    for tag in ordered:
        block += struct.pack(order + "HHI", tag.tag, tag.type, tag.count)
        places[tag.tag] = len(block)
        if len(tag.raw) <= 4:
            block += tag.raw.ljust(4, b"\0")
        else:
            block += struct.pack(order + "I", values_at + len(values))
            values += tag.raw + b"\0" * (len(tag.raw) % 2)
    block += bytes(4) + values
    return places
