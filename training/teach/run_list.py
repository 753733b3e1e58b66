"""The runs that teach a model, as a person sees them in a list: what each is called, and how far it is. No torch."""

import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rainapp.base import paths
from rainapp.base.errors import BadTreatment, UnwritableFile
from rainapp.base.folders import remove_folder
from rainapp.base.system_errors import REFUSED
from rainapp.library.cards import ModelCard
from rainapp.nets.spec import SHAPES
from training.teach import request as requests

State = Literal["begun", "fitted", "learning", "better", "own rain only", "not better", "added", "damaged"]
UNFINISHED: tuple[State, ...] = ("begun", "fitted", "learning")
BEGUN_LEARNING = "recipe.toml"
DRAFT = "my-rain"
"""What a run is called whose model has no name yet."""


@dataclass(frozen=True)
class TeachRun:
    """A run: the `name` of the model it teaches, its `title`, what it begins `base`, its state; `held`: it is at work now.

    `model`: the model that was added, or nothing. `changed_s`: when anything last happened, in seconds of the clock.
    """

    folder: Path
    name: str
    title: str
    base: str
    minutes: float
    state: State
    held: bool
    model: str
    changed_s: float


def can_be_taught(card: ModelCard) -> bool:
    """Whether the net of a model is one that is trained here."""
    return card.arch in SHAPES and card.arch != "fusion_naf" and not card.around


def runs() -> list[TeachRun]:
    """All runs that teach a model, the latest first. One that is damaged is listed as such."""
    folder = paths.runs_dir()
    found = [each for each in folder.iterdir() if (each / requests.REQUEST).is_file()] if folder.is_dir() else []
    return sorted(map(run_in, found), key=lambda run: -run.changed_s)


def run_in(folder: Path) -> TeachRun:
    """The run in a folder."""
    changed_s = max((file.stat().st_mtime for file in folder.iterdir() if file.is_file()), default=0.0)
    try:
        asked = requests.request_of(folder)
        over = requests.kept(folder, requests.VERDICT)
        state = state_of(folder, over)
        model = str(over["model"] or "") if over is not None else ""
    except (BadTreatment, KeyError):
        return TeachRun(folder, folder.name, folder.name, "", 0.0, "damaged", False, "", changed_s)
    held, title = requests.is_held(folder), asked.title or asked.name
    return TeachRun(folder, asked.name, title, asked.base, asked.minutes, state, held, model, changed_s)


def state_of(folder: Path, over: dict[str, object] | None) -> State:
    """How far a run is, or how it ended."""
    if over is not None:
        if over["model"]:
            return "added"
        return "not better" if not over["accepted"] else "own rain only" if over["own_rain_only"] else "better"
    if (folder / BEGUN_LEARNING).exists():
        return "learning"
    return "fitted" if (folder / requests.FITTED).exists() else "begun"


def id_of(title: str) -> str:
    """An id for a model of this title: letters, digits and hyphens."""
    plain = "".join(each if each.isascii() and each.isalnum() else "-" for each in title.strip().lower())
    return "-".join(word for word in plain.split("-") if word)[:60].strip("-") or DRAFT


def free_name(wanted: str, taken: set[str]) -> str:
    """`wanted`, or with the first number for which there is neither a model nor a run."""
    number = 1
    while (name := wanted if number == 1 else f"{wanted}-{number}") in taken or requests.folder_for(name).exists():
        number += 1
    return name


def discard(folder: Path) -> None:
    """Remove a run that has learned nothing: it holds copies of photos alone. Others stay."""
    if (folder / requests.REQUEST).is_file() and state_of(folder, requests.kept(folder, requests.VERDICT)) in (
        "begun",
        "fitted",
    ):
        with contextlib.suppress(OSError):
            remove_folder(folder)


def to_trash(folder: Path) -> None:
    """Move a run to the trash.

    Raises:
        BadTreatment: it is at work, or no run.
        UnwritableFile: there is no trash here.
    """
    from send2trash import TrashPermissionError, send2trash  # loaded on use

    if not (folder / requests.REQUEST).is_file():
        raise BadTreatment(f"There is no run “{folder.name}” that teaches a model.")
    with requests.held(folder):
        pass
    try:
        send2trash(str(folder))
    except (TrashPermissionError, OSError) as error:
        words = f"“{folder.name}” could not be moved to the trash: {REFUSED}."
        raise UnwritableFile(words, f"Delete the folder {folder} by hand.", folder) from error
