"""What the frames beside a frame show of it.

Each neighbour is seen twice, as it stands and moved by dense optical flow (DIS, Kroeger et al. 2016) between *derained* frames
at half size; what agrees better counts, if flow agrees forward and backward and the colours are the same. In rain flow follows
streaks, so the heavier the rain, the more must speak for motion.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from rainapp.base.image import Frame

Floats = NDArray[np.float32]
Grey = NDArray[np.uint8]

# All in removed or changed light, 0 to 1; chosen on the first halves of four clips in three rains, a few frames each.
DOUBT = 0.05  # removed light at which a pixel counts half when frames are compared
SAME_LIGHT, SAME_RAIN = (
    0.05,
    1.0,
)  # change around a pixel up to which a neighbour shows the same: fixed, and of what was removed
STILL_RAIN = 0.35  # how much better motion must fit than standing still, as a share of what was removed
DRY, DRY_SHARE = 0.01, 0.1  # removed light below which a pixel is dry, and the least share of such pixels that tells of motion
RESTS, MOVES = 1.15, 1.25  # how much better motion fits them: up to the first the camera stands, from the second it moves
_THIRDS = np.full((1, 3), 1 / 3, np.float32)  # the sum along an axis of three is ten times slower


@dataclass(frozen=True, eq=False)
class Seen:
    """A frame with what is computed of it once.

    `derained` (H, W, 3), `rainy` (H, W) in grey and `removed` (H, W), the strongest channel, one pixel wider: float32 0 to 1.
    At half size: `small` uint8 for flow, `half` (h, w, 3) and `taken` (h, w) float32 0 to 1 for comparing.
    """

    frame: Frame
    derained: Floats
    rainy: Floats
    removed: Floats
    small: Grey
    half: Floats
    taken: Floats


def see(frame: Frame) -> Seen:
    """`frame`, derained with the rainy picture as its source, with what is computed of it once."""
    scale = np.float32(1 / frame.image.peak)
    derained = frame.image.pixels.astype(np.float32)
    derained *= scale
    red, green, blue = cv2.split(cv2.absdiff(frame.image.pixels, frame.source.pixels))
    removed = np.maximum(np.maximum(red, green), blue).astype(np.float32) * scale
    removed = np.asarray(cv2.dilate(removed, np.ones((3, 3), np.uint8)), np.float32)
    size = (max(16, frame.image.width // 2), max(16, frame.image.height // 2))
    half = sized(derained, size)
    small = cv2.medianBlur((grey(half) * 255 + 0.5).astype(np.uint8), 3)
    rainy = grey(frame.source.pixels.astype(np.float32) * scale)
    return Seen(frame, derained, rainy, removed, np.asarray(small, np.uint8), half, sized(removed, size))


def grey(picture: Floats) -> Floats:
    """(H, W) of (H, W, 3)."""
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.float32)


def apart(one: Floats, other: Floats) -> Floats:
    """How much two pictures (h, w, 3) differ at each pixel, in colour: grey alone is matched by chance too often."""
    return np.asarray(cv2.transform(cv2.absdiff(one, other), _THIRDS), np.float32)


def sized(values: Floats, size: tuple[int, int]) -> Floats:
    """`values` (h, w) or (h, w, n) at `size` (width, height)."""
    shrinks = size[0] < values.shape[1]
    return np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR), np.float32)


def smooth(values: Floats, side: int) -> Floats:
    """`values` (H, W) or (H, W, n) averaged over squares of `side` pixels."""
    return np.asarray(cv2.blur(values, (side, side), borderType=cv2.BORDER_REFLECT_101), np.float32)


def _certainty(removed: Floats) -> Floats:
    """How far a derained pixel is to be trusted, 0 to 1: the error of a derainer grows with what it takes away."""
    return np.asarray(1 / (1 + np.square(removed / np.float32(DOUBT))), np.float32)


def change_between(one: Seen, other: Seen) -> Floats:
    """How much two frames differ around each pixel of half size, where neither has much rain."""
    return averaged(apart(one.half, other.half), _certainty(one.taken) * _certainty(other.taken))


def averaged(values: Floats, weights: Floats) -> Floats:
    """`values` averaged by `weights` over 9x9, or almost as much over 3x3 where that is more: edges of what moves are thin."""
    weights = weights + np.float32(1e-3)
    weighted = values * weights
    wide = smooth(weighted, 9) / smooth(weights, 9)
    near = smooth(weighted, 3) / smooth(weights, 3)
    return np.asarray(np.maximum(wide, near * np.float32(0.9)), np.float32)


def same_up_to(change: Floats, taken: Floats, light: float, rain: float) -> Floats:
    """1 where a change is no more than `light` and the share `rain` of what was removed, falling to 0 at twice that."""
    return np.asarray(np.clip(2 - change / (np.float32(light) + np.float32(rain) * taken), 0, 1), np.float32)


@dataclass(frozen=True, eq=False)
class View:
    """What a neighbour shows of the present frame.

    `picture` (H, W, 3); `same` (H, W): 1 where it shows the same, 0 where it must not count; `misfit` (H, W): how much it
    differs around. `removed` (H, W) was taken from a derained frame; of a result, from which rain is gone, it is 0 and
    `variance` (H, W) the expected squared error.
    """

    picture: Floats
    same: Floats
    misfit: Floats
    removed: Floats
    variance: Floats


def view_of(
    neighbour: Seen, now: Seen, flow: Floats, opposite: Floats, picture: Floats, removed: Floats, variance: Floats
) -> View:
    """What `picture` (H, W, 3) of `neighbour`, with what was `removed` from it and its `variance` (H, W), shows of `now`.

    `flow` (h, w, 2) leads from now to the neighbour, `opposite` back, in pixels of half size.
    """
    height, width = now.removed.shape
    places = flow + _grid(*flow.shape[:2])
    moved = apart(warped(neighbour.half, places), now.half)
    moved = averaged(moved, _certainty(now.taken) * _certainty(warped(neighbour.taken, places)))
    unmoved = change_between(neighbour, now)
    around = smooth(now.taken, 15)
    rest = np.float32(STILL_RAIN * _rests(unmoved, moved, now.taken))
    stands = (unmoved <= moved * np.float32(1.1) + np.float32(0.002) + rest * around).astype(np.float32)
    misfit = np.where(stands > 0, unmoved, moved)
    same = same_up_to(misfit, around, SAME_LIGHT, SAME_RAIN) * np.maximum(stands, _agreement(flow, opposite))
    scale = np.array([width / flow.shape[1], height / flow.shape[0]], np.float32)
    full = sized(flow, (width, height)) * scale
    full[sized(stands, (width, height)) > 0.5] = 0
    full += _grid(height, width)
    seen = np.clip(warped(picture, full, cv2.INTER_CUBIC), 0, 1)
    same, misfit = sized(same, (width, height)), sized(misfit, (width, height))
    return View(seen, same, misfit, warped(removed, full), warped(variance, full))


def _rests(unmoved: Floats, moved: Floats, taken: Floats) -> float:
    """1 where the camera stands still, 0 where following the motion fits dry places clearly better; 1 where all is rainy."""
    dry = taken < np.float32(DRY)
    if dry.mean() < DRY_SHARE:
        return 1.0
    ratio = float(unmoved[dry].mean()) / max(float(moved[dry].mean()), 1e-6)
    return float(np.clip((MOVES - ratio) / (MOVES - RESTS), 0, 1))


def _agreement(flow: Floats, opposite: Floats) -> Floats:
    """1 where forward and backward flow agree, 0 elsewhere: (h, w)."""
    returned = warped(opposite, flow + _grid(*flow.shape[:2]))
    error = _length2(flow + returned)
    lengths = _length2(flow) + _length2(returned)
    return np.asarray(error < np.float32(0.01) * lengths + np.float32(0.5), np.float32)


def _length2(vectors: Floats) -> Floats:
    """Squared lengths (h, w) of `vectors` (h, w, 2)."""
    return np.asarray(np.square(vectors[:, :, 0]) + np.square(vectors[:, :, 1]), np.float32)


def _grid(height: int, width: int) -> Floats:
    """(H, W, 2): x and y of every pixel."""
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return np.stack([x, y], axis=2)


def warped(values: Floats, places: Floats, interpolation: int = cv2.INTER_LINEAR) -> Floats:
    """`values` (H, W) or (H, W, n) taken from `places` (h, w, 2)."""
    x, y = places[:, :, 0], places[:, :, 1]
    return np.asarray(cv2.remap(values, x, y, interpolation, borderMode=cv2.BORDER_REPLICATE), np.float32)
