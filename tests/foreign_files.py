"""Small nets, their weights and model folders, for tests of files that come from elsewhere."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from rainapp.library.cards import write_card
from rainapp.library.model_library import WEIGHTS, ModelCard, ModelLibrary, sha256_of
from rainapp.nets import registry

FAMILY = ["prenet", "prenet_r", "prn", "prn_r"]
NAF = {"width": 4, "encoder": [1, 2], "middle": 1, "decoder": [2, 1], "conditional": True}


class Canary:
    """Unpickled carelessly, it makes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (self.path,))


def small_net(arch: str) -> nn.Module:
    """An untrained net that changes a picture a little, as a trained one does."""
    torch.manual_seed(3)
    net = registry.build(arch, **(NAF if arch == "unshuffle_naf" else {"channels": 8}))
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.mul_(0.7)
    return net


def state_of(arch: str) -> dict[str, Tensor]:
    return dict(small_net(arch).state_dict())


def shapes_of(state: dict[str, Tensor]) -> dict[str, tuple[int, ...]]:
    return {name: tuple(tensor.shape) for name, tensor in state.items()}


def is_empty(library: ModelLibrary) -> bool:
    """Whether neither a model nor the remains of one lie in the user's library."""
    return not library.user.exists() or list(library.user.iterdir()) == []


def model_folder(folder: Path, **changes: Any) -> ModelCard:
    folder.mkdir(parents=True)
    save_file(state_of("unshuffle_naf"), folder / WEIGHTS)
    card = ModelCard("shared", "Shared", "unshuffle_naf", sha256_of(folder / WEIGHTS), shape=dict(NAF), licence="CC0")
    card = replace(card, veils=("keep", "clear"), trained_on="small photos", figures={"rain100l.psnr_y": 36.5}, **changes)
    write_card(folder, card)
    return card
