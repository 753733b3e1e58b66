"""Pictures made ready for the screen, on the worker thread: the GUI thread only paints them.

A `Picture` or `Previewed` becomes pyramids of 8-bit `QImage`s in the colours of the screen. The layers that the canvas mixes
are made here once, so that the amount is a matter of painting with an opacity: the GUI thread computes on no pixel.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
from PySide6.QtGui import QColorSpace, QImage

from rainapp.base.image import Image, Pixels, Repaired
from rainapp.gui.display.colour_transform import SRGB, Bytes, converted, shown_space
from rainapp.jobs.records import (
    STRENGTH_MAX,
    Parts,
    Picture,
    Played,
    PlayedFrame,
    PlayFrames,
    Previewed,
    Region,
    ScreenProfile,
)

SMALLEST_LEVEL_PX = 256
FAST_FORMAT_MP = 16.0  # levels up to this size are kept as 32-bit pixels, which Qt paints two to three times as fast
_GROUND = 128  # what lies behind transparent pixels
_OVER = STRENGTH_MAX
_HALF = np.float32(0.5)
_NO_CHANGE = 128
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)  # Rec. 709


@dataclass(frozen=True, eq=False)
class Pyramid:
    """One picture at full size and halved again and again; `levels[0]` is (height, width)."""

    levels: tuple[QImage, ...]

    @property
    def width(self) -> int:
        """Width of the largest level in pixels."""
        return self.levels[0].width()

    @property
    def height(self) -> int:
        """Height of the largest level in pixels."""
        return self.levels[0].height()

    @property
    def bytes(self) -> int:
        """Memory that the levels take."""
        return sum(level.sizeInBytes() for level in self.levels)

    def level_for(self, scale: float) -> QImage:
        """The smallest level that is still at least as fine as the screen. `scale`: screen pixels per pixel of level 0."""
        steps = 0
        while scale <= 0.5 and steps < len(self.levels) - 1:
            scale *= 2
            steps += 1
        return self.levels[steps]


@dataclass(frozen=True, eq=False)
class ShownPicture:
    """A `Picture` ready to paint, in the colours of `space`."""

    source: Path
    picture: Pyramid
    full_width: int
    full_height: int
    is_clip: bool
    duration_s: float
    space: QColorSpace
    container: str = ""
    moves: bool = False


@dataclass(frozen=True, eq=False)
class ShownPair:
    """A `Previewed` ready to paint, with the layers that the amount mixes.

    `over` is the amount of 130, `rain` what was removed in colour, `rain_grey` its luminance; `change` holds indices, 128 plus
    the change of luminance in grey levels, for which whoever paints sets a colour table; `region` is where it all lies in the
    full picture; `is_rough` as in `Previewed`. `left` holds
    indices, up to 255 for as much fine structure across the rain as rain had; None: it cannot be told. Where it was `repaired`,
    `repair` holds indices as `change` does, of what that changed.
    """

    source: Path
    rainy: Pyramid
    derained: Pyramid
    over: Pyramid
    rain: Pyramid
    rain_grey: Pyramid
    change: Pyramid
    region: Region
    rain_found: bool
    seconds: float
    is_rough: bool = False
    left: Pyramid | None = None
    repair: Pyramid | None = None
    repaired: Repaired | None = None

    @property
    def bytes(self) -> int:
        """Memory that all layers take."""
        layers = (self.rainy, self.derained, self.over, self.rain, self.rain_grey, self.change, self.left, self.repair)
        return sum(layer.bytes for layer in layers if layer is not None)


@dataclass(frozen=True, eq=False)
class ShownParts:
    """`Parts` ready to paint: the same `region` of several pictures of one size."""

    pictures: tuple[Pyramid, ...]
    region: Region
    full_width: int
    full_height: int


@dataclass(frozen=True, eq=False)
class ShownFrame:
    """A `PlayedFrame` ready to paint: one level only, for it is about as large as the view."""

    time_s: float
    next_s: float | None
    rainy: Pyramid
    pair: ShownPair | None
    flicker: tuple[float, float] | None = None

    @property
    def bytes(self) -> int:
        """Memory that all layers take."""
        return self.pair.bytes if self.pair is not None else self.rainy.bytes


@dataclass(frozen=True, eq=False)
class ShownFrames:
    """A `Played` ready to paint."""

    job: PlayFrames
    frames: tuple[ShownFrame, ...]


def for_screen(result: object, space: QColorSpace = SRGB) -> object:
    """`result` of a job, made ready for a screen of `space` where it holds pixels; anything else passes as it is."""
    if isinstance(result, Picture):
        return ShownPicture(
            result.source, pyramid(screen_bytes(result.image, space)), result.full_width, result.full_height,
            result.is_clip, result.duration_s, space, result.container, result.moves,
        )  # fmt: skip
    if isinstance(result, Previewed):
        return _pair(result, space)
    if isinstance(result, Parts):
        pictures = tuple(pyramid(screen_bytes(image, space)) for image in result.images)
        return ShownParts(pictures, result.region, result.full_width, result.full_height)
    if isinstance(result, Played):
        whole = Region(0, 0, result.full_width, result.full_height)
        return ShownFrames(result.job, tuple(_frame(result.job.source, frame, whole, space) for frame in result.frames))
    return shown_space(result) if isinstance(result, ScreenProfile) else result


def _frame(source: Path, frame: PlayedFrame, whole: Region, space: QColorSpace) -> ShownFrame:
    """One frame of a clip; the extreme amount is left out, and what was removed is kept in grey only, to save memory."""
    rainy = screen_bytes(frame.rainy, space)
    before = _single(rainy)
    if frame.derained is None:
        return ShownFrame(frame.time_s, frame.next_s, before, None)
    derained = screen_bytes(frame.derained, space)
    change = (derained.astype(np.int16) - rainy) @ _LUMINANCE
    indices = np.clip(change + np.float32(_NO_CHANGE + 0.5), 0, 255).astype(np.uint8)
    rain = np.clip(_HALF - change, 0, 255).astype(np.uint8)
    after, grey = _single(derained), Pyramid((_plane(rain, QImage.Format.Format_Grayscale8),))
    pair = ShownPair(
        source,
        before,
        after,
        after,
        grey,
        grey,
        Pyramid((_plane(indices, QImage.Format.Format_Indexed8),)),
        whole,
        frame.rain_found,
        0.0,
    )
    return ShownFrame(frame.time_s, frame.next_s, before, pair, frame.flicker)


def _single(pixels: Bytes) -> Pyramid:
    return Pyramid((_image(pixels).convertToFormat(QImage.Format.Format_RGB32),))


def _plane(values: Bytes, form: QImage.Format) -> QImage:
    height, width = values.shape
    return QImage(np.ascontiguousarray(values).data, width, height, width, form).copy()


def _pair(result: Previewed, space: QColorSpace) -> ShownPair:
    rainy, derained = (np.ascontiguousarray(screen_bytes(side, space)) for side in (result.rainy, result.derained))
    over, rain, grey, change = _layers(rainy, derained)
    return ShownPair(
        result.source, pyramid(rainy), pyramid(derained), pyramid(over), pyramid(rain), pyramid(grey),
        index_pyramid(change), result.region, result.rain_found, result.seconds, result.is_rough, _left(rainy, derained),
        _repair(result.unrepaired, derained, space), result.repaired,
    )  # fmt: skip


def _repair(unrepaired: Image | None, derained: Bytes, space: QColorSpace) -> Pyramid | None:
    """The layer `repair` of a `ShownPair`: of the three colours the one that changed most."""
    if unrepaired is None:
        return None
    change = derained.astype(np.int16) - screen_bytes(unrepaired, space)
    up, down = change.max(axis=2), change.min(axis=2)
    most = np.where(up >= -down, up, down)
    return index_pyramid(np.clip(most + _NO_CHANGE, 0, 255).astype(np.uint8))


def _left(rainy: Bytes, derained: Bytes) -> Pyramid | None:
    """The layer `left` of a `ShownPair`."""
    from rainapp.metrics.fine_structure import fine_left

    left = fine_left(rainy, derained)
    return None if left is None else index_pyramid((left * np.float32(255)).astype(np.uint8))


def _layers(rainy: Bytes, derained: Bytes) -> tuple[Bytes, Bytes, Bytes, Bytes]:
    """`over`, `rain`, `rain_grey` (H, W, 3) and `change` (H, W) of a `ShownPair`."""
    import cv2  # ten times as fast as numpy; decoding has loaded it by now

    over = cv2.addWeighted(derained, _OVER, rainy, 1 - _OVER, 0.0)
    rain = cv2.subtract(rainy, derained)
    grey = cv2.cvtColor(cv2.transform(rain, _LUMINANCE[None]), cv2.COLOR_GRAY2RGB)
    change = cv2.subtract(derained, rainy, dtype=cv2.CV_16S)
    indices = cv2.transform(change, np.array([[*_LUMINANCE, _NO_CHANGE]], np.float32))
    return cast(Bytes, over), cast(Bytes, rain), cast(Bytes, grey), np.clip(indices, 0, 255).astype(np.uint8)


def screen_bytes(image: Image, space: QColorSpace = SRGB) -> Bytes:
    """`image` as (H, W, 3) uint8, opaque, in the colours of a screen: from its ICC profile, where Qt understands that."""
    eight = _eight_bit(image.pixels)
    if image.alpha is not None:
        eight = _on_ground(eight, image.alpha)
    return converted(eight, image.colour.icc, space)


def _eight_bit(pixels: Pixels) -> Bytes:
    if pixels.dtype == np.uint8:
        return cast(Bytes, pixels)
    return np.right_shift(pixels, 8).astype(np.uint8)


def _on_ground(pixels: Bytes, alpha: Pixels) -> Bytes:
    cover = _eight_bit(alpha).astype(np.uint16)[..., None]
    return ((pixels * cover + _GROUND * (255 - cover) + 127) // 255).astype(np.uint8)


def _image(pixels: Bytes) -> QImage:
    """A `QImage` that looks into `pixels` (H, W, 3) uint8 without copying; the array must outlive it."""
    height, width = pixels.shape[:2]
    return QImage(np.ascontiguousarray(pixels).data, width, height, width * 3, QImage.Format.Format_RGB888)


def pyramid(pixels: Bytes) -> Pyramid:
    """The pyramid of `pixels` (H, W, 3) uint8; each level is the mean of two by two pixels of the one before."""
    levels = []
    while True:
        height, width = pixels.shape[:2]
        whole = _image(pixels)
        small = height * width <= FAST_FORMAT_MP * 1e6
        levels.append(whole.convertToFormat(QImage.Format.Format_RGB32) if small else whole.copy())
        if max(height, width) <= SMALLEST_LEVEL_PX or min(height, width) < 2:
            return Pyramid(tuple(levels))
        pixels = _halved(pixels)


def index_pyramid(indices: Bytes) -> Pyramid:
    """The pyramid of `indices` (H, W) uint8 as images with a colour table that is still to be set."""
    levels = []
    while True:
        height, width = indices.shape
        levels.append(_plane(indices, QImage.Format.Format_Indexed8))
        if max(height, width) <= SMALLEST_LEVEL_PX or min(height, width) < 2:
            return Pyramid(tuple(levels))
        indices = _halved(indices[..., None])[..., 0]


def _halved(pixels: Bytes) -> Bytes:
    """Half the size by the mean of two by two; an odd last row or column is dropped. (H, W, C) to (H // 2, W // 2, C)."""
    import cv2

    height, width, channels = pixels.shape[0] // 2, pixels.shape[1] // 2, pixels.shape[2]
    half = cv2.resize(pixels[: height * 2, : width * 2], (width, height), interpolation=cv2.INTER_AREA)
    return cast(Bytes, half.reshape(height, width, channels))
