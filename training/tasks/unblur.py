"""Connected task T2: undo the blur that rain scatters over a scene; learned from real photos, rainy and dry (notes 2.4).

Far drops are a medium: y = t (K * x) + (1 - t) A in linear light. K is heavy-tailed: two Gaussians, or a generalised one; the
transmission t is smooth in space; A is the light of the bright parts. The target is the photo before, so no label is needed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from training.contracts import Batch, Loss, Output, Pick, Run, Score, Task
from training.data.crops import planes
from training.data.sources import Labelled, as_floats, halves, window
from training.rain.generator import Photo, smooth_field, to_encoded, to_linear
from training.rain.streaks import Rng
from training.recipe import Recipe
from training.tasks.heads import look
from training.tasks.telling import Tell

STREAM = 37
"""Sets the random numbers of this task apart from those of others."""
EDGES = 0.1
"""What the error of gradients weighs."""
LOOKED_AT, LOOK_PX = 24, 128
HELD = 1 << 40
TRANSMISSION = (0.6, 0.98)


def scattered(linear: Photo, rng: Rng) -> Photo:
    """A picture in linear light through a drawn heavy-tailed kernel."""
    if rng.random() < 0.5:
        share = np.float32(rng.uniform(0.7, 0.95))
        near = cv2.GaussianBlur(linear, (0, 0), float(rng.uniform(1, 3)))
        far = cv2.GaussianBlur(linear, (0, 0), float(rng.uniform(6, 20)))
        return np.asarray(share * near + (1 - share) * far, np.float32)
    kernel = generalised(float(rng.uniform(0.7, 1.2)), float(rng.uniform(1, 3)))
    return np.asarray(cv2.filter2D(linear, -1, kernel, borderType=cv2.BORDER_REFLECT_101), np.float32)


def generalised(exponent: float, scale_px: float) -> Photo:
    """The kernel exp(-(r / scale) ** exponent), summing to 1: heavier in its tails than a Gaussian, whose exponent is 2."""
    reach = 20
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(np.float32)
    kernel = np.exp(-((np.hypot(x, y) / scale_px) ** exponent))
    return np.asarray(kernel / kernel.sum(), np.float32)


def veiled(clear: Photo, rng: Rng) -> Photo:
    """A picture (H, W, 3) sRGB 0..1 as scattering shows it."""
    linear = to_linear(clear)
    low, high = np.sort(rng.uniform(*TRANSMISSION, 2)).astype(np.float32)
    height, width = clear.shape[:2]
    through = (low + (high - low) * smooth_field(rng, height, width, 3))[..., None]
    light = np.quantile(linear.reshape(-1, 3), 0.95, axis=0).astype(np.float32) * np.float32(rng.uniform(0.95, 1.05))
    return to_encoded(through * scattered(linear, rng) + (1 - through) * light)


@dataclass(frozen=True, eq=False)
class Blurred:
    """Draws photos before and after scattering. Photos count on from the rainy ones to the dry ones."""

    recipe: Recipe
    photos: Labelled
    size_px: int

    def __len__(self) -> int:
        """How many photos there are."""
        return len(self.photos.rainy) + len(self.photos.dry)

    def draw(self, place: int, seed: int) -> tuple[Photo, Photo]:
        """Scattered and clear, (S, S, 3) each."""
        rng = np.random.default_rng([self.recipe.seed, STREAM, seed])
        wet = len(self.photos.rainy)
        photo = self.photos.rainy[place] if place < wet else self.photos.dry[place - wet]
        clear = as_floats(window(photo, min(self.size_px, *photo.shape[:2]), rng))
        return veiled(clear, rng), clear


def gradients(picture: Tensor) -> tuple[Tensor, Tensor]:
    """Differences to the right and downwards."""
    return picture[..., :, 1:] - picture[..., :, :-1], picture[..., 1:, :] - picture[..., :-1, :]


def edge_l1(one: Tensor, other: Tensor) -> Tensor:
    """Mean absolute difference of gradients, (N,)."""
    pairs = zip(gradients(one), gradients(other), strict=True)
    return torch.stack([(a - b).abs().mean((1, 2, 3)) for a, b in pairs]).sum(0)


class Unblur(Task):
    """Scattered in, clear out; see above."""

    name = "unblur"

    def __init__(self, recipe: Recipe, blurred: Blurred) -> None:
        super().__init__()
        self.recipe, self.blurred = recipe, blurred

    def scored(self) -> bool:
        """Where a photo can be held out."""
        return bool(halves(len(self.blurred)).held_out)

    def draw(self, picks: Sequence[Pick]) -> Batch:
        """Photos that are not held out, blurred."""
        learn = halves(len(self.blurred)).learn
        places = [int(np.random.default_rng([self.recipe.seed, STREAM, 1, p.seed]).integers(len(learn))) for p in picks]
        pairs = [self.blurred.draw(learn[place], pick.seed) for place, pick in zip(places, picks, strict=True)]
        seeds = torch.tensor([pick.seed for pick in picks])
        count = len(picks)
        return Batch(
            image=planes([blurred for blurred, _ in pairs]),
            target=planes([clear for _, clear in pairs]),
            domain=torch.full((count,), -1),
            crop=seeds,
            paired=torch.ones(count, dtype=torch.bool),
            seeds=seeds,
            task=self.name,
        )

    def loss(self, run: Run, out: Output, batch: Batch) -> Loss:
        """L1, and a tenth of that of gradients."""
        assert batch.target is not None  # this task's batches have one
        l1 = (out.image - batch.target).abs().mean((1, 2, 3))
        rows = l1 + EDGES * edge_l1(out.image, batch.target)
        return Loss(rows.mean(), {"unblur": l1.mean()}, rows)

    def score(self, net: nn.Module) -> Score | None:
        """By how many dB held-out photos come nearer to what they were."""
        held = halves(len(self.blurred)).held_out[:LOOKED_AT]
        if not held:
            return None
        device = next(net.parameters()).device
        gains = []
        for place in held:
            blurred, clear = (planes([each]).to(device) for each in self.blurred.draw(place, HELD + place))
            made = look(net, blurred).image.clamp(0, 1)
            gains.append(psnr(made, clear) - psnr(blurred, clear))
        gain = float(np.mean(gains))
        return Score(gain, {"unblur": {"gain_db": gain, "count": len(gains)}})


def psnr(one: Tensor, other: Tensor) -> float:
    """Peak signal to noise in dB of pictures 0..1."""
    return float(-10 * torch.log10((one - other).square().mean().clamp(min=1e-10)))


def unblur(recipe: Recipe, folder: Path, tell: Tell) -> Unblur:
    """The task of a recipe. Raises BadRecipe where there are no photos."""
    from training.tasks.recognise import read

    return Unblur(recipe, Blurred(recipe, read(recipe, tell), recipe.train.crop_px))
