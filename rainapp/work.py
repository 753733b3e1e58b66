"""What each job record does: the one module that knows every stage.

The story of a file is told in `deraining`, with what belongs to it in `writing`.

`run` is what `Workers` calls, on a thread of its own. What is only shown, never written, is done in `looking`.
"""

from rainapp import comparing, measuring, numbering, playing, warming
from rainapp.batch import Found, find_files
from rainapp.deraining import derain_file
from rainapp.jobs import (
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
from rainapp.keeping import keep
from rainapp.library import ModelLibrary
from rainapp.looking import preview, read_pair, read_picture
from rainapp.masks import save_or_load
from rainapp.remembering import do as remember
from rainapp.screen_profile import find_profile


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
        return numbering.find(job, watch)
    if isinstance(job, CompareJob):
        return comparing.do(job, watch, ModelLibrary())
    if isinstance(job, MaskJob):
        return save_or_load(job, watch)
    if isinstance(job, PlayFrames):
        return playing.play(job, watch, ModelLibrary())
    if isinstance(job, WarmUp):
        return warming.warm_up(job, watch, ModelLibrary())
    if isinstance(job, MeasureSeen):
        return measuring.measure(job, watch, ModelLibrary())
    if isinstance(job, FindScreenProfile):
        return find_profile(job, watch)
    if isinstance(job, MemoryJob):
        return remember(job, watch)
    return keep(job, watch, ModelLibrary())


def find(job: FindFiles, watch: Watch) -> FoundFiles:
    """Look through folders for photos, clips and numbered frames."""
    found = list(find_files(job.paths, recursive=True, watch=watch))
    files = tuple(entry.path for entry in found if isinstance(entry, Found))
    return FoundFiles(files, len(found) - len(files), numbering.spotted(files, watch))
