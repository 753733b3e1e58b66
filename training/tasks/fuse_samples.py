"""Samples for the net that fuses frames: clips of photos in new rain, derained and weighed as the application does.

A sample is what the net sees of a frame (`inference.temporal.learned_fusion.seen_by_net`) and the frame without rain: bytes
(H, W, CHANNELS + 3). Each clip depends on the seed and its number alone, and lies in a file of its own, so drawing may be cut
and continued anywhere.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rainapp.base.image import Frame, Image
from rainapp.base.new_files import NewFile
from rainapp.inference.pipeline import Pipeline
from rainapp.inference.temporal.alignment import see
from rainapp.inference.temporal.deflicker import is_cut
from rainapp.inference.temporal.fusion_weights import Weigher
from rainapp.inference.temporal.learned_fusion import seen_by_net
from rainapp.jobs.records import NoWatch
from training.rain.clip import RainClip
from training.rain.generator import Photo
from training.tasks.fuse_scenes import scene_clip

PROFILES = {"narrow": 0.2, "heavy": 0.28, "real-like": 0.3, "fu": 0.07, "anything": 0.12, "": 0.03}  # "": no rain
SIDE_PX = 208
FRAMES = 7
TAKEN = (2, 3, 4, 5)  # once the formula has gathered something
ENDS = 0.15  # share of clips of which a frame without one of its neighbours is taken as well

Bytes = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Maker:
    """Draws clips: `photos` (H, W, 3) uint8, `derain` the pipeline of the default model, without steadying."""

    photos: Sequence[Bytes]
    derain: Pipeline
    seed: int

    def clip(self, number: int) -> Bytes:
        """The samples (N, SIDE_PX, SIDE_PX, CHANNELS + 3) of one clip."""
        rng = np.random.default_rng([self.seed, number])
        rainy, clean = zip(*self._frames(rng), strict=True)
        frames = [Frame(i, Fraction(i, 25), Image(each), Image(each)) for i, each in enumerate(rainy)]
        seen = [see(frame) for frame in self.derain.in_turn(frames, NoWatch())]
        taken = set(TAKEN) | ({int(rng.choice([0, FRAMES - 1]))} if rng.random() < ENDS else set())
        weigher, samples = Weigher(), []
        for index, now in enumerate(seen):
            before, after = (seen[i] if 0 <= i < FRAMES else None for i in (index - 1, index + 1))
            if after is not None and is_cut(now.small, after.small):
                break
            weighed = weigher.weigh(before, now, after)
            if index in taken:
                seen_now = as_bytes(seen_by_net(weighed)).transpose(1, 2, 0)
                samples.append(np.concatenate([seen_now, clean[index]], axis=2))
        return np.stack(samples) if samples else self.clip(number + 1_000_000)

    def _frames(self, rng: np.random.Generator) -> Iterator[tuple[Bytes, Bytes]]:
        photo, other = (as_floats(self.photos[int(rng.integers(len(self.photos)))]) for _ in range(2))
        profile = str(rng.choice(list(PROFILES), p=list(PROFILES.values())))
        rain = RainClip(profile, int(rng.integers(2**60))) if profile else None
        for clean in scene_clip(photo, other, int(rng.integers(2**60)), FRAMES, SIDE_PX, SIDE_PX):
            sample = None if rain is None else rain.over(clean)
            yield (as_bytes(clean),) * 2 if sample is None else (as_bytes(sample.rainy), as_bytes(sample.hazy))

    def fill(self, folder: Path, clips: int) -> Iterator[int]:
        """Draw the clips that `folder` lacks of `clips`; yield the number of each once it is written."""
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(clips):
            file = folder / f"{number:05}.npy"
            if not file.exists():
                with NewFile(file, replaces=True) as opened:
                    np.save(opened, self.clip(number))
            yield number


def as_bytes(picture: Photo) -> Bytes:
    """0 to 1 as 0 to 255."""
    return np.asarray(np.clip(picture, 0, 1) * np.float32(255) + np.float32(0.5), np.uint8)


def as_floats(levels: Bytes) -> Photo:
    """0 to 255 as 0 to 1, float32."""
    return levels.astype(np.float32) / np.float32(255)
