"""Which model suits a photo of one's own: known rain is drawn on a dry one, all models take it out, what is left is measured.

Drawing is one job, taking out is a comparison like any other whose photos are the rained ones and whose truth is the dry one.
"""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from rainapp.compare.advice import DrawnRain
from rainapp.gui.compare.compare_queue import CompareRun, Subject
from rainapp.gui.state.job_events import Dispatch
from rainapp.jobs.compare_jobs import DrawRainOn
from rainapp.jobs.records import Event, Failed, Finished, Stopped, Treatment
from rainapp.jobs.workers import Handle


class Trial(QObject):
    """The trial of one dry photo. `changed` and `progressed` as of its run."""

    changed = Signal()
    progressed = Signal()

    def __init__(self, dispatch: Dispatch, parent: QObject | None = None) -> None:
        """Nothing was tried yet."""
        super().__init__(parent)
        self._dispatch = dispatch
        self.run = CompareRun(dispatch, self)
        self.run.changed.connect(self.changed)
        self.run.progressed.connect(self.progressed)
        self.photo: Subject | None = None
        self.samples: list[tuple[str, Subject]] = []
        self.trouble: Failed | None = None
        self._drawing: Handle | None = None

    @property
    def running(self) -> bool:
        """Whether rain is being drawn or taken out."""
        return self._drawing is not None or self.run.running

    def start(self, photo: Subject, treatments: Sequence[Treatment], words: dict[str, str]) -> None:
        """Try `treatments` on `photo`; `words` names the kinds of rain. The same photo is not drawn on again."""
        self.trouble = None
        if self.photo == photo and self.samples:
            self._compare(treatments)
            return
        self.clear()
        self.photo = photo
        job = DrawRainOn(photo.source, self.run.folder / "drawn", time_s=photo.time_s, rate=photo.rate)
        self._drawing = self._dispatch.ask(job, "device", lambda event: self._heard(event, list(treatments), words))
        self.changed.emit()

    def _compare(self, treatments: Sequence[Treatment]) -> None:
        self.run.start([subject for _, subject in self.samples], treatments)

    def _heard(self, event: Event, treatments: list[Treatment], words: dict[str, str]) -> None:
        if not isinstance(event, Finished | Failed | Stopped):
            return
        self._drawing = None
        if isinstance(event, Finished) and isinstance(event.result, DrawnRain):
            for pair in event.result.pairs:
                name = words.get(pair.kind, pair.kind)
                self.samples.append((name, Subject(pair.rainy, name, pair.clean)))
            self._compare(treatments)
        elif isinstance(event, Failed):
            self.trouble = event
        self.changed.emit()

    def stop(self) -> None:
        """Try nothing any more; what is known stays."""
        if self._drawing is not None:
            self._dispatch.forget(self._drawing)
            self._drawing = None
        self.run.stop()

    def clear(self) -> None:
        """Forget the photo and all that was tried on it."""
        self.stop()
        self.photo = None
        self.samples = []
        self.run.clear()
