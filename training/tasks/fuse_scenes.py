"""Clips made of photos, moving as clips do that people take: for training what fuses frames. numpy and OpenCV only.

A photo seen by a camera that stands, is held by hand or drives forward; sometimes with something cut from another photo passing
in front, softened by the motion, or compressed. Everything is drawn from a seed.
"""

from collections.abc import Iterator
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from training.rain.clip import view
from training.rain.generator import Photo
from training.rain.streaks import Rng

Camera = Literal["stands", "hand", "drives"]
CAMERAS: tuple[Camera, ...] = ("stands", "hand", "drives")
SHARES = (0.2, 0.45, 0.35)
SHUTTER = (0.0, 0.25, 0.5)  # of a frame's time, at whose moments a moving picture is seen
PASSING = 0.45  # share of clips in which something passes in front
COMPRESSED = 0.5  # share of clips that were compressed before it rained on them: clean clips are


class Course:
    """Where a camera looks from frame to frame: offset (2,) in px, turn in degrees, zoom and tilt, as `view` takes them."""

    def __init__(self, rng: Rng, frames: int, width: int) -> None:
        self.camera: Camera = CAMERAS[int(rng.choice(len(CAMERAS), p=SHARES))]
        self._middle = (frames - 1) / 2
        heading = rng.uniform(0, 2 * np.pi)
        fastest = {"stands": 0.0, "hand": 0.03, "drives": 0.01}[self.camera]
        speed = fastest * float(rng.random() ** 2) * width
        self._velocity = speed * np.array([np.cos(heading), np.sin(heading)])
        self._aim = np.zeros(2) if self.camera == "stands" else rng.normal(0, 0.06 * width, 2)
        self._turn_deg = 0.0 if self.camera == "stands" else float(rng.normal(0, 0.25))
        self._nearing = float(rng.uniform(0.003, 0.035)) if self.camera == "drives" else 0.0
        if self.camera == "hand":
            self._nearing = float(rng.normal(0, 0.004))
        self._tilt = 0.0 if self.camera == "stands" else float(rng.normal(0, 0.002))
        shaking = {"stands": 0.0, "hand": float(rng.choice([0.2, 0.6, 1.5])), "drives": float(rng.choice([0.1, 0.5]))}
        noise = rng.normal(0, shaking[self.camera], (frames + 1, 2))
        self._shake = np.cumsum(noise, axis=0) * 0.7
        self.moves = self.camera != "stands"

    def at(self, time: float) -> tuple[NDArray[np.float64], float, float, float]:
        """Offset, turn, zoom and tilt at `time`, counted in frames."""
        passed = time - self._middle
        low = int(time)
        shake = self._shake[low] + (time - low) * (self._shake[low + 1] - self._shake[low])
        zoom = float(np.exp(-self._nearing * passed))
        return self._aim + self._velocity * passed + shake, self._turn_deg * passed, zoom, self._tilt * passed


class Passing:
    """Something cut from a photo that crosses the picture: a blot with a soft edge, turning and growing a little."""

    def __init__(self, rng: Rng, photo: Photo, frames: int, height: int, width: int) -> None:
        side = int(rng.uniform(0.15, 0.5) * min(height, width))
        top, left = (int(rng.integers(0, max(1, length - side))) for length in photo.shape[:2])
        self._cut = photo[top : top + side, left : left + side]
        blot = cv2.GaussianBlur(rng.normal(0, 1, self._cut.shape[:2]).astype(np.float32), (0, 0), side / 6)
        y, x = np.mgrid[-1 : 1 : complex(0, blot.shape[0]), -1 : 1 : complex(0, blot.shape[1])]
        shape = 0.9 - np.hypot(x, y) + 0.35 * blot / max(float(np.abs(blot).max()), 1e-6)
        self._alpha = np.clip(shape * side / 3, 0, 1).astype(np.float32)
        self._place = rng.uniform(0.1, 0.9, 2) * (width, height)
        heading = rng.uniform(0, 2 * np.pi)
        self._velocity = float(rng.uniform(0, 0.06)) * width * np.array([np.cos(heading), np.sin(heading)])
        self._turn_deg, self._growth = float(rng.normal(0, 2)), float(rng.normal(0, 0.01))
        self._middle = (frames - 1) / 2

    def over(self, picture: Photo, time: float) -> Photo:
        """`picture` (H, W, 3) with the thing in front, at `time` in frames."""
        passed = time - self._middle
        rows, columns = self._alpha.shape
        turn = cv2.getRotationMatrix2D((columns / 2, rows / 2), self._turn_deg * passed, float(np.exp(self._growth * passed)))
        turn[:, 2] += self._place + self._velocity * passed - (columns / 2, rows / 2)
        size = picture.shape[1], picture.shape[0]
        alpha = cv2.warpAffine(self._alpha, turn, size, flags=cv2.INTER_LINEAR)[:, :, None]
        cut = cv2.warpAffine(self._cut, turn, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
        return np.asarray(picture + alpha * (cut - picture), np.float32)


def scene_clip(photo: Photo, other: Photo, seed: int, frames: int, height: int, width: int) -> Iterator[Photo]:
    """A clean clip of `frames` pictures (height, width, 3) float32, 0 to 1, of `photo`, at times a part of `other` in it."""
    rng = np.random.default_rng([seed, frames])
    course = Course(rng, frames, width)
    scene = _sized(photo, rng, height, width)
    passing = Passing(rng, other, frames, height, width) if rng.random() < PASSING else None
    blurs = rng.random() < 0.4 and (course.moves or passing is not None)
    quality = int(rng.integers(55, 96)) if rng.random() < COMPRESSED else 0
    light = float(rng.uniform(0.35, 1)) if rng.random() < 0.25 else 1.0
    for index in range(frames):
        moments = [index + moment for moment in (SHUTTER if blurs else SHUTTER[:1])]
        seen = np.mean([_seen(scene, course, passing, moment, height, width) for moment in moments], axis=0) * light
        yield _compressed(np.asarray(seen, np.float32), quality)


def _sized(photo: Photo, rng: Rng, height: int, width: int) -> Photo:
    """The scene a window of (height, width) moves over: the window spans 45 to 75 % of the photo's tighter side."""
    fit = min(photo.shape[1] / width, photo.shape[0] / height) * float(rng.uniform(0.45, 0.75))
    size = max(width, round(photo.shape[1] / fit)), max(height, round(photo.shape[0] / fit))
    scene = cv2.resize(photo, size, interpolation=cv2.INTER_AREA if fit > 1 else cv2.INTER_CUBIC)
    if rng.random() < 0.3:
        scene = cv2.GaussianBlur(scene, (0, 0), float(rng.uniform(0.4, 1.0)))  # clips are softer than photos
    return np.asarray(scene, np.float32)


def _seen(scene: Photo, course: Course, passing: Passing | None, time: float, height: int, width: int) -> Photo:
    picture = view(scene, height, width, *course.at(time))
    return picture if passing is None else passing.over(picture, time)


def _compressed(picture: Photo, quality: int) -> Photo:
    """`picture` after JPEG of `quality`, as it is for 0."""
    if not quality:
        return picture
    levels = (np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8)
    _, packed = cv2.imencode(".jpg", levels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.float32) / np.float32(255)
