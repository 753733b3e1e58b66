"""The task of the net that fuses frames of a clip (`fusion_naf`): what is added to the picture that a formula made.

Its samples are clips drawn once into the run's folder (`training.tasks.fuse_samples`). A net that gains in the mean may still
spoil a clip that the formula did well. So beside the logarithm of its error every block of a crop counts in which it is worse
than the formula, and the net goes only a share of its way (`net.share`), which was chosen on clips that neither this trains on
nor the docs report on.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from rainapp.inference.pipeline import load_pipeline
from rainapp.inference.temporal.learned_fusion import LARGE_PX, known_around, near_rain
from rainapp.jobs.records import Treatment
from rainapp.library.model_library import ModelLibrary
from rainapp.nets.fusion_naf import CHANNELS
from training.contracts import Batch, Loss, Output, Pick, Run, Score, Task
from training.data.crops import planes, read_photos
from training.recipe import Fuse, Recipe
from training.tasks.fuse_samples import Bytes, Maker, as_floats

LUMA = (65.481 / 219, 128.553 / 219, 24.966 / 219)  # BT.601, as PSNR-Y counts
LUMA_SHARE = 0.7  # of the error; the rest is that of all channels
FLOOR = 2e-5  # under the error, 47 dB: what is better than that must not decide
BLOCK_PX = 16  # side of the blocks in which being worse than the formula counts
REMOVED = 15  # the channel of what was removed, as its square root


SAMPLES = "samples"
PHOTO_PX_MIN = 300


def around(planes: Tensor) -> Tensor:
    """The mean of (B, 3, H, W) over a square around each pixel, as `inference.temporal.learned_fusion` takes it."""
    padded = F.pad(planes, (LARGE_PX // 2,) * 4, mode="reflect")
    return F.avg_pool2d(F.avg_pool2d(padded, (LARGE_PX, 1), 1), (1, LARGE_PX), 1)


def squared(picture: Tensor, clean: Tensor) -> Tensor:
    """Squared error of each pixel (B, 1, H, W), mostly in luma."""
    error = picture - clean
    luma = (error * error.new_tensor(LUMA).view(1, 3, 1, 1)).sum(1, keepdim=True)
    return LUMA_SHARE * luma.square() + (1 - LUMA_SHARE) * error.square().mean(1, keepdim=True)


def fused(seen: Tensor, added: Tensor, near: Tensor) -> Tensor:
    """The picture (B, 3, H, W) of what the net sees (B, CHANNELS, H, W), what it adds, and how near rain is (B, 1, H, W)."""
    added = near * added
    return (seen[:, :3] + near * (added - around(added))).clamp(0, 1)


def error_rows(picture: Tensor, formula: Tensor, clean: Tensor, regret: float) -> Tensor:
    """For each sample the log of the error, and how much worse than the formula it is in the blocks where it is worse."""
    mine, its = squared(picture, clean), squared(formula, clean)
    error = mine.mean((1, 2, 3)) + FLOOR
    worse = F.relu(F.avg_pool2d(mine, BLOCK_PX) - F.avg_pool2d(its, BLOCK_PX)).mean((1, 2, 3))
    return error.log() + regret * worse / (its.mean((1, 2, 3)) + FLOOR)


def gain_db(picture: Tensor, formula: Tensor, clean: Tensor) -> Tensor:
    """By how much the error is below the formula's, in dB, for each sample (B,)."""
    mine, its = squared(picture, clean), squared(formula, clean)
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


class FuseFrames(Task):
    """Crops of clips that are drawn already; the first `held_out` of `files` are for the score."""

    name = "fuse"

    def __init__(self, recipe: Recipe, files: Sequence[Path]) -> None:
        super().__init__()
        self.block = recipe.fuse or Fuse()
        self.seed, self.side = recipe.seed, recipe.train.crop_px
        self.files, self.held_out = list(files[self.block.held_out :]), list(files[: self.block.held_out])

    def scored(self) -> bool:
        """Always: there are clips held out."""
        return True

    def sources(self) -> int:
        """The clips that are learned from."""
        return len(self.files)

    def draw(self, picks: Sequence[Pick]) -> Batch:
        """A crop of a frame of a clip for each pick."""
        rngs = [np.random.default_rng([self.seed, pick.seed]) for pick in picks]
        files = [self.files[int(rng.integers(len(self.files)))] for rng in rngs]
        return self.crops(files, rngs, [pick.seed for pick in picks])

    def crops(self, files: Sequence[Path], rngs: Sequence[np.random.Generator], seeds: Sequence[int]) -> Batch:
        """A random crop of each file; `streaks` is how near rain was found."""
        found = []
        for file, rng in zip(files, rngs, strict=True):
            clip = np.load(file, mmap_mode="r")
            found.append(list(cropped(clip[int(rng.integers(len(clip)))], rng, self.side)))
        seen, clean, near = (planes([np.ascontiguousarray(part) for part in each]) for each in zip(*found, strict=True))
        places = torch.tensor(list(seeds))
        none = torch.full((len(found),), -1)
        return Batch(seen, clean, none, places, torch.ones(len(found), dtype=torch.bool), places, {}, near, task=self.name)

    def loss(self, run: Run, out: Output, batch: Batch) -> Loss:
        """The log of the error, and regret."""
        assert batch.target is not None  # `crops` makes both
        assert batch.streaks is not None
        picture = fused(batch.image, out.image, batch.streaks)
        rows = error_rows(picture, batch.image[:, :3], batch.target, self.block.regret)
        return Loss(rows.mean(), {"error": rows.mean()}, rows)

    @torch.no_grad()
    def score(self, net: nn.Module) -> Score:
        """The mean gain over the formula on four crops of each clip that was held out, always the same."""
        rng = np.random.default_rng(self.seed)
        files = self.held_out * 4
        device = next(net.parameters()).device
        batch = self.crops(files, [rng] * len(files), range(len(files))).to(device)
        assert batch.target is not None  # as above
        assert batch.streaks is not None
        picture = fused(batch.image, net(batch.image), batch.streaks)
        gains = gain_db(picture, batch.image[:, :3], batch.target)
        least = [round(float(gain), 2) for gain in gains.sort().values[:4]]
        return Score(float(gains.mean()), {"gain_db": round(float(gains.mean()), 3), "least": least})


def make(recipe: Recipe, folder: Path, tell: Callable[[str, str], None]) -> FuseFrames:
    """The task, once every clip that its folder lacks is drawn. Raises BadRecipe where no photo can be used."""
    block = recipe.fuse or Fuse()
    samples = folder / SAMPLES
    if len(list(samples.glob("*.npy"))) < block.clips:
        photos, left_out = read_photos(Path(recipe.data.clean), recipe.data.limit, PHOTO_PX_MIN)
        for sentence in left_out:
            tell("left-out", sentence)
        maker = Maker(photos, load_pipeline(Treatment(temporal="off"), ModelLibrary()), seed=recipe.seed)
        for number in maker.fill(samples, block.clips):
            if number % 50 == 0:
                tell("clips", f"{number + 1} of {block.clips} clips are drawn.")
    return FuseFrames(recipe, sorted(samples.glob("*.npy"))[: block.clips])
