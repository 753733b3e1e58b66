"""The table of strategies: which block of a recipe switches which method on, and in which order they stand around a net.

A new method is one file and one row here, and one block of the recipe.
"""

from collections.abc import Callable, Mapping, Sequence

from rainapp.base.errors import BadRecipe
from rainapp.nets.spec import NetSpec
from training.contracts import Choose, Strategy, Task
from training.recipe import Recipe
from training.strategies.balance import Balance
from training.strategies.coic import Coic
from training.strategies.dil import Dil
from training.strategies.transfer import Transfer

STRATEGIES: dict[str, Callable[[Recipe], Strategy]] = {
    "balance": Balance,
    "dil": Dil,
    "coic": Coic,
    "transfer": Transfer,
}
"""By the name of the recipe's block, in the order in which they are asked: the first stands nearest to the net."""


def strategies_of(recipe: Recipe) -> list[Strategy]:
    """The strategies that the blocks of a recipe switch on, in order."""
    return [make(recipe) for name, make in STRATEGIES.items() if getattr(recipe, name, None) is not None]


def spec_of(recipe: Recipe, strategies: Sequence[Strategy]) -> NetSpec:
    """The net of a recipe with all that strategies put around it."""
    around = tuple(wrapper for strategy in strategies for wrapper in strategy.around())
    return NetSpec(recipe.net.arch, recipe.net.shape(), around)


def chooses_of(tasks: Mapping[str, Task], strategies: Sequence[Strategy]) -> dict[str, Choose]:
    """What stands at each place of the run, by task, after every strategy has had its say."""
    chooses: dict[str, Choose] = {}
    for name, task in tasks.items():
        choose: Choose = task.choose
        for strategy in strategies:
            choose = strategy.choose(choose, task)
        chooses[name] = choose
    return chooses


def require_one_gradient(strategies: Sequence[Strategy]) -> None:
    """Raise BadRecipe where two strategies both decide how errors become gradients."""
    owners = [strategy.name for strategy in strategies if strategy.gradient is not None]
    if len(owners) > 1:
        raise BadRecipe(f"{' and '.join(owners)} both decide how gradients arise.", "Leave one of them out of the recipe.")
