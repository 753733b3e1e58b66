"""The bar of the brush: what it does, how large and how soft it is, and what can be done with the whole mask."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QSizePolicy, QSlider, QWidget

from rainapp.gui.canvas.mask_brush import SIZE_MAX, SIZE_MIN, Brush
from rainapp.gui.state.workspace import Workspace
from rainapp.gui.widgets.controls import Segments, icon_button, label, push_button
from rainapp.gui.widgets.plain_text import PlainLabel, set_tip
from rainapp.jobs.naming import free_name
from rainapp.jobs.records import Event, Failed, Finished

BAR_PX = 52
NARROW_BELOW = 820
FEW_BELOW = 620
SLIDER_PX = 64


class BrushBar(QFrame):
    """Shown while the brush is in hand."""

    def __init__(self, brush: Brush, workspace: Workspace, parent: QWidget | None = None) -> None:
        """Control `brush`."""
        super().__init__(parent)
        self._brush, self._workspace = brush, workspace
        self._narrow: bool | None = None
        self.setProperty("role", "bar")
        self.setFixedHeight(BAR_PX)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._names: list[PlainLabel] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(14, 0, 14, 0)
        self._row.setSpacing(6)
        self.does = Segments(self.tr("Brush"), (("paint", self.tr("Paint"), "brush"), ("erase", self.tr("Erase"), "eraser")))
        self.does.show_words(False)
        self.does.chosen.connect(lambda key: brush.set_erases(key == "erase"))
        self.mode = Segments(
            self.tr("What is painted"),
            (("protect", self.tr("Protect"), "shield"), ("only", self.tr("Treat only"), "droplets")),
        )
        set_tip(self.mode, self.tr("Whether what is painted stays as it was, or is the only thing that is derained"))
        self.mode.chosen.connect(lambda key: brush.set_mode("only" if key == "only" else "protect"))
        self._row.addWidget(self.mode)
        self._row.addWidget(self.does)
        self.diameter = self._add_slider(self.tr("Size"), SIZE_MIN, SIZE_MAX, brush.set_size)
        self.soft = self._add_slider(self.tr("Soft"), 0, 100, lambda value: brush.set_softness(value / 100))
        self._row.addStretch(1)
        self._add_buttons()
        brush.switched.connect(self.refresh)
        self.refresh()

    def _add_slider(self, name: str, low: int, high: int, run: object) -> QSlider:
        made = QSlider(Qt.Orientation.Horizontal)
        made.setRange(low, high)
        made.setFixedWidth(SLIDER_PX)
        made.setAccessibleName(self.tr("Brush: {name}").format(name=name))
        made.valueChanged.connect(run)
        self._row.addSpacing(4)
        self._names.append(label(name, "small"))
        self._row.addWidget(self._names[-1])
        self._row.addWidget(made)
        return made

    def _add_buttons(self) -> None:
        brush = self._brush
        self.undo = icon_button("undo-2", self.tr("Undo the last stroke"))
        self.redo = icon_button("redo-2", self.tr("Redo the stroke"))
        self.invert = icon_button("contrast", self.tr("Swap painted and not painted"))
        self.eye = icon_button("eye", self.tr("Show what is painted"))
        self.eye.setCheckable(True)
        self.open = icon_button("folder-open", self.tr("Load a mask…"))
        self.save = icon_button("download", self.tr("Save the mask…"))
        self.clear = push_button(self.tr("Clear"), brush.clear, "flat")
        for button, run in (
            (self.undo, brush.undo), (self.redo, brush.redo), (self.invert, brush.invert),
            (self.eye, lambda: brush.show_mask(not brush.shows_mask)), (self.open, self.choose_load),
            (self.save, self.choose_save),
        ):  # fmt: skip
            button.clicked.connect(run)
            self._row.addWidget(button)
        self._row.addWidget(self.clear)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802, D102 - Qt's name
        super().resizeEvent(event)
        narrow = self.width() < NARROW_BELOW
        if narrow != self._narrow:
            self._narrow = narrow
            self.mode.show_words(not narrow)
            for name in self._names:
                name.setVisible(not narrow)
        for button in (self.invert, self.eye, self.open, self.save):  # they stand in the menu too
            button.setVisible(self.width() >= FEW_BELOW)

    def refresh(self) -> None:
        """Take over what the brush is set to and what can be done with the mask."""
        brush, mask = self._brush, self._brush.mask
        self.setVisible(brush.active)
        self.does.choose("erase" if brush.erases else "paint")
        self.mode.choose(brush.mode)
        for slider, value in ((self.diameter, brush.size), (self.soft, brush.softness * 100)):
            slider.blockSignals(True)
            slider.setValue(round(value))
            slider.blockSignals(False)
        self.eye.setChecked(brush.shows_mask)
        self.undo.setEnabled(mask is not None and mask.can_undo)
        self.redo.setEnabled(mask is not None and mask.can_redo)
        painted = mask is not None and not mask.is_empty
        self.save.setEnabled(painted)
        self.clear.setEnabled(painted)

    # -- files

    def choose_load(self) -> None:
        """Ask for a mask and take it."""
        item = self._brush.item
        if item is None:
            return
        kinds = self.tr("Pictures (*.png *.tif *.tiff *.jpg *.jpeg *.webp);;All files (*)")
        chosen, _ = QFileDialog.getOpenFileName(self, self.tr("Load a mask"), str(item.path.parent), kinds)
        job = self._brush.loading(Path(chosen)) if chosen else None
        if job is not None:
            self._brush.load(job)

    def choose_save(self) -> None:
        """Ask for a name and write the mask, as `--mask` of the command line reads it."""
        item, mask = self._brush.item, self._brush.mask
        if item is None or mask is None:
            return
        proposed = item.path.with_name(f"{item.path.stem}_mask.png")
        chosen, _ = QFileDialog.getSaveFileName(self, self.tr("Save the mask"), str(proposed), self.tr("PNG (*.png)"))
        if chosen:
            target = Path(chosen)
            target = target if target.suffix.lower() == ".png" else target.with_name(f"{target.name}.png")
            replaces = target == Path(chosen) and target.exists()  # the dialog has asked about that name, and no other
            target = free_name(target, self._workspace.originals())
            self._workspace.dispatch.ask(mask.saving(target, replaces=replaces, like=item.path), "reading", self._saved)

    def _saved(self, event: Event) -> None:
        if isinstance(event, Failed):
            self._workspace.notice.emit(f"{event.message} {event.hint}".strip())
        elif isinstance(event, Finished) and isinstance(event.result, Path):
            self._workspace.notice.emit(self.tr("The mask was saved as {name}.").format(name=event.result.name))
