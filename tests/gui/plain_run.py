"""A derainer that is quick and needs no net: it takes out what is thin and bright. And the photos for it."""

import math
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from pytestqt.qtbot import QtBot

from rainapp.base.errors import UnreadableFile
from rainapp.base.image import Image
from rainapp.gui.app import Session
from rainapp.gui.state.file_item import AT_WORK
from rainapp.jobs.records import (
    Derained,
    DerainFile,
    FindFiles,
    FindFrames,
    FindScreenProfile,
    FoundFiles,
    FoundFrames,
    Job,
    MaskJob,
    Measured,
    MeasureSeen,
    MemoryJob,
    Picture,
    Preview,
    Previewed,
    ReadPair,
    ReadPicture,
    Region,
    WarmUp,
    Watch,
)
from rainapp.work import session_files
from rainapp.work.mask_files import save_or_load
from rainapp.work.screen.screen_profile import find_profile

TILES = 4


class PlainRun:
    """Does every job with OpenCV. `hold` keeps deraining at its next tile until it is set again; `done` counts jobs by type."""

    def __init__(self) -> None:
        self.hold = threading.Event()
        self.hold.set()
        self.jobs: list[Job] = []
        self.fails_with: Exception | None = None

    def __call__(self, job: Job, watch: Watch) -> object:
        self.jobs.append(job)
        if isinstance(job, DerainFile):
            return self.derain(job, watch)
        if isinstance(job, Preview):
            return self.preview(job, watch)
        if isinstance(job, ReadPair):
            return pair(job.source, read(job.source), read(job.target), job.region, job.longest_px)
        if isinstance(job, FindFiles):
            found = [path for folder in job.paths for path in sorted(folder.rglob("*")) if path.is_file()]
            return FoundFiles(tuple(path for path in found if path.suffix in (".png", ".jpg")), 0)
        if isinstance(job, FindFrames):
            return FoundFrames(())
        if isinstance(job, MaskJob):
            return save_or_load(job, watch)
        if isinstance(job, MemoryJob):
            return session_files.do(job, watch)
        if isinstance(job, FindScreenProfile):
            return find_profile(job, watch)
        if isinstance(job, WarmUp):
            return True
        if isinstance(job, MeasureSeen):
            return Measured(0.5, 1.0, (3.0, 2.0), (math.nan, math.nan), (math.nan, math.nan), math.nan, math.nan)
        assert isinstance(job, ReadPicture)
        pixels = read(job.source)
        shown = shrunk(pixels, job.longest_px)
        return Picture(job.source, Image(shown), pixels.shape[1], pixels.shape[0])

    def derain(self, job: DerainFile, watch: Watch) -> Derained:
        started = time.monotonic()
        if self.fails_with is not None:
            raise self.fails_with
        rainy = read(job.source)
        for tile in range(TILES):
            watch.tick(tile, TILES)
            while not self.hold.wait(0.01):
                watch.tick(tile, TILES)
        clean = derained(rainy)
        found = is_rain(rainy, clean) or job.treatment.treat == "always"
        cv2.imwrite(str(job.target), cv2.cvtColor(clean, cv2.COLOR_RGB2BGR))
        if not found:
            shutil.copyfile(job.source, job.target)
        megapixels = rainy.shape[0] * rainy.shape[1] / 1e6
        took = time.monotonic() - started
        return Derained(job.source, job.target, took, megapixels, job.treatment.model, "plain", "cpu", found, copied=not found)

    def preview(self, job: Preview, watch: Watch) -> Previewed:
        watch.tick(0, 1)
        while not self.hold.wait(0.01):
            watch.tick(0, 1)
        rainy = read(job.source)
        seen = pair(job.source, rainy, derained(rainy), job.region, job.longest_px)
        return replace(seen, is_rough=job.draft, rain_found=seen.rain_found or job.treatment.treat == "always")


def read(path: Path) -> NDArray[np.uint8]:
    pixels = cv2.imread(str(path), cv2.IMREAD_COLOR) if path.is_file() else None
    if pixels is None:
        raise UnreadableFile("This is no picture that can be read.", "Save it again with the program that made it.", path)
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB), np.uint8)


def derained(rainy: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(cv2.morphologyEx(rainy, cv2.MORPH_OPEN, np.ones((1, 9), np.uint8)), np.uint8)


def is_rain(rainy: NDArray[np.uint8], clean: NDArray[np.uint8]) -> bool:
    return bool((rainy.astype(int) - clean).max() > 20)


def shrunk(pixels: NDArray[np.uint8], longest_px: int) -> NDArray[np.uint8]:
    scale = min(1.0, longest_px / max(pixels.shape[:2])) if longest_px else 1.0
    if scale == 1.0:
        return pixels
    size = (max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def pair(source: Path, rainy: NDArray[np.uint8], clean: NDArray[np.uint8], region: Region | None, longest_px: int) -> Previewed:
    found = is_rain(rainy, clean)
    if region is None:
        region = Region(0, 0, rainy.shape[1], rainy.shape[0])
        rainy, clean = shrunk(rainy, longest_px), shrunk(clean, longest_px)
    else:
        part = np.s_[region.y : region.y + region.height, region.x : region.x + region.width]
        rainy, clean = np.ascontiguousarray(rainy[part]), np.ascontiguousarray(clean[part])
    return Previewed(source, Image(rainy), Image(clean), region, found, 0.01)


def rainy_photo(path: Path, width: int = 320, height: int = 200, streaks: int = 60, seed: int = 1) -> Path:
    """A landscape of smooth colour with thin bright streaks, written to `path`."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    shade = np.abs(x / width - 0.5)  # the same on both sides, so that the sides can be compared
    scene = np.stack([60 + 60 * shade, 70 + 50 * y / height, 110 - 40 * y / height], axis=-1).astype(np.uint8)
    for _ in range(streaks):
        at = (int(rng.integers(0, width)), int(rng.integers(0, height)))
        cv2.line(scene, at, (at[0] - 3, at[1] + 22), (225, 225, 230), 1)
    cv2.imwrite(str(path), scene)
    return path


def until(qtbot: QtBot, claim: Callable[[], bool]) -> None:
    """Wait until `claim` holds; long enough for a machine that does other things too."""
    qtbot.waitUntil(claim, timeout=240_000)


def idle(session: Session) -> Callable[[], bool]:
    """A claim for `qtbot.waitUntil`: nothing is awaited any more."""
    return lambda: not session.dispatch.busy and not any(item.state in AT_WORK for item in session.workspace.items)
