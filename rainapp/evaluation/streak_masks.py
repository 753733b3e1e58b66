"""Score models on photos of real rain with masks of their streaks, through the pipeline that treats people's photos."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rainapp import media
from rainapp.base.errors import UnreadableFile
from rainapp.base.escapes import readable
from rainapp.base.image import Image
from rainapp.evaluation.photo_pairs import Derain, Difference, as_float, difference, pipeline_runner, read_image
from rainapp.jobs.records import Treatment, Watch
from rainapp.library.model_library import ModelLibrary
from rainapp.metrics import streak_contrast
from rainapp.metrics.naturalness import niqe
from rainapp.metrics.streak_contrast import StreakScore


@dataclass(frozen=True)
class StreakReport:
    """Means of `streak_contrast.StreakScore` over photos of real rain with masks; `n` of them had streaks that stand out.

    `energy_pooled` is the share on streaks of all that was removed from all photos together, so that a photo from which hardly
    anything was removed counts little. `against` holds the difference in `streak_removed` from each model scored before.
    """

    model: str
    n: int
    streak_removed: float
    change_elsewhere: float
    energy_on_streaks: float
    energy_pooled: float
    area_near_streaks: float
    niqe: float
    against: dict[str, Difference] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class StreakEvaluation:
    """One model on photos of real rain: the means, and the scores of the photos whose streaks stand out, in order."""

    score: StreakReport
    photos: list[StreakScore]


def find_masks(rainy: Path, masks: Path) -> list[tuple[Path, Path]]:
    """Rainy photos and their masks, named as they are or with “mask” or “masks” behind it.

    Raises UnreadableFile when there are none.
    """
    if not rainy.is_dir() or not masks.is_dir():
        missing = masks if rainy.is_dir() else rainy
        raise UnreadableFile(
            f"The folder {missing} does not exist.", "Name folders of rainy pictures and of their masks.", missing
        )
    files = [p for p in masks.iterdir() if media.is_media_name(p)]
    partners = {p.stem.removesuffix("masks").removesuffix("mask").rstrip("_-"): p for p in files}
    pairs = [(p, partners[p.stem]) for p in sorted(rainy.iterdir()) if media.is_media_name(p) and p.stem in partners]
    if not pairs:
        raise UnreadableFile(
            f"No picture in {rainy.name} has a mask in {masks.name}.", "Masks carry the names of their photos.", rainy
        )
    return pairs


def read_mask(path: Path, photo: Image) -> NDArray[np.bool_]:
    """(H, W) True where the mask of `photo` is brighter than half. Raises UnreadableFile when they differ in size."""
    mask = read_image(path)
    if mask.pixels.shape != photo.pixels.shape:
        raise UnreadableFile(f"The mask {path.name} differs in size from its photo.", "They must match pixel by pixel.", path)
    return np.asarray(mask.pixels.mean(axis=2) > mask.peak / 2, np.bool_)


def evaluate_streaks(
    model: str,
    pairs: list[tuple[Path, Path]],
    treatment: Treatment,
    library: ModelLibrary,
    watch: Watch,
    left_out: list[str] | None = None,
) -> StreakEvaluation:
    """How much of the contrast of real streaks one model removes, and what else it changes.

    A photo that cannot be read, or whose mask does not match, costs itself only: a sentence goes to `left_out`. Raises
    UnreadableFile when that is every one.
    """
    derain: Derain = (lambda image: image) if model == "identity" else pipeline_runner(treatment, library, watch)[0]
    name = model if model == "identity" else library.get(treatment.model).id
    found, natural = [], []
    said: list[str] = [] if left_out is None else left_out
    for index, (rainy_file, mask_file) in enumerate(pairs):
        try:
            rainy = read_image(rainy_file)
            mask = read_mask(mask_file, rainy)
        except UnreadableFile as error:
            said.append(f"{readable(rainy_file.name)} is left out. {error.message}")
            if len(said) == len(pairs):
                raise
            continue
        derained = as_float(derain(rainy))
        scored = streak_contrast.score(as_float(rainy), derained, mask)
        if scored is not None:
            found.append(scored)
            natural.append(niqe(derained))
        watch.tick(index + 1, len(pairs))
    return StreakEvaluation(summarise(name, found, natural), found)


def summarise(model: str, photos: list[StreakScore], natural: list[float]) -> StreakReport:
    """Means over photos; shares of nothing do not count."""

    def mean(values: list[float]) -> float:
        finite = [v for v in values if np.isfinite(v)]
        return float(np.mean(finite)) if finite else float("nan")

    removed = [p for p in photos if p.energy > 0]
    on_streaks = sum(p.energy * p.energy_on_streaks for p in removed)
    return StreakReport(
        model,
        len(photos),
        mean([p.streak_removed for p in photos]),
        mean([p.change_elsewhere for p in photos]),
        mean([p.energy_on_streaks for p in photos]),
        on_streaks / sum(p.energy for p in removed) if removed else float("nan"),
        mean([p.area_near_streaks for p in photos]),
        mean(natural),
    )


def beside(done: StreakEvaluation, earlier: list[StreakEvaluation]) -> StreakEvaluation:
    """`done` with the differences from the evaluations of the same photos before it."""
    now = [p.streak_removed for p in done.photos]
    against = {e.score.model: difference(now, [p.streak_removed for p in e.photos]) for e in earlier}
    return replace(done, score=replace(done.score, against=against))
