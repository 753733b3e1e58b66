"""How long the rest of a batch will take, learned from its files as they are done. Window and command line ask the same.

A file costs some time of its own and some for every megapixel; both are fitted to what was seen. The first file counts for
nothing: it carries the loading of the model and the making ready of the engine; some more of that may come with the next few,
which are left out where they took far longer than others. Small photos say nothing of large ones: what lies far beyond all
that was seen is told from a known speed, or not at all. Where the size of a file is not known yet, its bytes stand in, at so
many megapixels a byte as others of its kind had.
"""

import math
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

Clock = Callable[[], float]

KEPT = 40  # files that count: the machine may get busy or idle
LEAST = 2  # ... and no estimate from fewer, but where the file at work knows its own pace
COLD = 6  # so many of the first files may still carry what is made ready only once
LONGER = 1.4  # ... those that took so many times what the quickest did
REACH = 3.0  # times the largest file seen: beyond it the fit says nothing
LITTLE = 0.1  # ... which does not matter up to this share of the whole
SMALL_MP = 0.3  # pictures below it take time for other things than their pixels
SPEEDS_KEPT = 3
BYTES_PER_MEGAPIXEL = 400_000.0  # of a file of a kind of which none was seen


@dataclass(frozen=True)
class Load:
    """A file to be done: its bytes, its kind (a suffix), and its megapixels, of a clip those of all frames, once known."""

    size: int
    kind: str = ""
    megapixels: float | None = None


@dataclass(frozen=True)
class Cost:
    """What a file takes: `file_s` and `megapixel_s` for each megapixel."""

    file_s: float
    megapixel_s: float

    def of(self, megapixels: float) -> float:
        """Seconds of one file."""
        return self.file_s + self.megapixel_s * megapixels


class BatchPace:
    """Says how long what is left will take. The clock stands still while paused."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        """Nothing is known yet."""
        self._clock = clock
        self.speed: float | None = None  # seconds a megapixel of large pictures, where somebody knows
        self._seen: deque[tuple[float, float]] = deque(maxlen=KEPT)  # megapixels, seconds
        self._count = 0  # how many were seen in all
        self._kinds: dict[str, tuple[float, float]] = {}  # megapixels and bytes of what was done
        self._begun: float | None = None
        self._paused_at: float | None = None
        self._warm = False

    def begin(self) -> None:
        """A file is taken up."""
        self._begun = self._clock()
        self._paused_at = None

    def pause(self) -> None:
        """Stop the clock."""
        self._paused_at = self._clock() if self._paused_at is None else self._paused_at

    def resume(self) -> None:
        """Let it run on."""
        if self._paused_at is not None and self._begun is not None:
            self._begun += self._clock() - self._paused_at
        self._paused_at = None

    def finish(self, load: Load, megapixels: float) -> None:
        """The file at work is done; it had so many megapixels."""
        seconds = self.elapsed_s
        self._begun = None
        known, size = self._kinds.get(load.kind, (0.0, 0.0))
        self._kinds[load.kind] = (known + megapixels, size + load.size)
        if self._warm:
            self._seen.append((megapixels, seconds))
            self._count += 1
        self._warm = True

    def leave(self) -> None:
        """The file at work came to nothing: how long that took says nothing."""
        self._begun = None

    @property
    def elapsed_s(self) -> float:
        """How long the file at work has been at it."""
        if self._begun is None:
            return 0.0
        return (self._clock() if self._paused_at is None else self._paused_at) - self._begun

    @property
    def cost(self) -> Cost | None:
        """What files take here; None while that would be a guess."""
        return _fitted(self._usual) if len(self._seen) >= LEAST else None

    @property
    def _usual(self) -> list[tuple[float, float]]:
        """What was seen, without those of the first few that carry what is made ready only once."""
        seen = list(self._seen)
        cold = max(0, COLD - (self._count - len(seen)))  # of these, so many were among the first
        if len(seen) <= LEAST or not cold:
            return seen
        fit = _fitted(seen)
        longest = LONGER * min(seconds / max(fit.of(mp), 1e-6) for mp, seconds in seen)
        usual = [(mp, s) for n, (mp, s) in enumerate(seen) if n >= cold or s <= longest * fit.of(mp)]
        return usual if len(usual) >= LEAST else seen

    def megapixels(self, load: Load) -> float:
        """Those of a file, known or as its bytes say."""
        if load.megapixels is not None:
            return load.megapixels
        known, size = self._kinds.get(load.kind, (0.0, 0.0))
        if not size:
            known, size = (sum(column) for column in zip(*self._kinds.values(), strict=True)) if self._kinds else (0.0, 0.0)
        return load.size * (known / size if size else 1 / BYTES_PER_MEGAPIXEL)

    def estimate_s(self, loads: Iterable[Load]) -> float | None:
        """Seconds for files that nobody has begun; None while that would be a guess."""
        return self._sum([self.megapixels(load) for load in loads], self.cost, self.speed)

    def eta_s(self, current: Load | None, waiting: Iterable[Load], own_s: float | None = None) -> float | None:
        """Seconds until all is done. `own_s`: what the file at work says of itself, as a clip or a large photo does."""
        rest = [self.megapixels(load) for load in waiting]
        cost, speed = self.cost, self.speed
        here = self.megapixels(current) if current is not None else 0.0
        if own_s is not None and here > 0 and (cost is None or here > self._reach):
            seen = (self.elapsed_s + own_s) / here  # it tells of others that are as large
            cost, speed = cost or (Cost(0.0, seen) if rest else None), speed or seen
        if own_s is None and current is not None and (cost is not None or speed is not None):
            whole = self._sum([here], cost, speed)
            own_s = None if whole is None else max(0.0, whole - self.elapsed_s)
        if not rest or own_s is None:
            return own_s
        left = self._sum(rest, cost, speed)
        return None if left is None else own_s + left

    @property
    def _reach(self) -> float:
        """Megapixels up to which what was seen tells."""
        return REACH * max((mp for mp, _ in self._seen), default=math.inf)

    def _sum(self, megapixels: list[float], cost: Cost | None, speed: float | None) -> float | None:
        """Seconds of files of these sizes; what lies beyond reach goes by `speed`, or, where that is unknown, is a guess."""
        if cost is None:
            return None
        near = sum(cost.of(mp) for mp in megapixels if mp <= self._reach)
        beyond = [mp for mp in megapixels if mp > self._reach]
        if speed is not None:
            return near + sum(cost.file_s + speed * mp for mp in beyond)
        by_fit = sum(cost.of(mp) for mp in beyond)
        by_most = sum(max(seconds / mp for mp, seconds in self._seen if mp > 0) * mp for mp in beyond) if beyond else 0.0
        return near + by_fit if by_most <= LITTLE * (near + by_most) else None


class Speeds:
    """Seconds a megapixel of whatever was derained, by what decides on it; the best of the last few counts."""

    def __init__(self) -> None:
        """Nothing was seen."""
        self._large: dict[str, deque[float]] = {}
        self._small: dict[str, deque[float]] = {}
        self._warm: set[str] = set()  # seen once

    def saw(self, key: str, seconds: float, megapixels: float, warm: bool = False) -> None:
        """Learn. The first says nothing, unless the net was `warm`: it holds the loading of the model."""
        was_warm = warm or key in self._warm
        self._warm.add(key)
        if megapixels > 0.01 and seconds > 0 and was_warm:
            seen = self._large if megapixels >= SMALL_MP else self._small
            seen.setdefault(key, deque(maxlen=SPEEDS_KEPT)).append(seconds / megapixels)

    def of_large(self, key: str) -> float | None:
        """That of pictures that are not small; None where none was seen."""
        return min(self._large.get(key, ()), default=None)

    def of(self, key: str) -> float | None:
        """The same, else that of small ones, which is no less."""
        large = self.of_large(key)
        return min(self._small.get(key, ()), default=None) if large is None else large


def _fitted(seen: list[tuple[float, float]]) -> Cost:
    """The cost that comes nearest to all of `seen`, each judged by its own size; neither part of it is negative."""
    weights = [1 / max(seconds, 1e-3) ** 2 for _, seconds in seen]
    total = sum(weights)
    mean_mp, mean_s = (sum(w * pair[k] for w, pair in zip(weights, seen, strict=True)) / total for k in (0, 1))
    spread = sum(w * (mp - mean_mp) ** 2 for w, (mp, _) in zip(weights, seen, strict=True))
    together = sum(w * (mp - mean_mp) * (s - mean_s) for w, (mp, s) in zip(weights, seen, strict=True))
    all_mp, all_s = (sum(pair[k] for pair in seen) for k in (0, 1))
    if spread <= 1e-6 * total * max(mean_mp, 1e-6) ** 2 or together <= 0:
        return Cost(all_s / len(seen), 0.0)
    megapixel_s = together / spread
    file_s = mean_s - megapixel_s * mean_mp
    return Cost(file_s, megapixel_s) if file_s >= 0 else Cost(0.0, all_s / all_mp)
