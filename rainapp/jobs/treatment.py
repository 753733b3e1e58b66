"""How rain is taken out and how results are written, as values: what all records of jobs speak of."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

ModelId = str
Veil = Literal["keep", "clear"]
EngineChoice = Literal["auto", "torch", "openvino"]
Precision = Literal["auto", "fp32", "bf16", "fp16"]
Temporal = Literal["auto", "off", "fast", "best", "learned"]
Treat = Literal["auto", "always"]
Passes = Literal[1, 2]
IfExists = Literal["skip", "rename", "overwrite"]
MetadataChoice = Literal["keep", "strip", "no-location"]
Layer = Literal["result", "rain", "both"]

STRENGTH_MAX = 1.3
REFINE = {"off": 0.0, "light": 0.4, "full": 1.0}
"""How far a prior repairs, by word."""
BEST_PRIOR = "auto"
"""Stands for the best prior there is."""
BUDGET_SHARE, BUDGET_MEAN = 0.15, 1.0
"""How much of a photo a prior may change, where nobody says otherwise: a share of its pixels, and levels of 255 in the mean."""


@dataclass(frozen=True)
class Treatment:
    """How rain is taken out; holds no weights and cannot run. `inference.pipeline.load_pipeline` makes it runnable.

    `strength` 0..1.3 scales the removed layer; `mask` names a picture, white is treated, black stays exactly as it was;
    `tile_px` None means chosen by the machine; `device` is auto, cpu, cuda:N or mps. `treat` "always": a person sees rain, so
    no photo or clip is called dry, and what is faint all over is taken as in a rainy one. `passes` 2: the net goes over its
    own result again. `refine` 0..1: how far a generative model repairs what rain has covered in a photo; `prior` names it,
    "auto" is the best there is. `budget_share` (0..1 of the pixels) and `budget_mean` (levels of 255) are what it may change
    at most; above them the repair is weakened.
    """

    model: ModelId = "default"
    strength: float = 1.0
    veil: Veil = "keep"
    temporal: Temporal = "auto"
    mask: Path | None = None
    tile_px: int | None = None
    device: str = "auto"
    engine: EngineChoice = "auto"
    precision: Precision = "auto"
    treat: Treat = "auto"
    passes: Passes = 1
    refine: float = 0.0
    prior: ModelId = BEST_PRIOR
    budget_share: float = BUDGET_SHARE
    budget_mean: float = BUDGET_MEAN

    @property
    def unrepaired(self) -> "Treatment":
        """The same without a repair, and without what only a repair is asked."""
        return replace(self, refine=0.0, prior=BEST_PRIOR, budget_share=BUDGET_SHARE, budget_mean=BUDGET_MEAN)


@dataclass(frozen=True)
class Output:
    """How results are written.

    `format` is "keep" or a suffix without dot; `quality` None means as the source, or a good default.
    """

    format: str = "keep"
    quality: int | None = None
    codec: str | None = None
    crf: int | None = None
    metadata: MetadataChoice = "keep"
    layer: Layer = "result"
    if_exists: IfExists = "rename"
    hardware: bool = False  # clips: encode on a graphics chip where that works, with a word where it does not
    motion: bool = False  # the clip of a motion photo is derained too
    keep_partial: bool = False  # a cancelled clip leaves the part done, as a playable file under a name that says so


@dataclass(frozen=True)
class Region:
    """A rectangle of the upright picture, in its pixels."""

    x: int
    y: int
    width: int
    height: int

    def covers(self, inner: "Region") -> bool:
        """Whether it holds all of another."""
        return (
            self.x <= inner.x
            and self.y <= inner.y
            and self.x + self.width >= inner.x + inner.width
            and self.y + self.height >= inner.y + inner.height
        )
