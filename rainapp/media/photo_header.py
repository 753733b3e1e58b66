"""What is known of a photo before one pixel is decoded, and the budget that decides whether any will be."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from rainapp.base import consent
from rainapp.base.errors import LargeFile, UnreadableFile
from rainapp.media.metadata.metadata import Metadata

ALLOW_HINT = "Open it only if you know it (on the command line with --allow-large)."
_TRUE_PHOTO_MB = 4200  # a 200-megapixel photo of 16 bit with alpha, source and result side by side, and some air
_SHARE = 0.5
_BOMB_PIXELS = 100e6
_DENSE_BYTES_PER_PIXEL = 1 / 100  # more tightly packed than photos are, but a picture of one colour may be
_BOMB_BYTES_PER_PIXEL = 1 / 2000  # a real 200-megapixel HEIC has 1/80; a blank page in CCITT G4 less than this, but no rain


@dataclass(frozen=True)
class Header:
    """The facts of a stored photo. `width` and `height` are those of the stored pixels; `orientation` says how they are turned.

    `depth` 8 to 16 is the number of significant bits after decoding. `turned` is true where the decoder itself makes them
    upright. `traits` are facts of one container that its writer wants to know, such as the quality of a JPEG. `made_icc` is a
    profile made of what the file states of its colours otherwise, None where it states nothing that differs from sRGB.
    """

    container: str
    width: int
    height: int
    depth: int = 8
    alpha: bool = False
    grey: bool = False
    orientation: int = 1
    turned: bool = False
    meta: Metadata = field(default_factory=Metadata)
    traits: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    made_icc: bytes | None = field(default=None, repr=False)

    @property
    def upright(self) -> tuple[int, int]:
        """Width and height once the orientation is applied."""
        return (self.height, self.width) if self.orientation >= 5 else (self.width, self.height)


def default_budget_mb() -> int:
    """Half of the physical memory, and never less than a true 200-megapixel photo of 16 bit needs."""
    return max(_TRUE_PHOTO_MB, int(psutil.virtual_memory().total / 1e6 * _SHARE))


def check_budget(path: Path, header: Header, file_bytes: int, budget_mb: int | None) -> None:
    """Raise UnreadableFile when source and result would not fit `budget_mb`, or when no photo packs so densely.

    What hardly any photo does is a LargeFile, unless the person has allowed it.
    """
    pixels = header.width * header.height
    megapixels = f"{pixels / 1e6:,.0f}"
    if pixels <= 0:
        raise UnreadableFile(
            f"{path.name} has no pixels: its header says {header.width} x {header.height}.", "It is damaged.", path
        )
    sample_bytes = max(2 if header.depth > 8 else 1, header.traits.get("bits", 8) // 8)
    needed_mb = pixels * (4 if header.alpha else 3) * sample_bytes * 2 / 1e6
    budget = default_budget_mb() if budget_mb is None else budget_mb
    if needed_mb > budget:
        raise UnreadableFile(
            f"{path.name} says it has {megapixels} megapixels, which would need {needed_mb / 1000:,.1f} GB of memory.",
            f"At most {budget / 1000:,.1f} GB are allowed here; make it smaller first if the photo is real.",
            path,
        )
    if pixels > _BOMB_PIXELS and file_bytes < pixels * _BOMB_BYTES_PER_PIXEL:
        raise UnreadableFile(
            f"{path.name} claims {megapixels} megapixels in {file_bytes / 1000:,.1f} kB, which no photo does.",
            "It looks like a decompression bomb and was not opened.",
            path,
        )
    if pixels > _BOMB_PIXELS and file_bytes < pixels * _DENSE_BYTES_PER_PIXEL and not consent.is_allowed(path):
        raise LargeFile(
            f"{path.name} has {file_bytes / 1e6:,.1f} MB and says it has {megapixels} megapixels, which would need about "
            f"{needed_mb / 1000:,.1f} GB of memory.",
            ALLOW_HINT,
            path,
        )
