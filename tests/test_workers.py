"""Workers: lanes survive everything, pause and cancel act at the next tick, and estimates are honest."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Queue

import pytest

from rainapp.base.errors import Cancelled, UnreadableFile
from rainapp.base.logs import log_file
from rainapp.jobs.records import Event, Failed, Finished, Job, Progressed, Queued, ReadPicture, Stopped, Watch
from rainapp.jobs.workers import Pace, Workers

WAIT_S = 60


def job(name: str = "a") -> ReadPicture:
    return ReadPicture(Path(name))


class Desk:
    """Real workers whose jobs are done by functions of the test, by the name of the file; events are kept in order."""

    def __init__(self) -> None:
        self.doings: dict[str, Callable[[Watch], object]] = {}
        self.events: Queue[Event] = Queue()
        self.workers = Workers(self._run, self.events.put)

    def _run(self, asked: Job, watch: Watch) -> object:
        assert isinstance(asked, ReadPicture)
        return self.doings[asked.source.name](watch)

    def next(self, kind: type[Event]) -> Event:
        """The next event of a kind; the others on the way are dropped."""
        while True:
            event = self.events.get(timeout=WAIT_S)
            if isinstance(event, kind):
                return event

    def settled(self) -> Event:
        return self.next(Finished | Failed | Stopped)


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk()
    yield desk
    desk.workers.shutdown()


def count_to(total: int) -> Callable[[Watch], object]:
    def doing(watch: Watch) -> int:
        for done in range(total + 1):
            watch.tick(done, total)
        return total

    return doing


def until_cancelled(started: threading.Event) -> Callable[[Watch], object]:
    def doing(watch: Watch) -> None:
        while True:
            watch.tick(0, 0)
            started.set()

    return doing


def test_a_job_is_queued_then_progresses_then_finishes(desk: Desk) -> None:
    desk.doings["a"] = count_to(2)
    handle = desk.workers.submit(job("a"))
    seen = [desk.events.get(timeout=WAIT_S) for _ in range(5)]
    assert seen[0] == Queued(handle.job_id, job("a"))
    assert [(e.done, e.total) for e in seen[1:4] if isinstance(e, Progressed)] == [(0, 2), (1, 2), (2, 2)]
    assert seen[4] == Finished(handle.job_id, 2)


def test_an_expected_failure_carries_its_words(desk: Desk) -> None:
    def doing(watch: Watch) -> None:
        raise UnreadableFile("It is no picture.", "Open it elsewhere.", Path("a"))

    desk.doings["a"] = doing
    handle = desk.workers.submit(job())
    assert desk.settled() == Failed(handle.job_id, "unreadable", "It is no picture.", "Open it elsewhere.")


def test_a_bug_is_logged_with_its_traceback_and_the_lane_lives_on(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.doings = {"a": lambda watch: [][1], "b": count_to(1)}
    desk.workers.submit(job("a"))
    failed = desk.settled()
    assert isinstance(failed, Failed)
    assert failed.kind == "bug"
    assert failed.message == "Something unexpected happened."
    assert failed.hint == f"The log holds the details, please report them: {log_file()}"
    assert "Traceback" in caplog.text
    assert "IndexError" in caplog.text
    desk.workers.submit(job("b"))
    assert isinstance(desk.settled(), Finished)


def test_what_the_system_said_of_a_failure_stands_in_the_log(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    def doing(watch: Watch) -> None:
        try:
            Path("/nowhere/at all").read_bytes()
        except OSError as error:
            raise UnreadableFile("It is gone.", "Look for it.") from error

    desk.doings["a"] = doing
    caplog.set_level("INFO")
    desk.workers.submit(job())
    assert desk.settled() == Failed(1, "unreadable", "It is gone.", "Look for it.")
    assert "No such file" in caplog.text


def test_memory_that_runs_out_is_no_bug(desk: Desk) -> None:
    def doing(watch: Watch) -> None:
        raise MemoryError

    desk.doings["a"] = doing
    desk.workers.submit(job())
    failed = desk.settled()
    assert isinstance(failed, Failed)
    assert failed.kind == "memory"


def test_cancel_stops_a_running_job_at_its_next_tick(desk: Desk) -> None:
    started = threading.Event()
    desk.doings["a"] = until_cancelled(started)
    handle = desk.workers.submit(job())
    assert started.wait(WAIT_S)
    handle.cancel()
    assert desk.settled() == Stopped(handle.job_id)


def test_a_cancelled_queued_job_is_stopped_at_once_and_never_runs(desk: Desk) -> None:
    started, ran = threading.Event(), []
    desk.doings = {"a": until_cancelled(started), "b": lambda watch: ran.append("b"), "c": count_to(1)}
    first = desk.workers.submit(job("a"))
    second = desk.workers.submit(job("b"))
    assert started.wait(WAIT_S)
    second.cancel()
    second.cancel()
    assert desk.settled() == Stopped(second.job_id)  # while the first still runs
    third = desk.workers.submit(job("c"))
    first.cancel()
    assert desk.settled() == Stopped(first.job_id)
    assert desk.settled() == Finished(third.job_id, 1)
    assert ran == []


def test_pause_holds_the_job_until_it_is_resumed(desk: Desk) -> None:
    reached, ahead = threading.Event(), threading.Event()

    def doing(watch: Watch) -> str:
        reached.set()
        assert ahead.wait(WAIT_S)
        watch.tick(1, 2)
        watch.tick(2, 2)
        return "done"

    desk.doings["a"] = doing
    handle = desk.workers.submit(job())
    assert reached.wait(WAIT_S)
    handle.pause()
    ahead.set()
    assert desk.next(Progressed) == Progressed(handle.job_id, 1, 2)
    assert desk.events.empty()  # the second tick waits behind the first
    handle.resume()
    assert desk.settled() == Finished(handle.job_id, "done")


def test_a_paused_job_can_be_cancelled(desk: Desk) -> None:
    started = threading.Event()
    desk.doings["a"] = until_cancelled(started)
    handle = desk.workers.submit(job())
    assert started.wait(WAIT_S)
    handle.pause()
    handle.cancel()
    assert desk.settled() == Stopped(handle.job_id)


def test_lanes_do_not_wait_for_each_other(desk: Desk) -> None:
    started = threading.Event()
    desk.doings = {"long": until_cancelled(started), "short": count_to(1)}
    desk.workers.submit(job("long"), "device")
    assert started.wait(WAIT_S)
    quick = desk.workers.submit(job("short"), "quick")
    assert desk.settled() == Finished(quick.job_id, 1)


def test_a_receiver_that_fails_does_not_end_the_lane(caplog: pytest.LogCaptureFixture) -> None:
    finished: Queue[int] = Queue()

    def receive(event: Event) -> None:
        if isinstance(event, Finished):
            finished.put(event.job_id)
        raise ValueError("a bug of the receiver")

    workers = Workers(lambda asked, watch: watch.tick(1, 1), receive)
    ids = [workers.submit(job()).job_id for _ in range(3)]
    assert [finished.get(timeout=WAIT_S) for _ in ids] == ids
    workers.shutdown()
    assert "the receiver" in caplog.text


def test_shutdown_stops_everything_and_leaves_no_thread() -> None:
    desk, started = Desk(), threading.Event()
    desk.doings = {"a": until_cancelled(started), "b": count_to(1)}
    handles = [desk.workers.submit(job("a")), desk.workers.submit(job("b")), desk.workers.submit(job("b"), "quick")]
    assert started.wait(WAIT_S)
    handles[1].pause()
    desk.workers.shutdown()
    desk.workers.shutdown()
    settled = [e for e in desk.events.queue if isinstance(e, Finished | Stopped)]
    assert sorted(e.job_id for e in settled) == [1, 2, 3]
    assert not [t for t in threading.enumerate() if t.name.startswith("rainapp-")]
    with pytest.raises(RuntimeError):
        desk.workers.submit(job("a"))


def test_every_job_settles_exactly_once_however_it_is_cancelled(desk: Desk) -> None:
    desk.doings["a"] = count_to(20)
    handles = [desk.workers.submit(job(), "device" if n % 2 else "quick") for n in range(200)]
    for handle in handles[::3]:
        handle.pause()
        handle.cancel()
    settled = [desk.settled().job_id for _ in handles]
    assert sorted(settled) == [handle.job_id for handle in handles]


def test_cancelled_is_raised_again_by_a_job_that_ticks_on(desk: Desk) -> None:
    caught: Queue[int] = Queue()
    started = threading.Event()

    def stubborn(watch: Watch) -> None:
        raised = 0
        while raised < 3:
            try:
                watch.tick(0, 0)
                started.set()
            except Cancelled:
                raised += 1
        caught.put(raised)

    desk.doings["a"] = stubborn
    handle = desk.workers.submit(job())
    assert started.wait(WAIT_S)
    handle.cancel()
    assert caught.get(timeout=WAIT_S) == 3


class Hands:
    """A clock moved by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_an_estimate_waits_until_it_is_more_than_a_guess() -> None:
    clock = Hands()
    pace = Pace(clock)
    assert pace.eta_s(0, 0) is None
    assert pace.eta_s(0, 100) is None
    clock.now = 0.1
    assert pace.eta_s(1, 100) is None
    clock.now = 1.0
    assert pace.eta_s(10, 100) == pytest.approx(9)


def test_the_time_before_the_first_unit_does_not_count() -> None:
    clock = Hands()
    pace = Pace(clock)
    clock.now = 60
    pace.eta_s(0, 10)
    clock.now = 62
    assert pace.eta_s(2, 10) == pytest.approx(8)


def test_the_owner_of_a_clip_hears_frames_a_second_and_that_of_a_photo_does_not(desk: Desk) -> None:
    def doing(watch: Watch, frames: int) -> None:
        for done in range(5):
            watch.tick(done * 9, 36, frames=frames)
            time.sleep(0.2)

    desk.doings = {"clip": lambda watch: doing(watch, 4), "photo": lambda watch: doing(watch, 1)}
    for name, told in (("clip", True), ("photo", False)):
        desk.workers.submit(job(name))
        seen = []
        while not isinstance(event := desk.events.get(timeout=WAIT_S), Finished):
            if isinstance(event, Progressed) and event.eta_s:
                seen.append((event.frames_s, event.eta_s, event.done))
        assert seen
        for frames_s, eta_s, done in seen:
            assert frames_s == (pytest.approx((1 - done / 36) * 4 / eta_s) if told else None)


def test_what_the_owner_says_of_the_part_done_reaches_the_work(desk: Desk) -> None:
    started, said = threading.Event(), []

    def doing(watch: Watch) -> None:
        try:
            until_cancelled(started)(watch)
        except Cancelled as stop:
            said.append(stop.keep)
            raise

    desk.doings["a"] = doing
    handle = desk.workers.submit(job("a"))
    assert started.wait(WAIT_S)
    handle.cancel(keep=True)
    handle.cancel()  # a second, plain one does not take that back
    assert isinstance(desk.settled(), Stopped)
    assert said == [True]


def test_the_clock_stands_still_in_a_pause() -> None:
    clock = Hands()
    pace = Pace(clock)
    pace.eta_s(0, 10)
    clock.now = 2
    pace.eta_s(2, 10)
    pace.pause()
    clock.now = 1000
    assert pace.eta_s(2, 10) == pytest.approx(8)
    pace.resume()
    clock.now = 1001
    assert pace.eta_s(3, 10) == pytest.approx(7)


def test_the_estimate_follows_a_machine_that_gets_slower() -> None:
    clock = Hands()
    pace = Pace(clock)
    for done in range(101):
        clock.now = done * 1.0
        pace.eta_s(done, 1000)
    for done in range(101, 202):
        clock.now += 10
        eta_s = pace.eta_s(done, 1000)
    assert eta_s == pytest.approx((1000 - 201) * 10, rel=0.02)


def test_a_new_phase_begins_its_own_estimate() -> None:
    clock = Hands()
    pace = Pace(clock)
    pace.eta_s(0, 10)
    clock.now = 5
    assert pace.eta_s(10, 10) == 0
    assert pace.eta_s(0, 30) is None
    clock.now = 7
    assert pace.eta_s(1, 30) == pytest.approx(58)
