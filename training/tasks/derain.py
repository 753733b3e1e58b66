"""What a sample and its target are, and which base error is taken. `derain` is the task of the shipped models."""

from torch import Tensor

from training.data import crops as data
from training.data.prefetch import Prefetch
from training.rain.streaks import StreakBank
from training.recipe import Recipe
from training.strategies import Strategy
from training.tasks import losses


def derain(recipe: Recipe, crops: data.RainyCrops) -> Strategy:
    """Rainy crop in, the same crop without streaks (and without haze where the condition says so) out.

    The error is L1 with spectral L1, or the PSNR loss, as the recipe says.
    """
    draw = Prefetch(crops, recipe.data.workers) if recipe.data.workers else crops.batch
    if recipe.train.loss == "psnr":

        def error(prediction: Tensor, batch: data.Batch) -> Tensor:
            return losses.psnr_loss(prediction, batch.target, batch.rainy, recipe.train.boldness)

        return Strategy("derain", draw=draw, terms=(("psnr", 1.0, error),))

    def weighed(prediction: Tensor, batch: data.Batch) -> tuple[Tensor, Tensor]:
        weights = losses.rain_weights(batch.rainy, batch.target, recipe.train.even_out)
        return weights * prediction, weights * batch.target

    return Strategy(
        "derain",
        draw=draw,
        terms=(
            ("l1", 1.0, lambda prediction, batch: losses.l1(*weighed(prediction, batch))),
            ("fft", recipe.train.fft_weight, lambda prediction, batch: losses.fft_l1(*weighed(prediction, batch))),
        ),
    )


def bank_for(recipe: Recipe) -> StreakBank:
    """The streak layers that the recipe's profiles need, from the cache or rendered now."""
    return StreakBank.cached(recipe.seed, data.kinds_of(recipe.rain.profiles))
