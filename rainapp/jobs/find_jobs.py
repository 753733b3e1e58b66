"""What can be asked about files that come in: what lies in folders, what is numbered. Part of `rainapp.jobs.records`."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class FindFiles:
    """Look through folders, and all below them, for photos and clips by name; paths that are files are taken as they are."""

    paths: tuple[Path, ...]


@dataclass(frozen=True)
class FindFrames:
    """Look which of some files are the frames of clips. `wanted`: a person says that the one file named, or its pattern, is."""

    paths: tuple[Path, ...]
    wanted: bool = False


@dataclass(frozen=True)
class NumberedFrames:
    """Pictures of one size, numbered through without a gap, that `pattern` (such as frame_%04d.png) stands for.

    `files` are they, in order, `name` and `title` what they are called together and what their result is; `size` in bytes.
    `sure`: they are so many, and so much alike from one to the next, that they are taken for a clip unasked.
    """

    pattern: Path
    files: tuple[Path, ...]
    name: str
    title: str
    size: int = 0
    sure: bool = False


@dataclass(frozen=True)
class FoundFiles:
    """What `FindFiles` came to: the files in reading order, how many others lay beside them, and which are frames of clips."""

    files: tuple[Path, ...]
    skipped: int = 0
    frames: tuple[NumberedFrames, ...] = ()


@dataclass(frozen=True)
class FoundFrames:
    """What `FindFrames` came to."""

    frames: tuple[NumberedFrames, ...]
