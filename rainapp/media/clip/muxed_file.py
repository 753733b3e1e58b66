"""A clip file in the making: the container with all its streams laid out, ready for packets of the treated picture."""

import contextlib
import math
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self, cast

import av
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from rainapp.base.errors import UnwritableFile
from rainapp.jobs.records import Output
from rainapp.media.atomic import Landing, guard_of
from rainapp.media.clip.clip_open import open_companion
from rainapp.media.clip.codec_choice import Encoding
from rainapp.media.clip.container.mp4_boxes import Changeable, insert
from rainapp.media.clip.mux_index import Tape
from rainapp.media.clip.picture_extras import BOXED
from rainapp.media.clip.stream_copy import (
    Copier,
    add_copies,
    attach_covers,
    carried,
    format_notes,
    kept_tags,
    movie_flags,
)
from rainapp.media.clip_facts import PICTURES, UNSAID, ClipFacts
from rainapp.media.contracts import MediaInfo

# Sound is copied this far ahead of the picture, so that the muxer never waits for it.
_AHEAD_S = 1
_MAX_MOVIE_SCALE = 100_000_000


class ClipFile:
    """The container of a result, under a temporary name beside `target` until it is finished.

    A context manager that leaves no file unless `finish` was called; `notes` say in words what could not be kept.
    """

    def __init__(
        self, target: Path, like: MediaInfo, facts: ClipFacts, encoding: Encoding, output: Output, tape: Tape | None = None
    ) -> None:
        """`like` and its `facts` name the source, from which everything but the picture is copied.

        With a `tape` that is what is written to, and its owner makes `target` of it.
        """
        self.target = target
        self.notes: tuple[str, ...] = encoding.notes
        self._like = like
        self._facts = facts
        self._encoding = encoding
        self._output = output
        self._tape = tape
        self._landing: Landing | None = None
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Self:
        """Open the temporary file beside the target and lay out its streams."""
        with contextlib.ExitStack() as stack, in_words(self.target, self._encoding):
            file = self._tape if self._tape is not None else stack.enter_context(self._land())
            source = stack.enter_context(open_companion(self._like.path, self._facts))
            goes = carried(self._like.path, self._facts, self._encoding.muxer, self._output.metadata)
            kept = [source.streams[index] for index in goes.copied]
            bases = [self._facts.time_base, *(stream.time_base or Fraction(1, 1000) for stream in kept)]
            options = _muxer_options(self._encoding.muxer, source, bases) | (
                {} if self._tape is None else _steady_muxing(self._encoding.muxer)
            )
            self._sink = av.open(file, "w", format=self._encoding.muxer, container_options=options)
            stack.callback(self._abandon)
            self.stream = add_picture(self._sink, self._facts, self._encoding)
            original = source.streams[self._facts.stream]
            self.stream.disposition = original.disposition
            self.stream.metadata.update(kept_tags(original.metadata, self._output.metadata))
            self.stream.metadata.pop("ALPHA_MODE", None)
            copies = add_copies(kept, self._sink, self._output.metadata)
            if goes.attached:
                with open_companion(self._like.path, self._facts) as again:
                    attach_covers(again, goes.attached, self._sink)
            self._sink.metadata.update(kept_tags(source.metadata, self._output.metadata))
            part = self._like.part
            if part is None and (chapters := source.chapters()):
                self._sink.set_chapters(chapters)
            begins_s = (original.start_time or 0) * (original.time_base or self._facts.time_base)
            self._copier = Copier(source, copies, self._facts.stream, part, begins_s)
            self.notes += (*goes.notes, *(("The chapters are left out of a part.",) if part and source.chapters() else ()))
            if self._output.format == "keep" and self._facts.codec != PICTURES:
                self.notes += tuple(format_notes(self._like.path, self.target.suffix.lower()))
            self._made = cast(Changeable, file)
            self._stack = stack.pop_all()
        return self

    def _land(self) -> Landing:
        replaces = self._output.if_exists == "overwrite"
        self._landing = Landing(self.target, replaces=replaces, like=guard_of(self._like))
        return self._landing

    def mux(self, packets: "list[Packet[VideoStream]]", time_s: Fraction) -> None:
        """Write `packets` of the picture, and whatever belongs beside a picture shown at `time_s`."""
        for packet in packets:
            self._sink.mux_one(packet)
        self._copier.copy_until(time_s + _AHEAD_S, self._sink)

    def finish(self, until_s: Fraction | None = None) -> None:
        """Copy the rest, or no more than belongs to the picture up to `until_s`, and end the file."""
        self._copier.copy_until(until_s, self._sink)
        self._sink.close()
        extras = self._facts.extras
        if self._encoding.muxer in BOXED and (extras.entry_boxes or extras.track_boxes):
            insert(self._made, extras.entry_boxes, extras.track_boxes)
        self.notes = tuple(dict.fromkeys((*self.notes, *self._copier.notes())))

    def _abandon(self) -> None:
        """Close without caring for the content: the file goes anyway, or is finished."""
        with contextlib.suppress(av.FFmpegError, OSError, ValueError):
            self._sink.close()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Flush, fsync and rename, or remove."""
        if self._landing is None:
            self._stack.__exit__(kind, error, trace)
            return
        self._landing.target = self.target
        self._stack.__exit__(kind, error, trace)
        self.target = self._landing.target


@contextlib.contextmanager
def in_words(target: Path, encoding: Encoding) -> Iterator[None]:
    """What the encoder or the container refuses, as UnwritableFile; errors of the disk pass."""
    try:
        yield
    except OSError:
        raise
    except av.FFmpegError as error:
        words = f"{target.name} cannot be written: the encoder {encoding.encoder} refused."
        raise UnwritableFile(words, "Choose another codec or format.", target) from error


def _muxer_options(muxer: str, source: InputContainer, bases: list[Fraction]) -> dict[str, str]:
    """`bases`: the time bases of all streams."""
    if muxer in ("mp4", "mov", "3gp"):
        # Late starts are written in units of the whole file, milliseconds by default: too coarse to be exact.
        ticks = math.lcm(*(base.denominator for base in bases))
        scale = ticks if 1000 <= ticks <= _MAX_MOVIE_SCALE else max(1000, bases[0].denominator)
        flags = movie_flags(source)
        return {"movie_timescale": str(scale)} | ({"movflags": flags} if flags else {})
    if muxer == "mpegts":
        return {"mpegts_copyts": "1", "avoid_negative_ts": "disabled"}
    return {}


def _steady_muxing(muxer: str) -> dict[str, str]:
    """For a file that is gone on with: the same bytes each time, and no packet held back for more than two seconds."""
    clusters = {"cluster_time_limit": "2000"} if muxer in ("matroska", "webm") else {}
    return {"fflags": "+bitexact", "max_interleave_delta": "2000000"} | clusters


def add_picture(sink: OutputContainer, facts: ClipFacts, encoding: Encoding) -> VideoStream:
    """Add the stream of the treated picture: encoder, colour tags, shape."""
    stream = sink.add_stream(encoding.encoder, rate=_plain_rate(facts), options=dict(encoding.options))
    assert isinstance(stream, VideoStream)
    context = stream.codec_context
    context.width, context.height = facts.stored_width, facts.stored_height
    context.pix_fmt = encoding.pix_fmt
    context.time_base = facts.time_base
    stream.time_base = facts.time_base
    context.color_range = 2 if encoding.full_range else 1
    context.color_primaries, context.color_trc = facts.primaries, facts.transfer
    says_matrix = facts.codec == PICTURES or not facts.is_rgb or encoding.pix_fmt.startswith("gbr")
    context.colorspace = facts.matrix if says_matrix else UNSAID
    if facts.sample_aspect:
        context.sample_aspect_ratio = facts.sample_aspect
    if facts.codec_tag == "hvc1" or (encoding.encoder.startswith(("libx265", "hevc_")) and encoding.muxer in ("mp4", "mov")):
        context.codec_tag = "hvc1"  # what Apple's players ask for
    if facts.display_matrix is not None:
        stream.set_display_matrix(facts.display_matrix)
    return stream


def _plain_rate(facts: ClipFacts) -> Fraction:
    """The average rate as encoders want it: positive, not absurd."""
    return facts.rate.limit_denominator(65535) if 0 < facts.rate <= 1000 else Fraction(25)
