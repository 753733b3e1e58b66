"""Small pictures for the list, read one at a time while nobody waits for something else. QtCore only."""

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from rainapp.base.formats import GIF
from rainapp.gui.display.screen_pictures import ShownPicture
from rainapp.gui.state.file_item import FRESH, Item, State
from rainapp.gui.state.file_list_state import FileListState
from rainapp.jobs.records import Event, Failed, Finished, ReadPicture, Stopped

THUMBNAIL_PX = 256
BACKGROUND_THUMBNAILS = 500  # lists up to this length are looked into even where they are not in sight


class Thumbnails(QObject):
    """`looked`: a file was looked into, or that failed."""

    looked = Signal(object)

    def __init__(self, workspace: FileListState) -> None:
        """Look into files of `workspace`."""
        super().__init__(workspace)
        self._workspace = workspace
        self._wanted: list[Item] = []
        self._asked: Item | None = None

    @property
    def _few(self) -> bool:
        return len(self._workspace.items) <= BACKGROUND_THUMBNAILS

    def add(self, items: list[Item]) -> None:
        """Look into new files, the first one first."""
        to_name = [item for item in reversed(items) if self._few or item.path.suffix.lower() == f".{GIF}"]
        self._wanted[:0] = [item for item in to_name if item.thumbnail is None]  # whether a GIF moves decides on its result
        self.next()

    def drop(self, items: Iterable[Item]) -> None:
        """Files left the list."""
        gone = set(items)
        self._wanted = [item for item in self._wanted if item not in gone]

    def anew(self) -> None:
        """Every picture made ready so far has the wrong colours."""
        for item in self._workspace.items:
            item.thumbnail, item.thumbnail_asked = None, False
        self._wanted = list(reversed(self._workspace.items)) if self._few else []

    def want(self, item: Item) -> None:
        """A row came in sight: its thumbnail is next."""
        if item.thumbnail is None and not item.thumbnail_asked and (not self._wanted or self._wanted[-1] is not item):
            self._wanted.append(item)
            self.next()

    def next(self) -> None:
        """Ask for one thumbnail, unless something more urgent is on its way."""
        while self._asked is None and self._wanted and not self._workspace.hold_thumbnails:
            item = self._wanted.pop()
            if item.thumbnail is None and not item.thumbnail_asked:
                item.thumbnail_asked = True
                self._asked = item
                self._workspace.dispatch.ask(ReadPicture(item.path, THUMBNAIL_PX, rate=item.rate), "reading", self._came)

    def _came(self, event: Event) -> None:
        item = self._asked
        if item is None or not isinstance(event, Finished | Failed | Stopped):
            return
        self._asked = None
        if isinstance(event, Finished) and isinstance(event.result, ShownPicture):
            shown = event.result
            item.thumbnail = shown
            item.width, item.height = shown.full_width, shown.full_height
            item.is_clip, item.duration_s = shown.is_clip, shown.duration_s
            item.container, item.moves = shown.container or None, shown.moves
        elif isinstance(event, Failed) and item.state in FRESH:
            item.fail(State.UNREADABLE, event.kind, event.message, event.hint)
        self.looked.emit(item)
        self.next()
