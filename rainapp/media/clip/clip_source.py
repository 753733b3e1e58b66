"""Clips as sources of frames: upright, in display order, each with the time the file gives it."""

from collections.abc import Generator, Iterator
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Self

import av
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from rainapp.base.errors import UnreadableFile
from rainapp.base.image import Frame, Image
from rainapp.media.clip.clip_open import Decoding, check_budget, decoded, open_container, pick_video, read_facts
from rainapp.media.clip.container.integrity import missing_words
from rainapp.media.clip.container.joined_clocks import lasts_s, may_be_joined
from rainapp.media.clip.picture_extras import CAPTIONS_LOST, read_extras, refuse_private_colours
from rainapp.media.clip.pixel_formats import FrameReader
from rainapp.media.clip.stream_copy import keeping_notes
from rainapp.media.clip_facts import ClipFacts, turns_sideways
from rainapp.media.contracts import MediaInfo

_FAR_S = 1e9  # no clip is as long: until its end
_NEAR_S = Fraction(1, 1_000_000)  # moments of frames come as floats, which may lie a little before them


def probe(path: Path, *, budget_mb: int | None = None) -> MediaInfo:
    """The facts of a clip; its first frame is decoded to be sure of them. Raises UnreadableFile in words."""
    with open_container(path) as container:
        stream = pick_video(container, path)
        check_budget(stream, path, budget_mb)
        first = next(decoded(container, stream, path, Decoding()), None)
        if first is None:
            raise UnreadableFile(f"{path.name} holds no frame that can be decoded.", "It is damaged; copy it again.", path)
        extras = read_extras(container, stream, path)
        refuse_private_colours(extras, path)
        stat = path.stat()
        joined_s = _joined_s(path, (stat.st_size, stat.st_mtime_ns), stream.index) if may_be_joined(container) else None
        facts = replace(read_facts(container, stream, first), extras=extras, joined=joined_s is not None)
        info = _media_info(path, container, stream, facts)
        return info if joined_s is None else replace(info, duration_s=joined_s, frames=None)


@lru_cache(maxsize=16)
def _joined_s(path: Path, _stamp: tuple[int, int], index: int) -> float | None:
    """How long a joined file lasts; a player asks for every frame."""
    with open_container(path) as container:
        return lasts_s(path, container, index)


def _media_info(path: Path, container: InputContainer, stream: VideoStream, facts: ClipFacts) -> MediaInfo:
    keeping = keeping_notes(container, path, facts)
    width, height = facts.stored_width, facts.stored_height
    if turns_sideways(facts.display_matrix):
        width, height = height, width
    return MediaInfo(
        path=path,
        kind="clip",
        container=container.format.name.split(",")[0],
        width=width,
        height=height,
        depth=facts.depth,
        frames=stream.frames or None,
        duration_s=_duration_s(container, stream, facts),
        fps=float(facts.rate),
        grey=facts.pix_fmt.startswith("gray"),
        notes=(*_reading_notes(path, stream, facts), *keeping),
        format_notes=tuple(keeping),
        carry=facts,
    )


def _duration_s(container: InputContainer, stream: VideoStream, facts: ClipFacts) -> float:
    if stream.duration:
        return float(stream.duration * facts.time_base)
    if container.duration:
        return container.duration / 1e6
    return float(stream.frames * facts.step)


def _reading_notes(path: Path, stream: VideoStream, facts: ClipFacts) -> list[str]:
    """What a person should know of the source before the work starts."""
    missing = missing_words(path, stream)
    notes = [missing] if missing else []
    if facts.interlaced:
        notes.append("The clip is interlaced; it is treated and written as whole frames.")
    return notes


def cut_to(info: MediaInfo, part: tuple[float, float] | None) -> MediaInfo:
    """`info` of a part of the clip only, (from, until) in seconds after its start. Raises UnreadableFile for an empty one."""
    if part is None:
        return info
    near = Fraction(1, 100_000)  # moments of frames come as floats
    from_s, until_s = (Fraction(min(moment, _FAR_S)).limit_denominator(1_000_000) - near for moment in part)
    if not from_s < until_s or from_s >= info.duration_s > 0:
        raise UnreadableFile(f"{info.path.name} has nothing between these moments.", "Choose another part.", info.path)
    ends_s = min(info.duration_s or part[1], part[1])
    lasts_s = ends_s - part[0] if ends_s < _FAR_S else 0.0
    return replace(info, part=(max(Fraction(0), from_s), until_s), frames=None, duration_s=lasts_s)


class ClipSource:
    """A clip as a stream of frames; each iteration starts at the first frame with a container of its own."""

    def __init__(self, path: Path, *, budget_mb: int | None = None, part: tuple[float, float] | None = None) -> None:
        """Raises UnreadableFile in words for anything that is not a readable clip, before any work is done."""
        self.path = path
        self.first_frame = 0  # frames before this number are decoded, not given: an earlier run has finished them
        self.info = cut_to(probe(path, budget_mb=budget_mb), part)
        self._reading: Generator[Frame, None, None] | None = None
        self._stopped = False

    def stop(self) -> None:
        """Let an iteration in another thread end while it skips."""
        self._stopped = True

    def __enter__(self) -> Self:
        """Nothing is held open between iterations."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Release what an unfinished iteration still holds."""
        if self._reading is not None:
            self._reading.close()
            self._reading = None

    def __iter__(self) -> Iterator[Frame]:
        """Yield upright frames. Troubles met on the way are added to `info.notes` at the end."""
        self._reading = self._frames()
        return self._reading

    def _frames(self) -> Generator[Frame, None, None]:
        facts = self._facts
        with open_container(self.path) as container:
            report = Decoding()
            stream = pick_video(container, self.path)
            times = Times(facts)
            reader = FrameReader(facts)
            resized = 0
            from_s, until_s = self.info.part or (Fraction(0), None)
            begins_s = (stream.start_time or 0) * facts.time_base
            index = -1
            for frame in decoded(container, stream, self.path, report):
                resized += (frame.width, frame.height) != (facts.stored_width, facts.stored_height)
                time_s = times.of(frame)
                if until_s is not None and time_s - begins_s >= until_s:
                    break
                is_before = self.info.part is not None and time_s - begins_s < from_s
                index += not is_before
                if is_before or index < self.first_frame:
                    if self._stopped:
                        return
                    continue
                image = reader.read(frame)
                yield Frame(index, time_s - from_s, image, image)
        self._tell(report, times.repaired, resized)

    @property
    def _facts(self) -> ClipFacts:
        assert isinstance(self.info.carry, ClipFacts)
        return self.info.carry

    def _tell(self, report: Decoding, repaired: int, resized: int) -> None:
        """Add what reading brought to light to the notes."""
        notes = []
        if report.ended_early:
            notes.append("The file ends in damaged data; everything readable before it was used.")
        if report.damaged_packets:
            notes.append(f"{report.damaged_packets} damaged pieces of the clip were skipped.")
        if repaired:
            notes.append(f"{repaired} frames had no time of their own or went back in time; they follow the frame before.")
        if report.captions:
            notes.append(CAPTIONS_LOST)
        if resized:
            notes.append(f"The picture size changes within the clip; {resized} frames were scaled to the first one's size.")
        self.info = replace(self.info, notes=self.info.notes + tuple(note for note in notes if note not in self.info.notes))


class Times:
    """The time of each frame: what the file says, and where it says nothing, the usual step after the frame before."""

    def __init__(self, facts: ClipFacts) -> None:
        """Start before the first frame of a clip with these `facts`."""
        self.repaired = 0
        self._unit = facts.time_base
        self._step = max(1, round(facts.step / facts.time_base))
        self._last: int | None = None

    def of(self, frame: VideoFrame) -> Fraction:
        """The time of the next frame in seconds, exact, always later than the one before."""
        pts = frame.pts if frame.pts is not None else frame.dts
        if pts is None or (self._last is not None and pts <= self._last):
            self.repaired += 1
            pts = 0 if self._last is None else self._last + (self._step if pts is None else 1)
        self._last = pts
        return pts * self._unit


def read_frame(path: Path, time_s: float = 0.0, longest_px: int = 0) -> tuple[Image, int, int, float]:
    """The upright frame shown at `time_s`, its clip's upright width and height, and the duration in seconds.

    `longest_px` 0 keeps size and depth; otherwise the image is 8 bit and no side is longer. A time past the end gives the
    last frame. Raises UnreadableFile.
    """
    info = probe(path)
    assert isinstance(info.carry, ClipFacts)
    facts = info.carry
    with open_container(path) as container:
        stream = pick_video(container, path)
        offset = int((Fraction(time_s) + _NEAR_S) / facts.time_base) + (stream.start_time or 0)
        chosen = None
        if time_s > 0 and not facts.joined:
            seek(container, stream, offset)
            chosen = _frame_at(container, stream, path, offset)
        if chosen is None or (chosen.pts is not None and chosen.pts > offset):
            if time_s > 0 and not facts.joined:
                container.seek(0)  # some formats land after the time asked for
            chosen = _frame_at(container, stream, path, offset)
    if chosen is None:
        raise UnreadableFile(f"{path.name} holds no frame that can be decoded.", "It is damaged; copy it again.", path)
    image = FrameReader(facts, longest_px=longest_px).read(chosen)
    return image, info.width, info.height, info.duration_s


def seek(container: InputContainer, stream: VideoStream, offset: int) -> None:
    """Go to the key frame at or before `offset`; where the format cannot, stay at the start."""
    try:
        container.seek(offset, stream=stream, backward=True)
    except av.FFmpegError:
        container.seek(0)


def _frame_at(container: InputContainer, stream: VideoStream, path: Path, offset: int) -> VideoFrame | None:
    """The last frame that starts at or before `offset`, or the first one after it."""
    chosen: VideoFrame | None = None
    for frame in decoded(container, stream, path, Decoding()):
        if chosen is not None and frame.pts is not None and frame.pts > offset:
            break
        chosen = frame
    return chosen


def estimated_frames(info: MediaInfo) -> int:
    """How many frames a clip has, or about how many; 0 when nothing is known. For progress only."""
    return info.frames or round(info.duration_s * info.fps)
