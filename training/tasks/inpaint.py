"""A plain net that repairs what a derainer leaves: what a prior of the same size and time has to beat.

It sees what a prior sees and is asked for the same: the clean crop, the error counted where rain was removed.
"""

from collections.abc import Sequence

from torch import Tensor

from training.contracts import Batch, Loss, Output, Pick, Run, Task
from training.data.crops import RainyCrops
from training.tasks.leavings import Leavings

ELSEWHERE = 0.1
"""What the error of a dry pixel counts: enough to keep a net on the picture around."""


class Inpaint(Task):
    """Crops that a derainer has treated, repaired."""

    name = "inpaint"

    def __init__(self, crops: RainyCrops, leavings: Leavings) -> None:
        super().__init__()
        self.crops, self.leavings = crops, leavings

    def sources(self) -> int:
        """The photos that a pick can name."""
        return len(self.crops.photos)

    def draw(self, picks: Sequence[Pick]) -> Batch:
        """See `Leavings.batch`; a net with a condition is told that haze stays."""
        return self.leavings.batch(self.crops, picks, self.name)

    def loss(self, run: Run, out: Output, batch: Batch) -> Loss:
        """L1, mostly where rain was removed."""
        rows = repair_rows(out.image, batch)
        return Loss(rows.mean(), {"l1": rows.mean()}, rows)


def repair_rows(image: Tensor, batch: Batch) -> Tensor:
    """Mean absolute error of each sample (B,), pixels counted by the mask of the repair."""
    assert batch.target is not None  # `Leavings.batch` makes both
    assert batch.streaks is not None
    weights = ELSEWHERE + batch.streaks
    error = (image - batch.target).abs().mean(1, keepdim=True)
    return (weights * error).sum((1, 2, 3)) / weights.sum((1, 2, 3))
