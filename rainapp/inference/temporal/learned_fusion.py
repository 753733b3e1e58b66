"""Fusing frames by a trained net: first the formula of `best`, then what the net of `rainapp.nets.fusion_naf` adds to it.

The net sees a frame and what its neighbours show of it. Nothing it makes goes back into the formula, so nothing is kept between
frames. A picture goes through it in strips of one size that overlap as far as it sees, so it takes no more memory when large.

What it adds may change detail only, not how light a place is at large: whether a derainer leaves too much light or takes too
much depends on rain and scene, and a net that learnt the one on its clips made the other worse on a dark road.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from rainapp.base.errors import NotEnoughMemory
from rainapp.base.paths import resource
from rainapp.inference.engines import EngineName, Model
from rainapp.inference.engines.planes import Lasting, Tell, runner
from rainapp.inference.temporal.alignment import Floats, smooth
from rainapp.inference.temporal.fusion_weights import Weighed
from rainapp.library.cards import ModelCard, read_card
from rainapp.library.model_library import WEIGHTS, checked_weights

if TYPE_CHECKING:
    from torch import nn

FOLDER = "fusion"  # among the resources: card and weights
PICTURES, HINTS = 5, 7  # what the net sees: three channels each, and one; in the order of `rainapp.nets.fusion_naf`
CHANNELS = 3 * PICTURES + HINTS
STRIP_PX = 600_000  # area of a strip without what it overlaps
LARGE_PX = 63  # side of the square whose mean the net does not change
NEAR_PX, NEAR_REMOVED = 31, 0.008  # the square around a pixel, and the mean light removed there from which the net counts whole
KNOWN_POWER = 3  # so that a tenth that no neighbour shows leaves three quarters
ERROR_MAX, MISFIT_MAX = 0.1, 0.25  # what fills a hint


@dataclass(frozen=True)
class NetFuse:
    """Adds what a net makes of a frame, where rain was found around.

    `margin_px` is how far the net sees, a multiple of `multiple_px`, which is the step of the sides it works on.
    """

    run: Callable[[Floats], Floats]
    margin_px: int
    multiple_px: int
    strip_px: int = STRIP_PX

    def __call__(self, weighed: Weighed) -> Floats:
        """The picture (H, W, 3), 0 to 1; see `fusion_weights.Fuse`.

        Raises:
            NotEnoughMemory: there is not enough left for a strip.
            EngineFailed: what computes the net fails.
        """
        views = [view.same for view in (weighed.before, weighed.after) if view is not None]
        near = near_rain(weighed.now.removed) * known_around(views, weighed.now.removed)
        height, width = near.shape
        step = self.multiple_px
        rows = max(step, self.strip_px // width // step * step)
        whole = -(-height // step) * step
        window = min(rows + 2 * self.margin_px, whole)
        added = np.zeros_like(weighed.picture)
        for top in range(0, height, rows):
            strip = slice(top, min(top + rows, height))
            if near[strip].any():
                first = min(max(0, top - self.margin_px), whole - window)
                made = self._added(weighed, slice(first, first + window))
                added[strip] = near[strip][:, :, None] * made[top - first : strip.stop - first]
        added -= smooth(added, LARGE_PX)
        added *= near[:, :, None]
        added += weighed.picture
        return np.clip(added, 0, 1, out=added)

    def _added(self, weighed: Weighed, window: slice) -> Floats:
        """What the net adds in the rows of `window` (H, W, 3)."""
        seen = seen_by_net(weighed, window)
        missing = window.stop - window.start - seen.shape[1], -seen.shape[2] % self.multiple_px
        if any(missing):
            seen = np.pad(seen, ((0, 0), (0, missing[0]), (0, missing[1])), mode="edge")
        try:
            added = self.run(seen[None])
        except MemoryError as error:
            raise NotEnoughMemory(
                "Memory ran out while frames were fused.", "Close other programs, or calm the clip with “best”."
            ) from error
        return np.asarray(cv2.merge(list(added[0]))[:, : weighed.picture.shape[1]], np.float32)


def load_fuse(engine: EngineName, device: str, folder: Path | None = None, tell: Tell | None = None) -> NetFuse:
    """The trained net that came with the application, or that of `folder`, on `device`; `tell`: see `Lasting`.

    Raises:
        BadModel: it is missing, damaged or no such net.
    """
    card, run = _loaded(engine, device, folder or resource(FOLDER))
    return NetFuse(partial(run, tell=tell), card.receptive_px, card.multiple_of_px)


@lru_cache(maxsize=2)
def _loaded(engine: EngineName, device: str, folder: Path) -> tuple[ModelCard, Lasting]:
    card, _ = read_card(folder)
    checked_weights(card, folder / WEIGHTS)
    model = Model(lambda: _net(folder), card.sha256, card.multiple_of_px, arch=card.arch, channels=CHANNELS)
    return card, runner(model, engine, device)


def _net(folder: Path) -> "nn.Module":
    from rainapp.nets import registry  # torch, which a net that was translated before does without

    return registry.load_fusion(folder)


def seen_by_net(weighed: Weighed, rows: slice = slice(None)) -> Floats:
    """(CHANNELS, H, W) float32 0 to 1 of some rows, in the order of `nets.fusion_naf.PICTURES` and `HINTS`.

    A neighbour that is missing shows what the formula made, and nothing of it counts as the same.
    """
    now, one, other = weighed.now, weighed.before, weighed.after
    formula = weighed.picture[rows]
    nothing = np.zeros(formula.shape[:2], np.float32)
    seen = np.empty((CHANNELS, *formula.shape[:2]), np.float32)
    pictures = (
        formula,
        now.derained[rows],
        now.frame.source.pixels[rows].astype(np.float32) * np.float32(1 / now.frame.source.peak),
        formula if one is None else one.picture[rows],
        formula if other is None else other.picture[rows],
    )
    hints = (
        np.sqrt(now.removed[rows]),
        nothing if one is None else one.same[rows],
        nothing if other is None else other.same[rows],
        nothing if other is None else np.sqrt(np.maximum(other.removed[rows], 0)),
        np.minimum(np.sqrt(weighed.variance[rows]) / np.float32(ERROR_MAX), 1),
        nothing if one is None else np.minimum(one.misfit[rows] / np.float32(MISFIT_MAX), 1),
        nothing if other is None else np.minimum(other.misfit[rows] / np.float32(MISFIT_MAX), 1),
    )
    for index, picture in enumerate(pictures):
        cv2.split(picture, list(seen[3 * index : 3 * index + 3]))
    for index, hint in enumerate(hints):
        seen[3 * PICTURES + index] = hint
    return seen


def known_around(same: list[Floats], like: Floats) -> Floats:
    """How far the net counts at a pixel (H, W), 0 to 1, by how much of what is around it a neighbour shows the same.

    In motion faster than it learnt from it takes for rain what no neighbour shows. `same` as in `View`; none: nowhere.
    """
    if not same:
        return np.zeros_like(like)
    shown = smooth(same[0] if len(same) == 1 else np.maximum(*same), NEAR_PX)
    return np.asarray(shown**KNOWN_POWER, np.float32)


def near_rain(removed: Floats) -> Floats:
    """How far the net counts at a pixel (H, W), 0 to 1, by the light that was `removed` around: dry places stay as they are."""
    return np.asarray(np.clip(smooth(removed, NEAR_PX) / np.float32(NEAR_REMOVED), 0, 1), np.float32)
