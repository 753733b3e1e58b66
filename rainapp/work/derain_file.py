"""Taking the rain out of one file: open it, load what the treatment asks for, write each frame.

A photo is a clip of one frame, so both share the story. `writing` decides when a file is copied byte for byte instead, which
layers are written, and how the progress of tiles becomes that of a whole clip. A target appears only when it is whole, because
a sink commits at its end; when the person cancels, nothing of it is left.
"""

import time
from dataclasses import replace
from pathlib import Path

from rainapp.base import consent
from rainapp.base.errors import BadTreatment
from rainapp.base.folders import make_folders
from rainapp.base.formats import is_moving_name
from rainapp.base.leftovers import sweep
from rainapp.inference.pipeline import Pipeline, load_pipeline
from rainapp.jobs.records import Derained, DerainFile, Watch
from rainapp.library.model_library import ModelLibrary
from rainapp.media import MediaInfo, Source, open_source, part_frames
from rainapp.media.atomic import unwritable
from rainapp.work.clip_sampling import dry_note, looks_dry
from rainapp.work.live_photos import Derain, lay_beside, live_clip
from rainapp.work.motion_photos import clip_notes, with_derained_clip
from rainapp.work.result_writer import ClipWatch, Writing, key_of, note_of

NO_ENGINE = "none"


def derain_file(job: DerainFile, watch: Watch, library: ModelLibrary) -> Derained:
    """Take the rain out of `job.source` and write `job.target`, which appears only when it is whole."""
    started = time.monotonic()
    watch.tick(0, 0)
    with open_source(job.source, animated=is_moving_name(job.target), part=job.part, rate=job.rate) as source:
        derain: Derain = lambda clip: derain_file(clip, watch, library)  # noqa: E731 - for the clip that belongs to a photo
        with live_clip(job, source.info, derain) as beside:
            with with_derained_clip(job, source.info, derain) as info:
                done = _derain(job, source, info, watch, library)
            done = lay_beside(done, job, beside)
        return replace(done, seconds=time.monotonic() - started)


def _derain(job: DerainFile, source: Source, info: MediaInfo, watch: Watch, library: ModelLibrary) -> Derained:
    """The same, of what was opened; `info` is that of `source`, perhaps with another clip in it."""
    is_clip = info.kind == "clip"
    if is_clip and job.treatment.refine:
        raise BadTreatment(
            "A clip cannot be repaired: every frame would be redrawn in another way, and flicker.",
            "Leave --refine out for clips.",
            job.source,
        )
    treatment = job.treatment if is_clip else replace(job.treatment, temporal="off")
    parts = part_frames(info) if is_clip else 0
    pipeline = load_pipeline(treatment, library, parts) if treatment.strength else None
    make_folder(job.target.parent)
    progress = ClipWatch(watch, info)
    weights = library.get(treatment.model).sha256 if pipeline else ""
    writing = Writing(job, info, note_of(job, pipeline), f"{key_of(treatment, pipeline, weights)} {job.part or ''}")
    if pipeline is None and job.output.layer == "result" and writing.may_copy:
        writing.copy()
    elif pipeline is not None and _is_dry(job, info, writing, watch, library):
        writing.copy()
        writing.notes = (dry_note(),)
    else:
        writing.write(source, pipeline, progress)
    if consent.is_allowed(job.source):  # what came of it claims as much
        for path in (writing.target, writing.rain_target):
            consent.allow(path or writing.target)
    return Derained(
        job.source,
        writing.target,
        seconds=0.0,  # known at the end
        megapixels=source.info.width * source.info.height * max(progress.frames_done, 1) / 1e6,
        model=pipeline.model_id if pipeline else job.treatment.model,
        engine=pipeline.engine if pipeline else NO_ENGINE,
        device=pipeline.device if pipeline else NO_ENGINE,
        rain_found=writing.rain_found,
        layer=writing.rain_target,
        notes=(*_notes(job, source.info, pipeline, writing), *clip_notes(job, info, writing.copied)),
        copied=writing.copied,
        repaired=None if writing.copied else writing.repaired,
    )


def _notes(job: DerainFile, info: MediaInfo, pipeline: Pipeline | None, writing: Writing) -> tuple[str, ...]:
    """What is to be said of the result, each once; of its format what the sink says, which knows which one was asked for."""
    read = [] if writing.copied else [note for note in info.notes if note not in info.format_notes]
    return tuple(dict.fromkeys((*job.notes, *read, *(pipeline.notices if pipeline else ()), *writing.notes)))


def _is_dry(job: DerainFile, info: MediaInfo, writing: Writing, watch: Watch, library: ModelLibrary) -> bool:
    """Whether a clip would become a copy of itself, as far as a few of its frames tell."""
    if info.kind != "clip" or job.treatment.treat == "always" or job.output.layer != "result" or not writing.may_copy:
        return False
    return looks_dry(job, info, load_pipeline(replace(job.treatment, temporal="off", mask=None, passes=1), library), watch)


def make_folder(folder: Path) -> None:
    """Make the folder of a target where it is missing, and rid it of what killed runs have left. Raises UnwritableFile."""
    try:
        make_folders(folder)
    except OSError as error:
        raise unwritable(folder, error) from error
    sweep(folder)
