"""Colours that are no intensities of red, green and blue, made such: inks, Lab, and profiles made of tables."""

import io

import numpy as np
from PIL import Image as Pillow
from PIL import ImageCms

from rainapp.media.colour.decoded_pixels import Decoded

_MATRIX_TAGS, _TABLE_TAG = (b"rXYZ", b"rTRC"), b"A2B0"
_APPROXIMATE = "The file has no ink profile: its CMYK colours are converted by the plain formula and are approximate."


def from_inks_or_lab(opened: Pillow.Image, icc: bytes | None) -> Decoded:
    """CMYK through the embedded profile, or the plain formula with a note; Lab by its definition."""
    srgb = ImageCms.createProfile("sRGB")
    notes: tuple[str, ...] = ()
    source: ImageCms.ImageCmsProfile | None = None
    if opened.mode == "LAB":
        source = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    elif icc and icc[16:20] == b"CMYK":
        source = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        notes = ("The CMYK picture was converted to sRGB through its profile.",)
    if source is None:
        return Decoded(np.array(opened.convert("RGB")), notes=(_APPROXIMATE,))
    intent, flags = ImageCms.Intent.RELATIVE_COLORIMETRIC, ImageCms.Flags.BLACKPOINTCOMPENSATION
    turned_rgb = ImageCms.profileToProfile(opened, source, srgb, renderingIntent=intent, outputMode="RGB", flags=flags)
    assert turned_rgb is not None
    return Decoded(np.array(turned_rgb), notes=notes)


def in_usual_colour(decoded: Decoded) -> Decoded:
    """Convert to sRGB what is RGB in name only: a profile made of tables (XYB, scanners) says that numbers are no intensities.

    Pictures of 16 bit keep their numbers and profile, since the colour engine at hand works in 8.
    """
    icc = decoded.icc
    if not icc or not has_tables(icc) or decoded.depth > 8:
        return decoded
    picture = Pillow.fromarray(decoded.pixels)
    source = ImageCms.ImageCmsProfile(io.BytesIO(icc))
    converted = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    assert converted is not None
    note = "The picture was converted to sRGB: its own profile is one of tables."
    return Decoded(np.array(converted), decoded.alpha, 8, None, (*decoded.notes, note))


def has_tables(icc: bytes | None) -> bool:
    """Whether an RGB profile is made of tables alone, with no matrix that would make its numbers intensities."""
    if not icc or icc[16:20] != b"RGB ":
        return False
    count = min(int.from_bytes(icc[128:132], "big"), 200)
    tags = {icc[132 + 12 * index : 136 + 12 * index] for index in range(count)}
    return _TABLE_TAG in tags and not all(tag in tags for tag in _MATRIX_TAGS)
