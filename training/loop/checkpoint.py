"""All that a run needs to go on exactly: net, weights, their average, optimiser, strategies, place, work done, best score."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from rainapp.base.errors import BadModel
from rainapp.base.new_files import NewFile
from rainapp.base.regular_files import open_regular
from rainapp.library.model_files import kind_of
from rainapp.nets.foreign_weights import LOADER_ERRORS

VERSION = 2
COUNT_MAX = 2**53


@dataclass
class Checkpoint:
    """State of a run after `step` steps and `elapsed_s` seconds of work. Tensors on the CPU, in the precision of the run.

    `spec` is the plain form of the net's `NetSpec`, empty in a checkpoint of version 1; `modules` the heads of tasks and
    `strategies` the states of strategies, both by name; `unsteady` counts steps whose gradient was not finite.
    """

    step: int
    elapsed_s: float
    net: dict[str, Tensor]
    average: dict[str, Tensor]
    optimiser: dict[str, Any]
    best: float
    spec: dict[str, Any] = field(default_factory=dict)
    modules: dict[str, Any] = field(default_factory=dict)
    strategies: dict[str, Any] = field(default_factory=dict)
    unsteady: int = 0
    version: int = VERSION


def save(path: Path, checkpoint: Checkpoint) -> None:
    """Write whole or not at all; the last one stays until the new one is complete."""
    with NewFile(path, replaces=True) as file:
        torch.save(vars(checkpoint), file)


def load(path: Path) -> Checkpoint:
    """Read a checkpoint, of version 1 or 2, without running any code in it.

    Raises:
        BadModel: it is missing or damaged, or of a newer version.
    """
    try:
        if kind_of(path) != "checkpoint":
            raise TypeError("another kind of file")
        with open_regular(path) as opened:
            state = torch.load(opened, map_location="cpu", weights_only=True)
        if not isinstance(state, Mapping):
            raise TypeError("no table of values")
        if state.get("version", 1) not in (1, VERSION) and type(state["version"]) is int:
            raise BadModel(f"The checkpoint {path.name} is of a newer rainapp.", "Resume it with that version.", path)
        return _checked(Checkpoint(**({"version": 1} | dict(state))))
    except LOADER_ERRORS as error:
        raise BadModel(
            f"The checkpoint {path.name} cannot be read.", "Start the run again, or resume from another folder.", path
        ) from error


def _checked(found: Checkpoint) -> Checkpoint:
    """`found`, whose parts are of the kinds that a run writes. Raises TypeError for others."""
    counts = (found.step, found.unsteady, found.version)
    numbers = all(type(each) is int and 0 <= each < COUNT_MAX for each in counts)
    times = isinstance(found.elapsed_s, float | int) and 0 <= found.elapsed_s < math.inf and isinstance(found.best, float | int)
    weights = all(
        isinstance(each, Mapping) and all(isinstance(k, str) and isinstance(v, Tensor) for k, v in each.items())
        for each in (found.net, found.average)
    )
    tables = all(isinstance(each, Mapping) for each in (found.optimiser, found.spec, found.modules, found.strategies))
    if not (numbers and times and weights and tables):
        raise TypeError("no checkpoint")
    return found
