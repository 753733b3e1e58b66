"""Balanced data, after Hu et al. 2025 (arXiv 2502.12600) and Gu et al. (NeurIPS 2023, arXiv 2305.15134).

Claim: a derainer learns what is cheaper. Where backgrounds are more complex than rain it learns the few streaks it is shown,
and leaves unseen rain in the picture; where they are simpler it learns backgrounds, and takes out whatever is none. Capacity
is not the cause. Remedy: fewer or simpler backgrounds, or wider rain.

What is done here: the run sees a fixed number of backgrounds (`training.data.patches`), and each sample is a background and a
kind of rain drawn evenly over all pairs of them, instead of photos by chance and kinds by the shares of a mix. How complex both
are, and what to change, is told by `rainapp train explain`.

Departures: the paper's estimate of complexity, numbers of backgrounds and ranges of rain are not known; the measures are those
of the science notes 1.3. The content prior, the paper's second remedy, is a task of its own.

Measured: table `balance`.
"""

from dataclasses import dataclass

import numpy as np

from training.contracts import Choose, Pick, Strategy, Task
from training.rain import domains
from training.recipe import Recipe

STREAM = 23
"""Sets the random numbers of this strategy apart from those of samples."""


@dataclass(frozen=True)
class Evenly:
    """A choice of picks: `count` backgrounds × `kinds` of rain, each pair as likely as any other; as `base` otherwise."""

    base: Choose
    count: int
    kinds: tuple[str, ...]
    seed: int

    def __call__(self, place: int) -> Pick:
        """The pick at a place of the run. Domains that another strategy chose stay."""
        pick = self.base(place)
        drawn = int(np.random.default_rng([self.seed, STREAM, place]).integers(self.count * len(self.kinds)))
        source, kind = divmod(drawn, len(self.kinds))
        return Pick(pick.seed, source, pick.domains or (self.kinds[kind],))


class Balance(Strategy):
    """Draws evenly over backgrounds and kinds of rain; see above."""

    name = "balance"

    def __init__(self, recipe: Recipe) -> None:
        super().__init__()
        self.seed = recipe.seed
        self.kinds = (recipe.dil.types if recipe.dil else ()) or domains.plain(recipe.rain.profiles)

    def choose(self, base: Choose, task: Task) -> Choose:
        """Balanced picks of a task that can name its backgrounds; others are left alone."""
        return Evenly(base, task.sources(), self.kinds, self.seed) if task.sources() else base
