"""Which models exist, whether they are whole, and where they come from.

A model is a folder `<id>/` with `card.toml` and `weights.safetensors`. Bundled models and the user's differ only by the folder
they lie in. This module counts hashes and moves folders and needs no torch; `rainapp.nets.registry.load` makes a net of a card,
`rainapp.library.importer` makes a model of a foreign file. A folder that cannot be used never hides the others: it is left out
of the list, and `problems` says why in words.
"""

import contextlib
import hashlib
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rainapp.base.errors import BadModel, UnwritableFile
from rainapp.base.folders import remove_folder
from rainapp.base.new_files import new_folder, put, sync_files
from rainapp.base.own_files import Like
from rainapp.base.paths import bundled_models_dir, user_models_dir
from rainapp.base.regular_files import open_regular, read_regular
from rainapp.base.system_errors import REFUSED, why_not_read
from rainapp.base.textfile import toml_line, write_text
from rainapp.base.toml_text import read_toml
from rainapp.library import priors as prior_files
from rainapp.library.cards import (
    CARD,
    UNKNOWN_LICENCE,
    ModelCard,
    ModelId,
    Veil,
    check_id,
    printable,
    read_card,
    unwritable,
    write_card,
)

__all__ = [
    "UNKNOWN_LICENCE",
    "WEIGHTS",
    "ModelCard",
    "ModelId",
    "ModelLibrary",
    "Problem",
    "Veil",
    "check_id",
    "sha256_of",
    "write_card",
]

WEIGHTS = "weights.safetensors"
BUNDLED_DEFAULT = "quick"

WEIGHTS_BYTES_MAX = 4 * 1024**3

_STATE = "library.toml"  # beside the user's models: which one is the default
_STATE_BYTES_MAX = 64 * 1024
_STAGING = ".staging-"
_STALE_S = 24 * 3600.0


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong in the library, in words; `folder` is where it lies."""

    model_id: ModelId
    folder: Path
    message: str

    def __str__(self) -> str:
        """The model, then what is wrong with it."""
        return f"{self.model_id}: {self.message}"


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, as hexadecimal digits; read in blocks, so that its size does not matter."""
    with open_regular(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def hash_of(folder: Path, card: ModelCard) -> str:
    """What the card of a whole model or prior must say under `sha256`."""
    return prior_files.digest(folder) if card.is_prior else sha256_of(folder / WEIGHTS)


def _check_whole(folder: Path, card: ModelCard) -> None:
    """Raise `BadModel` unless the files are there that the card is about."""
    if card.is_prior:
        prior_files.check_files(folder, card)
    elif not (folder / WEIGHTS).is_file():
        raise BadModel(f"{WEIGHTS} is missing.", "Import the model again.")


def checked_weights(card: ModelCard, weights: Path) -> bytes:
    """The content of the weights file of `card`.

    Raises:
        BadModel: it cannot be read, or is not the one the card names.
    """
    try:
        content = read_regular(weights, WEIGHTS_BYTES_MAX)
    except OSError as error:
        raise BadModel(f"The weights of “{card.id}” cannot be read: {why_not_read(error)}.", path=weights) from error
    if hashlib.sha256(content).hexdigest() != card.sha256.lower():
        raise BadModel(
            f"The weights of “{card.id}” are not the ones its card names.",
            "The file is damaged or was exchanged: import or install the model again.",
            weights,
        )
    return content


class ModelLibrary:
    """The models at hand: the bundled ones first, then the user's. Folders are read afresh at every call; they are few."""

    def __init__(self, bundled: Path | None = None, user: Path | None = None) -> None:
        """Open the library in two folders that need not exist; None means where `rainapp.base.paths` says."""
        self.bundled = bundled_models_dir() if bundled is None else bundled
        self.user = user_models_dir() if user is None else user
        self.bundled_priors = self.bundled.with_name("priors")

    def cards(self) -> list[ModelCard]:
        """The usable models by id: the bundled default, the other bundled ones, the user's; `problems` says what is missing."""
        return [card for card in self._read()[0] if not card.is_prior]

    def priors(self) -> list[ModelCard]:
        """The usable priors, in the same order: they take no rain out, but repair what a model has left."""
        return [card for card in self._read()[0] if card.is_prior]

    def cards_and_priors(self) -> tuple[list[ModelCard], list[ModelCard]]:
        """Both, read once."""
        found = self._read()[0]
        return [card for card in found if not card.is_prior], [card for card in found if card.is_prior]

    def problems(self) -> list[Problem]:
        """What is wrong with folders and cards, without hashing any weights."""
        return self._read()[1]

    def get(self, model_id: ModelId) -> ModelCard:
        """The card of `model_id`; "default" is the default model.

        Raises:
            BadModel: unknown, or there but unusable; or a prior; or no default model at all.
        """
        card = self.find(model_id)
        if card.is_prior:
            raise BadModel(f"“{card.id}” is a prior and takes out no rain.", "Use it with --refine and --prior.")
        return card

    def prior(self, prior_id: ModelId = prior_files.AUTO) -> ModelCard:
        """The card of a prior; "auto" is the best there is.

        Raises:
            BadModel: there is none, or it is there but unusable.
        """
        if prior_id != prior_files.AUTO:
            card = self.find(prior_id)
            if not card.is_prior:
                raise BadModel(f"“{card.id}” is a model, not a prior.", "Use it with --model.")
            return card
        best = prior_files.prior_of(self.priors())
        if best is None:
            raise BadModel("There is no prior to repair with.", "Import one: `rainapp models import FOLDER`.")
        return best

    def find(self, model_id: ModelId) -> ModelCard:
        """The card of a model or a prior; see `get`."""
        wanted = self.default_id if model_id == "default" else model_id
        cards, problems = self._read()
        for card in cards:
            if card.id == wanted:
                return card
        why = next((p.message for p in problems if p.model_id == wanted), None)
        if why is not None:
            raise BadModel(f"The model “{wanted}” cannot be used: {why}", "`rainapp models verify` looks at all models.")
        known = ", ".join(card.id for card in cards) or "no model at all"
        raise BadModel(f"There is no model “{printable(wanted)}”.", f"The library has {known}.")

    def weights_path(self, card: ModelCard) -> Path:
        """The weights file of a card of this library."""
        return self.folder(card) / WEIGHTS

    def folder(self, card: ModelCard) -> Path:
        """The folder of a card of this library."""
        return (self._bundled_root(card.id) or self.user) / check_id(card.id)

    def is_bundled(self, model_id: ModelId) -> bool:
        """Whether this model or prior came with the application."""
        return self._bundled_root(model_id) is not None

    def _bundled_root(self, model_id: ModelId) -> Path | None:
        roots = (self.bundled, self.bundled_priors)
        return next((root for root in roots if (root / check_id(model_id) / CARD).is_file()), None)

    @property
    def default_id(self) -> ModelId:
        """The id of the default model: the one that was chosen, else the bundled one, else the first there is.

        Raises:
            BadModel: there is no model at all.
        """
        ids = [card.id for card in self.cards()]
        for candidate in (self._chosen_default(), BUNDLED_DEFAULT, *ids):
            if candidate is not None and candidate in ids:
                return candidate
        raise BadModel(
            "There is no model to work with.",
            f"Import one: `rainapp models import FILE`. Looked in {self.bundled} and {self.user}.",
        )

    def set_default(self, model_id: ModelId) -> None:
        """Make `model_id` the default from now on ("default" changes nothing)."""
        card = self.get(model_id)
        self._make_user_folder()
        write_text(
            self.user / _STATE, toml_line("default", card.id) + "\n", replaces=True
        )  # where a link lies, only the link goes

    def verify(self, model_id: ModelId | None = None) -> list[Problem]:
        """Hash the weights of one model, or of all; what is wrong, in words (nothing: all is whole)."""
        found = self.problems() if model_id is None else []
        for card in self._read()[0] if model_id is None else [self.find(model_id)]:
            if hash_of(self.folder(card), card) != card.sha256:
                words = f"the weights are not those the card was written for (SHA-256 differs); import {card.id} again."
                found.append(Problem(card.id, self.folder(card), words))
        return found

    def remove(self, model_id: ModelId) -> None:
        """Move one of the user's models to the trash, whole or damaged.

        Raises:
            BadModel: unknown, or bundled.
            UnwritableFile: there is no trash here; the hint names the folder to delete by hand.
        """
        from send2trash import TrashPermissionError, send2trash  # loaded on use: half of the faces never remove anything

        folder = self.user / check_id(model_id)
        if not folder.is_dir():
            if self.is_bundled(model_id):
                raise BadModel(
                    f"The model “{model_id}” came with the application and stays.", "Choose another default instead."
                )
            self.get(model_id)
            raise BadModel(f"There is no model “{model_id}”.", f"Looked in {self.user}.")
        try:
            send2trash(str(folder))
        except (TrashPermissionError, OSError) as error:
            raise UnwritableFile(
                f"“{model_id}” could not be moved to the trash: {REFUSED}.", f"Delete the folder {folder} by hand.", folder
            ) from error

    @contextlib.contextmanager
    def staging(self, like: Like = None) -> Iterator[Path]:
        """An empty folder beside the user's models in which a new model is made; gone afterwards unless it was `admit`ted.

        Nobody looks into it who may not read `like`.
        """
        self._make_user_folder()
        self._sweep()
        with new_folder(self.user, like) as folder:
            yield folder

    def admit(self, staged: Path, model_id: ModelId) -> ModelCard:
        """Turn the folder from `staging` into the user's model `model_id`, by one rename: whole or not at all.

        Raises:
            BadModel: the id is taken or cannot be one, or the folder is no whole model.
        """
        self.require_free(model_id)
        card, _ = read_card(staged)
        _check_whole(staged, card)
        if card.id != model_id or hash_of(staged, card) != card.sha256:
            raise BadModel(f"The folder {staged} is not a whole model “{model_id}”.")
        try:
            sync_files(staged)
            put(staged, self.user / model_id)  # fails where something has that name: the later of two imports loses
        except OSError as error:
            self.require_free(model_id)
            raise unwritable(self.user / model_id, error) from error
        return card

    def require_free(self, model_id: ModelId) -> None:
        """Raise `BadModel` unless `model_id` can be an id and no model has it yet."""
        if self._is_taken(check_id(model_id)):
            raise BadModel(
                f"There is already a model “{model_id}”.", "Choose another id with --id, or remove that model first."
            )

    def free_id(self, wanted: ModelId) -> ModelId:
        """`wanted`, or with -2, -3, … after it, so that it is not taken; characters an id cannot have become `-`."""
        base = re.sub(r"[^A-Za-z0-9._-]+", "-", wanted).strip("-._")[:56].rstrip("-.") or "model"
        try:
            check_id(base)
        except BadModel:
            base = f"model-{base}"
        candidates = (base, *(f"{base}-{n}" for n in range(2, 10_000)))
        return next(candidate for candidate in candidates if not self._is_taken(candidate))

    def _is_taken(self, model_id: ModelId) -> bool:
        """Whether a folder of that name is there; letter case does not tell two models apart (it does not on every disk)."""
        return any(folder.name.lower() == model_id.lower() for _, folder in self._folders())

    def _folders(self) -> Iterator[tuple[Path, Path]]:
        """(root, model folder) for every folder that claims to be a model; hidden ones are ours or the system's."""
        for root in (self.bundled, self.bundled_priors, self.user):
            with contextlib.suppress(OSError):  # missing or not ours to read: no models there
                folders = sorted(root.iterdir(), key=lambda entry: (entry.name != BUNDLED_DEFAULT, entry))
                yield from ((root, entry) for entry in folders if entry.is_dir() and entry.name[0] != ".")

    def _read(self) -> tuple[list[ModelCard], list[Problem]]:
        cards: dict[str, ModelCard] = {}
        problems: list[Problem] = []
        for root, folder in self._folders():
            if root != self.user and not (folder / CARD).exists():
                continue  # resources/weights may hold other things
            try:
                card, notes = read_card(folder)
                if card.id != folder.name:
                    raise BadModel(f"the card says “{card.id}”, but the folder is named “{folder.name}”.", "Make them agree.")
                _check_whole(folder, card)
                if card.id.lower() in cards:
                    raise BadModel("another model has this id.", f"Rename or remove the folder {folder}.")
            except BadModel as error:
                problems.append(Problem(folder.name, folder, str(error)))
                continue
            cards[card.id.lower()] = card
            problems += [Problem(card.id, folder, note) for note in notes]
        chosen = self._chosen_default()
        if chosen is not None and chosen not in {card.id for card in cards.values()}:
            problems.append(Problem(chosen, self.user, "was chosen as default, but is not there; the bundled default is used."))
        return list(cards.values()), problems

    def _chosen_default(self) -> ModelId | None:
        try:
            chosen = read_toml(self.user / _STATE, _STATE_BYTES_MAX).get("default")
        except (OSError, ValueError):  # no choice was made, or it cannot be read: then there is none
            return None
        return chosen if isinstance(chosen, str) else None

    def _make_user_folder(self) -> None:
        try:
            self.user.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise unwritable(self.user, error) from error

    def _sweep(self) -> None:
        """Remove what an import of an earlier version left behind a day ago or earlier."""
        for folder in self.user.glob(f"{_STAGING}*"):
            with contextlib.suppress(OSError):
                if time.time() - folder.stat().st_mtime > _STALE_S:
                    remove_folder(folder)
