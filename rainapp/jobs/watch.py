"""What the work sees of its owner: whom it tells how far it is, and who may pause or cancel it."""

from typing import Protocol, runtime_checkable


class Watch(Protocol):
    """What the work sees of its owner: one call that reports, waits while paused, and raises `Cancelled`."""

    def tick(self, done: int, total: int, **facts: float) -> None:
        """Report `done` of `total` units (total 0: unknown); called once a tile or a step."""
        ...


@runtime_checkable
class WaitingWatch(Watch, Protocol):
    """A watch that can also be told that the work waits for something only a person can change."""

    def wait(self, message: str, hint: str) -> None:
        """Tell, once a wait; the next `tick` that moves on ends it."""
        ...


@runtime_checkable
class StoppableWatch(Watch, Protocol):
    """A watch that can also be asked, without a report, whether the work is to stop."""

    @property
    def stopped(self) -> bool:
        """Whether the next `tick` raises `Cancelled`."""
        ...


class NoWatch:
    """A watch nobody looks at, for scripts and tests."""

    def tick(self, done: int, total: int, **facts: float) -> None:
        """Do nothing."""
