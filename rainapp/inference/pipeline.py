"""Stages turn a stream of frames into a stream of frames; a pipeline is a stage made of stages.

`load_pipeline` makes what a treatment describes. Loading takes seconds, so the last loaded net of each device is kept; two
jobs on one device share it, tile by tile.
"""

import contextlib
import hashlib
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial, reduce
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from rainapp.base.errors import BadTreatment
from rainapp.base.image import Frame, Image
from rainapp.inference.amount import Amount, read_mask
from rainapp.inference.derainer import TILE_PX_MIN, Derainer, Fallback, TiledNet
from rainapp.inference.engines import Conditions, Engine, Model, Variant, engine_choice, make
from rainapp.inference.engines.failures import went_on
from rainapp.inference.instance_code import Seer
from rainapp.inference.part_of_picture import Part, derain_part, prepare
from rainapp.inference.second_pass import derain_part_again
from rainapp.inference.sharing import Shared
from rainapp.inference.temporal.deflicker import Steadier
from rainapp.inference.temporal.learned_fusion import load_fuse
from rainapp.jobs.records import Region, Temporal, Treatment, Watch
from rainapp.library.cards import ModelCard, Veil
from rainapp.library.model_library import ModelLibrary, checked_weights
from rainapp.media.prefetch import ahead

if TYPE_CHECKING:
    from torch import nn

    from rainapp.inference.refine.refiner import Refiner

STEADY_AUTO: dict[str, Temporal] = {"cpu": "learned"}  # elsewhere "fast"
"""What "auto" stands for. "learned" lost on none of twelve clips, neither against no steadying nor against "best". They cost
0.33 and another 0.5 CPU seconds a megapixel beside 1.3 of the net; an accelerator would wait (docs, results)."""

FRAMES_AHEAD = 1  # of the net, before what follows it
TILE_PX = {"cpu": 2048, "mps": 1536, "cuda": 1536}  # where nothing else is asked for; a CPU takes two seconds for one
WIDTH = 24  # of the net these are for; on a CPU a wider one gets less area, so that a tile takes no more memory
HEAVY_TILE_PX = 512  # for nets that work at full resolution: a tile must not keep a person waiting who pauses


class Stage(Protocol):
    """Turns frames into frames, lazily; ticks `watch` as it goes."""

    def __call__(self, frames: Iterable[Frame], watch: Watch) -> Iterator[Frame]:
        """Yield a frame for each frame."""
        ...


@dataclass(frozen=True)
class Pipeline:
    """Stages folded from left to right, and the facts of the net at work."""

    model_id: str
    net: TiledNet
    stages: Sequence[Stage]
    judges: bool = True  # False: no picture is called dry as a whole
    passes: int = 1  # how often the net goes over a picture
    refiner: "Refiner | None" = None  # a prior follows, which takes about as long

    def __call__(self, frames: Iterable[Frame], watch: Watch) -> Generator[Frame, None, None]:
        """Run `frames` through all stages; see `Derainer` for errors and ticks.

        Where anything follows the net, the net works in a thread of its own, a frame ahead: what follows uses one core only.
        """
        first, *rest = self.stages
        derained = first(frames, Shared(watch, 0, 1 / 2) if self.refiner else watch)
        after = Shared(watch, 1 / 2, 1) if self.refiner else watch
        with contextlib.ExitStack() as stack:
            if rest:
                derained = stack.enter_context(contextlib.closing(ahead(derained, FRAMES_AHEAD)))
            yield from reduce(lambda flow, stage: stage(flow, after), rest, derained)

    def in_turn(self, frames: Iterable[Frame], watch: Watch) -> Iterator[Frame]:
        """The same without a thread, for who wants to know how long it takes."""
        yield from reduce(lambda flow, stage: stage(flow, watch), self.stages, frames)

    def unjudged(self) -> "Pipeline":
        """The same for a picture made smaller than it is: whether it is dry shows in its own size only."""
        stages = [replace(stage, judges=False) if isinstance(stage, Derainer) else stage for stage in self.stages]
        return replace(self, stages=stages, judges=False)

    def part(self, image: Image, region: Region, watch: Watch, draft: bool = False) -> Part:
        """The net alone on a part of a picture, at full strength; see `parts.derain_part`."""
        if self.passes > 1:
            return derain_part_again(self.net, image, region, watch, draft, self.judges, self.passes)
        return derain_part(self.net, image, region, watch, draft, self.judges)

    def prepare_part(self, whole: tuple[int, int], part: tuple[int, int], watch: Watch) -> None:
        """Make the net ready for parts of so many pixels across and down, in a photo of `whole`."""
        prepare(self.net, whole, part, watch, self.judges)

    @property
    def engine(self) -> str:
        """Its engine: "torch" or "openvino"."""
        return self.net.engine.name

    @property
    def device(self) -> str:
        """Where the net runs, for example "cpu" or "cuda:0"."""
        return self.net.engine.device

    @property
    def precision(self) -> str:
        """Its precision: "fp32", "bf16" or "fp16"."""
        return self.net.engine.precision

    @property
    def tile_px(self) -> int:
        """Side of the square that a tile is no larger than at this moment."""
        return self.net.tile_px

    @property
    def notices(self) -> tuple[str, ...]:
        """What a person should know: measures that were taken to go on."""
        return tuple(self.net.notices)


_loading = threading.Lock()
_last: dict[str, list[tuple[tuple[object, ...], TiledNet]]] = {}  # by device: what was wanted, and the net that serves it


def load_pipeline(treatment: Treatment, library: ModelLibrary, part_frames: int = 0) -> Pipeline:
    """The pipeline that does what `treatment` says. `part_frames`: see `Steadier`.

    Raises:
        BadModel: the model or the prior is unknown or damaged.
        BadTreatment: the model or this machine cannot do it.
    """
    card = library.get(treatment.model)
    repairing = library.prior(treatment.prior) if treatment.refine else None
    if treatment.veil not in card.veils:
        raise BadTreatment(
            f"The model “{card.id}” takes out streaks only; it cannot clear a veil.",
            "Choose another model, or keep the veil.",
        )
    if treatment.tile_px is not None and treatment.tile_px < TILE_PX_MIN:
        raise BadTreatment(f"Tiles of {treatment.tile_px} pixels are too small.", f"{TILE_PX_MIN} is the least.")
    amount = Amount(treatment.strength, None if treatment.mask is None else read_mask(treatment.mask))
    device = engine_choice.resolve_device(treatment.device)
    wanted = (card, treatment.veil, treatment.engine, treatment.precision, treatment.tile_px)
    with _loading:
        kept = _last.setdefault(device, [])
        net = next((net for key, net in kept if key == wanted), None)
        if net is None:
            kept[:] = [(key, other) for key, other in kept if key[0] == card and key[2:] == wanted[2:]]
            # the other veil has the same engine; where there is none, memory is free before the next net needs some
            other = kept[-1][1].under(*_bound(card, treatment.veil)) if kept else None
            net = other or _load(card, treatment, library, device)
            kept.append((wanted, net))
    derainer = Derainer(net, judges=treatment.treat == "auto", passes=treatment.passes, part_frames=part_frames)
    if repairing is not None:  # of what was derained at full strength, so that the amount comes last
        from rainapp.inference.refine.load_prior import refiner_of  # torch, which a translated net does without

        refiner = refiner_of(library, repairing, treatment, device)
        return Pipeline(card.id, net, (derainer, refiner, amount), derainer.judges, derainer.passes, refiner)
    stages = _stages(derainer, amount, treatment.temporal, part_frames)
    return Pipeline(card.id, net, stages, derainer.judges, derainer.passes)


def _stages(derainer: Derainer, amount: Amount, temporal: Temporal, part_frames: int) -> tuple[Stage, ...]:
    """What a frame goes through. Steadying needs frames derained at full strength, so the amount comes after it then.

    `temporal` is for clips; whoever treats a photo says "off", because steadying holds whole frames as floats.
    """
    net = derainer.net
    mode = STEADY_AUTO.get(net.engine.device, "fast") if temporal == "auto" else temporal
    if mode == "off":
        return (replace(derainer, amount=amount),)
    load = None if mode != "learned" else partial(load_fuse, net.engine.name, net.engine.device, tell=net.tell)
    steady = (derainer, Steadier("fast" if mode == "fast" else "best", part_frames, load))
    return steady if amount.is_full else (*steady, amount)


def _load(card: ModelCard, treatment: Treatment, library: ModelLibrary, device: str) -> TiledNet:
    weights = library.weights_path(card)
    checked_weights(card, weights)
    model = Model(lambda: _net(card, weights), _name(card), card.multiple_of_px, card.takes, card.arch)
    candidates = engine_choice.variants(device, treatment.engine, treatment.precision, card.precisions)
    engine = engine_choice.fastest(model, candidates)
    conditions, leaves_faint = _bound(card, treatment.veil)
    overlap_px = card.receptive_px * 7 // 4  # three quarters of it stay out on the side of either tile, see `tiles.fade`
    return TiledNet(
        engine,
        tile_px=max(treatment.tile_px or _tile_px(card, device), 2 * overlap_px),
        overlap_px=overlap_px,
        multiple_px=card.multiple_of_px,
        fallbacks=_fallbacks(model, engine, candidates, card),
        exact=None if engine.precision == "fp32" else _maker(model, Variant(engine.name, engine.device, "fp32")),
        grows=treatment.tile_px is None and _tile_px(card, device) == TILE_PX["cpu"],
        from_coarse=card.sees_sizes,
        leaves_faint=leaves_faint,
        rescue=_rescue(model, engine),
        conditions=conditions,
        sees=Seer(model) if any(each.name == "code" for each in card.takes) else None,
    )


def _bound(card: ModelCard, veil: Veil) -> tuple[Conditions, bool]:
    """What the net of a card is given for a veil, and whether faint changes are undone: haze is faint everywhere."""
    takes = any(each.name == "clear" for each in card.takes)
    conditions = {"clear": np.asarray(veil == "clear", np.float32)} if takes else {}
    return conditions, card.gates_faint and veil == "keep"


def _name(card: ModelCard) -> str:
    """What the net of a card is known by: two models may share weights and differ in shape."""
    return hashlib.sha256(f"{card.sha256} {sorted(card.shape.items())}".encode()).hexdigest()


def _net(card: ModelCard, weights: Path) -> "nn.Module":
    from rainapp.nets import registry  # torch, which a net that was translated before does without

    return registry.load(card, weights)


def _tile_px(card: ModelCard, device: str) -> int:
    if device != "cpu":
        return TILE_PX[device.split(":")[0]]
    width = max(int(card.shape.get("width", WIDTH)), WIDTH)
    return HEAVY_TILE_PX if card.multiple_of_px == 1 else int(TILE_PX["cpu"] * (WIDTH / width) ** 0.5)


def _maker(model: Model, variant: Variant) -> Callable[[], Engine]:
    """Makes the engine of `variant` once."""
    return cache(lambda: make(model, variant))


def _rescue(model: Model, engine: Engine) -> Fallback | None:
    """Who goes on where `engine` fails: torch on the CPU, in float32, if it is not that."""
    if (engine.name, engine.device, engine.precision) == ("torch", "cpu", "fp32"):
        return None
    return Fallback(went_on(engine.name, engine.device), _maker(model, engine_choice.EXACT), None)


def _fallbacks(model: Model, engine: Engine, candidates: Sequence[Variant], card: ModelCard) -> list[Fallback]:
    """Where to turn when memory runs out on an accelerator: lower precision there, then the CPU."""
    if engine.device == "cpu":
        return []
    fallbacks = []
    lower = [each for each in candidates if each.precision != "fp32" and each.device == engine.device]
    if engine.precision == "fp32" and lower:
        notice = f"Memory ran out on {engine.device}; the work went on in {lower[0].precision}."
        fallbacks.append(Fallback(notice, lambda: engine_choice.fastest(model, lower[:1]), None))
    on_cpu = engine_choice.variants("cpu", "auto", "auto", card.precisions)
    notice = f"Memory ran out on {engine.device}; the work went on with the CPU, which takes longer."
    return [*fallbacks, Fallback(notice, lambda: engine_choice.fastest(model, on_cpu), _tile_px(card, "cpu"))]
