"""Where the things lie that a cell names by what they are: halves of the real photos, teachers, fitted rain, own results.

So the recipe of a cell, and its hash, are the same on every machine.
"""

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

from rainapp.base.errors import BadRecipe
from rainapp.base.regular_files import read_regular
from rainapp.base.textfile import json_line, replace_text
from rainapp.library.model_library import ModelLibrary
from rainapp.nets import registry
from training.data.crops import read_photos
from training.rain import fit
from training.rain.profiles import RainProfile
from training.recipe import Recipe
from training.run_folders import CHECKPOINT
from training.tables.cells import Cell
from training.tables.real_scoring import half
from training.tables.scoring import spread
from training.teach.prepare import write_own_results

REAL = "real_photos"
TRIALS, DRY = 100, 40
BYTES_MAX = 1 << 20

Say = Callable[[str, str], None]


def resolved(cell: Cell, plan: Recipe, dev: Path, runs: Path, say: Say) -> Recipe:
    """The plan of a cell with folders in place of names; what is missing of them is made below `runs`."""
    if plan.data.rainy:
        plan = replace(plan, data=replace(plan.data, rainy=str(copied(dev, plan.data.rainy, runs))))
    if plan.transfer and plan.transfer.teachers:
        plan = replace(plan, transfer=replace(plan.transfer, teachers=tuple(teacher(n, runs) for n in plan.transfer.teachers)))
    if cell.fits:
        plan = replace(plan, fitted=fitted(cell, plan, runs, say))
    if plan.data.pairs == "own":
        plan = replace(plan, data=replace(plan.data, pairs=str(own_results(plan, runs, say))))
    return plan


def copied(dev: Path, which: str, runs: Path) -> Path:
    """A folder with the photos of a half, "odd" or "odd:8". Raises BadRecipe where there are none."""
    folder = runs / f"rainy-{which.replace(':', '-')}"
    files = half(dev / REAL, which)
    if not files:
        raise BadRecipe(f"There are no real photos below {dev / REAL}.", "Name the clean photos with --clean.")
    if not folder.exists():
        making = folder.with_name(f"{folder.name}.part")
        making.mkdir(parents=True, exist_ok=True)
        for file in files:
            shutil.copyfile(file, making / file.name)
        making.rename(folder)
    return folder


def teacher(name: str, runs: Path) -> str:
    """The run of the cell `name`. Raises BadRecipe where it is gone."""
    if not (runs / name / CHECKPOINT).is_file():
        raise BadRecipe(
            f"The run of the cell “{name}” is gone, which others learn from.", "Remove its result to train it again."
        )
    return str(runs / name)


def fitted(cell: Cell, plan: Recipe, runs: Path, say: Say) -> RainProfile:
    """Rain fitted to the real photos of the plan; searched once for each half and seed."""
    file = runs / f"fitted-{cell.recipe.data.rainy.replace(':', '-')}-seed{plan.seed}.json"
    if not file.exists():
        say("fit", f"Rain is fitted to {cell.recipe.data.rainy}.")
        rainy, _ = read_photos(Path(plan.data.rainy), 0, fit.SIDE_PX)
        dry, _ = read_photos(Path(plan.data.clean), 0, fit.SIDE_PX)
        scenes = [fit.shown(dry[place]) for place in spread(len(dry), DRY)]
        found = fit.search(fit.Fit([fit.shown(photo) for photo in rainy], scenes, plan.seed), TRIALS, plan.seed)
        replace_text(file, json_line(asdict(found)) + "\n")
    return fit.profile_of(json.loads(read_regular(file, BYTES_MAX)))


def own_results(plan: Recipe, runs: Path, say: Say) -> Path:
    """Pairs of the real photos and what the model that the plan begins from makes of them and their mirror images."""
    folder = runs / "own"
    if not (folder / "pairs" / "whole").exists():
        say("pairs", "The model's own results are made.")
        (folder / "rainy").mkdir(parents=True, exist_ok=True)
        if not (folder / "rainy" / "learn").exists():
            shutil.copytree(plan.data.rainy, folder / "rainy" / "learn")
        library = ModelLibrary()
        card = library.get(plan.start_from)
        write_own_results(registry.load(card, library.weights_path(card)), folder, lambda done, total: None)
        replace_text(folder / "pairs" / "whole", "")
    return folder / "pairs"
