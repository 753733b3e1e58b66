"""Means of a table, with intervals over pictures and the spread over seeds."""

from collections.abc import Sequence

import numpy as np

DRAWS = 2000


def known(values: Sequence[float | None]) -> list[float]:
    """The figures that there are."""
    return [value for value in values if value is not None]


def mean(values: Sequence[float | None]) -> float:
    """The mean of the figures that there are; NaN without any."""
    there = known(values)
    return float(np.mean(there)) if there else float("nan")


def interval(values: Sequence[float | None], share: float = 0.95) -> tuple[float, float]:
    """Bootstrap interval of the mean over pictures (percentiles of 2,000 draws, the same draws always)."""
    there = np.array(known(values))
    if len(there) < 2:
        return float("nan"), float("nan")
    drawn = np.random.default_rng(1).integers(0, len(there), (DRAWS, len(there)))
    low, high = np.quantile(there[drawn].mean(1), [(1 - share) / 2, (1 + share) / 2])
    return float(low), float(high)


def paired(first: Sequence[float | None], second: Sequence[float | None]) -> list[float]:
    """By how much `second` is above `first`, for each picture that both have."""
    return [b - a for a, b in zip(first, second, strict=True) if a is not None and b is not None]


def spread(means: Sequence[float]) -> float:
    """The standard deviation of the means of several seeds; NaN for one."""
    return float(np.std(means, ddof=1)) if len(means) > 1 else float("nan")


def shown(values: Sequence[float | None], digits: int = 2) -> str:
    """The mean with its interval, for a table: ".61 (.58 to .64)"."""
    low, high = interval(values)
    return f"{mean(values):.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"
