"""The small pictures along a clip's length, read one at a time while nothing else is asked for. QtCore only.

A strip asks for as many moments as it has room for. What was read stays, so that a strip of another width has something to
show at once, and a clip that is looked at again has its pictures.
"""

from bisect import bisect_left
from collections import OrderedDict
from fractions import Fraction
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from rainapp.gui.canvas.preview_controller import PreviewController
from rainapp.gui.display.screen_pictures import Pyramid, ShownPicture
from rainapp.gui.state.workspace import Workspace
from rainapp.jobs.records import RATE, Event, Failed, Finished, ReadPicture, Stopped
from rainapp.jobs.workers import Handle

PICTURE_PX = 160  # longest side; a strip of 42 px at twice the pixels has room for no more
KEPT_CLIPS = 8
REST_MS = 150  # between two pictures, for whoever else wants something

Clip = tuple[Path, Fraction]
Taken = dict[float, Pyramid]


class FilmStrip(QObject):
    """`changed`: another picture is there."""

    changed = Signal()

    def __init__(self, workspace: Workspace, viewing: PreviewController, parent: QObject | None = None) -> None:
        """Read pictures of the clip that `viewing` shows."""
        super().__init__(parent)
        self._workspace, self._viewing = workspace, viewing
        self._kept: OrderedDict[Clip, Taken] = OrderedDict()
        self._clip: Clip | None = None
        self._wanted: list[float] = []
        self._handle: Handle | None = None
        self._held = False
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._ask)
        viewing.progressed.connect(self._go_on)
        workspace.screen_changed.connect(self._kept.clear)

    def want(self, path: Path, moments: list[float], rate: Fraction = RATE) -> None:
        """Read the pictures of `path` at `moments`, the coarse order first: every fourth, then those between.

        `rate` is that of numbered frames.
        """
        if (path, rate) != self._clip:
            self.stop()
            self._clip = (path, rate)
        order = [*moments[::4], *moments[2::4], *moments[1::2]]
        self._wanted = [moment for moment in order if moment not in self._kept.get((path, rate), {})]
        self._go_on()

    def hold(self, held: bool) -> None:
        """Let frames that are played go first."""
        if held != self._held:
            self._held = held
            self._go_on()

    def picture_near(self, time_s: float, within_s: float) -> Pyramid | None:
        """What was read at the moment next to `time_s`, where that is not further away than `within_s`."""
        taken = self._kept.get(self._clip, {}) if self._clip is not None else {}
        if time_s in taken:
            return taken[time_s]
        moments = sorted(taken)
        at = bisect_left(moments, time_s)
        near = min(moments[max(0, at - 1) : at + 1], key=lambda moment: abs(moment - time_s), default=None)
        return taken[near] if near is not None and abs(near - time_s) <= within_s else None

    @property
    def missing(self) -> int:
        """How many pictures are still to be read."""
        return len(self._wanted)

    def stop(self) -> None:
        """Ask for nothing any more."""
        self._rest.stop()
        self._wanted = []
        if self._handle is not None:
            self._workspace.dispatch.forget(self._handle)
            self._handle = None

    def _go_on(self) -> None:
        """Ask for the next picture in a while, where one is missing."""
        if self._wanted:
            self._rest.start()

    def _ask(self) -> None:
        """Ask for one picture, unless a person waits for something else."""
        if self._handle is not None or self._held or self._workspace.hold_thumbnails or not self._wanted or self._clip is None:
            return
        job = ReadPicture(self._clip[0], PICTURE_PX, self._wanted.pop(0), self._clip[1])
        self._handle = self._workspace.dispatch.ask(job, "figures", lambda event: self._came(job, event))

    def _came(self, job: ReadPicture, event: Event) -> None:
        if not isinstance(event, Finished | Failed | Stopped):
            return
        self._handle = None
        if isinstance(event, Finished) and isinstance(event.result, ShownPicture):
            self._kept.setdefault((job.source, job.rate), {})[job.time_s] = event.result.picture
            self._kept.move_to_end((job.source, job.rate))
            while len(self._kept) > KEPT_CLIPS:
                self._kept.popitem(last=False)
            self.changed.emit()
        self._go_on()
