"""How long a run has worked, so that a budget of minutes buys the same learning wherever it runs.

On a CPU it is the process time of the run: a stopped process, a busy machine and one that sleeps cost nothing. On an
accelerator the process waits, so process time says little there; what counts is the time inside steps. Validation, saving and
whatever lies between two steps is then free.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Clock = Callable[[], float]


class WorkTime:
    """Seconds of work. `inside` alone counts steps, as on an accelerator; `clock` is another than the usual one, for tests."""

    def __init__(self, inside: bool, clock: Clock | None = None) -> None:
        self.inside = inside
        self.clock = clock or (time.monotonic if inside else time.process_time)
        self._since, self._spent = self.clock(), 0.0

    def begin(self, spent_s: float) -> None:
        """Go on from so many seconds that were spent before."""
        self._since, self._spent = self.clock(), spent_s

    @contextmanager
    def step(self) -> Iterator[None]:
        """Around a step."""
        before = self.clock()
        try:
            yield
        finally:
            if self.inside:
                self._spent += self.clock() - before

    def spent(self) -> float:
        """Seconds until now."""
        return self._spent if self.inside else self._spent + self.clock() - self._since
