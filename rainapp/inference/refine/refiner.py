"""Repair: a prior redraws what rain had covered, and nothing else.

`O = D + s m (G - D)` with D the derained picture, G what the prior makes of it, m where rain was removed (`nets.repair_mask`,
exactly 0 where it was dry) and s the strength, 0 to 1. The prior sees windows of one size, only those in which rain was
removed. What it makes of a window counts only if it passes the checks; a pixel that is no number stays derained. The changes of
the whole picture are counted before any is kept, and where they are more than the budget allows the strength falls.

Memory stays flat: beside the pictures in their depth there is one more of the same kind, and a band of one row of windows.

A part of a picture is repaired as the whole would be: its windows lie where those of the whole do, and it is shown what they
see. Only the budget, which is one of the whole, has no say there.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from rainapp.base.image import Frame, Image, Pixels, Repaired
from rainapp.inference.refine import checks, windows
from rainapp.inference.refine.budget import SEEN, Budget, Changes
from rainapp.inference.refine.prior import Prior, Window
from rainapp.jobs.records import Region, Watch
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
    keeps_derained: bool = False

    def __call__(self, frames: Iterable[Frame], watch: Watch) -> Iterator[Frame]:
        """Repair `frames`; `watch` is ticked once a window with (done, windows of this frame, frame=its index)."""
        for frame in frames:
            work = _Repair(self, frame.source.pixels, frame.image, watch, frame.index)
            image, facts = work.done(self.budget)
            before = frame.image if self.keeps_derained else None
            yield replace(frame, image=image, repaired=facts, unrepaired=before)

    def surroundings(self, height: int, width: int, region: Region) -> Region:
        """What of a picture of this size, derained, `part` must be given for `region`."""
        rows = self._span(height, region.y, region.height, REACH_PX)
        columns = self._span(width, region.x, region.width, REACH_PX + checks.NEIGHBOURS_PX)
        return Region(columns[0], rows[0], columns[1] - columns[0], rows[1] - rows[0])

    def _span(self, length: int, start: int, wanted: int, margin_px: int) -> tuple[int, int]:
        begins = windows.touching(length, self.prior.window_px, OVERLAP_PX, start, start + wanted)
        last = begins[-1] + min(self.prior.window_px, length)
        return max(0, begins[0] - margin_px), min(length, last + margin_px)

    def part(self, rainy: Pixels, derained: Image, lies: "Lies", watch: Watch) -> tuple[Image, Repaired]:
        """`lies.region` of a picture repaired; `rainy` and `derained` are its `surroundings`."""
        work = _Repair(self, rainy, derained, watch, lies=lies)
        return work.cut(*work.done(None))


@dataclass(frozen=True)
class Lies:
    """Which `region` of a picture of `height` x `width` is wanted, and what of it is at hand: `around`."""

    height: int
    width: int
    around: Region
    region: Region


class _Repair:
    """One picture at work, or what is around a part of one; places are those in what is at hand."""

    def __init__(
        self, refiner: Refiner, rainy: Pixels, derained: Image, watch: Watch, index: int = 0, lies: Lies | None = None
    ) -> None:
        self.prior, self.wanted, self.index, self.watch = refiner.prior, refiner.strength, index, watch
        self.rainy, self.derained, self.image = rainy, derained.pixels, derained
        self.peak = np.float32(derained.peak)
        whole = Region(0, 0, derained.width, derained.height)
        self.lies = lies = lies or Lies(derained.height, derained.width, whole, whole)
        side, region = refiner.prior.window_px, lies.region
        self.tall, self.wide = min(side, lies.height), min(side, lies.width)
        tops = windows.touching(lies.height, side, OVERLAP_PX, region.y, region.y + region.height)
        lefts = windows.touching(lies.width, side, OVERLAP_PX, region.x, region.x + region.width)
        self.tops, self.lefts = [top - lies.around.y for top in tops], [left - lies.around.x for left in lefts]
        self.fade = windows.weights(self.tall, self.wide, OVERLAP_PX)
        self.changes = Changes(derained.height * derained.width)
        self.seen = self.kept = self.broken = self.place = 0

    def done(self, budget: Budget | None) -> tuple[Image, Repaired]:
        """What is at hand, repaired; without a budget at the strength that is wanted."""
        full = self._at_full_strength()
        strength = self.changes.strength(self.wanted, budget) if full is not None and budget is not None else self.wanted
        share = mean = 0.0
        image = self.image
        if full is not None:
            share, mean = self._weaken(full, strength)
            image = replace(image, pixels=full)
        return image, Repaired(self.prior.name, strength, self.wanted, share, mean, self.seen, self.kept, self.broken)

    def cut(self, image: Image, facts: Repaired) -> tuple[Image, Repaired]:
        """The region alone, and what was changed in it."""
        top, left = self.lies.region.y - self.lies.around.y, self.lies.region.x - self.lies.around.x
        place = slice(top, top + self.lies.region.height), slice(left, left + self.lies.region.width)
        pixels, before = image.pixels[place].copy(), self.derained[place]
        share, total = self._differ(pixels, before)
        count = pixels.shape[0] * pixels.shape[1]
        alpha = None if image.alpha is None else image.alpha[place].copy()
        facts = replace(facts, share=share / count, mean=total / count / 3 / float(self.peak))
        return replace(image, pixels=pixels, alpha=alpha), facts

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
        self.watch.tick(self.place, len(self.tops) * len(self.lefts), frame=self.index)

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
        place = self.lies.around.y + top, self.lies.around.x + columns.start
        made = np.asarray(self.prior(Window(derained, own, *place, self._tell, self.wanted)), np.float32)
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
            differs, summed = self._differ(full[rows], before)
            differ, total = differ + differs, total + summed
        return differ / (full.shape[0] * full.shape[1]), total / full.size / float(self.peak)

    def _differ(self, now: Pixels, before: Pixels) -> tuple[int, float]:
        """How many pixels differ, and by how much all of them together."""
        differ = int((cv2.absdiff(now, before) >= SEEN / 255 * self.peak).any(axis=2).sum())
        return differ, float(cv2.norm(now, before, cv2.NORM_L1))
