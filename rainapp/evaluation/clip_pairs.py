"""Score models and ways of steadying on pairs of rainy and clean clips, through the pipeline that treats people's clips.

Frames stream: the rainy and the clean clip are read side by side, so a long clip takes no more memory than a short one.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from rainapp import media
from rainapp.base.errors import UnreadableFile
from rainapp.base.escapes import readable
from rainapp.base.image import Frame
from rainapp.evaluation.photo_pairs import Difference, as_float, bootstrap_ci95, difference, find_pairs, names_of
from rainapp.inference.pipeline import load_pipeline
from rainapp.jobs.records import Treatment, Watch
from rainapp.library.model_library import ModelLibrary
from rainapp.media.sniff import CLIP, sniff
from rainapp.metrics.clip_metrics import ClipFigures, ClipMeter, mean

Pairs = list[tuple[Path, Path]]


@dataclass(frozen=True)
class ClipScore:
    """Means over clips of `metrics.clip_metrics.ClipFigures`; `frames` is their total.

    `temporal` says how frames were steadied; `seconds_per_mp` counts all up to a derained frame, decoding included.
    `clips` holds the figures of each clip by name, `against` the difference in PSNR-Y from each row scored before in the run.
    """

    model: str
    temporal: str
    n: int
    frames: int
    psnr_y: float
    ci95: tuple[float, float]
    ssim_y: float
    warp: float
    warp_excess: float
    tof: float
    flicker: float
    flicker_excess: float
    transience: float
    engine: str
    seconds_per_mp: float
    clips: dict[str, ClipFigures]
    against: dict[str, Difference] = field(default_factory=dict)

    @property
    def row(self) -> str:
        """What tells this row from others."""
        return self.model if self.model == "identity" else f"{self.model}, {self.temporal}"


def clip_pairs(rainy: Path, clean: Path) -> Pairs:
    """Pairs of clips: two files, or all clips of two folders by name; empty where the folders hold photos.

    Raises UnreadableFile when a side is missing, when a folder holds both kinds, or when files are no clips.
    """
    if rainy.is_dir() or clean.is_dir() or not (rainy.is_file() and clean.is_file()):
        pairs = find_pairs(rainy, clean)
    else:
        pairs = [(rainy, clean)]
    clips = [pair for pair in pairs if all(sniff(path) == CLIP for path in pair)]
    if clips and len(clips) < len(pairs):
        raise UnreadableFile(f"{rainy.name} holds photos and clips.", "Measure them in two runs: name a folder of each.", rainy)
    if not clips and rainy.is_file():
        raise UnreadableFile(f"{rainy.name} or {clean.name} is no clip.", "Name two clips, or two folders.", rainy)
    return clips


def evaluate_clips(
    model: str, pairs: Pairs, treatment: Treatment, library: ModelLibrary, watch: Watch, left_out: list[str] | None = None
) -> ClipScore:
    """The scores of one model with one way of steadying, or of doing nothing for the name "identity".

    A pair that cannot be read or does not match costs itself only: a sentence goes to `left_out`. Raises UnreadableFile when
    that is every one.
    """
    name, engine, clips = model, "none", {}
    seconds = megapixels = 0.0
    first: UnreadableFile | None = None
    for index, (called, pair) in enumerate(zip(names_of(pairs), pairs, strict=True)):
        try:
            with media.open_source(pair[0]) as rainy:
                frames: Iterator[Frame] = iter(rainy)
                if model != "identity":
                    pipeline = load_pipeline(treatment, library)
                    name, engine = pipeline.model_id, f"{pipeline.engine} {pipeline.device} {pipeline.precision}"
                    frames = pipeline.in_turn(rainy, watch)  # otherwise it would go on while frames are measured
                timed = Timed(frames)
                clips[called] = measure(timed, pair)
                seconds, megapixels = seconds + timed.seconds, megapixels + timed.megapixels
        except UnreadableFile as error:
            first = first or error
            if left_out is not None:
                left_out.append(f"{readable(called)} is left out. {error.message}")
        watch.tick(index + 1, len(pairs))
    if first is not None and not clips:
        raise first
    return summarise(name, treatment.temporal, engine, clips, seconds / max(1e-9, megapixels))


class Timed:
    """Frames, and the seconds spent waiting for them, the first (which warms up) left out."""

    def __init__(self, frames: Iterator[Frame]) -> None:
        self.seconds = self.megapixels = 0.0
        self._frames = frames

    def __iter__(self) -> Iterator[Frame]:
        """Yield the frames."""
        began = time.perf_counter()
        for index, frame in enumerate(self._frames):
            if index:
                self.seconds += time.perf_counter() - began
                self.megapixels += frame.image.megapixels
            yield frame
            began = time.perf_counter()


def measure(derained: Timed, pair: tuple[Path, Path]) -> ClipFigures:
    """The figures of one clip. Raises UnreadableFile when rainy and clean clip differ in size or length."""
    meter, taken = ClipMeter(), 0
    with media.open_source(pair[1]) as clean:
        truths = iter(clean)
        for frame in derained:
            truth = next(truths, None)
            if truth is None or truth.image.pixels.shape != frame.image.pixels.shape:
                taken = -1
                break
            meter.add(as_float(frame.source), as_float(truth.image), as_float(frame.image))
            taken += 1
        if taken <= 0 or next(truths, None) is not None:
            raise UnreadableFile(
                f"The rainy and the clean clip {pair[0].stem} differ in size or length.", "Pairs must match frame by frame."
            )
    return meter.figures()


def summarise(model: str, temporal: str, engine: str, clips: dict[str, ClipFigures], seconds_per_mp: float) -> ClipScore:
    """Means over clips."""
    rows = list(clips.values())
    return ClipScore(
        model,
        "off" if model == "identity" else temporal,
        len(rows),
        sum(r.frames for r in rows),
        mean([r.psnr_y for r in rows]),
        bootstrap_ci95([r.psnr_y for r in rows]),
        mean([r.ssim_y for r in rows]),
        mean([r.warp for r in rows]),
        mean([r.warp_excess for r in rows]),
        mean([r.tof for r in rows]),
        mean([r.flicker for r in rows]),
        mean([r.flicker_excess for r in rows]),
        mean([r.transience for r in rows]),
        engine,
        seconds_per_mp,
        clips,
    )


def beside(score: ClipScore, earlier: list[ClipScore]) -> ClipScore:
    """`score` with the differences from the rows of the same clips before it."""
    now = [clip.psnr_y for clip in score.clips.values()]
    against = {row.row: difference(now, [clip.psnr_y for clip in row.clips.values()]) for row in earlier}
    return replace(score, against=against)
