"""Pictures of the page Teach, read on a worker thread: thumbnails, results at screen size, drawn rain."""

from collections import OrderedDict
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from rainapp.gui.display.screen_pictures import Pyramid, ShownPicture
from rainapp.gui.state.job_events import Dispatch
from rainapp.jobs.records import DrawRain, Event, Failed, Finished, Job, ReadPicture, Stopped
from rainapp.jobs.workers import Handle

KEPT = 600
SCREEN_PX = 1200
THUMB_PX = 160
AT_ONCE = 4


class TeachPictures(QObject):
    """Fetches pictures by path and size. `came`: there is a new one."""

    came = Signal(object)

    def __init__(self, dispatch: Dispatch, parent: QObject | None = None) -> None:
        """Fetch through `dispatch`."""
        super().__init__(parent)
        self._dispatch = dispatch
        self._kept: OrderedDict[tuple[Path, int], Pyramid | None] = OrderedDict()
        self._wanted: OrderedDict[tuple[Path, int], None] = OrderedDict()
        self._asked: dict[tuple[Path, int], Handle] = {}
        self._drawing: Handle | None = None
        self.drawn: Pyramid | None = None

    def picture(self, path: Path, longest_px: int = SCREEN_PX) -> Pyramid | None:
        """A picture where it is at hand; else it is fetched. None, too, for one that cannot be read."""
        key = (path, longest_px)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        if key not in self._asked:
            self._wanted[key] = None
            self._next()
        return None

    def again(self, path: Path) -> None:
        """The file was written anew: the old picture stays in sight until the new one is there."""
        for key in [key for key in self._kept if key[0] == path]:
            self._wanted[key] = None
        self._next()

    def draw(self, job: DrawRain) -> None:
        """Draw rain; of several wishes the last counts."""
        if self._drawing is not None:
            self._dispatch.forget(self._drawing)
        self._drawing = self._dispatch.ask(job, "figures", self._was_drawn)

    def end(self) -> None:
        """Fetch nothing any more."""
        self._wanted.clear()
        for handle in (*self._asked.values(), *([self._drawing] if self._drawing is not None else [])):
            self._dispatch.forget(handle)
        self._asked.clear()
        self._drawing = None

    def _next(self) -> None:
        while self._wanted and len(self._asked) < AT_ONCE:
            key, _ = self._wanted.popitem(last=False)
            job: Job = ReadPicture(key[0], key[1])
            self._asked[key] = self._dispatch.ask(job, "reading", lambda event, key=key: self._came(key, event))  # type: ignore[misc]

    def _came(self, key: tuple[Path, int], event: Event) -> None:
        if not isinstance(event, Finished | Failed | Stopped):
            return
        self._asked.pop(key, None)
        read = event.result if isinstance(event, Finished) else None
        self._kept[key] = read.picture if isinstance(read, ShownPicture) else None
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        self.came.emit(key[0])
        self._next()

    def _was_drawn(self, event: Event) -> None:
        if not isinstance(event, Finished | Failed | Stopped):
            return
        self._drawing = None
        if isinstance(event, Finished) and isinstance(event.result, ShownPicture):
            self.drawn = event.result.picture
            self.came.emit(event.result.source)
