"""Pictures kept while models are compared: plain arrays on disk, of which any part is read at once.

A comparison of nine models wants the same part of ten pictures whenever the camera moves. Decoding ten files for that takes
seconds, a map into an array none. They lie in our cache folder, never beside the user's photos, and go when the window closes
or, after a crash, a day later.
"""

import contextlib
import os
import shutil
import time
from pathlib import Path
from typing import cast

import numpy as np

from rainapp.compare_jobs import DropKept, Parts, ReadParts
from rainapp.errors import UnreadableFile, UnwritableFile
from rainapp.image import Colour, Image, Pixels
from rainapp.jobs import Region, Watch
from rainapp.media.photo import shrunk
from rainapp.paths import cache_dir
from rainapp.regular import open_regular, read_regular
from rainapp.system_words import why_not_written

SUFFIX = ".npy"
PROFILE_BYTES_MAX = 64 << 20
ROOT = "comparisons"
STALE_S = 24 * 3600.0
SPARE_BYTES = 256 << 20  # what other programs should still find on the disk


def root() -> Path:
    """The folder in which every comparison has one of its own."""
    return cache_dir() / ROOT


def keep(image: Image, path: Path) -> Path:
    """Keep the pixels of `image` (its alpha is not shown and not kept) at `path`, which appears when it is whole.

    Raises:
        UnwritableFile: there is no room or no permission.
    """
    part = path.with_suffix(".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(path.parent).free < image.pixels.nbytes + SPARE_BYTES:
            raise UnwritableFile("There is no room for the results of comparing.", f"Free some space at {path.parent}.", path)
        with part.open("wb") as file:
            np.save(file, image.pixels)
        if image.colour.icc:
            path.with_suffix(".icc").write_bytes(image.colour.icc)
        os.replace(part, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise UnwritableFile("The result cannot be kept for comparing.", why_not_written(error)[1], path) from error
    return path


def load(path: Path) -> Image:
    """A kept picture; its pixels are read from the disk as they are used.

    Raises:
        UnreadableFile: it is gone.
    """
    try:
        open_regular(path).close()
        pixels = np.load(path, mmap_mode="r", allow_pickle=False)
        profile = path.with_suffix(".icc")
        icc = read_regular(profile, PROFILE_BYTES_MAX) if profile.exists() else None
    except (OSError, ValueError) as error:
        raise UnreadableFile("A result of the comparison is gone.", "Compare again.", path) from error
    return Image(pixels, 8 if pixels.dtype == np.uint8 else 16, Colour(icc))


def read_parts(job: ReadParts, watch: Watch) -> Parts:
    """The same part of several kept pictures, read into memory.

    Raises:
        UnreadableFile: one of them is gone.
    """
    images = []
    region, width, height = job.region or Region(0, 0, 1, 1), 1, 1
    for done, path in enumerate(job.pictures):
        watch.tick(done, len(job.pictures))
        image = load(path)
        width, height = image.width, image.height
        region = _clipped(job.region or Region(0, 0, width, height), width, height)
        rows, columns = slice(region.y, region.y + region.height), slice(region.x, region.x + region.width)
        part = Image(cast(Pixels, np.ascontiguousarray(image.pixels[rows, columns])), image.depth, image.colour)
        images.append(shrunk(part, job.longest_px))
    return Parts(tuple(images), region, width, height)


def _clipped(region: Region, width: int, height: int) -> Region:
    left, top = min(max(region.x, 0), width - 1), min(max(region.y, 0), height - 1)
    return Region(left, top, max(1, min(region.width, width - left)), max(1, min(region.height, height - top)))


def drop(job: DropKept, watch: Watch) -> None:
    """Delete a folder of kept pictures; only what lies in our own folder is ever deleted."""
    watch.tick(0, 1)
    if job.folder.resolve().is_relative_to(root().resolve()):
        shutil.rmtree(job.folder, ignore_errors=True)


def sweep() -> None:
    """Delete what a window that did not close left behind a day ago or earlier."""
    with contextlib.suppress(OSError):
        for folder in root().iterdir():
            if time.time() - folder.stat().st_mtime > STALE_S:
                shutil.rmtree(folder, ignore_errors=True)
