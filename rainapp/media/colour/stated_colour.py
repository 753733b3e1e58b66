"""What the numbers of a picture mean, brought into the format of its result: kept, turned into a profile, or converted."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from rainapp.base.image import Image
from rainapp.media.colour.code_points import HOLDERS, UNSTATED, Points, grey_of, profile_of, to_screen
from rainapp.media.metadata.metadata import Metadata

_BT2020, _DISPLAY_P3, _SRGB, _SRGB_CURVE = 9, 12, 1, 13
_TONED = "The HDR picture was brought to the brightness of usual screens, since the format holds no HDR."
_LIGHT_LOST = "What the HDR picture says of its brightness (MaxCLL, mastering screen) is left out."
_UNHELD = "The file states its colours in a way that the format cannot: they may look different."


@dataclass(frozen=True)
class Fitted:
    """A picture ready for a format: `icc` is the profile to write, `points` the code points, either or both None."""

    image: Image
    icc: bytes | None
    points: Points | None = None
    notes: tuple[str, ...] = ()


def fitted(image: Image, made_icc: bytes | None, container: str, *, same: bool, grey: bool) -> Fitted:
    """`image` for `container`; `made_icc` is the profile that was made of the source's statement instead of read from it.

    `same`: the source has this container, so that its own statements are written again.
    """
    colour = image.colour
    own = None if colour.icc == made_icc else colour.icc
    points = None
    if colour.primaries is not None or colour.transfer is not None:
        points = _completed(Points(colour.primaries or UNSTATED, colour.transfer or UNSTATED))
    if points is None or points.is_plain:
        made = None if same or made_icc is None or own else _made(made_icc, grey)
        return Fitted(image, own or made, points)
    if container in HOLDERS:
        return Fitted(image, own, points)
    if points.is_hdr and points.is_known:
        usual = Points(_SRGB if Points(points.primaries, _SRGB_CURVE).is_plain else _DISPLAY_P3, _SRGB_CURVE)
        pixels = to_screen(image.pixels, points, usual.primaries)
        return Fitted(replace(image, pixels=pixels), _made(profile_of(usual), grey), None, (_TONED,))
    icc = own or _made(profile_of(points), grey)
    return Fitted(image, icc, None, () if icc else (_UNHELD,))


def _made(profile: bytes | None, grey: bool) -> bytes | None:
    return grey_of(profile) if profile and grey else profile


def _completed(points: Points) -> Points:
    """HDR without a word on its primaries is of BT.2020, as all of it is."""
    return replace(points, primaries=_BT2020) if points.is_hdr and points.primaries == UNSTATED else points


def with_points(meta: Metadata, points: Points | None, light: Mapping[str, int] = MappingProxyType({})) -> Metadata:
    """The metadata of a PNG with chunks for `points` and the brightness in `light`, unless it has them or means sRGB."""
    if points is None or points.is_plain or any(name == "cICP" for name, _ in meta.own):
        return meta
    chunks = [("cICP", bytes((points.primaries, points.transfer, 0, 1)))]
    if "max_cll" in light:
        chunks.append(("cLLI", struct.pack(">II", light["max_cll"] * 10_000, light["max_fall"] * 10_000)))
    return replace(meta, own=(*chunks, *meta.own))


def light_of(traits: Mapping[str, int]) -> dict[str, int]:
    """The figures of an HDR picture's brightness among the facts of a header."""
    return {name: traits[name] for name in ("max_cll", "max_fall") if name in traits}


def light_notes(traits: Mapping[str, int], container: str, *, same: bool) -> tuple[str, ...]:
    """What to say of those of an HDR picture whose result is one in `container` too."""
    if same and container == "png":
        return ()
    return (_LIGHT_LOST,) if "mastering" in traits or container == "avif" and "max_cll" in traits else ()
