"""What is done to the library of models, as jobs: import, check, remove. Nothing here needs torch."""

from rainapp.jobs.records import CheckModels, ImportModel, LibraryJob, Watch
from rainapp.library.importer import import_model
from rainapp.library.model_library import ModelLibrary


def keep(job: LibraryJob, watch: Watch, library: ModelLibrary) -> object:
    """Do what `job` says. The result is the card imported, the problems found (a list), or the id removed.

    Raises:
        BadModel: the file is refused, or the model is unknown or bundled.
        UnwritableFile: there is no room, or no trash.
        Cancelled: the person asked to stop.
    """
    watch.tick(0, 0)
    if isinstance(job, ImportModel):
        return import_model(job.source, library, watch=watch)
    if isinstance(job, CheckModels):
        return library.verify()
    library.remove(job.model_id)
    return job.model_id
