"""The threads that do the work, and the one way they speak.

Calls go down: `submit` puts a job record on a lane, a queue with one thread of its own ("device" for files, "quick" for what
a person waits for on screen and a net makes, "reading" for what is only read and so waits for no engine). Events come up
through one callback. The work sees a `Watch`, its owner a `Handle`: two faces of one object, so that progress, pause and
cancellation have a single channel, `tick`.

What is done with a record is decided outside: `run` is `work.run_job.run` on the command line, and a function that imports it
on first use in the window. All threads of the application are made here; `shutdown` ends them. Nothing a job does can end a
lane:

    RainError           Failed with its kind, message and hint
    Cancelled           Stopped
    MemoryError         Failed, kind "memory"
    anything else       a bug: logged with its traceback, Failed with kind "bug"
"""

import itertools
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Literal

from rainapp.base.errors import Cancelled, RainError
from rainapp.base.system_errors import unexpected
from rainapp.jobs.records import Event, Failed, Finished, Job, Lane, Progressed, Queued, Stopped, Waiting, Watch

Run = Callable[[Job, Watch], object]
OnEvent = Callable[[Event], None]
Clock = Callable[[], float]

PACE_SPAN_S = 30.0  # how far back the pace is measured, so that it follows a machine that gets busy
PACE_SHARE = 0.1  # ... but never over less than this part of the whole
PACE_FLOOR_S = 0.5

log = logging.getLogger(__name__)


class Pace:
    """Says how long the rest will take, from the units done so far. The clock stands still while paused.

    The first report only starts the clock: what came before it (opening, loading a net) says nothing about the units.
    """

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._paused_at: float | None = None
        self._paused_s = 0.0
        self._total = 0
        self._seen: deque[tuple[float, int]] = deque()

    def pause(self) -> None:
        """Stop the clock."""
        self._paused_at = self._clock() if self._paused_at is None else self._paused_at

    def resume(self) -> None:
        """Let the clock run on."""
        if self._paused_at is not None:
            self._paused_s += self._clock() - self._paused_at
            self._paused_at = None

    def eta_s(self, done: int, total: int) -> float | None:
        """Seconds to go, or None while that would be a guess: less than half a second or a single step was seen."""
        now = (self._clock() if self._paused_at is None else self._paused_at) - self._paused_s
        if total != self._total or (self._seen and done < self._seen[-1][1]):  # another phase: begin again
            self._seen.clear()
            self._total = total
        self._seen.append((now, done))
        while len(self._seen) > 2 and now - self._seen[1][0] >= PACE_SPAN_S and done - self._seen[1][1] >= PACE_SHARE * total:
            self._seen.popleft()
        since, first = self._seen[0]
        if total <= 0 or done <= first or (now - since < PACE_FLOOR_S and done < total):
            return None
        return max(total - done, 0) * (now - since) / (done - first)

    @property
    def units_s(self) -> float:
        """Units a second lately, as the last estimate saw it; 0 before there is one."""
        (since, first), (now, done) = self._seen[0], self._seen[-1]
        return (done - first) / (now - since) if now > since else 0.0


class _Running:
    """One submitted job: the `Watch` that the work sees, and what `Handle` controls."""

    def __init__(self, job_id: int, job: Job, on_event: OnEvent) -> None:
        self.job_id = job_id
        self.job = job
        self._on_event = on_event
        self._pace = Pace()
        self._state: Literal["queued", "running", "settled"] = "queued"
        self._cancelled = False
        self._keep: bool | None = None
        self._go_on = False
        self._go = threading.Event()
        self._go.set()
        self._lock = threading.Lock()

    def tick(self, done: int, total: int, **facts: float) -> None:
        """Report, wait while paused, raise `Cancelled` once cancelled.

        Facts: `frames`, how many a clip has in all; `goes_on`, whether a stop would leave finished parts.
        """
        if not self._cancelled:
            with self._lock:
                eta_s = self._pace.eta_s(done, total)
                told = eta_s is not None and facts.get("frames", 0) > 1
                frames_s = self._pace.units_s * facts["frames"] / total if told else None
            self.tell(Progressed(self.job_id, done, total, eta_s, frames_s, bool(facts.get("goes_on", False))))
            self._go.wait()
        if self._cancelled:
            stop = Cancelled()
            stop.keep, stop.go_on = self._keep, self._go_on
            raise stop

    @property
    def stopped(self) -> bool:
        """Whether the next tick raises `Cancelled`."""
        return self._cancelled

    def wait(self, message: str, hint: str) -> None:
        """Tell that the work waits for a person."""
        self.tell(Waiting(self.job_id, message, hint))

    def pause(self) -> None:
        """Halt at the next tick."""
        with self._lock:
            self._go.clear()
            self._pace.pause()

    def resume(self) -> None:
        """Go on."""
        with self._lock:
            self._pace.resume()
            self._go.set()

    def cancel(self, keep: bool | None = None, go_on: bool = False) -> None:
        """Stop at the next tick; a job that still waits for its lane is stopped at once and never runs."""
        self._keep = self._keep if keep is None else keep
        self._go_on = self._go_on or go_on
        self._cancelled = True
        self.resume()
        if self._settle("queued"):
            self.tell(Stopped(self.job_id))

    def do(self, run: Run) -> None:
        """Run the job on the lane's thread and tell what came of it; never raises."""
        self._go.wait()  # paused before it began
        with self._lock:
            if self._state != "queued":
                return
            self._state = "running"
        outcome = self._outcome(run)
        self._settle("running")
        self.tell(outcome)

    def tell(self, event: Event) -> None:
        """Hand an event to the owner; an owner that fails does not end the lane."""
        try:
            self._on_event(event)
        except Exception:  # the owner's bug, not this job's
            log.exception("the receiver of %s failed", type(event).__name__)

    def _outcome(self, run: Run) -> Event:
        try:
            return Finished(self.job_id, run(self.job, self))
        except Cancelled as stop:
            return Stopped(self.job_id, stop.kept, stop.goes_on)
        except RainError as error:
            log.info("job %d failed: %s", self.job_id, error, exc_info=error.__cause__)
            return Failed(self.job_id, error.kind, error.message, error.hint)
        except MemoryError:
            return Failed(
                self.job_id, "memory", "There was not enough memory.", "Close other programs, or choose smaller tiles."
            )
        except Exception:
            log.exception("job %d (%s) met a bug", self.job_id, type(self.job).__name__)
            return Failed(self.job_id, "bug", *unexpected())

    def _settle(self, expected: Literal["queued", "running"]) -> bool:
        with self._lock:
            if self._state != expected:
                return False
            self._state = "settled"
            return True


class Handle:
    """The owner's side of a submitted job. Every call returns at once; the job heeds it at its next tick."""

    def __init__(self, running: _Running) -> None:
        self._running = running

    @property
    def job_id(self) -> int:
        """The number that the job's events carry."""
        return self._running.job_id

    def pause(self) -> None:
        """Halt the job; its clock stops too."""
        self._running.pause()

    def resume(self) -> None:
        """Let a paused job go on."""
        self._running.resume()

    def cancel(self, keep: bool | None = None, go_on: bool = False) -> None:
        """Stop the job; `Stopped` follows, unless it is already finished or failed.

        `keep` says whether the part done of a clip stays as a file; None: as the job's own record says. Where it does not, and
        with `go_on`, its finished parts stay as they do after a crash.
        """
        self._running.cancel(keep, go_on)


class Workers:
    """Lanes of one thread each, made when first used.

    `on_event` is called on the lane's thread; for what happens at once (`Queued`, the `Stopped` of a job that still waited) on
    the caller's.
    """

    def __init__(self, run: Run, on_event: OnEvent) -> None:
        self._run = run
        self._on_event = on_event
        self._ids = itertools.count(1)
        self._lanes: dict[Lane, ThreadPoolExecutor] = {}
        self._open: dict[int, _Running] = {}
        self._lock = threading.Lock()
        self._closed = False

    def submit(self, job: Job, lane: Lane = "device") -> Handle:
        """Queue `job` on `lane`, behind what is there.

        Raises:
            RuntimeError: after `shutdown`.
        """
        running = _Running(next(self._ids), job, self._on_event)
        executor = self._lane(lane)
        running.tell(Queued(running.job_id, job))
        with self._lock:
            self._open[running.job_id] = running
            executor.submit(self._do, running)
        return Handle(running)

    def shutdown(self, wait: bool = True, go_on: bool = False) -> None:
        """Cancel everything and end all threads; with `wait` return when they have ended. A second call does no harm.

        With `go_on` the finished parts of a clip stay, see `Handle.cancel`.
        """
        with self._lock:
            self._closed = True
            left = list(self._open.values())
        for running in left:
            running.cancel(go_on=go_on)
        for executor in self._lanes.values():
            executor.shutdown(wait=wait)

    def _lane(self, lane: Lane) -> ThreadPoolExecutor:
        with self._lock:
            if self._closed:
                raise RuntimeError("the workers were shut down")
            if lane not in self._lanes:
                self._lanes[lane] = ThreadPoolExecutor(1, thread_name_prefix=f"rainapp-{lane}")
            return self._lanes[lane]

    def _do(self, running: _Running) -> None:
        try:
            running.do(self._run)
        finally:
            with self._lock:
                self._open.pop(running.job_id, None)
