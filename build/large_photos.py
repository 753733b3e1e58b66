"""How cost grows with the size of a photo: `python build/large_photos.py [--megapixels 1 10 100] [--kinds jpg png16]`.

Photos are made by laying a bundled sample side by side, and derained from file to file, each in a process of its own. What is
reported is wall time and CPU seconds a megapixel, how much dearer a megapixel is than in the first photo of that kind, and the
most memory above that of the process with the model loaded and no photo open.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = "mountain_lake.jpg"
KINDS = {"jpg": ".jpg", "png": ".png", "png16": ".png", "tif16": ".tif", "webp": ".webp", "heic": ".heic"}
"""Kinds of photos and their suffix; those that end in 16 have 16 bit."""


def make_photo(folder: Path, megapixels: float, kind: str) -> Path:
    """A 4:3 photo of so many megapixels."""
    import cv2
    import numpy as np

    from rainapp import media
    from rainapp.base import paths
    from rainapp.base.image import Image

    sample = cv2.imread(str(paths.resource("samples") / SAMPLE))
    assert sample is not None
    width, height = round((megapixels * 4e6 / 3) ** 0.5), round((megapixels * 3e6 / 4) ** 0.5)
    across, down = -(-width // sample.shape[1]), -(-height // sample.shape[0])
    pixels = np.tile(sample[..., ::-1], (down, across, 1))[:height, :width]
    depth = 16 if kind.endswith("16") else 8
    target = folder / f"photo_{megapixels:g}{KINDS[kind]}"
    if depth == 16:
        media.write_picture(target, Image(pixels.astype(np.uint16) * np.uint16(257), 16))
    else:
        media.write_picture(target, Image(pixels.astype(np.uint8)))
    return target


def measure(photo: Path, model: str) -> dict[str, float]:
    """Derain `photo` in this process: seconds, CPU seconds, megapixels, and megabytes above what was there before."""
    import psutil

    from rainapp.base import paths
    from rainapp.cli.peak_memory import PeakMemory
    from rainapp.inference.pipeline import load_pipeline
    from rainapp.jobs.records import DerainFile, NoWatch, Output, Treatment
    from rainapp.library.model_library import ModelLibrary
    from rainapp.work.derain_file import derain_file

    treatment, models = Treatment(model=model, temporal="off"), ModelLibrary(user=paths.user_models_dir())
    load_pipeline(treatment, models)
    job = DerainFile(photo, photo.with_name(f"{photo.stem}_derained{photo.suffix}"), treatment, Output())
    idle_mb = psutil.Process().memory_info().rss / 1e6
    with PeakMemory() as memory:
        begun, cpu = time.perf_counter(), time.process_time()
        done = derain_file(job, NoWatch(), models)
        seconds, cpu_s = time.perf_counter() - begun, time.process_time() - cpu
    job.target.unlink()
    return {"seconds": seconds, "cpu_s": cpu_s, "megapixels": done.megapixels, "over_idle_mb": memory.peak_mb - idle_mb}


def main() -> int:
    """Measure, as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megapixels", type=float, nargs="+", default=[1, 10, 100])
    parser.add_argument("--kinds", nargs="+", choices=sorted(KINDS), default=["jpg"])
    parser.add_argument("--model", default="default")
    parser.add_argument("--times", type=int, default=1, help="how often each is derained; the fastest counts")
    parser.add_argument("--photo", type=Path, help=argparse.SUPPRESS)  # what the child process is given
    args = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    if args.photo:
        print(json.dumps(measure(args.photo, args.model)))
        return 0
    for kind in args.kinds:
        first = 0.0
        for megapixels in args.megapixels:
            best = _best(args, kind, megapixels)
            each = best["seconds"] / best["megapixels"]
            first = first or each
            print(
                f"{kind} {best['megapixels']:.1f} MP: {best['seconds']:.1f} s, {each:.3f} s/MP"
                f" ({best['cpu_s'] / best['megapixels']:.3f} CPU s/MP, {each / first:.2f} times the first),"
                f" {best['over_idle_mb']:.0f} MB over idle",
                flush=True,
            )
    return 0


def _best(args: argparse.Namespace, kind: str, megapixels: float) -> dict[str, float]:
    """The fastest of some runs on one photo, and the most memory of any."""
    found: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory(prefix="rainapp-large-") as name:
        photo = make_photo(Path(name), megapixels, kind)
        command = [sys.executable, __file__, "--model", args.model, "--photo", str(photo)]
        for _ in range(args.times):
            told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
            found.append(json.loads(told))
    return min(found, key=lambda run: run["seconds"]) | {"over_idle_mb": max(run["over_idle_mb"] for run in found)}


if __name__ == "__main__":
    sys.exit(main())
