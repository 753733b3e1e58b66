"""What the tables of experiments have in common when they are told as Markdown."""

from collections.abc import Mapping, Sequence

from training.tables.cells import Result
from training.tables.statistics import interval, mean, paired, shown, spread


def by_method(results: Mapping[str, Result]) -> dict[str, list[Result]]:
    """The results of each method, one a seed: a cell is called after its method and its seed."""
    groups: dict[str, list[Result]] = {}
    for name, result in results.items():
        groups.setdefault(name.rsplit("-seed", 1)[0], []).append(result)
    return groups


def table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """A table of Markdown."""
    return "\n".join([row(head), "|" + "---|" * len(head), *map(row, lines)])


def row(parts: Sequence[str]) -> str:
    """A line of it."""
    return "| " + " | ".join(parts) + " |"


def of_seeds(seeds: Sequence[Result], rows: str, figure: str, digits: int = 2) -> str:
    """The mean of a figure with its interval over the pictures of all seeds; empty where it is not measured."""
    values = [value for result in seeds for value in result.scores.get(rows, {}).get(figure, [])]
    return shown(values, digits) if values else ""


def gain(seeds: Sequence[Result], others: Sequence[Result], rows: str, figure: str) -> str:
    """By how much a method is above another, paired by seed and picture, with interval and spread of seeds; empty without."""
    other = {result.seed: result for result in others}
    both = [(other[r.seed].scores[rows][figure], r.scores[rows][figure]) for r in seeds if r.seed in other]
    gains = [each for first, second in both for each in paired(first, second)]
    if not gains:
        return ""
    low, high = interval(gains)
    apart = apart_of([mean(paired(first, second)) for first, second in both], 2)
    return f"{mean(gains):+.2f} ({low:+.2f} to {high:+.2f}; seeds {apart})"


def apart_of(means: Sequence[float], digits: int) -> str:
    """The spread of seeds as it is told; of one seed there is none."""
    return f"±{spread(means):.{digits}f}" if len(means) > 1 else "one only"
