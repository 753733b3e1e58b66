"""The encoder of `rainapp relate` and the kinds of rain it knows; `training.relate` makes what ships in `resources/relate`."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load as read_tensors
from torch import Tensor

from rainapp.base import paths
from rainapp.base.errors import BadModel
from rainapp.base.regular_files import open_regular
from rainapp.base.system_errors import why_not_read
from rainapp.library.cards import read_card
from rainapp.library.model_library import WEIGHTS, checked_weights
from rainapp.nets.coic import InstanceEncoder

FOLDER = "relate"
ARCH = "instance_encoder"
BYTES_MAX = 256 << 20  # what ships has 3 MB
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
    try:
        open_regular(folder / WEIGHTS, BYTES_MAX).close()
    except OSError as error:
        raise BadModel(f"{WEIGHTS} cannot be read: {why_not_read(error)}.", path=folder / WEIGHTS) from error
    content = checked_weights(card, folder / WEIGHTS)
    try:
        if card.arch != ARCH:
            raise ValueError(card.arch)
        tensors = {
            name: value.to(torch.float32, copy=True) if value.is_floating_point() else value.clone()
            for name, value in read_tensors(content).items()
        }
        with torch.device("meta"):  # shapes only: what claims a giant encoder is compared with the weights before it costs
            encoder = InstanceEncoder(**card.shape)
        mine = {name.removeprefix(ENCODER): value for name, value in tensors.items() if name.startswith(ENCODER)}
        encoder.load_state_dict(mine, assign=True)
        directions = {name: tensors[name].double().numpy() for name in tensors if name == MIDDLE or name.startswith(KINDS)}
        length = 8 * int(card.shape["width"])
        shapes = {direction.shape for direction in directions.values()}
        if shapes != {(length,)} or not all(map(_is_finite, tensors.values())):
            raise ValueError("no directions")
        middle = directions.pop(MIDDLE)
    except (SafetensorError, RuntimeError, TypeError, ValueError, LookupError, AttributeError, ArithmeticError) as error:
        raise BadModel("The encoder that tells kinds of rain is damaged.", "Install rainapp again.", folder) from error
    kinds = {name.removeprefix(KINDS): direction for name, direction in directions.items()}
    return Knowledge(encoder.eval().requires_grad_(False), middle, kinds)


def _is_finite(value: Tensor) -> bool:
    return bool(torch.isfinite(value).all())
