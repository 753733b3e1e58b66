"""Models side by side: derain a photo with one of them, measure it, keep the result; and known rain on a dry photo.

A comparison is many small jobs, one photo under one model each, so that results fill in as they come, one that fails stands
for itself, and stopping keeps what is there. Measuring costs less than deraining: what looks at whole pictures goes in strips,
what needs floats looks at the middle.
"""

import time
import weakref
import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache, partial
from pathlib import Path
from typing import cast

import numpy as np

from rainapp.base.errors import RainError, UnreadableFile
from rainapp.base.image import Frame, Image, Pixels
from rainapp.compare import result_cache
from rainapp.compare.advice import NAN, Compared, Drawn, DrawnRain, Figures
from rainapp.inference.derainer import TiledNet
from rainapp.inference.pipeline import load_pipeline
from rainapp.jobs.compare_jobs import CompareJob, ComparePhoto, DrawRainOn, DropKept, ReadParts
from rainapp.jobs.records import Watch
from rainapp.library.model_library import ModelLibrary
from rainapp.media import is_media_name
from rainapp.metrics import psnr_ssim
from rainapp.metrics.fine_structure import fine_removed
from rainapp.metrics.naturalness import niqe
from rainapp.work.screen.preview import decode
from training.rain.generator import draw_rain, single_seed

CHANGED_LEVELS = 2  # of 255: a pixel that changed more than this is seen to have changed
STRIP_ROWS = 256
TRUTH_PX = 2400  # the middle of a picture that is compared with its ground truth, pixels a side
NATURAL_PX = 960
DRAWN_PX = 960
RAINED_SHARE = 0.02  # of the pixels: less rain than that says little
TRIES = 5
KINDS = ("narrow", "real-like", "heavy", "soft", "thick-short", "monsoon")  # the last two never trained what we ship

WARM: "weakref.WeakSet[TiledNet]" = weakref.WeakSet()
"""The nets that have derained something, so that their speed can be believed."""


def do(job: CompareJob, watch: Watch, library: ModelLibrary) -> object:
    """Do what `job` says: Compared, DrawnRain, Parts, the path of an export, or None.

    Raises:
        RainError: in words, whatever cannot be read, done or kept.
        Cancelled: the person asked to stop.
    """
    if isinstance(job, ComparePhoto):
        return compare_photo(job, watch, library)
    if isinstance(job, DrawRainOn):
        return draw_rain_on(job, watch)
    if isinstance(job, ReadParts):
        return result_cache.read_parts(job, watch)
    if isinstance(job, DropKept):
        result_cache.drop(job, watch)
        return None
    from rainapp.compare import export  # Pillow's and PyAV's writers, which comparing does without

    return export.export(job, watch)


def compare_photo(job: ComparePhoto, watch: Watch, library: ModelLibrary) -> Compared:
    """Derain one photo with one model and say what that did to it."""
    watch.tick(0, 0)
    original = kept_original(job)
    rainy = result_cache.load(original)
    pipeline = load_pipeline(replace(job.treatment, strength=1.0, mask=None, temporal="off", refine=0.0), library)
    warm = pipeline.net in WARM
    pipeline.net.prepare(rainy.height, rainy.width)  # compiling for a size is no part of its speed
    started = time.perf_counter()
    done = next(iter(pipeline([Frame(0, Fraction(0), rainy, rainy)], watch)))
    seconds = time.perf_counter() - started
    WARM.add(pipeline.net)
    # a kept picture never changes
    name = f"{pipeline.model_id}-{zlib.crc32(repr(job.treatment).encode()):08x}{result_cache.SUFFIX}"
    result = result_cache.keep(done.image, job.folder / name)
    truth = None if job.truth is None else partial(_read_truth, job.source, job.truth, job.time_s)
    figures, note = measured(original, rainy, done.image, truth)
    return Compared(
        job.source,
        pipeline.model_id,
        original,
        result,
        rainy.width,
        rainy.height,
        seconds,
        f"{pipeline.engine} · {pipeline.device} · {pipeline.precision}",
        warm,
        replace(figures, seconds_per_mp=seconds / rainy.megapixels),
        note,
        None if job.truth is None or note else kept_truth(job),
        job.time_s,
    )


def kept_original(job: ComparePhoto) -> Path:
    """The photo as a kept picture; decoded for the first model only.

    Raises:
        UnreadableFile, UnwritableFile: it cannot be read or kept.
    """
    path = job.folder / f"original{result_cache.SUFFIX}"
    if not path.exists():
        result_cache.sweep()
        result_cache.keep(read(job.source, job.time_s), path)
    return path


def kept_truth(job: ComparePhoto) -> Path:
    """The picture without rain as a kept picture; which one it is stands in its name, for another may be chosen.

    Raises:
        UnreadableFile, UnwritableFile: it cannot be read or kept.
    """
    assert job.truth is not None
    truth = truth_of(job.source, job.truth)
    path = job.folder / f"truth-{zlib.crc32(str(truth).encode()):08x}{result_cache.SUFFIX}"
    return path if path.exists() else result_cache.keep(read(truth, job.time_s), path)


def read(source: Path, time_s: float) -> Image:
    """A photo, the frame of a clip at `time_s`, or a kept picture.

    Raises:
        UnreadableFile: it cannot be read.
    """
    return result_cache.load(source) if source.suffix == result_cache.SUFFIX else decode(source, time_s).image


def _read_truth(source: Path, truth: Path, time_s: float) -> Image:
    return read(truth_of(source, truth), time_s)


def measured(original: Path, rainy: Image, derained: Image, truth: Callable[[], Image] | None) -> tuple[Figures, str]:
    """All figures of a picture but the speed, and in words what could not be measured; `truth` reads it without rain."""
    changed, removed = change(rainy, derained)
    figures = Figures(
        changed=changed,
        removed=removed,
        natural_in=_natural_of(original),
        natural_out=niqe(as_float(middle(derained, NATURAL_PX))),
        fine_removed=_fine_removed(middle(rainy, TRUTH_PX), middle(derained, TRUTH_PX)),
    )
    if truth is None:
        return figures, ""
    try:
        return with_truth(figures, rainy, truth(), derained), ""
    except RainError as error:
        return figures, str(error)


def _fine_removed(rainy: Image, derained: Image) -> float:
    """What of fine rain is gone; NaN where it has no one direction."""
    sides = (side.pixels if side.depth == 8 else side.pixels >> 8 for side in (rainy, derained))
    before, after = (np.ascontiguousarray(side, np.uint8) for side in sides)
    found = fine_removed(before, after)
    return NAN if found is None else found


def change(rainy: Image, derained: Image) -> tuple[float, float]:
    """The share of pixels that changed visibly, and the mean light taken away in grey levels of 255."""
    threshold = CHANGED_LEVELS * rainy.peak // 255
    changed, removed = 0, 0
    for top in range(0, rainy.height, STRIP_ROWS):
        rows = slice(top, top + STRIP_ROWS)
        difference = rainy.pixels[rows].astype(np.int32) - derained.pixels[rows]
        changed += int((np.abs(difference).max(axis=2) > threshold).sum())
        removed += int(np.maximum(difference, 0).sum(dtype=np.int64))
    pixels = rainy.width * rainy.height
    return changed / pixels, removed / (3 * pixels) * 255 / rainy.peak


def with_truth(figures: Figures, rainy: Image, clean: Image, derained: Image) -> Figures:
    """`figures` and those that need the picture without rain.

    Raises:
        UnreadableFile: the truth has another size.
    """
    if (clean.width, clean.height) != (rainy.width, rainy.height):
        raise UnreadableFile(
            f"The ground truth is {clean.width}x{clean.height} pixels, the photo {rainy.width}x{rainy.height}.",
            "Both must show the same picture at the same size.",
        )
    before, truth, after = (as_float(middle(image, TRUTH_PX)) for image in (rainy, clean, derained))
    parts = psnr_ssim.decoupled(before, truth, after)
    error = float(np.sqrt(np.mean(np.square(before - truth))))
    return replace(
        figures,
        psnr_y=psnr_ssim.psnr_y(after, truth),
        ssim_y=psnr_ssim.ssim_y(after, truth),
        rain_removed=parts.rain_removed,
        rain_action=parts.rain_action,
        bg_err=parts.bg_err,
        error_left=float(np.sqrt(np.mean(np.square(after - truth)))) / error if error else NAN,
    )


def truth_of(source: Path, truth: Path) -> Path:
    """The picture without rain that belongs to `source`: `truth` itself, or the file of that name in the folder `truth`.

    Pairs of the field are named alike, or "rain-001" and "norain-001".

    Raises:
        UnreadableFile: the folder has none.
    """
    if not truth.is_dir():
        return truth
    wanted = [source.stem.casefold(), f"no{source.stem}".casefold()]
    fitting = [path for path in sorted(truth.iterdir()) if path.stem.casefold() in wanted and is_media_name(path)]
    if not fitting:
        raise UnreadableFile(
            f"The folder {truth.name} has no ground truth for {source.name}.", "It needs a picture of the same name.", truth
        )
    return fitting[0]


def middle(image: Image, side_px: int) -> Image:
    """The middle of a picture, at most `side_px` a side, without alpha."""
    top, left = max(0, (image.height - side_px) // 2), max(0, (image.width - side_px) // 2)
    part = image.pixels[top : top + side_px, left : left + side_px]
    return Image(cast(Pixels, np.ascontiguousarray(part)), image.depth, image.colour)


def as_float(image: Image) -> psnr_ssim.Picture:
    """(H, W, 3) float32, 0 to 1."""
    return image.pixels.astype(np.float32) / np.float32(image.peak)


@lru_cache(maxsize=4096)  # frames of some dozen clips
def _natural_of(original: Path) -> float:
    """The naturalness of a kept original, measured once for all models; a kept picture never changes."""
    return niqe(as_float(middle(result_cache.load(original), NATURAL_PX)))


def draw_rain_on(job: DrawRainOn, watch: Watch) -> DrawnRain:
    """Six kinds of rain on the middle of a dry photo, without haze and camera, so that the photo itself is the truth.

    Raises:
        UnreadableFile, UnwritableFile: the photo cannot be read, or the pictures not kept.
    """
    watch.tick(0, len(KINDS))
    dry = middle(decode(job.source, job.time_s, rate=job.rate).image, DRAWN_PX)
    dry = Image(np.round(as_float(dry) * 255).astype(np.uint8), colour=dry.colour)
    clean = result_cache.keep(dry, job.folder / f"dry{result_cache.SUFFIX}")
    pairs = []
    for index, kind in enumerate(KINDS):
        rainy = drawn(dry, kind, [single_seed(job.seed, index + turn * len(KINDS)) for turn in range(TRIES)])
        pairs.append(Drawn(kind, result_cache.keep(rainy, job.folder / f"{kind}{result_cache.SUFFIX}"), clean))
        watch.tick(index + 1, len(KINDS))
    return DrawnRain(job.source, tuple(pairs))


def drawn(dry: Image, kind: str, seeds: Sequence[int]) -> Image:
    """`dry` (8 bit) with rain of `kind`: of the first seed that gives enough to tell models apart, or of the one with most."""
    clean = as_float(dry)
    best, most = clean, -1.0
    for seed in seeds:
        rainy = draw_rain(clean, kind, seed, veil=0.0, camera=False).rainy
        share = float((np.abs(rainy - clean).mean(axis=2) > psnr_ssim.RAIN_THRESHOLD).mean())
        if share > most:
            best, most = rainy, share
        if most >= RAINED_SHARE:
            break
    return Image(np.round(np.clip(best, 0, 1) * 255).astype(np.uint8), colour=dry.colour)
