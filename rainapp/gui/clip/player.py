"""Plays the clip in sight: before and after in step, as fast as results exist. QtCore only.

While it plays, frames are shown as they come, each as long as the clip says; when it stands still, the moment is read as a
still again, at full quality.
"""

import time
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from rainapp.gui.canvas.preview_controller import PreviewController
from rainapp.gui.clip.flicker_figures import Flicker
from rainapp.gui.clip.frame_reel import NEAR_S, Reel, Span
from rainapp.gui.display.screen_pictures import ShownFrame
from rainapp.gui.state.workspace import Workspace
from rainapp.jobs.records import Treatment

PREVIEW_S = 3.0
JUMP_S = 1.0
LATE_S = 0.25  # later than that, time is not made up for
REST_MS = 300
USUAL_STEP_S = 0.04
SHORTEST_S = 0.2  # of a range whose edges are dragged


class Player(QObject):
    """Where the clip stands and whether it plays. `changed`: bars show something else."""

    changed = Signal()

    def __init__(self, workspace: Workspace, viewing: PreviewController, parent: QObject | None = None) -> None:
        """Play what `viewing` shows."""
        super().__init__(parent)
        self._workspace, self._viewing = workspace, viewing
        self.reel = Reel(workspace, viewing, self)
        self.playing = False
        self._steadied_by = "auto"
        self._measured, self._measured_with = Flicker(), self._but_for_the_lock()
        self._now: ShownFrame | None = None
        self._awaits: tuple[float, Callable[[ShownFrame], None]] | None = None
        self._of: object = None
        self._due = 0.0
        self._beat = self._timer(self._advance)
        self._rest = self._timer(self._read_still)
        self._rest.setInterval(REST_MS)
        self.reel.came.connect(self._came)
        self.reel.failed.connect(self._failed)
        viewing.switched.connect(self._switched)
        workspace.treatment_changed.connect(self._begin_anew)
        workspace.screen_changed.connect(self._forget)
        workspace.frames.rate_changed.connect(self._other_times)

    def _timer(self, run: Callable[[], None]) -> QTimer:
        made = QTimer(self)
        made.setSingleShot(True)
        made.setTimerType(Qt.TimerType.PreciseTimer)
        made.timeout.connect(run)
        return made

    # -- what is asked of it

    @property
    def can_play(self) -> bool:
        """Whether a clip is in sight."""
        sight = self._viewing.sight
        return sight is not None and sight.picture is not None and sight.picture.is_clip

    @property
    def duration_s(self) -> float:
        """The length of the clip."""
        sight = self._viewing.sight
        return sight.picture.duration_s if sight is not None and sight.picture is not None else 0.0

    @property
    def time_s(self) -> float:
        """The moment in sight."""
        if self._now is not None:
            return self._now.time_s
        return self._viewing.sight.time_s if self._viewing.sight is not None else 0.0

    @property
    def range_s(self) -> Span | None:
        """The part that is played again and again, where one was chosen."""
        return self.reel.span

    @property
    def waits(self) -> bool:
        """Whether it would go on, had it the next frame."""
        return self.playing and self._awaits is not None

    # -- what buttons and keys ask for

    def toggle(self) -> None:
        """Play, or stand still."""
        if self.playing:
            self.pause()
        else:
            self.play()

    def play(self) -> None:
        """Go on from the moment in sight; from the start of the range, or of the clip, where that is over."""
        if not self.can_play:
            return
        at, (start, end) = self.time_s, self.range_s or (0.0, self.duration_s)
        over = self._now is not None and self._now.next_s is None
        self.playing = True
        self._rest.stop()
        self._due = time.monotonic()
        self._await(start if over or not start - NEAR_S <= at < end - NEAR_S else at, self._show)
        self.changed.emit()

    def pause(self) -> None:
        """Stand still; the moment in sight is read as a still."""
        was, self.playing = self.playing, False
        self._beat.stop()
        self._awaits = None
        self.reel.want(None)
        if was:
            self._rest.start()
        self.changed.emit()

    def stop(self) -> None:
        """Ask for nothing any more."""
        self.playing, self._awaits = False, None
        self._beat.stop()
        self._rest.stop()
        self.reel.want(None)

    def seek(self, time_s: float) -> None:
        """Look at another moment, and play on from there where it plays."""
        time_s = min(max(0.0, time_s), max(0.0, self.duration_s - 0.05))
        if self.playing:
            self._beat.stop()
            self._due = time.monotonic()
            self._await(time_s, self._show)
        elif self.can_play:
            self._now, self._viewing.frame = None, None
            self._viewing.go_to(time_s)
        self.changed.emit()

    def jump(self, direction: int) -> None:
        """A second on (1) or back (-1)."""
        self.seek(self.time_s + direction * JUMP_S)

    def step(self, direction: int) -> None:
        """One frame on (1) or back (-1)."""
        if not self.can_play:
            return
        self.pause()
        at, before = self.time_s, self.reel.before(self.time_s)
        if direction > 0:
            self._await(at, lambda frame: self._step_on(frame, at))
        elif before is not None:
            self._stand(before)
        elif at > NEAR_S:
            step = (self._now.next_s or at) - at if self._now is not None else USUAL_STEP_S
            self._await(max(0.0, at - 3 * (step or USUAL_STEP_S)), lambda frame: self._step_back(frame, at))

    def _step_on(self, frame: ShownFrame, at: float) -> None:
        if frame.time_s > at + NEAR_S:
            self._stand(frame)
        elif frame.next_s is not None:
            self._await(frame.next_s, self._stand)

    def _step_back(self, frame: ShownFrame, at: float) -> None:
        while frame.next_s is not None and frame.next_s < at - NEAR_S:
            following = self.reel.frame_at(frame.next_s)
            if following is None:
                break
            frame = following
        self._stand(frame)

    def set_range(self, start_s: float | None = None, end_s: float | None = None) -> None:
        """Play only a part again and again; where start and end would meet, the other end is that of the clip."""
        start, end = self.range_s or (0.0, self.duration_s)
        start = start if start_s is None else start_s
        end = end if end_s is None else end_s
        if end - start < USUAL_STEP_S:
            start, end = (start, self.duration_s) if start_s is not None else (0.0, end)
        self.reel.span = (max(0.0, start), min(end, self.duration_s))
        self._follow_part()

    def move_range(self, edge: int, time_s: float) -> None:
        """Move the start (0) or the end (1) of the range; it stays a little long."""
        start, end = self.range_s or (0.0, self.duration_s)
        if edge == 0:
            self.set_range(start_s=min(time_s, end - SHORTEST_S))
        else:
            self.set_range(end_s=max(time_s, start + SHORTEST_S))

    def clear_range(self) -> None:
        """Play all of it."""
        self.reel.span = None
        self._follow_part()

    @property
    def only_part(self) -> bool:
        """Whether only the range is derained, not all of the clip."""
        sight = self._viewing.sight
        return sight is not None and sight.item.part is not None

    def set_only_part(self, only: bool) -> None:
        """Derain only the range, or all of the clip."""
        sight = self._viewing.sight
        if sight is not None and self.can_play:
            sight.item.part = self.range_s if only else None
            self._workspace.mask_changed.emit()
            self.changed.emit()

    @property
    def flicker(self) -> Flicker:
        """How the frames that were seen flicker, with and without the lock."""
        return self._measured

    @property
    def locked(self) -> bool:
        """Whether the result is steadied from frame to frame."""
        return self._workspace.chosen.temporal != "off"

    def set_locked(self, locked: bool) -> None:
        """Steady the result between frames, as was chosen before, or leave each frame to itself."""
        if locked != self.locked:
            if self.locked:
                self._steadied_by = self._workspace.chosen.temporal
            self._workspace.change(temporal=self._steadied_by if locked else "off")

    def _follow_part(self) -> None:
        """The range was changed; where only that is derained, so is what is derained."""
        if self.only_part:
            self.set_only_part(self.range_s is not None)
        self.changed.emit()

    def preview(self) -> None:
        """Derain three seconds around the moment in sight and play them again and again."""
        if self.only_part:
            self.play()  # the part that is wanted is what counts
        elif self.can_play:
            start = max(0.0, min(self.time_s - PREVIEW_S / 2, self.duration_s - PREVIEW_S))
            self.reel.span = (start, min(self.duration_s, start + PREVIEW_S))
            self.playing = True
            self.seek(start)

    # -- frames

    def _await(self, time_s: float, then: Callable[[ShownFrame], None]) -> None:
        """Call `then` with the frame at `time_s` as soon as it is at hand."""
        self._awaits = (time_s, then)
        self.reel.want(time_s)
        self._came()

    def _but_for_the_lock(self) -> Treatment:
        return replace(self._workspace.preview_treatment, temporal="off")

    def _measure(self) -> None:
        """Take over how the frames at hand flicker."""
        seen = self.reel.flicker
        if seen is not None:
            self._measured = self._measured.seen(*seen, self.locked)

    def _came(self) -> None:
        self._measure()
        if self._awaits is not None:
            time_s, then = self._awaits
            frame = self.reel.frame_at(time_s)
            if frame is not None:
                self._awaits = None
                then(frame)
        self.changed.emit()

    def _failed(self, words: str) -> None:
        self._workspace.notice.emit(words)
        self.pause()

    def _show(self, frame: ShownFrame) -> None:
        """Show a frame for as long as the clip says, then go on."""
        self._now = frame
        self._viewing.show_frame(frame, self.reel.is_result)
        if not self.playing:
            return
        self.reel.want(frame.time_s)
        lasts = (frame.next_s if frame.next_s is not None else self.duration_s) - frame.time_s
        self._due = max(self._due + lasts, time.monotonic() - LATE_S)
        self._beat.start(max(0, round((self._due - time.monotonic()) * 1000)))
        self.changed.emit()

    def _advance(self) -> None:
        following = self.reel.after(self._now) if self._now is not None else None
        if following is None:
            self.pause()
        else:
            self._await(following, self._show)

    def _stand(self, frame: ShownFrame) -> None:
        self.reel.want(None)
        self._show(frame)
        self._rest.start()
        self.changed.emit()

    def _read_still(self) -> None:
        if self._now is not None and not self.playing:
            self._viewing.go_to(self._now.time_s)

    def _switched(self) -> None:
        sight = self._viewing.sight
        item = sight.item if sight is not None else None
        if item is not self._of:
            self._of = item
            self.reel.span = item.part if item is not None else None
            self._measured = Flicker()
            self._forget()

    def _begin_anew(self) -> None:
        """Frames will come out otherwise: those at hand are worth nothing, but who was watching goes on."""
        played, at = self.playing, self.time_s
        treatment = self._but_for_the_lock()
        if treatment != self._measured_with:  # what was seen with other settings counts no more
            self._measured, self._measured_with = Flicker(), treatment
        self._forget()
        if played and self.can_play:
            self.playing = True
            self.seek(at)

    def _other_times(self) -> None:
        """Numbered frames are shown at another rate: no moment means what it did."""
        self.reel.span = None
        self._forget()

    def _forget(self) -> None:
        self.playing, self._now, self._awaits = False, None, None
        self._beat.stop()
        self._rest.stop()
        self._viewing.frame = None
        self.reel.forget()
        self.changed.emit()
