"""The training loop, readable top to bottom.

    for each step until the recipe's end:
        gradients of the plan on the next batch, averaged over processes
        clip, optimise, average the weights
        tell the watch; validate and save when due

A run folder is complete: recipe, log (JSON lines), checkpoint, best weights. Resuming needs nothing else and gives the same
numbers as an uninterrupted run (samples depend on seed and place alone). Runs that end by wall clock count only the time they
worked; the learning rate follows the share of the budget that is spent, so a run may be stopped and resumed anywhere.
"""

import math
import time
from collections.abc import Callable
from pathlib import Path

import torch
import torch.distributed as dist
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor, nn

from rainapp import nets
from rainapp.errors import BadModel, BadRecipe, Cancelled
from rainapp.jobs import Watch
from rainapp.library import WEIGHTS, ModelLibrary
from rainapp.new_files import NewFile
from rainapp.textfile import json_line
from training.loop import checkpoint, validate
from training.loop.muon import optimiser_for
from training.loop.net2net import grown
from training.recipe import Recipe
from training.strategies import Plan

LOG_EVERY = 20
CHECKPOINT = "checkpoint.pt"


def device_of(recipe: Recipe) -> torch.device:
    """CUDA where there is one, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def average_gradients(net: nn.Module) -> None:
    """Mean of the gradients over all processes; nothing to do on one."""
    if not dist.is_initialized():
        return
    gradients = [p.grad for p in net.parameters() if p.grad is not None]
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


class Average:
    """Exponential moving average of the weights, with a short memory at the start."""

    def __init__(self, net: nn.Module, decay: float) -> None:
        self.decay = decay
        self.weights = {name: value.detach().clone() for name, value in net.state_dict().items()}

    @torch.no_grad()
    def update(self, net: nn.Module, step: int) -> None:
        """Move towards the net's present weights."""
        decay = min(self.decay, (1 + step) / (10 + step))
        state = net.state_dict()
        torch._foreach_lerp_(list(self.weights.values()), [state[name] for name in self.weights], 1 - decay)


class Trainer:
    """One run. `run` works until the recipe's end, or until the watch cancels after a checkpoint was saved."""

    def __init__(self, recipe: Recipe, folder: Path, plan: Plan, clock: Callable[[], float] = time.monotonic) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe, self.folder, self.plan, self.clock = recipe, folder, plan, clock
        self.device = device_of(recipe)
        self.net = nets.build(recipe.net.arch, **recipe.net.shape()).to(self.device)
        if recipe.start_from:
            start(self.net, recipe.start_from)
        if self.device.type == "cuda":
            self.net = self.net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # missing in its stub
        for wrap in plan.wrap:
            self.net = wrap(self.net)
        train = recipe.train
        self.optimiser = optimiser_for(self.net, train.optimiser, train.lr, train.weight_decay)
        self.average = Average(self.net, train.ema)
        self.step, self.elapsed_s, self.best = 0, 0.0, -math.inf
        self.rank = dist.get_rank() if dist.is_initialized() else 0
        self.world = dist.get_world_size() if dist.is_initialized() else 1

    def share_done(self) -> float:
        """Part of the budget that is spent, 0 to 1: by wall clock where minutes are given, else by steps."""
        train = self.recipe.train
        share = self.elapsed_s / (60 * train.minutes) if train.minutes > 0 else self.step / train.steps
        return min(1.0, share)

    def learning_rate(self) -> float:
        """Short warm-up, then a cosine from `lr` to a hundredth of it."""
        train = self.recipe.train
        warm = min(1.0, (self.step + 1) / max(1, train.warmup_steps))
        return train.lr * warm * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * self.share_done())))

    def forward(self, rainy: Tensor, clear: Tensor) -> Tensor:
        """The net under training, in the recipe's precision."""
        half = self.recipe.train.precision == "bf16" or (self.recipe.train.precision == "auto" and self.device.type == "cuda")
        with torch.autocast(self.device.type, torch.bfloat16, enabled=half):
            out: Tensor = self.net(rainy, clear)
        return out.float()

    def one_step(self) -> dict[str, float]:
        """One optimiser step; the losses it saw."""
        for group in self.optimiser.param_groups:
            group["lr"] = self.learning_rate()
        self.optimiser.zero_grad(set_to_none=True)
        batch = self.plan.draw(self.step, self.rank, self.world).to(self.device)
        losses = self.plan.gradient(self.net, batch, lambda _, b: self.plan.objective(self.forward, b))
        average_gradients(self.net)
        norm = float(nn.utils.clip_grad_norm_(self.net.parameters(), self.recipe.train.clip))
        if math.isfinite(norm):  # a step from overflowing numbers would spoil the weights for good
            self.optimiser.step()
            self.step += 1
            self.average.update(self.net, self.step)
        else:
            self.step += 1
        return {**losses, "gradient_norm": norm}

    def run(self, watch: Watch) -> None:
        """Work until the end of the budget; saves at the end and when cancelled."""
        train, checks = self.recipe.train, self.recipe.validate
        began, before = self.clock(), self.elapsed_s
        saved = validated = self.elapsed_s
        try:
            while self.share_done() < 1:
                losses = self.one_step()
                self.elapsed_s = agreed(before + self.clock() - began)
                if self.step % LOG_EVERY == 0:
                    self.log(step=self.step, lr=self.learning_rate(), elapsed_s=round(self.elapsed_s, 1), **losses)
                if checks.sets and self.elapsed_s - validated > 60 * checks.every_minutes:
                    validated = self.elapsed_s
                    self.validate()
                if self.elapsed_s - saved > 60 * train.save_minutes:
                    saved = self.elapsed_s
                    self.save()
                if agreed(self.asked_to_stop(watch, losses)):
                    raise Cancelled
            if checks.sets:
                self.validate()
        finally:
            self.save()

    def asked_to_stop(self, watch: Watch, losses: dict[str, float]) -> bool:
        """Tell `watch` where the run stands; True when it cancels. One process that is stopped stops them all."""
        try:
            watch.tick(round(1000 * self.share_done()), 1000, step=self.step, **losses)
        except Cancelled:
            return True
        return False

    def averaged_net(self) -> nn.Module:
        """A copy of the net with the averaged weights, ready for inference."""
        net = nets.build(self.recipe.net.arch, **self.recipe.net.shape()).to(self.device)
        net.load_state_dict(self.average.weights)
        return net.eval()

    def validate(self) -> None:
        """Score the averaged weights on every set; keep them as the best where the mean PSNR-Y is highest so far."""
        if self.rank:
            return
        net, limit = self.averaged_net(), self.recipe.validate.limit
        scores = {Path(s).name: validate.score(net, Path(s), limit, self.device) for s in self.recipe.validate.sets}
        mean = sum(s.psnr_y for s in scores.values()) / len(scores)
        self.log(step=self.step, validation={name: vars(s) for name, s in scores.items()}, mean_psnr_y=mean)
        if mean > self.best:
            self.best = mean
            save_weights(self.folder / "best.safetensors", self.average.weights)

    def log(self, **facts: object) -> None:
        """One JSON line in the run's log."""
        if self.rank == 0:
            with (self.folder / "log.jsonl").open("a", encoding="utf-8") as file:
                file.write(json_line(facts) + "\n")

    def save(self) -> None:
        """Checkpoint, and the averaged weights beside it."""
        if self.rank:
            return
        cpu = {name: value.detach().cpu() for name, value in self.net.state_dict().items()}
        average = {name: value.detach().cpu() for name, value in self.average.weights.items()}
        state = checkpoint.Checkpoint(self.step, self.elapsed_s, cpu, average, self.optimiser.state_dict(), self.best)
        checkpoint.save(self.folder / CHECKPOINT, state)
        save_weights(self.folder / "last.safetensors", self.average.weights)

    def resume(self) -> None:
        """Take everything from the folder's checkpoint. Raises BadModel when there is none, or none for this recipe."""
        path = self.folder / CHECKPOINT
        state = checkpoint.load(path)
        try:
            self.net.load_state_dict(state.net)
            self.optimiser.load_state_dict(state.optimiser)
        except (RuntimeError, KeyError, ValueError) as error:
            raise BadModel(
                "The checkpoint is of another net or optimiser than the recipe names.",
                "Start a new run from its weights.",
                path,
            ) from error
        self.average.weights = {name: value.to(self.device) for name, value in state.average.items()}
        self.step, self.elapsed_s, self.best = state.step, state.elapsed_s, state.best


def save_weights(path: Path, weights: dict[str, Tensor]) -> None:
    """Half-precision safetensors, written whole or not at all."""
    with NewFile(path, replaces=True) as file:
        file.write(save({name: value.detach().half().cpu().contiguous() for name, value in weights.items()}))


def find_weights(origin: str) -> Path:
    """The weights file that `origin` stands for: a file, a run folder, a model folder, or the id of a model in the library.

    Raises BadRecipe without one.
    """
    path = Path(origin)
    candidates = [path, path / "best.safetensors", path / "last.safetensors", path / WEIGHTS]
    file = next((c for c in candidates if c.is_file()), None)
    if file is not None:
        return file
    library = ModelLibrary()
    try:
        return library.weights_path(library.get(origin))
    except BadModel as error:
        raise BadRecipe(
            f"There are no weights at “{origin}”, and no model is called that.",
            "Name a model, a run folder, a model folder or a weights file.",
        ) from error


def read_weights(file: Path) -> dict[str, Tensor]:
    """The tensors of a safetensors file by name. Raises BadRecipe when it is none, or cannot be read."""
    try:
        return load_file(file)
    except (OSError, SafetensorError) as error:
        raise BadRecipe(
            f"The weights {file} cannot be read: {error}.", "Name a file that ends in .safetensors.", file
        ) from error


def start(net: nn.Module, origin: str) -> None:
    """Load starting weights from where `find_weights` finds them; those of a net with narrower blocks are grown.

    Raises BadRecipe when there are none, or they do not fit.
    """
    weights = read_weights(find_weights(origin))
    try:
        net.load_state_dict(grown(weights, net))
    except RuntimeError as error:
        raise BadRecipe(f"The weights at “{origin}” do not fit the net of the recipe.", "Use the same net shape.") from error
