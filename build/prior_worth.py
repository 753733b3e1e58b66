"""What a prior is worth: `python build/prior_worth.py --clean DIR --prior FOLDER --plain RUN [--profiles heavy,monsoon]`.

Our own rain is drawn on clean photos that no net has learnt from, the default model derains them, and then nothing, the prior,
or a plain net of its size that was trained for the same repair as long acts where rain was removed. Each is measured as the
application would use it (checks, no budget) and bare (fused by the mask, no checks). Means over photos, with bootstrap
intervals of the difference to nothing.
"""

import argparse
import json
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from rainapp.base.image import Frame, Image
from rainapp.inference.pipeline import load_pipeline
from rainapp.inference.refine.budget import Budget
from rainapp.inference.refine.load_prior import load
from rainapp.inference.refine.prior import NetPrior, Prior, Window
from rainapp.inference.refine.refiner import Refiner
from rainapp.jobs.records import NoWatch, Treatment
from rainapp.library.cards import read_card
from rainapp.library.model_library import ModelLibrary
from rainapp.media.photo.plain_pixels import read_plain
from rainapp.metrics import psnr_ssim
from rainapp.nets import registry
from rainapp.nets.repair_mask import repair_mask
from training import recipe
from training.data.crops import kinds_of, photo_files
from training.loop.weights import start
from training.rain.generator import draw_rain
from training.rain.streaks import StreakBank
from training.strategies.table import spec_of

Picture = NDArray[np.float32]
ALL = Budget(1.0, 1.0)
SEED = 20_000  # of the rain; far from those of samples


def planes(picture: Picture) -> torch.Tensor:
    """(H, W, 3) as (1, 3, H, W)."""
    return torch.from_numpy(np.ascontiguousarray(picture)).permute(2, 0, 1)[None]


def rained(args: argparse.Namespace, profile: str) -> Iterator[tuple[Picture, Picture]]:
    """Rainy and clean, as files of 8 bit hold them."""
    bank = StreakBank.render(SEED, kinds_of([profile]), per_kind=args.layers)
    for number, file in enumerate(photo_files(args.clean, args.limit)):
        clean = read_plain(file).astype(np.float32) / np.float32(255)
        sample = draw_rain(clean, profile, SEED + number, bank=bank, veil=0.0)
        yield tuple(np.rint(each.clip(0, 1) * 255).astype(np.float32) / 255 for each in (sample.rainy, sample.hazy))  # type: ignore[misc]


def measured(rainy: Picture, clean: Picture, derained: Picture, wet: NDArray[np.bool_]) -> dict[str, float]:
    """The figures of one picture."""
    parts = psnr_ssim.decoupled(rainy, clean, derained)
    error = float(np.square(derained - clean)[wet].mean()) if wet.any() else float("nan")
    return {
        "psnr_in_mask": -10 * float(np.log10(max(error, 1e-10))),
        "psnr_y": psnr_ssim.psnr_y(derained, clean),
        "rain_removed": parts.rain_removed,
        "bg_err": parts.bg_err,
    }


def ways(priors: dict[str, Prior]) -> dict[str, Callable[[Frame, Picture], tuple[Picture, float]]]:
    """By name: of a derained frame and its mask the result, and the share of windows that the checks refused."""

    def used(prior: Prior) -> Callable[[Frame, Picture], tuple[Picture, float]]:
        def act(frame: Frame, mask: Picture) -> tuple[Picture, float]:
            (done,) = Refiner(prior, 1.0, ALL)([frame], NoWatch())
            assert done.repaired is not None
            refused = done.repaired.kept / max(done.repaired.windows, 1)
            return done.image.pixels.astype(np.float32) / 255, refused

        return act

    def bare(prior: Prior) -> Callable[[Frame, Picture], tuple[Picture, float]]:
        def act(frame: Frame, mask: Picture) -> tuple[Picture, float]:
            derained = frame.image.pixels.astype(np.float32) / 255
            made = prior(Window(derained, mask[..., 0])).clip(0, 1)
            return np.rint((derained + mask * (made - derained)) * 255).astype(np.float32) / 255, 0.0

        return act

    found: dict[str, Callable[[Frame, Picture], tuple[Picture, float]]] = {
        "nothing": lambda frame, mask: (frame.image.pixels.astype(np.float32) / 255, 0.0)
    }
    for name, prior in priors.items():
        found |= {name: used(prior), f"{name}, bare": bare(prior)}
    return found


def interval(values: NDArray[np.float64]) -> str:
    """The mean and its bootstrap interval of 95 %."""
    rng = np.random.default_rng(1)
    means = values[rng.integers(0, len(values), (1000, len(values)))].mean(axis=1)
    low, high = np.percentile(means, (2.5, 97.5))
    return f"{values.mean():+.3f} [{low:+.3f}, {high:+.3f}]"


def table(args: argparse.Namespace, profile: str, priors: dict[str, Prior]) -> None:
    """Measure a kind of rain and print it."""
    pipeline = load_pipeline(Treatment(engine="torch", temporal="off", treat="always"), ModelLibrary())
    rows: dict[str, list[dict[str, float]]] = {}
    for rainy, clean in rained(args, profile):
        source = Image(np.rint(rainy * 255).astype(np.uint8))
        (frame,) = pipeline.in_turn([Frame(0, Fraction(0), source, source)], NoWatch())
        mask = repair_mask(planes(rainy), planes(frame.image.pixels.astype(np.float32) / 255))[0, 0].numpy()[..., None]
        for name, act in ways(priors).items():
            result, refused = act(frame, mask)
            found = measured(rainy, clean, result, mask[..., 0] > 0)
            rows.setdefault(name, []).append(found | {"refused": refused, "wet": float((mask > 0).mean())})
    print(f"\n{profile}, {len(rows['nothing'])} photos")
    for name, each in rows.items():
        means = {key: float(np.nanmean([row[key] for row in each])) for key in each[0]}
        gain = np.array([row["psnr_in_mask"] - other["psnr_in_mask"] for row, other in zip(each, rows["nothing"], strict=True)])
        print(json.dumps({"way": name, **{key: round(value, 4) for key, value in means.items()}, "gain_db": interval(gain)}))


def main() -> None:
    """Measure all that was named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clean", type=Path, required=True, help="clean photos that nothing was trained on")
    parser.add_argument("--prior", type=Path, help="the folder of a prior")
    parser.add_argument("--plain", type=Path, help="the run of a plain net")
    parser.add_argument("--profiles", default="heavy,monsoon", help="kinds of rain, with commas")
    parser.add_argument("--limit", type=int, default=0, help="so many photos; 0: all")
    parser.add_argument("--layers", type=int, default=12, help="layers of streaks of every kind")
    args = parser.parse_args()
    priors: dict[str, Prior] = {}
    if args.prior:
        priors["prior"] = load(args.prior, read_card(args.prior)[0], "cpu")
    if args.plain:
        net = registry.build_spec(spec_of(recipe.read(args.plain / "recipe.toml"), ()))
        start(net, str(args.plain))
        priors["plain net"] = NetPrior("plain", net.eval())
    for profile in args.profiles.split(","):
        table(args, profile, priors)


if __name__ == "__main__":
    main()
