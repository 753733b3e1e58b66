"""Put the best weights of a run into a model library: half precision, the recipe, and a card that says where they come from.

Figures are measured by `rainapp evaluate`, through engines and tiles, and handed over as a JSON file of names and numbers.
The model appears whole or not at all.
"""

import json
import math
import shutil
from dataclasses import dataclass
from pathlib import Path

from rainapp.cards import check_id
from rainapp.errors import BadModel, RainError
from rainapp.library import UNKNOWN_LICENCE, WEIGHTS, ModelCard, ModelLibrary, sha256_of, write_card
from rainapp.new_files import new_folder, put
from rainapp.regular import read_regular
from training import recipe

FIGURES_BYTES_MAX = 256 * 1024
RECEPTIVE_PX = 144
"""What a pixel is seen to depend on; grows with training towards 156 (tests/test_derain.py looks for seams)."""


@dataclass(frozen=True)
class Label:
    """What the card says beyond the run itself."""

    title: str = ""
    summary: str = ""
    licence: str = ""
    trained_on: str = ""
    figures: Path | None = None


def publish(run: Path, model_id: str, into: Path | None, label: Label, replace: bool = False) -> ModelCard:
    """Make the model `<into>/<model_id>` of the best (or last) weights of `run`; `into` None is the user's library.

    Raises:
        BadModel: the run has no weights yet, the figures are none, the id cannot be one, or it is taken and `replace` is False.
        BadRecipe: the run has no recipe.
    """
    file = next((run / n for n in ("best.safetensors", "last.safetensors") if (run / n).is_file()), None)
    if file is None:
        raise BadModel(f"The run {run.name} has no weights yet.", "Let it train until its first checkpoint.", run)
    library = ModelLibrary(user=into)
    name = check_id(model_id or run.resolve().name)  # before anything of that name is removed
    card = card_of(recipe.read(run / "recipe.toml"), name, sha256_of(file), label)
    with library.staging() as folder:
        shutil.copyfile(file, folder / WEIGHTS)
        shutil.copyfile(run / "recipe.toml", folder / "recipe.toml")
        write_card(folder, card)
        if not replace:
            return library.admit(folder, name)
        with new_folder(library.user) as aside:
            old = library.user / name
            if old.exists():
                put(old, aside / name)
            try:
                return library.admit(folder, name)
            except RainError:
                if (aside / name).exists():
                    put(aside / name, old)
                raise


def card_of(plan: recipe.Recipe, name: str, sha256: str, label: Label) -> ModelCard:
    """The card of a model trained by `plan`."""
    return ModelCard(
        id=name,
        title=label.title or name,
        summary=label.summary,
        arch=plan.net.arch,
        shape=plan.net.shape(),
        sha256=sha256,
        licence=label.licence or UNKNOWN_LICENCE,
        multiple_of_px=2 ** (len(plan.net.encoder) + 1),
        receptive_px=RECEPTIVE_PX,
        precisions=frozenset({"fp32", "bf16", "fp16"}),
        veils=("keep", "clear") if plan.net.conditional else ("keep",),
        trained_on=label.trained_on,
        recipe="recipe.toml",
        figures=read_figures(label.figures) if label.figures else {},
    )


def read_figures(path: Path) -> dict[str, float]:
    """Names and numbers from a JSON file. Raises BadModel when it holds anything else."""
    try:
        found = json.loads(read_regular(path, FIGURES_BYTES_MAX))
        figures = {str(name): float(value) for name, value in found.items()}
    except (OSError, ValueError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise BadModel(f"The figures in {path.name} are no JSON object of numbers.", str(error), path) from error
    if not all(map(math.isfinite, figures.values())):
        raise BadModel(f"The figures in {path.name} are not all finite.", "Measure again.", path)
    return figures
