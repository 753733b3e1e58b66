"""Clips as sinks of frames: encoded like the source, with everything else of the source beside them, whole or not at all."""

import contextlib
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

from av.packet import Packet
from av.video.stream import VideoStream

from rainapp.base.errors import UnwritableFile
from rainapp.base.image import Frame
from rainapp.jobs.records import Output
from rainapp.media.atomic import refuse_source
from rainapp.media.clip.codec_choice import Encoding, choose_encoding
from rainapp.media.clip.muxed_file import ClipFile, in_words
from rainapp.media.clip.pixel_formats import FrameWriter
from rainapp.media.clip.reproducible import usual_scheduling
from rainapp.media.clip_facts import ClipFacts, writable
from rainapp.media.contracts import MediaInfo

_MAX_REORDERING = 1 << 31  # ticks between decoding and showing a frame


class ClipSink:
    """Takes upright frames and writes a clip like `like`; `notes` say what could not be kept."""

    def __init__(self, target: Path, like: MediaInfo, output: Output) -> None:
        """Raises BadTreatment for a codec or CRF that cannot be, and UnwritableFile when `target` is the source."""
        facts, self._encoding = plan(target, like, output)
        self._file = ClipFile(target, like, facts, self._encoding, output)
        self._facts = facts

    @property
    def notes(self) -> tuple[str, ...]:
        """What could not be kept, in sentences."""
        return self._file.notes

    @property
    def target(self) -> Path:
        """The name asked for; after the end the one that the file got."""
        return self._file.target

    @target.setter
    def target(self, target: Path) -> None:
        self._file.target = target

    def __enter__(self) -> Self:
        """Open the temporary file beside the target."""
        self._file.__enter__()
        self._encoder = PictureEncoder(self._file.stream, self._facts, self._encoding)
        return self

    def write(self, frame: Frame) -> None:
        """Encode the next frame; frames come in display order, each with the time it had in the source.

        Raises UnwritableFile when the disk or the encoder refuses.
        """
        with in_words(self.target, self._encoding):
            self._file.mux(self._encoder.encode(frame), frame.time_s)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Commit (flush, fsync, rename) when all went well, otherwise leave nothing."""
        if error is not None:
            self._file.__exit__(kind, error, trace)
            return
        with contextlib.ExitStack() as stack, in_words(self.target, self._encoding):
            stack.push(self._file)
            if self._encoder.last is None:
                raise no_frame(self.target)
            self._file.mux(self._encoder.end(None), self._encoder.last)
            self._file.finish()


def plan(target: Path, like: MediaInfo, output: Output) -> tuple[ClipFacts, Encoding]:
    """What is written and how. Raises BadTreatment in words, and UnwritableFile when `target` is the source."""
    if not isinstance(like.carry, ClipFacts):
        raise TypeError("a clip is written like a clip")
    refuse_source(target, like.path)
    encoding = choose_encoding(like.carry, target.suffix, output)
    return writable(like.carry, encoding.muxer, encoding.encoder), encoding


def no_frame(target: Path) -> UnwritableFile:
    """The error of a result without frames."""
    return UnwritableFile(f"{target.name} would hold no frame.", "The clip may be damaged.", target)


class PictureEncoder:
    """Turns frames into packets of a stream; holds one frame back, to know how long it is shown."""

    def __init__(self, stream: VideoStream, facts: ClipFacts, encoding: Encoding) -> None:
        """`stream` was made by `add_picture` and is encoded by nobody else."""
        self.last: Fraction | None = None
        self._stream = stream
        self._facts = facts
        self._writer = FrameWriter(facts, encoding.pix_fmt, full_range=encoding.full_range)
        self._frame: Frame | None = None
        self._is_x265 = encoding.encoder == "libx265"
        self._given = False  # whether packets came before the end

    def encode(self, frame: Frame) -> "list[Packet[VideoStream]]":
        """Packets that are ready after `frame`."""
        packets = self._encode_pending(frame.time_s)
        self._given = self._given or bool(packets)
        self._frame = frame
        self.last = frame.time_s
        return packets

    def end(self, following: Fraction | None) -> "list[Packet[VideoStream]]":
        """The packets that are left. `following` is the time of the frame after the last, None when there is none."""
        packets = self._encode_pending(following)
        with usual_scheduling():
            packets += self._timed(self._stream.encode(None))
        return _decoded_in_turn(packets) if self._is_x265 and not self._given else packets

    def _encode_pending(self, following: Fraction | None) -> "list[Packet[VideoStream]]":
        if self._frame is None:
            return []
        picture = self._writer.write(self._frame.image)
        picture.pts = self._ticks(self._frame.time_s)
        picture.time_base = self._facts.time_base
        until = self._frame.time_s + self._facts.step if following is None else following
        picture.duration = max(1, self._ticks(until) - picture.pts)
        self._frame = None
        with usual_scheduling():
            return self._timed(self._stream.encode(picture))

    def _ticks(self, time_s: Fraction) -> int:
        return round(time_s / self._facts.time_base)

    def _timed(self, packets: "list[Packet[VideoStream]]") -> "list[Packet[VideoStream]]":
        """`packets` with decoding times that can be."""
        for packet in packets:
            if packet.pts is not None and (packet.dts is None or not 0 <= packet.pts - packet.dts < _MAX_REORDERING):
                packet.dts = packet.pts
        return packets


def _decoded_in_turn(packets: "list[Packet[VideoStream]]") -> "list[Packet[VideoStream]]":
    """All packets of an encoder with decoding times made anew: x265 gives clips of a few frames some out of nowhere."""
    if all(packet.pts is not None for packet in packets):
        shown = sorted(packet.pts or 0 for packet in packets)
        late = max((time - (packet.pts or 0) for time, packet in zip(shown, packets, strict=True)), default=0)
        for time, packet in zip(shown, packets, strict=True):
            packet.dts = time - late
    return packets
