"""In how much of a photo the net finds rain: `python build/rainy_shares.py FOLDER… [--profile isolated] [--every 8]`.

`rainapp/inference/residual_gate.py` takes a small photo with rain in few places for dry. For each folder: the least share of
places, the median, the largest, and how many photos count as dry, or in part as dry. With `--profile` rain of that kind is
drawn first.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Look at every photo of every folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--profile")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--longest", type=int, default=1000, help="larger photos are made smaller before")
    parser.add_argument("--model", default="default")
    args = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    import cv2

    from rainapp.base.image import Image
    from rainapp.inference.derainer import TileRunner
    from rainapp.inference.pipeline import load_pipeline
    from rainapp.inference.residual_gate import DRY_SHARE, RAINY_SHARE, rainy_share
    from rainapp.jobs.records import NoWatch, Treatment
    from rainapp.library.model_library import ModelLibrary
    from training.rain.generator import draw_rain

    net = load_pipeline(Treatment(temporal="off", model=args.model), ModelLibrary()).net
    print(f"{'least':>6}{'median':>8}{'most':>7}{f'to {DRY_SHARE}':>9}{f'to {RAINY_SHARE}':>9}")
    for folder in args.folders:
        shares = []
        for seed, file in enumerate(sorted(p for p in folder.iterdir() if p.is_file())[:: args.every]):
            photo = cv2.imread(str(file), cv2.IMREAD_COLOR_RGB)
            if photo is None:
                continue
            scale = min(1.0, args.longest / max(photo.shape))
            photo = photo if scale == 1 else cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
            if args.profile:
                photo = np.round(draw_rain(photo.astype(np.float32) / np.float32(255), args.profile, seed).rainy * 255)
            image = Image(np.ascontiguousarray(photo, np.uint8))
            whole = net.passes(image)[0]
            shares.append(rainy_share(TileRunner(net, NoWatch(), 0, whole.grid.count).find(image.pixels, whole, None).around))
        if not shares:
            print(f"{folder} holds no photos.", file=sys.stderr)
            continue
        dry, partly = (sum(share < limit for share in shares) for limit in (DRY_SHARE, RAINY_SHARE))
        print(f"{min(shares):6.2f}{np.median(shares):8.2f}{max(shares):7.2f}{dry:6} of {len(shares)}{partly:6}  {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
