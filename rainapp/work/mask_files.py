"""Masks as files: white where rain is taken out, black where nothing may change, at exactly the size of the picture.

What `--mask` of the command line reads is what the window's brush writes. Nothing here needs torch.
"""

import contextlib
import time
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from rainapp.base.errors import BadTreatment, UnreadableFile
from rainapp.base.new_files import make_private
from rainapp.base.own_files import is_own_folder
from rainapp.base.paths import cache_dir
from rainapp.jobs.records import LoadedMask, LoadMask, MaskJob, SaveMask, Watch
from rainapp.media.atomic import Landing, unwritable
from rainapp.media.photo.photo_file import read_reduced

Mask = NDArray[np.uint8]

SHAPE_TOLERANCE = 0.01  # of the ratio of sides
KEPT_S = 7 * 86400.0  # how long masks of earlier jobs stay in the cache


def save_or_load(job: MaskJob, watch: Watch) -> Path | LoadedMask:
    """Do what `job` says: the file written, or the mask read.

    Raises:
        UnwritableFile: there is no room, or no permission.
        UnreadableFile: the file is no picture.
        BadTreatment: the picture has another shape than the photo.
    """
    watch.tick(0, 0)
    return save_mask(job) if isinstance(job, SaveMask) else load_mask(job)


def at_size(job: SaveMask, width: int, height: int) -> Mask:
    """A painted mask at another size, (height, width) uint8, white where rain is taken out."""
    treated = np.asarray(255 - job.painted if job.protects else job.painted, np.uint8)
    if treated.shape == (height, width):
        return treated
    shrinks = height * width < treated.size
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(treated, (width, height), interpolation=how), np.uint8)


def save_mask(job: SaveMask) -> Path:
    """Write a painted mask as PNG of 8-bit grey at the size of the photo; the name it got."""
    treated = at_size(job, job.width, job.height)
    _, content = cv2.imencode(".png", treated, [cv2.IMWRITE_PNG_COMPRESSION, 3])
    is_cached = job.target.parent == cache_dir() / "masks"
    try:
        if is_cached:
            make_private(job.target.parent)
        job.target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(job.target, error) from error
    landing = Landing(job.target, replaces=job.replaces or is_cached, like=job.target.parent if is_cached else job.like)
    with landing as file:
        file.write(content.tobytes())
    if is_cached:
        _forget_old(job.target.parent)
    return landing.target


def _forget_old(folder: Path) -> None:
    for path in folder.glob("*.png") if is_own_folder(folder) else ():  # what a link leads to is not ours
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > KEPT_S:
                path.unlink()


def load_mask(job: LoadMask) -> LoadedMask:
    """Read any picture of the shape of the photo as a mask, at the size asked for."""
    if not job.source.exists():
        raise UnreadableFile(f"{job.source.name} does not exist.", "It may have been moved or renamed.", job.source)
    picture, width, height = read_reduced(job.source, 0)
    if abs(width * job.height - height * job.width) > SHAPE_TOLERANCE * width * job.height:
        raise BadTreatment(
            f"The mask is {width}x{height} pixels, the photo {job.width}x{job.height}.",
            "Choose a mask that was made for this photo.",
            job.source,
        )
    pixels = picture.pixels if picture.depth == 8 else (picture.pixels >> 8).astype(np.uint8)
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    size = (job.at_width, job.at_height)
    treated = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)
    treated.setflags(write=False)
    return LoadedMask(job.source, treated)
