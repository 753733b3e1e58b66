"""The records of comparing models: what is to be done, and the parts of pictures that come back for the screen.

They belong to `rainapp.jobs.records` and stand apart for their number only.
"""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from rainapp.base.image import Image
from rainapp.base.rates import RATE
from rainapp.jobs.treatment import Region, Treatment


@dataclass(frozen=True)
class ComparePhoto:
    """Derain `source` at full strength, measure that, and keep both sides in `folder`: one of ours, and this photo's alone.

    `truth` is the same picture without rain, or a folder that holds one of its name; `time_s` the moment of a clip.
    """

    source: Path
    treatment: Treatment
    folder: Path
    truth: Path | None = None
    time_s: float = 0.0


@dataclass(frozen=True)
class CompareClip:
    """Derain `count` frames of a clip from `time_s` on as a clip is derained, at full strength, and measure all of them.

    `folder`, `truth` as of a photo, but that the truth is a clip too, or one picture for all frames; of numbered pictures
    `rate` are shown in a second.
    """

    source: Path
    treatment: Treatment
    folder: Path
    count: int
    truth: Path | None = None
    time_s: float = 0.0
    rate: Fraction = RATE


@dataclass(frozen=True)
class DrawRainOn:
    """Draw several known kinds of rain on the middle of the dry photo `source`; rainy and dry pictures appear in `folder`."""

    source: Path
    folder: Path
    seed: int = 1
    time_s: float = 0.0
    rate: Fraction = RATE


@dataclass(frozen=True)
class ReadParts:
    """Read the same part of kept pictures for the screen (None: all of them), none longer than `longest_px` (0: as it is)."""

    pictures: tuple[Path, ...]
    region: "Region | None" = None
    longest_px: int = 0


@dataclass(frozen=True)
class Shot:
    """A kept picture of a comparison with its name and what is said of it."""

    title: str
    picture: Path
    facts: tuple[str, ...] = ()


@dataclass(frozen=True)
class ExportComparison:
    """Write a comparison as one picture, a report or a moving picture, as the suffix of `target` says.

    `photos`: (name, shots) of each, the original first among its shots; `table`: words, the head first; `notes`: sentences.
    `title` heads a report, all in `language`. `replaces`: a file of that name was to be replaced; else what appeared there
    meanwhile stays. `sheet`: plain values for a spreadsheet, the head first. `sources`: all that went in, whose
    readers alone may read what comes out.
    """

    target: Path
    photos: tuple[tuple[str, tuple[Shot, ...]], ...]
    table: tuple[tuple[str, ...], ...] = ()
    notes: tuple[str, ...] = ()
    title: str = "Comparison of models"
    language: str = "en"
    replaces: bool = False
    sheet: tuple[tuple[str, ...], ...] = ()
    sources: tuple[Path, ...] = ()


@dataclass(frozen=True)
class DropKept:
    """Delete the pictures that comparing kept in `folder`."""

    folder: Path


CompareJob = ComparePhoto | DrawRainOn | ReadParts | ExportComparison | DropKept


@dataclass(frozen=True, eq=False)
class Parts:
    """What `ReadParts` came to, in its order: where it lies in the full picture, and the size of that."""

    images: tuple[Image, ...]
    region: Region
    full_width: int
    full_height: int
