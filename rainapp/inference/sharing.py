"""The progress of stages that each tell of their own, as that of the whole: each has a share of the way."""

from rainapp.jobs.records import Watch

STEPS = 1000


class Shared:
    """A watch for one of several stages: what it tells lies between `begin` and `end`, 0 to 1, of the whole."""

    def __init__(self, watch: Watch, begin: float, end: float) -> None:
        self._watch, self._begin, self._end = watch, begin, end

    def tick(self, done: int, total: int, **facts: float) -> None:
        """`done` of `total` of this stage."""
        share = done / total if total else 0.0
        self._watch.tick(round(STEPS * (self._begin + (self._end - self._begin) * share)), STEPS, **facts)
