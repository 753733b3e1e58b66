"""Figures of what is seen on the canvas: how much changed, how natural it looks, and how close it comes to a known truth.

They are taken from the preview as it was kept, at the amount and through the mask in force; nothing is derained anew unless
another picture was previewed since. Figures of whole folders are the matter of `evaluate`, those of several models of
`comparing`.
"""

import math

import numpy as np

from rainapp.base.errors import RainError, UnreadableFile
from rainapp.base.image import Image
from rainapp.compare.advice import Figures
from rainapp.compare.compare_models import NATURAL_PX, as_float, change, middle, with_truth
from rainapp.inference.amount import Amount, with_amount
from rainapp.jobs.records import Measured, MeasureSeen, Preview, Previewed, Watch
from rainapp.library.model_library import ModelLibrary
from rainapp.media.photo.photo_file import shrunk
from rainapp.metrics.fine_structure import fine_removed
from rainapp.metrics.naturalness import niqe
from rainapp.work.mask_files import at_size
from rainapp.work.screen.preview import SEEN, decode, preview, read_pair

NAN = math.nan


def measure(job: MeasureSeen, watch: Watch, library: ModelLibrary) -> Measured:
    """Measure what `job.seen` came to.

    Raises:
        RainError: in words, what cannot be read or derained again; trouble with the truth is a note instead.
        Cancelled: something newer is to be measured.
    """
    seen = _seen(job, watch, library)
    rainy, derained = _sides(seen, job)
    watch.tick(1, 4)
    changed, removed = change(rainy, derained)
    before = niqe(as_float(middle(rainy, NATURAL_PX)))
    watch.tick(2, 4)
    after = niqe(as_float(middle(derained, NATURAL_PX)))
    watch.tick(3, 4)
    known, psnr, ssim, note = Figures(), NAN, NAN, ""
    if job.truth is not None:
        try:
            clean = _truth(job, seen)
            known = with_truth(Figures(), rainy, clean, derained)
            unchanged = with_truth(Figures(), rainy, clean, rainy)
            psnr, ssim = unchanged.psnr_y, unchanged.ssim_y
        except RainError as error:
            note = str(error)
    before8, after8 = (np.asarray(_eight_bit(side).pixels, np.uint8) for side in (rainy, derained))
    fine = fine_removed(before8, after8)
    return Measured(
        changed, removed, (before, after), (psnr, known.psnr_y), (ssim, known.ssim_y), known.rain_removed, known.bg_err, note,
        NAN if fine is None else fine,
    )  # fmt: skip


def _seen(job: MeasureSeen, watch: Watch, library: ModelLibrary) -> Previewed:
    kept = SEEN.peek(job.seen)
    if kept is not None:
        return kept
    return preview(job.seen, watch, library) if isinstance(job.seen, Preview) else read_pair(job.seen, watch)


def _sides(seen: Previewed, job: MeasureSeen) -> tuple[Image, Image]:
    """Before and after, the latter at the amount and through the mask, both in the same depth."""
    rainy, derained = seen.rainy, seen.derained
    if rainy.peak != derained.peak:  # a result in another format holds fewer bits
        rainy, derained = _eight_bit(rainy), _eight_bit(derained)
    mask = None if job.mask is None else at_size(job.mask, rainy.width, rainy.height)
    return rainy, with_amount(rainy, derained, Amount(job.strength, mask))


def _eight_bit(image: Image) -> Image:
    return image if image.peak == 255 else Image((image.pixels >> 8).astype(np.uint8), colour=image.colour)


def _truth(job: MeasureSeen, seen: Previewed) -> Image:
    """The picture without rain, as small as what is seen. Raises UnreadableFile."""
    assert job.truth is not None
    clean = decode(job.truth).image
    if (clean.width, clean.height) != (seen.region.width, seen.region.height):
        raise UnreadableFile(
            f"The picture without rain is {clean.width}x{clean.height} pixels, the photo "
            f"{seen.region.width}x{seen.region.height}.",
            "Both must show the same at the same size.",
            job.truth,
        )
    return shrunk(clean, job.seen.longest_px)
