"""Jobs go down and their events come back to whoever asked: the GUI's side of the workers."""

from collections.abc import Callable

from rainapp.jobs.records import Event, Failed, Finished, Job, Lane, Stopped
from rainapp.jobs.workers import Handle

Submit = Callable[[Job, Lane], Handle]
Receiver = Callable[[Event], None]


class Dispatch:
    """Submits jobs and hands each event to the receiver of its job. Lives on the GUI thread."""

    def __init__(self, submit: Submit) -> None:
        """Use `submit`, which is `Workers.submit`."""
        self._submit = submit
        self._receivers: dict[int, Receiver] = {}

    def ask(self, job: Job, lane: Lane, receiver: Receiver) -> Handle:
        """Queue `job` on `lane`; `receiver` is called with its events until one ends it."""
        handle = self._submit(job, lane)
        self._receivers[handle.job_id] = receiver
        return handle

    def deliver(self, event: Event) -> None:
        """Hand on an event; those of forgotten jobs are dropped."""
        receiver = self._receivers.get(event.job_id)
        if isinstance(event, Finished | Failed | Stopped):
            self._receivers.pop(event.job_id, None)
        if receiver is not None:
            receiver(event)

    def forget(self, handle: Handle) -> None:
        """Cancel a job and never hear of it again."""
        self._receivers.pop(handle.job_id, None)
        handle.cancel()

    def close(self) -> None:
        """Hear of nothing any more: the window is going, and its workers with it."""
        self._receivers.clear()

    @property
    def busy(self) -> bool:
        """Whether any answer is still awaited."""
        return bool(self._receivers)
