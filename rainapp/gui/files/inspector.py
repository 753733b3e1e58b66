"""The settings of the treatment, right of the canvas: model, amount, haze, repair, where results go."""

from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLineEdit, QPushButton, QScrollArea, QVBoxLayout, QWidget

from rainapp.base.settings import PREFERENCES
from rainapp.gui.files.amount_slider import AmountSlider
from rainapp.gui.files.frames_box import FramesBox
from rainapp.gui.files.own_settings_box import OwnBox
from rainapp.gui.files.preset_box import PresetBox
from rainapp.gui.files.repair_box import RepairBox
from rainapp.gui.models.model_button import ModelButton
from rainapp.gui.state.workspace import Workspace
from rainapp.gui.widgets.controls import Elided, NameLabel, Segments, label, mark_wrong, push_button, rule
from rainapp.gui.widgets.plain_text import PlainLabel, set_tip

INSPECTOR_PX = 316
FORMATS = (("keep", "Same as source"), ("jpg", "JPEG"), ("png", "PNG"), ("tif", "TIFF"), ("webp", "WebP"))


class Inspector(QScrollArea):
    """Shows and changes the treatment of `workspace`."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        """Lay out the groups from top to bottom."""
        super().__init__(parent)
        self._workspace = workspace
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName(self.tr("Settings of the photo"))
        body = QWidget()
        self.setWidget(body)
        self._column = QVBoxLayout(body)
        self._column.setContentsMargins(16, 16, 16, 16)
        self._column.setSpacing(8)
        self.presets = PresetBox(workspace)
        self._column.addWidget(self.presets)
        self.own = OwnBox(workspace)
        self._column.addWidget(self.own)
        self._add_model()
        self._add_amount()
        self._add_haze()
        self.repair = RepairBox(workspace)
        self._column.addWidget(self.repair)
        self.frames = FramesBox(workspace)
        self._column.addWidget(self.frames)
        self._add_temporal()
        self._column.addWidget(rule())
        self._column.addSpacing(8)
        self._add_saving()
        self._column.addStretch(1)
        workspace.treatment_changed.connect(self._refresh)
        workspace.amount_changed.connect(self._show_amount)
        workspace.settings_changed.connect(self._refresh)
        workspace.current_changed.connect(self._show_temporal)
        workspace.item_changed.connect(self._show_temporal)
        self._refresh()
        self._show_amount()

    def _group(self, name: str, value: QWidget | None = None) -> NameLabel:
        head = NameLabel(name)
        row = QHBoxLayout()
        row.addWidget(head)
        row.addStretch(1)
        if value is not None:
            row.addWidget(value)
        self._column.addLayout(row)
        return head

    def _add_model(self) -> None:
        head = self._group(self.tr("Model"))
        head.reset.connect(lambda: self._workspace.change(model="default"))
        self.model = ModelButton(self._workspace)
        self.model.chosen.connect(lambda wanted: self._workspace.change(model=wanted))
        self._column.addWidget(self.model)
        self._column.addSpacing(8)

    def _add_amount(self) -> None:
        self._amount_value = label("100", "dim")
        head = self._group(self.tr("Amount"), self._amount_value)
        head.reset.connect(lambda: self._workspace.set_amount(100))
        self.amount = AmountSlider()
        self.amount.valueChanged.connect(self._workspace.set_amount)
        self._column.addWidget(self.amount)
        self._amount_box = QVBoxLayout()
        self._column.addLayout(self._amount_box)
        self._column.addSpacing(8)

    def _add_haze(self) -> None:
        self._haze_box = QWidget()
        column = QVBoxLayout(self._haze_box)
        column.setContentsMargins(0, 0, 0, 8)
        column.setSpacing(8)
        head = NameLabel(self.tr("Haze"))
        head.reset.connect(lambda: self._workspace.change(veil="keep"))
        self.haze = Segments(self.tr("Haze"), (("keep", self.tr("Keep"), ""), ("clear", self.tr("Clear"), "")))
        self.haze.chosen.connect(lambda key: self._workspace.change(veil=key))
        column.addWidget(head)
        column.addWidget(self.haze)
        self._column.addWidget(self._haze_box)

    def _add_temporal(self) -> None:
        self._temporal_box = QWidget()
        column = QVBoxLayout(self._temporal_box)
        column.setContentsMargins(0, 0, 0, 8)
        column.setSpacing(8)
        head = NameLabel(self.tr("Calm flicker"))
        head.reset.connect(lambda: self._workspace.change(temporal="auto"))
        choices = (
            ("auto", self.tr("Automatic")),
            ("fast", self.tr("Where nothing moves: fast")),
            ("best", self.tr("Along the motion: slower")),
            ("learned", self.tr("Along the motion, with a net: slowest")),
            ("off", self.tr("Leave it as it is")),
        )
        self.temporal = QComboBox()
        self.temporal.setAccessibleName(self.tr("Calm flicker"))
        set_tip(self.temporal, self.tr("How flicker between the frames of a clip is calmed"))
        self.temporal.setMinimumWidth(60)
        for key, words in choices:
            self.temporal.addItem(words, key)
        self.temporal.activated.connect(lambda _: self._workspace.change(temporal=self.temporal.currentData()))
        column.addWidget(head)
        column.addWidget(self.temporal)
        self._column.addWidget(self._temporal_box)

    def add_to_amount(self, helps: QWidget) -> None:
        """Show something below the amount, and let Tab come to it there."""
        self._amount_box.addWidget(helps)
        before: QWidget = self.amount
        for part in helps.findChildren(QPushButton):
            QWidget.setTabOrder(before, part)
            before = part

    def add_to_temporal(self, meter: QWidget) -> None:
        """Show something below the choice of how flicker is calmed."""
        layout = self._temporal_box.layout()
        assert layout is not None
        layout.addWidget(meter)

    def _add_saving(self) -> None:
        self._group(self.tr("Save to")).reset.connect(lambda: self._workspace.change(save_to="beside"))
        row = QHBoxLayout()
        self._place = Elided(role="")
        self.change_place = push_button(self.tr("Change"), lambda: None, "flat")
        self.reset_place = push_button(self.tr("Beside"), lambda: self._workspace.change(save_to="beside"), "flat")
        set_tip(self.reset_place, self.tr("Save beside each photo again"))
        row.addWidget(self._place, 1)
        row.addWidget(self.reset_place)
        row.addWidget(self.change_place)
        self._column.addLayout(row)
        self.template = QLineEdit()
        self.template.setAccessibleName(self.tr("File name of results"))
        set_tip(self.template, PREFERENCES["name_template"].help)
        self.template.editingFinished.connect(self._take_template)
        self.template.textEdited.connect(self._check_template)
        self.template.installEventFilter(self)
        self.format = QComboBox()
        self.format.setAccessibleName(self.tr("Format of results"))
        for key, words in FORMATS:
            self.format.addItem(self.tr(words), key)
        self.format.activated.connect(lambda _: self._workspace.change(format=self.format.currentData()))
        self._column.addWidget(self.template)
        self._column.addWidget(self.format)
        self.wrong = PlainLabel()
        self.wrong.setProperty("role", "bad")
        self.wrong.setWordWrap(True)
        self.wrong.hide()
        self._column.addWidget(self.wrong)

    def _check_template(self, text: str) -> bool:
        """Whether `text` can be taken; where not, say why below the field."""
        trouble = PREFERENCES["name_template"].problem(text)
        mark_wrong(self.template, bool(trouble))
        self.wrong.setText(trouble or "")
        self.wrong.setVisible(bool(trouble))
        return not trouble

    def _take_template(self) -> None:
        """Enter, or the focus went. What cannot be taken stays with its reason while it can be mended."""
        text = self.template.text()
        if self._check_template(text):
            self._workspace.change(name_template=text)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802, D102 - Qt's name
        if isinstance(watched, QLineEdit) and event.type() == QEvent.Type.FocusOut:
            QTimer.singleShot(0, self, self._leave_template)
        return super().eventFilter(watched, event)

    def _leave_template(self) -> None:
        """What could not be taken gives way to what is in force, once nobody mends it any more."""
        if not self.template.hasFocus():
            self._check_template(self._workspace.settings.name_template)
            self._refresh()

    def _show_amount(self) -> None:
        self.amount.setValue(self._workspace.amount)
        self._amount_value.setText(str(self._workspace.amount).replace("-", "−"))

    def _show_temporal(self) -> None:
        """Photos have no frames to be calmed."""
        current = self._workspace.current
        self._temporal_box.setVisible(current is not None and current.is_clip)

    def _refresh(self) -> None:
        card, settings = self._workspace.card, self._workspace.settings
        self._haze_box.setVisible(card is not None and "clear" in card.veils)
        self.haze.choose(self._workspace.treatment.veil)
        self.temporal.setCurrentIndex(max(0, self.temporal.findData(self._workspace.chosen.temporal)))
        self._show_temporal()
        own = settings.save_to == "folder" and bool(settings.save_folder)
        self._place.show_words(Path(settings.save_folder).name if own else self.tr("Beside each photo"))
        set_tip(self._place, settings.save_folder if own else "")
        self.reset_place.setVisible(own)
        if not self.template.hasFocus():
            self.template.setText(settings.name_template)
            self.template.setCursorPosition(0)
        self.format.setCurrentIndex(max(0, self.format.findData(settings.format)))
