"""The files that one job writes: the result, the rain that was removed, or both; and how far a clip has come.

Clips are read ahead and written behind, so that decoding, the net and encoding overlap; and they go on where a killed run has
left them, both files from the frame that both have. A photo is one frame and is done in one go.
"""

import contextlib
import hashlib
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from rainapp.base.errors import Cancelled, RainError, UnwritableFile
from rainapp.base.formats import is_clip_name, same_format
from rainapp.base.image import Frame, Repaired
from rainapp.base.regular_files import read_regular
from rainapp.base.version import VERSION
from rainapp.inference.amount import MASK_BYTES_MAX, rain_found, removed_rain
from rainapp.inference.pipeline import Pipeline
from rainapp.inference.refine.repair_words import noted, sentences
from rainapp.jobs.naming import rain_path
from rainapp.jobs.records import DerainFile, Treatment, WaitingWatch, Watch
from rainapp.media import SEQUENCE, MediaInfo, ResumableSink, Sink, SkippingSource, Source, copy_source, open_sink
from rainapp.media.photo.photo_file import Carry
from rainapp.media.prefetch import Behind, ahead

GOES_ON = "it goes on where it stopped"


class ClipWatch:
    """Turns the progress of a frame's tiles into that of the whole clip; for a photo they are nearly the same.

    Writing counts as some more tiles, so that nobody reads "100 %" or "0 s left" while a large photo is still being encoded.
    Tiles and writing are counted apart: a frame may be in the net while the one before it is still steadied or encoded. Each
    thread tells of its own; one at a time, so that nothing is told that has been overtaken.
    """

    def __init__(self, watch: Watch, info: MediaInfo) -> None:
        self.frames_done = 0  # in this run
        self.goes_on = False  # whether a stop now would leave finished parts
        self._watch = watch
        self._frames = expected_frames(info)
        self._tiles = 1
        self._tiles_done = 0
        self._written = 0
        self._told = (0, 0)
        self._told_waiting: tuple[int, int] | None = None
        self._held = False
        self._telling = threading.RLock()

    def begin(self, first_frame: int) -> None:
        """Frames before `first_frame` were done by an earlier run."""
        self._written = first_frame

    def tick(self, done: int, total: int, **facts: float) -> None:
        """`done` of `total` tiles of the present frame."""
        with self._telling:
            self._tiles = max(total, 1)
            self._tiles_done = int(facts.get("frame", self._written)) * self._tiles + min(done, self._tiles)
            self._tell(**facts)

    def next_frame(self) -> None:
        """Another frame is written."""
        with self._telling:
            self.frames_done += 1
            self._written += 1
            self._tiles_done = max(self._tiles_done, self._written * self._tiles)
            self._tell()

    def stand(self) -> None:
        """Nothing moves, but the owner may want to pause or cancel: tell again what was told last."""
        with self._telling:
            self._watch.tick(*self._told, goes_on=self.goes_on)

    @contextlib.contextmanager
    def waiting(self, message: str, hint: str) -> Iterator[None]:
        """The work waits for what only a person can change: told once, and again only if it moved on since.

        Frames that are at hand go through the net meanwhile, but count only afterwards, so that nobody reads that it goes on.
        """
        if isinstance(self._watch, WaitingWatch) and self._told != self._told_waiting:
            self._watch.wait(message, hint)
        self._told_waiting, self._held = self._told, True
        try:
            yield
        finally:
            self._held = False

    def _tell(self, **facts: float) -> None:
        """What a frame counts: its tiles, and its writing as an eighth of them."""
        writing = max(1, self._tiles // 8)
        done = self._tiles_done + self._written * writing
        frames = max(self._frames, self._written, -(-self._tiles_done // self._tiles)) if self._frames else 0
        total = frames * (self._tiles + writing)
        if not self._held:
            self._told = done, total
        self._watch.tick(self._told[0], self._told[1], frames=frames, goes_on=self.goes_on, **facts)


class Room:
    """Waits while a disk is full: says so once, looks again every two seconds, and gives up after an hour."""

    def __init__(self, progress: ClipWatch, *, poll_s: float = 2.0, limit_s: float = 3600.0) -> None:
        self._progress = progress
        self._poll_s = poll_s
        self._limit_s = limit_s
        self._since = self._last = float("-inf")

    def __call__(self, target: Path) -> None:
        """Wait a little before `target` is tried again. Raises UnwritableFile after the limit, Cancelled when asked to."""
        now = time.monotonic()
        if now - self._last > 10 * self._poll_s:  # meanwhile there was room
            self._since = now
        if now - self._since > self._limit_s:
            hint = f"Free some space and start it again: {GOES_ON}."
            raise UnwritableFile(f"{target.name} cannot be written: the disk is still full.", hint, target)
        with self._progress.waiting(f"The disk is full; {target.name} waits.", "Free some space: it then goes on by itself."):
            while time.monotonic() - now < self._poll_s:
                time.sleep(min(0.1, self._poll_s))
                self._progress.stand()
        self._last = time.monotonic()


def expected_frames(info: MediaInfo) -> int:
    """How many frames will come, or about how many; 0 where nothing is known."""
    return 1 if info.kind == "photo" else info.frames or round(info.duration_s * info.fps)


def note_of(job: DerainFile, pipeline: Pipeline | None) -> dict[str, str]:
    """What a result says of itself in its metadata."""
    if pipeline is None:
        return {}
    return {"Model": pipeline.model_id, "Strength": f"{job.treatment.strength:g}", "Version": VERSION}


def key_of(treatment: Treatment, pipeline: Pipeline | None, weights: str) -> str:
    """All that decides what becomes of a frame, in text; `weights` is their check sum. What is equal may be gone on with."""
    if pipeline is None:
        return f"{VERSION} unchanged"
    mask = "" if treatment.mask is None else hashlib.sha256(read_regular(treatment.mask, MASK_BYTES_MAX)).hexdigest()
    how = (pipeline.engine, pipeline.device, pipeline.precision, pipeline.tile_px, mask)
    return f"{VERSION} {weights} {replace(treatment, model='', mask=None)} {how}"


def _standing(source: Source, progress: ClipWatch) -> Callable[[], None]:
    """What is done while nothing comes, because `source` skips what an earlier run has done: a cancel ends that."""

    def stand() -> None:
        try:
            progress.stand()
        except Cancelled:
            if isinstance(source, SkippingSource):
                source.stop()
            raise

    return stand


class _Dry(Exception):  # noqa: N818 - no error: it makes a sink leave nothing
    """No frame held rain: the result is abandoned, the source copied."""


@dataclass(frozen=True)
class _Layer:
    """One of the files, of which an earlier run may have finished some frames."""

    sink: Sink
    resumable: ResumableSink | None  # the same, without the thread before it

    @property
    def frames_done(self) -> int:
        return self.resumable.frames_done if self.resumable else 0

    @property
    def had_rain(self) -> bool:
        return self.resumable is not None and self.resumable.memo

    def write(self, frame: Frame, rain_found: bool) -> None:
        if self.resumable:
            self.resumable.memo = rain_found
        if frame.index >= self.frames_done:
            self.sink.write(frame)


class Writing:
    """The files that one job writes. `key` says in text what is done to the frames, see `key_of`."""

    def __init__(self, job: DerainFile, info: MediaInfo, note: Mapping[str, str], key: str) -> None:
        self.rain_found = False
        self.copied = False
        self._never_dry = job.treatment.treat == "always" and job.treatment.strength > 0
        self.notes: tuple[str, ...] = ()
        self._layers: list[_Layer] = []
        self._note = dict(note)
        self._repair_notes: tuple[str, ...] = ()
        self.repaired: Repaired | None = None
        self._key = key
        self._job = job
        self._info = info
        self.result_target = None if job.output.layer == "rain" else job.target
        self.rain_target = {"result": None, "rain": job.target, "both": rain_path(job.target)}[job.output.layer]

    @property
    def target(self) -> Path:
        """The result; after the end by the name that it got."""
        return self.result_target or self.rain_target or self._job.target

    def write(self, source: Source, pipeline: Pipeline | None, progress: ClipWatch) -> None:
        """Take all frames of `source` through `pipeline`; each file is committed at the end, whole, or not at all."""
        try:
            self._write_all(source, pipeline, progress)
        except RainError as error:
            if any(layer.frames_done for layer in self._layers) and GOES_ON not in error.hint:
                error.hint = f"{error.hint} Start it again: {GOES_ON}.".strip()
            raise

    def _write_all(self, source: Source, pipeline: Pipeline | None, progress: ClipWatch) -> None:
        room = Room(progress)
        with contextlib.ExitStack() as stack:
            rain = self._open(self.rain_target, "rain", room, stack)
            try:
                with contextlib.ExitStack() as result_stack:
                    result = self._open(self.result_target, "result", room, result_stack)
                    self._layers = [layer for layer in (rain, result) if layer is not None]
                    first = min(layer.frames_done for layer in self._layers)
                    self.rain_found = any(layer.had_rain for layer in self._layers)
                    progress.goes_on = self._goes_on
                    for frame in result_stack.enter_context(self._frames(source, pipeline, progress, first)):
                        self._write(frame, result, rain)
                        progress.goes_on = self._goes_on
                        progress.next_frame()
                    if self._stays():
                        raise _Dry
                if result is not None:
                    self.result_target = result.sink.target
            except _Dry:
                self.copy()
            if rain is not None and self.result_target not in (None, self._job.target):
                rain.sink.target = rain_path(self.result_target)  # they are numbered alike
        if rain is not None:
            self.rain_target = rain.sink.target

    @property
    def _goes_on(self) -> bool:
        """Whether all files have finished parts."""
        return all(layer.resumable is not None and layer.resumable.goes_on for layer in self._layers)

    @contextlib.contextmanager
    def _frames(self, source: Source, pipeline: Pipeline | None, progress: ClipWatch, first: int) -> Iterator[Iterable[Frame]]:
        """The treated frames from number `first` on; those of a clip are read by a thread that ends with the block."""
        with contextlib.ExitStack() as stack:
            frames: Iterable[Frame] = source
            if self._info.kind == "clip":
                idle = _standing(source, progress) if first else None
                frames = stack.enter_context(contextlib.closing(ahead(source, idle=idle)))
            if first and isinstance(source, SkippingSource):
                progress.begin(first)
                source.first_frame = first
                stack.callback(source.stop)  # before the thread is waited for
            yield stack.enter_context(contextlib.closing(pipeline(frames, progress))) if pipeline else frames

    def _write(self, frame: Frame, result: _Layer | None, rain: _Layer | None) -> None:
        self.rain_found = self.rain_found or self._never_dry or rain_found(frame)
        if frame.repaired is not None:
            self._note |= noted(frame.repaired)
            self._repair_notes = sentences(frame.repaired)
            self.repaired = frame.repaired
        if rain is not None:
            rain.write(replace(frame, image=removed_rain(frame)), self.rain_found)
        if result is not None and not (self._info.kind == "photo" and self._stays()):
            result.write(frame, self.rain_found)

    def _stays(self) -> bool:
        """Whether, as far as is known, the source's own bytes are the result."""
        return self.result_target is not None and not self.rain_found and self.may_copy

    @property
    def may_copy(self) -> bool:
        """Whether the source's own bytes could be the result: neither another format nor less metadata is asked for."""
        source, target = self._job.source, self._job.target
        if self._job.part is not None or self._job.output.metadata != "keep":
            return False
        if isinstance(self._info.carry, Carry) and self._info.carry.clip is not None:  # another clip belongs into it
            return False
        if self._info.container == SEQUENCE:
            form = self._job.output.format
            return not is_clip_name(target) and (form == "keep" or same_format(source.suffix, f".{form}"))
        return same_format(source.suffix, target.suffix) or not source.suffix

    def copy(self) -> None:
        """Make the result of the source's own bytes. Nothing is lost then, so there is nothing to note."""
        self.result_target = copy_source(self._info, self._job.target, replaces=self._job.output.if_exists == "overwrite")
        self.notes = ()
        self.copied = True

    def _open(self, target: Path | None, kind: str, room: Room, stack: contextlib.ExitStack) -> _Layer | None:
        if target is None:
            return None
        sink = open_sink(target, self._info, self._job.output, self._note, f"{kind} {self._key}", room)
        if kind == "result" or self.result_target is None:  # what a layer beside the result loses is no loss of the result
            stack.callback(lambda: self._add_notes(sink))  # called after the sink's own end, which may add to them
        stack.enter_context(behind := Behind(sink) if self._info.kind == "clip" else sink)
        return _Layer(behind, sink if isinstance(sink, ResumableSink) else None)

    def _add_notes(self, sink: Sink) -> None:
        self.notes = tuple(dict.fromkeys((*self.notes, *self._repair_notes, *sink.notes)))
