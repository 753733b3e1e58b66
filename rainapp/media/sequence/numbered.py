"""Numbered pictures: which files are the frames of one sequence, and how a sequence is named.

A sequence is named by a pattern, a path whose last part has a place for a number: `frame_%04d.png` (at least four digits,
filled up with zeros), `frame_%d.png` (no zeros in front) or `frame_####.png` (as many digits as there are signs). A file that
really has such a name comes first. Nothing here opens a file.
"""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from rainapp.base.errors import UnreadableFile
from rainapp.media.atomic import unreadable

_PLACE = re.compile(r"%(?:0(\d{1,2}))?d|(#+)")
_LAST_NUMBER = re.compile(r"(\d+)(\D*)$")
_SEPARATORS = " ._-"


@dataclass(frozen=True)
class Pattern:
    """The names of a sequence's frames in `folder`: `before`, a number of at least `digits` digits, `after`."""

    folder: Path
    before: str
    digits: int
    after: str

    @property
    def path(self) -> Path:
        """The pattern as it is typed and told."""
        return self.folder / f"{self.before}{f'%0{self.digits}d' if self.digits > 1 else '%d'}{self.after}"

    @property
    def title(self) -> str:
        """What the sequence is called: what its names share, or the name of the folder where they share nothing."""
        words = (self.before.rstrip(_SEPARATORS) + Path(f"x{self.after}").stem[1:].rstrip(_SEPARATORS)).lstrip(".")
        return words or Path(os.path.abspath(self.folder)).name or "frames"

    def name(self, number: int) -> str:
        """The name of one frame."""
        return f"{self.before}{number:0{self.digits}d}{self.after}"

    def files(self) -> tuple[Path, ...]:
        """The frames in order. Raises UnreadableFile when there are none, or when numbers are missing between them."""
        shape = re.compile(re.escape(self.before) + r"(\d+)" + re.escape(self.after))
        try:
            found = [(int(match[1]), name) for name in os.listdir(self.folder) if (match := shape.fullmatch(name))]
        except OSError as error:
            raise unreadable(self.folder, error) from error
        numbers = sorted(number for number, name in found if name == self.name(number))
        if not numbers:
            words = f"{self.path.name} does not exist: no picture in {self.folder} has such a name."
            raise UnreadableFile(
                words, "A pattern such as frame_%04d.png stands for frame_0001.png, frame_0002.png, …", self.path
            )
        for number, following in zip(numbers, numbers[1:], strict=False):
            if following != number + 1:
                raise self._gap(number, following)
        return tuple(self.folder / self.name(number) for number in numbers)

    def _gap(self, number: int, following: int) -> UnreadableFile:
        first, last = self.name(number + 1), self.name(following - 1)
        words = f"{self.path.name} has a gap: {first} to {last} are missing."
        if first == last:
            words = f"{self.path.name} has a gap: {first} is missing."
        return UnreadableFile(words, "Add the missing frames, or derain the pictures as photos.", self.path)


def pattern_of(path: Path) -> Pattern | None:
    """The pattern that `path` is; None where it has no place for a number, more than one, or is the name of a file."""
    places = list(_PLACE.finditer(path.name))
    if len(places) != 1 or os.path.lexists(path):
        return None
    place = places[0]
    digits = len(place[2]) if place[2] else int(place[1] or 1)
    return Pattern(path.parent, path.name[: place.start()], digits, path.name[place.end() :])


def grouped(paths: Iterable[Path]) -> tuple[list[Pattern], list[Path]]:
    """The sequences among `paths`, by the last number in each name, and the files that belong to none."""
    found, others = families(paths)
    return [pattern for pattern, _ in found], others


def families(paths: Iterable[Path]) -> tuple[list[tuple[Pattern, list[Path]]], list[Path]]:
    """The sequences among `paths`, each with those of the files that are its frames, and the files that belong to none."""
    kin: dict[tuple[Path, str, str], list[tuple[str, Path]]] = {}
    others = []
    for path in paths:
        match = _LAST_NUMBER.search(path.stem)
        if match is None:
            others.append(path)
            continue
        kin.setdefault((path.parent, path.stem[: match.start()], match[2] + path.suffix), []).append((match[1], path))
    found = []
    for (folder, before, after), members in kin.items():
        digits = max((len(number) for number, _ in members if number.startswith("0")), default=1)
        pattern = Pattern(folder, before, digits, after)
        frames = [path for number, path in members if path.name == pattern.name(int(number))]
        if len(frames) > 1:
            found.append((pattern, frames))
        else:
            frames = []
        inside = set(frames)
        others += [path for _, path in members if path not in inside]
    return found, others


def pattern_in(folder: Path, source: Path) -> Path | None:
    """The pattern of what the pictures of the pattern `source` became in `folder`, whatever their format is now."""
    pattern = pattern_of(source)
    if pattern is None:
        return None
    after = Path(f"x{pattern.after}").stem[1:]
    shape = re.compile(re.escape(pattern.before) + r"\d+" + re.escape(after) + r"\.\w+")
    name = next((name for name in sorted(os.listdir(folder)) if shape.fullmatch(name)), None)
    return None if name is None else replace(pattern, folder=folder, after=after + Path(name).suffix).path
