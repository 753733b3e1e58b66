"""Batches of a run: which task a step belongs to, which picks it has, drawn here or ahead by worker processes.

What a batch holds depends on its place in the run alone, with and without workers.
"""

import signal
from collections.abc import Iterator, Mapping

import torch
from torch.utils.data import DataLoader, Dataset

from training.contracts import Batch, Choose, Task

CYCLE = 1000
"""Steps after which the order of tasks begins again."""


def order_of(shares: Mapping[str, float], cycle: int = CYCLE) -> tuple[str, ...]:
    """Which task each step of a cycle belongs to: every beginning of it is as near to the shares as it can be."""
    counts = dict.fromkeys(shares, 0)
    order = []
    for step in range(cycle):
        name = max(shares, key=lambda each: shares[each] * (step + 1) - counts[each])
        counts[name] += 1
        order.append(name)
    return tuple(order)


class Drawer:
    """Draws the batch of a step: `size` picks of the task whose turn it is."""

    def __init__(
        self, tasks: Mapping[str, Task], chooses: Mapping[str, Choose], shares: Mapping[str, float], size: int
    ) -> None:
        self.tasks, self.chooses, self.size = dict(tasks), dict(chooses), size
        self.order = order_of(shares)

    def task_of(self, step: int) -> str:
        """The name of the task of a step."""
        return self.order[step % len(self.order)]

    def __call__(self, step: int, rank: int = 0, world: int = 1) -> Batch:
        """The batch of optimiser step `step` for process `rank` of `world`."""
        name = self.task_of(step)
        first = (step * world + rank) * self.size
        return self.tasks[name].draw([self.chooses[name](first + each) for each in range(self.size)])

    def close(self) -> None:
        """Nothing runs."""


class _Places(Dataset[Batch]):
    """The batches of one process by step."""

    def __init__(self, drawer: Drawer, first: int, end: int, rank: int, world: int) -> None:
        self.drawer, self.first, self.end, self.rank, self.world = drawer, first, end, rank, world

    def __len__(self) -> int:
        return self.end - self.first

    def __getitem__(self, index: int) -> Batch:
        return self.drawer(self.first + index, self.rank, self.world)


def _begin(worker: int) -> None:
    """One thread each, for there are many. Signals to the whole run are the trainer's: it must lose none while it saves."""
    torch.set_num_threads(1)
    for asked in (signal.SIGINT, signal.SIGTERM):
        signal.signal(asked, signal.SIG_IGN)


class Prefetch:
    """What `drawer` draws, for consecutive steps, by `workers` processes, a few steps ahead.

    Asking for a step that does not follow the last one starts over from there, and so it goes every `span` steps. `close` ends
    the workers.
    """

    def __init__(self, drawer: Drawer, workers: int, span: int = 1_000_000) -> None:
        self.drawer, self.workers, self.span = drawer, workers, span
        self.batches: Iterator[Batch] | None = None
        self.next_step = self.end = -1

    def __call__(self, step: int, rank: int = 0, world: int = 1) -> Batch:
        """The batch of `step` for process `rank` of `world`."""
        if self.batches is None or step != self.next_step or step == self.end:
            self.end = step + self.span
            places = _Places(self.drawer, step, self.end, rank, world)
            loader = DataLoader(
                places,
                batch_size=None,
                num_workers=self.workers,
                prefetch_factor=4,
                worker_init_fn=_begin,
                pin_memory=False,
            )
            self.batches = iter(loader)
        self.next_step = step + 1
        return next(self.batches)

    def close(self) -> None:
        """End the worker processes."""
        self.batches = None
