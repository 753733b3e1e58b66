"""The order of the list: what failed stands first once work has ended, and the person's own order comes back afterwards."""

from collections.abc import Sequence

from rainapp.gui.state.file_item import TROUBLED, Item


class OwnOrder:
    """Remembers the person's order while another one is shown."""

    def __init__(self) -> None:
        """The list is in its own order."""
        self._places: dict[Item, int] = {}

    @property
    def shows_failures(self) -> bool:
        """Whether those that failed stand first."""
        return bool(self._places)

    def moved(self, items: Sequence[Item], some: Sequence[Item], row: int) -> list[Item]:
        """`items` with `some` before what stands in `row` now; the order that is shown is the person's own from now on."""
        self._places = {}
        moved = sorted(some, key=lambda item: item.row)
        chosen = set(moved)
        left = [item for item in items if item not in chosen]
        at = sum(item.row < row for item in left)
        return [*left[:at], *moved, *left[at:]]

    def failures_first(self, items: Sequence[Item]) -> list[Item]:
        """`items` with those that failed first, each group in the person's order."""
        own = self.restored(items)
        self._places = {item: place for place, item in enumerate(own)}
        return sorted(own, key=lambda item: item.state not in TROUBLED)

    def restored(self, items: Sequence[Item]) -> list[Item]:
        """`items` in the person's order; one that came meanwhile stays behind the one it stands behind."""
        keys: dict[Item, tuple[int, int]] = {}
        place = -1
        for row, item in enumerate(items):
            place = self._places.get(item, place)
            keys[item] = (place, 0) if item in self._places else (place, row + 1)
        self._places = {}
        return sorted(items, key=keys.__getitem__)
