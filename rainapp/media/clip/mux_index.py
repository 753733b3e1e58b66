"""The file of a clip in the making, which notices where the packets that were given to its muxer end up.

A muxer writes a packet as it is, or with other words between its units (lengths instead of the start codes of H.264 and HEVC,
no temporal delimiter of AV1, no frame header of ProRes). So a packet can be put together again from pieces of the file and a
few bytes beside it, and nothing needs to be kept twice. Where no piece is found, the packet itself has to be kept.
"""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

_START_CODES = re.compile(rb"\x00{2,3}\x01")
_UNITS = -1
_WAYS = (0, 2, 8, _UNITS)  # how a packet lies in the file: without so many bytes of its beginning, or in units
_TINY_BYTES = 64  # pieces below this are kept beside the file: they could be found anywhere
_LOST_BYTES = 4096  # units of this size that the muxer has left out (parameter sets) may be kept beside it too
_LOOK_BYTES = 4 << 20  # look for packets whenever so much was written


class Piece(NamedTuple):
    """A part of a packet: bytes of its own, then `length` bytes of the file from `offset` on."""

    own: bytes
    offset: int
    length: int


@dataclass(frozen=True)
class StoredPacket:
    """An encoded packet; times in ticks of the clip's time base."""

    pts: int
    dts: int
    duration: int
    is_key: bool
    data: bytes


class Seekable(Protocol):
    """What is needed of the file below."""

    def write(self, content: bytes) -> int:
        """Write all of it."""
        ...

    def read(self, size: int = -1) -> bytes | None:
        """Read up to `size` bytes."""
        ...

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place."""
        ...

    def tell(self) -> int:
        """The place."""
        ...


@dataclass
class _Sought:
    packet: StoredPacket
    part: int
    pieces: tuple[Piece, ...] | None = field(default=None)


class Tape:
    """A file for a muxer to write into. `finds` False: its packets cannot be found again, so nobody looks."""

    def __init__(self, file: Seekable, *, finds: bool = True) -> None:
        self.name = "tape"  # PyAV asks for it
        self._file = file
        self._finds = finds
        self._end = file.seek(0)  # of what was written in this run
        self._window = bytearray()  # what was written last, up to `_end`
        self._sought: deque[_Sought] = deque()
        self._unfound = 0  # how many of `_sought`, from its end, were not looked for with success yet
        self._way = 0
        self._shut = False

    def shut(self) -> None:
        """Write nothing from now on."""
        self._shut = True

    def write(self, content: bytes) -> int:
        """Write at the present place."""
        if self._shut:
            return len(content)
        at = self._file.tell()
        written = self._file.write(content)
        if at < self._end < at + written:  # boxes that are put in at the end
            self._end = at + written
        elif at == self._end:
            self._end += written
            if self._unfound and self._finds:
                self._window += content
                if len(self._window) > _LOOK_BYTES:
                    self._look()
        return written

    def read(self, size: int = -1) -> bytes | None:
        """Read what was written, from the present place on."""
        return self._file.read(size)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place in the file."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """The place in the file."""
        return self._file.tell()

    @property
    def end(self) -> int:
        """Where what was written in this run ends."""
        return self._end

    def expect(self, packet: StoredPacket, part: int) -> None:
        """`packet` of the part with that number is given to the muxer now."""
        self._sought.append(_Sought(packet, part))
        self._unfound += 1

    def settled(self, give_up_part: int) -> Iterator[tuple[StoredPacket, tuple[Piece, ...]]]:
        """Packets with the pieces they are made of, in order, each once; up to the first that may still be found.

        Packets of `give_up_part` and before are no longer waited for: they are a piece of their own.
        """
        self._look()
        while self._sought:
            first = self._sought[0]
            if first.pieces is None:
                if first.part > give_up_part and self._finds:
                    return
                first.pieces = whole(first.packet.data)
                self._unfound -= 1
            self._sought.popleft()
            yield first.packet, first.pieces

    def unsettled(self) -> list[StoredPacket]:
        """The packets that `settled` has not given yet."""
        return [sought.packet for sought in self._sought]

    def _look(self) -> None:
        """Find packets in what was written, in order."""
        cursor = 0
        while self._finds and self._unfound:
            sought = self._sought[len(self._sought) - self._unfound]
            found = self._place(sought.packet.data, cursor)
            if found is None:
                break
            sought.pieces, cursor = found
            self._unfound -= 1
        if not self._unfound or not self._finds:
            cursor = len(self._window)
        del self._window[:cursor]

    def _place(self, data: bytes, cursor: int) -> tuple[tuple[Piece, ...], int] | None:
        """The pieces of `data` in the window from `cursor` on and where they end; None when they are not there (yet)."""
        if len(data) < _TINY_BYTES:
            return whole(data), cursor
        for way in (self._way, *_WAYS):
            found = self._in_units(data, cursor) if way == _UNITS else self._but_head(data, way, cursor)
            if found is not None:
                self._way = way
                return found
        return None

    def _but_head(self, data: bytes, head: int, cursor: int) -> tuple[tuple[Piece, ...], int] | None:
        """`data` in one piece but for its first `head` bytes."""
        length = len(data) - head
        at = self._window.find(memoryview(data)[head:], cursor) if length >= _TINY_BYTES else -1
        return None if at < 0 else ((Piece(data[:head], self._offset(at), length),), at + length)

    def _in_units(self, data: bytes, cursor: int) -> tuple[tuple[Piece, ...], int] | None:
        """`data` cut behind its start codes; what is small, or was left out by the muxer, stays beside the file."""
        units = list(_units(data))
        if units and max(end - begin for begin, end in units) < _TINY_BYTES:
            return whole(data), cursor
        pieces = []
        own = 0
        for begin, end in units:
            length = end - begin
            at = self._window.find(memoryview(data)[begin:end], cursor) if length >= _TINY_BYTES else -1
            if at >= 0:
                pieces.append(Piece(data[own:begin], self._offset(at), length))
                own, cursor = end, at + length
            elif length >= _LOST_BYTES:
                return None
        return ((*pieces, *whole(data[own:])), cursor) if pieces else None

    def _offset(self, at: int) -> int:
        return self._end - len(self._window) + at


def _units(data: bytes) -> Iterator[tuple[int, int]]:
    """Where the units between start codes begin and end."""
    codes = list(_START_CODES.finditer(data))
    for code, following in zip(codes, [*codes[1:], None], strict=False):
        yield code.end(), following.start() if following else len(data)


def whole(data: bytes) -> tuple[Piece, ...]:
    """`data` as one piece that nothing of the file belongs to; none for no data."""
    return (Piece(data, 0, 0),) if data else ()
