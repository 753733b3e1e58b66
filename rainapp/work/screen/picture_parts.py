"""Parts of pictures: a rectangle kept within a picture, and what lies in it."""

from dataclasses import replace

from rainapp.base.image import Image
from rainapp.jobs.records import Region


def clipped(region: Region, image: Image) -> Region:
    """The part of `region` that lies in the picture; at least one pixel."""
    left, top = (min(max(at, 0), end - 1) for at, end in ((region.x, image.width), (region.y, image.height)))
    right = min(max(region.x + region.width, left + 1), image.width)
    bottom = min(max(region.y + region.height, top + 1), image.height)
    return Region(left, top, right - left, bottom - top)


def crop(image: Image, region: Region) -> Image:
    """A part of the picture, as a copy, so that the whole can be let go."""
    rows, columns = slice(region.y, region.y + region.height), slice(region.x, region.x + region.width)
    alpha = None if image.alpha is None else image.alpha[rows, columns].copy()
    return replace(image, pixels=image.pixels[rows, columns].copy(), alpha=alpha)
