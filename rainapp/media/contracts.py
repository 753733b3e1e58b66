"""What sources and sinks of frames are, and what is known of a file: the words all modules that open media share."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Literal, Protocol, Self, runtime_checkable

from rainapp.base.image import Frame

ANIMATIONS = frozenset(("gif", "webp", "png", "avif"))  # containers of pictures that may move
SEQUENCE = "sequence"  # what the container of numbered pictures is called
FIRST_ONLY = "Only the first picture of the animation is used."  # what the header of a moving picture says of itself


@dataclass(frozen=True)
class MediaInfo:
    """The facts of a file, upright (orientation applied).

    `frames` is None when the number is not known before reading. `container` is the lower-case format name ("jpeg", "png",
    "matroska"). `part` is what a clip was cut to, in seconds after its start; frames and their times begin there. `carry`
    belongs to the module that made it (metadata blobs, stream layouts) and is opaque to others. `format_notes`: those of
    the `notes` that hold only for a result in the source's own format; a sink says what holds for the one it writes.
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
    format_notes: tuple[str, ...] = ()
    part: tuple[Fraction, Fraction] | None = None
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


@runtime_checkable
class SkippingSource(Source, Protocol):
    """A source that can leave out frames that an earlier run has done: it gives those from number `first_frame` on."""

    first_frame: int

    def stop(self) -> None:
        """Let an iteration in another thread end, even while it skips."""
        ...


class Sink(Protocol):
    """Takes frames; a context manager that commits on success and leaves no file on any error.

    `target` is the name asked for, and may be changed within its folder until the end; after that it is the name that the
    result got: what appeared there meanwhile stays, unless replacing it was asked for.
    """

    target: Path

    @property
    def notes(self) -> tuple[str, ...]:
        """After the end: what could not be kept, in words."""
        ...

    def write(self, frame: Frame) -> None:
        """Take the next frame."""
        ...

    def __enter__(self) -> Self:
        """Open."""
        ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Commit (flush, fsync, rename) or remove."""
        ...


@runtime_checkable
class ResumableSink(Sink, Protocol):
    """A sink that goes on after the last part that an earlier run has finished. Ask only once it is entered.

    `memo` is a word of its owner's that is kept with each part.
    """

    memo: bool

    @property
    def frames_done(self) -> int:
        """The number of the first frame it wants."""
        ...

    @property
    def goes_on(self) -> bool:
        """Whether a stop now would leave finished parts, after which the same work goes on; any thread may ask."""
        ...
