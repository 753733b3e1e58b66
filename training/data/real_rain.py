"""Real rainy photos without partners, and what the default model makes of them: for who looks at rain and needs no truth."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rainapp.library.model_library import ModelLibrary
from rainapp.nets import registry
from training.contracts import taken
from training.data.crops import read_photos
from training.recipe import Recipe

SIDE_PX = 512
"""Of the middle of a photo that is looked at: each is derained once by the default model, before training."""
PHOTOS_MAX = 128

Photo = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class RealRain:
    """Photos (H, W, 3) with rain, and each derained; crops have `crop_px`."""

    rainy: Sequence[Photo]
    derained: Sequence[Photo]
    crop_px: int

    @classmethod
    def read(cls, recipe: Recipe, device: torch.device) -> "RealRain":
        """Every second photo of `data.rainy` in name order, so that the others can judge, spread evenly over the folder.

        Raises BadRecipe, or BadModel without a default model.
        """
        photos, _ = read_photos(Path(recipe.data.rainy), 0, recipe.train.crop_px)
        learned = range(0, len(photos), 2)
        count = min(len(learned), PHOTOS_MAX)
        rainy = [middle(photos[learned[place * len(learned) // count]]) for place in range(count)]
        library = ModelLibrary()
        card = library.get(library.default_id)
        net = registry.load(card, library.weights_path(card)).to(device)
        return cls(rainy, [derained(net, photo) for photo in rainy], recipe.train.crop_px)

    def draw(self, count: int, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
        """Crops of photos, (count, 3, crop_px, crop_px) 0 to 1, and the same places derained."""
        rainy, without = [], []
        for _ in range(count):
            number, side = int(rng.integers(len(self.rainy))), self.crop_px
            height, width = self.rainy[number].shape[:2]
            top, left = int(rng.integers(0, height - side + 1)), int(rng.integers(0, width - side + 1))
            turn = slice(None, None, -1 if rng.random() < 0.5 else 1)
            place = np.s_[top : top + side, left : left + side]
            rainy.append(self.rainy[number][place][:, turn])
            without.append(self.derained[number][place][:, turn])
        return planes(rainy), planes(without)


def planes(photos: Sequence[Photo]) -> Tensor:
    """(N, 3, H, W) float, 0 to 1."""
    return torch.from_numpy(np.stack(photos)).permute(0, 3, 1, 2).float().div_(255).contiguous()


def middle(photo: Photo) -> Photo:
    """The middle of a photo, at most `SIDE_PX` in either direction."""
    top, left = (max(0, (side - SIDE_PX) // 2) for side in photo.shape[:2])
    return np.ascontiguousarray(photo[top : top + SIDE_PX, left : left + SIDE_PX])


@torch.no_grad()
def derained(net: torch.nn.Module, photo: Photo) -> Photo:
    """A photo as `net` leaves it."""
    given = planes([photo]).to(next(net.parameters()).device)
    made = net(given, **taken(net, given))[0].clamp(0, 1).permute(1, 2, 0)
    return np.asarray((made * 255).round().cpu().numpy(), np.uint8)
