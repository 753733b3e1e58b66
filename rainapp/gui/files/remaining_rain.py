"""What helps where rain is still to be seen: why it may be left, and what else can be tried. Folded away until asked for."""

from typing import Any

from PySide6.QtGui import QAction, QIcon
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from rainapp.gui.actions.action_rows import Actions
from rainapp.gui.state.workspace import Workspace
from rainapp.gui.widgets import icons
from rainapp.gui.widgets.controls import label, push_button
from rainapp.gui.widgets.plain_text import set_tip
from rainapp.gui.widgets.theme import look

OFFERED = ("treat-anyway", "stronger", "second-pass", "view-left", "treat-part")


class StillRain(QWidget):
    """A line that unfolds into a reason and five things to do."""

    def __init__(self, workspace: Workspace, actions: Actions[Any], parent: QWidget | None = None) -> None:
        """Offer what the rows of `actions` do."""
        super().__init__(parent)
        self._workspace = workspace
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 8)
        column.setSpacing(6)
        self.ask = push_button(self.tr("Still rain to be seen?"), self._fold, "flat")
        self.ask.setCheckable(True)
        column.addWidget(self.ask)
        self._box = QWidget()
        inner = QVBoxLayout(self._box)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(6)
        self.why = label("", "small")
        self.why.setWordWrap(True)
        inner.addWidget(self.why)
        self.buttons: dict[str, QPushButton] = {}
        for row_id in OFFERED:
            self.buttons[row_id] = self._button(actions[row_id])
            inner.addWidget(self.buttons[row_id])
        column.addWidget(self._box)
        self._box.hide()
        look().changed.connect(self._draw)
        what = self.tr("The net goes over its own result again, in twice the time.")
        honest = self.tr("On the photos where that was measured it changed next to nothing; it may help where rain is left.")
        again = f"{what} {honest}"
        set_tip(self.buttons["second-pass"], again)
        self.buttons["second-pass"].setAccessibleDescription(again)
        workspace.current_changed.connect(self._refresh)
        workspace.treatment_changed.connect(self._refresh)
        workspace.amount_changed.connect(self._refresh)
        self._refresh()

    def _button(self, action: QAction) -> QPushButton:
        made = push_button(action.text(), action.trigger)
        made.setCheckable(action.isCheckable())

        def follow() -> None:
            made.setEnabled(action.isEnabled())
            made.setChecked(action.isChecked())
            _mark(made)

        action.changed.connect(follow)
        action.triggered.connect(follow)
        follow()
        return made

    def _draw(self) -> None:
        """Another theme is in force."""
        for button in self.buttons.values():
            _mark(button)

    def _fold(self) -> None:
        self._box.setVisible(self.ask.isChecked())

    def _refresh(self) -> None:
        self.why.setText(self._why())
        self.setVisible(self._workspace.current is not None)

    def _why(self) -> str:
        """The likeliest reason that rain is left."""
        workspace, item = self._workspace, self._workspace.current
        if workspace.amount < 100:
            return self.tr("The amount is below 100, so a part of the rain is kept.")
        if item is not None and item.mask is not None and not item.mask.is_empty:
            return self.tr("A part is painted, and only the rest or only that part is treated.")
        if item is not None and item.is_clip:
            return self.tr("Fast or fine rain can differ in every frame, and what the model takes for the scene stays.")
        return self.tr("What the model cannot tell from the scene stays: very fine threads, drops on the lens, haze, splashes.")


def _mark(button: QPushButton) -> None:
    """What is on has a sign too: not by colour alone."""
    button.setIcon(icons.icon("circle-check", "accent_line") if button.isChecked() else QIcon())
