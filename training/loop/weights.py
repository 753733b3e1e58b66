"""Weights as files: half-precision safetensors, and where starting weights are found."""

from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor, nn

from rainapp.base.errors import BadModel, BadRecipe
from rainapp.base.new_files import NewFile
from rainapp.base.plain_name import plainly_named
from rainapp.base.regular_files import open_regular
from rainapp.library.model_library import WEIGHTS, WEIGHTS_BYTES_MAX, ModelLibrary
from rainapp.library.tensor_list import tensor_shapes
from training.contracts import inner
from training.loop.net2net import grown

HALF_MAX = 65504.0


def save_weights(path: Path, weights: dict[str, Tensor]) -> None:
    """Half-precision safetensors, written whole or not at all; counters, and numbers too large for half, stay as they are."""
    with NewFile(path, replaces=True) as file:
        file.write(save({name: _small(value.detach().cpu()).contiguous() for name, value in weights.items()}))


def _small(value: Tensor) -> Tensor:
    fits = value.is_floating_point() and (not value.numel() or bool(value.abs().amax() <= HALF_MAX))
    return value.to(torch.float16) if fits else value


def find_weights(origin: str) -> Path:
    """The weights file that `origin` stands for: a file, a run folder, a model folder, or the id of a model in the library.

    Raises BadRecipe without one.
    """
    path = Path(origin)
    candidates = [path, path / "best.safetensors", path / "last.safetensors", path / WEIGHTS]
    file = next((c for c in candidates if c.is_file()), None)
    if file is not None:
        return file
    library = ModelLibrary()
    try:
        return library.weights_path(library.get(origin))
    except BadModel as error:
        raise BadRecipe(
            f"There are no weights at “{origin}”, and no model is called that.",
            "Name a model, a run folder, a model folder or a weights file.",
        ) from error


def read_weights(file: Path) -> dict[str, Tensor]:
    """The tensors of a safetensors file by name. Raises BadRecipe when it is none, or cannot be read."""
    try:
        open_regular(file, WEIGHTS_BYTES_MAX).close()
        tensor_shapes(file)
        with plainly_named(file) as plain:
            return load_file(plain)
    except (OSError, ValueError, SafetensorError) as error:
        raise BadRecipe(
            f"The weights {file} cannot be read: {error}.", "Name a file that ends in .safetensors.", file
        ) from error


def start(net: nn.Module, origin: str) -> None:
    """Load starting weights from where `find_weights` finds them; those of a net with narrower blocks are grown.

    Weights of the net alone also start one with wrappers around it, which begin as they are made.

    Raises BadRecipe when there are none, or they do not fit.
    """
    weights = read_weights(find_weights(origin))
    within = inner(net)
    whole = within if weights.keys() <= within.state_dict().keys() else net
    try:
        whole.load_state_dict(grown(weights, whole))
    except RuntimeError as error:
        raise BadRecipe(f"The weights at “{origin}” do not fit the net of the recipe.", "Use the same net shape.") from error
