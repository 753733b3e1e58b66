"""Two strategies that only the tests have: one wraps the net, one has a gradient of its own. Nothing in the loop knows them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from rainapp.nets import registry
from rainapp.nets.spec import Condition, Traits, WrapperSpec
from training import recipe
from training.contracts import Batch, Choose, Run, Strategy, Task, Tensors
from training.data import crops as data
from training.data.few_pairs import crops_for
from training.loop.trainer import Trainer
from training.rain.streaks import StreakBank
from training.strategies.dil import EveryType
from training.strategies.table import strategies_of
from training.tasks.derain import Derain
from training.tasks.table import TASKS


class Tinted(nn.Module):
    """A net between two tints that a condition gives, with a counter of its calls in training."""

    def __init__(self, net: nn.Module, strength: float = 0.1) -> None:
        super().__init__()
        self.net, self.strength = net, strength
        self.scale = nn.Parameter(torch.ones(3))
        self.register_buffer("calls", torch.zeros((), dtype=torch.int64))

    @property
    def traits(self) -> Traits:
        within = registry.traits(self.net)
        return replace(within, conditions=(*within.conditions, Condition("tint", (3,))))

    def forward(self, rainy: Tensor, clear: Tensor | None = None, tint: Tensor | None = None) -> Tensor:
        if self.training:
            self.get_buffer("calls").add_(1)
        colour = torch.zeros(len(rainy), 3, device=rainy.device) if tint is None else tint
        shade = (self.strength * self.scale * colour).view(-1, 3, 1, 1)
        derained: Tensor = self.net(rainy + shade, clear)
        return derained - shade


class Tint(Strategy):
    """Wraps the net, and gives each sample a tint from its seed."""

    name = "tint"

    def around(self) -> tuple[WrapperSpec, ...]:
        return (WrapperSpec("tinted", {"strength": 0.2}),)

    def prepare(self, run: Run, batch: Batch) -> Batch:
        return replace(batch, conditions={**batch.conditions, "tint": run.noise(batch, (3,))})


class Twice(Strategy):
    """Draws two domains, and lowers the loss on one after a virtual step on the other, through that step."""

    name = "twice"

    def __init__(self) -> None:
        super().__init__()
        self.gradient = self.through
        self.modules["memory"] = nn.BatchNorm1d(1)  # a head with integer buffers, saved with the run
        self.seen = 0

    def choose(self, base: Choose, task: Task) -> Choose:
        return EveryType(base, ("narrow", "heavy"))

    def through(self, run: Run, batch: Batch) -> Tensors:
        theta = dict(run.net.named_parameters())
        one = run.loss(batch.rows(batch.domain == 0))
        slopes = torch.autograd.grad(one.total, list(theta.values()), create_graph=True)
        phi = {name: value - 0.01 * slope for (name, value), slope in zip(theta.items(), slopes, strict=True)}
        other = run.loss(batch.rows(batch.domain == 1), phi)
        other.total.backward()  # type: ignore[no-untyped-call]
        self.modules["memory"](torch.tensor([[float(other.total.detach())], [0.0]]))
        self.seen += len(batch)
        return other.parts

    def state_dict(self) -> dict[str, Any]:
        return {**super().state_dict(), "seen": self.seen}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        super().load_state_dict(state)
        self.seen = state["seen"]


EXTRA = {"tint": Tint, "twice": Twice}


def register() -> None:
    """Let nets know the wrapper, as a row in the table would."""
    registry.WRAPPERS["tinted"] = Tinted


def trainer_for(plan: recipe.Recipe, folder: Path, extra: Sequence[str] = ()) -> Trainer:
    """A trainer of `plan` with the throw-away strategies named in `extra`, on a bank small enough for tests."""
    folder.mkdir(parents=True, exist_ok=True)
    photos, _ = data.read_photos(Path(plan.data.clean), 0, plan.train.crop_px)
    kinds = data.kinds_of(["narrow", "heavy", "fu"])
    bank = StreakBank.render(plan.seed, kinds, per_kind=3, size_px=96)
    tasks: dict[str, Task] = {"derain": Derain(plan, crops_for(plan, photos, bank))}
    tasks |= {name: TASKS[name](plan, folder, lambda _kind, _words: None) for name in plan.shares() if name != "derain"}
    more = [EXTRA[name]() for name in extra]
    return Trainer(plan, folder, tasks, [*strategies_of(plan), *more])


def go_on(folders: Sequence[str]) -> None:
    """Resume each run to its end; each folder holds its recipe and the names of its throw-away strategies."""
    from rainapp.jobs.records import NoWatch

    register()
    for each in map(Path, folders):
        extra = [name for name in (each / "extra.txt").read_text().split(",") if name]
        trainer = trainer_for(recipe.read(each / "recipe.toml"), each, extra)
        trainer.resume()
        trainer.run(NoWatch())


def picture(seed: int, times: int = 1) -> np.ndarray:
    """A small smooth photo, (96, 112, 3) uint8, or so many times as large."""
    import cv2

    small = np.random.default_rng(seed).integers(0, 255, (6, 7, 3), np.uint8)
    return cv2.resize(small, (112 * times, 96 * times), interpolation=cv2.INTER_CUBIC)
