"""A look at a repair: a part of a photo at full size, or all of it made small afterwards, as the file will hold it.

A whole photo is repaired within its budget. A part is repaired at the strength that is wanted, since only all of the photo
tells whether the budget holds.
"""

import time
from dataclasses import replace
from fractions import Fraction

from rainapp.base.image import Frame, Image
from rainapp.inference.amount import RAIN_MIN, rain_found
from rainapp.inference.pipeline import Pipeline
from rainapp.inference.refine.refiner import Lies, Refiner
from rainapp.inference.sharing import Shared
from rainapp.jobs.records import Preview, Previewed, Region, Watch
from rainapp.media.photo.photo_file import shrunk
from rainapp.work.screen.picture_parts import clipped, crop


def repaired_preview(job: Preview, watch: Watch, image: Image, pipeline: Pipeline) -> Previewed:
    """What `job` asks for, of the decoded `image`, by a `pipeline` that repairs."""
    started = time.monotonic()
    assert pipeline.refiner is not None
    seen = _part(job, watch, image, pipeline, pipeline.refiner) if job.region else _whole(job, watch, image, pipeline)
    always = job.treatment.treat == "always"
    return replace(seen, rain_found=always or seen.rain_found, seconds=time.monotonic() - started)


def _whole(job: Preview, watch: Watch, image: Image, pipeline: Pipeline) -> Previewed:
    stages = [replace(stage, keeps_derained=True) if isinstance(stage, Refiner) else stage for stage in pipeline.stages]
    done = next(iter(replace(pipeline, stages=stages)([Frame(0, Fraction(0), image, image)], watch)))
    assert done.unrepaired is not None
    rainy, repaired, before = (shrunk(each, job.longest_px) for each in (image, done.image, done.unrepaired))
    region = Region(0, 0, image.width, image.height)
    return Previewed(job.source, rainy, repaired, region, rain_found(done), 0, repaired=done.repaired, unrepaired=before)


def _part(job: Preview, watch: Watch, image: Image, pipeline: Pipeline, refiner: Refiner) -> Previewed:
    assert job.region is not None
    region = clipped(job.region, image)
    around = refiner.surroundings(image.height, image.width, region)
    seen = pipeline.part(image, around, Shared(watch, 0, 1 / 2))
    lies = Lies(image.height, image.width, around, region)
    repaired, facts = refiner.part(crop(image, around).pixels, seen.image, lies, Shared(watch, 1 / 2, 1))
    before = crop(seen.image, replace(region, x=region.x - around.x, y=region.y - around.y))
    return Previewed(
        job.source, crop(image, region), repaired, region, seen.rain >= RAIN_MIN, 0, repaired=facts, unrepaired=before
    )  # fmt: skip
