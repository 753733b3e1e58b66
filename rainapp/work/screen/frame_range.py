"""A range of frames of a clip at full size, for who measures or compares them: a few dozen, from any moment on."""

import contextlib
import itertools
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from rainapp.base.errors import UnreadableFile
from rainapp.base.image import Image
from rainapp.media import is_sequence
from rainapp.media.clip.small_frames import Reel
from rainapp.media.sequence.sequence_preview import SequenceReel

NEAR_S = 1e-3  # moments are told to milliseconds


def frames_from(source: Path, time_s: float, count: int, rate: Fraction) -> Iterator[tuple[float, Image]]:
    """At most `count` frames and their moments, from the first shown at `time_s` or later; fewer at the end of the clip.

    What is damaged after the first frame ends the range. Past the end of the clip it is the last frame.

    Raises:
        UnreadableFile: there is no frame at all.
    """
    from_s = max(0.0, time_s - NEAR_S)
    with contextlib.closing(SequenceReel(source, from_s, 0, rate) if is_sequence(source) else Reel(source, from_s, 0)) as reel:
        for place in itertools.count():
            try:
                taken = reel.take() if place < count else None
            except UnreadableFile:
                if not place:
                    raise
                return
            if taken is None:
                break
            yield float(taken.time_s), taken.image
    if not place:
        yield time_s, _last(source, time_s, rate)


def _last(source: Path, time_s: float, rate: Fraction) -> Image:
    """What is in sight at a moment that no frame begins after."""
    from rainapp.work.screen.preview import decode

    return decode(source, time_s, rate=rate).image
