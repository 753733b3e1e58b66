"""What results are called, and how no file is ever lost to a name.

Two sources never share a target, a source is never overwritten, and what exists is treated as the person chose. Names are
compared as the least careful disk would compare them (letter case and composed accents make no difference), so that results
can be copied anywhere. Both faces name results with the functions here.
"""

import os
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from rainapp.formats import is_clip_name, is_moving_name, is_photo_name
from rainapp.jobs import IfExists, Treatment
from rainapp.settings import fill_name

NAME_BYTES_MAX = 240  # of 255 on every usual disk; what is left serves the number of a second copy and temporary files
TEMPLATE = "{name}_derained"
RESULT_MARK = "_derained"
RAIN_MARK = "_rain"
UNFINISHED_MARK = " (unfinished)"


def result_path(source: Path, folder: Path, suffix: str, treatment: Treatment, template: str = TEMPLATE) -> Path:
    """Where the result of `source` goes in `folder`; `suffix` begins with a dot. A long name loses its end, not its suffix."""
    name = fill_name(template, name=source.stem, model=treatment.model, strength=treatment.strength)
    return folder / fitted(name, suffix)


def rain_path(target: Path) -> Path:
    """Where the removed rain of the result `target` goes: photo_derained (2).jpg has photo_rain (2).png.

    Of a clip it is a clip, of the folder of numbered pictures a folder.
    """
    stem, suffix = target.stem, target.suffix if is_clip_name(target) else ".png"
    if not (is_clip_name(target) or is_photo_name(target) or is_moving_name(target)):
        stem, suffix = target.name, ""
    head, mark, tail = stem.rpartition(RESULT_MARK)
    return target.with_name(fitted(f"{head}{RAIN_MARK}{tail}" if mark else f"{stem}{RAIN_MARK}", suffix))


def unfinished_path(target: Path) -> Path:
    """Where the part done of the cancelled result `target` goes: a name that says so, and that nothing has yet."""
    number = 1
    while True:
        mark = UNFINISHED_MARK if number == 1 else f"{UNFINISHED_MARK} ({number})"
        path = target.with_name(fitted(target.stem, mark + target.suffix))
        if not os.path.lexists(path):
            return path
        number += 1


def fitted(stem: str, suffix: str) -> str:
    """`stem` and `suffix` as one name of at most `NAME_BYTES_MAX` bytes; whole characters are cut."""
    room = NAME_BYTES_MAX - len(os.fsencode(suffix))
    while len(os.fsencode(stem)) > room:
        stem = stem[:-1]
    return stem + suffix


class Names:
    """The names given out in one batch; `claim` them in a fixed order, and a batch run again names everything the same."""

    def __init__(self, sources: Iterable[Path], if_exists: IfExists) -> None:
        self._taken = {_key(place) for source in sources for place in (source, Path(os.path.realpath(source)))}
        self._if_exists = if_exists

    def claim(self, wanted: Path, with_rain: bool = False) -> Path | None:
        """`wanted`, or with " (2)", " (3)", … after it; None where the result exists and the choice is to skip it.

        With `with_rain` the name of the rain layer beside it is kept free too.
        """
        number = 1
        while True:
            target = wanted if number == 1 else wanted.with_name(fitted(wanted.stem, f" ({number}){wanted.suffix}"))
            names = [target, rain_path(target)] if with_rain else [target]
            if not any(_key(name) in self._taken for name in names):
                there = [name for name in names if os.path.lexists(name)]
                if there and self._if_exists == "skip":
                    return None
                if not there or (self._if_exists == "overwrite" and not any(name.is_dir() for name in there)):
                    self._taken.update(_key(name) for name in names)
                    return target
            number += 1


def _key(path: Path) -> str:
    """A file's place, as text that is equal wherever two names could mean one file."""
    place = os.path.join(os.path.realpath(path.parent), path.name)
    return unicodedata.normalize("NFC", place).casefold()
