"""Calming flicker between frames: what a drop hides in one frame, the frames beside it show.

Rain at a pixel is independent from frame to frame, the scene is not. `fast` replaces rain on pixels that do not move by the
middle of three frames. `best` follows the scene: each neighbour is seen twice, as it stands and moved by dense optical flow
(DIS, Kroeger et al. 2016) between *derained* frames at half size; what agrees better counts, if flow agrees forward and
backward and the colours are the same. In rain flow follows streaks, so the heavier the rain, the more must speak for motion.

Rain then becomes the mean of three pictures, each weighted by the inverse of its expected squared error: the frame itself errs
by a share of the light that was taken from it, a neighbour by that and by how badly it fits around. The neighbour before is the
*result* there, whose error is known from its own weights, so that knowledge gathers over many frames as in a Kalman filter and
costs no memory. Where all is dry or certain a frame keeps its own pixels, grain included. Streaks that the net missed are thin,
brighter than both neighbours, and stand among rain that was found; they are replaced as well. A cut in the film ends every
memory. Frames are held back by one, so memory does not grow with the length of a clip.

Expects frames derained at full strength, with the rainy picture as `source`; strength and mask are for a later stage.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from rainapp.image import Frame
from rainapp.jobs import Watch

Floats = NDArray[np.float32]
Grey = NDArray[np.uint8]

CUT_DIFFERENCE = 0.15  # mean change of grey (0 to 1) that is a cut
CUT_HISTOGRAM = 0.5  # Bhattacharyya distance of grey histograms that is a cut, together with half the change above
STILL_CHANGE = 0.03  # for `fast`: change between the neighbours up to which a place stands still

# All in removed or changed light, 0 to 1; chosen on the first halves of four clips in three rains, a few frames each.
DOUBT = 0.05  # removed light at which a pixel counts half when frames are compared
RAIN_MIN = 0.015  # removed light from which a pixel is replaced
NET_ERROR = 0.4  # expected error of a derained pixel, as a share of what was removed there, at most
NET_LEAST, NET_PRIOR = 0.05, 1.0  # at least; and how much removed light, squared and summed, must speak for less
OWN_ERROR = 0.003  # expected error of a pixel from which nothing was removed
MISFIT = 0.25  # expected error of a neighbour, as a share of how much it differs around where both are dry
SAME_LIGHT, SAME_RAIN = (
    0.05,
    1.0,
)  # change around a pixel up to which a neighbour shows the same: fixed, and of what was removed
NEAR_LIGHT, NEAR_RAIN = 0.05, 0.5  # the same for the pixel itself where only one neighbour shows it so
MATCH_LIGHT, MATCH_RAIN = 0.15, 1.5  # the same where both neighbours show alike
ALIKE = 0.05  # difference up to which they do
BRIGHTER = 0.03  # than the rainy and the derained pixel: rain brightens, so the scene behind it is not brighter
STILL_RAIN = 0.35  # how much better motion must fit than standing still, as a share of what was removed
DRY, DRY_SHARE = 0.01, 0.1  # removed light below which a pixel is dry, and the least share of such pixels that tells of motion
RESTS, MOVES = 1.15, 1.25  # how much better motion fits them: up to the first the camera stands, from the second it moves
MISSED_MIN = 0.01  # how much brighter than both neighbours a missed streak is, at least
MISSED_NEAR = 0.008  # mean removed light around it, at least
MISSED_SIDE = 25  # its width, as a part of the picture's height, at most
_THIRDS = np.full((1, 3), 1 / 3, np.float32)  # the sum along an axis of three is ten times slower


class Steadier:
    """The stage that calms flicker; `mode` is "fast" or "best"."""

    def __init__(self, mode: Literal["fast", "best"], part_frames: int = 0) -> None:
        """Nothing is kept between two calls.

        With `part_frames` every frame whose number it divides begins anew, as after a cut: then frames that are worked on in
        parts, with or without an interruption, come out the same.
        """
        self.mode = mode
        self.part_frames = part_frames

    def __call__(self, frames: Iterable[Frame], watch: Watch) -> Iterator[Frame]:
        """Yield a steadied frame for each derained frame; `watch` is not ticked, the derainer before does so."""
        run = _Best() if self.mode == "best" else _Fast()
        before: _Seen | None = None
        now: _Seen | None = None
        for frame in frames:
            after = _seen(frame)
            if now is not None:
                cut = self._begins_part(frame) or is_cut(now.small, after.small)
                yield run.steady(before, now, None if cut else after)
                before = None if cut else now
            now = after
        if now is not None:
            yield run.steady(before, now, None)

    def _begins_part(self, frame: Frame) -> bool:
        return bool(self.part_frames) and frame.index % self.part_frames == 0


def is_cut(one: Grey, other: Grey) -> bool:
    """Whether two grey pictures of one size, uint8, belong to different scenes."""
    change = float(cv2.absdiff(one, other).mean()) / 255
    if change > CUT_DIFFERENCE:
        return True
    if change < CUT_DIFFERENCE / 2:
        return False
    first, second = (cv2.calcHist([grey], [0], None, [32], [0, 256]) for grey in (one, other))
    return float(cv2.compareHist(first, second, cv2.HISTCMP_BHATTACHARYYA)) > CUT_HISTOGRAM


@dataclass(frozen=True, eq=False)
class _Seen:
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


def _seen(frame: Frame) -> _Seen:
    scale = np.float32(1 / frame.image.peak)
    derained = frame.image.pixels.astype(np.float32)
    derained *= scale
    red, green, blue = cv2.split(cv2.absdiff(frame.image.pixels, frame.source.pixels))
    removed = np.maximum(np.maximum(red, green), blue).astype(np.float32) * scale
    removed = np.asarray(cv2.dilate(removed, np.ones((3, 3), np.uint8)), np.float32)
    size = (max(16, frame.image.width // 2), max(16, frame.image.height // 2))
    half = _sized(derained, size)
    small = cv2.medianBlur((_grey(half) * 255 + 0.5).astype(np.uint8), 3)
    rainy = _grey(frame.source.pixels.astype(np.float32) * scale)
    return _Seen(frame, derained, rainy, removed, np.asarray(small, np.uint8), half, _sized(removed, size))


def _grey(picture: Floats) -> Floats:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.float32)


def _apart(one: Floats, other: Floats) -> Floats:
    """How much two pictures (h, w, 3) differ at each pixel, in colour: grey alone is matched by chance too often."""
    return np.asarray(cv2.transform(cv2.absdiff(one, other), _THIRDS), np.float32)


def _sized(values: Floats, size: tuple[int, int]) -> Floats:
    """`values` (h, w) or (h, w, n) at `size` (width, height)."""
    shrinks = size[0] < values.shape[1]
    return np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR), np.float32)


def _smooth(values: Floats, side: int) -> Floats:
    return np.asarray(cv2.blur(values, (side, side), borderType=cv2.BORDER_REFLECT_101), np.float32)


def _finished(seen: _Seen, picture: Floats) -> Frame:
    """`picture` (0 to 1) in the depth of the file, as the frame's image."""
    pixels = seen.frame.image.pixels
    levels = np.clip(picture * np.float32(seen.frame.image.peak) + np.float32(0.5), 0, seen.frame.image.peak)
    return replace(seen.frame, image=replace(seen.frame.image, pixels=levels.astype(pixels.dtype)))


def _rain_share(removed: Floats) -> Floats:
    """How much of a pixel is replaced, 0 (dry) to 1, by the light that was taken from it."""
    return np.asarray(1 - np.exp(-np.square(removed / np.float32(RAIN_MIN))), np.float32)


def _certainty(removed: Floats) -> Floats:
    """How far a derained pixel is to be trusted, 0 to 1: the error of a derainer grows with what it takes away."""
    return np.asarray(1 / (1 + np.square(removed / np.float32(DOUBT))), np.float32)


class _Fast:
    """Rain on what stands still becomes the middle of three frames."""

    def steady(self, before: _Seen | None, now: _Seen, after: _Seen | None) -> Frame:
        if before is None or after is None:
            return now.frame
        change = np.maximum(_change(before, after), np.minimum(_change(before, now), _change(now, after)))
        still = np.clip(2 - change / (np.float32(STILL_CHANGE) + _smooth(now.taken, 15)), 0, 1)
        low, high = np.minimum(before.derained, after.derained), np.maximum(before.derained, after.derained)
        middle = np.maximum(low, np.minimum(high, now.derained))
        height, width = now.removed.shape
        share = (_sized(still, (width, height)) * _rain_share(now.removed))[:, :, None]
        return _finished(now, np.asarray(now.derained + share * (middle - now.derained), np.float32))


def _change(one: _Seen, other: _Seen) -> Floats:
    """How much two frames differ around each pixel of half size, where neither has much rain."""
    return _averaged(_apart(one.half, other.half), _certainty(one.taken) * _certainty(other.taken))


def _averaged(values: Floats, weights: Floats) -> Floats:
    """`values` averaged by `weights` over 9x9, or almost as much over 3x3 where that is more: edges of what moves are thin."""
    weights = weights + np.float32(1e-3)
    weighted = values * weights
    wide = _smooth(weighted, 9) / _smooth(weights, 9)
    near = _smooth(weighted, 3) / _smooth(weights, 3)
    return np.asarray(np.maximum(wide, near * np.float32(0.9)), np.float32)


@dataclass(frozen=True, eq=False)
class _View:
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


class _Best:
    """Rain becomes what the neighbours show at the same place of the scene, the one before as it came out."""

    def __init__(self) -> None:
        self._dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
        self._flows: tuple[Floats, Floats] | None = None  # from the present frame to the one before, and back
        self._last: tuple[Floats, Floats] | None = None  # the last result (H, W, 3) and its variance (H, W)

    def steady(self, before: _Seen | None, now: _Seen, after: _Seen | None) -> Frame:
        views = []
        if before is not None and self._flows is not None and self._last is not None:
            picture, variance = self._last
            views.append(_view(before, now, *self._flows, picture, np.zeros_like(variance), variance))
        if after is not None:
            there, back = self._flow(now, after), self._flow(after, now)
            nothing = np.zeros_like(after.removed)
            views.append(_view(after, now, there, back, after.derained, after.removed, nothing))
        picture, variance = _gathered(now, views)
        self._flows = None if after is None else (back, there)
        self._last = None if after is None else (picture, variance)
        return _finished(now, picture)

    def _flow(self, one: _Seen, other: _Seen) -> Floats:
        """(h, w, 2): where the pixels of `one` are found in `other`, at half size."""
        start = np.zeros((*one.small.shape, 2), np.float32)  # what is passed here is where the search begins
        return np.asarray(self._dis.calc(one.small, other.small, start), np.float32)


def _error2(removed: Floats, share2: float) -> Floats:
    """Expected squared error of a derained pixel from which `removed` was taken, where the net errs by a share of it."""
    return np.asarray(np.float32(share2) * np.square(removed) + np.float32(OWN_ERROR**2), np.float32)


def _grain2(now: _Seen, views: list[_View]) -> float:
    """Squared difference of dry places between frames: grain, and what is left of motion; 0 where all is rainy."""
    found = []
    for view in views:
        dry = (now.removed[::3, ::3] < DRY) & (view.removed[::3, ::3] < DRY) & (view.same[::3, ::3] > 0.5)
        if dry.mean() > DRY_SHARE / 2:
            found.append(float(np.median(_apart(view.picture[::3, ::3], now.derained[::3, ::3])[dry])))
    return 1.64 * min(found) ** 2 if found else 0.0  # from the median of Gaussian differences


def _share2(now: _Seen, views: list[_View], grain2: float) -> float:
    """Square of the share of the removed light by which the net errs here, from neighbours that are drier at the same place."""
    certain, total = NET_ERROR**2 * NET_PRIOR, NET_PRIOR
    for view in views:
        use = (now.removed > 2 * RAIN_MIN) & (view.same > 0.5) & (view.removed < now.removed / 3)
        difference = np.square(_apart(view.picture, now.derained))[use]
        certain += max(0.0, float(difference.sum()) - grain2 * difference.size)
        total += float(np.square(now.removed[use]).sum())
    return float(np.clip(certain / total, NET_LEAST**2, NET_ERROR**2))


def _gathered(now: _Seen, views: list[_View]) -> tuple[Floats, Floats]:
    """`O = sum x_k / s_k / sum 1 / s_k` where there is rain, D elsewhere, and its variance `1 / sum 1 / s_k` (H, W)."""
    grain2 = _grain2(now, views)
    share2 = _share2(now, views, grain2)
    own = _error2(now.removed, share2)
    if not views:
        return now.derained, own
    matches = _matches(now, views)
    missed = _missed(now, views, matches)
    own = np.maximum(own, np.square(missed))
    total = 1 / own
    mixed = now.derained * total[:, :, None]
    for view, match in zip(views, matches, strict=True):
        error2 = view.variance + _error2(view.removed, share2) + np.square(np.float32(MISFIT) * view.misfit)
        weight = match / (error2 + np.float32(grain2))
        total += weight
        mixed += view.picture * weight[:, :, None]
    mixed /= total[:, :, None]
    share = np.maximum(_rain_share(now.removed), _rain_share(missed))
    picture = np.asarray(now.derained + share[:, :, None] * (mixed - now.derained), np.float32)
    return picture, np.asarray(share / total + (1 - share) * own, np.float32)


def _matches(now: _Seen, views: list[_View]) -> list[Floats]:
    """How far each neighbour may stand for a pixel (H, W), 0 to 1: near what was derained, or alike in both neighbours."""
    brightest = np.maximum(_grey(now.derained), now.rainy)
    alike = np.zeros_like(now.removed)
    if len(views) == 2:
        alike = np.clip(2 - _apart(views[0].picture, views[1].picture) / np.float32(ALIKE), 0, 1)
    matches = []
    for view in views:
        apart = _apart(view.picture, now.derained)
        near = _same(apart, now.removed, NEAR_LIGHT, NEAR_RAIN)
        far = alike * _same(apart, now.removed, MATCH_LIGHT, MATCH_RAIN)
        dark = np.clip(2 - (_grey(view.picture) - brightest) / np.float32(BRIGHTER), 0, 1)
        matches.append(np.asarray(view.same * np.maximum(near, far) * dark, np.float32))
    return matches


def _missed(now: _Seen, views: list[_View], matches: list[Floats]) -> Floats:
    """How much brighter than both neighbours a thin thing is among rain (H, W); 0 where the neighbours disagree."""
    if len(views) < 2:
        return np.zeros_like(now.removed)
    grey, one, other = _grey(now.derained), _grey(views[0].picture), _grey(views[1].picture)
    misfit = np.float32(MISFIT) * np.maximum(views[0].misfit, views[1].misfit)
    least = misfit + np.float32(MISSED_MIN)
    agree = (np.minimum(matches[0], matches[1]) > 0.5) & (np.abs(one - other) < misfit + least)
    above = np.minimum(grey - one, grey - other)
    above = np.where(agree & (above > least), above, 0).astype(np.float32)
    side = max(9, now.removed.shape[0] // MISSED_SIDE) | 1
    thick = cv2.morphologyEx(above, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    near = _smooth(now.removed, 31) > np.float32(MISSED_NEAR)
    return np.asarray(np.where(near, above - thick, 0), np.float32)


def _same(change: Floats, taken: Floats, light: float, rain: float) -> Floats:
    """1 where a change is no more than `light` and the share `rain` of what was removed, falling to 0 at twice that."""
    return np.asarray(np.clip(2 - change / (np.float32(light) + np.float32(rain) * taken), 0, 1), np.float32)


def _view(
    neighbour: _Seen, now: _Seen, flow: Floats, opposite: Floats, picture: Floats, removed: Floats, variance: Floats
) -> _View:
    """What `picture` (H, W, 3) of `neighbour`, with what was `removed` from it and its `variance` (H, W), shows of `now`.

    `flow` (h, w, 2) leads from now to the neighbour, `opposite` back, in pixels of half size.
    """
    height, width = now.removed.shape
    places = flow + _grid(*flow.shape[:2])
    moved = _apart(_warped(neighbour.half, places), now.half)
    moved = _averaged(moved, _certainty(now.taken) * _certainty(_warped(neighbour.taken, places)))
    unmoved = _change(neighbour, now)
    around = _smooth(now.taken, 15)
    rest = np.float32(STILL_RAIN * _rests(unmoved, moved, now.taken))
    stands = (unmoved <= moved * np.float32(1.1) + np.float32(0.002) + rest * around).astype(np.float32)
    misfit = np.where(stands > 0, unmoved, moved)
    same = _same(misfit, around, SAME_LIGHT, SAME_RAIN) * np.maximum(stands, _agreement(flow, opposite))
    scale = np.array([width / flow.shape[1], height / flow.shape[0]], np.float32)
    full = _sized(flow, (width, height)) * scale
    full[_sized(stands, (width, height)) > 0.5] = 0
    full += _grid(height, width)
    seen = np.clip(_warped(picture, full, cv2.INTER_CUBIC), 0, 1)
    same, misfit = _sized(same, (width, height)), _sized(misfit, (width, height))
    return _View(seen, same, misfit, _warped(removed, full), _warped(variance, full))


def _rests(unmoved: Floats, moved: Floats, taken: Floats) -> float:
    """1 where the camera stands still, 0 where following the motion fits dry places clearly better; 1 where all is rainy."""
    dry = taken < np.float32(DRY)
    if dry.mean() < DRY_SHARE:
        return 1.0
    ratio = float(unmoved[dry].mean()) / max(float(moved[dry].mean()), 1e-6)
    return float(np.clip((MOVES - ratio) / (MOVES - RESTS), 0, 1))


def _agreement(flow: Floats, opposite: Floats) -> Floats:
    """1 where forward and backward flow agree, 0 elsewhere: (h, w)."""
    returned = _warped(opposite, flow + _grid(*flow.shape[:2]))
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


def _warped(values: Floats, places: Floats, interpolation: int = cv2.INTER_LINEAR) -> Floats:
    """`values` (H, W) or (H, W, n) taken from `places` (h, w, 2)."""
    x, y = places[:, :, 0], places[:, :, 1]
    return np.asarray(cv2.remap(values, x, y, interpolation, borderMode=cv2.BORDER_REPLICATE), np.float32)
