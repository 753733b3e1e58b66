"""The page of the library: a card for each model, one of them in use; foreign models come in by drop or by button."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QMenu, QScrollArea, QVBoxLayout, QWidget

from rainapp.gui.state import figure_words
from rainapp.gui.state.workspace import Workspace
from rainapp.gui.text.language import figure, summary
from rainapp.gui.widgets.controls import Elided, icon_button, label, push_button, rule
from rainapp.gui.widgets.empty_states import DropBox, Picture
from rainapp.gui.widgets.plain_text import set_tip
from rainapp.jobs.records import REFINE, CheckModels, Event, Failed, Finished, ImportModel, LibraryJob, RemoveModel
from rainapp.library.model_library import ModelCard

CARD_PX = 330
GAP_PX = 16


def repairing(workspace: Workspace) -> ModelCard | None:
    """The prior that is in use; None while repair is off."""
    return workspace.prior_for(workspace.chosen) if workspace.chosen.refine else None


class CardView(QFrame):
    """One model: what it is for, how fast it is here, how much rain it takes out, its licence."""

    used = Signal(str)
    removed = Signal(str)
    revealed = Signal(str)

    def __init__(self, card: ModelCard, workspace: Workspace) -> None:
        """Show `card`; whether it is in use is told by wash and border."""
        super().__init__()
        self._card = card
        in_use = card is (repairing(workspace) if card.is_prior else workspace.card)
        self.setProperty("role", "card")
        self.setProperty("used", "true" if in_use else "false")
        self.setFixedWidth(CARD_PX)
        self.setAccessibleName(self.tr("Model {title}").format(title=card.title))
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(8)
        column.addLayout(self._make_head(card.id == workspace.default_id))
        what_for = label(summary(card), "dim")
        what_for.setWordWrap(True)
        column.addWidget(what_for)
        column.addLayout(self._make_tags())
        column.addStretch(1)
        column.addWidget(rule())
        for name, value in self._facts(workspace):
            row = QHBoxLayout()
            row.addWidget(label(name, "small"))
            said = Elided(value)
            said.setAlignment(Qt.AlignmentFlag.AlignRight)
            row.addWidget(said, 1)
            column.addLayout(row)
        column.addLayout(self._make_foot(in_use, workspace.library.is_bundled(card.id)))

    def _make_head(self, is_default: bool) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addWidget(Picture("wand-sparkles" if self._card.is_prior else "zap" if is_default else "box", "accent_line", 20))
        row.addWidget(label(self._card.title, "name"))
        row.addStretch(1)
        if is_default:
            row.addWidget(label(self.tr("Default"), "dim"))
        return row

    def _make_tags(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        clears = "clear" in self._card.veils
        does = self.tr("streaks and haze") if clears else self.tr("streaks only")
        tag = label(self.tr("repairs, takes no rain out") if self._card.is_prior else does, "tag")
        set_tip(tag, self.tr("Kind of net: {arch}").format(arch=self._card.arch))
        row.addWidget(tag)
        row.addStretch(1)
        return row

    def _facts(self, workspace: Workspace) -> list[tuple[str, str]]:
        card = self._card
        if card.is_prior:
            sizes = [(name.split(".")[1], size) for name, size in card.figures.items() if name.startswith("parameters.")]
            words = self.tr("{n} million numbers")
            parts = [(name.replace("_", " "), words.format(n=figure(size / 1e6, 1))) for name, size in sizes]
            return [*parts, (self.tr("Licence"), card.licence)]
        speed = workspace.speed_of(card)
        facts = [
            (
                self.tr("Speed here"),
                self.tr("{t} per MP").format(t=figure_words.duration(speed)) if speed else self.tr("not seen at work yet"),
            )
        ]
        removed = [value for name, value in card.figures.items() if name.endswith("rain_removed")]
        if removed:
            share = round(100 * sum(removed) / len(removed))
            facts.append((self.tr("Rain removed in tests"), self.tr("{n} %").format(n=share)))
        return [*facts, (self.tr("Licence"), card.licence)]

    def _make_foot(self, in_use: bool, bundled: bool) -> QHBoxLayout:
        row = QHBoxLayout()
        self.use = push_button(self.tr("In use") if in_use else self.tr("Use"), lambda: self.used.emit(self._card.id))
        self.use.setAccessibleName(f"{self.use.text()}: {self._card.title}")
        self.use.setEnabled(not in_use)
        more = icon_button("ellipsis", self.tr("More about {title}").format(title=self._card.title))
        self.menu = QMenu(more)
        self.menu.addAction(self.tr("Show in its folder")).triggered.connect(lambda: self.revealed.emit(self._card.id))
        trash = self.menu.addAction(self.tr("Move to the trash"))
        trash.setEnabled(not bundled)
        trash.triggered.connect(lambda: self.removed.emit(self._card.id))
        more.setMenu(self.menu)
        more.setPopupMode(more.ToolButtonPopupMode.InstantPopup)
        row.addWidget(self.use)
        row.addStretch(1)
        row.addWidget(more)
        return row


class ModelsPage(QScrollArea):
    """All models, in as many columns as there is room for."""

    def __init__(self, workspace: Workspace, choose_model: Callable[[], None], reveal: Callable[[Path], None]) -> None:
        """Show the library of `workspace`; `choose_model` asks for a file, `reveal` opens a folder."""
        super().__init__()
        self._workspace = workspace
        self._reveal = reveal
        self._columns = 0
        self.cards: list[CardView] = []
        self._outcomes: list[str] = []  # of the models that were brought in together
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName(self.tr("Models"))
        body = QWidget()
        self.setWidget(body)
        column = QVBoxLayout(body)
        column.setContentsMargins(32, 24, 32, 24)
        column.setSpacing(GAP_PX)
        head = QHBoxLayout()
        head.addWidget(label(self.tr("Models"), "title"))
        head.addStretch(1)
        self.check = push_button(self.tr("Check all"), self.check_all, icon="circle-check")
        self.import_button = push_button(self.tr("Import…"), choose_model, icon="plus")
        head.addWidget(self.check)
        head.addWidget(self.import_button)
        column.addLayout(head)
        self._grid = QGridLayout()
        self._grid.setSpacing(GAP_PX)
        self._grid.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        column.addLayout(self._grid)
        column.addWidget(self._make_drop())
        self.status = label("", "dim")
        self.status.setWordWrap(True)
        self.status.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column.addWidget(self.status)
        column.addStretch(1)
        workspace.treatment_changed.connect(self.refresh)
        workspace.settings_changed.connect(self._look)
        self.refresh()

    def _make_drop(self) -> QWidget:
        self.drop = DropBox(8, on_canvas=False)
        column = QVBoxLayout(self.drop)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(4)
        said = label(
            self.tr("Drop a model here: .safetensors, .pth, folder or zip. Nothing in it is run, and nothing is fetched."),
            "dim",
        )
        said.setWordWrap(True)
        said.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(Picture("download", "dim", 20), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(said)
        return self.drop

    def refresh(self) -> None:
        """Show the cards as they are now."""
        for view in self.cards:
            view.hide()
            view.deleteLater()
        workspace = self._workspace
        self._repairs = repairing(workspace)
        self.cards = [CardView(card, workspace) for card in (*workspace.cards, *workspace.priors)]
        for view in self.cards:
            view.used.connect(self._use)
            view.removed.connect(lambda wanted: self._ask(RemoveModel(wanted)))
            view.revealed.connect(self._show_folder)
        self._columns = 0
        self._place()

    def _use(self, wanted: str) -> None:
        workspace = self._workspace
        if any(card.id == wanted for card in workspace.priors):
            workspace.change(prior=wanted, refine=workspace.chosen.refine or REFINE["light"])
        else:
            workspace.change(model=wanted)

    def _look(self) -> None:
        """Another prior may be in use."""
        if repairing(self._workspace) is not self._repairs:
            self.refresh()

    def _place(self) -> None:
        columns = max(1, (self.viewport().width() - 64 + GAP_PX) // (CARD_PX + GAP_PX))
        if columns != self._columns:
            self._columns = columns
            for number, view in enumerate(self.cards):
                self._grid.addWidget(view, number // columns, number % columns)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802, D102 - Qt's name
        super().resizeEvent(event)
        self._place()

    def _show_folder(self, model_id: str) -> None:
        card = next((card for card in (*self._workspace.cards, *self._workspace.priors) if card.id == model_id), None)
        if card is not None:
            self._reveal(self._workspace.library.folder(card))

    # -- jobs

    def check_all(self) -> None:
        """Hash all weights."""
        self._ask(CheckModels())

    def import_models(self, paths: list[Path]) -> None:
        """Bring in files or folders, one after the other."""
        self._outcomes = []
        for path in paths:
            self._ask(ImportModel(path))

    def _ask(self, job: LibraryJob) -> None:
        if isinstance(job, ImportModel):
            self.status.setText(self.tr("Checking {name}…").format(name=job.source.name))
        elif isinstance(job, CheckModels):
            self.status.setText(self.tr("Checking all models…"))
        self._workspace.dispatch.ask(job, "library", lambda event: self._heard(job, event))

    def _tell(self, job: LibraryJob, words_: str, failed: bool = False) -> None:
        """Say what came of a job; of models that were brought in together all of it, what failed first."""
        if isinstance(job, ImportModel):
            self._outcomes.insert(0 if failed else len(self._outcomes), words_)
            words_ = "\n".join(self._outcomes)
        self.status.setText(words_)

    def _heard(self, job: LibraryJob, event: Event) -> None:
        if isinstance(event, Failed):
            self._tell(job, f"{event.message} {event.hint}".strip(), failed=True)
        if not isinstance(event, Finished):
            return
        if isinstance(event.result, ModelCard):
            self._tell(job, self.tr("Imported “{title}”.").format(title=event.result.title))
        elif isinstance(event.result, list):
            problems = "\n".join(str(problem) for problem in event.result)
            self.status.setText(problems or self.tr("All models are whole."))
        else:
            self.status.setText(self.tr("“{id}” was moved to the trash.").format(id=event.result))
        if not isinstance(job, CheckModels):
            self._workspace.read_library()
