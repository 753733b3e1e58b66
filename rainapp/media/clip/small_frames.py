"""Frames of a clip one after the other from any moment on, made small: for playing, not for treating.

Times are seconds after the start of the stream, as everywhere in the window. The container stays open between frames, so that
going on costs no seeking; whoever holds a reel closes it.
"""

from collections.abc import Generator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from rainapp.base.image import Image
from rainapp.media.clip.clip_open import Decoding, decoded, open_container, pick_video
from rainapp.media.clip.clip_source import Times, probe, seek
from rainapp.media.clip.pixel_formats import FrameReader
from rainapp.media.clip_facts import ClipFacts


@dataclass(frozen=True, eq=False)
class Reeled:
    """A frame, when it is shown, and when the next one is; `next_s` is None at the end of the clip."""

    time_s: Fraction
    next_s: Fraction | None
    image: Image


class Reel:
    """Gives frames from a moment on."""

    def __init__(self, path: Path, from_s: float, longest_px: int) -> None:
        """Open `path` at the first frame that is shown at `from_s` or later. Raises UnreadableFile."""
        info = probe(path)
        assert isinstance(info.carry, ClipFacts)
        self.path, self.longest_px = path, longest_px
        self.width, self.height = info.width, info.height
        self._facts = info.carry
        self._frames = self._read(Fraction(from_s) - Fraction(1, 1_000_000))
        self._ahead: tuple[Fraction, Image] | None = next(self._frames, None)

    @property
    def at_s(self) -> Fraction | None:
        """When the next frame is shown; None at the end."""
        return self._ahead[0] if self._ahead is not None else None

    def _read(self, from_s: Fraction) -> Generator[tuple[Fraction, Image], None, None]:
        with open_container(self.path) as container:
            stream = pick_video(container, self.path)
            base, start = self._facts.time_base, stream.start_time or 0
            if from_s > 0 and not self._facts.joined:
                seek(container, stream, int(from_s / base) + start)
            reader, times = FrameReader(self._facts, longest_px=self.longest_px), Times(self._facts)
            for frame in decoded(container, stream, self.path, Decoding()):
                time_s = times.of(frame) - start * base
                if time_s >= from_s:
                    yield time_s, reader.read(frame)

    def take(self) -> Reeled | None:
        """The next frame, or None after the last."""
        if self._ahead is None:
            return None
        time_s, image = self._ahead
        self._ahead = next(self._frames, None)
        return Reeled(time_s, self.at_s, image)

    def close(self) -> None:
        """Let go of the file."""
        self._frames.close()
        self._ahead = None
