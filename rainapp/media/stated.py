"""What the numbers of a picture mean, brought into the format of its result: kept, turned into a profile, or converted."""

from dataclasses import dataclass, replace

from rainapp.image import Image
from rainapp.media.code_points import HOLDERS, UNSTATED, Points, grey_of, profile_of, to_screen
from rainapp.media.metadata import Metadata

_BT2020, _DISPLAY_P3, _SRGB, _SRGB_CURVE = 9, 12, 1, 13
_TONED = "The HDR picture was brought to the brightness of usual screens, since the format holds no HDR."
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


def with_points(meta: Metadata, points: Points | None) -> Metadata:
    """The metadata of a PNG with a chunk for `points`, unless it has one or they mean nothing but sRGB."""
    if points is None or points.is_plain or any(name == "cICP" for name, _ in meta.own):
        return meta
    return replace(meta, own=(("cICP", bytes((points.primaries, points.transfer, 0, 1))), *meta.own))
