"""All that a run needs to go on exactly: net, weights, their average, optimiser, strategies, place, work done, best score."""

import pickle
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from rainapp.base.errors import BadModel
from rainapp.base.new_files import NewFile

VERSION = 2


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
        state = torch.load(path, map_location="cpu", weights_only=True)
        if not isinstance(state, Mapping):
            raise TypeError("no table of values")
        found = Checkpoint(**({"version": 1} | dict(state)))
    except (OSError, RuntimeError, TypeError, EOFError, ValueError, KeyError, pickle.UnpicklingError) as error:
        raise BadModel(
            f"The checkpoint {path.name} cannot be read.", "Start the run again, or resume from another folder.", path
        ) from error
    if found.version not in (1, VERSION):
        raise BadModel(f"The checkpoint {path.name} is of a newer rainapp.", "Resume it with that version.", path)
    return found
