"""Put the best weights of a run into a model library: half-precision weights and a card with where they come from.

Figures are measured by `rainapp evaluate`, through engines and tiles, and added to the card by hand or by its --json.
"""

import hashlib
import shutil
from pathlib import Path

from rainapp import paths
from rainapp.errors import BadModel
from rainapp.library import ModelCard, write_card
from training import recipe

RECEPTIVE_PX = 64


def publish(run: Path, model_id: str, into: Path | None, title: str, summary: str, licence: str, trained_on: str) -> ModelCard:
    """Copy the best (or last) weights of `run` into `<into>/<id>` with a card, and return the card.

    Raises BadModel when the run has no weights yet.
    """
    file = next((run / n for n in ("best.safetensors", "last.safetensors") if (run / n).is_file()), None)
    if file is None:
        raise BadModel(f"The run {run.name} has no weights yet.", "Let it train until its first checkpoint.", run)
    plan = recipe.read(run / "recipe.toml")
    folder = (into or paths.user_models_dir()) / (model_id or run.name)
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, folder / "weights.safetensors")
    (folder / "recipe.toml").write_text((run / "recipe.toml").read_text(encoding="utf-8"), encoding="utf-8")
    card = ModelCard(
        id=folder.name,
        title=title or folder.name,
        summary=summary,
        arch=plan.net.arch,
        shape=plan.net.shape(),
        sha256=hashlib.sha256(file.read_bytes()).hexdigest(),
        licence=licence or "licence unknown, private use",
        multiple_of_px=2 ** (len(plan.net.encoder) + 1),
        receptive_px=RECEPTIVE_PX,
        precisions=frozenset({"fp32", "bf16", "fp16"}),
        veils=("keep", "clear") if plan.net.conditional else ("keep",),
        trained_on=trained_on,
        recipe="recipe.toml",
        figures={},
    )
    write_card(folder, card)
    return card
