"""The words of the loop: picks, batches, outputs, losses, scores, tasks, strategies, and the run they see.

A *pick* says what stands at a place of the run, without drawing it: a strategy that balances data changes picks. A *task* draws
samples of picks and says how wrong an output is. A *strategy* adds modules, terms, picks or a way to the gradient. None of them
knows the loop.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from rainapp.nets import registry
from rainapp.nets.coic_net import encoded
from rainapp.nets.spec import NetSpec, WrapperSpec

Tensors = dict[str, Tensor]
TENSORS = ("image", "target", "domain", "crop", "paired", "seeds", "streaks", "label")
"""The fields of a batch that have a row for each sample, beside its conditions."""


@dataclass(frozen=True)
class Pick:
    """What stands at a place of the run: the sample's `seed`, and what is already chosen of it.

    `source`: which photo or patch, -1 where the seed decides; `domains`: kinds of rain that are all drawn on the same crop, as
    "profile" or "profile:blend", empty where the seed decides; one sample comes of each.
    """

    seed: int
    source: int = -1
    domains: tuple[str, ...] = ()


Choose = Callable[[int], Pick]
"""From a place in the run to its pick: pure and picklable, so that a resumed run and worker processes see the same."""


@dataclass(frozen=True, eq=False)
class Batch:
    """N samples on one device.

    `image` (N, C, H, W) float, mostly sRGB-encoded 0 to 1; `target` of the same size, or None; `conditions` by name, each with
    N first; `domain` (N,) the place of a sample's rain among the domains of the task, -1 without rain; `crop` (N,): equal
    numbers lie on the same clean crop; `paired` (N,) bool: it has a target; `streaks` (N, 1, H, W) how much rain is where, or
    None; `label` (N,) 0 to 1, or None; `seeds` (N,) for noise; `task` drew it. `beside` is what a strategy prepared for its own
    terms, each with N first; the net does not see it.
    """

    image: Tensor
    target: Tensor | None
    domain: Tensor
    crop: Tensor
    paired: Tensor
    seeds: Tensor
    conditions: Mapping[str, Tensor] = field(default_factory=dict)
    streaks: Tensor | None = None
    label: Tensor | None = None
    task: str = ""
    beside: Mapping[str, Tensor] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.image)

    def _each(self, change: Callable[[Tensor], Tensor]) -> "Batch":
        tensors: dict[str, Any] = {
            name: None if (tensor := getattr(self, name)) is None else change(tensor) for name in TENSORS
        }
        conditions = {name: change(tensor) for name, tensor in self.conditions.items()}
        beside = {name: change(tensor) for name, tensor in self.beside.items()}
        return replace(self, conditions=conditions, beside=beside, **tensors)

    def to(self, device: torch.device) -> "Batch":
        """The batch on `device`."""
        return self._each(lambda tensor: tensor.to(device, non_blocking=True))

    def rows(self, which: Tensor) -> "Batch":
        """The samples `which`, (N,) bool or indices."""
        return self._each(lambda tensor: tensor[which])


@dataclass(frozen=True, eq=False)
class Output:
    """What a net made of a batch: `image` (N, 3, H, W), and `features` by module name."""

    image: Tensor
    features: Mapping[str, Tensor] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Loss:
    """`total` is lowered; `parts` are told by name; `rows` (N,) is the task's own error of each sample, without terms."""

    total: Tensor
    parts: Tensors
    rows: Tensor


@dataclass(frozen=True)
class Score:
    """How good a net is; of `value` more is better. `facts` are written to the log."""

    value: float
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Group:
    """Parameters of the net whose names begin with one of `prefixes` learn at `scale` times the rate.

    They rest until the share `frozen` of the run is done.
    """

    prefixes: tuple[str, ...]
    scale: float = 1.0
    frozen: float = 0.0


class Task:
    """Draws samples and says how wrong an output is. A subclass fills in what it needs."""

    name = "task"
    needs_features = False
    """Whether `loss` looks at features of the net."""

    def __init__(self) -> None:
        self.modules = nn.ModuleDict()
        """Heads that learn with the net, and stay with the run."""

    def begin(self, net: nn.Module) -> None:
        """Called once with the net and its first weights, before what learns is gathered: parts of it may be let rest."""

    def choose(self, place: int) -> Pick:
        """What stands at a place of the run where no strategy decides."""
        return Pick(place)

    def sources(self) -> int:
        """How many photos or patches a pick can name; 0 where it cannot."""
        return 0

    def scored(self) -> bool:
        """Whether `score` gives a score."""
        return False

    def draw(self, picks: Sequence[Pick]) -> Batch:
        """The samples of `picks`, on the CPU; called in worker processes too."""
        raise NotImplementedError

    def loss(self, run: "Run", out: Output, batch: Batch) -> Loss:
        """How wrong `out` is."""
        raise NotImplementedError

    def score(self, net: nn.Module) -> Score | None:
        """How good the averaged net is on pictures it does not learn from; None where there are none."""
        return None


Term = Callable[["Run", Output, Batch], Tensor]
Gradient = Callable[["Run", Batch], Tensors]


class Strategy:
    """One method. What a subclass leaves out stays as it is in the loop.

    Terms add up, so their order cannot matter. Wrappers stand around the net in the order of `strategies.ORDER`. Only one
    strategy of a run may have a `gradient`: it fills `.grad` of every parameter that learns, and says its losses.
    """

    name = "strategy"
    needs_features = False
    raw_gradient = False
    """Whether gradients are no slopes, so that clipping and weight decay leave them alone."""

    def __init__(self) -> None:
        self.modules = nn.ModuleDict()
        """Moved and saved with the run; those with parameters that want gradients learn too. Never published."""
        self.gradient: Gradient | None = None

    def around(self) -> tuple[WrapperSpec, ...]:
        """What the net is wrapped in; published with it."""
        return ()

    def begin(self, spec: NetSpec) -> None:
        """Make or load what only a run of the net `spec` needs; called before anything is moved, learned or resumed."""

    def choose(self, base: Choose, task: Task) -> Choose:
        """The picks of `task`, which were those of `base`."""
        return base

    def prepare(self, run: "Run", batch: Batch) -> Batch:
        """The batch as the net is to see it."""
        return batch

    def terms(self) -> tuple[tuple[str, float, Term], ...]:
        """Errors to add: name, weight, and a function of one number."""
        return ()

    def groups(self) -> tuple[Group, ...]:
        """Parameters that learn at another rate."""
        return ()

    def after_step(self, run: "Run") -> None:
        """Called after the weights moved."""

    def state_dict(self) -> dict[str, Any]:
        """All that a resumed run needs of this strategy: tensors and plain values."""
        return {"modules": self.modules.state_dict()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take back what `state_dict` gave. Raises RuntimeError, KeyError or ValueError for the state of another."""
        self.modules.load_state_dict(state["modules"])


class Run:
    """What terms and gradients see of a run: the net, where it stands, and the error of a batch under any weights."""

    def __init__(self, net: nn.Module, tasks: Mapping[str, Task], strategies: Sequence[Strategy], half: bool = False) -> None:
        self.net, self.tasks, self.strategies, self.half = net, tasks, strategies, half
        self.step, self.share, self.lr = 0, 0.0, 0.0
        self.average: Mapping[str, Tensor] = {}

    @property
    def device(self) -> torch.device:
        """Where the net is."""
        return next(self.net.parameters()).device

    def learning(self) -> list[nn.Parameter]:
        """Every parameter that gets gradients: of the net, then of tasks and strategies."""
        heads = [task.modules for task in self.tasks.values()]
        modules = [self.net, *heads, *(strategy.modules for strategy in self.strategies)]
        return [parameter for module in modules for parameter in module.parameters() if parameter.requires_grad]

    def forward(self, batch: Batch, weights: Mapping[str, Tensor] | None = None, features: bool = False) -> Output:
        """The net on a batch, in the precision of the run; with `weights` instead of its own, by name, where given."""
        seen: dict[str, Tensor] = {}
        hooks = [self._hook(name, seen) for name in getattr(inner(self.net), "levels", ())] if features else []
        try:
            with torch.autocast(self.device.type, torch.bfloat16, enabled=self.half):
                if weights is None:
                    image = self.net(batch.image, **batch.conditions)
                else:
                    image = torch.func.functional_call(self.net, dict(weights), (batch.image,), dict(batch.conditions))
        finally:
            for hook in hooks:
                hook.remove()
        return Output(image.float(), {name: value.float() for name, value in seen.items()})

    def _hook(self, name: str, seen: dict[str, Tensor]) -> Any:
        def keep(_module: nn.Module, _inputs: object, output: Tensor) -> None:
            seen[name] = output

        return inner(self.net).get_submodule(name).register_forward_hook(keep)

    def loss(self, batch: Batch, weights: Mapping[str, Tensor] | None = None) -> Loss:
        """The error of the batch's task and the terms of every strategy."""
        task = self.tasks[batch.task]
        features = task.needs_features or any(strategy.needs_features for strategy in self.strategies)
        out = self.forward(batch, weights, features)
        loss = task.loss(self, out, batch)
        total, parts = loss.total, dict(loss.parts)
        for strategy in self.strategies:
            for name, weight, term in strategy.terms():
                parts[name] = weight * term(self, out, batch)
                total = total + parts[name]
        return Loss(total, {name: value.detach() for name, value in parts.items()}, loss.rows)

    def noise(self, batch: Batch, shape: Sequence[int]) -> Tensor:
        """Normal noise (N, *shape) of the batch's seeds: the same for a sample wherever and whenever it is drawn."""
        rows = [np.random.default_rng([int(seed), 77]).standard_normal(tuple(shape), np.float32) for seed in batch.seeds.cpu()]
        return torch.from_numpy(np.stack(rows)).to(batch.image.device)


def inner(net: nn.Module) -> nn.Module:
    """The net within its wrappers."""
    while isinstance(within := getattr(net, "net", None), nn.Module):
        net = within
    return net


def taken(net: nn.Module, pictures: Tensor, clear: bool = False, label: int = -1) -> dict[str, Tensor]:
    """All that `net` takes beside whole pictures (N, 3, H, W): whether haze goes, and the code of each by its own encoder.

    `label` is the number of their set, for nets that are told it; -1: unknown.
    """
    takes = any(condition.name == "clear" for condition in registry.traits(net).conditions)
    found = {"clear": torch.full((len(pictures),), float(clear), device=pictures.device)} if takes else {}
    if (adapts := encoded(net)) is not None:
        found["code"] = torch.cat([adapts.photo_code(picture, label) for picture in pictures])
    return found
