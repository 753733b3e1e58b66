"""Does rainapp work on this graphics chip, and how fast: `python build/gpu_check.py [--device cuda:0] [--out FILE]`.

Each check says what it found as a line of JSON; the exit code is 1 where one failed. All fit one command of five minutes on a
graphics chip; `--only` names some. With `--device cpu` it runs without a graphics chip, which is how it is tested.

    photo    a photo as on the processor, within two of 255 levels
    bf16     the same in half precision, where the model allows it, and how much faster
    memory   memory runs out at the size of tiles that was asked for: they become smaller and the photo comes out
    refine   a prior of the library repairs a photo; left out where there is none
    clip     the bundled clip from file to file
    1080p 4k  frames a second, and what share of the time each stage takes
"""

import argparse
import contextlib
import json
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from rainapp.base.paths import resource
from rainapp.cli import bench_video
from rainapp.inference.pipeline import load_pipeline
from rainapp.jobs.records import NoWatch, Output, Treatment
from rainapp.library.model_library import ModelLibrary
from rainapp.media import open_source

LEVELS = 2.0  # of 255; sums in another order, and fused multiplications
HALF_LEVELS = 6.0
SIZES = {"1080p": (1920, 1080), "4k": (3840, 2160)}
PHOTO_PX = 1024
TILE_PX, FITS_PX = 1024, 640
SPARE_MB = 96  # over what the net holds: too little for a large tile
WARM = 2


@dataclass(frozen=True)
class Place:
    """Where and on what it is checked."""

    device: str
    library: ModelLibrary
    folder: Path
    frames: int

    @property
    def treatment(self) -> Treatment:
        """With torch, as every graphics chip has it; in full precision."""
        return Treatment(device=self.device, engine="torch", precision="fp32", treat="always")


def picture(side_px: int) -> NDArray[np.uint8]:
    """A bundled rainy photo, laid side by side to so many pixels a side."""
    sample = cv2.imread(str(resource("samples/mountain_lake.jpg")))
    assert sample is not None
    times = (-(-side_px // sample.shape[0]), -(-side_px // sample.shape[1]), 1)
    return np.tile(sample, times)[:side_px, :side_px].astype(np.uint8)


def derained(place: Place, treatment: Treatment, side_px: int = PHOTO_PX) -> tuple[NDArray[Any], float, Any]:
    """What comes of the photo, the seconds of a warm run, and the pipeline."""
    file = place.folder / f"photo {side_px}.png"
    if not file.exists():
        cv2.imwrite(str(file), picture(side_px))
    pipeline = load_pipeline(treatment, place.library)
    with open_source(file) as source:
        frame = next(iter(source))
        for _ in range(WARM):
            began = time.perf_counter()
            (made,) = pipeline([frame], NoWatch())
            took = time.perf_counter() - began
    return made.image.pixels, took, pipeline


def apart(one: NDArray[Any], other: NDArray[Any]) -> float:
    """The largest difference, in levels of 255."""
    return float(np.abs(one.astype(np.float64) - other).max())


def check_photo(place: Place) -> dict[str, object]:
    """A photo as on the processor."""
    here, took, pipeline = derained(place, place.treatment)
    there, took_cpu, _ = derained(place, replace(place.treatment, device="cpu"))
    levels = apart(here, there)
    return {"ok": levels <= LEVELS, "device": pipeline.device, "levels": levels, "seconds": took, "seconds_cpu": took_cpu}


def check_bf16(place: Place) -> dict[str, object]:
    """Half precision beside full."""
    full, took_full, _ = derained(place, place.treatment)
    half, took, pipeline = derained(place, replace(place.treatment, precision="bf16"))
    levels = apart(full, half)
    return {"ok": levels <= HALF_LEVELS, "precision": pipeline.precision, "levels": levels, "times_faster": took_full / took}


@contextlib.contextmanager
def short_of_memory(place: Place, pipeline: Any) -> Iterator[None]:
    """Within the block large tiles find no memory: a real limit on CUDA, elsewhere an engine that refuses them."""
    net = pipeline.net
    if place.device.startswith("cuda"):
        import torch

        torch.cuda.empty_cache()
        total = torch.cuda.get_device_properties(place.device).total_memory
        share = (torch.cuda.memory_reserved(place.device) + SPARE_MB * 2**20) / total
        torch.cuda.set_per_process_memory_fraction(min(share, 1.0), place.device)
        try:
            yield
        finally:
            torch.cuda.set_per_process_memory_fraction(1.0, place.device)
        return
    engine, render = net.engine, net.engine.render

    def refusing(pixels: NDArray[Any], *rest: object) -> NDArray[Any]:
        if max(pixels.shape[:2]) > FITS_PX:
            raise MemoryError
        made: NDArray[Any] = render(pixels, *rest)
        return made

    engine.render = refusing
    try:
        yield
    finally:
        del engine.render


def check_memory(place: Place) -> dict[str, object]:
    """Memory runs out, tiles become smaller, and the photo is the same."""
    times = 4 if place.device.startswith("cuda") else 1
    wide = replace(place.treatment, tile_px=2 * TILE_PX if times > 1 else TILE_PX)
    roomy, _, pipeline = derained(place, wide, times * PHOTO_PX)
    before = pipeline.tile_px
    with short_of_memory(place, pipeline):
        short, _, _ = derained(place, wide, times * PHOTO_PX)
    after, levels = pipeline.tile_px, apart(roomy, short)
    told = {"tile_px": before, "tile_px_after": after, "levels": levels, "notices": list(pipeline.notices)}
    return {"ok": after < before and levels <= LEVELS, **told}


def check_refine(place: Place) -> dict[str, object]:
    """A prior repairs a photo."""
    priors = [card.id for card in place.library.priors()]
    if not priors:
        return {"ok": True, "left_out": "there is no prior in the library"}
    plain, _, _ = derained(place, place.treatment)
    repaired, took, _ = derained(place, replace(place.treatment, refine=1.0, prior=priors[0]))
    return {"ok": repaired.shape == plain.shape, "prior": priors[0], "seconds": took, "levels": apart(plain, repaired)}


def check_clip(place: Place) -> dict[str, object]:
    """The bundled clip from file to file."""
    return speed_of(place, resource("samples/walruses.mp4"))


def speed_of(place: Place, clip: Path) -> dict[str, object]:
    """Frames a second, and each stage's share of the time they take one after another."""
    treatment = Treatment(device=place.device, treat="always")
    speed = bench_video.measured(clip, treatment, Output(), place.library)
    stages = {name: getattr(speed, f"{name}_seconds") for name in ("decode", "derain", "steady", "encode")}
    whole = sum(stages.values()) or 1.0
    shares = {name: round(seconds / whole, 3) for name, seconds in stages.items()}
    facts = {"size": speed.size, "frames": speed.frames, "engine": speed.engine, "device": speed.device}
    return {"ok": speed.fps > 0, "fps": speed.fps, "shares": shares, **facts}


def check_size(name: str) -> Callable[[Place], dict[str, object]]:
    """The check of clips of one size."""

    def check(place: Place) -> dict[str, object]:
        return speed_of(place, moving(place.folder / f"{name}.mp4", SIZES[name], place.frames))

    return check


def moving(target: Path, size: tuple[int, int], frames: int) -> Path:
    """A clip that pans over a rainy photo."""
    import av

    width, height = size
    wide = cv2.resize(picture(PHOTO_PX), (width + 4 * frames, height), interpolation=cv2.INTER_LINEAR)
    with av.open(str(target), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number in range(frames):
            part = np.ascontiguousarray(wide[:, 4 * number : 4 * number + width])
            for packet in stream.encode(av.VideoFrame.from_ndarray(part, "bgr24")):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
    return target


CHECKS: dict[str, Callable[[Place], dict[str, object]]] = {
    "photo": check_photo,
    "bf16": check_bf16,
    "memory": check_memory,
    "refine": check_refine,
    "clip": check_clip,
    **{name: check_size(name) for name in SIZES},
}


def default_device() -> str:
    """The first graphics chip, else the processor."""
    import torch

    return "cuda:0" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"


def facts(device: str) -> dict[str, object]:
    """What is checked."""
    import torch

    there = device.startswith("cuda") and torch.cuda.is_available()
    chip = torch.cuda.get_device_name(device) if there else "none" if device.startswith("cuda") else device
    return {"check": "machine", "ok": True, "chip": chip, "torch": torch.__version__, "device": device}


def main(words: Sequence[str] | None = None) -> int:
    """Check; 1 where something failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="")
    parser.add_argument("--only", nargs="+", choices=CHECKS, default=list(CHECKS))
    parser.add_argument("--frames", type=int, default=48, help="of the clips that are made")
    parser.add_argument("--out", type=Path, help="also write the lines into this file")
    args = parser.parse_args(words)
    device = args.device or default_device()
    lines = [facts(device)]
    print(json.dumps(lines[0]), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        place = Place(device, ModelLibrary(), Path(folder), args.frames)
        for name in args.only:
            began = time.perf_counter()
            try:
                found = CHECKS[name](place)
            except Exception as error:  # a chip fails in any way, and the other checks still tell something
                found = {"ok": False, "error": f"{type(error).__name__}: {error}"[:300]}
            lines.append({"check": name, **found, "took_s": round(time.perf_counter() - began, 1)})
            print(json.dumps(lines[-1]), flush=True)
    if args.out:
        args.out.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return 0 if all(line["ok"] for line in lines) else 1


if __name__ == "__main__":
    raise SystemExit(main())
