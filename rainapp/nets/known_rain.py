"""The encoder of `rainapp relate` and the kinds of rain it knows; `training.relate` makes what ships in `resources/relate`."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load as read_tensors

from rainapp.base import paths
from rainapp.base.errors import BadModel
from rainapp.library.cards import read_card
from rainapp.library.model_library import WEIGHTS, checked_weights
from rainapp.nets.coic import InstanceEncoder

FOLDER = "relate"
ARCH = "instance_encoder"
DRY = "dry"
ENCODER, KINDS, MIDDLE = "encoder.", "kinds.", "middle"


@dataclass(frozen=True, eq=False)
class Knowledge:
    """The encoder, and the mean direction (C,) of each kind of rain it knows; `DRY` is that of photos without rain.

    Directions are taken from `middle` (C,), which all pictures share.
    """

    encoder: InstanceEncoder
    middle: NDArray[np.float64]
    kinds: Mapping[str, NDArray[np.float64]]


@cache
def knowledge(folder: Path | None = None) -> Knowledge:
    """What ships, or lies in `folder`. Raises BadModel where it is missing or damaged."""
    folder = folder or paths.resource(FOLDER)
    if not folder.is_dir():
        raise BadModel(
            "There is no encoder that tells kinds of rain.",
            "Train one by training/experiments/relate.toml and name its folder with --encoder.",
            folder,
        )
    card, _ = read_card(folder)
    content = checked_weights(card, folder / WEIGHTS)
    try:
        if card.arch != ARCH:
            raise ValueError(card.arch)
        tensors = {name: value.float() if value.is_floating_point() else value for name, value in read_tensors(content).items()}
        encoder = InstanceEncoder(**card.shape)
        encoder.load_state_dict({name.removeprefix(ENCODER): tensors[name] for name in tensors if name.startswith(ENCODER)})
        middle = tensors[MIDDLE].double().numpy()
    except (SafetensorError, RuntimeError, TypeError, ValueError, KeyError) as error:
        raise BadModel("The encoder that tells kinds of rain is damaged.", "Install rainapp again.", folder) from error
    kinds = {name.removeprefix(KINDS): tensors[name].double().numpy() for name in tensors if name.startswith(KINDS)}
    return Knowledge(encoder.eval().requires_grad_(False), middle, kinds)
