"""A cell of an experiment's table: a recipe, the cell it begins from, and on which pictures it is scored. Free of torch."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from training.recipe import Recipe


@dataclass(frozen=True)
class Rows:
    """Pictures that a cell is scored on: rain of the `profiles`, evenly, on clean photos of the folder `clean` of `dev/`.

    `own`: on the cell's own backgrounds instead. `strength` scales how strong the rain is; 1 as the profile says. `kind`:
    "drawn" rain, or pictures as they are: "pairs" of a set, "real" rain, "masks" of real streaks, "dry" photos; then `clean`
    names their folder, for real rain with the half that is meant, as "real_photos:even" (`training.tables.real_scoring`).
    `repair` above 0: the cell's net is a prior, and repairs at that strength what the default has derained of drawn rain, pairs
    or real rain (`training.tables.repair_scoring`).
    """

    name: str
    profiles: tuple[str, ...]
    clean: str = ""
    own: bool = False
    strength: float = 1.0
    kind: str = "drawn"
    repair: float = 0.0


@dataclass(frozen=True)
class Cell:
    """One run: `name` is that of its result file; `after` names the cell whose averaged weights it begins from.

    `weights`: whether its averaged weights are kept beside its result until the table is full, for cells that begin there.
    `fits`: rain is fitted to its real photos before it begins.
    """

    name: str
    recipe: Recipe
    rows: tuple[Rows, ...]
    after: str = ""
    weights: bool = False
    fits: bool = False

    @property
    def samples(self) -> int:
        """Crops that the run sees, each kind of rain on a crop counted."""
        dil = self.recipe.dil
        kinds = len(dil.types) if dil is not None else 1
        return self.recipe.train.steps * self.recipe.train.batch * kinds

    @property
    def recipe_hash(self) -> str:
        """Of the recipe alone: folders of photos may lie elsewhere."""
        lines = self.recipe.to_toml().splitlines()
        elsewhere = [line for line in lines if line.startswith(("clean =", "start_from", "rainy =")) and line != 'rainy = ""']
        text = "\n".join(line for line in lines if line not in elsewhere)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Table:
    """An experiment: its cells in the order in which they are filled, and how their results are told as Markdown."""

    name: str
    cells: Callable[[str], Sequence[Cell]]
    """Of the folder of clean photos."""
    told: Callable[[dict[str, "Result"]], str]


@dataclass(frozen=True)
class Result:
    """What a filled cell measured: scores by row, figure and picture, and what it cost."""

    cell: str
    seed: int
    samples: int
    seconds: float
    recipe_hash: str
    commit: str
    torch: str
    scores: dict[str, dict[str, list[float | None]]]
    identity: dict[str, dict[str, list[float | None]]]
    """The same figures for the rainy pictures themselves: the row of doing nothing."""
