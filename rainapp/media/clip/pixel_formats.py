"""Between decoded frames and RGB: matrix and range right both ways, 8 bit as uint8 and more as full-scale uint16.

swscale does what it does exactly, `colour_matrix` the rest. swscale takes its own numbers for matrices (they equal the code
points of H.273 where both exist). A clip that does not say its matrix is read as players do: BT.709 from 1280 or 720 pixels
on, BT.601 below; the same guess is made when writing, so that it cancels out.
"""

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter
from numpy.typing import NDArray

from rainapp.base.image import Colour, Image, Pixels
from rainapp.media.clip.colour_matrix import frame_of, planar_format, rgb_of
from rainapp.media.clip_facts import RANGE_FULL, RANGE_LIMITED, UNSAID, ClipFacts, as_stored, upright

# Without accurate rounding and full chroma swscale is off by several levels.
_SCALING = int(Interpolation.BICUBIC | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT | Interpolation.FULL_CHR_H_INP)

_SWS_709, _SWS_601 = 1, 5
# Code point -> swscale. BT.2020 with constant luminance (10) is close enough to 9 when the same is used both ways.
_SWS_MATRICES = {1: 1, 4: 4, 5: 5, 6: 5, 7: 7, 9: 9, 10: 9}


def swscale_matrix(facts: ClipFacts) -> int:
    """Give swscale's number of the matrix to read and write `facts` with."""
    is_large = facts.stored_width >= 1280 or facts.stored_height >= 720
    return _SWS_MATRICES.get(facts.matrix, _SWS_709 if is_large else _SWS_601)


def colour_of(facts: ClipFacts) -> Colour:
    """The colour of decoded RGB frames: transfer and primaries as tagged, `matrix` as the file stores it."""

    def said(code: int) -> int | None:
        return None if code == UNSAID else code

    return Colour(primaries=said(facts.primaries), transfer=said(facts.transfer), matrix=said(facts.matrix))


class FrameReader:
    """Turns decoded frames into upright images of one size."""

    def __init__(self, facts: ClipFacts, *, longest_px: int = 0) -> None:
        """`longest_px` 0 keeps size and depth; otherwise images are 8 bit and no side is longer."""
        self.facts = facts
        self._reformatter = VideoReformatter()
        longest = max(facts.stored_width, facts.stored_height)
        scale = min(1.0, longest_px / longest) if longest_px else 1.0
        self._width = max(1, round(facts.stored_width * scale))
        self._height = max(1, round(facts.stored_height * scale))
        self._depth = 8 if longest_px else facts.depth
        self._colour = colour_of(facts)

    def read(self, frame: VideoFrame) -> Image:
        """The upright picture of `frame`: (H, W, 3) uint8, or uint16 over the full scale for more than 8 bit."""
        stored = self._eight_bit(frame) if self._depth == 8 else self._deep(frame)
        pixels = np.ascontiguousarray(upright(stored, self.facts.display_matrix))
        return Image(pixels, depth=self._depth, colour=self._colour)

    def _eight_bit(self, frame: VideoFrame) -> Pixels:
        rgb = self._reformatter.reformat(
            frame,
            width=self._width,
            height=self._height,
            format="rgb24",
            src_colorspace=swscale_matrix(self.facts),
            dst_colorspace=swscale_matrix(self.facts),
            interpolation=_SCALING,
            src_color_range=RANGE_FULL if self.facts.full_range else RANGE_LIMITED,
            dst_color_range=RANGE_FULL,
        )
        pixels: NDArray[np.uint8] = rgb.to_ndarray().astype(np.uint8, copy=False)
        return pixels

    def _deep(self, frame: VideoFrame) -> Pixels:
        same = planar_format(frame.format.name)
        planar = self._reformatter.reformat(frame, width=self._width, height=self._height, format=same, interpolation=_SCALING)
        return rgb_of(planar, swscale_matrix(self.facts), self.facts.full_range)


class FrameWriter:
    """Turns upright images into frames of the encoder's pixel format."""

    def __init__(self, facts: ClipFacts, pix_fmt: str, *, full_range: bool) -> None:
        """`full_range` says how luma is written; ignored for RGB formats."""
        self.facts = facts
        self.pix_fmt = pix_fmt
        self._full_range = full_range
        self._range = RANGE_FULL if full_range else RANGE_LIMITED
        self._reformatter = VideoReformatter()

    def write(self, image: Image) -> VideoFrame:
        """The frame of `image`, tagged, without a time. Raises ValueError when the size is not the clip's."""
        pixels: Pixels = np.ascontiguousarray(as_stored(image.pixels, self.facts.display_matrix))
        expected = (self.facts.stored_height, self.facts.stored_width)
        if pixels.shape[:2] != expected:
            raise ValueError(f"frame of {pixels.shape[:2]} in a clip of {expected}")
        if pixels.dtype == np.uint8 and not self._full_range:
            frame = self._eight_bit(pixels)
        else:
            planar = frame_of(pixels, planar_format(self.pix_fmt), swscale_matrix(self.facts), self._full_range)
            frame = self._reformatter.reformat(planar, format=self.pix_fmt)
        frame.color_range = self._range
        frame.colorspace = self.facts.matrix
        frame.color_trc = self.facts.transfer
        frame.color_primaries = self.facts.primaries
        return frame

    def _eight_bit(self, pixels: Pixels) -> VideoFrame:
        rgb = VideoFrame.from_ndarray(pixels, format="rgb24")
        rgb.color_range = RANGE_FULL
        return self._reformatter.reformat(
            rgb,
            format=self.pix_fmt,
            src_colorspace=swscale_matrix(self.facts),
            dst_colorspace=swscale_matrix(self.facts),
            interpolation=_SCALING,
            src_color_range=RANGE_FULL,
            dst_color_range=self._range,
        )
