"""Numbered pictures for the screen: the one that is shown at a moment, and one after the other, made small.

Nothing is read but the picture asked for and the header of the first, whose size all have; what is treated as a whole is looked
through beforehand by `SequenceSource`. Times are seconds after the first picture, as everywhere in the window.
"""

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import numpy as np

from rainapp.base.image import Image
from rainapp.media.atomic import unreadable
from rainapp.media.clip.small_frames import Reeled
from rainapp.media.photo.photo_file import PhotoSource, read_reduced
from rainapp.media.sequence.numbered import pattern_of
from rainapp.media.sequence.sequence_source import differs

_NEAR = Fraction(1, 1000)  # of a frame: moments come as floats


@dataclass(frozen=True)
class Still:
    """Which picture is shown at a moment, and what is known of all."""

    file: Path
    first: Path
    duration_s: float


def still_at(path: Path, time_s: float, rate: Fraction) -> Still:
    """The picture of the pattern `path` that is shown at `time_s`; past the end the last. Raises UnreadableFile."""
    files = _files(path)
    index = math.floor(Fraction(time_s) * rate + _NEAR)
    return Still(files[min(max(index, 0), len(files) - 1)], files[0], float(len(files) / rate))


def read_still(still: Still, longest_px: int = 0) -> tuple[Image, int, int]:
    """The picture, no side longer than `longest_px` (0: full size), and full width and height. Raises UnreadableFile."""
    return _read(still.file, still.first, longest_px)


class SequenceReel:
    """Gives numbered pictures from a moment on, made small and in 8 bit, as `small_frames.Reel` gives the frames of a clip."""

    def __init__(self, path: Path, from_s: float, longest_px: int, rate: Fraction) -> None:
        """Begin with the first picture that is shown at `from_s` or later. Raises UnreadableFile."""
        self.path, self.longest_px = path, longest_px
        self._files, self._rate = _files(path), rate
        info = PhotoSource(self._files[0]).info
        self.width, self.height = info.width, info.height
        self._next = max(0, math.ceil(Fraction(from_s) * rate - _NEAR))

    @property
    def at_s(self) -> Fraction | None:
        """When the next picture is shown; None at the end."""
        return self._next / self._rate if self._next < len(self._files) else None

    def take(self) -> Reeled | None:
        """The next picture, or None after the last. Raises UnreadableFile, and stands before that picture then."""
        time_s = self.at_s
        if time_s is None:
            return None
        image, _, _ = _read(self._files[self._next], self._files[0], self.longest_px)
        self._next += 1
        return Reeled(time_s, self.at_s, _eight_bit(image))

    def close(self) -> None:
        """Nothing is held open between pictures."""
        self._next = len(self._files)


def _files(path: Path) -> tuple[Path, ...]:
    """The pictures of a pattern. Raises UnreadableFile."""
    try:
        return _listed(path, path.parent.stat().st_mtime_ns)
    except OSError as error:
        raise unreadable(path.parent, error) from error


@lru_cache(maxsize=4)
def _listed(path: Path, changed_ns: int) -> tuple[Path, ...]:
    """The pictures as they are since the folder was changed: ten thousand take a tenth of a second to list."""
    pattern = pattern_of(path)
    if pattern is None:
        raise ValueError(f"{path} is no pattern")
    return pattern.files()


def _read(file: Path, first: Path, longest_px: int) -> tuple[Image, int, int]:
    image, width, height = read_reduced(file, longest_px)
    info = PhotoSource(first).info
    if (width, height) != (info.width, info.height):
        raise differs(file, width, height, first, info.width, info.height)
    return image, width, height


def _eight_bit(image: Image) -> Image:
    return image if image.peak == 255 else Image((image.pixels >> 8).astype(np.uint8), colour=image.colour)
