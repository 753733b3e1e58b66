"""Large pictures at several sizes: a net that knows streaks of some widths sees each of them at the size where it knows it.

Twice the pixels along a side make every streak twice as wide, but a net knows streaks of some widths and sees so far. In a
photo of 1536 rows, rain as it is drawn for training is as good as untouched at full size and goes at a quarter of it. Real
photos of that size have such rain, and fine rain that only the full size shows. So the picture is halved until its shorter side
is one the net was trained for, and the net looks at every size of the rainy picture itself. Only the removed light is enlarged,
never the picture: details stay.

Each size has the say over its own band, as in a Laplacian pyramid (Burt and Adelson 1983): of what the net takes from a larger
picture that counts which the smaller one cannot hold (`join`). Where a broad slat looks like a streak from near, the smaller
picture, which shows the whole fence, decides. Where the rain is fine the smaller picture shows it blurred, so there the larger
one has a say over the smaller one's band too: how fine it is tells the spectrum of what was taken around (`fineness`). To take
the rain out of the small picture first and show the net what is left of the large one was tried and left a comb: the fine
remains of streaks are nothing that the net knows (fine structure removed, six real photos: .53; as it is now: .75).

Pure geometry on arrays; `inference.derainer` puts the net between. Half sizes are exact halves: what is left over at the right
and bottom belongs to the last pixel.
"""

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from rainapp.base.image import Pixels

Floats = NDArray[np.float32]
Removed = NDArray[np.float16] | NDArray[np.float32]
LEAST_PX = 850  # shorter sides up to here need no smaller picture first: streaks are at most twice as wide as in training
WANTED_PX = 600  # the smallest picture's shorter side is at most this
MOST_PIXELS = 30_000_000  # a picture between that is larger is left out: it would take memory, and time without a sign
STRIP_ROWS = 256
MEAN = np.full((1, 3), 1 / 3, np.float32)
PLACE_PX = 8
"""Side of the places for which it is told how fine the rain is."""
REACH_PLACES = 3.0  # standard deviation of what is looked at around a place
BROAD, FINE = 0.28, 0.38
"""Energy of the finest octave by that of the next up to which rain counts as broad, and from which on as fine."""
LEAST_ENERGY = (3 / 255) ** 2  # what is fainter than a few grey levels is not called fine
SAY_WHERE_MORE, SAY_WHERE_LESS = 0.40, 0.10
"""What a larger picture has to say in the band of the smaller one where the rain is fine and it takes more, or less. More than
that gains a decibel on drawn fine rain, and smears one real photo in six along the horizontal."""


def factors(height: int, width: int) -> tuple[int, ...]:
    """By how much a picture is made smaller in each pass, coarsest first, ending with 1."""
    shorter = min(height, width)
    if shorter <= LEAST_PX:
        return (1,)
    coarsest = int(np.ceil(np.log2(shorter / WANTED_PX)))
    return (*(2**n for n in range(coarsest, 0, -1) if height * width <= MOST_PIXELS * 4**n), 1)


def reduced(pixels: Pixels, factor: int) -> Pixels:
    """`pixels` (H, W, 3) made smaller by a whole factor, each pixel the mean of a square, (H // factor, W // factor, 3)."""
    height, width = pixels.shape[0] // factor, pixels.shape[1] // factor
    small = np.empty((height, width, 3), pixels.dtype)
    for top in range(0, height, STRIP_ROWS):
        strip = pixels[top * factor : min(top + STRIP_ROWS, height) * factor, : width * factor]
        rows = strip.shape[0] // factor
        small[top : top + rows] = cv2.resize(strip, (width, rows), interpolation=cv2.INTER_AREA)
    return cast(Pixels, small)


def without(pixels: Pixels, removed: Removed, factor: int, top: int = 0, left: int = 0) -> Pixels:
    """A part of a picture less the rain that was found in the picture made smaller by `factor`.

    Args:
        pixels: (h, w, 3) as in the file, the part that begins at (`top`, `left`), both multiples of `factor`.
        removed: (H // factor, W // factor, 3), derained less rainy, peak 1, of the whole picture.
        factor: between the two.
        top: first row of the part.
        left: its first column.

    Returns:
        (h, w, 3) of the type of `pixels`.
    """
    height, width = pixels.shape[:2]
    rows = np.clip(np.arange(top // factor - 1, -(-(top + height) // factor) + 1), 0, removed.shape[0] - 1)
    columns = np.clip(np.arange(left // factor - 1, -(-(left + width) // factor) + 1), 0, removed.shape[1] - 1)
    patch = removed[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(np.float32)
    patch = patch[rows - rows[0]][:, columns - columns[0]]
    size = (patch.shape[1] * factor, patch.shape[0] * factor)
    grown = cv2.resize(patch, size, interpolation=cv2.INTER_LINEAR)[factor : factor + height, factor : factor + width]
    peak = np.iinfo(pixels.dtype).max
    return cast(Pixels, np.rint(np.clip(pixels + grown * np.float32(peak), 0, peak)).astype(pixels.dtype))


def join(
    derained: NDArray[np.float32], rainy: Pixels, removed: Removed, factor: int, top: int, left: int
) -> NDArray[np.float32]:
    """A derained tile that leaves to the picture made smaller by `factor` what that can hold, unless the rain is fine.

    Args:
        derained: (h, w, 3), sides multiples of `factor`; written into.
        rainy: (h, w, 3) as in the file, what the net was given.
        removed: derained less rainy of the smaller picture, peak 1.
        factor: between the two.
        top: first row of the tile, in pixels of the larger picture from where `removed` begins; a multiple of `factor`.
        left: its first column.

    Returns:
        (h, w, 3), `derained` itself, from 0 to 1 but for the rounding of what is enlarged.
    """
    np.clip(derained, 0, 1, out=derained)
    taken = derained - rainy * np.float32(1 / np.iinfo(rainy.dtype).max)
    height, width = taken.shape[0] // factor, taken.shape[1] // factor
    own = _reduced(taken, factor)
    other = _patch(removed, top // factor, left // factor, height, width)
    difference = other - own
    stronger = cv2.transform(np.abs(other), MEAN) > cv2.transform(np.abs(own), MEAN)
    below, right = -taken.shape[0] % PLACE_PX, -taken.shape[1] % PLACE_PX
    whole = np.asarray(cv2.copyMakeBorder(taken, 0, below, 0, right, cv2.BORDER_REFLECT), np.float32)
    size = whole.shape[1] // factor, whole.shape[0] // factor
    own_say = cv2.resize(fineness(whole), size, interpolation=cv2.INTER_LINEAR)[:height, :width]
    own_say = own_say * np.where(stronger, np.float32(SAY_WHERE_LESS), np.float32(SAY_WHERE_MORE))
    difference *= (1 - own_say)[..., None]
    derained += cv2.resize(difference, (taken.shape[1], taken.shape[0]), interpolation=cv2.INTER_LINEAR)
    return derained


def fineness(taken: Floats) -> NDArray[np.float32]:
    """How fine the rain is in each place: 0 broad or none, 1 fine; (h / PLACE_PX, w / PLACE_PX).

    Streaks of one to three pixels have nearly half as much energy in the finest octave as in the next, streaks two and a half
    times as wide a sixth (measured on what the net took from drawn rain; real photos of fine rain .44 to 1.5).

    Args:
        taken: (h, w, 3), derained less rainy, peak 1; sides are multiples of `PLACE_PX`.
    """
    grey = np.asarray(cv2.transform(taken, MEAN), np.float32)
    half = _reduced(grey, 2)
    quarter = _reduced(half, 2)
    finest = grey - cv2.resize(half, (grey.shape[1], grey.shape[0]), interpolation=cv2.INTER_LINEAR)
    following = half - cv2.resize(quarter, (half.shape[1], half.shape[0]), interpolation=cv2.INTER_LINEAR)
    energies = (_reduced(finest * finest, PLACE_PX), _reduced(following * following, PLACE_PX // 2))
    one, other = (cv2.GaussianBlur(each, (0, 0), REACH_PLACES) for each in energies)
    share = (one / (other + LEAST_ENERGY) - BROAD) / (FINE - BROAD)
    return np.clip(share, 0, 1).astype(np.float32)


def _reduced(plane: NDArray[np.float32], factor: int) -> NDArray[np.float32]:
    """(H, W) or (H, W, 3) made smaller by a whole factor that both sides are multiples of."""
    size = (plane.shape[1] // factor, plane.shape[0] // factor)
    return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), np.float32)


def _patch(removed: Removed, top: int, left: int, height: int, width: int) -> NDArray[np.float32]:
    """(height, width, 3) of `removed` from (top, left) on; its border goes on where it ends."""
    rows = np.clip(np.arange(top, top + height), 0, removed.shape[0] - 1)
    columns = np.clip(np.arange(left, left + width), 0, removed.shape[1] - 1)
    patch = removed[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(np.float32)
    return cast(NDArray[np.float32], patch[rows - rows[0]][:, columns - columns[0]])
