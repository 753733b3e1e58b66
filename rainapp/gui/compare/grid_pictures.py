"""The pictures that the grid shows: of one photo the original and every result, at screen size and, zoomed in, in detail.

Results come from the kept pictures of a comparison; the original is shown before anything was compared, from its file.
"""

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from rainapp.compare.advice import Compared, ComparedFrame
from rainapp.gui.canvas.viewport_debounce import RestingRegion
from rainapp.gui.compare.compare_queue import Subject
from rainapp.gui.display.screen_pictures import Pyramid, ShownParts, ShownPicture
from rainapp.gui.state.job_events import Dispatch
from rainapp.jobs.compare_jobs import ReadParts
from rainapp.jobs.records import Event, Failed, Finished, Job, ReadPicture, Region, Stopped
from rainapp.jobs.workers import Handle

SCREEN_PX = 1600
SETTLE_MS = 120
KEPT_BYTES = 500 << 20
KEPT_SUFFIX = ".npy"


class CompareSights(QObject):
    """Fetches what the grid needs. `changed`: there is something new to paint, or another photo."""

    changed = Signal()

    def __init__(self, dispatch: Dispatch, parent: QObject | None = None) -> None:
        """Show nothing yet."""
        super().__init__(parent)
        self._dispatch = dispatch
        self.subject: Subject | None = None
        self.size = (0, 0)
        self.trouble: Failed | None = None
        self.part_region: Region | None = None
        self._pictures: OrderedDict[Path, Pyramid] = OrderedDict()
        self._sizes: dict[Path, tuple[int, int]] = {}
        self._moments: dict[Path, float] = {}  # of clips: which frame is at hand
        self._parts: dict[Path, Pyramid] = {}
        self._asked: dict[Path, Handle] = {}
        self._results: tuple[Compared, ...] = ()
        self._shown: tuple[ComparedFrame, ...] = ()
        self.place = 0  # the frame of a clip that is in sight
        self._wanted = 0  # ... and the one that is asked for
        self._detailing: Handle | None = None
        self._resting = RestingRegion(SETTLE_MS, self)
        self._resting.rested.connect(self._fetch_parts)

    # -- what is there

    def picture(self, path: Path) -> Pyramid | None:
        """A picture at screen size."""
        return self._pictures.get(path)

    def part(self, path: Path) -> Pyramid | None:
        """The part in sight of a picture, as fine as it is."""
        return self._parts.get(path)

    @property
    def original(self) -> Path | None:
        """The picture before deraining: of a clip that was compared the frame in sight, else the file itself."""
        if self._shown and self._results and self._results[0].frames:
            return self._shown[0].original
        return self.subject.source if self.subject is not None else None

    @property
    def finest(self) -> float:
        """Pixels of the screen-size pictures per pixel of the photo; 1 where they are as fine as the photo."""
        shown = self.picture(self.original) if self.original is not None else None
        return shown.width / self.size[0] if shown is not None and self.size[0] else 1.0

    @property
    def settled(self) -> bool:
        """Whether the frame that is looked at is in sight, of all models."""
        return self.place == self._wanted

    # -- what is asked for

    def show(self, subject: Subject | None, results: Sequence[Compared], place: int = 0) -> None:
        """Show a photo, or the frame at `place` of a clip, and what was made of it so far; asks for what is missing."""
        if subject is None or self.subject is None or _seen(subject) != _seen(self.subject):
            self._forget_all()
            self.trouble = None
            self._resting.again()  # the camera stays where it is
            self.place = place
        if place != self._wanted:
            self._forget_asked()  # who goes through frames quickly waits for the last one only
        self.subject = subject
        self._results = tuple(results)
        self._wanted = place
        self._step()
        if subject is not None:
            self._fetch()
            self.size = self._sizes.get(self.original or subject.source, (0, 0))
        self.changed.emit()

    def look_at(self, region: Region | None) -> None:
        """`region` is wanted in detail once the camera rests; None where the screen-size pictures are fine enough."""
        self._resting.look_at(region)

    def stop(self) -> None:
        """Ask for nothing any more and let the pictures go."""
        self._forget_all()
        self._pictures.clear()
        self.subject = None
        self._shown = ()

    def _step(self) -> None:
        """Go to the frame that is wanted, once its pictures are there, of all models at once."""
        there = all(path in self._pictures for path in self._kept(self._wanted))
        if there or not any(result.frames for result in self._results):
            if self.place != self._wanted:
                self._parts.clear()
                self._resting.again()
            self.place = self._wanted
        self._shown = tuple(result.at(self.place) for result in self._results)

    def _fetch(self) -> None:
        assert self.subject is not None
        source, subject = self.subject.source, self.subject
        kept_source = source.suffix == KEPT_SUFFIX
        if self._moments.setdefault(source, subject.time_s) != subject.time_s:  # how long it is was not known yet
            self._pictures.pop(source, None)
            self._moments[source] = subject.time_s
        framed = any(result.frames for result in self._results)
        if not framed and source not in self._pictures and source not in self._asked:
            job: Job = ReadPicture(source, SCREEN_PX, subject.time_s, subject.rate)
            self._ask(ReadParts((source,), None, SCREEN_PX) if kept_source else job, source)
        for path in self._kept(self._wanted):
            if path not in self._pictures and path not in self._asked:
                self._ask(ReadParts((path,), None, SCREEN_PX), path)
        self._touch([source, *self._kept(self.place), *self._kept(self._wanted)])

    def _kept(self, place: int) -> tuple[Path, ...]:
        """The kept pictures of a frame: every result, the picture without rain where there is one, a clip's original."""
        frames = [result.at(place) for result in self._results]
        truths = dict.fromkeys(frame.truth for frame in frames if frame.truth is not None)
        originals = [frames[0].original] if frames and self._results[0].frames else []
        return (*originals, *(frame.result for frame in frames), *list(truths)[-1:])

    def _touch(self, paths: Sequence[Path]) -> None:
        """What is in sight is let go last."""
        for path in paths:
            if path in self._pictures:
                self._pictures.move_to_end(path)
        while len(self._pictures) > len(paths) and sum(p.bytes for p in self._pictures.values()) > KEPT_BYTES:
            self._pictures.popitem(last=False)

    def _ask(self, job: Job, path: Path) -> None:
        self._asked[path] = self._dispatch.ask(job, "reading", lambda event: self._came(path, event))

    def _fetch_parts(self) -> None:
        region = self._resting.region
        if self.subject is None or region is None or not self._results:
            return
        self._drop_detailing()
        framed = bool(self._results[0].frames)
        paths = (*(() if framed else (self._results[0].original,)), *self._kept(self.place))
        job = ReadParts(paths, region)
        self._detailing = self._dispatch.ask(job, "reading", lambda event: self._parts_came(job, event))

    def _drop_detailing(self) -> None:
        if self._detailing is not None:
            self._dispatch.forget(self._detailing)
            self._detailing = None

    def _forget_asked(self) -> None:
        for handle in self._asked.values():
            self._dispatch.forget(handle)
        self._asked.clear()

    def _forget_all(self) -> None:
        self._resting.stop()
        self._drop_detailing()
        self._forget_asked()
        self._parts.clear()
        self.part_region = None

    # -- what arrives

    def _came(self, path: Path, event: Event) -> None:
        if not isinstance(event, Finished | Failed | Stopped):
            return
        self._asked.pop(path, None)
        if isinstance(event, Finished) and isinstance(event.result, ShownParts):
            self._keep(path, event.result.pictures[0], event.result.full_width, event.result.full_height)
        elif isinstance(event, Finished) and isinstance(event.result, ShownPicture):
            self._keep(path, event.result.picture, event.result.full_width, event.result.full_height)
        elif isinstance(event, Failed) and self.subject is not None and path == self.subject.source:
            self.trouble = event
        self._step()
        self.changed.emit()

    def _keep(self, path: Path, picture: Pyramid, width: int, height: int) -> None:
        self._pictures[path] = picture
        self._sizes[path] = (width, height)
        if self.subject is not None and path == self.original:
            self.size = (width, height)
        self._resting.again()  # a result may have come while zoomed in

    def _parts_came(self, job: ReadParts, event: Event) -> None:
        if not isinstance(event, Finished | Failed | Stopped):
            return
        self._detailing = None
        if isinstance(event, Finished) and isinstance(event.result, ShownParts) and self.subject is not None:
            self.part_region = event.result.region
            paths = (self.original or self.subject.source, *job.pictures[1:])
            self._parts = dict(zip(paths, event.result.pictures, strict=True))
        self.changed.emit()


def _seen(subject: Subject) -> tuple[Path, float]:
    """What tells two pictures apart: the file and, of a clip, where its range begins."""
    return subject.source, subject.time_s
