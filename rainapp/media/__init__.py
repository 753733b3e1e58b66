"""Files as sources and sinks of frames: the one place that opens media.

A photo is a clip of one frame. `open_source` looks at the content, not the name, and decides; `open_sink` writes beside the
target and renames at the end, so that a final name never holds part of a file.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Literal, Protocol, Self, runtime_checkable

from rainapp.formats import is_clip_name
from rainapp.image import Frame, Image
from rainapp.jobs import RATE as RATE
from rainapp.jobs import Output
from rainapp.media.sniff import CLIP, CLIP_SUFFIXES, PHOTO_SUFFIXES, sniff
from rainapp.own_files import Like, readers_of

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


def is_media_name(path: Path) -> bool:
    """Whether the name of `path` is that of a photo or a clip; what it holds is another question."""
    return path.suffix.lower() in PHOTO_SUFFIXES | CLIP_SUFFIXES


def is_sequence(path: Path) -> bool:
    """Whether `path` is the pattern of numbered pictures, such as frame_%04d.png, and not the name of a file."""
    from rainapp.media.numbered import pattern_of

    return pattern_of(path) is not None


def open_source(
    path: Path, *, budget_mb: int | None = None, animated: bool = False,
    part: tuple[float, float] | None = None, rate: Fraction = RATE,
) -> Source:  # fmt: skip
    """Open the photo or clip `path`, whichever its content says, or the numbered pictures whose pattern it is.

    `budget_mb` is the memory that its pixels and those of its result may take; None means as much as is sensible here. A moving
    GIF, WebP, PNG or AVIF is a clip for who asks for `animated`, and a photo of its first frame for everybody else. Of a clip
    only `part` is given, where one is named (from, until: seconds after its start). Of numbered pictures `rate` are
    shown a second. Raises UnreadableFile in words.
    """
    if is_sequence(path):
        from rainapp.media.sequence import SequenceSource

        return SequenceSource(path, rate, budget_mb=budget_mb, part=part)
    # Imported on use: the command line's help needs neither OpenCV nor PyAV.
    if sniff(path) == CLIP:
        from rainapp.media.video import ClipSource

        return ClipSource(path, budget_mb=budget_mb, part=part)
    from rainapp.media.photo import PhotoSource

    photo = PhotoSource(path, budget_mb=budget_mb)
    if animated and FIRST_ONLY in photo.info.notes and photo.info.container in ANIMATIONS:
        from rainapp.media.animation import AnimationSource

        return AnimationSource(photo, part)
    return photo


def is_animation(path: Path) -> bool:
    """Whether `path` is a moving GIF, WebP, PNG or AVIF. Raises UnreadableFile in words."""
    from rainapp.media.photo import PhotoSource

    return FIRST_ONLY in PhotoSource(path).info.notes


def part_frames(info: MediaInfo) -> int:
    """How many frames of a clip make a part, after which a killed run can go on; 0: it has none."""
    if info.kind == "photo" or info.container in ANIMATIONS:
        return 0
    from rainapp.media.clip_resume import parts_of

    return parts_of(info)


def open_sink(
    target: Path, like: MediaInfo, output: Output, note: Mapping[str, str] | None = None,
    key: str = "", await_room: Callable[[Path], None] | None = None,
) -> Sink:  # fmt: skip
    """A sink that writes `target` like `like`, with what `like` carries. `note` goes into the XMP packet of a photo.

    A clip may be written as a photo (one of its frames) when the suffix of `target` says so. Numbered pictures are written as a
    folder of such, unless the suffix is that of a clip. With a `key`, text that says what
    is done to the frames, a clip that was being written when the machine stopped is gone on with; it then calls `await_room`
    with its path whenever the disk is full, and tries again.
    """
    if like.container == SEQUENCE and not is_clip_name(target):
        from rainapp.media.sequence_write import SequenceSink

        return SequenceSink(target, like, output, note, key=key, await_room=await_room)
    if like.kind == "clip" and like.container not in ANIMATIONS and target.suffix.lower() not in PHOTO_SUFFIXES:
        from rainapp.media.clip_resume import ResumableClipSink
        from rainapp.media.video import ClipSink

        if key:
            return ResumableClipSink(target, like, output, key=key, await_room=await_room)
        return ClipSink(target, like, output)
    if like.kind == "clip" and like.container in ANIMATIONS:
        from rainapp.media.animation_write import AnimationSink

        return AnimationSink(target, like, output, note)
    from rainapp.media.photo import PhotoSink

    return PhotoSink(target, like, output, note)


def copy_source(info: MediaInfo, target: Path, *, replaces: bool = False) -> Path:
    """Copy the file of `info`, or all its numbered pictures, byte for byte, whole or not at all; the name it got."""
    from rainapp.media.atomic import copy_file

    if info.container != SEQUENCE:
        return copy_file(info.path, target, replaces=replaces)
    from rainapp.media.sequence_write import copy_sequence

    return copy_sequence(info, target)


def write_picture(target: Path, image: Image, *, replaces: bool = False, like: Like = None) -> Path:
    """Write a picture that was made here instead of read, at 8 or 16 bit, whole or not at all; the name it got.

    Unless it `replaces`, what has that name by then stays. Nobody reads it who may not read `like`. Raises UnwritableFile.
    """
    suffix = target.suffix.lower().lstrip(".")
    path = like if isinstance(like, Path) else Path()
    nowhere = MediaInfo(path, "photo", suffix, image.width, image.height, image.depth, carry=readers_of(like))
    with open_sink(target, nowhere, Output(if_exists="overwrite" if replaces else "rename")) as sink:
        sink.write(Frame(0, Fraction(0), image, image))
    return sink.target
