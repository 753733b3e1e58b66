"""Makes resources/samples: rain of our own on licence-clean photos, a clip with sound, and one photo of real rain.

    python build/make_samples.py FOLDER_OF_PHOTOS NIGHT_PHOTO

The photos are named in the table below; resources/samples/README.md says where they come from. Nothing is drawn at random that
a seed does not fix, so the same photos give the same samples.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from rainapp.base.paths import resource
from training.rain.generator import Photo, blend_layers, draw_rain
from training.rain.streaks import KINDS, render_layer

QUALITY = 82
FPS = 25
SECONDS = 3.4
CLIP_WIDTH, CLIP_HEIGHT = 640, 360
SOUND_HZ = 48_000


@dataclass(frozen=True)
class RainyPhoto:
    """A sample picture: which photo, how wide, and the rain that falls on it."""

    name: str
    photo: str
    width_px: int
    profile: str
    seed: int


PHOTOS = (
    RainyPhoto("lighthouse", "elementary_william-bout-lighthouse__aa39b3.jpg", 1000, "heavy", 5),
    RainyPhoto("mountain_lake", "popos_sean-afnan-244576__7d2c39.jpg", 960, "real-like", 11),
)
CLIP_PHOTO = "elementary_jay-ruzesky__797415.jpg"


def read(path: Path) -> Photo:
    """(H, W, 3) float32 sRGB 0..1. Raises OSError when the file cannot be read as a picture."""
    pixels = cv2.imread(str(path), cv2.IMREAD_COLOR_RGB)
    if pixels is None:
        raise OSError(f"cannot read {path} as a picture")
    return np.asarray(pixels, np.float32) / np.float32(255)


def to_bytes(picture: Photo) -> NDArray[np.uint8]:
    """(H, W, 3) uint8 of a picture 0..1."""
    return np.round(np.clip(picture, 0, 1) * 255).astype(np.uint8)


def shrink(picture: Photo, width_px: int) -> Photo:
    """The picture scaled to the width, its sides even so that every codec takes them."""
    height_px = round(picture.shape[0] * width_px / picture.shape[1] / 2) * 2
    return np.asarray(cv2.resize(picture, (width_px, height_px), interpolation=cv2.INTER_AREA), np.float32)


def write_jpeg(picture: Photo, target: Path) -> None:
    """Write as JPEG with 4:4:4 colour, so that thin streaks keep their edges."""
    settings = [cv2.IMWRITE_JPEG_QUALITY, QUALITY, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]
    settings += [cv2.IMWRITE_JPEG_OPTIMIZE, 1, cv2.IMWRITE_JPEG_PROGRESSIVE, 1]
    cv2.imwrite(str(target), cv2.cvtColor(to_bytes(picture), cv2.COLOR_RGB2BGR), settings)


def clip_frames(photo: Photo) -> Iterator[NDArray[np.uint8]]:
    """Frames (360, 640, 3) uint8: a slow pan and zoom over the photo, with fresh streaks of one direction on every frame."""
    count = round(FPS * SECONDS)
    height, width = photo.shape[:2]
    kind = replace(KINDS["narrow"], length_px=(34, 46), width_px=(1.8, 2.4), drops=(-2.75, -2.65), defocus_share=0.0)
    for index in range(count):
        progress = index / (count - 1)
        across = width * (0.86 - 0.16 * progress)
        down = across * CLIP_HEIGHT / CLIP_WIDTH
        left, top = (width - across) * (0.15 + 0.6 * progress), (height - down) * (0.45 + 0.1 * progress)
        scale = CLIP_WIDTH / across
        view = np.array([[scale, 0, -left * scale], [0, scale, -top * scale]], np.float32)
        clean = cv2.warpAffine(photo, view, (CLIP_WIDTH, CLIP_HEIGHT), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REFLECT)
        rng = np.random.default_rng([5, index])
        layers = [render_layer(rng, kind, CLIP_HEIGHT, CLIP_WIDTH, angle) for angle in (-11.0, -8.0)]
        light = np.random.default_rng(8)  # the same for all frames: the streaks change, their light does not
        yield to_bytes(blend_layers(np.asarray(clean, np.float32), layers, (0.5, 0.35), "linear", light)[0])


def rain_sound() -> NDArray[np.float32]:
    """Stereo (2, N) float32: soft band-limited noise for the shower, and quiet drops of falling pitch on top."""
    rng = np.random.default_rng(21)
    count = round(SOUND_HZ * SECONDS)
    frequency = np.fft.rfftfreq(count, 1 / SOUND_HZ)
    shape = 1 / (1 + (700 / np.maximum(frequency, 1)) ** 2) / (1 + (frequency / 5000) ** 2)
    noise = np.fft.irfft(np.fft.rfft(rng.standard_normal((2, count))) * shape, count)
    sound = 0.035 * noise / noise.std()
    time_s = np.arange(round(0.03 * SOUND_HZ)) / SOUND_HZ
    for start in rng.integers(0, count - len(time_s), 160):
        pitch_hz = rng.uniform(1800, 4200)
        drop = np.exp(-time_s * 220) * np.sin(2 * np.pi * (pitch_hz - 12_000 * time_s) * time_s)
        sound[:, start : start + len(time_s)] += drop * rng.uniform(0.01, 0.06) * rng.uniform(0.4, 1, (2, 1))
    fade = np.minimum(1, np.minimum(np.arange(count), np.arange(count)[::-1]) / (0.25 * SOUND_HZ))
    return np.asarray(sound * fade, np.float32)


def write_clip(photo: Photo, target: Path) -> None:
    """Write the clip as H.264 with AAC sound."""
    with av.open(str(target), "w", options={"movflags": "faststart"}) as container:
        video = container.add_stream("libx264", rate=FPS, options={"crf": "27", "preset": "slow"})
        video.width, video.height, video.pix_fmt = CLIP_WIDTH, CLIP_HEIGHT, "yuv420p"
        audio = container.add_stream("aac", rate=SOUND_HZ, layout="stereo", bit_rate=64_000)
        for pixels in clip_frames(photo):
            container.mux(video.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(video.encode(None))
        sound = av.AudioFrame.from_ndarray(rain_sound(), format="fltp", layout="stereo")
        sound.sample_rate, sound.time_base, sound.pts = SOUND_HZ, Fraction(1, SOUND_HZ), 0
        container.mux(audio.encode(sound))
        container.mux(audio.encode(None))


def main() -> None:
    """Write every sample and print its size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=Path, help="folder with the photos named in the tables of this file")
    parser.add_argument("night", type=Path, help="the CC0 photo of real rain at night")
    given = parser.parse_args()
    folder = resource("samples")
    for sample in PHOTOS:
        clean = shrink(read(given.photos / sample.photo), sample.width_px)
        write_jpeg(draw_rain(clean, sample.profile, sample.seed, camera=False).rainy, folder / f"{sample.name}.jpg")
    write_jpeg(read(given.night), folder / "night_rain.jpg")
    write_clip(read(given.photos / CLIP_PHOTO), folder / "walruses.mp4")
    for path in sorted(folder.iterdir()):
        print(f"{path.stat().st_size / 1024:7.0f} kB  {path.name}")


if __name__ == "__main__":
    main()
