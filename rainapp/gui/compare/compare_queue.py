"""A comparison at work: photos by models, one small job each, so that results fill in as they come. QtCore only.

What was compared stays until the photo leaves the list or the window closes; starting again does only what is missing. The
photo in sight goes first, under all models; the others follow model by model, because loading a net takes longer than a photo.
"""

import itertools
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from fractions import Fraction
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from rainapp.base.leftovers import drop
from rainapp.base.paths import cache_dir
from rainapp.compare.advice import Compared
from rainapp.gui.compare.clip_ranges import ClipRange
from rainapp.gui.state.job_events import Dispatch
from rainapp.jobs.compare_jobs import CompareClip, ComparePhoto, DropKept
from rainapp.jobs.records import RATE, Event, Failed, Finished, ModelId, Progressed, Stopped, Treatment
from rainapp.jobs.workers import Handle

ROOT = "comparisons"  # the folder that `rainapp.compare.result_cache` knows


class CellState(Enum):
    """How far one photo under one model is."""

    WAITING = auto()
    RUNNING = auto()
    DONE = auto()
    FAILED = auto()


@dataclass(frozen=True)
class Subject:
    """A photo to compare models on: its file, the name it is shown by and its ground truth.

    Of a clip `frames` are compared from `time_s` on; 0: it is no clip, or known as none when it was compared.
    """

    source: Path
    name: str
    truth: Path | None = None
    time_s: float = 0.0
    frames: int = 0
    rate: Fraction = RATE

    @property
    def range(self) -> ClipRange:
        """What of it is compared."""
        return ClipRange(self.time_s, self.frames)

    def treated(self, treatment: Treatment) -> Treatment:
        """`treatment` as it tells here: nothing is steadied in a photo."""
        return treatment if self.frames else replace(treatment, temporal="off")

    def job(self, treatment: Treatment, folder: Path) -> ComparePhoto | CompareClip:
        """What is to be done with one model."""
        if not self.frames:
            return ComparePhoto(self.source, treatment, folder, self.truth, self.time_s)
        return CompareClip(self.source, treatment, folder, self.frames, self.truth, self.time_s, self.rate)


@dataclass(eq=False)
class Cell:
    """One photo under one model. Mutable, and only on the GUI thread."""

    subject: Subject
    treatment: Treatment
    state: CellState = CellState.WAITING
    share: float = 0.0
    result: Compared | None = None
    message: str = ""
    hint: str = ""
    handle: Handle | None = field(default=None, repr=False)

    @property
    def model(self) -> ModelId:
        """The model of this cell."""
        return self.treatment.model


class CompareRun(QObject):
    """Photos by models. `changed`: cells came, ended or went; `progressed`: one is further; `arrived`: a result came."""

    changed = Signal()
    arrived = Signal(object)
    progressed = Signal()

    def __init__(self, dispatch: Dispatch, parent: QObject | None = None) -> None:
        """Nothing is compared yet."""
        super().__init__(parent)
        self._dispatch = dispatch
        self._cells: dict[tuple[Path, ModelId], Cell] = {}
        self._places: dict[Path, Path] = {}
        self._ranges: dict[Path, ClipRange] = {}
        self._numbers = itertools.count()  # never given twice: the folder of a photo that left may still be there
        self._folder: Path | None = None

    @property
    def folder(self) -> Path:
        """Where this comparison keeps its pictures; made by the first job."""
        if self._folder is None:
            self._folder = cache_dir() / ROOT / uuid.uuid4().hex
        return self._folder

    # -- what is there

    def cell(self, source: Path, model: ModelId) -> Cell | None:
        """How far one photo under one model is; None where that was never asked for."""
        return self._cells.get((source, model))

    def results(self, model: ModelId | None = None) -> list[Compared]:
        """All results, or those of one model."""
        cells = (cell for cell in self._cells.values() if model is None or cell.model == model)
        return [cell.result for cell in cells if cell.result is not None]

    def subjects(self) -> list[Subject]:
        """The photos of this comparison, in the order they came in."""
        return list({cell.subject.source: cell.subject for cell in self._cells.values()}.values())

    @property
    def running(self) -> bool:
        """Whether anything is at work or waits."""
        return any(cell.handle is not None for cell in self._cells.values())

    @property
    def settled(self) -> tuple[int, int]:
        """How many cells have come to an end, and how many there are."""
        return sum(cell.handle is None for cell in self._cells.values()), len(self._cells)

    def failed(self, subjects: Iterable[Subject], treatments: Sequence[Treatment]) -> int:
        """How many of these came to nothing and would be tried again."""
        cells = (self._cells.get((s.source, t.model)) for s in subjects for t in treatments)
        return sum(cell is not None and cell.state is CellState.FAILED for cell in cells)

    @property
    def lost(self) -> int:
        """How many cells failed, whoever takes part now."""
        return sum(cell.state is CellState.FAILED for cell in self._cells.values())

    @property
    def share(self) -> float:
        """How much of what is wanted is done, 0 to 1."""
        shares = [1.0 if cell.handle is None else cell.share for cell in self._cells.values()]
        return sum(shares) / len(shares) if shares else 0.0

    def missing(self, subjects: Iterable[Subject], treatments: Sequence[Treatment]) -> list[tuple[Subject, Treatment]]:
        """What would have to be done: neither done nor at work with the same treatment and the same truth."""
        wanted = [(s, s.treated(t)) for s in subjects for t in treatments]
        return [(s, t) for s, t in wanted if not self._fits(self._cells.get((s.source, t.model)), s, t)]

    @staticmethod
    def _fits(cell: Cell | None, subject: Subject, treatment: Treatment) -> bool:
        if cell is None or (cell.treatment, cell.subject.truth) != (treatment, subject.truth):
            return False
        if cell.subject.range != subject.range:
            return False
        return cell.state is not CellState.FAILED

    # -- what is asked for

    def start(self, subjects: Sequence[Subject], treatments: Sequence[Treatment]) -> None:
        """Do what is missing of `subjects` by `treatments`; the first subject is the one in sight."""
        self.drop(s.source for s in subjects if self._ranges.get(s.source, s.range) != s.range)
        wanted = self.missing(subjects, treatments)
        ordered = [pair for pair in wanted if pair[0] == subjects[0]]
        others = [pair for pair in wanted if pair[0] != subjects[0]]
        ordered += [pair for each in reversed(treatments) for pair in others if pair[1].model == each.model]
        for subject, treatment in ordered:
            self._forget(self._cells.pop((subject.source, treatment.model), None))
            self._ranges[subject.source] = subject.range
            cell = Cell(subject, treatment)
            self._cells[subject.source, treatment.model] = cell
            job = subject.job(treatment, self._place(subject.source))
            cell.handle = self._dispatch.ask(job, "device", partial(self._heard, cell))
        self.changed.emit()

    def _place(self, source: Path) -> Path:
        if source not in self._places:
            self._places[source] = self.folder / f"{next(self._numbers)}"
        return self._places[source]

    def range_of(self, source: Path) -> ClipRange | None:
        """What of a clip is compared, which stays; None where it was never asked for."""
        return self._ranges.get(source)

    def stop(self) -> None:
        """Ask for nothing any more; what is there stays."""
        for key, cell in list(self._cells.items()):
            if cell.handle is not None:
                self._forget(cell)
                del self._cells[key]
        self.changed.emit()

    def drop(self, gone: Iterable[Path]) -> None:
        """Forget photos, and delete what was kept of them."""
        for source in set(gone) & self._places.keys():
            for key in [key for key in self._cells if key[0] == source]:
                self._forget(self._cells.pop(key))
            self._ranges.pop(source, None)
            self._dispatch.ask(DropKept(self._places.pop(source)), "library", lambda _: None)
        self.changed.emit()

    def clear(self) -> None:
        """Forget everything, and delete what was kept."""
        self.stop()
        self._cells.clear()
        self._places.clear()
        self._ranges.clear()
        if self._folder is not None:
            self._dispatch.ask(DropKept(self._folder), "library", lambda _: None)
            self._folder = None
        self.changed.emit()

    def erase(self) -> None:
        """Delete what was kept, at once: the workers have ended, so nobody else can."""
        if self._folder is not None:
            drop(self._folder)

    def _forget(self, cell: Cell | None) -> None:
        if cell is not None and cell.handle is not None:
            self._dispatch.forget(cell.handle)
            cell.handle = None

    # -- what arrives

    def _heard(self, cell: Cell, event: Event) -> None:
        if isinstance(event, Progressed):
            cell.state = CellState.RUNNING
            cell.share = event.done / event.total if event.total else 0.0
            self.progressed.emit()
        elif isinstance(event, Finished | Failed | Stopped):
            cell.handle = None
            self._settle(cell, event)
            self.changed.emit()

    def _settle(self, cell: Cell, event: Finished | Failed | Stopped) -> None:
        if isinstance(event, Finished) and isinstance(event.result, Compared):
            cell.state, cell.result = CellState.DONE, event.result
            self.arrived.emit(cell)
        elif isinstance(event, Failed):
            cell.state, cell.message, cell.hint = CellState.FAILED, event.message, event.hint
        else:
            self._cells.pop((cell.subject.source, cell.model), None)

    def complete(self, models: Sequence[ModelId]) -> Iterator[Subject]:
        """The photos for which every one of `models` has a result."""
        for subject in self.subjects():
            cells = [self.cell(subject.source, model) for model in models]
            if all(cell is not None and cell.result is not None for cell in cells):
                yield subject
