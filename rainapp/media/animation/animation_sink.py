"""Animated GIF, WebP, PNG and AVIF as sinks: each frame is encoded as a still picture, and its blocks put into the animation.

So memory does not grow with the number of frames, and times are written as they were read.
"""

import contextlib
import io
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import BinaryIO, Protocol, Self

import numpy as np
from PIL import Image as Pillow

from rainapp.base.errors import BadTreatment
from rainapp.base.image import Frame, Image
from rainapp.jobs.records import Output
from rainapp.media.animation.animation_source import Motion
from rainapp.media.atomic import Landing, guard_of, refuse_source
from rainapp.media.clip.clip_sink import no_frame
from rainapp.media.colour.code_points import Points
from rainapp.media.colour.stated_colour import Fitted, fitted, with_points
from rainapp.media.contracts import MediaInfo
from rainapp.media.metadata import iso_boxes
from rainapp.media.metadata.companions import cleaned
from rainapp.media.metadata.metadata import Metadata, prepared
from rainapp.media.metadata.unkept_metadata import unkept
from rainapp.media.photo import png

MOVING = {
    ".gif": "gif",
    ".webp": "webp",
    ".png": "png",
    ".apng": "png",
    ".avif": "avif",
}  # suffixes that a moving picture can have
_USUAL_S = Fraction(1, 10)  # how long a frame is shown that does not say so
_GIF_UNIT_S = Fraction(1, 100)
_NO_PROFILE = "GIF has no place for the colour profile: colours may look different."
_FOR_EVER = "As AVIF the animation is played for ever, not as often as it says."


class _Format(Protocol):
    """Writes one kind of animation."""

    def begin(self, image: Image) -> None:
        """Write what comes before the frames; `image` is the first."""

    def add(self, image: Image, shown_s: Fraction) -> None:
        """Write a frame."""

    def end(self) -> None:
        """Write what comes after the frames."""


class AnimationSink:
    """Takes frames of an animation like `like` and writes one in the format of the suffix, whole or not at all."""

    def __init__(self, target: Path, like: MediaInfo, output: Output, note: Mapping[str, str] | None = None) -> None:
        """`note` goes into the XMP packet. Raises UnwritableFile when `target` is the source, BadTreatment for a suffix."""
        if not isinstance(like.carry, Motion):
            raise TypeError("an animation is written like an animation")
        refuse_source(target, like.path)
        if target.suffix.lower() not in MOVING:
            raise BadTreatment(f"An animation is not written as {target.suffix}.", f"Choose {', '.join(MOVING)}.")
        self.target = target
        self.notes: tuple[str, ...] = ()
        self._like = like
        self._note = dict(note or {})
        self._motion = like.carry
        self._output = output
        self._stack = contextlib.ExitStack()
        self._count = 0

    def __enter__(self) -> Self:
        """Open the temporary file beside the target."""
        self._landing = Landing(self.target, replaces=self._output.if_exists == "overwrite", like=guard_of(self._like))
        self._file = self._stack.enter_context(self._landing)
        return self

    def write(self, frame: Frame) -> None:
        """Add the next frame. Raises UnwritableFile in words, at the latest at the end."""
        kind = MOVING[self.target.suffix.lower()]
        same = kind == self._motion.container
        ready = fitted(frame.image, self._motion.made_icc, kind, same=same, grey=False)
        if not self._count:
            self._format = self._begun(kind, ready)
            self._format.begin(ready.image)
        self._count += 1
        self._format.add(ready.image, _USUAL_S if frame.shown_s is None else frame.shown_s)

    def _begun(self, kind: str, ready: Fitted) -> _Format:
        """What writes the frames; says what the format cannot keep."""
        motion, choice = self._motion, self._output.metadata
        lost = unkept(motion.meta, motion.container, kind) if choice != "strip" else ()
        meta = motion.meta if kind == motion.container else replace(motion.meta, own=())
        meta = cleaned(meta, keeps_clip=False, keeps_extension=False, in_jpeg=False)
        meta = prepared(replace(meta, icc=ready.icc), choice, self._like.width, self._like.height, self._note)
        self.notes = (*ready.notes, *lost)
        quality = self._output.quality or 90
        if kind == "gif":
            self.notes += (_NO_PROFILE,) if ready.icc else ()
            return _Gif(self._file, motion.plays)
        if kind == "png":
            return _Apng(self._file, motion.plays, with_points(meta, ready.points))
        if kind == "webp":
            return _Webp(self._file, motion, meta, quality)
        self.notes += (_FOR_EVER,) if motion.plays else ()
        return _Avif(self._file, meta, quality, ready.points, self._stack.enter_context(TemporaryFile()))

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Commit when all went well, otherwise leave nothing."""
        self._landing.target = self.target
        with self._stack.pop_all() as stack:
            if error is not None:
                stack.__exit__(kind, error, trace)
            elif not self._count:
                raise no_frame(self.target)
            else:
                self._format.end()
        self.target = self._landing.target


def _rgba(image: Image) -> Pillow.Image:
    """`image` for Pillow, with its alpha where it has one."""
    return Pillow.fromarray(image.pixels if image.alpha is None else np.dstack([image.pixels, image.alpha]))


class _Gif:
    """GIF89a; every frame fills the screen and has colours of its own."""

    def __init__(self, file: BinaryIO, plays: int) -> None:
        self._file = file
        self._plays = plays

    def begin(self, image: Image) -> None:
        self._file.write(b"GIF89a" + struct.pack("<HHBBB", image.width, image.height, 0x70, 0, 0))
        if self._plays != 1:
            again = 0 if self._plays == 0 else self._plays - 1
            self._file.write(b"\x21\xff\x0bNETSCAPE2.0\x03\x01" + struct.pack("<HB", min(again, 65535), 0))

    def add(self, image: Image, shown_s: Fraction) -> None:
        still = io.BytesIO()
        _rgba(image).save(still, format="GIF")
        data = still.getvalue()
        table_bytes = 3 * (2 << (data[10] & 7)) if data[10] & 0x80 else 0
        table, at = data[13 : 13 + table_bytes], 13 + table_bytes
        key = None
        while data[at] == 0x21:  # extensions: only the transparent colour is of interest
            if data[at + 1] == 0xF9 and data[at + 3] & 1:
                key = data[at + 6]
            at += 2
            while data[at]:
                at += 1 + data[at]
            at += 1
        left, top, width, height, flags = struct.unpack("<HHHHB", data[at + 1 : at + 10])
        own = 3 * (2 << (flags & 7)) if flags & 0x80 else 0
        table, packing = (data[at + 10 : at + 10 + own], flags) if own else (table, (flags & 0x40) | 0x80 | (data[10] & 7))
        disposal = 2 if key is not None else 1  # back to nothing, or stay
        delay = min(round(shown_s / _GIF_UNIT_S), 65535)
        self._file.write(b"\x21\xf9\x04" + struct.pack("<BHBB", disposal << 2 | (key is not None), delay, key or 0, 0))
        self._file.write(b"\x2c" + struct.pack("<HHHHB", left, top, width, height, packing) + table)
        self._file.write(data[at + 10 + own : -1])

    def end(self) -> None:
        self._file.write(b"\x3b")


class _Apng:
    """PNG with animation chunks (APNG 1.0); the number of frames is filled in at the end."""

    def __init__(self, file: BinaryIO, plays: int, meta: Metadata) -> None:
        self._file = file
        self._plays = plays
        self._meta = meta
        self._frames = self._sequence = 0
        self._count_at = 0

    def begin(self, image: Image) -> None:
        self._with_alpha = image.alpha is not None

    def add(self, image: Image, shown_s: Fraction) -> None:
        still = io.BytesIO()
        alpha = image.alpha
        if self._with_alpha and alpha is None:
            alpha = np.full(image.pixels.shape[:2], image.peak, image.pixels.dtype)
        png.write(still, image.pixels, alpha if self._with_alpha else None, self._meta if not self._frames else Metadata())
        data = still.getvalue()
        found = [(kind, data[at : at + size]) for kind, at, size in png.chunks(data)]
        if not self._frames:
            self._file.write(data[:8])
        begun = False
        for kind, body in found:
            if kind == b"IDAT":
                if not begun:
                    self._begin_frame(image, shown_s)
                    begun = True
                self._write(b"IDAT" if not self._frames else b"fdAT", body if not self._frames else self._next() + body)
            elif not self._frames and kind != b"IEND":
                self._write(kind, body)
                if kind == b"IHDR":
                    self._count_at = self._file.tell()
                    self._write(b"acTL", struct.pack(">II", 0, self._plays))
        self._frames += 1

    def _begin_frame(self, image: Image, shown_s: Fraction) -> None:
        shown = shown_s.limit_denominator(1000) if shown_s < 65 else Fraction(round(shown_s))
        times = struct.pack(">HHBB", min(shown.numerator, 65535), shown.denominator, 0, 0)
        self._write(b"fcTL", self._next() + struct.pack(">IIII", image.width, image.height, 0, 0) + times)

    def _next(self) -> bytes:
        self._sequence += 1
        return struct.pack(">I", self._sequence - 1)

    def _write(self, kind: bytes, body: bytes) -> None:
        self._file.write(struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)))

    def end(self) -> None:
        self._write(b"IEND", b"")
        self._file.seek(self._count_at)
        self._write(b"acTL", struct.pack(">II", self._frames, self._plays))


class _Webp:
    """The extended format of WebP; sizes and flags are filled in at the end."""

    def __init__(self, file: BinaryIO, motion: Motion, meta: Metadata, quality: int) -> None:
        self._file = file
        self._motion = motion
        self._meta = meta
        self._quality = quality
        self._has_alpha = False

    def begin(self, image: Image) -> None:
        self._size = image.width, image.height
        self._file.write(b"RIFF\0\0\0\0WEBP")
        self._head()
        if self._meta.icc:
            self._write(b"ICCP", self._meta.icc)
        self._write(b"ANIM", struct.pack("<IH", 0, min(self._motion.plays, 65535)))

    def _head(self) -> None:
        blocks = ((0x20, self._meta.icc), (0x08, self._meta.exif), (0x04, self._meta.xmp))
        flags = 0x02 | 0x10 * self._has_alpha | sum(flag for flag, block in blocks if block)
        width, height = self._size
        self._write(b"VP8X", struct.pack("<I", flags) + _three(width - 1) + _three(height - 1))

    def add(self, image: Image, shown_s: Fraction) -> None:
        still = io.BytesIO()
        lossless = self._motion.lossless
        _rgba(image).save(still, format="WEBP", quality=self._quality, lossless=lossless, exact=True, method=4)
        self._has_alpha |= image.alpha is not None
        blocks = b"".join(data for kind, data in _riff_chunks(still.getvalue()) if kind in (b"ALPH", b"VP8 ", b"VP8L"))
        shown = _three(min(round(shown_s * 1000), 0xFFFFFF))
        keep = b"\x02"  # the frame replaces what was there, and stays
        self._write(b"ANMF", bytes(6) + _three(image.width - 1) + _three(image.height - 1) + shown + keep + blocks)

    def _write(self, kind: bytes, body: bytes) -> None:
        self._file.write(kind + struct.pack("<I", len(body)) + body + bytes(len(body) % 2))

    def end(self) -> None:
        for kind, block in ((b"EXIF", self._meta.exif), (b"XMP ", self._meta.xmp)):
            if block:
                self._write(kind, block)
        size = self._file.tell()
        self._file.seek(4)
        self._file.write(struct.pack("<I", size - 8) + b"WEBP")
        self._head()


class _Avif:
    """AVIF by Pillow, which wants all frames at once: they wait in a file of their own, so that memory does not grow."""

    def __init__(self, file: BinaryIO, meta: Metadata, quality: int, points: Points | None, waiting: BinaryIO) -> None:
        self._file = file
        self._meta = meta
        self._quality = quality
        self._points = points
        self._waiting = waiting
        self._frames = _Apng(waiting, 0, Metadata())
        self._times_ms: list[int] = []

    def begin(self, image: Image) -> None:
        self._frames.begin(image)

    def add(self, image: Image, shown_s: Fraction) -> None:
        self._frames.add(image, shown_s)
        self._times_ms.append(max(1, round(shown_s * 1000)))

    def end(self) -> None:
        self._frames.end()
        self._waiting.seek(0)
        coded, meta = io.BytesIO(), self._meta
        blocks = {"exif": meta.exif or b"", "xmp": meta.xmp or b"", "icc_profile": meta.icc or b""}
        with Pillow.open(self._waiting, formats=["PNG"]) as frames:
            options = {"quality": self._quality, "subsampling": "4:4:4", "duration": self._times_ms}
            frames.save(coded, "AVIF", save_all=True, **options, **blocks)
        stated = bytearray(coded.getbuffer())
        if self._points is not None:
            iso_boxes.state_points(stated, self._points.primaries, self._points.transfer)
        self._file.write(stated)


def _three(value: int) -> bytes:
    return struct.pack("<I", value)[:3]


def _riff_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Type of each chunk, and the whole chunk with its head and padding."""
    at = 12
    while at + 8 <= len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        yield data[at : at + 4], data[at : at + 8 + size + size % 2]
        at += 8 + size + size % 2
