"""A clip sink that survives a power cut: it encodes in parts, and goes on after the last finished one.

Every part has an encoder of its own and starts with a key frame, always at the same frame numbers; so the parts of an
interrupted run and of the one that goes on are the same as those of a run without interruption, and so is the file made of
them. The packets wait in a journal beside the target; when all are there they are put together with sound and everything else,
without encoding again. Only a run that is killed leaves its journal: an error or a cancel removes it.
"""

import contextlib
import io
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
from av.container import OutputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from rainapp.image import Frame
from rainapp.jobs import Output
from rainapp.media import MediaInfo
from rainapp.media.atomic import unwritable
from rainapp.media.clip_facts import ClipFacts
from rainapp.media.clip_file import ClipFile, add_picture, in_words
from rainapp.media.clip_journal import Journal, StoredPacket
from rainapp.media.clip_write import PictureEncoder, no_frame, plan

PART_S = 6  # so that a kill costs less than ten seconds of the clip


def parts_of(like: MediaInfo) -> int:
    """How many frames make a part of a clip like `like`, unless somebody says otherwise."""
    if not isinstance(like.carry, ClipFacts):
        raise TypeError("only clips have parts")
    return max(1, round(PART_S / like.carry.step))


class ResumableClipSink:
    """Takes upright frames from number `frames_done` on, and writes a clip like `like`, whole or not at all."""

    def __init__(self, target: Path, like: MediaInfo, output: Output, *, key: str, part_frames: int = 0) -> None:
        """`key` says in text what is done to the frames: parts are used again only under the same key and source.

        `part_frames` 0 makes parts of `PART_S` seconds. Raises BadTreatment and UnwritableFile as `ClipSink` does.
        """
        self._facts, self._encoding = plan(target, like, output)
        self.target = target
        self.part_frames = part_frames or parts_of(like)
        self._file = ClipFile(target, like, self._facts, self._encoding, output)
        stat = like.path.stat()
        source = f"{like.path.absolute()} {stat.st_size} {stat.st_mtime_ns}"
        self._key = f"{source} {self._encoding} {self.part_frames} {av.__version__} {key}"
        self._part: OutputContainer | None = None
        self._encoder: PictureEncoder | None = None
        self._count = 0

    @property
    def notes(self) -> tuple[str, ...]:
        """What could not be kept, in sentences."""
        return self._file.notes

    @property
    def frames_done(self) -> int:
        """How many frames a run before this one has finished; known once the sink is entered."""
        return self._journal.frames

    def __enter__(self) -> Self:
        """Open the journal beside the target."""
        self._journal = Journal(self.target, self._key)
        self._count = self._journal.frames
        return self

    def write(self, frame: Frame) -> None:
        """Encode the next frame; the first has the number `frames_done`. Raises UnwritableFile, ValueError for another."""
        if frame.index != self._count:
            raise ValueError(f"frame {self._count} was expected, not {frame.index}")
        with self._disk_in_words():
            if self._encoder is not None and self._count % self.part_frames == 0:
                self._end_part(frame.time_s)
            if self._encoder is None:
                self._part = av.open(io.BytesIO(), "w", format=self._encoding.muxer)  # a place for the stream, never written
                self._encoder = PictureEncoder(
                    add_picture(self._part, self._facts, self._encoding), self._facts, self._encoding
                )
            self._store(self._encoder.encode(frame))
        self._count += 1

    def _end_part(self, following: Fraction | None) -> None:
        if self._encoder is not None:
            self._store(self._encoder.end(following))
            self._journal.end_part(self._count)
        self._drop_part()

    def _drop_part(self) -> None:
        """Let go of the encoder: container and stream hold each other until the container is closed."""
        if self._part is not None:
            self._part.close()
        self._part = self._encoder = None

    def _store(self, packets: "list[Packet[VideoStream]]") -> None:
        for packet in packets:
            pts = packet.pts or 0
            dts = pts if packet.dts is None else packet.dts
            self._journal.append(StoredPacket(pts, dts, packet.duration or 0, packet.is_keyframe, bytes(packet)))

    @contextlib.contextmanager
    def _disk_in_words(self) -> Iterator[None]:
        try:
            with in_words(self.target, self._encoding):
                yield
        except OSError as error:
            raise unwritable(self.target, error) from error

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Put the parts together and commit; after an error leave nothing."""
        with contextlib.ExitStack() as stack:
            stack.callback(self._journal.close, keep=False)
            stack.callback(self._drop_part)
            if error is not None:
                return
            with self._disk_in_words():
                self._end_part(None)
                if not self._journal.frames:
                    raise no_frame(self.target)
                self._assemble()

    def _assemble(self) -> None:
        with self._file as file:
            last = None
            for stored in self._journal.packets():
                dts = stored.dts if last is None else max(stored.dts, last + 1)
                last = min(dts, stored.pts)
                packet: Packet[VideoStream] = Packet(stored.data)  # type: ignore[assignment]
                packet.stream = file.stream
                packet.pts, packet.dts, packet.duration = stored.pts, last, stored.duration
                packet.time_base = self._facts.time_base
                packet.is_keyframe = stored.is_key
                file.mux([packet], stored.pts * self._facts.time_base)
            file.finish()
