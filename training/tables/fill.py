"""`python -m training table NAME`: fills the missing cells of an experiment's table, or prints it.

A cell is done when its result file is there, and by that alone. A cell that was cut goes on from its checkpoint in the folder
of runs. Cells end by samples, never by minutes, so a slow machine gives the same numbers.
"""

import json
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from rainapp.base.errors import BadRecipe
from rainapp.base.new_files import NewFile
from rainapp.base.regular_files import read_regular
from rainapp.base.textfile import json_line, replace_text
from rainapp.jobs.records import Watch
from training import recipe_checks
from training.contracts import Task
from training.loop import checkpoint
from training.loop.trainer import CHECKPOINT, Trainer
from training.loop.weights import save_weights
from training.rain import domains
from training.run_folders import RECIPE
from training.strategies.table import strategies_of
from training.tables import balance, coic, dil, priors, real_scoring, resolve, scoring, transfer
from training.tables.cells import Cell, Result, Table
from training.tasks.derain import Derain
from training.tasks.table import tasks_of

TABLES: dict[str, Table] = {table.name: table for table in (balance.TABLE, dil.TABLE, coic.TABLE, transfer.TABLE, priors.TABLE)}
RESULTS = Path("training/experiments/results")
RESULT_BYTES_MAX = 4 << 20

Say = Callable[[str, str], None]


def table_of(name: str) -> Table:
    """The table of this name. Raises BadRecipe for another."""
    if name not in TABLES:
        raise BadRecipe(f"There is no table “{name}”.", f"There are {', '.join(TABLES)}.")
    return TABLES[name]


def results_of(table: Table, root: Path, cells: Sequence[Cell]) -> dict[str, Result]:
    """The results that are there, by cell, in the order of the cells. Raises BadRecipe for a damaged or outdated one."""
    found = {}
    for cell in cells:
        file = root / table.name / f"{cell.name}.json"
        if file.exists():
            try:
                result = Result(**json.loads(read_regular(file, RESULT_BYTES_MAX)))
            except (OSError, ValueError, TypeError) as error:
                raise BadRecipe(f"The result {file} cannot be read.", "Remove it to have it made again.", file) from error
            if result.recipe_hash != cell.recipe_hash:
                raise BadRecipe(f"The result {file} is of another recipe.", "Remove it to have it made again.", file)
            found[cell.name] = result
    return found


def fill(table: Table, clean: str, root: Path, runs: Path, watch: Watch, say: Say) -> None:
    """Fill every missing cell, in order. Raises Cancelled when the watch wants it, after a checkpoint."""
    cells = table.cells(clean)
    there = results_of(table, root, cells)
    for number, cell in enumerate(cells, 1):
        if cell.name not in there:
            say("cell", f"{table.name}: {cell.name}, {number} of {len(cells)}.")
            fill_cell(table, cell, clean, root, runs / table.name / cell.name, watch, say)


def fill_cell(table: Table, cell: Cell, clean: str, root: Path, folder: Path, watch: Watch, say: Say) -> None:
    """Train one cell to its end, score it and write its result."""
    begin = root / table.name / f"{cell.after}.safetensors" if cell.after else None
    plan = replace(cell.recipe, start_from=str(begin)) if begin else cell.recipe
    dev = Path(clean).parent / "dev"
    plan = resolve.resolved(cell, plan, dev, folder.parent, say)
    recipe_checks.require(plan)
    folder.mkdir(parents=True, exist_ok=True)
    replace_text(folder / RECIPE, plan.to_toml())
    tasks = tasks_of(plan, folder, say)
    resumes = (folder / CHECKPOINT).exists()
    trainer = Trainer(replace(plan, start_from="") if resumes else plan, folder, tasks, strategies_of(plan))
    if resumes:
        trainer.resume()
    trainer.run(watch)
    net = trainer.averaged_net()
    task = tasks.get("derain")
    scores, identity = scores_of(net, cell, dev, task.crops.photos if isinstance(task, Derain) else ())
    scores |= held_out(net, tasks)
    target = root / table.name
    target.mkdir(parents=True, exist_ok=True)
    if cell.weights:
        save_weights(target / f"{cell.name}.safetensors", trainer.average.weights)
    seconds = checkpoint.load(folder / CHECKPOINT).elapsed_s
    done = Result(
        cell.name, plan.seed, cell.samples, round(seconds, 1), cell.recipe_hash, commit(), torch.__version__, scores, identity
    )
    with NewFile(target / f"{cell.name}.json", replaces=True) as file:
        file.write((json_line(vars(done)) + "\n").encode())


def scores_of(
    net: torch.nn.Module, cell: Cell, dev: Path, own: Sequence[NDArray[np.uint8]]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The figures of every row, and those of doing nothing."""
    scores, identity = {}, {}
    told = cell.recipe.coic is not None and cell.recipe.coic.labels
    sets = domains.plain(cell.recipe.rain.profiles) if told else ()
    for rows in cell.rows:
        if rows.repair:
            from training.tables import repair_scoring  # the stages of a picture, which no other table needs

            scores[rows.name], identity[rows.name] = (repair_scoring.score(each, dev, rows) for each in (net, None))
            continue
        if rows.kind != "drawn":
            scores[rows.name], identity[rows.name] = (real_scoring.score(each, dev, rows) for each in (net, None))
            continue
        clean = scoring.cleans(rows, dev, own)
        scores[rows.name], identity[rows.name] = scoring.score(net, rows, clean, sets), scoring.score(None, rows, clean)
    return scores, identity


def held_out(net: torch.nn.Module, tasks: Mapping[str, Task]) -> dict[str, Any]:
    """What tasks on real photos score on those they never learned from, numbers alone."""
    found: dict[str, Any] = {}
    for name, task in tasks.items():
        if name != "derain" and (score := task.score(net)) is not None:
            numbers = {key: value for key, value in score.facts.items() if isinstance(value, float)}
            found |= {key: [value] for key, value in (numbers or {name: score.value}).items()}
    return {"held out": found} if found else {}


def commit() -> str:
    """The commit of the source tree, "" where git does not know it."""
    try:
        asked = ["git", "rev-parse", "--short=12", "HEAD"]
        return subprocess.run(asked, capture_output=True, text=True, check=True, cwd=Path(__file__).parent).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""
