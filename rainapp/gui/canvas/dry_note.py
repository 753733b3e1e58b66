"""What stands on the canvas where no rain was found: that it is so, and the way round for who sees rain.

It lies over the foot of the photo, so nothing moves when it comes and goes.
"""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from rainapp.gui.canvas.preview_controller import PreviewController
from rainapp.gui.state.file_item import AT_WORK, Item, State
from rainapp.gui.state.own_settings import see_rain
from rainapp.gui.state.workspace import Workspace
from rainapp.gui.widgets.controls import label, push_button
from rainapp.gui.widgets.plain_text import set_tip


class DryNote(QFrame):
    """One line and one button; in sight while the selected file is called dry."""

    def __init__(self, workspace: Workspace, viewing: PreviewController, parent: QWidget | None = None) -> None:
        """Follow what `viewing` shows."""
        super().__init__(parent)
        self._workspace, self._viewing = workspace, viewing
        self.setProperty("role", "card")
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 8, 8, 8)
        row.setSpacing(12)
        self.words = label("")
        self.anyway = push_button(self.tr("I see rain: treat anyway"), self._treat_anyway)
        set_tip(self.anyway, self.tr("Takes out what looks like rain, however faint or rare it is"))
        row.addWidget(self.words, 1)
        row.addWidget(self.anyway, 0, Qt.AlignmentFlag.AlignVCenter)
        for signal in (viewing.changed, viewing.switched, workspace.item_changed, workspace.treatment_changed):
            signal.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Come and go with what was found."""
        item = self._workspace.current
        shown = item is not None and self._is_dry(item)
        if item is not None and shown:
            self.words.setText(self._said(item))
        self.setVisible(shown)

    def _is_dry(self, item: Item) -> bool:
        sight, pair = self._viewing.sight, self._viewing.pair
        if sight is None or sight.item is not item or item.state in AT_WORK or self._workspace.card is None:
            return False
        if self._workspace.treatment_of(item).treat == "always":
            return False
        if item.state is State.DRY and self._viewing.shows_result:
            return True
        return pair is not None and not pair.rain_found and not self._viewing.waiting

    def _said(self, item: Item) -> str:
        if item.state is State.DRY:
            return self.tr("Copied, no rain found") if item.copied else self.tr("No rain found, saved unchanged")
        return self.tr("No rain found in this frame") if item.is_clip else self.tr("No rain found")

    def _treat_anyway(self) -> None:
        if self._workspace.current is not None:
            see_rain(self._workspace, [self._workspace.current], True)
