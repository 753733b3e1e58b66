"""The table of tasks: what a recipe may name, and how each is made ready, which reads photos and may draw samples.

A new task is one file, one row here and one name in `training.recipe_checks`.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from training.contracts import Task
from training.data.crops import RainyCrops, photo_files, read_photos
from training.data.few_pairs import crops_for
from training.data.patches import patches_of
from training.data.rainy_photos import warning
from training.recipe import Recipe
from training.tasks.autoencode import Autoencode
from training.tasks.denoise import Denoise
from training.tasks.derain import Derain, bank_for
from training.tasks.distil import distil
from training.tasks.inpaint import Inpaint
from training.tasks.leavings import Leavings
from training.tasks.recognise import recognise
from training.tasks.telling import Tell
from training.tasks.unblur import unblur

Make = Callable[[Recipe, Path, Tell], Task]


def derain(recipe: Recipe, folder: Path, tell: Tell) -> Derain:
    """The task of the shipped models. Raises BadRecipe where no photo can be used, or there are too few backgrounds."""
    clean = Path(recipe.data.clean)
    photos, left_out = read_photos(clean, recipe.data.limit, recipe.train.crop_px)
    for sentence in left_out:
        tell("left-out", sentence)
    if rainy := warning(photo_files(clean, recipe.data.limit)):
        tell("warning", rainy)
    backgrounds = photos if recipe.balance is None else patches_of(photos, recipe.balance)
    return Derain(recipe, crops_for(recipe, backgrounds, bank_for(recipe), tell))


def fuse(recipe: Recipe, folder: Path, tell: Tell) -> Task:
    """The net that fuses frames; draws the clips that the run's folder lacks."""
    from training.tasks.fuse import make  # the stages of a clip, which no other task needs

    return make(recipe, folder, tell)


def autoencode(recipe: Recipe, folder: Path, tell: Tell) -> Task:
    """The net of the content prior, on clean photos, or with what a derainer leaves of rainy ones."""
    return Autoencode(recipe, _crops(recipe, tell), Leavings.of(recipe) if recipe.repair else None)


def inpaint(recipe: Recipe, folder: Path, tell: Tell) -> Task:
    """A plain net that repairs, to compare a prior with."""
    return Inpaint(_crops(recipe, tell), Leavings.of(recipe))


def denoise(recipe: Recipe, folder: Path, tell: Tell) -> Task:
    """The net of the diffusion prior, beside what a derainer leaves of rainy crops."""
    return Denoise(_crops(recipe, tell), Leavings.of(recipe))


def _crops(recipe: Recipe, tell: Tell) -> RainyCrops:
    """Crops of which no haze is to go: who repairs has nothing to do with it."""
    return derain(replace(recipe, rain=replace(recipe.rain, clear_share=0.0)), Path(), tell).crops


TASKS: dict[str, Make] = {
    "derain": derain,
    "fuse": fuse,
    "autoencode": autoencode,
    "inpaint": inpaint,
    "denoise": denoise,
    "recognise": recognise,
    "unblur": unblur,
    "distil": distil,
}


def tasks_of(recipe: Recipe, folder: Path, tell: Tell) -> dict[str, Task]:
    """Every task that the recipe names, ready to draw."""
    return {name: TASKS[name](recipe, folder, tell) for name in recipe.shares()}
