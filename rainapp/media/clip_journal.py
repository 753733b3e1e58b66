"""The finished parts of a clip that is being made, on disk, so that a power cut costs seconds and not the night.

Beside the target lie, under hidden names that another run finds again: the result as far as it is written; a journal, only ever
appended to, of the packets in it and where they lie, with a mark after each part; and, for the mark at the end, the few packets
that the muxer still holds back. A mark is written when everything before it is on the disk. What follows the last mark is of a
part that was never finished, and is written again.
"""

import contextlib
import hashlib
import os
import secrets
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO, FileIO
from pathlib import Path
from typing import BinaryIO

from rainapp.media.atomic import leave_parts, refuse_listed, take_parts, unwritable
from rainapp.media.clip_tape import Piece, StoredPacket, Tape, whole
from rainapp.media.held import PARTS_SUFFIX, hold
from rainapp.media.room import AwaitRoom, PatientFile

_MAGIC = b"rainapp parts 3\n"
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


def journal_path(target: Path, which: str = "") -> Path:
    """Where the parts of `target` lie ("": the result so far; "-index", "-rest0", "-rest1")."""
    return target.with_name(f".{hashlib.sha256(os.fsencode(target.name)).hexdigest()[:12]}{which}{PARTS_SUFFIX}")


class Journal:
    """The parts made so far under one key; `mark` is the end of the last one that is finished."""

    def __init__(self, target: Path, key: str, await_room: AwaitRoom | None = None, *, finds: bool = True) -> None:
        """Opens the parts of `target` made under `key`, or begins anew when there are none. Raises UnwritableFile.

        `finds`: see `Tape`. When another process has the parts in its hands, this one makes some that nobody finds again.
        """
        self.mark = Mark()
        self._target = target
        self._await_room = await_room
        self._finds = finds
        self._head = _MAGIC + hashlib.sha256(key.encode()).digest()
        with self._in_words():
            self._files = self._open(target)
            try:
                self._recover()
                self._begin()
            except OSError:
                self.close(keep=self.mark.number > 0)
                raise

    def _open(self, target: Path) -> dict[str, FileIO]:
        """Open all four files; the first is held as long as they are."""
        base = target
        while True:
            file = _opened(journal_path(base))
            if hold(file) and os.fstat(file.fileno()).st_nlink:  # otherwise its holder has just removed it
                break
            file.close()
            base = target.with_name(f"{target.name} {secrets.token_hex(4)}")
        self.paths = {which: journal_path(base, which) for which in ("", "-index", "-rest0", "-rest1")}
        take_parts(self.paths.values())
        return {"": file} | {which: _opened(path) for which, path in self.paths.items() if which}

    def _begin(self) -> None:
        self.tape = Tape(PatientFile(self._files[""], self._target, self._await_room), finds=self._finds)
        self._index = PatientFile(self._files["-index"], self._target, self._await_room)

    def _recover(self) -> None:
        """Find the last mark and drop what follows it in the journal."""
        whole_bytes = 0
        with self.paths["-index"].open("rb") as file:
            if file.read(len(self._head)) == self._head:
                for found in _records(file):
                    if isinstance(found, Mark):
                        self.mark, whole_bytes = found, file.tell()
        if not self.mark.number or os.fstat(self._files[""].fileno()).st_size < self.mark.result_bytes:
            self._empty()
        else:
            self._files["-index"].truncate(whole_bytes)
            self._files["-index"].seek(whole_bytes)

    def _empty(self) -> None:
        self.mark = Mark()
        for file in self._files.values():
            file.truncate(0)
            file.seek(0)
        self._files["-index"].write(self._head)

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
        os.fsync(self._files[""].fileno())
        self._write_rest(number, rest)
        size = os.fstat(self._files[""].fileno()).st_size
        mark = Mark(number, frames, memo, size, len(rest), zlib.crc32(rest))
        body = _MARK_BODY.pack(*vars(mark).values())
        self._index.write(found + _MARK + body + _CHECK.pack(zlib.crc32(body)))
        os.fsync(self._files["-index"].fileno())
        self.mark = mark

    def _write_rest(self, number: int, rest: bytes) -> None:
        """Two files take turns, so that the one of the mark before stays as it was."""
        file = self._files[f"-rest{number % 2}"]
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
        rest = self.paths[f"-rest{self.mark.number % 2}"].read_bytes()[: self.mark.rest_bytes]
        if zlib.crc32(rest) != self.mark.rest_check:
            raise DamagedParts
        with self.paths[""].open("rb") as result, self.paths["-index"].open("rb") as index:
            index.seek(len(self._head))
            for file in (index, BytesIO(rest)):
                for found in _records(file):
                    if isinstance(found, _Located):
                        yield found.read(result), file is index

    def commit(self, target: Path) -> None:
        """Make the result `target`, whole, and remove what was kept beside it. Raises UnwritableFile."""
        with self._in_words():
            file = self._files[""]
            file.truncate(self.tape.end)  # an earlier run may have come further
            os.fsync(file.fileno())
            for each in self._files.values():
                each.close()
            refuse_listed(target)
            os.replace(self.paths[""], target)
        self.close(keep=False)

    def close(self, *, keep: bool) -> None:
        """Let go of the files, and remove them unless their parts are still needed."""
        for file in self._files.values():
            file.close()
        if not keep:
            for path in self.paths.values():
                with contextlib.suppress(OSError):
                    path.unlink()
        leave_parts(self.paths.values())

    @contextlib.contextmanager
    def _in_words(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise unwritable(self._target, error) from error


def _opened(path: Path) -> FileIO:
    """`path` for reading and writing, made when missing, not emptied, and without a buffer."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
    return open(handle, "r+b", buffering=0)  # noqa: SIM115 - the journal closes it


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
