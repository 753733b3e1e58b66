"""One row of the list: a file, what is known of it and what became of it."""

import contextlib
from dataclasses import dataclass, replace
from enum import Enum, auto
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from rainapp.base.escapes import readable
from rainapp.base.formats import is_clip_name
from rainapp.base.image import Repaired
from rainapp.jobs.records import RATE, NumberedFrames, Output, Progressed, Treatment
from rainapp.jobs.session_lines import OwnSettings

if TYPE_CHECKING:
    from rainapp.gui.display.screen_pictures import ShownPicture
    from rainapp.gui.state.painted_mask import Mask


class State(Enum):
    """What became of a file. All that is not at work can be started (again)."""

    READY = auto()
    WAITING = auto()
    RUNNING = auto()
    PAUSED = auto()
    DONE = auto()
    DRY = auto()
    SKIPPED = auto()
    FAILED = auto()
    UNREADABLE = auto()
    STOPPED = auto()


AT_WORK = frozenset({State.WAITING, State.RUNNING, State.PAUSED})
BUSY = frozenset({State.RUNNING, State.PAUSED})
TROUBLED = frozenset({State.FAILED, State.UNREADABLE})
FRESH = frozenset({State.READY, State.STOPPED})
TO_DO = FRESH | TROUBLED  # what failed is taken along: it may have been mended meanwhile


@dataclass(eq=False)
class Item:
    """A file in the list, or numbered frames as one. Mutable, and only on the GUI thread.

    Of `frames`, `rate` are shown in a second, and `clip_format` is what they become: "" frames again, else such as "mp4".
    """

    path: Path
    row: int = 0
    size: int = 0
    state: State = State.READY
    done: int = 0
    total: int = 0
    eta_s: float | None = None
    frames_s: float | None = None
    waits: str = ""  # for what, in a sentence, while a person must help
    seconds: float = 0.0
    kind: str = ""
    message: str = ""
    hint: str = ""
    notes: tuple[str, ...] = ()
    target: Path | None = None
    kept: Path | None = None  # the part done of a clip that was stopped
    can_go_on: bool = False  # at work, and a stop would leave finished parts
    goes_on: bool = False  # ... or its finished parts lie out of sight, and the same job goes on after them
    treatment: Treatment | None = None
    output: Output | None = None
    claimed: Path | None = None  # what its result was to be called, since the moment `since`
    since: float = 0.0
    own: OwnSettings | None = None
    outdated: bool = False  # its result is of other settings than those in force
    only_rain: bool = False
    width: int = 0
    height: int = 0
    container: str | None = None
    is_clip: bool = False
    moves: bool = False
    duration_s: float = 0.0
    thumbnail: "ShownPicture | None" = None
    thumbnail_asked: bool = False
    mask: "Mask | None" = None
    truth: Path | None = None
    part: tuple[float, float] | None = None
    part_done: tuple[float, float] | None = None
    frames: NumberedFrames | None = None
    rate: Fraction = RATE
    clip_format: str = ""
    sees_rain: bool = False  # a person does, whatever was found: it is treated anyway
    second_pass: bool = False  # a person wants the net to go over its own result again
    copied: bool = False  # what was written is the source byte for byte
    repaired: Repaired | None = None  # what a repair of the result came to

    @property
    def name(self) -> str:
        """What it is called in the list: the file's name, or what stands for all frames."""
        return readable(self.path.name if self.frames is None else self.frames.name)

    def as_seen(self, treatment: Treatment) -> Treatment:
        """`treatment`, and as rainy where a person sees rain."""
        treatment = replace(treatment, passes=2) if self.second_pass else treatment
        treatment = treatment.unrepaired if self.moving else treatment
        return replace(treatment, treat="always") if self.sees_rain else treatment

    @property
    def moving(self) -> bool:
        """Whether it holds frames: a prior would redraw each of them in another way, so they are not repaired."""
        return self.is_clip or self.moves or self.frames is not None or is_clip_name(self.path)

    @property
    def originals(self) -> tuple[Path, ...]:
        """The files of the person that it stands for: no result may replace them."""
        files = (self.path,) if self.frames is None else self.frames.files
        return files if self.truth is None else (*files, self.truth)

    @property
    def frame_count(self) -> int:
        """How many pictures it has, of a clip about how many."""
        return max(1, round(self.duration_s * 25)) if self.frames is None else len(self.frames.files)

    @property
    def megapixels(self) -> float | None:
        """Width times height in millions, once known."""
        return self.width * self.height / 1e6 if self.width else None

    @property
    def share(self) -> float:
        """How much of the work on it is done, 0 to 1."""
        return min(1.0, self.done / self.total) if self.total else 0.0

    def begin(self, treatment: Treatment, only_rain: bool) -> None:
        """Forget how it went before; it is to be derained with `treatment`, or only the rain is wanted."""
        self.only_rain = only_rain
        self.part_done = self.part
        self.done, self.total, self.eta_s, self.frames_s, self.treatment = 0, 0, None, None, treatment
        self.kind = self.message = self.hint = self.waits = ""
        self.kept, self.can_go_on, self.goes_on, self.outdated = None, False, False, False
        self.notes, self.repaired = (), None
        self.thumbnail_asked = self.thumbnail is not None  # a file that could not be read may have been mended

    def move_on(self, event: Progressed) -> None:
        """Take over how far it is; what it waited for is over once it moves."""
        self.waits = self.waits if event.done == self.done else ""
        self.done, self.total, self.eta_s, self.frames_s = event.done, event.total, event.eta_s, event.frames_s
        self.can_go_on = event.goes_on

    @property
    def written(self) -> Path | None:
        """What was written of it last: the result, or the part done."""
        return self.kept or self.target

    @property
    def result(self) -> Path | None:
        """The derained file on the disk, where there is one."""
        whole = self.part_done is None  # a part has other moments than its source, so they are not shown side by side
        return self.target if self.state in (State.DONE, State.DRY) and not self.only_rain and whole else None

    def fail(self, state: State, kind: str, message: str, hint: str) -> None:
        """Note what went wrong."""
        self.state, self.kind, self.message, self.hint = state, kind, message, hint


def fresh_item(path: Path) -> Item:
    """A file that nothing is known of yet but its size."""
    size = 0
    with contextlib.suppress(OSError):  # a file that is gone says so when it is read
        size = path.stat().st_size
    return Item(path, size=size)
