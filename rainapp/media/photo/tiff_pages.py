"""The pages of a TIFF file: which of them is the picture, and the file as one that begins with it.

A page may be a small copy of another (NewSubfileType bit 0) or its mask (bit 2); cameras and scanners write such copies before
the picture too. Decoders look at the first page, so they are given the file with another offset in its head.
Method: TIFF 6.0, BigTIFF.
"""

import struct
from collections.abc import Iterator

from rainapp.media.metadata.exif import Directories

_NEW_KIND, _OLD_KIND = 254, 255
_REDUCED, _MASK = 1, 4
_OLD_REDUCED = 2
_PAGES_MAX = 200
ASIDE_LOST = "The smaller copy or mask of the picture in the file is left out."
ONE_OF_PAGES = "Only the first page is used."


def picture_page(directories: Directories) -> tuple[int, tuple[str, ...]]:
    """Where the directory of the first page lies that is no copy and no mask, and what to say of the other pages."""
    pictures, aside = list[int](), list[int]()
    for offset in _offsets(directories):
        (aside if _is_aside(directories, offset) else pictures).append(offset)
        if len(pictures) > 1:
            break
    chosen = pictures[0] if pictures else max(aside, key=lambda offset: _area(directories, offset))
    lost = len(aside) > (0 if pictures else 1)
    return chosen, (*((ONE_OF_PAGES,) if len(pictures) > 1 else ()), *((ASIDE_LOST,) if lost else ()))


def beginning_with(data: memoryview, page: int) -> memoryview:
    """The file with the directory at `page` as its first; the same object where it is that already."""
    directories = Directories(data)
    if page in (0, directories.first):
        return data
    copy = bytearray(data)
    struct.pack_into(directories.order + ("Q" if directories.big else "I"), copy, 8 if directories.big else 4, page)
    return memoryview(copy)


def _offsets(directories: Directories) -> Iterator[int]:
    """The directories one after another; a chain that is damaged or goes in circles ends there."""
    offset, found = directories.first, set[int]()
    while offset and offset not in found and len(found) < _PAGES_MAX:
        try:
            following = directories.entries(offset)[1]
        except ValueError:
            if not found:
                raise
            return
        found.add(offset)
        yield offset
        offset = following


def _numbers(directories: Directories, offset: int) -> dict[int, int]:
    """The first number of each of the tags that tell of a page."""
    try:
        return directories.first_numbers(offset, (_NEW_KIND, _OLD_KIND, 256, 257))
    except (ValueError, struct.error):
        return {}


def _is_aside(directories: Directories, offset: int) -> bool:
    """Whether the page is a smaller copy or a mask of another."""
    numbers = _numbers(directories, offset)
    return bool(numbers.get(_NEW_KIND, 0) & (_REDUCED | _MASK)) or numbers.get(_OLD_KIND) == _OLD_REDUCED


def _area(directories: Directories, offset: int) -> int:
    numbers = _numbers(directories, offset)
    return numbers.get(256, 0) * numbers.get(257, 0)
