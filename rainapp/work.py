"""What each job record does: the one module that knows every stage.

The story of a file is `derain_file`: open the source, load the pipeline, write each frame. A photo is a clip of one frame, so
both share it. `writing` decides when a file is copied byte for byte instead (nothing was to be done, or no rain was found),
which layers are written (the result, the removed rain, or both), and how the progress of tiles becomes that of a whole clip.
A target appears only when it is whole, because a sink commits at its end; when the person cancels, nothing of it is left.

`run` is what `Workers` calls, on a thread of its own. What is only shown, never written, is done in `looking`.
"""

import time
from dataclasses import replace
from pathlib import Path

import rainapp
from rainapp import comparing
from rainapp.batch import Found, find_files
from rainapp.jobs import (
    CompareJob,
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
from rainapp.media import open_source, part_frames
from rainapp.media.atomic import unwritable
from rainapp.stages import load_pipeline
from rainapp.writing import ClipWatch, Writing, key_of, note_of

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
    if isinstance(job, CompareJob):
        return comparing.do(job, watch, ModelLibrary())
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
        is_clip = source.info.kind == "clip"
        treatment = job.treatment if is_clip else replace(job.treatment, temporal="off")
        parts = part_frames(source.info) if is_clip else 0
        pipeline = load_pipeline(treatment, library, parts) if treatment.strength else None
        make_folder(job.target.parent)
        progress = ClipWatch(watch, source.info)
        weights = library.get(treatment.model).sha256 if pipeline else ""
        writing = Writing(job, source.info, note_of(job, pipeline), key_of(treatment, pipeline, weights))
        if pipeline is None and job.output.layer == "result" and writing.may_copy:
            writing.copy()
        else:
            writing.write(source, pipeline, progress)
        return Derained(
            job.source,
            job.target,
            seconds=time.monotonic() - started,
            megapixels=source.info.width * source.info.height * max(progress.frames_done, 1) / 1e6,
            model=pipeline.model_id if pipeline else job.treatment.model,
            engine=pipeline.engine if pipeline else NO_ENGINE,
            device=pipeline.device if pipeline else NO_ENGINE,
            rain_found=writing.rain_found,
            layer=writing.rain_target,
            notes=(*(() if writing.copied else source.info.notes), *(pipeline.notices if pipeline else ()), *writing.notes),
        )


def make_folder(folder: Path) -> None:
    """Make the folder of a target where it is missing. Raises UnwritableFile."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(folder, error) from error
