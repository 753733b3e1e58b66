"""Rain drawn on a photo, to be looked at."""

import cv2
import numpy as np

from rainapp.base.errors import BadTreatment
from rainapp.base.image import Image
from rainapp.jobs.rain_jobs import DrawRain
from rainapp.jobs.records import Picture, Watch
from rainapp.media.photo.plain_pixels import read_plain
from training.rain.fit import profile_of
from training.rain.generator import draw_rain


def draw(job: DrawRain, watch: Watch) -> Picture:
    """What `job` says, as a picture.

    Raises:
        UnreadableFile: the photo cannot be read.
        BadTreatment: the rain is none.
    """
    watch.tick(0, 1)
    photo = read_plain(job.source)
    scale = min(1.0, job.longest_px / max(photo.shape[:2]))
    small = cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else photo
    scene = np.asarray(small, np.float32) / np.float32(255)
    try:
        drawn = draw_rain(scene, profile_of({"profile": job.profile}), job.seed, camera=False)
    except (KeyError, TypeError, ValueError) as error:
        raise BadTreatment("This rain cannot be drawn.", "Fit it again.", job.source) from error
    pixels = np.round(np.clip(drawn.rainy, 0, 1) * 255).astype(np.uint8)
    return Picture(job.source, Image(pixels), pixels.shape[1], pixels.shape[0])
