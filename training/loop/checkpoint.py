"""All that a run needs to go on exactly: weights, their average, optimiser, place, elapsed time, best score."""

import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from rainapp.errors import BadModel
from rainapp.new_files import NewFile


@dataclass
class Checkpoint:
    """State of a run after `step` steps and `elapsed_s` seconds of work. Tensors on the CPU."""

    step: int
    elapsed_s: float
    net: dict[str, Tensor]
    average: dict[str, Tensor]
    optimiser: dict[str, Any]
    best: float


def save(path: Path, checkpoint: Checkpoint) -> None:
    """Write whole or not at all; the last one stays until the new one is complete."""
    with NewFile(path, replaces=True) as file:
        torch.save(vars(checkpoint), file)


def load(path: Path) -> Checkpoint:
    """Read a checkpoint without running any code in it. Raises BadModel when it is missing or damaged."""
    try:
        return Checkpoint(**torch.load(path, map_location="cpu", weights_only=True))
    except (OSError, RuntimeError, TypeError, EOFError, ValueError, KeyError, pickle.UnpicklingError) as error:
        raise BadModel(
            f"The checkpoint {path.name} cannot be read.", "Start the run again, or resume from another folder.", path
        ) from error
