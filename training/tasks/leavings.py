"""What a derainer leaves of rainy crops, and where it has acted: what a prior is to repair."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from rainapp.base.errors import BadModel, BadRecipe
from rainapp.library.model_library import ModelLibrary
from rainapp.nets import registry
from rainapp.nets.repair_mask import repair_mask
from training.contracts import Batch, Pick, taken
from training.data.crops import RainyCrops
from training.recipe import Recipe, Repair


@dataclass(frozen=True, eq=False)
class Leavings:
    """Makes of rainy crops what is to be repaired. `net` None: they stay as they are, and the mask says where rain is."""

    net: nn.Module | None

    @classmethod
    def of(cls, recipe: Recipe) -> "Leavings":
        """With the derainer of the recipe. Raises BadRecipe where there is none of that name."""
        wanted = (recipe.repair or Repair()).derainer
        if not wanted:
            return cls(None)
        library = ModelLibrary()
        try:
            card = library.get(wanted)
            return cls(registry.load(card, library.weights_path(card)))
        except BadModel as error:
            raise BadRecipe(f"The derainer of the recipe cannot be used. {error.message}", error.hint) from error

    @torch.no_grad()
    def batch(self, crops: RainyCrops, picks: Sequence[Pick], task: str) -> Batch:
        """The samples of `picks`: `image` is to be repaired, `target` is without streaks, `streaks` the mask of the repair."""
        drawn = crops.batch(picks)
        assert drawn.target is not None  # crops have one
        left = drawn.image if self.net is None else self._derained(drawn.image)
        mask = repair_mask(drawn.image, drawn.target if self.net is None else left)
        return replace(drawn, image=left, streaks=mask, conditions={}, task=task)

    def _derained(self, rainy: Tensor) -> Tensor:
        """As a file of 8 bit would hold it."""
        assert self.net is not None  # the caller looked
        derained: Tensor = self.net(rainy, **taken(self.net, rainy))
        return (derained.clamp(0, 1) * 255).round() / 255
