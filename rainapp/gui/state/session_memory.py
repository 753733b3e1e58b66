"""What the window remembers: its settings, and the list with all that was done to it, written soon after every change.

A worker writes; only at the very end, when the workers are gone, it is written here. One window of several owns the session:
the others say that they keep none. What was left last time is offered in a line; until that is answered it is kept as it was.
No widgets.
"""

import contextlib
import time
from collections.abc import Callable
from typing import cast

from PySide6.QtCore import QLockFile, QObject, QTimer, Signal

from rainapp.base.errors import RainError
from rainapp.base.own_files import OWNER, make_closed
from rainapp.gui.state.file_item import Item
from rainapp.gui.state.painted_mask import Cover, Mask
from rainapp.gui.state.returning_list import lost_masks, question_of
from rainapp.gui.state.session_items import entry_of, item_of, kept_mask, painted_mask
from rainapp.gui.state.workspace import Workspace
from rainapp.jobs.memory_jobs import KeepSession, KeepSettings, MemoryJob, ReadSession
from rainapp.jobs.records import Event, Failed, Finished, LoadedMask, LoadMask, NoWatch, SaveMask, Stopped
from rainapp.jobs.session_lines import Entry, Head, KeptSession, masks_folder, names_of_masks, session_file, to_line

SOON_MS = 500
SLICE, SLICE_MS = 400, 20  # so many lines are put down at a time, and so long others have their turn then
SHARE = 10  # a long list is written so much less often than writing down its lines takes


class Memory(QObject):
    """Follows `workspace`. `offered`: the question whether to go on, None once it is answered."""

    offered = Signal(object)

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        """Follow the settings at once, the list from `begin` on."""
        super().__init__(parent)
        self._workspace = workspace
        self._file = session_file()
        self._lock: QLockFile | None = None
        self._settings = workspace.to_remember  # as they are on the disk
        self._pending: tuple[str, ...] = ()  # lines of last time that nobody has decided on
        self._kept: KeptSession | None = None
        self._lines: dict[Item, str] = {}
        self._written: tuple[str, ...] = ()
        self._masks: set[str] = set()  # those on the disk
        self._ready = False  # the session is in our hands, and was read
        self._busy = 0
        self._told = False
        self._frozen = False
        self._last: list[MemoryJob] = []  # what the window looked like when it closed
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SOON_MS)
        self._timer.timeout.connect(self._write)
        workspace.item_changed.connect(self._forget_line)
        for signal in (
            workspace.item_changed, workspace.items_changed, workspace.added, workspace.removed, workspace.moved,
            workspace.current_changed, workspace.settings_changed, workspace.amount_changed, workspace.mask_changed,
        ):  # fmt: skip
            signal.connect(self._soon)

    def _forget_line(self, row: int) -> None:
        if row < len(self._workspace.items):
            self._lines.pop(self._workspace.items[row], None)

    def _soon(self, *_: object) -> None:
        if not self._timer.isActive() and not self._frozen:
            self._timer.start()

    # -- the day before

    def begin(self) -> None:
        """Take the session of last time, unless another window has it in its hands."""
        with contextlib.suppress(OSError):  # then the lock is refused
            make_closed(self._file.parent, OWNER)
        lock = QLockFile(str(self._file.with_suffix(".lock")))
        lock.setStaleLockTime(0)  # never by its age: only when its process is gone
        if not lock.tryLock(0) and lock.error() is QLockFile.LockError.LockFailedError:
            self._workspace.notice.emit(
                self.tr("rainapp is open already. The list of this window will not be there next time.")
            )
            return
        self._lock = lock
        self._workspace.dispatch.ask(ReadSession(self._file), "memory", self._read)

    def _read(self, event: Event) -> None:
        if not isinstance(event, Finished | Failed | Stopped):
            return
        if isinstance(event, Finished) and isinstance(event.result, KeptSession):
            self._ready = True
            self._kept = event.result
            self._pending = event.result.lines
            self.offered.emit(question_of(event.result, self.go_on, self.start_fresh))
        self._soon()

    def start_fresh(self) -> None:
        """Forget the list of last time."""
        self._kept, self._pending = None, ()
        self.offered.emit(None)
        self._soon()

    def go_on(self) -> None:
        """Bring the list of last time back, with its masks, and go on with what was at work."""
        kept, self._kept = self._kept, None
        self.offered.emit(None)
        if kept is not None:
            _Return(self._workspace, kept, self._came_back)

    def _came_back(self, head: Head, items: list[Item], at_work: list[Item]) -> None:
        workspace = self._workspace
        self._pending = ()
        workspace.set_amount(head.amount)
        workspace.restore(items, next((item for item in items if item.path == head.current), None))
        listed = set(workspace.items)
        workspace.resume([item for item in at_work if item in listed])
        self._soon()

    # -- writing

    def _write(self) -> None:
        """Let a worker write what is new; while it does, wait."""
        if self._busy:
            self._timer.start(SOON_MS)
            return
        started = time.monotonic()
        if not self._put_down_some():
            self._timer.start(SLICE_MS)
            return
        for job in self._jobs():
            self._busy += 1
            self._workspace.dispatch.ask(job, "memory", self._heard(job))
        self._timer.setInterval(max(SOON_MS, round((time.monotonic() - started) * 1000 * SHARE)))

    def _jobs(self) -> list[MemoryJob]:
        """What is to be written."""
        jobs: list[MemoryJob] = []
        settings = self._workspace.to_remember
        if settings != self._settings:
            jobs.append(KeepSettings(self._settings, settings))
        lines = self._all_lines() if self._ready else self._written
        if lines != self._written:
            masks = frozenset(mask.file for item in self._workspace.items if (mask := kept_mask(item.mask)) is not None)
            kept = masks | names_of_masks(self._pending)
            jobs.append(KeepSession(self._file, lines, tuple(self._painted()), kept))
        return jobs

    def _put_down_some(self) -> bool:
        """Put down lines of new files, some at a time, so that a long list holds nobody up; whether all are there."""
        new = [item for item in self._workspace.items if item not in self._lines] if self._ready else []
        for item in new[:SLICE]:
            self._lines[item] = to_line(entry_of(item))
        return len(new) <= SLICE

    def _all_lines(self) -> tuple[str, ...]:
        workspace = self._workspace
        for item in {workspace.current, *workspace.selected}:  # a part of a clip and the like may be chosen without a word
            if item is not None:
                self._lines.pop(item, None)
        for item in workspace.items:
            if item not in self._lines:
                self._lines[item] = to_line(entry_of(item))
        if len(self._lines) > len(workspace.items):  # some have left the list
            self._lines = {item: self._lines[item] for item in workspace.items}
        head = Head(amount=workspace.common_amount, current=workspace.current.path if workspace.current else None)
        return to_line(head), *self._pending, *(self._lines[item] for item in workspace.items)

    def _painted(self) -> list[SaveMask]:
        """The masks that are not on the disk yet."""
        masks = [item.mask for item in self._workspace.items if item.mask is not None and not item.mask.is_empty]
        folder = masks_folder(self._file)
        return [painted_mask(mask, folder / mask.file.name) for mask in masks if mask.file.name not in self._masks]

    def _heard(self, job: MemoryJob) -> Callable[[Event], None]:
        def heard(event: Event) -> None:
            if isinstance(event, Finished | Failed | Stopped):
                self._busy -= 1
            if isinstance(event, Finished):
                self._note(job)
            elif isinstance(event, Failed):
                self._tell(f"{event.message} {event.hint}")

        return heard

    def _note(self, job: MemoryJob) -> None:
        self._told = False
        if isinstance(job, KeepSettings):
            self._settings = job.now
        elif isinstance(job, KeepSession):
            self._written = job.lines
            self._masks = set(job.masks)

    def _tell(self, why: str) -> None:
        """Once, until it can be written again: work goes on."""
        if not self._told:
            self._told = True
            words = self.tr("What you do now may not be there next time: {why}")
            self._workspace.notice.emit(words.format(why=why.strip()))

    # -- the end

    def rest(self) -> None:
        """Remember nothing of this window."""
        self._frozen = True
        self._timer.stop()

    def freeze(self) -> None:
        """The window closes: what it shows now counts, not what ends with it; it is written at once."""
        if self._frozen:
            return
        self._frozen = True
        self._timer.stop()
        self._last = self._jobs()
        self._write_here(self._last)

    def end(self, remember: bool = True) -> None:
        """Once the workers are gone: let nothing older stand that one of them has written last, and give the session free."""
        if self._busy and remember:
            self._write_here(self._last)
        self._busy = 0
        if self._lock is not None:
            self._lock.unlock()
            self._lock = None

    def _write_here(self, jobs: list[MemoryJob]) -> None:
        from rainapp.work import session_files

        for job in jobs:
            try:
                session_files.do(job, NoWatch())
            except RainError as error:
                self._tell(str(error))


class _Return:
    """Brings entries back, once their masks are read. Of one that cannot be read is told; its file does not go on by itself."""

    def __init__(self, workspace: Workspace, kept: KeptSession, came: Callable[[Head, list[Item], list[Item]], None]) -> None:
        self._workspace, self._kept, self._came = workspace, kept, came
        self._masks: dict[int, Mask] = {}
        self._left = 1
        folder = masks_folder(session_file())
        for number, entry in enumerate(kept.entries):
            if entry.mask is not None:
                about = entry.mask
                job = LoadMask(folder / about.file, about.at_width, about.at_height, about.at_width, about.at_height)
                self._left += 1
                workspace.dispatch.ask(job, "memory", self._loaded(number, entry))
        self._one_less()

    def _loaded(self, number: int, entry: Entry) -> Callable[[Event], None]:
        def heard(event: Event) -> None:
            if isinstance(event, Finished) and isinstance(event.result, LoadedMask) and entry.mask is not None:
                mask = Mask(entry.mask.width, entry.mask.height)
                if mask.cover.shape == event.result.treated.shape:
                    mask.bring_back(cast(Cover, event.result.treated), entry.mask.mode)
                    self._masks[number] = mask
            if isinstance(event, Finished | Failed | Stopped):
                self._one_less()

        return heard

    def _one_less(self) -> None:
        self._left -= 1
        if self._left:
            return
        items, at_work, lost = [], [], []
        for number, entry in enumerate(self._kept.entries):
            mask = self._masks.get(number)
            item = item_of(entry, mask)
            items.append(item)
            if entry.mask is not None and mask is None:
                lost.append(item.name)
            elif entry.at_work:
                at_work.append(item)
        if lost:
            self._workspace.notice.emit(lost_masks(lost))
        self._came(self._kept.head, items, at_work)
