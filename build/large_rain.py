"""How rain goes from photos of different sizes: `python build/large_rain.py CLEAN_FOLDER [--times 1 2] [--photos 4] [--fine]`.

Photos are cut to a square of 448 px and enlarged, and rain is drawn on them: of the same share of the picture, or with `--fine`
of the same width in pixels, as in a large photo of rain far away. They are derained at full size only, and at several sizes.
Reported is PSNR-Y in dB, for `dry` of the photos without rain, whose harm it tells.
"""

import argparse
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
SIDE_PX = 448
LUMA = np.array([65.481, 128.553, 24.966]) / 255


def psnr_y(one: np.ndarray, other: np.ndarray) -> float:
    """PSNR-Y in dB of two pictures (H, W, 3) of 8 bit; at most 80."""
    return float(10 * np.log10(255**2 / max(np.mean(((one.astype(float) - other) @ LUMA) ** 2), 6.5e-4)))


def rained(clean: np.ndarray, profile: str, seed: int, side_px: int) -> tuple[np.ndarray, np.ndarray]:
    """`clean` with rain drawn on squares of `side_px`, and the same without streaks."""
    from training.rain.generator import draw_rain

    rainy, wanted = clean.copy(), clean.copy()
    for top in range(0, clean.shape[0], side_px):
        for left in range(0, clean.shape[1], side_px):
            place = np.s_[top : top + side_px, left : left + side_px]
            drawn = draw_rain(clean[place].astype(np.float32) / np.float32(255), profile, seed, camera=False, veil=0.0)
            rainy[place], wanted[place] = (np.round(each * 255).astype(np.uint8) for each in (drawn.rainy, drawn.hazy))
    return rainy, wanted


def main() -> int:
    """Measure, as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--times", type=float, nargs="+", default=[1, 2, 3])
    parser.add_argument("--photos", type=int, default=4)
    parser.add_argument("--profiles", nargs="+", default=["narrow", "heavy", "real-like", "dry"])
    parser.add_argument("--model", default="default")
    parser.add_argument("--fine", action="store_true", help="streaks as wide as in small photos")
    args = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    import cv2

    from rainapp.base.image import Frame, Image
    from rainapp.inference.pipeline import load_pipeline
    from rainapp.jobs.records import NoWatch, Treatment
    from rainapp.library.model_library import ModelLibrary

    pipeline = load_pipeline(Treatment(temporal="off", model=args.model), ModelLibrary())
    files = sorted(p for p in args.folder.iterdir() if p.is_file())
    files = files[:: max(len(files) // args.photos, 1)][: args.photos]
    print(f"{'':>12}{'':>8}   rainy   at full size   at several sizes")
    for times in args.times:
        for profile in args.profiles:
            rows = []
            for seed, file in enumerate(files):
                photo = cv2.imread(str(file), cv2.IMREAD_COLOR_RGB)[:SIDE_PX, :SIDE_PX]
                clean = cv2.resize(photo, None, fx=times, fy=times, interpolation=cv2.INTER_CUBIC)
                rainy, wanted = clean, clean
                if profile != "dry":
                    rainy, wanted = rained(clean, profile, seed, SIDE_PX if args.fine else max(clean.shape))
                image, row = Image(rainy), [psnr_y(rainy, wanted)]
                for pipeline.net.from_coarse in (False, True):
                    frame = next(iter(pipeline([Frame(0, Fraction(0), image, image)], NoWatch())))
                    row.append(psnr_y(frame.image.pixels, wanted))
                rows.append(row)
            before, plain, coarse = np.mean(rows, 0)
            print(f"{profile:>12}{SIDE_PX * times:>6.0f}px{before:8.2f}{plain:15.2f}{coarse:19.2f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
