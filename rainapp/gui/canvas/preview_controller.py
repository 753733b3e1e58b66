"""What the canvas shows of the selected file: its picture, the preview of the visible part, the finished result. QtCore only.

Selecting a file asks for a picture of screen size, then for a preview. Zooming in asks for the picture at full size and for a
preview of the part in sight: first in haste, then, where that left anything out, exactly. A newer wish cancels the older one.
"""

from collections import OrderedDict
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColorSpace

from rainapp.gui.canvas.view_cache import PREVIEW_PX, Sight, is_too_large
from rainapp.gui.canvas.viewport_debounce import RestingRegion
from rainapp.gui.canvas.warmup_timer import Readying
from rainapp.gui.display.colour_transform import SRGB
from rainapp.gui.display.screen_pictures import ShownFrame, ShownPair, ShownPicture
from rainapp.gui.state.file_item import TROUBLED, State
from rainapp.gui.state.workspace import Workspace
from rainapp.jobs.records import Event, Failed, Finished, Job, Preview, Progressed, ReadPair, ReadPicture, Region, Stopped
from rainapp.jobs.workers import Handle

SCREEN_PX = 2048  # longest side of the picture that is read first
SETTLE_MS = 200  # how long the camera must rest before a part is previewed
KEPT_BYTES = 400 << 20


class PreviewController(QObject):
    """Fetches what the canvas needs. `changed`: there is something new to paint; `switched`: another file is shown."""

    changed = Signal()
    switched = Signal()
    progressed = Signal()

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        """Follow the selection and the treatment of `workspace`."""
        super().__init__(parent)
        self.workspace = workspace
        self.sight: Sight | None = None
        self.share: float | None = None
        self.trouble: Failed | None = None
        self.frame: ShownFrame | None = None
        self.frame_is_result = False
        self._view_px = (0.0, 0.0)
        self._zoom = 0.0  # where what is in sight is too much to be previewed at full scale
        self._kept: OrderedDict[Path, Sight] = OrderedDict()
        self._reading: Handle | None = None
        self._previewing: Handle | None = None
        self._asked: Preview | ReadPair | None = None  # what it is that is previewed
        self._quietly = False  # it only makes better what is in sight
        self._readying = Readying(workspace)
        self.resting = RestingRegion(SETTLE_MS, self)
        self.resting.rested.connect(self._want_part)
        workspace.current_changed.connect(self._switch)
        workspace.treatment_changed.connect(self._treatment_changed)
        workspace.mask_changed.connect(self._mask_changed)
        workspace.item_changed.connect(self._item_changed)
        workspace.screen_changed.connect(self._begin_anew)
        workspace.frames.rate_changed.connect(self._begin_anew)

    @property
    def waiting(self) -> bool:
        """Whether a preview or a result is on its way."""
        return self._previewing is not None and not self._quietly

    @property
    def busy(self) -> bool:
        """Whether anything is on its way, also what only makes better what is in sight."""
        return self._previewing is not None or self._reading is not None

    @property
    def pair(self) -> ShownPair | None:
        """Both sides of the whole picture: the finished result where it was made as things are set now, else the preview."""
        sight = self.sight
        if sight is None:
            return None
        if self.frame is not None:
            return self.frame.pair
        return sight.result if self.shows_result else sight.whole

    @property
    def seen_by(self) -> Preview | ReadPair | None:
        """The job that `pair` came from."""
        sight = self.sight
        if sight is None or self.pair is None or self.frame is not None:
            return None
        return sight.result_by if self.shows_result else sight.whole_by

    @property
    def part(self) -> ShownPair | None:
        """Both sides of the part in sight at full scale."""
        sight = self.sight
        if sight is None or self.frame is not None:
            return None
        return sight.result_part if self.shows_result else sight.part

    @property
    def shows_result(self) -> bool:
        """Whether what is seen was read back from the finished file."""
        sight = self.sight
        if self.frame is not None:
            return self.frame_is_result
        return bool(sight and sight.result and sight.item.treatment == self.workspace.treatment_of(sight.item))

    @property
    def space(self) -> QColorSpace:
        """The colours that what is at hand is in."""
        picture = self.sight.picture if self.sight is not None else None
        return picture.space if picture is not None else SRGB

    def stop(self) -> None:
        """Ask for nothing any more."""
        self._cancel()
        self.sight = None

    def show_frame(self, frame: ShownFrame, is_result: bool) -> None:
        """Show a frame of the playing clip, until another moment is read as a still."""
        self.frame, self.frame_is_result = frame, is_result
        self.changed.emit()

    def try_again(self) -> None:
        """Ask anew for what failed; nothing is written."""
        if self.sight is not None and self.sight.item.state is State.UNREADABLE:
            self.sight.item.fail(State.READY, "", "", "")
        self._begin_anew()

    # -- what is asked for

    def _switch(self) -> None:
        self._cancel()
        self.trouble = self.frame = None
        self.resting.look_at(None)
        if self.sight is not None:
            self.sight.forget_details()
        item = self.workspace.current
        self.sight = None
        if item is not None:
            kept = self._kept.pop(item.path, None)
            self.sight = kept if kept is not None and kept.item is item else Sight(item)  # a file may be listed anew
            self._kept[item.path] = self.sight
            self._trim()
            self._fetch()
        self._hold()
        self.switched.emit()

    def look_again(self) -> None:
        """Read what is in sight once more: what stood in the way does so no longer."""
        self._begin_anew()

    def _begin_anew(self) -> None:
        """Nothing that is at hand can be shown any more; the moment of a clip stays."""
        self._kept.clear()
        if self.sight is not None:
            self._kept[self.sight.item.path] = Sight(self.sight.item, time_s=self.sight.time_s)
        self._switch()

    def _trim(self) -> None:
        while len(self._kept) > 1 and sum(sight.bytes for sight in self._kept.values()) > KEPT_BYTES:
            self._kept.popitem(last=False)

    def _fetch(self) -> None:
        """Ask for the first thing that is missing."""
        sight = self.sight
        if sight is None or sight.item.state is State.UNREADABLE:
            return
        if sight.picture is None:
            self._reading = self._ask(
                ReadPicture(sight.item.path, SCREEN_PX, sight.time_s, sight.item.rate), self._picture_came
            )
            return
        target = sight.item.result
        if target is not None and sight.result_of != target:
            self._preview(ReadPair(sight.item.path, target, None, PREVIEW_PX, sight.time_s, sight.item.rate))
        elif self.workspace.card is not None and self._is_stale(sight):
            part = self._missing_part() if sight.whole is not None else None  # what is in sight comes first
            exact = self._exact_part() if part is None else None
            self._preview(part or exact or self._whole_of(sight), quietly=exact is not None)
        else:
            self._want_part()

    def _whole_of(self, sight: Sight) -> Preview:
        treatment, rate = self.workspace.preview_treatment_of(sight.item), sight.item.rate
        return Preview(sight.item.path, treatment, None, self._whole_px, sight.time_s, rate=rate)

    def _is_stale(self, sight: Sight) -> bool:
        """Whether the preview of the whole is of other settings, or was made for a smaller window."""
        coarse = sight.whole_by is not None and sight.whole_by.longest_px < self._whole_px
        return sight.whole is None or coarse or sight.treatment != self.workspace.preview_treatment_of(sight.item)

    @property
    def _whole_px(self) -> int:
        return self.sight.whole_px(self._view_px, self._zoom) if self.sight is not None else PREVIEW_PX

    def fit_into(self, width: float, height: float) -> None:
        """Photos are seen in a view of this size in screen pixels; where it grew, a finer preview is asked for."""
        self._view_px = (width, height)
        by = self.sight.whole_by if self.sight is not None else None
        if by is not None and by.longest_px < self._whole_px and not self.waiting:
            self._fetch()

    def go_to(self, time_s: float) -> None:
        """Look at another moment of a clip; before and after of the last one stay until the new are there."""
        sight = self.sight
        if sight is None:
            return
        if time_s == sight.time_s:
            self.frame = None  # the still is at hand
            self.changed.emit()
            return
        self._cancel()
        sight.time_s = time_s
        sight.forget_details()
        self._reading = self._ask(ReadPicture(sight.item.path, SCREEN_PX, time_s, sight.item.rate), self._moment_came)

    def look_at(self, region: Region | None, zoom: float = 0.0) -> None:
        """The camera moved: `region` at full scale is wanted once it rests; None when the screen-size picture is enough.

        Where it is too large for that, a preview of the whole as fine as `zoom` is.
        """
        self._zoom = zoom if region is not None and is_too_large(region) else 0.0
        self.resting.look_at(region)

    def _want_part(self) -> None:
        sight, region = self.sight, self.resting.region
        if sight is None or region is None or sight.picture is None or sight.item.is_clip:
            return
        if sight.detail is None and self._reading is None:
            self._reading = self._ask(ReadPicture(sight.item.path, 0), self._detail_came)
        asked = self._asked if self._previewing is not None else None
        if self.workspace.card is None or (asked is not None and (asked.region is None or asked.region.covers(region))):
            return
        job = self._missing_part()
        if job is not None:
            self._preview(job)
        elif self._previewing is not None:
            return
        elif (exact := self._exact_part()) is not None:
            self._preview(exact, quietly=True)
        elif sight.whole is not None and self._is_stale(sight) and not self.shows_result:
            self._fetch()

    def _missing_part(self) -> Preview | ReadPair | None:
        """What brings the part in sight at full scale; None where it is at hand, or not wanted."""
        sight, region, have = self.sight, self.resting.region, self.part
        if sight is None or region is None or sight.item.is_clip or is_too_large(region):
            return None
        if have is not None and have.region.covers(region):
            return None
        if self.shows_result and sight.item.target is not None:
            return ReadPair(sight.item.path, sight.item.target, region)
        return Preview(sight.item.path, self.workspace.preview_treatment_of(sight.item), region, draft=True)

    def _exact_part(self) -> Preview | None:
        """What takes the place of a part made in haste; None where there is none in sight."""
        sight, region = self.sight, self.resting.region
        if sight is None or region is None or sight.part is None or self.shows_result or is_too_large(region):
            return None
        in_sight = sight.part.is_rough and sight.part.region.covers(region)
        return Preview(sight.item.path, self.workspace.preview_treatment_of(sight.item), region) if in_sight else None

    def _preview(self, job: Preview | ReadPair, quietly: bool = False) -> None:
        self._cancel_preview()
        self._readying.stop()
        self.share, self._asked, self._quietly = 0.0, job, quietly
        self._previewing = self.workspace.dispatch.ask(job, "quick", lambda event: self._pair_came(job, event))
        self._hold()
        self.progressed.emit()

    def _ask(self, job: Job, receiver: object) -> Handle:
        self._readying.stop()
        handle = self.workspace.dispatch.ask(job, "reading", receiver)  # type: ignore[arg-type]
        self._hold()
        return handle

    def _cancel_preview(self) -> None:
        if self._previewing is not None:
            self.workspace.dispatch.forget(self._previewing)
            self._previewing = None
        self.share = None

    def _cancel(self) -> None:
        self.resting.stop()
        self._cancel_preview()
        if self._reading is not None:
            self.workspace.dispatch.forget(self._reading)
            self._reading = None
        self.progressed.emit()

    def _hold(self) -> None:
        """Thumbnails wait while something is fetched that a person looks at, but not for an engine that is made ready."""
        self.workspace.hold_thumbnails = self._reading is not None or (self._previewing is not None and bool(self.share))
        self.workspace.thumbnails.next()

    # -- what arrives

    def _picture_came(self, event: Event) -> None:
        sight = self.sight
        if sight is None or not isinstance(event, Finished | Failed | Stopped):
            return
        self._reading = None
        if isinstance(event, Finished) and isinstance(event.result, ShownPicture):
            sight.picture = event.result
            sight.item.width, sight.item.height = event.result.full_width, event.result.full_height
            sight.item.is_clip, sight.item.duration_s = event.result.is_clip, event.result.duration_s
            self.workspace.item_changed.emit(sight.item.row)
            self.switched.emit()
            self._fetch()
        elif isinstance(event, Failed):
            sight.item.fail(State.UNREADABLE, event.kind, event.message, event.hint)
            self.workspace.item_changed.emit(sight.item.row)
            self.changed.emit()
        self._hold()

    def _moment_came(self, event: Event) -> None:
        sight = self.sight
        if isinstance(event, Finished) and isinstance(event.result, ShownPicture) and sight is not None:
            self._reading = None
            sight.picture = event.result
            sight.whole = sight.result = sight.result_of = None
            self.changed.emit()
            self._fetch()
        elif isinstance(event, Failed | Stopped):
            self._reading = None
            if isinstance(event, Failed):  # the moment in sight stays
                self.workspace.notice.emit(f"{event.message} {event.hint}".strip())
            self._hold()

    def _detail_came(self, event: Event) -> None:
        if not isinstance(event, Finished | Failed | Stopped):
            return
        self._reading = None
        if isinstance(event, Finished) and isinstance(event.result, ShownPicture) and self.sight is not None:
            self.sight.detail = event.result
            self.changed.emit()
        self._hold()

    def _pair_came(self, job: Preview | ReadPair, event: Event) -> None:
        if isinstance(event, Progressed):
            self.share = event.done / event.total if event.total else 0.0
            self.progressed.emit()
            self._hold()
            return
        if not isinstance(event, Finished | Failed | Stopped):
            return
        self._previewing, self.share = None, None
        sight = self.sight
        if self.frame is not None and sight is not None and self.frame.time_s == sight.time_s:
            self.frame = None  # it stayed in sight until both sides of the still were there
        if sight is not None and isinstance(event, Finished) and isinstance(event.result, ShownPair):
            pair = event.result
            if (treatment := sight.keep(job, pair)) is not None:
                self.workspace.batch.saw_speed(treatment, pair.seconds, pair.rainy.width * pair.rainy.height / 1e6)
            self.trouble = None
        elif isinstance(event, Failed):
            self.trouble = event
            if sight is not None:
                sight.treatment = self.workspace.preview_treatment_of(sight.item)  # do not ask again until something changes
        self.progressed.emit()
        self.changed.emit()
        if not isinstance(event, Failed):
            self._fetch()
            if self._previewing is None and sight is not None and sight.whole is not None and self.resting.region is None:
                self._readying.want(sight, self._view_px)
        self._hold()

    # -- what changes elsewhere

    def _treatment_changed(self) -> None:
        self.trouble = None
        if self.sight is not None and self.sight.picture is not None:
            self.sight.part = None
            self._cancel_preview()
            self._fetch()
        self.changed.emit()

    def _mask_changed(self) -> None:
        """A finished file may not fit the mask any more; before and after are still at hand, or are previewed now."""
        if self.sight is not None and self.sight.picture is not None and self._previewing is None:
            self._fetch()
        self.changed.emit()

    def _item_changed(self, row: int) -> None:
        sight = self.sight
        if sight is None or sight.item.row != row:
            return
        if sight.picture is None and sight.item.result is not None and self._reading is None:
            self._switch()  # it could not be read, and was mended since
            return
        if sight.item.result is not None and sight.result_of != sight.item.result and sight.picture is not None:
            sight.result = sight.result_part = None
            self._fetch()
        if sight.item.state in TROUBLED:
            self.changed.emit()
