"""Scores of a cell: the net's own output on whole pictures with rain drawn on them, with every gate of the application off."""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from rainapp.metrics import psnr_ssim
from training.contracts import taken
from training.data.crops import read_photos
from training.rain import domains
from training.rain.bank_cache import stable_number
from training.rain.generator import draw_rain
from training.tables.cells import Rows

SIDE_PX = 256
PICTURES = 24
"""Of each row, spread over the folder."""
SEED = 20_000

Picture = NDArray[np.float32]
Scores = dict[str, list[float | None]]
"""By figure, then by picture; None where a picture has no such figure."""


def middle(photo: NDArray[np.uint8]) -> Picture:
    """The middle square of a photo, (SIDE_PX, SIDE_PX, 3) float32 0 to 1; all of it where it is smaller."""
    top, left = (max(0, (side - SIDE_PX) // 2) for side in photo.shape[:2])
    return np.asarray(photo[top : top + SIDE_PX, left : left + SIDE_PX], np.float32) / np.float32(255)


def spread(count: int, wanted: int) -> list[int]:
    """`wanted` places spread evenly over `count`, or all of them."""
    wanted = min(count, wanted)
    return [place * count // wanted for place in range(wanted)]


def cleans(rows: Rows, dev: Path, own: Sequence[NDArray[np.uint8]]) -> list[Picture]:
    """The clean pictures of a row. Raises BadRecipe where the folder has none."""
    photos = own if rows.own else read_photos(dev / rows.clean / "clean", 0, 64)[0]
    return [middle(photos[place]) for place in spread(len(photos), PICTURES)]


def pairs(rows: Rows, clean: Sequence[Picture]) -> Iterator[tuple[Picture, Picture]]:
    """Rainy and clean: kind after kind, the same whatever is trained."""
    for place, picture in enumerate(clean):
        profile, blends = domains.parts(rows.profiles[place % len(rows.profiles)])
        seed = SEED + stable_number(f"{rows.name} {place}") % 1_000_000
        sample = draw_rain(picture, profile, seed, blends=blends, veil=0, camera=False)
        rainy = sample.hazy + np.float32(rows.strength) * (sample.rainy - sample.hazy)
        yield np.clip(rainy, 0, 1), sample.hazy


@torch.no_grad()
def derained(net: nn.Module, rainy: Picture, label: int = -1) -> Picture:
    """What the net makes of a picture (H, W, 3), clipped to 0 to 1; `label` see `taken`."""
    device = next(net.parameters()).device
    given = torch.from_numpy(rainy).permute(2, 0, 1)[None].to(device)
    out = net(given, **taken(net, given, label=label)).float().clamp(0, 1)
    return np.asarray(out[0].permute(1, 2, 0).cpu().numpy(), np.float32)


def score(net: nn.Module | None, rows: Rows, clean: Sequence[Picture], sets: Sequence[str] = ()) -> Scores:
    """Figures by picture: `psnr_y`, `rain_removed`, `rain_action`, `bg_err` in grey levels; without a net of doing nothing.

    `sets` are the kinds of rain in the order of their labels, for a net that is told them.
    """
    found: Scores = {"psnr_y": [], "rain_removed": [], "rain_action": [], "bg_err": []}
    for place, (rainy, dry) in enumerate(pairs(rows, clean)):
        kind = rows.profiles[place % len(rows.profiles)]
        label = sets.index(kind) if kind in sets else -1
        made = rainy if net is None else derained(net, rainy, label)
        parts = psnr_ssim.decoupled(rainy, dry, made)
        values = {**vars(parts), "psnr_y": psnr_ssim.psnr_y(made, dry)}
        for name, figures in found.items():
            figures.append(round(values[name], 4) if math.isfinite(values[name]) else None)
    return found
