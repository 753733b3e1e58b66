"""Which pictures that come in are the frames of a clip.

A number in a name says little: cameras number photos, and data sets number scenes. So a clip is assumed unasked only where
pictures are many, of one size, numbered without a gap, not named as cameras name photos, and nearly the same from one to the
next. A few such, or those of a camera (a burst), are only offered; a person may say what they are in any case.
"""

import re
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rainapp.base.errors import UnreadableFile
from rainapp.base.formats import GIF, is_clip_name
from rainapp.jobs.records import RATE, FindFrames, FoundFrames, NoWatch, NumberedFrames, Watch
from rainapp.media import FIRST_ONLY
from rainapp.media.photo.photo_file import read_reduced
from rainapp.media.sequence.numbered import Pattern, families, pattern_of
from rainapp.media.sequence.sequence_source import SequenceSource

FEW = 8  # fewer are never taken for a clip
MANY = 24  # fewer are not taken for one unasked
PAIRS = 5  # places at which neighbours are compared
UNLIKE_MAX = 1  # of them may differ: there may be a cut
LOOK_PX = 64
ALIKE = 0.8  # correlation of neighbours: of clips .9 to 1, seldom .75; of photos of a data set .0 to .7, seldom .8
PLAIN_LEVELS = 4.0  # of 255: pictures that vary less, such as a fade to black, say nothing
_CAMERA = re.compile(
    r"(_?dsc[fn]?|_?img|_mg|p\d{0,3}|pict|pxl|gopr|g0|gh|dji|cimg|sam|sdc|hpim|dscn|mvimg|screenshot|scan)[ _-]?", re.IGNORECASE
)


def find(job: FindFrames, watch: Watch) -> FoundFrames:
    """Look which of the files are frames of clips. Raises UnreadableFile where a person says they are, and they cannot be."""
    if job.wanted:
        return FoundFrames((wanted(job.paths[0]),))
    found = spotted(job.paths, watch)
    if not found and len(job.paths) == 1:
        found = _begun_by(job.paths[0])
    return FoundFrames(found)


def spotted(files: Iterable[Path], watch: Watch | None = None) -> tuple[NumberedFrames, ...]:
    """The clips of numbered pictures among `files`, those that are sure and those that are likely."""
    found = []
    pictures = [path for path in files if not is_clip_name(path) and path.suffix.lower() != f".{GIF}"]
    for pattern, members in families(pictures)[0]:
        (watch or NoWatch()).tick(0, 0)
        if len(members) >= FEW and _all_of(pattern) == frozenset(members) and _is_take(pattern):
            found.append(_record(pattern, sure=len(members) >= MANY and _CAMERA.fullmatch(pattern.before) is None))
    return tuple(found)


def wanted(path: Path) -> NumberedFrames:
    """The numbered pictures that `path` is one of, or whose pattern it is. Raises UnreadableFile in words where it is none."""
    pattern = pattern_of(path) or _pattern_around(path)
    if pattern is None:
        raise UnreadableFile(
            f"{path.name} is no frame of a clip: no picture beside it differs from it in its number alone.",
            "Frames are named such as frame_0001.png, frame_0002.png, …",
            path,
        )
    _source(pattern)
    return _record(pattern, sure=True)


def _begun_by(path: Path) -> tuple[NumberedFrames, ...]:
    """The clip that `path`, opened alone, is the first frame of."""
    pattern = _pattern_around(path)
    likely = pattern is not None and pattern.name(_first_number(pattern)) == path.name
    if pattern is None or not likely or len(_all_of(pattern)) < FEW or not _is_take(pattern):
        return ()
    return (_record(pattern, sure=False),)


def _first_number(pattern: Pattern) -> int:
    names = sorted(path.name for path in _all_of(pattern))
    numbers = [int(name[len(pattern.before) : len(name) - len(pattern.after)]) for name in names]
    return min(numbers, default=0)


def _pattern_around(path: Path) -> Pattern | None:
    """The pattern of `path` and those files beside it that differ in the number alone."""
    try:
        beside = [other for other in path.parent.iterdir() if other.suffix == path.suffix]
    except OSError:
        return None
    around = (pattern for pattern, members in families(beside)[0] if path in members)
    pattern = next(around, None)
    return pattern if pattern is not None and pattern_of(pattern.path) == pattern else None


def _all_of(pattern: Pattern) -> frozenset[Path]:
    """All pictures of `pattern`; none where one is missing, or where its name could mean something else."""
    try:
        return frozenset(pattern.files()) if pattern_of(pattern.path) == pattern else frozenset()
    except UnreadableFile:
        return frozenset()


def _is_take(pattern: Pattern) -> bool:
    """Whether pictures of one size follow one another in small steps."""
    try:
        _source(pattern)
        files = pattern.files()
        places = [round(place) for place in np.linspace(0, len(files) - 2, PAIRS)]
        unlike = 0
        for place in places:
            unlike += not _alike(_seen(files[place]), _seen(files[place + 1]))
            if unlike > UNLIKE_MAX:
                return False
    except UnreadableFile:
        return False
    return True


def _source(pattern: Pattern) -> SequenceSource:
    """The pictures as they will be derained. Raises UnreadableFile where they cannot: they move, or differ in size."""
    source = SequenceSource(pattern.path, Fraction(RATE))
    if FIRST_ONLY in source.info.notes:
        raise UnreadableFile(f"{pattern.path.name} are animations.", "Derain them one by one.", pattern.path)
    return source


def _seen(path: Path) -> NDArray[np.float32]:
    """A small grey picture (H, W), 0 to 255."""
    image = read_reduced(path, LOOK_PX)[0]
    return np.asarray(image.pixels.mean(axis=2) * (255 / image.peak), np.float32)


def _alike(one: NDArray[np.float32], two: NDArray[np.float32]) -> bool:
    if one.shape != two.shape:
        return False
    if max(float(one.std()), float(two.std())) < PLAIN_LEVELS:
        return abs(float(one.mean() - two.mean())) < PLAIN_LEVELS
    if min(float(one.std()), float(two.std())) < 1e-3:
        return False
    return float(np.corrcoef(one.ravel(), two.ravel())[0, 1]) >= ALIKE


def _record(pattern: Pattern, sure: bool) -> NumberedFrames:
    files = pattern.files()
    last = files[-1].name[len(pattern.before) :]
    size = 0
    for file in files:
        try:
            size += file.stat().st_size
        except OSError:  # gone meanwhile: it is told when it is read
            continue
    return NumberedFrames(pattern.path, files, f"{files[0].stem}–{last}", pattern.title, size, sure)
