"""A clip sink that survives a power cut: it encodes in parts, and goes on after the last finished one.

Every part has an encoder of its own and starts with a key frame, always at the same frame numbers; so the parts of an
interrupted run and of the one that goes on are the same as those of a run without interruption. The result grows under a hidden
name beside the target, with sound and everything else; the journal says where in it the packets lie. To go on, they are read
from there and given to the muxer once more, which thereby writes the same bytes again and is where it was. So nothing is kept
twice, and nothing is put together at the end. A cancel leaves nothing, the part done as a file of its own, or, where it is to
go on later, what it had; what is killed or fails always leaves that for the next run.
"""

import contextlib
import io
from collections.abc import Iterator
from fractions import Fraction
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self

import av
from av.container import OutputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from rainapp.base.errors import Cancelled, RainError
from rainapp.base.image import Frame
from rainapp.jobs.naming import unfinished_path
from rainapp.jobs.records import Output
from rainapp.media.atomic import guard_of, unwritable
from rainapp.media.clip.clip_open import open_container
from rainapp.media.clip.clip_sink import PictureEncoder, no_frame, plan
from rainapp.media.clip.mux_index import StoredPacket
from rainapp.media.clip.muxed_file import ClipFile, add_picture, in_words
from rainapp.media.clip.part_journal import DamagedParts, Journal
from rainapp.media.clip_facts import ClipFacts, PictureFacts
from rainapp.media.contracts import MediaInfo
from rainapp.media.wait_for_space import AwaitRoom

PART_S = 6  # so that a kill costs less than ten seconds of the clip
_LOOK_PACKETS = 100
_SCATTERING = ("mpegts",)  # muxers that cut packets into pieces too small to be found again


def parts_of(like: MediaInfo) -> int:
    """How many frames make a part of a clip like `like`, unless somebody says otherwise."""
    if not isinstance(like.carry, ClipFacts):
        raise TypeError("only clips have parts")
    step = Fraction(0) if isinstance(like.carry, PictureFacts) else _seen_step(like.path, like.carry)
    return max(1, round(PART_S / (step or like.carry.step)))


def _seen_step(path: Path, facts: ClipFacts) -> Fraction:
    """Seconds between frames at the beginning of the clip: some files state a rate they do not have. 0 when unknown."""
    with open_container(path) as container, contextlib.suppress(av.FFmpegError):
        packets = islice(container.demux(container.streams[facts.stream]), _LOOK_PACKETS)
        times = [packet.pts for packet in packets if packet.pts is not None]
        if len(times) > 1:
            return Fraction(max(times) - min(times), len(times) - 1) * facts.time_base
    return Fraction(0)


def _stamp(like: MediaInfo) -> str:
    """Which source it is, in text that changes when the file does."""
    if isinstance(like.carry, PictureFacts):
        return like.carry.stamp
    stat = like.path.stat()
    return f"{like.path.absolute()} {stat.st_size} {stat.st_mtime_ns}"


class ResumableClipSink:
    """Takes upright frames from number `frames_done` on, and writes a clip like `like`, whole or not at all.

    `memo` is a word of the owner's that is kept with each finished part, for the run that goes on.
    """

    def __init__(
        self, target: Path, like: MediaInfo, output: Output, *,
        key: str, part_frames: int = 0, await_room: AwaitRoom | None = None,
    ) -> None:  # fmt: skip
        """`key` says in text what is done to the frames: parts are used again only under the same key and source.

        `part_frames` 0 makes parts of `PART_S` seconds. `await_room` is called when the disk is full.
        Raises BadTreatment and UnwritableFile as `ClipSink` does.
        """
        self._facts, self._encoding = plan(target, like, output)
        self.target = target
        self.memo = False
        self.part_frames = part_frames or parts_of(like)
        self._like = like
        self._output = output
        self._await_room = await_room
        self._key = f"{_stamp(like)} {self._encoding} {output.metadata} {self.part_frames} {av.__version__} {key}"
        self._notes = self._encoding.notes
        self._part: OutputContainer | None = None
        self._encoder: PictureEncoder | None = None
        self._count = 0
        self._ended_s = Fraction(0)

    @property
    def notes(self) -> tuple[str, ...]:
        """What could not be kept, in sentences."""
        return self._notes

    @property
    def frames_done(self) -> int:
        """How many frames a run before this one has finished; known once the sink is entered."""
        return self._journal.mark.frames

    @property
    def goes_on(self) -> bool:
        """Whether there are finished parts."""
        return self.frames_done > 0

    def __enter__(self) -> Self:
        """Open the journal beside the target, and bring the result to where its last finished part ends."""
        finds = self._encoding.muxer not in _SCATTERING
        self._journal = Journal(self.target, self._key, self._await_room, finds=finds, like=guard_of(self._like))
        with contextlib.ExitStack() as undoing:
            undoing.callback(lambda: self._journal.close(keep=self.frames_done > 0))
            with self._disk_in_words():
                try:
                    self._begin()
                except DamagedParts:
                    self._journal.restart()
                    self._begin()
            undoing.pop_all()
        self._count = self._journal.mark.frames
        self.memo = self._journal.mark.memo
        return self

    def _begin(self) -> None:
        """Lay out the file and give the muxer what earlier runs have encoded. Raises DamagedParts."""
        self._last: int | None = None
        arguments = self.target, self._like, self._facts, self._encoding, self._output
        self._file = ClipFile(*arguments, tape=self._journal.tape).__enter__()
        with contextlib.ExitStack() as undoing:
            undoing.callback(self._abandon)
            for packet, is_settled in self._journal.packets():
                self._mux(packet, expect=not is_settled)
                self._ended_s = packet.pts * self._facts.time_base
            undoing.pop_all()

    def _abandon(self) -> None:
        self._journal.tape.shut()  # closing the muxer would write its end
        self._file.__exit__(None, None, None)

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
        self._ended_s = frame.time_s

    def _end_part(self, following: Fraction | None) -> None:
        if self._encoder is not None:
            self._store(self._encoder.end(following))
            if following is not None:  # after the last part the result is whole at once
                self._journal.end_part(self._count, self.memo)
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
            self._mux(StoredPacket(pts, dts, packet.duration or 0, packet.is_keyframe, bytes(packet)))

    def _mux(self, stored: StoredPacket, *, expect: bool = True) -> None:
        """Give a packet to the muxer; at the borders of parts decoding times are moved behind those before."""
        dts = stored.dts if self._last is None else max(stored.dts, self._last + 1)
        self._last = min(dts, stored.pts)
        packet: Packet[VideoStream] = Packet(stored.data)  # type: ignore[assignment]
        packet.stream = self._file.stream
        packet.pts, packet.dts, packet.duration = stored.pts, self._last, stored.duration
        packet.time_base = self._facts.time_base
        packet.is_keyframe = stored.is_key
        if expect:
            self._journal.tape.expect(stored, self._journal.mark.number + 1)
        self._file.mux([packet], stored.pts * self._facts.time_base)

    @contextlib.contextmanager
    def _disk_in_words(self) -> Iterator[None]:
        try:
            with in_words(self.target, self._encoding):
                yield
        except OSError as error:
            raise unwritable(self.target, error) from error

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Commit when all went well. After a failure keep the finished parts, after a cancel where they are wanted."""
        keep = isinstance(error, RainError | OSError | MemoryError)
        try:
            with self._disk_in_words():
                if error is None:
                    self._commit()
                elif isinstance(error, Cancelled) and self._keeps(error) and self._count:
                    path = self._commit_part_done()
                    error.kept = error.kept or path
                elif isinstance(error, Cancelled) and error.go_on:
                    keep = True
                    error.goes_on = error.goes_on or self.frames_done > 0
        except (RainError, OSError, MemoryError):
            keep = True
            raise
        finally:
            self._drop_part()
            self._notes = self._file.notes
            self._abandon()
            self._journal.close(keep=keep and self.frames_done > 0)

    def _keeps(self, stop: Cancelled) -> bool:
        return self._output.keep_partial if stop.keep is None else stop.keep

    def _commit_part_done(self) -> Path:
        """Make a file of the part done, with sound up to there (and a second more); its path."""
        self._end_part(None)
        self._file.finish(self._ended_s)
        return self._journal.commit(unfinished_path(self.target))

    def _commit(self) -> None:
        if not self._count:
            raise no_frame(self.target)
        self._end_part(None)
        self._file.finish()
        self.target = self._journal.commit(self.target, replaces=self._output.if_exists == "overwrite")
