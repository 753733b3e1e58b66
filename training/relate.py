"""Make what `rainapp relate` ships of a run with the block coic: `python -m training.relate RUN --clean DIR --out DIR`.

The encoder is taken out of the run's averaged weights. With it the mean of what it sees of each kind of rain that the run drew,
and of photos without rain, is kept, so that a single photo can be told what it is like.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import save
from torch import Tensor

from rainapp.base.errors import BadRecipe, RainError
from rainapp.base.new_files import NewFile
from rainapp.library.cards import ModelCard, write_card
from rainapp.library.model_library import WEIGHTS, sha256_of
from rainapp.nets.coic import InstanceEncoder
from rainapp.nets.known_rain import ARCH, DRY, ENCODER, KINDS, MIDDLE
from training import recipe
from training.data.crops import crop, read_photos
from training.loop.weights import find_weights, read_weights
from training.rain import domains
from training.rain.generator import draw_rain

FIRST_SEED = 40_000
SIDE_PX = 128


def encoder_of(run: Path) -> InstanceEncoder:
    """The encoder of a run. Raises BadRecipe for one without."""
    plan = recipe.read(run / "recipe.toml")
    mine = {
        name.removeprefix(ENCODER): value
        for name, value in read_weights(find_weights(str(run))).items()
        if name.startswith(ENCODER)
    }
    if plan.coic is None or plan.coic.labels or not mine:
        raise BadRecipe("The run has no encoder.", "Train by a recipe with the block coic.", run)
    encoder = InstanceEncoder(plan.coic.code_size, plan.coic.encoder_width)
    encoder.load_state_dict({name: value.float() if value.is_floating_point() else value for name, value in mine.items()})
    return encoder.eval().requires_grad_(False)


def kinds_of(encoder: InstanceEncoder, plan: recipe.Recipe, clean: Path, count: int) -> dict[str, Tensor]:
    """What all pictures share, and the mean direction from it of each kind of rain on `count` photos, and of dry photos."""
    photos, _ = read_photos(clean, count, plan.train.crop_px)
    crops = [crop(photo, SIDE_PX, plan.data.scales, np.random.default_rng(place)) for place, photo in enumerate(photos)]
    drawn = {DRY: crops}
    for kind in domains.plain(plan.rain.profiles):
        drawn[kind] = [draw_rain(piece, kind, FIRST_SEED + place).rainy for place, piece in enumerate(crops)]
    features = {
        name: torch.stack([encoder(torch.from_numpy(p).permute(2, 0, 1)[None].float())[0].mean((0, 2, 3)) for p in pictures])
        for name, pictures in drawn.items()
    }
    middle = torch.stack([rows.mean(0) for rows in features.values()]).mean(0)
    means = {KINDS + name: F.normalize(F.normalize(rows - middle, dim=1).mean(0), dim=0) for name, rows in features.items()}
    return {MIDDLE: middle, **means}


def write(run: Path, clean: Path, out: Path, count: int) -> ModelCard:
    """Make the folder `out`. Raises RainError where something is missing."""
    plan = recipe.read(run / "recipe.toml")
    encoder = encoder_of(run)
    tensors = {ENCODER + name: value for name, value in encoder.state_dict().items()}
    tensors |= kinds_of(encoder, plan, clean, count)
    small = {name: value.half() if value.is_floating_point() else value for name, value in tensors.items()}
    out.mkdir(parents=True, exist_ok=True)
    with NewFile(out / WEIGHTS, replaces=True) as file:
        file.write(save({name: value.contiguous() for name, value in small.items()}))
    assert plan.coic is not None  # the encoder is there
    card = ModelCard(
        id="relate",
        title="Relate",
        arch=ARCH,
        sha256=sha256_of(out / WEIGHTS),
        summary="Sees which rain a photo shows; for rainapp relate.",
        shape={"code_size": plan.coic.code_size, "width": plan.coic.encoder_width},
        licence="MIT",
        trained_on=f"{len(read_photos(clean, 0, plan.train.crop_px)[0])} rain-free photos with synthetic rain drawn by rainapp",
        conditions=(),
        from_coarse=False,
        gate_faint=False,
    )
    write_card(out, card)
    return card


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0, 2 where something is missing."""
    parser = argparse.ArgumentParser(prog="training.relate")
    parser.add_argument("run", type=Path)
    parser.add_argument("--clean", type=Path, required=True, help="a folder of rain-free photos")
    parser.add_argument("--out", type=Path, required=True, help="the folder to make")
    parser.add_argument("--count", type=int, default=60, help="photos on which each kind of rain is drawn")
    args = parser.parse_args(arguments)
    try:
        write(args.run, args.clean, args.out, args.count)
    except RainError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
