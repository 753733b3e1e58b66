"""Clips as sinks of frames: encoded like the source, with everything else of the source beside them, whole or not at all."""

import contextlib
import math
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
from av.container import InputContainer, OutputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from rainapp.errors import UnwritableFile
from rainapp.image import Frame
from rainapp.jobs import Output
from rainapp.media import MediaInfo
from rainapp.media.atomic import refuse_source, replacing
from rainapp.media.clip_carry import Copier, add_copies, kept_tags, split
from rainapp.media.clip_codecs import Encoding, choose_encoding
from rainapp.media.clip_facts import UNSAID, ClipFacts
from rainapp.media.clip_open import open_container
from rainapp.media.clip_pixels import FrameWriter

# Sound is copied this far ahead of the picture, so that the muxer never waits for it.
_AHEAD_S = 1
_MAX_MOVIE_SCALE = 100_000_000
_MAX_REORDERING = 1 << 31  # ticks between decoding and showing a frame


class ClipSink:
    """Takes upright frames and writes a clip like `like`; `notes` say what could not be kept."""

    def __init__(self, target: Path, like: MediaInfo, output: Output) -> None:
        """Raises BadTreatment for a codec or CRF that cannot be, and UnwritableFile when `target` is the source."""
        if not isinstance(like.carry, ClipFacts):
            raise TypeError("a clip is written like a clip")
        refuse_source(target, like.path)
        self.target = target
        self.notes: tuple[str, ...] = ()
        self._like = like
        self._facts = like.carry
        self._output = output
        self._encoding = choose_encoding(self._facts, target.suffix, output)
        self._writer = FrameWriter(self._facts, self._encoding.pix_fmt, full_range=self._encoding.full_range)
        self._stack = contextlib.ExitStack()
        self._pending: VideoFrame | None = None

    def __enter__(self) -> Self:
        """Open the temporary file beside the target and lay out its streams."""
        with contextlib.ExitStack() as stack, self._in_words():
            file = stack.enter_context(replacing(self.target))
            source = stack.enter_context(open_container(self._like.path))
            kept, notes = split(source, self._facts, self._encoding.muxer)
            bases = [self._facts.time_base, *(stream.time_base or Fraction(1, 1000) for stream in kept)]
            options = _muxer_options(self._encoding.muxer, source, bases)
            self._sink = av.open(file, "w", format=self._encoding.muxer, container_options=options)
            stack.callback(self._abandon)
            self._stream = _add_video(self._sink, source, self._facts, self._encoding, self._output)
            copies = add_copies(kept, self._sink, self._output.metadata)
            self._sink.metadata.update(kept_tags(source.metadata, self._output.metadata))
            if chapters := source.chapters():
                self._sink.set_chapters(chapters)
            self._copier = Copier(source, copies)
            self.notes = (*self._encoding.notes, *notes)
            self._stack = stack.pop_all()
        return self

    def write(self, frame: Frame) -> None:
        """Encode the next frame; frames come in display order, each with the time it had in the source.

        Raises UnwritableFile when the disk or the encoder refuses.
        """
        with self._in_words():
            self._write(frame)

    def _write(self, frame: Frame) -> None:
        picture = self._writer.write(frame.image)
        ticks = frame.time_s / self._facts.time_base
        picture.pts = round(ticks)
        picture.time_base = self._facts.time_base
        if self._pending is not None:
            self._pending.duration = max(1, picture.pts - (self._pending.pts or 0))
            self._encode(self._pending)
        self._pending = picture
        self._copier.copy_until(frame.time_s + _AHEAD_S, self._sink)

    def _encode(self, picture: VideoFrame | None) -> None:
        for packet in self._stream.encode(picture):
            # x265 gives clips of two or three frames decoding times out of nowhere.
            if packet.pts is not None and (packet.dts is None or not 0 <= packet.pts - packet.dts < _MAX_REORDERING):
                packet.dts = packet.pts
            self._sink.mux_one(packet)

    def _finish(self) -> None:
        """Encode what is pending, copy the rest, and end the file."""
        if self._pending is None:
            raise UnwritableFile(f"{self.target.name} would hold no frame.", "The clip may be damaged.", self.target)
        self._pending.duration = max(1, round(self._facts.step / self._facts.time_base))
        self._encode(self._pending)
        self._encode(None)
        self._copier.copy_until(None, self._sink)
        self._sink.close()

    def _abandon(self) -> None:
        """Close without caring for the content: the file goes anyway."""
        with contextlib.suppress(av.FFmpegError, OSError, ValueError):
            self._sink.close()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Commit (flush, fsync, rename) when all went well, otherwise leave nothing."""
        if error is not None:
            self._stack.__exit__(kind, error, trace)
            return
        with self._stack, self._in_words():
            self._finish()
        self.notes += tuple(self._copier.notes())

    @contextlib.contextmanager
    def _in_words(self) -> Iterator[None]:
        """What the encoder or the container refuses, as UnwritableFile; errors of the disk pass."""
        try:
            yield
        except OSError:
            raise
        except av.FFmpegError as error:
            reason = error.strerror or "for a reason it does not tell"
            hint = "Choose another codec or format."
            words = f"{self.target.name} cannot be written: {self._encoding.encoder} refused ({reason})."
            raise UnwritableFile(words, hint, self.target) from error


def _muxer_options(muxer: str, source: InputContainer, bases: list[Fraction]) -> dict[str, str]:
    """`bases`: the time bases of all streams."""
    if muxer in ("mp4", "mov", "3gp"):
        # Late starts are written in units of the whole file, milliseconds by default: too coarse to be exact.
        ticks = math.lcm(*(base.denominator for base in bases))
        scale = ticks if 1000 <= ticks <= _MAX_MOVIE_SCALE else max(1000, bases[0].denominator)
        foreign = any(name.startswith("com.") for name in source.metadata)
        return {"movie_timescale": str(scale)} | ({"movflags": "+use_metadata_tags"} if foreign else {})
    if muxer == "mpegts":
        return {"mpegts_copyts": "1", "avoid_negative_ts": "disabled"}
    return {}


def _add_video(
    sink: OutputContainer, source: InputContainer, facts: ClipFacts, encoding: Encoding, output: Output
) -> VideoStream:
    """The stream of the treated picture: encoder, colour tags, shape and names."""
    stream = sink.add_stream(encoding.encoder, rate=_plain_rate(facts), options=dict(encoding.options))
    assert isinstance(stream, VideoStream)
    context = stream.codec_context
    context.width, context.height = facts.stored_width, facts.stored_height
    context.pix_fmt = encoding.pix_fmt
    context.time_base = facts.time_base
    stream.time_base = facts.time_base
    context.color_range = 2 if encoding.full_range else 1
    context.color_primaries, context.color_trc = facts.primaries, facts.transfer
    context.colorspace = facts.matrix if not (facts.is_rgb and not encoding.pix_fmt.startswith("gbr")) else UNSAID
    if facts.sample_aspect:
        context.sample_aspect_ratio = facts.sample_aspect
    if facts.codec_tag == "hvc1" or (encoding.encoder == "libx265" and encoding.muxer in ("mp4", "mov")):
        context.codec_tag = "hvc1"  # what Apple's players ask for
    if facts.display_matrix is not None:
        stream.set_display_matrix(facts.display_matrix)
    original = source.streams[facts.stream]
    stream.disposition = original.disposition
    stream.metadata.update(kept_tags(original.metadata, output.metadata))
    return stream


def _plain_rate(facts: ClipFacts) -> Fraction:
    """The average rate as encoders want it: positive, not absurd."""
    return facts.rate.limit_denominator(65535) if 0 < facts.rate <= 1000 else Fraction(25)
