"""What there is and what was chosen: the files, the settings, the models, and how each file would be treated. No widgets.

`Workspace` changes it; its parts, each in a module of its own, read it and ask it to change.
"""

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from rainapp.base.errors import BadModel
from rainapp.base.settings import Settings
from rainapp.gui.state.file_item import Item
from rainapp.gui.state.file_tasks import Order, order_by, treatment_by
from rainapp.gui.state.job_events import Dispatch
from rainapp.gui.state.queue import Batch
from rainapp.jobs.records import STRENGTH_MAX, Treatment
from rainapp.jobs.session_lines import OwnSettings
from rainapp.library.model_library import ModelCard, ModelLibrary
from rainapp.library.priors import prior_of


class FileListState(QObject):
    """Items, selection and settings, and what follows from them; changes are told by signals."""

    adding = Signal(int, int)
    added = Signal()
    removing = Signal(int, int)
    removed = Signal()
    moving = Signal()
    moved = Signal()
    item_changed = Signal(int)
    current_changed = Signal()
    selection_changed = Signal()
    treatment_changed = Signal()
    amount_changed = Signal()
    settings_changed = Signal()
    mask_changed = Signal()
    screen_changed = Signal()
    items_changed = Signal()
    asked = Signal(object)
    notice = Signal(str)

    def __init__(self, dispatch: Dispatch, library: ModelLibrary, settings: Settings, parent: QObject | None = None) -> None:
        """Begin with no files and the treatment that the settings remember."""
        super().__init__(parent)
        self.dispatch = dispatch
        self.library = library
        self.settings = settings
        self.items: list[Item] = []
        self.current: Item | None = None
        self.selected: list[Item] = []
        self._common = round(settings.strength * 100)
        self.cards: list[ModelCard] = []
        self.priors: list[ModelCard] = []
        self._default_id = ""
        self._named: set[Path] = set()
        self.hold_thumbnails = False
        self.batch = Batch(dispatch, self)

    # -- what its parts ask for; `Workspace` does it

    def change(self, **values: object) -> None:
        """Change settings at once."""
        raise NotImplementedError

    def append(self, entries: Iterable[Path | Item]) -> None:
        """Add files and items that are not in the list yet."""
        raise NotImplementedError

    def exchange(self, old: list[Item], new: list[Item]) -> None:
        """Put `new` in the place of `old`."""
        raise NotImplementedError

    def start(self, items: list[Item]) -> None:
        """Derain `items` that are not at work already."""
        raise NotImplementedError

    def insert(self, placed: list[tuple[int, Item]]) -> None:
        """Put items at their rows; rows must be ascending and, taken together, one run."""
        raise NotImplementedError

    def select(self, current: Item | None, selected: list[Item]) -> None:
        """Take what the list shows as selected."""
        raise NotImplementedError

    def put_in_order(self, order: list[Item]) -> None:
        """Show the files in another order."""
        raise NotImplementedError

    def choose(self, settings: Settings, amount: int) -> None:
        """Take all of `settings`, and the amount for all files."""
        raise NotImplementedError

    # -- models and treatment

    def read_library(self) -> None:
        """Look which models there are."""
        self.cards, self.priors = self.library.cards_and_priors()
        self._default_id = ""
        with contextlib.suppress(BadModel):  # no model at all: the window says so in words
            self._default_id = self.library.default_id
        self.treatment_changed.emit()

    def chosen_for(self, item: Item | None) -> OwnSettings:
        """What a person chose for one file: its own settings, or those of all."""
        settings = self.settings
        own = item.own if item is not None else None
        return own or OwnSettings(
            settings.model, self._common, settings.veil, settings.temporal,
            settings.refine, settings.prior, settings.budget_share, settings.budget_mean,
        )  # fmt: skip

    @property
    def chosen(self) -> OwnSettings:
        """What was chosen for the file in sight."""
        return self.chosen_for(self.current)

    @property
    def amount(self) -> int:
        """How much rain goes, -100 to 130, from the file in sight."""
        return self.chosen.amount

    @property
    def common_amount(self) -> int:
        """How much rain goes from all files that have no settings of their own."""
        return self._common

    def _card_of(self, model: str) -> ModelCard | None:
        by_id = {card.id: card for card in self.cards}
        return by_id.get(model) or by_id.get(self._default_id)

    @property
    def card(self) -> ModelCard | None:
        """The model in use: the one that was chosen, else the default one; None where there is none at all."""
        return self._card_of(self.chosen.model)

    def _treatment(self, chosen: OwnSettings) -> Treatment:
        return treatment_by(chosen, self._card_of(chosen.model), self.settings, self.prior_for(chosen))

    def prior_for(self, chosen: OwnSettings) -> ModelCard | None:
        """What would repair a file; None where what was chosen is not there."""
        return prior_of(self.priors, chosen.prior)

    @property
    def treatment(self) -> Treatment:
        """How the file in sight would be treated if started now, and with it all that have no settings of their own."""
        return self._treatment(self.chosen)

    @property
    def preview_treatment(self) -> Treatment:
        """The treatment of previews: always at full strength, the amount is painted, and a repair is previewed for itself."""
        return replace(self.treatment.unrepaired, strength=1.0)

    def treatment_of(self, item: Item) -> Treatment:
        """How one file would be treated: as all or in its own way, and through its own mask where one was painted."""
        treatment = item.as_seen(self._treatment(self.chosen_for(item)))
        painted = item.mask is not None and not item.mask.is_empty
        return replace(treatment, mask=item.mask.file) if painted and item.mask is not None else treatment

    def preview_treatment_of(self, item: Item) -> Treatment:
        """The same for its previews: at full strength, and all of it."""
        return replace(item.as_seen(self._treatment(self.chosen_for(item))).unrepaired, strength=1.0)

    def repair_treatment_of(self, item: Item) -> Treatment | None:
        """The same for a look at its repair; None where it is not repaired."""
        treatment = replace(item.as_seen(self._treatment(self.chosen_for(item))), strength=1.0)
        return treatment if treatment.refine else None

    def order_for(self, item: Item) -> Order:
        """What would be asked of the batch for one file, its mask left aside."""
        chosen = self.chosen_for(item)
        return order_by(item, item.as_seen(self._treatment(chosen)), chosen.amount < 0, self.settings)

    @property
    def default_id(self) -> str:
        """The id of the default model; empty where there is no model."""
        return self._default_id

    def speed_of(self, card: ModelCard) -> float | None:
        """Seconds per megapixel of a model on this machine, once it was seen at work."""
        return self.batch.speed(replace(self.treatment.unrepaired, model=card.id))

    def originals(self) -> Iterator[Path]:
        """The files of the person that no result may replace: those of the list, and masks and the like that were chosen."""
        for item in self.items:
            yield from item.originals
        yield from self._named

    @property
    def to_remember(self) -> Settings:
        """The settings as they are to be the next time."""
        return replace(self.settings, strength=min(STRENGTH_MAX, max(0.0, self._common / 100)))
