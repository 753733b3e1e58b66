"""Numbered frames in the list: which of the files that come in they are, as one clip or as photos, and how they are shown.

Whether pictures are frames is found out by the workers. What is surely a clip becomes one entry, and a line above the photo
says so with a button for the other way; what may be one stays photos, with a button too. Nothing has to be answered, and both
ways stay open in the menu. QtCore only.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from rainapp.gui.state.file_item import BUSY, Item, fresh_item
from rainapp.gui.state.file_list_state import FileListState
from rainapp.jobs.records import (
    RATE,
    Event,
    Failed,
    FindFiles,
    FindFrames,
    Finished,
    FoundFiles,
    FoundFrames,
    Lane,
    NumberedFrames,
    Stopped,
)

MANY = 24  # so many pictures with numbers are listed once it is known what they are; fewer are at once
LANE: Lane = "figures"  # where nobody waits for a preview


@dataclass(frozen=True, eq=False)
class Offer:
    """Something that could be done otherwise: said in `words`, done by a button with the words `choice`."""

    words: str
    choice: str
    run: Callable[[], None]


class Frames(QObject):
    """Lists what comes in. `offered`: an offer, or None where the last one is over; `rate_changed`: of the selected frames."""

    offered = Signal(object)
    rate_changed = Signal()

    def __init__(self, workspace: FileListState) -> None:
        """List in `workspace`."""
        super().__init__(workspace)
        self._workspace = workspace
        self._rate, self._clip_format = RATE, ""
        self._still_fits: Callable[[], bool] | None = None
        for signal in (workspace.removed, workspace.batch.changed):
            signal.connect(self._look_again)

    # -- what comes in

    def take(self, files: list[Path]) -> None:
        """List files that were named."""
        patterns = [path for path in files if ("%" in path.name or "#" in path.name) and not path.exists()]
        for path in patterns:
            self.ask_for(path)
        files = [path for path in files if path not in patterns]
        numbered = [path for path in files if any(sign.isdigit() for sign in path.stem)]
        waits = len(numbered) >= MANY
        if not waits:
            self._workspace.append(files)
        if numbered:
            job = FindFrames(tuple(numbered))
            self._workspace.dispatch.ask(job, LANE, lambda event: self._looked(files if waits else [], event))

    def look_through(self, folders: list[Path]) -> None:
        """List what lies in folders, when they have been looked through."""
        self._workspace.dispatch.ask(FindFiles(tuple(folders)), "reading", self._found)

    def _looked(self, files: list[Path], event: Event) -> None:
        if isinstance(event, Finished) and isinstance(event.result, FoundFrames):
            self._list(files, event.result.frames)
        elif isinstance(event, Failed | Stopped):
            self._list(files, ())

    def _found(self, event: Event) -> None:
        if isinstance(event, Failed):
            self._workspace.notice.emit(f"{event.message} {event.hint}".strip())
        if not (isinstance(event, Finished) and isinstance(event.result, FoundFiles)):
            return
        if event.result.files:
            self._list(event.result.files, event.result.frames)
        else:
            self._workspace.notice.emit(self.tr("No photos or clips were found in that folder."))

    def _list(self, files: Iterable[Path], groups: tuple[NumberedFrames, ...]) -> None:
        """List `files`, the sure ones of `groups` as clips in their place, and offer the other way."""
        files, listed = list(files), {item.path for item in self._workspace.items}
        new = set(files)
        sure = [group for group in groups if group.sure and new.issuperset(group.files) and listed.isdisjoint(group.files)]
        first = {group.files[0]: group for group in sure}
        inside = {path for group in sure for path in group.files}
        entries = [first.get(path, path) for path in files if path not in inside or path in first]
        self._workspace.append(path if isinstance(path, Path) else self._clip(path) for path in entries)
        clips = [item for item in self._workspace.items if item.frames in sure]
        if clips:
            self._offer_photos(clips)
        elif len(groups) == 1 and groups[0].pattern not in listed:
            self._offer_clip(groups[0], alone=len(new | listed & set(groups[0].files)) == 1)

    # -- offers

    def _offer_photos(self, clips: list[Item]) -> None:
        if len(clips) == 1:
            said = self.tr("{name}: %n numbered frame(s), opened as one clip.", "", clips[0].frame_count)
        else:
            said = self.tr("%n group(s) of numbered frames were opened as clips.", "", len(clips))
        offer = Offer(said.format(name=clips[0].name), self.tr("As separate photos"), lambda: self._split_all(clips))
        self._offer(offer, lambda: all(self.can_split(item) for item in clips))

    def _offer_clip(self, group: NumberedFrames, alone: bool) -> None:
        if alone:
            said = self.tr("{name} is the first of %n numbered frame(s).", "", len(group.files))
        else:
            said = self.tr("These %n photo(s) look like the frames of a clip.", "", len(group.files))
        offer = Offer(said.format(name=group.files[0].name), self.tr("Open as one clip"), lambda: self.join(group))
        members = set(group.files)
        self._offer(offer, lambda: any(item.path in members for item in self._workspace.items))

    def _offer(self, offer: Offer, still_fits: Callable[[], bool]) -> None:
        self._still_fits = still_fits
        self.offered.emit(offer)

    def _look_again(self) -> None:
        """An offer that can be done no more is taken back."""
        if self._still_fits is not None and not self._still_fits():
            self._still_fits = None
            self.offered.emit(None)

    # -- one clip or photos

    def ask_for(self, path: Path) -> None:
        """The person says that `path` is a frame, or the pattern, of a clip: open it as one, or say why that cannot be."""
        self._workspace.dispatch.ask(FindFrames((path,), wanted=True), LANE, self._wanted_came)

    def _wanted_came(self, event: Event) -> None:
        if isinstance(event, Failed):
            self._workspace.notice.emit(f"{event.message} {event.hint}".strip())
        elif isinstance(event, Finished) and isinstance(event.result, FoundFrames):
            self.join(event.result.frames[0])

    def join_current(self) -> None:
        """Take the selected photo for a frame of a clip."""
        if self._workspace.current is not None:
            self.ask_for(self._workspace.current.path)

    def split_current(self) -> None:
        """Take the selected clip for photos."""
        if self._workspace.current is not None:
            self.split(self._workspace.current)

    def join(self, group: NumberedFrames) -> None:
        """Put one clip in the place of the photos that are its frames."""
        there = next((item for item in self._workspace.items if item.path == group.pattern), None)
        members = set(group.files)
        photos = [item for item in self._workspace.items if item.path in members and item.state not in BUSY]
        clip = there or self._clip(group)
        self._workspace.exchange([*photos, *([there] if there else [])], [clip])

    @staticmethod
    def can_join(item: Item | None) -> bool:
        """Whether a row could be a frame of a clip, by its name."""
        numbered = item is not None and any(sign.isdigit() for sign in item.path.stem)
        return item is not None and numbered and not item.is_clip and item.state not in BUSY

    def can_split(self, item: Item | None) -> bool:
        """Whether a row holds numbered frames that could be photos."""
        return item is not None and item.frames is not None and item.state not in BUSY and item in self._workspace.items

    def split(self, item: Item) -> None:
        """Put the single frames in the place of a clip."""
        if item.frames is not None and self.can_split(item):
            listed = {other.path for other in self._workspace.items}
            self._workspace.exchange([item], [fresh_item(path) for path in item.frames.files if path not in listed])

    def _split_all(self, clips: list[Item]) -> None:
        for item in clips:
            self.split(item)

    def _clip(self, group: NumberedFrames) -> Item:
        return Item(
            group.pattern, size=group.size, is_clip=True, duration_s=float(len(group.files) / self._rate), frames=group,
            rate=self._rate, clip_format=self._clip_format,
        )  # fmt: skip

    # -- how they are shown and written

    def set_rate(self, item: Item, rate: Fraction) -> None:
        """Show so many of the frames of `item` a second; the next ones that come in, too."""
        self._rate = rate
        if item.frames is not None and rate != item.rate:
            item.rate, item.part = rate, None
            item.duration_s = float(item.frame_count / rate)
            self._workspace.item_changed.emit(item.row)
            self.rate_changed.emit()

    def set_clip_format(self, item: Item, form: str) -> None:
        """Write the result of `item` as a clip of that format, or, "", as numbered frames again."""
        self._clip_format = item.clip_format = form
        self._workspace.item_changed.emit(item.row)
