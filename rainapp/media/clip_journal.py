"""The finished parts of a clip that is being made, on disk, so that a power cut costs seconds and not the night.

One file beside the target, only ever appended to: a header that says whose parts these are, then encoded packets, and after
each part a mark with the number of frames so far, written only when everything before it is on the disk. What follows the last
mark is of a part that was never finished and is dropped on opening.
"""

import hashlib
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from rainapp.media.atomic import unwritable

_MAGIC = b"rainapp parts 1\n"
_PACKET, _MARK = b"P", b"E"
_PACKET_HEAD = struct.Struct("<qqqBI")  # presentation, decoding, duration in ticks; key frame; bytes
_MARK_BODY = struct.Struct("<II")  # frames so far; check sum of that number
SUFFIX = ".rainapp-parts"


@dataclass(frozen=True)
class StoredPacket:
    """An encoded packet; times in ticks of the clip's time base."""

    pts: int
    dts: int
    duration: int
    is_key: bool
    data: bytes


def journal_path(target: Path) -> Path:
    """Where the parts of `target` lie: a short hidden name beside it that another run finds again."""
    return target.with_name(f".{hashlib.sha256(os.fsencode(target.name)).hexdigest()[:12]}{SUFFIX}")


class Journal:
    """The parts made so far under one key; `frames` of them are finished."""

    def __init__(self, target: Path, key: str) -> None:
        """Opens the parts of `target` made under `key`, or begins anew when there are none. Raises UnwritableFile."""
        self.path = journal_path(target)
        self.frames = 0
        self._target = target
        self._head = _MAGIC + hashlib.sha256(key.encode()).digest()
        try:
            self._file: BinaryIO = open(self.path, "a+b")  # noqa: SIM115 - closed by `close`
            self._recover()
        except OSError as error:
            raise unwritable(target, error) from error

    def _recover(self) -> None:
        """Find the last mark and drop what follows it."""
        self._file.seek(0)
        whole = 0
        if self._file.read(len(self._head)) == self._head:
            whole = self._file.tell()
            for found in self._records():
                if isinstance(found, int):
                    self.frames = found
                    whole = self._file.tell()
        self._file.truncate(whole)
        self._file.seek(0, os.SEEK_END)
        if whole == 0:
            self._file.write(self._head)

    def append(self, packet: StoredPacket) -> None:
        """Add a packet to the part in the making. Raises OSError."""
        head = _PACKET_HEAD.pack(packet.pts, packet.dts, packet.duration, packet.is_key, len(packet.data))
        self._file.write(_PACKET + head + packet.data)

    def end_part(self, frames: int) -> None:
        """Mark a part as finished, `frames` in all, once it is on the disk. Raises OSError."""
        self._sync()
        self._file.write(_MARK + _MARK_BODY.pack(frames, _check(frames)))
        self._sync()
        self.frames = frames

    def _sync(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())

    def packets(self) -> Iterator[StoredPacket]:
        """All packets of finished parts, in the order they were added. Raises OSError."""
        self._file.flush()
        self._file.seek(len(self._head))
        for found in self._records():
            if isinstance(found, StoredPacket):
                yield found

    def _records(self) -> Iterator[StoredPacket | int]:
        """Packets, and the frame numbers of marks, from here to the end or the first thing that is not whole."""
        while True:
            kind = self._file.read(1)
            if kind == _PACKET:
                head = self._file.read(_PACKET_HEAD.size)
                if len(head) < _PACKET_HEAD.size:
                    return
                pts, dts, duration, is_key, size = _PACKET_HEAD.unpack(head)
                data = self._file.read(size)
                if len(data) < size:
                    return
                yield StoredPacket(pts, dts, duration, bool(is_key), data)
            elif kind == _MARK:
                body = self._file.read(_MARK_BODY.size)
                if len(body) < _MARK_BODY.size or _MARK_BODY.unpack(body)[1] != _check(_MARK_BODY.unpack(body)[0]):
                    return
                yield int(_MARK_BODY.unpack(body)[0])
            else:
                return

    def close(self, *, keep: bool) -> None:
        """Let go of the file, and remove it unless its parts are still needed."""
        self._file.close()
        if not keep:
            self.path.unlink(missing_ok=True)


def _check(frames: int) -> int:
    return (frames * 2654435761 ^ 0x5EED) & 0xFFFFFFFF
