"""Samples of few drawn pairs, and of real pairs beside drawn ones.

"Two hundred pairs" means two hundred photos with rain on them, from which crops are cut over and over; so a pair is drawn
larger than a crop, kept, and a crop is a window of it.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.contracts import Pick
from training.data.crops import Drawn, RainyCrops
from training.data.sources import RealPairs, real_pairs
from training.rain.generator import Photo, RainParameters, RainSample
from training.rain.streaks import StreakBank
from training.recipe import Recipe
from training.tasks.telling import Tell

PAIR_PX = 256
"""Side of a drawn pair, where a crop is not larger."""
KEPT_BYTES = 1 << 27
PAIRED = 0.25
"""Share of the samples that are real pairs, where the recipe names a set of them."""
STREAM, REAL_STREAM = 41, 43

Bytes = NDArray[np.uint8]


class ChosenCrops(RainyCrops):
    """The samples of `RainyCrops`, of at most so many drawn pairs as the recipe says, some of them real pairs."""

    def __init__(self, recipe: Recipe, photos: Sequence[Bytes], bank: StreakBank, real: RealPairs | None = None) -> None:
        super().__init__(recipe, photos, bank)
        self.real = real
        self.pairs = recipe.transfer.pairs if recipe.transfer else 0
        side = max(PAIR_PX, recipe.train.crop_px)
        self.whole = RainyCrops(replace(recipe, train=replace(recipe.train, crop_px=side)), photos, bank)
        self.kept: OrderedDict[int, tuple[Bytes, Drawn]] = OrderedDict()

    def __getstate__(self) -> dict[str, Any]:
        """Each process draws the pairs that it needs."""
        return vars(self) | {"kept": OrderedDict()}

    def samples(self, pick: Pick) -> list[Drawn]:
        """See `RainyCrops`; a pick that names kinds of rain is drawn as it says."""
        rng = np.random.default_rng([self.recipe.seed, REAL_STREAM, pick.seed])
        if self.real is not None and not pick.domains and rng.random() < PAIRED:
            return [self._real(self.real, rng)]
        if not self.pairs or pick.domains:
            return super().samples(pick)
        return [self._window(pick)]

    def _real(self, real: RealPairs, rng: np.random.Generator) -> Drawn:
        """A real pair: haze is the same on both sides, so it is to be kept."""
        rainy, clean = real.crop(self.recipe.train.crop_px, rng)
        nothing = RainParameters("real", 0, "additive", (), (), ())
        streaks = np.asarray(np.clip((rainy - clean).mean(2), 0, 1), np.float32)
        return Drawn(RainSample(rainy, clean, clean, streaks, nothing), False, "real")

    def _window(self, pick: Pick) -> Drawn:
        """A random window of one of the pairs, perhaps mirrored."""
        pixels, drawn = self._pair(pick.seed % self.pairs)
        rng = np.random.default_rng([self.recipe.seed, STREAM, pick.seed])
        size_px = self.recipe.train.crop_px
        top, left = (int(rng.integers(0, side - size_px + 1)) for side in pixels.shape[:2])
        piece = pixels[top : top + size_px, left : left + size_px]
        if rng.random() < 0.5:
            piece = piece[:, ::-1]
        parts = np.ascontiguousarray(piece).astype(np.float32) / np.float32(255)
        rainy, hazy, clear = (np.ascontiguousarray(parts[..., first : first + 3]) for first in (0, 3, 6))
        streaks: Photo = np.ascontiguousarray(parts[..., 9])
        return replace(drawn, sample=RainSample(rainy, hazy, clear, streaks, drawn.sample.parameters))

    def _pair(self, number: int) -> tuple[Bytes, Drawn]:
        """A pair by its number as (S, S, 10) of 8 bit, drawn anew where it is not kept any more."""
        if number not in self.kept:
            drawn = self.whole.samples(Pick(number))[0]
            made = drawn.sample
            stacked = np.concatenate([made.rainy, made.hazy, made.clear, made.streaks[..., None]], axis=2)
            self.kept[number] = (np.round(np.clip(stacked, 0, 1) * 255).astype(np.uint8), drawn_without(drawn))
        self.kept.move_to_end(number)
        while len(self.kept) > 1 and sum(pixels.nbytes for pixels, _ in self.kept.values()) > KEPT_BYTES:
            self.kept.popitem(last=False)
        return self.kept[number]


def drawn_without(drawn: Drawn) -> Drawn:
    """What is known of a sample, without its pictures."""
    none = np.zeros((1, 1, 3), np.float32)
    return replace(drawn, sample=RainSample(none, none, none, none[..., 0], drawn.sample.parameters))


def crops_for(recipe: Recipe, photos: Sequence[Bytes], bank: StreakBank, tell: Tell | None = None) -> RainyCrops:
    """The samples that a recipe asks for. Raises BadRecipe where its set of real pairs has none that can be used."""
    limited = recipe.transfer is not None and recipe.transfer.pairs > 0
    if not limited and not recipe.data.pairs:
        return RainyCrops(recipe, photos, bank)
    real = None
    if recipe.data.pairs:
        real, left_out = real_pairs(Path(recipe.data.pairs), recipe.train.crop_px)
        for sentence in left_out:
            if tell is not None:
                tell("left-out", sentence)
    return ChosenCrops(recipe, photos, bank, real)
