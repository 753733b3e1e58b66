"""What each job record does: the one module that knows every stage.

The story of a file is `derain_file`: open the source, load the pipeline, write each frame. A photo is a clip of one frame, so
both share it. Three decisions are made here and nowhere else: when a file is copied byte for byte instead (nothing was to be
done, or no rain was found), which layers are written (the result, the removed rain, or both), and how the progress of tiles
becomes that of a whole clip. A target appears only when it is whole, because a sink commits at its end; on any error, and when
the person cancels, nothing of it is left.

`run` is what `Workers` calls, on a thread of its own. What is only shown, never written, is done in `looking`.
"""

import contextlib
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import rainapp
from rainapp.batch import Found, find_files
from rainapp.formats import same_format
from rainapp.image import Frame
from rainapp.jobs import (
    Derained,
    DerainFile,
    FindFiles,
    FoundFiles,
    Job,
    Preview,
    ReadPair,
    ReadPicture,
    Watch,
)
from rainapp.keeping import keep
from rainapp.library import ModelLibrary
from rainapp.looking import preview, read_pair, read_picture
from rainapp.media import MediaInfo, Sink, open_sink, open_source
from rainapp.media.atomic import copy_file, unwritable
from rainapp.naming import rain_path
from rainapp.stages import Pipeline, load_pipeline
from rainapp.stages.amount import rain_found, removed_rain

NO_ENGINE = "none"


def run(job: Job, watch: Watch) -> object:
    """Do what `job` says. The result is the record that names it: Derained, Picture, Previewed, FoundFiles.

    Raises:
        RainError: in words, whatever cannot be read, done or written.
        Cancelled: the person asked to stop.
    """
    if isinstance(job, DerainFile):
        return derain_file(job, watch, ModelLibrary())
    if isinstance(job, Preview):
        return preview(job, watch, ModelLibrary())
    if isinstance(job, ReadPicture):
        return read_picture(job, watch)
    if isinstance(job, ReadPair):
        return read_pair(job, watch)
    if isinstance(job, FindFiles):
        return find(job, watch)
    return keep(job, watch, ModelLibrary())


def find(job: FindFiles, watch: Watch) -> FoundFiles:
    """Look through folders for photos and clips."""
    found = list(find_files(job.paths, recursive=True, watch=watch))
    files = tuple(entry.path for entry in found if isinstance(entry, Found))
    return FoundFiles(files, skipped=len(found) - len(files))


def derain_file(job: DerainFile, watch: Watch, library: ModelLibrary) -> Derained:
    """Take the rain out of `job.source` and write `job.target`, which appears only when it is whole."""
    started = time.monotonic()
    watch.tick(0, 0)
    with open_source(job.source) as source:
        treatment = job.treatment if source.info.kind == "clip" else replace(job.treatment, temporal="off")
        pipeline = load_pipeline(treatment, library) if treatment.strength else None
        make_folder(job.target.parent)
        progress = ClipWatch(watch, source.info)
        frames = pipeline(source, progress) if pipeline else source
        writing = Writing(job, source.info, note_of(job, pipeline))
        if pipeline is None and job.output.layer == "result" and writing.may_copy:
            writing.copy()
        else:
            writing.write(frames, progress)
        return Derained(
            job.source,
            job.target,
            seconds=time.monotonic() - started,
            megapixels=source.info.width * source.info.height * max(progress.frame, 1) / 1e6,
            model=pipeline.model_id if pipeline else job.treatment.model,
            engine=pipeline.engine if pipeline else NO_ENGINE,
            device=pipeline.device if pipeline else NO_ENGINE,
            rain_found=writing.rain_found,
            layer=writing.rain_target,
            notes=(*(() if writing.copied else source.info.notes), *(pipeline.notices if pipeline else ()), *writing.notes),
        )


def note_of(job: DerainFile, pipeline: Pipeline | None) -> dict[str, str]:
    """What a result says of itself in its metadata."""
    if pipeline is None:
        return {}
    return {"Model": pipeline.model_id, "Strength": f"{job.treatment.strength:g}", "Version": rainapp.__version__}


def make_folder(folder: Path) -> None:
    """Make the folder of a target where it is missing. Raises UnwritableFile."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(folder, error) from error


class ClipWatch:
    """Turns the progress of a frame's tiles into that of the whole clip; for a photo they are nearly the same.

    Writing counts as some more tiles, so that nobody reads "100 %" or "0 s left" while a large photo is still being encoded.
    """

    def __init__(self, watch: Watch, info: MediaInfo) -> None:
        self.frame = 0
        self._watch = watch
        self._frames = expected_frames(info)
        self._tiles = 1

    def tick(self, done: int, total: int, **facts: float) -> None:
        """`done` of `total` tiles of the present frame."""
        self._tiles = max(total, 1)
        self._tell(min(done, self._tiles), **facts)

    def next_frame(self) -> None:
        """The present frame is written."""
        self._tell(self._units())
        self.frame += 1

    def _units(self) -> int:
        """What a frame counts: its tiles, and its writing as an eighth of them."""
        return self._tiles + max(1, self._tiles // 8)

    def _tell(self, done: int, **facts: float) -> None:
        frames = max(self._frames, self.frame + 1) if self._frames else 0
        self._watch.tick(self.frame * self._units() + done, frames * self._units(), **facts)


def expected_frames(info: MediaInfo) -> int:
    """How many frames will come, or about how many; 0 where nothing is known."""
    return 1 if info.kind == "photo" else info.frames or round(info.duration_s * info.fps)


class _Dry(Exception):  # noqa: N818 - no error: it makes a sink leave nothing
    """No frame held rain: the result is abandoned, the source copied."""


class Writing:
    """The files that one job writes: the result, the rain that was removed, or both."""

    def __init__(self, job: DerainFile, info: MediaInfo, note: Mapping[str, str]) -> None:
        self.rain_found = False
        self.copied = False
        self.notes: tuple[str, ...] = ()
        self._note = note
        self._job = job
        self._info = info
        self.result_target = None if job.output.layer == "rain" else job.target
        self.rain_target = {"result": None, "rain": job.target, "both": rain_path(job.target)}[job.output.layer]

    def write(self, frames: Iterable[Frame], progress: ClipWatch) -> None:
        """Take all frames; each file is committed at the end, whole, or not at all."""
        with contextlib.ExitStack() as stack:
            rain = self._open(self.rain_target, stack)
            try:
                with contextlib.ExitStack() as result_stack:
                    result = self._open(self.result_target, result_stack)
                    for frame in frames:
                        self.rain_found = self.rain_found or rain_found(frame)
                        if rain is not None:
                            rain.write(replace(frame, image=removed_rain(frame)))
                        if result is not None and not (self._info.kind == "photo" and self._stays()):
                            result.write(frame)
                        progress.next_frame()
                    if self._stays():
                        raise _Dry
            except _Dry:
                self.copy()

    def _stays(self) -> bool:
        """Whether, as far as is known, the source's own bytes are the result."""
        return self.result_target is not None and not self.rain_found and self.may_copy

    @property
    def may_copy(self) -> bool:
        """Whether the source's own bytes could be the result: neither another format nor less metadata is asked for."""
        source, target = self._job.source, self._job.target
        return self._job.output.metadata == "keep" and (same_format(source.suffix, target.suffix) or not source.suffix)

    def copy(self) -> None:
        """Make the result of the source's own bytes. Nothing is lost then, so there is nothing to note."""
        copy_file(self._job.source, self._job.target)
        self.notes = ()
        self.copied = True

    def _open(self, target: Path | None, stack: contextlib.ExitStack) -> Sink | None:
        if target is None:
            return None
        sink = open_sink(target, self._info, self._job.output, self._note)
        stack.callback(lambda: self._add_notes(sink))  # called after the sink's own end, which may add to them
        return stack.enter_context(sink)

    def _add_notes(self, sink: Sink) -> None:
        self.notes = tuple(dict.fromkeys((*self.notes, *sink.notes)))
