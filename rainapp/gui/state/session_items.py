"""Rows of the list as lines of the session, and back again."""

from dataclasses import fields, replace
from pathlib import Path

from rainapp.gui.state.file_item import AT_WORK, Item, State
from rainapp.gui.state.painted_mask import Mask
from rainapp.jobs.records import SaveMask
from rainapp.jobs.session_lines import Entry, KeptMask

_SAME = frozenset(item.name for item in fields(Entry)) & frozenset(item.name for item in fields(Item)) - {"state", "mask"}


def entry_of(item: Item) -> Entry:
    """What is kept of `item`. A file at work waits again the next time."""
    at_work = item.state in AT_WORK
    same = {name: getattr(item, name) for name in _SAME}
    return Entry(**same, state=(State.READY if at_work else item.state).name, at_work=at_work, mask=kept_mask(item.mask))


def kept_mask(mask: Mask | None) -> KeptMask | None:
    """How a mask is spoken of: every change gives it another file."""
    if mask is None or mask.is_empty:
        return None
    down, across = mask.cover.shape
    return KeptMask(mask.file.name, mask.mode, mask.width, mask.height, across, down)


def painted_mask(mask: Mask, target: Path) -> SaveMask:
    """The record that keeps what is painted, white, at the size at which it is painted."""
    down, across = mask.cover.shape
    painted = mask.cover.copy()
    painted.setflags(write=False)
    return SaveMask(painted, False, across, down, target, like=target.parent)


def item_of(entry: Entry, mask: Mask | None) -> Item:
    """The row of an entry; `mask`: what was read of the one that it speaks of."""
    item = Item(**{name: getattr(entry, name) for name in _SAME})
    item.state = State.__members__.get(entry.state, State.READY)
    if item.state in AT_WORK:
        item.state = State.READY
    item.mask = mask
    made = entry.treatment
    through = made.mask.name if made is not None and made.mask is not None else ""
    if made is not None and mask is not None and entry.mask is not None and through == entry.mask.file:
        item.treatment = replace(made, mask=mask.file)  # it was made through this very mask
    return item
