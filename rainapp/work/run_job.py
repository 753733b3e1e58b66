"""What each job record does: the one module that knows every stage.

The story of a file is told in `deraining`, with what belongs to it in `writing`.

`run` is what `Workers` calls, on a thread of its own. What is only shown, never written, is done in `looking`.
"""

from rainapp.compare import compare_models
from rainapp.jobs.records import (
    CompareJob,
    DerainFile,
    FindFiles,
    FindFrames,
    FindScreenProfile,
    FoundFiles,
    Job,
    MaskJob,
    MeasureSeen,
    MemoryJob,
    PlayFrames,
    Preview,
    ReadPair,
    ReadPicture,
    WarmUp,
    Watch,
)
from rainapp.library.model_library import ModelLibrary
from rainapp.work import engine_warmup, figures, find_sequences
from rainapp.work.batch_plan import Found, find_files
from rainapp.work.derain_file import derain_file
from rainapp.work.library_work import keep
from rainapp.work.mask_files import save_or_load
from rainapp.work.screen import playback
from rainapp.work.screen.preview import preview, read_pair, read_picture
from rainapp.work.screen.screen_profile import find_profile
from rainapp.work.session_files import do as remember


def run(job: Job, watch: Watch) -> object:
    """Do what `job` says. The result is the record that names it: Derained, Picture, Previewed, FoundFiles, ….

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
    if isinstance(job, FindFrames):
        return find_sequences.find(job, watch)
    if isinstance(job, CompareJob):
        return compare_models.do(job, watch, ModelLibrary())
    if isinstance(job, MaskJob):
        return save_or_load(job, watch)
    if isinstance(job, PlayFrames):
        return playback.play(job, watch, ModelLibrary())
    if isinstance(job, WarmUp):
        return engine_warmup.warm_up(job, watch, ModelLibrary())
    if isinstance(job, MeasureSeen):
        return figures.measure(job, watch, ModelLibrary())
    if isinstance(job, FindScreenProfile):
        return find_profile(job, watch)
    if isinstance(job, MemoryJob):
        return remember(job, watch)
    return keep(job, watch, ModelLibrary())


def find(job: FindFiles, watch: Watch) -> FoundFiles:
    """Look through folders for photos, clips and numbered frames."""
    found = list(find_files(job.paths, recursive=True, watch=watch))
    files = tuple(entry.path for entry in found if isinstance(entry, Found))
    return FoundFiles(files, len(found) - len(files), find_sequences.spotted(files, watch))
