"""What the table of a transport stream says of its pictures that FFmpeg does not pass on: the record of Dolby Vision.

Layout after ISO/IEC 13818-1; the descriptor after Dolby's "Dolby Vision streams within the MPEG-2 transport stream format".
"""

from collections.abc import Iterator
from pathlib import Path

from rainapp.base.regular_files import open_regular

_LOOKED_BYTES = 1 << 20
_SYNC, _PACKET = 0x47, 188
_DOLBY = 0xB0


def read_dolby(path: Path) -> bytes:
    """The record of Dolby Vision as MP4 has it in its box; empty where there is none."""
    with open_regular(path) as file:
        data = file.read(_LOOKED_BYTES)
    table = 0
    for pid, section in _sections(data):
        if pid == 0 and not table and len(section) >= 12:
            entries = range(8, len(section) - 7, 4)
            table = next((_pid(section, at + 2) for at in entries if section[at : at + 2] != b"\0\0"), 0)
        elif table and pid == table:
            return next((_record(body) for tag, body in _descriptors(section) if tag == _DOLBY and len(body) >= 5), b"")
    return b""


def _record(body: bytes) -> bytes:
    has_base = body[3] & 1
    compatibility = body[4] if has_base else body[6] if len(body) > 6 else 0
    return body[:4] + bytes((compatibility & 0xF0,))


def _pid(data: bytes, at: int) -> int:
    return (data[at] & 0x1F) << 8 | data[at + 1]


def _sections(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The packets that begin a table, by the number of their stream; larger tables than a packet are cut."""
    lead = 4 if data[4:5] == bytes((_SYNC,)) and data[:1] != bytes((_SYNC,)) else 0  # Blu-ray puts a time before each
    for at in range(lead, len(data) - _PACKET, _PACKET + lead):
        packet = data[at : at + _PACKET]
        if packet[0] != _SYNC or not packet[1] & 0x40 or not packet[3] & 0x10:
            continue
        begin = 4 + (1 + packet[4] if packet[3] & 0x20 else 0)
        if begin < _PACKET:
            yield _pid(packet, 1), packet[begin + 1 + packet[begin] :]


def _descriptors(section: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and content of all descriptors of the streams in a programme's table."""
    if len(section) < 12:
        return
    end = min(len(section), 3 + ((section[1] & 0x0F) << 8 | section[2]) - 4)
    at = 12 + ((section[10] & 0x0F) << 8 | section[11])
    while at + 5 <= end:
        inside, at = at + 5, at + 5 + ((section[at + 3] & 0x0F) << 8 | section[at + 4])
        while inside + 2 <= min(at, end):
            size = section[inside + 1]
            yield section[inside], section[inside + 2 : inside + 2 + size]
            inside += 2 + size
