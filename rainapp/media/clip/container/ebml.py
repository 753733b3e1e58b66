"""What Matroska and WebM say of a picture that FFmpeg does not pass on: 360°, a crop, the record of Dolby Vision.

Only the head of the file is read, up to the first cluster. Element numbers after RFC 9559.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rainapp.base.regular_files import open_regular

_HEAD_BYTES = 1 << 20
_EBML, _SEGMENT, _TRACKS, _TRACK, _VIDEO, _CLUSTER = 0x1A45DFA3, 0x18538067, 0x1654AE6B, 0xAE, 0xE0, 0x1F43B675
_PROJECTION, _ADDITION, _ADDITION_TYPE, _ADDITION_DATA = 0x7670, 0x41E4, 0x41E7, 0x41ED
_CROPS = (0x54AA, 0x54BB, 0x54CC, 0x54DD)
_DOLBY = (b"dvcC", b"dvvC", b"dvwC")
_UNKNOWN = -1


@dataclass(frozen=True)
class MatroskaPicture:
    """What a track says of its picture; `dolby` is the record of Dolby Vision as MP4 has it in its box."""

    spherical: bool = False
    cropped: bool = False
    dolby: bytes = b""


def read_pictures(path: Path) -> list[MatroskaPicture]:
    """The picture tracks of a Matroska file in order; none of other files and damaged ones."""
    with open_regular(path) as file:
        head = file.read(_HEAD_BYTES)
    if not head.startswith(_EBML.to_bytes(4, "big")):
        return []
    for kind, begin, end in _elements(head, 0, len(head)):
        if kind == _SEGMENT:
            for inner, inside, after in _elements(head, begin, end):
                if inner == _TRACKS:
                    return list(_pictures(head, inside, after))
                if inner == _CLUSTER:
                    break
    return []


def _pictures(head: bytes, begin: int, end: int) -> Iterator[MatroskaPicture]:
    for kind, inside, after in _elements(head, begin, end):
        parts = {number: (at, to) for number, at, to in _elements(head, inside, after)} if kind == _TRACK else {}
        if _VIDEO not in parts:
            continue
        video = {number: head[at:to] for number, at, to in _elements(head, *parts[_VIDEO])}
        yield MatroskaPicture(
            _PROJECTION in video and _is_round(video[_PROJECTION]),
            any(any(video.get(number, b"")) for number in _CROPS),
            _dolby(head, inside, after),
        )


def _is_round(projection: bytes) -> bool:
    """Whether a projection is other than a flat rectangle, which only turns the picture."""
    return any(number == 0x7671 and any(projection[at:to]) for number, at, to in _elements(projection, 0, len(projection)))


def _dolby(head: bytes, begin: int, end: int) -> bytes:
    for kind, inside, after in _elements(head, begin, end):
        if kind == _ADDITION:
            parts = {number: head[at:to] for number, at, to in _elements(head, inside, after)}
            if parts.get(_ADDITION_TYPE, b"")[-4:] in _DOLBY:
                return parts.get(_ADDITION_DATA, b"")
    return b""


def _elements(data: bytes, at: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Number, begin and end of the content of each element, up to the first that cannot be."""
    while at < min(end, len(data)):
        number, length = _number(data, at, keep_mark=True)
        size, width = _number(data, at + length, keep_mark=False) if length else (0, 0)
        if not width:
            return
        begin = at + length + width
        stop = end if size == _UNKNOWN else begin + size
        yield number, begin, min(stop, end)
        at = stop


def _number(data: bytes, at: int, *, keep_mark: bool) -> tuple[int, int]:
    """A number of variable length and its length; 0, 0 where there is none."""
    if at >= len(data) or not data[at]:
        return 0, 0
    length = 9 - data[at].bit_length()
    raw = data[at : at + length]
    if len(raw) < length:
        return 0, 0
    value = int.from_bytes(raw, "big")
    if keep_mark:
        return value, length
    value &= (1 << 7 * length) - 1
    return (_UNKNOWN if value == (1 << 7 * length) - 1 else value), length
