"""Files that come in while others are at work: they are derained after them, without another press. No widgets."""

from PySide6.QtCore import QObject

from rainapp.base.formats import GIF
from rainapp.gui.state.file_item import FRESH, Item
from rainapp.gui.state.file_list_state import FileListState
from rainapp.gui.state.thumbnails import Thumbnails


class Joining(QObject):
    """Lets them join the batch of `workspace`, a GIF once it was looked into: whether it moves decides on its result."""

    def __init__(self, workspace: FileListState, thumbnails: Thumbnails) -> None:
        """Nothing came in yet."""
        super().__init__(workspace)
        self._workspace = workspace
        self._late: set[Item] = set()
        thumbnails.looked.connect(self._looked)

    def came(self, items: list[Item]) -> None:
        """New files are in the list."""
        if self._workspace.batch.running and self._workspace.common_amount:
            late = {item for item in items if item.path.suffix.lower() == f".{GIF}" and item.thumbnail is None}
            self._late |= late
            self._workspace.start([item for item in items if item not in late])

    def _looked(self, item: Item) -> None:
        if item in self._late:
            self._late.discard(item)
            if self._workspace.batch.running and item.state in FRESH:
                self._workspace.start([item])
