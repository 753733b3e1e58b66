"""The state of the application: the files, what is selected, how they are to be treated, what is at work. No widgets.

The window and its parts show this and call it; nothing here knows of them. Files are never opened here: thumbnails and folder
contents are asked of the workers and arrive as events.
"""

from collections.abc import Iterable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject

from rainapp.base.settings import Settings
from rainapp.gui.state.file_item import AT_WORK, TO_DO, TROUBLED, Item, fresh_item
from rainapp.gui.state.file_list_state import FileListState
from rainapp.gui.state.file_tasks import order_again
from rainapp.gui.state.job_events import Dispatch
from rainapp.gui.state.joining_files import Joining
from rainapp.gui.state.last_opened import with_opened
from rainapp.gui.state.list_order import OwnOrder
from rainapp.gui.state.numbered_frames import Frames
from rainapp.gui.state.outdated_results import mark_outdated
from rainapp.gui.state.overwrite_questions import question_of
from rainapp.gui.state.own_settings import change_own, tell_other
from rainapp.gui.state.thumbnails import Thumbnails
from rainapp.gui.state.undo_history import Undoing, as_before, bring_back, runs
from rainapp.jobs.records import STRENGTH_MAX
from rainapp.library.model_library import ModelLibrary

AMOUNT_MIN, AMOUNT_MAX = -100, round(STRENGTH_MAX * 100)


class Workspace(FileListState):
    """The one place that changes files, selection, treatment and settings."""

    def __init__(self, dispatch: Dispatch, library: ModelLibrary, settings: Settings, parent: QObject | None = None) -> None:
        """Begin with no files and the treatment that the settings remember."""
        super().__init__(dispatch, library, settings, parent)
        self.batch.item_changed.connect(self._tell_item)
        self.batch.said.connect(self.notice)
        self.batch.finished.connect(self._show_failures_first)
        self.frames = Frames(self)
        self.order = OwnOrder()
        self.undoing = Undoing()
        self.thumbnails = Thumbnails(self)
        self.thumbnails.looked.connect(self._tell_item)
        self.joining = Joining(self, self.thumbnails)
        for signal in (self.treatment_changed, self.amount_changed, self.settings_changed, self.mask_changed):
            signal.connect(self._mark_outdated)
        self.read_library()

    # -- treatment

    def set_amount(self, amount: int) -> None:
        """Take the amount in percent, -100 to 130."""
        amount = min(AMOUNT_MAX, max(AMOUNT_MIN, amount))
        if amount != self.amount:
            if not change_own(self, {"amount": amount}):
                self._common = amount
            self.amount_changed.emit()

    def change(self, **values: object) -> None:
        """Change settings at once: remember them and tell everyone; a value that cannot be is told instead."""
        before = self.preview_treatment
        try:
            changed = self.settings.changed(**values)
        except ValueError as error:
            self.notice.emit(str(error))
            return
        if not change_own(self, values):
            self.settings = changed
        self.settings_changed.emit()
        if self.preview_treatment != before:
            self.treatment_changed.emit()

    def choose(self, settings: Settings, amount: int) -> None:
        """Take all of `settings`, and the amount for all files."""
        self.settings, self._common = settings, amount
        tell_other(self)

    # -- files

    def add(self, paths: Iterable[Path]) -> None:
        """Add files, and what lies in folders when they have been looked through."""
        files: list[Path] = []
        folders: list[Path] = []
        for path in paths:
            (folders if path.is_dir() else files).append(path)
        recent = with_opened(self.settings.recent, (*files, *folders))
        if recent != self.settings.recent:
            self.change(recent=recent)
        self.frames.take(files)
        if folders:
            self.frames.look_through(folders)

    def append(self, entries: Iterable[Path | Item]) -> None:
        """Add files and items that are not in the list yet."""
        known = {item.path for item in self.items}
        by_path = {entry if isinstance(entry, Path) else entry.path: entry for entry in entries}
        fresh = [entry for path, entry in by_path.items() if path not in known]
        if not fresh:
            return
        made = [fresh_item(entry) if isinstance(entry, Path) else entry for entry in fresh]
        self.insert([(len(self.items) + i, item) for i, item in enumerate(made)])
        if self.current is None:
            self.select(self.items[0], [self.items[0]])
        self.joining.came(made)

    def restore(self, items: list[Item], current: Item | None) -> None:
        """Put files of another day before those that came in meanwhile."""
        known = {item.path for item in self.items}
        back = [item for item in items if item.path not in known]
        if back:
            self.insert(list(enumerate(back)))
            chosen = current if current in back else back[0]
            self.select(chosen, [chosen])
            self._mark_outdated()

    def insert(self, placed: list[tuple[int, Item]]) -> None:
        """Put items at their rows; rows must be ascending and, taken together, one run."""
        first = placed[0][0]
        self.adding.emit(first, first + len(placed) - 1)
        self.items[first:first] = [item for _, item in placed]
        self._number()
        self._guard(path for _, item in placed for path in item.originals)
        self.added.emit()
        self.thumbnails.add([item for _, item in placed])

    def _number(self) -> None:
        for row, item in enumerate(self.items):
            item.row = row

    def select(self, current: Item | None, selected: list[Item]) -> None:
        """Take what the list shows as selected."""
        other, self.selected = selected != self.selected, selected
        if current is not self.current:
            before, self.current = self.chosen, current
            self.current_changed.emit()
            if self.chosen != before:
                tell_other(self)
        if other:
            self.selection_changed.emit()

    def step(self, by: int) -> None:
        """Go to the next or the previous file."""
        if self.items and self.current is not None:
            item = self.items[min(len(self.items) - 1, max(0, self.current.row + by))]
            self.select(item, [item])

    def remove(self, items: list[Item]) -> None:
        """Take files out of the list (never from the disk); undoing brings them back."""
        if not items:
            return
        gone = sorted(items, key=lambda item: item.row)
        self.batch.drop(set(gone))
        self.undoing.note(partial(bring_back, self, [(item.row, item) for item in gone]))
        first = gone[0].row
        self._take_out(gone)
        left = self.items[min(first, len(self.items) - 1)] if self.items else None
        if self.current in gone:
            self.select(left, [left] if left else [])

    def exchange(self, old: list[Item], new: list[Item]) -> None:
        """Put `new` in the place of `old`, of which none runs, and select the first of them; what waited still does."""
        at = min((item.row for item in old), default=len(self.items))
        waited = any(item.state in AT_WORK for item in old)
        self.batch.drop(set(old))
        self._take_out(sorted(old, key=lambda item: item.row))
        if new:
            self.insert([(at + i, item) for i, item in enumerate(new)])
        chosen = new[0] if new else self.items[min(at, len(self.items) - 1)] if self.items else None
        self.select(chosen, [chosen] if chosen else [])
        if waited:
            self.joining.came(new)

    def _take_out(self, gone: list[Item]) -> None:
        for start, end in reversed(runs([item.row for item in gone])):
            self.removing.emit(start, end)
            del self.items[start : end + 1]
            self.removed.emit()
        self.thumbnails.drop(gone)
        self._number()

    @property
    def can_undo(self) -> bool:
        """Whether something that was done to the list or the settings can be taken back."""
        return self.undoing.possible

    # -- work

    @property
    def to_do(self) -> list[Item]:
        """The files that the one button would derain: those that are ready, and those that failed."""
        return [item for item in self.items if item.state in TO_DO]

    @property
    def failed(self) -> list[Item]:
        """The files that came to nothing."""
        return [item for item in self.items if item.state in TROUBLED]

    def start(self, items: list[Item]) -> None:
        """Derain `items` that are not at work already."""
        chosen = [item for item in items if item.state not in AT_WORK]
        if not chosen or self.card is None:
            return
        question = question_of(self, chosen)
        self.asked.emit(question)
        if question is None:
            self.put_in_order(self.order.restored(self.items))
            self.batch.start([self.order_for(item) for item in chosen], self.settings, self.originals())

    def resume(self, items: list[Item]) -> None:
        """Go on with `items` as they were begun on another day: with the same settings, under the same names."""
        self.batch.start([order_again(item, self.settings) for item in items], self.settings, self.originals())

    def move(self, items: list[Item], row: int) -> None:
        """Put `items`, in their order, before what stands in `row` now; those that wait are derained in the new order."""
        before = list(self.items)
        self.put_in_order(self.order.moved(before, items, row))
        self.batch.reorder()
        if self.items != before:
            self.undoing.note(partial(as_before, self, before))

    def move_by(self, items: list[Item], by: int) -> None:
        """Put `items` one place up (-1) or down (1)."""
        rows = [item.row for item in items]
        if rows and min(rows) + by >= 0 and max(rows) + by < len(self.items):
            self.move(items, min(rows) - 1 if by < 0 else max(rows) + 2)

    def keep_safe(self, path: Path) -> None:
        """A file that is not in the list was chosen, such as a mask: no result may replace it either."""
        self._named.add(path)
        self._guard([path])

    def _guard(self, paths: Iterable[Path]) -> None:
        """What comes in while work goes on must not be the target of what waits."""
        if self.batch.running:
            self.batch.guard(paths)

    def _show_failures_first(self) -> None:
        if self.failed:
            self.put_in_order(self.order.failures_first(self.items))

    def put_in_order(self, order: list[Item]) -> None:
        """Show the files in another order."""
        if order != self.items:
            self.moving.emit()
            self.items[:] = order
            self._number()
            self.moved.emit()

    def _mark_outdated(self) -> None:
        """Look whose results are of other settings than those in force."""
        if mark_outdated(self, self.items):
            self.items_changed.emit()

    def _tell_item(self, item: Item) -> None:
        mark_outdated(self, [item])
        if item.row < len(self.items) and self.items[item.row] is item:
            self.item_changed.emit(item.row)

    # -- thumbnails

    def on_another_screen(self) -> None:
        """The window shows on a screen of other colours: every picture made ready so far has the wrong ones."""
        self.thumbnails.anew()
        self.screen_changed.emit()
        self.thumbnails.next()
