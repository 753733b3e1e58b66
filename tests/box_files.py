"""HEIC and AVIF files with boxes more than their encoders write, for the photo tests."""

import struct


def with_property(coded: bytes, tail: bytes) -> bytes:
    """The HEIC or AVIF with one more property box, which every item that has properties gets."""
    ipma = coded.index(b"ipma") + 4
    assert coded[ipma : ipma + 4] == bytes(4)  # version 0, short numbers
    number, shared, place = 1, bytearray(), ipma + 8
    ipco = coded.index(b"ipco") - 4
    start, end = ipco + 8, ipco + int.from_bytes(coded[ipco : ipco + 4], "big")
    while start < end:
        number, start = number + 1, start + int.from_bytes(coded[start : start + 4], "big")
    for _ in range(int.from_bytes(coded[ipma + 4 : ipma + 8], "big")):
        count = coded[place + 2]
        shared += (
            coded[place : place + 2] + bytes((count + 1,)) + coded[place + 3 : place + 3 + count] + bytes((0x80 | number,))
        )
        place += 3 + count
    grown = bytearray(coded[: ipma + 8] + shared + coded[place:])
    more = len(grown) - len(coded)
    for name, size in ((b"ipma", more), (b"iprp", more), (b"meta", more)):
        at = coded.index(name) - 4
        struct.pack_into(">I", grown, at, int.from_bytes(coded[at : at + 4], "big") + size)
    return _later(_with_box(bytes(grown), tail), more + len(tail))


def with_auxiliary(coded: bytes, urn: bytes) -> bytes:
    """The HEIC or AVIF with one more property that says what an auxiliary picture is."""
    tail = struct.pack(">I", 12 + len(urn) + 1) + b"auxC" + bytes(4) + urn + b"\0"
    return _later(_with_box(coded, tail), len(tail))


def _with_box(coded: bytes, tail: bytes) -> bytes:
    """The file with a box more at the end of its properties."""
    grown = bytearray(coded)
    meta, ipco = coded.index(b"meta") - 4, coded.index(b"ipco") - 4
    iprp, at = coded.index(b"iprp") - 4, ipco + int.from_bytes(coded[ipco : ipco + 4], "big")
    for place in (meta, iprp, ipco):
        struct.pack_into(">I", grown, place, int.from_bytes(coded[place : place + 4], "big") + len(tail))
    grown[at:at] = tail
    return bytes(grown)


def _later(coded: bytes, more: int) -> bytes:
    """The file in whose table of items all data lie `more` bytes later."""
    grown = bytearray(coded)
    iloc = coded.index(b"iloc") + 4
    version, sizes, count = grown[iloc], grown[iloc + 4 : iloc + 6], int.from_bytes(grown[iloc + 6 : iloc + 8], "big")
    assert version in (0, 1)
    offset_bytes, length_bytes, base_bytes = sizes[0] >> 4, sizes[0] & 15, sizes[1] >> 4
    place = iloc + 8
    for _ in range(count):
        method = int.from_bytes(grown[place + 2 : place + 4], "big") & 15 if version else 0
        place += 2 + (2 if version else 0) + 2
        base_at = place
        place += base_bytes
        extents = int.from_bytes(grown[place : place + 2], "big")
        place += 2
        if method == 0 and base_bytes:
            value = int.from_bytes(grown[base_at : base_at + base_bytes], "big") + more
            grown[base_at : base_at + base_bytes] = value.to_bytes(base_bytes, "big")
        for _ in range(extents):
            if method == 0 and not base_bytes:
                value = int.from_bytes(grown[place : place + offset_bytes], "big") + more
                grown[place : place + offset_bytes] = value.to_bytes(offset_bytes, "big")
            place += offset_bytes + length_bytes
    return bytes(grown)
