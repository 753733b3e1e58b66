"""What a person did to the list and to the settings, and can take back, the last first. No widgets."""

from collections.abc import Callable, Iterable

from rainapp.gui.state.file_item import AT_WORK, Item, State
from rainapp.gui.state.file_list_state import FileListState

MOST = 100
Step = Callable[[], None]
Placed = list[tuple[int, Item]]


class Undoing:
    """The steps that can be taken back."""

    def __init__(self) -> None:
        """Nothing was done."""
        self._steps: list[Step] = []

    @property
    def possible(self) -> bool:
        """Whether there is a step."""
        return bool(self._steps)

    def note(self, step: Step) -> None:
        """`step` takes back what was just done."""
        self._steps.append(step)
        del self._steps[:-MOST]

    def undo(self) -> None:
        """Take the last step back."""
        if self._steps:
            self._steps.pop()()


def bring_back(workspace: FileListState, placed: Placed) -> None:
    """Put files that were removed where they stood."""
    known = {item.path for item in workspace.items}
    placed = [(row, item) for row, item in placed if item.path not in known]  # it may have been added anew since
    if not placed:
        return
    at_row = dict(placed)
    for _, item in placed:
        if item.state in AT_WORK:
            item.state = State.READY
    for start, end in runs([row for row, _ in placed]):
        first = min(start, len(workspace.items))  # the list may have grown shorter since
        workspace.insert([(first + i, at_row[row]) for i, row in enumerate(range(start, end + 1))])
    workspace.select(placed[0][1], [placed[0][1]])


def as_before(workspace: FileListState, before: list[Item]) -> None:
    """Put the list in the order of `before`; what came meanwhile stays behind what it stands behind."""
    places = {item: place for place, item in enumerate(before)}
    keys: dict[Item, tuple[int, int]] = {}
    place = -1
    for row, item in enumerate(workspace.items):
        place = places.get(item, place)
        keys[item] = (place, 0) if item in places else (place, row + 1)
    workspace.put_in_order(sorted(workspace.items, key=keys.__getitem__))
    workspace.batch.reorder()


def choices_again(workspace: FileListState, names: Iterable[str]) -> Step:
    """A step that brings back what is chosen now: the settings `names`, the amount, and what single files have of their own."""
    values, amount = {name: getattr(workspace.settings, name) for name in names}, workspace.common_amount
    own = {item: item.own for item in workspace.items}

    def step() -> None:
        for item in workspace.items:
            item.own = own.get(item, item.own)
        workspace.choose(workspace.settings.changed(**values), amount)

    return step


def runs(rows: list[int]) -> list[tuple[int, int]]:
    """Ascending `rows` as runs of neighbours, (first, last)."""
    found: list[tuple[int, int]] = []
    for row in rows:
        if found and row == found[-1][1] + 1:
            found[-1] = (found[-1][0], row)
        else:
            found.append((row, row))
    return found
