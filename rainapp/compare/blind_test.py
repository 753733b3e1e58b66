"""A blind test: which result a person prefers when no name is shown, and whether that could be chance.

For every photo the models are shuffled anew, so that neither place nor letter tells which is which. A vote names one of them
or none ("no difference"). At the end the model with most votes is compared with the next by an exact sign test: the votes for
either are coin tosses if there is no difference (Dixon and Mood 1946); undecided photos do not count.
"""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from rainapp.jobs.records import ModelId

UNDECIDED = ""
CHANCE = 0.05  # above this a difference is called chance


def sign_test(wins: int, losses: int) -> float:
    """Two-sided exact p of the sign test: how probable a split at least as uneven is if both are equally good."""
    tosses = wins + losses
    tail = sum(math.comb(tosses, k) for k in range(min(wins, losses) + 1))
    return min(1.0, 2.0 * tail / float(2**tosses))


@dataclass(frozen=True)
class Tally:
    """Votes by model, most first; `p` of the first against the second."""

    votes: tuple[tuple[ModelId, int], ...]
    undecided: int
    p: float

    @property
    def cast(self) -> int:
        """How many votes there are, the undecided too."""
        return sum(count for _, count in self.votes) + self.undecided

    @property
    def winner(self) -> ModelId | None:
        """The model with most votes; None where two share the first place."""
        if not self.votes or not self.votes[0][1] or (len(self.votes) > 1 and self.votes[0][1] == self.votes[1][1]):
            return None
        return self.votes[0][0]

    @property
    def could_be_chance(self) -> bool:
        """Whether the winner's lead over the second says nothing yet."""
        return self.winner is None or self.p > CHANCE


@dataclass
class Ballot:
    """A blind test over `photos` photos and `models`. `seed` makes the shuffling repeatable."""

    models: Sequence[ModelId]
    photos: int
    seed: int | None = None
    at: int = 0
    orders: list[list[ModelId]] = field(default_factory=list)
    votes: list[ModelId | None] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Shuffle the models, for each photo anew."""
        drawing = random.Random(self.seed)
        self.orders = [drawing.sample(list(self.models), len(self.models)) for _ in range(self.photos)]
        self.votes = [None] * self.photos

    @property
    def order(self) -> list[ModelId]:
        """The models of the present photo as they are shown."""
        return self.orders[self.at]

    @property
    def done(self) -> bool:
        """Whether every photo was voted on."""
        return None not in self.votes

    @property
    def cast(self) -> int:
        """How many photos were voted on."""
        return sum(vote is not None for vote in self.votes)

    def vote(self, place: int | None) -> None:
        """Prefer the model at `place` (0 is the first), or None of them; then go to the next photo that lacks a vote."""
        if place is not None and not 0 <= place < len(self.models):
            return
        self.votes[self.at] = UNDECIDED if place is None else self.order[place]
        left = [n for n in (*range(self.at, self.photos), *range(self.at)) if self.votes[n] is None]
        self.at = left[0] if left else self.at

    def step(self, by: int) -> None:
        """Go to the next or the previous photo, without a vote."""
        self.at = min(self.photos - 1, max(0, self.at + by))

    @property
    def tally(self) -> Tally:
        """The votes so far."""
        counted = {model: self.votes.count(model) for model in self.models}
        ranked = tuple(sorted(counted.items(), key=lambda pair: -pair[1]))
        first, second = ranked[0][1], ranked[1][1] if len(ranked) > 1 else 0
        return Tally(ranked, self.votes.count(UNDECIDED), sign_test(first, second))
