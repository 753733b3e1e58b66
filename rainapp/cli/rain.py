"""`rainapp rain`: draw synthetic rain on clean photos: rainy/, clean/, streaks/ and the parameters of each."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from rainapp import media
from rainapp.errors import RainError


def add_parser(subparsers: Any) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser("rain", help="draw synthetic rain on clean photos")
    parser.add_argument("inputs", nargs="+", type=Path, metavar="INPUT", help="photos or folders of photos")
    parser.add_argument(
        "-o", "--out", type=Path, required=True, help="folder for rainy/, clean/, streaks/ and parameters.jsonl"
    )
    parser.add_argument("--profile", default="balanced", help="kind of rain, by name")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same rain")
    parser.add_argument(
        "--blend", choices=["additive", "screen", "linear"], help="how rain and photo are mixed; default: drawn"
    )
    parser.add_argument("--veil", type=float, help="optical depth of the haze; default: drawn by the profile")
    parser.set_defaults(run=run)


def photos_in(inputs: list[Path]) -> list[Path]:
    """The named photos, and those in the named folders."""
    return [p for i in inputs for p in (sorted(i.iterdir()) if i.is_dir() else [i]) if i.is_file() or media.is_media_name(p)]


def run(args: argparse.Namespace) -> int:
    """Draw rain on every photo; exit codes 0, 1 (some failed), 2 (unknown profile, nothing to do), 3 (all failed)."""
    from training.rain import MIXES, PROFILES

    known = sorted([*PROFILES, *MIXES])
    if args.profile not in known:
        print(f"The rain profile “{args.profile}” is unknown. Known are {', '.join(known)}.", file=sys.stderr)
        return 2
    if args.veil is not None and not 0 <= args.veil <= 5:
        print("The haze (--veil) must lie from 0 to 5.", file=sys.stderr)
        return 2
    photos = photos_in(args.inputs)
    if not photos:
        print("There is no photo among the inputs.", file=sys.stderr)
        return 2
    for name in ("rainy", "clean", "streaks"):
        (args.out / name).mkdir(parents=True, exist_ok=True)
    failed = 0
    for index, photo in enumerate(photos):
        try:
            draw_one(photo, index, args)
        except RainError as error:
            failed += 1
            print(f"{photo.name}: {error}", file=sys.stderr)
    return 0 if not failed else 1 if failed < len(photos) else 3


def draw_one(photo: Path, index: int, args: argparse.Namespace) -> None:
    """Write the rainy picture, its clean target and the streak map of one photo, and append its parameters."""
    import numpy as np

    from rainapp.image import Image
    from training.rain import draw_rain, single_seed

    with media.open_source(photo) as source:
        clean = next(iter(source)).image
    pixels = clean.pixels.astype(np.float32) / np.float32(clean.peak)
    sample = draw_rain(
        pixels,
        args.profile,
        single_seed(args.seed, index),
        blends=[args.blend] if args.blend else ("additive", "screen", "linear"),
        veil=args.veil,
    )
    streaks = np.repeat(sample.streaks[..., None], 3, axis=2)
    for folder, picture in (("rainy", sample.rainy), ("clean", sample.clear), ("streaks", streaks)):
        target = args.out / folder / f"{photo.stem}.png"
        media.write_picture(target, Image(np.round(np.clip(picture, 0, 1) * 255).astype(np.uint8), colour=clean.colour))
    with (args.out / "parameters.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps({"photo": photo.name, **sample.as_record()}) + "\n")
