"""Look through folders for photos, clips and numbered frames."""

from rainapp.jobs.records import FindFiles, FoundFiles, Watch
from rainapp.work import find_sequences
from rainapp.work.batch_plan import Found, find_files


def find(job: FindFiles, watch: Watch) -> FoundFiles:
    """The files below the folders of `job`, how many others there were, and which belong to a sequence."""
    found = list(find_files(job.paths, recursive=True, watch=watch))
    files = tuple(entry.path for entry in found if isinstance(entry, Found))
    return FoundFiles(files, len(found) - len(files), find_sequences.spotted(files, watch))
