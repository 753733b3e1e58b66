"""What results are called, and how no file is ever lost to a name.

Two sources never share a target, a source is never overwritten, and what exists is treated as the person chose. Names are
compared as the least careful disk would compare them (letter case and composed accents make no difference), so that results
can be copied anywhere. Both faces name results with the functions here.
"""

import os
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from rainapp.base.formats import is_clip_name, is_moving_name, is_photo_name
from rainapp.base.settings import fill_name
from rainapp.jobs.records import DerainFile, IfExists, Treatment

NAME_BYTES_MAX = 240  # of 255 on every usual disk; what is left serves the number of a second copy and temporary files
TEMPLATE = "{name}_derained"
RESULT_MARK = "_derained"
RAIN_MARK = "_rain"
UNFINISHED_MARK = " (unfinished)"
LIVE_PHOTOS = (".heic", ".heif", ".jpg", ".jpeg")
LIVE_CLIPS = (".MOV", ".mov", ".MP4", ".mp4")


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


def clip_of_live_photo(photo: Path) -> Path | None:
    """The file that would be the clip of the Live Photo `photo`: of its name and beside it. Whether it is, its content says."""
    if photo.suffix.lower() not in LIVE_PHOTOS:
        return None
    named = (photo.with_suffix(suffix) for suffix in LIVE_CLIPS)
    return next((path for path in named if path.is_file()), None)


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


class Originals:
    """The files of a person that no result may replace, whatever name, link or way leads to them.

    One is known by its place, as the least careful disk would compare it, by the place that links lead to, and by what the disk
    itself calls the same file.
    """

    def __init__(self, paths: Iterable[Path] = ()) -> None:
        self._seen: set[Path] = set()
        self._places: set[str] = set()
        self._files: set[tuple[int, int]] = set()
        self.protect(paths)

    def protect(self, paths: Iterable[Path]) -> None:
        """Let `paths` be originals too, be they there or not."""
        for path in paths:
            if path not in self._seen:
                self._seen.add(path)
                self._places.update((_key(path), _key(Path(os.path.realpath(path)))))
            file = _file(path)  # asked again each time: a program that saves anew makes another file of the same name
            if file is not None:
                self._files.add(file)

    def forget(self) -> None:
        """There are none any more."""
        for known in (self._seen, self._places, self._files):
            known.clear()

    def __contains__(self, path: Path) -> bool:
        """Whether writing `path` would replace one of them."""
        return _key(path) in self._places or _file(path) in self._files


LISTED = Originals()  # those of a window at work, to be asked when a file is whole: some may have come in since it was begun


class Names:
    """The names given out in one batch; `claim` them in a fixed order, and a batch run again names everything the same.

    `originals` may be told of more files at any time.
    """

    def __init__(self, sources: Iterable[Path], if_exists: IfExists) -> None:
        self.originals = Originals(sources)
        self.if_exists = if_exists
        self._taken: set[str] = set()
        self._reached: dict[tuple[str, bool, str], int] = {}

    def claim(self, wanted: Path, with_rain: bool = False, if_exists: IfExists | None = None) -> Path | None:
        """`wanted`, or with " (2)", " (3)", … after it; None where the result exists and the choice is to skip it.

        With `with_rain` the name of the rain layer beside it is kept free too. `if_exists` None: as was chosen for all.
        """
        choice = if_exists or self.if_exists
        asked = _key(wanted), with_rain, choice
        number = self._reached.get(asked, 1)  # those before are taken: thousands of one name are not gone through each time
        while True:
            target = wanted if number == 1 else wanted.with_name(fitted(wanted.stem, f" ({number}){wanted.suffix}"))
            names = results_of(target, with_rain)
            if not any(_key(name) in self._taken or name in self.originals for name in names):
                there = [name for name in names if os.path.lexists(name)]
                if there and choice == "skip":
                    return None
                if not there or (choice == "overwrite" and not any(name.is_dir() for name in there)):
                    self._reached[asked] = number + 1
                    self._taken.update(_key(name) for name in names)
                    return target
            number += 1

    def spared(self, wanted: Path, with_rain: bool = False) -> tuple[str, ...]:
        """What is to be noted where a result could not have the name `wanted`, as that is an original's."""
        spared = next((name for name in results_of(wanted, with_rain) if name in self.originals), None)
        return () if spared is None else (f"{spared.name} is one of your originals and stays; the result has another name.",)


def results_of(target: Path, with_rain: bool) -> list[Path]:
    """The files that one job writes: its target and, where that is asked for, the rain layer beside it."""
    return [target, rain_path(target)] if with_rain else [target]


def with_live_clip(job: DerainFile, names: Names, if_exists: IfExists | None = None) -> DerainFile:
    """`job` with the clip that may make its photo a Live Photo, which goes beside the result unless it is a source itself."""
    live = clip_of_live_photo(job.source)
    if live is None or live in names.originals:
        return replace(job, live=live)
    return replace(job, live=live, live_target=names.claim(job.target.with_suffix(live.suffix), if_exists=if_exists))


def free_name(wanted: Path, originals: Iterable[Path]) -> Path:
    """`wanted`, which a person chose and may replace, or the next name that is no original's."""
    name = Names(originals, "overwrite").claim(wanted)
    assert name is not None
    return name


def _file(path: Path) -> tuple[int, int] | None:
    """What the disk calls the file at `path`, links followed; None where there is none, or no disk that numbers its files."""
    try:
        state = path.stat()
    except (OSError, ValueError):
        return None
    return (state.st_dev, state.st_ino) if state.st_ino else None


def _key(path: Path) -> str:
    """A file's place, as text that is equal wherever two names could mean one file."""
    place = os.path.join(os.path.realpath(path.parent), path.name)
    return unicodedata.normalize("NFC", place).casefold()
