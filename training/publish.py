"""Put the best weights of a run into a model library: half precision, the recipe, and a card that says where they come from.

Figures are measured by `rainapp evaluate`, through engines and tiles, and handed over as a JSON file of names and numbers.
The model appears whole or not at all.
"""

import hashlib
import json
import math
import shutil
from dataclasses import dataclass
from dataclasses import replace as replace_fields
from pathlib import Path

import numpy as np
import torch
from torch import nn

from rainapp.base.errors import BadModel, RainError
from rainapp.base.folders import files_below
from rainapp.base.new_files import desk, new_folder, put
from rainapp.base.regular_files import read_regular
from rainapp.base.system_errors import why_not_read
from rainapp.library.cards import PRIOR, check_id
from rainapp.library.model_library import UNKNOWN_LICENCE, WEIGHTS, WEIGHTS_BYTES_MAX, ModelCard, ModelLibrary, write_card
from rainapp.library.priors import digest
from rainapp.nets import registry, unet, vq
from rainapp.nets.fusion_naf import FusionNaf
from rainapp.nets.unet import Unet, schedule
from rainapp.nets.vq import Vq
from training import recipe
from training.contracts import taken
from training.loop.weights import start
from training.strategies.table import spec_of, strategies_of

FIGURES_BYTES_MAX = 256 * 1024
PROBE_PX = 64
HALF = 2e-2
"""What half precision may cost."""


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
    plan = recipe.read(run / "recipe.toml")
    content = _content(file)
    card = card_of(plan, name, hashlib.sha256(content).hexdigest(), label)
    with library.staging() as folder:
        (folder / "recipe.toml").write_bytes(read_regular(run / "recipe.toml", recipe.FILE_BYTES_MAX))
        if plan.net.arch in (registry.VQ, registry.UNET):
            save_prior(plan, file, folder)
            card = replace_fields(card, kind=PRIOR, sha256=digest(folder), shape={}, conditions=None)
        else:
            (folder / WEIGHTS).write_bytes(content)
        write_card(folder, card)
        require_same(plan, file, card, folder)
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


@torch.no_grad()
def require_same(plan: recipe.Recipe, weights: Path, card: ModelCard, folder: Path) -> None:
    """Load what was written as the application will, and see that it does what the run's net does.

    Raises:
        BadModel: it cannot be loaded, or its answer to the same picture is another.
    """
    net = registry.build_spec(spec_of(plan, strategies_of(plan))).eval()
    start(net, str(weights))
    if isinstance(net, Unet | FusionNaf):  # what they take is no picture
        own = net.model if isinstance(net, Unet) else net
        told = unet.load(folder, card).net if isinstance(net, Unet) else registry.load_fusion(folder)
        pairs = zip(own.state_dict().values(), told.state_dict().values(), strict=True)
        same = all(torch.allclose(one, other, atol=HALF) for one, other in pairs)
    else:
        loaded: nn.Module = vq.load(folder, card) if isinstance(net, Vq) else registry.load(card, folder / WEIGHTS)
        picture = torch.from_numpy(np.random.default_rng(1).random((1, 3, PROBE_PX, PROBE_PX), np.float32))
        wanted, found = (each(picture, **taken(each, picture)) for each in (net, loaded))
        same = torch.allclose(wanted, found, atol=HALF)
    if not same:
        raise BadModel("What was written does not do what the run's net does.", "Its recipe may be of another run.", folder)


def _content(weights: Path) -> bytes:
    """What is in the weights of a run. Raises BadModel where it cannot be read, or is more than any net has."""
    try:
        return read_regular(weights, WEIGHTS_BYTES_MAX)
    except OSError as error:
        raise BadModel(f"{weights.name} cannot be read: {why_not_read(error)}.", "Train the run again.", weights) from error


def save_prior(plan: recipe.Recipe, weights: Path, folder: Path) -> None:
    """Write the net of a prior as diffusers does, in half precision, so that diffusers alone loads it too."""
    net = registry.build_spec(spec_of(plan, strategies_of(plan)))
    start(net, str(weights))
    assert isinstance(net, Vq | Unet)  # its recipe says so
    model = net.model.half()
    if isinstance(net, Unet):
        from diffusers import DDIMPipeline  # only a diffusion prior is a pipeline

        model = DDIMPipeline(model, schedule())  # type: ignore[no-untyped-call]
    with desk() as aside:  # what diffusers saves only its owner may read
        model.save_pretrained(aside, safe_serialization=True)
        for file in files_below(aside):
            target = folder / file.relative_to(aside)
            target.parent.mkdir(exist_ok=True)
            shutil.copyfile(file, target)


def card_of(plan: recipe.Recipe, name: str, sha256: str, label: Label) -> ModelCard:
    """The card of a model trained by `plan`: what its net takes and needs is asked of the net."""
    strategies = strategies_of(plan)
    spec = spec_of(plan, strategies)
    known = registry.traits(registry.build_spec(spec))
    return ModelCard(
        id=name,
        title=label.title or name,
        summary=label.summary,
        arch=spec.arch,
        shape=dict(spec.shape),
        around={each.kind: dict(each.shape) for each in spec.around},
        conditions=tuple(map(str, known.conditions)),
        from_coarse=known.from_coarse,
        gate_faint=known.gate_faint,
        parents=(plan.start_from,) if plan.start_from else (),
        ideas=tuple(strategy.name for strategy in strategies),
        sha256=sha256,
        licence=label.licence or UNKNOWN_LICENCE,
        multiple_of_px=known.multiple_px,
        receptive_px=known.receptive_px,
        precisions=frozenset({"fp32", "bf16", "fp16"} if known.half_safe else {"fp32"}),
        veils=("keep", "clear") if any(each.name == "clear" for each in known.conditions) else ("keep",),
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
