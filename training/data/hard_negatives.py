"""Crops of dry photos that the net of today takes for rain: the dry samples worth repeating.

Slats, wool, reeds and lattices are rare in photos, so random dry crops hardly ever show one. Before a run starts, its first
weights look at many dry crops; those that they change most are then drawn again and again with the untouched crop as target
(hard negatives; Shrivastava et al., "Training region-based object detectors with online hard example mining", CVPR 2016, do
the same for detectors).
"""

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from rainapp.base.errors import BadModel
from rainapp.base.new_files import NewFile
from rainapp.base.regular_files import open_regular
from training.contracts import taken

CHANGED = 0.5 / 255
"""Mean change of a dry crop from which it counts as confusing."""
MOST = 8 / 255
"""Mean change beyond which a crop is not drawn more often: it may be rain after all."""
AT_ONCE = 4
KEPT_BYTES_MAX = 1 << 24

Crop = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Confusers:
    """Numbers of confusing crops (N,), and the share of draws that each gets, summing to 1."""

    numbers: NDArray[np.int64]
    shares: NDArray[np.float64]

    def draw(self, rng: np.random.Generator) -> int:
        """The number of one of them; those that are changed more come more often."""
        return int(rng.choice(self.numbers, p=self.shares))


@torch.no_grad()
def find(net: nn.Module, dry_crop: Callable[[int], Crop], count: int) -> Confusers | None:
    """The confusing ones of the dry crops 0 to `count` - 1, (S, S, 3) float32 0..1 each; None where `net` harms none."""
    device = next(net.parameters()).device
    changes = np.zeros(count)
    for first in range(0, count, AT_ONCE):
        numbers = range(first, min(count, first + AT_ONCE))
        dry = torch.from_numpy(np.stack([dry_crop(n) for n in numbers])).permute(0, 3, 1, 2).to(device)
        derained = net(dry, **taken(net, dry)).clamp(0, 1)
        changes[first : first + len(numbers)] = (derained - dry).abs().mean((1, 2, 3)).cpu().numpy()
    numbers_found = np.flatnonzero(changes > CHANGED)
    if not numbers_found.size:
        return None
    weights = np.minimum(changes[numbers_found], MOST)
    return Confusers(numbers_found, weights / weights.sum())


def kept(file: Path, look: Callable[[], Confusers | None]) -> Confusers | None:
    """What a run began with, from its `file`; looked for and written there when the file is missing.

    Raises BadModel where it is damaged.
    """
    if not file.exists():
        found = look()
        with NewFile(file, replaces=True) as fresh:  # several processes may come at once, and find the same
            np.savez(fresh, numbers=found.numbers if found else [], shares=found.shares if found else [])
        return found
    try:
        with open_regular(file, KEPT_BYTES_MAX) as opened, np.load(opened, allow_pickle=False) as stored:
            if sum(each.file_size for each in stored.zip.infolist()) > KEPT_BYTES_MAX:
                raise ValueError("more than is ever written")
            numbers, shares = stored["numbers"].astype(np.int64), stored["shares"].astype(np.float64)
        if numbers.shape != shares.shape or numbers.ndim != 1 or not np.isfinite(shares).all():
            raise ValueError("no numbers and shares")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, MemoryError, zipfile.BadZipFile) as error:
        raise BadModel(f"The run is damaged: {file.name} cannot be read.", "Start it again from its recipe.", file) from error
    return Confusers(numbers, shares) if numbers.size else None
