"""The task of a teaching: rain drawn as it falls at the user's, scored on photos of it that are not learned from."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from torch import nn

from training.contracts import Score
from training.data.crops import RainyCrops, read_photos
from training.data.few_pairs import crops_for
from training.rain.streaks import StreakBank
from training.recipe import Recipe
from training.tasks.derain import Derain
from training.teach import gate, measure

Looked = Callable[[nn.Module, Score], None]


@dataclass(frozen=True)
class Scale:
    """How large a teaching is by its minutes: trials of the search, streak layers of a kind."""

    trials: int
    per_kind: int

    @classmethod
    def of(cls, minutes: float) -> "Scale":
        """A minute's teaching may not fit for an hour."""
        return cls(int(np.clip(6 * minutes, 4, 100)), int(np.clip(6 * minutes, 2, 140)))


class Taught(Derain):
    """Samples of `Derain`; the score is how much fine rain goes from the choose photos, and it draws the curve of the run.

    `looked` is told of every score, with the net that has it.
    """

    def __init__(
        self, recipe: Recipe, crops: RainyCrops, pictures: measure.Pictures, looked: Looked = lambda net, score: None
    ) -> None:
        super().__init__(recipe, crops)
        self.pictures, self.looked = pictures, looked

    def scored(self) -> bool:
        """Always: there are photos to choose by."""
        return True

    def score(self, net: nn.Module) -> Score | None:
        """The mean credit of what went."""
        fine = [gate.credit(each) for each in measure.fine_of(net, self.pictures.rainy)]
        value = float(np.mean(fine)) if fine else 0.0
        check = float(np.mean(measure.check_of(net, self.pictures.check)))
        score = Score(value, {"fine_removed": value, "check_psnr_y": check})
        self.looked(net, score)
        return score


def photos_of(plan: Recipe, bank: StreakBank) -> RainyCrops:
    """The samples of a teaching's recipe. Raises BadRecipe where no dry scene can be used."""
    photos, _ = read_photos(Path(plan.data.clean), 0, plan.train.crop_px)
    return crops_for(plan, photos, bank)
