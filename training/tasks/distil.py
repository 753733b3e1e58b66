"""Real photos, rainy, drawn and dry, on which teachers are distilled; what is wrong with an output `transfer` says."""

from collections.abc import Sequence
from pathlib import Path

import torch

from training.contracts import Batch, Loss, Output, Pick, Run, Task
from training.data.crops import planes
from training.recipe import Recipe
from training.tasks.recognise import Views, read, size_of
from training.tasks.telling import Tell


class Distil(Task):
    """The photos of the recognising task without labels, held-out ones left out."""

    name = "distil"
    needs_features = True

    def __init__(self, views: Views) -> None:
        super().__init__()
        self.views = views

    def draw(self, picks: Sequence[Pick]) -> Batch:
        """Half dry, half rainy; neither labels nor targets."""
        kinds = [self.views.chosen(pick) for pick in picks]
        crops = [self.views.draw(kind, place, pick.seed) for (kind, place), pick in zip(kinds, picks, strict=True)]
        seeds = torch.tensor([pick.seed for pick in picks])
        count = len(picks)
        nothing = torch.zeros(count, dtype=torch.bool)
        return Batch(planes(crops), None, torch.full((count,), -1), seeds, nothing, seeds, task=self.name)

    def loss(self, run: Run, out: Output, batch: Batch) -> Loss:
        """Nothing: the teachers say it all."""
        rows = out.image.new_zeros(len(batch))
        return Loss(rows.sum(), {}, rows)


def distil(recipe: Recipe, folder: Path, tell: Tell) -> Distil:
    """The task of a recipe; its crops need not be as large as those that recognise rain."""
    from training.tasks.derain import bank_for

    return Distil(Views(recipe, read(recipe, tell), bank_for(recipe), size_of(recipe)))
