"""What numbered frames need that clips know of themselves: how many are shown in a second, and what the result is to be."""

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from rainapp.base.rates import RATE, USUAL, rate_of, said
from rainapp.gui.state.file_item import AT_WORK, Item
from rainapp.gui.state.workspace import Workspace
from rainapp.gui.text.language import figure
from rainapp.gui.widgets.controls import NameLabel, Segments, label
from rainapp.gui.widgets.plain_text import set_tip

RATE_PX = 92


class FramesBox(QWidget):
    """A group of the inspector, shown for numbered frames only."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        """Follow the selection of `workspace`."""
        super().__init__(parent)
        self._workspace = workspace
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 8)
        column.setSpacing(8)
        head = NameLabel(self.tr("Numbered frames"))
        head.reset.connect(self._reset)
        self.count = label("", "dim")
        self.rate = QComboBox()
        self.typed = QLineEdit()
        self.rate.setLineEdit(self.typed)
        self.rate.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.rate.setFixedWidth(RATE_PX)
        self.rate.setAccessibleName(self.tr("Frames a second"))
        self.rate.addItems([_written(said(rate)) for rate in USUAL])
        self.rate.activated.connect(lambda _: self._take_rate())
        self.typed.editingFinished.connect(self._take_rate)
        self.form = Segments(
            self.tr("Result"), (("", self.tr("Frames"), ""), ("mp4", "MP4", ""), ("mkv", "MKV", ""), ("mov", "MOV", ""))
        )
        set_tip(self.form, self.tr("What is written: numbered frames in a folder again, or a clip"))
        self.form.chosen.connect(self._take_form)
        top, second = QHBoxLayout(), QHBoxLayout()
        top.addWidget(head)
        top.addStretch(1)
        top.addWidget(self.count)
        second.addWidget(label(self.tr("Frames a second"), "dim"))
        second.addStretch(1)
        second.addWidget(self.rate)
        column.addLayout(top)
        column.addLayout(second)
        column.addWidget(self.form)
        workspace.current_changed.connect(self.refresh)
        workspace.item_changed.connect(self.refresh)
        self.refresh()

    @property
    def _item(self) -> Item | None:
        item = self._workspace.current
        return item if item is not None and item.frames is not None else None

    def refresh(self) -> None:
        """Take over what is selected."""
        item = self._item
        self.setVisible(item is not None)
        if item is None:
            return
        self.count.setText(str(item.frame_count))
        self.form.choose(item.clip_format)
        self.setEnabled(item.state not in AT_WORK)
        if not self.typed.isModified():
            self.rate.setEditText(_written(said(item.rate)))

    def _take_rate(self) -> None:
        """Take the rate that was typed or chosen; what is no rate goes back to what it was."""
        item = self._item
        self.typed.setModified(False)
        if item is None:
            return
        try:
            rate = rate_of(self.rate.currentText())
        except ValueError:
            self._workspace.notice.emit(self.tr("The frames a second lie between 0.1 and 1000, such as 25 or 24000/1001."))
        else:
            self._workspace.frames.set_rate(item, rate)
        self.refresh()

    def _take_form(self, form: str) -> None:
        if self._item is not None:
            self._workspace.frames.set_clip_format(self._item, form)

    def _reset(self) -> None:
        if self._item is not None:
            self._workspace.frames.set_rate(self._item, RATE)
            self._workspace.frames.set_clip_format(self._item, "")
            self.refresh()


def _written(rate: str) -> str:
    """`rate` with the point, or the comma, of the language."""
    whole, _, rest = rate.partition(".")
    return figure(float(rate), len(rest)) if rest else whole
