"""The training loop, readable top to bottom.

    for each step until the recipe's end:
        draw the batch whose turn it is, and let every strategy have it as it wants
        gradients of its loss, averaged over processes
        clip, optimise, average the weights
        tell the watch; validate and save when due

A run folder is complete: recipe, log (JSON lines), checkpoint, best weights. Resuming needs nothing else and gives the same
numbers as an uninterrupted run (samples depend on seed and place alone). Runs that end by minutes count only their work:
process time on a CPU, time inside steps on an accelerator. The learning rate follows the share of the budget that is spent, so
a run may be stopped and resumed anywhere.
"""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn

from rainapp.base.errors import BadModel, Cancelled
from rainapp.base.textfile import append_text, json_line
from rainapp.jobs.records import Watch
from rainapp.nets import registry
from rainapp.nets.spec import NetSpec
from training.contracts import Batch, Run, Strategy, Task, Tensors, inner
from training.data.loader import Drawer, Prefetch
from training.loop import checkpoint
from training.loop.ema import Average
from training.loop.optimisers import optimiser_for
from training.loop.weights import save_weights, start
from training.loop.work_time import Clock, WorkTime
from training.recipe import Recipe
from training.run_folders import CHECKPOINT as CHECKPOINT
from training.strategies.table import chooses_of, require_one_gradient, spec_of

LOG_EVERY = 20


def device_of(recipe: Recipe) -> torch.device:
    """CUDA where there is one, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def average_gradients(parameters: Sequence[nn.Parameter]) -> None:
    """Mean of the gradients over all processes; nothing to do on one."""
    if not dist.is_initialized():
        return
    gradients = [p.grad for p in parameters if p.grad is not None]
    flat = torch.cat([g.flatten() for g in gradients])
    dist.all_reduce(flat)
    flat /= dist.get_world_size()
    place = 0
    for gradient in gradients:
        gradient.copy_(flat[place : place + gradient.numel()].view_as(gradient))
        place += gradient.numel()


def agreed(value: float) -> float:
    """The largest of a number over all processes, so that all take the same turn; the number itself on one."""
    if not dist.is_initialized():
        return value
    shared = torch.tensor([value], device="cuda" if dist.get_backend() == "nccl" else "cpu", dtype=torch.float64)
    dist.all_reduce(shared, dist.ReduceOp.MAX)
    return float(shared)


def backward(run: Run, batch: Batch) -> Tensors:
    """The ordinary way: the loss of the batch, differentiated."""
    loss = run.loss(batch)
    loss.total.backward()  # type: ignore[no-untyped-call]
    return loss.parts


class Trainer:
    """One run. `run` works until the recipe's end, or until the watch cancels after a checkpoint was saved.

    `clock` tells seconds; None: process time on a CPU, wall clock on an accelerator (`training.loop.work_time`).
    """

    def __init__(
        self,
        recipe: Recipe,
        folder: Path,
        tasks: Mapping[str, Task],
        strategies: Sequence[Strategy] = (),
        clock: Clock | None = None,
    ) -> None:
        """Args: `tasks` by name, all that the recipe names; `strategies` as `strategies_of` gives them.

        Raises:
            BadRecipe: strategies that cannot go together, or starting weights that cannot be taken.
            BadModel: there is no such net.
        """
        torch.manual_seed(recipe.seed)
        require_one_gradient(strategies)
        self.recipe, self.folder, self.tasks, self.strategies = recipe, folder, dict(tasks), list(strategies)
        self.device = device_of(recipe)
        self.work = WorkTime(self.device.type != "cpu", clock)
        self.clock = self.work.clock
        self.spec: NetSpec = spec_of(recipe, strategies)
        self.net = registry.build_spec(self.spec).to(self.device)
        if recipe.start_from:
            start(self.net, recipe.start_from)
        for task in self.tasks.values():
            task.begin(inner(self.net))
        for strategy in strategies:
            strategy.begin(self.spec)
        if self.device.type == "cuda":
            self.net = self.net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # missing in its stub
        for modules in [each.modules for each in self.tasks.values()] + [each.modules for each in self.strategies]:
            modules.to(self.device)
        train = recipe.train
        half = train.precision == "bf16" or (train.precision == "auto" and self.device.type == "cuda")
        self.state = Run(self.net, self.tasks, self.strategies, half)
        self.learning = self.state.learning()
        own = {id(parameter) for parameter in self.net.parameters()}
        others = [parameter for parameter in self.learning if id(parameter) not in own]
        groups = [group for strategy in strategies for group in strategy.groups()]
        self.raw = any(strategy.raw_gradient for strategy in strategies)
        decay = 0.0 if self.raw else train.weight_decay
        self.optimiser = optimiser_for(self.net, train.optimiser, train.lr, decay, groups, others)
        self.average = Average(self.net, train.ema)
        self.state.average = self.average.weights
        drawer = Drawer(self.tasks, chooses_of(self.tasks, strategies), recipe.shares(), train.batch)
        self.draw = Prefetch(drawer, recipe.data.workers) if recipe.data.workers else drawer
        self.gradient = next((s.gradient for s in strategies if s.gradient is not None), backward)
        self.step, self.elapsed_s, self.best, self.unsteady = 0, 0.0, -math.inf, 0
        self.rank = dist.get_rank() if dist.is_initialized() else 0
        self.world = dist.get_world_size() if dist.is_initialized() else 1

    def share_done(self) -> float:
        """Part of the budget that is spent, 0 to 1: by work where minutes are given, else by steps."""
        train = self.recipe.train
        share = self.elapsed_s / (60 * train.minutes) if train.minutes > 0 else self.step / train.steps
        return min(1.0, share)

    def learning_rate(self) -> float:
        """Short warm-up, then a cosine from `lr` to a hundredth of it."""
        train = self.recipe.train
        warm = min(1.0, (self.step + 1) / max(1, train.warmup_steps))
        return train.lr * warm * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * self.share_done())))

    def one_step(self) -> Tensors:
        """One optimiser step; the losses it saw, on the device."""
        state, share = self.state, self.share_done()
        state.step, state.share, state.lr = self.step, share, self.learning_rate()
        for group in self.optimiser.param_groups:
            rests = share < group.get("frozen", 0.0)
            group["lr"] = 0.0 if rests else state.lr * group.get("scale", 1.0)
        self.optimiser.zero_grad(set_to_none=True)
        batch = self.draw(self.step, self.rank, self.world).to(self.device)
        for strategy in self.strategies:
            batch = strategy.prepare(state, batch)
        losses = self.gradient(state, batch)
        average_gradients(self.learning)
        norm = nn.utils.clip_grad_norm_(self.learning, math.inf if self.raw else self.recipe.train.clip)
        self.step += 1
        if bool(norm.isfinite()):  # a step from overflowing numbers would spoil the weights for good
            self.optimiser.step()
            self.average.update(self.net, self.step)
            for strategy in self.strategies:
                strategy.after_step(state)
        else:
            self.unsteady += 1
        return {**losses, "gradient_norm": norm.detach()}

    def run(self, watch: Watch) -> None:
        """Work until the end of the budget; saves at the end and when cancelled, always between two steps.

        Raises:
            Cancelled: the watch wanted it.
        """
        train, checks = self.recipe.train, self.recipe.validate
        self.work.begin(self.elapsed_s)
        saved = validated = self.elapsed_s
        scored = any(task.scored() for task in self.tasks.values())
        try:
            while self.share_done() < 1:
                with self.work.step():
                    losses = self.one_step()
                self.elapsed_s = agreed(self.work.spent())
                if self.step % LOG_EVERY == 0:
                    self.log(step=self.step, lr=self.learning_rate(), elapsed_s=round(self.elapsed_s, 1), **self.told(losses))
                if scored and self.elapsed_s - validated > 60 * checks.every_minutes:
                    validated = self.elapsed_s
                    self.validate()
                if self.elapsed_s - saved > 60 * train.save_minutes:
                    saved = self.elapsed_s
                    self.save()
                if agreed(self.asked_to_stop(watch, losses)):
                    raise Cancelled
            if scored:
                self.validate()
            self.save()
        except Cancelled:
            self.save()
            raise
        finally:
            self.draw.close()

    def told(self, losses: Tensors) -> dict[str, float]:
        """Losses as numbers, and how many steps were left out because their gradient was not finite."""
        unsteady = {"unsteady": float(self.unsteady)} if self.unsteady else {}
        return {name: float(value) for name, value in losses.items()} | unsteady

    def asked_to_stop(self, watch: Watch, losses: Tensors) -> bool:
        """Tell `watch` where the run stands; True when it cancels. One process that is stopped stops them all."""
        due = self.device.type == "cpu" or self.step % LOG_EVERY == 0  # a number asked of an accelerator waits for it
        try:
            watch.tick(round(1000 * self.share_done()), 1000, step=self.step, **(self.told(losses) if due else {}))
        except Cancelled:
            return True
        return False

    def averaged_net(self) -> nn.Module:
        """A copy of the net with all that is around it and the averaged weights, ready for inference."""
        net = registry.build_spec(self.spec).to(self.device)
        net.load_state_dict(self.average.weights)
        return net.eval()

    def validate(self) -> None:
        """Score the averaged weights by every task; keep them as the best where the first score is highest so far.

        Of several processes one does it and the others wait.
        """
        if not self.rank:
            net = self.averaged_net()
            scores = [score for task in self.tasks.values() if (score := task.score(net)) is not None]
            for score in scores:
                self.log(step=self.step, **score.facts)
            if scores and scores[0].value > self.best:
                self.best = scores[0].value
                save_weights(self.folder / "best.safetensors", self.average.weights)
        if dist.is_initialized():
            dist.barrier()

    def log(self, **facts: object) -> None:
        """One JSON line in the run's log. Raises UnwritableFile."""
        if self.rank == 0:
            append_text(self.folder / "log.jsonl", json_line(facts) + "\n")

    def save(self) -> None:
        """Checkpoint, and the averaged weights beside it."""
        if self.rank:
            return
        state = checkpoint.Checkpoint(
            step=self.step,
            elapsed_s=self.elapsed_s,
            net=on_cpu(self.net.state_dict()),
            average=on_cpu(self.average.weights),
            optimiser=self.optimiser.state_dict(),
            best=self.best,
            spec=self.spec.plain(),
            modules={name: on_cpu(task.modules.state_dict()) for name, task in self.tasks.items()},
            strategies={strategy.name: strategy.state_dict() for strategy in self.strategies},
            unsteady=self.unsteady,
        )
        checkpoint.save(self.folder / CHECKPOINT, state)
        save_weights(self.folder / "last.safetensors", self.average.weights)

    def resume(self) -> None:
        """Take everything from the folder's checkpoint.

        Raises:
            BadModel: there is none, or none for this recipe.
        """
        path = self.folder / CHECKPOINT
        state = checkpoint.load(path)
        try:
            if state.version > 1 and NetSpec.of(state.spec) != self.spec:
                raise ValueError("another net")
            self.net.load_state_dict(state.net)
            self.optimiser.load_state_dict(state.optimiser)
            for name, task in self.tasks.items():
                task.modules.load_state_dict(state.modules.get(name, {}))
            for strategy in self.strategies:
                strategy.load_state_dict(state.strategies[strategy.name])
            shapes = ({name: value.shape for name, value in each.items()} for each in (state.average, self.average.weights))
            if next(shapes) != next(shapes):
                raise ValueError("another average")
        except (RuntimeError, LookupError, ValueError, TypeError, AttributeError) as error:
            raise BadModel(
                "The checkpoint is of another net, optimiser or strategy than the recipe names.",
                "Start a new run from its weights.",
                path,
            ) from error
        self.average.weights.update({name: value.to(self.device) for name, value in state.average.items()})
        self.step, self.elapsed_s, self.best, self.unsteady = state.step, state.elapsed_s, state.best, state.unsteady


def on_cpu(weights: Mapping[str, Any]) -> dict[str, Tensor]:
    """Copies of tensors on the CPU."""
    return {name: value.detach().cpu() for name, value in weights.items()}
