"""Man-made lines on clean photos: bars, grids and ridges that look like streaks and must stay.

Regular lines are what a derainer mistakes for rain most easily, and a few hundred photos hold few of them. They are drawn into
the clean photo, before the rain, so that they stand in every target. Only families of lines are drawn: with lettering, wires
and small boxes of lines among them a net grew shy of isolated streaks (training/experiments/README.md).
"""

import cv2
import numpy as np
from numpy.typing import NDArray

Photo = NDArray[np.float32]
Mask = NDArray[np.uint8]
Rng = np.random.Generator

SUBPIXEL_BITS = 4


def draw_line(mask: Mask, offset_px: float, angle_deg: float, width_px: int) -> None:
    """An endless line at `offset_px` from the middle of `mask`, leaning `angle_deg` from the vertical; soft edges add 2 px."""
    height, width = mask.shape
    along = np.array([np.sin(np.radians(angle_deg)), np.cos(np.radians(angle_deg))])
    foot = np.array([width / 2, height / 2]) + offset_px * np.array([along[1], -along[0]])
    reach = float(height + width)
    ends = np.round((np.stack([foot - reach * along, foot + reach * along])) * 2**SUBPIXEL_BITS).astype(int)
    cv2.line(mask, ends[0].tolist(), ends[1].tolist(), 255, width_px, cv2.LINE_AA, SUBPIXEL_BITS)


def draw_family(mask: Mask, rng: Rng, angle_deg: float) -> None:
    """Parallel lines across all of `mask`, evenly spaced but for a little scatter, as bars, boards and blinds are."""
    reach = float(np.hypot(*mask.shape)) / 2
    spacing = float(np.exp(rng.uniform(np.log(4), np.log(40))))
    width_px = int(rng.integers(1, max(2, min(6, round(spacing / 2))) + 1))
    scatter = float(rng.choice([0.0, 0.0, 0.08]))
    for offset in np.arange(-reach + rng.uniform(0, spacing), reach, spacing):
        draw_line(
            mask, float(offset + spacing * scatter * rng.normal()), angle_deg + 4 * scatter * float(rng.normal()), width_px
        )


def draw_mask(rng: Rng, height: int, width: int) -> Mask:
    """(height, width) uint8 map, 255 on the drawn structure: bars, a grid or ridges."""
    kind = rng.choice(["bars", "grid", "ridges"], p=[0.4, 0.3, 0.3])
    if kind == "ridges":
        return draw_ridges(rng, height, width)
    mask: Mask = np.zeros((height, width), np.uint8)
    upright = float(rng.normal(0, 12) if rng.random() < 0.6 else rng.uniform(-90, 90))
    draw_family(mask, rng, upright)
    if kind == "grid":
        draw_family(mask, rng, upright + 90 + float(rng.normal(0, 8)))
    return mask


def draw_ridges(rng: Rng, height: int, width: int) -> Mask:
    """(height, width) uint8 map of smooth parallel ridges, as corrugated iron, curtains and boards shade; 255 on the crests."""
    angle = np.radians(rng.normal(0, 10) if rng.random() < 0.7 else rng.uniform(-90, 90))
    spacing = float(np.exp(rng.uniform(np.log(5), np.log(40))))
    y, x = np.mgrid[:height, :width].astype(np.float32)
    phase = (x * np.cos(angle) + y * np.sin(angle)) * np.float32(2 * np.pi / spacing) + np.float32(rng.uniform(0, 6.3))
    crest: NDArray[np.float32] = (0.5 + 0.5 * np.sin(phase)) ** np.float32(rng.uniform(0.7, 5))
    return np.asarray(np.round(255 * crest), np.uint8)


def limit_to_part(mask: Mask, rng: Rng) -> Mask:
    """The mask inside a random box of a third of each side or more, so that the structure ends somewhere as fences do."""
    kept = np.zeros_like(mask)
    box = []
    for side in mask.shape:
        extent = int(rng.integers(side // 3, side + 1))
        first = int(rng.integers(0, side - extent + 1))
        box.append(slice(first, first + extent))
    kept[tuple(box)] = mask[tuple(box)]
    return kept


def add_structure(clean: Photo, rng: Rng) -> Photo:
    """`clean` (H, W, 3) float32 sRGB 0..1 with one random structure of one colour drawn on it, sharp or slightly defocused."""
    mask = draw_mask(rng, *clean.shape[:2])
    if rng.random() < 0.4:
        mask = limit_to_part(mask, rng)
    cover = mask.astype(np.float32) * np.float32(rng.uniform(0.3, 1) / 255)
    if rng.random() < 0.5:
        cover = np.asarray(cv2.GaussianBlur(cover, (0, 0), float(rng.uniform(0.4, 1.2))), np.float32)
    grey = rng.uniform(0.55, 1) if rng.random() < 0.6 else rng.uniform(0, 0.45)
    colour = np.clip(grey + rng.normal(0, 0.06 if rng.random() < 0.7 else 0.3, 3), 0, 1).astype(np.float32)
    return clean + cover[..., None] * (colour - clean)
