"""Clips made here frame by frame, without a source to be like: lossless FFV1 of RGB in Matroska, so that pairs match."""

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Protocol

import av
from av.video.stream import VideoStream

from rainapp.base.image import Image
from rainapp.base.own_files import Like
from rainapp.media.atomic import Landing

SUFFIX = ".mkv"
_TIME_BASE = Fraction(1, 1000)  # what Matroska counts in


class MadeClip(Protocol):
    """Takes pictures one after the other; `target` is the name asked for, after the end the one that the file got."""

    target: Path

    def write(self, image: Image, time_s: Fraction) -> None:
        """Take the next picture, 8 bit and as large as all others, shown at `time_s`."""
        ...


class _Writing:
    def __init__(self, target: Path, sink: av.container.OutputContainer, stream: VideoStream) -> None:
        self.target = target
        self._sink, self._stream = sink, stream

    def write(self, image: Image, time_s: Fraction) -> None:
        frame = av.VideoFrame.from_ndarray(image.pixels, format="rgb24").reformat(format="bgr0")
        frame.pts, frame.time_base = round(time_s / _TIME_BASE), _TIME_BASE
        self._sink.mux(self._stream.encode(frame))


@contextmanager
def making_clip(
    target: Path, width: int, height: int, rate: Fraction, *, replaces: bool = False, like: Like = None
) -> Iterator[MadeClip]:
    """Yield what takes the pictures of the clip `target`, which appears whole at the end or not at all.

    `rate` in frames a second is only noted; the times of the pictures count. Nobody reads it who may not read `like`.
    Raises UnwritableFile.
    """
    landing = Landing(target, replaces=replaces, like=like)
    with landing as file:
        with av.open(file, "w", format="matroska") as sink:
            stream = sink.add_stream("ffv1", rate=rate.limit_denominator(65535), options={"level": "3", "slicecrc": "1"})
            assert isinstance(stream, VideoStream)
            stream.width, stream.height, stream.pix_fmt = width, height, "bgr0"
            stream.codec_context.time_base = _TIME_BASE
            stream.time_base = _TIME_BASE
            clip = _Writing(target, sink, stream)
            yield clip
            sink.mux(stream.encode(None))
        landing.target = clip.target  # it may have been given another one since
    clip.target = landing.target
