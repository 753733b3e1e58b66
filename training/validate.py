"""Scores of a net on folders of pairs while it trains: whole pictures, plain torch, the decoupled measures.

`rainapp evaluate` measures what ships, through engines and tiles; this is the quick look inside a run.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from rainapp import metrics
from rainapp.errors import BadRecipe
from rainapp.media.photo_files import read_rgb
from training.data import SUFFIXES


@dataclass(frozen=True)
class Score:
    """Means over the pictures of one set."""

    psnr_y: float
    rain_removed: float
    bg_err: float
    count: int


def read(file: Path) -> NDArray[np.float32]:
    """(H, W, 3) float32 RGB 0..1. Raises BadRecipe when it cannot be read."""
    pixels = read_rgb(file)
    if pixels is None:
        raise BadRecipe(f"The picture {file} of a validation set cannot be read.", "Repair the set or leave it out.", file)
    return pixels.astype(np.float32) / np.float32(255)


def pairs(folder: Path, limit: int) -> list[tuple[Path, Path]]:
    """Rainy and clean files of the same stem, in name order, spread evenly over the set when limited."""
    clean = {p.stem: p for p in (folder / "clean").iterdir() if p.suffix.lower() in SUFFIXES}
    rainy = sorted(p for p in (folder / "rainy").iterdir() if p.suffix.lower() in SUFFIXES)
    found = [(p, clean[p.stem]) for p in rainy if p.stem in clean]
    count = min(limit or len(found), len(found))
    return [found[place * len(found) // count] for place in range(count)]


def require(folder: Path, limit: int) -> None:
    """Raise BadRecipe unless the set has pairs, and all can be read and match."""
    found = pairs(folder, limit)
    if not found:
        raise BadRecipe(
            f"The validation set {folder} has no pairs.", "Its rainy and clean pictures belong together by their names.", folder
        )
    for rainy, clean in found:
        if read(rainy).shape != read(clean).shape:
            raise BadRecipe(
                f"{rainy.name} of the validation set {folder} has another size than its clean picture.", path=folder
            )


@torch.no_grad()
def run(net: nn.Module, rainy: NDArray[np.float32], device: torch.device, clear: bool) -> NDArray[np.float32]:
    """The net on one whole picture (H, W, 3), result clipped and rounded to 8 bit."""
    tensor = torch.from_numpy(rainy).permute(2, 0, 1)[None].to(device)
    out = net(tensor, torch.full((1,), float(clear), device=device)).float().clamp(0, 1)
    whole: NDArray[np.float32] = np.round(out[0].permute(1, 2, 0).cpu().numpy() * 255).astype(np.float32)
    return whole / np.float32(255)


def score(net: nn.Module, folder: Path, limit: int, device: torch.device, clear: bool = False) -> Score:
    """Mean scores of `net` over a set of pairs; a figure that a picture does not have does not count, NaN where none has it."""
    rows = []
    for rainy_file, clean_file in pairs(folder, limit):
        rainy, clean = read(rainy_file), read(clean_file)
        derained = run(net, rainy, device, clear)
        parts = metrics.decoupled(rainy, clean, derained)
        rows.append((metrics.psnr_y(derained, clean), parts.rain_removed, parts.bg_err))
    psnr_y, rain_removed, bg_err = (_mean(np.array(column)) for column in zip(*rows, strict=True))
    return Score(psnr_y, rain_removed, bg_err, len(rows))


def _mean(values: NDArray[np.float64]) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else float("nan")
