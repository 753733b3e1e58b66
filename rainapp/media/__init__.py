"""Files as sources and sinks of frames: the one place that opens media.

A photo is a clip of one frame. `open_source` looks at the content, not the name, and decides; `open_sink` writes beside the
target and renames at the end, so that a final name never holds part of a file.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Literal, Protocol, Self

from rainapp.image import Frame


@dataclass(frozen=True)
class MediaInfo:
    """The facts of a file, upright (orientation applied).

    `frames` is None when the number is not known before reading. `container` is the lower-case format name ("jpeg", "png",
    "matroska"). `carry` belongs to the module that made it (metadata blobs, stream layouts) and is opaque to others.
    """

    path: Path
    kind: Literal["photo", "clip"]
    container: str
    width: int
    height: int
    depth: int = 8
    frames: int | None = 1
    duration_s: float = 0.0
    fps: float = 0.0
    has_alpha: bool = False
    grey: bool = False
    notes: tuple[str, ...] = ()
    carry: object = field(default=None, repr=False, compare=False)


class Source(Protocol):
    """A stream of frames; a context manager that releases the file."""

    info: MediaInfo

    def __iter__(self) -> Iterator[Frame]:
        """Yield the frames in display order."""
        ...

    def __enter__(self) -> Self:
        """Open."""
        ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Release the file."""
        ...


class Sink(Protocol):
    """Takes frames; a context manager that commits on success and leaves no file on any error."""

    def write(self, frame: Frame) -> None:
        """Take the next frame."""
        ...

    def __enter__(self) -> Self:
        """Open."""
        ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Commit (flush, fsync, rename) or remove."""
        ...
