"""The task of the shipped models: a rainy crop in, the same crop without streaks, and without haze where it is asked for, out.

The error is L1 with spectral L1, or the PSNR loss, as the recipe says.
"""

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from training.contracts import Batch, Loss, Output, Pick, Run, Score, Task
from training.data.crops import RainyCrops, kinds_of
from training.loop import validate
from training.rain.streaks import StreakBank
from training.recipe import Recipe
from training.tasks import losses


class Derain(Task):
    """Samples of `crops`, and the error and score that the recipe names."""

    name = "derain"

    def __init__(self, recipe: Recipe, crops: RainyCrops) -> None:
        super().__init__()
        self.recipe, self.crops = recipe, crops

    def sources(self) -> int:
        """The photos, or the patches of them, that a pick can name."""
        return len(self.crops.photos)

    def scored(self) -> bool:
        """Where the recipe names validation sets."""
        return bool(self.recipe.validate.sets)

    def draw(self, picks: Sequence[Pick]) -> Batch:
        """See `RainyCrops.batch`."""
        return self.crops.batch(picks)

    def loss(self, run: Run, out: Output, batch: Batch) -> Loss:
        """The error of the recipe; samples without a target do not count."""
        assert batch.target is not None  # crops have one
        image, target, rainy = out.image, batch.target, batch.image
        train = self.recipe.train
        if train.loss == "psnr":
            rows = losses.psnr_rows(image, target, rainy, train.boldness)
            total = mean_of(rows, batch.paired)
            return Loss(total, {"psnr": total}, rows)
        weights = losses.rain_weights(rainy, target, train.even_out) * batch.paired.view(-1, 1, 1, 1)
        rows = (weights * (image - target)).abs().mean((1, 2, 3))
        l1 = rows.mean()
        fft = train.fft_weight * losses.fft_l1(weights * image, weights * target)
        return Loss(l1 + fft, {"l1": l1, "fft": fft}, rows)

    def score(self, net: nn.Module) -> Score | None:
        """Mean PSNR on luma over the recipe's validation sets."""
        checks = self.recipe.validate
        if not self.scored():
            return None
        device = next(net.parameters()).device
        scores = {Path(folder).name: validate.score(net, Path(folder), checks.limit, device) for folder in checks.sets}
        mean = sum(score.psnr_y for score in scores.values()) / len(scores)
        return Score(mean, {"validation": {name: vars(score) for name, score in scores.items()}, "mean_psnr_y": mean})


def mean_of(rows: Tensor, counts: Tensor) -> Tensor:
    """The mean of the rows (N,) that count; 0 where none does."""
    share = counts.to(rows.dtype)
    return (rows * share).sum() / torch.clamp(share.sum(), min=1)


def bank_for(recipe: Recipe) -> StreakBank:
    """The streak layers that the recipe's profiles and types of rain need, from the cache or rendered now."""
    types = [domain.partition(":")[0] for domain in (recipe.dil.types if recipe.dil else ())]
    return StreakBank.cached(recipe.seed, kinds_of([*recipe.rain.profiles, *types], recipe.fitted))
