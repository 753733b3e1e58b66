"""A part of a picture that the net goes over more than once, for who looks at a part and waits.

The first pass takes a little more than the part, so that the next one is shown what lies around it. How large the whole is
decides how a picture is seen; the next pass sees only what the first one left of the part, so very large photos may differ from
their file by a little at the coarsest. In haste there is one pass: the exact part follows.
"""

from dataclasses import replace

from rainapp.base.image import Image
from rainapp.inference.amount import change
from rainapp.inference.derainer import TiledNet
from rainapp.inference.part_of_picture import Part, derain_part
from rainapp.jobs.records import Region, Watch

MARGIN_PX = 192


def derain_part_again(
    net: TiledNet, image: Image, region: Region, watch: Watch, draft: bool, judges: bool, passes: int
) -> Part:
    """The part of `image` in `region` as it is after so many passes; see `derain_part`."""
    outer = _around(region, image, MARGIN_PX * (passes - 1))
    made = derain_part(net, image, outer, watch, draft, judges)
    inner = replace(region, x=region.x - outer.x, y=region.y - outer.y)
    for left in range(passes - 1, 0, -1):
        if made.is_rough:
            break
        whole = _around(inner, made.image, MARGIN_PX * (left - 1))
        made = derain_part(net, made.image, whole, watch, judges=False)
        inner = replace(inner, x=inner.x - whole.x, y=inner.y - whole.y)
    pixels = made.image.pixels[_place(inner)].copy()
    alpha = None if made.image.alpha is None else made.image.alpha[_place(inner)].copy()
    rain = change(image.pixels[_place(region)].copy(), pixels) / pixels.size / image.peak
    return Part(replace(made.image, pixels=pixels, alpha=alpha), rain, made.is_rough)


def _place(part: Region) -> tuple[slice, slice]:
    return slice(part.y, part.y + part.height), slice(part.x, part.x + part.width)


def _around(part: Region, image: Image, margin_px: int) -> Region:
    """`part` and a margin around it, as far as the picture goes."""
    left, top = max(0, part.x - margin_px), max(0, part.y - margin_px)
    right = min(image.width, part.x + part.width + margin_px)
    bottom = min(image.height, part.y + part.height + margin_px)
    return Region(left, top, right - left, bottom - top)
