"""The vocabulary between faces and workers: what is to be done, and what came of it.

Records are frozen and made of paths, numbers and a `Treatment`; they name files, never live objects, so this module needs
neither torch nor Qt. `work.run(job, watch)` does what a record says.
"""

import math
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Literal

from rainapp.base.image import Image as Image
from rainapp.base.image import Repaired as Repaired
from rainapp.base.rates import RATE as RATE
from rainapp.jobs.compare_jobs import CompareClip as CompareClip
from rainapp.jobs.compare_jobs import CompareJob as CompareJob
from rainapp.jobs.compare_jobs import Parts as Parts
from rainapp.jobs.find_jobs import FindFiles as FindFiles
from rainapp.jobs.find_jobs import FindFrames as FindFrames
from rainapp.jobs.find_jobs import FoundFiles as FoundFiles
from rainapp.jobs.find_jobs import FoundFrames as FoundFrames
from rainapp.jobs.find_jobs import NumberedFrames as NumberedFrames
from rainapp.jobs.library_jobs import CheckModels as CheckModels
from rainapp.jobs.library_jobs import ImportModel as ImportModel
from rainapp.jobs.library_jobs import LibraryJob as LibraryJob
from rainapp.jobs.library_jobs import RemoveModel as RemoveModel
from rainapp.jobs.mask_jobs import LoadedMask as LoadedMask
from rainapp.jobs.mask_jobs import LoadMask as LoadMask
from rainapp.jobs.mask_jobs import MaskJob as MaskJob
from rainapp.jobs.mask_jobs import SaveMask as SaveMask
from rainapp.jobs.memory_jobs import MemoryJob as MemoryJob
from rainapp.jobs.rain_jobs import DrawRain as DrawRain
from rainapp.jobs.treatment import BEST_PRIOR as BEST_PRIOR
from rainapp.jobs.treatment import BUDGET_MEAN as BUDGET_MEAN
from rainapp.jobs.treatment import BUDGET_SHARE as BUDGET_SHARE
from rainapp.jobs.treatment import REFINE as REFINE
from rainapp.jobs.treatment import STRENGTH_MAX as STRENGTH_MAX
from rainapp.jobs.treatment import EngineChoice as EngineChoice
from rainapp.jobs.treatment import IfExists as IfExists
from rainapp.jobs.treatment import Layer as Layer
from rainapp.jobs.treatment import MetadataChoice as MetadataChoice
from rainapp.jobs.treatment import ModelId as ModelId
from rainapp.jobs.treatment import Output as Output
from rainapp.jobs.treatment import Passes as Passes
from rainapp.jobs.treatment import Precision as Precision
from rainapp.jobs.treatment import Region as Region
from rainapp.jobs.treatment import Temporal as Temporal
from rainapp.jobs.treatment import Treat as Treat
from rainapp.jobs.treatment import Treatment as Treatment
from rainapp.jobs.treatment import Veil as Veil
from rainapp.jobs.watch import NoWatch as NoWatch
from rainapp.jobs.watch import StoppableWatch as StoppableWatch
from rainapp.jobs.watch import WaitingWatch as WaitingWatch
from rainapp.jobs.watch import Watch as Watch

Lane = Literal["device", "quick", "reading", "library", "figures", "memory"]


@dataclass(frozen=True)
class DerainFile:
    """Take the rain out of `source` and write it to `target` (a full file name; already free of collisions).

    `part`: of a clip only what is shown from the first to before the second moment, in seconds after its start. Where `source`
    is the pattern of numbered pictures, `rate` of them are shown in a second, and `target` is a folder, or a clip. `notes` are
    those of its result from the start. `live`: the clip of its name beside a photo, as Live Photos have one; `live_target`:
    where that goes, None where it is treated as a file of its own, or stays where it is.
    """

    source: Path
    target: Path
    treatment: Treatment = field(default_factory=Treatment)
    output: Output = field(default_factory=Output)
    part: tuple[float, float] | None = None
    rate: Fraction = RATE
    notes: tuple[str, ...] = ()
    live: Path | None = None
    live_target: Path | None = None


@dataclass(frozen=True)
class Preview:
    """Derain a region of `source` at full scale, or the whole picture scaled to at most `longest_px`; nothing is written.

    `draft`: where the region would take long, in a large photo, the finest band may be left as it
    is. It is there sooner; the result says whether that was done. Where the treatment says so it is repaired too, a whole
    picture at full size before it is made small.
    Here and below, `rate` is that of numbered pictures, as in `DerainFile`.
    """

    source: Path
    treatment: Treatment
    region: Region | None = None
    longest_px: int = 1600
    time_s: float = 0.0
    draft: bool = False
    rate: Fraction = RATE


@dataclass(frozen=True)
class ReadPicture:
    """Decode `source` for the screen: a thumbnail, or the whole picture (`longest_px` 0); for clips the frame at `time_s`."""

    source: Path
    longest_px: int = 0
    time_s: float = 0.0
    rate: Fraction = RATE


@dataclass(frozen=True)
class ReadPair:
    """Read `source` and its finished `target` (of numbered pictures a folder, or a clip) for the screen, like `Preview`."""

    source: Path
    target: Path
    region: Region | None = None
    longest_px: int = 1600
    time_s: float = 0.0
    rate: Fraction = RATE


@dataclass(frozen=True)
class MeasureSeen:
    """Measure what `seen` came to at an amount of `strength` and through `mask`; `truth`: the same picture without rain."""

    seen: Preview | ReadPair
    strength: float = 1.0
    mask: SaveMask | None = None
    truth: Path | None = None


@dataclass(frozen=True)
class PlayFrames:
    """Read `count` frames of a clip from a moment on, no side longer than `longest_px`, 8 bit; `count` 0 lets go of the file.

    None that is shown at `until_s` or later. Beside them their finished counterparts from `target`, else derained with
    `treatment`, else nothing.
    """

    source: Path
    from_s: float
    count: int
    longest_px: int
    treatment: Treatment | None = None
    target: Path | None = None
    until_s: float | None = None
    rate: Fraction = RATE


@dataclass(frozen=True)
class WarmUp:
    """Make the engine ready for `treatment` before anybody waits for it.

    Also for a look at a `part` of so many pixels across and down, in a photo of `whole`.
    """

    treatment: Treatment
    part: tuple[int, int] | None = None
    whole: tuple[int, int] | None = None


@dataclass(frozen=True)
class FindScreenProfile:
    """Find the ICC profile in `file`, or, None, of the screen `number` of `platform` (Qt's name), whose corner is `corner`."""

    file: Path | None
    platform: str = ""
    number: int = 0
    corner: tuple[int, int] = (0, 0)


SeenJob = Preview | ReadPicture | ReadPair | MeasureSeen | PlayFrames
Looks = WarmUp | CompareJob | CompareClip | FindScreenProfile | DrawRain
Job = DerainFile | SeenJob | FindFiles | FindFrames | LibraryJob | MaskJob | MemoryJob | Looks


@dataclass(frozen=True)
class Derained:
    """What `DerainFile` came to. `target` None means the file was skipped because it exists.

    `copied`: the result is the source byte for byte. `repaired`: what a repair came to, where one was asked for.
    """

    source: Path
    target: Path | None
    seconds: float
    megapixels: float
    model: ModelId
    engine: str
    device: str
    rain_found: bool
    layer: Path | None = None
    notes: tuple[str, ...] = ()
    copied: bool = False
    repaired: Repaired | None = None


@dataclass(frozen=True, eq=False)
class Picture:
    """What `ReadPicture` came to: the upright picture at the size asked for, and the facts of the file.

    `container` is what the content was found to be; a GIF that `moves` is derained frame by frame.
    """

    source: Path
    image: Image
    full_width: int
    full_height: int
    is_clip: bool = False
    duration_s: float = 0.0
    container: str = ""
    moves: bool = False


@dataclass(frozen=True, eq=False)
class Previewed:
    """What `Preview` or `ReadPair` came to.

    Both sides are at strength 1 and of the same size, so that the amount is applied without new inference. `is_rough`: it was
    made in haste, and the finest band is not derained yet. Where it was repaired, `repaired` says what that came to, and
    `unrepaired` is the derained side before it.
    """

    source: Path
    rainy: Image
    derained: Image
    region: Region
    rain_found: bool
    seconds: float
    is_rough: bool = False
    repaired: Repaired | None = None
    unrepaired: Image | None = None


@dataclass(frozen=True, eq=False)
class PlayedFrame:
    """One frame for the player; `next_s` is when the next one is shown, None at the end of the clip.

    `flicker`: how much it differs from the frame before where nothing moves, before and after, in grey levels of 255.
    `rain_found` as in `Previewed`.
    """

    time_s: float
    next_s: float | None
    rainy: Image
    derained: Image | None
    flicker: tuple[float, float] | None = None
    rain_found: bool = True


@dataclass(frozen=True, eq=False)
class Played:
    """What `PlayFrames` came to, and the upright size of the clip; fewer frames than asked for at its end."""

    job: PlayFrames
    frames: tuple[PlayedFrame, ...]
    full_width: int = 0
    full_height: int = 0


@dataclass(frozen=True)
class Measured:
    """What `MeasureSeen` came to, at the size of the preview; NaN where there is no truth or too little to tell.

    `changed` is the share of pixels that changed visibly, `removed` the mean light taken away in grey levels of 255; `natural`
    is NIQE (smaller is better), `psnr` and `ssim` those of luminance, each before and after; `rain_removed` and `bg_err` as in
    `rainapp.metrics.psnr_ssim`; `fine_removed` as in `rainapp.metrics.fine_structure`, NaN where rain has no one direction.
    `note` tells in words what could not be measured.
    """

    changed: float
    removed: float
    natural: tuple[float, float]
    psnr: tuple[float, float]
    ssim: tuple[float, float]
    rain_removed: float
    bg_err: float
    note: str = ""
    fine_removed: float = math.nan


@dataclass(frozen=True)
class ScreenProfile:
    """What `FindScreenProfile` came to; None: nothing is known of the screen."""

    job: FindScreenProfile
    icc: bytes | None


@dataclass(frozen=True)
class Queued:
    """The job waits for its lane."""

    job_id: int
    job: Job


@dataclass(frozen=True)
class Progressed:
    """`done` of `total` units are ready; `eta_s` and, of clips, `frames_s` (frames a second) are None until told honestly.

    `goes_on`: a stop now would leave finished parts, after which the same job goes on.
    """

    job_id: int
    done: int
    total: int
    eta_s: float | None = None
    frames_s: float | None = None
    goes_on: bool = False


@dataclass(frozen=True)
class Finished:
    """The job is done; `result` is what `work.run_job.run` returned."""

    job_id: int
    result: object


@dataclass(frozen=True)
class Failed:
    """The job failed, and the reason in words. `kind` is the error's kind, "bug" for anything unexpected."""

    job_id: int
    kind: str
    message: str
    hint: str = ""


@dataclass(frozen=True)
class Stopped:
    """The job was cancelled; nothing of it is left but `kept`, the part done of a clip, where that was asked for.

    `goes_on`: hidden parts of it stay, and the same job goes on after them.
    """

    job_id: int
    kept: Path | None = None
    goes_on: bool = False


@dataclass(frozen=True)
class Waiting:
    """The job waits until a person helps (the disk is full), and goes on by itself then; progress tells of that."""

    job_id: int
    message: str
    hint: str = ""


Event = Queued | Progressed | Waiting | Finished | Failed | Stopped
