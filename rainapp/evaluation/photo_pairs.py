"""Score models on pairs of rainy and clean pictures, through the same pipeline that treats people's photos.

Per picture: PSNR and SSIM by both conventions, the decoupled measures, GMSD and NIQE; then means, a bootstrap interval of the
mean PSNR, and paired tests between models. The row "identity" (the untouched rainy picture) belongs beside every result:
without it a figure says nothing.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import erfc
from pathlib import Path

import cv2
import numpy as np

from rainapp import media
from rainapp.base.errors import UnreadableFile
from rainapp.base.escapes import readable
from rainapp.base.folders import files_below
from rainapp.base.image import Frame, Image
from rainapp.inference.pipeline import load_pipeline
from rainapp.jobs.records import Treatment, Watch
from rainapp.library.model_library import ModelLibrary
from rainapp.media.pair_names import EXPLAINED, is_clean_name, is_rainy_name, pair_up
from rainapp.metrics import psnr_ssim
from rainapp.metrics.naturalness import niqe

RESAMPLES = 1000
COLUMNS = (
    "psnr_y",
    "ssim_y",
    "psnr_rgb",
    "psnr_rgb_p10",
    "rain_removed",
    "rain_action",
    "bg_err",
    "mean_change",
    "gmsd",
    "niqe",
    "seconds_per_mp",
)
"""The figures of `ModelScore` that tables and reports show, in that order."""
Derain = Callable[[Image], Image]


@dataclass(frozen=True)
class PictureScore:
    """What one picture scored; decibels, shares and grey levels as in `metrics.psnr_ssim`, `niqe` as in `naturalness`."""

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
    gmsd: float
    niqe: float


@dataclass(frozen=True)
class Difference:
    """The mean gain over another model on the same pictures, and the p of the paired test that it is chance."""

    gain: float
    p: float


@dataclass(frozen=True)
class ModelScore:
    """Means over pictures; `ci95` is the bootstrap interval of the mean PSNR-Y; speed without the first (warm-up) picture.

    `psnr_rgb_p10` is the 10th percentile, and `mean_change` the mean difference from the rainy picture in grey levels: on dry
    photos, given as both rainy and clean, these two say whether anything was harmed. `gmsd` is 0 for the clean picture; `niqe`
    needs no clean one, is smaller for more natural pictures, and says something only beside the identity row's. `against` holds
    the difference in PSNR-Y from each model scored before in the same run.
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
    gmsd: float
    niqe: float
    against: dict[str, Difference] = field(default_factory=dict)


def find_pairs(rainy: Path, clean: Path) -> list[tuple[Path, Path]]:
    """Rainy and clean files that belong together by their names (`pair_names`), in name order; both may lie in one folder.

    Raises UnreadableFile when a folder or all partners are missing, or when it is not clear which files belong together.
    """
    for folder in (rainy, clean):
        if not folder.is_dir():
            raise UnreadableFile(f"The folder {folder} does not exist.", "Name folders of rainy and of clean pictures.", folder)
    with_rain, without = rainy_files(rainy, clean), listed(clean)
    if len(with_rain) < len(without) and rainy.resolve() == clean.resolve():
        without = [file for file in without if is_clean_name(file.stem)]
    found = pair_up(*([(file, file.relative_to(top)) for file in each] for each, top in ((with_rain, rainy), (without, clean))))
    if not found:
        examples = [f"“{files[0].name}”" if files else "nothing" for files in (with_rain, without)]
        raise UnreadableFile(
            f"No picture in {rainy.name} has a partner in {clean.name}: there are {' and '.join(examples)}, for example.",
            EXPLAINED,
            rainy,
        )
    return found


def rainy_files(rainy: Path, clean: Path) -> list[Path]:
    """The rainy files of a set: all of their folder, but for one that holds both kinds, each of which says what it is."""
    files = listed(rainy)
    called_rainy = [file for file in files if is_rainy_name(file.stem)]
    both = called_rainy and all(is_clean_name(file.stem) for file in files if file not in called_rainy)
    mixed = both and len(called_rainy) < len(files) and rainy.resolve() == clean.resolve()
    return called_rainy if mixed else files


def listed(folder: Path) -> list[Path]:
    """The photos and clips of a folder in name order, or, where it holds none, of those inside it.

    Raises UnreadableFile when two in one folder have one name: scores go by it.
    """
    files = sorted(p for p in folder.iterdir() if media.is_media_name(p))
    files = files or sorted(p for p in files_below(folder) if media.is_media_name(p) and p.is_file())
    found: dict[Path, Path] = {}
    for path in files:
        other = found.setdefault(path.with_suffix(""), path)
        if other is not path:
            raise UnreadableFile(f"The folder {folder} holds both {other.name} and {path.name}.", "Keep one of a name.", path)
    return files


def names_of(pairs: list[tuple[Path, Path]]) -> list[str]:
    """What each pair is called in scores: the rainy picture's name, with its folder where two are called the same."""
    stems = [rainy.stem for rainy, _ in pairs]
    count = Counter(stems)
    return [stem if count[stem] == 1 else f"{rainy.parent.name}/{stem}" for stem, (rainy, _) in zip(stems, pairs, strict=True)]


def read_image(path: Path) -> Image:
    """The picture in a file."""
    with media.open_source(path) as source:
        return next(iter(source)).image


def as_float(image: Image) -> psnr_ssim.Picture:
    """(H, W, 3) float32, 0 to 1."""
    return image.pixels.astype(np.float32) / np.float32(image.peak)


def score_picture(name: str, rainy: Image, clean: Image, derained: Image, seconds: float) -> PictureScore:
    """All measures of one picture; the three are of one size."""
    before, truth, after = as_float(rainy), as_float(clean), as_float(derained)
    parts = psnr_ssim.decoupled(before, truth, after)
    return PictureScore(
        name,
        psnr_ssim.psnr_y(after, truth),
        psnr_ssim.ssim_y(after, truth),
        psnr_ssim.psnr_y_b(after, truth),
        psnr_ssim.psnr(after, truth),
        parts.rain_removed,
        parts.rain_action,
        parts.bg_err,
        float(np.abs(after - before).mean() * 255),
        seconds,
        rainy.megapixels,
        psnr_ssim.gmsd(after, truth),
        niqe(after),
    )


def pipeline_runner(treatment: Treatment, library: ModelLibrary, watch: Watch) -> tuple[Derain, str]:
    """A function that derains one picture by the treatment, and the words for its engine."""
    pipeline = load_pipeline(treatment, library)

    def derain(image: Image) -> Image:
        return next(iter(pipeline([Frame(0, Fraction(0), image, image)], watch))).image

    return derain, f"{pipeline.engine} {pipeline.device} {pipeline.precision}"


def score_pictures(
    pairs: list[tuple[Path, Path]], derain: Derain, watch: Watch, left_out: list[str]
) -> Iterator[tuple[PictureScore, Image]]:
    """Score and derained picture of each pair in turn; ticks once each.

    A pair that cannot be read or does not match costs itself only: a sentence goes to `left_out`. Raises UnreadableFile when
    that is every one.
    """
    first: UnreadableFile | None = None
    for index, (name, pair) in enumerate(zip(names_of(pairs), pairs, strict=True)):
        try:
            rainy, clean = matching(name, *pair)
        except UnreadableFile as error:
            first = first or error
            left_out.append(f"{readable(name)} is left out. {error.message}")
        else:
            began = time.perf_counter()
            derained = derain(rainy)
            yield score_picture(name, rainy, clean, derained, time.perf_counter() - began), derained
        watch.tick(index + 1, len(pairs))
    if first is not None and len(left_out) == len(pairs):
        raise first


def matching(name: str, rainy_file: Path, clean_file: Path) -> tuple[Image, Image]:
    """Both pictures of a pair. Raises UnreadableFile when one cannot be read, or they differ in size."""
    rainy, clean = read_image(rainy_file), read_image(clean_file)
    if rainy.pixels.shape != clean.pixels.shape:
        raise UnreadableFile(f"The rainy and the clean picture {name} differ in size.", "Pairs must match pixel by pixel.")
    return rainy, clean


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
        mean("gmsd"),
        mean("niqe"),
    )


@dataclass(frozen=True, eq=False)
class Evaluation:
    """One model on one set: the means, every picture's scores in order, and small pictures of the results where kept.

    `left_out`: a sentence for each pair that could not be scored, the same ones for every model.
    """

    score: ModelScore
    pictures: list[PictureScore]
    shown: dict[str, Image]
    left_out: tuple[str, ...] = ()


def evaluate_model(
    model: str,
    pairs: list[tuple[Path, Path]],
    treatment: Treatment,
    library: ModelLibrary,
    watch: Watch,
    keep_px: int = 0,
) -> Evaluation:
    """The scores of one model, or of doing nothing for the name "identity"; `keep_px` above 0 keeps results that size."""
    derain: Derain = lambda image: image  # noqa: E731 - the identity row
    name, engine = "identity", "none"
    if model != "identity":
        derain, engine = pipeline_runner(treatment, library, watch)
        name = library.get(treatment.model).id
    pictures, shown = [], {}
    left_out: list[str] = []
    for score, derained in score_pictures(pairs, derain, watch, left_out):
        pictures.append(score)
        if keep_px:
            shown[score.name] = shrunk(derained, keep_px)
    return Evaluation(summarise(name, engine, pictures), pictures, shown, tuple(left_out))


def shrunk(image: Image, longest_px: int) -> Image:
    """The picture at 8 bit, its longer side at most `longest_px`."""
    pixels = (image.pixels if image.depth == 8 else image.pixels >> 8).astype(np.uint8)
    scale = longest_px / max(image.width, image.height)
    if scale < 1:
        size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    return Image(pixels, colour=image.colour)


def paired_p(first: list[float], second: list[float]) -> float:
    """Two-sided p of Wilcoxon's signed-rank test on paired scores (normal approximation with ties; 1 where nothing differs)."""
    differences = np.array([a - b for a, b in zip(first, second, strict=True) if np.isfinite(a) and np.isfinite(b) and a != b])
    n = differences.size
    if n == 0:
        return 1.0
    size = np.abs(differences)
    _, inverse, counts = np.unique(size, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    positive = float(ranks[differences > 0].sum())
    spread = (n * (n + 1) * (2 * n + 1) - float((counts**3 - counts).sum()) / 2) / 24
    distance = abs(positive - n * (n + 1) / 4) / np.sqrt(spread)
    return float(erfc(distance / np.sqrt(2)))


def difference(now: list[float], before: list[float]) -> Difference:
    """How much better `now` is than `before` in the mean, on the same pictures in the same order, and whether by chance."""
    both = [a - b for a, b in zip(now, before, strict=True) if np.isfinite(a) and np.isfinite(b)]
    return Difference(float(np.mean(both)) if both else float("nan"), paired_p(now, before))


def beside(done: Evaluation, earlier: list[Evaluation]) -> Evaluation:
    """`done` with the differences from the evaluations of the same pictures before it."""
    now = [s.psnr_y for s in done.pictures]
    against = {e.score.model: difference(now, [s.psnr_y for s in e.pictures]) for e in earlier}
    return replace(done, score=replace(done.score, against=against))
