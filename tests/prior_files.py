"""Folders of tiny real priors, as diffusers saves them, with their cards."""

from pathlib import Path

import torch

from rainapp.library.cards import ModelCard, write_card
from rainapp.library.priors import digest
from rainapp.nets.vq import Vq


def tiny_vq(root: Path, prior_id: str = "tiny-prior", **changes: object) -> Path:
    """An untrained autoencoder of a few thousand numbers in `root`/`prior_id`."""
    torch.manual_seed(3)
    folder = root / prior_id
    Vq(channels=(8, 8, 16), latent=4, codes=16).model.save_pretrained(folder, safe_serialization=True)
    write_prior_card(folder, "vq", **changes)
    return folder


def write_prior_card(folder: Path, arch: str, **changes: object) -> ModelCard:
    """The card of what lies in `folder`."""
    facts: dict[str, object] = {"id": folder.name, "title": "Tiny", "licence": "MIT", "summary": "For tests."} | changes
    card = ModelCard(arch=arch, sha256=digest(folder), kind="prior", **facts)  # type: ignore[arg-type]
    write_card(folder, card)
    return card


def tiny_unet(root: Path, prior_id: str = "tiny-diffusion", prediction: str = "v_prediction") -> Path:
    """An untrained diffusion prior of a few thousand numbers in `root`/`prior_id`, a pipeline folder."""
    from diffusers import DDIMScheduler, DDPMPipeline, UNet2DModel

    torch.manual_seed(4)
    folder = root / prior_id
    net = UNet2DModel(
        in_channels=28, out_channels=12, block_out_channels=(8, 16), layers_per_block=1, norm_num_groups=4,
        down_block_types=("DownBlock2D",) * 2, up_block_types=("UpBlock2D",) * 2, add_attention=False,
    )  # fmt: skip
    DDPMPipeline(net, DDIMScheduler(prediction_type=prediction)).save_pretrained(folder, safe_serialization=True)
    write_prior_card(folder, "unet")
    return folder
