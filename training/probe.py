"""What a net takes of each kind of drawn rain, and what it does to dry things that look like rain.

`python -m training.probe WEIGHTS --clean DIR` prints a line for each: of rain how much of its light went and how much changed
beside it, for a profile and for its sibling that never trains; of dry things the mean change. The scores on sets say little of
this, because their rain is streaks and their dry photos show few fences. Clean photos must be those that training never saw.
Same weights, photos and count give the same numbers. Haze is left out, and so is the camera.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from torch import nn

from rainapp.base.errors import RainError
from rainapp.nets import registry
from training import recipe
from training.data.crops import crop, read_photos
from training.loop import weights
from training.rain.generator import draw_rain
from training.rain.profiles import PROFILES
from training.scenery import grounds, lights, strands, structures, uprights
from training.tables.scoring import derained

Photo = NDArray[np.float32]
Rng = np.random.Generator
Drawer = Callable[[Photo, Rng], Photo]

CROP_PX = 256
FIRST_SEED = 9000
ON, OFF = 0.05, 0.005
"""Streak opacity from which a pixel is rained on, and below which it is dry."""
SEEN = 6 / 255
"""A change that is seen where a surface is plain."""
UNSEEN = "-unseen"


@dataclass(frozen=True)
class Taken:
    """Of rain: the part of its light that went (below 0: more was added), and the mean change beside it in levels of 255."""

    share: float
    beside: float


@dataclass(frozen=True)
class Harm:
    """Of something dry: the mean change in levels of 255, and the part of the pixels that are seen to have changed."""

    levels: float
    seen: float


def rain_taken(net: nn.Module, clean: Sequence[Photo], profile: str) -> Taken:
    """What `net` takes of rain of `profile` on clean photos."""
    left = drawn = beside = 0.0
    dry = 0
    for index, photo in enumerate(clean):
        sample = draw_rain(photo, profile, FIRST_SEED + index, veil=0, camera=False)
        error = np.abs(derained(net, sample.rainy) - sample.hazy)
        on, off = sample.streaks > ON, sample.streaks < OFF
        left += float(error[on].sum())
        drawn += float(np.abs(sample.rainy - sample.hazy)[on].sum())
        beside += float(error[off].sum())
        dry += 3 * int(off.sum())
    return Taken(1 - left / drawn if drawn else float("nan"), 255 * beside / max(1, dry))


def harm(net: nn.Module, clean: Sequence[Photo], draw: Drawer) -> Harm:
    """What `net` does to clean photos with something dry drawn on them."""
    changes = []
    for index, photo in enumerate(clean):
        dry = draw(photo, np.random.default_rng(index))
        changes.append(np.abs(derained(net, dry) - dry))
    return Harm(
        255 * float(np.mean([change.mean() for change in changes])),
        float(np.mean([(change.max(-1) > SEEN).mean() for change in changes])),
    )


def dry_things() -> dict[str, Drawer]:
    """Everything dry that is drawn for training, one by one, and the photo as it is."""

    def solid(draw: uprights.Drawer) -> Drawer:
        return lambda photo, rng: uprights.over(photo, *draw(rng, *photo.shape[:2]))

    def plain(draw: Callable[[Rng, int, int], Photo]) -> Drawer:
        return lambda photo, rng: np.asarray(np.clip(draw(rng, *photo.shape[:2]), 0, 1), np.float32)

    things: dict[str, Drawer] = {"photo": lambda photo, rng: photo}
    things |= {"lines": structures.add_structure, "strands": strands.add_strands}
    things |= {draw.__name__: solid(draw) for draw in uprights.DRAWERS}
    things |= {draw.__name__: plain(draw) for draw in grounds.DRAWERS}
    return things | {draw.__name__.replace("_", "-"): draw for draw in lights.DRAWERS}


def table(net: nn.Module, clean: Sequence[Photo]) -> list[str]:
    """The lines to print."""
    lines = ["rain: part taken, change beside it | the same of the kind that never trains"]
    for name, profile in PROFILES.items():
        if profile.held_out and name.endswith(UNSEEN):
            continue
        names = [each for each in (name, name + UNSEEN) if each in PROFILES]
        found = [rain_taken(net, clean, each) for each in names]
        lines.append(f"  {name:<14}" + " | ".join(f"{each.share:6.2f}{each.beside:7.2f}" for each in found))
    lines.append("dry: mean change in levels, part of the pixels seen to change")
    for name, draw in dry_things().items():
        done = harm(net, clean, draw)
        lines.append(f"  {name:<14}{done.levels:6.2f}{done.seen:7.3f}")
    return lines


def load(origin: str) -> nn.Module:
    """The net of a run or model folder or of a weights file, of the shape that the recipe beside it names.

    Raises BadRecipe without weights that fit.
    """
    file = weights.find_weights(origin)
    beside = file.parent / "recipe.toml"
    shape = recipe.read(beside).net if beside.is_file() else recipe.Net()
    net = registry.build(shape.arch, **shape.shape())
    weights.start(net, str(file))
    return net.eval()


def main(arguments: list[str] | None = None) -> int:
    """Print what a net takes and what it harms; exit code 2 where weights or photos are missing."""
    parser = argparse.ArgumentParser(prog="training.probe")
    parser.add_argument("weights", help="weights file, run folder, model folder or model id")
    parser.add_argument("--clean", type=Path, required=True, help="a folder of clean photos that training never saw")
    parser.add_argument("--count", type=int, default=12, help="photos to draw on, spread over the folder; a crop of each")
    args = parser.parse_args(arguments)
    try:
        net = load(args.weights)
        photos, _ = read_photos(args.clean, 0, CROP_PX)
        every = max(1, len(photos) // max(1, args.count))
        chosen = photos[::every][: max(1, args.count)]
        clean = [crop(photo, CROP_PX, (1.0,), np.random.default_rng(index)) for index, photo in enumerate(chosen)]
        print("\n".join(table(net, clean)))
    except RainError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
