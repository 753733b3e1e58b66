"""What is known of a clip before its frames are read, and how its pixels turn upright.

`ClipFacts` is what `MediaInfo.carry` holds for clips: all a sink needs to write the same kind of clip again. Reading them is
left to `clip_open`, choosing an encoder by them to `codec_choice`.
"""

import struct
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

IDENTITY_MATRIX = (65536, 0, 0, 0, 65536, 0, 0, 0, 1 << 30)

# Code points of ITU-T H.273 that FFmpeg uses as they are; 2 means "not said".
UNSAID = 2
MATRIX_RGB = 0
MATRIX_JPEG = 5  # the only one that JPEG knows
RANGE_LIMITED = 1
RANGE_FULL = 2


_UNTURNED = ("avi", "mpegts")  # muxers that cannot say that a picture is turned


@dataclass(frozen=True)
class Hdr:
    """HDR10 side data: mastering display (ten numbers) and content light level, or None where the clip says nothing.

    `mastering`: red x, red y, green x, green y, blue x, blue y, white x, white y (CIE 1931), lowest and highest cd/m2.
    `light`: brightest pixel and brightest frame average in cd/m2.
    """

    mastering: tuple[Fraction, ...] | None = None
    light: tuple[int, int] | None = None

    @property
    def mastering_text(self) -> str:
        """The mastering display as x265 and x264 write it: chromaticity in 1/50000, luminance in 1/10000 cd/m2."""
        if self.mastering is None:
            return ""
        chroma = [round(value * 50000) for value in self.mastering[:8]]
        low, high = (round(value * 10000) for value in self.mastering[8:])
        (rx, ry, gx, gy, bx, by, wx, wy) = chroma
        return f"G({gx},{gy})B({bx},{by})R({rx},{ry})WP({wx},{wy})L({high},{low})"

    @property
    def light_text(self) -> str:
        """The content light level as encoders write it: "1000,400"."""
        return "" if self.light is None else f"{self.light[0]},{self.light[1]}"


def parse_mastering(blob: bytes) -> tuple[Fraction, ...] | None:
    """The ten numbers of FFmpeg's AVMasteringDisplayMetadata, or None unless both halves are there."""
    if len(blob) < 88:
        return None
    values = struct.unpack("=20i2i", blob[:88])
    denominators = values[1:20:2]
    if not (values[20] and values[21]) or 0 in denominators:
        return None
    return tuple(Fraction(values[i], values[i + 1]) for i in range(0, 20, 2))


def parse_light(blob: bytes) -> tuple[int, int] | None:
    """MaxCLL and MaxFALL of FFmpeg's AVContentLightMetadata, or None when both are zero."""
    if len(blob) < 8:
        return None
    brightest, average = struct.unpack("=2I", blob[:8])
    return (brightest, average) if brightest or average else None


@dataclass(frozen=True)
class Extras:
    """What a file says beside the picture's pixels.

    `entry_boxes` and `track_boxes` are boxes of MP4 that a result may take over as they are. `dolby`: profile and compatibility
    number of Dolby Vision. `made_anew`: tracks that a muxer writes itself (chapters, time code). `pictures`: how many picture
    tracks there are, covers left out.
    """

    entry_boxes: bytes = b""
    track_boxes: bytes = b""
    spherical: bool = False
    stereo: bool = False
    cropped: bool = False
    dolby: tuple[int, int] | None = None
    captions: bool = False
    transparent: bool = False
    second_view: bool = False
    made_anew: frozenset[int] = frozenset()
    pictures: int = 1


@dataclass(frozen=True)
class ClipFacts:
    """All that a sink needs to know of a source clip.

    `rate` is the average number of frames a second (0 when unknown); times are counted in `time_base`. `matrix`, `transfer`,
    `primaries` and `colour_range` are the code points found in the file, `UNSAID` (range: 0) where it says nothing.
    `bits_a_pixel` is the size of the coded picture, 0 when unknown: a measure of how well the source was kept. `joined`: its
    clock begins anew on the way, so places cannot be looked up in it. `grid`: all times are whole multiples of it; 0 when
    nobody knows.
    """

    stream: int
    codec: str
    pix_fmt: str
    depth: int
    stored_width: int
    stored_height: int
    time_base: Fraction
    rate: Fraction
    profile: str = ""
    codec_tag: str = ""
    matrix: int = UNSAID
    transfer: int = UNSAID
    primaries: int = UNSAID
    colour_range: int = 0
    sample_aspect: Fraction | None = None
    display_matrix: tuple[int, ...] | None = None
    hdr: Hdr = field(default_factory=Hdr)
    hdr_plus: bool = False
    interlaced: bool = False
    bits_a_pixel: float = 0.0
    grid: Fraction = Fraction(0)
    joined: bool = False
    extras: Extras = field(default_factory=Extras)

    @property
    def is_rgb(self) -> bool:
        """Whether the stored pixels are red, green and blue instead of luma and chroma."""
        return self.pix_fmt.startswith(("gbr", "rgb", "bgr", "0rgb", "0bgr", "argb", "abgr", "pal8", "x2rgb", "x2bgr"))

    @property
    def full_range(self) -> bool:
        """Whether the stored numbers use the whole range; unsaid means limited, except where the format says full."""
        return self.is_rgb or self.colour_range == RANGE_FULL or self.pix_fmt.startswith("yuvj")

    @property
    def step(self) -> Fraction:
        """The usual time between two frames in seconds, from the average rate."""
        return 1 / self.rate if self.rate > 0 else Fraction(1, 25)


PICTURES = "pictures"  # in place of a codec: the frames are files of their own


@dataclass(frozen=True)
class PictureFacts(ClipFacts):
    """The facts of numbered pictures: `files` in order, and a `stamp` that changes when one of them does."""

    files: tuple[Path, ...] = ()
    stamp: str = ""


def turns_sideways(matrix: tuple[int, ...] | None) -> bool:
    """Whether a display matrix exchanges width and height."""
    return matrix is not None and matrix[0] == 0 and matrix[4] == 0


def writable(facts: ClipFacts, muxer: str, encoder: str) -> ClipFacts:
    """`facts` as a file of this kind can say them: where it cannot say that a picture is turned, it is written upright."""
    if encoder == "mjpeg":
        facts = replace(facts, matrix=MATRIX_JPEG)
    if muxer == "avi" and facts.grid:
        facts = replace(facts, time_base=facts.grid)  # readers guess the last frame's time by the ticks
    matrix = facts.display_matrix
    if muxer not in _UNTURNED or matrix is None or not is_right_angled(matrix):
        return facts
    if not turns_sideways(matrix):
        return replace(facts, display_matrix=None)
    aspect = 1 / facts.sample_aspect if facts.sample_aspect else None
    width, height = facts.stored_height, facts.stored_width
    return replace(facts, display_matrix=None, sample_aspect=aspect, stored_width=width, stored_height=height)


def is_right_angled(matrix: tuple[int, ...]) -> bool:
    """Whether a display matrix is one of the eight that turn by quarters and mirror, without scaling."""
    a, b, _, c, d = matrix[:5]
    straight = b == 0 and c == 0 and abs(a) == abs(d) == 65536
    sideways = a == 0 and d == 0 and abs(b) == abs(c) == 65536
    return straight or sideways


def upright(pixels: NDArray[np.generic], matrix: tuple[int, ...] | None) -> NDArray[np.generic]:
    """`pixels` (H, W, ...) as they are meant to be seen. A display matrix sends x to a*x + c*y and y to b*x + d*y."""
    if matrix is None or not is_right_angled(matrix):
        return pixels
    a, b, _, c, d = matrix[:5]
    if a == 0:
        pixels = pixels.swapaxes(0, 1)
    if a + c < 0:
        pixels = pixels[:, ::-1]
    if b + d < 0:
        pixels = pixels[::-1]
    return pixels


def as_stored(pixels: NDArray[np.generic], matrix: tuple[int, ...] | None) -> NDArray[np.generic]:
    """The opposite of `upright`: upright `pixels` (H, W, ...) as the file stores them."""
    if matrix is None or not is_right_angled(matrix):
        return pixels
    a, b, _, c, d = matrix[:5]
    if b + d < 0:
        pixels = pixels[::-1]
    if a + c < 0:
        pixels = pixels[:, ::-1]
    return pixels.swapaxes(0, 1) if a == 0 else pixels
