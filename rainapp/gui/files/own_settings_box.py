"""The switch for settings of its own in the inspector: what is chosen below counts for the selected files alone."""

from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QWidget

from rainapp.gui.state.own_settings import has_own, set_own
from rainapp.gui.state.workspace import Workspace
from rainapp.gui.widgets.controls import push_button
from rainapp.gui.widgets.plain_text import set_tip


class OwnBox(QWidget):
    """A tick, and, where it is set, a way back to the settings of all."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        """Follow what `workspace` has in sight."""
        super().__init__(parent)
        self._workspace = workspace
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 8)
        self.tick = QCheckBox(self.tr("Only for this file"))
        set_tip(self.tick, self.tr("Model, amount, haze, repair and what is between frames count for the selected files alone"))
        self.tick.clicked.connect(lambda on: set_own(workspace, on))
        self.reset = push_button(self.tr("As all"), lambda: set_own(workspace, False), "flat")
        set_tip(self.reset, self.tr("Use the settings of all files again"))
        row.addWidget(self.tick, 1)
        row.addWidget(self.reset)
        for signal in (workspace.current_changed, workspace.selection_changed, workspace.settings_changed, workspace.added):
            signal.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show whether the file in sight has settings of its own."""
        own, many = has_own(self._workspace), len(self._workspace.selected) > 1
        self.setVisible(len(self._workspace.items) > 1 or own)
        words = self.tr("Only for the selected") if many else self.tr("Only for this file")
        self.tick.setText(words)
        self.tick.setAccessibleName(words)
        self.tick.setChecked(own)
        self.reset.setVisible(own)
