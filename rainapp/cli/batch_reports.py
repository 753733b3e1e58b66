"""How a batch tells what it does: JSON lines for programs, bars on a terminal, plain lines elsewhere.

Failed inputs are told on standard error in every case, one line each: the file, what happened, what helps. A report is also
given while nothing moves (a large file being read or written), so that silence always means an end.
"""

import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from rainapp.base.escapes import one_line
from rainapp.base.textfile import json_line
from rainapp.cli import large_files
from rainapp.cli.skips import Skips
from rainapp.jobs.records import Derained, Progressed

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

OFTEN_S = 0.2  # a report of one file's progress at most this often
BEAT_S = 5.0  # ... and at least this often
PLAIN_BEAT_S = 15.0
STOPPED = "{source}: stopped; run the same again, and it goes on after what is finished of it"


@dataclass
class Counts:
    """What came of the inputs."""

    finished: int = 0
    failed: int = 0
    skipped: int = 0
    stopped: int = 0  # cancelled, or not even begun


class Report(Protocol):
    """What a batch tells as it goes; whether a person who reads it may be asked."""

    asks: bool

    def planned(self, files: int) -> None:
        """So many files will be treated."""

    def progressed(self, source: Path, event: Progressed) -> None:
        """A file moved on, or is still at it."""

    def whole(self, done: int, total: int, eta_s: float | None) -> None:
        """So many of all files are over, and the rest will take so long, where that is known."""

    def finished(self, done: Derained) -> None:
        """A file is done."""

    def failed(self, source: Path, kind: str, message: str, hint: str) -> None:
        """A file failed."""

    def waiting(self, source: Path, message: str, hint: str) -> None:
        """A file waits for what a person can do, and goes on by itself then."""

    def kept(self, source: Path, target: Path) -> None:
        """A clip was cancelled, and the part done is a file."""

    def left_off(self, source: Path) -> None:
        """A clip was cancelled, and its finished parts stay out of sight for the next run."""

    def resumed(self, source: Path, event: Progressed) -> None:
        """A clip goes on after what an earlier run has finished of it."""

    def skipped(self, source: Path, reason: str) -> None:
        """A file was left alone."""

    def ask(self, words: str) -> bool:
        """Ask whether a file that claims much may be opened. Raises KeyboardInterrupt."""
        ...

    def summary(self, counts: Counts, seconds: float) -> None:
        """Everything has been told."""


def failure(source: Path, message: str, hint: str) -> str:
    """The one line that every failed input gets: the file, what happened, what helps."""
    return one_line(f"{source}: {message.removeprefix(f'{source.name} ')} {hint}".rstrip())


class JsonReport:
    """One JSON object a line on standard output, as the contract has it."""

    asks = False

    def __init__(self) -> None:
        self._told: tuple[Path, float] | None = None

    def planned(self, files: int) -> None:
        """Nothing: the events say it."""

    def progressed(self, source: Path, event: Progressed) -> None:
        """At most five a second for one file."""
        now = time.monotonic()
        at_end = 0 < event.total <= event.done
        if self._told is not None and self._told[0] == source and now - self._told[1] < OFTEN_S and not at_end:
            return
        self._told = (source, now)
        eta_s = None if event.eta_s is None else round(event.eta_s, 1)
        self._print(event="progress", source=str(source), done=event.done, total=event.total, eta_s=eta_s)

    def whole(self, done: int, total: int, eta_s: float | None) -> None:
        """Nothing: whoever reads the events counts."""

    def finished(self, done: Derained) -> None:
        """All that is known of the result."""
        self._print(
            event="finished",
            source=str(done.source),
            target=None if done.target is None else str(done.target),
            seconds=round(done.seconds, 3),
            megapixels=round(done.megapixels, 6),
            model=done.model,
            engine=done.engine,
            device=done.device,
            rain_found=done.rain_found,
            layer=None if done.layer is None else str(done.layer),
            notes=list(done.notes),
        )

    def failed(self, source: Path, kind: str, message: str, hint: str) -> None:
        """On both channels."""
        print(failure(source, message, hint), file=sys.stderr, flush=True)
        self._print(event="failed", source=str(source), kind=kind, message=message, hint=hint)

    def waiting(self, source: Path, message: str, hint: str) -> None:
        """On both channels, as a person has to do something."""
        print(failure(source, message, hint), file=sys.stderr, flush=True)
        self._print(event="waiting", source=str(source), message=message, hint=hint)

    def kept(self, source: Path, target: Path) -> None:
        """Where it is."""
        self._print(event="kept", source=str(source), target=str(target))

    def left_off(self, source: Path) -> None:
        """That it goes on."""
        self._print(event="stopped", source=str(source), goes_on=True)

    def resumed(self, source: Path, event: Progressed) -> None:
        """From where."""
        self._print(event="resumed", source=str(source), done=event.done, total=event.total)

    def skipped(self, source: Path, reason: str) -> None:
        """Why a file was left alone."""
        self._print(event="skipped", source=str(source), reason=reason)

    def ask(self, words: str) -> bool:
        """A program reads this: nobody is asked."""
        return False

    def summary(self, counts: Counts, seconds: float) -> None:
        """The last line."""
        told = {"finished": counts.finished, "failed": counts.failed, "skipped": counts.skipped}
        self._print(event="summary", **told, seconds=round(seconds, 3))

    def _print(self, **values: object) -> None:
        print(json_line(values), flush=True)  # plain ASCII: every name gets through every pipe


class PlainReport:
    """A line a file on standard output; while a file takes long, where it stands, on standard error."""

    asks = True

    def __init__(self) -> None:
        self._told = self._told_whole = time.monotonic()
        self._skips = Skips()

    def planned(self, files: int) -> None:
        """Say what was left alone."""
        for line in self._skips.lines():
            print(one_line(line), file=sys.stderr, flush=True)

    def progressed(self, source: Path, event: Progressed) -> None:
        """Every quarter of a minute."""
        if time.monotonic() - self._told >= PLAIN_BEAT_S:
            self._told = time.monotonic()
            print(one_line(f"{source}: {standing(event)}"), file=sys.stderr, flush=True)

    def whole(self, done: int, total: int, eta_s: float | None) -> None:
        """Every quarter of a minute, also where each file takes less."""
        if time.monotonic() - self._told_whole >= PLAIN_BEAT_S:
            self._told_whole = time.monotonic()
            left = "" if eta_s is None else f", {remaining(eta_s)} left"
            print(f"{done} of {total} files{left}", file=sys.stderr, flush=True)

    def finished(self, done: Derained) -> None:
        """Source, target, time."""
        self._told = time.monotonic()
        print(one_line(said(done)), flush=True)

    def failed(self, source: Path, kind: str, message: str, hint: str) -> None:
        """On standard error."""
        self._told = time.monotonic()
        print(failure(source, message, hint), file=sys.stderr, flush=True)

    def waiting(self, source: Path, message: str, hint: str) -> None:
        """On standard error."""
        self._told = time.monotonic()
        print(failure(source, message, hint), file=sys.stderr, flush=True)

    def kept(self, source: Path, target: Path) -> None:
        """Where it is."""
        print(one_line(f"{source} -> {target} (cancelled; this is the part done)"), flush=True)

    def left_off(self, source: Path) -> None:
        """A line."""
        print(one_line(STOPPED.format(source=source)), flush=True)

    def resumed(self, source: Path, event: Progressed) -> None:
        """A line on standard error."""
        print(one_line(resumed(source, event)), file=sys.stderr, flush=True)

    def skipped(self, source: Path, reason: str) -> None:
        """Told once all are known."""
        self._skips.note(source, reason)

    def ask(self, words: str) -> bool:
        """On standard error."""
        return large_files.ask(one_line(words))

    def summary(self, counts: Counts, seconds: float) -> None:
        """The counts in one line."""
        print(counted(counts, seconds), flush=True)


class BarReport:
    """Two bars on a terminal: all files, and the one at work. Takes and gives back the terminal's line."""

    asks = True

    def __init__(self) -> None:
        self._skips = Skips()
        self._bars: Progress | None = None
        self._all: TaskID | None = None
        self._one: TaskID | None = None

    def planned(self, files: int) -> None:
        """Say what was left alone, and show the bars."""
        for line in self._skips.lines():
            print(one_line(line), file=sys.stderr, flush=True)
        from rich.progress import BarColumn, Progress, TextColumn

        from rainapp.cli.terminal import console

        columns = TextColumn("{task.description}", markup=False), BarColumn(), TextColumn("{task.fields[words]}")
        self._bars = Progress(*columns, console=console(error=True), transient=True)
        self._all = self._bars.add_task("all files", total=files, words="")
        self._one = self._bars.add_task("", total=None, words="", visible=False)
        self._bars.start()

    def progressed(self, source: Path, event: Progressed) -> None:
        """Move the bar of the file."""
        if self._bars is not None and self._one is not None:
            name = one_line(source.name)
            short = name if len(name) <= 30 else f"{name[:14]}…{name[-15:]}"
            self._bars.update(
                self._one,
                description=short,
                completed=event.done,
                total=event.total or None,
                words="" if event.eta_s is None else f"{remaining(event.eta_s)} left",
                visible=True,
            )

    def whole(self, done: int, total: int, eta_s: float | None) -> None:
        """Beside the bar of all files."""
        if self._bars is not None and self._all is not None:
            self._bars.update(self._all, words="" if eta_s is None else f"{remaining(eta_s)} left")

    def finished(self, done: Derained) -> None:
        """A line above the bars."""
        self._line(said(done))

    def failed(self, source: Path, kind: str, message: str, hint: str) -> None:
        """A line above the bars."""
        self._line(failure(source, message, hint))

    def waiting(self, source: Path, message: str, hint: str) -> None:
        """A line above the bars."""
        self._print(failure(source, message, hint))

    def kept(self, source: Path, target: Path) -> None:
        """A line above the bars."""
        self._print(f"{source} -> {target} (cancelled; this is the part done)")

    def left_off(self, source: Path) -> None:
        """A line above the bars."""
        self._print(STOPPED.format(source=source))

    def resumed(self, source: Path, event: Progressed) -> None:
        """A line above the bars."""
        self._print(resumed(source, event))

    def skipped(self, source: Path, reason: str) -> None:
        """Told once all are known."""
        self._skips.note(source, reason)

    def ask(self, words: str) -> bool:
        """Without the bars, which would write over the question."""
        if self._bars is None:
            return large_files.ask(one_line(words))
        self._bars.stop()
        try:
            return large_files.ask(one_line(words))
        finally:
            self._bars.start()

    def summary(self, counts: Counts, seconds: float) -> None:
        """Take the bars away and say the counts."""
        if self._bars is not None:
            self._bars.stop()
        print(counted(counts, seconds), flush=True)

    def _line(self, text: str) -> None:
        """What came of one file."""
        self._print(text)
        if self._bars is not None and self._all is not None:
            self._bars.advance(self._all)

    def _print(self, text: str) -> None:
        if self._bars is None:
            print(one_line(text), file=sys.stderr, flush=True)
        else:
            self._bars.console.print(one_line(text), markup=False, highlight=False, soft_wrap=True)


def resumed(source: Path, event: Progressed) -> str:
    """That a clip goes on, in words."""
    share = f" ({100 * event.done // event.total} % was done)" if event.total else ""
    return f"{source}: goes on where an earlier run stopped{share}"


def said(done: Derained) -> str:
    """What came of one file, in words."""
    end = f" ({', '.join(filter(None, ('copied' * done.copied, _dry(done))))})" if done.copied or _dry(done) else ""
    notes = f" ({' '.join(done.notes)})" if done.notes else ""
    return f"{done.source} -> {done.target}{end} {done.seconds:.1f} s{notes}"


def _dry(done: Derained) -> str:
    """That no rain was found, where it was looked for."""
    return "no rain found" if not done.rain_found and done.engine != "none" else ""


def counted(counts: Counts, seconds: float) -> str:
    """The counts of a batch, in words."""
    stopped = f"{counts.stopped} stopped, " if counts.stopped else ""
    return f"{counts.finished} done, {counts.failed} failed, {counts.skipped} skipped, {stopped}{remaining(seconds)}"


def standing(event: Progressed) -> str:
    """Where a file stands, in words."""
    if not event.total:
        return "at work"
    left = "" if event.eta_s is None else f", {remaining(event.eta_s)} left"
    return f"{100 * event.done // event.total} %{left}"


def remaining(seconds: float) -> str:
    """A time in the words of a clock: 8 s, 3 min, 2 h 05."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    if seconds < 3600:
        return f"{seconds / 60:.0f} min"
    return f"{seconds // 3600:.0f} h {seconds % 3600 // 60:02.0f}"
