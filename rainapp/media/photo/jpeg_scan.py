"""The scans of a JPEG: how many there are, and whether they have all of its pixels where the end marker is missing.

A decoder goes over the whole picture for every scan, be there nothing in it: thousands of empty ones are minutes of work.

For a picture without its end two things must hold. The scans that are there carry every coefficient of every component down to
its last bit; and the last of them is complete: what is put behind the file does not change one pixel. A decoder that lacks bits
takes them from there. Method: ITU-T T.81, annexes B and G.
"""

import re
from collections.abc import Callable, Iterator

import numpy as np

from rainapp.base.image import Pixels

_END = b"\xff\xd9"
_START_OF_SCAN = 0xDA
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_END_OF_IMAGE = 0xD9
_MARKER = re.compile(rb"\xff[^\xff\x00\x01\xd0-\xd8]", re.DOTALL)  # neither fill bytes nor what stands alone
_SCAN = re.compile(rb"\xff\xda")
_SCANS_FREE = 100  # a photo has ten; programs that look for the smallest file make some dozens
_SCANS_MAX = 1000
_SCANNED_PX_MAX = 10_000_000_000  # seconds of a decoder's time
_COMPONENTS_MAX = 4  # of a scan
_COEFFICIENTS = 64
_FILLER_BYTES = 16  # zeros in a row that no scan ends with
_OTHER_BITS = tuple(bytes(pattern) * 8 for pattern in (b"\0" * 8, b"\x55\xaa\x33\xcc\x0f\x69\x96\x3c", b"\xdb\x6d\xb6\xe1" * 2))


class TooManyScansError(ValueError):
    """A JPEG made to keep a decoder busy; its argument is the number of its scans."""


def check_scans(data: bytes | memoryview) -> None:
    """Raise TooManyScansError where `data` is a JPEG with more scans than its decoder gets through in seconds.

    It takes the time of a search over the file, so it belongs before decoding, not before reading a header.
    """
    if bytes(data[:2]) != b"\xff\xd8" or sum(1 for _ in _SCAN.finditer(data)) <= _SCANS_FREE:
        return
    scans = pixels = 0
    for marker, body in _markers(data):
        if marker in _FRAMES and len(body) >= 5:
            pixels = int.from_bytes(body[1:3], "big") * int.from_bytes(body[3:5], "big")
        scans += marker == _START_OF_SCAN
    if scans > _SCANS_MAX or scans > _SCANS_FREE and scans * pixels > _SCANNED_PX_MAX:
        raise TooManyScansError(scans)


def most_pixels(data: bytes | memoryview) -> int | None:
    """Width times height of the largest frame that stands before the first scan of the JPEG `data`; None without one."""
    found: list[int] = []
    for marker, body in _markers(data):
        if marker in _FRAMES and len(body) >= 5:
            found.append(int.from_bytes(body[1:3], "big") * int.from_bytes(body[3:5], "big"))
        elif marker == _START_OF_SCAN:
            break
    return max(found, default=None)


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
    for marker, body in _markers(data):
        if marker in _FRAMES and not missing and len(body) >= 6:
            missing = {body[6 + 3 * index]: set(range(_COEFFICIENTS)) for index in range(body[5]) if 6 + 3 * index < len(body)}
        elif marker == _START_OF_SCAN and body and body[0] <= _COMPONENTS_MAX and len(body) >= 4 + 2 * body[0]:
            first, last, precision = body[1 + 2 * body[0] : 4 + 2 * body[0]]
            if precision & 15 == 0:
                for index in range(body[0]):
                    missing.get(body[1 + 2 * index], set()).difference_update(range(first, last + 1))
    return bool(missing) and not any(missing.values())


def _markers(data: bytes | memoryview) -> Iterator[tuple[int, bytes]]:
    """Each marker with its segment up to the end of the image, also behind the first scan."""
    at = 2
    while (found := _MARKER.search(data, at)) is not None:
        at, marker = found.start(), data[found.start() + 1]
        if marker == _END_OF_IMAGE:
            return
        size = int.from_bytes(data[at + 2 : at + 4], "big")
        yield marker, bytes(data[at + 4 : at + 2 + size])
        at += 2 + max(size, 2)
