"""What can be asked about a mask that was painted: write it, read one. Part of the vocabulary of `rainapp.jobs.records`."""

from dataclasses import dataclass
from pathlib import Path

from rainapp.base.image import Pixels


@dataclass(frozen=True, eq=False)
class SaveMask:
    """Write a mask as PNG of `width` x `height` pixels, white where rain is taken out.

    `painted` (h, w) uint8, read-only, of that shape or smaller; `protects`: what is painted stays as it was, else it alone is
    treated. `replaces`: a file of that name was to be replaced; else what appeared there meanwhile stays. Nobody may read
    the file who may not read `like`.
    """

    painted: Pixels
    protects: bool
    width: int
    height: int
    target: Path
    replaces: bool = False
    like: Path | None = None


@dataclass(frozen=True)
class LoadMask:
    """Read a mask for a photo of `width` x `height` pixels, at the size `at_width` x `at_height`."""

    source: Path
    width: int
    height: int
    at_width: int
    at_height: int


@dataclass(frozen=True, eq=False)
class LoadedMask:
    """What `LoadMask` came to: `treated` (h, w) uint8, read-only, 255 where rain is taken out."""

    source: Path
    treated: Pixels


MaskJob = SaveMask | LoadMask
