"""Samples drawn ahead by worker processes, so that an accelerator never waits for rain.

The same samples as without workers: what a batch holds depends on its place in the run alone.
"""

import signal
from collections.abc import Iterator

import torch
from torch.utils.data import DataLoader, Dataset

from training.data.crops import Batch, RainyCrops


class _Places(Dataset[Batch]):
    """The batches of one process by step."""

    def __init__(self, crops: RainyCrops, first: int, end: int, rank: int, world: int) -> None:
        self.crops, self.first, self.end, self.rank, self.world = crops, first, end, rank, world

    def __len__(self) -> int:
        return self.end - self.first

    def __getitem__(self, index: int) -> Batch:
        return self.crops.batch(self.first + index, self.rank, self.world)


def _begin(worker: int) -> None:
    """One thread each, for there are many. Signals to the whole run are the trainer's: it must lose none while it saves."""
    torch.set_num_threads(1)
    for asked in (signal.SIGINT, signal.SIGTERM):
        signal.signal(asked, signal.SIG_IGN)


class Prefetch:
    """A `draw` for a plan: batches for consecutive steps come from `workers` processes, a few steps ahead.

    Asking for a step that does not follow the last one starts over from there, and so it goes every `span` steps. `close` ends
    the workers.
    """

    def __init__(self, crops: RainyCrops, workers: int, span: int = 1_000_000) -> None:
        self.crops, self.workers, self.span = crops, workers, span
        self.batches: Iterator[Batch] | None = None
        self.next_step = self.end = -1

    def __call__(self, step: int, rank: int, world: int) -> Batch:
        """The batch of `step` for process `rank` of `world`."""
        if self.batches is None or step != self.next_step or step == self.end:
            self.end = step + self.span
            places = _Places(self.crops, step, self.end, rank, world)
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
