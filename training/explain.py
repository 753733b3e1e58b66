"""`python -m training explain RECIPE`: how complex backgrounds and rain of a recipe are, before anything runs.

A derainer learns what is cheaper (Gu et al., NeurIPS 2023): where backgrounds are more complex than rain, it learns the rain
it is shown and leaves other rain in the picture. The measures are those of the science notes 1.3: code length of 128-px
squares, the entropy of their gradients as a cross-check, and with `--curve` how fast a small denoising auto-encoder learns the
*set* of backgrounds, and the set of rain layers. The ratio is rain over backgrounds; 1 or more is the aim.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from rainapp.base.errors import BadRecipe, RainError
from rainapp.media.photo.plain_pixels import read_plain
from rainapp.nets import registry
from rainapp.nets.fusion_naf import CHANNELS as FUSED_CHANNELS
from training.data.complexity import code_length, gradient_entropy, mean_and_error
from training.data.crops import photo_files
from training.data.patches import Patches, ordered, squares
from training.rain.generator import draw_rain
from training.recipe import Balance, Recipe
from training.strategies.table import spec_of, strategies_of

PATCH_PX = 128
PHOTOS_READ = 24
"""Of the folder, spread over it: reading all would take longer than ten seconds."""
PATCHES, LAYERS = 160, 40
MIDDLE = 128
STEPS_TIMED = 2
WEIGHT_COPIES = 5
"""Weights, their gradient, two moments and the average."""
LIBRARIES_MB = 400
"""What Python and torch take before anything is loaded."""
CURVE_STEPS, CURVE_BATCH, CURVE_PX, CURVE_NOISE = 2000, 8, 64, 25 / 255

Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class Complexity:
    """Of a set: bits a pixel with standard error, bits of gradient entropy, how many there are, how many were measured."""

    bits_per_pixel: float
    error: float
    gradient_entropy: float
    count: int
    measured: int


def measured(pictures: Sequence[Picture], count: int) -> Complexity:
    """The complexity of a set of which `pictures` are a sample."""
    lengths = [code_length(picture) for picture in pictures]
    mean, error = mean_and_error(lengths)
    entropy = float(np.mean([gradient_entropy(picture) for picture in pictures]))
    return Complexity(round(mean, 3), round(error, 3), round(entropy, 3), count, len(pictures))


def some_photos(recipe: Recipe) -> tuple[list[Picture], int]:
    """Some photos of the recipe's folder, spread over it, and how many there are. Raises BadRecipe where none can be read."""
    files = photo_files(Path(recipe.data.clean), recipe.data.limit)
    taken = [files[place * len(files) // min(len(files), PHOTOS_READ)] for place in range(min(len(files), PHOTOS_READ))]
    photos = []
    for file in taken:
        try:
            photo = read_plain(file)
        except RainError:
            continue  # the run names it
        if min(photo.shape[:2]) >= PATCH_PX:
            photos.append(photo)
    if not photos:
        raise BadRecipe(f"The folder {recipe.data.clean} holds no usable photos.", "Name a folder with photos (data.clean).")
    return photos, len(files)


def backgrounds_of(recipe: Recipe) -> tuple[list[Picture], int]:
    """Squares of the backgrounds that the recipe draws from, and how many backgrounds those are."""
    photos, total = some_photos(recipe)
    block = recipe.balance
    size_px = (block.patch_px if block else 0) or PATCH_PX
    asked = block or Balance(backgrounds=0)
    places = squares(photos, size_px, asked.order_seed)
    if block and block.patch_px:
        count = block.backgrounds
        places = ordered(photos, places, block)[: max(1, min(PATCHES, count))]
    else:
        count = min(block.backgrounds, total) if block else total
        places = places[:PATCHES]
    every = Patches(photos, places, size_px)
    return [every[number][:PATCH_PX, :PATCH_PX] for number in range(len(every))], count


def rain_of(recipe: Recipe) -> list[Picture]:
    """Rain layers of the recipe on middle grey, (PATCH_PX, PATCH_PX, 3) uint8."""
    grey = np.full((PATCH_PX, PATCH_PX, 3), MIDDLE / 255, np.float32)
    types = recipe.dil.types if recipe.dil else ()
    names = [domain.partition(":")[0] for domain in types] or list(recipe.rain.profiles)
    blends = [blend for blend in ("additive", "screen", "linear") if blend in recipe.rain.blends]
    layers = []
    for number in range(LAYERS):
        sample = draw_rain(grey, names[number % len(names)], number, blends=blends, veil=0, camera=False)
        layer = (sample.rainy - sample.hazy) * 255 + MIDDLE
        layers.append(np.asarray(np.clip(np.rint(layer), 0, 255), np.uint8))
    return layers


def explain(recipe: Recipe, curve: bool = False, steps: int = CURVE_STEPS) -> dict[str, Any]:
    """What a recipe's data amounts to: `backgrounds`, `rain`, `ratio`, `advice`, `minutes` and `memory_mb`; see above.

    Raises:
        BadRecipe: no photo can be read.
    """
    squares_seen, count = backgrounds_of(recipe)
    layers = rain_of(recipe)
    backgrounds, rain = measured(squares_seen, count), measured(layers, len(layers))
    ratio = rain.bits_per_pixel / max(backgrounds.bits_per_pixel, 1e-6)
    found: dict[str, Any] = {"backgrounds": vars(backgrounds), "rain": vars(rain), "ratio": round(ratio, 3)}
    if curve:
        areas = {name: learned_area(each, steps) for name, each in (("backgrounds", squares_seen), ("rain", layers))}
        found["curve"] = {name: round(area, 4) for name, area in areas.items()}
        found["curve_ratio"] = round(areas["rain"] / max(areas["backgrounds"], 1e-9), 3)
    cost = cost_of(recipe)
    return found | {"advice": advice(recipe, ratio, backgrounds, found.get("curve_ratio"))} | cost


def advice(recipe: Recipe, ratio: float, backgrounds: Complexity, curve_ratio: float | None) -> list[str]:
    """In words what would bring the ratio nearer to 1: wider rain first, then fewer backgrounds, then simpler ones."""
    said = []
    if ratio >= 1:
        said.append("Rain is at least as complex as the backgrounds: the net has to learn what backgrounds look like.")
    else:
        said.append(
            f"Backgrounds are {1 / ratio:.1f} times as complex as the rain: "
            "the net will learn this rain and may leave other rain."
        )
        if len(recipe.rain.profiles) == 1 and recipe.rain.profiles[0] not in ("balanced", "all-kinds"):
            said.append("Draw more kinds of rain first; it costs nothing (rain.profiles, for example “balanced”).")
        if backgrounds.count > 64:
            said.append(
                f"Then use fewer than {backgrounds.count} backgrounds: 64 to 256 is a good range (balance.backgrounds)."
            )
        said.append('Only then choose simpler ones (balance.patch_px = 128, balance.order = "simple").')
    if curve_ratio is not None:
        harder = "rain" if curve_ratio > 1 else "backgrounds"
        said.append(f"By the curve of learning, the set of {harder} is the harder one to learn.")
    return said


def cost_of(recipe: Recipe) -> dict[str, float]:
    """`minutes` on this machine's processor with the threads of today, and `memory_mb`, by two steps on noise."""
    strategies = strategies_of(recipe)
    net = registry.build_spec(spec_of(recipe, strategies))
    kinds = len(recipe.dil.types) if recipe.dil else 1
    channels = FUSED_CHANNELS if recipe.net.arch == "fusion_naf" else 3
    side = recipe.train.crop_px
    count_of = recipe.train.batch * kinds
    image = torch.rand(1, channels, side, side)  # one sample, and as much again for each other
    given = {each.name: torch.zeros(1, *each.size) for each in registry.traits(net).conditions}
    begun, held = 0.0, 0

    def count(tensor: Tensor) -> Tensor:
        nonlocal held
        held += tensor.numel() * tensor.element_size()
        return tensor

    for _ in range(STEPS_TIMED):  # the first warms up
        begun, held = time.perf_counter(), 0
        with torch.autograd.graph.saved_tensors_hooks(count, lambda tensor: tensor):
            net(image, **given).square().mean().backward()
    seconds = count_of * (time.perf_counter() - begun)
    minutes = recipe.train.minutes or recipe.train.steps * seconds / 60
    weights = WEIGHT_COPIES * sum(parameter.numel() * parameter.element_size() for parameter in net.parameters())
    return {"minutes": round(minutes, 2), "memory_mb": round((weights + count_of * held) / 1e6 + LIBRARIES_MB)}


class Denoiser(nn.Module):
    """A small denoising auto-encoder, 0.3 M parameters: what it learns fast is simple as a set (science notes 1.3, 2)."""

    def __init__(self) -> None:
        super().__init__()
        self.down = nn.Sequential(
            nn.Conv2d(1, 32, 3, 2, 1), nn.SiLU(), nn.Conv2d(32, 64, 3, 2, 1), nn.SiLU(), nn.Conv2d(64, 96, 3, 2, 1), nn.SiLU()
        )
        self.up = nn.Sequential(
            nn.Conv2d(96, 256, 3, 1, 1), nn.PixelShuffle(2), nn.SiLU(),
            nn.Conv2d(64, 128, 3, 1, 1), nn.PixelShuffle(2), nn.SiLU(),
            nn.Conv2d(32, 4, 3, 1, 1), nn.PixelShuffle(2),
        )  # fmt: skip

    def forward(self, noisy: Tensor) -> Tensor:
        """(B, 1, H, W) in and out; sides are multiples of 8."""
        found: Tensor = self.up(self.down(noisy))
        return found


def learned_area(pictures: Sequence[Picture], steps: int = CURVE_STEPS) -> float:
    """The mean loss over training a denoiser on nothing but these pictures: the higher, the harder they are to learn as a set.

    The loss is relative to the variance of the set, so that contrast does not count.
    """
    greys = np.stack([cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) for picture in pictures]).astype(np.float32)
    greys = np.asarray(greys / np.float32(255) - greys.mean() / np.float32(255), np.float32)
    variance = float(greys.var()) or 1.0
    torch.manual_seed(1)
    net, rng = Denoiser(), np.random.default_rng(1)
    optimiser = torch.optim.AdamW(net.parameters(), 1e-3)
    total = 0.0
    for _ in range(steps):
        clean = torch.from_numpy(np.stack([random_square(greys, rng) for _ in range(CURVE_BATCH)]))[:, None]
        noisy = clean + CURVE_NOISE * torch.from_numpy(rng.standard_normal(clean.shape, np.float32))
        loss = (net(noisy) - clean).square().mean() / variance
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        total += min(float(loss.detach()), 1.0)
    return total / steps


def random_square(greys: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """A random square of a random picture (N, H, W)."""
    top, left = (int(rng.integers(0, side - CURVE_PX + 1)) for side in greys.shape[1:])
    return greys[int(rng.integers(len(greys))), top : top + CURVE_PX, left : left + CURVE_PX]


def told(found: dict[str, Any]) -> str:
    """The table for a terminal."""
    lines = ["             number  bits a pixel       gradient entropy"]
    for name in ("backgrounds", "rain"):
        each = found[name]
        count = each["count"] if name == "backgrounds" else "drawn"
        lines.append(
            f"{name:<12} {count:>6}  {each['bits_per_pixel']:.2f} ± {each['error']:.2f}       {each['gradient_entropy']:.2f}"
        )
    lines.append(f"rain over backgrounds: {found['ratio']:.2f} (aim: 1 or more)")
    if "curve" in found:
        lines.append(f"learning curve: rain over backgrounds {found['curve_ratio']:.2f}")
    lines += [*found["advice"], f"About {found['minutes']:.0f} minutes on this processor, {found['memory_mb']:.0f} MB."]
    return "\n".join(lines)
