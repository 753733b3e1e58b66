"""Which source or sink serves a file: decided by its content, not its name. What decodes is loaded when it is needed."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path

from rainapp.base.formats import is_clip_name
from rainapp.base.image import Frame, Image
from rainapp.base.own_files import Like, readers_of
from rainapp.jobs.records import RATE, Output
from rainapp.media.contracts import ANIMATIONS, FIRST_ONLY, SEQUENCE, MediaInfo, Sink, Source
from rainapp.media.sniff import CLIP, CLIP_SUFFIXES, PHOTO_SUFFIXES, sniff


def is_media_name(path: Path) -> bool:
    """Whether the name of `path` is that of a photo or a clip; what it holds is another question."""
    return path.suffix.lower() in PHOTO_SUFFIXES | CLIP_SUFFIXES


def is_sequence(path: Path) -> bool:
    """Whether `path` is the pattern of numbered pictures, such as frame_%04d.png, and not the name of a file."""
    from rainapp.media.sequence.numbered import pattern_of

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
        from rainapp.media.sequence.sequence_source import SequenceSource

        return SequenceSource(path, rate, budget_mb=budget_mb, part=part)
    # Imported on use: the command line's help needs neither OpenCV nor PyAV.
    if sniff(path) == CLIP:
        from rainapp.media.clip.video import ClipSource

        return ClipSource(path, budget_mb=budget_mb, part=part)
    from rainapp.media.photo.photo_file import PhotoSource

    photo = PhotoSource(path, budget_mb=budget_mb)
    if animated and FIRST_ONLY in photo.info.notes and photo.info.container in ANIMATIONS:
        from rainapp.media.animation.animation_source import AnimationSource

        return AnimationSource(photo, part)
    return photo


def is_animation(path: Path) -> bool:
    """Whether `path` is a moving GIF, WebP, PNG or AVIF. Raises UnreadableFile in words."""
    from rainapp.media.photo.photo_file import PhotoSource

    return FIRST_ONLY in PhotoSource(path).info.notes


def part_frames(info: MediaInfo) -> int:
    """How many frames of a clip make a part, after which a killed run can go on; 0: it has none."""
    if info.kind == "photo" or info.container in ANIMATIONS:
        return 0
    from rainapp.media.clip.resumable_sink import parts_of

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
        from rainapp.media.sequence.sequence_sink import SequenceSink

        return SequenceSink(target, like, output, note, key=key, await_room=await_room)
    if like.kind == "clip" and like.container not in ANIMATIONS and target.suffix.lower() not in PHOTO_SUFFIXES:
        from rainapp.media.clip.resumable_sink import ResumableClipSink
        from rainapp.media.clip.video import ClipSink

        if key:
            return ResumableClipSink(target, like, output, key=key, await_room=await_room)
        return ClipSink(target, like, output)
    if like.kind == "clip" and like.container in ANIMATIONS:
        from rainapp.media.animation.animation_sink import AnimationSink

        return AnimationSink(target, like, output, note)
    from rainapp.media.photo.photo_file import PhotoSink

    return PhotoSink(target, like, output, note)


def copy_source(info: MediaInfo, target: Path, *, replaces: bool = False) -> Path:
    """Copy the file of `info`, or all its numbered pictures, byte for byte, whole or not at all; the name it got."""
    from rainapp.media.atomic import copy_file

    if info.container != SEQUENCE:
        return copy_file(info.path, target, replaces=replaces)
    from rainapp.media.sequence.sequence_sink import copy_sequence

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
