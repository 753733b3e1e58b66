"""Whether a JPEG without its end marker has all of its pixels.

Two things must hold. The scans that are there carry every coefficient of every component down to its last bit; and the last
of them is complete: what is put behind the file does not change one pixel. A decoder that lacks bits takes them from there.
Method: ITU-T T.81, annexes B and G.
"""

from collections.abc import Callable, Iterator

import numpy as np

from rainapp.image import Pixels

_END = b"\xff\xd9"
_START_OF_SCAN = 0xDA
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_STANDALONE = frozenset((0x00, 0x01, *range(0xD0, 0xD9)))
_COEFFICIENTS = 64
_FILLER_BYTES = 16  # zeros in a row that no scan ends with
_OTHER_BITS = tuple(bytes(pattern) * 8 for pattern in (b"\0" * 8, b"\x55\xaa\x33\xcc\x0f\x69\x96\x3c", b"\xdb\x6d\xb6\xe1" * 2))


def is_complete(data: bytes | memoryview, decoded: Callable[[bytes], Pixels]) -> bool:
    """Whether the JPEG `data` lacks nothing but its end marker. `decoded` decodes a JPEG that has one."""
    if not _covers_all(data):
        return False
    first = decoded(ended(data))
    return all(np.array_equal(first, decoded(ended(data, bits))) for bits in _OTHER_BITS)


def ended(data: bytes | memoryview, more: bytes = b"") -> bytes:
    """The JPEG with an end marker, and before it `more`; half of a marker at the end is left out."""
    return without_filler(data).rstrip(b"\xff") + more + _END


def without_filler(data: bytes | memoryview) -> bytes:
    """The JPEG without the zeros of a download that made room for more than came."""
    shorter = bytes(data).rstrip(b"\0")
    return shorter if len(data) - len(shorter) >= _FILLER_BYTES else bytes(data)


def _covers_all(data: bytes | memoryview) -> bool:
    """Whether the scans carry all coefficients of all components of the first frame in full precision."""
    missing: dict[int, set[int]] = {}
    for marker, body in _markers(bytes(data)):
        if marker in _FRAMES and not missing and len(body) >= 6:
            missing = {body[6 + 3 * index]: set(range(_COEFFICIENTS)) for index in range(body[5]) if 6 + 3 * index < len(body)}
        elif marker == _START_OF_SCAN and len(body) >= 1 and len(body) >= 4 + 2 * body[0]:
            first, last, precision = body[1 + 2 * body[0] : 4 + 2 * body[0]]
            if precision & 15 == 0:
                for index in range(body[0]):
                    missing.get(body[1 + 2 * index], set()).difference_update(range(first, last + 1))
    return bool(missing) and not any(missing.values())


def _markers(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Each marker with its segment, also behind the first scan."""
    at = 2
    while (at := data.find(b"\xff", at)) >= 0 and at + 1 < len(data):
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
        elif marker in _STANDALONE:
            at += 2
        elif marker == 0xD9:
            return
        else:
            size = int.from_bytes(data[at + 2 : at + 4], "big")
            yield marker, data[at + 4 : at + 2 + size]
            at += 2 + max(size, 2)
