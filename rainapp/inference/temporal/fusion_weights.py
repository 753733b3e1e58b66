"""Weighing a frame and its neighbours by what each is expected to err: the formula behind `best`.

Rain becomes the mean of three pictures, each weighted by the inverse of its expected squared error: the frame itself errs by a
share of the light that was taken from it, a neighbour by that and by how badly it fits around. The neighbour before is the
*result* there, whose error is known from its own weights, so that knowledge gathers over many frames as in a Kalman filter and
costs no memory. Where all is dry or certain a frame keeps its own pixels, grain included. Streaks that the net missed are thin,
brighter than both neighbours, and stand among rain that was found; they are replaced as well.
"""

from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np

from rainapp.inference.temporal.alignment import (
    DRY,
    DRY_SHARE,
    Floats,
    Seen,
    View,
    apart,
    grey,
    same_up_to,
    smooth,
    view_of,
)

# All in removed or changed light, 0 to 1; chosen on the first halves of four clips in three rains, a few frames each.
RAIN_MIN = 0.015  # removed light from which a pixel is replaced
NET_ERROR = 0.4  # expected error of a derained pixel, as a share of what was removed there, at most
NET_LEAST, NET_PRIOR = 0.05, 1.0  # at least; and how much removed light, squared and summed, must speak for less
OWN_ERROR = 0.003  # expected error of a pixel from which nothing was removed
MISFIT = 0.25  # expected error of a neighbour, as a share of how much it differs around where both are dry
NEAR_LIGHT, NEAR_RAIN = 0.05, 0.5  # change of the pixel itself up to which it is the same where only one neighbour shows it so
MATCH_LIGHT, MATCH_RAIN = 0.15, 1.5  # the same where both neighbours show alike
ALIKE = 0.05  # difference up to which they do
BRIGHTER = 0.03  # than the rainy and the derained pixel: rain brightens, so the scene behind it is not brighter
MISSED_MIN = 0.01  # how much brighter than both neighbours a missed streak is, at least
MISSED_NEAR = 0.008  # mean removed light around it, at least
MISSED_SIDE = 25  # its width, as a part of the picture's height, at most


def rain_share(removed: Floats) -> Floats:
    """How much of a pixel is replaced, 0 (dry) to 1, by the light that was taken from it."""
    return np.asarray(1 - np.exp(-np.square(removed / np.float32(RAIN_MIN))), np.float32)


@dataclass(frozen=True, eq=False)
class Weighed:
    """A frame beside its neighbours: what each shows (None: there is none), and what the formula makes of them.

    `picture` (H, W, 3) float32 0 to 1, and its expected squared error `variance` (H, W).
    """

    now: Seen
    before: View | None
    after: View | None
    picture: Floats
    variance: Floats


class Fuse(Protocol):
    """Makes the picture of a frame (H, W, 3), 0 to 1, of what the formula made of it and its neighbours."""

    def __call__(self, weighed: Weighed) -> Floats:
        """The picture, float32."""
        ...


class Weigher:
    """Weighs frame after frame of one clip; keeps the flow to the frame before and the result there, nothing older."""

    def __init__(self) -> None:
        self._dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
        self._flows: tuple[Floats, Floats] | None = None  # from the present frame to the one before, and back
        self._last: tuple[Floats, Floats] | None = None  # the last result (H, W, 3) and its variance (H, W)

    def weigh(self, before: Seen | None, now: Seen, after: Seen | None) -> Weighed:
        """What comes of `now`; frames are given in order, None where a clip, a part or a scene begins or ends."""
        one = other = None
        if before is not None and self._flows is not None and self._last is not None:
            picture, variance = self._last
            one = view_of(before, now, *self._flows, picture, np.zeros_like(variance), variance)
        if after is not None:
            there, back = self._flow(now, after), self._flow(after, now)
            other = view_of(after, now, there, back, after.derained, after.removed, np.zeros_like(after.removed))
        picture, variance = _gathered(now, [each for each in (one, other) if each is not None])
        self._flows = None if after is None else (back, there)
        self._last = None if after is None else (picture, variance)
        return Weighed(now, one, other, picture, variance)

    def _flow(self, one: Seen, other: Seen) -> Floats:
        """(h, w, 2): where the pixels of `one` are found in `other`, at half size."""
        start = np.zeros((*one.small.shape, 2), np.float32)  # what is passed here is where the search begins
        return np.asarray(self._dis.calc(one.small, other.small, start), np.float32)


def _error2(removed: Floats, share2: float) -> Floats:
    """Expected squared error of a derained pixel from which `removed` was taken, where the net errs by a share of it."""
    return np.asarray(np.float32(share2) * np.square(removed) + np.float32(OWN_ERROR**2), np.float32)


def _grain2(now: Seen, views: list[View]) -> float:
    """Squared difference of dry places between frames: grain, and what is left of motion; 0 where all is rainy."""
    found = []
    for view in views:
        dry = (now.removed[::3, ::3] < DRY) & (view.removed[::3, ::3] < DRY) & (view.same[::3, ::3] > 0.5)
        if dry.mean() > DRY_SHARE / 2:
            found.append(float(np.median(apart(view.picture[::3, ::3], now.derained[::3, ::3])[dry])))
    return 1.64 * min(found) ** 2 if found else 0.0  # from the median of Gaussian differences


def _share2(now: Seen, views: list[View], grain2: float) -> float:
    """Square of the share of the removed light by which the net errs here, from neighbours that are drier at the same place."""
    certain, total = NET_ERROR**2 * NET_PRIOR, NET_PRIOR
    for view in views:
        use = (now.removed > 2 * RAIN_MIN) & (view.same > 0.5) & (view.removed < now.removed / 3)
        difference = np.square(apart(view.picture, now.derained))[use]
        certain += max(0.0, float(difference.sum()) - grain2 * difference.size)
        total += float(np.square(now.removed[use]).sum())
    return float(np.clip(certain / total, NET_LEAST**2, NET_ERROR**2))


def _gathered(now: Seen, views: list[View]) -> tuple[Floats, Floats]:
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
    share = np.maximum(rain_share(now.removed), rain_share(missed))
    picture = np.asarray(now.derained + share[:, :, None] * (mixed - now.derained), np.float32)
    return picture, np.asarray(share / total + (1 - share) * own, np.float32)


def _matches(now: Seen, views: list[View]) -> list[Floats]:
    """How far each neighbour may stand for a pixel (H, W), 0 to 1: near what was derained, or alike in both neighbours."""
    brightest = np.maximum(grey(now.derained), now.rainy)
    alike = np.zeros_like(now.removed)
    if len(views) == 2:
        alike = np.clip(2 - apart(views[0].picture, views[1].picture) / np.float32(ALIKE), 0, 1)
    matches = []
    for view in views:
        away = apart(view.picture, now.derained)
        near = same_up_to(away, now.removed, NEAR_LIGHT, NEAR_RAIN)
        far = alike * same_up_to(away, now.removed, MATCH_LIGHT, MATCH_RAIN)
        dark = np.clip(2 - (grey(view.picture) - brightest) / np.float32(BRIGHTER), 0, 1)
        matches.append(np.asarray(view.same * np.maximum(near, far) * dark, np.float32))
    return matches


def _missed(now: Seen, views: list[View], matches: list[Floats]) -> Floats:
    """How much brighter than both neighbours a thin thing is among rain (H, W); 0 where the neighbours disagree."""
    if len(views) < 2:
        return np.zeros_like(now.removed)
    own, one, other = grey(now.derained), grey(views[0].picture), grey(views[1].picture)
    misfit = np.float32(MISFIT) * np.maximum(views[0].misfit, views[1].misfit)
    least = misfit + np.float32(MISSED_MIN)
    agree = (np.minimum(matches[0], matches[1]) > 0.5) & (np.abs(one - other) < misfit + least)
    above = np.minimum(own - one, own - other)
    above = np.where(agree & (above > least), above, 0).astype(np.float32)
    side = max(9, now.removed.shape[0] // MISSED_SIDE) | 1
    thick = cv2.morphologyEx(above, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    near = smooth(now.removed, 31) > np.float32(MISSED_NEAR)
    return np.asarray(np.where(near, above - thick, 0), np.float32)
