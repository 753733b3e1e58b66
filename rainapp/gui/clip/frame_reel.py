"""The frames of one clip that are at hand for playing, fetched a few at a time ahead of where it plays. QtCore only.

Each frame knows when the next one is shown, so that clips of any rate are alike, and a part that is played again and again is
derained once.
"""

from collections import OrderedDict

from PySide6.QtCore import QObject, Signal

from rainapp.gui.canvas.preview_controller import PreviewController
from rainapp.gui.display.screen_pictures import ShownFrame, ShownFrames
from rainapp.gui.state.workspace import Workspace
from rainapp.jobs.records import Event, Failed, Finished, PlayFrames, Stopped
from rainapp.jobs.workers import Handle

CHUNK = 6  # frames that are asked for at a time: a newer wish waits for no more
AHEAD = 24  # frames that are at hand before no more are asked for
AHEAD_IN_RANGE = 240
PLAY_PX = 720
KEPT_BYTES = 400 << 20
NEAR_S = 1e-4

Span = tuple[float, float]


class Reel(QObject):
    """`came` tells of new frames, `failed` in words that none will come."""

    came = Signal()
    failed = Signal(str)

    def __init__(self, workspace: Workspace, viewing: PreviewController, parent: QObject | None = None) -> None:
        """Fetch frames of what `viewing` shows."""
        super().__init__(parent)
        self._workspace, self._viewing = workspace, viewing
        self.span: Span | None = None
        self._frames: OrderedDict[float, ShownFrame] = OrderedDict()
        self._starts: dict[float, float] = {}
        self._wanted_s: float | None = None
        self._handle: Handle | None = None
        self._asked: PlayFrames | None = None

    @property
    def is_result(self) -> bool:
        """Whether the derained side comes from a finished file."""
        return self._asked is not None and self._asked.target is not None

    def frame_at(self, time_s: float) -> ShownFrame | None:
        """The frame that is shown at a time that another frame names as its next, or that was asked for."""
        return self._frames.get(self._starts.get(time_s, time_s))

    def before(self, time_s: float) -> ShownFrame | None:
        """The frame just before that at `time_s`, where it is at hand."""
        return next((f for f in self._frames.values() if f.next_s is not None and abs(f.next_s - time_s) < NEAR_S), None)

    def after(self, frame: ShownFrame) -> float | None:
        """The time of the frame after `frame`: at the end of the span its start, at the end of the clip None."""
        if self.span is not None and (frame.next_s is None or frame.next_s >= self.span[1] - NEAR_S):
            return self.span[0]
        return frame.next_s

    def spans(self, duration_s: float) -> list[Span]:
        """The spans of which both sides are at hand, ascending."""
        found: list[Span] = []
        for start in sorted(self._frames):
            frame = self._frames[start]
            if frame.pair is None:
                continue
            end = frame.next_s if frame.next_s is not None else duration_s
            if found and start - found[-1][1] < NEAR_S:
                found[-1] = (found[-1][0], end)
            else:
                found.append((start, end))
        return found

    @property
    def flicker(self) -> Span | None:
        """Mean flicker of the frames at hand, before and after, in grey levels; None until two frames follow one another."""
        seen = [frame.flicker for frame in self._frames.values() if frame.flicker is not None]
        if not seen:
            return None
        before, after = (sum(side) / len(seen) for side in zip(*seen, strict=True))
        return before, after

    def want(self, time_s: float | None) -> None:
        """Fetch the frame at `time_s` and those after it; None: nothing more."""
        self._wanted_s = time_s
        self._fill()

    def forget(self) -> None:
        """Drop all frames: they are of another clip, or were derained in another way. Lets go of the file, too."""
        if self._handle is not None:
            self._workspace.dispatch.forget(self._handle)
            self._handle = None
        if self._asked is not None:
            self._workspace.dispatch.ask(PlayFrames(self._asked.source, 0.0, 0, PLAY_PX), "quick", lambda _: None)
        self._frames.clear()
        self._starts.clear()
        self._wanted_s = self._asked = None

    def _fill(self) -> None:
        """Ask for the first frame that is missing from the wanted one on."""
        at = self._wanted_s
        for _ in range(AHEAD if self.span is None else AHEAD_IN_RANGE):
            frame = self.frame_at(at) if at is not None else None
            if at is None:
                return
            if frame is None:
                self._ask(at)
                return
            at = self.after(frame)

    def _ask(self, time_s: float) -> None:
        sight = self._viewing.sight
        if sight is None:
            return
        if self._handle is not None:
            if self._asked is not None and self._asked.from_s == time_s:
                return
            self._workspace.dispatch.forget(self._handle)
        item = sight.item
        target = item.result if item.treatment == self._workspace.treatment_of(item) else None
        treatment = self._workspace.preview_treatment_of(item) if self._workspace.card is not None else None
        until_s = self.span[1] if self.span is not None and time_s < self.span[1] else None
        self._asked = PlayFrames(item.path, time_s, CHUNK, PLAY_PX, treatment, target, until_s, item.rate)
        self._handle = self._workspace.dispatch.ask(self._asked, "quick", self._heard)

    def _heard(self, event: Event) -> None:
        if not isinstance(event, Finished | Failed | Stopped):
            return
        self._handle = None
        if isinstance(event, Failed):
            self._wanted_s = None
            self.failed.emit(f"{event.message} {event.hint}".strip())
        elif isinstance(event, Finished) and isinstance(event.result, ShownFrames):
            self._keep(event.result)
            self.came.emit()
            self._fill()

    def _keep(self, shown: ShownFrames) -> None:
        if not shown.frames:
            self._wanted_s = None  # the end of the clip lies before that time
            return
        self._starts[shown.job.from_s] = shown.frames[0].time_s
        for frame in shown.frames:
            self._frames[frame.time_s] = frame
        while len(self._frames) > CHUNK and sum(frame.bytes for frame in self._frames.values()) > KEPT_BYTES:
            self._frames.popitem(last=False)
