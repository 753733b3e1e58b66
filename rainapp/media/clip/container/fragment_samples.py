"""How many samples the fragments of an MP4 or MOV file claim: FFmpeg makes a table of all of them before it reads one.

A run of samples (`trun`) may say nothing of each but how many there are, so a file of a thousand bytes can claim gigabytes of
table. Every sample has a byte of its own in the file. Layouts after ISO/IEC 14496-12.
"""

import re
import struct
from pathlib import Path
from typing import BinaryIO

from rainapp.base.regular_files import open_regular

_RUN = re.compile(rb"trun.{4}(.{4})", re.DOTALL)
_RUN_BYTES = 12
_LOOKED_INTO = frozenset(  # by FFmpeg, for boxes in them; it passes over what it does not know
    b"moov moof traf trun trak mdia minf stbl mvex udta edts dinf meta wave tapt gmhd rtmd hoov ilst".split()
)
_BLOCK_BYTES = 1 << 20
_BOXES_MAX = 1_000_000  # a day of fragments of a second
_SAMPLES_MAX = 20_000_000  # days of frames


def check_samples(path: Path) -> None:
    """Raise ValueError where a file claims more samples than it can hold. Raises OSError."""
    with open_regular(path) as file:
        size = file.seek(0, 2)
        at = claimed = 0
        for _ in range(_BOXES_MAX):
            file.seek(at)
            head = file.read(16)
            if len(head) < 8:
                return
            length, kind = struct.unpack_from(">I4s", head)
            if length == 1 and len(head) == 16:
                length = struct.unpack_from(">Q", head, 8)[0]
            if length < 8:  # to the end
                length = size - at
            if kind in _LOOKED_INTO:
                claimed += _samples(file, at, min(at + length, size))
            if claimed > min(size, _SAMPLES_MAX):
                raise ValueError("more samples than the file can hold")
            at += length
    raise ValueError("more boxes than a clip has")


def _samples(file: BinaryIO, at: int, end: int) -> int:
    """The sum of all runs between two places."""
    found, kept = 0, b""
    file.seek(at)
    while at < end and (block := file.read(min(_BLOCK_BYTES, end - at))):
        at += len(block)
        held = kept + block
        runs = list(_RUN.finditer(held))
        found += sum(int.from_bytes(run[1], "big") for run in runs)
        kept = held[max(runs[-1].end() if runs else 0, len(held) - _RUN_BYTES + 1) :]
    return found
