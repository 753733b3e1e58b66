"""The chunks of a PNG file, as they follow one another. Free of any library, so that training can ask too.

Method: PNG, third edition (W3C), chapter 5.
"""

from collections import deque
from collections.abc import Iterator

MAGIC = b"\x89PNG\r\n\x1a\n"


def chunks(data: bytes | memoryview) -> Iterator[tuple[bytes, int, int]]:
    """Yield (type, offset of the body, size of the body) until the end chunk or the end of the file."""
    at = len(MAGIC)
    while at + 12 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        kind = bytes(data[at + 4 : at + 8])
        yield kind, at + 8, size
        if kind == b"IEND":
            return
        at += 12 + size


def is_whole(data: bytes | memoryview) -> bool:
    """Whether the chunks follow one another to the end chunk. OpenCV allocates what a chunk claims to hold before it reads."""
    return any(kind == b"IEND" and at + size <= len(data) for kind, at, size in deque(chunks(data), maxlen=1))
