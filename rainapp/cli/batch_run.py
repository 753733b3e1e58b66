"""A batch on the command line: submits the plan's records, listens to the workers, counts, and heeds Ctrl-C.

The main thread only waits and tells. A signal handler may run between any two of its steps, so it does no more than put a word
on the queue that the thread waits at.
"""

import os
import signal
import time
from dataclasses import replace
from pathlib import Path
from queue import Empty, SimpleQueue
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Literal, Self

from rainapp.base.errors import Cancelled, LargeFile
from rainapp.base.leftovers import abandon_parts
from rainapp.base.time_left import BatchPace, Clock, Load
from rainapp.cli import large_files
from rainapp.cli.batch_reports import BEAT_S, Counts, Report
from rainapp.cli.exit_codes import CANCELLED, DONE, NONE_DONE, SOME_FAILED, USAGE
from rainapp.jobs.records import Derained, Event, Failed, Finished, Job, Progressed, Stopped, Waiting, Watch
from rainapp.jobs.workers import Workers
from rainapp.library.model_library import ModelLibrary

if TYPE_CHECKING:
    from rainapp.work.batch_plan import Plan

LEAVE_S = 5.0  # how long a job has to end by itself after Ctrl-C
KEEP_S = 120.0  # ... if it is to make a file of the part done
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class BatchRun:
    """One batch. As a context manager it owns the signals and the workers' threads."""

    def __init__(self, report: Report, library: ModelLibrary | None = None, clock: Clock = time.monotonic) -> None:
        self._report = report
        self._library = library or ModelLibrary()
        self._events: SimpleQueue[Event | Literal["stop"]] = SimpleQueue()  # its put may interrupt its own get
        self._workers = Workers(self._run, self._events.put)
        self._sources: dict[int, Path] = {}
        self._at_work: tuple[Path, Progressed] | None = None
        self._counts = Counts()
        self._heard_of: set[Path] = set()  # sources of which something is done
        self._large: dict[Path, Failed] = {}
        self._asks = report.asks and large_files.can_ask()
        self._unasked = 0
        self._cancelled = False
        self._keeps = False
        self._started = time.monotonic()
        self._pace = BatchPace(clock)
        self._loads: dict[Path, Load] = {}
        self._total = 0

    def _run(self, job: Job, watch: Watch) -> object:
        from rainapp.work.worker import Worker  # on the lane's thread, which loads torch while this one stays awake

        return Worker(self._library).run(job, watch)

    def __enter__(self) -> Self:
        """Take the signals."""
        self._before = [(number, signal.signal(number, self._stop)) for number in _SIGNALS]
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """End the threads, then give the signals back: a second Ctrl-C must not tear a file."""
        self._workers.shutdown()
        for number, handler in self._before:
            signal.signal(number, handler)

    def looking(self, where: Path) -> Watch:
        """What `work.batch_plan.plan` reports to while it looks through folders."""
        return _Looking(self, where)

    def work_through(self, plan: "Plan") -> int:
        """Do the plan and tell it; the exit code."""
        for skipped in plan.skipped:
            self._counts.skipped += 1
            self._report.skipped(skipped.path, skipped.reason)
        for error in plan.failed:
            self._failed(error.path or Path(), error.kind, error.message, error.hint)
        self._report.planned(len(plan.jobs))
        self._keeps = any(job.output.keep_partial for job in plan.jobs)
        jobs = list(plan.jobs)
        self._total = len(jobs)
        while jobs and not self._cancelled:
            for job in jobs:
                handle = self._workers.submit(job)
                self._sources[handle.job_id] = job.source
                self._loads[job.source] = _load(job.source)
            self._pace.begin()
            while self._sources and not self._cancelled:
                self._next(BEAT_S)
            allowed = self._allowed()
            jobs = [job for job in jobs if job.source in allowed]
        if self._cancelled:
            self._leave()
        self._workers.shutdown()
        while not self._events.empty():
            self._take(self._events.get())
        self._report.summary(self._counts, time.monotonic() - self._started)
        return self._exit_code(plan.finds_nothing)

    def told_recently(self, source: Path, event: Progressed) -> None:
        """Tell where things stand."""
        self._at_work = (source, event)
        self._report.progressed(source, event)

    def check_stop(self) -> None:
        """Raise `Cancelled` once a signal came."""
        if self._cancelled:
            raise Cancelled

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._cancelled = True
        self._events.put("stop")

    def _leave(self) -> None:
        """Stop everything. What does not heed it in time (an encoder deep in a large file) ends with the process, unwritten."""
        self._workers.shutdown(wait=False, go_on=True)
        deadline = time.monotonic() + (KEEP_S if self._keeps else LEAVE_S)
        while self._sources and (left_s := deadline - time.monotonic()) > 0:
            self._next(left_s)
        if self._sources:
            if not self._keeps:
                abandon_parts()
            self._counts.stopped += len(self._sources)
            self._report.summary(self._counts, time.monotonic() - self._started)
            os._exit(CANCELLED)

    def _next(self, wait_s: float) -> None:
        """Take the next event; where none comes, tell again where the file at work stands, without an estimate."""
        try:
            self._take(self._events.get(timeout=wait_s))
        except Empty:
            if self._at_work is not None:
                source, event = self._at_work
                self._report.progressed(source, replace(event, eta_s=None))

    def _take(self, event: Event | Literal["stop"]) -> None:
        if isinstance(event, Progressed):
            self._tell_resumed(self._sources[event.job_id], event)
            self.told_recently(self._sources[event.job_id], event)
            self._tell_whole(event.eta_s)
        elif isinstance(event, Finished) and isinstance(event.result, Derained):
            source = self._sources.pop(event.job_id)
            self._counts.finished += 1
            self._report.finished(event.result)
            self._pace.finish(self._loads[source], event.result.megapixels)
            self._pace.begin()
            self._tell_whole(None)
        elif isinstance(event, Failed) and event.kind == LargeFile.kind and self._asks:
            self._large[self._sources.pop(event.job_id)] = event
            self._pace.begin()
        elif isinstance(event, Failed):
            self._unasked += event.kind == LargeFile.kind
            self._failed(self._sources.pop(event.job_id), event.kind, event.message, event.hint)
            self._pace.begin()
        elif isinstance(event, Waiting):
            self._report.waiting(self._sources[event.job_id], event.message, event.hint)
        elif isinstance(event, Stopped):
            source = self._sources.pop(event.job_id)
            self._counts.stopped += 1
            if event.kept is not None:
                self._report.kept(source, event.kept)
            elif event.goes_on:
                self._report.left_off(source)

    def _allowed(self) -> set[Path]:
        """Ask about the files that claim more than their bytes speak for; those that may be opened. Others have failed."""
        asked, self._large = self._large, {}
        allowed = set()
        for source, event in asked.items():
            try:
                yes = not self._cancelled and self._report.ask(f"{source}: {event.message}")
            except KeyboardInterrupt:
                self._cancelled, yes = True, False
            if yes:
                large_files.allow(source)
                allowed.add(source)
            else:
                self._failed(source, event.kind, event.message, event.hint)
        return allowed

    def _tell_resumed(self, source: Path, event: Progressed) -> None:
        """Say so where the first that is heard of a clip is that parts of it are finished."""
        if event.done and source not in self._heard_of:
            self._heard_of.add(source)
            if event.goes_on:
                self._report.resumed(source, event)

    def _tell_whole(self, own_s: float | None) -> None:
        """Tell how far the batch is, and how long the rest will take where that is known."""
        if self._total < 2 or not self._sources:
            return
        current, *waiting = (self._loads[source] for source in self._sources.values())
        self._report.whole(self._total - len(self._sources), self._total, self._pace.eta_s(current, waiting, own_s))

    def _failed(self, source: Path, kind: str, message: str, hint: str) -> None:
        self._counts.failed += 1
        self._report.failed(source, kind, message, hint)

    def _exit_code(self, nothing_found: bool) -> int:
        if self._cancelled:
            return CANCELLED
        if nothing_found:
            return USAGE
        if not self._counts.failed:
            return DONE
        if self._unasked == self._counts.failed and not self._counts.finished:
            return USAGE  # the option that allows it is missing, and nobody could be asked
        return SOME_FAILED if self._counts.finished else NONE_DONE


def _load(source: Path) -> Load:
    """What is known of a file before it is opened; a pattern of numbered ones has no bytes."""
    try:
        return Load(source.stat().st_size, source.suffix.lower())
    except OSError:
        return Load(0, source.suffix.lower())


class _Looking:
    """The watch of the plan: tells at times that folders are being looked through."""

    def __init__(self, run: BatchRun, where: Path) -> None:
        self._run = run
        self._where = where
        self._told = time.monotonic()

    def tick(self, done: int, total: int, **facts: float) -> None:
        """`done` files were looked at."""
        self._run.check_stop()
        if time.monotonic() - self._told >= BEAT_S:
            self._told = time.monotonic()
            self._run.told_recently(self._where, Progressed(0, done, total))
