"""Real pairs from a clip whose camera stands, or nearly: what rain hides in one frame, the others show.

Frames of a short stretch are moved onto the middle one, by whole pixels so that none gets softer, and their median is taken.
Rain is bright and in another place in every frame, so where most frames agree with the median it is the scene. Where they do
not (something moves, or rain is too dense) nothing is known, and such places become no pair. A cut ends a stretch; frames that
lie too far away are left out. In a clean picture only what is brighter
than the median becomes it, so it is as sharp as the frame.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from rainapp.base.new_files import NewFile
from rainapp.inference.temporal.deflicker import is_cut
from rainapp.media import open_source

STRETCH = 15
"""Frames of a stretch."""
STRETCHES = 6
"""Of a clip at most, spread over its length."""
SIDE_PX = 720
FAR_PX = 10.0
STILL_PX = 0.3
"""Only frames that lie so near become pairs."""
FAINT = 2.5
"""Grey levels above the median from which a place counts as rain; at twice that it is the median."""
NEAR, AGREE = 10.0, 0.6
"""Grey levels within which a frame agrees with the median, and the share of frames that must."""
BETTER = 0.85
"""Of the difference as frames stand, what may be left after moving one, or it stays."""
PAIR_PX, STEP_PX = 192, 128
CERTAIN = 0.95
RAIN_MIN = 0.25
"""Mean grey levels that rain must have added in a square, or there is nothing to learn."""
PAIRS_MAX = 400

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Scene:
    """What a stretch shows without rain: `median` (H, W, 3), where it is `certain` (H, W), and the `frames` that lie on it."""

    median: Bytes
    certain: NDArray[np.bool_]
    frames: tuple[Bytes, ...]


def stretches(clip: Path) -> Iterator[list[Bytes]]:
    """Stretches of frames of one scene, each at most `SIDE_PX` high or wide on its shorter side.

    Raises UnreadableFile where the clip cannot be read.
    """
    with open_source(clip, animated=True) as source:
        count = source.info.frames or 0
        pause = max(0, count // STRETCHES - STRETCH)
        frames = iter(source)
        for _ in range(STRETCHES):
            taken: list[Bytes] = []
            for frame in islice(frames, STRETCH):
                picture = reduced(frame.image.pixels)
                if taken and is_cut(small(taken[-1]), small(picture)):
                    break
                taken.append(picture)
            if len(taken) >= STRETCH // 2:
                yield taken
            if not taken:
                return
            next(islice(frames, pause, pause), None)


def reduced(pixels: NDArray[np.generic]) -> Bytes:
    """A frame with 8 bit, at most `SIDE_PX` on its shorter side."""
    eight = np.asarray(pixels if pixels.dtype == np.uint8 else pixels.astype(np.uint16) >> 8, np.uint8)
    scale = SIDE_PX / min(eight.shape[:2])
    return (
        eight if scale >= 1 else np.asarray(cv2.resize(eight, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    )


def small(picture: Bytes) -> Bytes:
    """A grey picture, at most 160 px wide, without fine structure: for cuts."""
    scale = min(1.0, 160 / picture.shape[1])
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.medianBlur(cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), 3), np.uint8)


def shift_between(one: Bytes, other: Bytes) -> tuple[float, float]:
    """By how many px (x, y) `other` is to be moved to lie on `one`: the peak of their phase correlation."""
    height, width = one.shape[:2]
    window = np.outer(np.hanning(height), np.hanning(width))
    spectra = []
    for picture in (one, other):
        grey = cv2.medianBlur(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), 5).astype(np.float64)
        spectra.append(np.fft.rfft2((grey - grey.mean()) * window))
    crossed = spectra[0] * np.conj(spectra[1])
    peak = np.fft.irfft2(crossed / (np.abs(crossed) + 1e-3 * np.abs(crossed).max()), (height, width))
    row, column = np.unravel_index(int(np.argmax(peak)), peak.shape)
    x = between(peak[row, [column - 1, column, (column + 1) % width]]) + int(column)
    y = between(peak[[row - 1, row, (row + 1) % height], column]) + int(row)
    return x - width * (x > width / 2), y - height * (y > height / 2)


def between(three: NDArray[np.float64]) -> float:
    """Where the top of the parabola through three values lies, from the middle one."""
    before, there, after = map(float, three)
    bend = before - 2 * there + after
    return 0.5 * (before - after) / bend if bend < 0 else 0.0


def moved(frame: Bytes, x: float, y: float) -> Bytes:
    """A frame moved by whole pixels."""
    by = np.array([[1, 0, round(x)], [0, 1, round(y)]], np.float32)
    laid = cv2.warpAffine(frame, by, frame.shape[1::-1], flags=cv2.INTER_NEAREST, borderMode=cv2.BORDER_REFLECT)
    return np.asarray(laid, np.uint8)


def believed(middle: Bytes, frame: Bytes, shift: tuple[float, float]) -> tuple[float, float]:
    """A shift where moving by it makes the frames clearly more alike, else none: streaks correlate as well."""
    stays, follows = (float(cv2.absdiff(middle, each).mean()) for each in (frame, moved(frame, *shift)))
    if round(shift[0]) == round(shift[1]) == 0:
        return shift
    return shift if follows < BETTER * stays else (0.0, 0.0)


def scene_of(frames: list[Bytes]) -> Scene | None:
    """What a stretch shows without rain; None where too few frames lie on its middle one."""
    middle = frames[len(frames) // 2]
    laid, still = [], []
    for frame in frames:
        x, y = (0.0, 0.0) if frame is middle else believed(middle, frame, shift_between(middle, frame))
        if np.hypot(x, y) > FAR_PX:
            continue
        if np.hypot(x, y) <= STILL_PX:
            still.append(frame)
        laid.append(moved(frame, x, y))
    if len(laid) < STRETCH // 2:
        return None
    stack = np.stack(laid)
    median = np.asarray(np.median(stack, axis=0), np.float32)
    return Scene(np.round(median).astype(np.uint8), certain_of(stack, median), tuple(still[:: max(1, len(still) // 3)][:3]))


def cleaned(frame: Bytes, median: Bytes) -> Bytes:
    """A frame whose rain became the median; what is no brighter than that keeps its own detail and grain."""
    more = (frame.astype(np.float32) - median).max(axis=2)
    share = np.clip((cv2.GaussianBlur(cv2.dilate(more, np.ones((3, 3), np.uint8)), (0, 0), 0.8) - FAINT) / FAINT, 0, 1)[
        ..., None
    ]
    return np.asarray(np.round(frame + share * (median.astype(np.float32) - frame)), np.uint8)


def certain_of(stack: Bytes, median: Floats) -> NDArray[np.bool_]:
    """Where most frames (N, H, W, 3) agree with their median: (H, W). Single places that do not spoil their neighbours too."""
    apart = stack - median
    agree = (np.abs(apart).max(axis=3) <= NEAR).mean(axis=0) >= AGREE
    darker = np.quantile(apart.min(axis=3), 0.1, axis=0) < -NEAR  # rain is only bright
    sure = (agree & ~darker).astype(np.uint8)
    return np.asarray(cv2.erode(cv2.medianBlur(sure, 3), np.ones((3, 3), np.uint8)) > 0, np.bool_)


def squares(scene: Scene) -> Iterator[tuple[Bytes, Bytes]]:
    """Rainy and clean squares of a scene where it is certain and where it rains."""
    height, width = scene.certain.shape
    side = min(PAIR_PX, height, width)
    for top in range(0, height - side + 1, STEP_PX):
        for left in range(0, width - side + 1, STEP_PX):
            window = np.s_[top : top + side, left : left + side]
            if scene.certain[window].mean() < CERTAIN:
                continue
            for frame in scene.frames:
                clean = cleaned(frame[window], scene.median[window])
                if (frame[window].astype(np.float32) - clean).mean() >= RAIN_MIN:
                    yield frame[window], clean


def write_pairs(clips: list[Path], folder: Path) -> int:
    """Write real pairs of the clips below `folder` as rainy/ and clean/; how many there are.

    Raises UnreadableFile where a clip cannot be read.
    """
    for name in ("rainy", "clean"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    number = 0
    for clip in clips:
        for frames in stretches(clip):
            scene = scene_of(frames)
            for rainy, clean in squares(scene) if scene is not None else ():
                if number == PAIRS_MAX:
                    return number
                write_png(folder / "rainy" / f"{number:04}.png", rainy)
                write_png(folder / "clean" / f"{number:04}.png", clean)
                number += 1
    return number


def write_png(file: Path, picture: Bytes) -> None:
    """A picture (H, W, 3) RGB as PNG, whole or not at all."""
    packed = cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))[1]
    with NewFile(file, replaces=True) as opened:
        opened.write(packed.tobytes())
