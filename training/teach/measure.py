"""Measurements for the gate, of any weights on the same pictures: real rain, dry photos, and drawn rain on the check set.

What is measured is the net's own output on whole pictures; gates of the application can only make it gentler.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from rainapp.metrics import psnr_ssim
from rainapp.metrics.fine_structure import fine_removed
from training.contracts import taken
from training.data.rainy_photos import bundled, features
from training.data.sources import as_floats, read_or_none
from training.rain.bank_cache import stable_number
from training.rain.generator import Photo, draw_rain
from training.teach.gate import Measured

CHECK_PROFILES = ("narrow", "heavy", "fu", "real-like", "isolated", "storm")
CHECK_PX = 256
SEED = 30_000

Bytes = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Pictures:
    """What a teaching is measured on: real rain, dry photos, and rainy and clean pictures of the check set."""

    rainy: tuple[Bytes, ...]
    dry: tuple[Bytes, ...]
    check: tuple[tuple[Photo, Photo], ...]


def read_all(folder: Path) -> tuple[Bytes, ...]:
    """The pictures of a folder in name order."""
    found = [read_or_none(file) for file in sorted(folder.iterdir())] if folder.is_dir() else []
    return tuple(picture for picture in found if picture is not None)


def check_pairs(clean: Sequence[Bytes]) -> tuple[tuple[Photo, Photo], ...]:
    """Rainy and clean pictures with rain that is always the same."""
    pairs = []
    for place, photo in enumerate(clean):
        top, left = (max(0, (length - CHECK_PX) // 2) for length in photo.shape[:2])
        scene = as_floats(photo[top : top + CHECK_PX, left : left + CHECK_PX])
        profile = CHECK_PROFILES[place % len(CHECK_PROFILES)]
        sample = draw_rain(scene, profile, SEED + stable_number(f"check {place}") % 1_000_000, veil=0, camera=False)
        pairs.append((sample.rainy, sample.hazy))
    return tuple(pairs)


@torch.no_grad()
def derained(net: nn.Module, picture: Photo) -> Photo:
    """What a net makes of a picture (H, W, 3), 0 to 1, haze kept."""
    device = next(net.parameters()).device
    given = torch.from_numpy(picture).permute(2, 0, 1)[None].to(device)
    made = net(given, **taken(net, given)).float().clamp(0, 1)
    return np.asarray(made[0].permute(1, 2, 0).cpu().numpy(), np.float32)


def eight_bit(net: nn.Module, picture: Bytes) -> Bytes:
    """The same for a picture of 8 bit."""
    return np.round(derained(net, as_floats(picture)) * 255).astype(np.uint8)


def change_of(net: nn.Module, picture: Bytes) -> float:
    """The mean change in grey levels."""
    return float(np.abs(eight_bit(net, picture).astype(np.float32) - picture).mean())


def fine_of(net: nn.Module, pictures: Sequence[Bytes]) -> tuple[float, ...]:
    """How much fine rain goes from each picture that has rain of one direction."""
    found = [fine_removed(picture, eight_bit(net, picture)) for picture in pictures]
    return tuple(value for value in found if value is not None)


def check_of(net: nn.Module, pairs: Sequence[tuple[Photo, Photo]]) -> tuple[float, ...]:
    """PSNR on luma of each picture of the check set."""
    return tuple(float(psnr_ssim.psnr_y(derained(net, rainy), clean)) for rainy, clean in pairs)


def measured(net: nn.Module, pictures: Pictures) -> Measured:
    """All that the gate wants to know of a net."""
    dry = tuple(change_of(net, picture) for picture in pictures.dry)
    return Measured(fine_of(net, pictures.rainy), dry, check_of(net, pictures.check))


def rain_odds(net: nn.Module, pictures: Sequence[Bytes]) -> float:
    """The mean log-odds of rain in results, by a judge that knows only drawn rain and shares nothing with any net here."""
    rows = np.array([features(eight_bit(net, picture)) for picture in pictures])
    return float(bundled().odds(rows).mean())
