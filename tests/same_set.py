"""The fixed small set of `test_same_bytes.py`, made from seeds, and what is done with it: cases of deraining, and scores."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import tifffile
from numpy.typing import NDArray
from photo_files import exif_block, iptc_resources, jpeg_bytes, jpeg_with, srgb_profile, write_source
from PIL import Image as Pillow
from video_clips import make_clip

from rainapp.media.clip.reproducible import x264_parameters

WIDTH, HEIGHT = 72, 48


@dataclass(frozen=True)
class Case:
    """One call of `rainapp derain` on `inputs` of the set, with `words` as options."""

    name: str
    inputs: tuple[str, ...]
    words: tuple[str, ...] = ()


FORMATS = ("p.jpg", "p8.png", "p16.png", "grey.png", "alpha.png", "p8.tif", "p16.tif", "float.tif", "p.webp", "p.bmp")
QUICK = ("--model", "quick", "--treat", "always")
CASES = (
    Case("formats", (*FORMATS, "p.heic", "p12.heic", "p.avif"), QUICK),
    Case("quality", ("p8.png",), ("--model", "quality", "--treat", "always")),
    Case("quality clear", ("p8.png",), ("--model", "quality", "--treat", "always", "--veil", "clear")),
    Case("clear", ("p16.png",), (*QUICK, "--veil", "clear")),
    Case("judged", ("dry.png", "p8.png"), ("--model", "quick")),
    Case("layers", ("p8.png",), (*QUICK, "--layer", "both", "--strength", "0.6")),
    Case("rain alone", ("p.jpg",), (*QUICK, "--layer", "rain")),
    Case("mask", ("p8.png",), (*QUICK, "--mask", "mask.png", "--strength", "1.25")),
    Case("tiles", ("large.png",), (*QUICK, "--tile", "128")),
    Case("converted", ("p.jpg",), (*QUICK, "--format", "tif")),
    Case("no place", ("p.jpg",), (*QUICK, "--metadata", "no-location", "--quality", "70")),
    Case("stripped", ("p.jpg",), (*QUICK, "--metadata", "strip", "--format", "webp")),
    Case("clip", ("clip.mp4",), QUICK),
    Case("clip off", ("clip.mp4",), (*QUICK, "--temporal", "off", "--codec", "ffv1", "--format", "mkv")),
    Case("clip fast", ("clip.mkv",), (*QUICK, "--temporal", "fast")),
    Case("clip best", ("clip.mkv",), (*QUICK, "--temporal", "best")),
    Case("clip learned", ("clip.mkv",), (*QUICK, "--temporal", "learned", "--from", "0.08", "--to", "0.2")),
    Case("numbered", ("take/frame_%04d.png",), (*QUICK, "--temporal", "best")),
    Case("animations", ("a.gif", "a.webp", "a.png"), QUICK),
)
SCORES = (
    ("pairs", ("--rainy", "rainy", "--clean", "clean", "--identity", "--model", "quick", "--model", "quality")),
    ("real", ("--rainy", "rainy", "--model", "quick")),
    ("masks", ("--rainy", "rainy", "--masks", "masks", "--model", "quick")),
    ("clips", ("--rainy", "clip.mkv", "--clean", "clean.mkv", "--model", "quick", "--temporal", "off,best")),
)


def dry(height: int = HEIGHT, width: int = WIDTH, index: int = 0) -> NDArray[np.uint8]:
    """A soft garden of patches with edges, (height, width, 3); `index` moves it."""
    patches = np.random.default_rng(5).integers(40, 190, (6, 12, 3), np.uint8)
    wide = cv2.resize(patches, (width + 40, height), interpolation=cv2.INTER_CUBIC)
    wide[height // 3 : height // 2, 20 : width // 2] //= 2
    return np.ascontiguousarray(wide[:, index : index + width])


def rainy(height: int = HEIGHT, width: int = WIDTH, index: int = 0) -> NDArray[np.uint8]:
    """The same in the rain."""
    seen, rng = dry(height, width, index).astype(np.float32), np.random.default_rng(100 + index)
    rain = np.zeros((height, width), np.float32)
    for _ in range(height * width // 120):
        x, y = int(rng.integers(0, width)), int(rng.integers(-8, height))
        cv2.line(rain, (x, y), (x - 2, y + 11), float(rng.uniform(40, 110)), 1, cv2.LINE_AA)
    return np.clip(seen + cv2.GaussianBlur(rain, (0, 0), 0.6)[:, :, None], 0, 255).astype(np.uint8)


def undated(profile: bytes) -> bytes:
    """A profile without the moment it was made."""
    return profile[:24] + bytes(12) + profile[36:]


def make_set(folder: Path) -> None:
    """Write all inputs."""
    photo = rainy()
    wide = (photo.astype(np.uint16) * 257) + np.random.default_rng(9).integers(0, 200, photo.shape).astype(np.uint16)
    alpha = np.dstack([photo, np.tile(np.linspace(0, 255, WIDTH).astype(np.uint8), (HEIGHT, 1))])
    for name in ("p8.png", "p8.tif", "p.webp", "p.bmp", "p.heic", "p.avif"):
        write_source(folder / name, photo)
    for name in ("p16.png", "p16.tif", "p12.heic"):
        write_source(folder / name, wide)
    write_source(folder / "grey.png", np.ascontiguousarray(photo[:, :, 1]))
    write_source(folder / "alpha.png", alpha)
    write_source(folder / "dry.png", dry())
    write_source(folder / "large.png", rainy(200, 300))
    tifffile.imwrite(folder / "float.tif", (photo / 255).astype(np.float32), photometric="rgb")
    said = [(0xE1, b"Exif\0\0" + exif_block(6)), (0xED, b"Photoshop 3.0\0" + iptc_resources())]
    said += [(0xE2, b"ICC_PROFILE\0\1\1" + undated(srgb_profile())), (0xFE, b"taken in the rain")]
    (folder / "p.jpg").write_bytes(jpeg_with(jpeg_bytes(photo, 95, subsampling=0), *said))
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.circle(mask, (WIDTH // 2, HEIGHT // 2), 18, 255, -1)
    cv2.imwrite(str(folder / "mask.png"), mask)
    make_moving(folder)
    make_scored(folder)


def make_moving(folder: Path) -> None:
    """Clips, numbered frames and animations."""
    steady = {"x264-params": ":".join(f"{name}={value}" for name, value in x264_parameters().items())}
    make_clip(folder / "clip.mp4", sounds=("eng",), metadata={"title": "Rain"}, noise=True, options=steady)
    for name, frame_of in (("clip.mkv", rainy), ("clean.mkv", dry)):
        with av.open(str(folder / name), "w") as sink:
            stream: Any = sink.add_stream("ffv1", rate=25)
            stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv444p"
            for index in range(8):
                sink.mux(stream.encode(av.VideoFrame.from_ndarray(frame_of(index=index), "rgb24")))
            sink.mux(stream.encode())
    (folder / "take").mkdir()
    for index in range(5):
        write_source(folder / "take" / f"frame_{index + 7:04d}.png", rainy(index=2 * index))
    frames = [Pillow.fromarray(rainy(index=3 * index) // 32 * 32) for index in range(3)]
    for name in ("a.gif", "a.webp", "a.png"):
        lossless: dict[str, Any] = {"lossless": True} if name.endswith("webp") else {}
        frames[0].save(folder / name, save_all=True, append_images=frames[1:], duration=[40, 120, 70], loop=0, **lossless)


def make_scored(folder: Path) -> None:
    """Pairs, and masks of their streaks."""
    for name in ("rainy", "clean", "masks"):
        (folder / name).mkdir()
    for index in range(2):
        with_rain, without = rainy(96, 128, 5 * index), dry(96, 128, 5 * index)
        write_source(folder / "rainy" / f"{index}.png", with_rain)
        write_source(folder / "clean" / f"{index}.png", without)
        streaks = (with_rain.astype(int) - without).max(2) > 25
        write_source(folder / "masks" / f"{index}.png", (streaks * 255).astype(np.uint8))
