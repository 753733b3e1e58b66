"""How good a derained clip is from frame to frame, by the definitions in use (science notes 7.4). numpy and OpenCV.

- Warping error: each frame against the next one moved back to it by the optical flow of the *reference* (the clean clip), mean
  square over what is not occluded, range 0 to 1; occlusion by the squared-magnitude rules of the blind-consistency work (Lai et
  al. 2018). The flow is DIS (Kroeger et al. 2016) instead of a net's. The clean clip's own error is what motion alone leaves;
  the *excess* over it is flicker.
- tOF (TecoGAN, Chu et al. 2020): mean distance between Farneback's flows of the clean and of the derained frames, after
  cropping to multiples of 32 px, without the first and last two frames.
- Flicker: mean change from frame to frame, in grey levels, where the reference stands still.
- Transience: the share of the removed layer's energy that is not there a frame before at the same place of the scene. Rain is
  transient, damaged texture is not.

A clip that never changes has no warping error: never read it without PSNR. `ClipMeter` takes frames in order and holds two.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from rainapp.metrics.psnr_ssim import Picture, psnr_y, ssim_y

Flow = NDArray[np.float32]
Plane = NDArray[np.float32]
Grey = NDArray[np.uint8]
Where = NDArray[np.bool_]
Bytes = NDArray[np.uint8]

STILL_PX = 0.3
FLOW_SIDE_PX = 32
CUT_FRAMES = 2


@dataclass(frozen=True)
class ClipFigures:
    """Means over the frames of one clip; NaN where a clip is too short.

    `warp` and `warp_clean` are mean squares times 1000; `flicker` and `flicker_clean` grey levels; `tof` pixels; `transience` a
    share, 1 where all that was removed came and went.
    """

    frames: int
    psnr_y: float
    ssim_y: float
    warp: float
    warp_clean: float
    tof: float
    flicker: float
    flicker_clean: float
    transience: float

    @property
    def warp_excess(self) -> float:
        """The warping error over the clean clip's own."""
        return self.warp - self.warp_clean

    @property
    def flicker_excess(self) -> float:
        """The flicker over the clean clip's own."""
        return self.flicker - self.flicker_clean


def grey8(picture: Picture) -> Grey:
    """(H, W) uint8 of a picture (H, W, 3) 0..1."""
    return np.asarray(cv2.cvtColor(np.round(np.clip(picture, 0, 1) * 255).astype(np.uint8), cv2.COLOR_RGB2GRAY), np.uint8)


def moved(values: NDArray[np.float32], flow: Flow) -> NDArray[np.float32]:
    """`values` (H, W) or (H, W, n) taken from where `flow` (H, W, 2) leads, bilinear."""
    y, x = np.mgrid[0 : flow.shape[0], 0 : flow.shape[1]].astype(np.float32)
    places = x + flow[..., 0], y + flow[..., 1]
    return np.asarray(cv2.remap(values, *places, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)


def square(vectors: Flow) -> Plane:
    """Squared lengths (H, W)."""
    return np.asarray((vectors**2).sum(axis=2), np.float32)


def occluded(flow: Flow, opposite: Flow) -> Where:
    """Where `flow` (H, W, 2) leads out of sight: `opposite`, moved, does not lead back, or motion has an edge there.

    `|w + w'|^2 > 0.01 (|w|^2 + |w'|^2) + 0.5` or `|grad u|^2 + |grad v|^2 > 0.01 |w|^2 + 0.002`.
    """
    back = moved(opposite, flow)
    lost = square(flow + back) > 0.01 * (square(flow) + square(back)) + 0.5
    across, down = np.zeros_like(flow), np.zeros_like(flow)
    across[:, :-1], down[:-1] = flow[:, :-1] - flow[:, 1:], flow[:-1] - flow[1:]
    edge = square(across) + square(down) > 0.01 * square(flow) + 0.002
    return np.asarray(lost | edge, np.bool_)


def warp_error(now: Picture, after: Picture, flow: Flow, hidden: Where) -> float:
    """Mean square between `now` and `after` moved back to it, over the elements that are not hidden (over all if all are)."""
    error = np.square(moved(np.asarray(after, np.float32), flow) - now, dtype=np.float64)
    seen = ~hidden
    return float(error[seen].mean() if seen.any() else error.sum() / error.size)


def farneback(one: Grey, other: Grey) -> Flow:
    """Flow (H, W, 2) with the parameters of tOF."""
    nothing = np.zeros((*one.shape, 2), np.float32)
    return np.asarray(cv2.calcOpticalFlowFarneback(one, other, nothing, 0.5, 3, 15, 3, 5, 1.2, 0), np.float32)


def trimmed(grey: Grey) -> Grey:
    """The middle of a picture, its sides multiples of 32 px; a smaller picture whole."""
    if min(grey.shape) < FLOW_SIDE_PX:
        return grey
    height, width = (side // FLOW_SIDE_PX * FLOW_SIDE_PX for side in grey.shape)
    top, left = (grey.shape[0] - height) // 2, (grey.shape[1] - width) // 2
    return np.ascontiguousarray(grey[top : top + height, left : left + width])


@dataclass(frozen=True, eq=False)
class _Kept:
    """A frame as the next one needs it."""

    clean: Picture
    derained: Picture
    removed: Plane
    clean_grey: Grey
    derained_grey: Grey


class ClipMeter:
    """Measures one clip; all pictures (H, W, 3) float32 0..1 of one size."""

    def __init__(self) -> None:
        self._dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
        self._before: _Kept | None = None
        self._psnr: list[float] = []
        self._ssim: list[float] = []
        self._pairs: list[tuple[float, float, float, float]] = []  # warp, clean's; flicker, clean's
        self._tof: list[float] = []
        self._shared = self._energy = 0.0

    def add(self, rainy: Picture, clean: Picture, derained: Picture) -> None:
        """Take the next frame."""
        self._psnr.append(psnr_y(derained, clean))
        self._ssim.append(ssim_y(derained, clean))
        removed = np.asarray((rainy - derained).mean(axis=2), np.float32)
        now = _Kept(clean, derained, removed, grey8(clean), grey8(derained))
        if self._before is not None:
            self._compare(self._before, now)
        self._before = now

    def _compare(self, one: _Kept, two: _Kept) -> None:
        there = self._flow(one.clean_grey, two.clean_grey)
        back = self._flow(two.clean_grey, one.clean_grey)
        hidden = occluded(there, back)
        still = (square(there) < STILL_PX**2) & ~hidden
        self._pairs.append(
            (
                warp_error(one.derained, two.derained, there, hidden),
                warp_error(one.clean, two.clean, there, hidden),
                change(one.derained, two.derained, there, still),
                change(one.clean, two.clean, there, still),
            )
        )
        true, made = (farneback(trimmed(a), trimmed(b)) for a, b in greys(one, two))
        self._tof.append(float(np.sqrt(square(true - made)).mean()))
        self._count_shared(one.removed, moved(two.removed, there), ~hidden)

    def _flow(self, one: Grey, two: Grey) -> Flow:
        if min(one.shape) < 16:
            return np.zeros((*one.shape, 2), np.float32)  # too small for the search; small enough to count as still
        return np.asarray(self._dis.calc(one, two, np.zeros((*one.shape, 2), np.float32)), np.float32)

    def _count_shared(self, one: Plane, two: Plane, seen: Where) -> None:
        """Covariance of the removed light of two frames, and its variance."""
        if seen.any():
            a, b = (x[seen].astype(np.float64) - x[seen].mean(dtype=np.float64) for x in (one, two))
            self._shared += float(a @ b)
            self._energy += float(a @ a + b @ b) / 2

    def figures(self) -> ClipFigures:
        """What the frames so far come to. Frames equal to the clean ones do not count towards PSNR."""
        pairs = np.array(self._pairs or [(np.nan,) * 4])
        warp, warp_clean, flicker, flicker_clean = (mean(column) for column in pairs.T)
        tof = self._tof[CUT_FRAMES : len(self._tof) - CUT_FRAMES]
        return ClipFigures(
            len(self._psnr),
            mean(self._psnr),
            mean(self._ssim),
            warp * 1000,
            warp_clean * 1000,
            mean(tof),
            flicker,
            flicker_clean,
            1 - max(0.0, self._shared) / self._energy if self._energy else float("nan"),
        )


def greys(one: _Kept, two: _Kept) -> tuple[tuple[Grey, Grey], tuple[Grey, Grey]]:
    """Two frames in grey: as they should be, and as they are."""
    return (one.clean_grey, two.clean_grey), (one.derained_grey, two.derained_grey)


def change(now: Picture, after: Picture, flow: Flow, where: Where) -> float:
    """Mean absolute change in grey levels of 255 where `where`, NaN if that is nowhere."""
    if not where.any():
        return float("nan")
    return float(np.abs(moved(np.asarray(after, np.float32), flow) - now)[where].mean() * 255)


def flicker_seen(rainy: tuple[Bytes, Bytes], derained: tuple[Bytes, Bytes]) -> tuple[float, float]:
    """Flicker between two frames of a clip that nobody has a clean version of, before and after, in grey levels.

    (H, W, 3) uint8 each. The flow is that of the *derained* frames, at half size and quickly found: what rain is left in them
    counts as flicker as long as it is not taken for motion. NaN where nothing stands still.
    """
    height, width = (max(16, side // 2) for side in derained[0].shape[:2])
    greys = [cv2.cvtColor(one, cv2.COLOR_RGB2GRAY) for one in derained]
    small = [cv2.resize(grey, (width, height), interpolation=cv2.INTER_AREA) for grey in greys]
    dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)
    flow = np.asarray(dis.calc(small[0], small[1], np.zeros((height, width, 2), np.float32)), np.float32)
    still = (square(flow) < (STILL_PX / 2) ** 2).astype(np.uint8)
    where = np.asarray(cv2.resize(still, derained[0].shape[1::-1], interpolation=cv2.INTER_NEAREST), np.uint8)
    if not where.any():
        return float("nan"), float("nan")
    before, after = (float(np.mean(cv2.mean(cv2.absdiff(*pair), where)[:3])) for pair in (rainy, derained))
    return before, after


def mean(values: "list[float] | NDArray[np.float64]") -> float:
    """The mean of those that are finite; NaN if none is."""
    finite = [v for v in values if np.isfinite(v)]
    return float(np.mean(finite)) if finite else float("nan")
