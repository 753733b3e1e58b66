"""Photos derained by the real work, for tests."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from rainapp.base.errors import Cancelled
from rainapp.jobs.records import Derained, DerainFile, NoWatch, Output, Treatment
from rainapp.work import run_job

PLAIN = Treatment(engine="torch", device="cpu", precision="fp32")  # nothing to measure first


def treated(**changes: object) -> Treatment:
    return Treatment(**({"engine": "torch", "device": "cpu", "precision": "fp32"} | changes))  # type: ignore[arg-type]


class Steps:
    """A watch that notes what it is told, and cancels at the n-th tick (0: never)."""

    def __init__(self, cancel_at: int = 0) -> None:
        self.told: list[tuple[int, int]] = []
        self._cancel_at = cancel_at

    def tick(self, done: int, total: int, **facts: float) -> None:
        self.told.append((done, total))
        if len(self.told) == self._cancel_at:
            raise Cancelled


def derain(source: Path, target: Path, treatment: Treatment = PLAIN, watch: Steps | None = None, **output: object) -> Derained:
    job = DerainFile(source, target, treatment, Output(**output))  # type: ignore[arg-type]
    done = run_job.run(job, watch or NoWatch())
    assert isinstance(done, Derained)
    return done


def pixels(path: Path) -> NDArray[np.uint8]:
    read = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    assert read is not None
    return read


def listing(folder: Path) -> set[str]:
    return {entry.name for entry in folder.iterdir()}
