"""Pixels that know their depth and colour.

Pixels keep their file depth (8 stays 8, 16 stays 16) until a tile is on the device: a 24-megapixel photo is 72 MB as uint8
and 288 MB as float32. Arrays are read-only, so sharing one between threads needs no lock.
"""

from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8] | NDArray[np.uint16]


@dataclass(frozen=True)
class Colour:
    """What the numbers mean: an ICC profile for photos, code points (ITU-T H.273) for clips. Empty means sRGB."""

    icc: bytes | None = None
    primaries: int | None = None
    transfer: int | None = None
    matrix: int | None = None
    full_range: bool = True


SRGB = Colour()


@dataclass(frozen=True, eq=False)
class Image:
    """Pixels (H, W, 3) RGB, uint8 or uint16, encoded as the colour says; `alpha` (H, W) of the same type, or None.

    `depth` is the number of significant bits, 8 to 16. For uint16 pixels the full range 0..65535 is used whatever the depth.
    Raises ValueError when shape or type do not fit.
    """

    pixels: Pixels
    depth: int = 8
    colour: Colour = SRGB
    alpha: Pixels | None = None

    def __post_init__(self) -> None:
        """Check shapes and types, and lock the arrays."""
        if self.pixels.ndim != 3 or self.pixels.shape[2] != 3 or 0 in self.pixels.shape:
            raise ValueError(f"pixels must be (H, W, 3) and not empty, got {self.pixels.shape}")
        if self.pixels.dtype != (np.uint8 if self.depth == 8 else np.uint16):
            raise ValueError(f"depth {self.depth} does not fit pixels of {self.pixels.dtype}")
        self.pixels.setflags(write=False)
        if self.alpha is not None:
            if self.alpha.shape != self.pixels.shape[:2] or self.alpha.dtype != self.pixels.dtype:
                raise ValueError(f"alpha {self.alpha.shape} {self.alpha.dtype} does not fit the pixels")
            self.alpha.setflags(write=False)

    @property
    def width(self) -> int:
        """Width in pixels."""
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        """Height in pixels."""
        return int(self.pixels.shape[0])

    @property
    def peak(self) -> int:
        """The value of white: 255 or 65535."""
        return 255 if self.pixels.dtype == np.uint8 else 65535

    @property
    def megapixels(self) -> float:
        """Width times height in millions."""
        return self.width * self.height / 1e6


@dataclass(frozen=True)
class Repaired:
    """What a prior has done to a picture.

    `strength` it had, `wanted` was asked for; less where the budget did not allow it. `share` of the pixels differ by
    half a level of 255 or more, `mean` is the mean change of the picture, peak 1. Of `windows` with rain `kept` stayed as they
    were since a check failed; `broken` pixels stayed since the prior gave no number.
    """

    prior: str
    strength: float
    wanted: float
    share: float = 0.0
    mean: float = 0.0
    windows: int = 0
    kept: int = 0
    broken: int = 0


@dataclass(frozen=True, eq=False)
class Frame:
    """One picture of a stream. `source` stays beside `image` for strength, masks and refinement; a photo is frame 0.

    `shown_s` is how long it is shown, where the file says so; None: until the next one.
    `rain` is what a derainer found: the mean of |derained - rainy| at full strength and without mask, 0 to 1; None before.
    `repaired`: what a prior did, None where none was asked; `unrepaired` the picture before that, where somebody wants it.
    """

    index: int
    time_s: Fraction
    image: Image
    source: Image = field(repr=False)
    rain: float | None = None
    shown_s: Fraction | None = None
    repaired: Repaired | None = None
    unrepaired: Image | None = field(default=None, repr=False)
