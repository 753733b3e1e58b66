"""Who watches a teaching: what is told while it works, how it is stopped, and how it is told that it is enough."""

import contextlib
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

from rainapp.base.errors import Cancelled
from rainapp.jobs.records import Watch
from training.__main__ import LineWatch
from training.loop.trainer import device_of
from training.recipe import Recipe

STANDARD_INPUT = 0
ENOUGH = b"enough"


class TeachWatch(LineWatch):
    """Progress of each stage by itself. A line on standard input stops the run; "enough" ends the learning instead."""

    def __init__(self, listen: bool, tells: bool) -> None:
        """`listen`: lines on standard input are obeyed; its end is not, since a run may have none."""
        super().__init__(listen=False, tells=tells)
        self.enough = threading.Event()
        if listen:
            threading.Thread(target=self._obey_lines, daemon=True, name="lines").start()

    def _obey_lines(self) -> None:
        held = b""
        with contextlib.suppress(OSError):  # there may be no standard input
            while given := os.read(STANDARD_INPUT, 4096):  # not by sys.stdin, whose lock would be held when Python ends
                *lines, held = (held + given).split(b"\n")
                for line in lines:
                    (self.enough if line.strip() == ENOUGH else self.stop).set()

    def begin_stage(self) -> None:
        """What is left is guessed from here on."""
        self.first, self.began, self.told = None, time.monotonic(), 0.0


@dataclass
class LearningWatch:
    """Hands ticks on, and cancels as well where it is `enough`."""

    watch: Watch
    enough: Callable[[], bool]

    def tick(self, done: int, total: int, **facts: float) -> None:
        """Tell the watch; raises Cancelled."""
        if self.enough():
            raise Cancelled
        self.watch.tick(done, total, **facts)


def machine() -> dict[str, Any]:
    """Where a teaching works, for people: the accelerator, or the processor with so many threads."""
    cuda = device_of(Recipe()).type == "cuda"
    return {"device": torch.cuda.get_device_name() if cuda else "cpu", "threads": torch.get_num_threads()}
