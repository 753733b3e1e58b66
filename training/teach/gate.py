"""The gate: whether a taught model may be used, from measurements alone. Pure functions.

A model that was taught somebody's rain is accepted where

1. on judge photos, which nothing was learned or chosen from, fine rain went more than before: the gains are positive by an
   exact one-sided sign-flip test at 5 %, and at least .03 in the mean (`rainapp.metrics.fine_structure`);
2. on dry photos that nothing was learned from it changes at most 0.2 grey levels more, by the upper 95 % bound of the mean;
3. on the check set of drawn rain it loses less than 0.2 dB, by the lower bound. Up to 1 dB it is accepted *for this rain only*.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEVEL = 0.05
GAIN_MIN = 0.03
CHANGE_MAX = 0.2
LOSS_MAX, OWN_LOSS_MAX = 0.2, 1.0
JUDGES_MIN = 6
"""Five gains cannot be significant at 5 %: the least probability of five signs is 1/32, and one bad photo would decide."""
USABLE_MIN = 12
DIGITS = 4
"""Gains are taken to so many decimals, which makes the test exact by counting."""

Values = NDArray[np.float64]


def credit(fine_removed: float) -> float:
    """What a value of `fine_removed` is worth: above 1 structure runs the other way, so what is too much counts against it."""
    return fine_removed if fine_removed <= 1 else 2 - fine_removed


def sign_flip(gains: Sequence[float]) -> float:
    """The probability that gains whose signs are chance sum to at least as much; exact, for any number of them."""
    steps = np.abs(np.round(np.array(gains, np.float64) * 10**DIGITS)).astype(np.int64)
    seen = int(np.round(np.array(gains, np.float64) * 10**DIGITS).sum())
    reach = int(steps.sum())
    ways = np.zeros(2 * reach + 1)
    ways[reach] = 1.0
    for step in steps:
        one = np.zeros_like(ways)
        if step:
            one[step:] += ways[:-step]
            one[:-step] += ways[step:]
        else:
            one += 2 * ways
        ways = one / 2
    return float(min(1.0, ways[reach + seen :].sum()))


def t_quantile(degrees: int, share: float = 0.95) -> float:
    """The quantile of Student's t, by adding up its density."""
    reach = 60.0 if degrees < 4 else 20.0
    x = np.linspace(0, reach, 200_001)
    log_scale = math.lgamma((degrees + 1) / 2) - math.lgamma(degrees / 2) - 0.5 * math.log(degrees * math.pi)
    density = np.exp(log_scale - (degrees + 1) / 2 * np.log1p(x * x / degrees))
    area = 0.5 + np.cumsum((density[1:] + density[:-1]) / 2 * (x[1] - x[0]))
    return float(x[1 + int(np.searchsorted(area, share))])


def upper_bound(values: Sequence[float]) -> float:
    """The one-sided upper 95 % bound of the mean; infinite for fewer than two values, which tell nothing of their spread."""
    there = np.array(values, np.float64)
    if len(there) < 2:
        return math.inf
    return float(there.mean() + t_quantile(len(there) - 1) * there.std(ddof=1) / math.sqrt(len(there)))


def lower_bound(values: Sequence[float]) -> float:
    """The one-sided lower 95 % bound of the mean."""
    return -upper_bound([-value for value in values])


@dataclass(frozen=True)
class Measured:
    """What is measured of the base and of a taught model, by picture and in the same order.

    `fine`: `fine_removed` of judge photos; `dry`: change of dry photos in grey levels; `check`: PSNR in dB on the check set.
    """

    fine: tuple[float, ...]
    dry: tuple[float, ...]
    check: tuple[float, ...]


@dataclass(frozen=True)
class Verdict:
    """Whether a taught model may be used, whether for this rain only, and why (not), in sentences with what would help."""

    accepted: bool
    own_rain_only: bool
    reasons: tuple[str, ...]
    gain: float
    probability: float
    added_change: float
    check_change: float


def gains(before: Sequence[float], after: Sequence[float]) -> list[float]:
    """By how much more rain each judge photo lost."""
    return [credit(taught) - credit(base) for base, taught in zip(before, after, strict=True)]


def judge(before: Measured, after: Measured) -> Verdict:
    """The verdict of the gate."""
    gained = gains(before.fine, after.fine)
    gain = float(np.mean(gained)) if gained else 0.0
    probability = sign_flip(gained) if gained else 1.0
    added = upper_bound([new - old for old, new in zip(before.dry, after.dry, strict=True)])
    lost = lower_bound([new - old for old, new in zip(before.check, after.check, strict=True)])
    against = [*on_judges(gained, gain, probability), *on_dry(added), *on_check(lost)]
    only = not against and lost <= -LOSS_MAX
    reasons = against
    if only:
        reasons = [f"It is better on your rain and up to {-lost:.2f} dB worse on other rain: it is added for this rain only."]
    elif not against:
        reasons = [f"It takes out {gain:+.2f} more of the fine rain on photos it never saw, and harms nothing measurably."]
    return Verdict(not against, only, tuple(reasons), gain, probability, added, lost)


def on_judges(gained: Sequence[float], gain: float, probability: float) -> list[str]:
    """What the judge photos say against it."""
    if len(gained) < JUDGES_MIN:
        return [f"Only {len(gained)} photos could judge, and {JUDGES_MIN} are needed. Add photos with clear streaks."]
    if gain < GAIN_MIN:
        return [
            f"On photos it never saw it takes out {gain:+.3f} of the fine rain, and .03 is needed. Teach longer, or add photos."
        ]
    if probability > LEVEL:
        words = (
            f"That it is better on photos it never saw may be chance (probability {probability:.2f}, at most .05 is needed)."
        )
        return [f"{words} Add rainy photos."]
    return []


def on_dry(added: float) -> list[str]:
    """What the dry photos say against it."""
    if added <= CHANGE_MAX:
        return []
    if math.isinf(added):
        return ["There are too few dry photos to see whether it harms them. Add dry photos."]
    return [f"It may change dry photos by {added:.2f} grey levels more, and .2 is allowed. Add dry scenes like yours."]


def on_check(lost: float) -> list[str]:
    """What the check set says against it."""
    if lost >= -OWN_LOSS_MAX:
        return []
    if math.isinf(lost):
        return ["There are too few pictures to see whether it forgot other rain. Add dry photos."]
    return [f"It may be {-lost:.2f} dB worse on other rain, and at most 1 dB is allowed. Teach for less time."]


@dataclass(frozen=True)
class Split:
    """Places of units (photos, bursts or clips) to learn from, to choose by, and to judge by. None is in two."""

    learn: tuple[int, ...]
    choose: tuple[int, ...]
    judge: tuple[int, ...]


def split(judgeable: Sequence[bool], seed: int) -> Split:
    """Units by chance into judge (a quarter, 6 to 40), choose (a sixth, 2 to 20) and learn (the rest).

    `judgeable`: whether a unit has rain of one direction, by which it can be measured; the others are learned from.
    Raises ValueError where there are fewer than `USABLE_MIN` units, or too few that can judge and choose.
    """
    count = len(judgeable)
    fit = [place for place in range(count) if judgeable[place]]
    judges, choosers = min(40, max(JUDGES_MIN, count // 4)), min(20, max(2, count // 6))
    if count < USABLE_MIN:
        raise ValueError(f"{USABLE_MIN} usable rainy photos are needed, and there are {count}")
    if len(fit) < JUDGES_MIN + 2:
        raise ValueError(
            f"{JUDGES_MIN + 2} photos with streaks of one direction are needed to judge by, and there are {len(fit)}"
        )
    judges = min(judges, len(fit) - 2)
    choosers = min(choosers, len(fit) - judges)
    order = [fit[int(place)] for place in np.random.default_rng([seed, 67]).permutation(len(fit))]
    taken = order[: judges + choosers]
    learn = tuple(place for place in range(count) if place not in set(taken))
    return Split(learn, tuple(sorted(taken[judges:])), tuple(sorted(taken[:judges])))
