"""How far a generative model repairs what rain has covered, which one does, and how much of a photo it may change."""

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QHBoxLayout, QSlider, QSpinBox, QVBoxLayout, QWidget

from rainapp.gui.canvas.repair_preview import Repairing, Stand
from rainapp.gui.files.repair_words import repaired, stands
from rainapp.gui.state.file_item import Item, State
from rainapp.gui.state.workspace import Workspace
from rainapp.gui.widgets.controls import NameLabel, Segments, label
from rainapp.gui.widgets.plain_text import set_tip
from rainapp.jobs.records import BEST_PRIOR, BUDGET_MEAN, BUDGET_SHARE, REFINE

MEAN_MAX = 20.0
SPIN_PX = 76
EDGE_PX = 8


class Percent(QSpinBox):
    """A share of the pixels; the wheel scrolls the page."""

    def wheelEvent(self, event: object) -> None:  # noqa: N802, D102 - Qt's name
        event.ignore()  # type: ignore[attr-defined]


class Levels(QDoubleSpinBox):
    """A mean change in grey levels; the wheel scrolls the page."""

    def wheelEvent(self, event: object) -> None:  # noqa: N802, D102 - Qt's name
        event.ignore()  # type: ignore[attr-defined]


class Fine(QSlider):
    """How far, in percent; the wheel scrolls the page."""

    def wheelEvent(self, event: object) -> None:  # noqa: N802, D102 - Qt's name
        event.ignore()  # type: ignore[attr-defined]


class RepairBox(QWidget):
    """A group of the inspector."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        """Show and change the repair of what `workspace` has in sight."""
        super().__init__(parent)
        self._workspace = workspace
        self._repairing: Repairing | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 8)
        column.setSpacing(8)
        self._add_head(column)
        self._more = QWidget()
        inner = QVBoxLayout(self._more)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(8)
        self._add_fine(inner)
        self._add_budget(inner)
        column.addWidget(self._more)
        self.said = label("", "small")
        self.said.setWordWrap(True)
        column.addWidget(self.said)
        for signal in (
            workspace.settings_changed, workspace.treatment_changed, workspace.current_changed, workspace.item_changed,
            workspace.items_changed,
        ):  # fmt: skip
            signal.connect(self.refresh)
        self.refresh()

    def follow(self, repairing: Repairing) -> None:
        """Say how it stands with what is in sight."""
        self._repairing = repairing
        repairing.changed.connect(self._say)
        self._say()

    def _add_head(self, column: QVBoxLayout) -> None:
        self.head = NameLabel(self.tr("Repair"))
        self.head.reset.connect(
            lambda: self._workspace.change(refine=0.0, prior=BEST_PRIOR, budget_share=BUDGET_SHARE, budget_mean=BUDGET_MEAN)
        )
        self.value = label("", "dim")
        row = QHBoxLayout()
        row.addWidget(self.head)
        row.addStretch(1)
        row.addWidget(self.value)
        column.addLayout(row)
        choices = (("off", self.tr("Off"), ""), ("light", self.tr("Light"), ""), ("full", self.tr("Full"), ""))
        self.steps = Segments(self.tr("Repair"), choices)
        set_tip(self.steps, self.tr("A generative model redraws what rain had covered, and nothing else"))
        self.steps.chosen.connect(lambda key: self._workspace.change(refine=REFINE[key]))
        column.addWidget(self.steps)

    def _add_fine(self, column: QVBoxLayout) -> None:
        self.fine = Fine(Qt.Orientation.Horizontal)
        self.fine.setRange(1, 100)
        self.fine.setAccessibleName(self.tr("How far is repaired, in percent"))
        self.fine.valueChanged.connect(lambda percent: self._workspace.change(refine=percent / 100))
        column.addWidget(self.fine)
        self.prior = QComboBox()
        self.prior.setAccessibleName(self.tr("What repairs"))
        set_tip(self.prior, self.tr("Which model repairs; more can be imported on the page Models"))
        self.prior.setMinimumWidth(60)
        self.prior.activated.connect(lambda _: self._workspace.change(prior=self.prior.currentData()))
        column.addWidget(self.prior)

    def _add_budget(self, column: QVBoxLayout) -> None:
        tip = self.tr("More than this of a photo is never changed: above it the repair is weakened")
        self.share, self.mean = Percent(), Levels()
        self.share.setRange(0, 100)
        self.share.setSuffix(self.tr(" %"))
        self.mean.setRange(0, MEAN_MAX)
        self.mean.setDecimals(1)
        self.mean.setSingleStep(0.1)
        rows = (
            (self.share, self.tr("Pixels changed, at most"), lambda n: self._workspace.change(budget_share=n / 100)),
            (self.mean, self.tr("Mean change, at most"), lambda n: self._workspace.change(budget_mean=n)),
        )
        for field, words, take in rows:
            field.setFixedWidth(SPIN_PX)
            field.setKeyboardTracking(False)
            field.lineEdit().setTextMargins(EDGE_PX, 0, 0, 0)
            field.setAccessibleName(words)
            set_tip(field, tip)
            field.valueChanged.connect(take)
            row = QHBoxLayout()
            row.addWidget(label(words, "dim"))
            row.addStretch(1)
            row.addWidget(field)
            column.addLayout(row)
        set_tip(self.mean, f"{tip}\n{self.tr('In grey levels of 255, over the whole photo')}")

    def refresh(self, *_: object) -> None:
        """Take over what is chosen."""
        chosen, item = self._workspace.chosen, self._workspace.current
        card = self._workspace.prior_for(chosen)
        can = card is not None and not (item is not None and item.moving)
        refine = chosen.refine if can else 0.0
        percent = round(refine * 100)
        self.steps.setEnabled(can)
        self.steps.choose("off" if not percent else "light" if percent < 70 else "full")
        words = {0: self.tr("Off"), 40: self.tr("Light"), 100: self.tr("Full")}
        self.value.setText(words.get(percent, self.tr("{n} %").format(n=percent)))
        self._more.setVisible(bool(percent))
        for field, value in ((self.fine, max(1, percent)), (self.share, round(chosen.budget_share * 100))):
            _show(field, value)
        _show(self.mean, chosen.budget_mean)
        self._list_priors(chosen.prior)
        self._say()

    def _list_priors(self, wanted: str) -> None:
        """Those that are there, and which is in use; nothing to choose where there is one."""
        priors = self._workspace.priors
        best = self._workspace.prior_for(replace(self._workspace.chosen, prior=BEST_PRIOR))
        entries = [(self.tr("Automatic: {title}").format(title=best.title), BEST_PRIOR)] if best is not None else []
        entries += [(card.title, card.id) for card in priors]
        if [(self.prior.itemText(row), self.prior.itemData(row)) for row in range(self.prior.count())] != entries:
            self.prior.clear()
            for title, prior_id in entries:
                self.prior.addItem(title, prior_id)
        self.prior.setCurrentIndex(max(0, self.prior.findData(wanted)))
        self.prior.setVisible(len(priors) > 1 or wanted != BEST_PRIOR)

    def _say(self) -> None:
        words = self._words()
        if words != self.said.text():
            self.said.setText(words)
        self.said.setVisible(bool(words))

    def _words(self) -> str:
        workspace, item = self._workspace, self._workspace.current
        if not workspace.priors:
            return self.tr("There is nothing here that repairs. Import a repair model on the page Models.")
        if item is not None and item.moving:
            return self.tr("Clips are not repaired: every frame would be redrawn in another way, and flicker.")
        chosen = workspace.chosen
        if workspace.prior_for(chosen) is None:
            return self.tr("“{name}” is not there any more; choose another.").format(name=chosen.prior)
        return self._stands(item) if chosen.refine and item is not None else ""

    def _stands(self, item: Item) -> str:
        repairing = self._repairing
        if repairing is None:
            return ""
        if repairing.stand is Stand.RESULT and item.state is State.DONE:
            return repaired(item.repaired, is_whole=True) if item.repaired is not None else ""
        if repairing.stand is Stand.THERE and repairing.facts is not None:
            return repaired(repairing.facts, repairing.is_whole)
        if repairing.stand is Stand.FAILED and repairing.trouble is not None:
            return f"{repairing.trouble.message} {repairing.trouble.hint}".strip()
        return stands(repairing.stand)


def _show(field: QSlider | QSpinBox | QDoubleSpinBox, value: float) -> None:
    """Show a value without telling that it changed."""
    field.blockSignals(True)
    field.setValue(value)  # type: ignore[arg-type]
    field.blockSignals(False)
