"""`rainapp rain`: draw synthetic rain on clean photos and clips: rainy/, clean/, streaks/ and the parameters of each."""

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rainapp import media
from rainapp.base.errors import LargeFile, RainError, UnwritableFile
from rainapp.base.escapes import one_line
from rainapp.base.image import SRGB, Colour, Image
from rainapp.base.new_files import numbered
from rainapp.base.system_errors import why_not_written
from rainapp.base.textfile import append_text, json_line
from rainapp.cli import large_files
from rainapp.cli.exit_codes import DONE, NONE_DONE, SOME_FAILED, USAGE
from rainapp.jobs.naming import Originals

if TYPE_CHECKING:
    from rainapp.media.clip.made_clip import MadeClip
    from training.rain.generator import Blend, Photo, RainSample

FOLDERS = ("rainy", "clean", "streaks")
BLENDS: "tuple[Blend, ...]" = ("additive", "screen", "linear")
FPS = Fraction(25)  # of clips made of photos


def add_parser(subparsers: Any) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser("rain", help="draw synthetic rain on clean photos and clips")
    parser.add_argument("inputs", nargs="+", type=Path, metavar="INPUT", help="photos, clips, or folders of them")
    parser.add_argument(
        "-o", "--out", type=Path, required=True, help="folder for rainy/, clean/, streaks/ and parameters.jsonl"
    )
    parser.add_argument("--profile", default="balanced", help="kind of rain, by name")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same rain")
    parser.add_argument("--blend", choices=BLENDS, help="how rain and picture are mixed; default: drawn")
    parser.add_argument("--veil", type=float, help="optical depth of the haze; default: drawn by the profile")
    parser.add_argument("--longest", type=int, default=0, metavar="PX", help="reduce pictures whose longer side is longer")
    parser.add_argument(
        "--frames",
        type=int,
        default=0,
        metavar="N",
        help="at most N frames of a clip; a photo becomes a moving clip of N frames",
    )
    parser.add_argument("--overwrite", action="store_true", help='replace what is there; else a " (2)" is added')
    parser.add_argument("--skip", type=int, default=0, metavar="N", help="leave out the first N frames of a clip")
    large_files.add_option(parser)
    parser.set_defaults(run=run)


def media_in(inputs: list[Path]) -> list[Path]:
    """What is named, be it there or not, and the photos and clips in the named folders."""
    return [p for i in inputs for p in (sorted(i.iterdir()) if i.is_dir() else [i]) if p == i or media.is_media_name(p)]


def clash(inputs: list[Path], out: Path) -> str:
    """Which inputs would be lost to a result, or share one, in a sentence; empty when all have names of their own."""
    from rainapp.media.clip.made_clip import SUFFIX

    sources = Originals(inputs)
    drawn: dict[str, Path] = {}
    for path in inputs:
        results = (out / folder / f"{path.stem}{suffix}" for folder in FOLDERS for suffix in (".png", SUFFIX))
        if lost := next((result for result in results if result in sources), None):
            return f"{lost} is an input and would be overwritten: choose another folder."
        if path.stem in drawn:
            return f"{drawn[path.stem]} and {path} would share one result: draw them into two folders."
        drawn[path.stem] = path
    return ""


def misfit(args: argparse.Namespace) -> str:
    """What is wrong with the options, in a sentence; empty when all is well."""
    from training.rain.profiles import MIXES, PROFILES

    known = sorted([*PROFILES, *MIXES])
    if args.profile not in known:
        return f"The rain profile “{args.profile}” is unknown. Known are {', '.join(known)}."
    if args.veil is not None and not 0 <= args.veil <= 5:
        return "The haze (--veil) must lie from 0 to 5."
    if min(args.longest, args.frames, args.skip, args.seed) < 0:
        return "--longest, --frames, --skip and --seed cannot be negative."
    return ""


def run(args: argparse.Namespace) -> int:
    """Draw rain on every input; exit codes 0, 1 (some failed), 2 (wrong options, nothing to do), 3 (all failed).

    Raises UnwritableFile when the folder cannot be made.
    """
    large_files.heed(args)
    inputs = media_in(args.inputs)
    wrong = misfit(args) or ("" if inputs else "There is no photo or clip among the inputs.") or clash(inputs, args.out)
    if wrong:
        print(wrong, file=sys.stderr)
        return 2
    try:
        for name in FOLDERS:
            (args.out / name).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UnwritableFile(f"The folder {args.out} cannot be written: {why_not_written(error)[0]}.", path=args.out) from error
    failed: list[RainError] = []
    for index, path in enumerate(inputs):
        try:
            draw_asked(path, index, args)
        except RainError as error:
            failed.append(error)
            print(one_line(f"{path.name}: {error}"), file=sys.stderr)
    if len(failed) < len(inputs):
        return SOME_FAILED if failed else DONE
    return USAGE if all(isinstance(error, LargeFile) for error in failed) else NONE_DONE


def draw_asked(path: Path, index: int, args: argparse.Namespace) -> None:
    """Draw on one input; what is large for its bytes only if the person says so."""
    try:
        draw_one(path, index, args)
    except LargeFile as error:
        if not large_files.can_ask() or not large_files.ask(error.message):
            raise
        large_files.allow(path)
        draw_one(path, index, args)


def draw_one(path: Path, index: int, args: argparse.Namespace) -> None:
    """Write the rainy picture or clip, its clean target and the streak map, and append the parameters."""
    from training.rain.generator import single_seed

    seed = single_seed(args.seed, index)
    with media.open_source(path) as source:
        is_clip = source.info.kind == "clip"
        draw = draw_clip if is_clip or args.frames else draw_photo
        record = draw(path, source, seed, args)
    line = json_line({"clip" if is_clip or args.frames else "photo": path.name, **record}) + "\n"
    append_text(args.out / "parameters.jsonl", line, path)


def free_name(out: Path, name: str, *, replaces: bool) -> str:
    """`name`, or unless it `replaces` the first number after it, that none of the three folders has."""
    wanted, number = Path(name), 0
    while not replaces and any(os.path.lexists(out / folder / wanted) for folder in FOLDERS):
        number += 1
        wanted = numbered(Path(name), number)
    return wanted.name


def numbered_record(path: Path, got: Path, record: dict[str, object]) -> dict[str, object]:
    """`record`, with the name of the results where it is not that of the input."""
    return record if got.stem == path.stem else {"result": got.name, **record}


def draw_photo(path: Path, source: media.Source, seed: int, args: argparse.Namespace) -> dict[str, object]:
    """Rain on one photo, as PNG."""
    from training.rain.generator import draw_rain

    frame = next(iter(source))
    clean = as_floats(frame, args.longest)
    sample = draw_rain(clean, args.profile, seed, blends=[args.blend] if args.blend else BLENDS, veil=args.veil)
    got = Path(free_name(args.out, f"{path.stem}.png", replaces=args.overwrite))
    for folder, image in zip(FOLDERS, as_images(sample, frame.image.colour), strict=True):
        got = media.write_picture(args.out / folder / got.name, image, replaces=args.overwrite, like=path)
    return numbered_record(path, got, sample.as_record())


def draw_clip(path: Path, source: media.Source, seed: int, args: argparse.Namespace) -> dict[str, object]:
    """Rain on the frames of one clip, or of a moving crop of one photo, as lossless clips."""
    from training.rain.clip import RainClip

    rate = Fraction(source.info.fps).limit_denominator(1001) or FPS if source.info.kind == "clip" else FPS
    rain = RainClip(args.profile, seed, blends=[args.blend] if args.blend else BLENDS, veil=args.veil, fps=float(rate))
    record: dict[str, object] = {}
    with ExitStack() as stack:
        clips: list[MadeClip] = []
        frames = clip_frames(source, args) if source.info.kind == "clip" else panned(source, seed, args)
        for time_s, clean in frames:
            sample = rain.over(clean)
            images = as_images(sample, SRGB)
            if not clips:
                size = images[0].width, images[0].height
                clips = open_clips(path, (*size, rate), args, stack)
                record = sample.as_record()
            for clip, image in zip(clips, images, strict=True):
                clip.write(image, time_s)
        if not clips:
            raise RainError(f"{path.name} has no frame left after skipping {args.skip}.", "Skip fewer.")
    return numbered_record(path, clips[0].target, record)


def open_clips(path: Path, shape: tuple[int, int, Fraction], args: argparse.Namespace, stack: ExitStack) -> "list[MadeClip]":
    """The three clips; the rainy one is finished first, and the others are called like it."""
    from rainapp.media.clip.made_clip import SUFFIX, MadeClip, making_clip

    name = free_name(args.out, f"{path.stem}{SUFFIX}", replaces=args.overwrite)
    clips: list[MadeClip] = []

    def call_alike() -> None:
        for clip in clips[1:]:
            clip.target = clip.target.with_name(clips[0].target.name)

    for folder in reversed(FOLDERS):
        if folder == FOLDERS[0]:
            stack.callback(call_alike)
        clip = making_clip(args.out / folder / name, *shape, replaces=args.overwrite, like=path)
        clips.insert(0, stack.enter_context(clip))
    return clips


def clip_frames(source: media.Source, args: argparse.Namespace) -> "Iterator[tuple[Fraction, Photo]]":
    """Time and picture of the frames asked for, from 0 s."""
    first: Fraction | None = None
    for frame in source:
        if frame.index < args.skip:
            continue
        first = frame.time_s if first is None else first
        yield frame.time_s - first, as_floats(frame, args.longest)
        if args.frames and frame.index + 1 >= args.skip + args.frames:
            return


def panned(source: media.Source, seed: int, args: argparse.Namespace) -> "Iterator[tuple[Fraction, Photo]]":
    """Time and picture of the frames of a moving crop, of the photo's own size and shape."""
    from training.rain.clip import pan

    photo = as_floats(next(iter(source)), 0)
    scale = min(1.0, args.longest / max(photo.shape[:2])) if args.longest else 1.0
    height, width = (max(16, round(side * scale)) for side in photo.shape[:2])
    for index, picture in enumerate(pan(photo, seed, args.frames, height, width)):
        yield index / FPS, picture


def as_floats(frame: Any, longest_px: int) -> "Photo":
    """(H, W, 3) float32 0..1 of a frame, its longer side at most `longest_px` (0: as it is)."""
    import cv2
    import numpy as np

    pixels = np.asarray(frame.image.pixels, np.float32) / np.float32(frame.image.peak)
    scale = longest_px / max(pixels.shape[:2]) if longest_px else 1.0
    if scale < 1:
        size = max(16, round(pixels.shape[1] * scale)), max(16, round(pixels.shape[0] * scale))
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.float32)
    return pixels


def as_images(sample: "RainSample", colour: Colour) -> list[Image]:
    """Rainy picture, clean target (haze gone too) and streak map at 8 bit."""
    import numpy as np

    streaks = np.repeat(sample.streaks[..., None], 3, axis=2)
    return [
        Image(np.round(np.clip(p, 0, 1) * 255).astype(np.uint8), colour=colour) for p in (sample.rainy, sample.clear, streaks)
    ]
