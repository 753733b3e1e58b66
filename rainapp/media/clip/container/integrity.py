"""Whether a clip's file is all there, told before the start from sizes the containers write down themselves."""

import struct
from pathlib import Path

from av.video.stream import VideoStream

from rainapp.base.regular_files import open_regular

_EBML, _SEGMENT = b"\x1a\x45\xdf\xa3", b"\x18\x53\x80\x67"


def missing_words(path: Path, stream: VideoStream) -> str | None:
    """A sentence when the file ends before its content does, None when nothing speaks for that."""
    bytes_there = path.stat().st_size
    entries = stream.index_entries
    cut = sum(1 for entry in entries if entry.pos + entry.size > bytes_there)
    if cut:
        return f"The file is cut off: about {cut} of {len(entries)} frames are missing at its end."
    with open_regular(path) as file:
        head = file.read(4096)
    declared = _matroska_bytes(head) or _riff_bytes(head) or 0
    if declared > bytes_there:
        return f"The file is cut off: {100 * bytes_there / declared:.0f} % of it are there."
    return None


def _matroska_bytes(head: bytes) -> int | None:
    """Where the Matroska segment ends, None for other files and for segments of unknown size."""
    if not head.startswith(_EBML):
        return None
    header = _vint(head, 4)
    if header is None:
        return None
    start = header[1] + header[0]
    if head[start : start + 4] != _SEGMENT:
        return None
    segment = _vint(head, start + 4)
    return None if segment is None else segment[1] + segment[0]


def _vint(data: bytes, at: int) -> tuple[int, int] | None:
    """An EBML size at `at` and the position after it; None when it is cut off or says "unknown"."""
    if at >= len(data) or data[at] == 0:
        return None
    length = 9 - data[at].bit_length()
    raw = data[at : at + length]
    value = int.from_bytes(raw, "big") & ((1 << (7 * length)) - 1)
    if len(raw) < length or value == (1 << (7 * length)) - 1:
        return None
    return value, at + length


def _riff_bytes(head: bytes) -> int | None:
    """Where the first RIFF chunk of an AVI file ends; larger files go on in further chunks."""
    if head[:4] != b"RIFF" or head[8:12] != b"AVI ":
        return None
    size: int = struct.unpack("<I", head[4:8])[0]
    return size + 8 if 0 < size < 0xFFFFFFFF else None
