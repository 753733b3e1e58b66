"""A folder of a prior becomes one of the user's library: looked at, copied, hashed, and renamed into it whole.

Only names, headers and descriptions are read, so no child process is needed; numbers that are none are found when it is loaded.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from rainapp.base.errors import BadModel
from rainapp.base.new_files import NewFile
from rainapp.base.own_files import Readers, readers_of_all
from rainapp.base.regular_files import open_regular
from rainapp.library import pipelines, priors
from rainapp.library.cards import CARD, UNKNOWN_LICENCE, ModelCard, ModelId, check_id, printable, read_card, write_card
from rainapp.library.model_library import WEIGHTS_BYTES_MAX, ModelLibrary

BLOCK_BYTES = 1 << 20
PIPELINE_BYTES_MAX = 24 * 1024**3


def is_prior(source: Path) -> bool:
    """Whether `source` is a folder whose card says that it is a prior."""
    if not (source / CARD).is_file():
        return False
    try:
        return read_card(source)[0].is_prior
    except BadModel:  # what is wrong with the card is told by who imports it
        return False


def import_prior(source: Path, library: ModelLibrary, model_id: ModelId | None, licence: str | None) -> ModelCard:
    """Take a prior into the user's library. `model_id` and `licence`: instead of those of its card.

    Raises:
        BadModel: it is refused, with the reason, and nothing was written.
        OSError: the library cannot be written.
    """
    card, _ = read_card(source)
    card = replace(card, id=check_id(model_id or card.id), licence=licence or card.licence or UNKNOWN_LICENCE)
    library.require_free(card.id)
    priors.check_files(source, card)
    names = priors.files_of(source)
    if sum((source / name).stat().st_size for name in names) > WEIGHTS_BYTES_MAX:
        raise BadModel(f"The prior is larger than {WEIGHTS_BYTES_MAX // 1024**3} GB.", path=source)
    if priors.digest(source) != card.sha256:
        words = f"The files of the prior “{printable(card.id)}” are not those its card was written for (SHA-256 differs)."
        raise BadModel(words, "Fetch the prior again.", source)
    readers = readers_of_all(source / name for name in (CARD, *names))
    with library.staging(readers) as staged:
        copy_files(source, staged, names, readers)
        write_card(staged, card, readers)
        return library.admit(staged, card.id)


def import_pipeline(
    source: Path, library: ModelLibrary, model_id: ModelId | None, licence: str | None, title: Path | None = None
) -> ModelCard:
    """Take what is needed of a pipeline of others into the user's library; `title` is what it is called after.

    Raises:
        BadModel: it is refused, with the reason, and nothing was written.
        OSError: the library cannot be written.
    """
    found = pipelines.find(source)
    if sum((source / name).stat().st_size for name in found.files) > PIPELINE_BYTES_MAX:
        raise BadModel(f"The prior is larger than {PIPELINE_BYTES_MAX // 1024**3} GB.", path=source)
    readers = readers_of_all(source / name for name in found.files)
    with library.staging(readers) as staged:
        copy_files(source, staged, found.files, readers)
        for name in found.files.values():
            if name.endswith(priors.WEIGHTS_SUFFIX):
                priors.check_weights(staged / name, name)
        card = pipelines.card_of(title or source, found, staged, library, model_id, licence)
        priors.check_files(staged, card)
        write_card(staged, card, readers)
        return library.admit(staged, card.id)


def copy_files(source: Path, target: Path, names: Iterable[str], readers: Readers) -> None:
    """Copy the files of a prior, which lie in folders of its own; a table says what each is called there. Raises OSError."""
    for name in names:
        place = target / (names[name] if isinstance(names, Mapping) else name)
        place.parent.mkdir(parents=True, exist_ok=True)
        with open_regular(source / name) as whole, NewFile(place, like=readers) as copy:
            while block := whole.read(BLOCK_BYTES):
                copy.write(block)
