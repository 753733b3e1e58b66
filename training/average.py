"""A weighted mean of two sets of weights of one net.

Weights that lie on one path of training can be averaged, and the mean often keeps what each is good at: Wortsman et al., Model
soups, ICML 2022; between a net and its fine-tuned self: Wortsman et al., Robust fine-tuning of zero-shot models, CVPR 2022.
"""

from pathlib import Path

from torch import Size, Tensor

from rainapp.base.errors import BadRecipe
from rainapp.base.regular_files import read_regular
from rainapp.nets import registry
from training.loop.net2net import grown
from training.loop.weights import find_weights, read_weights, save_weights
from training.recipe import FILE_BYTES_MAX, Recipe, read


def average(first: Path, second: Path, share: float, out: Path) -> None:
    """Make the run folder `out` of (1 - `share`) times the weights of `first` and `share` times those of `second`.

    Both are weights files, or run or model folders; the recipe is that of `second`, whose net may have grown from that of
    `first` (`training.loop.net2net`). Raises BadRecipe where they are of different nets, have no weights or recipe, `share`
    does not lie from 0 to 1, or `out` holds a run whose best weights would be taken for the mean.
    """
    if not 0 <= share <= 1:
        raise BadRecipe(f"The share {share} does not lie from 0 to 1.", "Name the part that the second weights have.")
    files = [find_weights(str(origin)) for origin in (first, second)]
    recipe = files[1].parent / "recipe.toml"
    if not recipe.is_file():
        raise BadRecipe(f"There is no recipe beside {files[1].name} in {recipe.parent}.", "Name a run or model folder.")
    try:
        plan = read_regular(recipe, FILE_BYTES_MAX)
    except OSError as error:
        raise BadRecipe(f"The recipe {recipe.name} cannot be read.", f"{error.strerror}.", recipe) from error
    before, after = (read_weights(file) for file in files)
    if shapes(before) != shapes(after):
        before = grown_like(before, after, read(recipe))
    if shapes(before) != shapes(after):
        raise BadRecipe(f"{first} and {second} are weights of different nets.", "Average weights of one net.")
    if (out / "best.safetensors").exists():
        raise BadRecipe(f"The folder {out} holds a run already.", "Name a new folder with --out.")
    out.mkdir(parents=True, exist_ok=True)
    (out / "recipe.toml").write_bytes(plan)
    mean = {name: (1 - share) * before[name].float() + share * after[name].float() for name in after}
    save_weights(out / "last.safetensors", mean)


def shapes(weights: dict[str, Tensor]) -> dict[str, Size]:
    """The shape of every tensor by name."""
    return {name: value.shape for name, value in weights.items()}


def grown_like(before: dict[str, Tensor], after: dict[str, Tensor], recipe: Recipe) -> dict[str, Tensor]:
    """`before` in the net of `recipe`, with the new channels of `after`, but without a say; unchanged where that fails."""
    net = registry.build(recipe.net.arch, **recipe.net.shape())
    try:
        net.load_state_dict({name: value.float() for name, value in after.items()})
    except RuntimeError:
        return before
    return grown(before, net)
