"""What rain looks like in numbers: coverage, strength, length, width, angle, coherence, blend; real against synthetic.

Shows whether a profile lies where the rain it stands for lies: `python -m training.rain.descriptors PROFILE… --rainy DIR
[--clean DIR]` prints 10th percentile, median and 90th percentile of both. Works on a rain layer: the difference of a pair, or
for real photos without a pair their bright fine structure. numpy and OpenCV only.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from rainapp.base.errors import BadTreatment, RainError, UnreadableFile
from rainapp.media.photo.plain_pixels import read_plain
from training.rain.generator import draw_rain
from training.rain.profiles import MIXES, PROFILES

Plane = NDArray[np.float32]

THRESHOLD = 0.05
REACH_PX = 48
LEAST_PX = 300
LEAST_SPOT_PX = 4
LEAST_COLOUR = 1e-3  # squared difference of channels, in the mean over rained pixels


@dataclass(frozen=True)
class RainDescriptors:
    """One rain layer in numbers (science notes 2.2, 8.2).

    `coverage`: share of pixels above 0.05; `mean_on`: their mean; `p99`: 99th percentile of the layer; `length_px`, `width_px`:
    full extents at half height of the autocorrelation along and across the main direction; `angle_deg`: that direction from the
    vertical, -90..90; `coherence`: 0 (no direction) to 1 (one direction); `glow`: 2nd percentile over the mean, the light that
    lies everywhere; `skewness`: of the values, near 0 where streaks fill the picture; `screening`: how much colour the rain
    takes, 0 where light is added and 1 where streaks cover or are screened, known of pairs only (else NaN).

    Of what stands out one by one (NaN where nothing does): `spots` in 10,000 px, medians of their `spot_length_px` and
    `spot_width_px`, and `spot_scatter`, the 90th over the 10th percentile of their lengths: 1 where all are alike.
    """

    coverage: float
    mean_on: float
    p99: float
    length_px: float
    width_px: float
    angle_deg: float
    coherence: float
    glow: float
    skewness: float
    screening: float = float("nan")
    spots: float = float("nan")
    spot_length_px: float = float("nan")
    spot_width_px: float = float("nan")
    spot_scatter: float = float("nan")


def main_direction(layer: Plane) -> tuple[float, float]:
    """Angle of streaks from the vertical in degrees and coherence 0..1, from the structure tensor of a (H, W) layer.

    Positive angles lean like a backslash does: to the right on the way down.
    """
    smooth = cv2.GaussianBlur(layer, (0, 0), 1.0)
    gx, gy = cv2.Sobel(smooth, cv2.CV_64F, 1, 0), cv2.Sobel(smooth, cv2.CV_64F, 0, 1)
    xx, yy, xy = float(np.mean(gx * gx)), float(np.mean(gy * gy)), float(np.mean(gx * gy))
    total = xx + yy
    if total < 1e-12:
        return 0.0, 0.0
    across = 0.5 * np.degrees(np.arctan2(2 * xy, xx - yy))  # direction of change, from the x axis
    angle = -across if across > -90 else 90.0
    return float(angle), float(np.hypot(xx - yy, 2 * xy) / total)


def autocorrelation(layer: Plane) -> Plane:
    """Centre part (2 R + 1, 2 R + 1) of the autocorrelation of a layer less its mean, 1 at the centre; R up to 48 px."""
    centred = layer - layer.mean()
    rows, columns = (2 * side for side in layer.shape)
    spectrum = np.fft.rfft2(centred, (rows, columns))
    full = np.fft.irfft2(np.abs(spectrum) ** 2, (rows, columns))
    reach = min(REACH_PX, *(side - 1 for side in layer.shape))
    shifted = np.roll(full, (reach, reach), (0, 1))[: 2 * reach + 1, : 2 * reach + 1]
    return np.asarray(shifted / max(float(shifted[reach, reach]), 1e-12), np.float32)


def half_height(profile: NDArray[np.float64]) -> float:
    """Twice the distance at which a profile starting at 1 falls below one half; twice its length where it never does."""
    below = np.nonzero(profile < 0.5)[0]
    if below.size == 0:
        return 2.0 * (len(profile) - 1)
    if below[0] == 0:  # nothing is there that could be long
        return 0.0
    end = int(below[0])
    before, after = float(profile[end - 1]), float(profile[end])
    return 2 * (end - 1 + (before - 0.5) / max(1e-9, before - after))


def extents(layer: Plane, angle_deg: float) -> tuple[float, float]:
    """Length along and width across `angle_deg`, in px at half height of the autocorrelation."""
    correlation = autocorrelation(layer)
    reach = correlation.shape[0] // 2
    steps = np.arange(reach + 1, dtype=np.float32)
    sine, cosine = np.sin(np.radians(angle_deg)), np.cos(np.radians(angle_deg))

    def walk(dx: float, dy: float) -> NDArray[np.float64]:
        x, y = (reach + steps * dx).astype(np.float32), (reach + steps * dy).astype(np.float32)
        return np.asarray(cv2.remap(correlation, x[None], y[None], cv2.INTER_LINEAR)[0], np.float64)

    return half_height(walk(sine, cosine)), half_height(walk(cosine, -sine))


def describe(layer: Plane) -> RainDescriptors:
    """The descriptors of a (H, W) rain layer in sRGB-encoded units, at least 8 px a side."""
    bright = np.asarray(np.maximum(layer, 0), np.float32)
    on = bright > THRESHOLD
    angle, coherence = main_direction(bright)
    length, width = extents(bright, angle)
    mean, spread = float(bright.mean()), float(bright.std())
    return RainDescriptors(
        float(on.mean()),
        float(bright[on].mean()) if on.any() else 0.0,
        float(np.quantile(bright, 0.99)),
        length,
        width,
        angle,
        coherence,
        float(np.quantile(bright, 0.02)) / max(mean, 1e-6),
        float(np.mean((bright - mean) ** 3)) / max(spread, 1e-6) ** 3,
        float("nan"),
        *spots(bright),
    )


def spots(layer: Plane) -> tuple[float, float, float, float]:
    """How many drops a (H, W) layer shows in 10,000 px, their median length and width in px, and how lengths scatter.

    A drop is a connected piece of four pixels and more above half of the brightest hundredth, at least above 0.05.
    """
    above = (layer > max(THRESHOLD, 0.5 * float(np.quantile(layer, 0.99)))).astype(np.uint8)
    count, numbers = cv2.connectedComponents(above, connectivity=8)
    areas = np.bincount(numbers.ravel(), minlength=count)
    if not (areas[1:] >= LEAST_SPOT_PX).any():
        return 0.0, float("nan"), float("nan"), float("nan")
    rows, columns = np.nonzero(numbers)
    which = numbers[rows, columns]
    x, y = (np.bincount(which, each, count) / np.maximum(areas, 1) for each in (columns, rows))
    dx, dy = columns - x[which], rows - y[which]
    xx, yy, xy = (
        np.bincount(which, each, count) / np.maximum(areas, 1) + pixel
        for each, pixel in ((dx * dx, 1 / 12), (dy * dy, 1 / 12), (dx * dy, 0.0))
    )
    half, apart = (xx + yy) / 2, np.hypot((xx - yy) / 2, xy)
    kept = 1 + np.flatnonzero(areas[1:] >= LEAST_SPOT_PX)
    lengths, widths = (np.sqrt(12 * np.maximum(each[kept], 1 / 12)) for each in (half + apart, half - apart))
    low, high = np.quantile(lengths, [0.1, 0.9])
    density = 1e4 * len(kept) / layer.size
    return density, float(np.median(lengths)), float(np.median(widths)), float(high / low)


def layer_of_pair(rainy: NDArray[np.float32], clean: NDArray[np.float32]) -> Plane:
    """The rain layer of a pair (H, W, 3) 0..1: what rain added, mean of the channels."""
    return np.asarray((rainy - clean).mean(axis=2), np.float32)


def screening(rainy: NDArray[np.float32], clean: NDArray[np.float32]) -> float:
    """0 where rain is added to `clean` (H, W, 3) sRGB 0..1, 1 where it is screened; NaN where that cannot be told.

    Screened rain R adds R (1 - B), so that of two channels the darker one gains more: the difference of what two channels gain
    is regressed on R times their difference in `clean`, over pixels that are rained on and not clipped.
    """
    small, base = (cv2.blur(each, (4, 4)) for each in (rainy, clean))
    gained = small - base
    told = (small.max(2) < 0.93) & (gained.mean(2) > THRESHOLD)
    gained, base = gained[told], base[told]
    strength = gained.mean(1) / np.maximum(1 - base.mean(1), 0.05)
    others = [1, 2, 0]
    expected = -(base - base[:, others]) * strength[:, None]
    energy = float((expected**2).sum())
    if energy < LEAST_COLOUR * float((strength**2).sum()) or len(base) < LEAST_PX:
        return float("nan")
    return float((expected * (gained - gained[:, others])).sum() / energy)


def describe_pair(rainy: NDArray[np.float32], clean: NDArray[np.float32]) -> RainDescriptors:
    """All descriptors of a pair (H, W, 3) 0..1."""
    return replace(describe(layer_of_pair(rainy, clean)), screening=screening(rainy, clean))


def layer_of_photo(rainy: NDArray[np.float32]) -> Plane:
    """Bright fine structure of a photo without a pair: luminance less its edge-preserving smooth version. Holds texture too."""
    grey = np.asarray(rainy.mean(axis=2), np.float32)
    return np.asarray(np.maximum(grey - cv2.medianBlur(cv2.GaussianBlur(grey, (0, 0), 3), 5), 0), np.float32)


def ranges(rows: list[RainDescriptors]) -> dict[str, tuple[float, float, float]]:
    """10th percentile, median and 90th percentile of every descriptor that is known."""
    found = {}
    for entry in fields(RainDescriptors):
        values = np.array([getattr(row, entry.name) for row in rows])
        if (known := values[~np.isnan(values)]).size:
            low, middle, high = np.quantile(known, [0.1, 0.5, 0.9])
            found[entry.name] = (float(low), float(middle), float(high))
    return found


def read(file: Path) -> NDArray[np.float32]:
    """A photo (H, W, 3) float32 0..1. Raises UnreadableFile."""
    try:
        pixels = read_plain(file)
    except UnreadableFile as error:
        hint = "Name folders that hold photos alone, paired by their names."
        raise UnreadableFile(f"{file} cannot be read. {error.message}", hint, file) from error
    return pixels.astype(np.float32) / np.float32(255)


def of_folder(rainy: Sequence[Path], clean: Path | None) -> list[RainDescriptors]:
    """Descriptors of rainy photos, against the photo of the same name in `clean` where that is given."""
    if clean is None:
        return [describe(layer_of_photo(read(file))) for file in rainy]
    rows = []
    for file in rainy:
        with_rain, without = read(file), read(clean / file.name)
        if with_rain.shape != without.shape:
            raise UnreadableFile(f"The rainy and the clean photo {file.name} differ in size.", path=file)
        rows.append(describe_pair(with_rain, without))
    return rows


def photos_in(folder: Path) -> list[Path]:
    """The files of a folder in name order. Raises UnreadableFile when it is missing or holds none."""
    files = sorted(p for p in folder.iterdir() if p.is_file()) if folder.is_dir() else []
    if not files:
        raise UnreadableFile(f"There are no photos in the folder {folder}.", "", folder)
    return files


def of_profile(profile: str, clean: Sequence[Path], paired: bool) -> list[RainDescriptors]:
    """Descriptors of rain of a profile drawn on the photos of `clean`, seed 0, 1, 2 and so on."""
    rows = []
    for seed, file in enumerate(clean):
        sample = draw_rain(read(file), profile, seed, camera=False)
        rows.append(describe_pair(sample.rainy, sample.hazy) if paired else describe(layer_of_photo(sample.rainy)))
    return rows


def tables(profiles: Sequence[str], rainy: Path, clean: Path | None) -> dict[str, dict[str, tuple[float, float, float]]]:
    """The ranges of the photos in a folder, and those of each profile drawn on the same photos, by name.

    Raises UnreadableFile, and BadTreatment for a profile that is unknown.
    """
    unknown = [name for name in profiles if name not in PROFILES and name not in MIXES]
    if unknown:
        raise BadTreatment(f"The rain profile “{unknown[0]}” is unknown.", f"Known are {', '.join([*PROFILES, *MIXES])}.")
    files = photos_in(rainy)
    dry = photos_in(clean) if clean else files
    found = {rainy.resolve().parent.name or "photos": ranges(of_folder(files, clean))}
    return found | {name: ranges(of_profile(name, dry, clean is not None)) for name in profiles}


def main(arguments: list[str] | None = None) -> int:
    """Print the ranges of a set, and those of each profile drawn on the same photos."""
    parser = argparse.ArgumentParser(prog="training.rain.descriptors")
    parser.add_argument("profiles", nargs="*", metavar="PROFILE")
    parser.add_argument("--rainy", type=Path, required=True, help="a folder of rainy photos")
    parser.add_argument("--clean", type=Path, help="the same photos without rain; without it only fine structure is compared")
    args = parser.parse_args(arguments)
    try:
        found = tables(args.profiles, args.rainy, args.clean)
    except RainError as error:
        print(error, file=sys.stderr)
        return 2
    for name, table in found.items():
        print(name)
        for entry, (low, middle, high) in table.items():
            print(f"  {entry:<11}{low:8.3f}{middle:8.3f}{high:8.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
