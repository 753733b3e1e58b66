"""How long the rest of a batch will take, learned from its files as they are done. Window and command line ask the same.

A file costs some time of its own and some for every megapixel; both are fitted to what was seen. The first file counts for
nothing: it carries the loading of the model and the making ready of the engine. Where the size of a file is not known yet,
its bytes stand in, at so many megapixels a byte as others of its kind had.
"""

import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

Clock = Callable[[], float]

KEPT = 40  # files that count: the machine may get busy or idle
LEAST = 2  # ... and no estimate from fewer, but where the file at work knows its own pace
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
        self._seen: deque[tuple[float, float]] = deque(maxlen=KEPT)  # megapixels, seconds
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
        return _fitted(list(self._seen)) if len(self._seen) >= LEAST else None

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
        cost = self.cost
        return None if cost is None else sum(cost.of(self.megapixels(load)) for load in loads)

    def eta_s(self, current: Load | None, waiting: Iterable[Load], own_s: float | None = None) -> float | None:
        """Seconds until all is done. `own_s`: what the file at work says of itself, as a clip or a large photo does."""
        rest = list(waiting)
        cost = self.cost
        if cost is None and own_s is not None and rest and current is not None and self.megapixels(current) > 0:
            cost = Cost(0.0, (self.elapsed_s + own_s) / self.megapixels(current))
        if cost is None:
            return own_s if not rest else None
        if own_s is None and current is not None:
            own_s = max(0.0, cost.of(self.megapixels(current)) - self.elapsed_s)
        return (own_s or 0.0) + sum(cost.of(self.megapixels(load)) for load in rest)


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
