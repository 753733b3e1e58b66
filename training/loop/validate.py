"""Scores of a net on folders of pairs while it trains: whole pictures, plain torch, the decoupled measures.

`rainapp evaluate` measures what ships, through engines and tiles; this is the quick look inside a run.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from rainapp.base.errors import BadRecipe, RainError
from rainapp.base.escapes import readable
from rainapp.media.pair_names import CLEAN_WORDS, EXPLAINED, RAINY_WORDS, pair_up, side
from rainapp.media.photo.plain_pixels import read_plain
from rainapp.metrics import psnr_ssim
from training.contracts import taken
from training.data.crops import photo_files


@dataclass(frozen=True)
class Score:
    """Means over the pictures of one set."""

    psnr_y: float
    rain_removed: float
    bg_err: float
    count: int


def read(file: Path) -> NDArray[np.float32]:
    """(H, W, 3) float32 RGB 0..1. Raises BadRecipe when it cannot be read."""
    try:
        return read_plain(file).astype(np.float32) / np.float32(255)
    except RainError as error:
        words = f"The picture {file.name} of a validation set cannot be read. {error.message}"
        raise BadRecipe(words, "Repair the set or leave it out.", file) from error


def sides(folder: Path) -> tuple[Path, Path]:
    """The folders of rainy and of clean pictures of a set, "rainy" and "clean" or called alike."""
    return side(folder, RAINY_WORDS, "rainy"), side(folder, CLEAN_WORDS, "clean")


def pairs(folder: Path, limit: int) -> list[tuple[Path, Path]]:
    """Rainy and clean files that belong together by their names, in name order, spread evenly over the set when limited."""
    found = pair_up(*([(p, p.relative_to(top)) for p in photo_files(top, 0)] for top in sides(folder)))
    count = min(limit or len(found), len(found))
    return [found[place * len(found) // count] for place in range(count)]


def usable(folder: Path, limit: int) -> tuple[list[tuple[Path, Path]], list[str]]:
    """The pairs of a set that can be read and match, and a sentence for each that is left out."""
    kept, left_out = [], []
    for rainy, clean in pairs(folder, limit):
        try:
            if read(rainy).shape != read(clean).shape:
                raise BadRecipe(
                    f"{rainy.name} of the validation set {folder} has another size than its clean picture.", path=folder
                )
            kept.append((rainy, clean))
        except BadRecipe as error:
            left_out.append(readable(error.message))
    return kept, left_out


def require(folder: Path, limit: int) -> list[str]:
    """A sentence for each pair of the set that is left out. Raises BadRecipe when it has none, or none can be used."""
    if not pairs(folder, limit):
        examples = [f"“{files[0].name}”" if (files := photo_files(top, 1)) else "nothing" for top in sides(folder)]
        words = f"The validation set {folder} has no pairs: there are {examples[0]} and {examples[1]}, for example."
        raise BadRecipe(words, EXPLAINED, folder)
    kept, left_out = usable(folder, limit)
    if not kept:
        raise BadRecipe(left_out[0], "No pair of the set can be used.", folder)
    return left_out


@torch.no_grad()
def run(net: nn.Module, rainy: NDArray[np.float32], device: torch.device, clear: bool) -> NDArray[np.float32]:
    """The net on one whole picture (H, W, 3), result clipped and rounded to 8 bit."""
    tensor = torch.from_numpy(rainy).permute(2, 0, 1)[None].to(device)
    out = net(tensor, **taken(net, tensor, clear)).float().clamp(0, 1)
    whole: NDArray[np.float32] = np.round(out[0].permute(1, 2, 0).cpu().numpy() * 255).astype(np.float32)
    return whole / np.float32(255)


def score(net: nn.Module, folder: Path, limit: int, device: torch.device, clear: bool = False) -> Score:
    """Mean scores of `net` over a set of pairs; a figure that a picture does not have does not count, NaN where none has it."""
    rows = []
    for rainy_file, clean_file in pairs(folder, limit):
        try:
            rainy, clean = read(rainy_file), read(clean_file)
        except BadRecipe:  # said before the start
            continue
        if rainy.shape != clean.shape:
            continue
        derained = run(net, rainy, device, clear)
        parts = psnr_ssim.decoupled(rainy, clean, derained)
        rows.append((psnr_ssim.psnr_y(derained, clean), parts.rain_removed, parts.bg_err))
    if not rows:
        raise BadRecipe(f"No pair of the validation set {folder} can be read any more.", "Repair the set.", folder)
    psnr_y, rain_removed, bg_err = (_mean(np.array(column)) for column in zip(*rows, strict=True))
    return Score(psnr_y, rain_removed, bg_err, len(rows))


def _mean(values: NDArray[np.float64]) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else float("nan")
