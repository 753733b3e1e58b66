"""How alike two pictures are in the *kind* of detail they show, wherever it lies: a distance that PSNR cannot tell.

The sliced Wasserstein distance between the bands of Laplacian pyramids, after Karras et al. (ICLR 2018, appendix). A smear and
a wrong texture are both wrong by PSNR; this asks whether the result has as much fine detail, and of the same sort, as the clean
picture has in the same places.

The definition: RGB in grey levels; Laplacian pyramids of `BANDS` bands, the last without the rest below it; in each band
descriptors of `SIDE_PX` x `SIDE_PX` x 3 values around places inside the mask, at most `PLACES` of them, the same in both
pictures; `PROJECTIONS` random directions of unit length; along each the mean absolute difference of the sorted projections,
which is the Wasserstein distance in one dimension; the mean over directions and bands. Seeds are fixed. Descriptors are not
normalised: contrast counts.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from rainapp.metrics.psnr_ssim import Picture

BANDS = 3
SIDE_PX = 7
PLACES = 4096
PROJECTIONS = 64
SEED = 1
PLACES_MIN = 256
"""In fewer places than that nothing is measured in a band."""

Floats = NDArray[np.float32]


def band_distance(made: Picture, clean: Picture, mask: NDArray[np.bool_]) -> float:
    """The distance of two pictures (H, W, 3), 0 to 1, inside `mask` (H, W), in grey levels; NaN where no band has places."""
    found = []
    pyramids = (_bands(np.asarray(picture, np.float32) * np.float32(255)) for picture in (made, clean))
    for number, (one, other) in enumerate(zip(*pyramids, strict=True)):
        places = _places(mask, one.shape[:2], number)
        if len(places) >= PLACES_MIN:
            found.append(_sliced(_descriptors(one, places), _descriptors(other, places), number))
    return float(np.mean(found)) if found else float("nan")


def _bands(picture: Floats) -> list[Floats]:
    """The `BANDS` finest bands, full size first."""
    bands = []
    for _ in range(BANDS):
        smaller = np.asarray(cv2.pyrDown(picture), np.float32)
        size = (picture.shape[1], picture.shape[0])
        bands.append(picture - np.asarray(cv2.pyrUp(smaller, dstsize=size), np.float32))
        picture = smaller
    return bands


def _places(mask: NDArray[np.bool_], shape: tuple[int, int], number: int) -> NDArray[np.intp]:
    """Centres (N, 2) of descriptors in a band: inside the mask, and a whole descriptor away from the border."""
    small = cv2.resize(mask.astype(np.float32), shape[::-1], interpolation=cv2.INTER_AREA) > 0
    reach = SIDE_PX // 2
    inside = np.zeros_like(small)
    inside[reach : shape[0] - reach, reach : shape[1] - reach] = True
    places = np.argwhere(small & inside)
    if len(places) > PLACES:
        places = places[np.random.default_rng([SEED, number]).choice(len(places), PLACES, replace=False)]
    return places


def _descriptors(band: Floats, places: NDArray[np.intp]) -> Floats:
    """(N, SIDE_PX * SIDE_PX * 3)."""
    views = np.lib.stride_tricks.sliding_window_view(band, (SIDE_PX, SIDE_PX), axis=(0, 1))  # (H', W', 3, side, side)
    rows, columns = (places - SIDE_PX // 2).T
    return np.ascontiguousarray(views[rows, columns]).reshape(len(places), -1)


def _sliced(one: Floats, other: Floats, number: int) -> float:
    directions = np.random.default_rng([SEED, 100 + number]).standard_normal((one.shape[1], PROJECTIONS)).astype(np.float32)
    directions /= np.linalg.norm(directions, axis=0)
    return float(np.abs(np.sort(one @ directions, axis=0) - np.sort(other @ directions, axis=0)).mean())
