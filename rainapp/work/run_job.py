"""Do one job with the models that are at hand, for scripts and tests. Who does many makes a `Worker`."""

from rainapp.jobs.records import Job, Watch
from rainapp.library.model_library import ModelLibrary
from rainapp.work.worker import Worker


def run(job: Job, watch: Watch) -> object:
    """Do what `job` says; see `Worker.run`."""
    return Worker(ModelLibrary()).run(job, watch)
