"""The figures of a comparison as a spreadsheet reads them: a row for every photo under every model, also where it failed."""

import math
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from rainapp.compare.advice import Compared, Figures
from rainapp.gui.compare.compare_queue import Cell, CompareRun
from rainapp.gui.compare.compare_state import Comparing
from rainapp.gui.state.file_item import State
from rainapp.jobs.records import ModelId

NAMES = tuple(each.name for each in fields(Figures))
HEAD = ("photo", "model", "width", "height", "seconds", "time_s", "frames", *NAMES, "trouble")
Rows = tuple[tuple[str, ...], ...]


def figures_sheet(comparing: Comparing) -> Rows:
    """Every figure under its own name, with a point and without rounding; empty where there is none, and why.

    Photos stand in the order of the list and models in that of the library, however the work went.
    """
    run = comparing.trial.run if comparing.mode == "trial" else comparing.run
    models = [card.id for card in comparing.cards]
    rows = [_row(photo, model, cell) for photo in _photos(comparing, run) for model, cell in _cells(run, photo, models)]
    return (HEAD, *rows, *_unreadable(comparing))


def _photos(comparing: Comparing, run: CompareRun) -> list[tuple[Path, str]]:
    """The photos that were compared, each with its name."""
    places = {item.path: item.row for item in comparing.workspace.items}
    photos = [(subject.source, subject.name) for subject in run.subjects()]
    return sorted(photos, key=lambda photo: places.get(photo[0], -1))  # samples are in no list and keep their order


def _cells(run: CompareRun, photo: tuple[Path, str], models: list[ModelId]) -> Iterator[tuple[ModelId, Cell]]:
    for model in models:
        cell = run.cell(photo[0], model)
        if cell is not None and cell.handle is None:
            yield model, cell


def _row(photo: tuple[Path, str], model: ModelId, cell: Cell) -> tuple[str, ...]:
    if cell.result is None:
        return (photo[0].name, model, *("" for _ in HEAD[2:-1]), f"{cell.message} {cell.hint}".strip())
    return (photo[0].name, model, *_values(cell.result), "")


def _values(one: Compared) -> tuple[str, ...]:
    numbers = [getattr(one.figures, name) for name in NAMES]
    said = [f"{number:.6g}" if math.isfinite(number) else "" for number in numbers]
    return (str(one.width), str(one.height), f"{one.seconds:.6g}", f"{one.time_s:g}", str(len(one.frames) or 1), *said)


def _unreadable(comparing: Comparing) -> Iterator[tuple[str, ...]]:
    """A row for each listed file that could not be read, under each model that takes part."""
    if comparing.mode == "photos":
        for item in comparing.workspace.items:
            for model in comparing.models if item.state is State.UNREADABLE else ():
                if comparing.run.cell(item.path, model) is None:
                    yield (item.path.name, model, *("" for _ in HEAD[2:-1]), f"{item.message} {item.hint}".strip())
