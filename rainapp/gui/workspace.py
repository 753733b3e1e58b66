"""The state of the application: the files, what is selected, how they are to be treated, what is at work. No widgets.

The window and its parts show this and call it; nothing here knows of them. Files are never opened here: thumbnails and folder
contents are asked of the workers and arrive as events.
"""

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from rainapp.errors import BadModel, RainError
from rainapp.formats import GIF
from rainapp.gui.batch import Batch
from rainapp.gui.dispatch import Dispatch
from rainapp.gui.frames import Frames
from rainapp.gui.item import AT_WORK, FRESH, TO_DO, TROUBLED, Item, State, fresh_item
from rainapp.gui.order import OwnOrder
from rainapp.gui.screen import ShownPicture
from rainapp.jobs import STRENGTH_MAX, Event, Failed, Finished, ReadPicture, Stopped, Treatment
from rainapp.library import ModelCard, ModelLibrary
from rainapp.settings import Settings, save

THUMBNAIL_PX = 256
AMOUNT_MIN, AMOUNT_MAX = -100, round(STRENGTH_MAX * 100)
BACKGROUND_THUMBNAILS = 500  # lists up to this length are looked into even where they are not in sight


class Workspace(QObject):
    """Items, selection, treatment and settings; changes are told by signals."""

    adding = Signal(int, int)
    added = Signal()
    removing = Signal(int, int)
    removed = Signal()
    moving = Signal()
    moved = Signal()
    item_changed = Signal(int)
    current_changed = Signal()
    selection_changed = Signal()
    treatment_changed = Signal()
    amount_changed = Signal()
    settings_changed = Signal()
    mask_changed = Signal()
    screen_changed = Signal()
    notice = Signal(str)

    def __init__(self, dispatch: Dispatch, library: ModelLibrary, settings: Settings, parent: QObject | None = None) -> None:
        """Begin with no files and the treatment that the settings remember."""
        super().__init__(parent)
        self.dispatch = dispatch
        self.library = library
        self.settings = settings
        self.items: list[Item] = []
        self.current: Item | None = None
        self.selected: list[Item] = []
        self.amount = round(settings.strength * 100)
        self.veil = settings.veil
        self.cards: list[ModelCard] = []
        self.batch = Batch(dispatch, self)
        self.batch.item_changed.connect(self._tell_item)
        self.batch.said.connect(self.notice)
        self.batch.finished.connect(self._show_failures_first)
        self.frames = Frames(self)
        self.hold_thumbnails = False
        self._order = OwnOrder()
        self._named: set[Path] = set()
        self._removed: list[list[tuple[int, Item]]] = []
        self._wanted: list[Item] = []
        self._thumbnail: Item | None = None
        self.read_library()

    # -- models and treatment

    def read_library(self) -> None:
        """Look which models there are."""
        self.cards = self.library.cards()
        self._default_id = ""
        with contextlib.suppress(BadModel):  # no model at all: the window says so in words
            self._default_id = self.library.default_id
        self.treatment_changed.emit()

    @property
    def card(self) -> ModelCard | None:
        """The model in use: the one of the settings, else the default one; None where there is none at all."""
        by_id = {card.id: card for card in self.cards}
        return by_id.get(self.settings.model) or by_id.get(self._default_id)

    @property
    def treatment(self) -> Treatment:
        """How files would be treated if started now."""
        card, settings = self.card, self.settings
        return Treatment(
            model=card.id if card else "default",
            strength=min(STRENGTH_MAX, max(0.0, self.amount / 100)),
            veil=self.veil if card and self.veil in card.veils else "keep",
            temporal=settings.temporal,
            tile_px=settings.tile_px,
            device=settings.device,
            engine=settings.engine,
            precision=settings.precision,
            treat=settings.treat,
        )

    @property
    def preview_treatment(self) -> Treatment:
        """The treatment of previews: always at full strength, the amount is painted."""
        return replace(self.treatment, strength=1.0)

    def treatment_of(self, item: Item) -> Treatment:
        """How one file would be treated: as all, but for what is its own."""
        return item.own(self.treatment)

    def preview_treatment_of(self, item: Item) -> Treatment:
        """The same for its previews: at full strength, and all of it."""
        return replace(item.own(self.preview_treatment), mask=None)

    def see_rain(self, items: list[Item], sees: bool) -> None:
        """A person sees rain in `items`, or does not any more: they are treated, whatever is found."""
        for item in items:
            item.sees_rain = sees
            self._tell_item(item)
        self.treatment_changed.emit()

    @property
    def default_id(self) -> str:
        """The id of the default model; empty where there is no model."""
        return self._default_id

    def speed_of(self, card: ModelCard) -> float | None:
        """Seconds per megapixel of a model on this machine, once it was seen at work."""
        return self.batch.speed(replace(self.treatment, model=card.id))

    def set_amount(self, amount: int) -> None:
        """Take the amount in percent, -100 to 130."""
        amount = min(AMOUNT_MAX, max(AMOUNT_MIN, amount))
        if amount != self.amount:
            self.amount = amount
            self.amount_changed.emit()

    def change(self, **values: object) -> None:
        """Change settings at once: remember them and tell everyone; a value that cannot be is told instead."""
        before = self.preview_treatment
        try:
            self.settings = self.settings.changed(**values)
        except ValueError as error:
            self.notice.emit(str(error))
            return
        if "veil" in values:
            self.veil = self.settings.veil
        self.settings_changed.emit()
        if self.preview_treatment != before:
            self.treatment_changed.emit()

    def remember(self) -> None:
        """Write the settings; a disk that refuses is told, not fatal."""
        settings = replace(self.settings, strength=min(STRENGTH_MAX, max(0.0, self.amount / 100)), veil=self.veil)
        try:
            save(settings)
        except RainError as error:
            self.notice.emit(str(error))

    # -- files

    def add(self, paths: Iterable[Path]) -> None:
        """Add files, and what lies in folders when they have been looked through."""
        files: list[Path] = []
        folders: list[Path] = []
        for path in paths:
            (folders if path.is_dir() else files).append(path)
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
        self._insert([(len(self.items) + i, item) for i, item in enumerate(made)])
        if self.current is None:
            self.select(self.items[0], [self.items[0]])

    def _insert(self, placed: list[tuple[int, Item]]) -> None:
        """Put items at their rows; rows must be ascending and, taken together, one run."""
        first = placed[0][0]
        self.adding.emit(first, first + len(placed) - 1)
        self.items[first:first] = [item for _, item in placed]
        self._number()
        self._guard(path for _, item in placed for path in item.originals)
        self.added.emit()
        few = len(self.items) <= BACKGROUND_THUMBNAILS
        to_name = [item for _, item in reversed(placed) if few or item.path.suffix.lower() == f".{GIF}"]
        self._wanted[:0] = [item for item in to_name if item.thumbnail is None]  # whether a GIF moves decides on its result
        self.next_thumbnail()

    def _number(self) -> None:
        for row, item in enumerate(self.items):
            item.row = row

    def select(self, current: Item | None, selected: list[Item]) -> None:
        """Take what the list shows as selected."""
        other, self.selected = selected != self.selected, selected
        if current is not self.current:
            self.current = current
            self.current_changed.emit()
        if other:
            self.selection_changed.emit()

    def step(self, by: int) -> None:
        """Go to the next or the previous file."""
        if self.items and self.current is not None:
            item = self.items[min(len(self.items) - 1, max(0, self.current.row + by))]
            self.select(item, [item])

    def remove(self, items: list[Item]) -> None:
        """Take files out of the list (never from the disk); `undo_remove` brings them back."""
        if not items:
            return
        gone = sorted(items, key=lambda item: item.row)
        self.batch.drop(set(gone))
        self._removed.append([(item.row, item) for item in gone])
        first = gone[0].row
        self._take_out(gone)
        left = self.items[min(first, len(self.items) - 1)] if self.items else None
        if self.current in gone:
            self.select(left, [left] if left else [])

    def exchange(self, old: list[Item], new: list[Item]) -> None:
        """Put `new` in the place of `old`, which are not at work, and select the first of them."""
        at = min((item.row for item in old), default=len(self.items))
        self._take_out(sorted(old, key=lambda item: item.row))
        if new:
            self._insert([(at + i, item) for i, item in enumerate(new)])
        chosen = new[0] if new else self.items[min(at, len(self.items) - 1)] if self.items else None
        self.select(chosen, [chosen] if chosen else [])

    def _take_out(self, gone: list[Item]) -> None:
        for start, end in reversed(_runs([item.row for item in gone])):
            self.removing.emit(start, end)
            del self.items[start : end + 1]
            self.removed.emit()
        left_out = set(gone)
        self._wanted = [item for item in self._wanted if item not in left_out]
        self._number()

    @property
    def can_undo(self) -> bool:
        """Whether removed files can be brought back."""
        return bool(self._removed)

    def undo_remove(self) -> None:
        """Bring back the files that were removed last."""
        if not self._removed:
            return
        placed = self._removed.pop()
        at_row = dict(placed)
        for _, item in placed:
            if item.state in AT_WORK:
                item.state = State.READY
        for start, end in _runs([row for row, _ in placed]):
            run = range(start, end + 1)
            first = min(start, len(self.items))  # the list may have grown shorter since
            self._insert([(first + i, at_row[row]) for i, row in enumerate(run)])
        self.select(placed[0][1], [placed[0][1]])

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
        self._move(self._order.restored(self.items))
        only_rain = self.amount < 0
        treatment = self.preview_treatment if only_rain else self.treatment
        self.batch.start(chosen, treatment, self.settings, self.originals(), only_rain)

    def originals(self) -> Iterator[Path]:
        """The files of the person that no result may replace: those of the list, and masks and the like that were chosen."""
        for item in self.items:
            yield from item.originals
        yield from self._named

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
            self._move(self._order.failures_first(self.items))

    def _move(self, order: list[Item]) -> None:
        if order != self.items:
            self.moving.emit()
            self.items[:] = order
            self._number()
            self.moved.emit()

    def _tell_item(self, item: Item) -> None:
        if item.row < len(self.items) and self.items[item.row] is item:
            self.item_changed.emit(item.row)

    # -- thumbnails

    def on_another_screen(self) -> None:
        """The window shows on a screen of other colours: every picture made ready so far has the wrong ones."""
        for item in self.items:
            item.thumbnail, item.thumbnail_asked = None, False
        self._wanted = list(reversed(self.items)) if len(self.items) <= BACKGROUND_THUMBNAILS else []
        self.screen_changed.emit()
        self.next_thumbnail()

    def want_thumbnail(self, item: Item) -> None:
        """A row came in sight: its thumbnail is next."""
        if item.thumbnail is None and not item.thumbnail_asked and (not self._wanted or self._wanted[-1] is not item):
            self._wanted.append(item)
            self.next_thumbnail()

    def look_again(self, item: Item) -> None:
        """A file that could not be read may be read now."""
        item.fail(State.READY, "", "", "")
        item.thumbnail_asked = False
        self._tell_item(item)
        self.want_thumbnail(item)

    def next_thumbnail(self) -> None:
        """Ask for one thumbnail, unless something more urgent is on its way."""
        while self._thumbnail is None and self._wanted and not self.hold_thumbnails:
            item = self._wanted.pop()
            if item.thumbnail is None and not item.thumbnail_asked:
                item.thumbnail_asked = True
                self._thumbnail = item
                self.dispatch.ask(ReadPicture(item.path, THUMBNAIL_PX, rate=item.rate), "quick", self._thumbnail_came)

    def _thumbnail_came(self, event: Event) -> None:
        item = self._thumbnail
        if item is None or not isinstance(event, Finished | Failed | Stopped):
            return
        self._thumbnail = None
        if isinstance(event, Finished) and isinstance(event.result, ShownPicture):
            shown = event.result
            item.thumbnail = shown
            item.width, item.height = shown.full_width, shown.full_height
            item.is_clip, item.duration_s = shown.is_clip, shown.duration_s
            item.container, item.moves = shown.container or None, shown.moves
        elif isinstance(event, Failed) and item.state in FRESH:
            item.fail(State.UNREADABLE, event.kind, event.message, event.hint)
        self._tell_item(item)
        self.next_thumbnail()


def _runs(rows: list[int]) -> list[tuple[int, int]]:
    """Ascending `rows` as runs of neighbours, (first, last)."""
    runs: list[tuple[int, int]] = []
    for row in rows:
        if runs and row == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], row)
        else:
            runs.append((row, row))
    return runs
