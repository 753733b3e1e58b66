"""Calming flicker between frames: what a drop hides in one frame, the frames beside it show.

Rain at a pixel is independent from frame to frame, the scene is not. `fast` replaces rain on pixels that do not move by the
middle of three frames. `best` follows the scene (`neighbours`) and weighs what it finds there by formula (`weighing`). A cut in
the film ends every memory. Frames are held back by one, so memory does not grow with the length of a clip.

Expects frames derained at full strength, with the rainy picture as `source`; strength and mask are for a later stage.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Literal

import cv2
import numpy as np

from rainapp.base.image import Frame
from rainapp.inference.temporal.alignment import Floats, Grey, Seen, change_between, see, sized, smooth
from rainapp.inference.temporal.fusion_weights import Fuse, Weigher, rain_share
from rainapp.jobs.records import Watch

CUT_DIFFERENCE = 0.15  # mean change of grey (0 to 1) that is a cut
CUT_HISTOGRAM = 0.5  # Bhattacharyya distance of grey histograms that is a cut, together with half the change above
STILL_CHANGE = 0.03  # for `fast`: change between the neighbours up to which a place stands still


class Steadier:
    """The stage that calms flicker; `mode` is "fast" or "best"."""

    def __init__(
        self, mode: Literal["fast", "best"], part_frames: int = 0, load_fuse: Callable[[], Fuse] | None = None
    ) -> None:
        """Nothing is kept between two calls. `load_fuse` gives what goes on where "best" ends, when there are frames.

        With `part_frames` every frame whose number it divides begins anew, as after a cut: then frames that are worked on in
        parts, with or without an interruption, come out the same.
        """
        self.mode = mode
        self.part_frames = part_frames
        self.load_fuse = load_fuse

    def __call__(self, frames: Iterable[Frame], watch: Watch) -> Iterator[Frame]:
        """Yield a steadied frame for each derained frame; `watch` is not ticked, the derainer before does so."""
        run = _Fast() if self.mode == "fast" else _Best(None if self.load_fuse is None else self.load_fuse())
        before: Seen | None = None
        now: Seen | None = None
        for frame in frames:
            after = see(frame)
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


def _finished(seen: Seen, picture: Floats) -> Frame:
    """`picture` (0 to 1) in the depth of the file, as the frame's image."""
    pixels = seen.frame.image.pixels
    levels = np.clip(picture * np.float32(seen.frame.image.peak) + np.float32(0.5), 0, seen.frame.image.peak)
    return replace(seen.frame, image=replace(seen.frame.image, pixels=levels.astype(pixels.dtype)))


class _Fast:
    """Rain on what stands still becomes the middle of three frames."""

    def steady(self, before: Seen | None, now: Seen, after: Seen | None) -> Frame:
        if before is None or after is None:
            return now.frame
        change = np.maximum(change_between(before, after), np.minimum(change_between(before, now), change_between(now, after)))
        still = np.clip(2 - change / (np.float32(STILL_CHANGE) + smooth(now.taken, 15)), 0, 1)
        low, high = np.minimum(before.derained, after.derained), np.maximum(before.derained, after.derained)
        middle = np.maximum(low, np.minimum(high, now.derained))
        height, width = now.removed.shape
        share = (sized(still, (width, height)) * rain_share(now.removed))[:, :, None]
        return _finished(now, np.asarray(now.derained + share * (middle - now.derained), np.float32))


class _Best:
    """Rain becomes what the neighbours show at the same place of the scene, the one before as it came out."""

    def __init__(self, fuse: Fuse | None) -> None:
        self._weigher = Weigher()
        self._fuse = fuse

    def steady(self, before: Seen | None, now: Seen, after: Seen | None) -> Frame:
        weighed = self._weigher.weigh(before, now, after)
        return _finished(now, weighed.picture if self._fuse is None else self._fuse(weighed))
