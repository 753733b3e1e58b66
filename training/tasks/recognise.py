"""Connected task T1: does it rain here? Learned from real photos without partners (Ma et al., arXiv 2208.13133; notes 2.3).

A map of rain logits from the deepest features; its highest fifth decides for the whole crop (multiple-instance pooling), so
where it rains is learned without anybody saying so.

What is easy to tell is not rain but the camera: rainy and dry photos come from different sources. Against that both classes go
through one camera (`training.data.sources`), and part of the rainy class is rain *drawn on the dry photos*, which have the same
source as the dry class. A classifier that tells those too has learned rain. One that is nearly always right after a few hundred
steps has found a leak, which is said.

Departures: the head is linear, where the notes have two layers, so that the features themselves must tell rain.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from training.contracts import Batch, Loss, Output, Pick, Run, Score, Task
from training.data.crops import planes
from training.data.sources import RECOGNISED_PX, Camera, Halves, Labelled, as_floats, halves, labelled, window
from training.rain.generator import Photo, draw_rain
from training.rain.profiles import FITTED
from training.rain.streaks import BANK_PX, Rng, StreakBank
from training.recipe import Recipe
from training.tasks.heads import RainHead, channels_of, look, pooled
from training.tasks.telling import Tell

STREAM = 31
"""Sets the random numbers of this task apart from those of others."""
DRAWN = 0.35
"""Share of the rainy class that is drawn on dry photos."""
SMOOTHING = 0.05
VIEWS, LOOKED_AT = 3, 32
"""Crops of each held-out photo, and how many photos of a class are looked at."""
LEAK, LEAK_STEPS = 0.995, 500
TELLS = 0.7
"""Least share of dry and drawn crops told apart from which on the task counts."""
KINDS = ("real", "drawn", "dry")
HELD = 1 << 40
"""Sets the random numbers of held-out crops apart from those learned from."""


def size_of(recipe: Recipe) -> int:
    """The side of the crops: that of the recipe, within what recognising needs."""
    return min(max(recipe.train.crop_px, RECOGNISED_PX[0]), RECOGNISED_PX[1])


@dataclass(frozen=True, eq=False)
class Views:
    """Draws crops of real photos: of rain, of rain drawn on dry photos, and of dry ones, all seen alike."""

    recipe: Recipe
    photos: Labelled
    bank: StreakBank | None
    size_px: int

    def parts(self) -> tuple[Halves, Halves]:
        """What is learned from and what is held out, of rainy and of dry photos."""
        return halves(len(self.photos.rainy)), halves(len(self.photos.dry))

    def draw(self, kind: str, place: int, seed: int) -> Photo:
        """A crop of the photo at `place` among the rainy ones for "real", else among the dry ones."""
        rng = np.random.default_rng([self.recipe.seed, STREAM, seed])
        photo = (self.photos.rainy if kind == "real" else self.photos.dry)[place]
        camera = Camera.drawn(rng)
        piece = as_floats(window(photo, camera.extent(self.size_px, photo), rng))
        return camera.through(self.rained(piece, rng) if kind == "drawn" else piece, self.size_px)

    def rained(self, piece: Photo, rng: Rng) -> Photo:
        """Rain of the recipe's profiles on a dry piece."""
        profile = str(rng.choice(self.recipe.rain.profiles))
        named = self.recipe.fitted if profile == FITTED and self.recipe.fitted else profile
        bank = self.bank if piece.shape[0] <= BANK_PX else None
        return draw_rain(piece, named, int(rng.integers(2**62)), bank=bank, camera=False).rainy

    def chosen(self, pick: Pick) -> tuple[str, int]:
        """Which kind of crop a pick stands for, and of which photo, never of a held-out one."""
        rng = np.random.default_rng([self.recipe.seed, STREAM, 1, pick.seed])
        kind = "dry" if rng.random() < 0.5 else "drawn" if rng.random() < DRAWN else "real"
        half = self.parts()[0 if kind == "real" else 1].learn
        return kind, half[int(rng.integers(len(half)))]


class Recognise(Task):
    """Rain or none; see above. `modules` holds the head."""

    name = "recognise"
    needs_features = True

    def __init__(self, recipe: Recipe, views: Views, channels: dict[str, int], tell: Tell | None = None) -> None:
        super().__init__()
        self.recipe, self.views, self.tell = recipe, views, tell
        self.deepest = list(channels)[-1]
        with torch.random.fork_rng(devices=[]):  # the same head for the same recipe, whatever was drawn before
            torch.manual_seed(recipe.seed)
            self.modules["head"] = RainHead(channels[self.deepest])
        self.step = 0

    def __getstate__(self) -> dict[str, Any]:
        """Processes that draw samples need nobody to tell."""
        return vars(self) | {"tell": None}

    def scored(self) -> bool:
        """Where a photo of each class can be held out."""
        return all(half.held_out for half in self.views.parts())

    def draw(self, picks: Sequence[Pick]) -> Batch:
        """Half dry, half rainy; a part of that drawn."""
        kinds = [self.views.chosen(pick) for pick in picks]
        crops = [self.views.draw(kind, place, pick.seed) for (kind, place), pick in zip(kinds, picks, strict=True)]
        seeds = torch.tensor([pick.seed for pick in picks])
        return Batch(
            image=planes(crops),
            target=None,
            domain=torch.tensor([-1 if kind == "dry" else KINDS.index(kind) for kind, _ in kinds]),
            crop=seeds,
            paired=torch.zeros(len(picks), dtype=torch.bool),
            seeds=seeds,
            label=torch.tensor([float(kind != "dry") for kind, _ in kinds]),
            task=self.name,
        )

    def logits(self, features: Tensor) -> Tensor:
        """(N,) of the deepest features."""
        return pooled(self.modules["head"](features))

    def loss(self, run: Run, out: Output, batch: Batch) -> Loss:
        """Cross-entropy with smoothed labels."""
        assert batch.label is not None  # this task's batches have one
        self.step = run.step
        wanted = batch.label * (1 - SMOOTHING) + SMOOTHING / 2
        rows = F.binary_cross_entropy_with_logits(self.logits(out.features[self.deepest]), wanted, reduction="none")
        return Loss(rows.mean(), {"recognise": rows.mean()}, rows)

    def score(self, net: nn.Module) -> Score | None:
        """The share of held-out crops that are told right, rainy and dry weighing the same."""
        if not self.scored():
            return None
        told = {kind: float(np.mean(self.found(net, kind) == (kind != "dry"))) for kind in KINDS}
        accuracy = (told["real"] + told["dry"]) / 2
        drawn = (told["drawn"] + told["dry"]) / 2
        facts: dict[str, Any] = {"recognise": told, "accuracy": accuracy, "drawn_accuracy": drawn, "counts": drawn >= TELLS}
        if sentence := self.leak(accuracy, self.step):
            facts["leak"] = sentence
            if self.tell is not None:
                self.tell("warning", sentence)
        return Score(accuracy, facts)

    def found(self, net: nn.Module, kind: str) -> NDArray[np.bool_]:
        """Whether rain is found in each held-out crop of a kind, (N,)."""
        held = self.views.parts()[0 if kind == "real" else 1].held_out[:LOOKED_AT]
        device = next(net.parameters()).device
        found = []
        for place in held:
            seeds = [HELD + 3 * place * VIEWS + KINDS.index(kind) * VIEWS + view for view in range(VIEWS)]
            crops = planes([self.views.draw(kind, place, seed) for seed in seeds]).to(device)
            with torch.no_grad():
                found += (self.logits(look(net, crops).features[self.deepest]) > 0).tolist()
        return np.array(found, np.bool_)

    @staticmethod
    def leak(accuracy: float, step: int) -> str:
        """What is said of an accuracy that is too good to be true, else nothing."""
        if step < LEAK_STEPS or accuracy <= LEAK:
            return ""
        return (
            f"Rainy and dry photos are told apart in {accuracy:.1%} of all cases: something else than rain tells them, "
            "such as the camera, the size or the compression. Use photos of the same sources."
        )


def recognise(recipe: Recipe, folder: Path, tell: Tell) -> Recognise:
    """The task of a recipe. Raises BadRecipe where a class has no photo, or the net has no levels."""
    from training.strategies.table import spec_of, strategies_of
    from training.tasks.derain import bank_for

    views = Views(recipe, read(recipe, tell), bank_for(recipe), size_of(recipe))
    return Recognise(recipe, views, channels_of(spec_of(recipe, strategies_of(recipe))), tell)


def read(recipe: Recipe, tell: Tell) -> Labelled:
    """The rainy and dry photos of a recipe; what is left out is told."""
    photos, left_out = labelled(Path(recipe.data.rainy), Path(recipe.data.clean), recipe.data.limit, size_of(recipe))
    for sentence in left_out:
        tell("left-out", sentence)
    return photos
