"""What comparing models comes to: the figures of each photo under each model, their means, and which model suits best.

Pure values, shared by the work that measures and the faces that show. A figure that does not exist is NaN.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from rainapp.jobs.records import ModelId

NAN = float("nan")
NEARLY = 0.02  # two shares of the error closer than this are alike for a person who looks
MUCH_QUICKER = 2.0


@dataclass(frozen=True)
class Figures:
    """What was measured of one photo under one model, or their means.

    `changed` is the share of pixels that changed visibly, `removed` the mean light taken away in grey levels of 255;
    `natural_in` and `natural_out` are NIQE, smaller is better. The rest needs a ground truth: decibels, shares and grey levels
    as in `rainapp.metrics.psnr_ssim`; `error_left` is the root mean square difference from the truth, as a share of the rainy
    photo's: 0 is perfect, 1 as good as doing nothing. `fine_removed` needs none, see `rainapp.metrics.fine_structure`.
    `flicker_in` and `flicker_out` are of clips, in grey levels from a frame to the next.
    """

    seconds_per_mp: float = NAN
    changed: float = NAN
    removed: float = NAN
    natural_in: float = NAN
    natural_out: float = NAN
    psnr_y: float = NAN
    ssim_y: float = NAN
    rain_removed: float = NAN
    rain_action: float = NAN
    bg_err: float = NAN
    error_left: float = NAN
    fine_removed: float = NAN
    flicker_in: float = NAN
    flicker_out: float = NAN


@dataclass(frozen=True)
class ComparedFrame:
    """One frame of a clip under one model: its moment, kept pictures, and what was measured of it."""

    time_s: float
    original: Path
    result: Path
    truth: Path | None = None
    figures: Figures = Figures()


@dataclass(frozen=True)
class Compared:
    """What `ComparePhoto` or `CompareClip` came to. `original` and `result` are kept; `warm`: the net had run before.

    `note` tells in words what could not be measured; `truth` is the kept picture without rain. Of a clip `frames` are those of
    the range from `time_s` on, the three pictures those of its middle, and the figures the means over all frames.
    """

    source: Path
    model: ModelId
    original: Path
    result: Path
    width: int
    height: int
    seconds: float
    engine: str
    warm: bool
    figures: Figures
    note: str = ""
    truth: Path | None = None
    time_s: float = 0.0
    frames: tuple[ComparedFrame, ...] = ()

    def at(self, place: int) -> "ComparedFrame":
        """The frame at a place of the range; past its end the last. A photo is the only one of its own."""
        if not self.frames:
            return ComparedFrame(self.time_s, self.original, self.result, self.truth, self.figures)
        return self.frames[min(max(place, 0), len(self.frames) - 1)]


@dataclass(frozen=True)
class Drawn:
    """A photo with known rain on it and the same without."""

    kind: str
    rainy: Path
    clean: Path


@dataclass(frozen=True)
class DrawnRain:
    """What `DrawRainOn` came to."""

    source: Path
    pairs: tuple[Drawn, ...]


def mean(values: Iterable[float]) -> float:
    """The mean of the numbers among `values`; NaN where there is none."""
    numbers = [value for value in values if math.isfinite(value)]
    return sum(numbers) / len(numbers) if numbers else NAN


def means(results: Sequence[Compared]) -> Figures:
    """The means of one model's results. Its speed is that of photos for which the net was warm, where there are any."""
    found = {f.name: mean(getattr(r.figures, f.name) for r in results) for f in fields(Figures)}
    warm = [r for r in results if r.warm]
    found["seconds_per_mp"] = mean(r.figures.seconds_per_mp for r in warm or results)
    return Figures(**found)


def worst(results: Iterable[Compared]) -> float:
    """How bad the worst result on a photo is: by what is left of the error, or how much less natural it became."""
    scores = [
        r.figures.error_left if math.isfinite(r.figures.error_left) else r.figures.natural_out - r.figures.natural_in
        for r in results
    ]
    return max((score for score in scores if math.isfinite(score)), default=-math.inf)


@dataclass(frozen=True)
class Advice:
    """Which model suits, and by how much. `order` is all models, best first; `wins` of `photos` it beat the runner-up on.

    `quicker` is a model that is nearly as good in less than half the time; `helps` is False where doing nothing is better.
    """

    order: tuple[ModelId, ...]
    figures: dict[ModelId, Figures]
    wins: int
    photos: int
    quicker: ModelId | None
    helps: bool

    @property
    def model(self) -> ModelId:
        """The best."""
        return self.order[0]

    @property
    def runner_up(self) -> ModelId | None:
        """The second, where there is one."""
        return self.order[1] if len(self.order) > 1 else None


def advise(results: Sequence[Compared]) -> Advice | None:
    """Rank models by what they leave of the known error, on the photos that all of them were measured on."""
    by_model: dict[ModelId, dict[Path, Compared]] = {}
    for result in results:
        if math.isfinite(result.figures.error_left):
            by_model.setdefault(result.model, {})[result.source] = result
    shared = set.intersection(*(set(done) for done in by_model.values())) if by_model else set()
    if not shared:
        return None
    figures = {model: means([done[source] for source in sorted(shared)]) for model, done in by_model.items()}
    order = tuple(sorted(figures, key=lambda model: figures[model].error_left))
    best, second = order[0], order[1] if len(order) > 1 else None
    wins = sum(
        second is not None and by_model[best][s].figures.error_left < by_model[second][s].figures.error_left for s in shared
    )
    return Advice(order, figures, wins, len(shared), _quicker(order, figures), figures[best].error_left < 1)


def _quicker(order: Sequence[ModelId], figures: dict[ModelId, Figures]) -> ModelId | None:
    """The quickest model that is nearly as good as the best in less than half of its time."""
    best = figures[order[0]]
    fit = [
        model
        for model in order[1:]
        if figures[model].error_left - best.error_left <= NEARLY
        and figures[model].seconds_per_mp * MUCH_QUICKER <= best.seconds_per_mp
    ]
    return min(fit, key=lambda model: figures[model].seconds_per_mp) if fit else None
