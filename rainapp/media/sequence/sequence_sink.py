"""Numbered pictures as a sink of frames: a folder of files like those of the source, under the same names.

The folder grows under a hidden name beside its target and is renamed at the end, so the target is whole or not there. Each
picture is written whole; a file beside the folder says how many parts are finished. A run that was killed is gone on with after
the last of them: earlier pictures are not made again, later ones are.
"""

import contextlib
import os
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from rainapp.base.errors import Cancelled, RainError, UnwritableFile
from rainapp.base.folders import remove_folder
from rainapp.base.formats import result_suffix
from rainapp.base.image import Frame
from rainapp.base.leftovers import drop
from rainapp.base.new_files import settle
from rainapp.base.own_files import PART_SUFFIX, is_own_folder, leave_parts, make_folder, take_parts
from rainapp.jobs.naming import unfinished_path
from rainapp.jobs.records import Output
from rainapp.media.atomic import copy_file, guard_of, unwritable
from rainapp.media.clip.clip_sink import no_frame
from rainapp.media.clip.part_files import PartFiles, head_of
from rainapp.media.clip.resumable_sink import parts_of
from rainapp.media.clip_facts import PictureFacts
from rainapp.media.contracts import MediaInfo
from rainapp.media.photo.photo_file import PhotoSink, PhotoSource
from rainapp.media.sniff import sniff
from rainapp.media.wait_for_space import NO_ROOM, AwaitRoom

_MAGIC = b"rainapp frames 2 "
_MARK = re.compile(rb"[0-9]{1,9} [01]\n")
_INDEX_BYTES_MAX = 1 << 24


class SequenceSink:
    """Takes the frames of numbered pictures from number `frames_done` on, and writes the folder `target`.

    `memo` is a word of the owner's that is kept with each finished part, for the run that goes on.
    """

    def __init__(
        self, target: Path, like: MediaInfo, output: Output, note: Mapping[str, str] | None = None, *,
        key: str = "", part_frames: int = 0, await_room: AwaitRoom | None = None,
    ) -> None:  # fmt: skip
        """`note` goes into the XMP packet of every picture; the rest is as with `ResumableClipSink`."""
        if not isinstance(like.carry, PictureFacts):
            raise TypeError("numbered pictures are written like numbered pictures")
        self.target = target
        self.memo = False
        self.frames_done = 0
        self.part_frames = part_frames or parts_of(like)
        self._files = like.carry.files
        self._guard = guard_of(like)
        self._output = replace(output, if_exists="overwrite")  # in a folder of our own
        self._note = dict(note or {})
        self._await_room = await_room
        text = f"{like.carry.stamp} {output.metadata} {output.format} {output.quality} {self.part_frames} {key}"
        self._head = _MAGIC + head_of(b"", target, text).hex().encode() + b"\n"
        self._notes: dict[str, None] = {}
        self._count = 0
        self._marked = False

    @property
    def notes(self) -> tuple[str, ...]:
        """What the format could not keep, in sentences."""
        return tuple(self._notes)

    @property
    def goes_on(self) -> bool:
        """Whether there are finished parts."""
        return self._marked

    def __enter__(self) -> Self:
        """Find what an earlier run has finished, or begin anew. Raises UnwritableFile."""
        try:
            self._parts = PartFiles(self.target, self._head, self._guard)
            self._index, self._folder = self._parts.index, self._parts.path()
            if not is_own_folder(self._folder):
                drop(self._folder)
                make_folder(self._folder, self._guard)
            take_parts((self._folder,))
            self._recover()
        except OSError as error:
            raise unwritable(self.target, error) from error
        self._count = self.frames_done
        self._marked = self._count > 0
        return self

    def _recover(self) -> None:
        """Read how far an earlier run came; drop what it had half written, or all of it when it did something else."""
        head, *lines = self._index.read(_INDEX_BYTES_MAX).splitlines(keepends=True) or [b""]
        marks = [line for line in lines if line.endswith(b"\n")]
        there = head == self._head and all(
            map(_MARK.fullmatch, marks)
        )  # our own writes it so; what else lies there is not ours
        if there and marks:
            frames, memo = marks[-1].split()
            self.frames_done, self.memo = int(frames), memo == b"1"
            names = [self._name(index) for index in range(min(self.frames_done, len(self._files)))]
            there = len(names) == self.frames_done and all((self._folder / name).is_file() for name in names)
            self._index.truncate(len(self._head) + sum(len(line) for line in marks))
            self._index.seek(0, os.SEEK_END)
        if not there:
            self.frames_done, self.memo = 0, False
            remove_folder(self._folder)
            make_folder(self._folder, self._guard)
            self._index.truncate(0)
            self._index.seek(0)
            self._index.write(self._head)
        for path in self._folder.iterdir():
            if path.name.endswith(PART_SUFFIX):
                path.unlink()

    def _name(self, index: int) -> str:
        return frame_name(self._files[index], self._output)

    def write(self, frame: Frame) -> None:
        """Write the next picture with the metadata of its own source; the first has the number `frames_done`.

        Raises UnwritableFile, ValueError for another number.
        """
        if frame.index != self._count:
            raise ValueError(f"frame {self._count} was expected, not {frame.index}")
        if self._count and self._count % self.part_frames == 0:
            self._mark()
        while True:
            try:
                self._write_picture(frame)
                break
            except UnwritableFile as error:
                cause = error.__cause__
                if self._await_room is None or not isinstance(cause, OSError) or cause.errno not in NO_ROOM:
                    raise
                self._await_room(self.target)
        self._count += 1

    def _write_picture(self, frame: Frame) -> None:
        like = PhotoSource(self._files[frame.index]).info
        with PhotoSink(self._folder / self._name(frame.index), like, self._output, self._note) as sink:
            sink.write(frame)
        self._notes |= dict.fromkeys(sink.notes)

    def copy(self) -> None:
        """Take the source's own files instead of frames."""
        for file in self._files[self._count :]:
            copy_file(file, self._folder / file.name, replaces=True)
            self._count += 1

    def _mark(self) -> None:
        """Say that all so far is finished: the pictures are on the disk already."""
        self._index.write(b"%d %d\n" % (self._count, self.memo))
        self._marked = True
        with contextlib.suppress(OSError):
            os.fsync(self._index.fileno())

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Commit when all went well. After a failure keep the finished parts, after a cancel where they are wanted."""
        keep = isinstance(error, RainError | OSError | MemoryError)
        try:
            if error is None:
                if not self._count:
                    raise no_frame(self.target)
                self.target = self._commit(self.target)
            elif isinstance(error, Cancelled) and self._keeps(error) and self._count:
                path = self._commit(unfinished_path(self.target))
                error.kept = error.kept or path
            elif isinstance(error, Cancelled) and error.go_on:
                keep = True
                error.goes_on = error.goes_on or self._index.tell() > len(self._head)
        except (RainError, OSError, MemoryError):
            keep = True
            raise
        finally:
            self._close(keep=keep and self._index.tell() > len(self._head))

    def _keeps(self, stop: Cancelled) -> bool:
        return self._output.keep_partial if stop.keep is None else stop.keep

    def _commit(self, target: Path) -> Path:
        """Give the folder its name, and never that of another."""
        try:
            return settle(self._folder, target)
        except OSError as error:
            raise unwritable(target, error) from error

    def _close(self, *, keep: bool) -> None:
        if not keep:
            drop(self._folder)
            self._parts.drop()
        self._parts.close()
        if not keep:
            self._parts.drop()  # what this system does not remove while it is open
        leave_parts((self._folder,))


def frame_name(file: Path, output: Output) -> str:
    """What the result of the picture `file` is called in the folder of the result."""
    return file.stem + result_suffix(file, output.format, sniff(file))


def copy_sequence(like: MediaInfo, target: Path) -> Path:
    """Copy the pictures byte for byte into the folder `target`, which appears when it is whole; the name it got."""
    with SequenceSink(target, like, Output(), key="copied") as sink:
        sink.copy()
    return sink.target
