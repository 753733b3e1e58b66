"""What the window keeps for the next day, as jobs: its settings, and its session. Part of the vocabulary of `jobs.records`."""

from dataclasses import dataclass
from pathlib import Path

from rainapp.base.settings import Settings
from rainapp.jobs.mask_jobs import SaveMask


@dataclass(frozen=True, eq=False)
class KeepSettings:
    """Write what differs between `before` and `now` into the settings; what another window wrote meanwhile stays."""

    before: Settings
    now: Settings


@dataclass(frozen=True, eq=False)
class KeepSession:
    """Write the session anew, one line for each file, and first the masks that are not on the disk yet.

    `masks` are the names of all masks that the lines speak of: others are removed.
    """

    file: Path
    lines: tuple[str, ...]
    painted: tuple[SaveMask, ...] = ()
    masks: frozenset[str] = frozenset()


@dataclass(frozen=True)
class ReadSession:
    """Read the session in `file`, and look which of its files are there still."""

    file: Path


MemoryJob = KeepSettings | KeepSession | ReadSession
