"""Samples for training: clean photos, crops, and rain drawn on them.

The samples of a pick depend on the recipe's seed and that pick alone, so a resumed run sees what it would have seen, and
several processes see different samples.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rainapp.base.errors import BadRecipe, RainError
from rainapp.base.escapes import readable
from rainapp.base.folders import files_below
from rainapp.media.photo.plain_pixels import read_plain
from training.contracts import Batch, Pick
from training.data.hard_negatives import Confusers
from training.data.held_out import is_held_out
from training.data.photos import KEPT_BYTES, Photos
from training.rain import domains
from training.rain.generator import BLENDS, Blend, RainParameters, RainSample, draw_rain
from training.rain.profiles import FITTED, MIXES, PROFILES, RainProfile
from training.rain.streaks import BANK_PX, StreakBank
from training.recipe import Recipe
from training.scenery.grounds import add_ground
from training.scenery.lights import add_lights, light_up
from training.scenery.strands import add_strands
from training.scenery.structures import add_structure
from training.scenery.uprights import add_uprights

SUFFIXES = {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".bmp", ".tif", ".tiff", ".heic", ".heif", ".hif", ".avif"}
MIN_SIDE_PX = 64
MIMICS = (add_uprights, add_ground, add_lights)
CONFUSING = 1
"""Sets the random numbers of dry crops apart from those of samples."""


def photo_files(folder: Path, limit: int) -> list[Path]:
    """The first `limit` (0: all) files of a folder, and all below it, that are photos by name, in name order."""
    return sorted(p for p in files_below(folder) if p.suffix.lower() in SUFFIXES)[: limit or None]


def read_photos(folder: Path, limit: int, smallest_px: int, kept_bytes: int = KEPT_BYTES) -> tuple[Photos, list[str]]:
    """The photos of a folder in name order, and a sentence for each that was left out, such as one that is never trained on.

    Raises BadRecipe when none is left.
    """
    photos, left_out = Photos(kept_bytes), []
    for file in photo_files(folder, limit):
        if is_held_out(file):
            left_out.append(f"{readable(file.name)} is one of the dry scenes that come with rainapp: it is never trained on.")
            continue
        try:
            pixels = read_plain(file)
        except RainError as error:
            left_out.append(readable(str(error)))
            continue
        if min(pixels.shape[:2]) < max(smallest_px, MIN_SIDE_PX):
            left_out.append(
                f"{readable(file.name)} is too small: its shorter side must be at least {max(smallest_px, MIN_SIDE_PX)} px."
            )
        else:
            photos.add(file, pixels)
    if not len(photos):
        raise BadRecipe(f"The folder {folder} holds no usable photos.", " ".join(left_out[:3]) or "Name a folder with photos.")
    return photos, left_out


def crop(photo: NDArray[np.uint8], size_px: int, scales: Sequence[float], rng: np.random.Generator) -> NDArray[np.float32]:
    """A random square (size_px, size_px, 3) float32 0..1 of a photo, at a scale it is large enough for, perhaps mirrored."""
    height, width = photo.shape[:2]
    possible = [s for s in scales if round(size_px / s) <= min(height, width)] or [size_px / min(height, width)]
    extent = min(round(size_px / float(rng.choice(possible))), height, width)
    top, left = int(rng.integers(0, height - extent + 1)), int(rng.integers(0, width - extent + 1))
    piece = photo[top : top + extent, left : left + extent]
    if extent != size_px:
        piece = np.asarray(cv2.resize(piece, (size_px, size_px), interpolation=cv2.INTER_AREA), np.uint8)
    if rng.random() < 0.5:
        piece = piece[:, ::-1]
    return np.ascontiguousarray(piece).astype(np.float32) / np.float32(255)


def dry(clean: NDArray[np.float32], seed: int) -> RainSample:
    """A sample without rain: the net must leave it alone."""
    nothing = RainParameters("dry", seed, "additive", (), (), ())
    return RainSample(clean, clean, clean, np.zeros(clean.shape[:2], np.float32), nothing)


def resized(sample: RainSample, size_px: int) -> RainSample:
    """The sample reduced to (size_px, size_px), as photos are after the rain was taken with them."""

    def small(x: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray(cv2.resize(x, (size_px, size_px), interpolation=cv2.INTER_AREA), np.float32)

    return RainSample(small(sample.rainy), small(sample.hazy), small(sample.clear), small(sample.streaks), sample.parameters)


@dataclass(frozen=True, eq=False)
class Drawn:
    """A sample, whether haze is to go from it too, and the domain of its rain, "" without rain."""

    sample: RainSample
    wants_clear: bool
    domain: str


class RainyCrops:
    """Rain on random crops of clean photos, by the recipe. `confusers` are dry crops to repeat; they may be set later."""

    def __init__(self, recipe: Recipe, photos: Sequence[NDArray[np.uint8]], bank: StreakBank) -> None:
        self.recipe = recipe
        self.photos = photos
        self.bank = bank
        self.confusers: Confusers | None = None
        self.blends: tuple[Blend, ...] = tuple(b for b in BLENDS if b in recipe.rain.blends)
        self.conditional = bool(recipe.net.shape().get("conditional", False))
        types = recipe.dil.types if recipe.dil else ()
        self.places = {name: place for place, name in enumerate(types or domains.plain(recipe.rain.profiles))}

    def samples(self, pick: Pick) -> list[Drawn]:
        """The samples of `pick`: one, or one for each of its domains, on the same crop."""
        rng = np.random.default_rng([self.recipe.seed, pick.seed])
        if self.confusers is not None and rng.random() < self.recipe.rain.dry * self.recipe.data.confusing:
            number = self.confusers.draw(rng)
            return [Drawn(dry(self.dry_crop(number), number), bool(rng.random() < self.recipe.rain.clear_share), "")]
        mimics = self.recipe.data.mimics
        imitates = bool(mimics) and rng.random() < mimics and len(pick.domains) < 2
        drawn = int(rng.integers(len(self.photos)))  # drawn always, so that what follows is the same with a source
        photo = self.photos[drawn if pick.source < 0 else pick.source]
        size_px = self.recipe.train.crop_px
        shrinks = rng.random() < self.recipe.rain.shrunk
        extent = min(round(size_px * float(rng.uniform(1.1, 1.8))), BANK_PX) if shrinks else size_px
        clean = crop(photo, extent, self.recipe.data.scales, rng)
        clean = self.varied(clean, rng)
        if imitates:
            clean = MIMICS[int(rng.integers(len(MIMICS)))](clean, rng)
        seed = int(rng.integers(2**62))
        wants_clear = bool(rng.random() < self.recipe.rain.clear_share)
        is_dry = imitates or (rng.random() < self.recipe.rain.dry and len(pick.domains) < 2)
        if is_dry:
            made = [Drawn(dry(clean, seed), wants_clear, "")]
        else:
            chosen = pick.domains or (str(rng.choice(self.recipe.rain.profiles)),)
            made = [self._rained(clean, domain, seed + place, wants_clear) for place, domain in enumerate(chosen)]
        return [replace(each, sample=resized(each.sample, size_px)) for each in made] if shrinks else made

    def _rained(self, clean: NDArray[np.float32], domain: str, seed: int, wants_clear: bool) -> Drawn:
        """Rain of a domain, or of a profile or mix of the recipe, on a crop."""
        profile, _, blend = domain.partition(":")
        blends = tuple(b for b in BLENDS if b == blend) or self.blends
        named = self.recipe.fitted if profile == FITTED and self.recipe.fitted else profile
        sample = draw_rain(clean, named, seed, bank=self.bank, blends=blends)
        return Drawn(sample, wants_clear, domain if domain in self.places else sample.parameters.profile)

    def dry_crop(self, number: int) -> NDArray[np.float32]:
        """A dry crop by its number: any number gives one, the same one always."""
        rng = np.random.default_rng([self.recipe.seed, CONFUSING, number])
        photo = self.photos[int(rng.integers(len(self.photos)))]
        return self.varied(crop(photo, self.recipe.train.crop_px, self.recipe.data.scales, rng), rng)

    def varied(self, clean: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
        """The crop, by the recipe's shares turned on its side, and with lines, strands, lights or plain places drawn on it."""
        data = self.recipe.data
        if data.turned and rng.random() < data.turned:
            clean = np.ascontiguousarray(np.rot90(clean, int(rng.choice([1, 3]))))
        if data.structures and rng.random() < data.structures:
            clean = add_structure(clean, rng)
        if data.strands and rng.random() < data.strands:
            clean = add_strands(clean, rng)
        for share, add in ((data.lights, light_up), (data.grounds, add_ground), (data.uprights, add_uprights)):
            if share and rng.random() < share:
                clean = add(clean, rng)
        return clean

    def batch(self, picks: Sequence[Pick]) -> Batch:
        """The samples of `picks`, in order."""
        drawn = [(pick, each) for pick in picks for each in self.samples(pick)]
        pixels = [each.sample for _, each in drawn]
        wants = np.array([each.wants_clear for _, each in drawn], np.float32)
        crops = torch.tensor([pick.seed for pick, _ in drawn])
        return Batch(
            image=planes([sample.rainy for sample in pixels]),
            target=planes([s.clear if each.wants_clear else s.hazy for s, (_, each) in zip(pixels, drawn, strict=True)]),
            domain=torch.tensor([self.places.get(each.domain, -1) for _, each in drawn]),
            crop=crops,
            paired=torch.ones(len(drawn), dtype=torch.bool),
            seeds=crops,
            conditions={"clear": torch.from_numpy(wants)} if self.conditional else {},
            streaks=planes([sample.streaks[..., None] for sample in pixels]),
            task="derain",
        )


def planes(pictures: Sequence[NDArray[np.float32]]) -> Tensor:
    """Pictures (H, W, C) as one tensor (N, C, H, W)."""
    return torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).contiguous()


def kinds_of(profiles: Sequence[str], fitted: RainProfile | None = None) -> list[str]:
    """The streak kinds that the named profiles or mixes can draw, "fitted" being a recipe's own."""
    known = PROFILES if fitted is None else {**PROFILES, FITTED: fitted}
    plain = [p for name in profiles for p in MIXES.get(name, {name: 1.0})]
    return sorted({kind for name in (*plain, "narrow") for kind in known[name].kinds})
