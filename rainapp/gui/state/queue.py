"""The batch at work: which files wait, which one runs, how far it is. QtCore only.

One file is on the device lane at a time and the rest wait here, so that pausing and stopping need no word with the lane's
queue. Each job record is made when the batch starts: changing a setting later never alters a waiting file.
"""

import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from rainapp.base.settings import Settings
from rainapp.base.time_left import SMALL_MP, BatchPace, Clock, Load, Speeds
from rainapp.gui.state.file_item import Item, State
from rainapp.gui.state.file_tasks import Order, Task, job_of, wanted_target
from rainapp.gui.state.job_events import Dispatch
from rainapp.gui.text.error_texts import translated
from rainapp.jobs.naming import LISTED, Names, with_live_clip
from rainapp.jobs.records import Derained, Event, Failed, Finished, Progressed, SaveMask, Stopped, Treatment, Waiting
from rainapp.jobs.workers import Handle

FILE_S = 0.3  # beside the net: reading and writing, where no file was done yet


class Batch(QObject):
    """Derains files one after the other. `item_changed` names the item, `changed` says that the figures of the batch moved."""

    changed = Signal()
    item_changed = Signal(object)
    finished = Signal(int)
    said = Signal(str)

    def __init__(self, dispatch: Dispatch, parent: QObject | None = None, clock: Clock = time.monotonic) -> None:
        """Work through `dispatch`."""
        super().__init__(parent)
        self._dispatch = dispatch
        self._waiting: list[Task] = []
        self._masks: dict[Item, SaveMask] = {}
        self._task: Task | None = None
        self._handle: Handle | None = None
        self._anew = False  # the file at work begins again, as its result needs another name
        self._names = Names((), "rename")
        self._speeds = Speeds()
        self._paces: dict[str, BatchPace] = {}  # by what decides on the speed
        self._clock = clock
        self.total = 0
        self.paused = False
        self.engine = ""
        self.device = ""

    @property
    def _item(self) -> Item | None:
        """The file at work."""
        return None if self._task is None else self._task.item

    @property
    def running(self) -> bool:
        """Whether a file is at work or waits."""
        return self._item is not None

    @property
    def settled(self) -> int:
        """How many files of the batch are over."""
        return self.total - len(self._waiting) - (1 if self._item else 0)

    @property
    def share(self) -> float:
        """How much of the batch is done, 0 to 1, the file at work counted by its progress."""
        return (self.settled + (self._item.share if self._item else 0.0)) / self.total if self.total else 0.0

    @property
    def eta_s(self) -> float | None:
        """Seconds to go, or None while that would be a guess."""
        if self._item is None:
            return None
        rest = [_load(task.item) for task in self._waiting]
        return self._pace(self._item.treatment or Treatment()).eta_s(_load(self._item), rest, self._item.eta_s)

    @property
    def frames_s(self) -> float | None:
        """Frames of the clip at work that are done in a second, or None."""
        return None if self._item is None else self._item.frames_s

    @property
    def waits(self) -> str:
        """For what the file at work waits, and what helps; empty while it need not."""
        return "" if self._item is None else self._item.waits

    @property
    def can_keep(self) -> bool:
        """Whether the part done of the file at work can stay as a file: it is a clip of which something is done."""
        return self._item is not None and self._item.is_clip and self._item.done > 0

    @property
    def can_go_on(self) -> bool:
        """Whether a part of the file at work is finished, after which it goes on another time."""
        return self._item is not None and self._item.can_go_on

    @property
    def clip_at_work(self) -> bool:
        """Whether what is at work is a clip."""
        return self._item is not None and self._item.is_clip

    def estimate_s(self, items: list[Item], treatment: Treatment) -> float | None:
        """What `items` will take as files did with this model on this machine; None while that would be a guess."""
        pace, loads = self._pace(treatment), [_load(item) for item in items]
        if not loads:
            return 0.0
        sizes = [pace.megapixels(load) for load in loads]
        seen = self._speeds.of_large(_speed_key(treatment))
        if seen is None and max(sizes) < SMALL_MP:  # small ones tell of small ones
            seen = self._speeds.of(_speed_key(treatment))
        if pace.cost is not None or seen is None:
            return pace.estimate_s(loads)
        return sum(FILE_S + seen * size for size in sizes)  # as previews went

    def _pace(self, treatment: Treatment) -> BatchPace:
        """How files go with this model on this machine."""
        pace = self._paces.setdefault(_speed_key(treatment), BatchPace(self._clock))
        pace.speed = self._speeds.of_large(_speed_key(treatment))
        return pace

    def saw_speed(self, treatment: Treatment, seconds: float, megapixels: float, warm: bool = False) -> None:
        """Learn from something that was derained; the first counts only where the net was `warm`."""
        self._speeds.saw(_speed_key(treatment), seconds, megapixels, warm)

    def speed(self, treatment: Treatment) -> float | None:
        """Seconds per megapixel with this model here, once seen."""
        return self._speeds.of(_speed_key(treatment))

    def start(self, orders: Iterable[Order], settings: Settings, originals: Iterable[Path]) -> None:
        """Put files behind what is at work already.

        `originals` are all files of the person: no result replaces one, whatever the settings say of what exists.
        """
        if not self.running:
            self.total, self.paused = 0, False
            self._names = Names((), "rename")
            LISTED.forget()
        self.guard(originals)
        for order in orders:
            self._line_up(order, settings)
        self._next()

    def _line_up(self, order: Order, settings: Settings) -> None:
        item, treatment = order.item, order.treatment
        mask = None if item.mask is None or item.mask.is_empty else item.mask
        if mask is not None:
            treatment = replace(treatment, mask=mask.file)
        item.begin(treatment, order.only_rain)
        wanted = order.target or wanted_target(item, treatment, settings, order.only_rain)
        target = self._names.claim(wanted, if_exists=order.if_exists)
        item.output, item.claimed, item.since = order.output, target, time.time()
        if target is None:
            item.state = State.SKIPPED
        else:
            item.state = State.WAITING
            if mask is not None:
                self._masks[item] = mask.saving()  # as it is now, whatever is painted later
            job = replace(job_of(item, target, treatment, order.output), notes=self._names.spared(wanted))
            self._waiting.append(Task(item, with_live_clip(job, self._names, order.if_exists), wanted))
            self.total += 1
        self.item_changed.emit(item)

    def reorder(self) -> None:
        """The person moved files in the list: those that wait follow."""
        self._waiting.sort(key=lambda task: task.item.row)

    def guard(self, paths: Iterable[Path]) -> None:
        """From now on no result of this batch replaces one of `paths`: those that wait get another name.

        The file at work begins anew under one, where its result would.
        """
        paths = list(paths)
        self._names.originals.protect(paths)
        LISTED.protect(paths)
        self._waiting = [self._spared(task) for task in self._waiting]
        if self._task is not None and self._handle is not None and self._task.job.target in self._names.originals:
            self._anew = True
            self._handle.cancel(keep=False)

    def _spared(self, task: Task) -> Task:
        """`task`, under another name where its own has become that of an original."""
        if task.job.target not in self._names.originals:
            return task
        target = self._names.claim(task.wanted, if_exists="rename")
        assert target is not None
        task.item.claimed = target
        return replace(task, job=replace(task.job, target=target, notes=self._names.spared(task.job.target)))

    def _next(self) -> None:
        if self._task is None and self._waiting:
            self._task = task = self._spared(self._waiting.pop(0))
            task.item.state = State.PAUSED if self.paused else State.RUNNING
            saving = self._masks.pop(task.item, None)
            if saving is not None:  # on the same lane, so that it is there when the file is derained
                self._dispatch.ask(saving, "device", lambda _: None)
            self._handle = self._dispatch.ask(task.job, "device", self._heard)
            self._pace(task.job.treatment).begin()
            if self.paused:
                self._handle.pause()
                self._pace(task.job.treatment).pause()
            self.item_changed.emit(task.item)
        self.changed.emit()

    def pause(self) -> None:
        """Halt at the next tile."""
        self._set_paused(True)

    def resume(self) -> None:
        """Go on."""
        self._set_paused(False)

    def _set_paused(self, paused: bool) -> None:
        if self._item is None or self._handle is None or paused == self.paused:
            return
        self.paused = paused
        pace = self._pace(self._item.treatment or Treatment())
        if paused:
            self._handle.pause()
            pace.pause()
        else:
            self._handle.resume()
            pace.resume()
        self._item.state = State.PAUSED if paused else State.RUNNING
        self.item_changed.emit(self._item)
        self.changed.emit()

    def stop(self, keep: bool | None = None, go_on: bool = True) -> None:
        """Stop the file at work and let the waiting ones go back to ready; what is done stays.

        `keep` says whether the part done of a clip stays as a file of its own, None: as the settings said. Where it does not,
        its finished parts stay out of sight unless `go_on` is False, and the same file goes on after them.
        """
        waiting, self._waiting = self._waiting, []
        self._masks.clear()
        self._anew = False
        self.total -= len(waiting)
        for task in waiting:
            task.item.state = State.READY
            self.item_changed.emit(task.item)
        if self._handle is not None:
            self._handle.cancel(keep, go_on)
        self.changed.emit()

    def drop(self, items: set[Item]) -> None:
        """Take files out of the batch that leave the list."""
        kept = [task for task in self._waiting if task.item not in items]
        self.total -= len(self._waiting) - len(kept)
        self._waiting = kept
        if self._item in items and self._handle is not None:
            self._anew = False
            self._handle.cancel()
        self.changed.emit()

    def _heard(self, event: Event) -> None:
        item = self._item
        if item is None:
            return
        if isinstance(event, Progressed | Waiting):
            if isinstance(event, Progressed):
                item.move_on(event)
            else:
                item.waits = f"{event.message} {event.hint}".strip()
            self.item_changed.emit(item)
            self.changed.emit()
            return
        if isinstance(event, Stopped | Failed) and self._anew and self._task is not None:
            self._begin_anew(self._task)
            return
        if isinstance(event, Finished) and isinstance(event.result, Derained):
            self._note(item, event.result)
        elif isinstance(event, Failed):
            item.fail(
                State.UNREADABLE if event.kind in ("unreadable", "large") else State.FAILED,
                event.kind,
                event.message,
                event.hint,
            )
        elif isinstance(event, Stopped):
            item.state, item.kept, item.goes_on = State.STOPPED, event.kept, event.goes_on
            if item.kept is not None:
                words = self.tr("{name} was stopped. The part done is “{kept}” in {folder}.")
                self.said.emit(words.format(name=item.name, kept=item.kept.name, folder=item.kept.parent))
        else:
            return
        self._settle(item)

    def _begin_anew(self, task: Task) -> None:
        self._anew = False
        self._task = self._handle = None
        task.item.done = 0
        self._waiting.insert(0, task)
        self._next()

    def _note(self, item: Item, result: Derained) -> None:
        item.target, item.seconds, item.copied = result.target, result.seconds, result.copied
        item.repaired = result.repaired
        item.notes = tuple(translated(note) for note in result.notes)
        if result.target is None:
            item.state = State.SKIPPED
            return
        item.state = State.DONE if result.rain_found else State.DRY
        self.engine, self.device = result.engine, result.device
        if item.treatment is not None:
            if result.rain_found:
                self.saw_speed(item.treatment, result.seconds, result.megapixels)
            if not (result.copied and item.is_clip):  # a few frames told that it is dry
                self._pace(item.treatment).finish(_load(item), result.megapixels)

    def _settle(self, item: Item) -> None:
        item.waits = ""
        self._pace(item.treatment or Treatment()).leave()  # where it was not finished
        self._task = self._handle = None
        self._anew = False
        self.item_changed.emit(item)
        if self._waiting:
            self._next()
            return
        LISTED.forget()
        done, self.paused = self.settled, False
        self.changed.emit()
        self.finished.emit(done)


def _speed_key(treatment: Treatment) -> str:
    repair = f" {treatment.prior}" if treatment.refine else ""
    return f"{treatment.model} {treatment.device} {treatment.engine} {treatment.precision} {treatment.passes}{repair}"


def _load(item: Item) -> Load:
    known = None if item.megapixels is None else item.megapixels * item.frame_count
    return Load(item.size, item.path.suffix.lower(), known)
