"""Where real photos come from: rainy ones without partners, dry ones, and real pairs; and crops of them.

What tells rain from a dry scene must be the rain and nothing else. So all photos go through one camera (`seen_alike`): they
are shrunk by a factor drawn by the same law, and compressed, whatever they show. A crop itself is never resized: the width of a
streak is what tells it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from rainapp.base.errors import BadRecipe, RainError
from rainapp.base.escapes import readable
from rainapp.media.pair_names import EXPLAINED, pair_up
from rainapp.media.photo.plain_pixels import read_plain
from training.data.crops import photo_files, read_photos
from training.data.photos import Photos
from training.loop.validate import sides
from training.rain.generator import Photo as Floats
from training.rain.generator import compress
from training.rain.streaks import Rng

RECOGNISED_PX = (128, 256)
"""Sides of the crops in which rain is recognised, least and most."""
HELD_OUT_EVERY = 5
"""Of so many photos one is never learned from."""
SHRUNK = (0.7, 1.0)
QUALITIES = (60, 96)
KEPT_BYTES = 1 << 28
"""What decoded photos of one source may take; the others are read whenever they are drawn."""

Bytes = NDArray[np.uint8]


@dataclass(frozen=True)
class Labelled:
    """Photos that rain falls in, and photos that are dry; without partners."""

    rainy: Sequence[Bytes]
    dry: Sequence[Bytes]


@dataclass(frozen=True)
class Halves:
    """The places of photos to learn from, and of those held out. A photo is in one of them."""

    learn: tuple[int, ...]
    held_out: tuple[int, ...]


def halves(count: int) -> Halves:
    """Every fifth photo is held out; of two to four the last one, and of a single one none."""
    held = tuple(place for place in range(count) if place % HELD_OUT_EVERY == HELD_OUT_EVERY - 1)
    if not held and count > 1:
        held = (count - 1,)
    return Halves(tuple(place for place in range(count) if place not in held), held)


def labelled(rainy: Path, dry: Path, limit: int, smallest_px: int) -> tuple[Labelled, list[str]]:
    """The photos of two folders, and a sentence for each that was left out; of each folder the first `limit`, 0 for all.

    Raises BadRecipe where one of them has no usable photo.
    """
    wet, left_out = read_photos(rainy, limit, smallest_px, KEPT_BYTES)
    clear, more = read_photos(dry, limit, smallest_px, KEPT_BYTES)
    return Labelled(wet, clear), left_out + more


def window(photo: Bytes, size_px: int, rng: Rng) -> Bytes:
    """A random square (size_px, size_px, 3) of a photo as it is, perhaps mirrored; the photo must be that large."""
    height, width = photo.shape[:2]
    top, left = int(rng.integers(0, height - size_px + 1)), int(rng.integers(0, width - size_px + 1))
    piece = photo[top : top + size_px, left : left + size_px]
    return np.ascontiguousarray(piece[:, ::-1] if rng.random() < 0.5 else piece)


@dataclass(frozen=True)
class Camera:
    """What one photo goes through before it is looked at: by which factor it is shrunk, gamma, and the quality of its JPEG."""

    shrink: float
    gamma: float
    quality: int
    subsample: bool

    @classmethod
    def drawn(cls, rng: Rng) -> "Camera":
        """By one law for all photos, rainy or dry, real or drawn."""
        shrink = float(rng.uniform(*SHRUNK)) if rng.random() < 0.5 else 1.0
        gamma = float(np.exp(rng.uniform(-0.25, 0.25)))
        return cls(shrink, gamma, int(rng.integers(*QUALITIES)), bool(rng.random() < 0.5))

    def extent(self, size_px: int, photo: Bytes) -> int:
        """How large a piece of `photo` becomes a crop of `size_px`: as much as there is."""
        height, width = photo.shape[:2]
        return int(min(round(size_px / self.shrink), height, width))

    def through(self, piece: Floats, size_px: int) -> Floats:
        """A square piece 0..1 as the camera gives it, (size_px, size_px, 3)."""
        if piece.shape[0] != size_px:
            piece = np.asarray(cv2.resize(piece, (size_px, size_px), interpolation=cv2.INTER_AREA), np.float32)
        return compress(np.power(np.clip(piece, 0, 1), np.float32(self.gamma)), self.quality, self.subsample)


def as_floats(piece: Bytes) -> Floats:
    """0 to 255 as 0 to 1, float32."""
    return piece.astype(np.float32) / np.float32(255)


class RealPairs:
    """Real pairs: the same scene with rain and without, read whenever one is drawn, within a fixed room."""

    def __init__(self, rainy: Photos, clean: Photos) -> None:
        self.rainy, self.clean = rainy, clean

    def __len__(self) -> int:
        """How many there are."""
        return len(self.rainy)

    def crop(self, size_px: int, rng: Rng) -> tuple[Floats, Floats]:
        """The same random square of both sides of a random pair, (size_px, size_px, 3) float32 0..1 each."""
        place = int(rng.integers(len(self)))
        both = np.concatenate([self.rainy[place], self.clean[place]], axis=2)
        square = as_floats(window(both, size_px, rng))
        return np.ascontiguousarray(square[..., :3]), np.ascontiguousarray(square[..., 3:])


def real_pairs(folder: Path, smallest_px: int) -> tuple[RealPairs, list[str]]:
    """The pairs of a set, and a sentence for each that is left out. Raises BadRecipe where none is left."""
    tops = sides(folder)
    found = pair_up(*([(file, file.relative_to(top)) for file in photo_files(top, 0)] for top in tops))
    if not found:
        raise BadRecipe(f"The set of pairs {folder} has no pairs.", EXPLAINED, folder)
    rainy, clean, left_out = Photos(KEPT_BYTES), Photos(KEPT_BYTES), []
    for one, other in found:
        sentence = _paired(one, other, rainy, clean, smallest_px)
        left_out += [sentence] if sentence else []
    if not len(rainy):
        raise BadRecipe(f"No pair of the set {folder} can be used. {left_out[0]}", "Repair the set.", folder)
    return RealPairs(rainy, clean), left_out


def _paired(one: Path, other: Path, rainy: Photos, clean: Photos, smallest_px: int) -> str:
    """Take a pair; why not, in a sentence, or nothing."""
    pixels = [read_or_none(file) for file in (one, other)]
    if pixels[0] is None or pixels[1] is None:
        return f"The pair {readable(one.name)} cannot be read."
    if pixels[0].shape != pixels[1].shape:
        return f"The pair {readable(one.name)} has two sizes."
    if min(pixels[0].shape[:2]) < smallest_px:
        return f"The pair {readable(one.name)} is too small: its shorter side must be at least {smallest_px} px."
    rainy.add(one, pixels[0])
    clean.add(other, pixels[1])
    return ""


def read_or_none(file: Path) -> Bytes | None:
    """The photo in a file; None where it cannot be read."""
    try:
        return read_plain(file)
    except RainError:
        return None
