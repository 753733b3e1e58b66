"""Repair: a prior redraws what rain had covered, and nothing else.

`O = D + s m (G - D)` with D the derained picture, G what the prior makes of it, m where rain was removed (`nets.repair_mask`,
exactly 0 where it was dry) and s the strength, 0 to 1. The prior sees windows of one size, only those in which rain was
removed. What it makes of a window counts only if it passes the checks; a pixel that is no number stays derained. The changes of
the whole picture are counted before any is kept, and where they are more than the budget allows the strength falls.

Memory stays flat: beside the pictures in their depth there is one more of the same kind, and a band of one row of windows.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from rainapp.base.image import Frame, Pixels, Repaired
from rainapp.inference.refine import checks, windows
from rainapp.inference.refine.budget import SEEN, Budget, Changes
from rainapp.inference.refine.prior import Prior, Window
from rainapp.jobs.records import Watch
from rainapp.nets.repair_mask import REACH_PX, repair_mask

Floats = NDArray[np.float32]

OVERLAP_PX = 32
STRIP_ROWS = 256


@dataclass(frozen=True)
class Refiner:
    """The stage that repairs frames derained at full strength, with `prior`, at most at `strength` and within `budget`."""

    prior: Prior
    strength: float
    budget: Budget = Budget()

    def __call__(self, frames: Iterable[Frame], watch: Watch) -> Iterator[Frame]:
        """Repair `frames`; `watch` is ticked once a window with (done, windows of this frame, frame=its index)."""
        for frame in frames:
            yield _Repair(self, frame, watch).done()


class _Repair:
    """One picture at work."""

    def __init__(self, refiner: Refiner, frame: Frame, watch: Watch) -> None:
        self.prior, self.wanted, self.budget = refiner.prior, refiner.strength, refiner.budget
        self.frame, self.watch = frame, watch
        self.rainy, self.derained = frame.source.pixels, frame.image.pixels
        self.peak = np.float32(frame.image.peak)
        height, width = self.derained.shape[:2]
        side = refiner.prior.window_px
        self.tall, self.wide = min(side, height), min(side, width)
        self.tops = windows.places(height, side, OVERLAP_PX)
        self.lefts = windows.places(width, side, OVERLAP_PX)
        self.fade = windows.weights(self.tall, self.wide, OVERLAP_PX)
        self.changes = Changes(height * width)
        self.seen = self.kept = self.broken = self.place = 0

    def done(self) -> Frame:
        """The frame repaired."""
        full = self._at_full_strength()
        strength = self.changes.strength(self.wanted, self.budget) if full is not None else self.wanted
        share = mean = 0.0
        image = self.frame.image
        if full is not None:
            share, mean = self._weaken(full, strength)
            image = replace(image, pixels=full)
        facts = Repaired(self.prior.name, strength, self.wanted, share, mean, self.seen, self.kept, self.broken)
        return replace(self.frame, image=image, repaired=facts)

    def _at_full_strength(self) -> Pixels | None:
        """The picture (H, W, 3) with all that passed the checks; None where no rain was removed anywhere."""
        full: Pixels | None = None
        sums = np.zeros((self.tall, self.derained.shape[1], 5), np.float32)  # changes, their weights, what was no number
        for number, top in enumerate(self.tops):
            mask = self._mask(top, top + self.tall)
            for place, left in enumerate(self.lefts):
                self.place = number * len(self.lefts) + place
                self._tell()
                columns = slice(left, left + self.wide)
                if mask[:, columns].any():
                    self._add(sums[:, columns], mask, top, columns)
            ready = self.tops[number + 1] - top if number + 1 < len(self.tops) else self.tall
            if mask[:ready].any():
                full = self.derained.copy() if full is None else full
                self._lay(full[top : top + ready], sums[:ready], mask[:ready])
            sums[: self.tall - ready] = sums[ready:].copy()
            sums[self.tall - ready :] = 0
        return full

    def _tell(self) -> None:
        """Say which window is at work; raises Cancelled where that is wanted."""
        self.watch.tick(self.place, len(self.tops) * len(self.lefts), frame=self.frame.index)

    def _mask(self, top: int, bottom: int) -> Floats:
        """The mask of some rows, (rows, W)."""
        first, last = max(0, top - REACH_PX), min(self.derained.shape[0], bottom + REACH_PX)
        pair = (self._planes(pixels[first:last]) for pixels in (self.rainy, self.derained))
        mask: Floats = repair_mask(*pair)[0, 0].numpy()
        return mask[top - first : bottom - first]

    def _planes(self, pixels: Pixels) -> torch.Tensor:
        return torch.from_numpy(self._floats(pixels)).permute(2, 0, 1)[None]

    def _floats(self, pixels: Pixels) -> Floats:
        floats: Floats = pixels.astype(np.float32) / self.peak
        return floats

    def _add(self, sums: Floats, mask: Floats, top: int, columns: slice) -> None:
        """Let the prior see a window, and add what it would change to the sums, where it passes the checks."""
        own = mask[:, columns]
        derained = self._floats(self.derained[top : top + self.tall, columns])
        made = np.asarray(self.prior(Window(derained, own, top, columns.start, self._tell)), np.float32)
        lost = np.logical_not(np.isfinite(made).all(axis=2))
        made = np.where(lost[..., None], derained, made.clip(0, 1))
        self.seen += 1
        sums[..., 3] += self.fade
        sums[..., 4] += lost
        if not (checks.agrees(derained, made) and self._adds_little(own[..., None] * (made - derained), mask, top, columns)):
            self.kept += 1
            return
        sums[..., :3] += self.fade[..., None] * (made - derained)

    def _adds_little(self, added: Floats, mask: Floats, top: int, columns: slice) -> bool:
        reach = checks.NEIGHBOURS_PX
        around = slice(max(0, columns.start - reach), min(mask.shape[1], columns.stop + reach))
        place = self._floats(self.derained[top : top + self.tall, around])
        return checks.adds_little(added, mask[:, columns] > 0, place, mask[:, around] == 0)

    def _lay(self, full: Pixels, sums: Floats, mask: Floats) -> None:
        """Change finished rows of the result by what the windows agree on."""
        change = mask[..., None] * sums[..., :3] / np.maximum(sums[..., 3:4], np.float32(1e-6))
        self.broken += int(((sums[..., 4] > 0) & (mask > 0)).sum())
        before = full.astype(np.float32)
        whole = np.rint(before + change * self.peak).clip(0, self.peak)
        np.copyto(whole, before, where=mask[..., None] == 0)
        self.changes.add((whole - before) / self.peak)
        full[:] = whole.astype(full.dtype)

    def _weaken(self, full: Pixels, strength: float) -> tuple[float, float]:
        """Take back what is above `strength`; the share of pixels that differ at last, and their mean change, peak 1."""
        differ, total = 0, 0.0
        for top in range(0, full.shape[0], STRIP_ROWS):
            rows = slice(top, top + STRIP_ROWS)
            before = self.derained[rows]
            if strength < 1:
                depth = cv2.CV_8U if full.dtype == np.uint8 else cv2.CV_16U
                cv2.addWeighted(full[rows], strength, before, 1 - strength, 0, dst=full[rows], dtype=depth)
            differ += int((cv2.absdiff(full[rows], before) >= SEEN / 255 * self.peak).any(axis=2).sum())
            total += float(cv2.norm(full[rows], before, cv2.NORM_L1))
        return differ / (full.shape[0] * full.shape[1]), total / full.size / float(self.peak)
