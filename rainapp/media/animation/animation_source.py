"""Animated GIF, WebP, PNG and AVIF as clips: every frame whole and upright, with the time the file shows it for."""

import contextlib
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import takewhile
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from PIL import Image as Pillow

from rainapp.base.errors import UnreadableFile
from rainapp.base.image import Frame, Image
from rainapp.base.regular_files import open_regular
from rainapp.media.contracts import FIRST_ONLY, MediaInfo
from rainapp.media.metadata.metadata import Metadata
from rainapp.media.photo.photo_file import PhotoSource

_PLUGINS = {"gif": "GIF", "webp": "WEBP", "png": "PNG", "avif": "AVIF"}
_FRAMES_MAX = 1 << 24
_DAMAGE = (OSError, EOFError, SyntaxError, ValueError, IndexError, KeyError, Pillow.DecompressionBombError)


@dataclass(frozen=True)
class Motion:
    """What the sink of an animation needs to know of its source: how often it plays (0: for ever), format and metadata.

    `made_icc` is the profile that was made of its statement of colours, see `Header`.
    """

    plays: int
    lossless: bool
    meta: Metadata = field(default_factory=Metadata, repr=False)
    container: str = ""
    made_icc: bytes | None = field(default=None, repr=False)


class AnimationSource:
    """An animation as a stream of frames. `first` is the same file as a photo, which has passed all checks.

    Raises UnreadableFile in words.
    """

    def __init__(self, first: PhotoSource, part: tuple[float, float] | None = None) -> None:
        """`part`: only the frames that begin from the first to before the second moment, in seconds."""
        self.path = first.path
        self._plugin = _PLUGINS[first.info.container]
        self._colour = first.colour(first.header.meta.icc)
        with self._opened() as opened:
            count = _count(opened)
            motion = Motion(
                _plays(opened), _is_lossless(self.path), first.header.meta, first.info.container, first.header.made_icc
            )
            width, height = opened.size
        self.info = replace(
            first.info,
            kind="clip",
            width=width,
            height=height,
            depth=8,
            frames=count,
            notes=self._notes(first.info),
            carry=motion,
        )
        self._part = part
        self._reading: Generator[Frame, None, None] | None = None

    def _notes(self, info: MediaInfo) -> tuple[str, ...]:
        deep = (f"The animation has {info.depth} bit a channel; it is written with 8.",) if info.depth > 8 else ()
        return (*(note for note in info.notes if note != FIRST_ONLY), *deep)

    @contextlib.contextmanager
    def _opened(self) -> Iterator[Pillow.Image]:
        try:
            with Pillow.open(self.path, formats=[self._plugin]) as opened:
                yield opened
        except _DAMAGE as error:
            raise UnreadableFile(
                f"{self.path.name} is damaged.", "Copy it again from where it came from.", self.path
            ) from error

    def __enter__(self) -> Self:
        """Nothing is held open between iterations."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Release what an unfinished iteration still holds."""
        if self._reading is not None:
            self._reading.close()

    def __iter__(self) -> Iterator[Frame]:
        """Yield the frames; what cannot be read of them is added to `info.notes`."""
        self._reading = self._frames()
        return self._reading

    def _frames(self) -> Generator[Frame, None, None]:
        """The frames of the part, or all, numbered and timed from its first."""
        if self._part is None:
            yield from self._all_frames()
            return
        from_s, until_s = (moment - 1e-5 for moment in self._part)  # moments of frames come as floats
        inside = (frame for frame in self._all_frames() if frame.time_s >= from_s)
        count, begins_s = 0, Fraction(0)
        for frame in takewhile(lambda each: each.time_s < until_s, inside):
            begins_s = begins_s if count else frame.time_s
            yield replace(frame, index=count, time_s=frame.time_s - begins_s)
            count += 1
        if not count:
            raise UnreadableFile(f"{self.path.name} has nothing between these moments.", "Choose another part.", self.path)

    def _all_frames(self) -> Generator[Frame, None, None]:
        time_s = Fraction(0)
        with self._opened() as opened:
            hidden = int(bool(opened.info.get("default_image")))  # a still for programs that know no animations
            for index in range(self.info.frames or _FRAMES_MAX):
                try:
                    opened.seek(index + hidden)
                    image = self._image(opened)
                except _DAMAGE:
                    if not index:
                        raise
                    note = f"The file is damaged: only its first {index} frames can be read."
                    self.info = replace(self.info, notes=(*self.info.notes, note))
                    return
                shown_s = Fraction(opened.info.get("duration") or 0).limit_denominator(1 << 16) / 1000
                yield Frame(index, time_s, image, image, shown_s=shown_s)
                time_s += shown_s

    def _image(self, opened: Pillow.Image) -> Image:
        pixels = np.asarray(opened.convert("RGBA"))
        alpha = pixels[:, :, 3].copy() if self.info.has_alpha or pixels[:, :, 3].min() < 255 else None
        return Image(pixels[:, :, :3].copy(), 8, self._colour, alpha)


def _count(opened: Pillow.Image) -> int | None:
    """The number of frames without the still for programs that know no animations; None where the file is damaged."""
    try:
        return int(getattr(opened, "n_frames", 1)) - int(bool(opened.info.get("default_image")))
    except _DAMAGE:
        return None


def _is_lossless(path: Path) -> bool:
    """Whether all frames of a WebP animation are stored without loss; False for other files."""
    kinds = set()
    with open_regular(path) as file:
        if file.read(12)[8:] == b"WEBP":
            while len(head := file.read(8)) == 8:
                size = int.from_bytes(head[4:], "little")
                following = file.tell() + size + size % 2
                if head[:4] == b"ANMF":
                    kinds.add(file.read(16 + 4)[16:])
                file.seek(following)
    return kinds == {b"VP8L"}


def _plays(opened: Pillow.Image) -> int:
    """How often it is shown in all; 0: for ever. GIF counts how often it begins again, and says nothing when it does not."""
    loop = opened.info.get("loop")
    if opened.format == "GIF":
        return 1 if loop is None else 0 if loop == 0 else int(loop) + 1
    return int(loop or 0)
