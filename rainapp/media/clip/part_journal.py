"""The finished parts of a clip that is being made, on disk, so that a power cut costs seconds and not the night.

Beside the target lie, under hidden names that another run finds again: the result as far as it is written; a journal, only ever
appended to, of the packets in it and where they lie, with a mark after each part; and, for the mark at the end, the few packets
that the muxer still holds back. A mark is written when everything before it is on the disk. What follows the last mark is of a
part that was never finished, and is written again.
"""

import contextlib
import os
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from rainapp.base.leftovers import INDEX, PARTS
from rainapp.base.new_files import settle
from rainapp.base.own_files import Like, leave_parts
from rainapp.media.atomic import refuse_listed, unwritable
from rainapp.media.clip.mux_index import Piece, StoredPacket, Tape, whole
from rainapp.media.clip.part_files import PartFiles, head_of
from rainapp.media.wait_for_space import AwaitRoom, PatientFile

_MAGIC = b"rainapp parts 4\n"
_RESULT, *_RESTS = PARTS
_PACKET, _MARK = b"P", b"E"
_PACKET_HEAD = struct.Struct("<qqqBIIH")  # presentation, decoding, duration in ticks; key frame; bytes; check sum; pieces
_PIECE = struct.Struct("<IQI")  # own bytes; offset and length in the result
_MARK_BODY = struct.Struct("<IIBQII")  # number; frames so far; memo; bytes of the result; bytes and check sum of the rest
_CHECK = struct.Struct("<I")
_WAITED_PARTS = 3  # a muxer holds packets back for seconds; what is not found after so many parts is kept whole


class DamagedParts(Exception):  # noqa: N818 - no error: it makes a sink begin anew
    """What an earlier run has left is not what its journal says."""


@dataclass(frozen=True)
class Mark:
    """The end of a part: its number from 1, `frames` in all, the owner's `memo`, and what was on the disk then."""

    number: int = 0
    frames: int = 0
    memo: bool = False
    result_bytes: int = 0
    rest_bytes: int = 0
    rest_check: int = 0


@dataclass(frozen=True)
class _Located:
    """A packet without its bytes, and where these are."""

    pts: int
    dts: int
    duration: int
    is_key: bool
    size: int
    check: int
    pieces: tuple[Piece, ...]

    def read(self, result: BinaryIO) -> StoredPacket:
        """The packet, with what lies in `result`. Raises DamagedParts when that has changed."""
        data = bytearray()
        for piece in self.pieces:
            data += piece.own
            if piece.length:
                result.seek(piece.offset)
                data += result.read(piece.length)
        if len(data) != self.size or zlib.crc32(data) != self.check:
            raise DamagedParts
        return StoredPacket(self.pts, self.dts, self.duration, self.is_key, bytes(data))


class Journal:
    """The parts made so far under one key; `mark` is the end of the last one that is finished."""

    def __init__(
        self, target: Path, key: str, await_room: AwaitRoom | None = None, *, finds: bool = True, like: Like = None
    ) -> None:
        """Opens the parts of `target` made under `key`, or begins anew when there are none. Raises UnwritableFile.

        `finds`: see `Tape`. Parts that another process has in its hands are left to it. Nobody reads who may not read `like`.
        """
        self.mark = Mark()
        self._target = target
        self._await_room = await_room
        self._finds = finds
        self._head = head_of(_MAGIC, target, key)
        with self._in_words():
            self._parts = PartFiles(target, self._head, like)
            self._files = {INDEX: self._parts.index}
            try:
                self._files |= {which: self._parts.open(which) for which in (_RESULT, *_RESTS)}
                self._recover()
                self._begin()
            except OSError:
                self.close(keep=self.mark.number > 0)
                raise

    def _begin(self) -> None:
        self.tape = Tape(PatientFile(self._files[_RESULT], self._target, self._await_room), finds=self._finds)
        self._index = PatientFile(self._files[INDEX], self._target, self._await_room)

    def _recover(self) -> None:
        """Find the last mark and drop what follows it in the journal."""
        whole_bytes = 0
        with self._parts.open_again(INDEX) as file:
            if file.read(len(self._head)) == self._head:
                for found in _records(file):
                    if isinstance(found, Mark):
                        self.mark, whole_bytes = found, file.tell()
        if not self.mark.number or os.fstat(self._files[_RESULT].fileno()).st_size < self.mark.result_bytes:
            self._empty()
        else:
            self._files[INDEX].truncate(whole_bytes)
            self._files[INDEX].seek(whole_bytes)

    def _empty(self) -> None:
        self.mark = Mark()
        for file in self._files.values():
            file.truncate(0)
            file.seek(0)
        self._files[INDEX].write(self._head)

    def restart(self) -> None:
        """Forget all parts. Raises UnwritableFile."""
        with self._in_words():
            self._empty()
            self._begin()

    def end_part(self, frames: int, memo: bool = False) -> None:
        """Mark a part as finished, `frames` in all, once everything is on the disk. Raises OSError."""
        number = self.mark.number + 1
        found = b"".join(_packed(packet, pieces) for packet, pieces in self.tape.settled(number - _WAITED_PARTS))
        rest = b"".join(_packed(packet, whole(packet.data)) for packet in self.tape.unsettled())
        os.fsync(self._files[_RESULT].fileno())
        self._write_rest(number, rest)
        size = os.fstat(self._files[_RESULT].fileno()).st_size
        mark = Mark(number, frames, memo, size, len(rest), zlib.crc32(rest))
        body = _MARK_BODY.pack(*vars(mark).values())
        self._index.write(found + _MARK + body + _CHECK.pack(zlib.crc32(body)))
        os.fsync(self._files[INDEX].fileno())
        self.mark = mark

    def _write_rest(self, number: int, rest: bytes) -> None:
        """Two files take turns, so that the one of the mark before stays as it was."""
        file = self._files[_RESTS[number % 2]]
        file.truncate(0)
        file.seek(0)
        PatientFile(file, self._target, self._await_room).write(rest)
        os.fsync(file.fileno())

    def packets(self) -> Iterator[tuple[StoredPacket, bool]]:
        """All packets of finished parts, in order, and whether the journal knows for good where they lie.

        Raises OSError, and DamagedParts when they are not there any more.
        """
        if not self.mark.number:
            return
        with self._parts.open_again(_RESTS[self.mark.number % 2]) as file:
            rest = file.read(self.mark.rest_bytes)
        if zlib.crc32(rest) != self.mark.rest_check:
            raise DamagedParts
        with self._parts.open_again(_RESULT) as result, self._parts.open_again(INDEX) as index:
            index.seek(len(self._head))
            for records in (index, BytesIO(rest)):
                for found in _records(records):
                    if isinstance(found, _Located):
                        yield found.read(result), records is index

    def commit(self, target: Path, *, replaces: bool = False) -> Path:
        """Make the result `target`, whole, and remove what was kept beside it; the name it got. Raises UnwritableFile.

        Unless it `replaces`, what has that name by now stays, and the result gets the next number.
        """
        with self._in_words():
            file = self._files[_RESULT]
            file.truncate(self.tape.end)  # an earlier run may have come further
            os.fsync(file.fileno())
            refuse_listed(target)
            target = settle(self._parts.path(), target, replaces=replaces, files=self._files.values())
        self.close(keep=False)
        return target

    def close(self, *, keep: bool) -> None:
        """Let go of the files, and remove them unless their parts are still needed."""
        if not keep:
            self._parts.drop()
        for which, file in self._files.items():
            file.close()
            leave_parts((self._parts.path(which),))
        if not keep:
            self._parts.drop()  # what this system does not remove while it is open

    @contextlib.contextmanager
    def _in_words(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise unwritable(self._target, error) from error


def _packed(packet: StoredPacket, pieces: tuple[Piece, ...]) -> bytes:
    head = (packet.pts, packet.dts, packet.duration, packet.is_key, len(packet.data), zlib.crc32(packet.data), len(pieces))
    body = b"".join(_PIECE.pack(len(piece.own), piece.offset, piece.length) + piece.own for piece in pieces)
    return _PACKET + _PACKET_HEAD.pack(*head) + body


def _records(file: BinaryIO) -> Iterator[_Located | Mark]:
    """Packets and marks from here to the end, or to the first thing that is not whole."""
    while True:
        try:
            kind = file.read(1)
            if kind == _PACKET:
                pts, dts, duration, is_key, size, check, count = _PACKET_HEAD.unpack(file.read(_PACKET_HEAD.size))
                pieces = tuple(_piece(file) for _ in range(count))
                yield _Located(pts, dts, duration, bool(is_key), size, check, pieces)
            elif kind == _MARK:
                body = file.read(_MARK_BODY.size)
                if _CHECK.unpack(file.read(_CHECK.size))[0] != zlib.crc32(body):
                    return
                number, frames, memo, *sizes = _MARK_BODY.unpack(body)
                yield Mark(number, frames, bool(memo), *sizes)
            else:
                return
        except struct.error:  # cut off
            return


def _piece(file: BinaryIO) -> Piece:
    own_bytes, offset, length = _PIECE.unpack(file.read(_PIECE.size))
    own = file.read(own_bytes)
    if len(own) < own_bytes:
        raise struct.error
    return Piece(own, offset, length)
