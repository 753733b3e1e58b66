"""Score models on real rain without clean pictures or masks: how natural results look, how much changed, and crops to look at.

NIQE is secondary here (sharp rain can look natural), so the eye decides: `RealEvaluation.crops` go on a contact sheet.
"""

import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rainapp import media
from rainapp.base.errors import UnreadableFile
from rainapp.base.escapes import readable
from rainapp.base.image import Image
from rainapp.evaluation import contact_sheet
from rainapp.evaluation.contact_sheet import Crop, Pixels, Window
from rainapp.evaluation.photo_pairs import as_float, pipeline_runner, read_image, shrunk
from rainapp.jobs.records import Treatment, Watch
from rainapp.library.model_library import ModelLibrary
from rainapp.metrics.fine_structure import fine_removed
from rainapp.metrics.naturalness import niqe


@dataclass(frozen=True)
class RealScore:
    """Means over real photos: what went of their fine rain, NIQE, change in grey levels, share of pixels changed by 5 or more.

    `n` of the `photos` have rain of one direction, of which `fine_removed` is the mean and `fine_most` the largest value; see
    `fine_structure`.
    """

    model: str
    n: int
    photos: int
    fine_removed: float
    fine_most: float
    niqe: float
    mean_change: float
    pixels_changed: float
    engine: str
    seconds_per_mp: float


@dataclass(frozen=True, eq=False)
class RealEvaluation:
    """One model on a folder of real photos: the means, and its crops (photo, window, pixels) where crops were asked for."""

    score: RealScore
    crops: list[tuple[Path, Window, Pixels]] = field(default_factory=list)


def find_photos(folder: Path, over_px: int = 0) -> list[Path]:
    """The photos of a folder in name order, those whose shorter side is over `over_px`.

    Raises UnreadableFile when it is missing or holds none.
    """
    if not folder.is_dir():
        raise UnreadableFile(f"The folder {folder} does not exist.", "Name a folder of rainy pictures.", folder)
    photos = [p for p in sorted(folder.iterdir()) if media.is_media_name(p)]
    if not photos:
        raise UnreadableFile(f"The folder {folder} holds no pictures.", "Name a folder of rainy pictures.", folder)
    if over_px:
        photos = [p for p in photos if _is_over(p, over_px)]
    if not photos:
        raise UnreadableFile(f"No picture in {folder} is larger than {over_px} pixels.", "Choose a smaller size.", folder)
    return photos


def _is_over(photo: Path, over_px: int) -> bool:
    """Whether the shorter side is over `over_px`; a photo that cannot be read stays, to be told of."""
    try:
        image = read_image(photo)
    except UnreadableFile:
        return True
    return min(image.width, image.height) > over_px


def evaluate_real(
    model: str,
    photos: list[Path],
    treatment: Treatment,
    library: ModelLibrary,
    watch: Watch,
    crops: int = 0,
    windows: dict[Path, list[Window]] | None = None,
    left_out: list[str] | None = None,
) -> RealEvaluation:
    """The scores of one model; `crops` above 0 keeps that many, at `windows` or where this model removed most.

    A photo that cannot be read costs itself only: a sentence goes to `left_out`. Raises UnreadableFile when that is every one.
    """
    derain, engine = pipeline_runner(treatment, library, watch) if model != "identity" else (_untouched, "none")
    wanted = dict(zip(photos, contact_sheet.share_out(len(photos), crops), strict=True))
    kept: list[tuple[Path, Window, Pixels]] = []
    fine: list[float | None] = []
    rows, seconds, megapixels = [], 0.0, 0.0
    said: list[str] = [] if left_out is None else left_out
    for index, photo in enumerate(photos):
        try:
            rainy = read_image(photo)
        except UnreadableFile as error:
            said.append(f"{readable(photo.name)} is left out. {error.message}")
            if len(said) == len(photos):
                raise
            continue
        began = time.perf_counter()
        derained = derain(rainy)
        if index or len(photos) == 1:  # the first warms up
            seconds, megapixels = seconds + time.perf_counter() - began, megapixels + rainy.megapixels
        change = np.abs(as_float(derained) - as_float(rainy)).mean(axis=2) * 255
        rows.append((niqe(as_float(derained)), float(change.mean()), float((change >= 5).mean())))
        before, after = eight_bit(rainy), eight_bit(derained)
        fine.append(fine_removed(before, after))
        places = windows.get(photo, []) if windows is not None else contact_sheet.places(before, after, wanted[photo])
        kept += [(photo, window, after[window]) for window in places]
        watch.tick(index + 1, len(photos))
    natural, mean_change, pixels_changed = (_mean(np.array(column)) for column in zip(*rows, strict=True))
    name = model if model == "identity" else library.get(treatment.model).id
    told = np.array([each for each in fine if each is not None], np.float64)
    score = RealScore(
        name, told.size, len(rows), _mean(told), float(told.max()) if told.size else float("nan"),
        natural, mean_change, pixels_changed, engine, seconds / max(1e-9, megapixels),
    )  # fmt: skip
    return RealEvaluation(score, kept)


def _untouched(image: Image) -> Image:
    return image


def _mean(values: NDArray[np.float64]) -> float:
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if finite.size else float("nan")


def eight_bit(image: Image) -> Pixels:
    """(H, W, 3) uint8."""
    return np.asarray(shrunk(image, max(image.width, image.height)).pixels, np.uint8)


def windows_of(done: RealEvaluation) -> dict[Path, list[Window]]:
    """Where the crops of an evaluation lie, for the models after it."""
    found: dict[Path, list[Window]] = {}
    for photo, window, _ in done.crops:
        found.setdefault(photo, []).append(window)
    return found


def sheet(evaluations: list[RealEvaluation]) -> Image:
    """The contact sheet of at least one evaluation with crops: before, then each model's result."""
    named = " | ".join(e.score.model for e in evaluations)
    crops = []
    for index, (photo, window, _) in enumerate(evaluations[0].crops):
        rainy = eight_bit(read_image(photo))[window]
        crops.append(Crop(f"{photo.stem}: rainy | {named}", [rainy, *(e.crops[index][2] for e in evaluations)]))
    return contact_sheet.compose(crops)
