"""A prior of the library, ready to repair."""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from rainapp.base.errors import BadModel
from rainapp.inference.engines import EngineName, Model, PrecisionName, openvino
from rainapp.inference.engines.planes import runner
from rainapp.inference.refine.budget import Budget
from rainapp.inference.refine.diffusion import DiffusionPrior
from rainapp.inference.refine.prior import NetPrior, Prior
from rainapp.inference.refine.refiner import Refiner
from rainapp.jobs.records import Treatment
from rainapp.library.cards import ModelCard
from rainapp.library.model_library import ModelLibrary
from rainapp.nets import unet, vq


def refiner_of(library: ModelLibrary, card: ModelCard, treatment: Treatment, device: str) -> Refiner:
    """The stage that repairs as `treatment` says, with the prior of `card`. Raises BadModel."""
    budget = Budget(treatment.budget_share, treatment.budget_mean / 255)
    engine: EngineName = "openvino" if device == "cpu" and treatment.engine != "torch" and openvino.installed() else "torch"
    precision: PrecisionName = "fp32"
    if engine == "openvino" and treatment.precision in ("auto", "bf16") and "bf16" in card.precisions & openvino.capabilities():
        precision = "bf16"  # half the time
    return Refiner(load(library.folder(card), card, device, engine, precision), treatment.refine, budget)


@lru_cache(maxsize=1)
def load(folder: Path, card: ModelCard, device: str, engine: EngineName = "torch", precision: PrecisionName = "fp32") -> Prior:
    """The prior of a card of the library, in its `folder`; the last one stays loaded. `engine` runs that of diffusion.

    Raises:
        BadModel: it is damaged, or of a kind that is not known.
    """
    if card.arch == "vq":
        return NetPrior(card.id, vq.load(folder, card), device)
    if card.arch == "unet":
        denoiser = unet.load(folder, card)
        model = Model(
            lambda: unet.Planes(denoiser.net), card.sha256, denoiser.patch_px // 4, arch=card.arch, channels=unet.PLANES
        )
        return DiffusionPrior(card.id, replace(denoiser, run=runner(model, engine, device, precision)))
    if card.arch == "sd":
        from rainapp.inference.refine.latent import LatentPrior
        from rainapp.nets import stable_diffusion

        return LatentPrior(card.id, stable_diffusion.load(folder, card, device))
    raise BadModel(f"The kind of prior “{card.arch}” is not known.", "Choose another with --prior.", folder)
