"""How large the list of a zip's members is, told by the records at its end, before anything reads that list.

Python's zip reader makes an object of every member before one can ask how many there are; a file with some millions of them
takes gigabytes and minutes. Method: APPNOTE.TXT 4.3.14 to 4.3.16 (end of central directory, and its 64-bit form).
"""

import struct
from pathlib import Path

from rainapp.base.regular_files import open_regular

_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_64 = struct.Struct("<4sLQL")
_COMMENT_MAX = 0xFFFF


def directory_size(path: Path) -> tuple[int, int]:
    """How many members the zip claims to have, and how many bytes their list takes; of two records the larger numbers.

    Raises:
        ValueError: there is no such record, so it is no zip.
        OSError: it cannot be read.
    """
    with open_regular(path) as file:
        size = file.seek(0, 2)
        start = max(0, size - _COMMENT_MAX - _END.size)
        file.seek(start)
        tail = file.read()
        at = tail.rfind(b"PK\5\6")
        if at < 0 or at + _END.size > len(tail):
            raise ValueError("its end is missing")
        _, _, _, _, count, listed, _, _ = _END.unpack_from(tail, at)
        end = start + at
        places = {end - _LOCATOR_64.size - _END_64.size}
        if end >= _LOCATOR_64.size:
            file.seek(end - _LOCATOR_64.size)
            mark, _, place, _ = _LOCATOR_64.unpack(file.read(_LOCATOR_64.size))
            if mark != b"PK\6\7":
                return count, listed
            places.add(place)
        for place in places:  # where it must lie, and where the file says; readers differ in which they believe
            if 0 <= place <= size - _END_64.size:
                file.seek(place)
                mark, *_, many, long, _ = _END_64.unpack(file.read(_END_64.size))
                if mark == b"PK\6\6":
                    count, listed = max(count, many), max(listed, long)
    return count, listed
