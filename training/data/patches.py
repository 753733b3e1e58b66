"""Backgrounds of a balanced run: a number of fixed squares of photos, or of whole photos, each subset part of the next larger.

Sixteen photos hold hundreds of squares, and nothing gets simple by them. So a background is one fixed square, and a run with 64
of them sees the first 64 of those that a run with 512 sees.
"""

from collections.abc import Sequence
from typing import overload

import numpy as np
from numpy.typing import NDArray

from rainapp.base.errors import BadRecipe
from training.data.complexity import code_length
from training.recipe import Balance

PER_PHOTO_MAX = 24
"""Squares that are cut from one photo at most, so that no photo is most of a set."""
Photo = NDArray[np.uint8]
Place = tuple[int, int, int]
"""Which photo, and the top and left of a square in it."""


class Patches(Sequence[Photo]):
    """Squares (S, S, 3) of photos, or photos as they are where `size_px` is 0, by their place in the set."""

    def __init__(self, photos: Sequence[Photo], places: Sequence[Place], size_px: int) -> None:
        self.photos, self.places, self.size_px = photos, list(places), size_px

    def __len__(self) -> int:
        """How many there are."""
        return len(self.places)

    @overload
    def __getitem__(self, index: int) -> Photo: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Photo]: ...

    def __getitem__(self, index: int | slice) -> Photo | Sequence[Photo]:
        """The background at a place."""
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(len(self)))]
        photo, top, left = self.places[index]
        whole = self.photos[photo]
        return whole[top : top + self.size_px, left : left + self.size_px] if self.size_px else whole


def patches_of(photos: Sequence[Photo], balance: Balance) -> Patches:
    """The backgrounds that a recipe asks for: the first of all in the order that it names.

    Raises:
        BadRecipe: there are fewer.
    """
    found = ordered(photos, squares(photos, balance.patch_px, balance.order_seed), balance)
    if len(found) < balance.backgrounds:
        what = f"squares of {balance.patch_px} px" if balance.patch_px else "photos"
        raise BadRecipe(
            f"The recipe asks for {balance.backgrounds} backgrounds and there are {len(found)} {what}.",
            "Lower balance.backgrounds, or add photos.",
        )
    return Patches(photos, found[: balance.backgrounds], balance.patch_px)


def squares(photos: Sequence[Photo], size_px: int, seed: int) -> list[Place]:
    """Every square that may serve, in a random order in which each photo comes once before any comes twice.

    Squares of one photo lie on a grid and do not overlap. With `size_px` 0 they are the photos.
    """
    rng = np.random.default_rng([seed, 11])
    if not size_px:
        return [(int(number), 0, 0) for number in rng.permutation(len(photos))]
    by_photo = []
    for number in range(len(photos)):
        height, width = photos[number].shape[:2]
        grid = [(number, y * size_px, x * size_px) for y in range(height // size_px) for x in range(width // size_px)]
        by_photo.append([grid[int(place)] for place in rng.permutation(len(grid))[:PER_PHOTO_MAX]])
    rounds = []
    for turn in range(PER_PHOTO_MAX):
        there = [cut[turn] for cut in by_photo if turn < len(cut)]
        rounds += [there[int(place)] for place in rng.permutation(len(there))]
    return rounds


def ordered(photos: Sequence[Photo], places: list[Place], balance: Balance) -> list[Place]:
    """`places` as they are, or the simplest or the most complex first, by code length."""
    if balance.order == "random":
        return places
    every = Patches(photos, places, balance.patch_px)
    lengths = np.array([code_length(every[number]) for number in range(len(every))])
    order = np.argsort(lengths if balance.order == "simple" else -lengths, kind="stable")
    return [places[int(number)] for number in order]
