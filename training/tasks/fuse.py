"""Train the net that fuses frames: `python -m training.tasks.fuse --clean PHOTOS --out RUN`.

Draws the clips it lacks, trains, and writes card and weights, which ship as `resources/fusion`.

A net that gains in the mean may still spoil a clip that the formula did well. So beside the logarithm of its error every block
of a crop counts in which it is worse than the formula, and the card lets it go only a share of its way (`--share`), which was
chosen on clips that neither this trains on nor the README reports on.
"""

import argparse
import copy
import math
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from rainapp.cards import ModelCard, write_card
from rainapp.errors import RainError
from rainapp.jobs import Treatment
from rainapp.library import WEIGHTS, ModelLibrary, sha256_of
from rainapp.nets.fusion import CHANNELS, MULTIPLE_PX, RECEPTIVE_PX, FusionNaf
from rainapp.privacy import silence_reporters
from rainapp.stages import load_pipeline
from rainapp.stages.fusion import LARGE_PX, known_around, near_rain
from rainapp.textfile import json_line
from training.data.crops import read_photos
from training.loop import checkpoint
from training.loop.trainer import save_weights
from training.tasks.fuse_samples import Bytes, Maker, as_floats

LUMA = (65.481 / 219, 128.553 / 219, 24.966 / 219)  # BT.601, as PSNR-Y counts
LUMA_SHARE = 0.7  # of the error; the rest is that of all channels
FLOOR = 2e-5  # under the error, 47 dB: what is better than that must not decide
BLOCK_PX = 16  # side of the blocks in which being worse than the formula counts
DECAY = 0.998  # of the average of the weights
TRAINED_ON = "clips made of 361 rain-free photos (CC0, Unsplash licence, CC BY-SA 4.0) with synthetic rain drawn by rainapp"
REMOVED = 15  # the channel of what was removed, as its square root


@dataclass(frozen=True)
class Plan:
    """What a run depends on, beside the samples."""

    steps: int = 2100
    batch: int = 8
    crop_px: int = 96
    rate: float = 1.5e-3
    regret: float = 1.0
    held_out: int = 16  # clips, the first, that are not trained on
    seed: int = 1


@dataclass(frozen=True, eq=False)
class Crops:
    """A batch: `seen` (B, CHANNELS, H, W), `clean` (B, 3, H, W) and `near` (B, 1, H, W), how far rain was found around."""

    seen: Tensor
    clean: Tensor
    near: Tensor

    @property
    def formula(self) -> Tensor:
        """What `best` makes of it, (B, 3, H, W)."""
        return self.seen[:, :3]

    def fused(self, net: nn.Module) -> Tensor:
        """What `net` makes of it, (B, 3, H, W)."""
        added = self.near * net(self.seen)
        fused: Tensor = (self.formula + self.near * (added - around(added))).clamp(0, 1)
        return fused


def around(planes: Tensor) -> Tensor:
    """The mean of (B, 3, H, W) over a square around each pixel, as `stages.fusion` takes it."""
    padded = F.pad(planes, (LARGE_PX // 2,) * 4, mode="reflect")
    return F.avg_pool2d(F.avg_pool2d(padded, (LARGE_PX, 1), 1), (1, LARGE_PX), 1)


def squared(picture: Tensor, clean: Tensor) -> Tensor:
    """Squared error of each pixel (B, 1, H, W), mostly in luma."""
    error = picture - clean
    luma = (error * error.new_tensor(LUMA).view(1, 3, 1, 1)).sum(1, keepdim=True)
    return LUMA_SHARE * luma.square() + (1 - LUMA_SHARE) * error.square().mean(1, keepdim=True)


def loss(crops: Crops, net: nn.Module, regret: float) -> Tensor:
    """Mean over samples: log of the error, and how much worse than the formula it is in the blocks where it is worse."""
    mine, its = squared(crops.fused(net), crops.clean), squared(crops.formula, crops.clean)
    error = mine.mean((1, 2, 3)) + FLOOR
    worse = F.relu(F.avg_pool2d(mine, BLOCK_PX) - F.avg_pool2d(its, BLOCK_PX)).mean((1, 2, 3))
    return (error.log() + regret * worse / (its.mean((1, 2, 3)) + FLOOR)).mean()


def gain_db(crops: Crops, net: nn.Module) -> Tensor:
    """By how much the error is below the formula's, in dB, for each sample (B,)."""
    with torch.no_grad():
        mine, its = squared(crops.fused(net), crops.clean), squared(crops.formula, crops.clean)
    return 10 * torch.log10((its.mean((1, 2, 3)) + FLOOR) / (mine.mean((1, 2, 3)) + FLOOR))


def cropped(sample: Bytes, rng: np.random.Generator, side: int) -> Iterator[Bytes | np.ndarray]:
    """A square of a sample, mirrored and recoloured at random: what is seen, clean, and how near rain is (H, W, n), 0 to 1."""
    removed, *same = (as_floats(sample[:, :, channel]) for channel in (REMOVED, REMOVED + 1, REMOVED + 2))
    near = (near_rain(np.square(removed)) * known_around(same, removed))[:, :, None]
    top, left = rng.integers(0, sample.shape[0] - side + 1, 2)
    square = np.s_[top : top + side, left : left + side]
    piece, near = as_floats(sample[square]), near[square]
    for axis in (0, 1):
        if rng.random() < 0.5:
            piece, near = np.flip(piece, axis), np.flip(near, axis)
    order = rng.permutation(3)
    colours = np.concatenate([order + start for start in range(0, REMOVED, 3)])
    yield piece[:, :, [*colours, *range(REMOVED, CHANNELS)]]
    yield piece[:, :, CHANNELS + order]
    yield near


def draw(files: list[Path], rng: np.random.Generator, count: int, side: int) -> Crops:
    """`count` crops of as many clips."""
    found = []
    for index in rng.integers(len(files), size=count):
        clip = np.load(files[index], mmap_mode="r")
        found.append(list(cropped(clip[int(rng.integers(len(clip)))], rng, side)))
    stacked = (torch.from_numpy(np.ascontiguousarray(np.stack(each))).permute(0, 3, 1, 2) for each in zip(*found, strict=True))
    return Crops(*(each.contiguous() for each in stacked))


class Run:
    """Training that may be cut and continued: the samples of a step depend on its number alone."""

    def __init__(self, plan: Plan, folder: Path, files: list[Path], net: FusionNaf) -> None:
        """`files`: the clips of `Maker`; continues from the checkpoint in `folder` where there is one."""
        self.plan, self.folder = plan, folder
        self.net, self.mean, self.step, self.elapsed_s = net, copy.deepcopy(net), 0, 0.0
        self.files, self.held_out = files[plan.held_out :], files[: plan.held_out]
        self.optimiser = torch.optim.AdamW(self.net.parameters(), lr=plan.rate, weight_decay=1e-4)
        self.kept = folder / "checkpoint.pt"
        if self.kept.exists():
            before = checkpoint.load(self.kept)
            self.net.load_state_dict(before.net)
            self.mean.load_state_dict(before.average)
            self.optimiser.load_state_dict(before.optimiser)
            self.step, self.elapsed_s = before.step, before.elapsed_s

    def go_on(self, until: int) -> None:
        """Train up to the step `until`, falling to a rate of zero at the last step of the plan."""
        began = time.monotonic() - self.elapsed_s
        while self.step < until:
            self._step()
            self.elapsed_s = time.monotonic() - began
        self.save()

    def _step(self) -> None:
        plan, rng = self.plan, np.random.default_rng([self.plan.seed, self.step])
        crops = draw(self.files, rng, plan.batch, plan.crop_px)
        rate = plan.rate * min(1, (self.step + 1) / 50) * 0.5 * (1 + math.cos(math.pi * min(1, self.step / plan.steps)))
        for group in self.optimiser.param_groups:
            group["lr"] = rate
        self.optimiser.zero_grad()
        loss(crops, self.net, plan.regret).backward()  # type: ignore[no-untyped-call]  # torch's
        nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        self.optimiser.step()
        self.step += 1
        share = 1 - min(DECAY, (self.step + 1) / (self.step + 10))
        with torch.no_grad():
            for kept, new in zip(self.mean.parameters(), self.net.parameters(), strict=True):
                kept.lerp_(new, share)

    def gains(self) -> Tensor:
        """The gain in dB on a crop of each clip that was held out, always the same."""
        crops = draw(self.held_out, np.random.default_rng(self.plan.seed), 4 * len(self.held_out), self.plan.crop_px)
        return gain_db(crops, self.mean)

    def save(self) -> None:
        """Write the checkpoint and the averaged weights."""
        state = self.net.state_dict(), self.mean.state_dict(), self.optimiser.state_dict()
        checkpoint.save(self.kept, checkpoint.Checkpoint(self.step, self.elapsed_s, *state, best=0.0))
        save_weights(self.folder / WEIGHTS, self.mean.state_dict())


def publish(folder: Path, shape: dict[str, object]) -> None:
    """Write the card of the weights in `folder`."""
    card = ModelCard(
        id="fusion",
        title="Fusion",
        arch="fusion_naf",
        sha256=sha256_of(folder / WEIGHTS),
        summary="Fuses frames of clips: added to what the formula of best makes of them.",
        shape=shape,
        licence="MIT",
        multiple_of_px=MULTIPLE_PX,
        receptive_px=RECEPTIVE_PX,
        trained_on=TRAINED_ON,
    )
    write_card(folder, card)


def parser() -> argparse.ArgumentParser:
    """The command line; its defaults are what ships."""
    plan = Plan()
    top = argparse.ArgumentParser(prog="training.tasks.fuse", description="Draw clips and train the net that fuses frames.")
    top.add_argument("--clean", type=Path, required=True, help="folder of photos without rain")
    top.add_argument("--out", type=Path, required=True, help="run folder; what is there is continued")
    top.add_argument("--clips", type=int, default=494, help="clips to draw, four frames and more are taken of each")
    top.add_argument("--steps", type=int, default=plan.steps)
    top.add_argument("--batch", type=int, default=plan.batch)
    top.add_argument("--crop", type=int, default=plan.crop_px, help="side of the crops in px")
    top.add_argument("--rate", type=float, default=plan.rate)
    top.add_argument("--regret", type=float, default=plan.regret, help="how much it counts where the net is worse than best")
    top.add_argument("--share", type=float, default=0.85, help="how far the net may go, 0 to 1, for the card")
    top.add_argument("--width", type=int, default=24)
    top.add_argument("--threads", type=int, default=0)
    return top


def main(arguments: list[str] | None = None) -> int:
    """Draw, train, publish; prints a JSON line every 200 steps. Exit code 0, or 2 where photos or model will not do."""
    args = parser().parse_args(arguments)
    try:
        _run(args)
    except RainError as error:
        print(str(error), file=sys.stderr)
        return 2
    return 0


def _run(args: argparse.Namespace) -> None:
    cv2.setNumThreads(1)
    if args.threads:
        torch.set_num_threads(args.threads)
    samples = args.out / "samples"
    if len(list(samples.glob("*.npy"))) < args.clips:
        silence_reporters()
        photos, _ = read_photos(args.clean, 0, 300)
        maker = Maker(photos, load_pipeline(Treatment(temporal="off"), ModelLibrary()), seed=1)
        for number in maker.fill(samples, args.clips):
            if number % 50 == 0:
                print(json_line({"clips": number + 1}), flush=True)
    torch.manual_seed(1)
    plan = Plan(args.steps, args.batch, args.crop, args.rate, args.regret)
    run = Run(plan, args.out, sorted(samples.glob("*.npy"))[: args.clips], FusionNaf(args.width))
    while run.step < plan.steps:
        run.go_on(min(run.step + 200, plan.steps))
        gains = run.gains()
        told = {"step": run.step, "s": round(run.elapsed_s), "gain_db": round(float(gains.mean()), 3)}
        print(json_line(told | {"least": [round(float(g), 2) for g in gains.sort().values[:4]]}), flush=True)
    publish(args.out, {"width": args.width, "share": args.share})


if __name__ == "__main__":
    raise SystemExit(main())
