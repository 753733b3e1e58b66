"""What is at hand of one file to be painted, and how much of it is worth having."""

import math
from dataclasses import dataclass
from pathlib import Path

from rainapp.gui.display.screen_pictures import ShownPair, ShownPicture
from rainapp.gui.state.file_item import Item
from rainapp.jobs.records import Preview, ReadPair, Region, Treatment

PREVIEW_PX = 1600  # photos up to this size are previewed as they are, larger ones about as large as they are seen
PREVIEW_PX_MIN = 1024
PREVIEW_STEP_PX = 64
PART_PIXELS_MAX = 8_000_000  # a larger part would take longer than a person waits
ROOM_PX = 128  # how much larger than the view a photo is at least where parts of it are of one size


@dataclass(eq=False)
class Sight:
    """All that is at hand of one file to be painted."""

    item: Item
    picture: ShownPicture | None = None
    detail: ShownPicture | None = None
    whole: ShownPair | None = None
    part: ShownPair | None = None
    part_by: Treatment | None = None
    result: ShownPair | None = None
    result_part: ShownPair | None = None
    treatment: Treatment | None = None
    result_of: Path | None = None
    whole_by: Preview | None = None
    result_by: ReadPair | None = None
    repaired: ShownPair | None = None
    repaired_by: Preview | None = None
    time_s: float = 0.0

    @property
    def bytes(self) -> int:
        """Memory that the kept pictures take."""
        pairs = [pair for pair in (self.whole, self.part, self.result, self.result_part, self.repaired) if pair]
        pictures = [shown.picture for shown in (self.picture, self.detail) if shown]
        return sum(pair.bytes for pair in pairs) + sum(picture.bytes for picture in pictures)

    def whole_px(self, view_px: tuple[float, float], zoom: float) -> int:
        """The longest side of a preview of the whole: enough for what is seen, for less is sooner there.

        `view_px` is the view in screen pixels; `zoom` says how large it is seen where that is more than the view shows.
        """
        if self.picture is None or max(self.picture.full_width, self.picture.full_height) <= PREVIEW_PX:
            return PREVIEW_PX
        width, height = self.picture.full_width, self.picture.full_height
        seen = max(width, height) * max(zoom, min(view_px[0] / width, view_px[1] / height))
        return min(PREVIEW_PX, max(PREVIEW_PX_MIN, math.ceil(seen / PREVIEW_STEP_PX) * PREVIEW_STEP_PX))

    def keep(self, job: Preview | ReadPair, pair: ShownPair) -> Treatment | None:
        """Take in what came of `job`; the treatment of which the speed is known now, where it was all of the picture."""
        if isinstance(job, ReadPair):
            if job.region is None:
                self.result, self.result_of, self.result_by = pair, job.target, job
            else:
                self.result_part = pair
            return None
        if job.region is not None:
            self.part, self.part_by = pair, job.treatment
            return None
        self.whole, self.treatment, self.whole_by = pair, job.treatment, job
        self.part = self.part if self.part_by == job.treatment else None
        return job.treatment

    def repaired_as(self, treatment: Treatment) -> ShownPair | None:
        """What was repaired by `treatment`: all of it, or the part that was in sight last."""
        return self.repaired if self.repaired_by is not None and self.repaired_by.treatment == treatment else None

    def forget_details(self) -> None:
        """Let go of what is large."""
        self.detail = self.part = self.result_part = None
        if self.repaired_by is not None and self.repaired_by.region is not None:
            self.repaired = self.repaired_by = None


def is_too_large(region: Region) -> bool:
    """Whether a part is more than can be previewed at full scale while a person waits."""
    return region.width * region.height > PART_PIXELS_MAX


def usual_part(picture: ShownPicture, view_px: tuple[float, float]) -> tuple[int, int] | None:
    """Width and height of what is in sight of `picture` at full scale; None where it is hardly larger than the view."""
    width, height = (math.ceil(side) for side in view_px)
    roomy = picture.full_width >= width + ROOM_PX and picture.full_height >= height + ROOM_PX
    return (width, height) if roomy and min(width, height) > 0 else None
