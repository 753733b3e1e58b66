"""What was given to be taught from: which photos are rainy, which dry, which belong together, and what is of no use, and why.

Rain in a photo cannot be told for certain, so little is thrown away: a photo counts as dry only where the model that is to be
taught finds no rain *and* its lines do not look like any. Photos of one burst count as one, so that a model never judges by
what it learned from.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from rainapp.base.errors import RainError
from rainapp.base.folders import files_below
from rainapp.media import open_source
from rainapp.media.sniff import CLIP_SUFFIXES
from rainapp.metrics.fine_structure import gradients
from training.data.crops import SUFFIXES
from training.data.rainy_photos import ODDS_MIN, bundled, features
from training.data.sources import read_or_none

SIDE_MIN_PX = 128
REDUCED_PX, WIDEST_PX = 720, 960
RAINY_MAX, DRY_MAX = 400, 200
"""Photos that are looked at; of more a sample spread evenly."""
THUMB_PX = 16
SAME, BURST = 1.5, 10.0
"""Mean differences of small pictures in grey levels up to which photos are the same, or of one burst."""
FOUND = 0.5
"""Mean change in grey levels from which a model has found rain."""
PLAINLY = 2.0

Bytes = NDArray[np.uint8]
Change = Callable[[Bytes], float]
"""The mean change in grey levels that the model to be taught makes to a picture."""
Tick = Callable[[int, int], None]


@dataclass(frozen=True)
class Rejected:
    """A source that is of no use, and why: "dry", "rainy", "duplicate", "too small" or "unreadable"."""

    source: Path
    reason: str


@dataclass(frozen=True)
class Unit:
    """Photos that count as one; `judgeable`: their rain has one direction, by which it can be measured."""

    files: tuple[Path, ...]
    judgeable: bool


@dataclass(frozen=True)
class Understood:
    """What there is to learn from and to judge by."""

    rainy: tuple[Unit, ...]
    dry: tuple[Path, ...]
    clips: tuple[Path, ...]
    rejected: tuple[Rejected, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Look:
    """What is known of a photo that was read once: its small picture (T, T, 3), and how it looks."""

    file: Path
    thumb: NDArray[np.float32]
    judgeable: bool
    rainy_odds: float
    change: float

    @property
    def is_dry(self) -> bool:
        """Whether no rain is to be seen."""
        return self.change < FOUND and self.rainy_odds <= ODDS_MIN

    @property
    def is_plainly_rainy(self) -> bool:
        """Whether rain is so plain that the photo is no dry scene."""
        return self.rainy_odds > 0 and self.change >= PLAINLY


def photos_in(places: Iterable[Path]) -> list[Path]:
    """The photos that are named, and those in the folders that are named, in name order."""
    clips = set(CLIP_SUFFIXES)
    return files_in((place for place in places if place.suffix.lower() not in clips or place.is_dir()), SUFFIXES)


def clips_in(places: Iterable[Path]) -> list[Path]:
    """The clips that are named, and those in the folders that are named."""
    return files_in(places, set(CLIP_SUFFIXES))


def files_in(places: Iterable[Path], suffixes: set[str]) -> list[Path]:
    """Files that are named as they are, and those in folders whose suffix is among these; each once."""
    found: list[Path] = []
    for place in places:
        inside = sorted(file for file in files_below(place) if file.suffix.lower() in suffixes) if place.is_dir() else [place]
        found += inside
    return list(dict.fromkeys(found))


def sampled(files: Sequence[Path], most: int, what: str) -> tuple[list[Path], list[str]]:
    """At most so many files, spread evenly, and a sentence where there are more."""
    if len(files) <= most:
        return list(files), []
    chosen = [files[place * len(files) // most] for place in range(most)]
    return chosen, [f"Of {len(files):,} {what} photos {most} are looked at, spread evenly over all."]


def look_at(file: Path, change: Change) -> Look | Rejected:
    """Read a photo and look at it."""
    photo = read_or_none(file)
    if photo is None:
        return Rejected(file, "unreadable")
    if min(photo.shape[:2]) < SIDE_MIN_PX:
        return Rejected(file, "too small")
    thumb = cv2.resize(photo, (THUMB_PX, THUMB_PX), interpolation=cv2.INTER_AREA).astype(np.float32)
    picture = prepared(photo)
    odds = float(bundled().odds(features(photo)[None])[0])
    return Look(file, np.asarray(thumb), gradients(picture).have_direction, odds, change(picture))


def prepared(photo: Bytes) -> Bytes:
    """A photo as it is learned from and judged by: its shorter side at most `REDUCED_PX`, and of that the middle."""
    scale = REDUCED_PX / min(photo.shape[:2])
    small = cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else photo
    top, left = (max(0, (length - WIDEST_PX) // 2) for length in small.shape[:2])
    return np.ascontiguousarray(small[top : top + WIDEST_PX, left : left + WIDEST_PX], np.uint8)


def apart(one: Look, other: Look) -> float:
    """How much two photos differ, without their brightness."""
    first, second = (look.thumb - look.thumb.mean() for look in (one, other))
    return float(np.abs(first - second).mean())


def without_duplicates(looks: Sequence[Look], also: Sequence[Look] = ()) -> tuple[list[Look], list[Rejected]]:
    """Photos that are not shown twice, neither here nor among `also`."""
    kept: list[Look] = []
    rejected = []
    for look in looks:
        if any(float(np.abs(look.thumb - other.thumb).mean()) < SAME for other in (*also, *kept)):
            rejected.append(Rejected(look.file, "duplicate"))
        else:
            kept.append(look)
    return kept, rejected


def units_of(looks: Sequence[Look]) -> list[Unit]:
    """Photos of one burst together: each joins the first unit that has a photo like it."""
    groups: list[list[Look]] = []
    for look in looks:
        alike = next((group for group in groups if any(apart(look, other) < BURST for other in group)), None)
        if alike is None:
            groups.append([look])
        else:
            alike.append(look)
    for group in groups:
        group.sort(key=lambda look: not look.judgeable)  # the first of a unit stands for it
    return [Unit(tuple(look.file for look in group), group[0].judgeable) for group in groups]


def understand(
    rainy: Sequence[Path],
    dry: Sequence[Path],
    clips: Sequence[Path],
    change: Change,
    tick: Tick,
    look: Callable[[Path, Change], Look | Rejected] = look_at,
) -> Understood:
    """Look at all that was given. `change` is what the model to be taught does; `tick` is told how far it is.

    `look` looks at one photo.
    """
    wet, notes = sampled(photos_in(rainy), RAINY_MAX, "rainy")
    clear, more = sampled(photos_in(dry), DRY_MAX, "dry")
    given = [*clips_in(clips), *(file for file in clips_in(rainy) if file.suffix.lower() in CLIP_SUFFIXES)]
    total = len(wet) + len(clear)
    rejected: list[Rejected] = []
    seen: dict[str, list[Look]] = {"rainy": [], "dry": []}
    for number, (kind, file) in enumerate([("rainy", f) for f in wet] + [("dry", f) for f in clear]):
        tick(number, total)
        found = look(file, change)
        if isinstance(found, Rejected):
            rejected.append(found)
        elif kind == "rainy" and found.is_dry:
            rejected.append(Rejected(file, "dry"))
        elif kind == "dry" and found.is_plainly_rainy:
            rejected.append(Rejected(file, "rainy"))
        else:
            seen[kind].append(found)
    kept, twice = without_duplicates(seen["rainy"])
    scenes, again = without_duplicates(seen["dry"], kept)
    good, bad = readable_clips(list(dict.fromkeys(given)))
    return Understood(
        tuple(units_of(kept)),
        tuple(look.file for look in scenes),
        tuple(good),
        (*rejected, *twice, *again, *bad),
        (*notes, *more),
    )


def readable_clips(clips: Sequence[Path]) -> tuple[list[Path], list[Rejected]]:
    """Clips that can be opened, and those that cannot."""
    good, bad = [], []
    for clip in clips:
        try:
            with open_source(clip, animated=True) as source:
                is_clip = source.info.kind == "clip"
        except RainError:
            is_clip = False
        if is_clip:
            good.append(clip)
        else:
            bad.append(Rejected(clip, "unreadable"))
    return good, bad
