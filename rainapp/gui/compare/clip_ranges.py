"""Which frames of a clip are compared: the range that a person chose or its middle, and which frame of it is in sight."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rainapp.gui.state.file_item import Item
from rainapp.jobs.records import RATE

FRAMES = 12  # of a clip, where nobody chose: half a second
MOST_FRAMES = 48


@dataclass(frozen=True)
class ClipRange:
    """`frames` of a clip from `time_s` on; 0 frames: it is no clip."""

    time_s: float = 0.0
    frames: int = 0


NO_CLIP = ClipRange()


class ClipRanges:
    """The range of each clip. Nothing but values; whoever changes one tells the others."""

    def __init__(self) -> None:
        """Nobody has chosen anything."""
        self._chosen: dict[Path, ClipRange] = {}
        self._place: dict[Path, int] = {}

    def of(self, item: Item, compared: ClipRange | None) -> ClipRange:
        """The range of a file: the chosen one, that of the results at hand (`compared`), or the middle of the clip."""
        chosen = self._chosen.get(item.path)
        if chosen is not None:
            return chosen
        was_a_photo = compared is None or (item.is_clip and not compared.frames)  # nobody knew yet that it moves
        return usual(item) if compared is None or was_a_photo else compared

    def choose(self, source: Path, wanted: ClipRange) -> None:
        """A person wants this range."""
        self._chosen[source] = wanted
        self._place[source] = 0

    def keep_only(self, listed: Iterable[Path]) -> None:
        """The other files left the list."""
        for gone in {*self._chosen, *self._place} - set(listed):
            self._chosen.pop(gone, None)
            self._place.pop(gone, None)

    def place(self, source: Path) -> int:
        """Which frame of the range is looked at, the first is 0."""
        return self._place.get(source, 0)

    def look_at(self, source: Path, place: int) -> None:
        """Look at another frame of the range."""
        self._place[source] = max(0, place)


def usual(item: Item) -> ClipRange:
    """The middle of a clip; a photo has no range, and a clip of unknown length begins at its start."""
    if not item.is_clip:
        return NO_CLIP
    rate = float(item.rate) if item.frames is not None else float(RATE)
    start_s = max(0.0, item.duration_s / 2 - FRAMES / rate / 2)
    return ClipRange(round(start_s, 2), FRAMES)
