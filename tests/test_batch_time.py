"""The time left in the window and on the command line: the same pace behind both, on a clock of the test's own."""

from fractions import Fraction
from pathlib import Path
from typing import cast

import pytest

from rainapp.base.settings import Settings
from rainapp.cli.batch_reports import PlainReport
from rainapp.cli.batch_run import BatchRun
from rainapp.gui.state.file_item import Item
from rainapp.gui.state.file_tasks import order_by
from rainapp.gui.state.job_events import Dispatch
from rainapp.gui.state.queue import Batch
from rainapp.jobs.records import Derained, DerainFile, Finished, Job, Lane, Treatment, Watch
from rainapp.jobs.workers import Handle
from rainapp.work.batch_plan import Plan

SMALL_S, WARM_UP_S, COUNT, MP = 0.4, 50.0, 60, 0.15


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Lane1:
    """A lane on which a job is over when the test says so."""

    def __init__(self) -> None:
        self.job_id = 0

    def submit(self, job: Job, lane: Lane) -> Handle:
        self.job_id += 1
        self.job = job
        return cast(Handle, self)

    def cancel(self, keep: bool | None = None) -> None:
        """Nothing is left to stop."""

    def pause(self) -> None:
        """It stands still anyway."""

    def resume(self) -> None:
        """The test moves it."""


def photos(folder: Path) -> list[Path]:
    paths = [folder / f"{n:03}.jpg" for n in range(COUNT)]
    for path in paths:
        path.write_bytes(bytes(60_000))
    return paths


def done(job: DerainFile, seconds: float) -> Derained:
    return Derained(job.source, job.target, seconds, MP, "quick", "torch", "cpu", True)


def true_left(number: int) -> float:
    return (COUNT - number) * SMALL_S


def test_the_window_tells_the_time_left_of_small_photos(tmp_path: Path) -> None:
    clock, lane = Clock(), Lane1()
    dispatch = Dispatch(lane.submit)
    batch = Batch(dispatch, clock=clock)
    items = [Item(path, size=60_000) for path in photos(tmp_path)]
    batch.saw_speed(Treatment(), 30.0, 0.5)  # the first preview, which made the engine ready
    assert batch.estimate_s(items, Treatment()) is None  # no guess from that
    batch.start([order_by(item, Treatment(), only_rain=False, settings=Settings()) for item in items], Settings(), [])
    for number in range(COUNT - 1):
        took = SMALL_S + (WARM_UP_S if not number else 0)
        clock.now += took
        dispatch.deliver(Finished(lane.job_id, done(cast(DerainFile, lane.job), took)))
        if number + 1 >= COUNT / 10:
            assert batch.eta_s == pytest.approx(true_left(number + 1), rel=0.2)
        if number == COUNT // 2:
            batch.pause()
            clock.now += 500
            batch.resume()
    clock.now += SMALL_S
    dispatch.deliver(Finished(lane.job_id, done(cast(DerainFile, lane.job), SMALL_S)))
    assert batch.estimate_s(items, Treatment()) == pytest.approx(COUNT * SMALL_S, rel=0.2)  # for another such batch


class Told(PlainReport):
    """A report that notes what is said of the whole batch."""

    def __init__(self) -> None:
        super().__init__()
        self.wholes: list[tuple[int, int, float | None]] = []

    def whole(self, done: int, total: int, eta_s: float | None) -> None:
        self.wholes.append((done, total, eta_s))


def test_the_command_line_tells_the_time_left_of_small_photos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock, report, begun = Clock(), Told(), [0]

    def run(job: Job, watch: Watch) -> object:
        assert isinstance(job, DerainFile)
        return done(job, SMALL_S)

    monkeypatch.setattr(BatchRun, "_run", lambda _batch, job, watch: run(job, watch))
    jobs = tuple(DerainFile(path, tmp_path / "out" / path.name, rate=Fraction(25)) for path in photos(tmp_path))
    with BatchRun(report, clock=clock) as whole:
        take = whole._take

        def later(event: object) -> None:
            if isinstance(event, Finished):
                clock.now += SMALL_S + (WARM_UP_S if not begun[0] else 0)
                begun[0] += 1
            take(event)  # type: ignore[arg-type]

        monkeypatch.setattr(whole, "_take", later)
        assert whole.work_through(Plan(jobs)) == 0
    late = [(count, eta) for count, _, eta in report.wholes if count >= COUNT / 10]
    assert late
    for count, eta in late:
        assert eta == pytest.approx(true_left(count), rel=0.2)


def test_plain_lines_say_it_every_quarter_of_a_minute(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = Clock()
    monkeypatch.setattr("time.monotonic", clock)
    report = PlainReport()
    for number in range(40):
        clock.now += 1
        report.whole(number, 300, 120.0 if number > 5 else None)
    assert capsys.readouterr().err.splitlines() == ["14 of 300 files, 2 min left", "29 of 300 files, 2 min left"]
