"""Pictures for the screen: decoded, cut out, made smaller, derained in part. Nothing here is written to a disk.

Deraining imports torch, which takes seconds; what only decodes does without, so that a photo is on the screen at once.

A view is moved many times over one photo, so the picture decoded last is kept. A preview of a part shows what the file will
hold (`inference.part_of_picture`).
"""

import threading
import time
import weakref
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from rainapp.base.errors import UnreadableFile
from rainapp.base.formats import GIF
from rainapp.base.image import Frame, Image
from rainapp.jobs.records import RATE, Picture, Preview, Previewed, ReadPair, ReadPicture, Region, Watch
from rainapp.library.model_library import ModelLibrary
from rainapp.media import SEQUENCE, is_animation, is_sequence
from rainapp.media.photo.photo_file import read_reduced, shrunk
from rainapp.media.sequence.numbered import pattern_in
from rainapp.media.sniff import CLIP, sniff
from rainapp.work.screen.picture_parts import clipped, crop


@dataclass(frozen=True)
class Decoded:
    """A decoded frame: the upright picture and what the file says of its size and length."""

    image: Image
    width: int
    height: int
    is_clip: bool
    duration_s: float


_Key = tuple[Path, Path, float, Fraction, int, int]


class LastDecoded:
    """The one picture that was decoded last, until the file changes; any thread may ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._key: _Key | None = None
        self._decoded: Decoded | None = None

    def get(self, source: Path, time_s: float, rate: Fraction = RATE) -> Decoded:
        """The frame of `source` at `time_s`, full size, which is now the one that is kept. Raises UnreadableFile."""
        kept = self.peek(source, time_s, rate)
        if kept is not None:
            return kept
        key = _key(source, time_s, rate)  # before reading: a file that changes meanwhile is read again next time
        with self._lock:
            self._decoded = None  # two large pictures need not lie in memory
        decoded = decode(source, time_s, rate=rate)
        with self._lock:
            self._key, self._decoded = key, decoded
        return decoded

    def peek(self, source: Path, time_s: float, rate: Fraction = RATE) -> Decoded | None:
        """The frame if it is the one that is kept."""
        key = _key(source, time_s, rate)
        with self._lock:
            return self._decoded if key == self._key else None


def _key(source: Path, time_s: float, rate: Fraction) -> _Key:
    file = source
    if is_sequence(source):
        from rainapp.media.sequence.sequence_preview import still_at

        file = still_at(source, time_s, rate).file
    try:
        state = file.stat()
    except OSError as error:
        raise UnreadableFile(f"{source.name} does not exist.", "It may have been moved or renamed.", source) from error
    return source, file, time_s, rate, state.st_mtime_ns, state.st_size


LAST = LastDecoded()


class LastSeen:
    """What was previewed last as a whole, for whoever measures it; any thread may ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: tuple[Preview | ReadPair, Previewed] | None = None

    def keep(self, job: Preview | ReadPair, seen: Previewed) -> Previewed:
        """Keep it where it is the whole picture, and hand it on."""
        if job.region is None:
            with self._lock:
                self._kept = (job, seen)
        return seen

    def peek(self, job: Preview | ReadPair) -> Previewed | None:
        """It, if it is the one that is kept."""
        with self._lock:
            return self._kept[1] if self._kept is not None and self._kept[0] == job else None


SEEN = LastSeen()


class LastShrunk:
    """The picture that was made smaller last, for it takes a tenth of a second; any thread may ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: tuple[weakref.ref[Image], int, Image] | None = None

    def get(self, image: Image, longest_px: int) -> Image:
        """`image` with no side longer than `longest_px`."""
        with self._lock:
            if self._kept is not None and self._kept[0]() is image and self._kept[1] == longest_px:
                return self._kept[2]
        small = shrunk(image, longest_px)
        with self._lock:
            self._kept = None if small is image else (weakref.ref(image), longest_px, small)
        return small


SHRUNK = LastShrunk()


def decode(source: Path, time_s: float = 0.0, longest_px: int = 0, rate: Fraction = RATE) -> Decoded:
    """The frame of `source` at `time_s` (photos have only one), no side longer than `longest_px` (0: full size).

    Of numbered pictures, `rate` are shown in a second. Raises UnreadableFile.
    """
    if is_sequence(source):
        from rainapp.media.sequence.sequence_preview import read_still, still_at

        still = still_at(source, time_s, rate)
        image, width, height = read_still(still, longest_px)
        return Decoded(image, width, height, True, still.duration_s)
    if sniff(source) == CLIP:
        from rainapp.media.clip import video  # loads PyAV, which photos do without

        image, width, height, duration_s = video.read_frame(source, time_s, longest_px)
        return Decoded(image, width, height, True, duration_s)
    image, width, height = read_reduced(source, longest_px)
    return Decoded(image, width, height, False, 0.0)


def read_picture(job: ReadPicture, watch: Watch) -> Picture:
    """Decode for the screen; a small picture (a thumbnail) does not displace the one that is being looked at."""
    watch.tick(0, 1)
    if job.longest_px:
        kept = LAST.peek(job.source, job.time_s, job.rate)
        decoded = kept or decode(job.source, job.time_s, job.longest_px, job.rate)
    else:
        decoded = LAST.get(job.source, job.time_s, job.rate)
    image = shrunk(decoded.image, job.longest_px)
    container = SEQUENCE if is_sequence(job.source) else sniff(job.source)
    moves = container == GIF and is_animation(job.source)
    return Picture(
        job.source, image, decoded.width, decoded.height, decoded.is_clip, decoded.duration_s, container, moves
    )  # fmt: skip


def preview(job: Preview, watch: Watch, library: ModelLibrary) -> Previewed:
    """Derain what is in view at full scale, or the whole picture made small; strength and mask can be applied later."""
    from rainapp.inference.amount import RAIN_MIN, rain_found
    from rainapp.inference.pipeline import load_pipeline  # torch, which pictures do without

    watch.tick(0, 0)
    image = LAST.get(job.source, job.time_s, job.rate).image
    pipeline = load_pipeline(replace(job.treatment, strength=1.0, mask=None, temporal="off"), library)
    if pipeline.refiner is not None:
        from rainapp.work.screen.repair_preview import repaired_preview

        return repaired_preview(job, watch, image, pipeline)
    started = time.monotonic()  # loading happens once; the seconds are to tell how long the next one will take
    always = job.treatment.treat == "always"
    if job.region is not None:
        region = clipped(job.region, image)
        part = pipeline.part(image, region, watch, job.draft)
        seconds = time.monotonic() - started
        return Previewed(
            job.source, crop(image, region), part.image, region, always or part.rain >= RAIN_MIN, seconds, part.is_rough
        )  # fmt: skip
    rainy = SHRUNK.get(image, job.longest_px)
    if not pipeline.net.judges(image.height, image.width):
        pipeline = pipeline.unjudged()
    done = next(iter(pipeline([Frame(0, Fraction(0), rainy, rainy)], watch)))
    region, seconds = Region(0, 0, image.width, image.height), time.monotonic() - started
    return SEEN.keep(job, Previewed(job.source, rainy, done.image, region, always or rain_found(done), seconds))


def read_pair(job: ReadPair, watch: Watch) -> Previewed:
    """Both sides of a finished file, the same part at the same size. Raises UnreadableFile when they do not fit together."""
    from rainapp.inference.amount import rain_found

    started = time.monotonic()
    watch.tick(0, 2)
    rainy = LAST.get(job.source, job.time_s, job.rate).image
    watch.tick(1, 2)
    derained = decode(result_of(job.source, job.target), job.time_s, rate=job.rate).image
    if (rainy.width, rainy.height) != (derained.width, derained.height):
        raise UnreadableFile(f"{job.target.name} has another size than its original.", "Derain the original again.", job.target)
    region = clipped(job.region, rainy) if job.region else Region(0, 0, rainy.width, rainy.height)
    found = rain_found(Frame(0, Fraction(0), derained, rainy)) if rainy.depth == derained.depth else True
    sides = [crop(side, region) if job.region else shrunk(side, job.longest_px) for side in (rainy, derained)]
    return SEEN.keep(job, Previewed(job.source, sides[0], sides[1], region, found, time.monotonic() - started))


def result_of(source: Path, target: Path) -> Path:
    """The result `target` as something to be read: of numbered pictures that became a folder, the pattern in it."""
    return (pattern_in(target, source) or target) if target.is_dir() else target
