"""Real pairs of clips: where the camera stands and nothing else moves, and nowhere else."""

from pathlib import Path

import av
import cv2
import numpy as np

from tests.training.real_photos import dry_photo
from training.rain.clip import RainClip
from training.teach import tripod


def clip_of(path: Path, frames: list[np.ndarray]) -> Path:
    """A clip that keeps every value."""
    with av.open(str(path), "w") as sink:
        stream = sink.add_stream("ffv1", rate=25)
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = "bgr0"
        for frame in frames:
            sink.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        sink.mux(stream.encode(None))
    return path


def rainy_frames(scene: np.ndarray, count: int, seed: int = 1) -> list[np.ndarray]:
    rain = RainClip("narrow", seed, veil=0, grain=False)
    clean = scene.astype(np.float32) / np.float32(255)
    return [np.round(rain.over(clean).rainy * 255).astype(np.uint8) for _ in range(count)]


def pictures(folder: Path, name: str) -> list[np.ndarray]:
    return [cv2.imread(str(file))[..., ::-1] for file in sorted((folder / name).iterdir())]


def test_a_clip_from_a_tripod_gives_pairs_that_are_nearer_to_the_scene(tmp_path: Path) -> None:
    scene = dry_photo(3, 224, 320)
    count = tripod.write_pairs([clip_of(tmp_path / "still.mkv", rainy_frames(scene, 16))], tmp_path / "pairs")
    assert count >= 3
    rainy, clean = pictures(tmp_path / "pairs", "rainy"), pictures(tmp_path / "pairs", "clean")
    assert len(rainy) == len(clean) == count
    errors = []
    for wet, dry in zip(rainy, clean, strict=True):
        place = cv2.minMaxLoc(cv2.matchTemplate(scene, np.ascontiguousarray(dry), cv2.TM_SQDIFF))[2]
        truth = scene[place[1] : place[1] + dry.shape[0], place[0] : place[0] + dry.shape[1]].astype(float)
        errors.append((np.abs(wet - truth).mean(), np.abs(dry - truth).mean()))
    before, after = np.mean(errors, axis=0)
    assert after < 0.55 * before


def test_what_moves_is_in_no_pair() -> None:
    frames = rainy_frames(dry_photo(4, 224, 320), 15)
    for index, frame in enumerate(frames):
        frame[40:110, 8 * index : 8 * index + 60] = (250, 30, 30)
    scene = tripod.scene_of(frames)
    assert scene is not None
    assert scene.certain[60:90, 64:104].mean() < 0.3
    assert scene.certain[150:, :].mean() > 0.9


def test_a_shaking_hand_is_followed_and_a_drive_is_not() -> None:
    wide = dry_photo(5, 240, 420)
    shaken = [wide[6 + (i % 3) : 206 + (i % 3), 8 + (i * 2) % 5 : 328 + (i * 2) % 5].copy() for i in range(15)]
    x, y = tripod.shift_between(shaken[0], shaken[1])
    assert abs(x - 2) < 0.3
    assert abs(y - 1) < 0.3
    scene = tripod.scene_of(shaken)
    assert scene is not None
    assert scene.certain.mean() > 0.8
    driven = [wide[:200, 6 * i : 6 * i + 320].copy() for i in range(15)]
    assert tripod.scene_of(driven) is None


def test_a_cut_ends_a_stretch_and_dry_clips_give_nothing(tmp_path: Path) -> None:
    scenes = [dry_photo(6, 200, 240), 255 - dry_photo(7, 200, 240)]
    file = clip_of(tmp_path / "cut.mkv", [scenes[0]] * 12 + [scenes[1]] * 12)
    found = list(tripod.stretches(file))
    assert len(found) >= 1
    for frames in found:
        assert all(np.abs(frame.astype(int) - frames[0]).mean() < 3 for frame in frames)
    assert tripod.write_pairs([file], tmp_path / "none") == 0


def test_dense_rain_is_not_certain() -> None:
    scene = dry_photo(8, 200, 240)
    rng = np.random.default_rng(1)
    frames = [np.where(rng.random((200, 240, 1)) < 0.5, 255, scene).astype(np.uint8) for _ in range(15)]
    stack = np.stack(frames)
    assert tripod.certain_of(stack, np.asarray(np.median(stack, axis=0), np.float32)).mean() < 0.1
