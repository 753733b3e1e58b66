"""Colours stated by numbers instead of a profile: the code points of ITU-T H.273, and gamma and chromaticities in PNG.

PNG, HEIC and AVIF state code points; the other formats get an ICC profile made of them. The two transfer functions for HDR
(PQ and HLG) mean more light than such formats can state: their pictures are brought to the range of usual screens.
Method: ITU-T H.273, BT.2100, BT.2408 (white of graphics at 203 cd/m2), ICC.1:2022, PNG third edition.
"""

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Curve = Callable[[NDArray[np.float64]], NDArray[np.float64]]

PQ, HLG = 16, 18
UNSTATED = 2
HOLDERS = frozenset(("png", "heif", "avif"))  # containers that state code points
_SRGB_LIKE = frozenset((1, UNSTATED, 6, 13, 14, 15))  # transfer functions that screens show alike
_USUAL = frozenset((1, UNSTATED, 5, 6, 7))  # primaries of televisions and of sRGB, hardly told apart
_D65, _DCI, _C = (0.3127, 0.3290), (0.314, 0.351), (0.310, 0.316)
# Red, green, blue, white as x, y, by H.273 colour primaries.
_PRIMARIES: Mapping[int, tuple[tuple[float, float], ...]] = {
    1: ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060), _D65),
    4: ((0.670, 0.330), (0.210, 0.710), (0.140, 0.080), _C),
    5: ((0.640, 0.330), (0.290, 0.600), (0.150, 0.060), _D65),
    6: ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070), _D65),
    7: ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070), _D65),
    8: ((0.681, 0.319), (0.243, 0.692), (0.145, 0.049), _C),
    9: ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046), _D65),
    11: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), _DCI),
    12: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), _D65),
    22: ((0.630, 0.340), (0.295, 0.605), (0.155, 0.077), _D65),
}
_GAMMAS = {4: 2.2, 5: 2.8, 8: 1.0}
_SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
_TELEVISION_CURVE = (1 / 0.45, 1 / 1.099, 0.099 / 1.099, 1 / 4.5, 0.081)
_WHITE_CD_M2, _KNEE = 203.0, 0.6
_TABLE_ENTRIES = 4096
_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
_D50 = np.array([0.9642, 1.0, 0.8249])


@dataclass(frozen=True)
class Points:
    """Colour primaries and transfer function by their numbers in H.273."""

    primaries: int
    transfer: int

    @property
    def is_hdr(self) -> bool:
        """Whether white is not the brightest that the numbers can say."""
        return self.transfer in (PQ, HLG)

    @property
    def is_plain(self) -> bool:
        """Whether screens show the numbers as they show those of a picture that states nothing."""
        return self.primaries in _USUAL and self.transfer in _SRGB_LIKE

    @property
    def is_known(self) -> bool:
        """Whether a profile can be made of them."""
        return self.primaries in _PRIMARIES and (self.transfer in _SRGB_LIKE or self.transfer in _GAMMAS or self.is_hdr)


def points_of(traits: Mapping[str, int]) -> Points | None:
    """The code points among the facts of a header, or None."""
    if "primaries" not in traits and "transfer" not in traits:
        return None
    return Points(traits.get("primaries", UNSTATED), traits.get("transfer", UNSTATED))


@cache
def profile_of(points: Points) -> bytes | None:
    """The ICC profile of what `points` state, or None where it is plain sRGB or not known.

    That of HDR pictures shows them as `to_screen` converts them.
    """
    if points.is_plain or not points.is_known:
        return None
    if points.is_hdr:
        codes = np.linspace(0, 1, _TABLE_ENTRIES)
        curve = b"curv" + bytes(4) + struct.pack(">I", _TABLE_ENTRIES) + _u16(_to_screen_light(codes, points.transfer))
    elif points.transfer in _GAMMAS:
        curve = gamma_curve(_GAMMAS[points.transfer])
    else:
        television = points.transfer in (1, 6, 14, 15)
        curve = _parametric(3, *(_TELEVISION_CURVE if television else _SRGB_CURVE))
    return _made_profile(_PRIMARIES[points.primaries], curve)


def _u16(values: NDArray[np.float64]) -> bytes:
    return np.round(np.clip(values, 0, 1) * 65535).astype(">u2").tobytes()


def profile_of_png(gamma: bytes | None, chromaticities: bytes | None) -> bytes | None:
    """The ICC profile of the gAMA and cHRM chunks of a PNG, or None where they say sRGB or nonsense."""
    exponent = 0.45455 if gamma is None or len(gamma) < 4 else int.from_bytes(gamma[:4], "big") / 1e5
    corners = _PRIMARIES[1]
    if chromaticities is not None and len(chromaticities) >= 32:
        numbers = [value / 1e5 for value in struct.unpack(">8I", chromaticities[:32])]
        corners = tuple(zip(numbers[2::2] + numbers[:1], numbers[3::2] + numbers[1:2], strict=True))
    as_srgb = abs(exponent - 0.45455) < 0.01
    usual = all(
        abs(a - b) < 0.003 for one, other in zip(corners, _PRIMARIES[1], strict=True) for a, b in zip(one, other, strict=True)
    )
    if not 0.05 <= exponent <= 5 or as_srgb and usual:
        return None
    curve = _parametric(3, *_SRGB_CURVE) if as_srgb else gamma_curve(1 / exponent)
    try:
        return _made_profile(corners, curve)
    except (ZeroDivisionError, np.linalg.LinAlgError, struct.error, OverflowError):
        return None


@cache
def adobe_rgb() -> bytes:
    """The profile of Adobe RGB (1998), which EXIF can name."""
    return _made_profile(((0.640, 0.330), (0.210, 0.710), (0.150, 0.060), _D65), gamma_curve(563 / 256))


def gamma_curve(gamma: float) -> bytes:
    """The curve of a profile: light is the number to the power `gamma`."""
    return _parametric(0, gamma)


def _parametric(kind: int, *values: float) -> bytes:
    return b"para" + bytes(4) + struct.pack(">HH", kind, 0) + b"".join(_fixed(value) for value in values)


def _fixed(value: float) -> bytes:
    return struct.pack(">i", round(value * 65536))


def _made_profile(corners: tuple[tuple[float, float], ...], curve: bytes) -> bytes:
    """A profile of version 4 for a screen with these chromaticities (red, green, blue, white) and this curve."""
    white = _xyz(corners[3])
    adapted = _adaptation(white)
    columns = adapted @ _to_xyz(corners)
    tags = [(b"chad", b"sf32" + bytes(4) + b"".join(_fixed(float(value)) for value in adapted.reshape(-1)))]
    tags += [(name, _xyz_tag(columns[:, n])) for n, name in enumerate((b"rXYZ", b"gXYZ", b"bXYZ"))]
    return _profile(b"RGB ", [*tags, *((name, curve) for name in (b"rTRC", b"gTRC", b"bTRC"))])


def grey_of(profile: bytes) -> bytes:
    """The profile of a grey picture with the curve of `profile`, which was made here."""
    count = int.from_bytes(profile[128:132], "big")
    entries = (struct.unpack_from(">4sII", profile, 132 + 12 * n) for n in range(count))
    curve = next(profile[at : at + size] for name, at, size in entries if name == b"rTRC")
    return _profile(b"GRAY", [(b"kTRC", curve)])


def _profile(space: bytes, tags: list[tuple[bytes, bytes]]) -> bytes:
    """A profile of version 4 for a screen, with these tags and those that every profile has."""
    text = [b"mluc" + bytes(4) + struct.pack(">II2s2sII", 1, 12, b"en", b"US", 2 * len(words), 28) + words.encode("utf-16-be")
            for words in ("Made from the file's statement of colours", "No rights reserved")]  # fmt: skip
    tags = [(b"desc", text[0]), (b"cprt", text[1]), (b"wtpt", _xyz_tag(_D50)), *tags]
    start = 128 + 4 + 12 * len(tags)
    directory, body, places = b"", b"", dict[bytes, int]()
    for name, value in tags:
        if value not in places:
            places[value] = start + len(body)
            body += value + bytes(-len(value) % 4)
        directory += name + struct.pack(">II", places[value], len(value))
    head = struct.pack(">I4xI4s4s4s12x4s", start + len(body), 0x04300000, b"mntr", space, b"XYZ ", b"acsp")
    head = head.ljust(68, b"\0") + b"".join(_fixed(float(value)) for value in _D50)
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + directory + body


def _xyz(chromaticity: tuple[float, float]) -> NDArray[np.float64]:
    x, y = chromaticity
    return np.array([x / y, 1.0, (1 - x - y) / y])


def _xyz_tag(values: NDArray[np.float64]) -> bytes:
    return b"XYZ " + bytes(4) + b"".join(_fixed(float(value)) for value in values)


def _to_xyz(corners: tuple[tuple[float, float], ...]) -> NDArray[np.float64]:
    """The matrix from linear red, green, blue to XYZ of their own white."""
    primaries = np.stack([_xyz(corner) for corner in corners[:3]], axis=1)
    matrix: NDArray[np.float64] = primaries * np.linalg.solve(primaries, _xyz(corners[3]))
    return matrix


def _adaptation(white: NDArray[np.float64]) -> NDArray[np.float64]:
    """The matrix that makes this white that of D50 (Bradford)."""
    scale = np.diag((_BRADFORD @ _D50) / (_BRADFORD @ white))
    matrix: NDArray[np.float64] = np.linalg.solve(_BRADFORD, scale @ _BRADFORD)
    return matrix


def _light(codes: NDArray[np.float64], transfer: int) -> NDArray[np.float64]:
    """PQ or HLG numbers as light, in parts of the white of graphics."""
    if transfer == PQ:
        m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 4096 * 128, 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
        power = codes ** (1 / m2)
        nits = 10000 * (np.maximum(power - c1, 0) / (c2 - c3 * power)) ** (1 / m1)
    else:
        a, b, c = 0.17883277, 0.28466892, 0.55991073
        scene = np.where(codes <= 0.5, codes**2 / 3, (np.exp((codes - c) / a) + b) / 12)
        nits = 1000 * scene**1.2
    return np.asarray(nits / _WHITE_CD_M2)


def _to_screen_light(codes: NDArray[np.float64], transfer: int) -> NDArray[np.float64]:
    """Light on a usual screen, 0 to 1: as it is up to the knee, and what is brighter drawn together above it."""
    light = _light(codes, transfer)
    return np.where(light <= _KNEE, light, 1 - (1 - _KNEE) * np.exp(-(light - _KNEE) / (1 - _KNEE)))


def to_screen(pixels: NDArray[Any], points: Points, target: int) -> NDArray[Any]:
    """HDR `pixels` (H, W, 3) as numbers of a usual screen with the primaries `target` and the sRGB curve, same type."""
    peak = np.iinfo(pixels.dtype).max
    table = _to_screen_light(np.arange(peak + 1) / peak, points.transfer).astype(np.float32)
    matrix = np.linalg.solve(_to_xyz(_PRIMARIES[target]), _to_xyz(_PRIMARIES[points.primaries])).astype(np.float32)
    result = np.empty_like(pixels)
    for start in range(0, len(pixels), 256):
        light = np.clip(table[pixels[start : start + 256]] @ matrix.T, 0, 1)
        curved = np.where(light <= 0.0031308, light * 12.92, 1.055 * np.power(light, 1 / 2.4) - 0.055)
        result[start : start + 256] = np.round(curved * peak).astype(pixels.dtype)
    return result
