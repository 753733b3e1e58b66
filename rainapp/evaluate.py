"""Score models on pairs of rainy and clean pictures, through the same pipeline that treats people's photos.

Per picture: PSNR and SSIM by both conventions, and the decoupled measures; then means, and a bootstrap interval of the mean
PSNR. The row "identity" (the untouched rainy picture) belongs beside every result: without it a figure says nothing.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from rainapp import media, metrics, streak_contrast
from rainapp.errors import UnreadableFile
from rainapp.image import Frame, Image
from rainapp.jobs import Treatment, Watch
from rainapp.library import ModelLibrary
from rainapp.stages import load_pipeline

RESAMPLES = 1000
Derain = Callable[[Image], Image]


@dataclass(frozen=True)
class PictureScore:
    """What one picture scored; decibels, shares and grey levels as in `rainapp.metrics`."""

    name: str
    psnr_y: float
    ssim_y: float
    psnr_y_b: float
    psnr_rgb: float
    rain_removed: float
    rain_action: float
    bg_err: float
    mean_change: float
    seconds: float
    megapixels: float


@dataclass(frozen=True)
class ModelScore:
    """Means over pictures; `ci95` is the bootstrap interval of the mean PSNR-Y; speed without the first (warm-up) picture.

    `psnr_rgb_p10` is the 10th percentile, and `mean_change` the mean difference from the rainy picture in grey levels: on dry
    photos, given as both rainy and clean, these two say whether anything was harmed.
    """

    model: str
    n: int
    psnr_y: float
    ci95: tuple[float, float]
    ssim_y: float
    psnr_y_b: float
    psnr_rgb: float
    psnr_rgb_p10: float
    rain_removed: float
    rain_action: float
    bg_err: float
    mean_change: float
    engine: str
    seconds_per_mp: float


def find_pairs(rainy: Path, clean: Path) -> list[tuple[Path, Path]]:
    """Rainy and clean files with the same stem, in name order.

    Raises UnreadableFile when a folder or all partners are missing.
    """
    for folder in (rainy, clean):
        if not folder.is_dir():
            raise UnreadableFile(f"The folder {folder} does not exist.", "Name folders of rainy and of clean pictures.", folder)
    partners = {p.stem: p for p in clean.iterdir() if media.is_media_name(p)}
    pairs = [(p, partners[p.stem]) for p in sorted(rainy.iterdir()) if media.is_media_name(p) and p.stem in partners]
    if not pairs:
        raise UnreadableFile(
            f"No picture in {rainy.name} has a partner of the same name in {clean.name}.",
            "Rainy and clean pictures belong together by their names.",
            rainy,
        )
    return pairs


def read_image(path: Path) -> Image:
    """The picture in a file."""
    with media.open_source(path) as source:
        return next(iter(source)).image


def as_float(image: Image) -> metrics.Picture:
    """(H, W, 3) float32, 0 to 1."""
    return image.pixels.astype(np.float32) / np.float32(image.peak)


def score_picture(name: str, rainy: Image, clean: Image, derained: Image, seconds: float) -> PictureScore:
    """All measures of one picture. Raises UnreadableFile when the pair differs in size."""
    if rainy.pixels.shape != clean.pixels.shape:
        raise UnreadableFile(f"The rainy and the clean picture {name} differ in size.", "Pairs must match pixel by pixel.")
    before, truth, after = as_float(rainy), as_float(clean), as_float(derained)
    parts = metrics.decoupled(before, truth, after)
    return PictureScore(
        name,
        metrics.psnr_y(after, truth),
        metrics.ssim_y(after, truth),
        metrics.psnr_y_b(after, truth),
        metrics.psnr(after, truth),
        parts.rain_removed,
        parts.rain_action,
        parts.bg_err,
        float(np.abs(after - before).mean() * 255),
        seconds,
        rainy.megapixels,
    )


def pipeline_runner(treatment: Treatment, library: ModelLibrary, watch: Watch) -> tuple[Derain, str]:
    """A function that derains one picture by the treatment, and the words for its engine."""
    pipeline = load_pipeline(treatment, library)

    def derain(image: Image) -> Image:
        return next(iter(pipeline([Frame(0, Fraction(0), image, image)], watch))).image

    return derain, f"{pipeline.engine} {pipeline.device} {pipeline.precision}"


def score_pictures(pairs: list[tuple[Path, Path]], derain: Derain, watch: Watch) -> Iterator[PictureScore]:
    """The scores, picture by picture; ticks once each."""
    for index, (rainy_file, clean_file) in enumerate(pairs):
        rainy, clean = read_image(rainy_file), read_image(clean_file)
        began = time.perf_counter()
        derained = derain(rainy)
        yield score_picture(rainy_file.stem, rainy, clean, derained, time.perf_counter() - began)
        watch.tick(index + 1, len(pairs))


def bootstrap_ci95(values: list[float], seed: int = 0) -> tuple[float, float]:
    """95 % interval of the mean by resampling pictures 1,000 times (science 9.5)."""
    finite = np.array([v for v in values if np.isfinite(v)])
    if finite.size == 0:
        return float("nan"), float("nan")
    drawn = np.random.default_rng(seed).choice(finite, (RESAMPLES, finite.size)).mean(axis=1)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(low), float(high)


def summarise(model: str, engine: str, scores: list[PictureScore]) -> ModelScore:
    """Means over pictures. Pictures without rain pixels do not count towards the shares; equal pictures not towards PSNR."""

    def mean(name: str) -> float:
        values = [getattr(s, name) for s in scores if np.isfinite(getattr(s, name))]
        return float(np.mean(values)) if values else float("nan")

    warm = scores[1:] or scores
    return ModelScore(
        model,
        len(scores),
        mean("psnr_y"),
        bootstrap_ci95([s.psnr_y for s in scores]),
        mean("ssim_y"),
        mean("psnr_y_b"),
        mean("psnr_rgb"),
        float(np.quantile([s.psnr_rgb for s in scores], 0.1, method="lower")),
        mean("rain_removed"),
        mean("rain_action"),
        mean("bg_err"),
        mean("mean_change"),
        engine,
        sum(s.seconds for s in warm) / max(1e-9, sum(s.megapixels for s in warm)),
    )


@dataclass(frozen=True)
class StreakReport:
    """Means of `streak_contrast.StreakScore` over photos of real rain with masks; `n` of them had streaks that stand out."""

    model: str
    n: int
    streak_removed: float
    change_elsewhere: float
    energy_on_streaks: float


def find_masks(rainy: Path, masks: Path) -> list[tuple[Path, Path]]:
    """Rainy photos and the masks whose names begin with theirs. Raises UnreadableFile when there are none."""
    if not rainy.is_dir() or not masks.is_dir():
        missing = masks if rainy.is_dir() else rainy
        raise UnreadableFile(
            f"The folder {missing} does not exist.", "Name folders of rainy pictures and of their masks.", missing
        )
    files = [p for p in masks.iterdir() if media.is_media_name(p)]
    partners = {p.stem.removesuffix("masks").removesuffix("mask").rstrip("_-"): p for p in files}
    pairs = [(p, partners[p.stem]) for p in sorted(rainy.iterdir()) if p.stem in partners]
    if not pairs:
        raise UnreadableFile(
            f"No picture in {rainy.name} has a mask in {masks.name}.", "Masks carry the names of their photos.", rainy
        )
    return pairs


def evaluate_streaks(
    model: str, pairs: list[tuple[Path, Path]], treatment: Treatment, library: ModelLibrary, watch: Watch
) -> StreakReport:
    """How much of the contrast of real streaks one model removes, and what else it changes."""
    derain: Derain = (lambda image: image) if model == "identity" else pipeline_runner(treatment, library, watch)[0]
    found = []
    for rainy_file, mask_file in pairs:
        rainy = read_image(rainy_file)
        mask = read_image(mask_file).pixels.mean(axis=2) > 127
        scored = streak_contrast.score(as_float(rainy), as_float(derain(rainy)), mask)
        if scored is not None:
            found.append((scored.streak_removed, scored.change_elsewhere, scored.energy_on_streaks))
    means = np.mean(np.array(found or [(float("nan"),) * 3]), axis=0)
    return StreakReport(model, len(found), float(means[0]), float(means[1]), float(means[2]))


def evaluate_model(
    model: str, pairs: list[tuple[Path, Path]], treatment: Treatment, library: ModelLibrary, watch: Watch
) -> ModelScore:
    """The scores of one model, or of doing nothing for the name "identity"."""
    if model == "identity":
        return summarise("identity", "none", list(score_pictures(pairs, lambda image: image, watch)))
    derain, engine = pipeline_runner(treatment, library, watch)
    card = library.get(treatment.model)
    return summarise(card.id, engine, list(score_pictures(pairs, derain, watch)))
