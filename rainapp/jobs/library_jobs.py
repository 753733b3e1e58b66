"""Jobs of the model library: bring a model in, look whether all are whole, remove one."""

from dataclasses import dataclass
from pathlib import Path

ModelId = str


@dataclass(frozen=True)
class ImportModel:
    """Bring a foreign model file or folder into the user's library; it is checked in a process of its own."""

    source: Path


@dataclass(frozen=True)
class CheckModels:
    """Hash all weights and look through all cards."""


@dataclass(frozen=True)
class RemoveModel:
    """Move one of the user's models to the trash."""

    model_id: ModelId


LibraryJob = ImportModel | CheckModels | RemoveModel
