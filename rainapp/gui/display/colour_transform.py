"""From a photo's colours straight to those of the screen it is shown on, by their profiles."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColorSpace, QImage

from rainapp.jobs.records import FindScreenProfile, ScreenProfile

Bytes = NDArray[np.uint8]

SRGB = QColorSpace(QColorSpace.NamedColorSpace.SRgb)


@dataclass(frozen=True, eq=False)
class ShownSpace:
    """What a screen's profile means to Qt; None where there is none, or none that colours can be led into."""

    job: FindScreenProfile
    space: QColorSpace | None


def space_of(icc: bytes) -> QColorSpace | None:
    """The colour space that an ICC profile of RGB describes; None where Qt does not understand it."""
    space = QColorSpace.fromIccProfile(icc)
    return space if space.isValid() and space.colorModel() == QColorSpace.ColorModel.Rgb else None


def converted(pixels: Bytes, icc: bytes | None, screen: QColorSpace) -> Bytes:
    """`pixels` (H, W, 3) uint8 of a picture with the profile `icc` (None: sRGB), as `screen` needs them."""
    source = (space_of(icc) if icc else None) or SRGB
    pixels = np.ascontiguousarray(pixels)
    if source == screen:
        return pixels
    height, width = pixels.shape[:2]
    image = QImage(pixels.data, width, height, width * 3, QImage.Format.Format_RGB888).copy()
    image.setColorSpace(source)
    image.convertToColorSpace(screen)
    if image.colorSpace() != screen or image.format() != QImage.Format.Format_RGB888:
        return pixels  # a profile that leads nowhere
    lines = np.frombuffer(image.constBits(), np.uint8).reshape(height, image.bytesPerLine())
    return lines[:, : width * 3].reshape(height, width, 3).copy()


def shown_space(profile: ScreenProfile) -> ShownSpace:
    """The space of a screen's profile."""
    space = space_of(profile.icc) if profile.icc is not None else None
    return ShownSpace(profile.job, space if space is not None and space.isValidTarget() else None)
