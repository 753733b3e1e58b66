"""Score models on photos of real rain with masks of their streaks, through the pipeline that treats people's photos."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rainapp import media, streak_contrast
from rainapp.errors import UnreadableFile
from rainapp.evaluate import Derain, as_float, pipeline_runner, read_image
from rainapp.jobs import Treatment, Watch
from rainapp.library import ModelLibrary


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
