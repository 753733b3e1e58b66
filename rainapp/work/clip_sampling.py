"""Whether a long clip is dry, told by a few of its frames before hours are spent on all of them.

A clip without rain becomes a copy of itself. To learn that from every frame costs as much as deraining it; some frames spread
over its whole length tell it in seconds. One frame with rain is enough for all to be derained.
"""

from fractions import Fraction

from rainapp.base.image import Frame
from rainapp.inference.amount import rain_found
from rainapp.inference.pipeline import Pipeline
from rainapp.jobs.records import DerainFile, Watch
from rainapp.media import MediaInfo
from rainapp.work.result_writer import expected_frames
from rainapp.work.screen.preview import decode

FRAMES = 12
"""How many are looked at."""
WORTH = 4
"""... in clips of at least so many times as many frames; shorter ones are soon done."""


class Unwatched:
    """Lets the owner pause and cancel while frames are looked at, and tells nothing of tiles: no time is known yet."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch

    def tick(self, done: int, total: int, **facts: float) -> None:
        """At work."""
        self._watch.tick(0, 0)


def looks_dry(job: DerainFile, info: MediaInfo, pipeline: Pipeline, watch: Watch) -> bool:
    """Whether none of some frames all over the clip `job.source` holds rain; False where it is too short to ask.

    Args:
        job: What is to be done.
        info: the facts of the clip.
        pipeline: takes frames one by one, without steadying.
        watch: is ticked while frames are looked at.

    Raises:
        RainError: a frame cannot be read or derained.
        Cancelled: the person asked to stop.
    """
    if info.kind != "clip" or not info.duration_s or expected_frames(info) < WORTH * FRAMES:
        return False
    for number in range(FRAMES):
        watch.tick(0, 0)
        decoded = decode(job.source, (number + 0.5) / FRAMES * info.duration_s, rate=job.rate)
        if not decoded.is_clip:  # a moving GIF and the like give their first frame only, and are short
            return False
        frame = Frame(0, Fraction(0), decoded.image, decoded.image)
        if any(rain_found(done) for done in pipeline.in_turn([frame], Unwatched(watch))):
            return False
    return True


def dry_note() -> str:
    """What is told of a clip that was copied for what a few frames showed."""
    return f"No rain was found in {FRAMES} frames from all over the clip."
