"""Asks for a look at the repair of what is in sight, once it has come to rest. QtCore only.

A repair takes seconds, so it begins only when nothing else is on its way, and ends at once where something else is wanted: the
camera moves, another file is chosen, the settings change. A photo of middling size is repaired whole and within its budget, a
larger one in the part that is seen at its own size.
"""

from enum import Enum, auto

from PySide6.QtCore import QObject, QTimer, Signal

from rainapp.gui.canvas.preview_controller import PreviewController
from rainapp.gui.canvas.view_cache import PART_PIXELS_MAX, PREVIEW_PX, Sight, is_too_large
from rainapp.gui.display.screen_pictures import ShownPair
from rainapp.gui.state.workspace import Workspace
from rainapp.jobs.records import Event, Failed, Finished, Preview, Progressed, Region, Repaired, Stopped
from rainapp.jobs.workers import Handle

REST_MS = 600


class Stand(Enum):
    """How it stands with what is in sight."""

    OFF = auto()
    RESULT = auto()
    TOO_LARGE = auto()
    COMING = auto()
    THERE = auto()
    FAILED = auto()


class Repairing(QObject):
    """Holds the repair of what `viewing` shows; `changed`: there is something else to paint or to say."""

    changed = Signal()

    def __init__(self, workspace: Workspace, viewing: PreviewController, parent: QObject | None = None) -> None:
        """Follow what is seen and how it is to be treated."""
        super().__init__(parent)
        self._workspace, self._viewing = workspace, viewing
        self.trouble: Failed | None = None
        self.share: float | None = None
        self._maps = False
        self._asked: Preview | None = None
        self._refused: Preview | None = None
        self._handle: Handle | None = None
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._ask)
        for signal in (
            viewing.switched, viewing.changed, viewing.progressed, viewing.resting.rested, workspace.settings_changed,
            workspace.treatment_changed,
        ):  # fmt: skip
            signal.connect(self._look)

    def show_map(self, shown: bool) -> None:
        """Whether the map of the repair is looked at, which a finished file does not hold."""
        self._maps = shown
        self._look()

    def stop(self) -> None:
        """Ask for nothing any more."""
        self._rest.stop()
        self._forget()

    @property
    def is_on(self) -> bool:
        """Whether the file in sight is to be repaired."""
        item = self._workspace.current
        return item is not None and self._workspace.repair_treatment_of(item) is not None

    @property
    def pair(self) -> ShownPair | None:
        """Both sides of what is repaired, where that is at hand and wanted."""
        sight = self._viewing.sight
        treatment = self._workspace.repair_treatment_of(sight.item) if sight is not None else None
        if sight is None or treatment is None or self._viewing.frame is not None:
            return None
        return sight.repaired_as(treatment)

    @property
    def facts(self) -> Repaired | None:
        """What the repair came to in what is at hand."""
        return self.pair.repaired if self.pair is not None else None

    @property
    def is_whole(self) -> bool:
        """Whether that is all of the photo."""
        sight, pair = self._viewing.sight, self.pair
        return pair is not None and sight is not None and _is_whole(sight, pair.region)

    @property
    def stand(self) -> Stand:
        """How it stands with what is in sight."""
        if not self.is_on or self._viewing.sight is None or self._viewing.sight.picture is None:
            return Stand.OFF
        if self.trouble is not None:
            return Stand.FAILED
        if self._viewing.shows_result and not self._maps:
            return Stand.RESULT
        wanted = self._wanted()
        if wanted is not None:
            return Stand.THERE if self._has(wanted) else Stand.COMING
        return Stand.TOO_LARGE

    def _wanted(self) -> Preview | None:
        """The record for what is in sight now; None where nothing is to be repaired, or too much."""
        sight, region = self._viewing.sight, self._viewing.resting.region
        if sight is None or sight.picture is None or (self._viewing.shows_result and not self._maps):
            return None
        treatment = self._workspace.repair_treatment_of(sight.item)
        if treatment is None or self._workspace.card is None:
            return None
        width, height = sight.picture.full_width, sight.picture.full_height
        small = max(width, height) <= PREVIEW_PX  # all of it at its own size
        if region is not None and not small and not is_too_large(region):
            return Preview(sight.item.path, treatment, region)
        return Preview(sight.item.path, treatment, None, PREVIEW_PX) if width * height <= PART_PIXELS_MAX else None

    def _has(self, wanted: Preview) -> bool:
        sight, pair = self._viewing.sight, self.pair
        if sight is None or pair is None:
            return False
        return _is_whole(sight, pair.region) if wanted.region is None else _covers(pair, wanted.region)

    def _look(self) -> None:
        """Something changed: what is on its way may be wanted no more, or something else be wanted."""
        wanted = self._wanted()
        if wanted != self._refused:
            self.trouble = self._refused = None
        if self._handle is not None and (wanted is None or not _same(self._asked, wanted) or self._viewing.busy):
            self._forget()
        if wanted is None or self._has(wanted) or self.trouble is not None:
            self._rest.stop()
        elif self._handle is None:
            self._rest.start()
        self.changed.emit()

    def _forget(self) -> None:
        self.share = None
        if self._handle is not None:
            self._workspace.dispatch.forget(self._handle)
            self._handle = None

    def _ask(self) -> None:
        wanted = self._wanted()
        if wanted is None or self._has(wanted) or self._viewing.busy:  # it looks again when that has come
            return
        self._asked, self.share = wanted, 0.0
        self._handle = self._workspace.dispatch.ask(wanted, "quick", lambda event: self._came(wanted, event))
        self.changed.emit()

    def _came(self, job: Preview, event: Event) -> None:
        if isinstance(event, Progressed):
            self.share = event.done / event.total if event.total else 0.0
            self.changed.emit()
        if not isinstance(event, Finished | Failed | Stopped):
            return
        self._handle, self.share = None, None
        sight = self._viewing.sight
        if isinstance(event, Finished) and isinstance(event.result, ShownPair) and sight is not None:
            sight.repaired, sight.repaired_by = event.result, job
        elif isinstance(event, Failed):
            self.trouble, self._refused = event, job
        self._look()


def _is_whole(sight: Sight, region: Region) -> bool:
    picture = sight.picture
    return picture is not None and (region.width, region.height) == (picture.full_width, picture.full_height)


def _covers(pair: ShownPair, region: Region) -> bool:
    """Whether a part is in what is at hand, as fine as it is."""
    return pair.region.covers(region) and pair.rainy.width == pair.region.width


def _same(asked: Preview | None, wanted: Preview) -> bool:
    """Whether what was asked for will do."""
    if asked is None or (asked.source, asked.treatment) != (wanted.source, wanted.treatment):
        return False
    return asked.region == wanted.region or (
        asked.region is not None and wanted.region is not None and asked.region.covers(wanted.region)
    )
