"""Numbered pictures as a clip: every picture a frame, all of one size, shown at a steady rate."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

from rainapp.base.errors import UnreadableFile
from rainapp.base.image import Frame
from rainapp.media.clip.clip_source import cut_to
from rainapp.media.clip_facts import PICTURES, PictureFacts
from rainapp.media.contracts import SEQUENCE, MediaInfo
from rainapp.media.photo.photo_file import PhotoSource
from rainapp.media.sequence.numbered import pattern_of

_BT709, _SRGB = 1, 13  # code points of H.273: matrix and primaries, transfer


@dataclass(frozen=True)
class _Kind:
    """What pictures of a sequence have in common, or at most: depth, transparency, grey, profiles."""

    width: int
    height: int
    depth: int
    has_alpha: bool
    grey: bool
    profile: bool
    notes: tuple[str, ...]


class SequenceSource:
    """The pictures of a pattern as a stream of frames; all headers are read before the work starts."""

    def __init__(
        self, path: Path, rate: Fraction, *, budget_mb: int | None = None, part: tuple[float, float] | None = None
    ) -> None:
        """`rate` in frames a second. Raises UnreadableFile for gaps, sizes that differ, and pictures that cannot be read."""
        pattern = pattern_of(path)
        if pattern is None:
            raise ValueError(f"{path} is no pattern")
        self.path = path
        self.first_frame = 0
        self._budget_mb = budget_mb
        self._stopped = False
        files = pattern.files()
        kind = _common([PhotoSource(file, budget_mb=budget_mb) for file in files])
        whole = MediaInfo(
            path,
            "clip",
            SEQUENCE,
            kind.width,
            kind.height,
            depth=kind.depth,
            frames=len(files),
            duration_s=float(len(files) / rate),
            fps=float(rate),
            has_alpha=kind.has_alpha,
            grey=kind.grey,
            notes=kind.notes,
        )
        info = cut_to(whole, part)
        if info.part is not None:
            files = tuple(file for index, file in enumerate(files) if info.part[0] <= index / rate < info.part[1])
        self.info = replace(info, frames=len(files), carry=_facts(files, rate, kind))
        self._files, self._rate = files, rate

    def stop(self) -> None:
        """Let an iteration in another thread end."""
        self._stopped = True

    def __enter__(self) -> Self:
        """Nothing is held open between frames."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Nothing to release."""

    def __iter__(self) -> Iterator[Frame]:
        """Yield the frames from number `first_frame` on."""
        for index, file in enumerate(self._files):
            if index < self.first_frame:
                continue
            if self._stopped:
                return
            image = next(iter(PhotoSource(file, budget_mb=self._budget_mb))).image
            if (image.width, image.height) != (self.info.width, self.info.height):
                raise differs(file, image.width, image.height, self._files[0], self.info.width, self.info.height)
            yield Frame(index, index / self._rate, image, image)


def _common(photos: list[PhotoSource]) -> _Kind:
    """What all have in common. Raises UnreadableFile when two differ in size."""
    first = photos[0].info
    for photo in photos:
        info = photo.info
        if (info.width, info.height) != (first.width, first.height):
            raise differs(info.path, info.width, info.height, first.path, first.width, first.height)
    notes = dict.fromkeys(note for photo in photos for note in photo.info.notes)
    return _Kind(
        first.width,
        first.height,
        max(photo.info.depth for photo in photos),
        any(photo.info.has_alpha for photo in photos),
        all(photo.info.grey for photo in photos),
        any(photo.header.meta.icc for photo in photos),
        tuple(notes),
    )


def differs(one: Path, width: int, height: int, other: Path, other_width: int, other_height: int) -> UnreadableFile:
    """The error that two pictures of a sequence are of other sizes."""
    return UnreadableFile(
        f"The frames differ in size: {one.name} has {width} × {height} pixels, {other.name} {other_width} × {other_height}.",
        "Frames of a sequence are of one size; derain these pictures as photos.",
        one,
    )


def _facts(files: tuple[Path, ...], rate: Fraction, kind: _Kind) -> PictureFacts:
    """What a sink needs: for pictures the files, for a clip what RGB of that depth at that rate is."""
    if kind.grey and not kind.has_alpha:
        layout = "gray" if kind.depth == 8 else "gray16le"
    else:
        layout = ("rgba" if kind.has_alpha else "rgb24") if kind.depth == 8 else "rgba64le" if kind.has_alpha else "rgb48le"
    stats = "".join(f"{file.absolute()} {(s := file.stat()).st_size} {s.st_mtime_ns}\n" for file in files)
    return PictureFacts(
        stream=0,
        codec=PICTURES,
        pix_fmt=layout,
        depth=kind.depth,
        stored_width=kind.width,
        stored_height=kind.height,
        time_base=1 / rate,
        rate=rate,
        profile="ICC" if kind.profile else "",
        matrix=_BT709,
        transfer=_SRGB,
        primaries=_BT709,
        files=files,
        stamp=hashlib.sha256(stats.encode(errors="surrogatepass")).hexdigest(),
    )
