"""Pictures kept while models are compared: plain arrays on disk, of which any part is read at once.

A comparison of nine models wants the same part of ten pictures whenever the camera moves. Decoding ten files for that takes
seconds, a map into an array none. They lie in our cache folder, never beside the user's photos, where only their owner may
look, and go when the window closes or, after a crash, when somebody compares again.
"""

import contextlib
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import numpy as np

from rainapp.base import leftovers
from rainapp.base.errors import UnreadableFile, UnwritableFile
from rainapp.base.image import Colour, Image, Pixels
from rainapp.base.new_files import NewFile, make_private
from rainapp.base.own_files import OpenFolder, is_own_folder
from rainapp.base.paths import cache_dir
from rainapp.base.regular_files import open_regular, read_regular
from rainapp.base.system_errors import why_not_written
from rainapp.jobs.compare_jobs import DropKept, Parts, ReadParts
from rainapp.jobs.records import Region, Watch
from rainapp.media.photo.photo_file import shrunk

SUFFIX = ".npy"
PROFILE_BYTES_MAX = 64 << 20
ROOT = "comparisons"
STALE_S = 24 * 3600.0
SPARE_BYTES = 256 << 20  # what other programs should still find on the disk

_held: dict[Path, OpenFolder] = {}  # comparisons of this process, so that no other takes them for left over


def root() -> Path:
    """The folder in which every comparison has one of its own."""
    return cache_dir() / ROOT


def keep(image: Image, path: Path) -> Path:
    """Keep the pixels of `image` (its alpha is not shown and not kept) at `path`, which appears when it is whole.

    Raises:
        UnwritableFile: there is no room or no permission.
    """
    try:
        _make_place(path.parent)
        if shutil.disk_usage(path.parent).free < image.pixels.nbytes + SPARE_BYTES:
            raise UnwritableFile("There is no room for the results of comparing.", f"Free some space at {path.parent}.", path)
        if image.colour.icc:
            with NewFile(path.with_suffix(".icc"), replaces=True, like=path.parent) as file:
                file.write(image.colour.icc)
        with NewFile(path, replaces=True, like=path.parent) as file:
            np.save(file, image.pixels)
    except OSError as error:
        raise UnwritableFile("The result cannot be kept for comparing.", why_not_written(error)[1], path) from error
    return path


def keep_numbers(numbers: Sequence[float], path: Path) -> None:
    """Keep a list of numbers at `path`, beside the pictures it tells of, which appears when it is whole.

    Raises:
        UnwritableFile: there is no room or no permission.
    """
    try:
        with NewFile(path, replaces=True, like=path.parent) as file:
            np.save(file, np.asarray(numbers, np.float64))
    except OSError as error:
        raise UnwritableFile("The result cannot be kept for comparing.", why_not_written(error)[1], path) from error


def load_numbers(path: Path) -> list[float]:
    """A kept list of numbers.

    Raises:
        UnreadableFile: it is gone.
    """
    try:
        with open_regular(path) as file:
            return [float(each) for each in np.load(file, allow_pickle=False).ravel()]
    except (OSError, ValueError) as error:
        raise UnreadableFile("A result of the comparison is gone.", "Compare again.", path) from error


def _make_place(folder: Path) -> None:
    """Make a folder that only its owner may look into, and hold that of the comparison as long as it lasts. Raises OSError."""
    if folder.is_relative_to(root()) and folder != root():
        make_private(root())
        comparison = root() / folder.relative_to(root()).parts[0]
        while comparison not in _held:
            make_private(comparison)
            with contextlib.suppress(FileNotFoundError):  # another process has just taken it for left over
                opened = OpenFolder(comparison)
                if opened.held != "theirs" and comparison.exists():
                    _held[comparison] = opened
                else:
                    opened.close()
                    time.sleep(0.01)
    folder.mkdir(0o700, parents=True, exist_ok=True)


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
        leftovers.drop(job.folder)
        opened = _held.pop(job.folder, None)
        if opened is not None:
            opened.close()


def sweep() -> None:
    """Delete what a window that did not close has left; a day later where a disk does not tell who is at work."""
    if not is_own_folder(root()):
        return  # what a link leads to is not ours
    with contextlib.suppress(OSError):
        for folder in root().iterdir():
            if folder not in _held:
                _drop_if_left(folder)


def _drop_if_left(folder: Path) -> None:
    with contextlib.suppress(OSError):  # none of ours
        opened = OpenFolder(folder)
        is_stale = time.time() - folder.stat().st_mtime > STALE_S
        if opened.held == "ours" or (opened.held == "unknown" and is_stale):
            leftovers.drop(folder)
        opened.close()
