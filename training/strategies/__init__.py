"""Strategies fill some of the four openings of the loop; a plan is what they come to together.

The openings: what is trained (`wrap`), on which samples (`draw`), against which errors (`terms`), and how errors become
gradients (`gradient`). Terms add up, so their order cannot matter; the others can be filled once in a plan.
"""

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor, nn

from rainapp.errors import BadRecipe
from training.data.crops import Batch

Forward = Callable[[Tensor, Tensor], Tensor]
Term = Callable[[Tensor, Batch], Tensor]
Losses = dict[str, float]
Objective = Callable[[Forward, Batch], tuple[Tensor, Losses]]
Gradient = Callable[[nn.Module, Batch, Objective], Losses]


@dataclass(frozen=True)
class Strategy:
    """What one method changes. None or empty leaves an opening as it is."""

    name: str
    wrap: Callable[[nn.Module], nn.Module] | None = None
    draw: Callable[[int, int, int], Batch] | None = None
    terms: tuple[tuple[str, float, Term], ...] = ()
    gradient: Gradient | None = None


@dataclass(frozen=True)
class Plan:
    """The openings, filled: `draw(step, rank, world)` gives a batch, `gradient` fills `.grad` and says the losses."""

    wrap: tuple[Callable[[nn.Module], nn.Module], ...]
    draw: Callable[[int, int, int], Batch]
    objective: Objective
    gradient: Gradient


def backward(net: nn.Module, batch: Batch, objective: Objective) -> Losses:
    """The ordinary way: the objective of the net, differentiated."""
    loss, losses = objective(net, batch)
    loss.backward()  # type: ignore[no-untyped-call]
    return losses


def combine(strategies: list[Strategy]) -> Plan:
    """One plan of several strategies. Raises BadRecipe when two fill a single opening or nothing draws samples."""
    draws = [s for s in strategies if s.draw is not None]
    gradients = [s for s in strategies if s.gradient is not None]
    for opening, fillers in (("which samples are drawn", draws), ("how gradients arise", gradients)):
        if len(fillers) > 1:
            names = " and ".join(s.name for s in fillers)
            raise BadRecipe(f"{names} both decide {opening}.", "Leave one of them out of the recipe.")
    terms = [term for s in strategies for term in s.terms]
    if not draws or not terms:
        raise BadRecipe("The plan lacks samples or an error to lower.", "Name a task in the recipe.")
    draw = draws[0].draw
    assert draw is not None  # draws holds only strategies that fill it
    gradient = (gradients[0].gradient if gradients else None) or backward

    def objective(forward: Forward, batch: Batch) -> tuple[Tensor, Losses]:
        prediction = forward(batch.rainy, batch.clear)
        values = [(name, weight * term(prediction, batch)) for name, weight, term in terms]
        total = sum((value for _, value in values[1:]), values[0][1])
        return total, {name: float(value.detach()) for name, value in values}

    return Plan(tuple(s.wrap for s in strategies if s.wrap), draw, objective, gradient)
