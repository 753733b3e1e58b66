"""Distortion-invariant learning, DIL (Li et al., CVPR 2023; science notes 3).

Claim: a net trained on a few kinds of degradation depends on them in secret. Taken as a confounder, a kind is removed by
back-door adjustment: weights must work after a *virtual* update towards any single kind. Training goes through those virtual
updates.

Counterfactual augmentation: every type of rain is drawn on the same crop. Then, with weights theta, virtual weights phi, types
i = 1..n, and L the error of the task:

* `sf` (the released variant): phi walks from theta through one inner step on each type, in a new order each time; theta - phi
  is the gradient of the outer optimiser.
* `pf`: phi takes m >= 2 inner steps on all types together. With m = 1 and plain descent this is ordinary training, so it is
  refused.
* `ss` (Eq. 3, 4): phi_i = theta - a grad L(type i); the gradient of the mean of L(phi_i) on the mixture, through phi_i.
* `ps` (Eq. 5): one phi from the mean over all types; the gradient of L(phi) on the mixture, through phi.
* `erm`: the same samples, trained in the ordinary way; what the others are compared with.

Departures: the outer batch of `ss` and `ps` holds other crops than the inner one (every second crop of the batch), where the
paper draws another batch; the sum of Eq. 4 is a mean, which Adam and clipping to a norm cannot tell from it but for the size of
the step that clips. Inner Adam has no momentum (betas 0, 0.999) and keeps its state between outer steps, as released; it is in
the checkpoint. The order of types depends on seed and step alone, so a resumed run walks as it would have walked. Clipping and
weight decay leave theta - phi alone, which is no slope.

Measured: table `dil`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from training.contracts import Batch, Choose, Pick, Run, Strategy, Task, Tensors
from training.rain import domains
from training.recipe import Recipe

STREAM = 29
"""Sets the random numbers of this strategy apart from those of samples."""
BETA = 0.999
EPSILON = 1e-8


@dataclass(frozen=True)
class EveryType:
    """A choice of picks in which every sample comes with all types of rain on one crop."""

    base: Choose
    types: tuple[str, ...]

    def __call__(self, place: int) -> Pick:
        """The pick at a place of the run."""
        return replace(self.base(place), domains=self.types)


class Dil(Strategy):
    """The variants of DIL; see above."""

    name = "dil"

    def __init__(self, recipe: Recipe) -> None:
        super().__init__()
        assert recipe.dil is not None  # the table of strategies looks
        self.block, self.seed = recipe.dil, recipe.seed
        self.types = recipe.dil.types or domains.plain(recipe.rain.profiles)
        self.raw_gradient = recipe.dil.variant in ("sf", "pf")
        ways = {"sf": self.serial_first, "pf": self.parallel_first, "ss": self.serial_second, "ps": self.parallel_second}
        self.gradient = ways.get(recipe.dil.variant)
        self.squares: Tensors = {}
        self.inner_steps = 0

    def choose(self, base: Choose, task: Task) -> Choose:
        """Every type on each crop, for the task that draws rain."""
        return EveryType(base, self.types) if task.name == "derain" else base

    def state_dict(self) -> dict[str, Any]:
        """The state of the inner optimiser."""
        return {**super().state_dict(), "squares": dict(self.squares), "inner_steps": self.inner_steps}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """See `Strategy`."""
        super().load_state_dict(state)
        self.squares, self.inner_steps = dict(state["squares"]), int(state["inner_steps"])

    def serial_first(self, run: Run, batch: Batch) -> Tensors:
        """`sf`: one inner step on each type, in a random order."""
        phi = weights_of(run)
        order = np.random.default_rng([self.seed, STREAM, run.step]).permutation(len(self.types))
        told = [self.inner_step(run, phi, batch.rows(batch.domain == int(place))) for place in order]
        return self.towards(run, phi, told)

    def parallel_first(self, run: Run, batch: Batch) -> Tensors:
        """`pf`: several inner steps on all types."""
        phi = weights_of(run)
        told = [self.inner_step(run, phi, batch) for _ in range(self.block.steps or len(self.types))]
        return self.towards(run, phi, told)

    def inner_step(self, run: Run, phi: Tensors, batch: Batch) -> Tensors:
        """Move `phi` in place by one step of the inner optimiser on `batch`; the losses before it."""
        for value in phi.values():
            value.requires_grad_(True)
        loss = run.loss(batch, phi)
        slopes = torch.autograd.grad(loss.total, list(phi.values()), materialize_grads=True)
        self.inner_steps += 1
        with torch.no_grad():
            for (name, value), slope in zip(phi.items(), slopes, strict=True):
                value -= self.block.inner_lr * self.scaled(name, slope)
        return loss.parts

    def scaled(self, name: str, slope: Tensor) -> Tensor:
        """A slope as the inner optimiser takes it: Adam without momentum, or as it is."""
        if self.block.inner == "sgd":
            return slope
        squares = self.squares.setdefault(name, torch.zeros_like(slope)).to(slope)
        squares = squares.lerp(slope.square(), 1 - BETA)
        self.squares[name] = squares
        return slope / ((squares / (1 - BETA**self.inner_steps)).sqrt() + EPSILON)

    def towards(self, run: Run, phi: Tensors, told: list[Tensors]) -> Tensors:
        """Take theta - phi for the gradient; the mean of the losses on the way."""
        for name, parameter in run.net.named_parameters():
            if name in phi:
                parameter.grad = (parameter - phi[name]).detach()
        return {name: torch.stack([losses[name] for losses in told]).mean() for name in told[0]}

    def serial_second(self, run: Run, batch: Batch) -> Tensors:
        """`ss`: through a virtual step on each type; with `chain` each begins where the last one ended."""
        inner, outer = halves(batch)
        theta = {name: value for name, value in run.net.named_parameters() if value.requires_grad}
        phi: Tensors = dict(theta)
        told, chained = [], []
        for place in range(len(self.types)):
            phi = self.virtual(run, phi if self.block.chain else theta, inner.rows(inner.domain == place))
            loss = run.loss(outer, phi)
            share = loss.total / len(self.types)
            if self.block.chain:
                chained.append(share)
            else:
                add_gradient(theta, share)
            told.append(loss.parts)
        if chained:
            add_gradient(theta, torch.stack(chained).sum())
        return {name: torch.stack([losses[name] for losses in told]).mean() for name in told[0]}

    def parallel_second(self, run: Run, batch: Batch) -> Tensors:
        """`ps`: through one virtual step on all types."""
        inner, outer = halves(batch)
        theta = {name: value for name, value in run.net.named_parameters() if value.requires_grad}
        loss = run.loss(outer, self.virtual(run, theta, inner))
        add_gradient(theta, loss.total)
        return loss.parts

    def virtual(self, run: Run, weights: Mapping[str, Tensor], batch: Batch) -> Tensors:
        """`weights` after one step of descent on `batch`, still a function of them."""
        loss = run.loss(batch, weights)
        slopes = torch.autograd.grad(loss.total, list(weights.values()), create_graph=True, materialize_grads=True)
        pairs = zip(weights.items(), slopes, strict=True)
        return {name: value - self.block.inner_lr * slope for (name, value), slope in pairs}


def weights_of(run: Run) -> Tensors:
    """A copy of the learning parameters of the net, by name."""
    return {name: value.detach().clone() for name, value in run.net.named_parameters() if value.requires_grad}


def halves(batch: Batch) -> tuple[Batch, Batch]:
    """The samples of every second crop, and those of the others."""
    crops = torch.unique(batch.crop)
    first = torch.isin(batch.crop, crops[::2])
    return batch.rows(first), batch.rows(~first)


def add_gradient(theta: Mapping[str, Tensor], total: Tensor) -> None:
    """Add the slopes of `total` to the gradients of `theta`."""
    for parameter, slope in zip(
        theta.values(), torch.autograd.grad(total, list(theta.values()), materialize_grads=True), strict=True
    ):
        parameter.grad = slope if parameter.grad is None else parameter.grad + slope
