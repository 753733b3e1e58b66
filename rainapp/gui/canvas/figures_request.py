"""Asks for the figures of what is on the canvas whenever it has come to rest, on a lane of their own. QtCore only."""

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from rainapp.gui.canvas.preview_controller import PreviewController
from rainapp.gui.state.workspace import Workspace
from rainapp.jobs.records import STRENGTH_MAX, Event, Failed, Finished, Measured, MeasureSeen, Stopped
from rainapp.jobs.workers import Handle

REST_MS = 500  # the amount is moved and strokes are drawn in quick succession


class Measuring(QObject):
    """Holds the figures of what `viewing` shows; `changed` tells that there are others, or none yet."""

    changed = Signal()

    def __init__(self, workspace: Workspace, viewing: PreviewController, parent: QObject | None = None) -> None:
        """Measure nothing until switched on."""
        super().__init__(parent)
        self._workspace, self._viewing = workspace, viewing
        self.active = False
        self.measured: Measured | None = None
        self.trouble: Failed | None = None
        self._asked: MeasureSeen | None = None
        self._handle: Handle | None = None
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._ask)
        for signal in (viewing.switched, viewing.changed, workspace.amount_changed, workspace.mask_changed):
            signal.connect(self._moved)

    def set_active(self, active: bool) -> None:
        """Measure from now on, or no more."""
        self.active = active
        self._forget()
        self._moved()
        self.changed.emit()

    def stop(self) -> None:
        """Ask for nothing any more."""
        self.active = False
        self._forget()

    @property
    def truth(self) -> Path | None:
        """The picture without rain that belongs to the file in sight, where one was chosen."""
        sight = self._viewing.sight
        return sight.item.truth if sight is not None else None

    def set_truth(self, truth: Path | None) -> None:
        """Take a picture without rain for the file in sight, or none."""
        sight = self._viewing.sight
        if sight is not None:
            sight.item.truth = truth
            if truth is not None:
                self._workspace.keep_safe(truth)
            self._moved()
            self.changed.emit()

    @property
    def busy(self) -> bool:
        """Whether figures are on their way."""
        return self._handle is not None or self._rest.isActive()

    def _wanted(self) -> MeasureSeen | None:
        """The record for what is in sight now; a finished file holds amount and mask already."""
        sight, seen = self._viewing.sight, self._viewing.seen_by
        if not self.active or sight is None or seen is None:
            return None
        if self._viewing.shows_result:
            return MeasureSeen(seen, truth=sight.item.truth)
        mask = sight.item.mask
        amount = self._workspace.amount / 100
        strength = min(amount, STRENGTH_MAX) if amount >= 0 else 1.0  # only the rain: what is taken out is all of it
        painted = None if mask is None or mask.is_empty else mask.saving()
        return MeasureSeen(seen, strength, painted, sight.item.truth)

    def _moved(self) -> None:
        if self._viewing.seen_by is None and (self.measured is not None or self._handle is not None):
            self._forget()
            self.changed.emit()
        if self.active:
            self._rest.start()

    def _forget(self) -> None:
        self._rest.stop()
        self.measured = self.trouble = self._asked = None
        if self._handle is not None:
            self._workspace.dispatch.forget(self._handle)
            self._handle = None

    def _ask(self) -> None:
        wanted = self._wanted()
        if wanted is None or (self._asked is not None and _same(wanted, self._asked)):
            return
        self._forget()
        self._asked = wanted
        self._handle = self._workspace.dispatch.ask(wanted, "figures", self._came)
        self.changed.emit()

    def _came(self, event: Event) -> None:
        if not isinstance(event, Finished | Failed | Stopped):
            return
        self._handle = None
        if isinstance(event, Finished) and isinstance(event.result, Measured):
            self.measured = event.result
        elif isinstance(event, Failed):
            self.trouble = event
        self.changed.emit()


def _same(one: MeasureSeen, other: MeasureSeen) -> bool:
    """Whether two records ask for the same; masks carry their version in the name of their file."""
    masks = [None if job.mask is None else job.mask.target for job in (one, other)]
    return (one.seen, one.strength, one.truth, masks[0]) == (other.seen, other.strength, other.truth, masks[1])
